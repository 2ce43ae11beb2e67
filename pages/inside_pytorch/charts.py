"""The charts of the lesson about PyTorch."""

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from ui.draw.colours import BROKEN, FINE, PREDICTION, SURPRISE, TRUTH, WHITE
from ui.draw.marks import bars, frames, showing
from ui.draw.pair import GROUPED, pair_panel
from ui.draw.panels import Panel, Picture, categories, kept, key, picture, probabilities

# log10 of the smallest and of the largest positive number of a type, and an axis around them
WINDOWS = {"float32": (-44.85, 38.53), "float64": (-323.3, 308.25)}
TICKS = {"float32": 20, "float64": 150}
# 10²⁰ with signs of its own, which are as large as the other letters
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
EDGE = 1.09  # signs for 0 and ∞ stand this far out


def edges(dtype: str) -> tuple[float, float]:
    """Return where on the axis of exponents the signs for 0 and for ∞ stand."""
    lowest, highest = WINDOWS[dtype]
    return EDGE * lowest, EDGE * highest


MOST_LABELLED = 6  # bars side by side whose numbers do not touch


def _exponentials(x: Sequence[float], colour: str, symbol: str, side: str) -> list[go.Scatter]:
    """A route's exponentials by their power of ten, and signs for those that have none."""
    marker = {"symbol": symbol, "size": 12, "color": colour, "line": {"color": WHITE, "width": 1}}
    sign = {"size": 17, "color": BROKEN, "weight": 700}
    return [
        showing(go.Scatter(x=x, mode="markers", marker=marker, hoverinfo="skip"),
                y=f"{side}_power"),
        showing(go.Scatter(x=x, mode="text", textfont=sign, hoverinfo="skip"),
                y=f"{side}_edge", text=f"{side}_sign|name"),
    ]  # fmt: skip


def _exponents(count: int, dtype: str, names: tuple[str, str]) -> Panel:
    """The panel of both routes' exponentials, side by side at each class."""
    lowest, highest = WINDOWS[dtype]
    step = TICKS[dtype]
    ticks = [step * n for n in range(-9, 9) if lowest <= step * n <= highest]
    written = ["10" + str(n).translate(RAISED) if n else "1" for n in ticks]
    before, after = ([i + side for i in range(count)] for side in (-0.17, 0.17))
    theoretical = _exponentials(before, SURPRISE, "diamond", "t")
    actual = _exponentials(after, FINE, "circle", "a")
    return Panel(
        [mark for both in zip(theoretical, actual, strict=True) for mark in both],
        {"range": [-0.5, count - 0.5], "tickvals": list(range(count)), "showgrid": False,
         "zeroline": False},
        {"range": [1.2 * lowest, 1.2 * highest], "tickvals": ticks, "ticktext": written},
        (0.0, 0.54),
        title=key((SURPRISE, "◆", names[0]), (FINE, "●", names[1])),
        narrow=((0.0, 1.0), (0.56, 1.0)),
    )  # fmt: skip


def _beyond(dtype: str) -> list[dict[str, Any]]:
    """Shade where the type has no number left."""
    band = {"type": "rect", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y",
            "fillcolor": BROKEN, "opacity": 0.16, "line": {"width": 0},
            "layer": "below"}  # fmt: skip
    lowest, highest = WINDOWS[dtype]
    return [
        {**band, "y0": highest, "y1": 1.2 * highest},
        {**band, "y0": 1.2 * lowest, "y1": lowest},
    ]


@kept
def exponents_and_probabilities(
    count: int, dtype: str, names: tuple[str, str], probability: str
) -> Picture:
    """What each route takes exponentials of, and the probabilities that one of them divides.

    `names` are those of the theoretical and the actual route's exponentials.
    """
    classes = tuple(map(str, range(count)))
    written = {"text": "t_probs|2"} if count <= MOST_LABELLED else {}
    return picture(
        _exponents(count, dtype, names),
        Panel(
            [
                frames(classes, TRUTH, y="target"),
                bars(classes, PREDICTION, probability, y="bar", **written),
            ],
            categories(classes),
            probabilities(1.16),
            (0.63, 1.0),
            title=key((PREDICTION, "■", probability)),
            narrow=((0.0, 1.0), (0.0, 0.38)),
        ),
        height=230,
        narrow_height=500,
        margin={"l": 56, "r": 12, "t": 32, "b": 28},
        shapes=_beyond(dtype),
    )


@kept
def pair(names: tuple[str, ...]) -> Picture:
    """P and Q as bars to pull."""
    return picture(pair_panel(names, (0.0, 1.0), narrow=None), height=230, **GROUPED)
