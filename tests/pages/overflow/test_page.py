"""The Overflow lesson: every number is the trace's, every story says what the machine does."""

import json
import math
import re
from decimal import Context, Decimal, localcontext

import numpy as np
import pytest
import torch
from streamlit.components.v2.bidi_component.main import _make_trigger_id
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from pages.overflow import link, steps
from tests.pages.overflow.test_bench import values_of
from tests.pages.test_pages import answer, figures, open_page, prose, run
from ui.words.digits import show
from xent_core import cross_entropy_loss
from xent_core import trace as xt


def open_bench(x: str, **query: str) -> AppTest:
    app = open_page("overflow")
    app.query_params.update({"x": x, **query})
    app.run()
    assert not app.exception
    return app


def bench(app: AppTest) -> dict:
    return next(figure for figure in figures(app) if figure["key"] == "bench")


def losses_of(now: dict) -> np.ndarray:
    spots = steps.spots(len(now["x"]))
    values = values_of(now, len(now["x"]))
    return np.array([values[spots[name, "neg"].at] for name in xt.FORMULAS])


def random_rows():
    rng = np.random.default_rng(5)
    for name in xt.FORMATS:
        window = xt.exp_window(name)
        row = rng.uniform(1.3 * window.smallest_nonzero, 1.3 * window.largest_finite, 2)
        yield name, [*(float(f"{x:.4g}") for x in row), 0.5]
    yield "float32", [float(f"{x:.3g}") for x in rng.normal(0, 3, 6)]
    yield "float32", [1.0, -math.inf, -0.0, math.nan]
    yield "bfloat16", [math.inf, 1.0]
    yield "float64", [3.0]
    yield "float16", [float(i) for i in range(16)]


@pytest.mark.parametrize(("name", "row"), random_rows(), ids=lambda part: str(part)[:24])
def test_every_number_of_the_table_is_the_traces(name, row):
    query = {"k": str(len(row) - 1), "f": str(list(xt.FORMATS).index(name))}
    now = bench(open_bench(ROW.write(row, {}), **query))["now"]
    found = xt.trace(row, len(row) - 1, name)
    truth = xt.true_losses(row, len(row) - 1, name)
    wrong, slopes = xt.first_wrong(found, truth), xt.gradients(found)
    true_slopes = xt.true_gradients(row, len(row) - 1, name)
    np.testing.assert_array_equal(now["x"], found.logits.astype(float))
    np.testing.assert_array_equal(now["truth"], truth.high)
    np.testing.assert_allclose(now["slope"], true_slopes, rtol=1e-6)
    spots = steps.spots(len(row))
    marks = iter(now["m"])
    shown = values_of(now, len(row))
    for i, formula in enumerate(xt.FORMULAS):
        traced = found[formula].steps
        for at, step in enumerate(traced):
            spot = spots[formula, step.key]
            where = slice(spot.at, spot.places.stop)
            values = np.atleast_1d(step.values).astype(float)
            np.testing.assert_array_equal(shown[where], values)
            for event, flags in zip(now["e"][where], np.atleast_1d(step.events), strict=True):
                gravest = next(iter(xt.event_names(int(flags))), "none")
                grave = steps.MARKS[int(event) % 16]
                assert (grave in xt.event_names(int(flags))) or (grave == gravest == "none")
            mark = next(marks)
            first = int(wrong[formula])
            after = first >= 0 and step.key in xt.dependents(formula, traced[first].key)
            assert mark == (1 if at == first else 2 if after else 0)
        error = xt.errors(found[formula].loss, truth, name)
        np.testing.assert_allclose(now["far"][i], error.ulps, rtol=1e-6)
        np.testing.assert_allclose(now["far"][7 + i], error.percent, rtol=1e-6)
        assert now["outcome"][i] == xt.outcomes(found[formula].loss, truth, name)
        g = slopes[formula].values
        np.testing.assert_array_equal(now["g"][i * len(row) : (i + 1) * len(row)], g.astype(float))
        judged = xt.verdicts(g, true_slopes, name)
        assert now["verdict"][i] == judged.codes
        np.testing.assert_allclose(now["far"][14 + i], judged.factor, rtol=1e-6)


ROW = link.Row("x", (0.0,))


def test_the_first_wrong_step_is_named():
    figure = bench(open_bench("1000,0,0", k="0", cell="0"))
    said = [figure["names"]["why"][code] for code in figure["now"]["why"]]
    assert said[:2] == ["exp: overflow"] * 2
    assert said[2:] == ["–"] * 5
    figure = bench(open_bench("100000000,100000000", k="0", cell="0"))
    said = [figure["names"]["why"][code] for code in figure["now"]["why"]]
    assert said[4] == "m + log Σ: absorbed"


def test_the_truth_is_said_to_thirty_digits():
    app = open_bench("0,-40", k="0", cell="0")
    (said,) = [block.value for block in app.markdown if "mpmath" in block.value]
    with localcontext(Context(prec=60)):
        x = Decimal(-40).exp()
        truth = x - x**2 / 2 + x**3 / 3  # log(1 + x)
        assert f"{truth:.29e}".replace("e-", "e−") in said


def test_a_preset_keeps_the_format_and_stands_in_the_table_of_rows():
    figure = bench(open_bench("1,2,3", f="3", k="1"))
    edges = figure["presets"][:-1]
    assert len(edges) == 5
    assert all(one["row"] >= 0 and one["values"]["f"] == 3 for one in edges)
    highest = xt.exp_window("float64").largest_finite
    assert edges[3]["values"]["x0"] == highest
    assert show(highest, 3) in edges[3]["label"]


def test_where_a_format_has_no_infinity_what_is_too_large_becomes_nan():
    for name, largest in (("float8_e5m2", "∞"), ("float8_e4m3fn", "nan")):
        app = open_page("overflow")
        app.segmented_control(key="xent format").set_value(name).run()
        assert any("overflow" in said and f"becomes {largest}" in said for said in prose(app))


def test_a_loss_of_minus_zero_is_written_0_and_its_bits_say_why():
    cell = str(steps.cell_code("shifted", "neg", 0))
    app = open_bench("12,0", k="0", f="0", cell=cell)
    assert float(xt.losses([12.0, 0.0], 0, "float16")["shifted"]) == 0
    shown = losses_of(bench(app)["now"])[2]
    assert show(shown) == "0"
    assert any("This is −0" in block.value for block in app.caption)
    assert any("| `1 00000 0000000000` |" in block.value for block in app.markdown)


def test_logits_without_a_loss_are_blamed_themselves():
    figure = bench(open_bench("nan,1", k="0"))
    said = {figure["names"]["why"][code] for code in figure["now"]["why"]}
    assert said == {"the input itself"}


def test_the_average_by_torch_is_told_beside_the_loop():
    app = open_page("overflow")
    answer(app, 1, "average")
    told = next(block.value for block in app.markdown if "PyTorch's own" in block.value)
    loss = torch.full((70_000,), math.log(2), dtype=torch.float16)
    assert f"in float16 the mean is {show(float(loss.mean()))}" in told
    assert f"the sum {show(float(loss.sum()), 5)}" in told
    assert f"in float32 {show(float(loss.float().mean()))}" in told


def test_half_of_the_gradient_is_gone_where_p_is_epsilon_and_all_of_it_below():
    for x, factor in (("0,18.420681", 0.5),):
        now = bench(open_bench(x, k="0"))["now"]
        assert now["far"][14 + 3] == pytest.approx(factor, rel=0.02)
        assert xt.VERDICTS[now["verdict"][3]] == "wrong_size"
    now = bench(open_bench("0,200", k="0"))["now"]
    assert xt.VERDICTS[now["verdict"][3]] == "zero"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_sum_of_many_ones_is_said_to_overflow_with_what_torch_gives_there(language):
    app = open_page("overflow", lang=language)
    safe = next(block.value for block in app.markdown if "65,520" in block.value)
    largest = torch.finfo(torch.float16).max
    assert torch.tensor(65_519.0).half() == largest
    for count, dtype in ((65_519, torch.float16), (65_520, torch.float16), (65_520, torch.float32)):
        zeros = torch.zeros(1, count, dtype=dtype)
        loss = torch.nn.functional.cross_entropy(zeros, torch.tensor([0])).item()
        assert math.isinf(loss) == (count == 65_520 and dtype == torch.float16)
        assert show(loss) in safe
        assert f"{count:,}" in safe
    assert show(float(cross_entropy_loss(np.zeros((1, 65_520), np.float16), [0]))) in safe


# ---- typed rows


@pytest.mark.parametrize(
    ("typed", "row"),
    [
        ("NaN, 1", [math.nan, 1]),
        ("inf, -inf, 0", [math.inf, -math.inf, 0]),
        ("-0.0, 2", [-0.0, 2]),
        ("1e400, 1", [math.inf, 1]),
        ("１２，３", [12, 3]),
        ("１０００，−５；０．５", [1000, -5, 0.5]),
        (" 5 ", [5]),
        (", ".join(map(str, range(16))), list(range(16))),
    ],
)
def test_a_typed_row_gives_a_result(typed, row):
    app = open_page("overflow")
    app.text_input(key="xent row").set_value(typed).run()
    assert not app.exception
    np.testing.assert_array_equal(bench(app)["now"]["x"], row)
    assert not app.warning
    assert len(app.info) == 1 + ("1e400" in typed)  # the last one is what to take home
    again = open_bench(app.query_params["x"][0] if isinstance(app.query_params["x"], list)
                       else app.query_params["x"])  # fmt: skip
    for part in ("v0", "v1", "v2"):
        np.testing.assert_array_equal(bench(again)["now"][part], bench(app)["now"][part])


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "at least one"), ("  ", "at least one"), ("--5", "`--5`"), ("1,,2", "nothing between"),
     ("，", "at least one"), ("1，，2", "nothing between"), ("--5, 1e400", "`--5`"),
     (",".join("1" * 1000), "1000"), ("1, $x$ <b>", "`$x$`")],
)  # fmt: skip
def test_a_row_that_is_no_use_is_said_and_nothing_is_lost(typed, said):
    app = open_page("overflow")
    before = bench(app)["base"]
    app.text_input(key="xent row").set_value(typed).run()
    assert not app.exception
    assert said in app.warning[0].value
    assert bench(app)["base"] == before
    assert app.text_input(key="xent row").value == typed  # it can be mended
    app.text_input(key="xent row").set_value("1, 2").run()
    assert not app.warning
    assert bench(app)["base"]["x0"] == 1


@pytest.mark.parametrize("said", ["tensor([1000., 0., 0.])", "array([1000., 0., 0.])",
                                  "tensor([[1000., 0., 0.]], grad_fn=<AddmmBackward0>)",
                                  "1000, 0; 0"])  # fmt: skip
def test_a_pasted_row_is_taken(said):
    app = open_page("overflow")
    app.text_input(key="xent row").set_value(said).run()
    assert not app.warning
    np.testing.assert_array_equal(bench(app)["now"]["x"], [1000, 0, 0])


def test_a_pasted_matrix_is_refused_and_decimal_commas_are_asked_about():
    app = open_page("overflow")
    before = bench(app)["base"]
    app.text_input(key="xent row").set_value("[[1, 2], [3, 4]]").run()
    assert "One row" in app.warning[0].value
    app.text_input(key="xent row").set_value("1,5; 2,5").run()
    assert bench(app)["base"] == before
    assert app.warning[0].value.startswith("Do these commas")
    next(button for button in app.button if button.label == "`1.5, 2.5`").click().run()
    assert not app.warning
    np.testing.assert_array_equal(bench(app)["now"]["x"], [1.5, 2.5])
    app.text_input(key="xent row").set_value("0,5").run()
    np.testing.assert_array_equal(bench(app)["now"]["x"], [0, 5])
    assert any("`0.5`" in info.value for info in app.info)


@pytest.mark.parametrize(
    "query",
    [{"x": "1,,2"}, {"x": "abc"}, {"x": "1," * 3000}, {"f": "6"}, {"f": "-1"}, {"k": "3"},
     {"cell": "1e9"}, {"cell": "1.5"}, {"x": "<script>"}, {"at": "961"}, {"by": "7"}, {"n": "0"}],
    ids=str,
)  # fmt: skip
def test_a_hostile_link_is_said_and_the_default_stands(query):
    app = open_page("overflow")
    before = [figure["base"] for figure in figures(app)]
    app.query_params.update(query)
    app.run()
    assert not app.exception
    assert app.warning[0].value.startswith("The link says")
    assert [figure["base"] for figure in figures(app)] == before


def test_a_link_to_any_number_of_a_cell_shows_some_cell():
    for cell in ("123", "9999"):
        app = open_bench("1,2", cell=cell)
        assert app.selectbox(key="xent cell formula en").value in xt.FORMULAS


def test_the_format_is_switched_and_the_link_says_so():
    app = open_page("overflow")
    app.segmented_control(key="xent format").set_value("float8_e4m3fn").run()
    assert app.query_params["f"] in ("4", ["4"])
    figure = bench(app)
    assert np.isnan(figure["now"]["v0"][0])  # no inf there: 448 is the largest
    assert "nan" in str(figure["figure"]["layout"]["annotations"])


# ---- bits


def press_bit(app: AppTest, at: object) -> None:
    """Run the page again with what the buttons of its bits send."""
    (ours,) = [c.proto.id for c in app.get("bidi_component")
               if c.proto.component_name == "xent_bits"]  # fmt: skip
    states = app._tree.get_widget_states()
    told = json.dumps([{"event": "pressed", "value": at}])
    states.widgets.append(WidgetState(id=_make_trigger_id(ours, "events"), json_trigger_value=told))
    app._run(states)
    assert not app.exception


@pytest.mark.parametrize("at", [16, -1, "0", None, 10**400, [0], True, 0.5])
def test_a_press_on_a_bit_that_there_is_not_changes_nothing(at):
    app = open_bench("1000,0", k="0", f="0", look="0")
    press_bit(app, at)
    assert app.query_params.get("flip", "0") == "0"


def test_a_cell_is_opened_and_its_bits_are_flipped():
    app = open_bench("1000,0", k="0", f="0", cell="0")
    app.selectbox(key="xent cell formula en").set_value("log_softmax").run()
    app.selectbox(key="xent cell step en").set_value("shift").run()
    app.selectbox(key="xent cell entry en").set_value(1).run()
    pattern = xt.bit_pattern(-1000.0, "float16")
    table = next(b.value for b in app.markdown if "| bits |" in b.value)
    assert f"`{pattern.sign} {pattern.exponent} {pattern.fraction}`" in table
    assert "| −1000 |" in table
    press_bit(app, 0)
    table = next(b.value for b in app.markdown if "| bits |" in b.value)
    assert "| −1000 | 1000 |" in table


# ---- maps, averages, proof


def test_the_map_is_the_traces_and_its_point_is_in_the_link():
    app = open_page("overflow")
    app.query_params.update({"at": "40", "mf": "0"})
    app.run()
    now = next(figure for figure in figures(app) if figure["key"] == "breaks")["now"]
    row = [float(now["size"]), float(now["other"])]
    found = xt.outcome_maps(row, 0, "float16")
    assert now["found"].tolist() == [int(found[name]) for name in xt.FORMULAS]
    assert bench(app)["base"]["x0"] == 80  # a link to a place on the map leaves the bench alone
    app.query_params.update({"x": ",".join(map(str, row)), "k": "0", "f": "0"})
    app.run()
    assert bench(app)["now"]["outcome"].tolist() == now["found"].tolist()


def test_the_average_in_half_precision_stands_still():
    app = open_page("overflow")
    mean = next(figure for figure in figures(app) if figure["key"] == "mean")
    assert len(mean["readouts"]) == 2  # the truth and float32: not before it is asked
    answer(app, 1, "average")
    mean = next(figure for figure in figures(app) if figure["key"] == "mean")
    loss = np.full(70_000, np.float16(math.log(2)))
    total = np.float16(0)
    for one in loss:
        total = np.float16(total + one)
    assert mean["now"]["half_sum"] == float(total) == 2048
    np.testing.assert_allclose(mean["now"]["single_mean"], math.log(2), rtol=2e-3)


def test_the_distances_of_exp_and_log_are_measured():
    app = open_page("overflow")
    (table,) = [b.value for b in app.markdown if "log1p |" in b.value and "bfloat16" in b.value]
    most = [int(found) for found in re.findall(r"(\d+) ulp at most", table)]
    assert len(most) + table.count(" same ") == 12
    assert 1 <= max(most) <= 4


# ---- the same in PyTorch

PRINTED = ("on paper", "full sum", "shifted softmax", "p + eps", "z - logsumexp", "log_softmax",
           "with log1p")  # fmt: skip


@pytest.mark.parametrize("name", xt.FORMATS)
@pytest.mark.parametrize("x", ["3,1,-2", "1000,0,0", "2,-inf,1"])
def test_the_program_prints_what_the_page_shows(x, name):
    app = open_bench(x, k="0", f=str(list(xt.FORMATS).index(name)))
    printed, now = run(app.code[0].value), bench(app)["now"]
    fmt = xt.FORMATS[name]
    for key, shown in zip(PRINTED, losses_of(now), strict=True):
        if not math.isfinite(shown) or shown == 0:
            np.testing.assert_array_equal(printed[key], shown, err_msg=key)
        else:  # exp and log of the two libraries differ in their last bits
            assert printed[key] == pytest.approx(shown, rel=16 * fmt.eps), key
    if not name.startswith("float8"):
        stable = float(losses_of(now)[5])
        np.testing.assert_allclose(printed["F.cross_entropy"], stable, rtol=16 * fmt.eps)


def test_the_message_stays_small():
    for name, x, most in (
        ("3", "1,2,3,4,5,6", 390_000),
        ("2", "1,2,3,4,5,6", 350_000),
        ("2", "88,87,0", 260_000),
    ):
        app = open_bench(x, f=name)
        sizes = [len(c.proto.bytes) for c in app.get("bidi_component")
                 if c.proto.component_name == "xent_live"]  # fmt: skip
        assert max(sizes) < most
