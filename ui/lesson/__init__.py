"""How a lesson speaks: its live figures, the questions before them, the program at its end."""

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from ui.figure import Preset, View, live_figure
from ui.figure.figure import Control
from ui.figure.sweeps import Model
from ui.state import address, links
from ui.state.questions import answer, answers, can_give_back, forget, give_back, just_answered
from ui.words import Words, current_language, words

_FIGURE_WORDS = (
    "allowed",
    "allowed_whole",
    "copy_link",
    "decimal_point",
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
    given = answers().get(name)
    label = text(name, **numbers)
    key = f"xent answer to {name}"
    st.session_state[key] = given  # the browser may have kept what it showed in other words

    def take() -> None:
        chosen = st.session_state[key]
        if chosen is not None and chosen != given:
            answer(name, chosen, then)

    st.radio(
        label,
        range(len(options)),
        format_func=lambda i: options[i],
        index=None,
        key=key,
        horizontal=True,
        on_change=take,
    )
    if given is None:
        return
    verdict = text.label("right") if given == right else text.label("not_quite")
    told = f"**{verdict}** {text(f'{name}-told', **numbers)}"
    st.markdown(told)
    if just_answered(name):
        st.html(f'<p role="alert" class="xent-heard">{escape(plain(told))}</p>')
    with st.container(horizontal=True):
        again = f"xent ask {name} again"
        st.button(
            text.label("ask_again"), key=again, type="tertiary", on_click=forget, args=(name,)
        )
        if can_give_back(name):
            own = f"xent own numbers after {name}"
            st.button(
                text.label("own_again"), key=own, type="tertiary", on_click=give_back, args=(name,)
            )


def plain(markdown: str) -> str:
    """A text as a screen reader should say it: without the marks of Markdown and formulas."""
    return re.sub(r"\\(?:mathrm|text|operatorname|left|right)|[*`$\\{}]", "", markdown)


def answered(name: str) -> bool:
    """Tell whether the reader has answered a question, so that its answer may be shown."""
    return name in answers()


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
