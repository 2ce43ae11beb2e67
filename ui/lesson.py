"""How a lesson speaks: its live figures, the questions before them, the program at its end."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from ui import links
from ui.live import Preset, View, live_figure
from ui.live.figure import Control
from ui.live.sweeps import Model
from ui.words import Words, current_language, words

_FIGURE_WORDS = (
    "allowed",
    "allowed_whole",
    "copy_link",
    "exact_value",
    "link_copied",
    "link_in_address",
    "lost",
    "presets",
    "save_picture",
    "waiting",
)


def figure_words(text: Words) -> dict[str, str]:
    """Return the labels that every live figure has."""
    return {name: text.labels[name] for name in _FIGURE_WORDS}


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
        st.warning(text.label("bad_link", what=links.names(held.problems)))
    default = held.params.controls(held.params.default)
    here = st.query_params.to_dict()
    live_figure(
        figure,
        controls=controls,
        state=held.controls,
        model=model,
        view=view,
        presets=[*presets, Preset(text.label("reset"), default, whole=True)],
        words=figure_words(text),
        link=urlencode(here | held.query | {"lang": text.language}, safe=","),
        restored=held.restored,
        ack=held.acks.get(figure, ""),
        group=held.key,
        epoch=held.epoch,
    )


def ask(
    text: Words,
    name: str,
    options: Sequence[str],
    right: int,
    then: Callable[[], None] | None = None,
    **numbers: object,
) -> None:
    """Ask before showing: the answer is told, and the figure moved, once one has been given.

    The page's part `name` is the question, `name-told` what is true; `numbers` fill it.
    `then` moves the figure to the state in question.
    """
    given = st.radio(
        text(name, **numbers),
        range(len(options)),
        format_func=lambda i: options[i],
        index=None,
        key=_answer(name),
        horizontal=True,
        on_change=then,
    )
    if given is not None:
        verdict = text.label("right") if given == right else text.label("not_quite")
        st.markdown(f"**{verdict}** {text(f'{name}-told', **numbers)}")
        st.button(
            text.label("ask_again"),
            key=f"{_answer(name)} again",
            type="tertiary",
            on_click=_ask_again,
            args=(name,),
        )


def answered(name: str) -> bool:
    """Tell whether the reader has answered a question, so that its answer may be shown."""
    return st.session_state.get(_answer(name)) is not None


def _answer(name: str) -> str:
    """Return the key of a question's widget.

    Asked again it is a new one: the browser would give the old one its answer back.
    """
    times = st.session_state.get(f"xent asked {name}", 0)
    return f"xent answer to {name}" + (f" {times}" if times else "")


def _ask_again(name: str) -> None:
    st.session_state[f"xent asked {name}"] = st.session_state.get(f"xent asked {name}", 0) + 1


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
