"""Pointing at a term lights its marks and its line, and the other way round."""

from tests.browser.conftest import Lesson

LIT = """() => ({
    terms: [...document.querySelectorAll('math .xent-lit')].map((node) => node.dataset.slot),
    marks: document.querySelectorAll('.xent-picture .trace.xent-lit').length,
    points: [...document.querySelectorAll('.xent-picture .point.xent-lit')]
        .map((node) => node.textContent),
    lines: [...(CSS.highlights.get('xent-lit') ?? [])].map(String),
})"""


def lit(lesson: Lesson) -> dict[str, list[str]]:
    lesson.page.wait_for_timeout(150)
    return lesson.page.evaluate(LIT)


def test_a_term_of_the_formula_lights_its_marks_and_its_line(visit):
    lesson = visit("/?lang=en&z=1,2,3,4&k=2")
    lesson.page.locator("details summary").first.click()
    assert lit(lesson) == {"terms": [], "marks": 0, "points": [], "lines": []}
    lesson.page.locator('math [data-slot="z1"]').hover()
    seen = lit(lesson)
    assert seen["terms"] == ["z1"]
    assert "2" in seen["points"]
    assert [line[:4] for line in seen["lines"]] == ["z = "]
    lesson.page.mouse.move(1, 1)
    assert lit(lesson) == {"terms": [], "marks": 0, "points": [], "lines": []}
    lesson.page.locator('math [data-slot="loss"]').focus()
    seen = lit(lesson)
    assert seen["marks"] == 1
    assert "cross_entropy" in seen["lines"][0]


def test_a_bar_its_handle_and_a_line_light_the_terms(visit):
    lesson = visit("/?lang=en&z=1,2,3,4&k=2")
    bar = lesson.page.locator(".xent-picture .bars .point").nth(1).bounding_box()
    assert bar
    lesson.page.mouse.move(bar["x"] + 9, bar["y"] + bar["height"] - 4)
    lesson.page.mouse.move(bar["x"] + 12, bar["y"] + bar["height"] - 4)
    lesson.until("document.querySelector('math .xent-lit')?.dataset.slot === 'z1'")
    lesson.handle("z0").focus()
    assert lit(lesson)["terms"] == ["z0"]
    lesson.page.locator("details summary").first.click()
    code = lesson.page.locator('[class*="st-key-xent-program"] code')
    code.locator("span", has_text="cross_entropy").last.hover()
    assert lit(lesson)["terms"] == ["loss"]
