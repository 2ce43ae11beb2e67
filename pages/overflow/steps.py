"""The table of steps: which number of which step of which formula stands where in the arrays."""

import functools
from dataclasses import dataclass
from typing import Any

from ui.state import typed
from xent_core.trace import FORMULAS, get_program

# The rows of the table; a formula that has no such step leaves a dash.
ROWS = ("max", "shift", "exp", "others", "sum", "p", "pick", "plus", "log", "times", "lse",
        "total", "diff", "neg")  # fmt: skip
STEPS = ROWS[:-1]  # the last one is the loss
# The gravest first: what a cell is marked with if several things happened in it.
MARKS = ("none", "invalid", "divide", "overflow", "underflow", "cancellation", "absorbed",
         "subnormal", "propagated")  # fmt: skip
_ELEMENTWISE = {"subtract_given", "exp", "divide", "multiply", "log", "log1p", "one_hot", "others"}
# The keys of each formula's steps, in their order.
KEYS = {name: [step.key for step in get_program(name)] for name in FORMULAS}
TARGET = 16  # added to the mark of the target's entry of a row
# How an operation is written: before its one number, below it as a power, or between its two.
OPERATIONS = {
    "exp": ("power", "e"), "log": ("one", "log "), "log1p": ("one", "log1p "), "copy": ("one", ""),
    "divide": ("two", " / "), "add": ("two", " + "), "sum": ("two", " + "),
    "subtract": ("two", " − "), "subtract_given": ("two", " − "), "multiply": ("two", " · "),
}  # fmt: skip
# How a sentence about a formula is written: nothing went wrong; there is no truth; or see above.
KINDS = ("well", "void", "one", "two", "power")
# the last place of the array "why": there is no truth
VOID = 1 + len(ROWS) * len(MARKS)


@dataclass(frozen=True)
class Spot:
    """A step in the arrays: its first place, and how many numbers it has (0: it is one number)."""

    at: int
    size: int

    @property
    def places(self) -> range:
        return range(self.at, self.at + max(self.size, 1))


@functools.lru_cache(maxsize=typed.MAX_ROW)
def spots(classes: int) -> dict[tuple[str, str], Spot]:
    """Where each step of each formula stands; steps that formulas share stand there once."""
    known: dict[Any, Spot] = {}
    found = {}
    end = 0
    for name in FORMULAS:
        names: dict[str, Any] = {"x": "x"}
        vector = {"x": True}
        for step in get_program(name):
            names[step.key] = (step.operation, *(names[key] for key in step.takes))
            wide = step.operation in _ELEMENTWISE and (
                not step.takes or any(vector[key] for key in step.takes)
            )
            vector[step.key] = wide
            if names[step.key] not in known:
                known[names[step.key]] = Spot(end, classes if wide else 0)
                end += classes if wide else 1
            found[name, step.key] = known[names[step.key]]
    return found


@functools.lru_cache(maxsize=typed.MAX_ROW)
def parts(classes: int) -> tuple[tuple[int, ...], ...]:
    """The places of the arrays "v0", "v1" and "v2", in which the numbers of the steps travel.

    While a logit is dragged, x - m is another row at every stop. The others are often the same,
    because exp is 0 or inf there, and what is the same travels once.
    """
    found = spots(classes)
    plain = {at for key, spot in found.items() if key[0] in ("paper", "full_sum")
             for at in spot.places}  # fmt: skip
    moving = set(found["shifted", "shift"].places)
    every = range(max(spot.places.stop for spot in found.values()))
    return (
        tuple(at for at in every if at in plain),
        tuple(at for at in every if at in moving),
        tuple(at for at in every if at not in plain | moving),
    )


def value_slot(at: int, classes: int) -> str:
    """The slot of the number at a place: "v2.7"."""
    part = next(i for i, places in enumerate(parts(classes)) if at in places)
    return f"v{part}.{parts(classes)[part].index(at)}"


def row_of(key: str) -> int:
    """The row of the table that a step stands in; ε stands with the step that adds it."""
    return ROWS.index({"epsilon": "plus", "y": "times"}.get(key, key))


# ---- a number for each cell


def cell_code(name: str, key: str, entry: int) -> int:
    """One number for an entry of a step of a formula: what a link and a click say."""
    return FORMULAS.index(name) * 1000 + KEYS[name].index(key) * 20 + entry


def read_cell(code: int, classes: int) -> tuple[str, str, int]:
    """What `cell_code` undoes; for a number that no cell has, log_softmax's loss."""
    at, rest = divmod(code, 1000)
    step, entry = divmod(rest, 20)
    if at < len(FORMULAS):
        name, keys = FORMULAS[at], KEYS[FORMULAS[at]]
        if step < len(keys) and entry < len(spots(classes)[name, keys[step]].places):
            return name, keys[step], entry
    return "log_softmax", "neg", 0


MARK_AT = {step: i for i, step in enumerate((name, key) for name in FORMULAS for key in KEYS[name])}
