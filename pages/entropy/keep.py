"""What a reader has typed and no link holds: the tab keeps it for a session that is new."""

import functools
from typing import Any

import streamlit as st

from ui.assets import asset_url

_LOADER = """
export default async function (component) {
  const { mount } = await import(new URL("KEEP_JS", window.location.origin).href)
  mount(component)
}
"""


@functools.cache
def _component() -> Any:
    return st.components.v2.component(
        "xent_keep",
        js=_LOADER.replace("KEEP_JS", asset_url("pages/entropy/keep.js")),
        isolate_styles=False,
    )


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
    _component()(
        key=key, data={"name": name, "text": text, "limit": limit}, on_kept_change=take, height=1
    )
