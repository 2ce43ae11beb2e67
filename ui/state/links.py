"""The state of a figure in the address: short, readable, the same picture on any server.

The address is the truth. A change made with the figure's controls arrives as a commit of
its component and is written into the address; Back, forward, reload and a link change the
address, and the figure follows. A page that one comes back to finds what one left there.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import streamlit as st

from ui.state import address
from ui.words.digits import exact
from ui.words.numbers import read_real, write_number
from xent_core import set_probability

Allowed = tuple[str, Mapping[str, object]]  # a label, and what fills it


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
class Number:
    """One number in [lo, hi], a whole one if so said."""

    name: str
    default: float
    lo: float
    hi: float
    whole: bool = False

    def controls(self, value: float) -> dict[str, float]:
        return {self.name: value}

    def allows(self, so_far: Mapping[str, Any]) -> Allowed:
        kind = "link_whole" if self.whole else "link_number"
        return kind, {"lo": exact(self.lo), "hi": exact(self.hi)}

    def read(self, text: str, so_far: Mapping[str, Any]) -> float:
        value = _parse(text, self.lo, self.hi)
        if self.whole and value != int(value):
            raise ValueError(f"{text!r} is not a whole number")
        return value

    def fit(self, value: float, so_far: Mapping[str, Any]) -> float:
        return value

    def write(self, value: float) -> str:
        return write_number(value)


@dataclass(frozen=True)
class Numbers:
    """A row of numbers in [lo, hi], at least `least` and at most `most` of them."""

    name: str
    default: tuple[float, ...]
    lo: float
    hi: float
    least: int = 2
    most: int = 6

    def controls(self, value: tuple[float, ...]) -> dict[str, float]:
        return {f"{self.name}{i}": x for i, x in enumerate(value)}

    def allows(self, so_far: Mapping[str, Any]) -> Allowed:
        size = {"least": self.least, "most": self.most}
        return "link_numbers", {**size, "lo": exact(self.lo), "hi": exact(self.hi)}

    def read(self, text: str, so_far: Mapping[str, Any]) -> tuple[float, ...]:
        parts = text.split(",", self.most)
        if not self.least <= len(parts) <= self.most:
            raise ValueError(f"not {self.least} to {self.most} numbers")
        return tuple(_parse(part, self.lo, self.hi) for part in parts)

    def fit(self, value: tuple[float, ...], so_far: Mapping[str, Any]) -> tuple[float, ...]:
        return value

    def write(self, value: tuple[float, ...]) -> str:
        return ",".join(write_number(x) for x in value)


@dataclass(frozen=True)
class Index:
    """One of the options 0 … n-1, where n is a number or the length of the row named `of`."""

    name: str
    default: int
    of: str | int

    def controls(self, value: float) -> dict[str, float]:
        return {self.name: value}

    def _size(self, so_far: Mapping[str, Any]) -> int:
        return self.of if isinstance(self.of, int) else len(so_far[self.of])

    def allows(self, so_far: Mapping[str, Any]) -> Allowed:
        return "link_whole", {"lo": 0, "hi": self._size(so_far) - 1}

    def read(self, text: str, so_far: Mapping[str, Any]) -> float:
        size = self._size(so_far)
        if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) < size):
            raise ValueError(f"{text!r} is not a whole number from 0 to {size - 1}")
        return float(int(text))

    def fit(self, value: float, so_far: Mapping[str, Any]) -> float:
        return value if isinstance(self.of, int) else min(value, len(so_far[self.of]) - 1)

    def write(self, value: float) -> str:
        return str(int(value))


def _weight(text: str) -> Fraction:
    """Return a weight from 0 to 1e9, exactly as it is written; a tiny one is what a float is."""
    value = _parse(text, 0.0, 1e9)
    return Fraction(text) if value >= 1e-30 else Fraction(value)


# More digits than a hand has: what is shared is what is shown.
_DIGITS = 6
_MOST_PARTS = 100


@dataclass(frozen=True)
class Distribution:
    """Probabilities of `least` to `most` classes, written as weights: 1,1,1 is a third each.

    One `of` another has as many classes as that one, and is uniform where a link does not say.
    """

    name: str
    default: tuple[float, ...]
    of: str = ""
    least: int = 2
    most: int = 8

    def controls(self, value: tuple[float, ...]) -> dict[str, float]:
        return {f"{self.name}{i}": x for i, x in enumerate(value)}

    def allows(self, so_far: Mapping[str, Any]) -> Allowed:
        count = len(so_far[self.of]) if self.of else 0
        return "link_weights", {"least": count or self.least, "most": count or self.most}

    def weights(self, text: str, so_far: Mapping[str, Any]) -> tuple[Fraction, ...]:
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

    def read(self, text: str, so_far: Mapping[str, Any]) -> tuple[float, ...]:
        """Divide by the sum as fractions: weights in proportion are the same distribution."""
        weights = self.weights(text, so_far)
        total = sum(weights)
        return tuple(float(weight / total) for weight in weights)

    def fit(self, value: tuple[float, ...], so_far: Mapping[str, Any]) -> tuple[float, ...]:
        count = len(so_far[self.of]) if self.of else len(value)
        return value if len(value) == count else (1 / count,) * count

    def write(self, value: tuple[float, ...]) -> str:
        """Write few digits or small whole numbers, if they give the same; else six digits.

        Those add up to 1, so that what is read is what is written: the last digits of the
        numbers that lie farthest from it make up for the others' rounding.
        """
        for parts in (1000, *range(1, _MOST_PARTS + 1)):
            weights = [round(x * parts) for x in value]
            if all(abs(w / parts - x) < 1e-12 for w, x in zip(weights, value, strict=True)):
                scale = parts if parts == 1000 else 1
                return ",".join(write_number(weight / scale) for weight in weights)
        whole = 10**_DIGITS
        rounded = [round(x * whole) for x in value]
        lost = whole - sum(rounded)
        apart = sorted(range(len(value)), key=lambda i: rounded[i] - value[i] * whole)
        for i in apart[:lost] if lost > 0 else apart[lost:] if lost < 0 else ():
            rounded[i] += 1 if lost > 0 else -1
        return ",".join(write_number(x / whole) for x in rounded)

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
class Names:
    """The names of the classes of a distribution: a list, or one word for a list of the app's."""

    name: str
    default: str
    of: str
    lists: Mapping[str, int]  # how many names each of the app's lists has

    def controls(self, value: str) -> dict[str, str]:
        return {self.name: value}

    def allows(self, so_far: Mapping[str, Any]) -> Allowed | None:
        return "link_names", {"count": len(so_far[self.of]), "longest": NAME_LENGTH}

    def read(self, text: str, so_far: Mapping[str, Any]) -> str:
        count = len(so_far[self.of])
        if self.lists.get(text, 0) >= count:
            return text
        if len(read_names(text)) != count:
            raise ValueError(f"not {count} names")
        return ",".join(read_names(text))

    def fit(self, value: str, so_far: Mapping[str, Any]) -> str:
        count = len(so_far[self.of])
        known = self.lists.get(value)
        fits = known >= count if known else len(value.split(",")) == count
        return value if fits else next(name for name, n in self.lists.items() if n >= count)

    def write(self, value: str) -> str:
        return value


Param = Number | Numbers | Index | Distribution | Names


@dataclass(frozen=True)
class Problem:
    """A part of a link that could not be used: what was said there, and what could have been."""

    name: str
    text: str
    allowed: Allowed | None = field(default=None, compare=False)


class Params:
    """The parameters of one figure, in the order in which the address has them."""

    def __init__(self, *params: Param) -> None:
        self.params = params

    @property
    def default(self) -> dict[str, Any]:
        return {param.name: param.default for param in self.params}

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

    def write(self, state: Mapping[str, Any]) -> dict[str, str]:
        return {param.name: param.write(state[param.name]) for param in self.params}

    def bounds(self, state: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
        """Return what may be typed for each control, where a parameter says so."""
        return {
            name: (param.lo, param.hi)
            for param in self.params
            if isinstance(param, Number | Numbers) and math.isfinite(param.lo + param.hi)
            for name in param.controls(state[param.name])
        }

    def controls(self, state: Mapping[str, Any]) -> dict[str, Any]:
        """Return the state as one value for each control: z = (1, 2) becomes z0 and z1."""
        merged: dict[str, Any] = {}
        for param in self.params:
            merged |= param.controls(state[param.name])
        return merged

    def from_controls(
        self, values: Mapping[str, str], before: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Read what the browser committed: a value, as text, for each control.

        `before` is the state that it changes. What comes back is what a link to it will say.
        Raises ValueError or KeyError for anything that the controls could not have sent.
        """
        state = self._sound({param.name: _sent(param, values) for param in self.params})
        for param in self.params:
            if isinstance(param, Distribution) and before is not None:
                raw = tuple(float(part) for part in _sent(param, values).split(","))
                settled = param.settle(raw, before[param.name])
                if settled != raw:
                    state[param.name] = settled
        return self._sound(self.write(state))

    def _sound(self, query: Mapping[str, str]) -> dict[str, Any]:
        state, problems = self.read(query)
        if problems:
            raise ValueError(f"commit: cannot use {problems}")
        return state


def _sent(param: Param, values: Mapping[str, str]) -> str:
    """Return what the browser sent for a parameter as a link would write it."""
    if isinstance(param, Names):
        return values[param.name]
    if isinstance(param, Numbers | Distribution):
        names = [f"{param.name}{i}" for i in range(param.most)]
        parts = [values[name] for name in names if name in values]
    else:
        parts = [values[param.name]]
    return ",".join(write_number(float(part)) for part in parts)


@dataclass
class Memory:
    """What a session remembers of one state: `acks` has the last change of each figure."""

    params: Params
    state: dict[str, Any] | None = None
    acks: dict[str, str] = field(default_factory=dict)
    epoch: int = 0


@dataclass(frozen=True)
class Held:
    """A figure's state in this run, with what `live_figure` has to be told about it.

    `asked` is what the address said of it, if this run has read it there.
    """

    key: str
    params: Params
    state: dict[str, Any]
    problems: Sequence[Problem] = ()
    acks: Mapping[str, str] = field(default_factory=dict)
    epoch: int = 0
    figures: Sequence[str] = ()
    asked: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.state[name]

    @property
    def controls(self) -> dict[str, Any]:
        return self.params.controls(self.state)

    @property
    def query(self) -> dict[str, str]:
        return self.params.write(self.state)


_MEMORY = "xent memory of "


def _memory(key: str, params: Params) -> Memory:
    memory = st.session_state.setdefault(_MEMORY + key, Memory(params))
    memory.params = params
    return memory


# What a figure names its changes by: anything else did not come from one.
_ID = re.compile("[0-9a-z-]{1,40}")


def _committed(figure: str, memory: Memory, params: Params) -> dict[str, Any] | None:
    """Return the state that the browser has just sent, if there is a new one that is sound.

    One that is not sound is acknowledged all the same, or the browser would send it for ever;
    the new epoch tells it to go back to the state that holds.
    """
    sent = st.session_state.get(figure)
    commit = sent.get("commit") if isinstance(sent, Mapping) else None
    if not isinstance(commit, Mapping):
        return None
    name = commit.get("id")
    if not isinstance(name, str) or not _ID.fullmatch(name) or name == memory.acks.get(figure):
        return None
    memory.acks[figure] = name
    try:
        return params.from_controls(commit["values"], memory.state)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        memory.epoch += 1
        return None


def hold(key: str, params: Params, figures: Sequence[str] = ()) -> Held:
    """Return the state `key` in this run, and keep the address in step with it.

    It is shown by the live figure of that name, or by several `figures`. While only a part of
    the page runs again the address is where it was, and what is remembered holds; a run of the
    whole page reads the address. ValueError if another state of the page has one of the names.
    """
    memory = _memory(key, params)
    for param in params.params:
        address.claim(param.name, key)
    changes = [_committed(figure, memory, params) for figure in figures or (key,)]
    state = next((change for change in changes if change is not None), None)
    problems: list[Problem] = []
    asked: dict[str, str] = {}
    if state is not None:
        _push(params, state)
    elif address.in_fragment() and memory.state and _fits(params, memory.state):
        state = memory.state
    else:
        state, problems, asked = _from_address(memory, params)
        memory.epoch += state != memory.state
    memory.state = state
    return Held(key, params, state, problems, dict(memory.acks), memory.epoch, figures, asked)


def _fits(params: Params, state: Mapping[str, Any]) -> bool:
    """Whether what is remembered is a state of these parameters: the number of classes may vary."""
    return not params.read(params.write(state))[1]


def _from_address(
    memory: Memory, params: Params
) -> tuple[dict[str, Any], list[Problem], dict[str, str]]:
    """Return the state that the address says; without a word there, the one that was left."""
    query = address.query()
    asked = {param.name: query[param.name] for param in params.params if param.name in query}
    if asked:
        state, problems = params.read(asked)
    elif address.arrived() and memory.state and _fits(params, memory.state):
        state, problems = memory.state, []
    else:
        state, problems = params.default, []
    bad = {problem.name for problem in problems}
    if asked or state != params.default:
        written = params.write(state)
        address.add({name: written[name] for name in written if name in bad or name not in asked})
    return state, problems, asked


def put(key: str, params: Params, **values: Any) -> None:
    """Change a figure's state from outside it: for the callback of a button or a question."""
    memory = _memory(key, params)
    written = params.write({**(memory.state or params.default), **values})
    memory.state, problems = params.read(written)  # what a link to it will say
    if problems:
        raise ValueError(f"{key}: cannot use {problems}")
    memory.epoch += 1
    address.push(written)


def forget(key: str, params: Params) -> None:
    """Let a state be as it is at first, also where the address says otherwise."""
    memory = _memory(key, params)
    if memory.state is not None and memory.state != params.default:
        memory.epoch += 1
    memory.state = params.default
    address.push(dict.fromkeys(param.name for param in params.params))


def _push(params: Params, state: Mapping[str, Any]) -> None:
    """Write a change into the address, unless the bare address says the same already."""
    if state != params.default or any(param.name in address.query() for param in params.params):
        address.push(params.write(state))


def states() -> dict[str, dict[str, Any]]:
    """Return every state of this session by its key."""
    return {
        name.removeprefix(_MEMORY): memory.state
        for name, memory in st.session_state.to_dict().items()
        if name.startswith(_MEMORY) and memory.state is not None
    }


def restore(key: str, state: Mapping[str, Any] | None) -> None:
    """Let a state be what it was before; None for what it is at first."""
    params = st.session_state[_MEMORY + key].params
    put(key, params, **(params.default if state is None else state))


def names(problems: Iterable[Problem], label: Callable[..., str]) -> str:
    """Return what could not be used, for a sentence: `T=abc` (a number from 0 to 1), each as code.

    `label` gives what could have been said in the reader's language.
    """
    return ", ".join(
        quoted(f"{problem.name}={problem.text}")
        + (f" ({label(problem.allowed[0], **problem.allowed[1])})" if problem.allowed else "")
        for problem in problems
    )


def quoted(text: str) -> str:
    """Return a part of a link as code on one line, so that no Markdown in it comes to life."""
    seen = "".join(one if one.isprintable() else " " for one in text.replace("`", ""))
    return f"`{' '.join(seen.split()) or ' '}`"


def state_of(key: str, params: Params) -> dict[str, Any]:
    """Return the state that a figure had last, for a callback."""
    return _memory(key, params).state or params.default
