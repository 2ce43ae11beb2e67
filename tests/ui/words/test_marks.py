"""Markdown's asterisks are marks, not text: bold opens and closes wherever the words say so."""

import re

import pytest
from markdown_it import MarkdownIt

from ui.app.navigation import LESSONS
from ui.words import LANGUAGES, words
from ui.words.glossary import glossary

_FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)
_PLACE = re.compile(r"\{\{\w+\}\}|\[\[[\w|.]+\]\]")
_CODE = re.compile(r"<code>.*?</code>", re.DOTALL)


def shown(markdown: str, number: str) -> str:
    """A text as a page shows it, without code and formulas, where each place holds a number."""
    filled = _PLACE.sub(number, _FORMULA.sub("x", markdown))
    return _CODE.sub("", MarkdownIt("commonmark", {"html": True}).render(filled))


def test_an_asterisk_that_does_not_open_is_found():
    assert "*" in shown('这叫**<button type="button">上溢</button>**；数', "1")
    assert "*" in shown("先说**（大概）**再看", "1")
    assert "*" not in shown("这叫**上溢**；`a * b`", "1")


@pytest.mark.parametrize("number", ["1", "∞", "−0.5"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", [lesson.name for lesson in LESSONS])
def test_no_asterisk_is_left_with_and_without_terms_explained(name, language, number):
    text, known = words(name, language), glossary(language)
    for part, said in text.parts.items():
        assert "*" not in shown(said, number), part
        assert "*" not in shown(known.explain(said, known.find(said)), number), part
    for label, said in text.labels.items():
        assert "*" not in shown(said, number), label
