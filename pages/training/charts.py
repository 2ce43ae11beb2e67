"""The picture of a training run: losses, accuracies, one sample, the plane or the mistakes.

The numbers come from the run (see run.py); those of a race's second run have names with _2.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from ui.draw.colours import BROKEN, CLEAR, FINE, GREY, PREDICTION, SURPRISE, TRUTH
from ui.draw.marks import line, showing
from ui.draw.panels import Panel, Picture, key, picture
from ui.figure import Handle
from ui.words import Words
from xent_core.training import Config, Plane

Sign = list[list[float]]


def _polygon(corners: int, turn: float = -90.0) -> Sign:
    """The corners of a sign of radius 1, from an angle on, with y downwards as on a screen."""
    angles = np.radians(turn + 360.0 * np.arange(corners) / corners)
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1).tolist()


# Each class has a sign beside its colour: the first a circle.
CLASS_SIGNS: tuple[Sign, ...] = (
    [], _polygon(4, 45.0), _polygon(4), _polygon(3), _polygon(5), _polygon(6),
)  # fmt: skip

# Where the panels stand: curves at the left, loss over accuracy; the maps over the sample's bars.
_LEFT, _HIGH, _LOW = (0.0, 0.42), (0.5, 1.0), (0.0, 0.26)
_LOSS, _ACCURACY = (0.41, 1.0), (0.0, 0.29)
_HALVES = ((0.5, 0.735), (0.765, 1.0))
_SMALL = 14  # px: the least that the last row of a class can read
_BARE: dict[str, Any] = {"showgrid": False, "zeroline": False}


def run_picture(
    config: Config, plane: Plane | None, top: float, runners: Sequence[str], text: Words
) -> Picture:
    """Draw a run, or the race of two `runners`, whose losses' axis reaches to `top` at first.

    The player paints the map of a `plane` with the samples on it. Without one, as of digits, it
    is drawn which class is taken for which.
    """
    return picture(
        *_curves(config, top, runners, text),
        *_sample(config.class_count, len(runners) > 1, text),
        *_maps(config, plane, runners, text),
        height=330,
        narrow_height=900,
        margin={"l": 42, "r": 10, "t": 34, "b": 42},
        **_ln_c(math.log(config.class_count), text.label("ln_c")),
    )


def axes_of(drawn: Picture, array: str) -> str:
    """Return the number of the axes on which an array is drawn, "" for the first ones."""
    trace = next(bind.trace for bind in drawn.binds if bind.array == array)
    return drawn.figure.data[trace].xaxis.removeprefix("x")


def _title(text: str) -> dict[str, Any]:
    return {"text": text, "standoff": 4, "font": {"size": _SMALL}}


def _curve(colour: str, dash: str, width: float, x: str, y: str) -> go.Scatter:
    return line(colour, dash=dash, width=width, x=x, y=y).update(hoverinfo="x+y")


def _curves(config: Config, top: float, runners: Sequence[str], text: Words) -> list[Panel]:
    """Losses above, accuracies below; of a race's second thinner, and grey."""
    parts = [("train", "solid"), ("test", "dot")][: 1 + (config.test_samples > 0)]
    keys = [f"━ {text.label('train')} ┅ {text.label('test')}"] * (len(parts) - 1)
    keys += [key((GREY, "▬", second)) for second in runners[1:]]

    def panel(
        quantity: str, colour: str, unit: str, more: list[Any], x: Any, **where: Any
    ) -> Panel:
        looks = [("_2", GREY, 2.0) for _ in runners[1:]] + [("", colour, 2.5)]
        curves = [
            _curve(shade, dash, width, x="epoch*", y=f"{part}_{quantity}{tail}*")
            for tail, shade, width in looks
            for part, dash in parts
        ]
        title = "   ".join([key((colour, "▬", text.label(quantity) + unit)), *keys])
        epochs = {"range": [0, config.epochs], **_BARE, **x}
        return Panel([*curves, *more], epochs, across=_LEFT, title=title, **where)

    marks = [
        _curve(BROKEN, "dash", 2, x="failed_x*", y="failed_y*"),
        _curve(GREY, "dashdot", 1.5, x="changed_x*", y="changed_y*"),
    ]
    return [
        panel(
            "loss", SURPRISE, "", marks, {"ticks": "", "showticklabels": False},
            y={"range": [0, top], "nticks": 5, "rangemode": "tozero"},
            up=_LOSS, narrow=((0, 1), (0.79, 1)),
            handles=[Handle("step", "epoch", 0, "muted", "point", says="step", leaps=True)],
        ),
        panel(
            "accuracy", FINE, " (%)", [], {"title": _title(text.label("epoch"))},
            y={"range": [0, 106], "tickvals": [0, 50, 100]},
            up=_ACCURACY, narrow=((0, 1), (0.63, 0.73)),
        ),
    ]  # fmt: skip


def _ln_c(level: float, name: str) -> dict[str, Any]:
    """The loss of a model that knows nothing: a line with its name, no trace to be uncovered."""
    of_losses = {"xref": "x domain", "yref": "y"}
    drawn = {"type": "line", "x0": 0, "x1": 1, "y0": level, "y1": level,
             "line": {"color": GREY, "dash": "dot", "width": 1.5}}  # fmt: skip
    written = {"text": name, "x": 1, "y": level, "xanchor": "right", "yanchor": "bottom",
               "showarrow": False, "font": {"size": _SMALL}}  # fmt: skip
    return {"shapes": [of_losses | drawn], "annotations": [of_losses | written]}


def _sample(classes: int, race: bool, text: Words) -> list[Panel]:
    """The chosen sample: its logits, what softmax makes of them, and what pulls at them."""
    x = tuple(range(classes))
    outline = {"color": CLEAR, "line": {"color": TRUTH, "width": 2}}
    true = go.Bar(x=x, width=0.84, marker=outline, hoverinfo="skip")
    pulls = [*_bars(x, "pull", SURPRISE, race), _heads(x, "up"), _heads(x, "down")]
    ticks = {"range": [-0.6, classes - 0.4], "dtick": 1 if classes < 7 else 3, **_BARE}
    panels = (
        ("logits", _bars(x, "z", GREY, race),
         {"range": [-1, 1]}, (0.5, 0.64), (0, 0.26)),
        ("probabilities", [*_bars(x, "p", PREDICTION, race), showing(true, y="y")],
         {"range": [0, 1.15], "tickvals": [0, 0.5, 1]}, (0.68, 0.82), (0.37, 0.63)),
        ("pulls", pulls,
         {"range": [-1.2, 1.2], "tickvals": [-1, 0, 1]}, (0.86, 1.0), (0.74, 1)),
    )  # fmt: skip
    return [
        Panel(marks, ticks, {"nticks": 4, **y}, across, _LOW,
              title=text.label(name), narrow=(narrow, (0, 0.17)))
        for name, marks, y, across, narrow in panels
    ]  # fmt: skip


def _bars(x: tuple[int, ...], array: str, colour: str, race: bool) -> list[Any]:
    """A bar for each class; in a race two, the second's with a hatch."""
    places = (("", -0.4, ""), ("_2", 0.02, "/")) if race else (("", -0.35, ""),)
    return [
        showing(
            go.Bar(
                x=x,
                width=0.38 if race else 0.7,
                offset=offset,
                marker={"color": colour, "pattern": {"shape": hatch, "solidity": 0.4}},
                hoverinfo="x+y",
            ),
            y=array + tail,
        )
        for tail, offset, hatch in places
    ]


def _heads(x: tuple[int, ...], way: str) -> go.Scatter:
    """The heads of the arrows that point up, or down."""
    marker = {"symbol": f"triangle-{way}", "size": 11, "color": TRUTH}
    return showing(go.Scatter(x=x, mode="markers", marker=marker, hoverinfo="skip"), y=way)


def _maps(config: Config, plane: Plane | None, runners: Sequence[str], text: Words) -> list[Panel]:
    """The plane, or the mistakes; of a race, the two runs' side by side."""
    (x, y), named = _map_axes(config, plane, text)
    heads = runners or [named]
    places = list(zip(_HALVES, ((0, 0.47), (0.53, 1)), strict=True))
    if not runners:  # beside the one confusion matrix stand the worst mistakes (see views._worst)
        places = [((0.5, 1.0) if plane else _HALVES[0], (0, 1))]
    return [
        Panel(
            [_mistakes(config.class_count, tail) if plane is None else _spot(tail)],
            x,
            y,
            across,
            _HIGH,
            title=head,
            narrow=(narrow, (0.26, 0.53)),
        )
        for head, tail, (across, narrow) in zip(heads, ("", "_2"), places, strict=False)
    ]


def _map_axes(config: Config, plane: Plane | None, text: Words) -> tuple[list[dict[str, Any]], str]:
    """The axes, and what the map is called and they: below it there is no room for names."""
    if plane is None:
        reach = (-0.6, config.class_count - 0.4)
        few = {"dtick": 1 if config.class_count < 7 else 3}  # down, ten have no room
        ranges, ticks = [reach, reach[::-1]], [{"dtick": 1}, few]
        named = text.label("confusion")
    else:
        ranges = [(float(axis[0]), float(axis[-1])) for axis in (plane.across, plane.up)]
        ticks = [{"nticks": 4}] * 2
        right, up = "x₀", "x₁"
        if config.data == "iris":
            right, up = text.label("petal_length"), text.label("petal_width")
        named = f"{text.label('plane')}: {right} →, {up} ↑"
    axes = [{"range": ends, **each, **_BARE} for ends, each in zip(ranges, ticks, strict=True)]
    return axes, named


def _spot(tail: str) -> go.Scatter:
    """The chosen sample, unseen below what is painted: Plotly draws no axis that no trace has."""
    unseen = go.Scatter(mode="markers", opacity=0, hoverinfo="skip")
    return showing(unseen, x=f"sample_x{tail}", y=f"sample_y{tail}")


def _mistakes(classes: int, tail: str) -> go.Scatter:
    """Which class is taken for which, as squares with their counts."""
    true, taken = np.divmod(np.arange(classes**2), classes)
    colours = np.where(true == taken, FINE, SURPRISE)
    squares = go.Scatter(
        mode="markers+text",
        x=taken.tolist(),
        y=true.tolist(),
        marker={"symbol": "square", "color": colours.tolist(), "opacity": 0.5, "size": 10},
        textfont={"size": _SMALL},
        hoverinfo="none",
    )
    return showing(squares, marker_size=f"square{tail}", text=f"confusion{tail}|word")
