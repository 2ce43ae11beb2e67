"""Which step of a formula goes wrong first.

After each step the rest of the formula is done over again, in float64 and in a form in which
nothing overflows or cancels. The first step after which even that gives no right loss is the one
that went wrong. An event alone proves nothing: most underflows and absorptions are harmless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from xent_core._arrays import FLOAT64, Array
from xent_core.trace.evaluate import Trace
from xent_core.trace.formulas import PROGRAMS
from xent_core.trace.rows import Rows, as_rows
from xent_core.trace.truth import INF, RIGHT, TOLERANCE, TrueLosses, outcomes

Values: TypeAlias = Mapping[str, Array]
Rescue: TypeAlias = Callable[[Rows, Values], Array]

# The rest of the formula is done to within 4 ulps of float64, which counts only for float64.
_SLACK = 4.0


def first_wrong(trace: Trace, truth: TrueLosses, tolerance: float = TOLERANCE) -> dict[str, Array]:
    """The step of each formula after which even exact arithmetic could not give a right loss.

    Where the loss is inf or nan, the step after which exact arithmetic could not give a finite
    one; where it is nan, none but nan. Wrong digits before that are not what one looks for.

    Args:
        trace: From `trace`.
        truth: From `true_losses`, for the same rows.
        tolerance: In ulps, as in `outcomes`.

    Returns:
        dict of formula to int8 array, (…): the index of the step; -1 where the loss is right, or
        where the truth itself is nan. The step may have no event: then plain rounding did it, which
        a later step magnifies.

    Raises:
        ValueError: If `truth` has another shape.

    Example:
        >>> from xent_core.trace import first_wrong, trace, true_losses
        >>> row, format = [1e8, 1e8, -1e8], "float32"
        >>> found = trace(row, 0, format)
        >>> at = first_wrong(found, true_losses(row, 0, format))["lse"]
        >>> found["lse"].steps[int(at)].key
        'lse'
    """
    if truth.high.shape != trace.target.shape:
        raise ValueError(f"truth: shape {truth.high.shape} is not {trace.target.shape}")
    rows = as_rows(trace.logits, trace.target, trace.format)
    flat = TrueLosses(truth.high.reshape(-1), truth.low.reshape(-1))
    with np.errstate(all="ignore"):
        return {
            formula: rows.restore(_first_wrong(rows, trace, formula, flat, tolerance))
            for formula in trace.formulas
        }


def _first_wrong(
    rows: Rows, trace: Trace, formula: str, truth: TrueLosses, tolerance: float
) -> Array:
    fmt, steps = trace.format, trace[formula].steps
    final = outcomes(rows.flatten(trace[formula].loss), truth, fmt, tolerance)
    wrong = (final != RIGHT) & ~np.isnan(truth.high)
    if not wrong.any():
        return np.full(wrong.shape, -1, np.int8)
    values = {"x": rows.x.astype(FLOAT64)}
    values |= {step.key: rows.flatten(step.values).astype(FLOAT64) for step in steps}
    rescues = _RESCUES[formula]
    tried = [index for index, step in enumerate(steps) if step.key in rescues]
    saved = np.stack([rescues[steps[index].key](rows, values) for index in tried])
    slack = _SLACK if fmt.dtype == FLOAT64 else 0.0
    saved = outcomes(saved, truth, fmt, tolerance + slack)
    # Outcomes are numbered from the best to the worst: inf and nan are the last two.
    lost = np.where(final >= INF, saved >= final, saved != RIGHT)
    # Wrong by less than the slack: the last operation that rounds.
    first = np.where(lost.any(axis=0), np.array(tried)[lost.argmax(axis=0)], len(steps) - 2)
    return np.where(wrong, first, -1).astype(np.int8)


def _log_ratio(rest: Array, part: Array) -> Array:
    """log((rest + part) / part) for positive numbers, nan if one is infinite."""
    ratio = rest / part
    far = np.log(rest) - np.log(part)  # the quotient may overflow
    loss = np.where(ratio < 1e9, np.log1p(ratio), far)
    return np.where(np.isinf(rest) | np.isinf(part), np.nan, loss)


def _without(a: Array, flat: Array) -> Array:
    """The sum of each column of `a` without one entry."""
    rest = a.copy()
    rest.put(flat, 0.0)
    return rest.sum(axis=0)


def _from_exp(rows: Rows, v: Values) -> Array:
    return _log_ratio(_without(v["exp"], rows.at_target), v["exp"].take(rows.at_target))


def _from_sum(rows: Rows, v: Values) -> Array:
    part = v["exp"].take(rows.at_target)
    return _log_ratio(v["sum"] - part, part)


def _from_p(rows: Rows, v: Values) -> Array:
    return -np.log(v["p"].take(rows.at_target))


def _ahead_given(rows: Rows, v: Values) -> Array:
    """m - x_k from the logits themselves."""
    return v["max"] - v["x"].take(rows.at_target)


def _ahead_shifted(rows: Rows, v: Values) -> Array:
    """m - x_k as the shift has rounded it."""
    return -v["shift"].take(rows.at_target)


def _from_shift(ahead: Rescue) -> Rescue:
    def rescue(rows: Rows, v: Values) -> Array:
        return ahead(rows, v) + np.log1p(_without(np.exp(v["shift"]), rows.at_peak))

    return rescue


def _stable(ahead: Rescue) -> dict[str, Rescue]:
    """For formulas that add log Σ to m - x_k."""
    return {
        "shift": _from_shift(ahead),
        "exp": lambda rows, v: ahead(rows, v) + np.log1p(_without(v["exp"], rows.at_peak)),
        "sum": lambda rows, v: ahead(rows, v) + np.log(v["sum"]),
        "log": lambda rows, v: ahead(rows, v) + v["log"],
        "diff": lambda rows, v: -v["diff"],
        "neg": lambda rows, v: v["neg"],
    }


_SOFTMAX: dict[str, Rescue] = {"exp": _from_exp, "sum": _from_sum, "p": _from_p}
_LAST: dict[str, Rescue] = {"log": lambda rows, v: -v["log"], "neg": lambda rows, v: v["neg"]}
_SHIFTED: dict[str, Rescue] = {"shift": _from_shift(_ahead_shifted), **_SOFTMAX}

# The loss from what a step of a formula left; steps that only copy are missing. In "full_sum"
# 0 · log 0 counts as 0 until the step that really multiplies; in "epsilon" nothing is wrong with
# the p before ε is added.
_RESCUES: dict[str, dict[str, Rescue]] = {
    "paper": {**_SOFTMAX, **_LAST},
    "full_sum": {
        **_SOFTMAX,
        "log": lambda rows, v: -v["log"].take(rows.at_target),
        "times": lambda rows, v: -v["times"].sum(axis=0),
        "total": lambda rows, v: -v["total"],
        "neg": lambda rows, v: v["neg"],
    },
    "shifted": {**_SHIFTED, **_LAST},
    "epsilon": {**_SHIFTED, "plus": lambda rows, v: -np.log(v["plus"]), **_LAST},
    "lse": {
        **_stable(_ahead_given),
        "lse": lambda rows, v: v["lse"] - v["x"].take(rows.at_target),
    },
    "log_softmax": _stable(_ahead_shifted),
    "log1p": {
        **_stable(_ahead_shifted),
        "sum": lambda rows, v: _ahead_shifted(rows, v) + np.log1p(v["sum"]),
    },
}
assert _RESCUES.keys() == PROGRAMS.keys()
