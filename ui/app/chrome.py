"""What stands around every lesson: the title, the language button and the document's language."""

import secrets

import streamlit as st

from ui.assets import component
from ui.state import address
from ui.state.links import quoted
from ui.words import LANGUAGES, fill, set_language, shared_labels, tag


def settle(language: str) -> None:
    """End a run: set the document's language and have the address say what it lacks.

    The language is for screen readers, hyphenation and fonts.
    """
    run = secrets.token_hex(8)
    told = {"language": tag(language), "page": address.page(), "added": address.added(), "run": run}
    settling = component("xent_settling", "ui/app/settle.js")
    settling(key="xent settling of the page", data=told, height=1)


# A projector's 1280 × 800 has to show a figure with its sliders.
_STYLE = """<style>
.stMainBlockContainer { padding: 4rem clamp(1rem, 3vw, 3rem) 3rem; }
[data-testid="stMarkdownContainer"] :is(p, li) { max-width: 31em; }
.xent-heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip: rect(0 0 0 0); }
</style>"""


def tighten() -> None:
    """Give the lesson the room, and the word."""
    st.html(_STYLE)


def header(title: str, language: str, asked: str | None) -> None:
    """Show the page's title with the other language beside it, one click away.

    `asked` is the language that the link asks for; the reader is told where there is no such.
    """
    other = next(code for code in LANGUAGES if code != language)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False)
        st.button(
            LANGUAGES[other],
            key="xent other language",
            icon=":material/translate:",
            on_click=set_language,
            args=(other,),
        )
    if asked is not None and asked not in LANGUAGES:
        st.warning(fill(shared_labels(language)["unknown_language"], {"asked": quoted(asked[:20])}))
