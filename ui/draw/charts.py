"""Chart builders: names in, Plotly figure out. The numbers come later, from the live figure.

A figure is built once for a language and a number of classes and then kept: the model's
arrays fill its traces in the browser. One meaning, one colour (Okabe–Ito).
"""

import functools
import math
from collections.abc import Iterable
from typing import Any

import plotly.graph_objects as go

Points = tuple[float, ...]

TRUTH, PREDICTION, SURPRISE = "#0072B2", "#E69F00", "#D55E00"
FINE, BROKEN, GREY = "#009E73", "#CC79A7", "#8A8F98"
# Figures that each builder keeps. A reader names the classes, and a link the titles' unit:
# without a bound a server would keep one for every name that anybody ever typed.
FIGURES = 64
_CLEAR = "rgba(0,0,0,0)"
_POINT = {"size": 13, "line": {"color": "#ffffff", "width": 1.5}}


def reach(values: Iterable[float], least: float) -> float:
    """Return how far an axis of logits goes: to `least`, or a round number beyond the largest."""
    most = max(map(abs, values))
    if most <= least:
        return least
    step = 10.0 ** math.floor(math.log10(most)) / 2
    return math.ceil(most / step) * step


def figure(traces: list[Any], *, height: int = 340, **layout: Any) -> go.Figure:
    """Return a figure with the layout that all charts share."""
    shared = {
        "template": "none",
        "height": height,
        "margin": {"l": 50, "r": 12, "t": 28, "b": 44},
        "showlegend": False,
        "bargap": 0.35,
        "barmode": "overlay",
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
    }
    return go.Figure(traces, {**shared, **layout})


def panel_title(text: str, domain: tuple[float, float]) -> dict[str, Any]:
    """Return a heading above the panel that spans `domain` of the figure's width."""
    return {
        "text": f"<b>{text}</b>",
        "x": domain[0],
        "y": 1.0,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 6,
        "showarrow": False,
    }


def categories(names: tuple[str, ...], domain: tuple[float, float], **axis: Any) -> dict[str, Any]:
    """Return an axis of classes. Its range is fixed: a live figure's axes do not follow data."""
    return {
        "type": "category",
        "categoryarray": names,
        "range": [-0.5, len(names) - 0.5],
        "domain": domain,
        "dtick": 1,
        "showgrid": False,
        "zeroline": False,
        "tickangle": 0,
        **axis,
    }


def bars(x: tuple[str, ...], colour: str, name: str, axis: str = "") -> go.Bar:
    """Return bars with their value written at their end; y and text come with the sweep."""
    return go.Bar(
        x=x,
        name=name,
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        marker={"color": colour},
        textposition="outside",
        textangle=0,
        constraintext="none",
        textfont={"size": 12},
        cliponaxis=False,
        hoverinfo="x+text",
    )


def frames(x: tuple[str, ...], colour: str, name: str, axis: str = "") -> go.Bar:
    """Return hollow bars: what stands beside the filled ones to be compared."""
    return go.Bar(
        x=x,
        name=name,
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        marker={"color": _CLEAR, "line": {"color": colour, "width": 2}},
        hoverinfo="skip",
    )


def line(
    colour: str,
    axis: str = "",
    *,
    dash: str = "solid",
    width: float = 2.5,
    name: str = "",
    x: Points | None = None,
    y: Points | None = None,
    shape: str = "linear",
) -> go.Scatter:
    """Return a line without markers."""
    return go.Scatter(
        mode="lines",
        name=name,
        line={"color": colour, "width": width, "dash": dash, "shape": shape},
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        hoverinfo="skip",
        x=x,
        y=y,
    )


def point(colour: str, axis: str = "", symbol: str = "circle") -> go.Scatter:
    """Return the one point that moves along a curve."""
    return go.Scatter(
        mode="markers",
        marker={**_POINT, "color": colour, "symbol": symbol},
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        hoverinfo="x+y",
        showlegend=False,
    )


@functools.lru_cache(maxsize=FIGURES)
def scores_and_probabilities(
    classes: tuple[str, ...], logits: str, probabilities: str, reach: tuple[float, float]
) -> go.Figure:
    """Logits as bars on the left; on the right their probabilities and what to compare them with.

    `reach` holds the lowest and the highest logit. Traces: 0 logits, 1 hollow bars,
    2 probabilities.
    """
    left, right = (0.0, 0.45), (0.55, 1.0)
    room = 0.09 * (reach[1] - reach[0])
    return figure(
        [
            bars(classes, GREY, logits),
            frames(classes, GREY, "", "2"),
            bars(classes, PREDICTION, probabilities, "2"),
        ],
        xaxis=categories(classes, left),
        yaxis={"range": [reach[0] - room, reach[1] + room]},
        xaxis2=categories(classes, right, anchor="y2"),
        yaxis2={"range": [0, 1.12], "anchor": "x2", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        annotations=[panel_title(logits, left), panel_title(probabilities, right)],
    )


@functools.lru_cache(maxsize=FIGURES)
def bars_and_curve(left_title: str, right_title: str, curve: tuple[Points, Points]) -> go.Figure:
    """Two probabilities as bars; beside them a curve from 0 to 1 and a point on it.

    Traces: 0 bars, 1 the curve, 2 the point.
    """
    left, right = (0.0, 0.36), (0.46, 1.0)
    return figure(
        [
            bars(("0", "1"), PREDICTION, left_title),
            line(PREDICTION, "2", x=curve[0], y=curve[1]),
            point(PREDICTION, "2"),
        ],
        height=300,
        xaxis=categories(("0", "1"), left),
        yaxis={"range": [0, 1.15], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        xaxis2={"domain": right, "range": [curve[0][0], curve[0][-1]], "anchor": "y2"},
        yaxis2={"range": [-0.03, 1.15], "anchor": "x2", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        annotations=[panel_title(left_title, left), panel_title(right_title, right)],
    )


@functools.lru_cache(maxsize=FIGURES)
def bars_and_matrix(classes: tuple[str, ...], bars_title: str, matrix_title: str) -> go.Figure:
    """Probabilities as bars; beside them a square matrix, its entries in colour and in digits.

    Traces: 0 bars, 1 the matrix (row by row, the first on top). The squares are points of a
    scatter and not a heat map: those can follow the hand without a full redraw. Colours run
    to ±1/4, the steepest that a softmax can be.
    """
    left, right = (0.0, 0.36), (0.46, 1.0)
    squares = {
        "symbol": "square",
        "size": 54,
        "cmin": -0.25,
        "cmax": 0.25,
        "colorscale": [[0.0, "#f0a070"], [0.5, "#f7f7f7"], [1.0, "#6db6e8"]],
        "line": {"width": 1, "color": GREY},
    }
    return figure(
        [
            bars(classes, PREDICTION, bars_title),
            go.Scatter(
                mode="markers+text",
                x=classes * len(classes),
                y=tuple(row for row in classes for _ in classes),
                marker=squares,
                textfont={"size": 11, "color": "#1a1a1a"},
                xaxis="x2",
                yaxis="y2",
                hoverinfo="skip",
            ),
        ],
        height=300,
        xaxis=categories(classes, left),
        yaxis={"range": [0, 1.15], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        xaxis2=categories(classes, right, anchor="y2"),
        yaxis2=categories(classes, (0, 1), anchor="x2", range=[len(classes) - 0.5, -0.5]),
        annotations=[panel_title(bars_title, left), panel_title(matrix_title, right)],
    )


@functools.lru_cache(maxsize=FIGURES)
def step_and_curve(curves: tuple[Points, Points, Points], x_title: str, y_title: str) -> go.Figure:
    """A smooth curve and a step along the same x: `curves` holds x, the curve and the step.

    Traces: 0 step, 1 curve, 2 tangent, 3 point on the step, 4 point on the curve.
    """
    x, smooth, hard = curves
    return figure(
        [
            line(GREY, x=x, y=hard, width=2, shape="vh"),
            line(PREDICTION, x=x, y=smooth),
            line(SURPRISE, width=3),
            point(GREY, symbol="square"),
            point(PREDICTION),
        ],
        height=320,
        xaxis={"range": [x[0], x[-1]], "title": x_title},
        yaxis={
            "range": [-0.12, 1.12],
            "title": {"text": y_title, "standoff": 6},
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
        },
    )


@functools.lru_cache(maxsize=FIGURES)
def two_losses(
    x: Points, x_title: str, y_title: str, top: float, names: tuple[str, str, str]
) -> go.Figure:
    """A loss that goes to 0 and one that stops at a floor.

    Traces: 0 and 1 the curves, 2 the floor, 3 and 4 the points on the curves.
    """
    return figure(
        [
            line(FINE, x=x, name=names[0]),
            line(SURPRISE, x=x, name=names[1]),
            line(SURPRISE, x=(x[0], x[-1]), dash="dot", width=1.5, name=names[2]),
            point(FINE),
            point(SURPRISE, symbol="diamond"),
        ],
        height=330,
        showlegend=True,
        xaxis={"range": [x[0], x[-1]], "title": x_title},
        yaxis={"range": [-0.022 * top, top], "title": {"text": y_title, "standoff": 6}},
    )


def area(colour: str, opacity: float) -> go.Scatter:
    """Return a filled shape; its corners come with the sweep."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return go.Scatter(
        mode="lines",
        fill="toself",
        fillcolor=f"rgba({red},{green},{blue},{opacity})",
        line={"color": colour, "width": 1},
        hoverinfo="skip",
    )


def pair_bars(names: tuple[str, ...], both: bool = True) -> list[go.Bar]:
    """Return the bars of P, and of Q beside it; handles stand on their tops."""
    colours = (TRUTH, PREDICTION) if both else (TRUTH,)
    letters = ("P", "Q")
    return [
        go.Bar(x=names, name=letter, marker={"color": colour}, offsetgroup=letter, hoverinfo="skip")
        for letter, colour in zip(letters, colours, strict=False)
    ]


def pair_axes(names: tuple[str, ...], domain: tuple[float, float]) -> dict[str, Any]:
    """Return the axes of `pair_bars`: classes, and probabilities from 0 to 1."""
    return {
        "xaxis": categories(names, domain),
        "yaxis": {"range": [0, 1.08], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        "barmode": "group",
        "bargap": 0.25,
    }


def key(*entries: tuple[str, str, str]) -> str:
    """Return the key to a panel as its title: colour, sign and name of what is in it.

    A legend of Plotly's would move the panel when it is drawn.
    """
    return "   ".join(
        f'<span style="color:{colour}">{sign}</span> {name}' for colour, sign, name in entries
    )


PAIR_KEY = key((TRUTH, "■", "P"), (PREDICTION, "■", "Q"))


@functools.lru_cache(maxsize=FIGURES)
def settling(
    counts: Points,
    heights: tuple[Points, ...],
    bands: tuple[Points, ...],
    names: tuple[str, ...],
    titles: tuple[str, str],
    top: float,
) -> go.Figure:
    """Averages of ever more draws: each on its way to its height, within its band.

    A height that is not finite is (), and has no band.
    Traces, four for each: the band, the height, the way, and the point at its end.
    """
    traces = []
    for colour, height, edge in zip((TRUTH, PREDICTION), heights, bands, strict=False):
        shape = area(colour, 0.14)
        shape.update(x=(*counts, *counts[::-1]) if edge else (), y=edge, line={"width": 0})
        ends = (counts[0], counts[-1])[: 2 * len(height)]
        traces += [
            shape,
            line(colour, x=ends, y=height * 2, dash="dot", width=1.5),
            line(colour, x=counts, width=2),
            point(colour),
        ]
    labels = [
        {"text": name, "x": 1, "xref": "paper", "xanchor": "right", "y": height[0], "yref": "y",
         "yanchor": "bottom", "showarrow": False, "font": {"size": 12}}
        for name, height in zip(names, heights, strict=True) if height and height[0] < top
    ]  # fmt: skip
    return figure(
        traces,
        height=320,
        xaxis={"type": "log", "range": [0, 5], "dtick": 1, "title": titles[0]},
        yaxis={"range": [0, top], "title": {"text": titles[1], "standoff": 6}},
        annotations=labels,
    )
