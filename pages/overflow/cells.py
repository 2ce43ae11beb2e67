"""What the tables of the lesson are made of: numbers that can be pressed, and sentences.

The places follow the hand in the browser: `data-slot` shows a number or a name, `data-state`
says what happened there, `data-sets` what a press opens (see `ui.figure.View`).
"""

from collections.abc import Sequence

from pages.overflow.steps import OPERATIONS, cell_code, spots, value_slot
from xent_core.trace import FORMULAS

POWER = OPERATIONS["exp"][1]


def pressed(sets: str, code: int) -> str:
    """Return the attributes of what opens a number: by a press, or from the keyboard."""
    return f'role="button" data-sets="{sets}={code}"'


def number(name: str, key: str, entry: int, classes: int, digits: int, sets: str = "cell") -> str:
    """Return the place of one number of a step, in so many digits."""
    at = spots(classes)[name, key].at + entry
    return (
        f'<span class="xent-entry" data-part="{FORMULAS.index(name)}" data-state="e.{at}" '
        f'data-slot="{value_slot(at, classes)}|{digits}" '
        f"{pressed(sets, cell_code(name, key, entry))}></span>"
    )


def numbers(name: str, key: str, classes: int, digits: Sequence[int], sets: str = "cell") -> str:
    """Return the places of a step: `digits` are those of one number of many, and of one alone."""
    size = spots(classes)[name, key].size
    how = digits[0 if size else 1]
    return "".join(number(name, key, i, classes, how, sets) for i in range(max(size, 1)))


def loss(name: str, classes: int, digits: int, sets: str = "cell") -> str:
    """Return the place of the loss; the style shows all its digits where they are wrong."""
    at = spots(classes)[name, "neg"].at
    slot = value_slot(at, classes)
    return (
        f'<span class="xent-entry" data-part="{FORMULAS.index(name)}" data-state="e.{at}" '
        f"{pressed(sets, cell_code(name, 'neg', 0))}>"
        f'<span class="xent-brief" data-slot="{slot}|4"></span>'
        f'<span class="xent-full" data-slot="{slot}|{digits}"></span></span>'
    )


def operation(i: int) -> str:
    """Return how the first wrong operation of formula number `i` is written, and why it is so.

    As a sign and a number, as a power, or as a sign between two numbers: the style shows the one
    that it is.
    """
    return (
        f'<span class="xent-power">{POWER}<sup data-slot="said.{3 * i}|short"></sup></span>'
        f'<span class="xent-flat"><span class="xent-one" data-slot="op.{i}"></span>'
        f'<span data-slot="said.{3 * i}|4"></span><span class="xent-two">'
        f'<span data-slot="op.{i}"></span><span data-slot="said.{3 * i + 1}|4"></span></span>'
        f"</span> = "
        f'<b class="xent-result" data-slot="said.{3 * i + 2}|4"></b>'
        f'<span data-slot="reason.{i}"></span>'
    )
