"""Softmax, its logarithm and its derivative, safe for every finite logit.

Everything rests on `exp_rows`: with m the largest logit of a row and k its class,

    log Σ_j e^{x_j} = m + log(1 + s),    s = Σ_{j≠k} e^{x_j - m}.

No exponential is above 1, so none overflows. The 1 of the largest logit is kept out of s, so
that log1p(s) keeps all digits of a tiny s, and with it of a tiny loss.

float16 and bfloat16 are computed in float32 and rounded once at the end.
Infinite logits follow PyTorch: -inf is a class of probability 0; a row with +inf, or with nothing
but -inf, is nan. So do empty arrays, and numbers of shape (), which are one class along axis 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import (
    FLOAT64,
    WORKING_TYPE,
    Array,
    Axis,
    as_array,
    as_float,
    as_integer,
    check_class_range,
    check_classes,
    from_rows,
    leading_shape,
    normalize_axes,
    refuse,
    to_rows,
)

# Elements in one block of rows: float32 logits and their exponentials stay in a 1 MB L2 cache
# together, which saves several passes through memory over temporaries as large as the input.
BLOCK = 2**16


def in_blocks(
    kernel: Callable[..., Array],
    dtype: np.dtype[Any],
    rows: Array,
    *others: Array,
    empty: tuple[int, ...] = (),
) -> Array:
    """kernel(rows, *others), some rows at a time; the kernel sees contiguous rows of `dtype`.

    Where there is no class, there is nothing to ask it: 0, of shape (rows, *empty).
    """
    if not rows.shape[1]:
        return np.zeros((len(rows), *empty), dtype)
    if rows.size <= BLOCK:
        return kernel(np.ascontiguousarray(rows, dtype), *others)
    step = max(1, BLOCK // rows.shape[1])
    result = None
    for first in range(0, len(rows), step):
        at = slice(first, first + step)
        part = kernel(np.ascontiguousarray(rows[at], dtype), *(other[at] for other in others))
        if result is None:
            result = np.empty((len(rows), *part.shape[1:]), part.dtype)
        result[at] = part
    assert result is not None
    return result


class ExpRows(NamedTuple):
    """Exponentials of (rows, C) logits, each row shifted by its largest logit."""

    exps: Array  # (rows, C) e^{x - m}, but 0 at the peak; ours to overwrite
    starts: Array  # (rows,) flat index of the first class
    peak: Array  # (rows,) flat index of the first largest logit
    top: Array  # (rows,) m, the largest logit
    rest: Array  # (rows,) s, the sum of `exps`; nan where m is not finite


def exp_rows(x: Array) -> ExpRows:
    """Split each row of logits into its maximum and the exponentials of the rest."""
    starts = np.arange(0, x.size, x.shape[1])
    peak = starts + x.argmax(-1)
    top = x.take(peak)
    exps = _exp_difference(x, top[:, None])
    exps.put(peak, top - top)  # 0, or nan for the whole row if m is inf or nan
    return ExpRows(exps, starts, peak, top, np.add.reduce(exps, -1))


def _exp_difference(x: Array, top: Array) -> Array:
    """e^{x - top}."""
    difference = x - top
    if x.dtype != FLOAT64:
        return np.exp(difference, out=difference)
    # Rounding x - m costs e^{x - m} as many units in the last place as |x - m| / 2: 20 at -40.
    # Knuth's TwoDiff finds what was rounded away, exactly, and e^{d + r} ≈ e^d (1 + r) restores it.
    back = difference - x
    lost = (x - (difference - back)) - (top + back)
    lost[~np.isfinite(difference)] = 0  # inf - inf: nothing to restore, and nan must not spread
    exps = np.exp(difference, out=difference)
    lost *= exps
    exps += lost
    return exps


def softmax_rows(rows: ExpRows) -> Array:
    """Probabilities, in place of the exponentials."""
    rows.exps.put(rows.peak, 1)
    return np.divide(rows.exps, (1 + rows.rest)[:, None], out=rows.exps)


def log_softmax_rows(x: Array, rows: ExpRows) -> Array:
    """Logarithms of the probabilities, in place of the exponentials."""
    out = np.subtract(x, rows.top[:, None], out=rows.exps)
    return np.subtract(out, np.log1p(rows.rest)[:, None], out=out)


def logsumexp(x: ArrayLike, axis: Axis = -1, keepdims: bool = False) -> Any:
    """Logarithm of a sum of exponentials: m + log(1 + s), with m the maximum.

    Args:
        x: (..., C, ...).
        axis: Axis or axes to sum over; None for all.
        keepdims: Keep the summed axes with length 1.

    Returns:
        array or scalar of the type of `x`. All -inf (or nothing at all) gives -inf, any +inf gives
        inf, any nan gives nan. In float64 the error is at most 4 units in the last place of
        max(|m|, |result|): where m ≈ -log(1 + s) the sum cancels and the result is near 0.

    Raises:
        ValueError: If `x` is not numeric or has no such axis.

    Example:
        >>> from xent_core import logsumexp
        >>> float(logsumexp([1000.0, 1000.0]).round(4))
        1000.6931
    """
    x = as_float(x, "x")
    axes = _class_axes(axis, x.ndim)
    rows = to_rows(x, axes)
    if rows.shape[1]:
        with np.errstate(all="ignore"):
            sums = in_blocks(_logsumexp_kernel, WORKING_TYPE[x.dtype], rows).astype(x.dtype)
    else:
        sums = np.full(len(rows), -np.inf, x.dtype)
    sums = sums.reshape(leading_shape(x.shape, axes))
    return np.expand_dims(sums, axes)[()] if keepdims else sums[()]


def _logsumexp_kernel(x: Array) -> Array:
    _, _, _, top, rest = exp_rows(x)
    return np.where(np.isinf(top), top, top + np.log1p(rest))


def softmax(x: ArrayLike, axis: Axis = -1, temperature: ArrayLike = 1.0) -> Any:
    """Probabilities from logits: p_i = e^{x_i / T} / Σ_j e^{x_j / T}.

    In float64 and with T = 1 each p_i is within 4 units in the last place. Another T divides
    x - max(x), rounded once, which costs about |x_i - max(x)| / T units.

    Args:
        x: (..., C, ...), logits.
        axis: Axis or axes of the classes, counted after broadcasting; None for all.
        temperature: T, positive and finite; broadcasts against `x`, for instance (R, 1) against (R,
            C) or (C,). Along `axis` its length is 1: one distribution has one temperature.

    Returns:
        array of the type of `x`; probabilities that sum to 1 along `axis`.

    Raises:
        ValueError: If `x` is not numeric or has no such axis, or T is not in (0, ∞) or misshapen.

    Example:
        >>> from xent_core import softmax
        >>> softmax([1, 2, 3, 4]).round(2)
        array([0.03, 0.09, 0.24, 0.64])
    """
    return _along_classes(lambda x: softmax_rows(exp_rows(x)), x, axis, temperature)


def log_softmax(x: ArrayLike, axis: Axis = -1, temperature: ArrayLike = 1.0) -> Any:
    """Logarithms of the softmax: log p_i = (x_i - m) - log(1 + s), with m the maximum.

    In this order, which PyTorch's CPU kernel keeps too (pytorch issue 11752), both parts have
    the same sign, so nothing cancels; x_i - logsumexp(x) loses every digit at x = [1e17, 1e17].

    Args:
        x, axis, temperature: As in `softmax`.

    Returns:
        array of the type of `x`, in nats, ≤ 0; in float64 with T = 1 within 4 ulps.

    Raises:
        ValueError: As in `softmax`.

    Example:
        >>> from xent_core import log_softmax
        >>> log_softmax([123, 456, 789])[0]
        np.float64(-666.0)
    """
    return _along_classes(lambda x: log_softmax_rows(x, exp_rows(x)), x, axis, temperature)


def _along_classes(
    kernel: Callable[[Array], Array], x: ArrayLike, axis: Axis, temperature: ArrayLike
) -> Any:
    """The kernel's rows for the classes of `axis`, in the shape and the type of the logits."""
    scaled, axes, dtype = _scaled_logits(x, axis, temperature)
    with np.errstate(all="ignore"):
        rows = in_blocks(kernel, WORKING_TYPE[scaled.dtype], to_rows(scaled, axes), empty=(0,))
        return from_rows(rows.astype(dtype, copy=False), scaled.shape, axes)[()]


def softmax_jacobian(x: ArrayLike, axis: Axis = -1, temperature: ArrayLike = 1.0) -> Any:
    """Derivatives of the softmax: ∂p_i/∂x_j = p_i (δ_ij - p_j) / T.

    Args:
        x, axis, temperature: As in `softmax`; several axes are flattened in C order.

    Returns:
        array, (..., C, C), of the type of `x`: the other axes first, then i, then j.

    Raises:
        ValueError: As in `softmax`.

    Example:
        >>> from xent_core import softmax_jacobian
        >>> softmax_jacobian([0.0, 0.0])
        array([[ 0.25, -0.25],
               [-0.25,  0.25]])
    """
    scaled, axes, dtype = _scaled_logits(x, axis, temperature)
    temperatures = np.broadcast_to(temperature, scaled.shape).astype(FLOAT64)
    temperatures = to_rows(temperatures, axes)[:, :1, None]
    with np.errstate(all="ignore"):
        rows, work = to_rows(scaled, axes), WORKING_TYPE[scaled.dtype]
        result = in_blocks(_jacobian_kernel, work, rows, temperatures, empty=(0, 0)).astype(dtype)
    return result.reshape(leading_shape(scaled.shape, axes) + result.shape[1:])


def softmax_backward(x: ArrayLike, upstream: ArrayLike) -> Any:
    """Gradient in the logits, from the gradient g in the probabilities: p_i (g_i - Σ_j p_j g_j).

    The transposed Jacobian times g, without the Jacobian; what torch's softmax does backward.

    Args:
        x: (..., C), logits.
        upstream: g, of the shape of `x`.

    Returns:
        array of the shape and type of `x`.

    Raises:
        ValueError: If an argument is not numeric, or the shapes differ.

    Example:
        >>> from xent_core.softmax import softmax_backward
        >>> softmax_backward([0.0, 0.0], [1.0, 0.0])
        array([ 0.25, -0.25])
    """
    x, g = as_float(x, "x"), as_float(upstream, "upstream")
    if x.shape != g.shape:
        raise ValueError(f"upstream: shape {g.shape} does not match x of shape {x.shape}")
    work = WORKING_TYPE[x.dtype]
    with np.errstate(all="ignore"):
        p, g = softmax(x.astype(work, copy=False)), g.astype(work, copy=False)
        return (p * (g - (p * g).sum(-1, keepdims=True))).astype(x.dtype, copy=False)


def _jacobian_kernel(x: Array, temperature: Array) -> Array:
    rows = exp_rows(x)
    p = softmax_rows(rows)
    others = 1 - p
    others.put(rows.peak, rows.rest / (1 + rows.rest))  # 1 - p would cancel where p ≈ 1
    jacobian = p[:, :, None] * -p[:, None, :]
    np.einsum("rii->ri", jacobian)[...] = p * others
    return jacobian / temperature


def _scaled_logits(
    x: ArrayLike, axis: Axis, temperature: ArrayLike
) -> tuple[Array, tuple[int, ...], np.dtype[Any]]:
    """Logits over temperature, up to a shift of each row; the axes; the type of the result."""
    x = as_float(x, "x")
    if isinstance(temperature, int | float) and temperature == 1:
        return x, _class_axes(axis, x.ndim), x.dtype
    t = as_float(temperature, "temperature").astype(FLOAT64)
    refuse("temperature", "must be positive and finite", t, ~(np.isfinite(t) & (t > 0)))
    mismatch = f"temperature: shape {t.shape} does not match x of shape {x.shape}"
    try:
        shape = np.broadcast_shapes(x.shape, t.shape)
    except ValueError:
        raise ValueError(mismatch) from None
    axes = _class_axes(axis, len(shape))
    t = t.reshape((1,) * (len(shape) - t.ndim) + t.shape)
    if any(t.shape[a] != 1 for a in axes):
        raise ValueError(f"{mismatch}: it must have length 1 along the class axis")
    x_wide = np.broadcast_to(x, shape)
    # Shifted before it is divided: x / T would round away the differences between large logits,
    # and overflow for a small T.
    work = x_wide.astype(WORKING_TYPE[x.dtype], copy=False)
    with np.errstate(all="ignore"):
        return (work - work.max(axis=axes, keepdims=True, initial=-np.inf)) / t, axes, x.dtype


def _class_axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    """`normalize_axes`, where as in PyTorch a single number has an axis 0 too."""
    return () if ndim == 0 and axis in (0, -1) else normalize_axes(axis, ndim)


def sigmoid(x: ArrayLike) -> Any:
    """Logistic function, the softmax of (x, 0): 1 / (1 + e^{-x}).

    Args:
        x: Any shape.

    Returns:
        array or scalar of the shape and type of `x`, in [0, 1]; accurate on both sides.

    Raises:
        ValueError: If `x` is not numeric.

    Example:
        >>> from xent_core import sigmoid
        >>> sigmoid([-1000, 0, 1000])
        array([0. , 0.5, 1. ])
    """
    x = as_float(x, "x")
    work = x.astype(WORKING_TYPE[x.dtype], copy=False)
    with np.errstate(all="ignore"):
        small = np.exp(-np.abs(work))  # never above 1, so it cannot overflow
        return np.asarray(np.where(work < 0, small, 1) / (1 + small)).astype(x.dtype)[()]


def argmax(x: ArrayLike, axis: Axis = -1) -> Any:
    """Index of the largest value; of the first one on a tie, of the first nan if there is one.

    Args:
        x: (..., C, ...).
        axis: Axis or axes to search, several flattened in C order; None for all.

    Returns:
        integer array or scalar, without `axis`.

    Raises:
        ValueError: If `x` is not numeric or is empty along `axis`.

    Example:
        >>> from xent_core import argmax
        >>> int(argmax([1, 4, 3, 4]))
        1
    """
    x = as_array(x, "x")
    axes = _class_axes(axis, x.ndim)
    check_classes(x.shape, axes, "x")
    work = x.astype(WORKING_TYPE.get(x.dtype, x.dtype), copy=False)
    return to_rows(work, axes).argmax(-1).reshape(leading_shape(x.shape, axes))[()]


def one_hot(index: ArrayLike, num_classes: int) -> Array:
    """One-hot vectors: 1 at the class, 0 elsewhere.

    Args:
        index: Integers, any shape, classes in 0 … num_classes - 1.
        num_classes: C ≥ 1.

    Returns:
        float64 array, (*index.shape, num_classes).

    Raises:
        ValueError: If `index` does not hold integers or `num_classes` is not a positive integer.
        IndexError: If a class is outside 0 … num_classes - 1.

    Example:
        >>> from xent_core import one_hot
        >>> one_hot([0, 2], 3)
        array([[1., 0., 0.],
               [0., 0., 1.]])
    """
    index = as_integer(index, "index")
    whole = isinstance(num_classes, int | np.integer) and not isinstance(num_classes, bool)
    if not whole or num_classes < 1:
        raise ValueError(f"num_classes: must be a positive integer, found {num_classes!r}")
    check_class_range(index, int(num_classes), "index")
    result = np.zeros((*index.shape, int(num_classes)))
    np.put_along_axis(result, index[..., None].astype(np.intp), 1, axis=-1)
    return result
