"""What the Overflow lesson lays out: typed rows, the table's places, sliders, bits, maps."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import float_views as views
from ui import links
from xent_core import trace as xt

ROW = views.Row("x", (88.0, 87.0, 0.0))
NUMBERS = st.floats(allow_nan=False) | st.just(math.nan)


def same(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or (
        a == b and math.copysign(1, a) == math.copysign(1, b)
    )


# ---- typed rows


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ("1000, 0, -inf", (1000, 0, -math.inf)),
        ("１０００，０；−５", (1000, 0, -5)),
        ("[1 2\t3]", (1, 2, 3)),
        ("NaN, +Inf, ∞, -∞", (math.nan, math.inf, math.inf, -math.inf)),
        ("-0.0, 0", (-0.0, 0.0)),
        ("1e8、.5、-3.", (1e8, 0.5, -3.0)),
        ("7", (7,)),
    ],
)
def test_a_row_is_read_as_a_person_means_it(typed, values):
    row = views.read_row(typed)
    assert all(map(same, row.values, values))
    assert len(row.values) == len(values)
    assert row.beyond == ()


def test_what_float64_cannot_hold_is_taken_and_said():
    row = views.read_row("1e400, -1e400, 1e-400, 0e5")
    assert row.values == (math.inf, -math.inf, 0.0, 0.0)
    assert row.beyond == ("1e400", "-1e400", "1e-400")


@pytest.mark.parametrize(
    ("typed", "kind", "what"),
    [
        ("", "empty", ""),
        (" [] ", "empty", ""),
        ("--5", "number", "--5"),
        ("1, two, 3", "number", "two"),
        ("1,,2", "gap", ""),
        ("1,2,", "gap", ""),
        (",".join("1" * 1000), "many", "1000"),
        ("1_000", "number", "1_000"),
        ("0x10", "number", "0x10"),
        ("9" * 500, "number", "9" * 40),
        ("<script>", "number", "<script>"),
        ("+-inf", "number", "+-inf"),
    ],
)
def test_a_row_that_is_no_use_is_refused_with_the_reason(typed, kind, what):
    with pytest.raises(views.RowError) as problem:
        views.read_row(typed)
    assert (problem.value.kind, problem.value.what) == (kind, what)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    try:
        row = views.read_row(text)
    except views.RowError:
        return
    assert 1 <= len(row.values) <= views.MOST


@given(st.lists(NUMBERS, min_size=1, max_size=16))
def test_a_row_survives_the_field_and_the_link_to_the_bit(values):
    for again in (views.read_row(views.write_row(values)).values, ROW.read(ROW.write(values), {})):
        assert all(map(same, again, values))


@given(st.lists(NUMBERS, min_size=1, max_size=16))
def test_a_row_survives_the_browser_and_equals_itself(values):
    bench = links.Params(ROW, links.Index("k", 0, of="x"))
    state = {"x": ROW.read(ROW.write(values), {}), "k": 0.0}
    sent = {name: str(value) for name, value in bench.controls(state).items()}
    back = bench.from_controls(sent, state)
    assert back == state  # the one nan: or every run would take the state for a new one
    assert all(map(same, back["x"], values))


@pytest.mark.parametrize("text", ["", "1,,2", "abc", ",".join("1" * 17), "1e9999e", "infinit"])
def test_a_hostile_row_in_a_link_is_a_problem(text):
    _, problems = links.Params(ROW).read({"x": text})
    assert [problem.name for problem in problems] == ["x"]


# ---- the line and the sliders


@pytest.mark.parametrize("name", xt.FORMATS)
def test_a_slider_stops_on_either_side_of_each_threshold(name):
    fmt, window = xt.FORMATS[name], xt.exp_window(name)
    stops = views.slider_stops(fmt, 3)
    assert (np.diff(stops) > 0).all()
    with np.errstate(all="ignore"):
        e = np.exp(stops.astype(fmt.dtype)).astype(float)
    for edge, good in (
        (window.largest_finite, np.isfinite(e)),
        (window.smallest_nonzero, e > 0),
        (window.smallest_normal, ~(e < fmt.smallest_normal)),
    ):
        at = int(np.flatnonzero(stops == edge)[0])
        beyond = at + 1 if edge > 0 else at - 1
        assert good[at]
        assert not good[beyond]
        between = abs(xt.place_of(stops[beyond], fmt) - xt.place_of(edge, fmt))
        assert between == 1


def test_the_line_keeps_the_order_and_holds_what_is_beyond_it_at_its_ends():
    line = views.logit_line(xt.FORMATS["float32"])
    x = np.array([-np.inf, -1e9, -1200, -5, 0, 88, 1200, 1e9, np.inf])
    places = line.place(x)
    assert (np.diff(places) >= 0).all()
    assert places[-1] == places[-3] == line.end
    assert np.isnan(line.place(np.array([np.nan])))[0]


# ---- the table


@pytest.mark.parametrize("classes", [1, 2, 3, 6, 16])
def test_every_step_has_its_place_and_what_is_shared_stands_there_once(classes):
    spots = views.spots(classes)
    rng = np.random.default_rng(0)
    row = rng.normal(0, 5, classes)
    found = xt.trace(row, 0, "float32")
    arrays = views.bench(row[None], np.array([0]), xt.FORMATS["float32"])
    for name in xt.FORMULAS:
        for step in found[name].steps:
            spot = spots[name, step.key]
            shown = arrays["v"][0, spot.at : spot.places.stop]
            np.testing.assert_array_equal(shown, np.atleast_1d(step.values))
    assert spots["shifted", "p"] == spots["epsilon", "p"]
    assert spots["paper", "exp"] != spots["shifted", "exp"]


@pytest.mark.parametrize("classes", [1, 3, 16])
def test_a_cells_number_names_it_and_any_number_names_some_cell(classes):
    spots = views.spots(classes)
    for (name, key), spot in spots.items():
        for entry in range(max(spot.size, 1)):
            assert views.read_cell(views.cell_code(name, key, entry), classes) == (name, key, entry)
    for code in (*range(0, 10_000, 37), 9_999):
        name, key, entry = views.read_cell(code, classes)
        assert entry < max(spots[name, key].size, 1)


def test_each_row_of_the_table_has_a_cell_for_every_formula_and_every_step_is_there_once():
    words = {row: row for row in (*views.ROWS, "x", "truth", "outcome", "why", "error", "gradient",
                                  "slope", "verdict")}  # fmt: skip
    heads = views.Headings({name: (name, "<math></math>") for name in xt.FORMULAS}, words, "signs")
    html = views.table(heads, 3)
    for line in re.findall(r"<tr.*?</tr>", html.split("<tbody>")[1], re.DOTALL):
        assert line.count("<td") in (7, 1)
    sets = [int(code) for code in re.findall(r'data-sets="cell=(\d+)"', html)]
    wanted = [
        views.cell_code(name, key, entry)
        for (name, key), spot in views.spots(3).items()
        for entry in range(max(spot.size, 1))
        if key != "y"
    ]
    assert sorted(sets) == sorted(wanted)


# ---- bits and maps


def test_the_rows_about_a_number_are_the_cores():
    words = dict.fromkeys(
        ("bits_row", "kind", "significand", "exact_row", "above", "below", "zone_zero",
         "zone_subnormal", "zone_normal", "zone_inf"), "word")  # fmt: skip
    rows = views.bit_rows([xt.bit_pattern(1.5, "float16")], words)
    assert [row[1] for row in rows] == [
        "`0 01111 1000000000`", "word", "1.1000000000₂ × 2⁰", "1.5", "1.5010 (+0.000977)",
        "1.4990 (−0.000977)",
    ]  # fmt: skip
    for value in (0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1.7e308):
        for name in xt.FORMATS:
            cells = views.bit_rows([xt.bit_pattern(value, name)], words)
            assert all(cell and len(cell) < 80 for row in cells for cell in row)


@pytest.mark.parametrize("name", xt.FORMATS)
def test_a_map_goes_past_every_threshold(name):
    fmt, window = xt.FORMATS[name], xt.exp_window(name)
    sizes, gaps = views.map_axes(fmt, 31)
    assert sizes[0] < window.smallest_nonzero
    assert window.largest_finite < sizes[-1]
    found = views.maps(fmt, 31)
    assert found["paper"].shape == (31, 31)
    at = (4, 20)
    row = [sizes[at[1]], sizes[at[1]] - gaps[at[0]]]
    one = xt.outcome_maps(row, 0, fmt)
    assert all(found[formula][at] == one[formula] for formula in xt.FORMULAS)
