"""The truth against mpmath, and what the formulas make of it: errors, outcomes, blame."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.xent_core.trace.reference import hard_rows
from xent_core.trace import (
    FORMATS,
    FORMULAS,
    OUTCOMES,
    PROGRAMS,
    TrueLosses,
    at_place,
    errors,
    event_names,
    exact_row,
    first_wrong,
    losses,
    outcomes,
    place_of,
    round_to,
    trace,
    true_gradients,
    true_losses,
)
from xent_core.trace import double_double as dd

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=200)
INF, NAN = np.inf, np.nan


def names_of(row, target, format):
    """The outcome of each formula, by name."""
    truth = true_losses(row, target, format)
    found = losses(row, target, format)
    return {f: OUTCOMES[int(outcomes(v, truth, format))] for f, v in found.items()}


def blamed(row, target, format):
    """The key of the first wrong step of each formula, and its events; None if there is none."""
    found = trace(row, target, format)
    at = first_wrong(found, true_losses(row, target, format))
    result = {}
    for formula in FORMULAS:
        index = int(at[formula])
        step = found[formula].steps[index]
        flags = int(np.bitwise_or.reduce(step.events, axis=None))
        result[formula] = None if index < 0 else (step.key, event_names(flags))
    return result


def every_scale():
    rng = np.random.default_rng(5)
    for classes in (1, 2, 3, 16):
        for scale in (1e-6, 1e-2, 1, 10, 40, 300, 1e4, 1e9):
            x = rng.normal(size=(12, classes)) * scale
            ahead = rng.uniform(-scale, 0, (12, classes)) * (np.arange(classes) > 0) + 0.3
            yield x, rng.integers(0, classes, 12)
            yield ahead, np.zeros(12, int)
    yield np.array([[1e8] * 3, [0, -40, -41], [0.3, -39.7123, -740]]), np.zeros(3, int)


def test_the_fast_truth_is_within_a_tenth_of_an_ulp_of_float64():
    worst = 0.0
    for x, target in every_scale():
        high, low = true_losses(x, target, "float64")
        for row, k, h, part in zip(x, target, high, low, strict=True):
            with mpmath.workdps(60):
                true = exact_row(row, int(k), "float64", 50).loss
                error = abs(mpmath.mpf(float(h)) + mpmath.mpf(float(part)) - true)
                if h > 1e-300:
                    worst = max(worst, float(error / mpmath.mpf(float(np.spacing(h)))))
                else:
                    assert error <= mpmath.mpf(5e-324)
    assert worst <= 0.1


@pytest.mark.parametrize("name", FORMATS)
def test_the_truth_is_of_the_logits_as_rounded(name):
    x, target = np.random.default_rng(0).normal(size=(6, 4)) * 3, np.arange(6) % 4
    rounded = round_to(x, name).astype(np.float64)
    for a, b in zip(
        true_losses(x, target, name), true_losses(rounded, target, "float64"), strict=True
    ):
        np.testing.assert_array_equal(a, b)


def test_gradients_are_those_of_many_digits():
    for x, target in every_scale():
        found = true_gradients(x, target, "float64")
        for at in range(len(x)):
            true = exact_row(x[at], int(target[at]), "float64")
            expected = [float(v) for v in true.gradient]
            np.testing.assert_allclose(found[at], expected, rtol=2e-15, atol=1e-320)
            assert true.log_p + true.loss == 0


def test_exact_rows_have_the_digits_asked_for():
    row = [0.3, -2.5, 1e3]
    long = exact_row(row, 0, "float64", 200)
    for digits in (1, 15, 50, 100):
        short = exact_row(row, 0, "float64", digits)
        with mpmath.workdps(220):
            assert abs(short.loss / long.loss - 1) < mpmath.mpf(10) ** -digits
            assert (
                abs(short.probabilities[1] / long.probabilities[1] - 1) < mpmath.mpf(10) ** -digits
            )
    assert exact_row([1e308, -1e308, 0.0], 1, "float64").loss == 2 * mpmath.mpf(1e308)


def test_masks_and_rows_without_a_truth():
    high, low = true_losses(
        [[0, -INF], [0, -INF], [-INF, -INF], [INF, 0], [NAN, 0], [0, 0]],
        [0, 1, 0, 1, 1, 0],
        "float64",
    )
    np.testing.assert_allclose(high, [0, INF, NAN, NAN, NAN, math.log(2)])
    assert np.isfinite(low).all()
    assert exact_row([0.0, -INF], 1, "float32").loss == mpmath.inf
    assert mpmath.isnan(exact_row([-INF, -INF], 1, "float32").loss)
    assert mpmath.isnan(exact_row([INF, 1.0], 1, "float32").gradient[0])


@drawn
@given(st.floats(-745, 700), st.floats(-1, 1))
def test_exp_of_two_floats_has_60_bits(high, low):
    d = dd.Double2(np.array([high]), np.array([low * 2.0**-53 * abs(high)]))
    got = dd.exp(d)
    with mpmath.workdps(60):
        true = mpmath.exp(mpmath.mpf(high) + mpmath.mpf(float(d.low[0])))
        error = abs(mpmath.mpf(float(got.high[0])) + mpmath.mpf(float(got.low[0])) - true)
        assert error <= true * mpmath.mpf(2) ** -58 + mpmath.mpf(5e-324)


@drawn
@given(st.one_of(st.floats(0, 16), st.floats(0, 0.1), st.floats(1e-300, 1e-10)))
def test_log1p_of_two_floats_has_56_bits(s):
    got = dd.log1p(dd.Double2(np.array([s]), np.array([s * 2.0**-55])))
    with mpmath.workdps(60):
        true = mpmath.log1p(mpmath.mpf(s) + mpmath.mpf(s * 2.0**-55))
        error = abs(mpmath.mpf(float(got.high[0])) + mpmath.mpf(float(got.low[0])) - true)
        assert error <= true * mpmath.mpf(2) ** -56 + mpmath.mpf(5e-324)


@pytest.mark.parametrize("name", FORMATS)
def test_errors_count_ulps_and_percent(name):
    fmt = FORMATS[name]
    truth = TrueLosses(np.full(6, 1.25), np.zeros(6))
    values = np.array([at_place(place_of(1.25, fmt) + n, fmt) for n in (0, 1, -1, 2, 0, 0)])
    values[4:] = INF, NAN
    found = errors(round_to(values, name), truth, name)
    np.testing.assert_array_equal(found.ulps, [0, 1, 1, 2, INF if fmt.has_inf else NAN, NAN])
    expected = 100 * np.array([0, 1, 1, 2]) * fmt.eps / 1.25
    np.testing.assert_allclose(found.percent[:4], expected)


def test_errors_count_what_the_nearest_float64_misses():
    truth = TrueLosses(np.array(1.0), np.array(2.0**-54))
    assert errors(np.array(1.0), truth, "float64").ulps == 0.25
    assert errors(np.array(1 + 2.0**-52), truth, "float64").ulps == 0.75


@pytest.mark.parametrize("name", FORMATS)
def test_ulps_below_the_smallest_normal_are_subnormals(name):
    tiny = FORMATS[name].smallest_subnormal
    truth = TrueLosses(np.array([3 * tiny, tiny / 4 if tiny > 5e-324 else 0.0]), np.zeros(2))
    found = errors(np.array([tiny, 0.0]), truth, name)
    np.testing.assert_array_equal(found.ulps, [2, 0.25 if tiny > 5e-324 else 0])


def test_outcomes_are_named_for_what_one_sees():
    truth = TrueLosses(
        np.array([1.0, 1.0, 1.0, 1.0, 1.0, INF, INF, 1e-60, 1e-44, NAN]), np.zeros(10)
    )
    values = [1 + 2.0**-21, 1.001, 0.0, INF, NAN, INF, NAN, 0.0, 0.0, 1.0]
    found = outcomes(np.array(values, np.float32), truth, "float32")
    assert [OUTCOMES[i] for i in found] == [
        *("right", "digits", "zero", "inf", "nan", "right", "nan", "right", "zero", "digits")
    ]
    assert outcomes(np.float32(1.001), TrueLosses(truth.high[0], truth.low[0]), "float32", 1e6) == 0


@drawn
@given(st.sampled_from(sorted(FORMATS)), st.data())
def test_outcomes_are_those_of_the_exact_loss(name, data):
    fmt = FORMATS[name]
    row = data.draw(st.lists(st.floats(-60, 60), min_size=1, max_size=4))
    target = data.draw(st.integers(0, len(row) - 1))
    true = exact_row(row, target, name, 60).loss
    for formula, outcome in names_of(row, target, name).items():
        value = float(losses(row, target, name)[formula])
        if not math.isfinite(value):
            assert outcome == ("nan" if math.isnan(value) else "inf")
            continue
        with mpmath.workdps(60):
            unit = mpmath.mpf(2) ** (mpmath.frexp(true)[1] - fmt.precision) if true else 0
            unit = max(unit, mpmath.mpf(fmt.smallest_subnormal))
            ulps = abs(mpmath.mpf(value) - true) / unit
            vanished = value == 0 and true > mpmath.mpf(fmt.smallest_subnormal) / 2
        if vanished:
            assert outcome == "zero"
        elif abs(ulps - 4) > 0.2:
            assert outcome == ("right" if ulps < 4 else "digits")


# The facts of the source note.


def test_s13_an_overflow_of_the_target_is_nan_and_of_another_class_inf():
    assert names_of([1000.0, 0.0], 0, "float32")["paper"] == "nan"
    assert names_of([1000.0, 0.0], 1, "float32")["paper"] == "inf"
    found = trace([1000.0, 0.0], 1, "float32")["paper"]
    assert [float(found[key].values) for key in ("pick", "log", "neg")] == [0, -INF, INF]
    assert blamed([1000.0, 0.0], 0, "float32")["paper"] == ("exp", ("overflow",))


def test_s14_log_of_0_is_inf_when_picked_and_nan_in_the_full_sum():
    assert blamed([-1000.0, 0.0], 0, "float32")["paper"] == ("exp", ("underflow",))
    assert names_of([-1000.0, 0.0], 0, "float32")["paper"] == "inf"
    assert names_of([-1000.0, 0.0], 1, "float32")["full_sum"] == "nan"
    key, events = blamed([-1000.0, 0.0], 1, "float32")["full_sum"]
    assert (key, "invalid" in events) == ("times", True)
    assert names_of([-1000.0] * 3, 0, "float32")["paper"] == "nan"
    found = trace([-1000.0] * 3, 0, "float32")["paper"]
    assert event_names(int(found["p"].events[0])) == ("invalid",)


def test_s15_subtracting_the_maximum_does_not_save_the_softmax_before_a_log():
    row = [123.0, 456.0, 789.0]
    found = losses(row, 0, "float32")
    assert (found["shifted"], found["log_softmax"], found["log1p"]) == (INF, 666, 666)
    assert blamed(row, 0, "float32")["shifted"] == ("exp", ("underflow",))
    assert blamed(row, 0, "float32")["log_softmax"] is None


def test_s15_the_order_matters_where_logits_are_equal_and_large():
    assert float(losses([1e4, 1e4], 0, "float32")["lse"]) == pytest.approx(0.69336, abs=5e-6)
    assert names_of([1e4, 1e4], 0, "float32")["lse"] == "digits"
    for row, truth in (([1e8] * 2, math.log(2)), ([1e8] * 3, math.log(3))):
        found = losses(row, 0, "float32")
        assert found["lse"] == 0
        assert float(found["log_softmax"]) == pytest.approx(truth, rel=1e-7)
        assert blamed(row, 0, "float32")["lse"] == ("lse", ("absorbed",))


def test_a_small_epsilon_caps_the_loss():
    found = losses([0.0, 1000.0], 0, "float32")
    assert float(found["epsilon"]) == pytest.approx(-math.log(1e-8), abs=1e-5)
    assert names_of([0.0, 1000.0], 0, "float32")["epsilon"] == "digits"
    assert names_of([0.0, 1000.0], 0, "float16")["epsilon"] == "inf"  # the epsilon is 0 there
    assert blamed([0.0, 18.0], 0, "float32")["epsilon"] == ("plus", ())


def test_a_tiny_loss_survives_only_where_1_is_kept_out_of_the_sum():
    assert names_of([0.0, -40.0], 0, "float32") == dict.fromkeys(FORMULAS, "zero") | {
        "log1p": "right",
        "epsilon": "zero",
    }
    assert blamed([0.0, -40.0], 0, "float32")["log_softmax"] == ("sum", ("absorbed",))
    assert names_of([0.0, -200.0], 0, "float32")["log_softmax"] == "right"  # 0 is the nearest


def test_float16_breaks_at_12():
    assert names_of([12.0, 0.0], 0, "float16")["paper"] == "nan"
    assert names_of([12.0, 0.0], 0, "bfloat16")["paper"] != "nan"


def test_a_mask_is_harmless_by_index_and_nan_in_the_full_sum():
    found = names_of([0.5, -INF, 1.0], 0, "float32")
    assert found["full_sum"] == "nan"
    assert found["log_softmax"] == found["log1p"] == "right"
    assert set(names_of([-INF, -INF], 0, "float32").values()) == {"nan"}
    assert set(blamed([-INF, -INF], 0, "float32").values()) == {None}


# Blame.


def test_a_harmless_event_is_not_blamed():
    key, events = blamed([1e8, 1e8, -1e8], 0, "float32")["lse"]
    assert (key, events) == ("lse", ("absorbed",))  # not the underflow of e^-2e8 before
    row = [0.001, 1e8]
    step = trace(row, 0, "float32")["shifted"]["shift"]
    assert event_names(int(step.events[0])) == ("absorbed",)
    assert blamed(row, 0, "float32")["shifted"] == ("exp", ("underflow",))


@pytest.mark.parametrize("name", FORMATS)
def test_blame_falls_on_a_step_exactly_where_the_loss_is_wrong(name):
    x, target = hard_rows(name, 3, 400, seed=21)
    found, truth = trace(x, target, name), true_losses(x, target, name)
    for formula, at in first_wrong(found, truth).items():
        wrong = outcomes(found[formula].loss, truth, name) != 0
        np.testing.assert_array_equal(at >= 0, wrong & ~np.isnan(truth.high))
        # nan, inf and vanished losses need more than rounding: something happened by then.
        gone = (at >= 0) & ~np.isfinite(found[formula].loss.astype(float))
        for row in np.flatnonzero(gone):
            steps = found[formula].steps[: at[row] + 1]
            flags = np.bitwise_or.reduce(
                [np.bitwise_or.reduce(np.ravel(s.events[row])) for s in steps]
            )
            assert flags & 0b1111, (formula, x[row], target[row])


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float8_e5m2"])
def test_up_to_the_blamed_step_exact_arithmetic_would_still_save_the_loss(name):
    """The definition again, by mpmath, for the plain softmax and its logarithm."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(150, 3)) * rng.choice([1, 5, 12, 60], (150, 1))
    found, truth = trace(x, 0, name), true_losses(x, 0, name)
    at = first_wrong(found, truth)["paper"]
    steps = found["paper"].steps
    checked = 0
    for row in np.flatnonzero(at > 0):
        with mpmath.workdps(120):
            e = [mpmath.mpf(float(v)) for v in steps[0].values[row]]
            s, p, log = (mpmath.mpf(float(np.ravel(steps[i].values[row])[0])) for i in (1, 2, 4))
            rest = [
                lambda e=e: mpmath.log(mpmath.fsum(e) / e[0]),
                lambda e=e, s=s: mpmath.log(s / e[0]),
                lambda p=p: -mpmath.log(p),
                lambda p=p: -mpmath.log(p),
                lambda log=log: -log,
            ]
            true = TrueLosses(truth.high[row], truth.low[row])
            final = outcomes(found["paper"].loss[row], true, name)
            # Bad is what is not right; where the loss is inf or nan, what is as bad as that.
            bad = max(1, final if OUTCOMES[final] in ("inf", "nan") else 1)
            saved = float(rest[at[row] - 1]()) if all(map(mpmath.isfinite, e)) else NAN
            assert outcomes(np.array(saved), true, name) < bad
            lost = [float(rest[at[row]]())] if p and at[row] < 5 else []
            assert all(outcomes(np.array(v), true, name) >= bad for v in lost)
            checked += 1
    assert checked > 10


def quotient(a, b):
    """a / b, or nan where there is none that is finite and known."""
    return mpmath.nan if mpmath.isinf(a) or mpmath.isinf(b) or b == 0 else a / b


def logarithm(a):
    return mpmath.log(a) if a >= 0 and not mpmath.isinf(a) else mpmath.nan


def product(y, a):
    """y · a, with 0 log 0 = 0."""
    return mpmath.mpf(0) if y == 0 else y * a


# Each operation on the mpmath numbers of one row: lists for vectors. `given` has what is known.
EXACT = {
    "max": lambda given, x: x[given["peak"]],
    "subtract_given": lambda given, x, m: [v - m for v in x],
    "exp": lambda given, a: [mpmath.exp(v) for v in a],
    "others": lambda given, a, shift: [
        mpmath.mpf(0) if j == given["peak"] else v for j, v in enumerate(a)
    ],
    "sum": lambda given, a: sum(a),
    "divide": lambda given, a, s: [quotient(v, s) for v in a],
    "pick": lambda given, a: a[given["target"]],
    "one_hot": lambda given: [mpmath.mpf(j == given["target"]) for j in range(given["classes"])],
    "multiply": lambda given, y, a: [product(u, v) for u, v in zip(y, a, strict=True)],
    "epsilon": lambda given: mpmath.mpf(0),  # without it nothing would be wrong
    "log": lambda given, a: [logarithm(v) for v in a] if isinstance(a, list) else logarithm(a),
    "log1p": lambda given, a: logarithm(1 + a),
    "add": lambda given, a, b: a + b,
    "subtract": lambda given, a, b: a - b,
    "negative": lambda given, a: -a,
}


def saved_after(step_values, formula, index, row, target):
    """The loss if all steps of a formula after this one were done in exact arithmetic."""
    given = {"peak": int(np.argmax(row)), "target": target, "classes": len(row)}
    known = {"x": [mpmath.mpf(float(v)) for v in row]}
    for at, step in enumerate(PROGRAMS[formula]):
        if at <= index and step.operation != "epsilon":
            found = [mpmath.mpf(float(v)) for v in np.ravel(step_values[at])]
            known[step.key] = found if np.ndim(step_values[at]) else found[0]
        else:
            known[step.key] = EXACT[step.operation](given, *(known[key] for key in step.takes))
    return float(known["neg"])


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float8_e5m2", "float8_e4m3fn"])
def test_the_blamed_step_is_the_first_after_which_exact_arithmetic_is_too_late(name, formula):
    """The definition by mpmath, step for step, for every formula."""
    rng = np.random.default_rng(2)
    scale = rng.choice([1, 5, 12, 60, 300], (120, 1)) if FORMATS[name].bits > 8 else 3
    x = rng.normal(size=(120, 3)) * scale
    x[::9, 2] = x[::9, 0]
    x[::13, 1] = -INF
    target = rng.integers(0, 3, len(x))
    target[::13] = 0
    found, truth = trace(x, target, name, [formula]), true_losses(x, target, name)
    at = first_wrong(found, truth)[formula]
    steps, checked = found[formula].steps, set()
    for row in np.flatnonzero(at >= 0):
        true = TrueLosses(truth.high[row], truth.low[row])
        final = int(outcomes(found[formula].loss[row], true, name))
        values = [step.values[row] for step in steps]
        with mpmath.workdps(200):
            logits = found.logits[row].astype(float)
            after = [
                saved_after(values, formula, i, logits, int(target[row])) for i in range(len(steps))
            ]
        kinds = [int(outcomes(np.array(loss), true, name)) for loss in after]
        # Where the loss is inf or nan, what is as bad as that; else all that is not right.
        late = [kind >= final if OUTCOMES[final] in ("inf", "nan") else kind > 0 for kind in kinds]
        assert late.index(True) == at[row], (formula, x[row], target[row], kinds, final)
        checked.add(steps[at[row]].key)
    assert checked or formula in ("log_softmax", "log1p")


@pytest.mark.parametrize(
    ("error", "message", "call"),
    [
        (
            ValueError,
            r"one row, found shape \(2, 3\)",
            lambda: exact_row(np.zeros((2, 3)), 0, "float32"),
        ),
        (ValueError, "digits: must be from 1 to 1000", lambda: exact_row([0.0], 0, "float32", 0)),
        (IndexError, "from 0 to 0, found 1", lambda: exact_row([0.0], 1, "float32")),
        (ValueError, "format: must be", lambda: errors(np.zeros(1), TrueLosses(0, 0), "half")),
        (
            ValueError,
            "truth: shape",
            lambda: first_wrong(trace([0.0], 0, "float32"), true_losses([[0.0]], 0, "float32")),
        ),
    ],
)
def test_mistakes_are_named(error, message, call):
    with pytest.raises(error, match=message):
        call()
