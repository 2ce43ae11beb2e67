"""Distributions that one edits, takes apart and draws from."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import (
    FLOAT64,
    WORKING_TYPE,
    Array,
    as_float,
    as_integer,
    as_share,
    check_class_range,
    check_classes,
    common_type,
    normalize_axes,
    refuse,
)
from xent_core.information import (
    _check_base,
    _check_distribution,
    _divergence_terms,
    _finish,
    _from_nats,
    _information_terms,
    _log,
    _log_ratio,
    _pair,
)

DRAWS_LIMIT = 1_000_000


def set_probability(p: ArrayLike, index: ArrayLike, value: ArrayLike) -> Array:
    """Give one class another probability; the others share the rest in proportion to before.

    If the others had nothing, they share the rest equally. So the sum stays 1, and one hand can
    move one bar at a time.

    Args:
        p: (..., K), probabilities that sum to 1 along the last axis, K ≥ 2.
        index: Integers (...), the class, 0 to K - 1.
        value: (...), its new probability, in [0, 1].

    Returns:
        float64 array, (..., K).

    Raises:
        ValueError: If `p` is no distribution of at least two classes, or `value` no probability.
        IndexError: If there is no class `index`.

    Example:
        >>> from xent_core import set_probability
        >>> set_probability([0.5, 0.25, 0.25], 0, 0.8).round(3).tolist()
        [0.8, 0.1, 0.1]
        >>> set_probability([1.0, 0.0, 0.0], 0, 0.5).tolist()
        [0.5, 0.25, 0.25]
    """
    p = _distributions(p)
    index, classes = as_integer(index, "index"), p.shape[-1]
    if classes < 2:
        raise ValueError(f"p: needs at least 2 classes, found {classes}")
    check_class_range(index, classes, "index")
    value = as_share(value, "value")
    chosen = np.arange(classes) == index[..., None]
    others = np.where(chosen, 0.0, p)
    total = others.sum(axis=-1, keepdims=True)
    empty = total == 0
    share = np.where(empty, 1.0 / (classes - 1), others / np.where(empty, 1.0, total))
    return np.where(chosen, value[..., None], share * (1 - value[..., None]))


def cross_entropy_terms(p: ArrayLike, q: ArrayLike, *, base: float = math.e) -> Any:
    """What each class adds to the cross entropy: -p log q; with q = p, to the entropy.

    Args:
        p, q: (..., K), distributions along the last axis.
        base: e for nats, 2 for bits.

    Returns:
        array (..., K) of the common type of `p` and `q`; 0 where p = 0, inf where only q = 0.

    Raises:
        ValueError: If `p` or `q` is no distribution, the shapes do not match, or base ≤ 0 or = 1.

    Example:
        >>> from xent_core import cross_entropy_terms
        >>> cross_entropy_terms([0.5, 0.5, 0], [0.25, 0.5, 0.25], base=2).tolist()
        [1.0, 0.5, 0.0]
    """
    base = _check_base(base)
    p_work, q_work, _, dtype = _pair(p, q, -1)
    return _finish(_information_terms(p_work, q_work, base), dtype)


def kl_terms(p: ArrayLike, q: ArrayLike, *, base: float = math.e) -> Any:
    """What each class adds to D(P‖Q): p log(p / q). Some are negative, their sum never.

    Args:
        p, q, base: As in `cross_entropy_terms`.

    Returns:
        array (..., K) of the common type of `p` and `q`; 0 where p = 0, inf where only q = 0.

    Raises:
        ValueError: As in `cross_entropy_terms`.

    Example:
        >>> from xent_core import kl_terms
        >>> kl_terms([0.5, 0.25, 0.25], [0.25, 0.5, 0.25], base=2).tolist()
        [0.5, -0.25, 0.0]
    """
    base = _check_base(base)
    p_work, q_work, _, dtype = _pair(p, q, -1)
    with np.errstate(all="ignore"):
        nats = np.where(p_work == 0, 0, p_work * _log_ratio(p_work, q_work))
        return _finish(_from_nats(nats, base), dtype)


def log_and_tangent(x: ArrayLike, *, base: float = math.e) -> tuple[Array, Array]:
    """Logarithm of x and its tangent at 1, which nowhere lies below it: log x ≤ (x - 1) / ln base.

    Args:
        x: Any shape, numbers ≥ 0.
        base: e for nats, where the tangent is x - 1; 2 for bits.

    Returns:
        Two float64 arrays of the shape of `x`: the logarithm, -inf at 0, and the tangent.

    Raises:
        ValueError: If a number is negative or nan, or if base ≤ 0 or base = 1.

    Example:
        >>> from xent_core import log_and_tangent
        >>> [part.tolist() for part in log_and_tangent([1, 2], base=2)]
        [[0.0, 1.0], [0.0, 1.4426950408889634]]
    """
    base = _check_base(base)
    found = as_float(x, "x").astype(FLOAT64)
    refuse("x", "must be ≥ 0", found, ~(found >= 0))
    return _log(found, base), _from_nats(found - 1, base)


def kl_gaps(p: ArrayLike, q: ArrayLike, *, base: float = math.e) -> Any:
    """What each class adds to D(P‖Q) if no term may be negative: p log(p / q) - p + q.

    With x = q / p it is p (x - 1 - log x): how far the logarithm lies below its tangent at 1,
    times p. As both sums are 1 these terms have the same sum as those of `kl_terms`, which is
    why D(P‖Q) is never below 0 (J. W. Gibbs, "Elementary Principles in Statistical Mechanics",
    1902; T. M. Cover and J. A. Thomas, "Elements of Information Theory", Theorem 2.6.3).

    Args:
        p, q, base: As in `cross_entropy_terms`.

    Returns:
        array (..., K) of the common type of `p` and `q`, ≥ 0; q / log(base) where p = 0, inf
        where only q = 0.

    Raises:
        ValueError: As in `cross_entropy_terms`.

    Example:
        >>> from xent_core import kl_gaps
        >>> kl_gaps([0.5, 0.25, 0.25], [0.25, 0.5, 0.25]).round(4).tolist()
        [0.0966, 0.0767, 0.0]
    """
    base = _check_base(base)
    p_work, q_work, _, dtype = _pair(p, q, -1)
    return _finish(_from_nats(_divergence_terms(p_work, q_work), base), dtype)


def unnormalized_kl(a: ArrayLike, b: ArrayLike, *, base: float = math.e) -> Any:
    """The sum in D(P‖Q), Σ a log(a / b), of weights that need not sum to 1.

    It is a divergence only where both sums are 1. With A = Σ a and B = Σ b it is
    A log(A / B) + A D(a/A ‖ b/B), so it can be negative where A < B: the log sum inequality
    (T. M. Cover and J. A. Thomas, "Elements of Information Theory", Theorem 2.7.1).

    Args:
        a, b: (..., K), weights ≥ 0, finite. The other axes broadcast.
        base: e for nats, 2 for bits.

    Returns:
        array (...) or scalar of the common type of `a` and `b`; inf where b = 0 < a.

    Raises:
        ValueError: If a weight is not in [0, ∞), the shapes do not match, or base ≤ 0 or base = 1.

    Example:
        >>> from xent_core import unnormalized_kl
        >>> float(unnormalized_kl([0.25, 0.25], [0.5, 0.5], base=2))
        -0.5
    """
    base = _check_base(base)
    a, b = _weights(a, "a"), _weights(b, "b")
    if a.shape[-1:] != b.shape[-1:]:
        raise ValueError(f"a, b: shapes {a.shape} and {b.shape} do not match")
    dtype = common_type(a, b)
    a_work, b_work = (x.astype(WORKING_TYPE[x.dtype], copy=False) for x in (a, b))
    with np.errstate(all="ignore"):
        terms = np.where(a_work == 0, 0, a_work * (np.log(a_work) - np.log(b_work)))
        return _finish(_from_nats(terms.sum(axis=-1), base), dtype)


def _weights(a: ArrayLike, name: str) -> Array:
    found = as_float(a, name)
    check_classes(found.shape, normalize_axes(-1, found.ndim), name)
    bad = ~(np.isfinite(found) & (found >= 0))
    refuse(name, "weights must be ≥ 0 and finite", found, bad)
    return found


def surprise_deviation(p: ArrayLike, q: ArrayLike, *, base: float = math.e) -> float:
    """Standard deviation of -log q(X) for one symbol X drawn from P.

    The mean of n independent ones has this, divided by √n: the band that a running average
    keeps to.

    Args:
        p, q: (K,), distributions over the same classes.
        base: e for nats, 2 for bits.

    Returns:
        float; nan where q = 0 < p: there is no mean to deviate from.

    Raises:
        ValueError: If `p` or `q` is no distribution, the shapes do not match, or base ≤ 0 or = 1.

    Example:
        >>> from xent_core import surprise_deviation
        >>> surprise_deviation([0.5, 0.5], [0.25, 0.5], base=2)
        Traceback (most recent call last):
        ValueError: q: probabilities must sum to 1 along axis 0, found 0.75
        >>> surprise_deviation([0.5, 0.5], [0.125, 0.875], base=2) > 1
        True
    """
    base = _check_base(base)
    p_work, q_work, _, _ = _pair(p, q, -1)
    with np.errstate(all="ignore"):
        surprise = np.where(p_work == 0, 0, -_log(q_work, base))
        mean = (p_work * surprise).sum()
        return float(np.sqrt((p_work * (surprise - mean) ** 2).sum()))


def draw_symbols(p: ArrayLike, n: int, seed: int) -> Array:
    """Draw n symbols from P, always the same ones for a seed; more draws go on from fewer.

    By the inverse of the cumulated probabilities, from NumPy's PCG64.

    Args:
        p: (K,), probabilities that sum to 1.
        n: How many, from 0 to 1,000,000.
        seed: From 0 on.

    Returns:
        int64 array, (n,), indices of the symbols; one of probability 0 is never drawn.

    Raises:
        ValueError: If `p` is no distribution, or `n` or `seed` out of range.

    Example:
        >>> from xent_core import draw_symbols
        >>> few, many = draw_symbols([0.5, 0.5], 5, 1), draw_symbols([0.5, 0.5], 100, 1)
        >>> bool((few == many[:5]).all())
        True
    """
    p = _distributions(p)
    if p.ndim != 1:
        raise ValueError(f"p: must be one distribution, found shape {p.shape}")
    if not 0 <= n <= DRAWS_LIMIT:
        raise ValueError(f"n: must be from 0 to {DRAWS_LIMIT:,}, found {n}")
    if seed < 0:
        raise ValueError(f"seed: must be ≥ 0, found {seed}")
    possible = np.flatnonzero(p)
    edges = np.cumsum(p[possible])[:-1]  # without the last: rounding may have left it below 1
    uniform = np.random.default_rng(seed).random(n)
    return possible[np.searchsorted(edges, uniform, side="right")]


def running_mean(x: ArrayLike) -> Array:
    """Mean of the first, the first two, … the first n values.

    Args:
        x: (n,), numbers.

    Returns:
        float64 array, (n,).

    Raises:
        ValueError: If `x` does not hold numbers in one row.

    Example:
        >>> from xent_core import running_mean
        >>> running_mean([2, 4, 0]).tolist()
        [2.0, 3.0, 2.0]
    """
    x = as_float(x, "x").astype(FLOAT64)
    if x.ndim != 1:
        raise ValueError(f"x: must be one row, found shape {x.shape}")
    return np.cumsum(x) / np.arange(1, len(x) + 1)


def _distributions(p: ArrayLike) -> Array:
    """`p` in float64; ValueError unless it holds distributions along its last axis."""
    p = as_float(p, "p").astype(FLOAT64)
    return _check_distribution(p, (p.ndim - 1,), "p")
