"""The lessons' order: groups that stand together, and the lesson before and after each."""

import pytest

from ui.app.navigation import LESSONS, groups, neighbours, pages
from ui.words import LANGUAGES, shared_labels


def test_each_group_stands_together_and_all_lessons_are_in_one():
    keys = [key for key, _ in groups()]
    assert len(keys) == len(set(keys))
    assert [lesson for _, some in groups() for lesson in some] == list(LESSONS)


def test_one_comes_from_the_first_lesson_to_the_last_and_back():
    way = [LESSONS[0]]
    while after := neighbours(way[-1].name)[1]:
        assert neighbours(after.name)[0] is way[-1]
        way.append(after)
    assert way == list(LESSONS)
    assert neighbours(way[0].name)[0] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_groups_are_named_in_the_readers_language(language):
    labels = shared_labels(language)
    assert list(pages(language)) == [labels[key] if key else "" for key, _ in groups()]
