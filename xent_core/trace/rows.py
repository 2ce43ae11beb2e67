"""Rows of logits with their targets: checked, rounded to a format, and laid out for speed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import Array, check_class_range
from xent_core.trace.formats import Format, get_format, round_to

LARGEST_ROW = 16
MOST_ROWS = 300_000
MOST_LOGITS = 1_200_000


@dataclass(frozen=True, eq=False)
class Rows:
    """Logits and targets, checked, with the classes first: a column of one class is contiguous."""

    fmt: Format
    x: Array  # (C, R), of the format's dtype
    target: Array  # integers (R)
    lead: tuple[int, ...]  # the shape that R was flattened from

    @cached_property
    def at_target(self) -> Array:
        """Flat index of each row's target in a (C, R) array."""
        return self._flat(self.target)

    @cached_property
    def at_peak(self) -> Array:
        """Flat index of each row's first largest logit; of its first nan if it has one."""
        return self._flat(np.ascontiguousarray(self.x.T).argmax(-1))

    def _flat(self, classes: Array) -> Array:
        return classes * self.x.shape[1] + np.arange(self.x.shape[1])

    def restore(self, values: Array) -> Array:
        """(C, R) or (R,) back to (…, C) or (…)."""
        if values.ndim == 1:
            return values.reshape(self.lead)
        return values.T.reshape(*self.lead, len(values))

    def flatten(self, values: Array) -> Array:
        """(…, C) or (…) back to (C, R) or (R,)."""
        if values.ndim == len(self.lead):
            return values.reshape(-1)
        return np.ascontiguousarray(values.reshape(-1, values.shape[-1]).T)


def as_rows(logits: ArrayLike, target: ArrayLike, format: str | Format) -> Rows:
    """Check logits (…, C) and targets that broadcast to (…), and round the logits."""
    fmt = get_format(format)
    x = np.asarray(logits)
    if x.dtype != fmt.dtype:
        x = round_to(x, fmt)
    if x.ndim == 0 or not 1 <= x.shape[-1] <= LARGEST_ROW:
        raise ValueError(f"logits: must have 1 to {LARGEST_ROW} classes, found shape {x.shape}")
    lead = x.shape[:-1]
    x = np.ascontiguousarray(x.reshape(-1, x.shape[-1]).T)
    if x.shape[1] > MOST_ROWS:
        raise ValueError(f"logits: at most {MOST_ROWS:,} rows, found {x.shape[1]:,}")
    if x.size > MOST_LOGITS:
        raise ValueError(f"logits: at most {MOST_LOGITS:,} in all, found {x.size:,}")
    return Rows(fmt, x, _as_targets(target, lead, len(x)), lead)


def _as_targets(target: ArrayLike, lead: tuple[int, ...], classes: int) -> Array:
    k = np.asarray(target)
    if k.dtype.kind not in "iu":
        raise ValueError(f"target: must hold integers, found {k.dtype}")
    check_class_range(k, classes, "target")
    try:
        return np.broadcast_to(k, lead).reshape(-1).astype(np.intp)
    except ValueError:
        raise ValueError(f"target: shape {k.shape} does not fit logits of {lead} rows") from None
