"""What the reader has answered on a page, in the address: Back takes an answer back.

The address says `said=twice.1,most.0`: for each question that has been answered, which option.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from ui.state import address, links

_PARAM = "said"
_ONE = re.compile(r"([a-z0-9_]{1,30})\.([0-2])")  # every question has three options
_MOST = 40
_MOVED, _HEARD, _ASKED, _ANEW = "xent moved by", "xent heard", "xent asked", "xent anew"

Answers = Mapping[str, int]


@dataclass(frozen=True)
class Asked:
    """A question that a page has asked: in its language, with the number of the right option.

    `said` is what the page says, with its marks; `label` is without them.
    """

    language: str
    said: str
    label: str
    options: tuple[str, ...]
    right: int


def read(text: str) -> dict[str, int]:
    """Return what a text says of answers; what is none of them is passed over."""
    found = (_ONE.fullmatch(part) for part in text.split(",", _MOST))
    return {match[1]: int(match[2]) for match in found if match}


def write(answers: Answers) -> str:
    """Return the text that `read` takes."""
    return ",".join(f"{name}.{at}" for name, at in answers.items())


def answers() -> Answers:
    """What the reader has answered on this page."""
    return read(address.kept(_PARAM))


def _put(kept: Answers) -> None:
    st.session_state[_ANEW] = True
    address.keep(_PARAM, write(kept))


def _asked_of(page: str) -> dict[str, Asked]:
    return st.session_state.setdefault(_ASKED, {}).setdefault(page, {})


def asked() -> Mapping[str, Asked]:
    """What this page has asked since it was run as a whole; what is folded has not been asked."""
    return _asked_of(address.page())


def ask(name: str, one: Asked) -> None:
    """Note that a question is asked; the page's end and the room have to hear of a new one.

    One that has been answered may have other numbers now.
    """
    before = _asked_of(address.page()).get(name)
    _asked_of(address.page())[name] = one
    if address.in_fragment() and (before is None or (name in answers() and before != one)):
        st.session_state[_ANEW] = True


def ask_anew() -> None:
    """Begin a run of the whole page, which has asked nothing yet."""
    _asked_of(address.page()).clear()
    st.session_state.pop(_ANEW, None)


def answered_anew() -> bool:
    """Whether a part of the page runs alone, and the list of answers has changed since all ran."""
    return address.in_fragment() and st.session_state.pop(_ANEW, False)


def done(page: str) -> tuple[int, int]:
    """Return how many questions of a page have been answered in this session, and how many well."""
    given = read(address.left(_PARAM, page))
    known = _asked_of(page)
    return len(given), sum(name in known and known[name].right == at for name, at in given.items())


def answer(name: str, at: int, then: Callable[[int], None] | None) -> None:
    """Take an answer and move the figure to what it is about: one step for Back.

    `then` is told which option it is.
    """
    with address.one_step():
        before = links.states()
        if then is not None:
            with links.answering():
                then(at)
        after = links.states()
        moved = {key: (before.get(key), now) for key, now in after.items()
                 if before.get(key) != now}  # fmt: skip
        st.session_state.setdefault(_MOVED, {})[address.page(), name] = moved
        _put({**answers(), name: at})
    st.session_state[_HEARD] = name


def just_answered(name: str) -> bool:
    """Whether this run is the first after an answer: then a screen reader is to say it."""
    if st.session_state.get(_HEARD) != name:
        return False
    del st.session_state[_HEARD]
    return True


def forget(name: str) -> None:
    """Let a question be asked again, with the figure as it was before the answer."""
    with address.one_step():
        give_back(name)
        _put({one: at for one, at in answers().items() if one != name})


def can_give_back(name: str) -> bool:
    """Whether the figure still shows what an answer moved it to, in place of the reader's own."""
    moved = st.session_state.get(_MOVED, {}).get((address.page(), name), {})
    now = links.states()
    return bool(moved) and all(now.get(key) == after for key, (_, after) in moved.items())


def give_back(name: str) -> None:
    """Put the reader's own numbers where an answer has put others."""
    if not can_give_back(name):
        return
    with address.one_step():
        for key, (before, _) in st.session_state[_MOVED][address.page(), name].items():
            links.restore(key, before)
