"""P and Q as bars to pull, side by side: the left panel of the figures of a pair."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from ui.draw.colours import PREDICTION, TRUTH
from ui.draw.marks import showing
from ui.draw.panels import Panel, Span, categories, key, probabilities
from ui.figure import Handle

_COLOURS = {"p": (TRUTH, "truth"), "q": (PREDICTION, "prediction")}
PAIR_KEY = key((TRUTH, "■", "P"), (PREDICTION, "■", "Q"))
# one panel above the other on a phone
ABOVE, BELOW = ((0.0, 1.0), (0.58, 1.0)), ((0.0, 1.0), (0.0, 0.42))
NARROW_HEIGHT = 560
# of a figure of pairs of bars
GROUPED: dict[str, Any] = {"barmode": "group", "bargap": 0.25}


def pair_panel(
    names: tuple[str, ...],
    across: Span,
    *,
    which: str = "pq",
    arrays: Sequence[str] = ("p", "q"),
    title: str = PAIR_KEY,
    pulled: bool = True,
    narrow: tuple[Span, Span] | None = ABOVE,
) -> Panel:
    """Return the panel of P, or P and Q. `pulled` bars have handles; others only show."""
    letters = list(zip(which, arrays, (-0.2, 0.2), strict=False))
    beside = len(letters) > 1  # P's bar stands to the left of Q's, if there are both
    bars = [
        showing(
            go.Bar(
                x=names,
                name=letter.upper(),
                marker={"color": _COLOURS[letter][0]},
                offsetgroup=letter.upper(),
                hoverinfo="skip",
            ),
            y=array,
        )
        for letter, array, _ in letters
    ]
    handles = [
        Handle(f"{letter}{i}", i + side * beside, f"{letter}.{i}", _COLOURS[letter][1])
        for letter, _, side in letters
        for i in range(len(names))
    ]
    return Panel(
        bars,
        categories(names),
        probabilities(1.08),
        across,
        title=title,
        narrow=narrow,
        handles=handles if pulled else (),
    )
