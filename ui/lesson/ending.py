"""How a lesson ends: what one can say now, what was answered, the sentence to take home."""

import re

import streamlit as st

from ui.state import questions
from ui.words import Words

_PLACE = re.compile(r"\{\{\w+\}\}")


def answers_in_words(text: Words) -> str:
    """Return a list of the questions that have been answered, and whether well.

    One in a fold that is closed has not been asked: what its numbers are nobody knows.
    """
    asked = questions.asked()
    lines = []
    for name, at in questions.answers().items():
        if name in asked:
            lines.append(f"- {'✓' if asked[name].right == at else '✗'} {asked[name].said}")
        elif name in text.parts:
            lines.append(f"- {_PLACE.sub('…', text.parts[name])}")
    return "\n".join(lines)


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
