"""Language models that count: how often a letter has come after the few letters before it.

Sources: C. E. Shannon, "A Mathematical Theory of Communication" (1948), section 3, for texts that
are like English to some order; G. J. Lidstone (1920) and, for language models, S. F. Chen and
J. Goodman, "An Empirical Study of Smoothing Techniques for Language Modeling" (1996), section 2.1,
for adding α to each count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import Array
from xent_core.language.vocabulary import Vocabulary

FINEST = 1000  # α is a fraction of whole numbers no larger than this


@dataclass(frozen=True)
class _Table:
    """Whole numbers and how often each has been seen."""

    keys: Array  # int64 (K,), ascending
    counts: Array  # int64 (K,)

    @classmethod
    def of(cls, keys: Array) -> _Table:
        return cls(*np.unique(keys, return_counts=True))

    def place(self, keys: Array) -> Array:
        """Where some keys stand; -1 for one that has not been seen."""
        if not self.keys.size:
            return np.full(keys.shape, -1)
        at = np.minimum(np.searchsorted(self.keys, keys), self.keys.size - 1)
        return np.where(self.keys[at] == keys, at, -1)


class Counts:
    """What has come after each context of `order` letters in a text.

    Before its first letter a text has none: there a context is filled with the sign that nothing
    was there, so that the beginning of a text is predicted, too.

    Args:
        codes: (M,), the numbers of the letters of the text that is counted.
        size: V, how many letters there are.
        order: How many letters a context has, ≥ 0.

    Raises:
        ValueError: If the order is negative.
    """

    def __init__(self, codes: ArrayLike, size: int, order: int) -> None:
        if order < 0:
            raise ValueError(f"order: must be ≥ 0, found {order}")
        codes = np.asarray(codes, np.int64)
        self.size, self.order = size, order
        self._levels: list[_Table] = []
        contexts = np.zeros(codes.shape, np.int64)
        for before in range(order, 0, -1):
            keys = self._longer(contexts, codes, before)
            self._levels.append(_Table.of(keys))
            contexts = self._levels[-1].place(keys)
        self._pairs = _Table.of(contexts * size + codes)
        totals = _Table.of(contexts)
        self._totals = np.zeros(int(contexts.max(initial=0)) + 1, np.int64)
        self._totals[totals.keys] = totals.counts
        self._sums = np.concatenate([[0], np.cumsum(self._pairs.counts)])

    def _longer(self, contexts: Array, codes: Array, before: int) -> Array:
        """Contexts with the letter that stands so many places before each place added."""
        letters = np.full(codes.shape, self.size, np.int64)  # nothing was there
        letters[before:] = codes[: max(len(codes) - before, 0)]
        return contexts * (self.size + 1) + letters

    def contexts(self, codes: Array) -> Array:
        """The contexts of all places of a text, int64 (N,); -1 for one that was not counted."""
        found = np.zeros(codes.shape, np.int64)
        for before, level in zip(range(self.order, 0, -1), self._levels, strict=True):
            found = np.where(found < 0, -1, level.place(self._longer(found, codes, before)))
        return found

    def totals(self, contexts: Array) -> Array:
        """How often each context has been seen."""
        return np.where(contexts < 0, 0, self._totals[np.maximum(contexts, 0)])

    def pairs(self, contexts: Array, codes: Array) -> Array:
        """How often each letter has come after its context."""
        if not self._pairs.keys.size:
            return np.zeros(codes.shape, np.int64)
        at = self._pairs.place(contexts * self.size + codes)
        return np.where((contexts < 0) | (at < 0), 0, self._pairs.counts[np.maximum(at, 0)])

    def below(self, contexts: Array, codes: Array) -> Array:
        """How often a letter of a smaller number has come after each context."""
        first, last = np.searchsorted(
            self._pairs.keys, [contexts * self.size, contexts * self.size + codes]
        )
        return np.where(contexts < 0, 0, self._sums[last] - self._sums[first])

    def after(self, context: int) -> Array:
        """How often each letter has come after one context, int64 (V,)."""
        found = np.zeros(self.size, np.int64)
        if context >= 0:
            first, last = np.searchsorted(
                self._pairs.keys, [context * self.size, (context + 1) * self.size]
            )
            found[self._pairs.keys[first:last] % self.size] = self._pairs.counts[first:last]
        return found


class CountingModel:
    """q(letter | the `order` letters before it) = (N(context, letter) + α) / (N(context) + αV).

    With α = 0 a letter that has never come after a context is impossible, and its loss is
    infinite. What comes after a context that was never seen is anybody's guess, 1/V each: this is
    also what the formula says for every α > 0.

    Args:
        text: What is counted.
        vocabulary: The V letters that there are, at least those of `text`.
        order: How many letters before it a letter depends on: 0 for none.
        alpha: What is added to each count, ≥ 0; to the nearest fraction of small whole numbers.

    Raises:
        ValueError: If a letter of `text` is not in the vocabulary, if there are no letters, or if
            the order or alpha is negative.

    Example:
        >>> from xent_core.language import CountingModel, Vocabulary
        >>> model = CountingModel("banana", Vocabulary.of("banana"), order=1, alpha=0)
        >>> model.score("nan").tolist()  # "n" begins no text; after it only "a" has come
        [0.0, 1.0, 1.0]
    """

    def __init__(
        self, text: str, vocabulary: Vocabulary, order: int, alpha: float | Fraction = 1
    ) -> None:
        if not len(vocabulary):
            raise ValueError("vocabulary: must have a letter")
        if not 0 <= alpha < float("inf"):
            raise ValueError(f"alpha: must be ≥ 0 and finite, found {alpha}")
        self.vocabulary, self.order = vocabulary, order
        self.counts = Counts(vocabulary.encode(text), len(vocabulary), order)
        self.alpha = Fraction(alpha).limit_denominator(FINEST)

    def smoothed(self, alpha: float | Fraction) -> CountingModel:
        """The same counts with another α."""
        other = object.__new__(CountingModel)
        other.vocabulary, other.order, other.counts = self.vocabulary, self.order, self.counts
        other.alpha = Fraction(alpha).limit_denominator(FINEST)
        return other

    def score(self, text: str) -> Array:
        """Return the probability of each letter of a text, given those before it: float64 (N,)."""
        _, share, total = self.intervals(self.vocabulary.encode(text)).T
        return share / total

    def next_letter(self, before: str) -> Array:
        """Return the probabilities of the letter that comes after a text: float64 (V,)."""
        last = before[max(len(before) - self.order, 0) :]
        cumulative = self.cumulative(self.vocabulary.encode(last))
        return np.diff(cumulative) / cumulative[-1]

    # -- in whole numbers, as a coder needs them

    def intervals(self, codes: ArrayLike) -> Array:
        """Return for each letter of a text where its share begins, its share, and all: (N, 3).

        Shares are whole numbers, q = share / all, and begin after those of the letters before it.
        """
        codes = np.asarray(codes, np.int64)
        contexts = self.counts.contexts(codes)
        totals = self.counts.totals(contexts)
        once, added = self._weights(totals)
        begins = once * self.counts.below(contexts, codes) + added * codes
        share = once * self.counts.pairs(contexts, codes) + added
        return np.stack([begins, share, once * totals + added * len(self.vocabulary)], axis=1)

    def cumulative(self, before: Sequence[int] | Array) -> Array:
        """Return where the share of each letter after a text begins, and all of them: (V + 1,)."""
        known = np.asarray(before[max(len(before) - self.order, 0) :], np.int64)
        context = self.counts.contexts(np.append(known, 0))[-1:]
        once, added = self._weights(self.counts.totals(context))
        shares = once * self.counts.after(int(context[0])) + added
        return np.concatenate([[0], np.cumsum(shares)])

    def _weights(self, totals: Array) -> tuple[Array, Array]:
        """What a letter that was seen once adds to its share, and what each letter has anyway."""
        unknown = (totals == 0) & (self.alpha == 0)
        return (np.where(unknown, 0, self.alpha.denominator),
                np.where(unknown, 1, self.alpha.numerator))  # fmt: skip
