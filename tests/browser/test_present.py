"""The present view, as a teacher has it: every figure on a projector, keys, a plan."""

import json
import re

import pytest

from tests.browser.conftest import JS, LESSONS, Lesson
from ui.words import shared_labels

SLIDE = (JS / "slide.js").read_text("utf-8")
PATHS = ["/" if lesson is LESSONS[0] else f"/{lesson.name}" for lesson in LESSONS]
SIZES = {(1280, 800): 20, (1920, 1080): 28}


def presented(visit, path: str, **options) -> Lesson:
    """Open a page and present the figure in sight."""
    lesson = visit(path, **options).calm()
    lesson.page.keyboard.press("p")
    lesson.until("document.querySelector('[data-slide=figure]')")
    return lesson.calm()


def figure(lesson: Lesson) -> str:
    return lesson.page.locator("[data-slide=figure]").get_attribute("data-key")


def press(lesson: Lesson, key: str) -> None:
    lesson.page.keyboard.press(key)
    lesson.calm()


def turned(lesson: Lesson, key: str = "PageDown") -> bool:
    """Press a key that turns to another figure; False if there is none."""
    before = lesson.page.url
    lesson.page.keyboard.press(key)
    try:
        lesson.until(f"location.href !== {json.dumps(before)}", timeout=2_000)
    except Exception:  # Playwright's, of time
        return False
    lesson.until("document.querySelector('[data-slide=figure]')")
    lesson.calm()
    return True


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", PATHS)
def test_every_figure_can_be_read_from_the_back_row(visit, path, language, width, height):
    lesson = presented(visit, f"{path}?lang={language}", width=width, height=height)
    seen = []
    while True:
        slide = lesson.page.evaluate(SLIDE)
        assert slide["least"] >= SIZES[width, height]
        assert slide["texts"] > 5
        assert slide["wrong"] == [], figure(lesson)
        seen.append(figure(lesson))
        if not turned(lesson):
            break
    assert len(seen) == len(set(seen))
    assert lesson.errors == []


def test_leaving_leads_back_to_the_page_at_that_figure(visit):
    lesson = presented(visit, "/softmax?lang=en")
    page = lesson.page
    assert "view=present&figure=softmax" in page.url
    for name in ("move", "learn", "two"):  # the last two lie in folds
        assert turned(lesson)
        assert figure(lesson) == name
    assert turned(lesson, "PageUp")
    assert figure(lesson) == "learn"
    press(lesson, "Escape")
    lesson.until("!document.documentElement.dataset.view")
    lesson.until("location.search.includes('open=slope')")
    lesson.calm()
    assert "view=" not in page.url
    assert "figure=" not in page.url
    assert page.locator("[data-slide]").count() == 0
    top, bottom = page.evaluate(
        "(({top, bottom}) => [top, bottom])"
        "(document.querySelector('[data-key=learn]').getBoundingClientRect())"
    )
    assert 0 < top < bottom <= 801
    assert page.evaluate("document.querySelector('[data-key=two]')") is None  # folded again
    assert lesson.errors == []


def test_the_button_presents_and_back_leaves(visit):
    lesson = visit("/softmax?lang=en")
    page = lesson.page
    page.get_by_role("button", name="Present", exact=True).click()
    lesson.until("document.querySelector('[data-slide=figure]')")
    page.go_back()
    lesson.until("!document.documentElement.dataset.view")
    assert page.get_by_role("heading", name="Softmax vs argmax").is_visible()
    page.go_forward()
    lesson.until("document.querySelector('[data-slide=figure]')")
    page.get_by_role("button", name="Leave the present view").click()
    lesson.until("!document.documentElement.dataset.view")


def test_a_question_is_answered_by_keys_and_undone(visit):
    lesson = presented(visit, "/softmax?lang=en")
    page = lesson.page
    before = lesson.figure()["drawn"]
    lesson.options("softmax-cool").nth(1).click()
    press(lesson, " ")
    page.locator("[data-slide=verdict]").wait_for()
    lesson.calm()
    assert page.evaluate(SLIDE)["wrong"] == []
    assert lesson.figure()["drawn"] != before
    assert "said=" in page.url
    assert "view=present&figure=softmax" in page.url
    press(lesson, "u")
    lesson.until("!location.search.includes('said=')")
    lesson.calm()
    assert lesson.figure()["drawn"] == before
    assert page.locator("[data-slide=verdict]").count() == 0
    assert figure(lesson) == "softmax"


def test_space_turns_to_the_next_question(visit):
    lesson = presented(visit, "/softmax?lang=en&view=present&figure=move")
    asked = lambda: lesson.page.locator("[data-slide=question]").get_attribute("class")  # noqa: E731
    assert "softmax-divide" in asked()
    press(lesson, " ")
    assert "softmax-shift" in asked()
    press(lesson, " ")
    assert "softmax-divide" in asked()


def test_u_undoes_one_change_after_the_other_and_r_resets(visit):
    lesson = presented(visit, "/softmax?lang=en")
    states = [lesson.figure()["drawn"]]
    for index in (20, 140):
        lesson.set_range("T", index)
        lesson.calm()
        states.append(lesson.figure()["drawn"])
    assert states[0]["T"] != states[1]["T"] != states[2]["T"]
    for wanted in (1, 0, 0):
        press(lesson, "u")
        lesson.page.wait_for_function(
            "([T]) => JSON.parse(document.querySelector('.xent').dataset.drawn).T === T",
            arg=[states[wanted]["T"]],
        )
        lesson.calm()
    lesson.set_range("T", 20)
    lesson.calm()
    press(lesson, "r")
    assert lesson.figure()["drawn"] == states[0]
    assert "view=present&figure=softmax" in lesson.page.url


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_handle_is_under_the_pointer(visit, width, height):
    lesson = presented(visit, "/softmax?lang=en", width=width, height=height)
    page = lesson.page
    x, y = lesson.take_hold("z1")
    for dy in (-80, 60):
        page.mouse.move(x + 3, y + dy, steps=4)
        page.wait_for_timeout(60)
        box = lesson.handle("z1").bounding_box()
        assert box
        assert abs(box["x"] + box["width"] / 2 - x) <= 1
        assert abs(box["y"] + box["height"] / 2 - (y + dy)) <= 1
    page.mouse.up()
    lesson.calm()
    end = lesson.handle("z1").bounding_box()
    assert end == pytest.approx(box, abs=1)


def test_b_blanks_and_a_field_has_its_keys_for_itself(visit):
    lesson = presented(visit, "/softmax?lang=en")
    page = lesson.page
    curtain = page.locator(".xent-present-curtain")
    page.keyboard.press("b")
    assert curtain.is_visible()
    box = curtain.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 1280, "height": 800}
    page.keyboard.press("PageDown")  # only shows the figure again
    assert not curtain.is_visible()
    assert figure(lesson) == "softmax"
    lesson.field("T").click()
    for key in ("p", "b", "?", "u", "PageDown", " ", "r"):
        page.keyboard.press(key)
    assert not curtain.is_visible()
    assert not page.locator(".xent-present-help").is_visible()
    assert figure(lesson) == "softmax"


def test_question_mark_lists_the_keys(visit):
    for language in ("en", "zh"):
        lesson = presented(visit, f"/softmax?lang={language}")
        page = lesson.page
        page.keyboard.press("?")
        listed = page.get_by_role("dialog")
        for name in ("next", "back", "show", "reset", "undo", "hide", "explain", "leave"):
            label = shared_labels(language)[f"present_key_{name}"]
            assert listed.get_by_text(label, exact=True).is_visible()
        page.keyboard.press("Escape")
        assert not listed.is_visible()
        assert figure(lesson) == "softmax"  # Escape has closed the list, and nothing else


def test_the_view_outlives_a_reload_and_another_language(visit):
    lesson = presented(visit, "/softmax?lang=en")
    assert turned(lesson)
    lesson.set_range("s", 40)
    lesson.calm()
    drawn, page = lesson.figure(1)["drawn"], lesson.page
    page.reload()
    lesson.ready()
    lesson.until("document.querySelector('[data-slide=figure]')")
    assert figure(lesson) == "move"
    assert lesson.figure(1)["drawn"] == drawn
    page.evaluate("document.querySelector('[class*=st-key-xent-other-language] button').click()")
    lesson.until("document.documentElement.lang === 'zh-CN'")
    lesson.calm()
    assert figure(lesson) == "move"
    assert "view=present&figure=move" in page.url
    assert lesson.figure(1)["drawn"] == drawn


def test_an_unknown_view_is_told_and_an_unknown_figure_is_the_first(visit):
    lesson = visit("/softmax?lang=en&view=cinema")
    assert lesson.page.get_by_text("“cinema”").is_visible()
    assert lesson.page.locator("[data-slide]").count() == 0
    lesson = visit("/softmax?lang=en&view=present&figure=nowhere")
    lesson.until("document.querySelector('[data-slide=figure]')")
    assert figure(lesson) == "softmax"
    assert "figure=softmax" in lesson.page.url
    assert lesson.errors == []


def test_a_copied_link_has_the_view_of_now(visit):
    lesson = visit("/softmax?lang=en&view=present&figure=softmax")
    page = lesson.page
    page.evaluate("navigator.clipboard.writeText = (text) => { window.copied = text }")
    copy = "document.querySelectorAll('.xent')[{}].querySelector('.xent-tools button').click()"
    lesson.until("document.querySelector('[data-slide=figure]')")
    page.evaluate(copy.format(0))
    assert page.evaluate("window.copied").endswith("view=present&figure=softmax")
    press(lesson, "p")
    page.evaluate(copy.format(1))
    assert not re.search("view=|figure=", page.evaluate("window.copied"))
    assert lesson.errors == []
