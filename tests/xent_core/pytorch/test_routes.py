"""Routes, ways and the wiring board are torch's own numbers; nothing global is touched."""

import doctest
import importlib
import math
import subprocess
import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import xent_core as xc
from xent_core import pytorch as xt

# KLDivLoss warns that its "mean" is not the divergence: it does, and that is shown.
pytestmark = pytest.mark.filterwarnings("error", "ignore:reduction")

drawn = settings(derandomize=True, deadline=None, max_examples=150)
INF, NAN = math.inf, math.nan
DTYPES = {"float32": np.float32, "float64": np.float64}
MODULES = [
    *("divergence", "masks", "options", "routes", "shapes"),
    *("timing", "trace", "ulps", "ways", "wiring"),
]

ordinary = st.floats(-100, 100)
any_number = ordinary | st.sampled_from([INF, -INF, NAN, 1000.0, -1000.0, 1e39, 0.0])


@st.composite
def batches(draw, elements=any_number):
    """Logits (N, C) and a class for each row."""
    shape = draw(st.integers(1, 8)), draw(st.integers(2, 10))
    target = hnp.arrays(np.int64, shape[0], elements=st.integers(0, shape[1] - 1))
    return draw(hnp.arrays(np.float64, shape, elements=elements)), draw(target)


def as_float(value, dtype):
    with np.errstate(over="ignore"):
        return np.asarray(value).astype(DTYPES[dtype])


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_the_module_are_true(name):
    result = doctest.testmod(importlib.import_module(f"xent_core.pytorch.{name}"))
    assert result.attempted > 0
    assert result.failed == 0


def test_every_public_function_has_an_example_and_names_its_errors():
    functions = [f for f in map(xt.__dict__.get, xt.__all__) if hasattr(f, "__code__")]
    assert len(functions) > 15
    for function in functions:
        for section in ("Args", "Returns", "Raises", "Example"):
            assert f"\n    {section}:\n        " in function.__doc__, function


def test_the_rest_of_xent_core_does_not_import_torch():
    code = "import sys, xent_core; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_nothing_that_belongs_to_the_whole_process_is_touched():
    def state():
        return (
            torch.get_default_dtype(),
            torch.get_num_threads(),
            torch.is_grad_enabled(),
            torch.get_rng_state().tolist(),
            torch.are_deterministic_algorithms_enabled(),
            torch.autograd.profiler._is_profiler_enabled,
            np.geterr(),
        )

    before = state()
    x, target = [[1.0, 2.0, 3.0]], [0]
    xt.route_table(x, target)
    xt.four_ways(x, target)
    xt.wiring_board(x, target)
    xt.trace_loss("label_smoothing", x, target, backward=True)
    xt.cross_entropy_options(x, target)
    xt.mask_cases(x[0], 0, [1])
    xt.kl_div_table([0.5, 0.5], [0.4, 0.6])
    xt.kl_gradients([0.0, 1.0], [0.0, 1.0])
    xt.ask((4, 5), (4,))
    list(xt.time_ways([(2, 3)], 0.01, backward=True))
    assert state() == before


def test_gradients_are_computed_where_the_caller_has_switched_them_off():
    with torch.no_grad():
        assert np.isfinite(xt.four_ways([[1.0, 2.0]], [0])[0].grad).all()
        assert np.isfinite(xt.kl_gradients([1.0, 2.0], [0.0, 0.0]).kl_grad_p).all()
        assert "NllLossBackward0" in str(
            xt.trace_loss("log_softmax_nll", [[1.0, 2.0]], [0], backward=True)
        )


@drawn
@given(st.floats(width=32), st.integers(0, 1000))
def test_so_many_steps_away_is_so_many_ulps(start, count):
    there = np.float32(start)
    for _ in range(count if math.isfinite(start) else 0):
        there = np.nextafter(there, np.float32(INF))
    if math.isfinite(there) and math.isfinite(start):
        assert xt.ulp_distance(start, float(there), "float32") == count
    assert xt.ulp_distance(start, start, "float32") == 0


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (NAN, NAN, 0),
        (INF, INF, 0),
        (0.0, -0.0, 0),
        (-INF, INF, None),
        (NAN, INF, None),
        (NAN, 1.0, None),
        (5e-324, -5e-324, 2),
    ],
)
def test_inf_and_nan_are_equal_to_themselves_and_at_no_distance_from_others(a, b, expected):
    assert xt.ulp_distance(a, b) == xt.ulp_distance(b, a) == expected


@drawn
@given(batches(), st.sampled_from(sorted(DTYPES)))
def test_every_step_of_a_route_is_what_torch_computes_for_the_row_alone(batch, dtype):
    logits, target = batch
    table = xt.route_table(logits, target, dtype)
    for row, k in enumerate(target):
        x = torch.tensor(logits[row]).to(getattr(torch, dtype))
        m = x.max()
        exps, powers = torch.exp(x - m), torch.exp(x)
        p = powers / powers.sum()
        actual = {
            "logits": x,
            "max": m,
            "shifted": x - m,
            "exps": exps,
            "sum": exps.sum(),
            "log_sum": exps.sum().log(),
            "shifted_k": x[k] - m,
            "log_softmax_k": (x[k] - m) - exps.sum().log(),
            "loss": -((x[k] - m) - exps.sum().log()),
        }
        theoretical = {
            "logits": x, "exps": powers, "sum": powers.sum(), "probs": p, "p_k": p[k],
            "log_p_k": p[k].log(), "loss": -p[k].log(),
        }  # fmt: skip
        for found, expected in ((table.actual, actual), (table.theoretical, theoretical)):
            assert list(found) == list(expected)
            for key, value in expected.items():
                np.testing.assert_array_equal(found[key][row], value.numpy(), key)
        truth = F.cross_entropy(x, torch.tensor(int(k))).numpy()
        np.testing.assert_array_equal(table.torch_loss[row], truth)


@drawn
@given(batches(), st.sampled_from(sorted(DTYPES)))
def test_the_actual_route_is_what_cross_entropy_does(batch, dtype):
    table = xt.route_table(*batch, dtype)
    eps = float(np.finfo(DTYPES[dtype]).eps)
    np.testing.assert_allclose(table.actual["loss"], table.torch_loss, rtol=2 * eps, atol=2 * eps)


@pytest.mark.parametrize(
    ("logits", "k", "theoretical", "actual"),
    [
        ([1000, 0], 0, NAN, 0),  # S13': inf / inf
        ([1000, 0], 1, INF, 1000),  # … and 1 / inf
        ([-1000, -1000], 0, NAN, np.log(2)),  # S14': 0 / 0
        ([-1000, 0], 0, INF, 1000),
        ([123, 456, 789], 0, NAN, 666),  # S15'
        ([0, 0], 1, np.log(2), np.log(2)),
    ],
)
def test_the_famous_overflows(logits, k, theoretical, actual):
    table = xt.route_table([logits], [k])
    losses = [table.theoretical["loss"][0], table.actual["loss"][0]]
    np.testing.assert_allclose(losses, [theoretical, actual], rtol=1e-6)


@drawn
@given(batches(), st.sampled_from(sorted(DTYPES)), st.sampled_from(["mean", "sum"]))
def test_three_of_the_four_ways_are_equal_to_the_last_bit(batch, dtype, reduction):
    module, function, two_modules, _ = xt.four_ways(*batch, dtype, reduction)
    for way in (module, function, two_modules):
        assert way.loss_ulps == way.worst_grad_ulps == 0
        np.testing.assert_array_equal(way.grad, module.grad)


@drawn
@given(batches(elements=st.floats(-20, 20)), st.sampled_from(sorted(DTYPES)))
def test_for_small_logits_all_ways_agree_and_give_xent_cores_loss_and_gradient(batch, dtype):
    logits, target = batch
    rounding = 20 * float(np.finfo(DTYPES[dtype]).eps)
    x = as_float(logits, dtype)
    # log(p) magnifies the rounding of a p close to 1, and of a sum close to 1, by 1 / loss.
    for way in xt.four_ways(logits, target, dtype):
        np.testing.assert_allclose(
            way.loss, xc.cross_entropy_loss(x, target), rtol=rounding, atol=rounding
        )
        np.testing.assert_allclose(
            way.grad, xc.cross_entropy_loss_grad(x, target), rtol=rounding, atol=rounding
        )


def test_the_logarithm_of_a_softmax_loses_the_loss_and_the_gradient():
    *_, way = xt.four_ways([[0, 200]], [0])
    assert (way.loss, way.loss_ulps) == (INF, None)
    assert np.isnan(way.grad).all()
    assert way.worst_grad_ulps is None


def test_an_ignored_sample_has_no_gradient():
    for way in xt.four_ways([[1.0, 2.0], [3.0, 4.0]], [0, -100]):
        assert not way.grad[1].any()
        np.testing.assert_allclose(way.loss, math.log(1 + math.e), rtol=1e-6)


@drawn
@given(batches(elements=ordinary), st.sampled_from(sorted(DTYPES)))
def test_every_value_of_the_board_is_what_torch_gives(batch, dtype):
    logits, target = batch
    x, t = torch.tensor(logits).to(getattr(torch, dtype)), torch.tensor(target)
    fronts = {"logits": x, "softmax": x.softmax(1), "log_softmax": x.log_softmax(1)}
    board = xt.wiring_board(logits, target, dtype)
    assert len({wire[:2] for wire in board.wires}) == len(board.wires) == 9
    for wire in board.wires:
        front = fronts[wire.front]
        expected = {
            "cross_entropy": F.cross_entropy(front, t),
            "nll": F.nll_loss(front, t),
            "nll_of_log": F.nll_loss(torch.log(front), t),
        }
        np.testing.assert_equal(wire.value, expected[wire.loss].item())


@drawn
@given(batches(elements=ordinary), st.sampled_from(sorted(DTYPES)))
def test_right_pairs_are_equal_the_idempotent_one_nearly_and_two_softmaxes_stay_above_the_floor(
    batch, dtype
):
    board = xt.wiring_board(*batch, dtype)
    eps = float(np.finfo(DTYPES[dtype]).eps)
    right = board.wires[0].value
    for wire in board.wires:
        if wire.verdict == "right":
            assert wire.ulps == 0
        elif wire.verdict == "same_by_idempotence":
            np.testing.assert_allclose(wire.value, right, rtol=4 * eps, atol=4 * eps)
        elif wire.reason == "softmax_twice":
            assert wire.value >= board.floor - 4 * eps
        elif wire.reason == "no_log":
            assert -1 - 4 * eps <= wire.value <= 0


def test_the_wrong_pairs_are_wrong_on_ordinary_logits():
    board = xt.wiring_board([[2.0, 1.0, 0.5], [0.3, 0.2, 3.0]], [0, 2])
    for wire in board.wires:
        close = math.isclose(wire.value, board.wires[0].value, rel_tol=1e-5)
        assert close == (wire.verdict != "wrong"), wire
        assert wire.verdict in xt.VERDICTS


@pytest.mark.parametrize("classes", [1, 2, 3, 10, 1000])
def test_the_floor_is_reached_by_a_perfect_prediction(classes):
    perfect = torch.eye(classes, dtype=torch.float64)[:1]
    floor = F.cross_entropy(perfect, torch.tensor([0])).item()
    np.testing.assert_allclose(xt.double_softmax_floor(classes), floor, rtol=1e-14, atol=1e-15)


BIG = np.broadcast_to(0.0, (10**6, 10**6))  # no memory behind it


@pytest.mark.parametrize(
    ("f", "arguments", "error", "message"),
    [
        (xt.route_table, ([], []), ValueError, r"logits: must have shape .* found \(0,\)"),
        (xt.route_table, ([[0.0] * 11], [0]), ValueError, r"logits: .* found \(1, 11\)"),
        (xt.route_table, (BIG, [0]), ValueError, r"logits: .* found \(1000000, 1000000\)"),
        (xt.route_table, ([["a"]], [0]), ValueError, "logits: must hold .* found <U1"),
        (xt.route_table, ([[1.0, 2.0]], [2]), IndexError, "k: classes go from 0 to 1, found 2"),
        (xt.route_table, ([[1.0, 2.0]], [-1]), IndexError, "k: .* found -1"),
        (xt.route_table, ([[1.0, 2.0]], [0.5]), ValueError, "k: must hold integers, found float64"),
        (xt.route_table, ([[1.0]], [[0]]), ValueError, r"k: must have shape \(1,\), found"),
        (
            xt.route_table,
            ([[1.0]], [0], "float16"),
            ValueError,
            "dtype: must be one of .*'float16'",
        ),
        (xt.route_table, ([[1.0]], [0], ["float32"]), ValueError, "dtype: must be one of"),
        (xt.four_ways, ([[0.0] * 3] * 9, [0] * 9), ValueError, r"logits: .* found \(9, 3\)"),
        (xt.four_ways, (BIG, [0]), ValueError, r"logits: .* found \(1000000, 1000000\)"),
        (xt.four_ways, ([[0.0, 1.0]], [0, 1]), ValueError, r"target: must have shape \(1,\), f"),
        (xt.four_ways, ([[0.0, 1.0]], [0.0]), ValueError, "target: must hold integers, found"),
        (xt.four_ways, ([[0.0, 1.0]], [2]), IndexError, "target: .* found 2 at index"),
        (
            xt.four_ways,
            ([[0.0]], [0], "float32", "none"),
            ValueError,
            "reduction: .* found 'none'",
        ),
        (xt.wiring_board, (BIG, [0]), ValueError, "logits: must have shape"),
        (xt.wiring_board, ([1.0], [0]), ValueError, r"logits: .* found \(1,\)"),
        (xt.way_function, ("nll",), ValueError, "key: must be one of .* found 'nll'"),
        (xt.double_softmax_floor, (0,), ValueError, "classes: must be a positive integer, found 0"),
        (xt.ulp_distance, (1.0, 1.0, "float16"), ValueError, "dtype: must be one of"),
        (xt.ulp_distances, ([1.0], [1.0, 2.0]), ValueError, r"a, b: shapes \(1,\) and \(2,\) do"),
    ],
)
def test_a_mistake_is_named_with_its_value(f, arguments, error, message):
    with pytest.raises(error, match=f"^{message}"):
        f(*arguments)
