"""An arithmetic coder: a text in as many bits as a model's surprise at it, all in whole numbers.

A text is a part of the unit of code space: the first letter takes its share of it, the second its
share of that, and so on. What is written are the binary digits of a number that lies in what is
left, of width Π q: Σ -log₂ q digits, and at most two more.

Source: I. H. Witten, R. M. Neal and J. G. Cleary, "Arithmetic Coding for Data Compression" (1987),
with 62 digits in hand instead of 16.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from xent_core._arrays import Array

DIGITS = 62  # of the number that are in hand at a time
WHOLE, HALF, QUARTER = 1 << DIGITS, 1 << (DIGITS - 1), 1 << (DIGITS - 2)
LARGEST = 1 << 40  # of all shares together: 2^20 times finer are the digits in hand


class Model(Protocol):
    """What knows how probable each letter is, in whole numbers (see `CountingModel`)."""

    def intervals(self, codes: Sequence[int] | Array) -> Array: ...

    def cumulative(self, before: Sequence[int] | Array) -> Array: ...


class _Writer:
    """The digits of a number in an interval that gets smaller and smaller."""

    def __init__(self) -> None:
        self.low, self.high = 0, WHOLE - 1
        self.bits: list[str] = []
        self.open = 0  # digits that are the opposite of the next one

    def narrow(self, begins: int, share: int, total: int) -> None:
        width = self.high - self.low + 1
        self.high = self.low + width * (begins + share) // total - 1
        self.low += width * begins // total
        while (known := _known(self.low, self.high)) is not None:
            if known == QUARTER:
                self.open += 1
            else:
                self.write(known)
            self.low, self.high = (self.low - known) << 1, (self.high - known) << 1 | 1

    def write(self, known: int) -> None:
        digit, opposite = ("1", "0") if known else ("0", "1")
        self.bits += [digit, *[opposite] * self.open]
        self.open = 0

    def end(self) -> str:
        """The fewest further digits after which every continuation lies in the interval."""
        if self.low > 0 or self.high < WHOLE - 1 or self.open:
            self.open += 1
            self.write(0 if self.low < QUARTER else HALF)
        return "".join(self.bits)


def _known(low: int, high: int) -> int | None:
    """What the next digit is worth, if it is known; a quarter if the one behind it will tell."""
    if high < HALF:
        return 0
    if low >= HALF:
        return HALF
    return QUARTER if low >= QUARTER and high < HALF + QUARTER else None


def arithmetic_encode(model: Model, codes: Sequence[int] | Array) -> str:
    """Write a text down in the fewest bits, if `model` is right about it.

    Args:
        model: Who gives the probabilities; the reader needs the same.
        codes: (N,), the numbers of the letters.

    Returns:
        Of "0" and "1", at most two more than the sum of the letters' surprises in bits.

    Raises:
        ValueError: If a letter has probability 0: it would take infinitely many bits.

    Example:
        >>> from xent_core.language import CountingModel, Vocabulary, arithmetic_encode
        >>> letters = Vocabulary.of("banana")
        >>> model = CountingModel("banana", letters, order=1)
        >>> arithmetic_encode(model, letters.encode("banana"))
        '011001'
    """
    writer = _Writer()
    for at, (begins, share, total) in enumerate(model.intervals(codes).tolist()):
        if not share:
            raise ValueError(f"codes: the letter at index {at} has probability 0")
        if total > LARGEST:
            raise ValueError(f"model: all shares together must be ≤ 2^40, found {total}")
        writer.narrow(begins, share, total)
    return writer.end()


def arithmetic_decode(model: Model, bits: str, count: int) -> list[int]:
    """Read a text of `count` letters that was written by `arithmetic_encode` with the same model.

    Raises:
        ValueError: If `bits` holds anything but 0 and 1.

    Example:
        >>> from xent_core.language import CountingModel, Vocabulary, arithmetic_decode
        >>> letters = Vocabulary.of("banana")
        >>> model = CountingModel("banana", letters, order=1)
        >>> letters.decode(arithmetic_decode(model, "011001", 6))
        'banana'
    """
    if set(bits) - {"0", "1"}:
        raise ValueError("bits: must be of 0 and 1")
    digits = _digits(bits)
    low, high, value = 0, WHOLE - 1, 0
    for _ in range(DIGITS):
        value = value << 1 | next(digits)
    codes: list[int] = []
    for _ in range(count):
        cumulative = model.cumulative(codes)
        total, width = int(cumulative[-1]), high - low + 1
        sought = ((value - low + 1) * total - 1) // width
        code = int(np.searchsorted(cumulative, sought, side="right")) - 1
        begins, ends = int(cumulative[code]), int(cumulative[code + 1])
        low, high = low + width * begins // total, low + width * ends // total - 1
        while (known := _known(low, high)) is not None:
            low, high = (low - known) << 1, (high - known) << 1 | 1
            value = (value - known) << 1 | next(digits)
        codes.append(code)
    return codes


def _digits(bits: str) -> Iterator[int]:
    yield from map(int, bits)
    while True:  # any digits may come behind
        yield 0
