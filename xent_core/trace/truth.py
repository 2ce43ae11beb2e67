"""What the loss really is, for logits as a format holds them, and how far a value is from it.

Two routes. `exact_row` has as many digits as one likes, for one row, through mpmath. `true_losses`
has about 57 bits, for many rows at once: enough to count ulps even in float64.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import mpmath
import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array, check_between
from xent_core.losses import cross_entropy_loss_grad
from xent_core.trace import double_double as dd
from xent_core.trace.double_double import Double2
from xent_core.trace.formats import Format, get_format
from xent_core.trace.rows import as_rows

# What can become of a loss; `outcomes` gives the place in this tuple.
OUTCOMES = ("right", "digits", "zero", "inf", "nan")
RIGHT, DIGITS, ZERO, INF, NAN = range(5)

# How many ulps a right result may be away from the truth: 2 bits. A formula of a few operations
# that nothing bad happens to stays below.
TOLERANCE = 4.0

BLOCK = 2**14


@dataclass(frozen=True)
class ExactRow:
    """The truth about one row, as mpmath numbers: the result of `exact_row`."""

    loss: Any  # -log p_k, in nats
    log_p: Any  # log p_k
    probabilities: tuple[Any, ...]  # p
    gradient: tuple[Any, ...]  # p - y


def exact_row(logits: ArrayLike, target: int, format: str | Format, digits: int = 50) -> ExactRow:
    """Loss, probabilities and gradient of one row to many digits, by mpmath.

    A logit of -inf is a class of probability 0. With a nan, a +inf or nothing but -inf, all is nan.

    Args:
        logits: (C), rounded to the format first.
        target: The class k.
        format: A `Format`, or its name.
        digits: Right decimal digits, 1 to 1,000.

    Returns:
        ExactRow.

    Raises:
        ValueError: If `logits` is not one row, or in the cases of `trace`.
        IndexError: If the target is outside 0 … C - 1.

    Example:
        >>> from xent_core.trace import exact_row
        >>> import mpmath
        >>> mpmath.nstr(exact_row([0.0, -40.0], 0, "float32").loss, 20)
        '4.2483542552915889863e-18'
    """
    rows = as_rows(logits, target, format)
    if rows.lead:
        raise ValueError(f"logits: must be one row, found shape {rows.lead + rows.x.shape[:1]}")
    check_between("digits", digits, 1, 1000)
    x = rows.x[:, 0].astype(FLOAT64)
    k, peak = int(rows.target[0]), int(x.argmax())
    if not np.isfinite(x[peak]):
        nan = mpmath.mpf("nan")
        return ExactRow(nan, nan, (nan,) * len(x), (nan,) * len(x))
    # Guard digits, and one for each bit of the largest exponent, which exp divides out.
    with mpmath.workdps(digits + 20 + max(0, math.frexp(np.abs(x[np.isfinite(x)]).max())[1]) // 3):
        shift = [mpmath.mpf(v) - mpmath.mpf(x[peak]) for v in x.tolist()]
        exps = [mpmath.exp(d) for d in shift]
        rest = mpmath.fsum(e for i, e in enumerate(exps) if i != peak)
        loss = mpmath.log1p(rest) - shift[k]
        p = [e / (1 + rest) for e in exps]
        others = mpmath.fsum(e for i, e in enumerate(exps) if i != k) / (1 + rest)
        return ExactRow(loss, -loss, tuple(p), (*p[:k], -others, *p[k + 1 :]))


class TrueLosses(NamedTuple):
    """-log p_k as `high + low`: the nearest float64 and what it misses; arrays of shape (…)."""

    high: Array
    low: Array


def true_losses(logits: ArrayLike, target: ArrayLike, format: str | Format) -> TrueLosses:
    """The loss of each row, for the logits as the format holds them, to about 2^-56.

    That is an error of at most 0.1 ulp of float64 (of its smallest subnormal for losses near it).
    A logit of -inf is a class of probability 0. With a nan, a +inf or nothing but -inf it is nan;
    beyond the range of float64 it is inf.

    Args:
        logits, target, format: As in `trace`.

    Returns:
        TrueLosses, in nats.

    Raises:
        ValueError, IndexError: As in `trace`.

    Example:
        >>> from xent_core.trace import true_losses
        >>> true_losses([0.0, -40.0], 0, "float32").high
        array(4.24835426e-18)
    """
    rows = as_rows(logits, target, format)
    wide = rows.x.astype(FLOAT64)
    high, low = np.empty(wide.shape[1]), np.empty(wide.shape[1])
    step = max(1, BLOCK // len(wide))  # at a time, so that the temporaries stay in the cache
    with np.errstate(all="ignore"):
        for first in range(0, wide.shape[1], step):
            at = slice(first, first + step)
            high[at], low[at] = _true_block(np.ascontiguousarray(wide[:, at]), rows.target[at])
    return TrueLosses(rows.restore(high), rows.restore(low))


def _true_block(x: Array, target: Array) -> Double2:
    columns = np.arange(x.shape[1])
    peak = np.ascontiguousarray(x.T).argmax(-1)
    top = x[peak, columns]
    # e^-800 is 0 in float64 anyway, and exp knows nothing of -inf.
    high, low = dd.two_difference(x, top)
    far = ~(high > -800)
    exps = dd.exp(Double2(np.where(far, -800.0, high), np.where(far, 0.0, low)))
    exps.high[peak, columns] = exps.low[peak, columns] = 0
    rest = Double2(exps.high[0], exps.low[0])
    for j in range(1, len(x)):
        rest = dd.plus(rest, Double2(exps.high[j], exps.low[j]))
    ahead = Double2(-high[target, columns], -low[target, columns])
    loss = dd.plus(ahead, dd.log1p(rest))
    # Where the first part is infinite or nan, so is the loss, and nothing is missing.
    finite = np.isfinite(loss.high)
    lost = np.where(np.isfinite(top), ahead.high, np.nan)
    return Double2(np.where(finite, loss.high, lost), np.where(finite, loss.low, 0.0))


def true_gradients(logits: ArrayLike, target: ArrayLike, format: str | Format) -> Array:
    """p - y of each row, for the logits as the format holds them, in float64.

    Args:
        logits, target, format: As in `trace`.

    Returns:
        float64 array, (…, C), within 6 ulps of float64.

    Raises:
        ValueError, IndexError: As in `trace`.

    Example:
        >>> from xent_core.trace import true_gradients
        >>> true_gradients([1, 2, 3, 4], 3, "float16").round(2)
        array([ 0.03,  0.09,  0.24, -0.36])
    """
    rows = as_rows(logits, target, format)
    x = rows.x.T.astype(FLOAT64)
    return rows.restore(cross_entropy_loss_grad(x, rows.target, reduction="sum").T)


@dataclass(frozen=True, eq=False)
class Errors:
    """How far losses are from the truth: float64 arrays of shape (…); nan where either is."""

    ulps: Array  # of the format at the truth, at least its smallest subnormal
    percent: Array  # of the truth; 0 where both are 0


def errors(values: Array, truth: TrueLosses, format: str | Format) -> Errors:
    """The distance of losses from the truth, in ulps of a format and in percent.

    Args:
        values: (…), losses that were computed in the format.
        truth: From `true_losses`, of the same shape.
        format: A `Format`, or its name.

    Returns:
        Errors.

    Raises:
        ValueError: If there is no such format.

    Example:
        >>> from xent_core.trace import errors, losses, true_losses
        >>> x = [1e4, 1e4]
        >>> found = errors(losses(x, 0, "float32")["lse"], true_losses(x, 0, "float32"), "float32")
        >>> round(float(found.ulps)), round(float(found.percent), 3)
        (3560, 0.031)
    """
    fmt = get_format(format)
    with np.errstate(all="ignore"):
        wide = np.asarray(values).astype(FLOAT64)
        distance = np.abs((wide - truth.high) - truth.low)
        distance = np.where(wide == truth.high, np.abs(truth.low), distance)  # inf - inf too
        percent = 100 * distance / np.abs(truth.high)
        return Errors(distance / _ulp(truth.high, fmt), np.where(distance == 0, 0.0, percent))


def _ulp(truth: Array, fmt: Format) -> Array:
    """The unit in the last place of a format at |truth|; for more than its largest, at that."""
    exponent = np.frexp(np.minimum(np.abs(truth), fmt.max))[1] - fmt.precision
    return np.ldexp(1.0, np.maximum(exponent, math.frexp(fmt.smallest_subnormal)[1] - 1))


def outcomes(
    values: Array, truth: TrueLosses, format: str | Format, tolerance: float = TOLERANCE
) -> Array:
    """What became of each loss: right, wrong digits, 0, inf or nan.

    nan is "nan", whatever the truth. inf is "inf", unless the truth is inf itself. 0 is "zero" if
    the truth is more than half the smallest subnormal of the format: otherwise 0 is the nearest
    number that the format has. Then "right" if within `tolerance` ulps, else "digits".

    Args:
        values, truth, format: As in `errors`.
        tolerance: In ulps of the format at the truth.

    Returns:
        uint8 array, (…): places in `OUTCOMES`.

    Raises:
        ValueError: If there is no such format.

    Example:
        >>> from xent_core.trace import OUTCOMES, losses, outcomes, true_losses
        >>> x, format = [123.0, 456.0, 789.0], "float32"
        >>> found = losses(x, 0, format)
        >>> truth = true_losses(x, 0, format)
        >>> [OUTCOMES[int(outcomes(found[name], truth, format))] for name in found]
        ['nan', 'nan', 'inf', 'digits', 'right', 'right', 'right']
    """
    fmt = get_format(format)
    with np.errstate(all="ignore"):  # a signalling nan
        wide = np.asarray(values).astype(FLOAT64)
    found = np.where(errors(wide, truth, fmt).ulps <= tolerance, RIGHT, DIGITS)
    vanished = (wide == 0) & (np.abs(truth.high) > fmt.smallest_subnormal / 2)
    found = np.where(vanished, ZERO, found)
    found = np.where(np.isinf(wide) & (wide != truth.high), INF, found)
    return np.where(np.isnan(wide), NAN, found).astype(np.uint8)
