"""The bench's arrays: every number of every step of seven formulas, and what came of them.

The mathematics is xent_core's. Here it is laid out for the table (see `steps`).
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.overflow.line import logit_line
from pages.overflow.steps import KEYS, KINDS, MARKS, OPERATIONS, TARGET, VOID, parts, row_of, spots
from ui.figure.sweeps import Arrays
from xent_core.trace import (
    FORMULAS,
    Format,
    Trace,
    TrueLosses,
    dependents,
    errors,
    event_names,
    first_wrong,
    get_program,
    gradients,
    outcomes,
    trace,
    true_gradients,
    true_losses,
    verdicts,
)

# Rows of so many bytes that are the same travel to the browser once (ui.figure.sweeps).
_TRAVELS_ONCE = 64
_SIGNS = tuple(OPERATIONS)

# From a byte of events to the place in MARKS of the gravest.
_GRAVEST = np.array(
    [min(map(MARKS.index, event_names(flags)), default=0) for flags in range(256)], np.uint8
)


def _reached() -> dict[str, NDArray[np.uint8]]:
    """For each formula: from the first wrong step (or -1) to what each step is (see `table`)."""
    out = {}
    for name in FORMULAS:
        keys = KEYS[name]
        marks = np.zeros((len(keys) + 1, len(keys)), np.uint8)
        for i, key in enumerate(keys):
            marks[i, i] = 1
            marks[i, [keys.index(reached) for reached in dependents(name, key)]] = 2
        out[name] = marks
    return out


_REACHED = _reached()


def narrowed(values: NDArray[np.float64], digits: int) -> NDArray[Any]:
    """Numbers in float32, half as long on their way, if so many digits of them look the same."""
    with np.errstate(all="ignore"):
        narrow = values.astype(np.float32)
        size = np.abs(values)
        power = np.floor(np.log10(size))
        places = np.where((power >= -5) & (power <= 6), np.maximum(digits - 1 - power, 0),
                          digits - 1 - power)  # fmt: skip
        last = size * 10.0**places  # what is shown is this, rounded
        apart = np.abs(last % 1 - 0.5) > 2e-7 * np.maximum(last, 1)
        alike = apart & (size > 1e-37) & (size < 1e38)
    same = np.isnan(values) | (narrow == values) | alike
    return narrow if same.all() else values


def _worst(marks: NDArray[np.uint8], own: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Which entry of each row has the gravest mark; of equals the target's, else the first."""
    grave = np.where(marks == 0, 99, marks).astype(int)
    return np.argmin(2 * grave + ~own, axis=-1)


def _operation(
    found: Trace, name: str, i: int, rows: NDArray[np.intp], own: NDArray[np.bool_]
) -> tuple[str, list[NDArray[Any]]]:
    """The operation of a step in which something happened: its name, a, b and the result."""
    step, traced = get_program(name)[i], found[name].steps[i]
    values = {"x": found.logits} | {one.key: one.values for one in found[name].steps}
    taken = [values[key] for key in step.takes]
    sums, events = traced.partial_sums, traced.partial_events
    if sums is not None and events is not None and sums.shape[-1] > 1:
        # of its additions the one in which it happened
        at = 1 + _worst(_GRAVEST[events[rows, 1:]], np.zeros(1, bool))
        return "sum", [sums[rows, at - 1], taken[0][rows, at], sums[rows, at]]
    wide = traced.values.ndim == 2
    at = _worst(_GRAVEST[traced.events[rows]], own[rows]) if wide else np.zeros(len(rows), int)
    said = [a[rows, at] if a.ndim == 2 else a[rows] for a in (*taken[:2], traced.values)]
    if step.operation in _SIGNS:
        return step.operation, said if len(taken) == 2 else [said[0], said[0], said[1]]
    return "copy", [said[-1]] * 3


def _causes(
    found: Trace, name: str, first: NDArray[np.int8], void: NDArray[np.bool_]
) -> dict[str, NDArray[Any]]:
    """What first went wrong in a formula, for one sentence about each row.

    `kind` is a place in KINDS, `op` in OPERATIONS; `reason` is 1 + a place in MARKS; `why` says
    the row of the table and the mark, or VOID; `said` has the operation's two numbers and its
    result.
    """
    classes = found.logits.shape[-1]
    own = np.arange(classes) == found.target[:, None]
    out: dict[str, NDArray[Any]] = {
        key: np.zeros(len(first), np.uint8) for key in ("kind", "op", "reason", "why")
    }
    out["said"] = np.zeros((len(first), 3), found.logits.dtype)
    out["kind"][void] = KINDS.index("void")
    out["why"][void] = VOID
    for i in np.unique(first[first >= 0]).tolist():
        rows = np.flatnonzero(first == i)
        step = found[name].steps[i]
        mark = _GRAVEST[step.events[rows]]
        if step.events.ndim == 2:
            mark = mark[np.arange(len(rows)), _worst(mark, own[rows])]
        operation, numbers = _operation(found, name, i, rows, own)
        out["op"][rows] = _SIGNS.index(operation)
        out["kind"][rows] = KINDS.index(OPERATIONS[operation][0])
        out["reason"][rows] = 1 + mark
        out["why"][rows] = 1 + row_of(step.key) * len(MARKS) + mark
        out["said"][rows] = np.stack(numbers, axis=-1)
    return out


def _cells(found: Trace) -> dict[str, NDArray[Any]]:
    """The values of all steps, each at its place, and the gravest event of each."""
    count, classes = found.logits.shape
    places = spots(classes)
    width = max(spot.places.stop for spot in places.values())
    values = np.empty((count, width), found.logits.dtype)
    marks = np.zeros((count, max(width, _TRAVELS_ONCE)), np.uint8)
    own = (np.arange(classes) == found.target[:, None]).astype(np.uint8) * TARGET
    for name in found.formulas:
        for step in found[name].steps:
            spot = places[name, step.key]
            where = slice(spot.at, spot.places.stop)
            mark = _GRAVEST[step.events]
            # a loss of -0 is written 0
            shown = step.values + step.values.dtype.type(0) if step.key == "neg" else step.values
            values[:, where] = shown if spot.size else shown[:, None]
            marks[:, where] = mark + own if spot.size else mark[:, None]
    numbers = {f"v{i}": values[:, part] for i, part in enumerate(parts(classes))}
    return {**numbers, "e": marks}


def _reach(wrong: Mapping[str, NDArray[np.int8]]) -> NDArray[np.uint8]:
    """What each step of each formula is: 1 the first that goes wrong, 2 one that depends on it."""
    marks = np.concatenate([_REACHED[name][wrong[name].astype(int)] for name in FORMULAS], axis=-1)
    return np.pad(marks, ((0, 0), (0, max(_TRAVELS_ONCE - marks.shape[1], 0))))


def _judged(found: Trace, truth: TrueLosses) -> Arrays:
    """The errors, the outcomes, the gradients and what they would do, formula by formula.

    "far" has the errors in ulps, in percent, and the factors of the gradients.
    """
    fmt = found.format
    true_slope = true_gradients(found.logits, found.target, fmt)
    slopes = [one.values for one in gradients(found).values()]
    gaps = [errors(found[name].loss, truth, fmt) for name in FORMULAS]
    judged = [verdicts(slope, true_slope, fmt) for slope in slopes]
    far = [gap.ulps for gap in gaps], [gap.percent for gap in gaps], [one.factor for one in judged]
    return {
        "truth": truth.high,
        # one array, for rows that are the same
        "far": narrowed(np.stack([*itertools.chain(*far)], axis=-1), 2),
        "outcome": np.stack([outcomes(found[name].loss, truth, fmt) for name in FORMULAS], axis=-1),
        "g": np.concatenate(slopes, axis=-1),
        "slope": narrowed(true_slope, 3),
        "verdict": np.stack([one.codes for one in judged], axis=-1),
    }


def bench(logits: NDArray[np.float64], target: NDArray[Any], fmt: Format) -> Arrays:
    """All that the bench shows for rows of logits (R, C), each with its target (R)."""
    found = trace(logits, target, fmt)
    truth = true_losses(found.logits, target, fmt)
    wrong = first_wrong(found, truth)
    void = np.isnan(truth.high)
    causes = [_causes(found, name, wrong[name], void) for name in FORMULAS]
    line = logit_line(fmt)
    wide = found.logits.astype(np.float64)
    with np.errstate(all="ignore"):
        shifted = wide - wide.max(axis=-1, keepdims=True)
    return {
        "x": found.logits,
        **_cells(found),
        "m": _reach(wrong),
        "said": np.concatenate([cause.pop("said") for cause in causes], axis=-1),
        **{key: np.stack([cause[key] for cause in causes], axis=-1) for key in causes[0]},
        **_judged(found, truth),
        "u": line.place(wide).astype(np.float32),
        "us": line.place(shifted).astype(np.float32),
    }


def bench_of(row: Sequence[float], fmt: Format, values: Arrays) -> Arrays:
    """The bench for a sweep of a row's sliders; the logits that have none stay as they are."""
    target = values["k"].astype(int)
    x = values.get("x")  # if all have a slider
    if x is None:
        fixed = (np.full(len(target), value) for value in row)
        x = np.stack([values.get(f"x{i}", still) for i, still in enumerate(fixed)], axis=-1)
    return bench(x, target, fmt)
