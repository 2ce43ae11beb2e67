"""Everything that can be seen while one control moves, computed in one call of the model.

A person moves one control at a time. So from one base state the pictures that a drag can
show are a table with a row for each position of each control, and a few rows more for the
presets and for the ways to them. The browser looks rows up; it computes nothing.
"""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ui.figure.ways import Way, states_between, stops_between

State = Mapping[str, Any]
Arrays = Mapping[str, NDArray[Any]]
Model = Callable[[Arrays], Arrays]


@dataclass(frozen=True)
class Sweeps:
    """A table of states: row 0 is the base, then each control's positions, then the presets.

    `positions[name]` has shape (n,), ascending; `arrays[name]` has shape (rows, …).
    `preset_rows` is -1 for a preset of other controls than the base (a row of another length),
    or one that changes what no control holds. `ways` are the rows of each way, in their order;
    those from number `between` on are of states that only a way goes through, and
    `controls[name]` are a control's values there.
    """

    base: dict[str, Any]
    positions: dict[str, NDArray[np.float64]]
    arrays: dict[str, NDArray[Any]]
    preset_rows: list[int]
    ways: list[list[int]] = field(default_factory=list)
    between: int = 0
    controls: dict[str, NDArray[np.float64]] = field(default_factory=dict)


def sweep(
    base: State,
    positions: Mapping[str, NDArray[np.float64]],
    model: Model,
    presets: Sequence[State] = (),
    ways: Sequence[Way] = (),
    kinds: Mapping[str, str] | None = None,
) -> Sweeps:
    """Evaluate the model on the base state, on every position of every control, on the presets.

    The base value of a control is added to its positions where it is missing, so that a
    typed value has a row too. A preset is a whole state. What the base holds besides its
    controls stays as it is in every row, and the model does not see it. Each of the `ways` gets
    rows of its own, unless a control goes it alone; `kinds` say how controls go (ui.figure.ways).
    """
    grid = {name: np.union1d(values, [base[name]]) for name, values in positions.items()}
    fixed = {name: value for name, value in base.items() if name not in positions}
    inside = [p for p in presets if p.keys() == base.keys() and p.items() >= fixed.items()]
    rows = _rows(base, grid, inside)
    between = len(next(iter(rows.values())))
    paths, controls = _ways(ways, kinds or {}, base, grid, between)
    rows = {name: np.concatenate([column, controls[name]]) for name, column in rows.items()}
    arrays = {name: np.asarray(array) for name, array in model(rows).items()}
    count = len(next(iter(rows.values())))
    for name, array in arrays.items():
        if array.ndim == 0 or len(array) != count:
            raise ValueError(f"model: array {name!r} has shape {array.shape}, not ({count}, …)")
    numbers = iter(range(between - len(inside), between))
    where = [next(numbers) if preset in inside else -1 for preset in presets]
    moved = {name: column for name, column in controls.items() if np.any(column != base[name])}
    return Sweeps(dict(base), grid, arrays, where, paths, between, moved)


def _rows(
    base: State, grid: Mapping[str, NDArray[np.float64]], presets: Sequence[State]
) -> dict[str, NDArray[np.float64]]:
    count = 1 + sum(len(values) for values in grid.values()) + len(presets)
    rows = {name: np.full(count, float(base[name])) for name in grid}
    start = 1
    for name, values in grid.items():
        rows[name][start : start + len(values)] = values
        start += len(values)
    for row, preset in enumerate(presets, start):
        for name, column in rows.items():
            column[row] = preset[name]
    return rows


def _ways(
    ways: Sequence[Way],
    kinds: Mapping[str, str],
    base: State,
    grid: Mapping[str, NDArray[np.float64]],
    start: int,
) -> tuple[list[list[int]], dict[str, NDArray[np.float64]]]:
    """Return the rows of each way, and the controls' values in those that no position has."""
    starts = _starts(grid)
    here = {name: base[name] for name in grid}
    paths: list[list[int]] = []
    own = {name: [np.empty(0)] for name in grid}
    for way in ways:
        # what was a mask has come as the text "-inf"
        ends = [{name: float(state[name]) for name in grid} for state in (way.before, way.after)]
        inner = Way(*ends, way.steps)
        stops = stops_between(inner, kinds, grid) if here in ends else None
        if stops:
            name, at = stops
            paths.append([starts[name] + i for i in at])
            continue
        states = states_between(inner, kinds)
        for name, values in states.items():
            own[name].append(values)
        count = way.steps - 1 if states else 0
        paths.append(list(range(start, start + count)))
        start += count
    return paths, {name: np.concatenate(columns) for name, columns in own.items()}


def _starts(grid: Mapping[str, NDArray[np.float64]]) -> dict[str, int]:
    """Return the row of each control's first position."""
    ends = np.cumsum([1, *map(len, grid.values())]).tolist()
    return dict(zip(grid, ends, strict=False))


# What the browser has a typed array for. Half formats widen to float32, which is exact.
_WIRE = {"float64": "f8", "float32": "f4", "int32": "i4", "uint8": "u1"}


def _on_the_wire(array: NDArray[Any]) -> tuple[str, NDArray[Any]]:
    """Return the array in a type that the browser knows, without changing a value."""
    name = array.dtype.name
    if name in _WIRE:
        return _WIRE[name], array
    if name == "bool":
        return "u1", array.astype(np.uint8)
    if np.issubdtype(array.dtype, np.integer):
        if array.size and np.abs(array).max() > np.iinfo(np.int32).max:
            raise ValueError(f"array of {name}: a value does not fit 32 bits")
        return "i4", array.astype(np.int32)
    return "f4", array.astype(np.float32)  # float16, bfloat16, float8


def _unrepeated(array: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int32] | None]:
    """Return the distinct rows, and for each row which of them it is; None where all travel.

    A curve that only one of the controls bends is the same in most rows of the table.
    """
    if array.ndim < 2 or array[0].nbytes < 64:
        return array, None
    flat = np.ascontiguousarray(array).reshape(len(array), -1).view(np.uint8)
    keys = flat.view(np.dtype((np.void, flat.shape[1]))).ravel()  # bytes: nan equals itself
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    saved = (len(array) - len(first)) * array[0].nbytes
    return (array[first], which.astype(np.int32)) if saved > 8 * len(array) else (array, None)


def pack(header: Mapping[str, Any], arrays: Arrays) -> bytes:
    """Return one message: 8 bytes of header length, the header as JSON, the arrays' bytes.

    Arrays travel as their own bytes, not as decimal text, so nan, ±inf and 1e-300 arrive
    as what they are. Each starts at a multiple of 8, counted from the end of the header.
    """
    index: dict[str, Any] = {}
    chunks: list[bytes] = []

    def add(array: NDArray[Any]) -> dict[str, Any]:
        kind, wire = _on_the_wire(array)
        place = {"kind": kind, "shape": list(array.shape), "at": sum(map(len, chunks))}
        body = np.ascontiguousarray(wire).tobytes()
        chunks.append(body + b"\0" * (-len(body) % 8))
        return place

    for name, array in arrays.items():
        rows, which = _unrepeated(array)
        index[name] = add(rows) | ({} if which is None else {"which": add(which)})
    text = json.dumps({**header, "arrays": index}, ensure_ascii=False, allow_nan=False).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(chunks)
