"""P and Q as bars to pull, side by side: the left panel of the figures of a pair."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from ui.draw.colours import PREDICTION, TRUTH
from ui.draw.marks import showing
from ui.draw.panels import Panel, Span, categories, key
from ui.figure import Handle

_COLOURS = {"p": (TRUTH, "truth"), "q": (PREDICTION, "prediction")}
PAIR_KEY = key((TRUTH, "■", "P"), (PREDICTION, "■", "Q"))
# one panel above the other on a phone
ABOVE, BELOW = ((0.0, 1.0), (0.58, 1.0)), ((0.0, 1.0), (0.0, 0.42))
NARROW_HEIGHT = 560
# of a figure of pairs of bars
GROUPED: dict[str, Any] = {"barmode": "group", "bargap": 0.25}


def pair_bars(
    names: tuple[str, ...], which: str = "pq", arrays: Sequence[str] = ("p", "q")
) -> list[go.Bar]:
    """Return the bars of P, and of Q beside it; handles stand on their tops."""
    return [
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
        for letter, array in zip(which, arrays, strict=False)
    ]


def pair_handles(count: int, which: str = "pq") -> list[Handle]:
    """Return a handle on top of each bar; P's bar stands to the left of Q's, if there are both."""
    beside = 0.2 if len(which) > 1 else 0.0
    return [
        Handle(f"{letter}{i}", i + side * beside, f"{letter}.{i}", _COLOURS[letter][1])
        for letter, side in zip(which, (-1, 1), strict=False)
        for i in range(count)
    ]


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
    return Panel(
        pair_bars(names, which, arrays),
        categories(names),
        {"range": [0, 1.08], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        across,
        title=title,
        narrow=narrow,
        handles=pair_handles(len(names), which) if pulled else (),
    )
