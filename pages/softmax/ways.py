"""Three ways from scores to shares: softmax, z over its sum, z² over its sum."""

import numpy as np
from numpy.typing import NDArray

from ui.figure.sweeps import Arrays
from xent_core import softmax
from xent_core.shares import row_sums, shares, worst_fault

Floats = NDArray[np.float64]

WAYS = ("soft", "plain", "square")
NO_SUM = (-1.0, 0.0, 1.0)  # scores whose sum is 0
TOP = 1.05  # up to here a share's number stands at the end of its bar
SIGNS = ("", "−∞", "nan", "∞")
ULP = float(np.spacing(1.0))


def three_ways(values: Arrays) -> Arrays:
    """The shares of s times the scores w (R, C) plus c, in three ways, and how far each moved."""
    before = values["w"]
    now = values["s"][:, None] * before + values["c"][:, None]
    size = (1 + np.abs(values["c"]) + values["s"] * np.abs(before).max(-1)) * len(before[0])
    total = row_sums(now)
    with np.errstate(divide="ignore"):
        apart = 1 / softmax(now)[:, -1]
    lost = size * np.divide(np.abs(now).sum(-1), np.abs(total), out=np.ones_like(total),
                            where=total != 0)  # fmt: skip
    return {
        "moved": now,
        **_way("soft", softmax(before), softmax(now), now, size),
        **_way("plain", shares(before), shares(now), now, lost),
        **_way("square", shares(before**2), shares(now**2), now, size),
        "above": now[:, -1],
        "plain_sum": total,
        "square_above": now[:, -1] ** 2,
        "square_sum": row_sums(now**2),
        "apart": apart,
    }


def _way(name: str, before: Floats, now: Floats, scores: Floats, size: Floats) -> Arrays:
    """What the figure shows of one way; `size` (R,) is that of the numbers which were rounded."""
    with np.errstate(invalid="ignore"):
        change = np.abs(now - before).max(-1)
    finite = np.isfinite(now)
    higher = np.fmax(now, np.where(np.isfinite(before), before, 0))  # clear of the hollow bar
    sign = np.select([np.isneginf(now), np.isnan(now), np.isposinf(now)], [1, 2, 3])
    return {
        name: now,
        f"{name}_bar": np.where(finite, now, 0),
        f"{name}_before": np.where(np.isfinite(before), before, 0),
        f"{name}_at": np.where(finite, np.clip(higher, 0, TOP), np.nan).astype(np.float32),
        f"{name}_sign": sign.astype(np.uint8),
        f"{name}_fault": worst_fault(now, scores).astype(np.uint8),
        f"{name}_change": but_for_rounding(change, size),
    }


def but_for_rounding(x: Floats, size: Floats) -> Floats:
    """Numbers (R,), but 0 where no more is left than rounding numbers of a size (R,) explains."""
    return np.where(x <= 4 * ULP * size, 0.0, x)


def names(faults: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What the figure's signs are called; `faults` in their order in xent_core."""
    both = {f"{way}_sign": SIGNS for way in WAYS}
    return both | {f"{way}_fault": faults for way in WAYS}
