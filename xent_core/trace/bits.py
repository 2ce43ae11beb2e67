"""One number of a format, down to its bits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from xent_core._arrays import check_between
from xent_core.trace.formats import Format, at_place, bits_of, get_format, place_of, round_to


@dataclass(frozen=True)
class BitPattern:
    """A number as its format stores it."""

    format: Format
    bits: int  # all of them, read as an unsigned integer: sign, exponent, fraction

    @property
    def text(self) -> str:
        """All bits as 0 and 1, the sign first."""
        return f"{self.bits:0{self.format.bits}b}"

    @property
    def sign(self) -> str:
        return self.text[0]

    @property
    def exponent(self) -> str:
        return self.text[1 : 1 + self.format.exponent_bits]

    @property
    def fraction(self) -> str:
        return self.text[1 + self.format.exponent_bits :]

    @property
    def magnitude(self) -> int:
        """The bits without the sign."""
        return self.bits & (self.format.sign_bit - 1)

    @property
    def value(self) -> float:
        """The number as a Python float, which holds it exactly."""
        return self.format.number(self.bits)

    @property
    def kind(self) -> str:
        """ "zero", "subnormal", "normal", "inf" or "nan"."""
        if self.magnitude >= self.format.first_nan:
            return "nan"
        if self.format.has_inf and self.magnitude == self.format.first_nan - 1:
            return "inf"
        if self.magnitude >> self.format.fraction_bits:
            return "normal"
        return "subnormal" if self.magnitude else "zero"

    @property
    def power(self) -> int | None:
        """e in ±significand · 2^e; subnormals have the smallest normal's; None for inf and nan."""
        if self.kind in ("inf", "nan"):
            return None
        return max(int(self.exponent, 2), 1) - self.format.bias

    @property
    def significand(self) -> str | None:
        """The significand in binary, such as "1.01": 0.… for subnormals; None for inf and nan."""
        if self.kind in ("inf", "nan"):
            return None
        return f"{int(self.kind == 'normal')}.{self.fraction}"

    @property
    def exact(self) -> str:
        """The exact value as a decimal, all digits; "inf", "-inf" or "nan"."""
        if self.kind == "nan":
            return "nan"
        return str(self.value) if self.kind == "inf" else f"{Decimal(self.value):f}"

    @property
    def above(self) -> float:
        """The next number above; inf may be it. nan where there is none."""
        return _step(self, 1)

    @property
    def below(self) -> float:
        """The next number below; -inf may be it. nan where there is none."""
        return _step(self, -1)

    @property
    def gap_above(self) -> float:
        """From here to the next number above: inf if that is inf, nan if there is none."""
        return self.above - self.value if self.kind != "inf" else float("nan")

    @property
    def gap_below(self) -> float:
        """From the next number below to here: inf if that is -inf, nan if there is none."""
        return self.value - self.below if self.kind != "inf" else float("nan")

    def flipped(self, index: int) -> BitPattern:
        """The pattern with one bit flipped: 0 is the sign, the last the lowest of the fraction.

        Raises:
            ValueError: If there is no such bit.
        """
        check_between("index", index, 0, self.format.bits - 1)
        return BitPattern(self.format, self.bits ^ (self.format.sign_bit >> index))


def _step(pattern: BitPattern, direction: int) -> float:
    """The neighbour of a number, across zero if need be: +0 and -0 have the same neighbours."""
    if pattern.kind == "nan":
        return float("nan")
    place = place_of(pattern.value, pattern.format) + direction
    there = abs(place) < pattern.format.first_nan
    return at_place(place, pattern.format) if there else float("nan")


def bit_pattern(value: float, format: str | Format) -> BitPattern:
    """A number's bits, exact value and neighbours, after rounding it to a format.

    Args:
        value: Rounded to the format first.
        format: A `Format`, or its name.

    Returns:
        BitPattern.

    Raises:
        ValueError: If there is no such format, or if `value` is not a number.

    Example:
        >>> from xent_core.trace import bit_pattern
        >>> one = bit_pattern(0.1, "float16")
        >>> one.sign, one.exponent, one.fraction, one.exact
        ('0', '01011', '1001100110', '0.0999755859375')
        >>> one.flipped(0).value
        -0.0999755859375
    """
    fmt = get_format(format)
    rounded = round_to(value, fmt)
    if rounded.ndim:
        raise ValueError(f"value: must be one number, found shape {rounded.shape}")
    return BitPattern(fmt, int(bits_of(rounded, fmt)))
