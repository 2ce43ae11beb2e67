"""What is true of the main figure of every lesson: each move of the hand is a new picture."""

from collections.abc import Callable

from tests.browser.conftest import Lesson
from tests.browser.test_pages import PAGES

MOVES = 16
STEP = 4  # px
WIDER = {"/training": 11}  # its slider has a stop for every 5 or 6 px
THUMB = 17.6  # px, whose middle goes from one end of the slider to the other

# a pair whose bars have somewhere to go in both directions
PAIR = "?p=4,3,2,1&q=1,2,3,4"
AT = {"/cross_entropy": PAIR, "/kl_divergence": PAIR}

# All that Plotly has drawn of its data: bars, lines and points.
OUTLINE = """async () => {
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    for (let i = 0; i < 3; i++) await frame() // a run's figure is drawn a frame later than others
    const paths = document.querySelector('.xent-picture').querySelectorAll('.trace path')
    return [...paths].map((p) => p.getAttribute('d') + p.getAttribute('transform')).join()
}"""


def take_hold_of_the_first(lesson: Lesson) -> tuple[float, float, bool]:
    """Press the mouse on the figure's first slider, else on its first handle.

    Return where the mouse is, and whether it has to go up (a bar's handle) or aside.
    """
    figure = lesson.page.locator(".xent").first
    slider = figure.locator(".xent-range")
    on_a_line = slider.count() > 0
    node = slider.first if on_a_line else figure.locator(".xent-handle").first
    node.scroll_into_view_if_needed()
    box = node.bounding_box()
    assert box
    part = node.evaluate("e => (e.value - e.min) / (e.max - e.min)") if on_a_line else 0.5
    along = THUMB / 2 + part * (box["width"] - THUMB) if on_a_line else box["width"] / 2
    x, y = box["x"] + along, box["y"] + box["height"] / 2
    lesson.page.mouse.move(x, y)
    lesson.page.mouse.down()
    return x, y, not on_a_line


def opened(follow: Callable[..., Lesson], path: str) -> Lesson:
    """Open a lesson; a run has nothing to look back at before some of it has been trained."""
    if path != "/training":
        return follow(path + AT.get(path, ""))
    lesson = follow("/training?run=epochs:200&at=190")
    lesson.until("document.querySelector('.xent').dataset.step === '190'")
    lesson.set_range("step", 60)
    return lesson


def pictures(lesson: Lesson, wide: int = STEP) -> int:
    """Count the different pictures of a drag of so many moves."""
    seen = {lesson.page.evaluate(OUTLINE)}
    x, y, upright = take_hold_of_the_first(lesson)
    for step in range(1, MOVES + 1):
        way = wide * (step if step <= MOVES / 2 else MOVES / 2 - step)
        lesson.page.mouse.move(*((x, y - way) if upright else (x + way, y)))
        seen.add(lesson.page.evaluate(OUTLINE))
    lesson.page.mouse.up()
    lesson.settle()
    return len(seen)


def test_every_lesson_draws_no_fewer_pictures_of_a_drag_than_the_softmax_lesson(follow):
    drawn = {path: pictures(opened(follow, path), WIDER.get(path, STEP)) for path in PAGES}
    assert drawn["/softmax"] > MOVES - 2
    assert {path: count for path, count in drawn.items() if count < drawn["/softmax"]} == {}
