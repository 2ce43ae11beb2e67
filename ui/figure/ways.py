"""The ways that a picture takes from one state to another: states between them, to be computed.

A preset, an answer and a step back move many numbers at once. What the browser shows on the way
is the model's answer to a state, as everywhere: numbers go along a line, distributions along the
line of their mixtures; what has nothing between, such as an index, is at its end from the start.
The states lie closer together the nearer they come to the end, so that a way whose rows are
shown each for the same time eases out.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

State = Mapping[str, Any]
STEPS = 12  # of a way of 350 ms, of which a screen has 21 frames
FEWEST = 6  # where more would make a small table much larger:
ROOM = 1 / 8  # the rows of all ways together, of those of the controls' positions
LEG, STAY = 24, 12  # of a tour: steps from stop to stop, and for how many of them it stays there
STEP = 1000 / 24  # how long they are there, in ms

# How a control goes: by so many digits as one reads, by whole numbers, or exactly, because what
# it belongs to has to stay a distribution. One that is not named leaps.
LINE, WHOLE, SHARE = "line", "whole", "share"


@dataclass(frozen=True)
class Way:
    """From one state to another, in so many steps; `before` and `after` have the same controls."""

    before: State
    after: State
    steps: int = STEPS


def eased(steps: int) -> NDArray[np.float64]:
    """Return the parts (steps − 1,) of a way that lie behind at equal times: 1 − (1 − t)²."""
    return 1 - (1 - np.arange(1, steps) / steps) ** 2


def states_between(way: Way, kinds: Mapping[str, str]) -> dict[str, NDArray[np.float64]]:
    """Return the values (steps − 1,) of each control between the ends; none if nothing goes."""
    going = [name for name in kinds if name in way.before and _goes(way, name)]
    if not going:
        return {}
    parts = eased(way.steps)
    return {
        name: _along(way.before[name], value, parts, kinds[name])
        if name in going
        else np.full(len(parts), float(value))
        for name, value in way.after.items()
    }


def stops_between(
    way: Way, kinds: Mapping[str, str], positions: Mapping[str, NDArray[np.float64]]
) -> tuple[str, list[int]] | None:
    """Return the one control that differs, and which of its positions to stop at.

    They are as many as the way has steps, or all that there are, as far apart as a hand's that
    eases out. None if more than one differs, one that does not go, or an end is no position.
    """
    differ = [name for name, value in way.after.items() if value != way.before[name]]
    if len(differ) != 1 or differ[0] not in kinds:
        return None
    (name,) = differ
    ends = [np.flatnonzero(positions[name] == state[name]) for state in (way.before, way.after)]
    if not all(map(len, ends)):
        return None
    first, last = (int(end[0]) for end in ends)
    stops = np.rint(first + eased(way.steps) * (last - first)).astype(int)
    between = [int(stop) for stop in dict.fromkeys(stops.tolist()) if stop not in (first, last)]
    return name, between


def _goes(way: Way, name: str) -> bool:
    before, after = way.before[name], way.after[name]
    return before != after and math.isfinite(before) and math.isfinite(after)


def _along(
    before: float, after: float, parts: NDArray[np.float64], kind: str
) -> NDArray[np.float64]:
    """Go along a line: the last stop lies farther from the end than its rounding could take it."""
    line = before + parts * (after - before)
    if kind == SHARE:
        return line
    digits = 2 - math.floor(math.log10(abs(after - before)))
    return np.round(line, min(digits, 0) if kind == WHOLE else digits)


def ways_of(
    base: State,
    positions: Mapping[str, Sequence[float] | NDArray[np.float64]],
    came: State,
    goals: Sequence[State],
    stops: Sequence[State],
) -> list[Way]:
    """Return the ways of a figure: from before, to each preset, and of a tour from stop to stop.

    One that leads to other controls, or changes what no control holds, is of no length.
    """
    fixed = [name for name in base if name not in positions]

    def fits(goal: State) -> bool:
        return goal.keys() == base.keys() and all(goal[name] == base[name] for name in fixed)

    ends = [(came, base), *((base, goal if fits(goal) else base) for goal in goals)]
    many = sum(sum(one[name] != other[name] for name in positions) > 1 for one, other in ends)
    room = ROOM * sum(map(len, positions.values())) / max(many, 1)
    steps = min(max(int(room), FEWEST), STEPS)
    tour = [base, *stops, base] if stops else []
    return [Way(*pair, steps) for pair in ends] + [
        Way(*pair, LEG) for pair in itertools.pairwise(tour)
    ]


def film(ways: Sequence[Sequence[int]], ends: Sequence[int]) -> dict[str, Any]:
    """Return the rows of a tour, each shown for the same time, and how long it takes (ms).

    `ways` are those of its legs, the last of which leads back to row 0; `ends` are its stops' rows.
    """
    rows = [0] * STAY
    for way, end in zip(ways, [*ends, 0], strict=True):
        rows += [*way, *[end] * STAY]
    return {"way": rows, "ms": STEP * len(rows)}
