"""A saved picture is a slide: of its size, light, and with all that the figure shows."""

import io

import numpy as np
import pytest
from PIL import Image

from tests.browser.conftest import Lesson

WHOLE = True  # folds, too

# what an image is made from is kept: the SVG in which the picture's words can be read
KEEP_SOURCE = """() => {
    const { set } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, "src")
    Object.defineProperty(HTMLImageElement.prototype, "src", { configurable: true,
        set(url) { window.saved = url; set.call(this, url) } })
}"""
WORDS = """() => new DOMParser().parseFromString(
    decodeURIComponent(window.saved.slice(window.saved.indexOf(",") + 1)), "image/svg+xml"
).querySelector(".xent-slide").textContent"""


def save(lesson: Lesson, at: int = 0) -> tuple[np.ndarray, str]:
    """Save the picture of figure number `at`; return its pixels (1080, 1920, 3) and its words."""
    lesson.page.evaluate(KEEP_SOURCE)
    with lesson.page.expect_download() as download:
        lesson.page.locator(".xent").nth(at).locator(".xent-tools button").last.click()
    image = Image.open(io.BytesIO(download.value.path().read_bytes()))
    assert image.size == (1920, 1080)
    return np.asarray(image.convert("RGB")), lesson.page.evaluate(WORDS)


def share(pixels: np.ndarray, colour: str, off: int = 6) -> float:
    """How much of a picture has a colour, of which each part may be a little off."""
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return float((np.abs(pixels.astype(int) - wanted).max(axis=-1) <= off).mean())


@pytest.mark.parametrize(
    ("language", "title", "state"),
    [("en", "Softmax vs argmax", "temperature T: 2"), ("zh", "softmax 与 argmax", "温度 T: 2")],
)
def test_it_has_title_state_numbers_formula_and_link(visit, language, title, state):
    lesson = visit(f"/softmax?lang={language}&T=2", color_scheme="dark")
    shown = lesson.figure()
    pixels, words = save(lesson)
    assert title in words
    assert state in words
    assert all(number in words for number in shown["readouts"])
    assert shown["formula"] in words
    assert f"/softmax?lang={language}" in words
    assert "T=2" in words
    assert share(pixels, "#FFFFFF") > 0.5  # light, although the page is dark
    assert share(pixels, "#E69F00") > 0.01  # the bars


def test_it_is_dark_if_it_is_asked_for_as_the_page_is(visit):
    lesson = visit("/softmax?lang=en", color_scheme="dark")
    lesson.page.keyboard.down("Shift")
    pixels, _ = save(lesson)
    lesson.page.keyboard.up("Shift")
    assert share(pixels, "#FFFFFF") < 0.1


def test_it_has_the_points_on_the_map_of_all_distributions(visit):
    lesson = visit("/kl_divergence?lang=en")
    at = lesson.page.evaluate(
        """() => [...document.querySelectorAll('.xent')].findIndex(
            (root) => root.querySelectorAll('.xent-handle-point').length === 2
                && root.querySelector('.contourlayer, .heatmaplayer'))"""
    )
    colours = lesson.page.locator(".xent").nth(at).locator(".xent-handle-point").evaluate_all(
        "(nodes) => nodes.map((node) => getComputedStyle(node).getPropertyValue('--colour'))"
    )  # fmt: skip
    assert len(colours) == 2
    pixels, _ = save(lesson, at)
    assert share(pixels, "#0072B2") > 5e-5  # P
    assert share(pixels, "#E69F00") > 5e-5  # Q


def test_it_has_the_decision_map_of_a_run(visit):
    lesson = visit("/training?lang=en&run=epochs:60&at=50")
    lesson.until("document.querySelector('.xent').dataset.step === '50'")
    pixels, words = save(lesson)
    plain, _ = share(pixels, "#FFFFFF"), words
    box = lesson.page.locator(".xent-surface").first.bounding_box()
    assert box
    assert plain < 1 - 0.05  # a map covers more than the lines and letters do
    assert all(number in words for number in lesson.figure()["readouts"])


def test_it_has_the_table_that_stands_for_a_formula(visit):
    lesson = visit("/overflow?lang=zh")
    _, words = save(lesson)
    assert lesson.figure()["formula"] in words
