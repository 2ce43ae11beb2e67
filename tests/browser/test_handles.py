"""Every handle of every figure follows the hand: by mouse in six directions, and by key."""

import math

import pytest

from tests.browser.conftest import Lesson
from tests.browser.test_pages import PAGES

WHOLE = True  # folds, too

# Where a lesson has to be opened so that all of its handles have somewhere to go.
AT = {"/training": "/training?run=epochs:200&at=190"}
FAR = 60  # px
DIRECTIONS = [(FAR * math.cos(turn), FAR * math.sin(turn)) for turn in
              (0, math.pi, math.pi / 2, -math.pi / 2, math.pi / 4, -3 * math.pi / 4)]  # fmt: skip
KEYS = {"ArrowRight": (1, 0), "ArrowLeft": (-1, 0), "ArrowUp": (0, -1), "ArrowDown": (0, 1)}
ROUNDING = 1.0  # px

# The page may be made anew while one looks: then it is the handle of the same name. And what a
# handle loads may be of another height above it: within its stage, a handle's place is its own.
PLACE = """async ({ id }, within) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    await frame()
    await frame()
    let box = document.getElementById(id)?.getBoundingClientRect()
    for (let waits = 0; waits < 60 && !box?.width; waits++) {
        await frame()
        box = document.getElementById(id)?.getBoundingClientRect()
    }
    const stage = document.getElementById(id).closest(".xent-stage").getBoundingClientRect()
    const [left, top] = within ? [stage.x, stage.y] : [0, 0]
    return [box.x + box.width / 2 - left, box.y + box.height / 2 - top]
}"""


def opened(visit, path: str) -> Lesson:
    lesson = visit(AT.get(path, path))
    if path == "/training":
        lesson.until("document.querySelector('.xent').dataset.step === '190'")
        lesson.set_range("step", 95)
    return lesson


def handles(lesson: Lesson):
    return [node for node in lesson.page.locator(".xent-handle").all() if node.is_visible()]


def pulled(lesson: Lesson, node) -> list[str]:
    """Pull a handle to six places around it, and let it go where it began."""
    node.scroll_into_view_if_needed()
    name = node.get_attribute("id")
    x, y = node.evaluate(PLACE)
    mouse, found, moved = lesson.page.mouse, [], False
    mouse.move(x, y)
    mouse.down()
    for dx, dy in DIRECTIONS:
        mouse.move(x + dx, y + dy)
        at = node.evaluate(PLACE)
        away = math.dist(at, (x + dx, y + dy))
        moved = moved or math.dist(at, (x, y)) > ROUNDING
        if away > FAR + ROUNDING:
            found.append(f"{name}: pulled by {dx:.0f}, {dy:.0f} it is {away:.0f} px from the hand")
    mouse.move(x, y)
    mouse.up()
    lesson.settle()
    return found if moved else [*found, f"{name}: no pull moves it"]


def pushed(lesson: Lesson, node) -> list[str]:
    """Push a handle by the arrow keys: never against a key, and one of them moves it.

    All are held until the end: the server hears of a key when it is let go.
    """
    name, found, moved = node.get_attribute("id"), [], False
    node.focus()
    x, y = node.evaluate(PLACE, True)
    for key, (right, down) in KEYS.items():
        lesson.page.keyboard.down(key)
        to_x, to_y = node.evaluate(PLACE, True)
        moved = moved or math.dist((x, y), (to_x, to_y)) > 0.05
        along = (to_x - x) * right + (to_y - y) * down
        upright = "xent-handle-bar" in node.get_attribute("class") and right
        if along < -ROUNDING and not upright:
            found.append(f"{name}: {key} moves it by {to_x - x:.1f}, {to_y - y:.1f}")
        x, y = to_x, to_y
    for key in KEYS:
        lesson.page.keyboard.up(key)
    lesson.settle()
    return found if moved else [*found, f"{name}: no key moves it"]


@pytest.mark.parametrize("path", PAGES)
def test_every_handle_follows_the_hand_and_the_keys(visit, path):
    lesson = opened(visit, path)
    found = []
    for node in handles(lesson):
        found += pulled(lesson, node)
        found += pushed(lesson, node)
    assert found == []
    assert lesson.errors == []


PARTS = (0.3, 0.5, 0.8)  # of the way across the map, and up


def pulled_over_a_map(lesson: Lesson, picture, axis: int) -> list[tuple[float, float]]:
    """Press a map and pull; return where its place was, in parts of the map."""
    x, y, width, height = picture.evaluate(
        """(node, axis) => {
            const { [`xaxis${axis}`]: x, [`yaxis${axis}`]: y } = node._fullLayout
            const box = node.getBoundingClientRect()
            return [box.x + x._offset, box.y + y._offset, x._length, y._length]
        }""",
        axis,
    )
    mouse, places = lesson.page.mouse, []
    mouse.move(x + 0.3 * width, y + 0.3 * height)
    mouse.down()
    for part in PARTS:
        mouse.move(x + part * width, y + part * height)
        lesson.page.wait_for_timeout(50)
        place = picture.evaluate(
            """(node, axis) => {
                const { [`xaxis${axis}`]: x, [`yaxis${axis}`]: y } = node._fullLayout
                const here = (t) => t.xaxis === `x${axis}` && t.x?.length === 1
                const trace = node.data.find(here)
                return [x.l2p(trace.x[0]) / x._length, y.l2p(trace.y[0]) / y._length]
            }""",
            axis,
        )
        places.append(tuple(place))
    mouse.up()
    lesson.settle()
    return places


def test_a_place_on_a_small_map_goes_to_where_it_is_pulled(visit):
    lesson = visit("/overflow?at=40")
    picture = lesson.page.locator(".xent-picture:has(.subplot.x2y2)").last
    picture.scroll_into_view_if_needed()
    for axis in range(2, 9):
        for part, place in zip(PARTS, pulled_over_a_map(lesson, picture, axis), strict=True):
            assert place == pytest.approx((part, part), abs=0.06), axis
