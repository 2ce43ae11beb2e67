"""How far apart two floating-point numbers are, counted in the numbers between them."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import Array
from xent_core.pytorch._inputs import check_choice

_BITS = {"float32": (np.float32, np.int32), "float64": (np.float64, np.int64)}


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
    check_choice(dtype, _BITS, "dtype")
    if (math.isnan(a) and math.isnan(b)) or a == b:
        return 0
    if not (math.isfinite(a) and math.isfinite(b)):
        return None
    return abs(_position(a, dtype) - _position(b, dtype))


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
    first, second = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if first.shape != second.shape:
        raise ValueError(f"a, b: shapes {first.shape} and {second.shape} do not match")
    pairs = zip(first.ravel().tolist(), second.ravel().tolist(), strict=True)
    distances = np.empty(first.size, object)
    distances[:] = [ulp_distance(x, y, dtype) for x, y in pairs]
    return distances.reshape(first.shape)


def _position(value: float, dtype: str) -> int:
    """Which number this is, counted from 0: the bits, read as an integer, are in order."""
    number, integer = _BITS[dtype]
    with np.errstate(over="ignore"):
        bits = int(number(abs(value)).view(integer))
    return -bits if value < 0 else bits
