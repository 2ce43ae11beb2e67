"""The editor of a lesson's classes: how many there are, and what they are called."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from ui.lesson.fields import Field
from ui.state import links
from ui.state.typed import UnreadableError
from ui.words import Words


@dataclass(frozen=True)
class Classes:
    """Classes that one may edit, `least` to `most` of them.

    Their names are one word for a list of the app's, which is in labels.toml (`lists` says how
    many names each has), or a list that somebody typed. `put` changes the state: it is given the
    number of classes and their names.
    """

    key: str
    least: int
    most: int
    lists: Mapping[str, int]
    put: Callable[[int, str], None]

    def named(self, text: Words, names: str, count: int) -> tuple[str, ...]:
        """Return what each class is called, in the reader's language where it is the app's."""
        known = text.label(f"list_{names}") if names in self.lists else names
        return links.read_names(known)[:count]

    def editor(self, text: Words, names: str, count: int) -> None:
        """Show the editor."""
        with st.container(horizontal=True):
            for label, by, end in (("class_more", 1, self.most), ("class_fewer", -1, self.least)):
                change = names, self.named(text, names, count), count + by
                st.button(
                    text.label(label), on_click=self._resize, args=change, disabled=count == end
                )
        shown = ", ".join(self.named(text, names, count))
        field = Field(f"xent names of {self.key}", shown, self._read, self._rename, decimal=False)
        field.show(text.label("class_names"))
        field.say(text)

    def _resize(self, names: str, shown: tuple[str, ...], count: int) -> None:
        """Let there be so many; the others keep their names."""
        enough = self.lists.get(names, 0) >= count
        self.put(count, names if enough else _as_many(shown, count))

    def _read(self, typed: str) -> tuple[str, ...]:
        """Return the typed names; UnreadableError if they are no names, too few or too many."""
        try:
            names = links.read_names(typed)
        except ValueError:
            names = ()
        if not self.least <= len(names) <= self.most:
            bounds = {"least": self.least, "most": self.most, "longest": links.NAME_LENGTH}
            raise UnreadableError("no_names", what=links.quoted(typed[:60]), **bounds)
        return names

    def _rename(self, names: tuple[str, ...]) -> None:
        """Take names; their number is the number of classes."""
        self.put(len(names), ",".join(names))


def _as_many(names: tuple[str, ...], count: int) -> str:
    """Return so many names: those there are, then letters that are not taken."""
    spare = (letter for letter in "ABCDEFGHIJKLMNOPQRST" if letter not in names)
    more = (next(spare) for _ in range(count - len(names)))
    return ",".join([*names, *more][:count])
