"""A question of a lesson, asked before the figure shows the answer."""

import re
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.state import address
from ui.state.questions import (
    Asked,
    answer,
    answers,
    ask,
    asked,
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
    then: Callable[[int], None] | None = None,
    places: tuple[DeltaGenerator, DeltaGenerator] | None = None,
    **numbers: object,
) -> None:
    """Ask before showing: an option is chosen, then its answer shown and the figure moved.

    The page's part `name` is the question, `name-told` what is true; `name-if-0` is said first to
    those who chose the first option, and so on. `numbers` fill them. `then` moves the figure to
    the state in question, and is told the number of the option. `places` are where the question
    and the verdict stand.
    """
    given = answers().get(name)
    said = note_question(text, name, options, right, **numbers)
    key = f"xent answer to {address.page()} {name}"
    place, told = places or (st.container(),) * 2
    apart = told is not place
    asked = place.container(key=f"xent-asked-{address.page()}-{name}")  # as wide as its room is
    with asked.container(key=f"xent-question-{address.page()}-{name}"):
        chosen = _choose(said, options, key, given)
        buttons = st.container(horizontal=True)
        with buttons:
            _show_button(text, name, key, chosen if chosen != given else None, then)
        if not apart:
            told = st.container()
    if given is not None:
        with told:
            _tell(text, name, given == right, _told(text, name, given, **numbers), chosen != given)
        with told.container(horizontal=True) if apart else buttons:
            _ways_back(text, name)


def note_question(
    text: Words, name: str, options: Sequence[str], right: int, **numbers: object
) -> str:
    """Note a question that the page asks, now or once somebody chooses it; return its words."""
    said = text(name, **numbers)
    ask(name, Asked(text.language, said, plain(said), tuple(map(plain, options)), right))
    return said


def asked_here() -> list[dict[str, Any]]:
    """Return the questions of this page, as a room is asked them (see ui.room.rules).

    `place` is the class of the element that asks it on the page.
    """
    return [
        {
            "place": f"st-key-xent-question-{address.page()}-{name}",
            "text": {one.language: one.label},
            "options": {one.language: list(one.options)},
            "truth": one.right,
        }
        for name, one in asked().items()
    ]


def _choose(label: str, options: Sequence[str], key: str, given: int | None) -> int | None:
    """Have an option chosen, which tells nothing yet; return which.

    The choice is kept here: the browser forgets it where the words are another language's. An
    answer that has come or gone since counts for more.
    """
    kept = f"{key}, chosen"
    before, chosen = st.session_state.get(kept, (None, None))
    if before != given:
        chosen = given

    def keep() -> None:  # nobody can choose nothing: that is the browser's, and older than a choice
        if st.session_state[key] is not None:
            st.session_state[kept] = given, st.session_state[key]

    st.session_state[kept] = given, chosen
    # set only where the browser has it otherwise: what it is told undoes a newer choice there
    shown, now = f"{key}, shown", (label, *options)  # another question to the browser
    if (st.session_state.get(shown), st.session_state.get(key)) != (now, chosen):
        st.session_state[key] = chosen
    st.session_state[shown] = now
    return st.radio(
        label,
        range(len(options)),
        format_func=lambda i: options[i],
        index=None,
        key=key,
        horizontal=True,
        on_change=keep,
    )


def _show_button(
    text: Words, name: str, key: str, chosen: int | None, then: Callable[[int], None] | None
) -> None:
    """Show the answer to what is chosen and not yet told."""

    def take() -> None:
        if st.session_state[key] is not None:
            answer(name, st.session_state[key], then)

    show = f"xent show {address.page()} {name}"
    st.button(text.label("show_answer"), key=show, disabled=chosen is None, on_click=take)


def _ways_back(text: Words, name: str) -> None:
    """Ask again; give back one's own numbers."""
    for label, offered, does in (
        ("ask_again", True, forget),
        ("own_again", can_give_back(name), give_back),
    ):
        if offered:
            st.button(
                text.label(label),
                key=f"xent {label} {address.page()} {name}",
                type="tertiary",
                on_click=does,
                args=(name,),
            )


def _told(text: Words, name: str, given: int, **numbers: object) -> str:
    """What is true, after what is said to the one who gave this answer, if there is such."""
    parts = (f"{name}-if-{given}", f"{name}-told")
    return " ".join(text(part, **numbers) for part in parts if part in text.parts)


def _tell(text: Words, name: str, right: bool, told: str, another: bool) -> None:
    """Say whether the answer is right; where `another` is chosen since, keep the place only."""
    verdict = "right" if right else "not_quite"
    said = f"**{text.label(verdict)}** {told}"
    kept = "kept-" * another
    with st.container(key=f"xent-verdict-{kept}{verdict}-{address.page()}-{name}"):
        st.markdown(said)
    if just_answered(name):
        st.html(f'<p role="alert" class="xent-heard">{escape(plain(said))}</p>')


def plain(markdown: str) -> str:
    """A text as a screen reader should say it: without the marks of Markdown and formulas."""
    return re.sub(r"\\(?:mathrm|text|operatorname|left|right)|[*`$\\{}]", "", markdown)


def answered(name: str) -> bool:
    """Tell whether the reader has answered a question, so that its answer may be shown."""
    return name in answers()
