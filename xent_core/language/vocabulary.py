"""Which letters a language model knows, and a text as their numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xent_core._arrays import Array


@dataclass(frozen=True)
class Vocabulary:
    """The letters that a model chooses among: V different code points, in their order.

    Example:
        >>> from xent_core.language import Vocabulary
        >>> letters = Vocabulary.of("banana")
        >>> letters.letters, letters.encode("nab").tolist()
        ('abn', [2, 0, 1])
        >>> letters.decode([1, 0, 2])
        'ban'
    """

    letters: str

    def __post_init__(self) -> None:
        if len(set(self.letters)) != len(self.letters):
            raise ValueError("letters: must differ")

    @classmethod
    def of(cls, *texts: str) -> Vocabulary:
        """The letters of some texts, each once, in the order of Unicode."""
        return cls("".join(sorted(set().union(*texts))))

    def __len__(self) -> int:
        return len(self.letters)

    @cached_property
    def _points(self) -> Array:
        return _code_points(self.letters)

    def encode(self, text: str) -> Array:
        """Return the numbers of the letters of a text, int64 (N,).

        Raises:
            ValueError: If a letter is not among these.
        """
        points = _code_points(text)
        order = np.argsort(self._points, kind="stable")
        at = np.searchsorted(self._points[order], points)
        known = at < len(self)
        known[known] = self._points[order[at[known]]] == points[known]
        if not known.all():
            first = int(np.argmin(known))
            raise ValueError(f"text: {text[first]!r} at index {first} is none of the letters")
        return order[at]

    def decode(self, codes: Iterable[int]) -> str:
        """Return the text whose letters have these numbers."""
        return "".join(self.letters[code] for code in codes)


def _code_points(text: str) -> Array:
    """The code points of a text; a surrogate that stands alone is one, too."""
    return np.array([ord(letter) for letter in text], dtype=np.int64)
