"""The table of the bench as HTML with live places: seven formulas, their steps, what came of them.

The places follow the hand in the browser: `data-slot` shows a number or a name, `data-state`
says what happened there, `data-sets` what a click opens (see `ui.figure.View`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pages.overflow.steps import GROUPS, KEYS, MARK_AT, OPERATIONS, cell_code, spots, value_slot
from ui.draw import formula
from xent_core.trace import FORMULAS

POWER = OPERATIONS["exp"][1]
NUMBERS = "①②③④⑤⑥⑦"

# A projector has to show the bench from its sliders to its last line, beside a story that has
# been told: its question stands on the left, and what is true on the right.
STYLE = """<style>
.st-key-xent-lab label { min-height: 1.1rem; margin-bottom: 0; }
.st-key-xent-story { row-gap: 0; }
.st-key-xent-story :is(p, label) { font-size: 0.9rem; line-height: 1.3; }
.st-key-xent-story :is(button, [role="radiogroup"]) { min-height: 1.4rem; padding-block: 0; }
@media (min-width: 60rem) {
  .st-key-xent-story:has([data-testid="stRadio"]) { display: grid; column-gap: 2rem;
    grid-template-columns: minmax(0, 4fr) minmax(0, 5fr); grid-template-rows: auto 1fr; }
  .st-key-xent-story > :nth-child(2) { grid-column: 2; grid-row: 1 / span 2; }
  .st-key-xent-story > :nth-child(n + 3) { grid-column: 1; grid-row: 2; }
  .st-key-xent-story > .st-key-xent-drifted { justify-self: end; width: auto; }
}
:is(.st-key-xent-lab, [class*="st-key-xent-map"]) [role="radiogroup"] { flex-wrap: wrap; }
</style>"""
# While a story asks, and while the bench shows something else than what it told of. Styles of
# their own: a rule with :has about the bench would be tried anew with each picture of a drag.
GREY_BENCH = "<style>.st-key-xent-lab .xent { opacity: 0.35; }</style>"
NOTHING_GREY = "<style>.st-key-xent-lab .xent { opacity: 1; }</style>"
GREY_STORY = "<style>.st-key-xent-story > :nth-child(2) { opacity: 0.45; }</style>"


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
    row, all_shifted = formula.row, formula.row("( x − m )")
    ahead = row("x_k − m")  # taken off from left to right
    signs = {
        "paper": row("− log p_k"),
        "full_sum": row("− Σ y log p"),
        "shifted": row("− log p_k", all_shifted),
        "epsilon": row("− log ( p_k", all_shifted, "+ ε )"),
        "lse": row("− ( x_k − ( m + log Σ ))"),
        "log_softmax": row("− (", ahead, "− log Σ )"),
        "log1p": row("− (", ahead, "− log1p Σ′ )"),
    }
    return {name: f"<math>{sign}</math>" for name, sign in signs.items()}


def _number(slot: str, state: str, code: int) -> str:
    return (
        f'<span class="xent-entry xent-f{code // 1000}" data-slot="{slot}" data-state="{state}" '
        f'data-sets="cell={code}"></span>'
    )


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
    spot = spots(classes)[name, row]
    entries = "".join(
        _number(
            f"{value_slot(at, classes)}|{2 if spot.size else 4}", f"e.{at}", cell_code(name, row, i)
        )
        for i, at in enumerate(spot.places)
    )
    if row == "plus":
        at = spots(classes)[name, "epsilon"].at
        added = _number(f"{value_slot(at, classes)}|1", f"e.{at}", cell_code(name, "epsilon", 0))
        entries = f'<small class="xent-aside">+{added} →</small> {entries}'
    if row == "times":  # y has no place of its own, but may be looked at
        codes = [cell_code(name, "y", i) for i in range(classes)]
        entries += "".join(f'<i class="xent-f1" data-sets="cell={code}"></i>' for code in codes)
    return f'<td data-state="m.{MARK_AT[name, row]}">{entries}</td>'


def _steps(group: tuple[str, ...], headings: Headings, classes: int) -> str:
    cells = "".join(
        _step_cell(name, next((row for row in group if row in KEYS[name]), ""), classes)
        for name in FORMULAS
    )
    label = headings.rows[group[0]]
    if len(group) > 1:
        label = " ".join(f"{_columns(row)} {headings.rows[row]}" for row in group)
        return f'<tr class="xent-mixed"><th scope="row">{label}</th>{cells}</tr>'
    return f'<tr><th scope="row">{label}</th>{cells}</tr>'


def _columns(row: str) -> str:
    """Which formulas have a step, which stand side by side: "②" or "⑤–⑦"."""
    own = [sign for sign, name in zip(NUMBERS, FORMULAS, strict=True) if row in KEYS[name]]
    return own[0] if len(own) == 1 else f"{own[0]}–{own[-1]}"


# ---- what came of them


def _loss(i: int, headings: Headings, classes: int) -> str:
    """The last step, which is the loss: its bits can be looked at, and its fate is said.

    The style shows the longer of its two numbers where the digits are wrong.
    """
    name = FORMULAS[i]
    at = spots(classes)[name, "neg"].at
    slot = value_slot(at, classes)
    return (
        f'<td data-state="outcome.{i}"><span class="xent-entry xent-f{i}" data-state="e.{at}" '
        f'data-sets="cell={cell_code(name, "neg", 0)}"><span class="xent-brief" '
        f'data-slot="{slot}|4"></span><span class="xent-full" '
        f'data-slot="{slot}|{headings.digits}"></span></span> '
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
        f'<th scope="col"><b class="xent-entry xent-f{i}" '
        f'data-sets="cell={cell_code(name, "neg", 0)}">{NUMBERS[i]} '
        f"{headings.formulas[name][0]}</b><br>{headings.formulas[name][1]}</th>"
        for i, name in enumerate(FORMULAS)
    )
    rows = [
        *(_steps(group, headings, classes) for group in GROUPS),
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
        f'<table class="xent-steps"><thead><tr><td></td>{head}</tr></thead>'
        f'<tbody>{"".join(rows)}</tbody></table><p class="xent-signs">{headings.caption}</p>'
    )


# ---- the first step that goes wrong, in words


def _because(i: int, headings: Headings, classes: int) -> str:
    """What went wrong first in a formula: "① at exp: overflow. e⁸⁹ = ∞: too large. Then …".

    The operation is written as a sign and a number, as a power, or as a sign between two numbers;
    the style shows the one that it is. What comes
    after it are the single numbers of the later steps, those that the table marks as poisoned.
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
        f'<span class="xent-power">{POWER}<sup data-slot="said.{3 * i}|short"></sup></span>'
        f'<span class="xent-flat"><span class="xent-one" data-slot="op.{i}"></span>'
        f'<span data-slot="said.{3 * i}|4"></span><span class="xent-two">'
        f'<span data-slot="op.{i}"></span><span data-slot="said.{3 * i + 1}|4"></span></span>'
        f"</span> = "
        f'<b class="xent-result" data-slot="said.{3 * i + 2}|4"></b>'
        f'<span data-slot="reason.{i}"></span></span>'
        f"<span>{then}</span></span></p>"
    )
