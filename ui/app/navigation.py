"""The lessons, in their order and groups. A new lesson is one line here and one folder."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from ui.words import shared_labels, words

_PAGES = Path(__file__).parents[2] / "pages"


@dataclass(frozen=True)
class Lesson:
    """A page of the app: its folder in pages/ and its address, its icon, and its group.

    `group` is the key of the group's name among the shared labels; lessons of a group stand
    together. What is on the path of a first visit takes about so many `minutes`, and builds on
    the lessons that it `needs`.
    """

    name: str
    icon: str
    group: str = ""
    minutes: int = 5
    needs: tuple[str, ...] = ()

    def in_a_line(self, language: str) -> str:
        """What the lesson shows: its words' label `road`."""
        return words(self.name, language).label("road")

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
    Lesson("home", "route", minutes=2),
    Lesson("information", "lightbulb", "group_surprise", 4),
    Lesson("entropy", "account_tree", "group_surprise", 6, ("information",)),
    Lesson("cross_entropy", "area_chart", "group_surprise", 4, ("entropy",)),
    Lesson("kl_divergence", "difference", "group_surprise", 4, ("cross_entropy",)),
    Lesson("one_hot", "looks_one", "group_loss", 3, ("information",)),
    Lesson("softmax", "bar_chart", "group_loss", 4, ("one_hot",)),
    Lesson("overflow", "bolt", "group_machine", 4, ("softmax",)),
    Lesson("inside_pytorch", "memory", "group_machine", 3, ("softmax",)),
    Lesson("training", "model_training", "group_machine", 4, ("softmax",)),
)


def groups() -> list[tuple[str, list[Lesson]]]:
    """Return the groups' keys, in their order, with their lessons."""
    return [(key, list(some)) for key, some in itertools.groupby(LESSONS, lambda one: one.group)]


def pages(language: str) -> dict[str, list["st.Page"]]:
    """Return Streamlit's pages by the names of their groups, in the reader's language."""
    labels = shared_labels(language)
    return {
        labels[key] if key else "": [lesson.page(language) for lesson in some]
        for key, some in groups()
    }


def number(name: str) -> int:
    """Return a lesson's number on the road: the first after home is 1."""
    return [lesson.name for lesson in LESSONS].index(name)


def neighbours(name: str) -> tuple[Lesson | None, Lesson | None]:
    """Return the lesson before a lesson and the one after it; None where there is none."""
    at = [lesson.name for lesson in LESSONS].index(name)
    before, after = LESSONS[max(at - 1, 0) : at], LESSONS[at + 1 : at + 2]
    return (before[0] if before else None), (after[0] if after else None)


def link_to(name: str, query: Mapping[str, str], label: str, language: str) -> None:
    """Link to a lesson with the state to open it with."""
    lesson = next(lesson for lesson in LESSONS if lesson.name == name)
    st.page_link(lesson.page(language), label=label, query_params={"lang": language, **query})
