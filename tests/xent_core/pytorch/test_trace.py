"""PyTorch's route to the loss, operator by operator: these tests fail when it changes."""

import threading
from itertools import cycle

import pytest
import torch
import torch.nn.functional as F

from xent_core import pytorch as xt

pytestmark = pytest.mark.filterwarnings("error")

X, TARGET = [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]], [0, 1]

LOG_SOFTMAX = """
aten::cross_entropy_loss
  aten::log_softmax
    aten::to
    aten::_log_softmax"""

INDEX = f"""{LOG_SOFTMAX}
  aten::nll_loss_nd
    aten::nll_loss
      aten::nll_loss_forward"""

SUM = """
  aten::sum
    aten::as_strided
    aten::fill_"""

CONVERT = """
    aten::to
      aten::_to_copy
        aten::empty_strided
        aten::copy_"""

# A Python float is a float64: only for a float32 does it have to be converted.
NUMBER = {"float32": CONVERT, "float64": ""}


def route(case, dtype="float32"):
    """The text of the trace that we expect."""
    number = NUMBER[dtype]
    mean = f"""
  aten::mul{SUM}
  aten::neg
  aten::div{CONVERT}"""
    return {
        "cross_entropy_module": INDEX,
        "cross_entropy_function": INDEX,
        "weight": INDEX,
        "log_softmax_nll": """
aten::log_softmax
  aten::_log_softmax
aten::nll_loss_nd
  aten::nll_loss
    aten::nll_loss_forward""",
        "log_of_softmax_nll": """
aten::softmax
  aten::_softmax
aten::log
aten::nll_loss_nd
  aten::nll_loss
    aten::nll_loss_forward""",
        "label_smoothing": f"""{INDEX}{SUM}
  aten::neg
  aten::eq
  aten::masked_fill_
  aten::bitwise_not
  aten::sum
    aten::as_strided{CONVERT}
    aten::fill_{SUM}
  aten::div{CONVERT}
  aten::mul{number}
  aten::mul{number}
  aten::add""",
        "probabilities": f"{LOG_SOFTMAX}{mean}",
        "smoothed_probabilities": f"""{LOG_SOFTMAX}
  aten::mul{number}
  aten::add{number}{mean}""",
    }[case]


def written(trace, depth=0):
    """The trees of a trace as text, one operator in a line, two spaces for each level."""
    lines = []
    for operator in trace:
        lines.append("  " * depth + operator.name)
        lines += [written(operator.children, depth + 1)] if operator.children else []
    return "\n".join(lines)


def names(trace):
    return tuple((operator.name, names(operator.children)) for operator in trace)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", xt.TRACE_CASES)
def test_the_route_of_pytorch_is_the_one_the_lesson_describes(case, dtype):
    trace = xt.trace_loss(case, X, TARGET, dtype)
    assert "\n" + written(trace) == route(case, dtype)


@pytest.mark.parametrize("case", ["cross_entropy_module", "log_softmax_nll"])
def test_the_gradient_goes_back_through_the_same_two_functions(case):
    trace = xt.trace_loss(case, X, TARGET, backward=True)
    backward = [name for name in written(trace).split() if name.endswith("Backward0")]
    assert list(dict.fromkeys(backward)) == ["NllLossBackward0", "LogSoftmaxBackward0"]


def test_cross_entropy_is_made_of_log_softmax_and_nll_loss_and_of_nothing_else():
    for case in ("cross_entropy_module", "cross_entropy_function", "weight"):
        trace = xt.trace_loss(case, X, TARGET)
        assert xt.cross_entropy_composition(trace) == (True, True, True, ())
        assert xt.kernels(trace) == xt.kernels(xt.trace_loss("log_softmax_nll", X, TARGET))


def test_probabilities_are_log_softmax_too_and_smoothing_adds_to_both_functions():
    composition = xt.cross_entropy_composition(xt.trace_loss("probabilities", X, TARGET))
    assert composition[:3] == (True, True, False)
    assert "aten::mul" in composition.others
    composition = xt.cross_entropy_composition(xt.trace_loss("label_smoothing", X, TARGET))
    assert composition[:3] == (True, True, True)
    assert "aten::sum" in composition.others


def test_without_a_cross_entropy_there_is_nothing_to_judge():
    trace = xt.trace_loss("log_softmax_nll", X, TARGET)
    assert xt.cross_entropy_composition(trace) == (False, False, False, ())


def test_a_call_that_fails_passes_its_error_on_and_the_next_trace_works():
    def fails():
        torch.ones(2).exp()
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        xt.trace_operators(fails)
    assert "\n" + written(xt.trace_loss("weight", X, TARGET)) == INDEX


def test_a_trace_in_a_trace_is_refused_and_the_next_one_works():
    with pytest.raises(RuntimeError):
        xt.trace_operators(lambda: xt.trace_operators(lambda: torch.ones(2)))
    assert "\n" + written(xt.trace_loss("weight", X, TARGET)) == INDEX


def test_threads_that_trace_at_once_see_their_own_operators_only():
    expected = {case: route(case) for case in xt.TRACE_CASES}
    start, stop = threading.Barrier(6), threading.Event()
    wrong, done = [], []

    def trace_all(offset):
        cases = cycle(xt.TRACE_CASES[offset:] + xt.TRACE_CASES[:offset])
        start.wait()
        for _, case in zip(range(60), cases, strict=False):
            seen = "\n" + written(xt.trace_loss(case, X, TARGET))
            if seen != expected[case]:
                wrong.append((case, seen))
        done.append(offset)

    def compute():
        start.wait()
        while not stop.is_set():
            F.cross_entropy(torch.ones(4, 3), torch.tensor([0, 1, 2, 0]))

    tracing = [threading.Thread(target=trace_all, args=(offset,)) for offset in range(5)]
    noise = threading.Thread(target=compute)
    for thread in (*tracing, noise):
        thread.start()
    for thread in tracing:
        thread.join(60)
    stop.set()
    noise.join(60)
    assert not wrong
    assert sorted(done) == list(range(5))


def test_the_official_profiler_sees_the_same_tree():
    x, target = torch.tensor(X), torch.tensor(TARGET)
    # One thread at a time: torch.profiler belongs to the process.
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profiler:
        F.cross_entropy(x, target)

    def tree(events):
        ordered = sorted(events, key=lambda event: event.time_range.start)
        return tuple((event.name, tree(event.cpu_children)) for event in ordered)

    official = tree(event for event in profiler.events() if event.cpu_parent is None)
    assert official == names(xt.trace_loss("cross_entropy_function", X, TARGET))


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("nll", X, TARGET), ValueError, "case: must be one of .* found 'nll'"),
        (("weight", [X[0]] * 9, [0] * 9), ValueError, r"logits: must have shape .* found \(9, 3\)"),
        (("weight", X, [0, 3]), IndexError, "target: classes go from 0 to 2, found 3"),
        (("probabilities", X, [0, -100]), IndexError, "target: .* found -100"),
        (("weight", X, TARGET, "int64"), ValueError, "dtype: must be one of .* found 'int64'"),
    ],
)
def test_a_mistake_is_named_with_its_value(arguments, error, message):
    with pytest.raises(error, match=f"^{message}"):
        xt.trace_loss(*arguments)
