"""The board of the game as HTML: a cell for each number, and what the answers have cost."""

from collections.abc import Collection, Iterable, Sequence
from html import escape
from pathlib import Path

STYLE = f"<style>{Path(__file__).with_name('board.css').read_text('utf-8')}</style>"
_MOST_WRITTEN = 100  # numbers that a cell of a board has room for


def board(
    count: int,
    left: Collection[int],
    asked: Collection[int],
    found: int | None,
    spent: Sequence[str],
    alt: str,
) -> str:
    """Return all numbers from 1 to `count`: those `left`, framed where the question asks for them.

    `spent` says what each answer has cost, `alt` all of it in words.
    """
    written = count <= _MOST_WRITTEN
    cells = "".join(_cell(i, written, left, asked, found) for i in range(1, count + 1))
    costs = "".join(f"<li>{escape(one)}</li>" for one in spent)
    size = "" if written else " xent-dots"
    return (
        f'<div class="xent-board{size}" role="img" aria-label="{escape(alt)}">{cells}</div>'
        f'<ol class="xent-spent">{costs}</ol>'
    )


def _cell(
    i: int, written: bool, left: Collection[int], asked: Collection[int], found: int | None
) -> str:
    kind = "found" if i == found else "asked" if i in asked else "left" if i in left else "gone"
    return f'<span class="xent-{kind}">{i if written else ""}</span>'


def scales(rows: Iterable[tuple[str, float, str, str]], unit: str) -> str:
    """Return amounts as lying bars on one scale: name, amount, how it is written, its meaning."""
    rows = list(rows)
    most = max(amount for _, amount, *_ in rows) or 1.0
    lines = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>"
        f'<span class="xent-scale" style="width: {60 * amount / most:.2f}%; '
        f'background: var(--xent-{colour})"></span>{written} {escape(unit)}</td></tr>'
        for name, amount, written, colour in rows
    )
    return f'<table class="xent-scales">{lines}</table>'
