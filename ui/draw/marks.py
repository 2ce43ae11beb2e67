"""Marks: bars, lines, points, areas. Each carries what it shows of the model's arrays.

`bars(classes, GREY, y="z", text="z|exact")` are bars whose height is the array z and whose
text is the same, exactly. The numbers come with the sweep (`ui.figure`). A field within a field
is written with an underscore: `marker_color="entries"`.
"""

from typing import Any, TypeVar

import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

from ui.draw.colours import CLEAR, WHITE, faint
from ui.figure import Handle

Points = tuple[float, ...]
Trace = TypeVar("Trace", bound=BaseTraceType)
_SHOWS, _PICK = "shows", "pick"


def showing(trace: Trace, pick: str = "", **shows: str) -> Trace:
    """Let a trace show arrays in its fields, and pointing at it pick what one looks at."""
    fields = {field.replace("_", "."): array for field, array in shows.items()}
    trace.meta = {_SHOWS: fields, _PICK: pick}
    return trace


def shown_by(trace: BaseTraceType) -> dict[str, str]:
    """Return the arrays that a mark shows, by its fields."""
    return dict((trace["meta"] or {}).get(_SHOWS, {}))


def picked_by(trace: BaseTraceType) -> str:
    """Return the name of what pointing at the mark picks."""
    return (trace["meta"] or {}).get(_PICK, "")


def bars(x: tuple[str, ...], colour: str, name: str = "", **shows: str) -> go.Bar:
    """Return bars with their value written at their end, if they have a text."""
    trace = go.Bar(
        x=x,
        name=name,
        marker={"color": colour},
        textposition="outside",
        textangle=0,
        constraintext="none",
        cliponaxis=False,
        hoverinfo="x+text",
    )
    return showing(trace, **shows)


def pulled_bars(name: str, count: int, colour: str = "muted") -> list[Handle]:
    """Return what bars are pulled by, at their ends: each moves its number of a row."""
    return [Handle(f"{name}{i}", i, f"{name}.{i}", colour) for i in range(count)]


def frames(x: tuple[str, ...], colour: str, name: str = "", **shows: str) -> go.Bar:
    """Return hollow bars: what stands beside the filled ones to be compared."""
    marker = {"color": CLEAR, "line": {"color": colour, "width": 2}}
    return showing(go.Bar(x=x, name=name, marker=marker, hoverinfo="skip"), **shows)


def line(
    colour: str,
    *,
    dash: str = "solid",
    width: float = 2.5,
    name: str = "",
    at: tuple[Any, Any] = (None, None),
    shape: str = "linear",
    **shows: str,
) -> go.Scatter:
    """Return a line without markers; `at` holds the x and the y that do not move."""
    trace = go.Scatter(
        mode="lines",
        name=name,
        line={"color": colour, "width": width, "dash": dash, "shape": shape},
        hoverinfo="skip",
        x=at[0],
        y=at[1],
    )
    return showing(trace, **shows)


def point(colour: str, symbol: str = "circle", **shows: str) -> go.Scatter:
    """Return the one point that moves along a curve."""
    trace = go.Scatter(
        mode="markers",
        marker={"size": 13, "line": {"color": WHITE, "width": 1.5}, "color": colour,
                "symbol": symbol},
        hoverinfo="x+y",
        showlegend=False,
    )  # fmt: skip
    return showing(trace, **shows)


def signs(**trace: Any) -> go.Scatter:
    """Return words, or what else `mode` says, in a plane; they may stand out of their panel."""
    return go.Scatter({"mode": "text", "hoverinfo": "skip", "cliponaxis": False, **trace})


def area(colour: str, opacity: float, **shows: str) -> go.Scatter:
    """Return a filled shape."""
    trace = go.Scatter(
        mode="lines",
        fill="toself",
        fillcolor=faint(colour, opacity),
        line={"color": colour, "width": 1},
        hoverinfo="skip",
    )
    return showing(trace, **shows)


def layer(colour: str, shape: str = "", **shows: str) -> go.Bar:
    """Return lying bars whose thickness is a number too: rectangles, stacked by the sweep."""
    trace = go.Bar(
        orientation="h",
        x=(0,),
        y=(0,),
        width=(0,),
        offset=0,
        marker={
            "color": colour,
            "line": {"color": colour, "width": 1},
            "pattern": {"shape": shape, "fgcolor": colour, "bgcolor": CLEAR, "size": 6},
        },
        hoverinfo="skip",
    )
    return showing(trace, **shows)
