"""Letters of five languages: what is counted, against Counter, and what a foreign code costs."""

import math
import re
import unicodedata
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xent_core import cross_entropy, entropy, kl_divergence, text_statistics
from xent_core.languages import (
    LANGUAGE_TEXTS,
    LETTERS,
    TEXTS,
    cross_code_text,
    cross_coding,
    language_code,
    language_text,
    letter_counts,
    letter_distribution,
    letters_of,
)

pytestmark = pytest.mark.filterwarnings("error")
drawn = settings(derandomize=True, deadline=None, max_examples=100)
languages = pytest.mark.parametrize("language", LANGUAGE_TEXTS)
pairs = pytest.mark.parametrize(
    ("text_language", "code_language"), [(a, b) for a in LANGUAGE_TEXTS for b in LANGUAGE_TEXTS]
)
smoothings = pytest.mark.parametrize("smoothing", [0, 0.5, 1])

# What Hanyu Pinyin allows without tones, initials by the finals that they take.
SYLLABLE = re.compile(
    "|".join(
        [
            "a|o|e|ai|ei|ao|ou|an|en|ang|eng|er",
            "[bp](?:a|o|ai|ei|ao|an|en|ang|eng|i|iao|ie|ian|in|ing|u)|pou",
            "m(?:a|o|e|ai|ei|ao|ou|an|en|ang|eng|i|iao|ie|iu|ian|in|ing|u)",
            "f(?:a|o|ei|ou|an|en|ang|eng|u)",
            "[dt](?:a|e|ai|ao|ou|an|ang|eng|ong|i|iao|ie|ian|ing|u|uo|ui|uan|un)|dei|diu|den",
            "[nl](?:a|e|ai|ei|ao|ou|an|ang|eng|ong|i|iao|ie|iu|ian|in|iang|ing|u|uo|uan|ü|üe)",
            "nen|lia|lun",
            "[gkh](?:a|e|ai|ei|ao|ou|an|en|ang|eng|ong|u|ua|uo|uai|ui|uan|un|uang)",
            "[jqx](?:i|ia|ie|iao|iu|ian|in|iang|ing|iong|u|ue|uan|un)",
            "(?:zh|ch|sh|z|c|s)(?:i|a|e|ai|ao|ou|an|en|ang|eng|u|uo|ui|uan|un)|zhei|shei|zei",
            "(?:zh|ch|z|c|s)ong|(?:zh|ch|sh)(?:ua|uai|uang)",
            "r(?:i|e|ao|ou|an|en|ang|eng|ong|u|ua|uo|ui|uan|un)",
            "y(?:a|o|e|ao|ou|an|ang|ong|i|in|ing|u|ue|uan|un)",
            "w(?:a|o|ai|ei|an|en|ang|eng|u)",
        ]
    )
)


# The texts


@languages
def test_a_text_is_clean_utf_8_of_ordinary_length(language):
    data = (TEXTS / f"{language}.txt").read_bytes()
    text = data.decode("utf-8")
    assert language_text(language) == text
    assert unicodedata.is_normalized("NFC", text)
    assert not re.search(r"[^\S \n]|  |^ | $|\n{3}|[_\[\]<>\ufffd\ufeff]|\d", text, re.MULTILINE)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "gutenberg" not in text.lower()
    assert 5000 < len(letters_of(text)) < 7000


def test_the_readme_names_every_file_and_where_it_comes_from():
    rows = (TEXTS / "README.md").read_text(encoding="utf-8").splitlines()
    assert {path.stem for path in TEXTS.glob("*.txt")} == set(LANGUAGE_TEXTS)
    for language in LANGUAGE_TEXTS:
        (row,) = [row for row in rows if row.startswith(f"| `{language}.txt` |")]
        assert re.search(r"commit `[0-9a-f]{40}`", row)
        assert re.search(r"\(\d{4}–\d{4}\)", row)


def test_pinyin_is_made_of_syllables():
    words = re.findall(r"[^\W\d_]+", language_text("zh_pinyin"))
    assert {word for word in words if not SYLLABLE.fullmatch(word)} == set()
    assert len(words) > 2000


def test_only_spanish_and_pinyin_lack_letters():
    lacking = {
        language: set(LETTERS) - set(letters_of(language_text(language)))
        for language in LANGUAGE_TEXTS
    }
    assert lacking == {"en": set(), "de": set(), "fr": set(), "es": {"k", "w"}, "zh_pinyin": {"v"}}


# Letters and their frequencies


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Größe, STRASSE, ẞ", "grossestrassess"),
        ("Œuvre, cœur, Æther, ÇA, où, naïf", "oeuvrecoeuraethercaounaif"),
        ("¿El Ñandú? ¡Sí!", "elnandusi"),
        ("nǚ, lüè, lu:4", "nuluelu"),
        ("e\u0301 é ﬁ ſ ² ㎒", "eefismhz"),
        ("øł漢字 Ж 12 '-—\U0001f600\ud800", ""),
        ("", ""),
    ],
)
def test_letters_lose_their_case_and_their_accents(text, letters):
    assert letters_of(text) == letters


@drawn
@given(st.text(st.characters(exclude_categories=()), max_size=60))
def test_only_a_to_z_are_left_and_they_stay_as_they_are(text):
    letters = letters_of(text)
    assert set(letters) <= set(LETTERS)
    assert letters_of(letters) == letters
    assert dict(zip(LETTERS, letter_counts(text), strict=True)) == {
        c: letters.count(c) for c in LETTERS
    }


@languages
def test_frequencies_are_counts_divided_by_their_number(language):
    text = language_text(language)
    counts = Counter(letters_of(text))
    found = letter_distribution(text)
    assert letter_counts(text).tolist() == [counts[c] for c in LETTERS]
    np.testing.assert_array_equal(found, [counts[c] / counts.total() for c in LETTERS])
    assert found.shape == (26,)
    assert found.dtype == np.float64
    assert math.fsum(found) == pytest.approx(1, abs=1e-15)


@drawn
@given(st.text(LETTERS + " é", max_size=40), st.floats(1e-3, 1e3))
def test_smoothing_adds_as_many_of_every_letter(text, smoothing):
    found = letter_distribution(text, smoothing=smoothing)
    counts = letter_counts(text)
    np.testing.assert_allclose(
        found, (counts + smoothing) / (counts.sum() + 26 * smoothing), rtol=1e-14
    )
    assert (found > 0).all()
    assert math.fsum(found) == pytest.approx(1, abs=1e-14)


# A text in the code of another


@languages
def test_a_text_in_its_own_code_takes_less_than_1_bit_above_its_entropy(language):
    found = cross_coding(language, language)
    letters = letters_of(language_text(language))
    assert found.bits_per_letter == found.own_bits_per_letter
    assert found.bits == text_statistics(letters).huffman_bits
    assert found.entropy <= found.bits_per_letter < found.entropy + 1
    assert found.cross_entropy == pytest.approx(found.entropy, rel=1e-14)
    assert (found.missing, found.missing_share) == ("", 0)


@smoothings
@languages
def test_a_code_gives_the_letters_back(language, smoothing):
    code = language_code(language, smoothing=smoothing)
    letters = [c for c in letters_of(language_text("en")) if code.codewords[LETTERS.index(c)]]
    assert code.symbols == tuple(LETTERS)
    assert "".join(code.decode(code.encode(letters))) == "".join(letters)
    own = letters_of(language_text(language))
    assert "".join(code.decode(code.encode(own))) == own


@smoothings
@pairs
def test_the_measured_length_is_the_mean_length_of_the_codewords(
    text_language, code_language, smoothing
):
    found = cross_coding(text_language, code_language, smoothing=smoothing)
    code = language_code(code_language, smoothing=smoothing)
    letters = letters_of(language_text(text_language))
    known = [c for c in letters if code.codewords[LETTERS.index(c)]]
    p = letter_distribution(language_text(text_language))
    assert found.letters == len(letters)
    assert found.bits == len(code.encode(known))
    assert found.bits / len(letters) == pytest.approx(p @ code.lengths, rel=1e-12)
    assert set(found.missing) == set(letters) - set(known)
    assert found.missing_share == (len(letters) - len(known)) / len(letters)
    if found.missing:
        assert found.bits_per_letter == found.cross_entropy == math.inf
        return
    # Huffman's code is ideal for 2^-l, so that what it takes is a cross entropy as well.
    ideal = np.where(code.lengths > 0, np.exp2(-code.lengths), 0)
    assert found.bits_per_letter == pytest.approx(cross_entropy(p, ideal, base=2), rel=1e-12)
    assert found.bits_per_letter >= found.own_bits_per_letter >= found.entropy


@smoothings
@pairs
def test_the_theory_is_that_of_the_two_distributions(text_language, code_language, smoothing):
    found = cross_coding(text_language, code_language, smoothing=smoothing)
    p = letter_distribution(language_text(text_language))
    q = letter_distribution(language_text(code_language), smoothing=smoothing)
    assert found.entropy == pytest.approx(entropy(p, base=2), rel=1e-14)
    assert found.cross_entropy == pytest.approx(cross_entropy(p, q, base=2), rel=1e-12)
    assert found.cross_entropy >= found.entropy - 1e-12
    if not found.missing:
        lost = float(kl_divergence(p, q, base=2))
        assert found.cross_entropy - found.entropy == pytest.approx(lost, rel=1e-10, abs=1e-12)


def test_letters_without_codeword_make_the_length_infinite_and_one_imaginary_one_finite():
    found = cross_coding("en", "es")
    assert found.missing == "wk"
    assert found.bits_per_letter == found.cross_entropy == math.inf
    assert 0.04 < found.missing_share < 0.05
    smooth = cross_coding("en", "es", smoothing=1)
    assert smooth.missing == ""
    assert smooth.entropy < smooth.bits_per_letter < 5
    assert smooth.own_bits_per_letter == found.own_bits_per_letter


@pairs
def test_another_language_is_coded_better_by_its_own_code(text_language, code_language):
    found = cross_coding(text_language, code_language, smoothing=1)
    own = cross_coding(text_language, text_language, smoothing=1)
    assert own.bits_per_letter <= found.bits_per_letter
    assert own.cross_entropy <= found.cross_entropy


def test_any_text_can_be_coded():
    found = cross_code_text("Aa!", "en")
    assert (found.letters, found.bits, found.entropy, found.own_bits_per_letter) == (2, 8, 0, 0)
    assert found.cross_entropy == pytest.approx(
        -math.log2(letter_distribution(language_text("en"))[0])
    )
    assert cross_coding("de", "fr") == cross_code_text(language_text("de"), "fr")


@pytest.mark.parametrize(
    ("message", "call"),
    [
        (
            "language: must be one of en, de, fr, es, zh_pinyin, found 'it'$",
            lambda: language_text("it"),
        ),
        ("language: must be one of .*, found '../texts/en'$", lambda: language_code("../texts/en")),
        ("language: must be one of .*, found 'EN'$", lambda: cross_coding("EN", "en")),
        ("language: must be one of .*, found ''$", lambda: cross_code_text("a", "")),
        ("smoothing: must be finite and ≥ 0, found -1$", lambda: language_code("en", smoothing=-1)),
        (
            "smoothing: must be finite and ≥ 0, found nan$",
            lambda: letter_distribution("a", smoothing=math.nan),
        ),
        (
            "smoothing: must be finite and ≥ 0, found inf$",
            lambda: cross_coding("en", "de", smoothing=math.inf),
        ),
        (
            "text: must have a letter from a to z, found '1 漢'$",
            lambda: letter_distribution("1 漢"),
        ),
        ("text: must have a letter from a to z, found ''$", lambda: cross_code_text("", "en")),
        ("text: must be a str, found bytes$", lambda: letters_of(b"a")),
    ],
)
def test_a_mistake_is_named_with_its_value(message, call):
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
