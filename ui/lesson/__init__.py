"""How a lesson speaks: its live figures, the questions before them, the program at its end."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from ui.figure import Preset, View, live_figure
from ui.figure.figure import Control
from ui.figure.sweeps import Model
from ui.lesson.questions import answered, plain
from ui.lesson.questions import show_question as ask
from ui.lesson.sections import figure_words
from ui.state import address, links
from ui.words import Words, current_language, words


def open_lesson(name: str) -> Words:
    """Return the words of a lesson in the reader's language."""
    return words(name, current_language())


def live(
    held: links.Held,
    text: Words,
    *,
    controls: Sequence[Control],
    model: Model,
    view: View,
    presets: Sequence[Preset] = (),
    name: str = "",
) -> None:
    """Show a live figure in the reader's language, and what of a link could not be used.

    Several figures of one state have a `name` each; the first says what could not be used.
    """
    figure = name or held.key
    if held.problems and figure in (held.key, next(iter(held.figures), "")):
        st.warning(text.label("bad_link", what=links.names(held.problems, text.label)))
    default = held.params.controls(held.params.default)
    live_figure(
        figure,
        controls=controls,
        state=held.controls,
        model=model,
        view=view,
        presets=[*presets, Preset(text.label("reset"), default, whole=True)],
        words=figure_words(text),
        bounds=held.params.bounds(held.state),
        link=urlencode(address.query() | held.query | {"lang": text.language}, safe=","),
        ack=held.acks.get(figure, ""),
        group=held.key,
        epoch=held.epoch,
    )


def in_pytorch(text: Words, program: str) -> None:
    """Show the program that does the same in PyTorch for exactly this state."""
    with st.expander(text.label("in_pytorch"), icon=":material/code:"):
        st.code(program, language="python")
        st.markdown(text.label("in_pytorch_note"))


def section(text: Words, part: str, /, **numbers: Any) -> None:
    """Show a part of the lesson's text with its numbers filled in."""
    st.markdown(text(part, **numbers))


def take_home(text: Words) -> None:
    """Show the one sentence to take home."""
    st.info(f"**{text.label('take_home')}** · {text('takeaway')}", icon=":material/lightbulb:")


__all__ = [
    "answered",
    "ask",
    "figure_words",
    "in_pytorch",
    "live",
    "open_lesson",
    "plain",
    "section",
    "take_home",
]
