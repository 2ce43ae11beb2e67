"""The stories: rows whose fate is guessed before it is shown."""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, SupportsFloat

from pages.overflow.link import FORMAT_NAMES, NO_CELL
from pages.overflow.steps import cell_code
from ui.words.digits import exact, show
from xent_core.trace import (
    EPSILON,
    FORMATS,
    certain_gap,
    exact_row,
    exp_window,
    gradients,
    losses,
    trace,
    true_losses,
)

FREE = "free"  # no story: numbers of one's own
Logits = tuple[float, ...]


@dataclass(frozen=True)
class Story:
    """A row, where it breaks, the answers to choose from and the place of the right one.

    `numbers` are told with it. They and the answers are words, or what computes them. The formula
    that it is about stands `beside` one that does better.
    """

    row: Logits
    formula: str
    step: str
    options: tuple["Told", ...]
    right: int
    numbers: Mapping[str, "Told"]
    format: str = "float32"
    beside: str = "log_softmax"

    def state(self, whole: bool) -> dict[str, Any]:
        """What the bench shows of it, the `whole` one or two formulas: class 0 is the target."""
        return {
            "x": self.row,
            "k": 0,
            "f": FORMAT_NAMES.index(self.format),
            "cell": self.cell if whole else NO_CELL,
            "look": NO_CELL,
            "flip": "0",
        }

    @property
    def cell(self) -> int:
        return cell_code(self.formula, self.step, 0)

    @property
    def pair(self) -> tuple[str, str]:
        return self.formula, self.beside

    @functools.cached_property
    def answers(self) -> list[str]:
        return [self.say(option) for option in self.options]

    @functools.cached_property
    def told(self) -> dict[str, str]:
        """Every number of its words, as it is written."""
        said = {name: self.say(number) for name, number in self.numbers.items()}
        return {"row": short_row(self.row), **said}

    def say(self, told: "Told") -> str:
        return told if isinstance(told, str) else told(self)


Told = str | Callable[[Story], str]


def short_row(row: Logits) -> str:
    """A row of logits for a sentence: the first few, each in few digits: 1e8, 1e8, 1e8."""
    said = (min(exact(x), show(x), key=len) for x in row[:4])
    return ", ".join(said) + (", …" if len(row) > 4 else "")


# ---- numbers of a story, or of `another` row in its format


def number(
    of: Callable[[Logits, str], SupportsFloat], another: Logits = (), digits: int = 4
) -> Told:
    """A number of a row in a format; -0 is written 0."""
    return lambda story: show(float(of(another or story.row, story.format)) + 0.0, digits)


def loss_by(formula: str, target: int = 0, another: Logits = (), digits: int = 4) -> Told:
    """The loss by a formula."""
    return number(lambda x, fmt: losses(x, target, fmt, [formula])[formula], another, digits)


def truth(target: int = 0, another: Logits = (), digits: int = 4) -> Told:
    """The loss that is true."""
    return number(lambda x, fmt: true_losses(x, target, fmt).high, another, digits)


def slope(formula: str, another: Logits = ()) -> Told:
    """The gradient on the target by a formula."""
    return number(lambda x, fmt: gradients(trace(x, 0, fmt))[formula].values[0], another, 2)


def true_slope(another: Logits = ()) -> Told:
    """The gradient on the target that is true."""
    return number(lambda x, fmt: exact_row(x, 0, fmt).gradient[0], another, 2)


def highest(story: Story) -> str:
    """The largest logit whose exponential is finite."""
    return show(exp_window(story.format).largest_finite)


def lowest(story: Story) -> str:
    """The smallest logit whose exponential is not 0."""
    return show(exp_window(story.format).smallest_nonzero)


# ---- the stories

_NO_NUMBER = ("∞", "nan")
_FEWER_DIGITS = (1e4,) * 3
_P_IS_EPSILON = (0.0, -math.log(EPSILON))
_GAPS = {name: certain_gap(name) for name in ("float16", "float32", "float64")}

FIRST = ("thousand", "three")  # what the lesson is about; the others go on from there
STORIES = {
    "thousand": Story(
        (1000.0, 0.0, 0.0), "paper", "p", ("0", *_NO_NUMBER), 2,
        {"here": loss_by("paper"), "other": loss_by("paper", 1), "truth": truth(1),
         "highest": highest},
    ),
    "all_low": Story(
        (-1000.0,) * 3, "paper", "p", ("log 3", *_NO_NUMBER), 2,
        {"here": loss_by("paper"), "shifted": loss_by("shifted"), "lowest": lowest},
    ),
    "target_low": Story(
        (-1000.0, 0.0, 0.0), "paper", "log", (truth(digits=5), *_NO_NUMBER), 1,
        {"here": loss_by("paper"), "full": loss_by("full_sum", 1), "truth": truth(digits=6),
         "easy": truth(1)},
    ),
    "three": Story(
        (123.0, 456.0, 789.0), "shifted", "exp", ("666", *_NO_NUMBER), 1,
        {"shifted": loss_by("shifted"), "log_softmax": loss_by("log_softmax")},
    ),
    "equal": Story(
        (1e8,) * 3, "lse", "lse", ("log 3", "0", "nan"), 1,
        {"lse": loss_by("lse"), "truth": truth(), "log_softmax": loss_by("log_softmax"),
         "less": exact(_FEWER_DIGITS[0]),
         "worse": loss_by("lse", another=_FEWER_DIGITS, digits=7),
         "better": truth(another=_FEWER_DIGITS, digits=7)},
    ),
    "tiny": Story(
        (0.0, -40.0), "log_softmax", "sum", (truth(), "0", "∞"), 1,
        {"log_softmax": loss_by("log_softmax"), "log1p": loss_by("log1p"), "truth": truth()},
        beside="log1p",
    ),
    "half": Story(
        (12.0, 0.0, 0.0), "paper", "exp", ("0", *_NO_NUMBER), 2,
        {"here": loss_by("paper"), "power": show(math.exp(12), 6), "highest": highest,
         "largest": exact(FORMATS["float16"].max)},
        format="float16",
    ),
    "mask": Story(
        (2.0, -math.inf, 1.0), "full_sum", "times", (truth(), *_NO_NUMBER), 2,
        {"full": loss_by("full_sum"), "log_softmax": loss_by("log_softmax")},
    ),
    "mask_all": Story(
        (-math.inf,) * 3, "log_softmax", "shift", ("log 3", *_NO_NUMBER), 2,
        {"log_softmax": loss_by("log_softmax")},
        beside="log1p",
    ),
    "cure": Story(
        (0.0, 40.0), "epsilon", "plus", ("40", loss_by("epsilon"), "∞"), 1,
        {"epsilon": loss_by("epsilon"), "truth": truth(), "eps": "1e−8",
         "slope": slope("epsilon"), "true_slope": true_slope(),
         "halved": slope("epsilon", _P_IS_EPSILON), "true_half": true_slope(_P_IS_EPSILON)},
    ),
    "certain": Story(
        (_GAPS["float32"], 0.0), "shifted", "sum",
        tuple(show(gap, 3) for gap in _GAPS.values()), 1,
        {"gap": show(_GAPS["float32"]), "half": show(_GAPS["float16"]),
         "double": show(_GAPS["float64"]), "shifted": loss_by("shifted"),
         "log1p": loss_by("log1p")},
        beside="log1p",
    ),
}  # fmt: skip
