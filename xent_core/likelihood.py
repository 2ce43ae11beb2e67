"""How likely a model makes what has been seen; least cross-entropy is greatest likelihood.

T. M. Cover and J. A. Thomas, "Elements of Information Theory" (2006), section 11.1: of n symbols
x with the shares P̂, Q makes their log likelihood -n H(P̂, Q).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array, as_float, as_integer, check_class_range
from xent_core.information import _check_base, _check_distribution, _finish, _log


def empirical_distribution(symbols: ArrayLike, classes: int) -> Array:
    """Share of each class among the symbols seen: P̂.

    Args:
        symbols: (n,), indices of classes, at least one of them.
        classes: How many classes there are.

    Returns:
        float64 array, (classes,), which sums to 1.

    Raises:
        ValueError: If `symbols` is no row of whole numbers, or is empty.
        IndexError: If one of them is not from 0 to classes - 1.

    Example:
        >>> from xent_core import empirical_distribution
        >>> empirical_distribution([0, 1, 0, 0], 2).tolist()
        [0.75, 0.25]
    """
    seen = _symbols(symbols, classes)
    if not len(seen):
        raise ValueError("symbols: needs at least 1")
    return np.bincount(seen, minlength=classes) / len(seen)


def log_likelihood(symbols: ArrayLike, q: ArrayLike, *, base: float = math.e) -> Any:
    """Logarithm of the probability that Q gives to independent symbols: Σ log q(x).

    Args:
        symbols: (n,), indices of classes. Of none the likelihood is 1.
        q: (..., K), distributions along the last axis.
        base: e for nats, 2 for bits.

    Returns:
        float64 array (...) or scalar, at most 0; -inf where Q calls one of the symbols impossible.

    Raises:
        ValueError: If `symbols` is no row of whole numbers, `q` no distribution, or base ≤ 0 or
            base = 1.
        IndexError: If a symbol is not from 0 to K - 1.

    Example:
        >>> from xent_core import log_likelihood
        >>> float(log_likelihood([0, 1, 0], [0.5, 0.5], base=2))
        -3.0
    """
    base = _check_base(base)
    found = as_float(q, "q").astype(FLOAT64)
    work = _check_distribution(found, (found.ndim - 1,), "q")
    seen = _symbols(symbols, work.shape[-1])
    return _finish(_log(work, base)[..., seen].sum(axis=-1), FLOAT64)


def _symbols(symbols: ArrayLike, classes: int) -> Array:
    """The symbols as indices in one row; an error for any that is no class."""
    seen = as_integer(symbols, "symbols")
    if seen.ndim != 1:
        raise ValueError(f"symbols: must be one row, found shape {seen.shape}")
    check_class_range(seen, classes, "symbols")
    return seen
