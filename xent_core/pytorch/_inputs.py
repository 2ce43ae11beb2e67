"""What may be asked of torch: everything is counted and checked before a tensor is made of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from xent_core._arrays import FLOAT64, Array, as_array, as_integer, check_class_range

MAX_SAMPLES = 8
MAX_CLASSES = 10
# What F.cross_entropy ignores unless it is told another number.
IGNORED = -100
FLOAT_TYPES = {"float32": torch.float32, "float64": torch.float64}


def check_choice(value: object, choices: Collection[str], name: str) -> str:
    """`value` if it is one of `choices`; ValueError otherwise."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}: must be one of {tuple(choices)}, found {value!r}")
    return value


def float_type(dtype: str) -> torch.dtype:
    """The torch type of this name."""
    return FLOAT_TYPES[check_choice(dtype, FLOAT_TYPES, "dtype")]


def as_row(values: ArrayLike, name: str = "logits") -> Array:
    """One row of numbers, float64 (C), 1 ≤ C ≤ MAX_CLASSES; inf and nan may be among them."""
    row = as_array(values, name)
    if row.ndim != 1 or not 1 <= row.size <= MAX_CLASSES:
        raise ValueError(
            f"{name}: must have shape (C), C from 1 to {MAX_CLASSES}, found {row.shape}"
        )
    return row.astype(FLOAT64)


def as_batch(values: ArrayLike, name: str = "logits") -> Array:
    """Some rows of numbers, float64 (N, C), within MAX_SAMPLES and MAX_CLASSES."""
    batch = as_array(values, name)
    limits = (MAX_SAMPLES, MAX_CLASSES)
    if batch.ndim != 2 or not all(
        1 <= length <= limit for length, limit in zip(batch.shape, limits, strict=True)
    ):
        raise ValueError(
            f"{name}: must have shape (N, C), N from 1 to {MAX_SAMPLES} and C from 1 to "
            f"{MAX_CLASSES}, found {batch.shape}"
        )
    return batch.astype(FLOAT64)


def as_classes(target: ArrayLike, logits: Array, ignore_index: int | None = IGNORED) -> Array:
    """One class for each row of `logits`, int64 (N); IndexError for a class that is not there."""
    classes = as_integer(target, "target")
    if classes.shape != logits.shape[:1]:
        raise ValueError(f"target: must have shape {logits.shape[:1]}, found {classes.shape}")
    outside = (classes < 0) | (classes >= logits.shape[1])
    ignored = classes == ignore_index if ignore_index is not None else np.zeros_like(outside)
    check_class_range(classes, outside & ~ignored, logits.shape[1], "target")
    return classes.astype(np.int64)


def as_class(k: int, classes: int, name: str = "k") -> int:
    """One class as an int; IndexError for a class that is not there."""
    index = as_integer(k, name)
    if index.ndim != 0:
        raise ValueError(f"{name}: must be one class, found shape {index.shape}")
    check_class_range(index, (index < 0) | (index >= classes), classes, name)
    return int(index)


def as_smoothing(value: float, name: str = "label_smoothing") -> float:
    """ε as a float; ValueError unless it is between 0 and 1."""
    try:
        smoothing = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: must be a number, found {value!r}") from None
    if not 0 <= smoothing <= 1:
        raise ValueError(f"{name}: must be between 0 and 1, found {value}")
    return smoothing


def to_tensor(values: Array, dtype: torch.dtype) -> Tensor:
    """A copy of `values` in `dtype`; what is too large for it becomes inf, in silence."""
    return torch.tensor(values).to(dtype)


def exact(tensor: Tensor) -> Any:
    """The same numbers as a Python float or a float64 array: both hold every float32."""
    values = tensor.detach().to(torch.float64)
    return values.item() if values.ndim == 0 else values.numpy().copy()
