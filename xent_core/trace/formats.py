"""The six floating formats and the order of their numbers.

Sizes come from `ml_dtypes.finfo`; none is typed in by hand. With the sign bit masked off, the bits
of a format read as an unsigned integer grow with the magnitude: 0, subnormals, normals, then inf
(if there is one) and nan. `Format` rests on that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT32, FLOAT64, Array, check_choice


@dataclass(frozen=True)
class Format:
    """A floating format. All numbers are Python floats, which hold each of them exactly."""

    name: str
    dtype: np.dtype[Any]
    bits: int  # 1 + exponent_bits + fraction_bits
    exponent_bits: int
    fraction_bits: int
    bias: int  # what is subtracted from the exponent field: the field of 1.0
    max: float  # the largest finite number
    smallest_normal: float
    smallest_subnormal: float
    eps: float  # from 1 to the next number above
    has_inf: bool  # float8_e4m3fn has none: what would be inf is nan

    @property
    def precision(self) -> int:
        """Significant bits of a normal number: the fraction and the leading 1."""
        return self.fraction_bits + 1

    @property
    def integer_type(self) -> np.dtype[Any]:
        """The unsigned integer of the same size, to read the bits through."""
        return np.dtype(f"u{self.bits // 8}")

    @property
    def sign_bit(self) -> int:
        return 1 << (self.bits - 1)

    @property
    def first_nan(self) -> int:
        """The smallest magnitude, read as an integer, that is nan."""
        all_ones = self.sign_bit - 1
        inf = all_ones >> self.fraction_bits << self.fraction_bits
        return inf + 1 if self.has_inf else all_ones

    def number(self, bits: int) -> float:
        """The number that has these bits."""
        return float(np.array([bits], self.integer_type).view(self.dtype)[0])


def _format(name: str, dtype: Any) -> Format:
    info = ml_dtypes.finfo(dtype)
    with np.errstate(all="ignore"):
        has_inf = bool(np.isinf(np.array([np.inf]).astype(dtype)[0]))
    one = int(np.ones(1, dtype).view(f"u{info.bits // 8}")[0])
    return Format(
        name=name,
        dtype=np.dtype(dtype),
        bits=int(info.bits),
        exponent_bits=int(info.bits - 1 - info.nmant),
        fraction_bits=int(info.nmant),
        bias=one >> int(info.nmant),
        max=float(info.max),
        smallest_normal=float(info.smallest_normal),
        smallest_subnormal=float(info.smallest_subnormal),
        eps=float(info.eps),
        has_inf=has_inf,
    )


FORMATS = {
    name: _format(name, dtype)
    for name, dtype in (
        ("float16", np.float16),
        ("bfloat16", ml_dtypes.bfloat16),
        ("float32", np.float32),
        ("float64", np.float64),
        ("float8_e4m3fn", ml_dtypes.float8_e4m3fn),
        ("float8_e5m2", ml_dtypes.float8_e5m2),
    )
}


def get_format(name: str | Format) -> Format:
    """The format of this name.

    Args:
        name: One of `FORMATS`; a Format is given back.

    Returns:
        Format.

    Raises:
        ValueError: If there is no such format.

    Example:
        >>> from xent_core.trace import get_format
        >>> get_format("float16").max
        65504.0
    """
    if isinstance(name, Format):
        return name
    return FORMATS[check_choice(name, FORMATS, "format")]


def round_to(values: ArrayLike, format: str | Format) -> Array:
    """Numbers rounded once to a format: to nearest, ties to the even last bit.

    Args:
        values: Taken as float64. Too large ones become ±inf, or nan in float8_e4m3fn.
        format: A `Format`, or its name.

    Returns:
        array of the shape of `values`, of the format's dtype.

    Raises:
        ValueError: If there is no such format, or if `values` are not numbers.

    Example:
        >>> from xent_core.trace import round_to
        >>> round_to([0.1, 1e-8, 1e5], "float16")
        array([0.1, 0. , inf], dtype=float16)
    """
    fmt = get_format(format)
    try:
        wide = np.asarray(values, FLOAT64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"values: must be numbers: {error}") from None
    with np.errstate(all="ignore"):
        # ml_dtypes goes through float32, which would round twice.
        narrow = _to_odd(wide) if fmt.dtype not in (np.float16, FLOAT32, FLOAT64) else wide
        return narrow.astype(fmt.dtype)


def _to_odd(wide: Array) -> Array:
    """float64 cut to float32, with the last bit set if anything was cut off.

    The set bit remembers on which side of a tie the number was, so that rounding float32 to fewer
    than 23 bits gives what rounding the float64 would (Boldo and Melquiond 2008).
    """
    cut = np.atleast_1d(wide.astype(FLOAT32))
    exact = (cut == wide) | np.isnan(wide)
    beyond = np.abs(cut) > np.abs(wide)
    cut = np.where(beyond, np.nextafter(cut, np.float32(0)), cut)
    cut.view(np.uint32)[~exact] |= 1
    return cut.reshape(wide.shape)


def bits_of(values: Array, format: str | Format) -> Array:
    """The bits of numbers that are already in the format, as unsigned integers.

    Args:
        values: Of the format's dtype.
        format: A `Format`, or its name.

    Returns:
        array of unsigned integers of the format's size, of the shape of `values`.

    Raises:
        ValueError: If there is no such format, or if `values` have another dtype.

    Example:
        >>> from xent_core.trace import bits_of, round_to
        >>> hex(bits_of(round_to([1.0], "float32"), "float32")[0])
        '0x3f800000'
    """
    fmt = get_format(format)
    array = np.asarray(values)
    if array.dtype != fmt.dtype:
        raise ValueError(f"values: must be {fmt.name}, found {array.dtype}")
    return np.ascontiguousarray(array).view(fmt.integer_type).reshape(array.shape)


def place_of(value: float, format: str | Format) -> int:
    """The place of a number in the order of all numbers of its format: 0 for ±0, ±1 next to it.

    Two numbers are as many ulps apart as their places differ.

    Args:
        value: Rounded to the format first.
        format: A `Format`, or its name.

    Returns:
        The place.

    Raises:
        ValueError: If there is no such format, or if `value` is nan in it.

    Example:
        >>> from xent_core.trace import place_of
        >>> place_of(2.0, "float16") - place_of(1.0, "float16")
        1024
    """
    fmt = get_format(format)
    place = int(places(round_to([value], fmt), fmt)[0])
    if abs(place) >= fmt.first_nan:
        raise ValueError(f"value: nan has no place in the order of {fmt.name}, found {value}")
    return place


def places(values: Array, format: str | Format) -> Array:
    """`place_of` for numbers that are already in the format, int64; those of nan lie outside."""
    fmt = get_format(format)
    bits = bits_of(values, fmt)
    magnitude = (bits & fmt.integer_type.type(fmt.sign_bit - 1)).astype(np.int64)
    return np.where(bits >= fmt.sign_bit, -magnitude, magnitude)


def at_place(place: int, format: str | Format) -> float:
    """The number at a place: what `place_of` undoes.

    Args:
        place: Whole, of either sign.
        format: A `Format`, or its name.

    Returns:
        float; ±inf at the ends, if the format has it.

    Raises:
        ValueError: If there is no such format, or if no number has this place.

    Example:
        >>> from xent_core.trace import at_place
        >>> at_place(1, "float16")
        5.960464477539063e-08
    """
    fmt = get_format(format)
    if abs(place) >= fmt.first_nan:
        raise ValueError(f"place: must be below {fmt.first_nan} either way, found {place}")
    return fmt.number(abs(place) | (fmt.sign_bit if place < 0 else 0))
