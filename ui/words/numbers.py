"""One grammar of numbers for links, fields and pasted arrays: decimal, with or without exponent.

The browser has the same (`parse` in ui/figure/js), and takes fractions besides.
"""

import re
import unicodedata

LONGEST = 48  # characters of one number
_REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_WHOLE = re.compile(r"\d{1,10}", re.ASCII)


def is_real(text: str) -> bool:
    """Tell whether a text is a decimal number of a bounded length; inf and nan are none."""
    return len(text) <= LONGEST and _REAL.fullmatch(text) is not None


def read_real(text: str) -> float:
    """Return the number, ±inf or 0 where float64 cannot hold it; ValueError for anything else."""
    if not is_real(text):
        raise ValueError(f"{text[:LONGEST]!r} is not a number")
    return float(text)


def read_whole(text: str) -> int:
    """Return a whole number of at most ten digits, without a sign; ValueError for anything else."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text[:LONGEST]!r} is not a whole number")
    return int(text)


def plain(text: str) -> str:
    """Return a text in ASCII's digits and signs: full-width ones and a real minus are as good."""
    return unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-")


def write_number(x: float) -> str:
    """Write a number in the fewest digits that give it back, the sign of -0 too."""
    return repr(float(x)).removesuffix(".0").replace("e+", "e")
