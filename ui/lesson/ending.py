"""How a lesson ends: what one can say now, what was answered, the sentence to take home."""

import re

import streamlit as st

from ui.state import questions
from ui.words import Words

_PLACE = re.compile(r"\{\{\w+\}\}")


def answers_in_words(text: Words) -> str:
    """Return a list of the questions that have been answered, as the address says.

    Their numbers are the figure's, which goes on while this list stays: "…" is in their place.
    """
    asked = (text.parts[name] for name in questions.answers() if name in text.parts)
    return "\n".join(f"- ✓ {_PLACE.sub('…', one)}" for one in asked)


def show_end(text: Words) -> None:
    """Show a lesson's end."""
    with st.container(key="xent-end"):
        say, asked = st.columns(2, gap="large")
        with say:
            st.markdown(f"## {text.label('can_say')}")
            st.markdown(text("now"))
            label, sentence = text.label("take_home"), text("takeaway")
            st.info(f"**{label}** · {sentence}", icon=":material/lightbulb:")
        with asked:
            if answered := answers_in_words(text):
                st.markdown(f"## {text.label('was_asked')}")
                st.markdown(answered)
