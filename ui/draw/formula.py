"""Formulas with live numbers in them, as MathML: the browser sets it, the sweep fills it.

A part of a formula is MathML, or names, numbers and signs with spaces between them, where z_k
has an index: `math("− log p_k =", slot("loss"))`. A logarithm keeps its distance from what
follows, and brackets are as high as letters, as in print.
"""

_SIGNS = set("=−+·/(),:≤<‖Σ∂")
_BRACKETS = set("()")
_LOGS = ("log", "ln", "lg", "log₂", "log₁₀", "log1p")
_THIN = '<mspace width="0.17em"></mspace>'


def _token(token: str) -> str:
    name, _, index = token.partition("_")
    if index:
        return f"<msub>{_token(name)}{_token(index)}</msub>"
    if set(token) <= _BRACKETS:
        return f'<mo stretchy="false">{token}</mo>'
    kind = "mo" if set(token) <= _SIGNS else "mn" if token[0].isdecimal() else "mi"
    return f"<{kind}>{token}</{kind}>{_THIN if token in _LOGS else ''}"


def _parts(part: str) -> str:
    return part if part.startswith("<m") else "".join(map(_token, part.split(" ")))


def _one(part: str) -> str:
    return row(part) if " " in part and not part.startswith("<m") else _parts(part)


def slot(key: str, colour: str = "") -> str:
    """Return a place that the sweep fills; `key` as in the slots of `ui.figure.View`."""
    kind = f' class="xent-{colour}"' if colour else ""
    return f'<mn{kind} data-slot="{key}"></mn>'


def row(*parts: str) -> str:
    """Return parts side by side."""
    return f"<mrow>{''.join(map(_parts, parts))}</mrow>"


def frac(top: str, bottom: str) -> str:
    """Return a fraction."""
    return f"<mfrac>{_one(top)}{_one(bottom)}</mfrac>"


def exp(exponent: str) -> str:
    """Return e to a power."""
    return f"<msup><mi>e</mi>{_one(exponent)}</msup>"


def total(*parts: str) -> str:
    """Return parts with plus signs between them."""
    return row(_token("+").join(parts))


def over(index: str, *terms: str) -> str:
    """Return the sum of what stands behind it over all values of an index."""
    return row(f"<munder><mo>∑</mo><mi>{index}</mi></munder>", *terms)


def math(*parts: str) -> str:
    """Return a formula on a line of its own."""
    return f'<math display="block">{row(*parts)}</math>'


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
