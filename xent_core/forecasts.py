"""What a room of forecasters pays: the logarithmic score, which is the loss of this course.

Definitions: I. J. Good, "Rational Decisions" (1952), where a forecast pays the logarithm of the
probability it gave to what came; T. Gneiting and A. E. Raftery, "Strictly Proper Scoring Rules"
(2007). Who pays so does best to say what she believes: the expected price of Q where P is true is
H(P, Q), least at Q = P.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import Array
from xent_core.information import cross_entropy, entropy, kl_divergence, self_information


class Paid(NamedTuple):
    """What the forecasts of a room cost where one of the options is true.

    Attributes:
        each: (N,), -log q of the truth, of each forecast; inf where it was called impossible.
        average: Their mean: the room's cross-entropy. nan without a forecast.
        of_mean: -log of what the mean forecast gave to the truth: never more than `average`,
            for -log is convex (Jensen's inequality).
    """

    each: Array
    average: float
    of_mean: float


class Compared(NamedTuple):
    """A forecast against what the room itself had said: H(P, Q) = H(P) + D(P‖Q)."""

    cross_entropy: float
    entropy: float
    kl_divergence: float


def sure_forecast(option: int, probability: float, options: int) -> Array:
    """The forecast of somebody who names one option and says how sure she is.

    The others share the rest equally.

    Args:
        option: The one named, from 0.
        probability: Of that option, in [0, 1].
        options: How many there are, at least 2.

    Returns:
        float64 array, (options,), with the sum 1.

    Raises:
        ValueError: If there are fewer than two options, or the probability is not in [0, 1].
        IndexError: If there is no such option.

    Example:
        >>> from xent_core.forecasts import sure_forecast
        >>> sure_forecast(1, 0.8, 3).round(3).tolist()
        [0.1, 0.8, 0.1]
    """
    if options < 2:
        raise ValueError(f"options: must be at least 2, found {options}")
    if not 0 <= option < options:
        raise IndexError(f"option: must be from 0 to {options - 1}, found {option}")
    if not 0 <= probability <= 1:
        raise ValueError(f"probability: must be in [0, 1], found {probability}")
    forecast = np.full(options, (1 - probability) / (options - 1))
    forecast[option] = probability
    return forecast


def mean_forecast(forecasts: ArrayLike) -> Array:
    """The room's forecast: the mean of all, which is a distribution again.

    Args:
        forecasts: (N, C), a distribution in each row, N ≥ 1.

    Returns:
        float64 array, (C,).

    Raises:
        ValueError: If there is no forecast, or a row is no distribution.

    Example:
        >>> from xent_core.forecasts import mean_forecast
        >>> mean_forecast([[0.5, 0.5], [1, 0]]).tolist()
        [0.75, 0.25]
    """
    rows = _checked(forecasts)
    if not len(rows):
        raise ValueError("forecasts: must have at least one row, found none")
    return rows.mean(axis=0)


def paid(forecasts: ArrayLike, truth: int, *, base: float = 2.0) -> Paid:
    """What each forecast pays for the truth, and the room together.

    Args:
        forecasts: (N, C), a distribution in each row.
        truth: The option that is true, from 0.
        base: 2 for bits, e for nats.

    Raises:
        ValueError: If a row is no distribution.
        IndexError: If there is no such option.

    Example:
        >>> from xent_core.forecasts import paid
        >>> price = paid([[0.5, 0.5], [0.125, 0.875]], truth=0)
        >>> price.each.tolist(), price.average
        ([1.0, 3.0], 2.0)
    """
    rows = _checked(forecasts)
    if not 0 <= truth < rows.shape[1]:
        raise IndexError(f"truth: must be from 0 to {rows.shape[1] - 1}, found {truth}")
    if not len(rows):
        return Paid(np.empty(0), math.nan, math.nan)
    each = np.atleast_1d(self_information(np.minimum(rows[:, truth], 1), base=base))
    together = float(self_information(min(rows[:, truth].mean(), 1), base=base))
    return Paid(each, float(each.mean()), together)


def compared(before: ArrayLike, after: ArrayLike, *, base: float = 2.0) -> Compared:
    """The room's second forecast Q against its first one, taken as P.

    For questions that nobody can settle: then the room's own first word stands for the truth.

    Args:
        before: (C,), P.
        after: (C,), Q.
        base: 2 for bits, e for nats.

    Raises:
        ValueError: If one of them is no distribution, or they differ in length.

    Example:
        >>> from xent_core.forecasts import compared
        >>> [round(x, 3) for x in compared([0.5, 0.5], [0.25, 0.75])]
        [1.208, 1.0, 0.208]
    """
    return Compared(
        float(cross_entropy(before, after, base=base)),
        float(entropy(before, base=base)),
        float(kl_divergence(before, after, base=base)),
    )


def _checked(forecasts: Any) -> Array:
    rows = np.asarray(forecasts, dtype=np.float64)
    if rows.ndim != 2 or rows.shape[1] < 2:
        raise ValueError(f"forecasts: must have the shape (N, C), C ≥ 2, found {rows.shape}")
    if len(rows):
        entropy(rows)  # raises where a row is no distribution
    return rows
