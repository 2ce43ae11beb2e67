"""The charts of the KL lesson: its split, the gaps, the triangle, one bell for two.

Whatever measures D(P‖Q) is solid and vermilion, whatever measures D(Q‖P) grey, hatched or dashed.
"""

from dataclasses import replace
from typing import Any

import plotly.graph_objects as go

from ui.draw.colours import BROKEN, CLEAR, GREY, PREDICTION, SURPRISE, TRUTH, WHITE
from ui.draw.marks import Points, area, bars, line, showing, signs
from ui.draw.pair import GROUPED, pair_panel
from ui.draw.panels import Panel, Picture, Span, categories, kept, key, picture, titled
from ui.figure import Handle

APART = "\N{NO-BREAK SPACE}" * 4  # of a letter from its handle
INFINITE = f"<b>∞</b>{APART}"  # on the other side of it
FEW, ROOM = 5, 190  # classes with numbers on their bars; pixels of a panel of classes
TALL = 0.866  # the height of a triangle of side 1
WIDE: Span = (0.0, 1.0)
NOTHING = {"showgrid": False, "zeroline": False}


def _beyond(symbol: str, y: Points, **shows: str) -> go.Scatter:
    """Return the signs at the edge of a panel, with the number of what does not fit in it."""
    marker = {"symbol": symbol, "size": 11, "color": BROKEN}
    style = {"marker": marker, "textposition": "top center"}
    return showing(signs(mode="markers+text", y=y, **style), **shows)


def _contributions(count: int, offset: float, colour: str, hatch: str, array: str) -> go.Bar:
    """Return one bar for each class, beside the other direction's."""
    marker = {
        "color": colour,
        "line": {"color": colour, "width": 1},
        "pattern": {"shape": hatch, "fgcolor": colour, "bgcolor": CLEAR, "size": 6},
    }
    x = tuple(range(count))
    return showing(go.Bar(x=x, offset=offset, width=0.36, marker=marker, hoverinfo="skip"), y=array)


def _stretch(colour: str, place: str = "inside", **shows: str) -> go.Bar:
    """Return a part of the lying bar: how long it is and where it begins come with the sweep."""
    trace = go.Bar(
        orientation="h",
        y=(0,),
        width=0.8,
        offset=-0.4,
        marker={"color": colour},
        textposition=place,
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        insidetextfont={"color": WHITE},
        hoverinfo="skip",
    )
    return showing(trace, **shows)


def _contribution_panel(names: tuple[str, ...], across: Span, low: float, high: float) -> Panel:
    """What each class adds to either divergence; what does not fit has a sign."""
    count = len(names)
    edge = (high,) * count
    return Panel(
        [
            _contributions(count, -0.38, SURPRISE, "", "forward_bar"),
            _contributions(count, 0.02, GREY, "/", "reverse_bar"),
            _beyond("triangle-up", edge, x="forward_sign", text="forward|3"),
            _beyond("triangle-up", edge, x="reverse_sign", text="reverse|3"),
        ],
        {
            "range": [-0.5, count - 0.5],
            "tickvals": list(range(count)),
            "ticktext": names,
            "side": "bottom",
            "tickangle": 0,
            **NOTHING,
        },
        {"range": [low, 1.25 * high], "zeroline": True},
        across,
        (0.42, 1.0),
        key((SURPRISE, "■", "D(P‖Q)"), (GREY, "▨", "D(Q‖P)")),
        narrow=(WIDE, (0.24, 0.56)),
    )


def _two_parts(across: Span, axis: str, reach: float) -> Panel:
    """The cross entropy as a lying bar: the entropy of P, and after it the divergence."""
    return Panel(
        [
            _stretch(TRUTH, x="start", text="entropy|3"),
            _stretch(SURPRISE, "auto", x="rest", base="start", text="kl|3"),
            _beyond("triangle-right", (0,), x="beyond"),
        ],
        {"range": [0, reach], "title": axis},
        {"range": [-0.5, 0.5], "showticklabels": False, **NOTHING},
        across,
        (0.0, 0.14),
        "H(P, Q) = " + key((TRUTH, "■", "H(P)"), (SURPRISE, "■", "D(P‖Q)")),
        narrow=(WIDE, (0.0, 0.09)),
    )


@kept
def split_and_contributions(
    names: tuple[str, ...], axis: str, low: float, high: float, reach: float
) -> Picture:
    """P and Q as bars; beside them what each class adds to either divergence, and H(P,Q) in two.

    Contributions fit from `low` to `high`, the cross entropy up to `reach`; `axis` is the title
    of both.
    """
    right = (0.5, 1.0)
    return picture(
        pair_panel(names, (0.0, 0.4), narrow=(WIDE, (0.68, 1.0))),
        _contribution_panel(names, right, low, high),
        _two_parts(right, axis, reach),
        height=290,
        narrow_height=620,
        margin={"l": 50, "r": 24, "t": 28, "b": 44},
        **GROUPED,
    )


def _tangent_panel(
    names: tuple[str, ...],
    axes: tuple[float, float],
    far: float,
    curve: tuple[Points, ...],
    keys: tuple[str, str, str],
) -> Panel:
    """The logarithm under its tangent, a point for each class at Q/P, its gap, its name below."""
    x, log, tangent = curve
    drop = line(GREY, width=1, dash="dot", x="drop_x", y="drop_y")
    points = signs(mode="markers", marker={"size": 9, "color": SURPRISE})
    return Panel(
        [
            drop,
            line(GREY, width=2, dash="dash", at=(x, tangent)),
            line(GREY, width=2.5, at=(x, log)),
            line(SURPRISE, width=5, x="gap_x", y="gap_y"),
            showing(points, x="at", y="low"),
            showing(signs(text=names, textposition="middle right"), x="name_x", y="name_y"),
        ],
        {"range": [0, 1.12 * far], "dtick": 1, "title": {"text": "x = Q / P", "standoff": 4}},
        {"range": list(axes), "zeroline": True, "nticks": 6},
        (0.36, 0.68),
        title=key((GREY, "━", keys[0]), (GREY, "╍", keys[1]), (SURPRISE, "┃", keys[2])),
        narrow=(WIDE, (0.33, 0.68)),
    )


@kept
def gaps_under_the_tangent(
    names: tuple[str, ...],
    axes: tuple[float, float],
    far: float,
    curve: tuple[Points, ...],
    keys: tuple[str, str, str],
    most: float,
) -> Picture:
    """P and Q as bars, the logarithm under its tangent, and each class's gap times P.

    `axes` is the range of the logarithm, `far` the largest Q/P that fits, `curve` holds x, the
    logarithm and the tangent, `keys` their names and that of the gap; `most` is the largest gap
    times P that fits.
    """
    few = {"text": "gaps|2"} if len(names) <= FEW else {}  # the table has them, too
    adds = bars(names, SURPRISE, y="gap_bar", **few)
    adds.update(hoverinfo="skip")
    mark = {"symbol": "triangle-up", "size": 11, "color": BROKEN}
    too_large = showing(signs(mode="markers", x=names, marker=mark), y="gap_sign")
    wide = 8 * max(map(len, names))  # pixels
    slanted = wide > ROOM / len(names)
    classes = categories(names, tickangle=-45 if slanted else 0)
    pair = pair_panel(names, (0.0, 0.29), narrow=(WIDE, (0.77, 1.0)))
    return picture(
        replace(pair, x=classes),
        _tangent_panel(names, axes, far, curve, keys),
        Panel(
            [adds, too_large],
            classes,
            {"range": [0, 1.2 * most]},
            (0.75, 1.0),
            title=f"P × {keys[2]}",
            narrow=(WIDE, (0.0, 0.22)),
        ),
        height=330,
        narrow_height=760,
        margin={"l": 50, "r": 12, "t": 28, "b": int(44 + (0.4 * wide if slanted else 0))},
        **GROUPED,
    )


def _unseen(reach: list[float], **axis: Any) -> dict[str, Any]:
    """Return an axis that is not seen."""
    hidden = {"showline": False, "showticklabels": False, "ticks": "", **NOTHING}
    return {"range": reach, "constrain": "domain", **hidden, **axis}


def _two_points() -> list[go.Scatter]:
    """Return the letters of P and Q, and the signs of an infinite divergence around them."""
    letters = signs(
        text=(f"{APART}<b>P</b>", f"{APART}<b>Q</b>"),
        textposition="middle right",
        textfont={"size": 15},
    )
    ring = {"symbol": "circle-open", "size": 27, "color": BROKEN, "line": {"width": 3}}
    infinite = signs(
        mode="markers+text",
        textposition="middle left",
        textfont={"size": 20, "color": BROKEN},
        marker=ring,
    )
    return [
        showing(letters, x="x", y="y"),
        showing(infinite, x="x", y="y", marker_opacity="infinite", text="infinite|sign"),
    ]


def _triangle_panel(names: tuple[str, ...], levels: tuple[str, ...], title: str) -> Panel:
    """The distributions over three classes, with a line for each of `levels`."""
    x, y = (0.0, 1.0, 0.5), (0.0, 0.0, TALL)
    labels = signs(text=levels, textposition="top center")
    away = 0.035  # of a letter from its corner
    corners = signs(
        x=(-away, 1 + away, 0.5),
        y=(-away, -away, TALL + away),
        text=names,
        textposition="middle center",
    )
    gone = signs(x=(0.5,), y=(-0.07,))
    lines = [
        line(SURPRISE, width=1.8, shape="spline", x=f"x{i}", y=f"y{i}") for i in range(len(levels))
    ]
    return Panel(
        [
            showing(labels, x="label_x", y="label_y", textposition="label_at|place"),
            *_two_points(),
            *lines,
            line(GREY, width=1.5, at=((*x, 0.0), (*y, 0.0))),
            corners,
            showing(gone, text="gone|said"),
        ],
        _unseen([-0.08, 1.08]),
        _unseen([-0.12, TALL + 0.08], scaleanchor="x"),
        (0.0, 0.7),
        title=title,
        narrow=(WIDE, (0.36, 1.0)),
        handles=(
            Handle("a", "x.0", "y.0", "truth", "point", says="p"),
            Handle("b", "x.1", "y.1", "prediction", "point", says="q"),
        ),
    )


@kept
def triangle(names: tuple[str, ...], levels: tuple[str, ...], title: str) -> Picture:
    """The distributions over three classes as a triangle, and two of them as bars."""
    bars = pair_panel(names, (0.78, 1.0), pulled=False, narrow=(WIDE, (0.0, 0.22)))
    return picture(
        _triangle_panel(names, levels, title),
        replace(bars, up=(0.0, 0.86)),
        height=400,
        narrow_height=540,
        narrow_layout={"margin.l": 45},
        margin={"l": 30, "r": 12, "t": 28, "b": 30},
        **GROUPED,
    )


@kept
def one_bell_for_two(
    x: Points, top: float, costs: tuple[float, float], words: tuple[str, ...]
) -> Picture:
    """Two densities above, what each place adds to either divergence below.

    p is drawn at the points `x`; from 0 to `top` is the range of the densities, `costs` that
    of what each place adds; `words` name the density p, the Gaussian q, the lower panel and x.
    """
    p, q, adds, along = words
    bump = area(TRUTH, 0.2, y="p").update(x=x)
    cost = area(SURPRISE, 0.25, x="x", y="adds_forward")
    for trace in (bump, cost):
        trace.update(fill="tozeroy", line={"width": 2})
    reach = [x[0], x[-1]]
    costs_key = key((SURPRISE, "■", "D(p‖q)"), (GREY, "╍", "D(q‖p)"))
    return picture(
        Panel(
            [bump, line(PREDICTION, width=3, x="q_x", y="q")],
            {"range": reach, "showticklabels": False},
            {"range": [0, top], "zeroline": True},
            up=(0.47, 1.0),
            title=key((TRUTH, "■", p), (PREDICTION, "━", q)),
            handles=(
                Handle("m", "m", "top", "prediction", "point"),
                Handle("s", "wing_x", "wing", "prediction", "point"),
            ),
        ),
        Panel(
            [cost, line(GREY, dash="dash", width=2, x="x", y="adds_reverse")],
            {"range": reach, **titled(along, 4)},
            {"range": costs},
            up=(0.0, 0.36),
            title=f"{adds}: {costs_key}",
        ),
        height=400,
        narrow_height=480,
    )
