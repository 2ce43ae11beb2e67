"""Which of a page's folds are open, in the address: Back folds again.

The address says `open=blocks,-text`: this one is open, and that one is not, though the link has
something to say of what is in it. `open=all` unfolds a page, for a class or for printing.
"""

import re
from collections.abc import Sequence

import streamlit as st

from ui.state import address, links, questions

PARAM = "open"
ALL = "all"
_ONE = re.compile(r"-?[a-z0-9_]{1,30}")
_MOST = 40


def read(text: str) -> list[str]:
    """Return what a text says of folds; what is none of them is passed over."""
    return [part for part in text.split(",", _MOST) if _ONE.fullmatch(part)]


def _without(name: str) -> list[str]:
    return [one for one in read(address.kept(PARAM)) if one.removeprefix("-") != name]


def is_open(name: str, key: str, wanted: bool) -> bool:
    """Whether a fold is open; `wanted` where the link has something to say of what is in it.

    While only a part of the page runs again it stays as it is: `key` is its widget's.
    """
    said = read(address.kept(PARAM))
    if address.in_fragment() and key in st.session_state:
        return st.session_state[key]
    if name in said or f"-{name}" in said:
        return name in said
    return wanted or ALL in said


def told_of(key: str, params: links.Params, of: Sequence[str] = ()) -> bool:
    """Whether the link has something to say of a state, or what one left is not as at first.

    Where several sections share the state, all of it is in the address as soon as one has changed
    it: `of` are the parameters, and the questions, that open one of them. A parameter does where
    it is not as at first, a question where it has been answered.
    """
    state = links.look(key, params)
    changed = {name for name, value in params.default.items() if state[name] != value}
    if of:
        return not changed.isdisjoint(of) or not questions.answers().keys().isdisjoint(of)
    return bool(changed) or any(name in address.query() for name in params.default)


def turn(name: str, to_open: bool, wanted: bool) -> None:
    """Open a fold or close it: one step for Back. The address says it where it has to."""
    rest = _without(name)
    if to_open != (wanted or ALL in rest):
        rest.append(name if to_open else f"-{name}")
    address.keep(PARAM, ",".join(rest))
