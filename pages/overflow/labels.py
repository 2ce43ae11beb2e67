"""What things are called in the bench and about it: keys are made of the names of things."""

import math
import re
from collections.abc import Mapping, Sequence

from pages.overflow.bench_table import Headings, written
from pages.overflow.steps import KINDS, MARKS, OPERATIONS, ROWS, TARGET
from ui.words import Words
from ui.words.digits import show
from xent_core.trace import FORMULAS, OUTCOMES, VERDICTS, Format

# The rows of the table below its steps, and the logits themselves.
_OTHER_ROWS = ("x", "truth", "outcome", "why", "error", "gradient", "slope", "verdict")

_SAID = ("first", "well", "void", "fine", "truth")


def formula_names(text: Words) -> dict[str, str]:
    """Return what each formula is called."""
    return {name: text.label(f"formula_{name}") for name in FORMULAS}


def row_names(text: Words) -> dict[str, str]:
    """Return what each row of the table is called."""
    return {name: text.label(f"row_{name}") for name in (*ROWS, *_OTHER_ROWS)}


def event_words(text: Words) -> dict[str, str]:
    """Return what is said of each event, and of none."""
    return {name: text.label(f"event_{name}") for name in MARKS}


def headings(text: Words, fmt: Format) -> Headings:
    """Return the words of the bench's table."""
    signs = written()
    return Headings(
        {name: (label, signs[name]) for name, label in formula_names(text).items()},
        row_names(text),
        text.label("signs", format=fmt.name),
        {part: text.label(f"sentence_{part}") for part in _SAID},
        min(math.ceil(fmt.precision * math.log10(2)) + 1, 8),
    )


def array_names(text: Words, fmt: Format, brief: bool = False) -> dict[str, tuple[str, ...]]:
    """Return what the numbers of the bench's arrays stand for.

    `brief` says what first went wrong without the row that it happened in.
    """
    events = event_words(text)
    return {
        "e": mark_names(events),
        "m": ("", f"wrong|{text.label('first_here')}", f"poisoned|{text.label('poisoned')}"),
        "why": why_names(
            row_names(text),
            [text.label("rounded"), *list(events.values())[1:]],
            text.label("input_itself"),
            brief,
        ),
        "kind": tuple(f"{kind}|" for kind in KINDS),
        "op": tuple(sign for _, sign in OPERATIONS.values()),
        "reason": ("", *reasons(text, fmt)),
        "outcome": tuple(f"{name}|{text.label(f'lost_{name}')}" for name in OUTCOMES),
        "verdict": tuple(f"{name}|{text.label(f'goes_{name}')}" for name in VERDICTS),
    }


def mark_names(events: Mapping[str, str]) -> tuple[str, ...]:
    """Names for the array "e": a key for the eye, a word for the pointer, and so for the target."""
    plain = tuple(f"{key}|{word}" for key, word in events.items())
    gap = ("",) * (TARGET - len(plain))
    return (*plain, *gap, *(f"{key} target|{word}" for key, word in events.items()))


def why_names(
    rows: Mapping[str, str], words: Sequence[str], void: str, brief: bool
) -> tuple[str, ...]:
    """Names for the array "why"; the first word is for what has no event but its rounding.

    `void` is for logits that have no loss.
    """
    said = [("" if brief else f"{rows[row]}: ") + in_brief(word) for row in ROWS for word in words]
    return ("–", *said, void)


def in_brief(word: str) -> str:
    """The first part of a description: "overflow" of "overflow, too large"."""
    return re.split("[,，（(]", word)[0].strip()


def reasons(text: Words, fmt: Format) -> tuple[str, ...]:
    """Why an operation gave what it gave, for each mark."""
    numbers = {
        "format": fmt.name,
        "largest": show(fmt.max, 2),
        "smallest": show(fmt.smallest_subnormal, 2),
        "normal": show(fmt.smallest_normal, 2),
    }
    return tuple(text.label(f"because_{mark}", **numbers) for mark in MARKS)
