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

import operator
from collections.abc import Callable
from typing import Any, SupportsIndex, cast

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import (
    WORKING_TYPE,
    Array,
    as_array,
    as_float,
    check_class_range,
    from_rows,
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
    log_probs = as_float(log_probs, "log_probs")
    target = as_array(target, "target")
    rows = _class_rows(log_probs, "log_probs")
    weight = _check_weight(weight, log_probs)
    _check_reduction(reduction)
    ignore_index = _check_ignore_index(ignore_index)
    shape = _index_shape(target, log_probs, "log_probs")
    classes, ignored = _class_indices(target, rows.shape[1], ignore_index)
    with np.errstate(all="ignore"):
        dtype = WORKING_TYPE[log_probs.dtype]
        losses = _row_losses(_pick_kernel, dtype, rows, classes)
        losses = _drop(_weighted(losses, classes, weight), ignored)
        total = _total_weight(classes, ignored, weight)
        return _reduce(losses, reduction, total, shape, log_probs.dtype)


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
    logits = as_float(logits, "logits")
    target = as_array(target, "target")
    rows = _class_rows(logits, "logits")
    weight = _check_weight(weight, logits)
    smoothing = _check_smoothing(label_smoothing)
    _check_reduction(reduction)
    ignore_index = _check_ignore_index(ignore_index)
    dtype = WORKING_TYPE[logits.dtype]
    with np.errstate(all="ignore"):
        if target.shape == logits.shape:
            y = _probability_rows(target, dtype, ignore_index)
            losses = _row_losses(
                lambda x, y: _probability_kernel(x, y, weight, smoothing), dtype, rows, y
            )
            shape = logits.shape[:1] + logits.shape[2:] if logits.ndim > 1 else ()
            # PyTorch counts the samples as elements per class: 0/0 if there is no class
            count = len(rows) if rows.shape[1] else np.nan
            return _reduce(losses, reduction, count, shape, logits.dtype)
        shape = _index_shape(target, logits, "logits")
        if smoothing and target.shape != shape:
            raise ValueError(f"target: label_smoothing needs shape (), found {target.shape}")
        classes, ignored = _class_indices(target, rows.shape[1], ignore_index)
        losses = _row_losses(
            lambda x, classes: _index_kernel(x, classes, weight, smoothing), dtype, rows, classes
        )
        total = _total_weight(classes, ignored, weight)
        if smoothing and not rows.shape[1]:  # PyTorch takes ε/C of nothing
            return np.full(shape if reduction == "none" else (), np.nan, logits.dtype)[()]
        if smoothing and total == 0:
            total = np.nan  # PyTorch divides the two parts of the loss apart: 0/0 + x/0
        return _reduce(_drop(losses, ignored), reduction, total, shape, logits.dtype)


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
    logits = as_float(logits, "logits")
    target = as_array(target, "target")
    rows = _class_rows(logits, "logits")
    weight = _check_weight(weight, logits)
    smoothing = _check_smoothing(label_smoothing)
    _check_reduction(reduction)
    ignore_index = _check_ignore_index(ignore_index)
    dtype = WORKING_TYPE[logits.dtype]
    with np.errstate(all="ignore"):
        if target.shape == logits.shape:
            y = _probability_rows(target, dtype, ignore_index)
            grad = _row_grads(
                lambda x, y: _probability_grad_kernel(x, y, weight, smoothing), dtype, rows, y
            )
            if reduction == "mean":
                grad /= len(rows)
        else:
            _index_shape(target, logits, "logits")
            classes, ignored = _class_indices(target, rows.shape[1], ignore_index)
            total = _total_weight(classes, ignored, weight) if reduction == "mean" else 1
            # 0 for the ignored after the division, whose divisor is 0 if all are ignored.
            scale = np.ones(len(rows), dtype) / total
            own = _drop(_weighted((1 - smoothing) * scale, classes, weight), ignored)
            scale = _drop(scale, ignored)
            grad = _row_grads(
                lambda x, classes, own, scale: _index_grad_kernel(
                    x, classes, own, scale, weight, smoothing
                ),
                dtype,
                rows,
                classes,
                own,
                scale,
            )
        return from_rows(grad.astype(logits.dtype, copy=False), logits.shape, _class_axis(logits))


def _pick_kernel(x: Array, classes: Array) -> Array:
    """Minus the class of each row."""
    return 0 - x.take(np.arange(0, x.size, x.shape[1]) + classes)


def _row_losses(
    kernel: Callable[..., Array], dtype: np.dtype[Any], rows: Array, *others: Array
) -> Array:
    """The loss of each row; without a class there is nothing to add up."""
    return in_blocks(kernel, dtype, rows, *others) if rows.shape[1] else np.zeros(len(rows), dtype)


def _row_grads(
    kernel: Callable[..., Array], dtype: np.dtype[Any], rows: Array, *others: Array
) -> Array:
    """The gradient of each row."""
    return in_blocks(kernel, dtype, rows, *others) if rows.shape[1] else rows.astype(dtype)


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


def _reduce(
    losses: Array, reduction: str, total: Any, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> Any:
    """The losses of all rows, reduced and rounded to the type of the result."""
    if reduction == "none":
        result = losses.reshape(shape)[()]
    elif reduction == "sum":
        result = np.add.reduce(losses)
    else:
        result = np.add.reduce(losses) / total
    return result if result.dtype is dtype else result.astype(dtype)


def _class_axis(logits: Array) -> tuple[int]:
    """The second axis, or the only one."""
    return (0,) if logits.ndim == 1 else (1,)


def _class_rows(logits: Array, name: str) -> Array:
    """Logits as (samples, C)."""
    if logits.ndim == 0:
        raise ValueError(f"{name}: must have a class axis, found shape ()")
    return logits if logits.ndim == 2 else to_rows(logits, _class_axis(logits))


def _index_shape(target: Array, logits: Array, name: str) -> tuple[int, ...]:
    """Shape of one class index for each sample; ValueError if that is not what `target` holds."""
    shape = logits.shape[:1] + logits.shape[2:] if logits.ndim > 1 else ()
    # PyTorch takes (1,) with (C,) for a single sample too.
    if target.shape != shape and (logits.ndim > 1 or target.shape != (1,)):
        raise ValueError(
            f"target: shape {target.shape} does not match {name} of shape {logits.shape}: "
            f"class indices need shape {shape}"
        )
    if target.dtype.kind not in "iu" and target.size:
        raise ValueError(f"target: class indices must be integers, found {target.dtype}")
    return shape


def _class_indices(target: Array, count: int, ignore_index: int) -> tuple[Array, Array | None]:
    """One class for each row, 0 where it is ignored; where it is ignored, or None if nowhere."""
    classes = target.reshape(-1).astype(np.intp, copy=False)
    # One comparison for both ends: as unsigned numbers, negative classes are huge.
    unsigned = classes.view(np.uintp)
    in_range = unsigned.size == 0 or unsigned[unsigned.argmax()] < count
    if in_range and not 0 <= ignore_index < count:
        return classes, None
    ignored = target == ignore_index
    check_class_range(target, ~ignored & ((target < 0) | (target >= count)), count, "target")
    return np.where(ignored, 0, classes.reshape(target.shape)).reshape(-1), ignored.reshape(-1)


def _probability_rows(target: Array, dtype: np.dtype[Any], ignore_index: int) -> Array:
    """Class probabilities as (samples, C); only their type is checked, as in PyTorch."""
    if target.dtype not in WORKING_TYPE:
        raise ValueError(
            f"target: has the shape of logits, {target.shape}, so it must hold floating class "
            f"probabilities, found {target.dtype}"
        )
    if ignore_index >= 0:
        raise ValueError(
            f"ignore_index: class probabilities cannot be ignored, found {ignore_index}"
        )
    return to_rows(target, _class_axis(target)).astype(dtype, copy=False)


def _check_weight(weight: ArrayLike | None, logits: Array) -> Array | None:
    """The weights in the working type of the logits; ValueError unless one for each class."""
    if weight is None:
        return None
    weights = as_float(weight, "weight")
    expected = (logits.shape[logits.ndim > 1],)
    if weights.shape != expected:
        raise ValueError(
            f"weight: needs one number for each class, shape {expected}, found {weights.shape}"
        )
    with np.errstate(all="ignore"):
        return weights.astype(WORKING_TYPE[logits.dtype], copy=False)


def _check_reduction(reduction: str) -> None:
    if reduction not in REDUCTIONS:
        raise ValueError(f"reduction: must be one of {REDUCTIONS}, found {reduction!r}")


def _check_ignore_index(ignore_index: object) -> int:
    try:
        value = operator.index(cast(SupportsIndex, ignore_index))
    except TypeError:
        value = None
    if value is None or isinstance(ignore_index, bool) or not -(2**63) <= value < 2**63:
        raise ValueError(f"ignore_index: must be a 64-bit integer, found {ignore_index!r}")
    return value


def _check_smoothing(label_smoothing: float) -> float:
    try:
        value = float(label_smoothing)
    except (TypeError, ValueError):
        raise ValueError(f"label_smoothing: must be a number, found {label_smoothing!r}") from None
    if not 0 <= value <= 1:
        raise ValueError(f"label_smoothing: must be between 0 and 1, found {label_smoothing}")
    return value
