"""Shapes and dtypes: what F.cross_entropy says to a question that may be a wrong one.

The question is asked for real, of small tensors made here, and the answer is torch's own result
or torch's own message. The advice is read off the question: which shape, which type, which
classes; never off the words of the message.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from xent_core._arrays import Array, check_choice, class_axis, leading_shape
from xent_core.pytorch._inputs import IGNORED, exact
from xent_core.pytorch.options import OPTION_REDUCTIONS

Shape: TypeAlias = tuple[int, ...]

MAX_AXES = 4
MAX_LENGTH = 10
MAX_ELEMENTS = 8 * 10 * 4 * 4

# What a page may offer; `ask` takes every shape within the limits above.
INPUT_SHAPES: tuple[Shape, ...] = (
    *((), (5,)),
    *((4, 5), (1, 5), (0, 5)),
    *((4, 5, 3), (4, 3, 5)),
    *((4, 5, 2, 2), (4, 2, 2, 5)),
)
TARGET_SHAPES: tuple[Shape, ...] = (
    *((), (1,), (4,), (5,), (0,)),
    *((4, 1), (4, 3), (4, 5), (5, 4)),
    *((4, 5, 3), (4, 2, 2), (4, 5, 2, 2)),
)
INPUT_TYPES = ("float16", "bfloat16", "float32", "float64", "int64")
TARGET_TYPES = ("int64", "int32", "uint8", "bool", "float16", "float32", "float64")
INPUT_VALUES = ("ordinary", "minus_inf_row")
TARGET_VALUES = ("classes", "class_too_large", "negative_class", "all_ignored")

# What to say where torch computes something …
WORKING = (
    "class_indices",
    "class_indices_by_position",
    "class_probabilities",
    "all_ignored",
    "minus_inf_row",
    "nothing_to_average",
    "forward_only",
)
# … and where it refuses.
REFUSED = (
    "no_class_axis",
    "one_hot_int",
    "input_not_float",
    "target_is_float",
    "needs_long",
    "class_out_of_range",
    "no_batch_axis",
    "axis_too_many",
    "class_axis_last",
    "axes_swapped",
    "class_count_mismatch",
    "batch_mismatch",
    "shape_mismatch",
)
ADVICE = WORKING + REFUSED


class Backward(NamedTuple):
    """What loss.backward() did: the gradient in the input, or torch's error instead of it."""

    grad: Array | None
    error: str | None
    message: str | None


class Answer(NamedTuple):
    """What was asked, and what torch said.

    `input` and `target` are the numbers of the tensors. If it works, `value` is the loss (an array
    for reduction="none") with its `shape` and `dtype`, `backward` is what came of its gradient,
    and `error` and `message` are None; if not, it is the other way round: `error` is the name of
    the exception's type.
    """

    works: bool
    advice: str
    value: float | Array | None
    shape: Shape | None
    dtype: str | None
    error: str | None
    message: str | None
    input: Array
    target: Array
    backward: Backward | None = None


def ask(
    input_shape: Sequence[int],
    target_shape: Sequence[int],
    input_dtype: str = "float32",
    target_dtype: str = "int64",
    *,
    input_values: str = "ordinary",
    target_values: str = "classes",
    reduction: str = "mean",
) -> Answer:
    """Ask F.cross_entropy for the loss of an input and a target of these shapes and types.

    A target of the input's shape is filled with one-hot vectors, any other with class indices.

    Args:
        input_shape, target_shape: At most 4 axes, each from 0 to 10 long, at most 1280 elements.
        input_dtype: One of `INPUT_TYPES`.
        target_dtype: One of `TARGET_TYPES`.
        input_values: One of `INPUT_VALUES`. "minus_inf_row": the logits of the first sample are all
            -inf, if the type has it.
        target_values: One of `TARGET_VALUES`, of class indices: 0, 1, 2, …; with the last one C;
            with the last one -1; all -100. One-hot vectors do not heed it.
        reduction: "none", "mean" or "sum".

    Returns:
        Answer; advice is one of `WORKING` if it works and of `REFUSED` if not. What works is run
        backward too: a loss of reduction="none" that is no single number, and a target of shape (1)
        for an input of shape (C), have a loss and no gradient.

    Raises:
        ValueError: If a shape is too large, or a name is not one of those above.

    Example:
        >>> from xent_core.pytorch import ask
        >>> answer = ask((4, 5), (4,), target_dtype="float32")
        >>> answer.error, answer.advice
        ('RuntimeError', 'target_is_float')
        >>> ask((4, 5), (4,), target_values="all_ignored").value
        nan
    """
    x_shape = _check_shape(input_shape, "input_shape")
    t_shape = _check_shape(target_shape, "target_shape")
    check_choice(input_dtype, INPUT_TYPES, "input_dtype")
    check_choice(target_dtype, TARGET_TYPES, "target_dtype")
    check_choice(input_values, INPUT_VALUES, "input_values")
    check_choice(target_values, TARGET_VALUES, "target_values")
    check_choice(reduction, OPTION_REDUCTIONS, "reduction")
    x = _input(x_shape, getattr(torch, input_dtype), input_values)
    target = _target(x_shape, t_shape, getattr(torch, target_dtype), target_values)
    advice = _advice(x, target)
    numbers, ids = np.asarray(exact(x)), np.asarray(exact(target))
    if x.is_floating_point():
        x.requires_grad_()
    try:
        with torch.enable_grad():
            loss = F.cross_entropy(x, target, reduction=reduction)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        name, message = type(error).__name__, str(error)
        return Answer(False, advice, None, None, None, name, message, numbers, ids)
    name = str(loss.dtype).removeprefix("torch.")
    value, shape = exact(loss), tuple(loss.shape)
    back = _backward(x, loss)
    return Answer(True, advice, value, shape, name, None, None, numbers, ids, back)


def _backward(x: Tensor, loss: Tensor) -> Backward:
    try:
        loss.backward()
    except RuntimeError as error:
        return Backward(None, type(error).__name__, str(error))
    assert x.grad is not None
    return Backward(np.asarray(exact(x.grad)), None, None)


def _check_shape(shape: Sequence[int], name: str) -> Shape:
    lengths = tuple(shape)
    whole = all(isinstance(n, int) and 0 <= n <= MAX_LENGTH for n in lengths)
    if len(lengths) > MAX_AXES or not whole or math.prod(lengths) > MAX_ELEMENTS:
        raise ValueError(
            f"{name}: at most {MAX_AXES} axes of 0 to {MAX_LENGTH}, {MAX_ELEMENTS} elements in "
            f"all, found {shape}"
        )
    return lengths


def _index_shape(shape: Shape) -> Shape:
    """The shape of one class for each sample."""
    return leading_shape(shape, (class_axis(shape),))


def _input(shape: Shape, dtype: torch.dtype, values: str) -> Tensor:
    """Logits from -2.5 to 2.5 that do not repeat from class to class."""
    numbers = (np.arange(math.prod(shape)) * 7 % 11 - 5) / 2
    logits = numbers.reshape(shape)
    if values == "minus_inf_row" and dtype.is_floating_point and logits.size:
        where = (0, slice(None)) + (0,) * (len(shape) - 2) if len(shape) > 1 else ...
        logits[where] = -np.inf
    return torch.tensor(logits).to(dtype)


def _target(x_shape: Shape, shape: Shape, dtype: torch.dtype, values: str) -> Tensor:
    classes = x_shape[class_axis(x_shape)] if x_shape else 1
    if shape == x_shape and shape:
        return _one_hot(shape).to(dtype)
    ids = np.arange(math.prod(shape)) % max(1, classes)
    if values == "all_ignored":
        ids[:] = IGNORED
    elif values != "classes" and ids.size:
        ids[-1] = classes if values == "class_too_large" else -1
    return torch.tensor(ids.reshape(shape)).to(dtype)


def _one_hot(shape: Shape) -> Tensor:
    axis = class_axis(shape)
    samples, classes = _index_shape(shape), shape[axis]
    ids = np.arange(math.prod(samples)).reshape(samples) % max(1, classes)
    return (
        torch.tensor(np.moveaxis(np.eye(classes)[ids], -1, axis)) if classes else torch.zeros(shape)
    )


def _advice(x: Tensor, target: Tensor) -> str:
    """One of `ADVICE`; of several mistakes the one that torch would meet first."""
    x_shape, t_shape = tuple(x.shape), tuple(target.shape)
    if not x_shape:
        return "no_class_axis"
    if t_shape == x_shape:
        if not target.is_floating_point():
            return "one_hot_int"
        return _of_input(x) or _of_values(x, None) or "class_probabilities"
    expected = _index_shape(x_shape)
    if t_shape != expected and (x.ndim > 1 or t_shape != (1,)):
        # log_softmax of no numbers at all takes any type, so the shapes are looked at first.
        return (_of_input(x) if x.numel() else None) or _of_shapes(x_shape, t_shape)
    kind = "class_indices_by_position" if x.ndim > 2 else "class_indices"
    if x.ndim == 1 and t_shape == (1,):
        kind = "forward_only"
    return _of_input(x) or _of_classes(x, target) or _of_values(x, target) or kind


def _of_input(x: Tensor) -> str | None:
    return None if x.is_floating_point() else "input_not_float"


def _of_shapes(x: Shape, target: Shape) -> str:
    """What is wrong with a target that has neither of the two shapes that fit the input."""
    expected = _index_shape(x)
    without_ones = tuple(n for n in target if n != 1)
    if len(x) == 1:
        return "no_batch_axis"
    if len(target) > len(expected) and without_ones == tuple(n for n in expected if n != 1):
        return "axis_too_many"
    if len(x) > 2 and target == x[:-1]:
        return "class_axis_last"
    if sorted(target) == sorted(x):
        return "axes_swapped"
    if not target or target[0] != x[0]:
        return "batch_mismatch"
    same_but_for_classes = len(target) == len(x) and target[2:] == x[2:]
    return "class_count_mismatch" if same_but_for_classes else "shape_mismatch"


def _of_classes(x: Tensor, target: Tensor) -> str | None:
    """What is wrong with class indices of the right shape."""
    if target.is_floating_point():
        return "target_is_float"
    # PyTorch takes bytes too, but only where there is one class for each sample.
    if target.dtype != torch.int64 and not (target.dtype == torch.uint8 and x.ndim <= 2):
        return "needs_long"
    # As int64: a byte has no -100, and torch's comparison would wrap it to 156.
    ids = target.long()
    ids = ids[ids != IGNORED]
    classes = x.shape[class_axis(tuple(x.shape))]
    return "class_out_of_range" if bool(((ids < 0) | (ids >= classes)).any()) else None


def _of_values(x: Tensor, target: Tensor | None) -> str | None:
    """Why the mean is nan although every shape and type is right."""
    if x.numel() == 0:
        return "nothing_to_average"
    if target is not None and bool((target.long() == IGNORED).all()):
        return "all_ignored"
    rows = x.movedim(class_axis(tuple(x.shape)), -1)
    return "minus_inf_row" if bool(rows.isneginf().all(-1).any()) else None
