"""How a number is written for a reader: the same digits in Python and in the browser.

`ui/figure/js/digits.js` holds the same two functions; tests/ui/figure/test_js.py compares them
on thousands of values.
"""

import math
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"
INFINITY = "\N{INFINITY}"


def show(x: float, digits: int = 4) -> str:
    """Write x with so many significant digits, or as a whole number where that is longer.

    Numbers of ordinary size are written out with their trailing zeros, so that digits
    do not jump while one drags; below 1e-4 and from 1e6 on they take an exponent.
    Ties go away from zero, as JavaScript's toPrecision has them.
    """
    x = float(x)
    if math.isnan(x):
        return "nan"
    sign = MINUS if math.copysign(1.0, x) < 0 else ""
    if math.isinf(x):
        return sign + INFINITY
    if x == 0:
        return sign + "0"
    exact = Decimal(abs(x))
    exponent = exact.adjusted()
    rounded = exact.quantize(Decimal((0, (1,), exponent - digits + 1)), ROUND_HALF_UP)
    exponent = rounded.adjusted()  # 9.9996 becomes 10.00
    rounded = exact.quantize(Decimal((0, (1,), exponent - digits + 1)), ROUND_HALF_UP)
    if -4 <= exponent < 6:
        places = max(digits - 1 - exponent, 0)
        return sign + f"{exact.quantize(Decimal((0, (1,), -places)), ROUND_HALF_UP):f}"
    mantissa = rounded.scaleb(-exponent).normalize()
    return f"{sign}{mantissa:f}e{exponent:+d}".replace("+", "").replace("-", MINUS)


def exact(x: float) -> str:
    """Write x with the fewest digits that give x back: what was typed or dragged."""
    x = float(x)
    if not math.isfinite(x) or x == 0:
        return show(x)
    text = repr(x).removesuffix(".0")
    return text.replace("e-0", "e-").replace("e+", "e").replace("-", MINUS)
