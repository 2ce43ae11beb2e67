"""The classification losses, equal to `torch.nn.functional`, and their gradient.

With L_c = -log p_c, the target class t, smoothing ε and a weight w_c for each class:

    class index:          loss = (1 - ε) w_t L_t + ε/C Σ_c w_c L_c
    class probabilities:  loss = Σ_c w_c ((1 - ε) y_c + ε/C) L_c

"mean" divides the sum by Σ w_t over the targets that are not ignored, and for probabilities by
the number of samples. Losses are in nats. Source: PyTorch, aten/src/ATen/native/LossNLL.cpp.

float16 and bfloat16 are computed in float32 and rounded once, at the end. There torch differs,
and on purpose we do not follow it: it rounds the sum before it divides, so that the float16 mean
of 20,000 losses of 10 is inf (here 10). And the loss has the type of the logits, also where
probabilities as targets have another (torch: the wider of the two).
"""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import (
    WORKING_TYPE,
    Array,
    as_array,
    as_float,
    as_ignore_index,
    as_smoothing,
    check_choice,
    check_class_range,
    class_axis,
    from_rows,
    leading_shape,
    to_rows,
)
from xent_core.softmax import exp_rows, in_blocks, log_softmax_rows, softmax_rows

REDUCTIONS = ("none", "mean", "sum")


def nll_loss(
    log_probs: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Any:
    """Negative log likelihood of the target class: -w_t log p_t, as PyTorch's `nll_loss`.

    It takes logarithms of probabilities, such as `log_softmax` gives, and takes none itself.

    Args:
        log_probs: (C), (N, C) or (N, C, d1, …).
        target: Integers (), (N) or (N, d1, …), classes 0 … C - 1, or `ignore_index`.
        weight: (C), a factor for each class.
        ignore_index: Targets of this value add nothing to the loss, nor to the mean's divisor.
        reduction: "none" (the shape of `target`), "mean" (of nothing it is nan) or "sum".

    Returns:
        scalar, or for "none" an array of the target's shape; of the type of `log_probs`; in nats.

    Raises:
        ValueError: If a shape, a type or the reduction is wrong.
        IndexError: If a class is outside 0 … C - 1.

    Example:
        >>> from xent_core import log_softmax, nll_loss
        >>> float(nll_loss(log_softmax([[1.0, 2.0, 3.0, 4.0]]), [3]).round(4))
        0.4402
    """
    asked = _checked(log_probs, target, weight, ignore_index, reduction, name="log_probs")
    classes, ignored = _class_indices(asked)
    with np.errstate(all="ignore"):
        losses = in_blocks(_pick_kernel, asked.dtype, asked.rows, classes)
        losses = _drop(_weighted(losses, classes, asked.weight), ignored)
        return _reduce(losses, reduction, _total_weight(classes, ignored, asked.weight), asked)


def cross_entropy_loss(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Cross-entropy loss of logits, as PyTorch's `cross_entropy`.

    For a class index it is -log softmax(logits)_t = (m - x_t) + log(1 + s), with m the largest
    logit: two parts that are both ≥ 0, so that nothing cancels.

    Args:
        logits: (C), (N, C) or (N, C, d1, …), raw scores: no probabilities, no logarithms of them.
        target: Integers (), (N) or (N, d1, …): class indices. Floats of the shape of `logits`:
            class probabilities, which as in PyTorch are not checked and need not sum to 1.
        weight: (C), a factor for each class.
        ignore_index: Indices of this value add nothing to the loss, nor to the mean's divisor.
        reduction: "none", "mean" or "sum". "mean" divides by the sum of the targets' weights; for
            class probabilities by the number of samples. "mean" of nothing is nan.
        label_smoothing: ε in [0, 1], the part of the target spread evenly over all C classes.

    Returns:
        scalar, or for "none" an array with one loss per sample; of the type of `logits`; in nats.
        In float64 a plain class index is within 4 units in the last place, however small the loss.

    Raises:
        ValueError: If a shape, a type, the reduction or the smoothing is wrong, or if
            `ignore_index` ≥ 0 comes with class probabilities.
        IndexError: If a class is outside 0 … C - 1.

    Example:
        >>> from xent_core import cross_entropy_loss
        >>> float(cross_entropy_loss([[1.0, 2.0, 3.0, 4.0]], [3]).round(4))
        0.4402
        >>> float(cross_entropy_loss([0.0, -40.0], 0))
        4.248354255291589e-18
    """
    asked = _checked(logits, target, weight, ignore_index, reduction, label_smoothing)
    rows, options = asked.rows, {"weight": asked.weight, "smoothing": asked.smoothing}
    with np.errstate(all="ignore"):
        if asked.target.shape == asked.logits.shape:
            kernel = partial(_probability_kernel, **options)
            losses = in_blocks(kernel, asked.dtype, rows, _probability_rows(asked))
            # PyTorch counts the samples as elements per class: 0/0 if there is no class
            return _reduce(losses, reduction, len(rows) if rows.shape[1] else np.nan, asked)
        classes, ignored = _class_indices(asked)
        if asked.smoothing and asked.target.shape != asked.shape:
            raise ValueError(f"target: label_smoothing needs shape (), found {asked.target.shape}")
        losses = in_blocks(partial(_index_kernel, **options), asked.dtype, rows, classes)
        total = _total_weight(classes, ignored, asked.weight)
        if asked.smoothing and not rows.shape[1]:  # PyTorch takes ε/C of nothing
            shape = asked.shape if reduction == "none" else ()
            return np.full(shape, np.nan, asked.logits.dtype)[()]
        if asked.smoothing and total == 0:
            total = np.nan  # PyTorch divides the two parts of the loss apart: 0/0 + x/0
        return _reduce(_drop(losses, ignored), reduction, total, asked)


def cross_entropy_loss_grad(
    logits: ArrayLike,
    target: ArrayLike,
    *,
    weight: ArrayLike | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Any:
    """Gradient of `cross_entropy_loss` in the logits: p - y for one plain class index.

    In general ∂loss/∂x_i = p_i Σ_c g_c - g_i, where g_c is the factor of L_c in the loss.
    At a plain target that is also the likeliest class, p - 1 is computed as minus the sum of the
    other probabilities, so that it keeps its digits where p rounds to 1.

    Args:
        logits, target, weight, ignore_index, reduction, label_smoothing: As in
            `cross_entropy_loss`. "none" is as "sum": each sample's own loss has its own logits.

    Returns:
        array of the shape and type of `logits`.

    Raises:
        ValueError, IndexError: As in `cross_entropy_loss`.

    Example:
        >>> from xent_core import cross_entropy_loss_grad
        >>> cross_entropy_loss_grad([[1.0, 2.0, 3.0, 4.0]], [3]).round(2)
        array([[ 0.03,  0.09,  0.24, -0.36]])
    """
    asked = _checked(logits, target, weight, ignore_index, reduction, label_smoothing)
    logits, rows, weight = asked.logits, asked.rows, asked.weight
    options = {"weight": weight, "smoothing": asked.smoothing}
    with np.errstate(all="ignore"):
        if asked.target.shape == logits.shape:
            kernel = partial(_probability_grad_kernel, **options)
            grad = in_blocks(kernel, asked.dtype, rows, _probability_rows(asked), empty=(0,))
            if reduction == "mean":
                grad /= len(rows)
        else:
            classes, ignored = _class_indices(asked)
            total = _total_weight(classes, ignored, weight) if reduction == "mean" else 1
            # 0 for the ignored after the division, whose divisor is 0 if all are ignored.
            scale = np.ones(len(rows), asked.dtype) / total
            own = _drop(_weighted((1 - asked.smoothing) * scale, classes, weight), ignored)
            kernel, factors = partial(_index_grad_kernel, **options), (own, _drop(scale, ignored))
            grad = in_blocks(kernel, asked.dtype, rows, classes, *factors, empty=(0,))
        grad = grad.astype(logits.dtype, copy=False)
        return from_rows(grad, logits.shape, (class_axis(logits.shape),))


class _Asked(NamedTuple):
    """What the three functions take, checked."""

    logits: Array
    name: str  # of the logits
    target: Array
    rows: Array  # the logits as (samples, C)
    shape: tuple[int, ...]  # of one class index for each sample
    dtype: np.dtype[Any]  # to compute in
    weight: Array | None
    ignore_index: int
    smoothing: float


def _checked(
    logits: ArrayLike,
    target: ArrayLike,
    weight: ArrayLike | None,
    ignore_index: int,
    reduction: str,
    label_smoothing: float = 0.0,
    name: str = "logits",
) -> _Asked:
    logits, target = as_float(logits, name), as_array(target, "target")
    if logits.ndim == 0:
        raise ValueError(f"{name}: must have a class axis, found shape ()")
    axes = (class_axis(logits.shape),)
    weight = _check_weight(weight, logits)
    smoothing = as_smoothing(label_smoothing)
    check_choice(reduction, REDUCTIONS, "reduction")
    return _Asked(
        logits,
        name,
        target,
        logits if logits.ndim == 2 else to_rows(logits, axes),
        leading_shape(logits.shape, axes),
        WORKING_TYPE[logits.dtype],
        weight,
        as_ignore_index(ignore_index),
        smoothing,
    )


def _pick_kernel(x: Array, classes: Array) -> Array:
    """Minus the class of each row."""
    return 0 - x.take(np.arange(0, x.size, x.shape[1]) + classes)


def _index_kernel(x: Array, classes: Array, weight: Array | None, smoothing: float) -> Array:
    """Loss of each row for a class index."""
    rows = exp_rows(x)
    losses = (rows.top - x.take(rows.starts + classes)) + np.log1p(rows.rest)
    losses = _weighted(losses, classes, weight)
    if smoothing:
        spread = -_times(log_softmax_rows(x, rows), weight).sum(-1)
        return (1 - smoothing) * losses + smoothing / x.shape[1] * spread
    return losses


def _probability_kernel(x: Array, y: Array, weight: Array | None, smoothing: float) -> Array:
    """Loss of each row for class probabilities."""
    # As in PyTorch, a probability of 0 at a logit of -inf is 0 · inf = nan.
    terms = log_softmax_rows(x, exp_rows(x)) * _smoothed(y, smoothing)
    return -_times(terms, weight).sum(-1)


def _index_grad_kernel(
    x: Array, classes: Array, own: Array, scale: Array, weight: Array | None, smoothing: float
) -> Array:
    """Gradient of each row for a class index: `own` times p - y, and `scale` times the rest."""
    rows = exp_rows(x)
    p = softmax_rows(rows)
    spread = _spread_grad(p, weight, smoothing) * scale[:, None] if smoothing else 0
    # p - y: at the peak p - 1 is minus the sum of the others, which does not cancel.
    flat = rows.starts + classes
    others = rows.rest / (1 + rows.rest)
    p.put(flat, np.where(flat == rows.peak, -others, p.take(flat) - 1))
    return p * own[:, None] + spread


def _spread_grad(p: Array, weight: Array | None, smoothing: float) -> Array:
    """Gradient of ε/C Σ_c w_c L_c."""
    each = np.ones(p.shape[1], p.dtype) if weight is None else weight
    return smoothing / p.shape[1] * (p * each.sum() - each)


def _probability_grad_kernel(x: Array, y: Array, weight: Array | None, smoothing: float) -> Array:
    """Gradient of each row for class probabilities."""
    factor = _times(_smoothed(y, smoothing), weight)
    return softmax_rows(exp_rows(x)) * factor.sum(-1, keepdims=True) - factor


def _smoothed(y: Array, smoothing: float) -> Array:
    return y * (1 - smoothing) + smoothing / y.shape[1] if smoothing else y


def _times(values: Array, weight: Array | None) -> Array:
    return values if weight is None else values * weight


def _weighted(losses: Array, classes: Array, weight: Array | None) -> Array:
    return losses if weight is None else losses * weight[classes]


def _drop(values: Array, ignored: Array | None) -> Array:
    """`values`, but 0 where the target is ignored, even if it was nan."""
    if ignored is not None:
        values[ignored] = 0
    return values


def _total_weight(classes: Array, ignored: Array | None, weight: Array | None) -> Any:
    """What "mean" divides by: the sum of the targets' weights."""
    if weight is None:
        return classes.size if ignored is None else classes.size - np.count_nonzero(ignored)
    return _drop(weight[classes], ignored).sum()


def _reduce(losses: Array, reduction: str, total: Any, asked: _Asked) -> Any:
    """The losses of all rows, reduced and rounded to the type of the result."""
    if reduction == "none":
        result = losses.reshape(asked.shape)[()]
    elif reduction == "sum":
        result = np.add.reduce(losses)
    else:
        result = np.add.reduce(losses) / total
    dtype = asked.logits.dtype
    return result if result.dtype is dtype else result.astype(dtype)


def _class_indices(asked: _Asked) -> tuple[Array, Array | None]:
    """One class for each row, 0 where it is ignored; where it is ignored, or None if nowhere."""
    target, count = asked.target, asked.rows.shape[1]
    # PyTorch takes (1,) with (C,) for a single sample too.
    if target.shape != asked.shape and (asked.logits.ndim > 1 or target.shape != (1,)):
        raise ValueError(
            f"target: shape {target.shape} does not match {asked.name} of shape "
            f"{asked.logits.shape}: class indices need shape {asked.shape}"
        )
    if target.dtype.kind not in "iu" and target.size:
        raise ValueError(f"target: class indices must be integers, found {target.dtype}")
    classes = target.reshape(-1).astype(np.intp, copy=False)
    # One comparison for both ends: as unsigned numbers, negative classes are huge.
    unsigned = classes.view(np.uintp)
    in_range = unsigned.size == 0 or unsigned[unsigned.argmax()] < count
    if in_range and not 0 <= asked.ignore_index < count:
        return classes, None
    ignored = target == asked.ignore_index
    check_class_range(target, count, "target", ignored)
    return np.where(ignored, 0, classes.reshape(target.shape)).reshape(-1), ignored.reshape(-1)


def _probability_rows(asked: _Asked) -> Array:
    """Class probabilities as (samples, C); only their type is checked, as in PyTorch."""
    target = asked.target
    if target.dtype not in WORKING_TYPE:
        raise ValueError(
            f"target: has the shape of logits, {target.shape}, so it must hold floating class "
            f"probabilities, found {target.dtype}"
        )
    check_not_ignored(asked.ignore_index)
    rows = to_rows(target, (class_axis(target.shape),))
    return rows.astype(asked.dtype, copy=False)


def check_not_ignored(ignore_index: int) -> None:
    """Raise ValueError for the index of a class where there are class probabilities."""
    if ignore_index >= 0:
        raise ValueError(
            f"ignore_index: class probabilities cannot be ignored, found {ignore_index}"
        )


def _check_weight(weight: ArrayLike | None, logits: Array) -> Array | None:
    """The weights in the working type of the logits; ValueError unless one for each class."""
    if weight is None:
        return None
    weights = as_float(weight, "weight")
    expected = (logits.shape[class_axis(logits.shape)],)
    if weights.shape != expected:
        raise ValueError(
            f"weight: needs one number for each class, shape {expected}, found {weights.shape}"
        )
    with np.errstate(all="ignore"):
        return weights.astype(WORKING_TYPE[logits.dtype], copy=False)
