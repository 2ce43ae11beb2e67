"""What moves by itself goes through computed states and ends in the true one; a touch ends it."""

import json
import re

import numpy as np
import pytest

from tests.browser.conftest import Lesson
from tests.browser.test_live_figure import assert_true, softmax_truth
from tests.browser.test_pages import PAGES

MOVING = {"reduced_motion": "no-preference"}
# every state that is drawn from now on, and whether it was on a way
WATCH = """() => {
    window.drawn = []
    window.watch?.disconnect()
    window.watch = new MutationObserver((changes) => changes.forEach(({ target }) =>
        window.drawn.push([target.dataset.moving === 'true', JSON.parse(target.dataset.drawn)])))
    window.watch.observe(document.querySelector('.xent'), { attributeFilter: ['data-drawn'] })
}"""
# press a preset; the whole picture in each frame, as long as it moves
FILM = """async (preset) => {
    const frame = () => new Promise((done) => requestAnimationFrame(done))
    const root = document.querySelector('.xent'), picture = root.querySelector('.xent-picture')
    const film = []
    root.querySelectorAll('.xent-presets button')[preset].click()
    while (root.dataset.moving) {
        film.push({
            traces: picture.data.map(({ y }) => ({ y: y && [...y] })),
            readouts: [...root.querySelectorAll('.xent-number')].map((n) => n.textContent),
            formula: root.querySelector('.xent-formula').textContent,
            alt: picture.getAttribute('aria-label'),
            drawn: JSON.parse(root.dataset.drawn),
        })
        await frame()
    }
    return film
}"""


def press(lesson: Lesson, preset: int) -> list[tuple[bool, dict[str, float]]]:
    """Press a preset of the first figure; return the states drawn, and which are on a way."""
    lesson.page.evaluate(WATCH)
    lesson.page.locator(".xent").first.locator(".xent-presets button").nth(preset).click()
    lesson.calm()
    return lesson.page.evaluate("window.drawn")


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/training"])
def test_every_preset_moves_the_picture_and_ends_in_the_state_that_it_names(visit, path):
    lesson = visit(f"{path}?lang=en", **MOVING)
    lesson.page.mouse.move(1, 1)
    lesson.page.keyboard.press("Shift")  # nothing shows by itself any more
    lesson.calm()
    moved = 0
    presets = lesson.page.locator(".xent").first.locator(".xent-presets button").count()
    for preset in range(presets):
        before = lesson.figure()
        drawn = press(lesson, preset)
        after = lesson.figure()
        moved += any(on_the_way for on_the_way, _ in drawn)
        if drawn:
            assert drawn[-1] == [False, after["drawn"]]
        if after["drawn"] != before["drawn"]:
            lesson.page.go_back()
            lesson.until(f"JSON.stringify({json.dumps(before['drawn'])}) === "
                         "document.querySelector('.xent').dataset.drawn")  # fmt: skip
            assert lesson.calm().figure() == before
            lesson.page.emulate_media(reduced_motion="reduce")
            still = press(lesson, preset)
            assert not any(on_the_way for on_the_way, _ in still)
            assert lesson.figure() == after
            lesson.page.emulate_media(reduced_motion="no-preference")
    assert moved or presets == 1  # a reset of what is as it was at first
    assert lesson.errors == []


START = {"z0": 1, "z1": 2, "z2": 3, "z3": 4, "T": 1, "k": 2}


def shows(picture: dict, state: dict[str, float]) -> bool:
    """Whether the bars of the softmax figure are what xent_core says of a state."""
    truth = softmax_truth(state)
    z, _, p, _ = (trace["y"] for trace in picture["traces"])
    return z == truth["z"] and bool(np.allclose(p, truth["p"], rtol=1e-14, atol=0))


@pytest.mark.parametrize("preset", [0, 1, 2], ids=["tie", "all equal", "T near 0"])
def test_every_picture_on_the_way_is_true(visit, preset):
    lesson = visit("/softmax?lang=en", **MOVING)
    lesson.slider("z0").scroll_into_view_if_needed()
    film = lesson.page.evaluate(FILM, preset)
    states = [picture["drawn"] for picture in [{"drawn": START}, *film]]
    assert len({json.dumps(state) for state in states}) > 2
    for picture in film:
        assert any(shows(picture, state) for state in states)  # Plotly draws a frame later
        truth = softmax_truth(picture["drawn"])
        assert picture["readouts"] == truth["readouts"]
        assert picture["formula"].endswith("=" + truth["readouts"][0])
    assert_true(lesson.calm().figure())


def test_an_answer_and_back_move_the_picture_to_where_they_lead(visit):
    lesson = visit("/softmax?lang=en", **MOVING)
    before = lesson.figure()
    lesson.page.evaluate(WATCH)
    lesson.answer(1, "cool")
    drawn = lesson.page.evaluate("window.drawn")
    ways = [state["T"] for on_the_way, state in drawn if on_the_way]
    assert ways
    assert ways == sorted(ways, reverse=True)
    after = lesson.calm().figure()
    assert after["drawn"]["T"] == 0.1
    assert_true(after)
    lesson.page.evaluate(WATCH)
    lesson.page.go_back()
    lesson.until("JSON.parse(document.querySelector('.xent').dataset.drawn).T === 1")
    assert lesson.calm().figure() == before
    assert any(on_the_way for on_the_way, _ in lesson.page.evaluate("window.drawn"))


def test_a_touch_on_the_way_goes_on_from_the_true_state(visit):
    lesson = visit("/softmax?lang=en", **MOVING)
    lesson.slider("z0").scroll_into_view_if_needed()
    seen = lesson.page.evaluate(
        """async () => {
            const root = document.querySelector('.xent'), slider = root.querySelector('.xent-range')
            const seen = []
            root.querySelectorAll('.xent-presets button')[1].click()
            while (JSON.parse(root.dataset.drawn).z0 === 1)
                await new Promise((done) => requestAnimationFrame(done))
            seen.push(root.dataset.moving)
            slider.dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }))
            seen.push(root.dataset.moving, JSON.parse(root.dataset.drawn).z0)
            slider.value = +slider.value + 1
            slider.dispatchEvent(new Event('input', { bubbles: true }))
            slider.dispatchEvent(new Event('change', { bubbles: true }))
            return seen
        }"""
    )
    assert seen == ["true", "", 0]
    figure = lesson.calm().figure()
    assert figure["drawn"] == {"z0": 0.1, "z1": 0, "z2": 0, "z3": 0, "T": 1, "k": 2}
    assert_true(figure)
    assert "z=0.1,0,0,0" in lesson.page.url


def test_nothing_moves_by_itself_where_less_motion_is_asked_for(visit):
    lesson = visit("/softmax?lang=en", reduced_motion="reduce")
    assert [on_the_way for on_the_way, _ in press(lesson, 1)].count(True) == 0
    assert_true(lesson.figure())


# the logits of the picture, and those in its formula
DRAWN_AND_SAID = """(() => {
    const root = document.querySelector('.xent')
    const slots = [...root.querySelectorAll('.xent-formula [data-slot]')]
    return [JSON.parse(root.dataset.drawn), Object.fromEntries(slots
        .filter(({ dataset }) => /^z\\d$/.test(dataset.slot))
        .map((node) => [node.dataset.slot, node.textContent]))]
})()"""


def test_home_plays_itself_once_and_stops_at_the_first_touch(visit):
    lesson = visit("/", **MOVING)  # waits until it is at rest
    start = {"z0": 1, "z1": 2, "z2": 3, "z3": 4, "k": 2}
    assert lesson.figure()["drawn"] == start
    lesson.page.evaluate(WATCH)
    lesson.page.get_by_role("button", name=re.compile("play it|自动演示")).click()
    lesson.until("document.querySelector('.xent').dataset.moving === 'true'")
    lesson.until(f"({DRAWN_AND_SAID})[0].z2 === 6")
    drawn, said = lesson.page.evaluate(DRAWN_AND_SAID)
    assert said == {name: f"{drawn[name]:g}".replace("-", "−") for name in said}
    assert said.keys() == {"z0", "z1", "z2", "z3"}
    lesson.page.mouse.wheel(0, 10)
    lesson.until("document.querySelector('.xent').dataset.moving === ''")
    assert lesson.calm().figure()["drawn"] == start
    assert "z=" not in lesson.page.url
