"""Events: cases built to raise exactly one, and an oracle of exact arithmetic."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.xent_core.trace.reference import hard_rows, special_numbers
from xent_core.trace import EVENTS, FORMATS, FORMULAS, PROGRAMS, event_names, round_to, trace
from xent_core.trace.evaluate import OPERATIONS
from xent_core.trace.events import Cells, find_events

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=600)
INF, NAN = np.inf, np.nan


def operate(name, operation, *operands):
    """The result of one operation on single numbers, its events by name, and the bits lost."""
    fmt = FORMATS[name]
    cells = [Cells(fmt, np.atleast_1d(round_to(v, name))) for v in operands]
    with np.errstate(all="ignore"):
        result = Cells(fmt, OPERATIONS[operation](None, *(c.values for c in cells)))
        flags, lost = find_events(operation, cells, result)
        value = float(result.values.astype(np.float64)[0])
    return value, event_names(int(flags[0])), None if lost is None else int(lost[0])


CASES = [
    # format, operation, operands, result, the one event
    ("float16", "exp", (12,), INF, "overflow"),
    ("float8_e4m3fn", "exp", (7,), NAN, "overflow"),
    ("float8_e5m2", "exp", (12,), INF, "overflow"),
    ("float16", "exp", (-18,), 0, "underflow"),
    ("float32", "exp", (-104,), 0, "underflow"),
    ("float64", "exp", (-746,), 0, "underflow"),
    ("float16", "exp", (-INF,), 0, "propagated"),
    ("float16", "exp", (INF,), INF, "propagated"),
    ("float32", "exp", (NAN,), NAN, "propagated"),
    ("float64", "exp", (-740,), math.exp(-740), "subnormal"),
    ("float32", "log", (0,), -INF, "divide"),
    ("float8_e4m3fn", "log", (0,), NAN, "divide"),
    ("float32", "log", (-1,), NAN, "invalid"),
    ("float8_e4m3fn", "log", (-1,), NAN, "invalid"),
    ("float32", "log", (-INF,), NAN, "invalid"),
    ("float32", "log", (INF,), INF, "propagated"),
    ("float32", "log", (NAN,), NAN, "propagated"),
    ("float16", "log", (0.9375,), -0.064514, "cancellation"),
    ("float16", "log", (1,), 0, None),
    ("float16", "log", (0.5,), -0.69336, None),
    ("float16", "log1p", (INF,), INF, "propagated"),
    ("float16", "log1p", (6e-8,), 2.0**-24, "subnormal"),
    ("float16", "log1p", (1,), 0.69336, None),
    ("float16", "add", (60000, 60000), INF, "overflow"),
    ("float8_e4m3fn", "add", (448, 448), NAN, "overflow"),
    ("float32", "add", (1, 1e-9), 1, "absorbed"),
    ("float32", "add", (1e-9, 1), 1, "absorbed"),
    ("float32", "subtract", (1e-9, 1), -1, "absorbed"),
    ("float32", "subtract", (1, 1e-9), 1, "absorbed"),
    ("float32", "subtract_given", (1, 1e-9), 1, "absorbed"),
    ("float32", "add", (1, 0), 1, None),
    ("float32", "add", (0, -0.0), 0, None),
    ("float32", "add", (1, 2), 3, None),
    ("float32", "subtract", (1, 1.25), -0.25, "cancellation"),
    ("float32", "subtract", (1, 1), 0, "cancellation"),
    ("float32", "add", (1, -1.25), -0.25, "cancellation"),
    ("float32", "subtract", (1, 1.5), -0.5, None),
    ("float32", "subtract_given", (1, 1.25), -0.25, None),
    ("float32", "subtract_given", (1, 1), 0, None),
    ("float16", "subtract", (2.0**-14, 2.0**-14 + 2.0**-24), -(2.0**-24), "cancellation"),
    ("float16", "add", (2.0**-24, 2.0**-24), 2.0**-23, None),
    ("float32", "subtract", (INF, INF), NAN, "invalid"),
    ("float32", "add", (INF, -INF), NAN, "invalid"),
    ("float32", "subtract", (-INF, 1), -INF, "propagated"),
    ("float32", "subtract", (NAN, INF), NAN, "propagated"),
    ("float8_e4m3fn", "subtract", (INF, 1), NAN, "propagated"),
    ("float32", "divide", (0, 0), NAN, "invalid"),
    ("float8_e4m3fn", "divide", (0, 0), NAN, "invalid"),
    ("float32", "divide", (INF, INF), NAN, "invalid"),
    ("float32", "divide", (1, 0), INF, "divide"),
    ("float8_e4m3fn", "divide", (1, 0), NAN, "divide"),
    ("float32", "divide", (INF, 0), INF, "propagated"),
    ("float32", "divide", (1, INF), 0, "propagated"),
    ("float32", "divide", (0, INF), 0, "propagated"),
    ("float32", "divide", (NAN, 0), NAN, "propagated"),
    ("float32", "divide", (1e-30, 1e30), 0, "underflow"),
    ("float32", "divide", (1e30, 1e-30), INF, "overflow"),
    ("float16", "divide", (2.0**-12, 2.0**12), 2.0**-24, "subnormal"),
    ("float32", "divide", (0, 5), 0, None),
    ("float32", "divide", (1, 3), float(np.float32(1) / np.float32(3)), None),
    ("float32", "multiply", (0, -INF), NAN, "invalid"),
    ("float32", "multiply", (1, -INF), -INF, "propagated"),
    ("float32", "multiply", (0, NAN), NAN, "propagated"),
    ("float32", "multiply", (0, -3), 0, None),
    ("float32", "multiply", (1e-30, 1e-30), 0, "underflow"),
    ("float32", "multiply", (1e30, 1e30), INF, "overflow"),
    ("float16", "multiply", (2.0**-12, 2.0**-12), 2.0**-24, "subnormal"),
]


@pytest.mark.parametrize(("name", "operation", "operands", "result", "event"), CASES)
def test_a_case_built_for_it_raises_exactly_one_event(name, operation, operands, result, event):
    value, found, _ = operate(name, operation, *operands)
    assert found == (() if event is None else (event,))
    np.testing.assert_allclose(value, result, rtol=1e-4)


def test_the_cases_cover_every_event():
    assert {case[-1] for case in CASES} == {None, *EVENTS}


@pytest.mark.parametrize(
    ("operation", "operands", "lost"),
    [
        ("subtract", (1, 1.25), 2),
        ("subtract", (1, 1.5), 1),
        ("subtract", (1, 1 + 2.0**-23), 23),
        ("subtract", (1, 1), 24),
        ("subtract", (-1, 1), 0),
        ("add", (1e8, -1e8), 24),
        ("log", (0.5,), 0),
        ("log", (1 + 2.0**-10,), 10),
        ("log", (1,), 0),
        ("log", (1e30,), 0),
        ("log", (INF,), 0),
        ("subtract", (INF, INF), 0),
    ],
)
def test_the_bits_lost_are_counted(operation, operands, lost):
    assert operate("float32", operation, *operands)[2] == lost


def numbers(name):
    """Any bits of a format, as a Python float."""
    fmt = FORMATS[name]

    def value(bits):
        with np.errstate(all="ignore"):
            return float(np.array([bits], fmt.integer_type).view(fmt.dtype).astype(np.float64)[0])

    return st.one_of(
        st.integers(0, 2**fmt.bits - 1).map(value),
        st.sampled_from(special_numbers(name).astype(np.float64).tolist()),
    )


def power(value):
    return math.frexp(value)[1]


def expected_events(fmt, operation, operands, result):
    """The definitions again, by exact arithmetic on fractions."""
    if any(math.isnan(v) for v in operands):
        return {"propagated"}
    if any(math.isinf(v) for v in operands):
        return {"invalid"} if math.isnan(result) else {"propagated"}
    exact = [Fraction(v) for v in operands]
    found = set()
    if operation == "divide":
        if exact[1] == 0:
            return {"divide"} if exact[0] else {"invalid"}
        true = exact[0] / exact[1]
    elif operation == "multiply":
        true = exact[0] * exact[1]
    elif operation == "add":
        true = exact[0] + exact[1]
    else:
        true = exact[0] - exact[1]
    if not math.isfinite(result):
        return {"overflow"}
    rounds = operation in ("divide", "multiply")
    if rounds and result == 0 and true != 0:
        found.add("underflow")
    if rounds and 0 < abs(result) < fmt.smallest_normal:
        found.add("subnormal")
    if not rounds:
        a, b = exact[0], exact[1] if operation == "add" else -exact[1]
        if (result == a and b != 0) or (result == b and a != 0):
            found.add("absorbed")
        if a and b and operation != "subtract_given":
            lost = fmt.precision
            if result:
                lost = max(power(operands[0]), power(operands[1])) - power(result)
            found |= {"cancellation"} if lost >= 2 else set()
    return found


@drawn
@given(
    st.sampled_from(sorted(FORMATS)),
    st.sampled_from(["add", "subtract", "subtract_given", "divide", "multiply"]),
    st.data(),
)
def test_events_of_two_operands_are_those_of_exact_arithmetic(name, operation, data):
    operands = (data.draw(numbers(name)), data.draw(numbers(name)))
    value, found, _ = operate(name, operation, *operands)
    assert set(found) == expected_events(FORMATS[name], operation, operands, value)


@drawn
@given(st.sampled_from(sorted(FORMATS)), st.data())
@example("float16", None)
def test_events_of_exp_and_log_are_those_of_many_digits(name, data):
    fmt = FORMATS[name]
    x = data.draw(numbers(name)) if data else -17.0
    value, found, _ = operate(name, "exp", x)
    if not math.isfinite(x):
        assert found == ("propagated",)
    else:
        true = mpmath.exp(x)
        expected = set()
        if not math.isfinite(value):
            assert true > fmt.max
            expected.add("overflow")
        elif value == 0:
            assert true < fmt.smallest_subnormal
            expected.add("underflow")
        elif value < fmt.smallest_normal:
            expected.add("subnormal")
        assert set(found) == expected
    value, found, lost = operate(name, "log", x)
    if math.isnan(x) or x == INF:
        assert found == ("propagated",)
    elif x <= 0:
        assert found == (("divide",) if x == 0 else ("invalid",))
    else:
        assert set(found) <= {"cancellation"}
        assert ("cancellation" in found) == (0 < abs(value) < 0.25)
        # A condition number of 2^n loses n bits.
        if value:
            expected = max(0, math.floor(-math.log2(abs(value))))
            assert lost == min(expected, fmt.precision) or abs(math.frexp(value)[0]) == 0.5


@pytest.mark.parametrize("name", FORMATS)
def test_in_a_trace_each_operation_has_the_events_it_has_alone(name):
    x, target = hard_rows(name, 3, 25, seed=11)
    found = trace(x, target, name)
    for formula in FORMULAS:
        steps = {"x": found.logits} | {s.key: s.values for s in found[formula].steps}
        for step in PROGRAMS[formula]:
            if step.operation not in ("exp", "log", "log1p", "divide", "multiply", "add"):
                continue
            got = found[formula][step.key].events
            with np.errstate(all="ignore"):
                operands = [steps[key].astype(np.float64) for key in step.takes]
            if got.ndim == 2:
                operands = [a if a.ndim == 2 else a[:, None] for a in operands]
            for at, flags in np.ndenumerate(got):
                alone = operate(
                    name, step.operation, *(np.broadcast_to(a, got.shape)[at] for a in operands)
                )
                assert event_names(int(flags)) == alone[1], (formula, step.key, at)


def test_copies_raise_nothing_of_their_own():
    found = trace([[1000.0, 0.0, -INF], [NAN, 0.0, 1.0]], [2, 1], "float32")
    assert found["shifted"]["max"].events.tolist() == [0, EVENTS["propagated"]]
    assert found["lse"]["pick"].events.tolist() == [EVENTS["propagated"], 0]
    assert found["full_sum"]["y"].events.tolist() == [[0] * 3] * 2
    assert found["log1p"]["others"].events.tolist() == [[0] * 3, [EVENTS["propagated"]] * 3]


def test_a_sum_has_the_events_of_its_additions():
    step = trace([0.0, -40.0, 0.0], 0, "float32")["log_softmax"]["sum"]
    assert [event_names(e) for e in step.partial_events] == [(), ("absorbed",), ()]
    assert event_names(int(step.events)) == ("absorbed",)
    step = trace([11.0, 11.0, 0.0], 0, "float16")["paper"]["sum"]
    assert [event_names(e) for e in step.partial_events] == [(), ("overflow",), ("propagated",)]


def test_the_epsilon_underflows_where_the_format_has_no_room_for_it():
    for name in FORMATS:
        events = event_names(int(trace([0.0], 0, name)["epsilon"]["epsilon"].events))
        assert events == (("underflow",) if FORMATS[name].smallest_subnormal > 1.1e-8 else ())


def test_names_come_with_the_gravest_first():
    assert event_names(0) == ()
    assert event_names(255) == (
        "invalid",
        "divide",
        "overflow",
        "underflow",
        "subnormal",
        "absorbed",
        "cancellation",
        "propagated",
    )
    for name, flag in EVENTS.items():
        assert event_names(flag) == (name,)
    with pytest.raises(ValueError, match="flags: must be from 0 to 255, found 256"):
        event_names(256)
