"""An answer moves nothing but the figure's numbers: the verdict's place is kept."""

import pytest

from tests.browser.test_pages import PAGES
from ui.words import LANGUAGES

AT = {"/overflow": "&story=thousand"}  # a question is asked when it has been chosen

# where the first figure begins, however far the page has been scrolled
TOP = """document.querySelector('.xent').getBoundingClientRect().top
    + document.querySelector('.stMain').scrollTop"""


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1366, 768)])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [path for path in PAGES if path != "/training"])
def test_the_first_figure_stays_where_it_is_when_the_first_question_is_answered(
    visit, path, language, width, height
):
    lesson = visit(f"{path}?lang={language}{AT.get(path, '')}", width=width, height=height).calm()
    before = lesson.page.evaluate(TOP)
    for option in range(3):
        lesson.answer(option)
        lesson.calm()
        assert lesson.page.evaluate(TOP) == pytest.approx(before, abs=1), option
