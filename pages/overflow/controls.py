"""What one chooses beside the figures: from a list, a format, a row of logits that is typed."""

import copy
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.overflow.link import FORMAT_NAMES
from ui.lesson.fields import Field, linked
from ui.lesson.sections import Section
from ui.state import links, typed
from ui.words.digits import show


def inside(s: Section, place: DeltaGenerator) -> Section:
    """Return a section that shows all it has in one place."""
    other = copy.copy(s)
    other.words = other.question = other.verdict = other.stage = place
    return other


def saying(s: Section, **instead: str) -> Section:
    """Return a section that says another label instead of one: allowed="slider_allows"."""
    other, lesson = copy.copy(s), copy.copy(s.lesson)
    words = {name: s.text.labels[label] for name, label in instead.items()}
    other.lesson, lesson.text = lesson, replace(s.text, labels={**s.text.labels, **words})
    return other


def choose(
    s: Section,
    label: str,
    key: str,
    options: Mapping[Any, str],
    chosen: Any,
    take: Callable[[Any], None],
    place: Any = st,
    disabled: bool = False,
) -> None:
    """Show a list to choose from: the options with what they are called.

    Each language has a key of its own, as the browser keeps what it showed.
    """
    place.selectbox(
        s.label(label),
        list(options),
        format_func=options.__getitem__,
        disabled=disabled,
        **linked(f"xent {key} {s.text.language}", chosen, take),
    )


def choose_format(s: Section, key: str, chosen: str, take: Callable[[int], None]) -> None:
    """Show the formats; `take` is told the number of the chosen one."""
    st.segmented_control(
        s.label("format"),
        FORMAT_NAMES,
        format_func=lambda name: name.removeprefix("float8_"),
        **linked(key, chosen, lambda name: take(FORMAT_NAMES.index(name))),
    )


# ---- a typed row

_BEYOND = "xent row beyond"


def _read_row(said: str) -> typed.TypedRow:
    """Read a typed row; AmbiguousError where its commas may be decimal points."""
    typed.check_commas(said, typed.read_row, one_row=True)
    return typed.read_row(said)


def row_field(s: Section) -> Field:
    """The field for a row of logits; it shows the row unless something else is typed there."""

    def take(row: typed.TypedRow) -> None:
        st.session_state[_BEYOND] = (row.values, row.beyond)
        s.put(x=row.values, k=min(int(s["k"]), len(row.values) - 1))

    return Field("xent row", typed.write_row(s["x"]), _read_row, take)


def say_of_row(s: Section) -> None:
    """Say what is wrong with the typed row, or strange in it."""
    row_field(s).say(s.text)
    values, beyond = st.session_state.get(_BEYOND, ((), ()))
    if beyond and values == s["x"]:
        read = (f"{links.quoted(part)} → {show(typed.read_number(part))}" for part in beyond)
        st.info(s.label("row_beyond", what=", ".join(read)))
