"""The charts of the softmax lesson."""

from typing import Any

import plotly.graph_objects as go

from pages.softmax.ways import WAYS
from ui.draw.colours import (
    BROKEN,
    CLASSES,
    DOWN,
    FINE,
    GREY,
    INK,
    NEITHER,
    PREDICTION,
    SURPRISE,
    UP,
    WHITE,
)
from ui.draw.marks import Points, bars, frames, line, point, pulled_bars, showing, signs
from ui.draw.pair import ABOVE, BELOW
from ui.draw.panels import (
    Panel,
    Picture,
    Span,
    categories,
    kept,
    key,
    picture,
    probabilities,
    titled,
)
from ui.figure import Handle

LEFT, RIGHT = (0.0, 0.45), (0.55, 1.0)
NARROW, WIDE = (0.0, 0.36), (0.46, 1.0)
EDGE = 0.03  # of an axis: room for half a marker at its end
LOWEST = -0.85  # a share farther below 0 runs out of the picture


def _p_bars(classes: tuple[str, ...], title: str, narrow: tuple[Span, Span] | None = None) -> Panel:
    """Probabilities as bars, beside another panel; on a phone in the place of `narrow`."""
    return Panel(
        [bars(classes, PREDICTION, title, y="p", text="p|2")],
        categories(classes),
        probabilities(),
        NARROW,
        title=title,
        narrow=narrow,
    )


@kept
def soft_and_hard(classes: tuple[str, ...], titles: tuple[str, ...], reach: float) -> Picture:
    """Logits as bars; softmax, class k of it with a sign above, and, hollow, argmax."""
    sign = {"symbol": "triangle-down", "size": 10, "color": GREY}
    class_k = signs(mode="markers+text", text=("k",), textposition="top center", marker=sign)
    return picture(
        Panel(
            [bars(classes, GREY, titles[0], y="z", text="z|exact")],
            categories(classes),
            {"range": [-1.18 * reach, 1.18 * reach]},
            LEFT,
            title=titles[0],
            handles=pulled_bars("z", len(classes)),
            narrow=ABOVE,
        ),
        Panel(
            [
                frames(classes, GREY, y="one_hot"),
                bars(classes, PREDICTION, titles[1], y="p", text="p|2"),
                showing(class_k, x="k|name", y="mark"),
            ],
            categories(classes),
            probabilities(1.3),
            RIGHT,
            title=titles[1],
            narrow=BELOW,
        ),
        narrow_height=480,
    )


def _one_way(classes: tuple[str, ...], way: str, number: int, title: str) -> Panel:
    """One way from scores to shares: bars, hollow ones of before, numbers, and what is wrong."""
    broken = {"size": 17, "color": BROKEN, "weight": 700}
    written = signs(x=classes, textposition="top center")
    not_finite = signs(x=classes, y=(0,) * len(classes), textposition="top center", textfont=broken)
    fault = signs(x=classes[:1], y=(LOWEST,), textposition="top right")
    left = 0.355 * number
    below = 0.36 * (2 - number)
    return Panel(
        [
            bars(classes, PREDICTION, title, y=f"{way}_bar"),
            frames(classes, GREY, y=f"{way}_before"),
            showing(written, y=f"{way}_at", text=f"{way}|2"),
            showing(not_finite, text=f"{way}_sign|name"),
            showing(fault, text=f"{way}_fault|name"),
        ],
        categories(classes),
        {"range": [LOWEST, 1.35], "tickvals": [-0.5, 0, 0.5, 1], "zeroline": True},
        (left, left + 0.29),
        title=title,
        narrow=((0.0, 1.0), (below, below + 0.24)),
    )


@kept
def three_ways(classes: tuple[str, ...], titles: tuple[str, ...]) -> Picture:
    """Softmax, z over its sum and z² over its sum, of the same scores."""
    panels = [_one_way(classes, way, i, titles[i]) for i, way in enumerate(WAYS)]
    return picture(*panels, height=300, narrow_height=560)


SYMBOLS = ("circle", "square", "diamond", "triangle-up")
DASHES = ("dot", "dash", "dashdot", "solid")
IN_WORDS = ("●", "■", "◆", "▲")


@kept
def over_temperatures(
    t: Points, curves: tuple[Points, ...], classes: tuple[str, ...], titles: tuple[str, ...]
) -> Picture:
    """Each class's softmax along the temperature, and where the temperature is."""
    colours = CLASSES[: len(classes)]
    dots = go.Scatter(
        mode="markers",
        marker={
            "size": 13,
            "color": colours,
            "symbol": SYMBOLS,
            "line": {"color": WHITE, "width": 1},
        },
        cliponaxis=False,
        hoverinfo="skip",
    )
    each = zip(colours, curves, DASHES, strict=True)
    return picture(
        Panel(
            [
                *(line(colour, at=(t, curve), dash=dash) for colour, curve, dash in each),
                showing(dots, x="places", y="p"),
            ],
            {
                "type": "log",
                "range": [-2, 2],
                "tickvals": [0.01, 0.1, 1, 10, 100],
                "title": titles[0],
            },
            {**probabilities(), "range": [-0.04, 1.04], **titled(titles[1])},
            title=key(*zip(colours, IN_WORDS, classes, strict=True)),
        ),
        height=320,
    )


@kept
def bars_and_curve(titles: tuple[str, ...], curve: tuple[Points, Points]) -> Picture:
    """Two probabilities as bars; beside them the sigmoid and a point on it."""
    return picture(
        _p_bars(("0", "1"), titles[0]),
        Panel(
            [line(PREDICTION, at=curve), point(PREDICTION, x="d", y="sigma")],
            {"range": with_room(curve[0][0], curve[0][-1])},
            {**probabilities(), "range": [-0.04, 1.15]},
            WIDE,
            title=titles[1],
        ),
        height=300,
    )


@kept
def bars_and_matrix(classes: tuple[str, ...], titles: tuple[str, ...]) -> Picture:
    """Probabilities as bars; beside them a square matrix, its entries in colour and in digits.

    The matrix stands row by row, the first on top. Its squares are points of a scatter and not a
    heat map: those can follow the hand without a full redraw. Colours run to ±1/4, the steepest
    that a softmax can be.
    """
    squares = {
        "symbol": "square",
        "size": 54,
        "cmin": -0.25,
        "cmax": 0.25,
        "colorscale": [[0.0, DOWN], [0.5, NEITHER], [1.0, UP]],
        "line": {"width": 1, "color": GREY},
    }
    matrix = go.Scatter(
        mode="markers+text",
        x=classes * len(classes),
        y=tuple(row for row in classes for _ in classes),
        marker=squares,
        textfont={"size": 14, "color": INK},
        hoverinfo="skip",
    )
    return picture(
        _p_bars(classes, titles[0], ABOVE),
        Panel(
            [showing(matrix, marker_color="entries", text="entries|2")],
            categories(classes),
            categories(classes, range=[len(classes) - 0.5, -0.5]),
            WIDE,
            title=titles[1],
            narrow=BELOW,
        ),
        height=300,
        narrow_height=520,
    )


@kept
def step_and_curve(curves: tuple[Points, Points, Points], titles: tuple[str, ...]) -> Picture:
    """Softmax's curve with its tangent, and argmax's step: `curves` holds x and the y of both."""
    x, smooth, hard = curves
    return picture(
        Panel(
            [
                line(GREY, at=(x, hard), width=2, shape="vh"),
                line(PREDICTION, at=(x, smooth)),
                line(GREY, dash="dash", width=3, x="tangent_x", y="tangent_y"),
                point(GREY, "square", x="x", y="hard"),
                point(PREDICTION, x="x", y="soft"),
            ],
            {"range": with_room(x[0], x[-1]), "title": titles[0]},
            {**probabilities(), "range": [-0.12, 1.12], **titled(titles[1])},
        ),
        height=320,
    )


def with_room(lowest: float, highest: float) -> list[float]:
    """An axis from one number to another that cuts no marker at its ends."""
    room = EDGE * (highest - lowest)
    return [lowest - room, highest + room]


def _losses_and_slopes(
    losses: list[go.Scatter],
    slopes: list[go.Scatter],
    across: dict[str, Any],
    top: float,
    titles: tuple[str, ...],
    handle: Handle,
) -> Picture:
    """Losses up to `top`, and beside them their slopes, from -1 to 0, along one logit.

    `titles` are those of both panels, and of the axis of losses.
    """
    return picture(
        Panel(
            losses,
            across,
            {"range": [-EDGE * top, top], **titled(titles[2])},
            LEFT,
            title=titles[0],
            narrow=ABOVE,
            handles=[handle],
        ),
        Panel(slopes, across, {"range": [-1.08, 0.12]}, RIGHT, title=titles[1], narrow=BELOW),
        height=330,
        narrow_height=600,
    )


@kept
def one_too_many(
    x: Points,
    titles: tuple[str, ...],
    top: float,
    names: tuple[str, ...],
    told: tuple[bool, bool],
    flat: str,
) -> Picture:
    """Two losses of logits and of probabilities taken for such; beside them their slopes.

    `titles` are those of the logit, of the losses and of the slopes. The floor under the second
    loss, and its slope, are drawn once they were `told`; `flat` is then said of where that slope
    has died.
    """
    floor_told, slope_told = told
    entries = ((FINE, "━", names[0]), (SURPRISE, "━", names[1]), (SURPRISE, "┅", names[2]))
    floor = line(
        SURPRISE, at=((x[0], x[-1]), None), dash="dot", width=1.5,
        y="floor_line" if floor_told else "nothing",
    )  # fmt: skip
    flat = flat if slope_told else ""
    return _losses_and_slopes(
        [
            line(FINE, at=(x, None), y="plain_curve"),
            line(SURPRISE, at=(x, None), y="double_curve"),
            floor,
            point(FINE, x="a", y="plain"),
            point(SURPRISE, "diamond", x="a", y="double"),
        ],
        [
            signs(x=(x[0] / 2,), y=(-0.03,), text=flat, textposition="bottom center"),
            line(FINE, at=(x, None), y="plain_slope_curve"),
            line(SURPRISE, at=(x, None), y="double_slope_curve" if slope_told else "nothing"),
            point(FINE, x="a", y="plain_slope"),
            point(SURPRISE, "diamond", x="a", y="double_slope" if slope_told else "nothing"),
        ],
        {"range": with_room(x[0], x[-1]), "title": titles[0]},
        top,
        (key(*entries[: 2 + floor_told]), titles[2], titles[1]),
        Handle("a", "a", "plain", "fine", "point"),
    )


@kept
def two_losses(
    curves: tuple[Points, ...], titles: tuple[str, ...], names: tuple[str, ...], told: bool
) -> Picture:
    """Cross-entropy and squared error along a logit; beside them their slopes.

    `curves` holds the logit, both losses and both slopes; `titles` are those of the logit, of the
    losses and of the slopes. The squared error's slope is drawn once it was `told`.
    """
    x, ce, se, ce_slope, se_slope = curves

    def both(
        first: Points, second: Points, shown: tuple[str, str], second_told: bool = True
    ) -> list[go.Scatter]:
        return [
            line(SURPRISE, at=(x, first)),
            line(GREY, at=(x, second if second_told else ()), dash="dash"),
            point(SURPRISE, x="u", y=shown[0]),
            point(GREY, "square", x="u", y=shown[1] if second_told else "nothing"),
        ]

    return _losses_and_slopes(
        both(ce, se, ("ce", "se")),
        both(ce_slope, se_slope, ("ce_slope", "se_slope"), told),
        {"range": with_room(x[0], x[-1]), "title": titles[0]},
        1.03 * max(ce),
        (key((SURPRISE, "━", names[0]), (GREY, "╍", names[1])), titles[2], titles[1]),
        Handle("u", "u", "ce", "surprise", "point"),
    )
