"""The line that the bench's logits move on, and where their sliders stop."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pages.overflow.link import SLIDERS
from xent_core.trace import Format, at_place, exp_window, place_of, round_to


@dataclass(frozen=True)
class Line:
    """A line for logits: even about 0, ever closer outwards, so that 1000 fits beside 1."""

    scale: float
    reach: float

    def place(self, x: ArrayLike) -> NDArray[np.float64]:
        """Where numbers stand, those beyond the ends at the ends; nan has no place."""
        return np.arcsinh(np.clip(np.asarray(x, np.float64), -self.reach, self.reach) / self.scale)

    @property
    def end(self) -> float:
        """The place of the right end."""
        return float(np.arcsinh(self.reach / self.scale))


def logit_line(fmt: Format) -> Line:
    """The line of a format: its window of exp takes the middle."""
    finite = exp_window(fmt).largest_finite
    return Line(finite / 4, 1200.0 if finite > 50 else float(f"{12 * finite:.1g}"))


def slider_stops(fmt: Format, classes: int) -> NDArray[np.float64]:
    """Where a logit's slider stops: along the line, and on either side of each threshold."""
    line, window = logit_line(fmt), exp_window(fmt)
    count = max((210 if fmt.bits == 64 else 400) // max(min(classes, SLIDERS), 3), 36)
    even = line.scale * np.sinh(np.linspace(-line.end, line.end, count))
    round_numbers = [float(f"{x:.2g}") for x in even]
    last = ((window.largest_finite, 1), (window.smallest_normal, -1), (window.smallest_nonzero, -1))
    edges = [at_place(place_of(x, fmt) + step, fmt) for x, way in last for step in (0, way)]
    stops = np.array([*round_numbers, *edges, 0.0])
    # A format of few numbers stops at its own.
    return np.unique(round_to(stops, fmt).astype(np.float64) if fmt.bits == 8 else stops) + 0.0
