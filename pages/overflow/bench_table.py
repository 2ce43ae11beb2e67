"""The table of the bench as HTML with live places: seven formulas, their steps, what came of them.

It is made of `cells`, whose places follow the hand in the browser.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pages.overflow import cells
from pages.overflow.steps import KEYS, MARK_AT, STEPS, cell_code, spots, value_slot
from ui.draw import formula
from xent_core.trace import FORMULAS

NUMBERS = "①②③④⑤⑥⑦"


@dataclass(frozen=True)
class Headings:
    """The words of the table.

    `formulas` have a short name and how they are written; `rows` a name for each row; `caption`
    explains the signs. `sentence` is how it is told what went wrong first (see `_because`).
    `digits` tell two neighbours of the format apart, as far as there is room.
    """

    formulas: Mapping[str, tuple[str, str]]
    rows: Mapping[str, str]
    caption: str
    sentence: Mapping[str, str]
    digits: int = 8


def written() -> dict[str, str]:
    """Each formula in MathML."""
    row, total = formula.row, "<mi>Σ</mi>"  # a sign for a sum would stand apart
    ahead = row("z_k − m")  # taken off from left to right
    signs = {
        "paper": row("− log p_k"),
        "full_sum": row("−", total, row("y log p")),
        "shifted": row("− log p_k", row("( z − m )")),
        "epsilon": row("− log ( p_k + ε )"),
        "lse": row("− ( z_k − ( m + log", total, ") )"),
        "log_softmax": row("− (", ahead, "− log", total, ")"),
        "log1p": row("− (", ahead, "− log1p", "<mi>Σ′</mi>", ")"),
    }
    return {name: f"<math>{sign}</math>" for name, sign in signs.items()}


def _row_of_numbers(array: str, digits: str, classes: int, first: int = 0) -> str:
    return "".join(
        f'<span class="xent-entry" data-slot="{array}.{first + i}|{digits}"></span>'
        for i in range(classes)
    )


def _each(cell: Callable[[int], str]) -> str:
    return "".join(cell(i) for i in range(len(FORMULAS)))


# ---- the steps


def _step_cell(name: str, row: str, classes: int) -> str:
    if row not in KEYS[name]:
        return '<td class="xent-none">–</td>'
    entries = cells.numbers(name, row, classes, (2, 4))
    if row == "plus":
        added = cells.number(name, "epsilon", 0, classes, 1)
        entries = f'<span class="xent-aside">+{added} →</span> {entries}'
    if row == "times":  # y has no place of its own, but may be looked at
        codes = [cell_code(name, "y", i) for i in range(classes)]
        entries += "".join(f'<i data-part="1" data-sets="cell={code}"></i>' for code in codes)
    return f'<td data-state="m.{MARK_AT[name, row]}">{entries}</td>'


def _step(row: str, headings: Headings, classes: int) -> str:
    columns = _each(lambda i: _step_cell(FORMULAS[i], row, classes))
    return f'<tr><th scope="row">{headings.rows[row]}</th>{columns}</tr>'


# ---- what came of them


def _loss(i: int, headings: Headings, classes: int) -> str:
    """The last step, which is the loss: its bits can be looked at, and its fate is said."""
    return (
        f'<td data-state="outcome.{i}">{cells.loss(FORMULAS[i], classes, headings.digits)} '
        f'<small data-slot="outcome.{i}"></small></td>'
    )


def _error(i: int) -> str:
    """How far a loss is from the truth; of a right one no percent, which is 100 of a tiny truth."""
    return (
        f'<td data-state="outcome.{i}"><span><span data-slot="far.{i}|2"></span> ulp '
        f'<span class="xent-percent"><span data-slot="far.{7 + i}|2"></span> %</span></span></td>'
    )


def _verdict(i: int) -> str:
    return (
        f'<td data-state="verdict.{i}"><span data-slot="verdict.{i}"></span>'
        f'<span class="xent-factor"> × <span data-slot="far.{14 + i}|2"></span></span></td>'
    )


def _truth(headings: Headings, classes: int) -> str:
    """The logits and what is true of them, in one line that fits a phone too."""
    rows = headings.rows
    return (
        f'<p class="xent-true"><span>{rows["x"]} {_row_of_numbers("x", "short", classes)}</span> '
        f'<span>{rows["truth"]} <b data-slot="truth|8"></b></span> '
        f"<span>{rows['slope']} {_row_of_numbers('slope', '3', classes)}</span></p>"
    )


def losses_in_words(classes: int) -> str:
    """The seven losses for a text alternative, as places that follow the hand."""
    return ", ".join(
        f"[[{value_slot(spots(classes)[name, 'neg'].at, classes)}]]" for name in FORMULAS
    )


def table(headings: Headings, classes: int) -> str:
    """The table: a column for each formula, a row for each step, then what came of it.

    Above it stands one sentence for each formula, of which the style shows the one that is
    looked at: that of the chosen number.
    """

    def line(row: str, cells: str, kind: str) -> str:
        return f'<tr class="{kind}"><th scope="row">{headings.rows[row]}</th>{cells}</tr>'

    head = "".join(
        f'<th scope="col"><b class="xent-entry" data-part="{i}" '
        f"{cells.pressed('cell', cell_code(name, 'neg', 0))}>{NUMBERS[i]} "
        f"{headings.formulas[name][0]}</b><br>{headings.formulas[name][1]}</th>"
        for i, name in enumerate(FORMULAS)
    )
    rows = [
        *(_step(row, headings, classes) for row in STEPS),
        line("outcome", _each(lambda i: _loss(i, headings, classes)), "xent-said xent-loss"),
        line("why", _each(lambda i: f'<td data-slot="why.{i}"></td>'), "xent-why"),
        line("error", _each(_error), "xent-error"),
        line(
            "gradient",
            _each(lambda i: f"<td>{_row_of_numbers('g', '2', classes, i * classes)}</td>"),
            "xent-sum",
        ),
        line("verdict", _each(_verdict), "xent-said"),
    ]
    return (
        f'<div class="xent-told">{_each(lambda i: _because(i, headings, classes))}'
        f"{_truth(headings, classes)}</div>"
        f'<table class="xent-steps" role="grid"><thead><tr><td></td>{head}</tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table><p class="xent-signs">{headings.caption}</p>'
    )


# ---- the first step that goes wrong, in words


def _because(i: int, headings: Headings, classes: int) -> str:
    """What went wrong first in a formula: "① at exp: overflow. e⁸⁹ = ∞: too large. Then …".

    What comes after it are the single numbers of the later steps, those that the table marks as
    poisoned.
    """
    name, said = FORMULAS[i], headings.sentence
    who = f"<b>{NUMBERS[i]} {headings.formulas[name][0]}</b>"
    single = [key for key in KEYS[name] if spots(classes)[name, key].size == 0]
    then = "".join(
        f'<span class="xent-then" data-state="m.{MARK_AT[name, key]}"> → '
        f"{headings.rows['outcome' if key == 'neg' else key]} = "
        f'<b data-slot="{value_slot(spots(classes)[name, key].at, classes)}|4"></b></span>'
        for key in single
        if key in headings.rows
    )
    return (
        f'<p class="xent-because xent-because-{i}" data-state="kind.{i}">'
        f'<span class="xent-well">{who} {said["well"]}</span>'
        f'<span class="xent-void">{who}: {said["void"]}</span>'
        f'<span class="xent-broke"><span>⚑ {who} {said["first"]} <b data-slot="why.{i}"></b> · '
        f"{cells.operation(i)}</span>"
        f"<span>{then}</span></span></p>"
    )
