"""Information, entropy and the divergences between two distributions.

Definitions: C. E. Shannon, "A Mathematical Theory of Communication" (1948); S. Kullback and
R. A. Leibler, "On Information and Sufficiency" (1951); J. Lin, "Divergence Measures Based on the
Shannon Entropy" (1991).

Throughout, the unit is the nat (`base=e`), the bit (`base=2`) or whatever `base` says;
0 log 0 = 0; and a distribution may miss the sum 1 by sqrt(eps) of its type: 1.5e-8 in float64,
3.5e-4 in float32, 0.032 in float16, 0.089 in bfloat16.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import (
    SUM_TOLERANCE,
    WORKING_TYPE,
    Array,
    Axis,
    as_float,
    check_classes,
    common_type,
    leading_shape,
    normalize_axes,
    refuse,
)

LN2 = math.log(2)


def self_information(p: ArrayLike, *, base: float = math.e) -> Any:
    """Information (surprise) of an event of probability `p`: I = -log p.

    Args:
        p: Any shape, probabilities in [0, 1]. They need not sum to 1.
        base: e for nats, 2 for bits.

    Returns:
        array or scalar of the shape and type of `p`; inf where p = 0.

    Raises:
        ValueError: If a probability is negative, above 1 or nan, or if base ≤ 0 or base = 1.

    Example:
        >>> from xent_core import self_information
        >>> float(self_information(1 / 8, base=2))
        3.0
    """
    p = as_float(p, "p")
    base = _check_base(base)
    return _finish(0 - _log(_check_probabilities(p, "p"), base), p.dtype)


def entropy(p: ArrayLike, *, base: float = math.e, axis: Axis = -1) -> Any:
    """Entropy of a distribution: H(P) = -Σ p log p.

    It is the mean information of an event drawn from P: between 0 and log(number of classes).

    Args:
        p: (..., C, ...), probabilities that sum to 1 along `axis`.
        base: e for nats, 2 for bits.
        axis: Axis or axes of the classes; None for all.

    Returns:
        array or scalar of the type of `p`, without `axis`.

    Raises:
        ValueError: If `p` is not a distribution, or if base ≤ 0 or base = 1.

    Example:
        >>> from xent_core import entropy
        >>> float(entropy([0.5, 0.25, 0.25], base=2))
        1.5
    """
    p = as_float(p, "p")
    base = _check_base(base)
    axes = normalize_axes(axis, p.ndim)
    p_work = _check_distribution(p, axes, "p")
    return _finish(_mean_information(p_work, p_work, base, axes), p.dtype)


def cross_entropy(p: ArrayLike, q: ArrayLike, *, base: float = math.e, axis: Axis = -1) -> Any:
    """Cross entropy of two distributions: H(P, Q) = -Σ p log q.

    It is the mean length of a code made for Q when the data come from P: H(P, Q) ≥ H(P).

    Args:
        p, q: (..., C, ...), distributions along `axis`; the other axes broadcast.
        base: e for nats, 2 for bits.
        axis: Axis or axes of the classes, counted after broadcasting; None for all.

    Returns:
        array or scalar without `axis`, of the common type of `p` and `q`; inf where q = 0 < p.

    Raises:
        ValueError: If `p` or `q` is no distribution, the shapes do not match, or base ≤ 0 or = 1.

    Example:
        >>> from xent_core import cross_entropy
        >>> float(cross_entropy([0.5, 0.5], [0.25, 0.75], base=2).round(4))
        1.2075
    """
    base = _check_base(base)
    p_work, q_work, axes, dtype = _pair(p, q, axis)
    return _finish(_mean_information(p_work, q_work, base, axes), dtype)


def kl_divergence(p: ArrayLike, q: ArrayLike, *, base: float = math.e, axis: Axis = -1) -> Any:
    """Kullback-Leibler divergence: D(P‖Q) = Σ p log(p / q) = H(P, Q) - H(P).

    Summed as Σ (p log(p / q) - p + q), in which no term is negative, so nothing cancels where P
    is close to Q and the result is never below 0. The extra terms vanish in the sum because P
    and Q both sum to 1, and are taken to do so exactly.

    Args:
        p, q, base, axis: As in `cross_entropy`.

    Returns:
        array or scalar without `axis`, of the common type of `p` and `q`; inf where q = 0 < p.

    Raises:
        ValueError: As in `cross_entropy`.

    Example:
        >>> from xent_core import kl_divergence
        >>> float(kl_divergence([0.5, 0.5], [0.25, 0.75], base=2).round(4))
        0.2075
    """
    base = _check_base(base)
    p_work, q_work, axes, dtype = _pair(p, q, axis)
    nats = _divergence_terms(p_work, q_work).sum(axis=axes)
    return _finish(_from_nats(nats, base), dtype)


def jensen_shannon_divergence(
    p: ArrayLike, q: ArrayLike, *, base: float = math.e, axis: Axis = -1
) -> Any:
    """Jensen-Shannon divergence: ½ D(P‖M) + ½ D(Q‖M) with M = ½ (P + Q).

    Symmetric, finite, and at most log 2: one bit. This is the divergence;
    `scipy.spatial.distance.jensenshannon` is its square root.

    Args:
        p, q, base, axis: As in `cross_entropy`.

    Returns:
        array or scalar without `axis`, of the common type of `p` and `q`.

    Raises:
        ValueError: As in `cross_entropy`.

    Example:
        >>> from xent_core import jensen_shannon_divergence
        >>> float(jensen_shannon_divergence([1, 0], [0, 1], base=2))
        1.0
    """
    base = _check_base(base)
    p_work, q_work, axes, dtype = _pair(p, q, axis)
    # D(P‖M) = ½ D(2P‖P + Q): the sum cannot underflow to 0, where the mean could.
    both = p_work + q_work
    terms = _divergence_terms(2 * p_work, both) + _divergence_terms(2 * q_work, both)
    with np.errstate(all="ignore"):
        nats = np.minimum(terms.sum(axis=axes) / 4, LN2)
    return _finish(_from_nats(nats, base), dtype)


def _mean_information(p: Array, q: Array, base: float, axes: tuple[int, ...]) -> Array:
    with np.errstate(all="ignore"):
        return _information_terms(p, q, base).sum(axis=axes)


def _information_terms(p: Array, q: Array, base: float) -> Array:
    """-p log q of each class; p = 0 adds nothing even if log q is infinite."""
    with np.errstate(all="ignore"):
        return np.where(p == 0, 0, -p * _log(q, base))


def _divergence_terms(p: Array, q: Array) -> Array:
    """p log(p / q) - p + q of each class, in nats and never negative."""
    with np.errstate(all="ignore"):
        change = (q - p) / p
        close = p * _minus_log1p(change)
        far = p * _log_ratio(p, q) + (q - p)
        terms = np.where(np.abs(change) < 0.5, close, far)
        return np.where(p == 0, q, np.maximum(terms, 0))


def _log_ratio(p: Array, q: Array) -> Array:
    """log(p / q), also where the quotient leaves the range of the type."""
    ratio = p / q
    in_range = np.isfinite(ratio) & (ratio > 0)
    return np.where(in_range, np.log(ratio), np.log(p) - np.log(q))


def _minus_log1p(r: Array) -> Array:
    """r - log(1 + r) for |r| < ½, also where the two are almost the same number."""
    # With s = r / (2 + r), log(1 + r) = 2 atanh(s) = 2 (s + s³/3 + s⁵/5 + …) and r - 2s = r s,
    # so the large parts of r and of the logarithm are gone before anything is rounded.
    s = r / (2 + r)
    square = s * s
    series = np.zeros_like(s)
    for odd in range(13, 1, -2):
        series = square * series + 1 / odd
    return np.where(np.abs(r) < 0.1, s * r - 2 * s * square * series, r - np.log1p(r))


def _pair(
    p: ArrayLike, q: ArrayLike, axis: Axis
) -> tuple[Array, Array, tuple[int, ...], np.dtype[Any]]:
    """Both distributions, checked, with as many axes as each other; the axes; the type."""
    p, q = as_float(p, "p"), as_float(q, "q")
    mismatch = f"p, q: shapes {p.shape} and {q.shape} do not match"
    ndim = max(p.ndim, q.ndim)
    dtype = common_type(p, q)
    p = p.reshape((1,) * (ndim - p.ndim) + p.shape)
    q = q.reshape((1,) * (ndim - q.ndim) + q.shape)
    axes = normalize_axes(axis, ndim)
    try:
        np.broadcast_shapes(p.shape, q.shape)
    except ValueError:
        raise ValueError(mismatch) from None
    # One class must not silently be stretched to many.
    if any(p.shape[a] != q.shape[a] for a in axes):
        raise ValueError(mismatch)
    return _check_distribution(p, axes, "p"), _check_distribution(q, axes, "q"), axes, dtype


def _check_probabilities(p: Array, name: str) -> Array:
    """`p` in its working type; ValueError unless 0 ≤ p ≤ 1."""
    work = p.astype(WORKING_TYPE[p.dtype], copy=False)
    refuse(name, "probabilities must not be nan", p, np.isnan(work))
    refuse(name, "probabilities must be ≥ 0", p, work < 0)
    refuse(name, "probabilities must be ≤ 1", p, work > 1 + SUM_TOLERANCE[p.dtype])
    # What rounding put above 1 would have negative information.
    return np.minimum(work, 1)


def _check_distribution(p: Array, axes: tuple[int, ...], name: str) -> Array:
    """`p` in its working type; ValueError unless it is a distribution along `axes`."""
    check_classes(p.shape, axes, name)
    work = _check_probabilities(p, name)
    total = np.asarray(work.sum(axis=axes)).reshape(leading_shape(p.shape, axes))
    where = axes[0] if len(axes) == 1 else axes
    wrong = np.abs(total - 1) > SUM_TOLERANCE[p.dtype]
    refuse(name, f"probabilities must sum to 1 along axis {where}", total, wrong)
    return work


def _check_base(base: float) -> float:
    """`base` as a float; ValueError unless it is the base of a logarithm."""
    try:
        value = float(base)
    except (TypeError, ValueError):
        raise ValueError(f"base: must be a number, found {base!r}") from None
    if not 0 < value < math.inf or value == 1:
        raise ValueError(f"base: must be positive, finite and not 1, found {base}")
    return value


def _log(x: Array, base: float) -> Array:
    """Logarithm to any base; exact for the powers of 2 in bits."""
    with np.errstate(all="ignore"):
        return np.log2(x) if base == 2 else _from_nats(np.log(x), base)


def _from_nats(nats: Array, base: float) -> Array:
    with np.errstate(all="ignore"):
        return nats if base == math.e else nats / math.log(base)


def _finish(result: Array, dtype: np.dtype[Any]) -> Any:
    """The result in its own type, a scalar if it has no axes; -0 becomes 0."""
    with np.errstate(all="ignore"):
        return np.asarray(result + 0.0).astype(dtype, copy=False)[()]
