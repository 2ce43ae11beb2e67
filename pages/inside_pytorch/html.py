"""Tables, trees and fractions as HTML: what the lesson shows besides its live figures.

Each function takes numbers and words and returns HTML; all text is escaped. Colours stand
beside a sign or a word, never alone.
"""

import math
import re
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from ui.draw.colours import BROKEN, FINE, GREY, PREDICTION, SURPRISE, TRUTH
from ui.words.digits import MINUS, show
from xent_core.pytorch import Operator


class Html(str):
    """Text that is HTML already and is not escaped again."""


_COLOURS = {"fine": FINE, "prediction": PREDICTION, "surprise": SURPRISE, "truth": TRUTH,
            "muted": GREY, "broken": BROKEN}  # fmt: skip
_NAMED = " ".join(f"--xt-{name}: {colour};" for name, colour in _COLOURS.items())
_TAGS = " ".join(f".xt-{name} {{ --xt: var(--xt-{name}); }}" for name in _COLOURS)
_RULES = Path(__file__).with_name("style.css").read_text("utf-8")
STYLE = f"<style>\n:root {{ {_NAMED} }}\n{_TAGS}\n{_RULES}</style>"


def number(x: float, digits: int = 4) -> Html:
    """Return a number; inf and nan are marked by a hatch and are said in words."""
    text = show(x + 0.0, digits)  # no −0
    return Html(text if math.isfinite(x) else f'<span class="xt-broken">{text}</span>')


def brief(x: float) -> str:
    """Return a factor with few digits and without zeros at its end: 1, 0.25, 0.967."""
    text = show(x, 3)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def tagged(text: str, colour: str) -> Html:
    """Return text with a colour beside it: "fine", "surprise", …."""
    return Html(f'<span class="xt-{colour}">{_safe(text)}</span>')


def note(text: str) -> Html:
    """Return text on lines of its own below a number; it may break them."""
    return Html(f'<div class="xt-note">{_safe(text)}</div>')


_STARTS = re.compile(r"(?<=[a-z])(?=[A-Z(])|(?<=[_.])(?=[a-z])")


def code(text: str) -> Html:
    """Return text as code, which may go on in another line where a name of it begins."""
    return Html(f"<code>{_STARTS.sub('<wbr>', escape(text))}</code>")


def joined(parts: Iterable[str], between: str = " ") -> Html:
    """Return parts side by side."""
    return Html(between.join(map(_safe, parts)))


def _safe(text: str) -> str:
    return text if isinstance(text, Html) else escape(text)


def table(label: str, head: Sequence[str], rows: Iterable[Sequence[str]], wide: str = "") -> str:
    """Return a table that scrolls by itself where it is too wide; each row begins with its name.

    The column whose heading is `wide` holds words, which may break their lines.
    """

    def kind(heading: str) -> str:
        return " class=xt-words" if heading == wide else ""

    header = "".join(
        f'<th scope="col"{kind(name)}>{_safe(name)}</th>' if name else "<td></td>" for name in head
    )
    body = "".join(
        f'<tr><th scope="row">{_safe(first)}</th>'
        + "".join(
            f"<td{kind(name)}>{_safe(cell)}</td>" for name, cell in zip(head[1:], rest, strict=True)
        )
        + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="xt-scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="xt"><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def tree(trace: Sequence[Operator]) -> str:
    """Return a trace as a tree; operators that called no other, which did the work, stand out.

    An aten::to that called nothing did nothing, as for `kernels`; it stays grey.
    """
    branches = "".join(map(_branch, trace))
    return f'<div class="xt-scroll" tabindex="0"><ul class="xt-tree">{branches}</ul></div>'


def _branch(operator: Operator) -> str:
    inner = "".join(map(_branch, operator.children))
    kind = ' class="xt-idle"' if operator.name == "aten::to" else ' class="xt-leaf"'
    kind = "" if operator.children else kind
    below = f"<ul>{inner}</ul>" if inner else ""
    return f"<li{kind}><code>{escape(operator.name.removeprefix('aten::'))}</code>{below}</li>"


def fraction(top: str, bottom: str) -> Html:
    """Return a fraction that may break its lines."""
    above, below = _safe(top), _safe(bottom)
    return Html(f'<span class="xt-frac"><span>{above}</span><span>{below}</span></span>')


def equation(*parts: str) -> str:
    """Return a line of a formula with its numbers."""
    inner = joined(parts, " = ")
    return f'<div class="xt-scroll xt-equation" tabindex="0" role="math">{inner}</div>'


def spread(low: float, middle: float, high: float, band_low: float, band_high: float) -> Html:
    """Return a median and its quartiles on a track, before a band: shares of the track's length.

    It says nothing that is not written beside it in digits.
    """

    def part(kind: str, start: float, end: float) -> str:
        place = f"left: {100 * start:.2f}%; width: {100 * (end - start):.2f}%"
        return f'<i class="xt-{kind}" style="{place}"></i>'

    inside = (
        part("band", band_low, band_high)
        + part("quartiles", low, high)
        + part("median", middle, middle)
    )
    return Html(f'<div class="xt-track" aria-hidden="true">{inside}</div>')


def said(text: str, colour: str) -> str:
    """Return what torch said, word for word."""
    return f'<div class="xt-said xt-{colour}" lang="en">{escape(text)}</div>'


def weighted_sum(factors: Sequence[float], losses: Sequence[float]) -> str:
    """Return Σ g L with its numbers, without the terms whose factor is 0."""
    terms = [
        show(loss) if factor == 1 else f"{_grouped(brief(factor))}·{show(loss)}"
        for factor, loss in zip(factors, losses, strict=True)
        if factor != 0
    ]
    return " + ".join(terms) or "0"


def added(numbers: Iterable[str]) -> str:
    """Return written numbers as a sum; those below 0 in brackets."""
    return " + ".join(map(_grouped, numbers)) or "0"


def _grouped(number: str) -> str:
    return f"({number})" if number.startswith(MINUS) else number
