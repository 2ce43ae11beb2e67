"""The glossary: the same symbols and as many terms in both languages, found in prose alone."""

import pytest

from ui.words import LANGUAGES
from ui.words.glossary import glossary

BUTTON, END = '<span role="button" tabindex="0" class="xent-term">', "</span></span>"


def test_both_languages_have_the_same_symbols_and_as_many_terms():
    english, chinese = glossary("en"), glossary("zh")
    assert list(english.symbols) == list(chinese.symbols)
    assert len(english.terms) == len(chinese.terms)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_meaning_is_a_sentence_without_marks(language):
    for term, meaning in glossary(language).terms.items():
        assert meaning[-1] in ".。", term
        assert not set("*`$<>[]") & set(meaning), term


def test_a_term_is_found_in_prose_and_only_there():
    known = glossary("en")
    assert known.find("Give the loss **logits**, in nats.") == ["logits", "nats"]
    assert known.find("`logits` and $softmax$ and\n#### one-hot\nlog_softmax") == []
    assert glossary("zh").find("两个数会上溢。") == ["上溢"]


def test_no_term_is_explained_inside_the_meaning_of_another():
    told = glossary("zh").explain("叫 **logit**。softmax 给赢家最多。", ["logit", "softmax"])
    assert told.count(BUTTON) == 2
    inside = told.split(BUTTON)[1].partition(END)[0]
    assert "softmax" in inside
    assert told.index(END) < told.rindex(BUTTON)


def test_the_first_occurrence_alone_is_explained_and_the_rest_stays():
    known = glossary("en")
    text = "`logits`, then **logits** and logits with softmax"
    told = known.explain(text, known.find(text))
    assert told.count(BUTTON) == 2
    assert told.startswith(f"`logits`, then <strong>{BUTTON}logits<span")
    assert f"{END}</strong> and logits with {BUTTON}" in told
    assert known.explain(text, []) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_says_every_symbol_and_term_once_and_no_singular_beside_its_plural(language):
    known = glossary(language)
    table = known.table()
    for name in [*known.symbols, *known.terms]:
        assert table.count(f"| **{name}** |") == (name != "logit")
    assert known.note in table
