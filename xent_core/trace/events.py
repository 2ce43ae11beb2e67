"""What can happen to a number in one operation, found by looking at its operands and its result.

A finite operand is any that is neither inf nor nan. One operation raises at most one of the first
four, and PROPAGATED only alone.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from xent_core._arrays import FLOAT64, Array, check_between
from xent_core.trace.formats import Format, bits_of

# Finite operands, and a result too large for the format: inf, or nan in float8_e4m3fn.
OVERFLOW = 1
# Finite operands, and a result that is 0 though the exact one is not.
UNDERFLOW = 2
# nan from operands without nan, because the operation has no value there: inf - inf, 0 · inf,
# inf / inf, 0 / 0, the logarithm of a negative number.
INVALID = 4
# Finite operands, and an exact result that is infinite: x / 0 with x ≠ 0, log 0.
DIVIDE = 8
# exp, log, log1p, divide or multiply of finite operands gave a number below the smallest normal:
# it has fewer digits. Sums and differences are exact there, and raise nothing.
SUBNORMAL = 16
# Finite x ± y that is exactly x or exactly ±y, though the other is not 0: that one left no trace.
ABSORBED = 32
# Two bits or more of the result were never known. In x ± y, of numbers that carry rounding errors,
# the leading bits cancel: as many as the exponent falls from the larger operand to the result. In
# log x with x near 1, a subtraction of 1 in disguise, they are ⌊log₂(1 / |log x|)⌋; but log 1 is
# exact. `bits_lost` counts them. The logits are given, so x - max loses nothing that they have.
CANCELLATION = 64
# An operand was inf or nan, given or made by an earlier step, and the operation is not INVALID:
# what results (inf, nan, or the 0 of 1 / inf and of e^-inf) says nothing new.
PROPAGATED = 128

EVENTS = {
    "overflow": OVERFLOW,
    "underflow": UNDERFLOW,
    "invalid": INVALID,
    "divide": DIVIDE,
    "subnormal": SUBNORMAL,
    "absorbed": ABSORBED,
    "cancellation": CANCELLATION,
    "propagated": PROPAGATED,
}


def event_names(flags: int) -> tuple[str, ...]:
    """The names of the events in a number of flags, the gravest first.

    Args:
        flags: A sum of events, 0 to 255.

    Returns:
        Keys of `EVENTS`.

    Raises:
        ValueError: If `flags` is not from 0 to 255.

    Example:
        >>> from xent_core.trace import event_names
        >>> event_names(33)
        ('overflow', 'absorbed')
    """
    check_between("flags", int(flags), 0, 255)
    gravest = ("invalid", "divide", "overflow", *EVENTS)
    return tuple(name for name in dict.fromkeys(gravest) if int(flags) & EVENTS[name])


class Cells:
    """Values of one format with what their bits say, each found once and when it is asked for."""

    def __init__(self, fmt: Format, values: Array) -> None:
        self.fmt = fmt
        self.values = values

    @cached_property
    def bits(self) -> Array:
        return bits_of(self.values, self.fmt)

    @cached_property
    def magnitude(self) -> Array:
        return self.bits & self.fmt.integer_type.type(self.fmt.sign_bit - 1)

    @cached_property
    def nan(self) -> Array:
        return self.magnitude >= self.fmt.first_nan

    @cached_property
    def bad(self) -> Array:
        """inf or nan."""
        return self.magnitude >= self.fmt.first_nan - self.fmt.has_inf

    @cached_property
    def zero(self) -> Array:
        return self.magnitude == 0

    @cached_property
    def subnormal(self) -> Array:
        # The smallest normal number has a 1 as its exponent field and an empty fraction.
        return (self.magnitude < 1 << self.fmt.fraction_bits) & ~self.zero

    @cached_property
    def power(self) -> Array:
        """e with |value| = f 2^e and ½ ≤ f < 1; 0 for 0, inf and nan."""
        return np.frexp(self.values.astype(FLOAT64))[1]

    def __getitem__(self, index: Any) -> Cells:
        return Cells(self.fmt, self.values[index])


def find_events(operation: str, operands: list[Cells], result: Cells) -> tuple[Array, Array | None]:
    """The flags of each entry of `result`, and the bits lost where cancellation is possible."""
    if operation in ("exp", "log", "log1p"):
        return _unary_events(operation, operands[0], result)
    if operation in ("add", "subtract", "subtract_given"):
        return _sum_events(operation, *operands, result)
    if operation in ("divide", "multiply"):
        return _product_events(operation, *operands, result), None
    if operation == "epsilon":
        return _flags((UNDERFLOW, result.zero), (SUBNORMAL, result.subnormal)), None
    # What only copies: max, pick, others, negative, one_hot.
    return _flags((PROPAGATED, result.bad)), None


def _unary_events(operation: str, a: Cells, result: Cells) -> tuple[Array, Array | None]:
    finite = ~a.bad
    subnormal = (SUBNORMAL, finite & result.subnormal)
    if operation == "exp":
        return _flags(
            (OVERFLOW, finite & result.bad),
            (UNDERFLOW, finite & result.zero),
            subnormal,
            (PROPAGATED, a.bad),
        ), None
    if operation == "log1p":
        # Of a sum of exponentials, which is never negative; and log1p cancels nothing.
        return _flags(subnormal, (PROPAGATED, a.bad)), None
    invalid = result.nan & ~a.nan & ~a.zero
    lost = _bits_lost(0, result, ~a.bad & ~result.bad & ~result.zero)
    return _flags(
        (INVALID, invalid),
        (DIVIDE, a.zero),
        subnormal,
        (CANCELLATION, lost >= 2),
        (PROPAGATED, a.bad & ~invalid),
    ), lost


def _sum_events(operation: str, a: Cells, b: Cells, result: Cells) -> tuple[Array, Array | None]:
    bad = a.bad | b.bad
    invalid = bad & result.nan & ~(a.nan | b.nan)
    sign = 0 if operation == "add" else a.fmt.sign_bit
    other = b.bits ^ a.fmt.integer_type.type(sign)
    absorbed = ((result.bits == a.bits) & ~b.zero) | ((result.bits == other) & ~a.zero)
    lost = None
    flags = _flags(
        (OVERFLOW, ~bad & result.bad),
        (INVALID, invalid),
        (ABSORBED, absorbed & ~bad & ~result.bad),
        (PROPAGATED, bad & ~invalid),
    )
    if operation != "subtract_given":
        lost = _bits_lost(
            np.maximum(a.power, b.power), result, ~bad & ~result.bad & ~a.zero & ~b.zero
        )
        flags |= _flags((CANCELLATION, lost >= 2))
    return flags, lost


def _product_events(operation: str, a: Cells, b: Cells, result: Cells) -> Array:
    bad = a.bad | b.bad
    invalid = bad & result.nan & ~(a.nan | b.nan)
    exact_zero = a.zero
    divide = np.zeros(1, bool)
    if operation == "divide":
        invalid |= a.zero & b.zero
        divide = b.zero & ~a.zero & ~a.bad
    else:
        exact_zero = a.zero | b.zero
    finite = ~bad & ~divide & ~invalid
    return _flags(
        (OVERFLOW, finite & result.bad),
        (UNDERFLOW, finite & result.zero & ~exact_zero),
        (INVALID, invalid),
        (DIVIDE, divide),
        (SUBNORMAL, finite & result.subnormal),
        (PROPAGATED, bad & ~invalid),
    )


def _bits_lost(power: Array | int, result: Cells, where: Array) -> Array:
    """How many leading bits cancelled: all there are if nothing is left, and 0 elsewhere."""
    precision = result.fmt.precision
    lost = np.where(result.zero, precision, np.clip(power - result.power, 0, precision))
    return np.where(where, lost, 0).astype(np.int8)


def _flags(*found: tuple[int, Array]) -> Array:
    """One byte for each entry from pairs of an event and where it happened."""
    total = found[0][1].view(np.uint8) * np.uint8(found[0][0])
    for event, where in found[1:]:
        total = total | where.view(np.uint8) * np.uint8(event)
    return total
