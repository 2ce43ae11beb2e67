"""A question of a lesson, asked before the figure shows the answer."""

import re
from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from ui.state import address
from ui.state.questions import (
    answer,
    answers,
    can_give_back,
    forget,
    give_back,
    just_answered,
)
from ui.words import Words


def show_question(
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
    key = f"xent answer to {address.page()} {name}"
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
    verdict = "right" if given == right else "not_quite"
    told = f"**{text.label(verdict)}** {text(f'{name}-told', **numbers)}"
    with st.container(key=f"xent-verdict-{verdict}-{address.page()}-{name}"):
        st.markdown(told)
    if just_answered(name):
        st.html(f'<p role="alert" class="xent-heard">{escape(plain(told))}</p>')
    with st.container(horizontal=True):
        again = f"xent ask {address.page()} {name} again"
        st.button(
            text.label("ask_again"), key=again, type="tertiary", on_click=forget, args=(name,)
        )
        if can_give_back(name):
            own = f"xent own numbers after {address.page()} {name}"
            st.button(
                text.label("own_again"), key=own, type="tertiary", on_click=give_back, args=(name,)
            )


def plain(markdown: str) -> str:
    """A text as a screen reader should say it: without the marks of Markdown and formulas."""
    return re.sub(r"\\(?:mathrm|text|operatorname|left|right)|[*`$\\{}]", "", markdown)


def answered(name: str) -> bool:
    """Tell whether the reader has answered a question, so that its answer may be shown."""
    return name in answers()
