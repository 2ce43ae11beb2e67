"""Which of PyTorch's operators really ran, and which one called which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor
from torch.autograd import profiler_legacy

from xent_core._arrays import check_choice
from xent_core.pytorch._inputs import as_batch, as_classes, float_type, to_tensor
from xent_core.pytorch.ways import WAYS, way_function

TRACE_CASES = (*WAYS, "weight", "label_smoothing", "probabilities", "smoothed_probabilities")
_SMOOTHING = 0.1


class Operator(NamedTuple):
    """One call of an operator, and the operators that it called, in order."""

    name: str
    children: tuple[Operator, ...]


Trace: TypeAlias = tuple[Operator, ...]


class Composition(NamedTuple):
    """What ran directly inside aten::cross_entropy_loss.

    `others` are the names of its children besides log_softmax and nll_loss_nd; `found` is false
    if there is no aten::cross_entropy_loss in the trace at all.
    """

    found: bool
    log_softmax: bool
    nll_loss: bool
    others: tuple[str, ...]


def trace_operators(run: Callable[[], object]) -> Trace:
    """Run a function and list the operators that it runs, as trees.

    Only the calling thread is listened to, so that sessions in other threads may trace at the
    same time. Traces do not nest: `run` must not trace.

    Args:
        run: What it returns is dropped; what it raises is passed on.

    Returns:
        tuple of `Operator`, in the order in which they began.

    Raises:
        RuntimeError: If this thread is traced already.

    Example:
        >>> import torch
        >>> from xent_core.pytorch import kernels, trace_operators
        >>> x = torch.ones(2)
        >>> kernels(trace_operators(lambda: x.log_softmax(0)))
        ('aten::_log_softmax',)
    """
    # The newer torch.profiler is one for the whole process: two threads that trace at once crash
    # it (a segmentation fault in 2.13), and each trace writes to stderr. This one listens to its
    # own thread only; tests/xent_core/pytorch/test_trace.py holds the two against each other.
    with profiler_legacy.profile() as profiler:  # ty: ignore[deprecated]
        run()
    events: Any = profiler.function_events
    return _operators(event for event in events if event.cpu_parent is None)


def _operators(events: Iterator[Any]) -> Trace:
    # Handles count upwards: they keep the order of events that one clock tick cannot tell apart.
    ordered = sorted(events, key=lambda event: (event.time_range.start, event.id))
    return tuple(Operator(event.name, _operators(iter(event.cpu_children))) for event in ordered)


def trace_loss(
    case: str,
    logits: ArrayLike,
    target: ArrayLike,
    dtype: str = "float32",
    *,
    backward: bool = False,
) -> Trace:
    """The operators that one way to the loss runs on a batch, taken live.

    Args:
        case: One of `TRACE_CASES`, a way of `WAYS`, or F.cross_entropy with a weight for each class
            ("weight"), with label_smoothing=0.1 ("label_smoothing"), with one-hot probabilities as
            the target ("probabilities"), or with the last two together ("smoothed_probabilities").
        logits: (N, C), N from 1 to 8 and C from 1 to 10.
        target: Integers (N), classes, or -100 where a sample is ignored (not for probabilities).
        dtype: "float32" or "float64".
        backward: Whether to compute the gradient in the logits as well.

    Returns:
        tuple of `Operator`.

    Raises:
        ValueError: If the case, a shape or a type is wrong.
        IndexError: If a class is not there.

    Example:
        >>> from xent_core.pytorch import trace_loss
        >>> (loss,) = trace_loss("cross_entropy_function", [[1.0, 2.0]], [0])
        >>> [operator.name for operator in loss.children]
        ['aten::log_softmax', 'aten::nll_loss_nd']
    """
    check_choice(case, TRACE_CASES, "case")
    batch = as_batch(logits)
    ignore_index = None if case.endswith("probabilities") else -100
    classes = torch.tensor(as_classes(target, batch, ignore_index))
    x = to_tensor(batch, float_type(dtype))
    with torch.enable_grad():
        loss = _prepared(case, x, classes)
        if not backward:
            return trace_operators(loss)
        x.requires_grad_()
        return trace_operators(lambda: torch.autograd.grad(loss(), x))


def _prepared(case: str, x: Tensor, classes: Tensor) -> Callable[[], Tensor]:
    """The call to trace; all that it needs is made beforehand, outside the trace."""
    if case in WAYS:
        way = way_function(case)
        return lambda: way(x, classes)
    weight = torch.ones(x.shape[1], dtype=x.dtype) if case == "weight" else None
    smoothing = _SMOOTHING if "smooth" in case else 0.0
    if case.endswith("probabilities"):
        classes = F.one_hot(classes, x.shape[1]).to(x.dtype)
    return lambda: F.cross_entropy(x, classes, weight=weight, label_smoothing=smoothing)


def kernels(trace: Sequence[Operator]) -> tuple[str, ...]:
    """The operators that did the work: those that called no other, in order.

    An aten::to that called nothing is left out: the tensor had the type that was asked for.

    Args:
        trace: From `trace_operators` or `trace_loss`.

    Returns:
        Names of operators.

    Raises:
        Nothing.

    Example:
        >>> from xent_core.pytorch import kernels, trace_loss
        >>> kernels(trace_loss("cross_entropy_module", [[1.0, 2.0]], [0]))
        ('aten::_log_softmax', 'aten::nll_loss_forward')
    """
    leaves = (operator.name for operator in _walk(trace) if not operator.children)
    return tuple(name for name in leaves if name != "aten::to")


def cross_entropy_composition(trace: Sequence[Operator]) -> Composition:
    """Whether log_softmax and nll_loss ran inside cross_entropy_loss, and what else did.

    The source note says that CrossEntropyLoss "is not made of those two functions" (S16'); where
    both are here and nothing else is, it is.

    Args:
        trace: From `trace_operators` or `trace_loss`.

    Returns:
        Composition, of the first aten::cross_entropy_loss in the trace.

    Raises:
        Nothing.

    Example:
        >>> from xent_core.pytorch import cross_entropy_composition, trace_loss
        >>> cross_entropy_composition(trace_loss("cross_entropy_module", [[1.0, 2.0]], [0]))
        Composition(found=True, log_softmax=True, nll_loss=True, others=())
    """
    whole = (node for node in _walk(trace) if node.name == "aten::cross_entropy_loss")
    first = next(whole, None)
    if first is None:
        return Composition(False, False, False, ())
    parts = [child.name for child in first.children]
    own = {"aten::log_softmax", "aten::nll_loss_nd"}
    return Composition(
        True,
        "aten::log_softmax" in parts,
        "aten::nll_loss_nd" in parts,
        tuple(name for name in parts if name not in own),
    )


def _walk(trace: Sequence[Operator]) -> Iterator[Operator]:
    for operator in trace:
        yield operator
        yield from _walk(operator.children)
