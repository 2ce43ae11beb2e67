"""Whatever path leads to a state, it looks as its link does.

`make walks SEED=7 WALKS=200` walks other ways; a walk's seed is in its test's name, so that it can
be walked again.
"""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Lesson, Server, Tabs
from tests.browser.test_pages import PAGES
from tests.browser.walks import walked
from ui.words import LANGUAGES

SEED = os.environ.get("SEED", "1")
WALKS = int(os.environ.get("WALKS", len(PAGES) * len(LANGUAGES)))
STEPS = 4
KINDS = [(path, language) for path in PAGES for language in LANGUAGES]
SEEDS = [(f"{SEED}.{i // len(KINDS)}", *KINDS[i % len(KINDS)]) for i in range(WALKS)]


SIZE = {"viewport": {"width": 1280, "height": 800}, "locale": "en-US"}


@pytest.fixture
def tab(tabs: Tabs, server: Server) -> Iterator[Callable[[], Lesson]]:
    taken = []

    def take() -> Lesson:
        taken.append(Lesson(tabs.take(SIZE), server.url))
        return taken[-1]

    yield take
    for lesson in taken:
        tabs.give_back(lesson, SIZE)


@pytest.fixture
def another(tab: Callable[[], Lesson]) -> Page:
    return tab().page


@pytest.fixture
def lesson(tab: Callable[[], Lesson]) -> Lesson:
    return tab()


@pytest.mark.parametrize(("seed", "path", "language"), SEEDS)
def test_a_page_shows_what_a_fresh_page_of_its_address_shows(lesson, another, seed, path, language):
    lesson.open(f"{path}?lang={language}")
    told, found = walked(lesson, another, f"{seed} {path} {language}", STEPS)
    assert found == [], told
