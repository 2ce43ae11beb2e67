"""What may be asked of torch: everything is counted and checked before a tensor is made of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from xent_core._arrays import FLOAT64, Array, as_array, as_integer, check_choice, check_class_range

MAX_SAMPLES = 8
MAX_CLASSES = 10
# What F.cross_entropy ignores unless it is told another number.
IGNORED = -100
FLOAT_TYPES = {"float32": torch.float32, "float64": torch.float64}


def float_type(dtype: str) -> torch.dtype:
    """The torch type of this name."""
    return FLOAT_TYPES[check_choice(dtype, FLOAT_TYPES, "dtype")]


def fits(shape: tuple[int, ...], *limits: int) -> bool:
    """Whether there are as many axes as limits, each from 1 to its limit long."""
    return len(shape) == len(limits) and all(
        1 <= n <= most for n, most in zip(shape, limits, strict=True)
    )


def as_row(values: ArrayLike, name: str = "logits") -> Array:
    """One row of numbers, float64 (C), 1 ≤ C ≤ MAX_CLASSES; inf and nan may be among them."""
    row = as_array(values, name)
    if not fits(row.shape, MAX_CLASSES):
        raise ValueError(
            f"{name}: must have shape (C), C from 1 to {MAX_CLASSES}, found {row.shape}"
        )
    return row.astype(FLOAT64)


def as_batch(values: ArrayLike, name: str = "logits") -> Array:
    """Some rows of numbers, float64 (N, C), within MAX_SAMPLES and MAX_CLASSES."""
    batch = as_array(values, name)
    if not fits(batch.shape, MAX_SAMPLES, MAX_CLASSES):
        raise ValueError(
            f"{name}: must have shape (N, C), N from 1 to {MAX_SAMPLES} and C from 1 to "
            f"{MAX_CLASSES}, found {batch.shape}"
        )
    return batch.astype(FLOAT64)


def as_classes(
    target: ArrayLike, logits: Array, ignore_index: int | None = IGNORED, name: str = "target"
) -> Array:
    """One class for each row of `logits`, int64 (N); IndexError for a class that is not there."""
    classes = as_integer(target, name)
    if classes.shape != logits.shape[:1]:
        raise ValueError(f"{name}: must have shape {logits.shape[:1]}, found {classes.shape}")
    ignored = None if ignore_index is None else classes == ignore_index
    check_class_range(classes, logits.shape[1], name, ignored)
    return classes.astype(np.int64)


def as_class(k: int, classes: int, name: str = "k") -> int:
    """One class as an int; IndexError for a class that is not there."""
    index = as_integer(k, name)
    if index.ndim != 0:
        raise ValueError(f"{name}: must be one class, found shape {index.shape}")
    check_class_range(index, classes, name)
    return int(index)


def to_tensor(values: Array, dtype: torch.dtype) -> Tensor:
    """A copy of `values` in `dtype`; what is too large for it becomes inf, in silence."""
    return torch.tensor(values).to(dtype)


def exact(tensor: Tensor) -> Any:
    """The same numbers as a Python float or a float64 array: both hold every float32."""
    values = tensor.detach().to(torch.float64)
    return values.item() if values.ndim == 0 else values.numpy().copy()
