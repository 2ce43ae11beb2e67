"""How far apart two floating-point numbers are, counted in the numbers between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array, check_choice
from xent_core.pytorch._inputs import FLOAT_TYPES
from xent_core.trace.formats import places, round_to


def ulp_distance(a: float, b: float, dtype: str = "float64") -> int | None:
    """Steps from `a` to `b`, one representable number after the other.

    0 means the same number to the last bit. (0 and -0 count as one number, and so do all nan.)

    Args:
        a, b: Numbers that `dtype` holds; others are rounded to it first.
        dtype: "float32" or "float64".

    Returns:
        int, ≥ 0; None if there is no distance, because one of two different numbers is inf or nan.

    Raises:
        ValueError: If `dtype` is another.

    Example:
        >>> from xent_core.pytorch import ulp_distance
        >>> ulp_distance(1.0, 1 + 2**-23, "float32")
        1
        >>> ulp_distance(0.1 + 0.2, 0.3), ulp_distance(float("nan"), float("nan"))
        (1, 0)
        >>> ulp_distance(float("inf"), 1e308) is None
        True
    """
    return ulp_distances(a, b, dtype).item()


def ulp_distances(a: ArrayLike, b: ArrayLike, dtype: str = "float64") -> Array:
    """`ulp_distance`, number by number.

    Args:
        a, b: Of one shape.
        dtype: "float32" or "float64".

    Returns:
        array of objects of the shape of `a`: ints, or None where there is no distance.

    Raises:
        ValueError: If the shapes differ or `dtype` is another.

    Example:
        >>> from xent_core.pytorch import ulp_distances
        >>> ulp_distances([1.0, 2.0], [1.0, float("inf")]).tolist()
        [0, None]
    """
    check_choice(dtype, FLOAT_TYPES, "dtype")
    first, second = np.asarray(a, FLOAT64), np.asarray(b, FLOAT64)
    if first.shape != second.shape:
        raise ValueError(f"a, b: shapes {first.shape} and {second.shape} do not match")
    x, y = first.ravel(), second.ravel()
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    # Python's integers, as the distance of two float64 may be too large for int64.
    at, other = (places(round_to(each, dtype), dtype).astype(object) for each in (x, y))
    distances = np.abs(at - other)
    distances[same] = 0
    distances[~same & ~(np.isfinite(x) & np.isfinite(y))] = None
    return distances.reshape(first.shape)
