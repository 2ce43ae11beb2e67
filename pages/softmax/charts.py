"""The charts of the softmax lesson."""

from collections.abc import Sequence

import plotly.graph_objects as go

from ui.draw.colours import DOWN, FINE, GREY, INK, NEITHER, PREDICTION, SURPRISE, UP
from ui.draw.marks import Points, bars, frames, line, point, pulled_bars, showing
from ui.draw.panels import Panel, Picture, categories, kept, picture, probabilities, titled
from ui.figure import Handle

LEFT, RIGHT = (0.0, 0.45), (0.55, 1.0)
NARROW, WIDE = (0.0, 0.36), (0.46, 1.0)


def _scores_and_probabilities(
    classes: tuple[str, ...],
    titles: tuple[str, ...],
    reach: tuple[float, float],
    *,
    logits: str,
    hollow: str,
    written: str,
    handles: Sequence[Handle] = (),
) -> Picture:
    """Logits as bars on the left; on the right their probabilities, and hollow bars beside them.

    `reach` holds the lowest and the highest logit. `logits` and `hollow` are arrays, `written` is
    what stands at the logits, which may have `handles`.
    """
    room = 0.09 * (reach[1] - reach[0])
    return picture(
        Panel(
            [bars(classes, GREY, titles[0], y=logits, text=written)],
            categories(classes),
            {"range": [reach[0] - room, reach[1] + room]},
            LEFT,
            title=titles[0],
            handles=handles,
        ),
        Panel(
            [
                frames(classes, GREY, y=hollow),
                bars(classes, PREDICTION, titles[1], y="p", text="p|2"),
            ],
            categories(classes),
            probabilities(1.12),
            RIGHT,
            title=titles[1],
        ),
    )


def _p_bars(classes: tuple[str, ...], title: str) -> Panel:
    """Probabilities as bars, beside another panel."""
    return Panel(
        [bars(classes, PREDICTION, title, y="p", text="p|2")],
        categories(classes),
        probabilities(),
        NARROW,
        title=title,
    )


@kept
def soft_and_hard(classes: tuple[str, ...], titles: tuple[str, ...], reach: float) -> Picture:
    """Logits, softmax and, hollow, argmax."""
    return _scores_and_probabilities(
        classes,
        titles,
        (-reach, reach),
        logits="z",
        hollow="one_hot",
        written="z|exact",
        handles=pulled_bars("z", len(classes)),
    )


@kept
def moved(classes: tuple[str, ...], titles: tuple[str, ...], reach: tuple[float, float]) -> Picture:
    """Logits that were shifted and scaled, and how softmax was before."""
    return _scores_and_probabilities(
        classes, titles, reach, logits="moved", hollow="before", written="moved|3"
    )


@kept
def bars_and_curve(titles: tuple[str, ...], curve: tuple[Points, Points]) -> Picture:
    """Two probabilities as bars; beside them the sigmoid and a point on it."""
    return picture(
        _p_bars(("0", "1"), titles[0]),
        Panel(
            [line(PREDICTION, at=curve), point(PREDICTION, x="d", y="sigma")],
            {"range": [curve[0][0], curve[0][-1]]},
            {**probabilities(), "range": [-0.03, 1.15]},
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
        textfont={"size": 11, "color": INK},
        hoverinfo="skip",
    )
    return picture(
        _p_bars(classes, titles[0]),
        Panel(
            [showing(matrix, marker_color="entries", text="entries|2")],
            categories(classes),
            categories(classes, range=[len(classes) - 0.5, -0.5]),
            WIDE,
            title=titles[1],
        ),
        height=300,
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
                line(SURPRISE, width=3, x="tangent_x", y="tangent_y"),
                point(GREY, "square", x="x", y="hard"),
                point(PREDICTION, x="x", y="soft"),
            ],
            {"range": [x[0], x[-1]], "title": titles[0]},
            {**probabilities(), "range": [-0.12, 1.12], **titled(titles[1])},
        ),
        height=320,
    )


@kept
def two_losses(
    x: Points, titles: tuple[str, ...], top: float, names: tuple[str, ...], told: bool
) -> Picture:
    """A loss that goes to 0 and one that stops at a floor, which is drawn once it was `told`."""
    return picture(
        Panel(
            [
                line(FINE, at=(x, None), name=names[0], y="plain_curve"),
                line(SURPRISE, at=(x, None), name=names[1], y="double_curve"),
                line(SURPRISE, at=((x[0], x[-1]), None), dash="dot", width=1.5, name=names[2],
                     y="floor_line" if told else "no_line"),
                point(FINE, x="a", y="plain"),
                point(SURPRISE, "diamond", x="a", y="double"),
            ],
            {"range": [x[0], x[-1]], "title": titles[0]},
            {"range": [-0.022 * top, top], **titled(titles[1])},
        ),
        height=330,
        showlegend=True,
    )  # fmt: skip
