"""Widgets that show the state, and fields for typed arrays among them.

What cannot be used stays in its field, with a sentence and a way on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from ui.state import typed
from ui.state.links import quoted
from ui.words import Words


def linked(key: str, shown: Any, take: Callable[[Any], None]) -> dict[str, Any]:
    """Return what makes a widget show a part of the state; `take` is told what is chosen instead.

    A second click on what is chosen chooses nothing, and is not told.
    """
    st.session_state[key] = shown

    def changed() -> None:
        if st.session_state[key] is not None:
            take(st.session_state[key])

    return {"key": key, "on_change": changed}


@dataclass(frozen=True)
class Field:
    """A field that shows an array and takes another: `read` raises UnreadableError."""

    key: str
    shown: str  # how the state is written; a problem is told until this changes
    read: Callable[[str], Any]
    take: Callable[[Any], None]
    decimal: bool = True  # its numbers may have digits behind a point

    def show(self, label: str, area: bool = False) -> None:
        """Show the field itself."""
        problem = self._problem
        shown = linked(self.key, problem[0] if problem else self.shown, self._take)
        if area:
            st.text_area(label, height=110, max_chars=typed.MAX_TEXT, **shown)
        else:
            st.text_input(label, max_chars=typed.MAX_TEXT, **shown)

    def say(self, text: Words) -> None:
        """Say what is wrong with what was typed, or how its commas were taken."""
        if self._problem:
            said, error = self._problem
            st.warning(text.label(f"typed_{error.why}", **error.values))
            if isinstance(error, typed.AmbiguousError):
                with st.container(horizontal=True):
                    for i, reading in enumerate(error.readings):
                        key = f"{self.key} reading {i}"
                        st.button(quoted(reading), key=key, on_click=self._take, args=(reading,))
        said, shown = st.session_state.get(self._commas, ("", ""))
        if said and shown in (None, self.shown):  # until the state is changed again
            st.session_state[self._commas] = said, self.shown
            read, point = self.shown.replace("\n", "; "), said.strip().replace(",", ".")
            st.info(text.label("typed_commas", read=quoted(read), point=quoted(point)))

    @property
    def _problem(self) -> tuple[str, typed.UnreadableError] | None:
        shown, *problem = st.session_state.get(f"{self.key} problem", (None, "", None))
        if shown != self.shown:  # the state was changed from elsewhere meanwhile
            st.session_state.pop(f"{self.key} problem", None)
            return None
        return problem[0], problem[1]

    @property
    def _commas(self) -> str:
        return f"{self.key} commas"

    def _take(self, said: str) -> None:
        st.session_state.pop(f"{self.key} problem", None)
        st.session_state.pop(self._commas, None)
        try:
            found = self.read(said)
        except typed.UnreadableError as error:
            st.session_state[f"{self.key} problem"] = (self.shown, said, error)
            return
        if self.decimal and typed.has_decimal_comma(said):
            st.session_state[self._commas] = said, None
        self.take(found)
