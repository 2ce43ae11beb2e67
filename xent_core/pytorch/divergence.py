"""KLDivLoss: its arguments' order, its reductions, and its gradient beside the cross-entropy's."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from xent_core._arrays import Array
from xent_core.information import entropy, kl_divergence
from xent_core.pytorch._inputs import as_batch, as_row, exact, float_type, to_tensor
from xent_core.pytorch.ulps import ulp_distance

# F.kl_div(input, target): the right order, the swapped one, and q where its logarithm is asked for.
KL_ORDERS = ("right", "swapped", "no_log")
KL_REDUCTIONS = ("batchmean", "mean", "sum")


class KlCall(NamedTuple):
    """One call of F.kl_div, and how far its value is from D(P‖Q)."""

    order: str
    log_target: bool
    reduction: str
    value: float
    ulps: int | None


class KlTable(NamedTuple):
    """All calls; the true D(P‖Q) and D(Q‖P), each the mean over the rows; all in nats.

    without_log: Σ p (log p - q), the mean over the rows: what comes of q in the place of log q.
    """

    calls: tuple[KlCall, ...]
    truth: float
    truth_swapped: float
    without_log: float


class KlGradients(NamedTuple):
    """H(P), H(P,Q) and D(P‖Q) of one row, and the gradients of the last two in both logits."""

    entropy: float
    cross_entropy: float
    kl: float
    cross_entropy_grad_q: Array
    kl_grad_q: Array
    cross_entropy_grad_p: Array
    kl_grad_p: Array


def kl_div_table(p: ArrayLike, q: ArrayLike, dtype: str = "float64") -> KlTable:
    """F.kl_div in every order of `KL_ORDERS`, with log_target and without, by every reduction.

    right: F.kl_div(log q, p); swapped: F.kl_div(log p, q); no_log: F.kl_div(q, p). With
    log_target the logarithm of the second argument is passed. Only "right" with "batchmean" is
    D(P‖Q): "mean" divides by the number of classes too. Where p is 0, log_target gives nan; where
    q is 0 as well, both do: torch has no rule for 0 · log 0 in its input.

    Args:
        p, q: Distributions (C) or (N, C), of one shape; N from 1 to 8 and C from 1 to 10.
        dtype: "float32" or "float64".

    Returns:
        KlTable; a call's `ulps` is its distance from `truth` in ulps of `dtype`.

    Raises:
        ValueError: If a shape or a type is wrong or a row is not a distribution.

    Example:
        >>> from xent_core.pytorch import kl_div_table
        >>> table = kl_div_table([0.5, 0.5], [0.25, 0.75])
        >>> [round(call.value, 3) for call in table.calls[:3]], round(table.truth, 3)
        ([0.144, 0.072, 0.144], 0.144)
    """
    p_batch, q_batch = (as_batch(np.atleast_2d(v), name) for v, name in ((p, "p"), (q, "q")))
    tensors = [to_tensor(batch, float_type(dtype)) for batch in (p_batch, q_batch)]
    truth, swapped = _mean_kl(p_batch, q_batch), _mean_kl(q_batch, p_batch)
    calls = tuple(
        _call(order, log_target, reduction, *tensors, truth)
        for order in KL_ORDERS
        for log_target in (False, True)
        for reduction in KL_REDUCTIONS
    )
    return KlTable(
        calls,
        truth,
        swapped,
        float(np.mean(-np.asarray(entropy(p_batch)) - (p_batch * q_batch).sum(-1))),
    )


def _mean_kl(p: Array, q: Array) -> float:
    divergences: Any = kl_divergence(p, q)
    return float(np.mean(divergences))


def _call(
    order: str, log_target: bool, reduction: str, p: Tensor, q: Tensor, truth: float
) -> KlCall:
    inputs = {"right": q.log(), "swapped": p.log(), "no_log": q}
    target = q if order == "swapped" else p
    if log_target:
        target = target.log()
    value = exact(F.kl_div(inputs[order], target, reduction=reduction, log_target=log_target))
    ulps = ulp_distance(value, truth, str(p.dtype).removeprefix("torch."))
    return KlCall(order, log_target, reduction, value, ulps)


def kl_gradients(p_logits: ArrayLike, q_logits: ArrayLike, dtype: str = "float64") -> KlGradients:
    """What differs between training with the KL divergence and with the cross-entropy.

    H(P,Q) = H(P) + D(P‖Q), and H(P) does not depend on Q: in Q both have the one gradient q - p,
    whatever P is. They train differently only if P is trained too.

    Args:
        p_logits, q_logits: (C), of one shape, C from 1 to 10: P and Q are their softmax.
        dtype: "float32" or "float64".

    Returns:
        KlGradients; numbers in nats, gradients (C) in the logits of Q and of P, by autograd.

    Raises:
        ValueError: If a shape or a type is wrong.

    Example:
        >>> from xent_core.pytorch import kl_gradients
        >>> result = kl_gradients([2.0, 0.0], [0.0, 0.0])
        >>> result.cross_entropy_grad_q.round(3), result.kl_grad_q.round(3)
        (array([-0.381,  0.381]), array([-0.381,  0.381]))
        >>> result.cross_entropy_grad_p.round(3), result.kl_grad_p.round(3)
        (array([0., 0.]), array([ 0.21, -0.21]))
    """
    rows = as_row(p_logits, "p_logits"), as_row(q_logits, "q_logits")
    if rows[0].shape != rows[1].shape:
        raise ValueError(
            f"p_logits, q_logits: shapes {rows[0].shape} and {rows[1].shape} do not match"
        )
    kind = float_type(dtype)
    with torch.enable_grad():
        a, b = (to_tensor(row, kind).requires_grad_() for row in rows)
        log_p, log_q = a.log_softmax(0), b.log_softmax(0)
        entropy = -(log_p.exp() * log_p).sum()
        # Each as the learner would write it, not as the sum of the other two.
        cross_entropy = F.cross_entropy(b, log_p.exp())
        kl = F.kl_div(log_q, log_p, reduction="sum", log_target=True)
        grads = [
            torch.autograd.grad(loss, variable, retain_graph=True)[0]
            for variable in (b, a)
            for loss in (cross_entropy, kl)
        ]
    return KlGradients(*(exact(value) for value in (entropy, cross_entropy, kl, *grads)))
