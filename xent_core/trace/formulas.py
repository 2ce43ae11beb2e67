"""Seven ways to write one loss, as lists of steps. Nothing is computed here.

Each formula ends in -log p_k, and all are the same on paper. A step names its operation (see
`evaluate`) and the steps or inputs that it takes; "x" is the row of logits. The maximum m and its
class, the peak, are those of the first largest logit.
"""

from __future__ import annotations

from typing import NamedTuple

from xent_core._arrays import check_choice

EPSILON = 1e-8


class Step(NamedTuple):
    """One operation of a formula: a key that is stable, what it does, and what it takes."""

    key: str
    operation: str
    takes: tuple[str, ...]


def _step(key: str, operation: str, *takes: str) -> Step:
    return Step(key, operation, takes)


_SHIFTED = (
    _step("max", "max", "x"),
    # The logits are given, hence exact: this subtraction loses no digits that they have.
    _step("shift", "subtract_given", "x", "max"),
    _step("exp", "exp", "shift"),
)
_SOFTMAX = (_step("sum", "sum", "exp"), _step("p", "divide", "exp", "sum"))
_PICK_LOG = (_step("pick", "pick", "p"), _step("log", "log", "pick"))
_NEG = (_step("neg", "negative", "log"),)
_DIFF = (_step("diff", "subtract", "pick", "log"), _step("neg", "negative", "diff"))

# On paper: softmax, its logarithm, the target's entry.
# In full: the sum over all classes that the one-hot y collapses on paper.
# epsilon: the shifted softmax, as torch.softmax gives it, with 1e-8 against log 0.
# lse: x_k - (m + log Σ). log_softmax: (x_k - m) - log Σ, the order of PyTorch's kernel.
# log1p: the same, with the 1 = e^{m - m} of the peak kept out of the sum.
PROGRAMS: dict[str, tuple[Step, ...]] = {
    "paper": (_step("exp", "exp", "x"), *_SOFTMAX, *_PICK_LOG, *_NEG),
    "full_sum": (
        _step("exp", "exp", "x"),
        *_SOFTMAX,
        _step("log", "log", "p"),
        _step("y", "one_hot"),
        _step("times", "multiply", "y", "log"),
        _step("total", "sum", "times"),
        _step("neg", "negative", "total"),
    ),
    "shifted": (*_SHIFTED, *_SOFTMAX, *_PICK_LOG, *_NEG),
    "epsilon": (
        *_SHIFTED,
        *_SOFTMAX,
        _step("pick", "pick", "p"),
        _step("epsilon", "epsilon"),
        _step("plus", "add", "pick", "epsilon"),
        _step("log", "log", "plus"),
        *_NEG,
    ),
    "lse": (
        *_SHIFTED,
        _step("sum", "sum", "exp"),
        _step("log", "log", "sum"),
        _step("lse", "add", "max", "log"),
        _step("pick", "pick", "x"),
        _step("diff", "subtract", "pick", "lse"),
        _step("neg", "negative", "diff"),
    ),
    "log_softmax": (
        *_SHIFTED,
        _step("sum", "sum", "exp"),
        _step("log", "log", "sum"),
        _step("pick", "pick", "shift"),
        *_DIFF,
    ),
    "log1p": (
        *_SHIFTED,
        _step("others", "others", "exp", "shift"),
        _step("sum", "sum", "others"),
        _step("log", "log1p", "sum"),
        _step("pick", "pick", "shift"),
        *_DIFF,
    ),
}
FORMULAS = tuple(PROGRAMS)


def get_program(formula: str) -> tuple[Step, ...]:
    """The steps of a formula, in order.

    Args:
        formula: One of `FORMULAS`.

    Returns:
        tuple of Step.

    Raises:
        ValueError: If there is no such formula.

    Example:
        >>> from xent_core.trace import get_program
        >>> [step.key for step in get_program("paper")]
        ['exp', 'sum', 'p', 'pick', 'log', 'neg']
    """
    return PROGRAMS[check_choice(formula, FORMULAS, "formula")]


def dependents(formula: str, key: str) -> tuple[str, ...]:
    """The steps that a step reaches: all that is downstream of it.

    Args:
        formula: One of `FORMULAS`.
        key: Of a step of the formula, or "x" for the logits.

    Returns:
        Their keys, in the order of the steps, without `key`.

    Raises:
        ValueError: If there is no such formula, or no such step in it.

    Example:
        >>> from xent_core.trace import dependents
        >>> dependents("log_softmax", "sum")
        ('log', 'diff', 'neg')
    """
    program = get_program(formula)
    if key != "x" and key not in {step.key for step in program}:
        raise ValueError(f"key: {formula} has no step {key!r}")
    reached = {key}
    for step in program:
        if reached & set(step.takes):
            reached.add(step.key)
    return tuple(step.key for step in program if step.key in reached and step.key != key)
