"""Targets that are not one-hot: label smoothing, and the floor that it puts under the loss.

The convention is PyTorch's: y = (1 - ε) · one-hot + ε/C. The target class keeps 1 - ε + ε/C.
Source: Szegedy et al., Rethinking the Inception Architecture (2016), section 7.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import Array, as_integer, as_share, refuse
from xent_core.information import self_information
from xent_core.softmax import one_hot


def smooth_labels(target: ArrayLike, classes: int, epsilon: ArrayLike) -> Array:
    """The target distribution that label smoothing makes of a class: (1 - ε) · one-hot + ε/C.

    Args:
        target: Integers (...), the class, 0 to C - 1.
        classes: C.
        epsilon: (...), ε in [0, 1].

    Returns:
        float64 array, (..., C).

    Raises:
        ValueError: If ε is not from 0 to 1.
        IndexError: If there is no such class.

    Example:
        >>> from xent_core.targets import smooth_labels
        >>> smooth_labels(0, 4, 0.2).round(3).tolist()
        [0.85, 0.05, 0.05, 0.05]
    """
    epsilon = as_share(epsilon, "epsilon")[..., None]
    return (1 - epsilon) * one_hot(target, classes) + epsilon / classes


def smoothed_loss(p_k: ArrayLike, classes: ArrayLike, epsilon: ArrayLike) -> Any:
    """The loss with label smoothing where the other classes share 1 - p_k equally.

    -(1 - ε + ε/C) log p_k - (C - 1) ε/C · log((1 - p_k)/(C - 1)): with ε > 0 it is infinite at
    both ends, and lowest at p_k = 1 - ε + ε/C.

    Args:
        p_k: The probability of the target class, in [0, 1].
        classes: Integers, C ≥ 2.
        epsilon: ε in [0, 1].

    Returns:
        float64 of the common shape, in nats.

    Raises:
        ValueError: If C < 2, or if p_k or ε is not from 0 to 1.

    Example:
        >>> from xent_core.targets import smoothed_loss
        >>> float(smoothed_loss(0.5, 2, 0.0).round(4)), float(smoothed_loss(1.0, 2, 0.1))
        (0.6931, inf)
    """
    p_k, epsilon = as_share(p_k, "p_k"), as_share(epsilon, "epsilon")
    own, others, rest = _shares(classes, epsilon)
    spread = np.where(rest > 0, self_information((1 - p_k) / others), 0)
    with np.errstate(invalid="ignore"):
        return own * self_information(p_k) + np.where(rest > 0, rest * spread, 0)


def smoothing_floor(classes: ArrayLike, epsilon: ArrayLike) -> Any:
    """The lowest loss under label smoothing: the entropy of the smoothed target.

    Args:
        classes: Integers, C ≥ 2.
        epsilon: ε in [0, 1].

    Returns:
        float64 of the common shape, in nats; 0 only where ε is 0.

    Raises:
        ValueError: If C < 2, or if ε is not from 0 to 1.

    Example:
        >>> from xent_core.targets import smoothing_floor
        >>> smoothing_floor([3, 10, 1000], 0.1).round(3).tolist()
        [0.291, 0.5, 1.015]
    """
    epsilon = as_share(epsilon, "epsilon")
    own, _, rest = _shares(classes, epsilon)
    each = epsilon / classes
    spread = np.where(each > 0, self_information(each), 0)
    return own * self_information(own) + rest * spread


def _shares(classes: ArrayLike, epsilon: Array) -> tuple[Array, Array, Array]:
    """What the target class keeps, the number of the others, what they have together."""
    classes = as_integer(classes, "classes")
    refuse("classes", "must be at least 2", classes, classes < 2)
    others = classes - 1
    rest = epsilon * others / classes
    return 1 - rest, others, rest
