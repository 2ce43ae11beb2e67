"""What an address may hold: each parameter reads, writes and fits its part of it.

Every parameter of a lesson has the same few methods (`Param`). A text that is of no use raises
ValueError, or KeyError where something is not there; nothing else.
"""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ui.words.digits import exact
from ui.words.numbers import read_real, write_number
from xent_core import set_probability

Allowed = tuple[str, Mapping[str, object]]  # a label, and what fills it
State = Mapping[str, Any]
Sent = Mapping[str, str]


@dataclass(frozen=True)
class Param(ABC):
    """One name of an address: how its part is read, written, fitted, and what moves it.

    `so_far` is the state of the parameters before it, `state` that of all. What a parameter's
    value is, only the parameter knows. Most have in common what is said here: a link has the
    value as it is, any value goes with any other, one control of the same name holds it.
    """

    name: str
    default: Any = field(init=False)

    @abstractmethod
    def read(self, text: str, so_far: State) -> Any:
        """Return the value that a link says. ValueError for what is of no use."""

    @abstractmethod
    def allows(self, so_far: State) -> Allowed | None:
        """Return what could be said, for a sentence about what could not."""

    def write(self, value: Any, state: State) -> str:
        """Return what a link says for a value: `read` gives it back."""
        return value

    def fit(self, value: Any, so_far: State) -> Any:
        """Return the value, or the one next to it that goes with those before it."""
        return value

    def controls(self, value: Any) -> dict[str, Any]:
        """Return the value as one value for each control: z = (1, 2) becomes z0 and z1."""
        return {self.name: value}

    def sent(self, values: Sent, before: Any) -> str:
        """Return what the browser sent of the controls, as a link writes it.

        `before` is the value that it changes, None if there is none. KeyError or ValueError for
        what no control can have sent.
        """
        return values[self.name]

    def typable(self) -> tuple[float, float] | None:
        """Return what may be typed for each control, if that is bounded."""
        return None


class NoControls(Param):
    """What no control of a figure moves: fields and buttons of the page set it."""

    def controls(self, value: Any) -> dict[str, Any]:
        return {}

    def sent(self, values: Sent, before: Any) -> str:
        raise ValueError("commit: no control moves this")


class OneNumber(Param):
    """What one control holds as a number."""

    def sent(self, values: Sent, before: float) -> str:
        return write_number(float(values[self.name]))


class ManyNumbers(Param):
    """A row of numbers, of which the controls name0, name1, … hold one each."""

    def controls(self, value: tuple[float, ...]) -> dict[str, Any]:
        return {f"{self.name}{i}": x for i, x in enumerate(value)}


def _row(name: str, most: int, values: Sent) -> tuple[float, ...]:
    """Return the numbers that the controls name0, name1, … have sent."""
    controls = (f"{name}{i}" for i in range(most))
    return tuple(float(values[control]) for control in controls if control in values)


def _in(lo: float, hi: float) -> tuple[float, float] | None:
    return (lo, hi) if math.isfinite(lo + hi) else None


def write_row(numbers: Iterable[float]) -> str:
    """Write numbers as a link has them."""
    return ",".join(map(write_number, numbers))


class NotAllowedError(ValueError):
    """What a link says cannot be used; `allowed` is what of this part of it could be."""

    def __init__(self, why: str, allowed: Allowed) -> None:
        super().__init__(why)
        self.allowed = allowed


def _parse(text: str, lo: float, hi: float) -> float:
    value = read_real(text)
    if not lo <= value <= hi:
        raise ValueError(f"{text!r} is not a number from {lo} to {hi}")
    return value


@dataclass(frozen=True)
class Number(OneNumber):
    """One number in [lo, hi], a whole one if so said."""

    default: float
    lo: float
    hi: float
    whole: bool = False

    def allows(self, so_far: State) -> Allowed:
        kind = "link_whole" if self.whole else "link_number"
        return kind, {"lo": exact(self.lo), "hi": exact(self.hi)}

    def read(self, text: str, so_far: State) -> float:
        value = _parse(text, self.lo, self.hi)
        if self.whole and value != int(value):
            raise ValueError(f"{text!r} is not a whole number")
        return value

    def write(self, value: float, state: State) -> str:
        return write_number(value)

    def typable(self) -> tuple[float, float] | None:
        return _in(self.lo, self.hi)


@dataclass(frozen=True)
class Numbers(ManyNumbers):
    """A row of numbers in [lo, hi], at least `least` and at most `most` of them."""

    default: tuple[float, ...]
    lo: float
    hi: float
    least: int = 2
    most: int = 6

    def allows(self, so_far: State) -> Allowed:
        size = {"least": self.least, "most": self.most}
        return "link_numbers", {**size, "lo": exact(self.lo), "hi": exact(self.hi)}

    def read(self, text: str, so_far: State) -> tuple[float, ...]:
        parts = text.split(",", self.most)
        if not self.least <= len(parts) <= self.most:
            raise ValueError(f"not {self.least} to {self.most} numbers")
        return tuple(_parse(part, self.lo, self.hi) for part in parts)

    def write(self, value: tuple[float, ...], state: State) -> str:
        return write_row(value)

    def sent(self, values: Sent, before: tuple[float, ...]) -> str:
        return write_row(_row(self.name, self.most, values))

    def typable(self) -> tuple[float, float] | None:
        return _in(self.lo, self.hi)


@dataclass(frozen=True)
class Index(OneNumber):
    """One of the options 0 … n-1, where n is a number or the length of the row named `of`."""

    default: int
    of: str | int

    def _size(self, so_far: State) -> int:
        return self.of if isinstance(self.of, int) else len(so_far[self.of])

    def allows(self, so_far: State) -> Allowed:
        return "link_whole", {"lo": 0, "hi": self._size(so_far) - 1}

    def read(self, text: str, so_far: State) -> float:
        size = self._size(so_far)
        if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) < size):
            raise ValueError(f"{text!r} is not a whole number from 0 to {size - 1}")
        return float(int(text))

    def fit(self, value: float, so_far: State) -> float:
        return value if isinstance(self.of, int) else min(value, len(so_far[self.of]) - 1)

    def write(self, value: float, state: State) -> str:
        return str(int(value))


def _weight(text: str) -> Fraction:
    """Return a weight from 0 to 1e9, exactly as it is written; a tiny one is what a float is."""
    value = _parse(text, 0.0, 1e9)
    return Fraction(text) if value >= 1e-30 else Fraction(value)


# More digits than a hand has: what is shared is what is shown.
_DIGITS = 6
_MOST_PARTS = 100


@dataclass(frozen=True)
class Distribution(ManyNumbers):
    """Probabilities of `least` to `most` classes, written as weights: 1,1,1 is a third each.

    One `of` another has as many classes as that one, and is uniform where a link does not say.
    """

    default: tuple[float, ...]
    of: str = ""
    least: int = 2
    most: int = 8

    def allows(self, so_far: State) -> Allowed:
        count = len(so_far[self.of]) if self.of else 0
        return "link_weights", {"least": count or self.least, "most": count or self.most}

    def weights(self, text: str, so_far: State) -> tuple[Fraction, ...]:
        """Return the weights of a text as they are, before they are divided by their sum."""
        parts = text.split(",", self.most)
        if not self.least <= len(parts) <= self.most:
            raise ValueError(f"not {self.least} to {self.most} weights")
        weights = tuple(_weight(part) for part in parts)
        if not any(weights):
            raise ValueError("no weight is above 0")
        if self.of and len(weights) != len(so_far[self.of]):
            raise ValueError(f"not as many as {self.of}")
        return weights

    def read(self, text: str, so_far: State) -> tuple[float, ...]:
        """Divide by the sum as fractions: weights in proportion are the same distribution."""
        weights = self.weights(text, so_far)
        total = sum(weights)
        return tuple(float(weight / total) for weight in weights)

    def fit(self, value: tuple[float, ...], so_far: State) -> tuple[float, ...]:
        count = len(so_far[self.of]) if self.of else len(value)
        return value if len(value) == count else (1 / count,) * count

    def write(self, value: tuple[float, ...], state: State) -> str:
        """Write few digits or small whole numbers, if they give the same; else six digits.

        Those add up to 1, so that what is read is what is written: the last digits of the
        numbers that lie farthest from it make up for the others' rounding.
        """
        for parts in (1000, *range(1, _MOST_PARTS + 1)):
            weights = [round(x * parts) for x in value]
            if all(abs(w / parts - x) < 1e-12 for w, x in zip(weights, value, strict=True)):
                scale = parts if parts == 1000 else 1
                return write_row(weight / scale for weight in weights)
        whole = 10**_DIGITS
        rounded = [round(x * whole) for x in value]
        lost = whole - sum(rounded)
        apart = sorted(range(len(value)), key=lambda i: rounded[i] - value[i] * whole)
        for i in apart[:lost] if lost > 0 else apart[lost:] if lost < 0 else ():
            rounded[i] += 1 if lost > 0 else -1
        return write_row(x / whole for x in rounded)

    def sent(self, values: Sent, before: tuple[float, ...] | None) -> str:
        """Write what was sent, settled: six digits, so that a link gives it back as it is."""
        raw = _row(self.name, self.most, values)
        settled = self.settle(raw, before or raw)
        return write_row(raw) if settled == raw else self.write(settled, {})

    def settle(self, value: tuple[float, ...], before: tuple[float, ...]) -> tuple[float, ...]:
        """Keep the sum at 1 where one number was typed: the others share the rest as before."""
        if len(value) != len(before):
            return value
        moved = [i for i, (x, y) in enumerate(zip(value, before, strict=True)) if x != y]
        if len(moved) != 1:
            return value
        return tuple(set_probability(before, moved[0], value[moved[0]]).tolist())


# What a class may be called: printable, short, and nothing that a formula, Markdown (where 1. and
# www. and :a: and @ are more than text) or a figure's text would take for its own.
_NAME = re.compile(
    r"(?!\d+[.)](?:\s|$))(?!.*www\.)"
    r"[^\W_](?:[^\x00-\x1f\x7f-\x9f<>&\"'`$\\*_\[\]{}|~#=,;:@]{0,11})",
    re.IGNORECASE,
)
NAME_LENGTH = 12
_LONGEST_LIST = 200


def read_names(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas; ValueError for one that cannot be a name."""
    if len(text) > _LONGEST_LIST:
        raise ValueError(f"a list of names of {len(text)} characters")
    names = tuple(part.strip() for part in re.split("[,，、]", text))
    for name in names:
        if not _NAME.fullmatch(name) or not name.isprintable():
            raise ValueError(f"{name[:20]!r} cannot be a name")
    if len(set(names)) < len(names):
        raise ValueError("two names are the same")
    return names


@dataclass(frozen=True)
class Names(Param):
    """The names of the classes of a distribution: a list, or one word for a list of the app's."""

    default: str
    of: str
    lists: Mapping[str, int]  # how many names each of the app's lists has

    def allows(self, so_far: State) -> Allowed | None:
        return "link_names", {"count": len(so_far[self.of]), "longest": NAME_LENGTH}

    def read(self, text: str, so_far: State) -> str:
        count = len(so_far[self.of])
        if self.lists.get(text, 0) >= count:
            return text
        names = read_names(text)
        if len(names) != count:
            raise ValueError(f"not {count} names")
        return ",".join(names)

    def fit(self, value: str, so_far: State) -> str:
        count = len(so_far[self.of])
        known = self.lists.get(value)
        fits = known >= count if known else len(value.split(",")) == count
        return value if fits else next(name for name, n in self.lists.items() if n >= count)


@dataclass(frozen=True)
class Word(Param):
    """One of some words that no language changes: float32, mean, 4x5."""

    default: str
    words: Sequence[str]

    def allows(self, so_far: State) -> Allowed:
        return "link_word", {"words": ", ".join(self.words)}

    def read(self, text: str, so_far: State) -> str:
        if text not in self.words:
            raise ValueError(f"{text[:40]!r} is none of {self.words}")
        return text


@dataclass(frozen=True)
class Problem:
    """A part of a link that could not be used: what was said there, and what could have been."""

    name: str
    text: str
    allowed: Allowed | None = field(default=None, compare=False)


class Params:
    """The parameters of one figure, in the order in which the address has them.

    An address that says none of them opens their defaults, or the `opening`: what a link would
    say. A link that says some of them has the defaults of the others. What somebody has made in
    another lesson opens here, too, if this one `takes` it.
    """

    def __init__(
        self,
        *params: Param,
        opening: Mapping[str, str] | None = None,
        takes: Callable[[State], bool] = lambda state: True,
    ) -> None:
        self.params, self.takes = params, takes
        self._opening, problems = self.read(opening or {})
        if problems:
            raise ValueError(f"opening: cannot use {problems}")

    @property
    def default(self) -> dict[str, Any]:
        return dict(self._opening)

    def read(self, query: Mapping[str, str]) -> tuple[dict[str, Any], list[Problem]]:
        """Return a value for each parameter: the query's, or the default where that is no use."""
        state: dict[str, Any] = {}
        problems = []
        for param in self.params:
            state[param.name] = param.default
            if param.name in query:
                try:
                    state[param.name] = param.read(query[param.name], state)
                except ValueError as error:
                    known = isinstance(error, NotAllowedError)
                    allowed = error.allowed if known else param.allows(state)
                    problems.append(Problem(param.name, query[param.name][:40], allowed))
            state[param.name] = param.fit(state[param.name], state)
        return state, problems

    def settled(self, state: State) -> dict[str, Any]:
        """Return a state whose parts go together: each fits those before it."""
        out = dict(state)
        for param in self.params:
            out[param.name] = param.fit(out[param.name], out)
        return out

    def write(self, state: State) -> dict[str, str]:
        """Return what a link says, settled: of a state a part of which was changed, say."""
        return self.written(self.settled(state))

    def written(self, state: State) -> dict[str, str]:
        """Return what a link says of a state as it is."""
        return {param.name: param.write(state[param.name], state) for param in self.params}

    def bounds(self, state: State) -> dict[str, tuple[float, float]]:
        """Return what may be typed for each control, where a parameter says so."""
        found = ((param.typable(), param.controls(state[param.name])) for param in self.params)
        return {name: bounds for bounds, names in found if bounds for name in names}

    def controls(self, state: State) -> dict[str, Any]:
        """Return the state as one value for each control: z = (1, 2) becomes z0 and z1."""
        merged: dict[str, Any] = {}
        for param in self.params:
            merged |= param.controls(state[param.name])
        return merged

    def from_controls(
        self, values: Mapping[str, str], before: State | None = None
    ) -> dict[str, Any]:
        """Read what the browser committed: a value, as text, for each control.

        `before` is the state that it changes. What comes back is what a link to it will say.
        Raises ValueError or KeyError for anything that the controls could not have sent.
        """
        old = before or {}
        sent = {param.name: param.sent(values, old.get(param.name)) for param in self.params}
        return self._sound(self.write(self._sound(sent)))

    def _sound(self, query: Mapping[str, str]) -> dict[str, Any]:
        state, problems = self.read(query)
        if problems:
            raise ValueError(f"commit: cannot use {problems}")
        return state
