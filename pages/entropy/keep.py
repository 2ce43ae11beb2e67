"""What a reader has typed and no link holds: the tab keeps it for a session that is new."""

import streamlit as st

from ui.assets import component


def keep_in_tab(name: str, limit: int) -> None:
    """Have the tab keep the text `st.session_state[name]`, or give it back where there is none.

    A text of more than `limit` UTF-16 units is not kept.
    """
    key = f"{name} in the tab"

    def take() -> None:
        kept = (st.session_state.get(key) or {}).get("kept")
        if isinstance(kept, str) and len(kept) <= limit and name not in st.session_state:
            st.session_state[name] = kept

    text = st.session_state.get(name)
    keep = component("xent_keep", "pages/entropy/keep.js")
    keep(key=key, data={"name": name, "text": text, "limit": limit}, on_kept_change=take, height=1)
