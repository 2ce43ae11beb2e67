"""Outcomes over a plane of logits: by the same code as the bench, for many rows at once."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, Array, check_between
from xent_core.trace.evaluate import losses
from xent_core.trace.formats import Format
from xent_core.trace.formulas import FORMULAS
from xent_core.trace.rows import LARGEST_ROW, MOST_ROWS
from xent_core.trace.truth import TOLERANCE, outcomes, true_losses


def map_logits(sizes: ArrayLike, gaps: ArrayLike, classes: int = 2) -> Array:
    """The logits of each point of a map: the target at `size`, the others at `size - gap`.

    Args:
        sizes: (S), the logit of the target, which is class 0.
        gaps: (G), how far the target is ahead of all others; negative: behind.
        classes: 2 to 16.

    Returns:
        float64 array, (G, S, C): a row of the map for each gap.

    Raises:
        ValueError: If an argument has not one axis, or there are too many points or classes.

    Example:
        >>> from xent_core.trace import map_logits
        >>> map_logits([0, 100], [-40]).tolist()
        [[[0.0, 40.0], [100.0, 140.0]]]
    """
    size, gap = np.asarray(sizes, FLOAT64), np.asarray(gaps, FLOAT64)
    if size.ndim != 1 or gap.ndim != 1:
        raise ValueError(f"sizes, gaps: one axis each, found {size.shape} and {gap.shape}")
    if size.size * gap.size > MOST_ROWS:
        raise ValueError(
            f"sizes, gaps: at most {MOST_ROWS:,} points, found {size.size * gap.size:,}"
        )
    check_between("classes", classes, 2, LARGEST_ROW)
    x = np.empty((gap.size, size.size, classes))
    x[..., 0] = size
    x[..., 1:] = (size - gap[:, None])[..., None]
    return x


def outcome_maps(
    logits: ArrayLike,
    target: ArrayLike,
    format: str | Format,
    formulas: Iterable[str] = FORMULAS,
    tolerance: float = TOLERANCE,
) -> dict[str, Array]:
    """What becomes of the loss at every point, by each formula.

    Args:
        logits, target, format, formulas: As in `losses`; logits such as `map_logits` makes.
        tolerance: In ulps, as in `outcomes`.

    Returns:
        dict of formula to uint8 array, (…): places in `OUTCOMES`.

    Raises:
        ValueError, IndexError: As in `trace`.

    Example:
        >>> from xent_core.trace import OUTCOMES, map_logits, outcome_maps
        >>> found = outcome_maps(map_logits([0, 100], [0, 50]), 0, "float32")
        >>> [[OUTCOMES[code] for code in row] for row in found["paper"]]
        [['right', 'nan'], ['zero', 'nan']]
    """
    truth = true_losses(logits, target, format)
    found = losses(logits, target, format, formulas)
    return {name: outcomes(loss, truth, format, tolerance) for name, loss in found.items()}
