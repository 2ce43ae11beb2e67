"""Where exp leaves a format and where the softmax says 1, found by asking the format itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from xent_core._arrays import Array
from xent_core.trace.evaluate import Machine
from xent_core.trace.formats import Format, at_place, get_format, place_of
from xent_core.trace.rows import as_rows


@dataclass(frozen=True)
class ExpWindow:
    """Where e^x stays a good number of a format: the result of `exp_window`."""

    largest_finite: float  # the largest x with a finite e^x; the next number above overflows
    smallest_normal: float  # the next number below gives a subnormal or 0
    smallest_nonzero: float  # the next number below gives 0


@lru_cache
def exp_window(format: str | Format) -> ExpWindow:
    """The three thresholds of exp in a format, found by asking that format's own exp.

    Args:
        format: A `Format`, or its name.

    Returns:
        ExpWindow.

    Raises:
        ValueError: If there is no such format.

    Example:
        >>> from xent_core.trace import exp_window
        >>> window = exp_window("float16")
        >>> window.largest_finite, window.smallest_nonzero
        (11.0859375, -17.328125)
    """
    fmt = get_format(format)

    def exp(x: float) -> float:
        with np.errstate(all="ignore"):
            return float(np.exp(np.array([x]).astype(fmt.dtype))[0])

    # nan, for want of inf, counts as large: hence `not <` and `!=`.
    low, high = -place_of(fmt.max, fmt), place_of(fmt.max, fmt)
    overflow = first_place(low, high, lambda i: not np.isfinite(exp(at_place(i, fmt))))
    normal = first_place(low, high, lambda i: not exp(at_place(i, fmt)) < fmt.smallest_normal)
    nonzero = first_place(low, high, lambda i: exp(at_place(i, fmt)) != 0)
    return ExpWindow(at_place(overflow - 1, fmt), at_place(normal, fmt), at_place(nonzero, fmt))


def first_place(low: int, high: int, holds: Callable[[int], bool]) -> int:
    """The first place for which `holds`, which is false at `low` and true at `high`, only once."""
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


@lru_cache
def certain_gap(format: str | Format) -> float:
    """The smallest gap g at which softmax([g, 0]) is exactly 1 for the first class.

    From here on the target's logit no longer lowers -log p: the loss is 0, and so is the gradient
    of what picks p. In exact arithmetic p is below 1 for every g. The softmax is the one shifted
    by its maximum, as in the formula "shifted".

    Args:
        format: A `Format`, or its name.

    Returns:
        The gap, a number of the format.

    Raises:
        ValueError: If there is no such format.

    Example:
        >>> from xent_core.trace import certain_gap
        >>> round(certain_gap("float32"), 2), round(certain_gap("float16"), 2)
        (16.64, 7.62)
    """
    fmt = get_format(format)

    def certain(place: int) -> bool:
        row: Array = np.array([at_place(place, fmt), 0.0])
        return bool(Machine(as_rows(row, 0, fmt)).values("shifted")["pick"][0] == 1)

    # At 1/2 no format is certain yet, at its largest number each is.
    return at_place(first_place(place_of(0.5, fmt), place_of(fmt.max, fmt), certain), fmt)
