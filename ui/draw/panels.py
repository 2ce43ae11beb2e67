"""Panels: where in a figure its marks stand, on a projector and on a phone.

A figure is built once for a language and a number of classes and then kept (`kept`): the
model's arrays fill its marks in the browser. Nobody counts traces, axes or annotations.
"""

import functools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ParamSpec

import plotly.graph_objects as go
from plotly.basedatatypes import BaseTraceType

from ui.draw.marks import picked_by, shown_by
from ui.figure import Bind, Handle

# Figures that each builder keeps. A reader names the classes, and a link the titles' unit:
# without a bound a server would keep one for every name that anybody ever typed.
FIGURES = 64

P = ParamSpec("P")
Span = tuple[float, float]  # from, to: shares of the figure's width, from the left, or height
Axis = Mapping[str, Any]


@dataclass(frozen=True)
class Panel:
    """Marks on their axes, between `across` and `up`; on a phone in the place of `narrow`.

    Its `title` stands above it, in another `title_style` if so said. A handle stands on its
    panel's axes. What an axis or the title asks for on a phone is its "narrow":
    {"tickangle": 0, "narrow": {"tickangle": -45}}.
    """

    marks: Sequence[BaseTraceType]
    x: Axis = field(default_factory=dict)
    y: Axis = field(default_factory=dict)
    across: Span = (0.0, 1.0)
    up: Span = (0.0, 1.0)
    title: str = ""
    title_style: Axis = field(default_factory=dict)
    narrow: tuple[Span, Span] | None = None
    handles: Sequence[Handle] = ()


@dataclass(frozen=True)
class Picture:
    """A figure, what its traces show, its handles, and which trace picks what when pointed at."""

    figure: go.Figure
    binds: tuple[Bind, ...]
    handles: tuple[Handle, ...]
    picks: Mapping[str, int]


def kept(builder: Callable[P, Picture]) -> Callable[P, Picture]:
    """Keep the pictures that a builder made last."""
    return functools.lru_cache(maxsize=FIGURES)(builder)  # ty: ignore[invalid-explicit-return]


def shared_layout(**layout: Any) -> dict[str, Any]:
    """Return the layout that all figures share, but for what `layout` says."""
    shared: dict[str, Any] = {
        "template": "none",
        "margin": {"l": 50, "r": 12, "t": 28, "b": 44},
        "showlegend": False,
        "bargap": 0.35,
        "barmode": "overlay",
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
        "annotations": [],
    }
    return shared | layout


def picture(
    *panels: Panel,
    height: int = 340,
    narrow_height: int = 0,
    narrow_layout: Axis | None = None,
    **layout: Any,
) -> Picture:
    """Put panels side by side, or below each other, with the layout that all figures share.

    What the whole figure asks for on a phone is said as `narrow_layout`: {"margin.l": 45}.
    """
    shared = shared_layout(height=height, **layout)
    narrow: dict[str, Any] = {"height": narrow_height} if narrow_height else {}
    narrow |= narrow_layout or {}
    notes = enumerate(shared["annotations"])
    shared["annotations"] = [_wide(f"annotations.{at}", note, narrow) for at, note in notes]
    placed = [_place(panel, _number(at), shared, narrow) for at, panel in enumerate(panels)]
    if narrow:
        shared["meta"] = {"narrow": narrow}
    traces = [mark for panel in panels for mark in panel.marks]
    binds = tuple(Bind(at, field, array) for at, trace in enumerate(traces)
                  for field, array in shown_by(trace).items())  # fmt: skip
    picks = {picked_by(trace): at for at, trace in enumerate(traces) if picked_by(trace)}
    handles = tuple(handle for of_panel in placed for handle in of_panel)
    return Picture(go.Figure([_bare(trace) for trace in traces], shared), binds, handles, picks)


def _number(at: int) -> str:
    """Plotly's name for the axes of panel number `at`."""
    return str(at + 1) if at else ""


def _bare(trace: BaseTraceType) -> BaseTraceType:
    trace.meta = None  # the browser is told by the binds
    return trace


def _place(
    panel: Panel, number: str, shared: dict[str, Any], narrow: dict[str, Any]
) -> list[Handle]:
    """Give a panel its axes, its title and its place on a phone; return its handles."""
    for mark in panel.marks:
        mark.update(xaxis=f"x{number}", yaxis=f"y{number}")
    x, y = f"xaxis{number}", f"yaxis{number}"
    shared[x] = {"domain": panel.across, "anchor": f"y{number}", **_wide(x, panel.x, narrow)}
    shared[y] = {"domain": panel.up, "anchor": f"x{number}", **_wide(y, panel.y, narrow)}
    if panel.title:
        title = f"annotations.{len(shared['annotations'])}"
        style = _wide(title, panel.title_style, narrow)
        above = heading(panel.title, panel.across, panel.up[1], **style)
        shared["annotations"] = [*shared["annotations"], above]
        if panel.narrow:
            across, up = panel.narrow
            there = heading(panel.title, across, up[1], **style)
            narrow |= {f"{title}.x": there["x"], f"{title}.y": there["y"]}
    if panel.narrow:
        across, up = panel.narrow
        narrow |= {f"{x}.domain": list(across), f"{y}.domain": list(up)}
    return [replace(handle, axis=number) for handle in panel.handles]


def _wide(place: str, said: Axis, narrow: dict[str, Any]) -> dict[str, Any]:
    """Return what is said of an axis or a note; what it asks for on a phone goes to `narrow`."""
    wide = dict(said)
    narrow.update({f"{place}.{name}": value for name, value in wide.pop("narrow", {}).items()})
    return wide


def heading(text: str, across: Span, up: float = 1.0, **style: Any) -> dict[str, Any]:
    """Return a title above a panel as a note of the figure, at its left end or at its right one.

    The latter with the style xanchor="right".
    """
    return {
        "text": f"<b>{text}</b>",
        "x": across[style.get("xanchor") == "right"],
        "y": up,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 6,
        "showarrow": False,
        **style,
    }


def categories(names: tuple[str, ...], **axis: Any) -> dict[str, Any]:
    """Return an axis of classes. Its range is fixed: a live figure's axes do not follow data."""
    return {
        "type": "category",
        "categoryarray": names,
        "range": [-0.5, len(names) - 0.5],
        "dtick": 1,
        "showgrid": False,
        "zeroline": False,
        "tickangle": 0,
        **axis,
    }


def probabilities(top: float = 1.15) -> dict[str, Any]:
    """Return an axis from 0 to 1, with room for a text above."""
    return {"range": [0, top], "tickvals": [0, 0.25, 0.5, 0.75, 1]}


def titled(title: str, apart: float = 6) -> dict[str, Any]:
    """Return the title of an axis, so many pixels from its ticks."""
    return {"title": {"text": title, "standoff": apart}}


def key(*entries: tuple[str, str, str]) -> str:
    """Return the key to a panel as its title: colour, sign and name of what is in it.

    A legend of Plotly's would move the panel when it is drawn.
    """
    return "   ".join(
        f'<span style="color:{colour}">{sign}</span> {name}' for colour, sign, name in entries
    )


def reach(values: Iterable[float], least: float) -> float:
    """Return how far an axis of logits goes: to `least`, or a round number beyond the largest."""
    most = max(map(abs, values))
    if most <= least:
        return least
    step = 10.0 ** math.floor(math.log10(most)) / 2
    return math.ceil(most / step) * step
