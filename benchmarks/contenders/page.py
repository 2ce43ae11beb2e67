"""The page that every contender shows: its prose, its three still charts, its moving figure.

The moving figure has two panels, drawn as one Plotly figure by all contenders: five bars
(the softmax of five logits, with their values written at their ends) and the curve -log p
with a point at the target's probability. No contender draws more or less than this.
"""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from xent_core import cross_entropy_loss, softmax

TITLE = "Five logits and their softmax"
PROSE = (
    "Softmax turns any row of numbers into probabilities: each is exponentiated, and all are "
    "divided by their sum. A logit that is one higher than another has e times its share.",
    "The loss of a classifier at one example is the surprise at the right answer: minus the "
    "logarithm of the probability that it was given. The right answer here is class 0.",
)
LO, HI, STEP = -10.0, 10.0, 0.1
START = (1.0, 2.0, 3.0, 4.0, 0.0)
NAMES = tuple(f"z{i}" for i in range(len(START)))
TARGET = 0
FLOOR = 1e-4  # where the drawn curve of -log p begins
BARS, CURVE, POINT = range(3)  # the traces of the moving figure

_AXIS = {"fixedrange": True, "gridcolor": "#dddddd", "zerolinecolor": "#888888"}
_PANELS = {"Probabilities": (0.0, 0.45), "Loss −log p": (0.55, 1.0)}


def numbers(z: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Return softmax and loss of the logits z (..., C)."""
    target = np.full(z.shape[:-1], TARGET)
    return {"p": softmax(z), "loss": cross_entropy_loss(z, target, reduction="none")}


def _layout(**more: Any) -> dict[str, Any]:
    margin = {"l": 44, "r": 12, "t": 28, "b": 44}
    return {"template": "none", "margin": margin, "showlegend": False, "dragmode": False, **more}


def _panel_title(text: str, domain: tuple[float, float]) -> dict[str, Any]:
    """Return what plotly's make_subplots makes of a subplot's title."""
    place = {"x": sum(domain) / 2, "y": 1.0, "xanchor": "center", "yanchor": "bottom"}
    return {"text": text, "showarrow": False, "xref": "paper", "yref": "paper", **place}


def moving_figure(z: NDArray[np.float64]) -> go.Figure:
    """Return the figure that follows the sliders, as it looks at the logits z (C,)."""
    now = numbers(z)
    p = np.linspace(FLOOR, 1, 201)
    target = now["p"][[TARGET]]
    bars, curve = _PANELS.values()
    return go.Figure(
        [
            go.Bar(
                x=[str(i) for i in range(len(z))],
                y=now["p"],
                text=[f"{share:.3f}" for share in now["p"]],
                textposition="outside",
                cliponaxis=False,
                marker={"color": "#E69F00"},
                hoverinfo="x+text",
            ),
            go.Scatter(
                x=p,
                y=-np.log(p),
                mode="lines",
                line={"color": "#D55E00"},
                xaxis="x2",
                yaxis="y2",
                hoverinfo="skip",
            ),
            go.Scatter(
                x=target,
                y=[now["loss"]],
                mode="markers",
                marker={"color": "#D55E00", "size": 13},
                xaxis="x2",
                yaxis="y2",
            ),
        ],
        _layout(
            height=340,
            bargap=0.35,
            xaxis={**_AXIS, "domain": bars, "type": "category", "title": "class"},
            yaxis={**_AXIS, "range": [0, 1.12]},
            xaxis2={**_AXIS, "domain": curve, "range": [-0.02, 1.04], "anchor": "y2", "title": "p"},
            yaxis2={**_AXIS, "range": [-0.2, -np.log(FLOOR)], "anchor": "x2"},
            annotations=[_panel_title(*panel) for panel in _PANELS.items()],
        ),
    )


def still_figures() -> list[go.Figure]:
    """Return the three charts that never move."""
    p, z = np.linspace(0.01, 0.99, 99), np.linspace(-6, 6, 121)
    lines = {
        "Entropy of a coin (bits)": (p, -p * np.log2(p) - (1 - p) * np.log2(1 - p)),
        "Sigmoid": (z, 1 / (1 + np.exp(-z))),
        "Softplus": (z, np.logaddexp(0, z)),
    }
    layout = _layout(height=200, xaxis=_AXIS, yaxis=_AXIS)
    return [
        go.Figure(go.Scatter(x=x, y=y, mode="lines"), {**layout, "title": title})
        for title, (x, y) in lines.items()
    ]
