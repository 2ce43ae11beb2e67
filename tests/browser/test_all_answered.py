"""What is true of a lesson whose questions are all answered, with all folds open.

A lesson is opened by such a link once in each language; the Chinese ones as a phone opens them.
"""

import re
from collections.abc import Iterator

import pytest

from tests.browser.conftest import JS, Lesson, Server, Tabs
from tests.browser.test_every_page import KINDS, OPEN_ALL, SCHEME, WIDE, set_width, violations
from tests.browser.test_pages import PAGES
from ui.app.navigation import LESSONS
from ui.words import words

SIZES = {"en": (WIDE, 800), "zh": (390, 844)}
LINE_STARTS = (JS / "line_starts.js").read_text("utf-8")
MARKS = "，。；：、？！）”,.;:?!)"
# a language for each lesson: axe takes its time
LOOKED_AT = [(path, ("en", "zh")[i % 2]) for i, path in enumerate(PAGES)]


def told(name: str) -> list[str]:
    """The questions of a lesson."""
    parts = words(name, "en").parts
    return [part for part in parts if f"{part}-told" in parts and re.fullmatch("[a-z0-9_]+", part)]


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: "-".join(kind))
def answered(request, tabs: Tabs, server: Server) -> Iterator[tuple[Lesson, str, str]]:
    """A lesson that stays open for all tests of this file, its path and its language."""
    path, language = request.param
    width, height = SIZES[language]
    kind = {"locale": "en-US", "viewport": {"width": width, "height": height}}
    lesson = Lesson(tabs.take(kind), server.url)
    asked = told(path.strip("/") or LESSONS[0].name)
    said = ",".join(f"{name}.{i % 3}" for i, name in enumerate(asked))
    yield lesson.open(f"{path}?lang={language}&open=all&said={said}").calm(), path, language
    tabs.give_back(lesson, kind)


# what stands in the page's text outside code and formulas, a line for each block
ASTERISKS = """() => [...document.querySelectorAll('.stMain :is(p, li, td, th, summary)')]
    .filter((node) => {
        const seen = node.cloneNode(true)
        seen.querySelectorAll('code, pre, .katex').forEach((one) => one.remove())
        return seen.textContent.includes('*')
    }).map((node) => node.textContent)"""


def test_no_mark_of_markdown_is_shown(answered):
    lesson, _, _ = answered
    assert lesson.page.evaluate(ASTERISKS) == []


def test_no_line_of_a_phone_begins_with_punctuation(answered):
    """Neither behind a formula nor behind a term."""
    lesson, _, language = answered
    if language == "en":
        pytest.skip("an English line is broken at spaces only")
    found, marks = lesson.page.evaluate(LINE_STARTS, MARKS)
    assert found == []
    assert marks > 20


def test_a_mark_that_begins_a_line_is_seen(visit):
    lesson = visit("/?lang=zh", width=390, height=844)
    lesson.page.evaluate(
        """() => document.querySelector('.stMarkdown p').innerHTML =
            '<span style="display: inline-block; width: calc(100% - 4px)">…</span>，然后'"""
    )
    found, _ = lesson.page.evaluate(LINE_STARTS, MARKS)
    assert [one for one in found if one.startswith("，然后")]


def test_axe_finds_no_violation_once_all_is_answered_and_open(answered):
    lesson, path, language = answered
    if (path, language) not in LOOKED_AT:
        pytest.skip("it is looked at in the other language")
    lesson.page.emulate_media(color_scheme=SCHEME[language])
    set_width(lesson, *SIZES["en"])
    lesson.page.evaluate(OPEN_ALL)
    lesson.page.wait_for_timeout(500)  # an expander opens slowly
    assert violations(lesson.calm()) == []
