"""Four ways to write the same loss in PyTorch, their gradients, and how far they are apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor, nn

from xent_core._arrays import Array, check_choice
from xent_core.pytorch._inputs import as_batch, as_classes, exact, float_type, to_tensor
from xent_core.pytorch.ulps import ulp_distance, ulp_distances

WAYS = ("cross_entropy_module", "cross_entropy_function", "log_softmax_nll", "log_of_softmax_nll")
WAY_REDUCTIONS = ("mean", "sum")

LossFunction: TypeAlias = Callable[[Tensor, Tensor], Tensor]


class Way(NamedTuple):
    """One way's loss and its gradient (N, C), and both distances from CrossEntropyLoss in ulps.

    `grad_ulps` has an int, or None, for each logit; `worst_grad_ulps` is the largest of them, or
    None if there is a None among them.
    """

    key: str
    loss: float
    grad: Array
    loss_ulps: int | None
    grad_ulps: Array
    worst_grad_ulps: int | None


def four_ways(
    logits: ArrayLike, target: ArrayLike, dtype: str = "float32", reduction: str = "mean"
) -> tuple[Way, ...]:
    """The loss of a batch and its gradient, written in the four ways of `WAYS`.

    cross_entropy_module: nn.CrossEntropyLoss()(x, t), with which the others are compared;
    cross_entropy_function: F.cross_entropy(x, t);
    log_softmax_nll: nn.NLLLoss()(nn.LogSoftmax(dim=1)(x), t);
    log_of_softmax_nll: nn.NLLLoss()(torch.log(torch.softmax(x, dim=1)), t).

    Args:
        logits: (N, C), N from 1 to 8 and C from 1 to 10, rounded to `dtype`; may hold inf and nan.
        target: Integers (N), classes, or -100 where a sample is to be ignored.
        dtype: "float32" or "float64".
        reduction: "mean" or "sum".

    Returns:
        tuple of `Way`, in the order of `WAYS`; losses in nats.

    Raises:
        ValueError: If a shape, a type, or the reduction is wrong.
        IndexError: If a class is not there.

    Example:
        >>> from xent_core.pytorch import four_ways
        >>> [(way.loss, way.loss_ulps) for way in four_ways([[123, 456, 789]], [0])]
        [(666.0, 0), (666.0, 0), (666.0, 0), (inf, None)]
    """
    batch = as_batch(logits)
    classes = torch.tensor(as_classes(target, batch))
    kind = float_type(dtype)
    check_choice(reduction, WAY_REDUCTIONS, "reduction")
    results = [
        loss_and_grad(way_function(key, reduction), to_tensor(batch, kind), classes) for key in WAYS
    ]
    reference = results[0]
    return tuple(
        _compared(key, result, reference, dtype) for key, result in zip(WAYS, results, strict=True)
    )


def way_function(key: str, reduction: str = "mean") -> LossFunction:
    """The function of logits and classes that computes the loss in the way `key`.

    Args:
        key: One of `WAYS`.
        reduction: "mean" or "sum".

    Returns:
        function (logits, classes) → loss, of tensors. It keeps nothing from call to call.

    Raises:
        ValueError: If there is no such way or reduction.

    Example:
        >>> import torch
        >>> from xent_core.pytorch import way_function
        >>> loss = way_function("log_softmax_nll")(torch.zeros(1, 4), torch.tensor([0]))
        >>> round(loss.item(), 4)
        1.3863
    """
    check_choice(key, WAYS, "key")
    check_choice(reduction, WAY_REDUCTIONS, "reduction")
    nll = nn.NLLLoss(reduction=reduction)
    if key == "cross_entropy_module":
        return nn.CrossEntropyLoss(reduction=reduction)
    if key == "cross_entropy_function":
        return lambda x, t: F.cross_entropy(x, t, reduction=reduction)
    if key == "log_softmax_nll":
        log_softmax = nn.LogSoftmax(dim=1)
        return lambda x, t: nll(log_softmax(x), t)
    return lambda x, t: nll(torch.log(torch.softmax(x, dim=1)), t)


def loss_and_grad(loss_of: LossFunction, x: Tensor, target: Tensor) -> tuple[float, Array]:
    """The loss, and its gradient in `x` by autograd."""
    # The caller's thread may have switched gradients off; this is the thread's own switch.
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        loss = loss_of(x, target)
        (grad,) = torch.autograd.grad(loss, x)
    return exact(loss), exact(grad)


def _compared(
    key: str, result: tuple[float, Array], reference: tuple[float, Array], dtype: str
) -> Way:
    (loss, grad), (true_loss, true_grad) = result, reference
    grad_ulps = ulp_distances(grad, true_grad, dtype)
    distances = grad_ulps.ravel().tolist()
    return Way(
        key,
        loss,
        grad,
        ulp_distance(loss, true_loss, dtype),
        grad_ulps,
        None if None in distances else max(distances),
    )
