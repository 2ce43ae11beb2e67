"""The pictures of a training run: losses, accuracies, the plane or the mistakes, one sample.

Names in, Plotly figure out; the numbers come from the run (see run.py).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ui.draw.colours import BROKEN, CLEAR, FINE, GREY, PREDICTION, SURPRISE, TRUTH
from ui.draw.panels import heading, key, shared_layout
from ui.figure import Bind

Sign = list[list[float]]


def _polygon(corners: int, turn: float = -90.0) -> Sign:
    """The corners of a sign of radius 1, from an angle on, with y downwards as on a screen."""
    angles = np.radians(turn + 360.0 * np.arange(corners) / corners)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1).tolist()


# Each class has a sign beside its colour: the first a circle.
CLASS_SIGNS: tuple[Sign, ...] = (
    [], _polygon(4, 45.0), _polygon(4), _polygon(3), _polygon(5), _polygon(6),
)  # fmt: skip

LEFT = (0.0, 0.42)
_HIGH, _LOW = (0.53, 1.0), (0.0, 0.29)
_PANELS = ((0.5, 0.64), (0.68, 0.82), (0.86, 1.0))


@dataclass(frozen=True)
class Plane:
    """Where the map of a run lies: the ends of its axes, and their titles."""

    across: tuple[float, float]
    up: tuple[float, float]
    titles: tuple[str, str]


@dataclass(frozen=True)
class Named:
    """The words of the figure, in the reader's language."""

    loss: str
    accuracy: str
    train: str
    test: str
    second: str
    first: str
    ln_c: str
    epoch: str
    logits: str
    probabilities: str
    difference: str
    map: str
    taken: str
    true: str


@dataclass(frozen=True)
class Picture:
    """A figure, what its traces show, and the axes of the maps, which the player paints."""

    figure: go.Figure
    binds: list[Bind]
    maps: tuple[str, ...] = ()


class _Traces:
    """Traces with what they show of the run's arrays, field by field."""

    def __init__(self) -> None:
        self.traces: list[Any] = []
        self.binds: list[Bind] = []

    def add(self, trace: Any, **shows: str) -> int:
        number = len(self.traces)
        self.traces.append(trace)
        for field, array in shows.items():
            self.binds.append(Bind(number, field.replace("__", "."), array))
        return number


def _curve(colour: str, dash: str, axis: str, width: float = 2.5) -> go.Scatter:
    return go.Scatter(
        mode="lines",
        line={"color": colour, "width": width, "dash": dash},
        xaxis="x",
        yaxis=f"y{axis}",
        hoverinfo="x+y",
    )


def _curves(found: _Traces, race: bool, test: bool) -> None:
    """Losses above, accuracies below; of a race's second thinner, and grey."""
    for quantity, colour, axis in (("loss", SURPRISE, ""), ("accuracy", FINE, "2")):
        if race:
            found.add(_curve(GREY, "solid", axis, 2), x="epoch*", y=f"train_{quantity}_2*")
            if test:
                found.add(_curve(GREY, "dot", axis, 2), x="epoch*", y=f"test_{quantity}_2*")
        found.add(_curve(colour, "solid", axis), x="epoch*", y=f"train_{quantity}*")
        if test:
            found.add(_curve(colour, "dot", axis), x="epoch*", y=f"test_{quantity}*")
    found.add(_curve(BROKEN, "dash", "", 2), x="failed_x*", y="failed_y*")
    found.add(_curve(GREY, "dashdot", "", 1.5), x="changed_x*", y="changed_y*")


def _axes(names: Named, epochs: int, top: float, classes: int) -> dict[str, Any]:
    kept = {"domain": LEFT, "range": [0, epochs], "showgrid": False, "zeroline": False}
    few = {"tickvals": [-1, 0, 1], "zeroline": True, "showgrid": True}
    low = {"domain": _LOW, "nticks": 4}
    axes: dict[str, Any] = {
        "xaxis": {**kept, "anchor": "y2", "title": _title(names.epoch)},
        "yaxis": {"domain": _HIGH, "range": [0, top], "nticks": 5, "rangemode": "tozero"},
        "yaxis2": {"domain": _LOW, "range": [0, 106], "tickvals": [0, 50, 100]},
    }
    ranges = ([-1, 1], [0, 1.15], [-1.2, 1.2])
    details = ({}, {"tickvals": [0, 0.5, 1]}, few)
    for number, domain, span, detail in zip("567", _PANELS, ranges, details, strict=True):
        axes[f"xaxis{number}"] = {
            "domain": domain,
            "anchor": f"y{number}",
            "range": [-0.6, classes - 0.4],
            "dtick": 1 if classes < 7 else 3,
            "showgrid": False,
            "zeroline": False,
        }
        axes[f"yaxis{number}"] = {**low, "anchor": f"x{number}", "range": span, **detail}
    return axes


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "standoff": 5, "font": {"size": 12}}


def _bars(found: _Traces, classes: int, race: bool) -> None:
    """The chosen sample: its logits, what softmax makes of them, and what pulls at them."""
    x = tuple(range(classes))
    width = 0.38 if race else 0.7

    def bar(colour: str, axis: str, second: bool) -> go.Bar:
        offset = 0.02 if second else (-0.4 if race else -0.35)
        marker = {"color": colour, "pattern": {"shape": "/" if second else "", "solidity": 0.4}}
        return go.Bar(
            x=x,
            width=width,
            offset=offset,
            xaxis=f"x{axis}",
            yaxis=f"y{axis}",
            marker=marker,
            hoverinfo="x+y",
        )

    for second in (False, True)[: 1 + race]:
        tail = "_2" if second else ""
        found.add(bar(GREY, "5", second), y=f"z{tail}")
        found.add(bar(PREDICTION, "6", second), y=f"p{tail}")
        found.add(bar(SURPRISE, "7", second), y=f"pull{tail}")
    frame = {"color": CLEAR, "line": {"color": TRUTH, "width": 2}}
    found.add(
        go.Bar(x=x, width=0.84, xaxis="x6", yaxis="y6", marker=frame, hoverinfo="skip"), y="y"
    )
    for sign in ("up", "down"):
        head = {"symbol": f"triangle-{sign}", "size": 11, "color": TRUTH}
        found.add(
            go.Scatter(x=x, mode="markers", xaxis="x7", yaxis="y7", marker=head, hoverinfo="skip"),
            y=sign,
        )


def _panels(race: bool) -> list[tuple[str, str, tuple[float, float]]]:
    """The number of the axes, what its arrays' names end with, and the place of each map."""
    if race:
        return [("3", "", (0.5, 0.735)), ("4", "_2", (0.765, 1.0))]
    return [("3", "", (0.5, 1.0))]


def _key(names: Named, race: bool, test: bool, what: str, colour: str) -> str:
    """The heading of a panel of curves: its own key."""
    parts = [key((colour, "▬", what))]
    if test:
        parts.append(f"━ {names.train} ┅ {names.test}")
    if race:
        parts.append(key((GREY, "▬", names.second)))
    return "   ".join(parts)


def _headings(names: Named, race: bool, test: bool, maps: list[Any]) -> list[dict[str, Any]]:
    """The headings of all panels."""
    upper = [heading(_key(names, race, test, names.loss, SURPRISE), LEFT)]
    lower = [
        heading(_key(names, race, test, names.accuracy, FINE), LEFT),
        *(
            heading(text, domain)
            for text, domain in zip(
                (names.logits, names.probabilities, names.difference), _PANELS, strict=True
            )
        ),
    ]
    for one in lower:
        one["y"] = _LOW[1]
    heads = (names.first, names.second) if race else (names.map,)
    upper += [heading(text, domain) for text, (_, _, domain) in zip(heads, maps, strict=True)]
    return upper + lower


def _ln_c(names: Named, level: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """The loss of a model that knows nothing: a line with its name."""
    line = {
        "type": "line",
        "xref": "x domain",
        "yref": "y",
        "x0": 0,
        "x1": 1,
        "y0": level,
        "y1": level,
        "line": {"color": GREY, "dash": "dot", "width": 1.5},
    }
    name = {
        "text": names.ln_c,
        "xref": "x domain",
        "yref": "y",
        "x": 1,
        "y": level,
        "xanchor": "right",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"size": 11},
    }
    return line, name


def _layout(names: Named, race: bool, test: bool, epochs: int, top: float, level: float,
            classes: int) -> dict[str, Any]:  # fmt: skip
    line, name = _ln_c(names, level)
    return {
        "height": 400,
        "margin": {"l": 42, "r": 10, "t": 26, "b": 40},
        **_axes(names, epochs, top, classes),
        "shapes": [line],
        "annotations": [name, *_headings(names, race, test, _panels(race))],
        "meta": {"narrow": _narrow(race, len(_panels(race)))},
    }


def _narrow(race: bool, maps: int) -> dict[str, Any]:
    """One panel below the other on a narrow screen."""
    places: dict[str, Any] = {"height": 900, "xaxis.domain": [0, 1]}
    places |= {"yaxis.domain": [0.79, 1], "yaxis2.domain": [0.63, 0.72]}
    sides = ((0, 0.47), (0.53, 1)) if race else ((0, 1),)
    for number, side in zip("34", sides, strict=False):
        places |= {f"xaxis{number}.domain": side, f"yaxis{number}.domain": [0.26, 0.53]}
    for number, side in zip("567", ((0, 0.26), (0.37, 0.63), (0.74, 1)), strict=True):
        places |= {f"xaxis{number}.domain": side, f"yaxis{number}.domain": [0, 0.17]}
    # annotations: ln C, the losses, the maps, the accuracies, and three of the sample
    tops = [1.0, *([0.53] * maps), 0.72, 0.17, 0.17, 0.17]
    lefts = [0, *(side[0] for side in sides), 0, 0, 0.37, 0.74]
    for i, (y, x) in enumerate(zip(tops, lefts, strict=True), 1):
        places |= {f"annotations.{i}.y": y, f"annotations.{i}.x": x}
    return places


def plane_picture(names: Named, plane: Plane, classes: int, epochs: int, top: float, level: float,
                  race: bool, test: bool) -> Picture:  # fmt: skip
    """A run on points of a plane: the player paints the map with the samples on it."""
    found = _Traces()
    _curves(found, race, test)
    _bars(found, classes, race)
    layout = _layout(names, race, test, epochs, top, level, classes)
    for axis, _, domain in _panels(race):
        # unseen below what is painted; but Plotly draws no axis that no trace has
        spot = go.Scatter(mode="markers", opacity=0, hoverinfo="skip")
        spot.update(xaxis=f"x{axis}", yaxis=f"y{axis}")
        found.add(spot, x="sample_x", y="sample_y")
        bare = {"showgrid": False, "zeroline": False, "nticks": 4}
        layout[f"xaxis{axis}"] = {
            **bare,
            "domain": domain,
            "anchor": f"y{axis}",
            "range": plane.across,
            "title": _title(plane.titles[0]),
        }
        layout[f"yaxis{axis}"] = {
            **bare,
            "domain": _HIGH,
            "anchor": f"x{axis}",
            "range": plane.up,
            "title": _title(plane.titles[1] if axis == "3" else ""),
        }
    drawn = go.Figure(found.traces, shared_layout(**layout))
    return Picture(drawn, found.binds, ("3", "4")[: 1 + race])


def mistakes_picture(names: Named, classes: int, epochs: int, top: float, level: float,
                     race: bool, test: bool) -> Picture:  # fmt: skip
    """A run on pictures: which digit is taken for which, as squares with their counts."""
    found = _Traces()
    _curves(found, race, test)
    _bars(found, classes, race)
    layout = _layout(names, race, test, epochs, top, level, classes)
    cells = [(true, taken) for true in range(classes) for taken in range(classes)]
    colours = [FINE if true == taken else SURPRISE for true, taken in cells]
    for axis, tail, domain in _panels(race):
        found.add(
            go.Scatter(
                mode="markers+text",
                x=[taken for _, taken in cells],
                y=[true for true, _ in cells],
                marker={"symbol": "square", "color": colours, "opacity": 0.5, "size": 10},
                textfont={"size": 9},
                xaxis=f"x{axis}",
                yaxis=f"y{axis}",
                hoverinfo="none",
            ),
            marker__size=f"square{tail}",
            text=f"confusion{tail}|word",
        )
        span = [-0.6, classes - 0.4]
        layout[f"xaxis{axis}"] = {
            "domain": domain,
            "anchor": f"y{axis}",
            "range": span,
            "dtick": 1,
            "showgrid": False,
            "zeroline": False,
            "title": _title(names.taken),
        }
        layout[f"yaxis{axis}"] = {
            "domain": _HIGH,
            "anchor": f"x{axis}",
            "range": span[::-1],
            "dtick": 1,
            "showgrid": False,
            "zeroline": False,
            "title": _title(names.true if axis == "3" else ""),
        }
    return Picture(go.Figure(found.traces, shared_layout(**layout)), found.binds)
