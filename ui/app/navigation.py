"""The lessons, in their order. A new lesson is one line here and one folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ui.words import words

_PAGES = Path(__file__).parents[2] / "pages"


@dataclass(frozen=True)
class Lesson:
    """A page of the app: its folder in pages/ and its address, and its icon."""

    name: str
    icon: str

    def page(self, language: str):
        """Return Streamlit's page of this lesson, titled in the reader's language."""
        return st.Page(
            _PAGES / self.name / "page.py",
            title=words(self.name, language).title,
            icon=f":material/{self.icon}:",
            url_path=self.name,
            default=self is LESSONS[0],
        )


LESSONS = (
    Lesson("home", "route"),
    Lesson("information", "lightbulb"),
    Lesson("entropy", "account_tree"),
    Lesson("cross_entropy", "area_chart"),
    Lesson("kl_divergence", "difference"),
    Lesson("one_hot", "looks_one"),
    Lesson("softmax", "bar_chart"),
    Lesson("overflow", "bolt"),
    Lesson("inside_pytorch", "memory"),
    Lesson("training", "model_training"),
)


def pages(language: str) -> dict[str, "st.Page"]:
    """Return Streamlit's pages by name."""
    return {lesson.name: lesson.page(language) for lesson in LESSONS}


def link_to(name: str, query: Mapping[str, str], label: str, language: str) -> None:
    """Link to a lesson with the state to open it with."""
    lesson = next(lesson for lesson in LESSONS if lesson.name == name)
    st.page_link(lesson.page(language), label=label, query_params={"lang": language, **query})
