"""Weights, ignored targets, label smoothing and soft targets: torch's value and the sum behind it.

Every loss is Σ_i Σ_c g_ic L_ic over the samples i and the classes c, with L_ic = -log p_ic and

    class index t:          g_ic = (1 - ε) w_t [c = t] + ε/C w_c,     0 if t is ignored
    class probabilities y:  g_ic = w_c ((1 - ε) y_ic + ε/C)

"mean" divides by Σ w_t over the targets that count; for probabilities by the number of samples.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import ArrayLike
from torch import Tensor

from xent_core._arrays import Array, as_array, as_ignore_index, as_smoothing, check_choice
from xent_core.losses import check_not_ignored, cross_entropy_loss
from xent_core.pytorch._inputs import (
    IGNORED,
    as_batch,
    as_classes,
    as_row,
    exact,
    float_type,
    to_tensor,
)
from xent_core.pytorch.ulps import ulp_distance, ulp_distances

OPTION_REDUCTIONS = ("none", "mean", "sum")

# torch takes the logarithm of a sum that it has rounded near 1, so each L has an absolute error
# of some eps · (1 + L), however small L is. In 100 000 random states the most was 2.6 of these.
_ROUNDINGS = 8


class OptionsResult(NamedTuple):
    """torch's value and xent_core's, and what the formula is made of.

    losses (N, C): L, from torch's log_softmax; factors (N, C): g; terms (N): Σ_c g_c L_c of each
    sample, torch's reduction="none"; counted (N): false where the target is ignored;
    target_weights (N): what each sample adds to the mean's divisor; numerator: torch's
    reduction="sum"; denominator: 1 unless the reduction is "mean". `ulps` and `agrees` compare
    `torch_value` with `xent_value`.
    """

    kind: str
    torch_value: float | Array
    xent_value: float | Array
    ulps: int | Array | None
    agrees: bool
    losses: Array
    factors: Array
    terms: Array
    counted: Array
    target_weights: Array
    numerator: float
    denominator: float


class _Question(NamedTuple):
    """A checked question to F.cross_entropy."""

    x: Tensor
    target: Tensor
    weight: Tensor | None
    ignore_index: int
    smoothing: float

    def answer(self, reduction: str) -> Tensor:
        return F.cross_entropy(
            self.x,
            self.target,
            weight=self.weight,
            ignore_index=self.ignore_index,
            reduction=reduction,
            label_smoothing=self.smoothing,
        )


def cross_entropy_options(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = IGNORED,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
    dtype: str = "float32",
) -> OptionsResult:
    """F.cross_entropy with all of its options, beside xent_core's value and the terms of the sum.

    Args:
        logits: (N, C), N from 1 to 8 and C from 1 to 10, rounded to `dtype`, as the other numbers.
        target: Integers (N): classes or `ignore_index`. Floats (N, C): probabilities, unchecked.
        weight: (C), a factor for each class.
        ignore_index: Indices of this value do not count. With probabilities it must be negative.
        reduction: "none", "mean" or "sum".
        label_smoothing: ε in [0, 1].
        dtype: "float32" or "float64".

    Returns:
        OptionsResult, in nats; kind is "index" or "probabilities". `agrees` allows what rounding
        may do to torch's terms, which for a tiny loss is many ulps.

    Raises:
        ValueError: If a shape, a type, the reduction or the smoothing is wrong.
        IndexError: If a class is not there.

    Example:
        >>> from xent_core.pytorch import cross_entropy_options
        >>> result = cross_entropy_options([[0, 0], [0, 0]], [0, 1], weight=[1, 3])
        >>> result.denominator, result.factors.tolist()
        (4.0, [[1.0, 0.0], [0.0, 3.0]])
        >>> result.torch_value == result.xent_value
        True
    """
    check_choice(reduction, OPTION_REDUCTIONS, "reduction")
    question = _question(logits, target, weight, ignore_index, label_smoothing, dtype)
    value = exact(question.answer(reduction))
    ours = _xent_value(question, reduction)
    terms = exact(question.answer("none"))
    losses = exact(-torch.log_softmax(question.x, dim=1))
    factors, counted, target_weights = _factors(question)
    denominator = float(target_weights.sum()) if reduction == "mean" else 1.0
    scale = _scale(losses, factors, reduction, denominator)
    return OptionsResult(
        kind="probabilities" if question.target.ndim == 2 else "index",
        torch_value=value,
        xent_value=ours,
        ulps=_distance(value, ours, dtype),
        agrees=_agree(value, ours, _ROUNDINGS * torch.finfo(question.x.dtype).eps * scale),
        losses=losses,
        factors=factors,
        terms=terms,
        counted=counted,
        target_weights=target_weights,
        numerator=exact(question.answer("sum")),
        denominator=denominator,
    )


def _question(
    logits: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int,
    label_smoothing: float,
    dtype: str,
) -> _Question:
    batch = as_batch(logits)
    kind = float_type(dtype)
    ignore_index = as_ignore_index(ignore_index)
    return _Question(
        to_tensor(batch, kind),
        _target(target, batch, ignore_index, kind),
        None if weight is None else to_tensor(_weights(weight, batch), kind),
        ignore_index,
        as_smoothing(label_smoothing),
    )


def _target(target: ArrayLike, batch: Array, ignore_index: int, dtype: torch.dtype) -> Tensor:
    """Class indices, or class probabilities if `target` is floating and has the logits' shape."""
    values = as_array(target, "target")
    if values.ndim != 2:
        return torch.tensor(as_classes(values, batch, ignore_index))
    probabilities = as_batch(values, "target")
    if probabilities.shape != batch.shape or values.dtype.kind in "biu":
        raise ValueError(
            f"target: probabilities must be floats of shape {batch.shape}, found "
            f"{values.dtype} of shape {values.shape}"
        )
    check_not_ignored(ignore_index)
    return to_tensor(probabilities, dtype)


def _weights(weight: ArrayLike, batch: Array) -> Array:
    weights = as_row(weight, "weight")
    if weights.shape != batch.shape[1:]:
        raise ValueError(f"weight: must have shape {batch.shape[1:]}, found {weights.shape}")
    return weights


def _xent_value(question: _Question, reduction: str) -> Any:
    """xent_core's loss of the very numbers that torch was given."""
    value = cross_entropy_loss(
        question.x.numpy(),
        question.target.numpy(),
        weight=None if question.weight is None else question.weight.numpy(),
        ignore_index=question.ignore_index,
        reduction=reduction,
        label_smoothing=question.smoothing,
    )
    return value.astype(np.float64) if reduction == "none" else float(value)


def _factors(question: _Question) -> tuple[Array, Array, Array]:
    """The factor of each L; which samples count; what each adds to the mean's divisor."""
    samples, classes = question.x.shape
    weight = np.ones(classes) if question.weight is None else exact(question.weight)
    epsilon = question.smoothing
    if question.target.ndim == 2:
        factors = weight * ((1 - epsilon) * exact(question.target) + epsilon / classes)
        return factors, np.ones(samples, bool), np.ones(samples)
    target = question.target.numpy()
    counted = target != question.ignore_index
    known = np.where(counted, target, 0)
    target_weights = np.where(counted, weight[known], 0.0)
    factors = np.broadcast_to(epsilon / classes * weight, (samples, classes)).copy()
    factors[np.arange(samples), known] += (1 - epsilon) * weight[known]
    return np.where(counted[:, None], factors, 0.0), counted, target_weights


def _scale(losses: Array, factors: Array, reduction: str, denominator: float) -> Any:
    """How large the numbers were whose rounding is in the value."""
    with np.errstate(all="ignore"):
        sizes = np.where(factors == 0, 0, abs(factors) * (1 + abs(losses))).sum(1)
        return sizes if reduction == "none" else sizes.sum() / abs(denominator)


def _agree(value: Any, ours: Any, allowance: Any) -> bool:
    """Whether both are the same but for rounding, and infinite or nan at the same places."""
    allowed = np.where(np.isfinite(allowance), allowance, 0)
    return bool(np.isclose(value, ours, 0, allowed, equal_nan=True).all())


def _distance(value: Any, ours: Any, dtype: str) -> Any:
    if isinstance(value, float):
        return ulp_distance(value, ours, dtype)
    return ulp_distances(value, ours, dtype)


def one_hot_refusal(index: int, classes: int) -> str:
    """What F.one_hot says to a target that is no class.

    Args:
        index: Such as -100, which cross_entropy would ignore.
        classes: From 1 to 10.

    Returns:
        The exception's name and its message, or "" if there is none.

    Raises:
        ValueError: If `classes` is not a number from 1 to 10.

    Example:
        >>> from xent_core.pytorch import one_hot_refusal
        >>> one_hot_refusal(-100, 3)
        'RuntimeError: Class values must be non-negative.'
        >>> one_hot_refusal(1, 3)
        ''
    """
    if not 1 <= classes <= 10:
        raise ValueError(f"classes: {classes!r} is not a number from 1 to 10")
    try:
        F.one_hot(torch.tensor([index]), classes)
    except RuntimeError as error:
        return f"{type(error).__name__}: {error}"
    return ""
