"""The unit of code space that codewords share: why -log₂ p is the length of a word.

A codeword of l bits takes 2^-l of the unit: no other word may begin with it, and 2^-l of all long
strings do. Words that can be told apart fit into the unit, Σ 2^-l ≤ 1, and whole lengths that fit
have a code (L. G. Kraft, 1949; B. McMillan, 1956). Among all lengths that fit, l = -log₂ p has the
least average, and that is the entropy (T. M. Cover and J. A. Thomas, "Elements of Information
Theory", 2nd ed. 2006, 5.3).

Throughout, lengths are in bits and need not be whole numbers.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array, as_float, refuse
from xent_core.distributions import _distributions
from xent_core.information import entropy


def code_space(lengths: ArrayLike) -> Array:
    """How much of the unit a word of each length takes: 2^-l.

    Args:
        lengths: Any shape, ≥ 0, in bits.

    Returns:
        float64 array of the shape of `lengths`.

    Raises:
        ValueError: If a length is negative or nan.

    Example:
        >>> from xent_core import code_space
        >>> code_space([1, 2, 3, 3]).tolist()
        [0.5, 0.25, 0.125, 0.125]
    """
    return np.exp2(-_lengths(lengths))


def average_length(p: ArrayLike, lengths: ArrayLike) -> Array:
    """What a symbol's word takes on average: Σ p l; a symbol that never comes adds nothing.

    Args:
        p: (…, K), distributions along the last axis.
        lengths: (…, K), ≥ 0, in bits.

    Returns:
        float64 array (…) or scalar, in bits.

    Raises:
        ValueError: If `p` does not hold distributions, or a length is negative or nan.

    Example:
        >>> from xent_core import average_length
        >>> float(average_length([0.5, 0.25, 0.25], [1, 2, 2]))
        1.5
    """
    p, lengths = _distributions(p), _lengths(lengths)
    with np.errstate(invalid="ignore"):
        return np.where(p == 0, 0, p * lengths).sum(axis=-1)[()]


def least_average_length(p: ArrayLike, space: ArrayLike) -> Array:
    """The least average length of words that take so much of the unit: H(P) - log₂ space.

    It is reached where each word's share is its symbol's probability, 2^-l = p · space: for words
    with the shares q · space, Σ p l is D(P‖Q) more. With the whole unit it is the entropy.

    Args:
        p: (…, K), distributions along the last axis.
        space: (…), > 0, the sum of 2^-l; the other axes broadcast.

    Returns:
        float64 array (…) or scalar, in bits.

    Raises:
        ValueError: If `p` does not hold distributions, or if `space` is not above 0.

    Example:
        >>> from xent_core import least_average_length
        >>> least_average_length([0.5, 0.25, 0.25], [0.5, 1.0]).tolist()
        [2.5, 1.5]
    """
    space = as_float(space, "space").astype(FLOAT64)
    refuse("space", "must be above 0", space, ~(space > 0))
    return (entropy(_distributions(p), base=2) - np.log2(space))[()]


def whole_lengths(symbols: int, most: int) -> Array:
    """All ways to give so many symbols words of 1 to `most` bits, whether they fit or not.

    Args:
        symbols: At least 1.
        most: At least 1, in bits.

    Returns:
        int64 array, (most^symbols, symbols).

    Example:
        >>> from xent_core.code_space import whole_lengths
        >>> whole_lengths(2, 2).tolist()
        [[1, 1], [1, 2], [2, 1], [2, 2]]
    """
    return np.array(list(itertools.product(range(1, most + 1), repeat=symbols)), np.int64)


def _lengths(lengths: ArrayLike) -> Array:
    lengths = as_float(lengths, "lengths").astype(FLOAT64)
    refuse("lengths", "must be ≥ 0", lengths, ~(lengths >= 0))
    return lengths
