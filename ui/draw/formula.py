"""Formulas with live numbers in them, as MathML: the browser sets it, the sweep fills it.

A part of a formula is MathML, or names, numbers and signs with spaces between them, where z_k
has an index: `math("− log p_k =", slot("loss"))`. A logarithm keeps its distance from what
follows, brackets are as high as letters, and a minus that no term stands before belongs to the
next one, as in print. A line of its own breaks after "=" and within a long sum.
"""

import re
from collections.abc import Iterable

_SIGNS = set("=−+·/(),:≤<‖Σ∂")
_BRACKETS = set("()")
_OPENING = set("=≤<(")
_LOGS = ("log", "ln", "lg", "log₂", "log₁₀", "log1p")
_BASES = str.maketrans("₀₁₂", "012")
_LOG_FIRST = re.compile("(<mrow>|<msub>)*<mi>(log|ln|lg|log1p)</mi>")  # of MathML
_THIN = '<mspace width="0.17em"></mspace>'
_HAIR = '<mspace width="0.08em"></mspace>'


def _token(token: str) -> str:
    name, _, index = token.partition("_")
    if index:
        return f"<msub>{_token(name)}{_token(index)}</msub>"
    if set(token) <= _BRACKETS:
        return f'<mo stretchy="false">{token}</mo>'
    if token in _LOGS:
        return _log(token) + _THIN
    if token == "‖":
        return f"{_HAIR}<mo>‖</mo>{_HAIR}"
    kind = "mo" if set(token) <= _SIGNS else "mn" if token[0].isdecimal() else "mi"
    return f"<{kind}>{token}</{kind}>"


def _log(token: str) -> str:
    """A logarithm; its base stands below it, where the mathematics face has digits."""
    name = token.rstrip("₀₁₂")
    base = token.removeprefix(name).translate(_BASES)
    return f"<msub><mi>{name}</mi><mn>{base}</mn></msub>" if base else f"<mi>{name}</mi>"


def _parts(part: str, before: str = "") -> str:
    """A part as MathML; `before` is what stands before it: "=", say, or an operand."""
    if part.startswith("<m"):
        return part
    mathml = ""
    for token in part.split(" "):
        follows = before and not set(before) <= _SIGNS
        if token == "−" and before and set(before) <= _OPENING:
            mathml += '<mo form="prefix">−</mo>'
        else:
            mathml += (_THIN if token in _LOGS and follows else "") + _token(token)
        before = token
    return mathml


def _side_by_side(parts: Iterable[str]) -> str:
    mathml, before = "", ""
    for part in parts:
        apart = before and not set(before) <= _SIGNS and _LOG_FIRST.match(part)
        mathml += (_THIN if apart else "") + _parts(part, before)
        before = part.split(" ")[-1]
    return mathml


def _one(part: str) -> str:
    return row(part) if " " in part and not part.startswith("<m") else _parts(part)


def slot(key: str, colour: str = "") -> str:
    """Return a place that the sweep fills; `key` as in the slots of `ui.figure.View`."""
    kind = f' class="xent-{colour}"' if colour else ""
    return f'<mn{kind} data-slot="{key}"></mn>'


def row(*parts: str) -> str:
    """Return parts side by side."""
    return f"<mrow>{_side_by_side(parts)}</mrow>"


def frac(top: str, bottom: str) -> str:
    """Return a fraction."""
    return f"<mfrac>{_one(top)}{_one(bottom)}</mfrac>"


def exp(exponent: str) -> str:
    """Return e to a power."""
    return f"<msup><mi>e</mi>{_one(exponent)}</msup>"


class Sum(str):
    """A sum as MathML, which `math` may break after each plus sign."""

    terms: tuple[str, ...]


def total(*parts: str) -> Sum:
    """Return parts with plus signs between them."""
    whole = Sum(row(_token("+").join(map(_one, parts))))
    whole.terms = parts
    return whole


def over(index: str, *terms: str) -> str:
    """Return the sum of what stands behind it over all values of an index."""
    return row(f"<munder><mo>∑</mo><mi>{index}</mi></munder>", *terms)


def _pieces(parts: tuple[str, ...]) -> list[str]:
    """Return the parts of a line with a mark wherever it may break."""
    pieces = [""]
    for part in parts:
        if isinstance(part, Sum):
            *some, last = map(_one, part.terms)
            first, *rest = [f"{term}{_token('+')}" for term in some] + [last]
            pieces[-1] += first
            pieces += rest
        elif part.startswith("<m"):
            pieces[-1] += part
        else:
            first, *rest = re.split("(?<==) ", part)
            pieces[-1] += _parts(first)
            pieces += map(_parts, rest)
        if part.endswith("="):
            pieces.append("")
    return [piece for piece in pieces if piece]


def math(*parts: str) -> str:
    """Return a formula on a line of its own, or on several where it is too wide for one."""
    pieces = (f'<math displaystyle="true"><mrow>{one}</mrow></math>' for one in _pieces(parts))
    return f'<div class="xent-math">{"<wbr>".join(pieces)}</div>'


def lines(*rows: str) -> str:
    """Return a formula that is broken into lines, each made by `row`."""
    cells = "".join(f"<mtr><mtd>{row}</mtd></mtr>" for row in rows)
    return f'<math display="block"><mtable displaystyle="true">{cells}</mtable></math>'


def wrapped(*formulas: tuple[str, ...]) -> str:
    """Return formulas side by side where there is room for them, else below each other."""
    each = "".join(f"<math>{row(*parts)}</math>" for parts in formulas)
    return f'<div class="xent-wrapped">{each}</div>'


def line(*parts: str) -> str:
    """Return a line of words with live places in it, where a formula would stand."""
    return f'<p class="xent-line">{" ".join(parts)}</p>'


def spot(key: str, colour: str = "") -> str:
    """Return a live place within a `line`; `key` as in `slot`."""
    return f'<span class="xent-{colour}" data-slot="{key}"></span>'
