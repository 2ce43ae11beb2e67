"""A fold in the browser: a press, Back, a link to a heading."""

import re

from tests.browser.conftest import Lesson
from ui.words import words

SQUARED = words("softmax", "en").heading("squared")
SIGMOID = words("softmax", "en").heading("sigmoid")


def count(lesson: Lesson, figures: int) -> None:
    lesson.until(f"document.querySelectorAll('.xent').length === {figures}")
    lesson.settle()


def press(lesson: Lesson, heading: str) -> None:
    lesson.page.locator("summary", has_text=heading).click()


def test_a_press_unfolds_and_back_folds_again(visit):
    lesson = visit("/softmax?lang=en")
    count(lesson, 3)
    press(lesson, SQUARED)
    count(lesson, 4)
    assert lesson.page.url.endswith("&open=squared")
    assert lesson.page.get_by_text(SQUARED).count() == 1
    lesson.page.go_back()
    count(lesson, 3)
    lesson.page.go_forward()
    count(lesson, 4)
    press(lesson, SQUARED)
    count(lesson, 3)
    assert "open=" not in lesson.page.url


def test_what_is_moved_in_a_fold_is_in_a_link_that_opens_it(visit):
    lesson = visit("/softmax?lang=en&open=squared")
    lesson.type("u", "3")
    lesson.until("location.search.includes('u=3')")
    search = re.sub("&?open=squared", "", lesson.page.evaluate("location.search"))
    there = visit(f"/softmax{search}")
    count(there, 4)
    assert any(there.figure(at)["drawn"].get("u") == 3 for at in range(4))


def test_a_link_to_a_heading_opens_its_fold(visit):
    anchor = SIGMOID.lower().replace(": ", "-").replace(" ", "-")
    lesson = visit(f"/softmax?lang=en#{anchor}")
    count(lesson, 4)
    summary = lesson.page.locator("summary", has_text=SIGMOID)
    lesson.until("document.querySelector('.stMain').scrollTop > 0")
    box = summary.bounding_box()
    assert box
    assert 0 <= box["y"] < 400
