"""A fold in the browser: a press, Back, a link to a heading."""

import re

from tests.browser.conftest import Lesson
from ui.words import words

MOVE = words("softmax", "en").heading("move")
SIGMOID = words("softmax", "en").heading("sigmoid")


def count(lesson: Lesson, figures: int) -> None:
    lesson.until(f"document.querySelectorAll('.xent').length === {figures}")
    lesson.settle()


def press(lesson: Lesson, heading: str) -> None:
    lesson.page.locator("summary", has_text=heading).click()


def test_a_press_unfolds_and_back_folds_again(visit):
    lesson = visit("/softmax?lang=en", whole=False)
    count(lesson, 2)
    press(lesson, MOVE)
    count(lesson, 3)
    assert lesson.page.url.endswith("&open=move")
    assert lesson.page.get_by_text(MOVE).count() == 1
    lesson.page.go_back()
    count(lesson, 2)
    lesson.page.go_forward()
    count(lesson, 3)
    press(lesson, MOVE)
    count(lesson, 2)
    assert "open=" not in lesson.page.url


def test_what_is_moved_in_a_fold_is_in_a_link_that_opens_it(visit):
    lesson = visit("/softmax?lang=en&open=move", whole=False)
    lesson.type("c", "3")
    lesson.until("location.search.includes('c=3')")
    search = re.sub("&?open=move", "", lesson.page.evaluate("location.search"))
    there = visit(f"/softmax{search}", whole=False)
    count(there, 3)
    assert there.figure(1)["drawn"]["c"] == 3


def test_a_link_to_a_heading_opens_its_fold(visit):
    anchor = SIGMOID.lower().replace(": ", "-").replace(" ", "-")
    lesson = visit(f"/softmax?lang=en#{anchor}", whole=False)
    count(lesson, 3)
    summary = lesson.page.locator("summary", has_text=SIGMOID)
    lesson.until("document.querySelector('.stMain').scrollTop > 0")
    box = summary.bounding_box()
    assert box
    assert 0 <= box["y"] < 400
