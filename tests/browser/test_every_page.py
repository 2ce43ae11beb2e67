"""What is true of every page in either language, at any width and in both themes.

A page is opened once for all that only looks at it. The English pages come wide and are made
narrow, as a window is; the Chinese ones come narrow, as a phone's are, and are made wide.
"""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import JS, Lesson, Server, Tabs
from tests.browser.test_pages import PAGES, assert_sound
from ui.words import fill, shared_labels

WIDE, NARROW, HEIGHT = 1280, 390, 844
AT_FIRST = {"en": WIDE, "zh": NARROW}
SMALL = (JS / "small.js").read_text("utf-8")
ON_EACH_OTHER = (JS / "on_each_other.js").read_text("utf-8")
OUT_OF_SIGHT = (JS / "out_of_sight.js").read_text("utf-8")
LONGEST = {"en": 75, "zh": 38}  # characters in a line of text
KINDS = [(path, language) for path in PAGES for language in AT_FIRST]


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: "-".join(kind))
def standing(request, tabs: Tabs, server: Server) -> Iterator[tuple[Lesson, str]]:
    """A page that stays open for all tests of this file, and its language."""
    path, language = request.param
    size = {"width": AT_FIRST[language], "height": HEIGHT}
    kind = {"locale": "en-US", "viewport": size}
    lesson = Lesson(tabs.take(kind), server.url)
    yield lesson.open(f"{path}?lang={language}&open=all"), language
    tabs.give_back(lesson, kind)


def set_width(lesson: Lesson, width: int, height: int = HEIGHT) -> Lesson:
    """Make the window as wide, and wait until every figure has been drawn for it."""
    if lesson.page.viewport_size != {"width": width, "height": height}:
        lesson.page.set_viewport_size({"width": width, "height": height})
        lesson.page.wait_for_timeout(250)
    return lesson.calm()


@pytest.mark.parametrize("at", [0, 1])
def test_no_label_is_longer_than_its_room(standing, at):
    lesson, language = standing
    width = (WIDE, NARROW)[at if AT_FIRST[language] == WIDE else 1 - at]
    too_long = set_width(lesson, width).page.evaluate(
        """() => {
            const out = []
            for (const node of document.querySelectorAll(
                '.xent label, .xent legend, .xent button, .xent-readout, .xent-value, button p'))
                if (node.scrollWidth > node.clientWidth + 1 && node.clientWidth)
                    out.push(`${node.className || node.tagName}: ${node.textContent}`)
            for (const picture of document.querySelectorAll('.xent-picture')) {
                const room = picture.getBoundingClientRect()
                for (const text of picture.querySelectorAll('text')) {
                    const box = text.getBoundingClientRect()
                    if (box.width && (box.left < room.left - 1 || box.right > room.right + 1
                        || box.top < room.top - 1 || box.bottom > room.bottom + 1))
                        out.push(`in the figure: ${text.textContent}`)
                }
                const titles = [...picture.querySelectorAll('.annotation')].map((node) =>
                    [node.getBoundingClientRect(), node.textContent])
                for (const [a, one] of titles) for (const [b, two] of titles)
                    if (one < two && a.left < b.right && b.left < a.right
                        && a.top < b.bottom && b.top < a.bottom) out.push(`${one} over ${two}`)
            }
            return out
        }"""
    )
    assert too_long == []
    page_width = "document.querySelector('.stMain').scrollWidth"
    assert lesson.page.evaluate(page_width) <= width


# panels of a figure that lie over each other, in part: one that lies over a whole one is meant to
OVERLAPPING = """() => [...document.querySelectorAll('.xent .js-plotly-plot')].flatMap((plot) => {
    const rooms = Object.values(plot._fullLayout._plots).map(({ id, xaxis: x, yaxis: y }) =>
        [id, x._offset, x._offset + x._length, y._offset, y._offset + y._length])
    const within = (a, b) => a[1] >= b[1] - 1 && a[2] <= b[2] + 1 && a[3] >= b[3] - 1
        && a[4] <= b[4] + 1
    return rooms.flatMap((a, i) => rooms.slice(i + 1)
        .filter((b) => a[1] < b[2] - 1 && b[1] < a[2] - 1 && a[3] < b[4] - 1 && b[3] < a[4] - 1)
        .filter((b) => !within(a, b) && !within(b, a))
        .map((b) => `${a[0]} over ${b[0]}: ${plot.textContent.slice(0, 40)}`))
})"""


@pytest.mark.parametrize("at", [0, 1])
def test_no_panel_of_a_figure_lies_over_another(standing, at):
    lesson, language = standing
    width = (WIDE, NARROW)[at if AT_FIRST[language] == WIDE else 1 - at]
    assert set_width(lesson, width).page.evaluate(OVERLAPPING) == []


@pytest.mark.parametrize("width", [1366, WIDE, NARROW])
def test_no_text_of_a_figure_lies_on_another(standing, width):
    lesson, _ = standing
    assert set_width(lesson, width).page.evaluate(ON_EACH_OTHER) == []


def test_a_text_that_lies_on_another_is_seen(visit):
    lesson = visit("/softmax?lang=en")
    twice = "(tick) => tick.after(tick.cloneNode(true))"
    lesson.page.locator(".xent-stage .xtick text").first.evaluate(twice)
    assert lesson.page.evaluate(ON_EACH_OTHER) != []


def test_lines_of_text_are_short_enough_to_read(standing):
    lesson, language = standing
    longest = set_width(lesson, 1600).page.evaluate(
        """() => {
            const lines = []
            for (const node of document.querySelectorAll('.stMarkdown p')) {
                const range = document.createRange()
                range.selectNodeContents(node)
                const rows = [...range.getClientRects()].map((r) => Math.round(r.bottom / 8))
                const seen = node.cloneNode(true)  // without what is hidden: a formula's copy
                const hidden = seen.querySelectorAll('.katex-mathml, .xent-meaning')
                hidden.forEach((copy) => copy.remove())
                lines.push(seen.textContent.length / Math.max(new Set(rows).size, 1))
            }
            return Math.max(...lines)
        }"""
    )
    assert longest <= LONGEST[language]


# A theme has the same colours in both languages, a language the same names in both themes.
SCHEME = {"en": "light", "zh": "dark"}


WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALLOWED = [("empty-table-header", "<math"), ("target-size", "xent-handle")]
OPEN_ALL = """document.querySelectorAll('.stMain details:not([open]) > summary')
    .forEach((summary) => summary.click())"""


def violations(lesson: Lesson) -> list[tuple[str, str, str]]:
    """What axe objects to, of whatever impact: the rule, the element, the objection.

    It does not read MathML, and takes a heading that is a formula for an empty one. Handles may be
    near each other where their logits are: each has a slider of its own (WCAG 2.5.8, Equivalent).
    """
    found = Axe().run(lesson.page, options={"runOnly": WCAG}).response["violations"]
    return [
        (rule["id"], node["html"][:120], node.get("failureSummary", "")[:200])
        for rule in found
        for node in rule["nodes"]
        if not any(rule["id"] == one and part in node["html"] for one, part in ALLOWED)
    ]


def test_axe_finds_no_violation(standing):
    lesson, language = standing
    lesson.page.emulate_media(color_scheme=SCHEME[language])
    assert violations(set_width(lesson, WIDE)) == []


def test_every_slider_has_a_name_and_every_figure_a_text(standing):
    lesson, language = standing
    exact = shared_labels(language)["exact_value"]
    assert lesson.page.locator(".xent-range").count() > 0
    for slider in lesson.page.locator(".xent-range").all():
        name = slider.evaluate("(node) => node.labels[0].textContent")
        assert name
        assert slider.get_attribute("aria-valuetext")
        assert lesson.page.get_by_role("textbox", name=fill(exact, {"label": name})).count() >= 1
    for picture in lesson.page.locator(".xent-picture").all():
        assert picture.get_attribute("role") == "img"
        alt = picture.get_attribute("aria-label")
        assert re.search(r"\d", alt)
        assert "[[" not in alt
        assert "undefined" not in alt


def test_on_a_projector_the_first_figure_and_all_of_its_own_are_seen_together(standing):
    lesson, _ = standing
    assert set_width(lesson, WIDE, 800).page.evaluate(OUT_OF_SIGHT) == []


SMALLEST = 14  # px
# Not letters that one reads: what Streamlit says of a field while one types, and an icon's name.
UNREAD = '[data-testid="InputInstructions"], [data-testid="stIconMaterial"]'


def test_no_letter_is_smaller_than_a_back_row_can_read(standing):
    lesson, _ = standing
    small = set_width(lesson, WIDE, 800).page.evaluate(SMALL, [SMALLEST, UNREAD])
    assert small == []


def test_nothing_is_loaded_from_elsewhere_and_a_deep_link_works(standing, server):
    lesson, _ = standing
    for slider in lesson.page.locator(".xent-range").all()[:2]:
        slider.press("ArrowRight")
    lesson.settle()
    hosts = {
        urlsplit(url).netloc for url in lesson.requests if not url.startswith(("blob:", "data:"))
    }
    assert hosts == {f"localhost:{server.port}"}
    assert_sound(lesson)
