"""The state of a figure in the address: short, readable, the same picture on any server.

The address is the truth. A change made with the figure's controls arrives as a commit of
its component and is written into the address; Back, forward, reload and a link change the
address, and the figure follows. A page that one comes back to finds what one left there.
"""

import contextlib
import re
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import streamlit as st

from ui.state import address

# A lesson says all of its state from here.
from ui.state.params import (  # noqa: F401
    NAME_LENGTH,
    Allowed,
    Distribution,
    Index,
    Names,
    NotAllowedError,
    Number,
    Numbers,
    Param,
    Params,
    Problem,
    Word,
    read_names,
)


@dataclass
class Memory:
    """What a session remembers of one state: `acks` has the last change of each figure.

    `own` is the state that somebody has made, and `made_on` the page on which; None for an opening.
    `offered` are the states to which an answer or a preset has moved the figure of a page: they
    stay there.
    `shown` is the state in the last run, from which `state` has been changed since.
    """

    params: Params
    state: dict[str, Any] | None = None
    shown: dict[str, Any] | None = None
    acks: dict[str, str] = field(default_factory=dict)
    epoch: int = 0
    own: dict[str, Any] | None = None
    made_on: str | None = None
    offered: dict[str, dict[str, Any]] = field(default_factory=dict)

    def keep(self, state: dict[str, Any], by_offer: bool = False) -> None:
        """Remember a state, and on which page it came to be; whether that page offered it."""
        page = address.page()
        self.state = state
        if by_offer:
            self.offered[page] = state
            if page == self.made_on:  # what one had made there is no longer what one leaves
                self.own = self.made_on = None
        if state == self.offered.get(page):
            return
        self.offered.pop(page, None)
        if state == self.params.default:
            self.own = self.made_on = None
        elif state != self.own:
            self.own, self.made_on = state, page

    def from_elsewhere(self, state: dict[str, Any]) -> bool:
        """Whether a state is what somebody has made on another page than this one."""
        return state == self.own and self.made_on not in (None, address.page())

    @property
    def carried(self) -> bool:
        """Whether the state was made on another page."""
        return self.state is not None and self.from_elsewhere(self.state)


@dataclass(frozen=True)
class Held:
    """A figure's state in this run, with what `live_figure` has to be told about it.

    `asked` is what the address said of it, if this run has read it there; `carried` says that
    the reader made it in another lesson. `before` is the state in the last run, which the hand
    has changed in the figure of the name `hand`.
    """

    key: str
    params: Params
    state: dict[str, Any]
    problems: Sequence[Problem] = ()
    acks: Mapping[str, str] = field(default_factory=dict)
    epoch: int = 0
    figures: Sequence[str] = ()
    asked: Mapping[str, str] = field(default_factory=dict)
    carried: bool = False
    before: dict[str, Any] | None = None
    hand: str = ""

    def __getitem__(self, name: str) -> Any:
        return self.state[name]

    @property
    def controls(self) -> dict[str, Any]:
        return self.params.controls(self.state)

    def came(self, figure: str) -> dict[str, Any] | None:
        """The controls before this run; None if the figure knows: the hand moved them there."""
        known = self.before is None or figure == self.hand
        return None if known else self.params.controls(self.before)

    @property
    def query(self) -> dict[str, str]:
        return self.params.write(self.state)


_MEMORY, _ANSWERING = "xent memory of ", "xent shows an answer"


def _memory(key: str, params: Params) -> Memory:
    memory = st.session_state.setdefault(_MEMORY + key, Memory(params))
    memory.params = params
    return memory


# What a figure names its changes by: anything else did not come from one.
_ID = re.compile("[0-9a-z-]{1,40}")


class Change(NamedTuple):
    """A state that the browser has just sent; `offered` is one of the page's presets."""

    state: dict[str, Any]
    offered: bool


def _committed(figure: str, memory: Memory, params: Params) -> Change | None:
    """Return what the browser has just sent, if there is a new state that is sound.

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
        state = params.from_controls(commit["values"], memory.state)
        return Change(state, commit.get("offered") is True and state != params.default)
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
    changes = {figure: _committed(figure, memory, params) for figure in figures or (key,)}
    hand = next((figure for figure, change in changes.items() if change is not None), "")
    change = changes.get(hand)
    problems: list[Problem] = []
    asked: dict[str, str] = {}
    if change is not None:
        state = change.state
        _push(params, state)
    elif address.in_fragment() and memory.state and _fits(params, memory.state):
        state = memory.state
    else:
        state, problems, asked = _from_address(memory, params)
        _complete(params, state, problems, asked)
        memory.epoch += state != memory.state
    before, memory.shown = memory.shown, state
    memory.keep(state, by_offer=change is not None and change.offered)
    return Held(
        key,
        params,
        state,
        problems,
        dict(memory.acks),
        memory.epoch,
        figures,
        asked,
        carried=memory.carried,
        before=before,
        hand=hand,
    )


def look(key: str, params: Params) -> dict[str, Any]:
    """Return the state `key` without holding it: what would show it may stay folded.

    It is remembered and in the address all the same.
    """
    memory = _memory(key, params)
    if address.in_fragment() and memory.state and _fits(params, memory.state):
        return memory.state
    state, _, asked = _from_address(memory, params)
    if not asked:
        _complete(params, state, (), asked)
    memory.epoch += state != memory.state
    memory.state = state
    return state


def _fits(params: Params, state: Mapping[str, Any]) -> bool:
    """Whether what is remembered is a state of these parameters: the number of classes may vary."""
    return not params.read(params.write(state))[1]


def _from_address(
    memory: Memory, params: Params
) -> tuple[dict[str, Any], list[Problem], dict[str, str]]:
    """Return the state that the address says; without a word there, the one that was left.

    What nobody has changed is not carried along: each lesson has an opening of its own.
    """
    query = address.query()
    asked = {param.name: query[param.name] for param in params.params if param.name in query}
    left = memory.offered.get(address.page(), memory.own)
    if asked:
        state, problems = params.read(asked)
    elif address.arrived() and left and _fits(params, left):
        state, problems = left, []
        if memory.from_elsewhere(left) and not params.takes(left):
            # what somebody has made stays as it is for the lessons that take it
            state = memory.offered[address.page()] = params.default
    else:
        state, problems = params.default, []
    return state, problems, asked


def _complete(
    params: Params,
    state: Mapping[str, Any],
    problems: Sequence[Problem],
    asked: Mapping[str, str],
) -> None:
    """Have the address say what it lacks of a state, and what holds in place of what is no use."""
    bad = {problem.name for problem in problems}
    if asked or state != params.default:
        written = params.write(state)
        address.add({name: written[name] for name in written if name in bad or name not in asked})


def put(key: str, params: Params, **values: Any) -> None:
    """Change a figure's state from outside it: for the callback of a button or a question."""
    memory = _memory(key, params)
    written = params.write({**(memory.state or params.default), **values})
    state, problems = params.read(written)  # what a link to it will say
    if problems:
        raise ValueError(f"{key}: cannot use {problems}")
    memory.keep(state, by_offer=_ANSWERING in st.session_state)
    memory.epoch += 1
    address.push(written)


@contextlib.contextmanager
def answering() -> Generator[None]:
    """What is put meanwhile shows an answer: another lesson opens as if it had not been asked."""
    st.session_state[_ANSWERING] = True
    try:
        yield
    finally:
        del st.session_state[_ANSWERING]


def forget(key: str, params: Params) -> None:
    """Let a state be as it is at first, also where the address says otherwise."""
    memory = _memory(key, params)
    if memory.state is not None and memory.state != params.default:
        memory.epoch += 1
    memory.keep(params.default)
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
