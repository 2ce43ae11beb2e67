"""No line begins with a punctuation mark, neither behind a formula nor behind a term."""

import pytest

from tests.browser.conftest import JS
from tests.browser.test_pages import PAGES
from ui.app.navigation import LESSONS
from ui.words import words

WHOLE = True  # folds, too

LINE_STARTS = (JS / "line_starts.js").read_text("utf-8")
MARKS = "，。；：、？！）”,.;:?!)"


def all_answered(name: str) -> str:
    """What a link says where all questions of a lesson have been answered, their verdicts told."""
    asked = (part.removesuffix("-told") for part in words(name, "zh").parts if "-told" in part)
    return ",".join(f"{one}.0" for one in asked)


@pytest.mark.parametrize("path", PAGES)
def test_no_line_of_a_phone_begins_with_punctuation(visit, path):
    name = path.strip("/") or LESSONS[0].name
    link = f"{path}?lang=zh&said={all_answered(name)}"
    found, marks = visit(link, width=390, height=844).calm().page.evaluate(LINE_STARTS, MARKS)
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
