"""The gradient that each formula would train with: its own steps, reversed, in its own format.

Every operation of the reverse pass is rounded to the format too. The rules are those of
PyTorch's autograd, down to the order of their operations, because that order decides where an inf
or a nan appears: the gradient of a / b in b is -g ((a / b) / b).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xent_core._arrays import FLOAT64, Array
from xent_core.trace.evaluate import Trace, partial_sums
from xent_core.trace.formats import Format, get_format
from xent_core.trace.formulas import get_program
from xent_core.trace.rows import Rows, as_rows

# What a step of learning would do; `verdicts` gives the place in this tuple.
VERDICTS = ("right", "wrong_size", "zero", "nan")


def _over_classes(terms: Array) -> Array:
    return partial_sums(terms)[-1]


def _scatter(shape: Array, flat: Array, g: Array) -> Array:
    spread = np.zeros_like(shape)
    spread.put(flat, g)
    return spread


def _reverse_divide(rows: Rows, g: Array, out: Array, a: Array, b: Array) -> tuple[Array, Array]:
    return g / b, _over_classes(-g * ((a / b) / b))


def _reverse_shift(rows: Rows, g: Array, out: Array, a: Array, b: Array) -> tuple[Array, Array]:
    return g, _over_classes(-g)


def _reverse_others(
    rows: Rows, g: Array, out: Array, exps: Array, shift: Array
) -> tuple[Array, None]:
    """Nothing for the peak, whose m - m is a constant."""
    rest = g.copy()
    rest.put(rows.at_peak, np.zeros(1, g.dtype))
    return rest, None


# From the gradient g of an operation's result: those of what it took; None for a constant.
_RULES: dict[str, Callable[..., tuple[Array | None, ...]]] = {
    "exp": lambda rows, g, out, a: (g * out,),
    "log": lambda rows, g, out, a: (g / a,),
    "log1p": lambda rows, g, out, a: (g / (a + np.ones(1, a.dtype)),),
    "negative": lambda rows, g, out, a: (-g,),
    "add": lambda rows, g, out, a, b: (g, g),
    "subtract": lambda rows, g, out, a, b: (g, -g),
    "subtract_given": _reverse_shift,
    "divide": _reverse_divide,
    "multiply": lambda rows, g, out, y, a: (None, g * y),
    "sum": lambda rows, g, out, a: (np.broadcast_to(g, a.shape),),
    "max": lambda rows, g, out, a: (_scatter(a, rows.at_peak, g),),
    "pick": lambda rows, g, out, a: (_scatter(a, rows.at_target, g),),
    "others": _reverse_others,
    "one_hot": lambda rows, g, out: (),
    "epsilon": lambda rows, g, out: (),
}


@dataclass(frozen=True, eq=False)
class Gradient:
    """The gradients of one formula's loss, all in the format."""

    values: Array  # (…, C), in the logits: what training would use
    steps: dict[str, Array]  # in the result of each step, by key, of the shape of its values


def gradients(trace: Trace) -> dict[str, Gradient]:
    """The gradient of each traced formula's loss, by reversing its steps in the same format.

    The maximum sends its gradient to the first largest logit, as torch.max(dim) does. Sums run
    from left to right.

    Args:
        trace: From `trace`.

    Returns:
        dict of formula to Gradient.

    Raises:
        Nothing.

    Example:
        >>> from xent_core.trace import gradients, trace
        >>> found = gradients(trace([123.0, 456.0, 789.0], 0, "float32"))
        >>> found["shifted"].values, found["log_softmax"].values
        (array([nan, nan, nan], dtype=float32), array([-1.,  0.,  1.], dtype=float32))
    """
    rows = as_rows(trace.logits, trace.target, trace.format)
    with np.errstate(all="ignore"):
        return {formula: _gradient(rows, trace, formula) for formula in trace.formulas}


def _gradient(rows: Rows, trace: Trace, formula: str) -> Gradient:
    program = get_program(formula)
    values = {"x": rows.x}
    values |= {step.key: rows.flatten(step.values) for step in trace[formula].steps}
    found = {program[-1].key: np.ones_like(values[program[-1].key])}
    for step in reversed(program):
        rule = _RULES[step.operation]
        operands = [values[key] for key in step.takes]
        # A constant without gradient, such as y, takes nothing, and its rule asks for none.
        g = found.get(step.key, values[step.key])
        for key, part in zip(step.takes, rule(rows, g, values[step.key], *operands), strict=True):
            if part is not None:
                found[key] = found[key] + part if key in found else part
    restored = {key: rows.restore(g) for key, g in found.items()}
    return Gradient(restored.pop("x"), restored)


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What a step of learning would do."""

    codes: Array  # uint8 (…), places in `VERDICTS`
    # float64 (…), how many times as large as it should be the step is in the right direction:
    # Σ g t / Σ t², with t the truth. nan where the gradient is not finite or the truth is 0.
    factor: Array


def verdicts(values: Array, truth: Array, format: str | Format) -> Verdicts:
    """Judge gradients by the truth p - y.

    "nan" if an entry is nan or inf: one step, and every weight is lost. "zero" if all entries are
    0 and the truth is not: no learning. "right" if no entry is further from the truth than the
    largest of 1/64 and 1.5 eps of the format, times the largest entry of the truth. Anything else
    is "wrong_size": of a wrong size, or, if `factor` does not explain it, in a wrong direction.

    Args:
        values: (…, C), gradients in the format.
        truth: (…, C), from `true_gradients`.
        format: A `Format`, or its name.

    Returns:
        Verdicts.

    Raises:
        ValueError: If there is no such format, or the shapes differ.

    Example:
        >>> from xent_core.trace import VERDICTS, gradients, trace, true_gradients, verdicts
        >>> row = [0.0, 18.420681]  # p_0 is 1e-8, as large as the ε that is added
        >>> g = gradients(trace(row, 0, "float32"))["epsilon"].values
        >>> found = verdicts(g, true_gradients(row, 0, "float32"), "float32")
        >>> VERDICTS[int(found.codes)], float(found.factor.round(3))
        ('wrong_size', 0.5)
    """
    fmt = get_format(format)
    with np.errstate(all="ignore"):  # a signalling nan
        g = np.asarray(values).astype(FLOAT64)
    if g.shape != np.shape(truth):
        raise ValueError(f"truth: shape {np.shape(truth)} is not {g.shape}")
    largest = np.abs(truth).max(axis=-1)
    with np.errstate(all="ignore"):
        scaled_g, scaled_t = g / largest[..., None], truth / largest[..., None]
        far = np.abs(scaled_g - scaled_t).max(axis=-1) > max(1 / 64, 1.5 * fmt.eps)
        factor = (scaled_g * scaled_t).sum(axis=-1) / (scaled_t * scaled_t).sum(axis=-1)
    lost = ~np.isfinite(g).all(axis=-1)
    nothing = (g == 0).all(axis=-1)
    # A truth too small for the format is 0 in it: then 0 is right.
    tiny = largest <= fmt.smallest_subnormal / 2
    codes = np.select([lost, nothing & tiny, nothing, far], [3, 0, 2, 1], 0)
    return Verdicts(codes.astype(np.uint8), np.where(lost, np.nan, factor))
