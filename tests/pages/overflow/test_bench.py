"""What the Overflow lesson lays out: typed rows, the table's places, sliders, bits, maps."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.overflow import bench, bits, laboratory, line, link, models, steps
from ui.state import links, typed
from ui.words.digits import show
from xent_core import trace as xt

ROW = link.Row("x", (88.0, 87.0, 0.0))
NUMBERS = st.floats(allow_nan=False) | st.just(math.nan)


def same(a: float, b: float) -> bool:
    return (math.isnan(a) and math.isnan(b)) or (
        a == b and math.copysign(1, a) == math.copysign(1, b)
    )


def values_of(arrays, classes: int) -> np.ndarray:
    """The numbers of the steps (…, W), each at its place again."""
    parts = steps.parts(classes)
    together = np.concatenate([arrays[f"v{i}"] for i in range(len(parts))], axis=-1)
    return together[..., np.argsort(np.concatenate(parts))]


# ---- rows in links


@given(st.lists(NUMBERS, min_size=1, max_size=16))
def test_a_row_survives_the_field_and_the_link_to_the_bit(values):
    for again in (
        typed.read_row(typed.write_row(values)).values,
        ROW.read(ROW.write(values, {}), {}),
    ):
        assert all(map(same, again, values))


@given(st.lists(NUMBERS, min_size=1, max_size=16))
def test_a_row_survives_the_browser_and_equals_itself(values):
    bench = links.Params(ROW, links.Index("k", 0, of="x"))
    state = {"x": ROW.read(ROW.write(values, {}), {}), "k": 0.0}
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
    stops = line.slider_stops(fmt, 3)
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
    whole = line.logit_line(xt.FORMATS["float32"])
    x = np.array([-np.inf, -1e9, -1200, -5, 0, 88, 1200, 1e9, np.inf])
    places = whole.place(x)
    assert (np.diff(places) >= 0).all()
    assert places[-1] == places[-3] == whole.end
    assert np.isnan(whole.place(np.array([np.nan])))[0]


# ---- the table


@pytest.mark.parametrize("classes", [1, 2, 3, 6, 16])
def test_every_step_has_its_place_and_what_is_shared_stands_there_once(classes):
    spots = steps.spots(classes)
    rng = np.random.default_rng(0)
    row = rng.normal(0, 5, classes)
    found = xt.trace(row, 0, "float32")
    arrays = bench.bench(row[None], np.array([0]), xt.FORMATS["float32"])
    for name in xt.FORMULAS:
        for step in found[name].steps:
            spot = spots[name, step.key]
            shown = values_of(arrays, classes)[0, spot.at : spot.places.stop]
            np.testing.assert_array_equal(shown, np.atleast_1d(step.values))
    assert spots["shifted", "p"] == spots["epsilon", "p"]
    assert spots["paper", "exp"] != spots["shifted", "exp"]


@pytest.mark.parametrize("classes", [1, 3, 16])
def test_a_cells_number_names_it_and_any_number_names_some_cell(classes):
    spots = steps.spots(classes)
    for (name, key), spot in spots.items():
        for entry in range(max(spot.size, 1)):
            assert steps.read_cell(steps.cell_code(name, key, entry), classes) == (name, key, entry)
    for code in (*range(0, 10_000, 37), 9_999):
        name, key, entry = steps.read_cell(code, classes)
        assert entry < max(spots[name, key].size, 1)


# ---- what a link says besides the row


@given(st.integers(0, 10_000), st.sampled_from([8, 16, 32, 64]), st.data())
def test_flipped_bits_survive_the_link_and_belong_to_one_cell(cell, bits, data):
    places = sorted(data.draw(st.sets(st.integers(0, bits - 1))))
    bench = links.Params(
        links.Number("cell", 0, 0, 10**4, whole=True), link.Flips("flip", "0", ("cell",))
    )
    written = link.write_flips(cell, places, bits)
    state, problems = bench.read({"cell": str(cell), "flip": written})
    assert problems == []
    assert link.read_flips(state["flip"], bits) == places
    assert bench.from_controls({"cell": str(float(cell)), "flip": state["flip"]}) == state
    other, problems = bench.read({"cell": str((cell + 1) % 10_001), "flip": written})
    assert problems == []
    assert link.read_flips(other["flip"], bits) == []


def test_flipped_bits_belong_to_the_number_that_is_looked_at_in_the_bench_or_in_two_formulas():
    read = laboratory.PARAMS.read
    for looked in ({"cell": "40"}, {"look": "40"}, {"cell": "40", "look": "7"}):
        state, problems = read({**looked, "flip": "40-1"})
        assert (state["flip"], problems) == ("40-1", [])
    for looked in ({}, {"cell": "41"}, {"cell": "7", "look": "40"}):
        assert read({**looked, "flip": "40-1"})[0]["flip"] == "0"


@pytest.mark.parametrize("flip", ["", "40", "40-", "-1", "40-g", "40-" + "f" * 17, "0-0x1", "１-1"])
def test_a_hostile_link_to_flipped_bits_is_a_problem(flip):
    bench = links.Params(
        links.Number("cell", 40, 0, 10**4, whole=True), link.Flips("flip", "0", ("cell",))
    )
    state, problems = bench.read({"flip": flip})
    assert [problem.name for problem in problems] == ["flip"]
    assert state == {"cell": 40, "flip": "0"}


def test_a_bit_that_a_format_has_not_is_not_flipped():
    assert link.read_flips("40-8000000000000001", 64) == [0, 63]
    assert link.read_flips("40-8000000000000001", 16) == [15]


def test_a_story_in_a_link_is_one_of_the_stories():
    story = links.Params(links.Word("story", "free", ("free", "half")))
    assert story.read({"story": "half"}) == ({"story": "half"}, [])
    for word in ("", "HALF", "half,", "<script>", "0"):
        state, problems = story.read({"story": word})
        assert (state, len(problems)) == ({"story": "free"}, 1)


# ---- what first goes wrong, as an operation


def said_of(row, target, name):
    """For each formula what its sentence says: the operation, the reason, a, b and the result."""
    arrays = bench.bench(np.array([row]), np.array([target]), xt.FORMATS[name])
    signs = tuple(steps.OPERATIONS)
    out = {}
    for i, formula in enumerate(xt.FORMULAS):
        kind = steps.KINDS[arrays["kind"][0, i]]
        if kind in ("well", "void"):
            out[formula] = (kind,)
            continue
        numbers = arrays["said"][0, 3 * i : 3 * i + 3].astype(float).tolist()
        if kind != "two":
            numbers.pop(1)
        mark = steps.MARKS[arrays["reason"][0, i] - 1]
        out[formula] = (signs[arrays["op"][0, i]], mark, *numbers)
    return out


def test_the_first_wrong_operation_is_told_with_its_numbers():
    inf = math.inf
    found = said_of([0.0, 89.0, 90.0], 2, "float32")
    assert found["paper"] == ("exp", "overflow", 90.0, inf)  # of equals the target's
    assert found["log_softmax"] == ("well",)
    assert said_of([0.0, 89.0, 90.0], 0, "float32")["paper"] == ("exp", "overflow", 89.0, inf)
    assert said_of([2.0, -inf, 1.0], 0, "float32")["full_sum"][:4] == (
        "multiply", "invalid", 0.0, -inf,
    )  # fmt: skip
    assert said_of([1e8, 1e8], 0, "float32")["lse"] == (
        "add", "absorbed", 1e8, float(np.log(np.float32(2))), 1e8,
    )  # fmt: skip
    tiny = float(np.exp(np.float32(-40)))
    assert said_of([0.0, -40.0], 0, "float32")["shifted"] == ("sum", "absorbed", 1.0, tiny, 1.0)
    e88 = float(np.exp(np.float32(88.5)))
    assert said_of([88.5] * 3, 0, "float32")["paper"] == ("sum", "overflow", e88, e88, inf)
    assert said_of([-inf, -inf], 0, "float32")["log_softmax"] == ("void",)


DOES = {
    "exp": np.exp, "log": np.log, "log1p": np.log1p, "divide": np.divide, "add": np.add,
    "sum": np.add, "subtract": np.subtract, "subtract_given": np.subtract, "multiply": np.multiply,
}  # fmt: skip


@pytest.mark.parametrize("name", xt.FORMATS)
def test_what_is_told_is_the_formats_own_arithmetic(name):
    fmt, rng = xt.FORMATS[name], np.random.default_rng(3)
    reach = 1.4 * xt.exp_window(name).largest_finite
    rows = rng.uniform(-reach, reach, (400, 3)) * rng.choice([0.01, 0.3, 1], (400, 1))
    rows[::7, 1] = rows[::7, 0]
    rows[::11, 2] = -math.inf
    found = bench.bench(rows, rng.integers(0, 3, 400), fmt)
    signs, told = tuple(steps.OPERATIONS), set()
    for i in range(len(xt.FORMULAS)):
        for row in np.flatnonzero(found["kind"][:, i] >= steps.KINDS.index("one")):
            operation = signs[found["op"][row, i]]
            told.add(operation)
            two = steps.OPERATIONS[operation][0] == "two"
            a, b, shown = found["said"][row, 3 * i : 3 * i + 3]
            args = [np.array([one]) for one in ((a, b) if two else (a,))]
            with np.errstate(all="ignore"):
                result = DOES[operation](*args)[0]
            assert xt.bits_of(shown, fmt) == xt.bits_of(result, fmt) or (
                operation in ("exp", "log", "log1p") and np.isclose(float(result), float(shown))
            ) or (np.isnan(float(result)) and np.isnan(float(shown)))  # fmt: skip
        well = found["kind"][:, i] == steps.KINDS.index("well")
        np.testing.assert_array_equal(well, found["outcome"][:, i] == 0)
    assert {"exp", "sum"} <= told


# ---- fewer bytes, the same digits


@given(st.lists(st.floats() | st.floats(0, 100) | st.floats(1e3, 1e7), max_size=8))
def test_what_travels_in_half_the_bytes_shows_the_same(values):
    wide = np.array(values, np.float64)
    for digits in (2, 3):
        narrow = bench.narrowed(wide, digits)
        assert [show(x, digits) for x in narrow] == [show(x, digits) for x in wide]


def test_ordinary_numbers_do_travel_in_half_the_bytes_and_ties_do_not():
    assert bench.narrowed(np.array([0.1, 3.3, math.inf, math.nan, 0.0]), 2).dtype == np.float32
    for stays in (1.2500000001, 1e-60, 1e60, 123456.5000001):
        assert bench.narrowed(np.array([stays]), 2).dtype == np.float64


# ---- bits and maps


def test_the_rows_about_a_number_are_the_cores():
    words = dict.fromkeys(
        ("bits_row", "kind", "significand", "exact_row", "above", "below", "zone_zero",
         "zone_subnormal", "zone_normal", "zone_inf", "how", "how_special"), "word") | {
        "how_normal": "{{stored}} {{number}} {{bias}} {{power}}",
        "how_subnormal": "{{bias}} {{power}}"}  # fmt: skip
    rows = bits.bit_rows([xt.bit_pattern(1.5, "float16")], words)
    assert [row[1] for row in rows] == [
        "`0 01111 1000000000`", "word", "01111 15 15 0", "1.1000000000₂ × 2⁰", "1.5",
        "1.5010 (+0.000977)", "1.4990 (−0.000977)",
    ]  # fmt: skip
    # the smallest subnormal of float32 is 2^-149: that of 2^-126 with the last bit alone
    (how,) = [row[1] for row in bits.bit_rows([xt.bit_pattern(2**-149, "float32")], words)[2:3]]
    assert how == "127 −126"
    for value in (0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1.7e308):
        for name in xt.FORMATS:
            cells = bits.bit_rows([xt.bit_pattern(value, name)], words)
            assert all(cell and len(cell) < 80 for row in cells for cell in row)


@pytest.mark.parametrize("name", xt.FORMATS)
def test_a_map_goes_past_every_threshold(name):
    fmt, window = xt.FORMATS[name], xt.exp_window(name)
    axis = models.map_axis(fmt, 31)
    assert axis[0] < window.smallest_nonzero
    assert window.largest_finite < axis[-1]
    found = models.maps(name, 31)
    assert found["paper"].shape == (31, 31)
    at = (4, 20)
    row = [axis[at[1]], axis[at[1]] - axis[at[0]]]
    one = xt.outcome_maps(row, 0, fmt)
    assert all(found[formula][at] == one[formula] for formula in xt.FORMULAS)
