"""What the maps and the average of many losses show, for the rows of a sweep."""

import functools
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ui.figure.sweeps import Arrays
from xent_core.trace import (
    FORMATS,
    FORMULAS,
    Format,
    exp_window,
    map_logits,
    outcome_maps,
    round_to,
    running_sums,
)

# ---- the maps

SIDE, STOPS = 61, 31  # the points of a map, and the places on it, each way


def map_axis(fmt: Format, side: int) -> NDArray[np.float64]:
    """The sizes of a map, which are its gaps too: past all thresholds of exp, each way."""
    window = exp_window(fmt)
    reach = float(f"{1.5 * max(window.largest_finite, -window.smallest_nonzero):.1g}")
    return np.linspace(-reach, reach, side)


@functools.lru_cache(maxsize=2 * len(FORMATS))
def maps(name: str, side: int) -> Mapping[str, NDArray[np.uint8]]:
    """What becomes of the loss over the plane of a format, by each formula: (gaps, sizes)."""
    axis = map_axis(FORMATS[name], side)
    return outcome_maps(map_logits(axis, axis), 0, FORMATS[name])


def point_of(at: NDArray[np.float64], fmt: Format) -> Arrays:
    """The logits at places (R,) of a map: the target's size, how far it is ahead, the other."""
    axis = map_axis(fmt, STOPS)
    row, column = np.divmod(at.astype(int), STOPS)
    return {"size": axis[column], "gap": axis[row], "other": axis[column] - axis[row]}


def on_the_map(values: Arrays, fmt: Format) -> Arrays:
    """A place of a map, and what becomes of its loss by each formula."""
    here = values["at"].astype(int)
    found = [maps(fmt.name, STOPS)[name].reshape(-1)[here] for name in FORMULAS]
    return {**point_of(values["at"], fmt), "found": np.stack(found, axis=-1)}


# ---- the average of many losses

MANY = 70_000
COUNTS = np.unique(np.round(np.geomspace(1, MANY, 160)))
LOSS = float(round_to(math.log(2), "float16"))  # of each of them


@functools.lru_cache(maxsize=2)
def sums(name: str) -> NDArray[np.float64]:
    """The running sums (MANY,) of equal losses in a format."""
    return running_sums(np.full(MANY, LOSS), name).astype(np.float64)


def averages(values: Arrays) -> Arrays:
    """The sum of the first n losses (R,) and their mean, in float16 and in float32."""
    n = values["n"].astype(int)
    out = {"true_mean": np.full(len(n), LOSS)}
    for name, fmt in (("half", "float16"), ("single", "float32")):
        total = sums(fmt)[n - 1]
        with np.errstate(all="ignore"):
            mean = round_to(total, fmt) / round_to(n, fmt)
        out |= {f"{name}_sum": total, f"{name}_mean": mean.astype(np.float64)}
    return out
