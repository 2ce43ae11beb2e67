"""How long real texts are in codes: their own Huffman code, another text's, and compressed."""

from __future__ import annotations

import lzma
import zlib
from collections import Counter
from dataclasses import dataclass

import numpy as np

from xent_core._arrays import Array
from xent_core.coding import HuffmanCode, _code_of_weights, _read_only
from xent_core.information import entropy

TEXT_LIMIT = 100_000  # code points


@dataclass(frozen=True, eq=False)
class TextStatistics:
    """What `text_statistics` finds in a text. All but `entropy_bits` are totals for the text."""

    length: int  # N, in Unicode code points: an emoji may count as several, a lone surrogate as one
    symbols: tuple[str, ...]  # K different ones, the most frequent first, then by code point
    counts: Array  # int64 (K,)
    probabilities: Array  # float64 (K,), counts / N
    entropy_bits: float  # H of `probabilities`, in bits per symbol
    huffman: HuffmanCode  # of `symbols`, made from the counts
    # Without the table of codewords that a receiver needs; 0 if there is one symbol only.
    huffman_bits: int
    fixed_bits: int  # in a code of ⌈log₂ K⌉ bits for every symbol
    utf8_bits: int  # a lone surrogate, which UTF-8 does not allow, takes 24 bits
    # The UTF-8 bytes compressed by zlib (level 9) and by lzma (its defaults, an .xz file), with
    # their headers and checksums, which make short texts longer.
    zlib_bits: int
    lzma_bits: int


def text_statistics(text: str, *, limit: int = TEXT_LIMIT) -> TextStatistics:
    """Frequencies, entropy and lengths in bits of a text, symbol by symbol and compressed.

    The Huffman code knows frequencies only, so N H ≤ `huffman_bits` < N (H + 1); zlib and lzma
    also see what repeats. The empty text has no symbols, and every number is 0.

    Args:
        text: Anything, also emoji and lone surrogates.
        limit: The largest number of code points.

    Returns:
        TextStatistics.

    Raises:
        ValueError: If `text` is longer than `limit` or not a str.

    Example:
        >>> from xent_core import text_statistics
        >>> found = text_statistics("abracadabra")
        >>> found.symbols
        ('a', 'b', 'r', 'c', 'd')
        >>> round(found.entropy_bits, 2), found.huffman_bits, found.fixed_bits, found.utf8_bits
        (2.04, 23, 33, 88)
    """
    _check_text(text)
    if len(text) > limit:
        raise ValueError(f"text: at most {limit:,} code points, found {len(text):,}")
    table = _by_frequency(Counter(text))
    counts = _read_only(list(table.values()), np.int64)
    code = _code_of_weights(tuple(table), list(table.values()))
    data = text.encode("utf-8", "surrogatepass")
    return TextStatistics(
        length=len(text),
        symbols=tuple(table),
        counts=counts,
        probabilities=code.probabilities,
        entropy_bits=float(entropy(code.probabilities, base=2)) if text else 0.0,
        huffman=code,
        huffman_bits=int(counts @ code.lengths),
        fixed_bits=len(text) * max(len(table) - 1, 0).bit_length(),
        utf8_bits=8 * len(data),
        zlib_bits=8 * len(zlib.compress(data, 9)) if data else 0,
        lzma_bits=8 * len(lzma.compress(data)) if data else 0,
    )


@dataclass(frozen=True)
class CrossCodeLength:
    """What `cross_code_bits` finds: the bits of the `coded` symbols, and the `unknown` ones."""

    bits: int
    coded: int  # how many: together with the unknown ones, the whole text
    unknown: dict[str, int]  # their counts, the most frequent first, then by code point


def cross_code_bits(text: str, code: HuffmanCode) -> CrossCodeLength:
    """Length in bits of a text in a code made for another: Σ count · length of the codeword.

    The ideal code for Q would take the cross entropy H(P, Q) bits per symbol; here P is the text
    and Q what `code` was made for. A symbol that Q calls impossible would cost infinitely much:
    such symbols are counted apart.

    Args:
        text: Its symbols are its Unicode code points.
        code: Of another text.

    Returns:
        CrossCodeLength.

    Raises:
        ValueError: If `text` is not a str.

    Example:
        >>> from xent_core import cross_code_bits, text_statistics
        >>> cross_code_bits("barbarian", text_statistics("abracadabra").huffman)
        CrossCodeLength(bits=15, coded=7, unknown={'i': 1, 'n': 1})
    """
    _check_text(text)
    counts = Counter(text)
    unknown = _by_frequency({c: n for c, n in counts.items() if c not in code._codebook})
    bits = sum(n * len(code._codebook[c]) for c, n in counts.items() if c not in unknown)
    return CrossCodeLength(bits, len(text) - sum(unknown.values()), unknown)


def _by_frequency(counts: dict[str, int]) -> dict[str, int]:
    """`counts`, the largest first, then by code point."""
    return dict(sorted(counts.items(), key=lambda row: (-row[1], row[0])))


def _check_text(text: str) -> None:
    if not isinstance(text, str):
        raise ValueError(f"text: must be a str, found {type(text).__name__}")
