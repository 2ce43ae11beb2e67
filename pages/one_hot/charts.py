"""The charts of the lesson on one-hot labels: terms of the sum, slopes, smooth and soft labels."""

import functools
from typing import Any
from unicodedata import east_asian_width

import plotly.graph_objects as go

from ui.draw.charts import (
    BROKEN,
    FIGURES,
    FINE,
    GREY,
    PREDICTION,
    SURPRISE,
    TRUTH,
    Points,
    categories,
    figure,
    frames,
    key,
    line,
    panel_title,
    point,
)

NOWHERE = (-1.0, -1.0)  # a line below its panel, until the sweep draws it
PROBABILITIES = {"range": [0, 1.24], "tickvals": [0, 0.25, 0.5, 0.75, 1]}
_WIDE, _NARROW = 270, 300  # pixels that a panel of classes has on a projector, on a phone


def _width(name: str) -> float:
    """Return about how wide a class's name is, in pixels."""
    return sum(13 if east_asian_width(letter) in "WF" else 7 for letter in name)


def _slanted(names: tuple[str, ...], room: float) -> bool:
    """Tell whether names do not stand side by side in a panel `room` pixels wide."""
    return max(map(_width, names)) + 4 > room / len(names)


def _below(names: tuple[str, ...]) -> float:
    """Return the room that the names take below a panel, wide or narrow."""
    slanted = _slanted(names, min(_WIDE, _NARROW))
    return 26 + (0.72 * max(map(_width, names)) if slanted else 0)


def _classes(
    names: tuple[str, ...], domain: tuple[float, float], number: str = "", **axis: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an axis of classes, and what it asks for on a narrow screen."""
    tilt = {True: -45, False: 0}
    size = 12 if len(names) > 6 else 13
    shape = {"tickangle": tilt[_slanted(names, _WIDE)], "tickfont": {"size": size}, **axis}
    narrow = {f"xaxis{number}.tickangle": tilt[_slanted(names, _NARROW)]}
    return categories(names, domain, **shape), narrow


def _values(names: tuple[str, ...], y: float, step: float, axis: str = "") -> go.Scatter:
    """Return numbers at height y, one for each class; they come with the sweep.

    Where there are many, every second stands `step` higher, so that they do not touch.
    """
    crowded = len(names) > 6
    return go.Scatter(
        x=names,
        y=tuple(y + step * (crowded and i % 2) for i in range(len(names))),
        mode="text",
        textfont={"size": 12 if len(names) < 8 else 10},
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        hoverinfo="skip",
        cliponaxis=False,
    )


def _bars(names: tuple[str, ...], colour: str, axis: str = "", **bar: Any) -> go.Bar:
    return go.Bar(
        x=names,
        marker={"color": colour},
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        hoverinfo="skip",
        **bar,
    )


def _beyond(axis: str, x: tuple[Any, ...] | None = None, colour: str = SURPRISE) -> go.Scatter:
    """Return the signs, on the upper edge, of what is higher than the panel."""
    return go.Scatter(
        x=x,
        mode="markers",
        marker={"symbol": "triangle-up", "size": 11, "color": colour},
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        hoverinfo="skip",
        cliponaxis=False,
    )


@functools.lru_cache(maxsize=FIGURES)
def terms_of_the_sum(names: tuple[str, ...], titles: tuple[str, str], top: float) -> go.Figure:
    """The prediction with the label as frames; beside it what each class would add to the loss.

    Traces: 0 the label, 1 the prediction, 2 its numbers, 3 surprise that counts nothing,
    4 surprise that counts, 5 their numbers, 6 the signs of those above `top`.
    """
    left, right = (0.0, 0.46), (0.56, 1.0)
    axis, narrow = _classes(names, left)
    axis2, narrow2 = _classes(names, right, "2", anchor="y2")
    below = _below(names)
    return figure(
        [
            frames(names, TRUTH, ""),
            _bars(names, PREDICTION),
            _values(names, 1.1, 0.09),
            frames(names, GREY, "", "2"),
            _bars(names, SURPRISE, "2"),
            _values(names, 1.12 * top, 0.08 * top, "2"),
            _beyond("2", names, GREY),
        ],
        height=int(254 + below),
        margin={"l": 40, "r": 12, "t": 28, "b": below},
        xaxis=axis,
        yaxis=PROBABILITIES,
        xaxis2=axis2,
        yaxis2={"range": [0, 1.24 * top], "anchor": "x2", "tickvals": [0, 2, 4, 6]},
        annotations=[panel_title(titles[0], left), panel_title(titles[1], right)],
        meta={
            "narrow": {
                "height": int(430 + 2 * below),
                "xaxis.domain": [0.0, 1.0],
                "yaxis.domain": [0.6, 1.0],
                "xaxis2.domain": [0.0, 1.0],
                "yaxis2.domain": [0.0, 0.38],
                "annotations.1.x": 0.0,
                "annotations.1.y": 0.38,
                **narrow,
                **narrow2,
            }
        },
    )


def _signed(names: tuple[str, ...]) -> list[Any]:
    """Return the bars of p - y under the classes, what is too much and too little, and numbers."""
    return [
        _bars(names, PREDICTION, "2"),
        _bars(names, TRUTH, "2"),
        _values(names, -1.3, -0.34, "2"),
    ]


def _two_floors(
    names: tuple[str, ...], titles: tuple[str, str], left: tuple[float, float]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the axes of probabilities above and p - y below, and their narrow places."""
    axis, narrow = _classes(names, left, "2", anchor="y2")
    axes = {
        "xaxis": categories(names, left, showticklabels=False, ticks=""),
        "yaxis": {**PROBABILITIES, "domain": [0.5, 1.0]},
        "xaxis2": axis,
        "yaxis2": {
            "range": [-1.85, 1.1],
            "tickvals": [-1, 0, 1],
            "domain": [0.0, 0.36],
            "anchor": "x2",
            "zeroline": True,
        },
        "annotations": [
            panel_title(titles[0], left),
            {**panel_title(titles[1], left), "y": 0.36},
        ],
    }
    narrow |= {
        "xaxis.domain": [0.0, 1.0],
        "yaxis.domain": [0.74, 1.0],
        "xaxis2.domain": [0.0, 1.0],
        "yaxis2.domain": [0.46, 0.66],
        "xaxis3.domain": [0.0, 1.0],
        "yaxis3.domain": [0.0, 0.3],
        "annotations.1.y": 0.66,
        "annotations.2.x": 0.0,
        "annotations.2.y": 0.3,
    }
    return axes, narrow


@functools.lru_cache(maxsize=FIGURES)
def slopes(
    names: tuple[str, ...],
    titles: tuple[str, str, str],
    p_axis: str,
    curve: tuple[Points, Points],
    top: float,
) -> go.Figure:
    """The prediction and, below, p - y; beside them the curve of -log p with its tangent.

    Traces: 0 the label's frames, 1 the prediction, 2 its numbers, 3 what is too much, 4 what is
    too little, 5 their numbers, 6 the curve, 7 the tangent, 8 the drop line, 9 the point, 10 the
    sign of a point above `top`.
    """
    left, right = (0.0, 0.5), (0.61, 1.0)
    axes, narrow = _two_floors(names, titles[:2], left)
    axes["annotations"].append(panel_title(titles[2], right))
    below = max(_below(names), 44)
    return figure(
        [
            frames(names, TRUTH, ""),
            _bars(names, PREDICTION),
            _values(names, 1.1, 0.09),
            *_signed(names),
            line(SURPRISE, "3", x=curve[0], y=curve[1]),
            line(GREY, "3", width=2.5),
            line(SURPRISE, "3", dash="dot", width=1.5),
            point(SURPRISE, "3"),
            _beyond("3"),
        ],
        height=int(306 + below),
        margin={"l": 40, "r": 12, "t": 28, "b": below},
        **axes,
        xaxis3={
            "domain": right,
            "range": [-0.02, 1.04],
            "anchor": "y3",
            "title": {"text": p_axis, "standoff": 6},
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
        },
        yaxis3={"range": [0, 1.08 * top], "anchor": "x3"},
        meta={"narrow": {"height": int(620 + below), **narrow}},
    )


@functools.lru_cache(maxsize=FIGURES)
def smoothing(
    hard: tuple[Points, Points],
    along: Points,
    titles: tuple[str, str],
    names: tuple[str, str, str],
    top: float,
    told: bool,
) -> go.Figure:
    """The loss along p_k for a hard label and for a smoothed one, with its floor and lowest point.

    `hard` holds the x and y of the hard label's curve, `along` the x of the other, `titles` are
    those of the axes, `names` those of the two curves and of the floor, which gets its name once
    it has been `told`. Traces: 0 the hard curve, 1 the smoothed curve, 2 the floor, 3 the line
    down to where the lowest point lies, 4 the lowest point, 5 the point on the hard curve, 6 that
    on the smoothed one, 7 the sign of what is infinite, 8 its word.
    """
    entries = [(GREY, "╍", names[0]), (SURPRISE, "━", names[1])]
    if told:
        entries += [(TRUTH, "┈", names[2])]
    return figure(
        [
            line(GREY, x=hard[0], y=hard[1], dash="dash", width=2),
            line(SURPRISE, x=along),
            line(TRUTH, x=(0, 1), y=NOWHERE, dash="dot", width=2),
            line(FINE, dash="dot", width=1.5),
            point(FINE, symbol="diamond"),
            point(GREY, symbol="square"),
            point(SURPRISE),
            _beyond("", colour=BROKEN),
            go.Scatter(
                mode="text",
                text=["<br><b>∞</b>"],  # below the handle
                textposition="bottom center",
                textfont={"size": 20, "color": BROKEN},
                hoverinfo="skip",
                cliponaxis=False,
            ),
        ],
        height=330,
        margin={"l": 44, "r": 16, "t": 30, "b": 46},
        xaxis={"range": [-0.02, 1.03], "title": {"text": titles[0], "standoff": 6}},
        yaxis={"range": [0, top], "title": {"text": titles[1], "standoff": 4}},
        annotations=[panel_title(key(*entries), (0.0, 1.0))],
    )


@functools.lru_cache(maxsize=FIGURES)
def soft_labels(
    names: tuple[str, ...], titles: tuple[str, str, str], unit: str, top: float
) -> go.Figure:
    """Label and prediction side by side and, below, p - y; beside them the loss in two parts.

    Traces: 0 the label, 1 the prediction, 2 too much, 3 too little, 4 their numbers, 5 the
    floor, 6 the gap above it, 7 and 8 the numbers of both, 9 the sign of a loss above `top`, 10
    that of an infinite one.
    """
    left, right = (0.0, 0.64), (0.76, 1.0)
    axes, narrow = _two_floors(names, titles[:2], left)
    axes["annotations"].append(panel_title(titles[2], right))
    axes["yaxis"] = {**axes["yaxis"], "range": [0, 1.08]}
    below = max(_below(names), 30)
    column = {"offset": -0.3, "width": 0.6}
    inside: dict[str, Any] = {"xaxis": "x3", "yaxis": "y3", "hoverinfo": "skip"}
    return figure(
        [
            _bars(names, TRUTH, offset=-0.4, width=0.38),
            _bars(names, PREDICTION, offset=0.02, width=0.38),
            *_signed(names),
            go.Bar(x=(0,), marker={"color": TRUTH}, **column, **inside),
            go.Bar(x=(0,), marker={"color": SURPRISE}, **column, **inside),
            *(
                go.Scatter(
                    x=(0.35,),
                    mode="text",
                    textposition="middle right",
                    textfont={"size": 12},
                    cliponaxis=False,
                    **inside,
                )
                for _ in range(2)
            ),
            _beyond("3", x=(0,)),
            go.Scatter(
                x=(0,),
                mode="markers+text",
                marker={"symbol": "triangle-up", "size": 12, "color": BROKEN},
                text=["  <b>∞</b>"],
                textposition="middle right",
                textfont={"size": 20, "color": BROKEN},
                cliponaxis=False,
                **inside,
            ),
        ],
        height=int(306 + below),
        margin={"l": 40, "r": 12, "t": 28, "b": below},
        **axes,
        xaxis3={
            "domain": right,
            "range": [-0.45, 0.95],
            "anchor": "y3",
            "tickvals": [],
            "showgrid": False,
            "zeroline": False,
        },
        yaxis3={
            "range": [0, 1.06 * top],
            "anchor": "x3",
            "title": {"text": unit, "standoff": 4},
        },
        meta={"narrow": {"height": int(600 + below), **narrow}},
    )


@functools.lru_cache(maxsize=FIGURES)
def kinds_of_target(names: tuple[str, ...], title: str, top: float) -> go.Figure:
    """The loss for each kind of target, lying bars; what is no number is hatched and says so.

    Traces: 0 the finite ones, 1 those that are infinite, 2 those that are nan.
    """

    def lying(marker: dict[str, Any], **text: Any) -> go.Bar:
        return go.Bar(
            y=names,
            orientation="h",
            marker=marker,
            textangle=0,
            constraintext="none",
            cliponaxis=False,
            hoverinfo="skip",
            **text,
        )

    def broken(shape: str) -> go.Bar:
        hatch = {"shape": shape, "fgcolor": BROKEN, "bgcolor": "rgba(204,121,167,0.18)", "size": 8}
        return lying(
            {"color": BROKEN, "pattern": hatch, "line": {"color": BROKEN, "width": 1}},
            textposition="outside",
            textfont={"size": 18, "color": BROKEN},
        )

    return figure(
        [
            lying({"color": SURPRISE}, textposition="outside"),
            broken("/"),
            broken("x"),
        ],
        height=236,
        margin={"l": 196, "r": 52, "t": 8, "b": 46},
        xaxis={"range": [0, top], "title": {"text": title, "standoff": 10}},
        yaxis={
            **categories(names, (0, 1), range=[len(names) - 0.5, -0.5]),
            "tickfont": {"size": 13},
        },
        meta={"narrow": {"margin.l": 156, "yaxis.tickfont.size": 10}},
    )
