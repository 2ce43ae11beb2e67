"""What stands around every lesson: the title, the language button and the document's language."""

import functools
from typing import Any

import streamlit as st

from ui.links import quoted
from ui.server import asset_url
from ui.words import LANGUAGES, fill, set_language, shared_labels

_SET_LANGUAGE = """
export default function ({ data }) {
  document.documentElement.lang = data
  import(new URL("COMEBACK_JS", window.location.origin).href)
}
"""


@functools.cache
def _language_component() -> Any:
    js = _SET_LANGUAGE.replace("COMEBACK_JS", asset_url("comeback.js"))
    return st.components.v2.component("xent_language", js=js, isolate_styles=False)


def declare_language(language: str) -> None:
    """Set the document's lang attribute, for screen readers, hyphenation and fonts.

    With it comes what every page needs when the server was away (see live/comeback.js).
    """
    tag = {"zh": "zh-CN"}.get(language, language)
    _language_component()(key="xent language of the document", data=tag, height=1)


# A projector's 1280 × 800 has to show a figure with its sliders.
_STYLE = """<style>
.stMainBlockContainer { padding: 4rem clamp(1rem, 3vw, 3rem) 3rem; }
[data-testid="stMarkdownContainer"] :is(p, li) { max-width: 31em; }
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
