"""What stands around every lesson: the title, the language button and the document's language."""

import secrets
from pathlib import Path

import streamlit as st

from ui.app.navigation import LESSONS, neighbours
from ui.assets import component
from ui.state import address
from ui.state.links import quoted
from ui.words import LANGUAGES, fill, set_language, shared_labels, tag
from ui.words.glossary import glossary


def settle(language: str) -> None:
    """End a run: set the document's language and have the address say what it lacks.

    The language is for screen readers, hyphenation and fonts.
    """
    run = secrets.token_hex(8)
    told = {"language": tag(language), "page": address.page(), "added": address.added(), "run": run}
    settling = component("xent_settling", "ui/app/settle.js")
    settling(key="xent settling of the page", data=told, height=1)


NAME = "−log p"
_LOGO = str(Path(__file__).parent / "logo.svg")

_STYLE = Path(__file__).parent / "page.css"


def tighten() -> None:
    """Give the lesson the room, and the word."""
    st.html(_STYLE)
    st.logo(_LOGO, size="large")


def header(title: str, language: str, asked: str | None) -> None:
    """Show the page's title with the other language beside it, one click away.

    `asked` is the language that the link asks for; the reader is told where there is no such.
    """
    other = next(code for code in LANGUAGES if code != language)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False)
        with st.popover(shared_labels(language)["symbols"], icon=":material/function:"):
            st.markdown(glossary(language).table())
        st.button(
            LANGUAGES[other],
            key="xent other language",
            icon=":material/translate:",
            on_click=set_language,
            args=(other,),
        )
    st.set_page_config(page_title=f"{title} · {NAME}")
    if asked is not None and asked not in LANGUAGES:
        st.warning(fill(shared_labels(language)["unknown_language"], {"asked": quoted(asked[:20])}))


def thread(page: str, language: str) -> None:
    """End a lesson with the one before it and the one after it."""
    labels = shared_labels(language)
    before, after = neighbours(page or LESSONS[0].name)
    with st.container(horizontal=True, horizontal_alignment="distribute", key="xent thread"):
        for lesson, label, icon in (
            (before, "lesson_before", "arrow_back"),
            (after, "lesson_after", "arrow_forward"),
        ):
            if lesson:
                there = lesson.page(language)
                said = fill(labels[label], {"title": there.title})
                st.page_link(there, label=said, icon=f":material/{icon}:")
