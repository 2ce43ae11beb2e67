"""Scores divided by their sum: what one tries before exponentials, and where it fails.

Softmax is e^z over its sum. Its exponentials are what no other choice is: positive, in the order
of the scores, and blind to what is added to all of them, as f(z + c) / f(w + c) = f(z) / f(w) for
every c leaves only f(z) = a e^{bz} among the continuous functions (Cauchy's equation).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array, as_float

EPS = float(np.finfo(np.float64).eps)
# What keeps numbers from being shares of scores, the worst last; 0 is no fault.
FAULTS = ("none", "order", "negative", "undefined")


def shares(values: ArrayLike) -> Array:
    """Each value over the sum of its row, x_i / Σ_j x_j, whatever comes of it.

    A sum that rounding alone can have left, C ulps of Σ|x|, counts as 0: then what is above 0
    gets inf, what is below it -inf, and 0 gets nan.

    Args:
        values: (..., C), finite.

    Returns:
        float64 array, (..., C); below 0 where a value's sign is not the sum's.

    Raises:
        ValueError: If `values` is not numeric.

    Example:
        >>> from xent_core.shares import shares
        >>> shares([[1.0, 2.0, 3.0, 4.0], [-1.0, 0.0, 1.0, 0.0]])
        array([[ 0.1,  0.2,  0.3,  0.4],
               [-inf,  nan,  inf,  nan]])
    """
    x = as_float(values, "values").astype(FLOAT64)
    with np.errstate(all="ignore"):
        return x / row_sums(x)[..., None] + 0.0  # no −0


def row_sums(values: ArrayLike) -> Array:
    """The sums (...) that `shares` divides by: 0 where rounding alone can have left a rest."""
    x = as_float(values, "values").astype(FLOAT64)
    total = x.sum(-1)
    rest = x.shape[-1] * EPS * np.abs(x).sum(-1)
    return np.where(np.abs(total) <= rest, 0.0, total)


def worst_fault(parts: ArrayLike, scores: ArrayLike) -> Array:
    """What keeps numbers from being shares in the order of their scores: an index into FAULTS.

    Args:
        parts: (..., C), what is meant to be shares.
        scores: (..., C), what they were made of.

    Returns:
        integer array, (...): "undefined" where a part is not finite, else "negative" where one is
        below 0, else "order" where a lower score has more than a higher one, else "none".

    Raises:
        ValueError: If an argument is not numeric.

    Example:
        >>> from xent_core.shares import FAULTS, worst_fault
        >>> FAULTS[int(worst_fault([0.5, 0.0, 0.5], [-1.0, 0.0, 1.0]))]
        'order'
    """
    p, z = (as_float(x, name).astype(FLOAT64) for x, name in ((parts, "parts"), (scores, "scores")))
    with np.errstate(invalid="ignore"):
        lower = z[..., :, None] < z[..., None, :]
        more = p[..., :, None] > p[..., None, :] * (1 + 4 * EPS)
        reversed_pairs = (lower & more).any((-1, -2))
    found = (~np.isfinite(p)).any(-1), (p < 0).any(-1), reversed_pairs
    return np.select(found, [3, 2, 1], 0)
