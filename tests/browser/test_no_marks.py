"""No mark of Markdown is shown: what is bold is bold, with all folds open and all answered."""

import re

import pytest

from tests.browser.test_pages import PAGES
from ui.words import LANGUAGES, words

# what stands in the page's text outside code and formulas, a line for each block
ASTERISKS = """() => [...document.querySelectorAll('.stMain :is(p, li, td, th, summary)')]
    .filter((node) => {
        const seen = node.cloneNode(true)
        seen.querySelectorAll('code, pre, .katex').forEach((one) => one.remove())
        return seen.textContent.includes('*')
    }).map((node) => node.textContent)"""


def told(name: str) -> list[str]:
    """The questions of a lesson."""
    parts = words(name, "en").parts
    return [part for part in parts if f"{part}-told" in parts and re.fullmatch("[a-z0-9_]+", part)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PAGES)
def test_no_asterisk_is_shown(visit, path, language):
    asked = told(path.strip("/") or "home")
    said = ",".join(f"{name}.{i % 3}" for i, name in enumerate(asked))
    lesson = visit(f"{path}?lang={language}&open=all&said={said}")
    assert lesson.calm().page.evaluate(ASTERISKS) == []
