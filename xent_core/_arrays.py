"""What every public function does first: arrays in, axes sorted out, mistakes named."""

from __future__ import annotations

import math
import operator
from collections.abc import Collection
from typing import Any, SupportsIndex, TypeAlias, cast

import ml_dtypes
import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple
from numpy.typing import ArrayLike

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Axis: TypeAlias = int | tuple[int, ...] | None

FLOAT64 = np.dtype(np.float64)
FLOAT32 = np.dtype(np.float32)

# The type to compute in. The two halves have 11 and 8 bits of precision: they are computed in
# float32 and rounded once at the end, as PyTorch's CPU kernels accumulate them.
WORKING_TYPE = {
    np.dtype(np.float16): FLOAT32,
    np.dtype(ml_dtypes.bfloat16): FLOAT32,
    FLOAT32: FLOAT32,
    FLOAT64: FLOAT64,
}

# sqrt(eps) of each type: how far from 1 the sum of a distribution may be.
SUM_TOLERANCE = {dtype: math.sqrt(float(ml_dtypes.finfo(dtype).eps)) for dtype in WORKING_TYPE}


def as_array(value: ArrayLike, name: str) -> Array:
    """`value` as an array of numbers of any type; ValueError if it is not one."""
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(f"{name}: not an array: {error}") from None
    if array.dtype in WORKING_TYPE or array.dtype.kind in "biu":
        return array
    native = array.dtype.newbyteorder("=")
    if native in WORKING_TYPE:
        return array.astype(native)
    raise ValueError(
        f"{name}: must hold integers, float16, bfloat16, float32 or float64, found {array.dtype}"
    )


def as_float(value: ArrayLike, name: str) -> Array:
    """`value` as an array of one of the four floating types; integers become float64."""
    array = as_array(value, name)
    return array if array.dtype in WORKING_TYPE else array.astype(FLOAT64)


def as_integer(value: ArrayLike, name: str) -> Array:
    """`value` as an array of integers; an empty list counts as one."""
    array = as_array(value, name)
    if array.dtype.kind in "iu":
        return array
    if array.size == 0:
        return array.astype(np.intp)
    raise ValueError(f"{name}: must hold integers, found {array.dtype}")


def common_type(*arrays: Array) -> np.dtype[Any]:
    """The type of a result made from all of `arrays`."""
    try:
        return np.result_type(*arrays)
    except TypeError:  # float16 with bfloat16: neither holds the other
        return FLOAT32


def normalize_axes(axis: Axis, ndim: int) -> tuple[int, ...]:
    """`axis` as a tuple of non-negative ints; None means every axis."""
    if axis is None:
        return tuple(range(ndim))
    try:
        return normalize_axis_tuple(axis, ndim, "axis")
    except TypeError:
        raise ValueError(f"axis: must be an int, a tuple of ints or None, found {axis!r}") from None


def to_rows(x: Array, axes: tuple[int, ...]) -> Array:
    """A (rows, classes) view or copy of `x`; the classes are those of `axes`, in C order."""
    lead = leading_shape(x.shape, axes)
    return _axes_last(x, axes).reshape(math.prod(lead), math.prod(x.shape[a] for a in axes))


def from_rows(rows: Array, shape: tuple[int, ...], axes: tuple[int, ...]) -> Array:
    """Undo `to_rows` for an array of `shape`."""
    moved = rows.reshape(leading_shape(shape, axes) + tuple(shape[a] for a in axes))
    last = tuple(range(len(shape) - len(axes), len(shape)))
    return moved if axes == last else np.moveaxis(moved, last, axes)


def _axes_last(x: Array, axes: tuple[int, ...]) -> Array:
    # np.moveaxis would cost more than the whole softmax of a few numbers.
    last = tuple(range(x.ndim - len(axes), x.ndim))
    return x if axes == last else np.moveaxis(x, axes, last)


def leading_shape(shape: tuple[int, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """`shape` without `axes`."""
    return tuple(length for a, length in enumerate(shape) if a not in axes)


def class_axis(shape: tuple[int, ...]) -> int:
    """Where PyTorch's losses have their classes: the second axis, or the only one."""
    return 1 if len(shape) > 1 else 0


def check_classes(shape: tuple[int, ...], axes: tuple[int, ...], name: str) -> None:
    """Raise ValueError if there is no class at all."""
    if any(shape[a] == 0 for a in axes):
        raise ValueError(f"{name}: the class axis is empty, shape {shape}")


def refuse(name: str, rule: str, values: Array, bad: Array) -> None:
    """Raise ValueError if `bad` is true anywhere: the first of `values` there breaks `rule`."""
    if bad.any():
        raise ValueError(f"{name}: {rule}, found {_first_found(values, bad)}")


def _first_found(values: Array, bad: Array) -> str:
    """The first of `values` where `bad` is true, and its index."""
    index = tuple(int(i) for i in np.argwhere(bad)[0])
    return f"{values[index]} at index {index}" if index else f"{values[()]}"


def check_class_range(index: Array, classes: int, name: str, ignored: Array | None = None) -> None:
    """Raise IndexError for the first class that is not there and not `ignored`."""
    bad = (index < 0) | (index >= classes)
    if ignored is not None:
        bad = bad & ~ignored
    if bad.any():
        allowed = f"classes go from 0 to {classes - 1}" if classes else "there is no class"
        raise IndexError(f"{name}: {allowed}, found {_first_found(index, bad)}")


def check_choice(value: object, choices: Collection[str], name: str) -> str:
    """`value` if it is one of `choices`; ValueError otherwise."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}: must be one of {tuple(choices)}, found {value!r}")
    return value


def check_between(name: str, value: float, low: float, high: float) -> None:
    """Raise ValueError unless low ≤ value ≤ high."""
    if not low <= value <= high:
        raise ValueError(f"{name}: must be from {low} to {high}, found {value}")


def as_share(values: ArrayLike, name: str) -> Array:
    """`values` in float64; ValueError unless all are from 0 to 1."""
    shares = as_float(values, name).astype(FLOAT64)
    refuse(name, "must be from 0 to 1", shares, ~((shares >= 0) & (shares <= 1)))
    return shares


def as_smoothing(value: float, name: str = "label_smoothing") -> float:
    """ε as a float; ValueError unless it is between 0 and 1."""
    try:
        smoothing = float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name}: must be a number, found {value!r}") from None
    if not 0 <= smoothing <= 1:
        raise ValueError(f"{name}: must be between 0 and 1, found {value}")
    return smoothing


def as_ignore_index(value: object) -> int:
    """The class to ignore as an int; ValueError unless it has 64 bits."""
    try:
        index = operator.index(cast(SupportsIndex, value))
    except TypeError:
        index = None
    if index is None or isinstance(value, bool) or not -(2**63) <= index < 2**63:
        raise ValueError(f"ignore_index: must be a 64-bit integer, found {value!r}")
    return index
