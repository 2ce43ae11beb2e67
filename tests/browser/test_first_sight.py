"""What a lesson shows first: what it looks like, and that an answer moves nothing out of its place.

A lesson is opened once in each language for all of it.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from tests.browser.conftest import JS, Lesson, Server, Tabs
from tests.browser.test_every_page import set_width
from tests.browser.test_pages import PAGES
from ui.words import LANGUAGES

OUT_OF_SIGHT = (JS / "out_of_sight.js").read_text("utf-8")
KINDS = [(path, language) for path in PAGES for language in LANGUAGES]
PROJECTOR, LAPTOP = (1280, 800), (1366, 768)


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: "-".join(kind))
def standing(request, tabs: Tabs, server: Server) -> Iterator[tuple[Lesson, str, str]]:
    """A lesson that stays open for all tests of this file, its path and its language."""
    path, language = request.param
    kind = {"locale": "en-US", "viewport": {"width": 1280, "height": 800}}
    lesson = Lesson(tabs.take(kind), server.url)
    yield lesson.open(f"{path}?lang={language}"), path, language
    tabs.give_back(lesson, kind)


# ---- what it looks like, against pictures that were looked at

# `make golden` renews them. They are small: half of each side, and what differs by a little, as
# letters do from one computer to another, is let pass.
PICTURES = Path(__file__).parent / "golden"
RENEW = "GOLDEN" in os.environ
HEIGHTS = {1280: 800, 390: 844}
OFF, SHARE = 40, 0.01  # of 255, a pixel's colour may be; of all pixels, so many may be off by more


def small(png: bytes) -> Image.Image:
    """A screenshot at half its size, a little blurred: edges may lie half a pixel beside."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    half = image.resize((image.width // 2, image.height // 2), Image.Resampling.BOX)
    return half.filter(ImageFilter.GaussianBlur(1))


def difference(one: Image.Image, other: Image.Image) -> float:
    """How much of two pictures is not alike: 1 where their sizes differ."""
    if one.size != other.size:
        return 1.0
    apart = np.abs(np.asarray(one, int) - np.asarray(other, int)).max(axis=-1)
    return float((apart > OFF).mean())


@pytest.mark.parametrize("width", HEIGHTS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_lesson_looks_as_it_did(standing, scheme, width):
    lesson, path, language = standing
    kept = PICTURES / f"{path.strip('/') or 'home'}-{language}-{scheme}-{width}.webp"
    lesson.page.emulate_media(color_scheme=scheme)
    now = small(set_width(lesson, width, HEIGHTS[width]).page.screenshot())
    if RENEW:
        PICTURES.mkdir(exist_ok=True)
        now.save(kept, quality=60, method=6)
        return
    with Image.open(kept) as before:
        off = difference(before.convert("RGB"), now)
    assert off <= SHARE, f"{off:.1%} of it differs; look at it, then renew {kept.name}: make golden"


def test_another_picture_would_be_seen():
    white = Image.new("RGB", (640, 400), "white")
    bar = white.copy()
    bar.paste((0, 114, 178), (100, 100, 140, 300))  # a bar that is not where it was
    assert difference(white, bar) > SHARE
    assert difference(white, white.resize((320, 200))) == 1


# ---- an answer

STORY = {"/overflow": "&story=thousand"}  # a question is asked when it has been chosen

# where the first figure begins
TOP = """() => {
    document.querySelector('.stMain').scrollTo(0, 0)
    return document.querySelector('.xent').getBoundingClientRect().top
}"""


def asked(standing: tuple[Lesson, str, str]) -> Lesson:
    """The lesson with its first question."""
    lesson, path, language = standing
    if path in STORY and STORY[path] not in lesson.page.url:
        lesson.follow(f"{path}?lang={language}{STORY[path]}")
    return lesson


def top(lesson: Lesson, size: tuple[int, int]) -> float:
    """Where the first figure begins in a window of a size."""
    return set_width(lesson, *size).page.evaluate(TOP)


def test_the_first_figure_stays_where_it_is_when_the_first_question_is_answered(standing):
    if standing[1] == "/training":
        pytest.skip("its question stands beside what is told of it, above the settings")
    lesson, sizes = asked(standing), [PROJECTOR, LAPTOP]
    before = {size: top(lesson, size) for size in sizes}
    for option in range(3):
        lesson.answer(option)
        for size in sizes:
            assert top(lesson, size) == pytest.approx(before[size], abs=1), (option, size)
        sizes.reverse()  # the window is as the next option finds it


# where the question stands above the figure, or beside what is chosen first
BELOW_MORE = {"/", "/overflow", "/training"}


def test_the_first_figure_begins_160_px_from_the_top_unless_its_question_stands_above(standing):
    lesson, path, _ = standing
    begins = top(lesson, PROJECTOR)
    assert begins <= (160 if path not in BELOW_MORE else 360)


def test_what_moves_and_is_moved_is_in_sight_together_once_the_question_is_answered(standing):
    lesson = asked(standing)
    set_width(lesson, *PROJECTOR)
    lesson.answer(0, "xent-question")
    assert lesson.calm().page.evaluate(OUT_OF_SIGHT) == []


# how much of a figure's picture is seen, of 1, when the end of the text beside it has been read
SEEN = """(key) => {
    const picture = document.querySelector(`.xent[data-key=${key}] .xent-picture`)
    const texts = picture.closest('.stHorizontalBlock').querySelectorAll('.stMarkdown li')
    const before = picture.getBoundingClientRect().top
    texts[texts.length - 1].scrollIntoView({ block: 'end' })
    const { top, bottom, height } = picture.getBoundingClientRect()
    return [before - top, (Math.min(bottom, innerHeight) - Math.max(top, 0)) / height]
}"""


def test_a_figure_stays_in_sight_while_one_reads_a_longer_text_beside_it(visit):
    lesson = visit("/entropy?lang=en")
    scrolled, seen = lesson.page.evaluate(SEEN, "lengths")
    assert scrolled > 300
    assert seen > 0.5
    still = (
        "document.querySelectorAll('.stColumn').forEach((c) => c.removeAttribute('data-beside'))"
    )
    lesson.page.evaluate(still)  # as it was without: this text is long enough to tell
    assert lesson.page.evaluate(SEEN, "lengths")[1] < seen
