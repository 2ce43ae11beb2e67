"""The charts of the lesson on one-hot labels: terms of the sum, slopes, smooth and soft labels."""

from typing import Any
from unicodedata import east_asian_width

import plotly.graph_objects as go

from ui.draw.colours import BROKEN, FINE, GREY, PREDICTION, SURPRISE, TRUTH, faint
from ui.draw.marks import Points, frames, line, point, showing, signs
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

CROWDED = 6  # classes: where there are more, numbers side by side would touch
NOWHERE = (-1.0, -1.0)  # a line below its panel, until the sweep draws it
_WIDE, _NARROW = 270, 300  # pixels that a panel of classes has on a projector, on a phone


def _width(name: str) -> float:
    """Return about how wide a class's name is, in pixels."""
    return sum(14 if east_asian_width(letter) in "WF" else 7.5 for letter in name)


def _slanted(names: tuple[str, ...], room: float) -> bool:
    """Tell whether names do not stand side by side in a panel `room` pixels wide."""
    return max(map(_width, names)) + 4 > room / len(names)


def _below(names: tuple[str, ...]) -> float:
    """Return the room that the names take below a panel, wide or narrow."""
    slanted = _slanted(names, min(_WIDE, _NARROW))
    return 34 + (0.72 * max(map(_width, names)) if slanted else 0)


def _classes(names: tuple[str, ...]) -> dict[str, Any]:
    """Return the axis of classes of a panel, whose names are slanted where there is no room."""
    tilt = {True: -45, False: 0}
    return categories(
        names,
        tickangle=tilt[_slanted(names, _WIDE)],
        narrow={"tickangle": tilt[_slanted(names, _NARROW)]},
    )


def _values(names: tuple[str, ...], y: str, text: str) -> go.Scatter:
    """Return numbers above the heights y, one for each class."""
    return showing(signs(x=names, textposition="top center"), y=y, text=text)


def _row_of_values(names: tuple[str, ...], y: float, step: float, text: str) -> go.Scatter:
    """Return numbers at height y, one for each class.

    Where there are many, every second stands `step` higher, so that they do not touch.
    """
    heights = tuple(y + step * (len(names) > CROWDED and i % 2) for i in range(len(names)))
    return showing(signs(x=names, y=heights), text=text)


def _bars(names: tuple[Any, ...], colour: str, y: str, base: str = "", **bar: Any) -> go.Bar:
    trace = go.Bar(x=names, marker={"color": colour}, hoverinfo="skip", **bar)
    return showing(trace, y=y, **({"base": base} if base else {}))


def _beyond(colour: str, at: tuple[Any, ...] | None = None, **shows: str) -> go.Scatter:
    """Return the signs, on the upper edge, of what is higher than the panel."""
    marker = {"symbol": "triangle-up", "size": 11, "color": colour}
    return showing(signs(mode="markers", x=at, marker=marker), **shows)


def _p_handles(count: int) -> list[Handle]:
    """Handles on the prediction's bars: they move the logits."""
    return [Handle(f"z{i}", i, f"p.{i}", "prediction", says=f"p.{i}") for i in range(count)]


@kept
def terms_of_the_sum(names: tuple[str, ...], titles: tuple[str, ...], top: float) -> Picture:
    """The prediction with the label as frames; beside it what each class would add to the loss.

    Surprise that counts nothing is a frame, what is above `top` has a sign.
    """
    below = _below(names)
    return picture(
        Panel(
            [
                frames(names, TRUTH, y="y"),
                _bars(names, PREDICTION, "p"),
                _values(names, "p_label", "p|2"),
            ],
            _classes(names),
            probabilities(1.24),
            (0.0, 0.46),
            title=titles[0],
            narrow=((0.0, 1.0), (0.6, 1.0)),
            handles=_p_handles(len(names)),
        ),
        Panel(
            [
                frames(names, GREY, y="drawn"),
                _bars(names, SURPRISE, "alive"),
                _values(names, "surprise_label", "surprise|2"),
                _beyond(GREY, names, y="beyond"),
            ],
            _classes(names),
            {"range": [0, 1.24 * top], "tickvals": [0, 2, 4, 6]},
            (0.56, 1.0),
            title=titles[1],
            narrow=((0.0, 1.0), (0.0, 0.38)),
        ),
        height=int(254 + below),
        narrow_height=int(430 + 2 * below),
        margin={"l": 40, "r": 12, "t": 28, "b": below},
    )


def _two_floors(
    names: tuple[str, ...],
    marks: list[Any],
    titles: tuple[str, ...],
    across: Span,
    handles: list[Handle],
    top: float = 1.24,
) -> tuple[Panel, Panel]:
    """Return the panel of probabilities and, below it, that of p - y with its numbers."""
    signed = [
        _bars(names, PREDICTION, "too_much"),
        _bars(names, TRUTH, "too_little"),
        _row_of_values(names, -1.3, -0.34, "gradient|2"),
    ]
    upper = Panel(
        marks,
        categories(names, showticklabels=False, ticks=""),
        probabilities(top),
        across,
        (0.5, 1.0),
        title=titles[0],
        narrow=((0.0, 1.0), (0.74, 1.0)),
        handles=handles,
    )
    lower = Panel(
        signed,
        _classes(names),
        {"range": [-1.85, 1.1], "tickvals": [-1, 0, 1], "zeroline": True},
        across,
        (0.0, 0.36),
        title=titles[1],
        narrow=((0.0, 1.0), (0.46, 0.66)),
    )
    return upper, lower


_THIRD_ON_A_PHONE = ((0.0, 1.0), (0.0, 0.3))


@kept
def slopes(
    names: tuple[str, ...],
    titles: tuple[str, ...],
    p_axis: str,
    curve: tuple[Points, Points],
    top: float,
) -> Picture:
    """The prediction and, below, p - y; beside them the curve of -log p with its tangent."""
    below = max(_below(names), 44)
    marks = [
        frames(names, TRUTH, y="y"),
        _bars(names, PREDICTION, "p"),
        _values(names, "p_label", "p|2"),
    ]
    beside = Panel(
        [
            line(SURPRISE, at=curve),
            line(GREY, width=2.5, x="tangent_x", y="tangent_y"),
            line(SURPRISE, dash="dot", width=1.5, x="drop_x", y="drop_y"),
            point(SURPRISE, x="p_k", y="dot"),
            _beyond(SURPRISE, x="p_k", y="beyond"),
        ],
        {**probabilities(), "range": [-0.02, 1.04], **titled(p_axis)},
        {"range": [0, 1.08 * top]},
        (0.61, 1.0),
        title=titles[2],
        narrow=_THIRD_ON_A_PHONE,
    )
    return picture(
        *_two_floors(names, marks, titles[:2], (0.0, 0.5), _p_handles(len(names))),
        beside,
        height=int(306 + below),
        narrow_height=int(620 + below),
        margin={"l": 40, "r": 12, "t": 28, "b": below},
    )


@kept
def smoothing(
    hard: tuple[Points, Points],
    along: Points,
    titles: tuple[str, ...],
    names: tuple[str, ...],
    top: float,
    told: bool,
) -> Picture:
    """The loss along p_k for a hard label and for a smoothed one, with its floor and lowest point.

    `hard` holds the x and y of the hard label's curve, `along` the x of the other, `titles` are
    those of the axes, `names` those of the two curves and of the floor, which is drawn and named
    once it has been `told`.
    """
    entries = [(GREY, "╍", names[0]), (SURPRISE, "━", names[1])]
    floor: dict[str, dict[str, Any]] = {"line": {}, "down": {}, "lowest": {}}
    if told:
        entries += [(TRUTH, "┈", names[2])]
        floor = {"line": {"y": "floor_y"}, "down": {"x": "best_x", "y": "best_y"},
                 "lowest": {"x": "best", "y": "floor"}}  # fmt: skip
    word = signs(
        text=["<br><b>∞</b>"],  # below the handle
        textposition="bottom center",
        textfont={"size": 20, "color": BROKEN},
    )
    return picture(
        Panel(
            [
                line(GREY, at=hard, dash="dash", width=2),
                line(SURPRISE, at=(along, None), y="curve"),
                line(TRUTH, at=((0, 1), NOWHERE), dash="dot", width=2, **floor["line"]),
                line(FINE, dash="dot", width=1.5, **floor["down"]),
                point(FINE, "diamond", **floor["lowest"]),
                point(GREY, "square", x="s", y="hard_dot"),
                point(SURPRISE, x="s", y="dot"),
                _beyond(BROKEN, x="s", y="infinite"),
                showing(word, x="s", y="infinite"),
            ],
            {"range": [-0.02, 1.03], **titled(titles[0])},
            {"range": [0, top], **titled(titles[1], 4)},
            title=key(*entries),
            handles=[Handle("s", "s", "grip", "surprise", "point")],
        ),
        height=330,
        margin={"l": 44, "r": 16, "t": 30, "b": 46},
    )


def _in_two_parts(unit: str, top: float, title: str) -> Panel:
    """The loss as a column: the floor, and the gap above it, each with its number."""

    def part(colour: str, **shows: str) -> go.Bar:
        column = go.Bar(x=(0,), marker={"color": colour}, offset=-0.3, width=0.6, hoverinfo="skip")
        return showing(column, **shows)

    def number(**shows: str) -> go.Scatter:
        beside = signs(x=(0.35,), textposition="middle right")
        return showing(beside, **shows)

    infinite = signs(
        x=(0,),
        mode="markers+text",
        marker={"symbol": "triangle-up", "size": 12, "color": BROKEN},
        text=["  <b>∞</b>"],
        textposition="middle right",
        textfont={"size": 20, "color": BROKEN},
    )
    return Panel(
        [
            part(TRUTH, y="floor"),
            part(SURPRISE, base="floor", y="shown"),
            number(y="middle", text="floor|3"),
            number(y="above", text="gap|3"),
            _beyond(SURPRISE, (0,), y="beyond"),
            showing(infinite, y="infinite"),
        ],
        {"range": [-0.45, 0.95], "tickvals": [], "showgrid": False, "zeroline": False},
        {"range": [0, 1.06 * top], **titled(unit, 4)},
        (0.76, 1.0),
        title=title,
        narrow=_THIRD_ON_A_PHONE,
    )


@kept
def soft_labels(names: tuple[str, ...], titles: tuple[str, ...], unit: str, top: float) -> Picture:
    """Label and prediction side by side and, below, p - y; beside them the loss in two parts."""
    below = max(_below(names), 30)
    marks = [
        _bars(names, TRUTH, "y", offset=-0.4, width=0.38),
        _bars(names, PREDICTION, "p", offset=0.02, width=0.38),
    ]
    handles = [
        Handle(f"{letter}{i}", i + side * 0.21, f"{letter}.{i}", colour)
        for letter, side, colour in (("y", -1, "truth"), ("p", 1, "prediction"))
        for i in range(len(names))
    ]
    return picture(
        *_two_floors(names, marks, titles[:2], (0.0, 0.64), handles, top=1.08),
        _in_two_parts(unit, top, titles[2]),
        height=int(306 + below),
        narrow_height=int(600 + below),
        margin={"l": 40, "r": 12, "t": 28, "b": below},
    )


@kept
def kinds_of_target(names: tuple[str, ...], title: str, top: float) -> Picture:
    """The loss for each kind of target, lying bars; what is no number is hatched and says so.

    A bar that goes on beyond the panel has a sign at its end.
    """

    def lying(x: str, marker: dict[str, Any], **text: Any) -> go.Bar:
        trace = go.Bar(
            y=names,
            orientation="h",
            marker=marker,
            textangle=0,
            constraintext="none",
            cliponaxis=False,
            hoverinfo="skip",
            textposition="outside",
            **text,
        )
        return showing(trace, x=x, text="losses|4")

    def broken(x: str, shape: str) -> go.Bar:
        hatch = {"shape": shape, "fgcolor": BROKEN, "bgcolor": faint(BROKEN, 0.18), "size": 8}
        marker = {"color": BROKEN, "pattern": hatch, "line": {"color": BROKEN, "width": 1}}
        return lying(x, marker, textfont={"size": 18, "color": BROKEN})

    return picture(
        Panel(
            [
                lying("finite", {"color": SURPRISE}),
                broken("infinite", "/"),
                broken("undefined", "x"),
            ],
            {"range": [0, top], **titled(title, 10)},
            categories(
                names,
                range=[len(names) - 0.5, -0.5],
                narrow={"tickfont.size": 11},
            ),
        ),
        height=236,
        margin={"l": 212, "r": 52, "t": 8, "b": 46},
        narrow_layout={"margin.l": 168},
    )
