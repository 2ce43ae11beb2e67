"""The symbols are one press away, and a term is explained to a key, a finger and a mouse."""

import pytest

from ui.words import LANGUAGES, shared_labels
from ui.words.glossary import glossary


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_symbols_is_one_press_away(visit, language):
    lesson = visit(f"/softmax?lang={language}")
    known = glossary(language)
    lesson.page.get_by_role("button", name=shared_labels(language)["symbols"]).click()
    lesson.page.get_by_text(known.symbols["k"], exact=True).wait_for()
    assert lesson.page.get_by_text(known.terms["ulp"]).is_visible()


def test_a_term_is_explained_where_one_points_and_no_longer(visit):
    lesson = visit("/softmax?lang=en", whole=False, width=390, height=844)
    term = lesson.page.locator(".xent-term").first
    meaning = term.locator(".xent-meaning")
    assert not meaning.is_visible()
    term.focus()
    assert meaning.is_visible()
    box = meaning.bounding_box()
    assert box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    term.blur()
    assert not meaning.is_visible()
    term.hover()
    assert meaning.is_visible()
