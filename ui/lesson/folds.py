"""A fold: what is not on the path of a first visit, and costs nothing before it is opened."""

from collections.abc import Callable

import streamlit as st

from ui.state import address, folds


def fold(heading: str, mark: str, name: str, show: Callable[[], None], wanted: bool) -> None:
    """Show a heading that unfolds what `show` shows; `mark` says that it is off the path.

    It is open where the address says so by its `name`, or where it is `wanted`: see
    `ui.state.folds`. What is closed is neither computed nor sent.
    """
    key = f"xent fold {address.page()} {name}"

    def turned() -> None:
        folds.turn(name, st.session_state[key], wanted)

    st.session_state[key] = folds.is_open(name, key, wanted)
    box = st.expander(f"**{heading}** :small[· {mark}]", key=key, on_change=turned)
    if box.open:
        with box:
            show()
