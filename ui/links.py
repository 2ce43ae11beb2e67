"""The state of a figure in the address: short, readable, the same picture on any server.

The address is the truth. A change made with the figure's controls arrives as a commit of
its component and is written into the address; Back, forward, reload and a link change the
address, and the figure follows. A page that one comes back to finds what one left there.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

Value = float | tuple[float, ...]
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)


def _parse(text: str, lo: float, hi: float) -> float:
    value = float(text) if len(text) <= 40 and _NUMBER.fullmatch(text) else math.nan
    if not lo <= value <= hi:
        raise ValueError(f"{text!r} is not a number from {lo} to {hi}")
    return value


def _format(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


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

    def read(self, text: str, so_far: Mapping[str, Any]) -> float:
        value = _parse(text, self.lo, self.hi)
        if self.whole and value != int(value):
            raise ValueError(f"{text!r} is not a whole number")
        return value

    def write(self, value: float) -> str:
        return _format(value)


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

    def read(self, text: str, so_far: Mapping[str, Any]) -> tuple[float, ...]:
        parts = text.split(",", self.most)
        if not self.least <= len(parts) <= self.most:
            raise ValueError(f"not {self.least} to {self.most} numbers")
        return tuple(_parse(part, self.lo, self.hi) for part in parts)

    def write(self, value: tuple[float, ...]) -> str:
        return ",".join(_format(x) for x in value)


@dataclass(frozen=True)
class Index:
    """One of the options 0 … n-1, where n is a number or the length of the row named `of`."""

    name: str
    default: int
    of: str | int

    def controls(self, value: float) -> dict[str, float]:
        return {self.name: value}

    def read(self, text: str, so_far: Mapping[str, Any]) -> float:
        size = self.of if isinstance(self.of, int) else len(so_far[self.of])
        if not (text.isascii() and text.isdigit() and len(text) < 4 and int(text) < size):
            raise ValueError(f"{text!r} is not a whole number from 0 to {size - 1}")
        return float(int(text))

    def write(self, value: float) -> str:
        return str(int(value))


Param = Number | Numbers | Index


@dataclass(frozen=True)
class Problem:
    """A part of a link that could not be used, with what was said there."""

    name: str
    text: str


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
                except ValueError:
                    problems.append(Problem(param.name, query[param.name][:40]))
            if isinstance(param, Index) and isinstance(param.of, str):
                last = len(state[param.of]) - 1
                state[param.name] = min(state[param.name], last)
        return state, problems

    def write(self, state: Mapping[str, Any]) -> dict[str, str]:
        return {param.name: param.write(state[param.name]) for param in self.params}

    def controls(self, state: Mapping[str, Any]) -> dict[str, float]:
        """Return the state as one number for each control: z = (1, 2) becomes z0 and z1."""
        merged: dict[str, float] = {}
        for param in self.params:
            merged |= param.controls(state[param.name])
        return merged

    def from_controls(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Read what the browser committed: a number, as text, for each control.

        Raises ValueError or KeyError for anything that the controls could not have sent.
        """
        query = {}
        for param in self.params:
            if isinstance(param, Numbers):
                names = [f"{param.name}{i}" for i in range(param.most)]
                parts = [values[name] for name in names if name in values]
            else:
                parts = [values[param.name]]
            query[param.name] = ",".join(_format(float(part)) for part in parts)
        state, problems = self.read(query)
        if problems:
            raise ValueError(f"commit: cannot use {problems}")
        return state


@dataclass
class Memory:
    """What a session remembers of one figure."""

    state: dict[str, Any] | None = None
    ack: str = ""
    epoch: int = 0


@dataclass(frozen=True)
class Held:
    """A figure's state in this run, with what `live_figure` has to be told about it.

    `restored` is a state that the reader left on this page and comes back to: the browser puts
    it into the address itself, as Streamlit would make it a step of the page before.
    """

    key: str
    params: Params
    state: dict[str, Any]
    problems: Sequence[Problem] = ()
    ack: str = ""
    epoch: int = 0
    restored: bool = False

    def __getitem__(self, name: str) -> Any:
        return self.state[name]

    @property
    def controls(self) -> dict[str, float]:
        return self.params.controls(self.state)

    @property
    def query(self) -> dict[str, str]:
        return self.params.write(self.state)


_ARRIVED = "xent arrived"


def note_page(page: str) -> None:
    """Remember whether this run of the whole script came from another page."""
    st.session_state[_ARRIVED] = st.session_state.get("xent page") not in (None, page)
    st.session_state["xent page"] = page


def _memory(key: str) -> Memory:
    return st.session_state.setdefault(f"xent memory of {key}", Memory())


def _committed(key: str, memory: Memory, params: Params) -> dict[str, Any] | None:
    """Return the state that the browser has just sent, if there is a new one that is sound.

    One that is not sound is acknowledged all the same, or the browser would send it for ever;
    the new epoch tells it to go back to the state that holds.
    """
    commit = (st.session_state.get(key) or {}).get("commit")
    if not isinstance(commit, dict) or commit.get("id") in (None, memory.ack):
        return None
    memory.ack = str(commit["id"])[:40]
    try:
        return params.from_controls(commit["values"])
    except (KeyError, TypeError, ValueError, AttributeError):
        memory.epoch += 1
        return None


def hold(key: str, params: Params) -> Held:
    """Return the state of the figure `key` in this run, and keep the address in step with it."""
    memory = _memory(key)
    query = st.query_params
    problems: list[Problem] = []
    state = _committed(key, memory, params)
    restored = False
    if state is None:
        if any(param.name in query for param in params.params):
            state, problems = params.read(query)
        elif memory.state is not None and st.session_state.get(_ARRIVED):
            state, restored = memory.state, True
        else:
            state = params.default
        if state != memory.state:
            memory.epoch += 1
    memory.state = state
    if not restored:
        _write_address(params, state)
    return Held(key, params, state, problems, memory.ack, memory.epoch, restored)


def put(key: str, params: Params, **values: Any) -> None:
    """Change a figure's state from outside it: for the callback of a button or a question."""
    memory = _memory(key)
    state = {**(memory.state or params.default), **values}
    memory.state = state
    memory.epoch += 1
    _write_address(params, state, always=True)


def _write_address(params: Params, state: Mapping[str, Any], always: bool = False) -> None:
    """Write the state into the address, unless the bare address says the same already."""
    present = any(param.name in st.query_params for param in params.params)
    if not (present or always) and state == params.default:
        return
    now = st.query_params.to_dict()
    wanted = {**now, **params.write(state)}
    if wanted != now:
        st.query_params.from_dict(wanted)


def names(problems: Iterable[Problem]) -> str:
    """Return what could not be used, for a sentence: T=abc, z=1,x, each as code."""
    return ", ".join(quoted(f"{problem.name}={problem.text}") for problem in problems)


def quoted(text: str) -> str:
    """Return a part of a link as code, so that no Markdown in it comes to life."""
    return f"`{text.replace('`', '')}`"


def state_of(key: str, params: Params) -> dict[str, Any]:
    """Return the state that a figure had last, for a callback."""
    return _memory(key).state or params.default
