"""The formulas, evaluated in a format: every operation rounded to it, with what happened in each.

Each operation is one NumPy ufunc on arrays of the format's dtype, which rounds its result to that
dtype. A sum adds its terms from left to right, starting from the first term itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import Array
from xent_core.trace.events import Cells, find_events
from xent_core.trace.formats import Format, get_format, round_to
from xent_core.trace.formulas import EPSILON, FORMULAS, Step, get_program
from xent_core.trace.rows import MOST_ROWS, Rows, as_rows


def partial_sums(a: Array) -> Array:
    """All sums of the first terms, from left to right."""
    sums = np.empty_like(a)
    sums[0] = a[0]
    for j in range(1, len(a)):
        np.add(sums[j - 1], a[j], out=sums[j])
    return sums


def _others(rows: Rows, exps: Array, shift: Array) -> Array:
    """The exponentials, but m - m at the peak: 0, or nan if the maximum is not finite."""
    others = exps.copy()
    others.put(rows.at_peak, shift.take(rows.at_peak))
    return others


def _one_hot(rows: Rows) -> Array:
    y = np.zeros_like(rows.x)
    y.put(rows.at_target, np.ones(1, y.dtype))
    return y


def _epsilon(rows: Rows) -> Array:
    return np.full(rows.target.shape, round_to(EPSILON, rows.fmt))


OPERATIONS: dict[str, Callable[..., Array]] = {
    "exp": lambda rows, a: np.exp(a),
    "log": lambda rows, a: np.log(a),
    "log1p": lambda rows, a: np.log1p(a),
    "negative": lambda rows, a: np.negative(a),
    "add": lambda rows, a, b: np.add(a, b),
    "subtract": lambda rows, a, b: np.subtract(a, b),
    "subtract_given": lambda rows, a, b: np.subtract(a, b),
    "divide": lambda rows, a, b: np.divide(a, b),
    "multiply": lambda rows, a, b: np.multiply(a, b),
    "sum": lambda rows, a: partial_sums(a)[-1],
    "max": lambda rows, a: a.take(rows.at_peak),
    "pick": lambda rows, a: a.take(rows.at_target),
    "others": _others,
    "one_hot": _one_hot,
    "epsilon": _epsilon,
}


class Machine:
    """Evaluates steps; what two formulas have in common is evaluated once."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        # An operation and its operands, themselves named so, are the name of a value.
        self._values: dict[Any, Array] = {"x": rows.x}
        self._cells: dict[Any, Cells] = {}
        self._traced: dict[Any, TracedStep] = {}

    def names(self, program: tuple[Step, ...]) -> dict[str, Any]:
        """The name of each step's value."""
        names: dict[str, Any] = {"x": "x"}
        for step in program:
            names[step.key] = (step.operation, *(names[key] for key in step.takes))
        return names

    def value(self, name: Any) -> Array:
        """The value of this name."""
        if name not in self._values:
            operands = [self.value(operand) for operand in name[1:]]
            self._values[name] = OPERATIONS[name[0]](self.rows, *operands)
        return self._values[name]

    def values(self, formula: str) -> dict[str, Array]:
        """The values of all steps of a formula, by key, with the logits as "x"."""
        names = self.names(get_program(formula))
        with np.errstate(all="ignore"):
            return {key: self.value(name) for key, name in names.items()}

    def traced(self, key: str, name: Any) -> TracedStep:
        """The value of this name with its events, as the step `key` of a formula."""
        if name not in self._traced:
            self._traced[name] = self._sum(key, name) if name[0] == "sum" else self._one(key, name)
        return replace(self._traced[name], key=key)

    def _one(self, key: str, name: Any) -> TracedStep:
        restore = self.rows.restore
        operands = [self._cells_of(operand) for operand in name[1:]]
        events, lost = find_events(name[0], operands, self._cells_of(name))
        bits_lost = None if lost is None else restore(lost)
        return TracedStep(key, restore(self.value(name)), restore(events), bits_lost)

    def _sum(self, key: str, name: Any) -> TracedStep:
        restore = self.rows.restore
        terms = self._cells_of(name[1])
        sums = Cells(self.rows.fmt, partial_sums(terms.values))
        events = np.zeros(sums.values.shape, np.uint8)
        # Bits lost are left out: no sum here has terms of both signs, so none cancels.
        events[1:], _ = find_events("add", [sums[:-1], terms[1:]], sums[1:])
        total = restore(np.bitwise_or.reduce(events, axis=0))
        value = restore(sums.values[-1])
        return TracedStep(key, value, total, None, restore(sums.values), restore(events))

    def _cells_of(self, name: Any) -> Cells:
        if name not in self._cells:
            self._cells[name] = Cells(self.rows.fmt, self.value(name))
        return self._cells[name]


@dataclass(frozen=True, eq=False)
class TracedStep:
    """One step of a formula, with its key in the program."""

    key: str
    values: Array  # (…, C) or (…), of the format's dtype
    events: Array  # uint8, of the same shape: flags of `EVENTS`, for a sum of all its additions
    bits_lost: Array | None = None  # int8: leading bits that cancelled, where the step can cancel
    # Of a sum, (…, C): the sums of the first one, two, … terms, and the events of each addition.
    partial_sums: Array | None = None
    partial_events: Array | None = None


@dataclass(frozen=True, eq=False)
class FormulaTrace:
    """A formula's steps in order; the last one's values are the loss."""

    formula: str
    steps: tuple[TracedStep, ...]

    @property
    def loss(self) -> Array:
        return self.steps[-1].values

    def __getitem__(self, key: str) -> TracedStep:
        return next(step for step in self.steps if step.key == key)


@dataclass(frozen=True, eq=False)
class Trace:
    """What `trace` finds: the logits as rounded, and each formula's steps."""

    format: Format
    logits: Array  # (…, C), of the format's dtype
    target: Array  # integers (…)
    formulas: dict[str, FormulaTrace]

    def __getitem__(self, formula: str) -> FormulaTrace:
        return self.formulas[formula]


def trace(
    logits: ArrayLike, target: ArrayLike, format: str | Format, formulas: Iterable[str] = FORMULAS
) -> Trace:
    """Every step of every formula for rows of logits, in a format, with its events.

    Args:
        logits: (…, C), rounded to the format first; not more than `xent_core.trace` says.
        target: Integers, the class k of each row; broadcasts to (…).
        format: A `Format`, or its name.
        formulas: Some of `FORMULAS`.

    Returns:
        Trace.

    Raises:
        ValueError: If a shape, a format or a formula is wrong, or there are too many logits.
        IndexError: If a target is outside 0 … C - 1.

    Example:
        >>> from xent_core.trace import event_names, trace
        >>> found = trace([123.0, 456.0, 789.0], 0, "float32")
        >>> {name: float(one.loss) for name, one in found.formulas.items()}["log_softmax"]
        666.0
        >>> step = found["shifted"]["exp"]
        >>> step.values, event_names(step.events[0])
        (array([0., 0., 1.], dtype=float32), ('underflow',))
    """
    rows = as_rows(logits, target, format)
    machine = Machine(rows)
    found = {}
    with np.errstate(all="ignore"):
        for formula in formulas:
            program = get_program(formula)
            names = machine.names(program)
            steps = tuple(machine.traced(step.key, names[step.key]) for step in program)
            found[formula] = FormulaTrace(formula, steps)
    return Trace(rows.fmt, rows.restore(rows.x), rows.restore(rows.target), found)


def losses(
    logits: ArrayLike, target: ArrayLike, format: str | Format, formulas: Iterable[str] = FORMULAS
) -> dict[str, Array]:
    """The loss by each formula, without its events: several times as fast as `trace`.

    Args:
        logits, target, format, formulas: As in `trace`.

    Returns:
        dict of formula to array, (…), of the format's dtype; in nats.

    Raises:
        ValueError, IndexError: As in `trace`.

    Example:
        >>> from xent_core.trace import losses
        >>> found = losses([1e8, 1e8], 0, "float32")
        >>> float(found["lse"]), round(float(found["log_softmax"]), 6)
        (-0.0, 0.693147)
    """
    rows = as_rows(logits, target, format)
    machine = Machine(rows)
    return {name: rows.restore(machine.values(name)["neg"]) for name in formulas}


def running_sums(values: ArrayLike, format: str | Format) -> Array:
    """All sums of the first one, two, … numbers, added from left to right in a format.

    Args:
        values: (N), rounded to the format first; at most 300,000.
        format: A `Format`, or its name.

    Returns:
        array, (N), of the format's dtype.

    Raises:
        ValueError: If there is no such format, or `values` have more than one axis or are too many.

    Example:
        >>> from xent_core.trace import running_sums
        >>> float(running_sums([0.6931] * 70_000, "float16")[-1])
        2048.0
    """
    fmt = get_format(format)
    rounded = round_to(values, fmt)
    if rounded.ndim != 1 or len(rounded) > MOST_ROWS:
        raise ValueError(f"values: one axis of at most {MOST_ROWS:,}, found {rounded.shape}")
    with np.errstate(all="ignore"):
        return np.add.accumulate(rounded)
