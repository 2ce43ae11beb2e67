"""A printed page: nothing to press, figures whole, programs open, black on white."""

from tests.browser.conftest import Lesson

WHOLE = True  # folds, too

A4 = 688  # CSS pixels between the margins of a sheet
BEFORE, AFTER = (f"dispatchEvent(new Event('{when}print'))" for when in ("before", "after"))
SEEN = "(node) => node.getClientRects().length > 0"


def printed(lesson: Lesson) -> Lesson:
    """The page as it goes to paper. (A browser tells a page before it lays it out for paper.)"""
    lesson.page.evaluate(BEFORE)
    lesson.page.emulate_media(media="print", color_scheme="dark")
    lesson.page.set_viewport_size({"width": A4, "height": 1000})
    return lesson


def test_figures_are_whole_programs_open_and_buttons_gone(visit):
    lesson = printed(visit("/softmax?lang=en", color_scheme="dark"))
    figures = lesson.page.locator(".xent-printed")
    assert figures.count() == lesson.page.locator(".xent").count()
    for figure in figures.all():
        box = figure.bounding_box()
        assert box
        assert box["height"] > 100
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= A4
        assert figure.locator(".barlayer path, .scatterlayer path").count() > 0
    assert lesson.page.evaluate("document.querySelector('.stMain').scrollWidth") <= A4
    for gone in (".stAppHeader", ".stButton button", ".xent-presets", ".xent > * > .xent-stage"):
        assert not any(node.evaluate(SEEN) for node in lesson.page.locator(gone).all())
    assert all(code.evaluate(SEEN) for code in lesson.page.locator(".stCode").all())


def test_a_dark_page_is_printed_light(visit):
    lesson = printed(visit("/kl_divergence?lang=zh", color_scheme="dark"))
    colours = lesson.page.evaluate(
        """() => {
            const of = (selector, name) => getComputedStyle(document.querySelector(selector))[name]
            return [of('body', 'backgroundColor'), of('h1', 'color'),
                of('.xent-printed .xtick text', 'fill')]
        }"""
    )
    assert colours == ["rgb(255, 255, 255)", "rgb(26, 26, 26)", "rgb(47, 45, 43)"]


def test_after_printing_the_page_is_as_before(visit):
    lesson = visit("/softmax?lang=en", color_scheme="dark")
    before = lesson.page.content()
    lesson.page.evaluate(BEFORE)
    assert lesson.page.content() != before
    lesson.page.evaluate(AFTER)
    assert lesson.page.content() == before


def test_a_browser_that_prints_is_heard(visit):
    lesson = visit("/softmax?lang=en")
    lesson.page.evaluate(
        """addEventListener('beforeprint', () => {
            window.sheets = document.querySelectorAll('.xent-printed').length
        })"""
    )
    lesson.page.pdf(format="A4")
    assert lesson.page.evaluate("window.sheets") == lesson.page.locator(".xent").count()
