"""The charts of the KL lesson: its split, its two directions, the triangle, one bell for two.

Whatever measures D(P‖Q) is solid, whatever measures D(Q‖P) hatched or dashed.
"""

import functools
from typing import Any

import plotly.graph_objects as go

from ui.draw.charts import (
    BROKEN,
    FIGURES,
    GREY,
    PAIR_KEY,
    PREDICTION,
    SURPRISE,
    TRUTH,
    Points,
    area,
    figure,
    key,
    line,
    pair_axes,
    pair_bars,
    panel_title,
)

TALL = 0.866  # the height of a triangle of side 1
APART = "\N{NO-BREAK SPACE}" * 4  # of a letter from its handle
INFINITE = f"<b>∞</b>{APART}"  # on the other side of it


def _beyond(axis: str, symbol: str, y: Points) -> go.Scatter:
    """Return the signs at the edge of a panel, with the number of what does not fit in it."""
    return go.Scatter(
        mode="markers+text",
        y=y,
        marker={"symbol": symbol, "size": 11, "color": BROKEN},
        textposition="top center",
        textfont={"size": 12},
        xaxis=f"x{axis}",
        yaxis=f"y{axis}",
        hoverinfo="skip",
        cliponaxis=False,
    )


def _contributions(count: int, way: str) -> go.Bar:
    """Return one bar for each class, beside the other direction's."""
    hatch = "/" if way == "reverse" else ""
    return go.Bar(
        x=tuple(range(count)),
        offset=0.02 if hatch else -0.38,
        width=0.36,
        xaxis="x2",
        yaxis="y2",
        marker={
            "color": SURPRISE,
            "line": {"color": SURPRISE, "width": 1},
            "pattern": {
                "shape": hatch,
                "fgcolor": SURPRISE,
                "bgcolor": "rgba(0,0,0,0)",
                "size": 6,
            },
        },
        hoverinfo="skip",
    )


def _stretch(colour: str) -> go.Bar:
    """Return a part of the lying bar: how long it is and where it begins come with the sweep."""
    return go.Bar(
        orientation="h",
        y=(0,),
        width=0.8,
        offset=-0.4,
        xaxis="x3",
        yaxis="y3",
        marker={"color": colour},
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        textfont={"color": "#ffffff"},
        hoverinfo="skip",
    )


_SPLIT_ON_A_PHONE = {
    "height": 620,
    "xaxis.domain": [0.0, 1.0],
    "yaxis.domain": [0.68, 1.0],
    "xaxis2.domain": [0.0, 1.0],
    "yaxis2.domain": [0.24, 0.56],
    "xaxis3.domain": [0.0, 1.0],
    "yaxis3.domain": [0.0, 0.09],
    "annotations.1.x": 0.0,
    "annotations.1.y": 0.56,
    "annotations.2.x": 0.0,
    "annotations.2.y": 0.09,
}


@functools.lru_cache(maxsize=FIGURES)
def split_and_contributions(
    names: tuple[str, ...], axis: str, low: float, high: float, reach: float
) -> go.Figure:
    """P and Q as bars; beside them what each class adds to either divergence, and H(P,Q) in two.

    Contributions fit from `low` to `high`, the cross entropy up to `reach`; `axis` is the title
    of both. Traces: 0 P, 1 Q, 2 and 3 the contributions to D(P‖Q) and D(Q‖P), 4 and 5 the signs
    of those that do not fit, 6 H(P), 7 what follows it: D(P‖Q), 8 the sign of what does not fit.
    """
    left, right = (0.0, 0.4), (0.5, 1.0)
    classes = list(range(len(names)))
    return figure(
        [
            *pair_bars(names),
            _contributions(len(names), "forward"),
            _contributions(len(names), "reverse"),
            _beyond("2", "triangle-up", (high,) * len(names)),
            _beyond("2", "triangle-up", (high,) * len(names)),
            _stretch(TRUTH),
            _stretch(SURPRISE),
            _beyond("3", "triangle-right", (0,)),
        ],
        height=325,
        margin={"l": 50, "r": 24, "t": 28, "b": 44},
        **pair_axes(names, left),
        xaxis2={
            "domain": right,
            "anchor": "y2",
            "range": [-0.5, len(names) - 0.5],
            "tickvals": classes,
            "ticktext": names,
            "showgrid": False,
            "zeroline": False,
            "side": "bottom",
            "tickangle": 0,
        },
        yaxis2={
            "domain": [0.42, 1.0],
            "anchor": "x2",
            "range": [low, 1.25 * high],
            "zeroline": True,
        },
        xaxis3={"domain": right, "anchor": "y3", "range": [0, reach], "title": axis},
        yaxis3={
            "domain": [0.0, 0.14],
            "anchor": "x3",
            "range": [-0.5, 0.5],
            "showticklabels": False,
            "showgrid": False,
            "zeroline": False,
        },
        annotations=[
            panel_title(PAIR_KEY, left),
            panel_title(key((SURPRISE, "■", "D(P‖Q)"), (SURPRISE, "▨", "D(Q‖P)")), right),
            {
                **panel_title(
                    "H(P, Q) = " + key((TRUTH, "■", "H(P)"), (SURPRISE, "■", "D(P‖Q)")), right
                ),
                "y": 0.14,
            },
        ],
        meta={"narrow": _SPLIT_ON_A_PHONE},
    )


_TRIANGLE_ON_A_PHONE = {
    "height": 540,
    "margin.l": 45,
    "xaxis.domain": [0.0, 1.0],
    "yaxis.domain": [0.36, 1.0],
    "xaxis2.domain": [0.0, 1.0],
    "yaxis2.domain": [0.0, 0.22],
    "annotations.1.x": 0.0,
    "annotations.1.y": 0.22,
}


@functools.lru_cache(maxsize=FIGURES)
def triangle(names: tuple[str, ...], levels: tuple[str, ...], title: str) -> go.Figure:
    """The distributions over three classes as a triangle, and two of them as bars.

    Traces: 0 the labels of the level lines, `levels`, 1 the letters of P and Q, 2 the signs of an
    infinite divergence, 3 P, 4 Q, from 5 on a line for each level; then what does not move.
    """
    left, right = (0.0, 0.7), (0.78, 1.0)
    corners_x, corners_y = (0.0, 1.0, 0.5), (0.0, 0.0, TALL)
    words = {"mode": "text", "hoverinfo": "skip", "cliponaxis": False}
    moved = {"xaxis": "x2", "yaxis": "y2"}
    return figure(
        [
            go.Scatter(text=levels, textposition="top center", textfont={"size": 11}, **words),
            go.Scatter(
                text=(f"{APART}<b>P</b>", f"{APART}<b>Q</b>"),
                textposition="middle right",
                textfont={"size": 15},
                **words,
            ),
            go.Scatter(
                textposition="middle left",
                textfont={"size": 20, "color": BROKEN},
                **{**words, "mode": "markers+text"},
                marker={
                    "symbol": "circle-open",
                    "size": 27,
                    "color": BROKEN,
                    "line": {"width": 3},
                },
            ),
            *(bar.update(moved) for bar in pair_bars(names)),
            *(line(SURPRISE, width=1.8, shape="spline") for _ in levels),
            line(GREY, width=1.5, x=(*corners_x, 0.0), y=(*corners_y, 0.0)),
            go.Scatter(
                x=corners_x,
                y=corners_y,
                text=names,
                textposition=("bottom center", "bottom center", "top center"),
                textfont={"size": 14},
                **words,
            ),
        ],
        height=400,
        margin={"l": 30, "r": 12, "t": 28, "b": 30},
        barmode="group",
        bargap=0.25,
        xaxis=_plain(left, [-0.05, 1.05]),
        yaxis={**_plain((0.0, 1.0), [-0.08, TALL + 0.08]), "scaleanchor": "x"},
        xaxis2={**_categories(names, right), "anchor": "y2"},
        yaxis2={
            "range": [0, 1.08],
            "domain": [0.0, 0.86],
            "anchor": "x2",
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
        },
        annotations=[
            panel_title(title, left),
            {**panel_title(PAIR_KEY, right), "y": 0.86},
        ],
        meta={"narrow": _TRIANGLE_ON_A_PHONE},
    )


def _plain(domain: tuple[float, float], reach: list[float]) -> dict[str, Any]:
    """Return an axis that is not seen."""
    return {
        "domain": domain,
        "range": reach,
        "constrain": "domain",
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "showticklabels": False,
        "ticks": "",
    }


def _categories(names: tuple[str, ...], domain: tuple[float, float]) -> dict[str, Any]:
    return pair_axes(names, domain)["xaxis"]


_BELLS_ON_A_PHONE = {"height": 480}


@functools.lru_cache(maxsize=FIGURES)
def one_bell_for_two(
    x: Points,
    top: float,
    costs: tuple[float, float],
    words: tuple[str, str, str, str],
) -> go.Figure:
    """Two densities above, what each place adds to either divergence below.

    p is drawn at the points `x`; from 0 to `top` is the range of the densities, `costs` that
    of what each place adds; `words` name the
    density p, the Gaussian q, the lower panel and x. Traces: 0 p, 1 q, 2 and 3 what a place
    adds to D(p‖q) and to D(q‖p).
    """
    upper, lower = (0.47, 1.0), (0.0, 0.36)
    bump = area(TRUTH, 0.2).update(x=x)
    cost = area(SURPRISE, 0.25)
    for trace, axis in ((bump, ""), (cost, "2")):
        trace.update(fill="tozeroy", xaxis="x", yaxis=f"y{axis}", line={"width": 2})
    return figure(
        [
            bump,
            line(PREDICTION, width=3),
            cost,
            line(SURPRISE, dash="dash", width=2).update(yaxis="y2"),
        ],
        height=400,
        margin={"l": 50, "r": 12, "t": 28, "b": 44},
        xaxis={"range": [x[0], x[-1]], "anchor": "y2", "title": {"text": words[3], "standoff": 4}},
        yaxis={"range": [0, top], "domain": upper, "zeroline": True},
        yaxis2={"range": costs, "domain": lower, "anchor": "x"},
        annotations=[
            panel_title(key((TRUTH, "■", words[0]), (PREDICTION, "━", words[1])), (0.0, 1.0)),
            {
                **panel_title(
                    f"{words[2]}: {key((SURPRISE, '■', 'D(p‖q)'), (SURPRISE, '╍', 'D(q‖p)'))}",
                    (0.0, 1.0),
                ),
                "y": lower[1],
            },
        ],
        meta={"narrow": _BELLS_ON_A_PHONE},
    )
