"""Numbers as the exact sum of two float64, for a truth that can judge float64 itself.

`high` is the float64 nearest to the number and `low` what is missing: about 106 bits (Dekker
1971; Knuth 1997, 4.2.2). NumPy has no fused multiply-add, so products are split. `exp` and `log1p`
do not use all those bits: each says how many are right.
"""

from __future__ import annotations

from typing import NamedTuple

import mpmath
import numpy as np

from xent_core._arrays import Array


class Double2(NamedTuple):
    """high + low."""

    high: Array
    low: Array


def two_sum(a: Array, b: Array) -> Double2:
    """a + b, exactly (Knuth's TwoSum)."""
    total = a + b
    part = total - a
    return Double2(total, (a - (total - part)) + (b - part))


def two_difference(a: Array, b: Array) -> Double2:
    """a - b, exactly."""
    return two_sum(a, -b)


def _renormalise(high: Array, low: Array) -> Double2:
    """The same sum, where |high| ≥ |low| (Dekker's Fast2Sum)."""
    total = high + low
    return Double2(total, low - (total - high))


def _split(a: Array) -> Double2:
    """Two halves of 26 bits, whose products are exact (Veltkamp)."""
    scaled = a * 134217729.0  # 2^27 + 1
    high = scaled - (scaled - a)
    return Double2(high, a - high)


def times(a: Double2, b: Double2) -> Double2:
    """a · b, to about 2^-104."""
    product = a.high * b.high
    (ah, al), (bh, bl) = _split(a.high), _split(b.high)
    error = ((ah * bh - product) + ah * bl + al * bh) + al * bl
    return _renormalise(product, error + (a.high * b.low + a.low * b.high))


def plus(a: Double2, b: Double2) -> Double2:
    """a + b, to about 2^-104 if both have one sign."""
    high, low = two_sum(a.high, b.high)
    return _renormalise(high, low + (a.low + b.low))


def _ln2_in_parts() -> tuple[float, float, float]:
    """ln 2 as a sum of three float64, the first two of 40 bits: times 11 bits they are exact."""
    with mpmath.workprec(300):
        rest, parts = mpmath.ln(2), []
        for bits in (40, 80):
            parts.append(float(mpmath.floor(rest * mpmath.mpf(2) ** bits) / mpmath.mpf(2) ** bits))
            rest -= parts[-1]
        return parts[0], parts[1], float(rest)


_LN2 = _ln2_in_parts()
# 1/9!, …, 1/2!: below 2^-5.5, what follows is less than 2^-76.
_EXP_SERIES = tuple(float(1 / mpmath.factorial(n)) for n in range(9, 1, -1))
# -1/17, 1/16, …, -1/2 for log1p below 2^-4, where what follows is less than 2^-70.
_LOG1P_SERIES = tuple((-1.0) ** (n + 1) / n for n in range(17, 1, -1))


def exp(d: Double2) -> Double2:
    """e^d for -800 ≤ d ≤ 700, to about 2^-60; below 2^-1022 rounded to float64's subnormals."""
    # d = k ln 2 + 16 r: then e^d = 2^k (e^r)^16, and the series of e^r is short.
    k = np.rint(d.high / _LN2[0])
    high, low = two_difference(d.high - k * _LN2[0], k * _LN2[1])
    r = _renormalise(high / 16, (low + d.low - k * _LN2[2]) / 16)
    series = np.zeros_like(r.high)
    for coefficient in _EXP_SERIES:
        series = (series + coefficient) * r.high
    high, low = two_sum(np.ones_like(r.high), r.high)
    # In r.low only the first order counts: the second is below 2^-60 of it.
    power = _renormalise(high, low + (series * r.high + r.low * (1 + r.high)))
    for _ in range(4):
        power = times(power, power)
    scale = k.astype(np.int32)
    return Double2(np.ldexp(power.high, scale), np.ldexp(power.low, scale))


def log1p(s: Double2) -> Double2:
    """log(1 + s) for 0 ≤ s ≤ 16, to about 2^-57."""
    series = np.zeros_like(s.high)
    for coefficient in _LOG1P_SERIES:
        series = (series + coefficient) * s.high
    small = _renormalise(s.high, s.low * (1 - s.high) + series * s.high)
    # One step of Newton: y + log((1 + s) e^-y), where the bracket is 1 up to rounding.
    guess = np.log1p(s.high)
    back = times(plus(_exact(np.ones_like(guess)), s), exp(_exact(-guess)))
    missing = (back.high - 1) + back.low
    large = _renormalise(guess, missing - missing * missing / 2)
    is_small = s.high < 0.0625
    return Double2(
        np.where(is_small, small.high, large.high), np.where(is_small, small.low, large.low)
    )


def _exact(a: Array) -> Double2:
    return Double2(a, np.zeros_like(a))
