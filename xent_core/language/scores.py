"""What a model is worth on a text, from the probability that it gave to each letter."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from xent_core.information import self_information


def bits_per_letter(q: ArrayLike) -> float:
    """Return the cross entropy of a model on a text, in bits per letter: mean of -log₂ q.

    Args:
        q: (N,), the probability of each letter that came, given those before it; N ≥ 1.

    Returns:
        The mean surprise; inf where a letter came that the model had ruled out.

    Raises:
        ValueError: If there is no letter, or if a probability is not in [0, 1].

    Example:
        >>> from xent_core.language import bits_per_letter
        >>> bits_per_letter([0.5, 0.125])
        2.0
    """
    surprise = np.atleast_1d(self_information(np.asarray(q, np.float64), base=2))
    if not surprise.size:
        raise ValueError("q: must hold a letter")
    return math.fsum(surprise) / surprise.size


def perplexity(q: ArrayLike) -> float:
    """Return 2 to the bits per letter: as unsure as among so many letters, all equally likely.

    It is not the mean of the perplexities of its parts: the mean is in the exponent.

    Args:
        q: As for `bits_per_letter`.

    Example:
        >>> from xent_core.language import perplexity
        >>> perplexity([0.5, 0.125])
        4.0
    """
    with np.errstate(over="ignore"):  # of a letter that was next to ruled out: ∞, as it should be
        return float(np.exp2(bits_per_letter(q)))
