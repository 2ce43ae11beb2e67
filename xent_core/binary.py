"""Two classes and one logit: cross-entropy and squared error of a sigmoid, and their slopes.

With p = σ(x) the probability of class 1, and y its target:

    cross-entropy  -y ln p - (1 - y) ln(1 - p)      slope  p - y
    squared error  (p - y)²                         slope  2 (p - y) · p (1 - p)

The factor p(1 - p) is the slope of the sigmoid. The logarithm cancels it; the square does not, so
that its slope dies where the model is sure, also where it is sure and wrong. Source: Nielsen,
Neural Networks and Deep Learning, chapter 3; torch's binary_cross_entropy_with_logits.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array, as_float, refuse
from xent_core.softmax import sigmoid


def binary_cross_entropy(logit: ArrayLike, target: ArrayLike) -> Array:
    """Cross-entropy of σ(logit), in nats, as torch's `binary_cross_entropy_with_logits`.

    Args:
        logit: Any shape, finite.
        target: y in [0, 1], the probability of class 1; broadcasts against `logit`.

    Returns:
        float64 array, a loss for each logit.

    Raises:
        ValueError: If an argument is not numeric or a target is not in [0, 1].

    Example:
        >>> from xent_core.binary import binary_cross_entropy
        >>> binary_cross_entropy([0.0, 1000.0], 0).round(4)
        array([6.931e-01, 1.000e+03])
    """
    x, y = _checked(logit, target)
    # ln(1 + e^{|x|}) without e^{|x|}: |x| is paid where the target is on the other side
    wrong = np.where(x > 0, 1 - y, y)
    return wrong * np.abs(x) + np.log1p(np.exp(-np.abs(x)))


def binary_cross_entropy_grad(logit: ArrayLike, target: ArrayLike) -> Array:
    """Slope of `binary_cross_entropy` in the logit: p - y. Arguments and errors as there.

    For a target of 1 it is -σ(-x), not σ(x) - 1, and keeps its digits where p rounds to 1.

    Example:
        >>> from xent_core.binary import binary_cross_entropy_grad
        >>> binary_cross_entropy_grad([-1000.0, 0.0], 1)
        array([-1. , -0.5])
    """
    x, y = _checked(logit, target)
    return (1 - y) * sigmoid(x) - y * sigmoid(-x)


def sigmoid_squared_error(logit: ArrayLike, target: ArrayLike) -> Array:
    """Squared error (σ(logit) - y)², at most 1. Arguments and errors as `binary_cross_entropy`.

    Example:
        >>> from xent_core.binary import sigmoid_squared_error
        >>> sigmoid_squared_error([-1000.0, 0.0], 1)
        array([1.  , 0.25])
    """
    return binary_cross_entropy_grad(logit, target) ** 2


def sigmoid_squared_error_grad(logit: ArrayLike, target: ArrayLike) -> Array:
    """Slope of `sigmoid_squared_error` in the logit: 2 (p - y) · p (1 - p), at most 8/27.

    Example:
        >>> from xent_core.binary import sigmoid_squared_error_grad
        >>> sigmoid_squared_error_grad([-1000.0, 0.0], 1)
        array([-0.  , -0.25])
    """
    return 2 * binary_cross_entropy_grad(logit, target) * sigmoid_slope(logit)


def sigmoid_slope(logit: ArrayLike) -> Array:
    """Slope of the sigmoid: p (1 - p) = σ(x) σ(-x), at most 1/4.

    Args:
        logit: Any shape.

    Returns:
        float64 array.

    Raises:
        ValueError: If `logit` is not numeric.

    Example:
        >>> from xent_core.binary import sigmoid_slope
        >>> sigmoid_slope([0.0, 1000.0])
        array([0.25, 0.  ])
    """
    x = as_float(logit, "logit").astype(FLOAT64)
    return sigmoid(x) * sigmoid(-x)


def _checked(logit: ArrayLike, target: ArrayLike) -> tuple[Array, Array]:
    x = as_float(logit, "logit").astype(FLOAT64)
    y = as_float(target, "target").astype(FLOAT64)
    refuse("target", "must be in [0, 1]", y, ~((y >= 0) & (y <= 1)))
    return x, y
