"""A finger on a slider: up and down it scrolls the page, aside it drags, a tap moves."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Lesson

PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
Swipe = Callable[[float, float], None]


def finger(lesson: Lesson, name: str, part: float) -> Swipe:
    """A finger that comes down at a part of a slider's track, goes so far, and is lifted."""
    lesson.slider(name).evaluate("(node) => node.scrollIntoView({block: 'center'})")
    lesson.settle()
    box = lesson.slider(name).bounding_box()
    assert box
    x, y = box["x"] + part * box["width"], box["y"] + box["height"] / 2
    touch = lesson.page.context.new_cdp_session(lesson.page)

    def swipe(across: float, down: float, steps: int = 12) -> None:
        def send(kind: str, points: list[dict[str, float]]) -> None:
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        send("touchStart", [{"x": x, "y": y}])
        for step in range(1, steps + 1):
            send("touchMove", [{"x": x + across * step / steps, "y": y + down * step / steps}])
        send("touchEnd", [])

    return swipe


def scrolled(lesson: Lesson) -> float:
    return lesson.page.evaluate("document.querySelector('.stMain').scrollTop")


@pytest.mark.parametrize("down", [-200, 200])
def test_a_swipe_over_a_track_scrolls_and_changes_nothing(visit, down):
    lesson = visit("/softmax", **PHONE)
    before, address = lesson.figure(), lesson.page.url
    swipe = finger(lesson, "z2", 0.9)
    was = scrolled(lesson)
    swipe(0, down)
    lesson.until(f"document.querySelector('.stMain').scrollTop !== {was}")
    lesson.settle()
    assert (scrolled(lesson) - was) * down < 0
    assert lesson.figure() == before
    assert lesson.page.url == address


def test_a_finger_that_goes_aside_drags(visit):
    lesson = visit("/softmax", **PHONE)
    before = lesson.figure()["drawn"]
    swipe = finger(lesson, "z2", 0.65)
    was = scrolled(lesson)
    swipe(60, 3)
    lesson.settle()
    drawn = lesson.figure()["drawn"]
    assert drawn["z2"] > before["z2"] + 1
    assert drawn == {**before, "z2": drawn["z2"]}
    assert scrolled(lesson) == was
    assert f",{drawn['z2']:g}," in lesson.page.url


def test_a_tap_moves(visit):
    lesson = visit("/softmax", **PHONE)
    before = lesson.figure()["drawn"]
    finger(lesson, "z2", 0.9)(0, 0)
    lesson.until("location.search.includes('z=')")
    lesson.settle()
    drawn = lesson.figure()["drawn"]
    assert 7 < drawn["z2"] < 10
    assert drawn == {**before, "z2": drawn["z2"]}
