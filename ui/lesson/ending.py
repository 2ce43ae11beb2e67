"""How a lesson ends: what one can say now, what was answered, the sentence to take home."""

import streamlit as st

from ui.state import questions
from ui.words import Words

_SIGNS = {True: "✓", False: "✗", None: "○"}
_STATES = {True: "state_right", False: "state_not_yet", None: "state_open"}


def answers_in_words(text: Words) -> str:
    """Return a list of the questions that have been asked, each with a sign and a word."""
    given = questions.answers()
    lines = []
    for name, one in questions.asked().items():
        state = given[name] == one.right if name in given else None
        lines.append(f"- {_SIGNS[state]} **{text.label(_STATES[state])}** · {one.label}")
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
            if questions.asked():
                st.markdown(f"## {text.label('was_asked')}")
                st.markdown(answers_in_words(text))
