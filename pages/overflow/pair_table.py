"""Two formulas side by side, a table each, step by step: what one sees first.

The first step that goes wrong is marked, and what depends on it; below each formula it is said.
"""

from pages.overflow import cells
from pages.overflow.bench_table import Headings
from pages.overflow.steps import KEYS, MARK_AT, spots, value_slot
from ui.draw import formula
from xent_core.trace import FORMULAS

PAIR = ("paper", "log_softmax")
# What has no row of its own: the maximum stands in z − m; what is picked is one entry of the row
# above; ε and y in the step that takes them; the last sum or difference is the loss.
_WITHIN = {"max", "pick", "epsilon", "y", "total", "diff"}
_LAST = ("total", "diff")
_TARGETS_ALONE = {"paper", "shifted", "epsilon"}  # of p these take the target's entry only


def rows_of(name: str) -> tuple[str, ...]:
    """Return the steps of a formula that have rows: the last is the loss."""
    return tuple(key for key in KEYS[name] if key not in _WITHIN)


def _filled(keys: tuple[str, ...], count: int) -> tuple[str, ...]:
    """So many rows, with a gap before the last: two formulas end in the same line."""
    return (*keys[:-1], *[""] * (count - len(keys)), keys[-1])


def _math(*parts: str) -> str:
    return f"<math>{formula.row(*parts)}</math>"


def _step_name(name: str, key: str, headings: Headings) -> str:
    """How a step of a formula is written."""
    if key in ("others", "neg"):
        return headings.rows["outcome" if key == "neg" else key]
    total = "<mi>Σ′</mi>" if name == "log1p" else "<mi>Σ</mi>"
    alone = name in _TARGETS_ALONE
    of_log = {"full_sum": "p", "epsilon": "( p_k + ε )"}.get(name, "p_k" if alone else total)
    plain = {
        "shift": ("z − m",),
        "exp": (formula.exp("z" if "shift" not in KEYS[name] else "z − m"),),
        "sum": (total,),
        "p": ("p_k" if alone else "p",),
        "plus": ("p_k + ε",),
        "log": ("log1p" if name == "log1p" else "log", of_log),
        "times": ("y log p",),
        "lse": ("m + log", total),
    }
    return _math(*plain[key])


def _row(name: str, key: str, headings: Headings, classes: int, i: int) -> str:
    """A row: its place among those that spread what went wrong is told to the style."""
    if not key:
        return '<tr class="xent-gap"><td></td><td></td></tr>'
    head = f'<th scope="row">{_step_name(name, key, headings)}</th>'
    if key == "neg":
        last = next((one for one in _LAST if one in KEYS[name]), key)
        at = FORMULAS.index(name)
        return (
            f'<tr class="xent-loss" style="--row: {i}">{head}'
            f'<td data-state="m.{MARK_AT[name, last]}"><span data-state="outcome.{at}">'
            f"{cells.loss(name, classes, headings.digits, 'look')} "
            f'<small data-slot="outcome.{at}"></small></span></td></tr>'
        )
    alone = ' class="xent-alone"' if key == "p" and name in _TARGETS_ALONE else ""
    digits = (4 if alone else 2, 4)
    return (
        f'<tr style="--row: {i}">{head}<td{alone} data-state="m.{MARK_AT[name, key]}">'
        f"{cells.numbers(name, key, classes, digits, 'look')}</td></tr>"
    )


def _because(name: str, headings: Headings) -> str:
    i, said = FORMULAS.index(name), headings.sentence
    return (
        f'<p class="xent-because" data-state="kind.{i}">'
        f'<span class="xent-well">✓ {said["fine"]}</span>'
        f'<span class="xent-void">{said["void"]}</span>'
        f'<span class="xent-broke"><span>⚑ <b class="xent-event" data-slot="why.{i}"></b>: '
        f"{cells.operation(i)}</span></span></p>"
    )


def _formula(name: str, count: int, headings: Headings, classes: int) -> str:
    called, written = headings.formulas[name]
    rows = "".join(
        _row(name, key, headings, classes, i) for i, key in enumerate(_filled(rows_of(name), count))
    )
    return (
        f'<div class="xent-one-formula"><p class="xent-called"><b>{called}</b> {written}</p>'
        f'<table class="xent-pair" role="grid" aria-label="{called}"><tbody>{rows}</tbody></table>'
        f"{_because(name, headings)}</div>"
    )


def table(pair: tuple[str, str], headings: Headings, classes: int) -> str:
    """The two formulas, as many rows each."""
    count = max(len(rows_of(name)) for name in pair)
    columns = "".join(_formula(name, count, headings, classes) for name in pair)
    truth = f'{headings.sentence["truth"]} <b data-slot="truth|8"></b>'
    return f'<p class="xent-true">{truth}</p><div class="xent-two-formulas">{columns}</div>'


def losses_in_words(pair: tuple[str, str], headings: Headings, classes: int) -> str:
    """The two losses for a text alternative, each with what went wrong first."""
    return "; ".join(
        f"{headings.formulas[name][0]} [[{value_slot(spots(classes)[name, 'neg'].at, classes)}]] "
        f"([[outcome.{i}]], [[why.{i}]])"
        for name, i in ((name, FORMULAS.index(name)) for name in pair)
    )
