"""Measures of surprise that one might think of: why it has to be the logarithm.

What two independent events say together should be what they say one after the other:
f(p q) = f(p) + f(q). Of all continuous functions only multiples of log p do so (A.-L. Cauchy,
1821; C. E. Shannon, 1948, section 6): they differ in the base, which is the unit.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from xent_core._arrays import FLOAT64, as_float
from xent_core.information import self_information

MEASURES = ("log", "reciprocal", "complement")


def surprise_by(measure: str, p: ArrayLike, *, base: float = math.e) -> Any:
    """Surprise of an event of probability `p`, by -log p, by 1 / p or by 1 - p.

    All of them fall as p grows. 1 / p happens to add up where p + q = 1, and 1 - p where one of
    the events is certain; only -log p does always.

    Args:
        measure: One of MEASURES.
        p: Any shape, probabilities in [0, 1].
        base: Of the logarithm; e for nats, 2 for bits.

    Returns:
        float64 array or scalar of the shape of `p`; inf where p = 0, but for 1 - p.

    Raises:
        ValueError: If there is no such measure, or `p` or `base` is none.

    Example:
        >>> from xent_core import surprise_by
        >>> [float(surprise_by(measure, 0.25, base=2)) for measure in ("log", "reciprocal")]
        [2.0, 4.0]
    """
    if measure not in MEASURES:
        raise ValueError(f"measure: must be one of {', '.join(MEASURES)}, found {measure!r}")
    p = as_float(p, "p").astype(FLOAT64)
    information = self_information(p, base=base)  # which also checks p
    if measure == "log":
        return information
    with np.errstate(divide="ignore"):
        return (1 / p if measure == "reciprocal" else 1 - p)[()]
