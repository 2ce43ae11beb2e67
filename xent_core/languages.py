"""Letter frequencies of five languages, and texts of one in the Huffman code of another.

The frequencies are counted from the passages in `texts/`, which are in the public domain; its
README names their sources. A passage has about 6000 letters, so that rare letters are counted a
few times at most.

Throughout, the alphabet is the 26 letters a … z, and lengths are in bits.
"""

from __future__ import annotations

import math
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from xent_core._arrays import FLOAT64, Array
from xent_core.coding import HuffmanCode, huffman_code
from xent_core.information import cross_entropy, entropy
from xent_core.texts_in_codes import _check_text, cross_code_bits

LETTERS = "abcdefghijklmnopqrstuvwxyz"
LANGUAGE_TEXTS = ("en", "de", "fr", "es", "zh_pinyin")  # each is a file in texts/
TEXTS = Path(__file__).with_name("texts")
LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})


class CrossCoding(NamedTuple):
    """What `cross_coding` and `cross_code_text` find: P is the text, Q the code's language.

    `bits_per_letter` is measured, the entropies are the theory. Both are inf if a letter of the
    text has no codeword, because it does not occur in what the code was made from.
    """

    letters: int  # of the text
    bits: int  # of all its letters that have a codeword, counted
    bits_per_letter: float  # in Q's code
    cross_entropy: float  # H(P, Q)
    entropy: float  # H(P)
    own_bits_per_letter: float  # in the Huffman code made from the text itself
    missing: str  # its letters without codeword, the most frequent first
    missing_share: float  # of the letters of the text, between 0 and 1


@cache
def language_text(language: str) -> str:
    """The passage that stands for a language.

    Args:
        language: One of `LANGUAGE_TEXTS`.

    Returns:
        Paragraphs with an empty line between them. Pinyin is without tones, each syllable a word.

    Raises:
        ValueError: If there is no such language.

    Example:
        >>> from xent_core.languages import language_text
        >>> language_text("en")[:19]
        'Alice was beginning'
    """
    if language not in LANGUAGE_TEXTS:
        known = ", ".join(LANGUAGE_TEXTS)
        raise ValueError(f"language: must be one of {known}, found {language!r}")
    return (TEXTS / f"{language}.txt").read_text(encoding="utf-8")


def letters_of(text: str) -> str:
    """The letters of a text, reduced to a … z.

    Capitals become small, accents are taken off after the compatibility decomposition of Unicode
    (NFKD): é → e, ü → u, ñ → n, ç → c. Case folding makes ß → ss; œ → oe and æ → ae have no
    decomposition and are replaced. Everything else is dropped: spaces, digits, punctuation,
    letters of other scripts, and Latin letters that have no decomposition, such as ø and ł.

    Args:
        text: Of any script.

    Returns:
        The letters alone.

    Raises:
        ValueError: If `text` is not a str.

    Example:
        >>> from xent_core.languages import letters_of
        >>> letters_of("Où est l'œuf, Straße 7?")
        'ouestloeufstrasse'
    """
    _check_text(text)
    folded = unicodedata.normalize("NFKD", text).casefold().translate(LIGATURES)
    return "".join([c for c in folded if "a" <= c <= "z"])


def letter_counts(text: str) -> Array:
    """How often each letter occurs in `letters_of(text)`.

    Args:
        text: Of any script.

    Returns:
        int64 array, (26,), in the order a … z.

    Raises:
        ValueError: If `text` is not a str.

    Example:
        >>> from xent_core.languages import letter_counts
        >>> letter_counts("A bad cab")[:5].tolist()
        [3, 2, 1, 1, 0]
    """
    _check_text(text)
    return _counted(text).copy()


@lru_cache(maxsize=16)  # the shipped texts are counted again and again
def _counted(text: str) -> Array:
    codes = np.frombuffer(letters_of(text).encode("ascii"), np.uint8) - ord("a")
    return np.bincount(codes, minlength=len(LETTERS)).astype(np.int64)


def letter_distribution(text: str, *, smoothing: float = 0.0) -> Array:
    """Relative frequencies of the letters of a text: p = (count + α) / (N + 26 α).

    With α = 0, these are the counted frequencies, and a letter that does not occur has p = 0.
    With α = 1 every letter has been seen once more than it has, so that none is impossible
    (Laplace's rule of succession).

    Args:
        text: Of any script.
        smoothing: α ≥ 0: imaginary occurrences added to every letter.

    Returns:
        float64 array, (26,), in the order a … z.

    Raises:
        ValueError: If `text` has no letter and α = 0, or if α is negative or not finite.

    Example:
        >>> from xent_core.languages import letter_distribution
        >>> letter_distribution("A bad cab")[:5].round(3).tolist()
        [0.429, 0.286, 0.143, 0.143, 0.0]
        >>> letter_distribution("A bad cab", smoothing=1)[:5].round(3).tolist()
        [0.121, 0.091, 0.061, 0.061, 0.03]
    """
    if not (math.isfinite(smoothing) and smoothing >= 0):
        raise ValueError(f"smoothing: must be finite and ≥ 0, found {smoothing}")
    weights = letter_counts(text) + FLOAT64.type(smoothing)
    if not weights.any():
        raise ValueError(f"text: must have a letter from a to z, found {text[:20]!r}")
    return weights / weights.sum()


@lru_cache(maxsize=256)
def language_code(language: str, *, smoothing: float = 0.0) -> HuffmanCode:
    """The Huffman code of the letters of a language.

    Args:
        language: One of `LANGUAGE_TEXTS`.
        smoothing: As in `letter_distribution`.

    Returns:
        HuffmanCode of the symbols a … z. With α = 0, a letter that does not occur has no codeword.

    Raises:
        ValueError: If there is no such language, or if α is negative or not finite.

    Example:
        >>> from xent_core.languages import language_code
        >>> language_code("en").encode("tea")
        '1011100000'
    """
    return huffman_code(letter_distribution(language_text(language), smoothing=smoothing), LETTERS)


def cross_code_text(text: str, code_language: str, *, smoothing: float = 0.0) -> CrossCoding:
    """The letters of any text in the Huffman code of a language: counted, and in theory.

    The measured length is that of Huffman's code for Q, whose codewords have l bits where the
    ideal code has -log₂ q: L = Σ p l, which may be a little above or below H(P, Q), but not below
    the text's own Huffman code nor below H(P) (Cover & Thomas, 5.3 and 5.4).

    Args:
        text: At least one letter; what `letters_of` drops is not coded.
        code_language: One of `LANGUAGE_TEXTS`.
        smoothing: As in `letter_distribution`: for the code, Q; the text is counted as it is.

    Returns:
        CrossCoding.

    Raises:
        ValueError: If `text` has no letter, there is no such language, or α is not in [0, ∞).

    Example:
        >>> from xent_core.languages import cross_code_text
        >>> found = cross_code_text("Whisky, kiwi", "es")
        >>> found.bits_per_letter, found.missing, found.missing_share
        (inf, 'kw', 0.4)
    """
    letters = letters_of(text)
    p = letter_distribution(text)
    code = language_code(code_language, smoothing=smoothing)
    counted = cross_code_bits(letters, code)
    own = cross_code_bits(letters, huffman_code(p, LETTERS))
    return CrossCoding(
        letters=len(letters),
        bits=counted.bits,
        bits_per_letter=math.inf if counted.unknown else counted.bits / len(letters),
        cross_entropy=float(cross_entropy(p, code.probabilities, base=2)),
        entropy=float(entropy(p, base=2)),
        own_bits_per_letter=own.bits / len(letters),
        missing="".join(counted.unknown),
        missing_share=sum(counted.unknown.values()) / len(letters),
    )


@lru_cache(maxsize=1024)
def cross_coding(text_language: str, code_language: str, *, smoothing: float = 0.0) -> CrossCoding:
    """The passage of one language in the Huffman code of another: counted, and in theory.

    Args:
        text_language, code_language: Two of `LANGUAGE_TEXTS`, or the same twice.
        smoothing: As in `cross_code_text`.

    Returns:
        CrossCoding.

    Raises:
        ValueError: If there is no such language, or if α is negative or not finite.

    Example:
        >>> from xent_core.languages import cross_coding
        >>> found = cross_coding("en", "de")
        >>> round(found.own_bits_per_letter, 2), round(found.bits_per_letter, 2)
        (4.17, 4.38)
    """
    return cross_code_text(language_text(text_language), code_language, smoothing=smoothing)
