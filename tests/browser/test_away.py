"""What one can do while the server is away, and that nothing is lost when it is back."""

import json

import pytest

from tests.browser.conftest import Lesson, Server
from ui.words import LANGUAGES, shared_labels, words

WHOLE = True  # folds, too


def lose(own: Server, lesson: Lesson) -> None:
    """Kill the server and wait until Streamlit has said all that it has to say of it."""
    own.stop()
    lesson.page.wait_for_timeout(5000)


def status(lesson: Lesson) -> str:
    return lesson.page.locator(".xent-status").first.inner_text()


def connected(lesson: Lesson) -> None:
    lesson.until(
        "document.querySelector('.stApp').dataset.testConnectionState === 'CONNECTED'", 25_000
    )


def back(lesson: Lesson) -> None:
    lesson.until("document.querySelector('.xent-status').textContent === ''", 25_000)
    connected(lesson)
    lesson.page.wait_for_timeout(1500)
    lesson.settle()


def focused(lesson: Lesson) -> str:
    return lesson.page.evaluate(
        "document.activeElement.id || document.activeElement.getAttribute('aria-label')"
        " || document.activeElement.textContent"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_one_drags_follows_by_mouse_and_by_key_while_the_server_is_away(visit, own, language):
    lesson = visit(f"/softmax?lang={language}", base=own.url)
    lesson.slider("z0").focus()
    lose(own, lesson)
    assert status(lesson) == shared_labels(language)["lost"]
    assert focused(lesson) == "softmax-z0"
    lesson.page.keyboard.press("ArrowRight")
    assert lesson.figure()["drawn"]["z0"] == 1.1
    x, y = lesson.grab("z0", 0.5)
    before = lesson.figure()["drawn"]["z0"]
    lesson.page.mouse.move(x + 60, y)
    moved = lesson.figure()["drawn"]["z0"]
    lesson.page.mouse.up()
    assert moved > before
    assert lesson.page.get_by_test_id("stDialog").count() == 0
    lesson.slider("z0").focus()
    own.start()
    back(lesson)
    assert focused(lesson) == "softmax-z0"
    assert lesson.figure()["drawn"]["z0"] == moved
    assert f"z={moved},2" in lesson.page.url
    assert lesson.errors == []


@pytest.mark.parametrize("path", ["/softmax?lang=en", "/training?lang=en"])
def test_the_first_press_is_not_lost(visit, own, path):
    lesson = visit(path, base=own.url)
    own.stop()
    lesson.until("document.querySelector('.stApp').dataset.testConnectionState !== 'CONNECTED'")
    own.start()
    lesson.page.get_by_role("button", name="中文").click()  # at once when it can be pressed
    title = words(path[1:].partition("?")[0], "zh").title
    lesson.page.get_by_role("heading", name=title, exact=True).wait_for()
    assert "lang=zh" in lesson.page.url


def test_a_button_of_the_player_has_the_focus_again(visit, own):
    lesson = visit("/training?lang=en", base=own.url)
    name = words("training", "en").label("one_step")
    lesson.page.locator(".xent-player").get_by_role("button", name=name, exact=True).focus()
    lose(own, lesson)
    assert focused(lesson) == name
    own.start()
    back(lesson)
    assert focused(lesson) == name
    lesson.page.keyboard.press("Enter")
    lesson.until("document.querySelector('.xent').dataset.step === '1'")


OWN_TEXT = "To be, or not to be: 生存还是毁灭 😀"


def box(lesson: Lesson):
    return lesson.page.locator("textarea").first


def paste(lesson: Lesson, text: str) -> None:
    box(lesson).fill(text)
    box(lesson).press("Control+Enter")
    lesson.page.wait_for_timeout(1000)
    lesson.settle()


@pytest.mark.parametrize("how", ["a new server", "a new session"])
def test_ones_own_text_is_still_there(visit, own, how):
    lesson = visit("/entropy?lang=en", base=own.url)
    paste(lesson, OWN_TEXT)
    figure = lesson.page.locator(".xent", has_text=words("entropy", "en").label("symbols"))
    shown = figure.last.inner_text()
    if how == "a new server":
        own.stop()
        own.start()
        connected(lesson)
        lesson.page.wait_for_timeout(3000)
    else:
        lesson.page.reload()
        lesson.ready()
    lesson.until(f"document.querySelector('textarea')?.value === {OWN_TEXT!r}")
    lesson.settle()
    lesson.page.wait_for_timeout(1000)
    assert figure.last.inner_text() == shown
    assert OWN_TEXT[:5] not in lesson.page.url
    paste(lesson, "abcabc")
    lesson.page.reload()
    lesson.ready()
    lesson.until("document.querySelector('textarea')?.value === 'abcabc'")
    assert lesson.errors == []


def test_a_text_stays_in_its_tab_and_one_that_is_too_long_is_not_kept(visit):
    lesson = visit("/entropy?lang=en")
    first = box(lesson).input_value()
    paste(lesson, OWN_TEXT)
    other = visit("/entropy?lang=en")
    other.until(f"document.querySelector('textarea').value === {json.dumps(first)}")
    other.page.evaluate("sessionStorage.setItem('xent text', 'x'.repeat(10**6))")
    other.page.reload()
    other.ready()
    other.page.wait_for_timeout(1000)
    assert box(other).input_value() == first
    assert other.errors == []
