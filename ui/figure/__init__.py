"""The live figure: a Plotly figure that follows the hand, from sweeps that xent_core computed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ui.assets import asset_url, component
from ui.figure.sweeps import Arrays, Model, Sweeps, pack, sweep
from ui.figure.ways import LINE, SHARE, WHOLE, film, ways_of


@dataclass(frozen=True)
class Slider:
    """A control on a line. `positions` are the values that a drag stops at, ascending.

    `whole` has the number field take whole numbers only.
    """

    name: str
    label: str
    positions: NDArray[np.float64]
    unit: str = ""
    colour: str = ""
    whole: bool = False


@dataclass(frozen=True)
class Choice:
    """A control with a few named options; its value is the option's index."""

    name: str
    label: str
    options: tuple[str, ...]

    @property
    def positions(self) -> NDArray[np.float64]:
        return np.arange(float(len(self.options)))


@dataclass(frozen=True)
class Cell:
    """A number in a table of numbers that belong together: `row` and `column` are its headings."""

    name: str
    label: str
    positions: NDArray[np.float64]
    row: str
    column: str
    colour: str = ""


@dataclass(frozen=True)
class Place:
    """A control that has nothing but a handle: its values number the places of the handle."""

    name: str
    label: str
    positions: NDArray[np.float64]


Control = Slider | Choice | Cell | Place


@dataclass(frozen=True)
class Handle:
    """What one can take hold of in the picture to move a control.

    It stands at `x`, `y`, each a number or a slot of the model's arrays ("p.2"), on the axes
    number `axis` of the figure; pulled, it goes to the nearest place that the control's
    positions have for it. `shape` is "bar", which keys move up and down, or "point", which
    they move over the plane. `says` is the slot that is read out for its value. One that `leaps`
    also comes to where the picture is pressed.
    """

    control: str
    x: float | str
    y: float | str
    colour: str = ""
    shape: str = "bar"
    axis: str = ""
    says: str = ""
    leaps: bool = False


@dataclass(frozen=True)
class Pick:
    """What one looks at: which part of an array a `Bind` of "array@name" shows.

    It is no part of the state and in no link. Pointing at a point of the trace picks it too.
    """

    name: str
    label: str
    options: tuple[str, ...]
    trace: int | None = None


@dataclass(frozen=True)
class Preset:
    """A button that leads somewhere: the values it sets.

    The other controls stay as they are, unless the values are a whole state.
    """

    label: str
    values: Mapping[str, Any]
    whole: bool = False


@dataclass(frozen=True)
class Bind:
    """Trace number `trace` shows the model's `array` in its `field` (x, y, z, text, …).

    With commas, `array` is a list of numbers and slots: "0,loss,p.2,nan".
    """

    trace: int
    field: str
    array: str


@dataclass(frozen=True)
class Readout:
    """A number beside the figure: a label and a slot of the model's arrays."""

    label: str
    slot: str
    unit: str = ""
    colour: str = ""


@dataclass(frozen=True)
class Row:
    """Numbers below a table of `Cell`s: one of the model's arrays, a number for each column."""

    label: str
    array: str
    colour: str = ""


@dataclass(frozen=True)
class View:
    """What shows the model's arrays.

    `formula` (MathML, see `ui.draw.formula`) and `alt` (one or more sentences) hold slots that
    follow the hand: `loss`, `p.2`, `p`, `z0|exact`; in `alt` they stand as `[[loss]]`.
    `names` turns an array of indices into words: {"winner": ("cat", "dog")}. `vectors` names
    a row of controls, so that it need not travel as an array: {"z": ("z0", "z1")}. `rules`
    say where the model tells what a control becomes when another is moved: {"p0": "p.0"}.

    Pointing at a number of the formula lights the marks that show its array, and the other way
    round; `kin` are further arrays that show the same: {"p_k": ("truth_p",)}.

    In `formula` may also stand a table. What has `data-state="kind.2"` gets the key of a name
    "key|words" as its `data-is`, for a style, and the words as its title. A click on what has
    `data-sets="cell=12"` sets what the state holds besides the controls; `free` are those of
    its names that no array depends on: they change without a wait for the server.
    """

    figure: go.Figure
    binds: Sequence[Bind]
    alt: str
    readouts: Sequence[Readout] = ()
    formula: str = ""
    handles: Sequence[Handle] = ()
    picks: Sequence[Pick] = ()
    rows: Sequence[Row] = ()
    names: Mapping[str, Sequence[str]] = field(default_factory=dict)
    vectors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    free: Sequence[str] = ()
    kin: Mapping[str, Sequence[str]] = field(default_factory=dict)


_PARTS = ("binds", "readouts", "handles", "picks", "rows")  # of a view


@dataclass(frozen=True)
class Stream:
    """Where a figure gets more rows from, of one control named "step".

    `player` is the path, from the project's root, of a script of the lesson's whose default
    export brings them (see Stage and Player in js/types.js). `header` goes to it as it is;
    `arrays` are those that belong to no row, `words` what the player says, and `step` is where
    the figure stands at first.
    """

    player: str
    header: Mapping[str, Any]
    step: float
    arrays: Arrays = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tour:
    """What an untouched picture shows by itself: it goes from preset to preset, and back again.

    `stops` are the presets' places among all. The browser plays a `number` once.
    """

    stops: Sequence[int]
    number: int = 1


def live_figure(
    key: str,
    *,
    controls: Sequence[Control],
    state: Mapping[str, Any],
    model: Model,
    view: View,
    words: Mapping[str, str],
    presets: Sequence[Preset] = (),
    group: str = "",
    link: str = "",
    bounds: Mapping[str, tuple[float, float]] | None = None,
    ack: str = "",
    epoch: int = 0,
    stream: Stream | None = None,
    before: Mapping[str, Any] | None = None,
    tour: Tour | None = None,
) -> None:
    """Draw a figure that follows its controls at the screen's rate.

    `state` has a value for each control; what else it has goes back with every change. Figures
    of one `group` show one state, and follow each other.

    `words` are the figure's own labels (reset, waiting, …) in the reader's language. `link` is
    the query of a link to this state. `bounds` say what may be typed for a control, where that
    is more than its slider reaches. `ack` and `epoch` come from `ui.state.links`: the last change
    of the browser's that the state holds, and how often the state was changed from elsewhere (a
    link, Back, an answered question). A `stream` brings more rows while the reader looks on.
    `before` is the state that the figure showed before this one, if it is to be seen how it comes
    from there; a `tour` is what it shows by itself.
    """
    base = dict(state)
    positions = {control.name: control.positions for control in controls}
    goals = [dict(p.values) if p.whole else {**base, **p.values} for p in presets]
    kinds = {control.name: _kind(control, view.rules) for control in controls}
    came = before if before and _knows(before, base, positions, kinds) else base
    stops = [goals[at] for at in tour.stops] if tour else []
    ways = [] if stream else ways_of(base, positions, came, goals, stops)
    table = sweep(base, positions, model, goals, ways, {k: v for k, v in kinds.items() if v})
    header = {
        "assets": {"plotly": asset_url("plotly.js"), "css": asset_url("ui/figure/figure.css")},
        "key": key,
        "group": group or key,
        "link": link,
        "ack": ack,
        "epoch": epoch,
        "base": base,
        "controls": [_describe(control, (bounds or {}).get(control.name)) for control in controls],
        "presets": _presets(presets, goals, table),
        "between": table.between,
        **_viewed(view, table),
        "words": dict(words),
    }
    if stream:
        header["assets"]["player"] = asset_url(stream.player)
        header["stream"] = {**stream.header, "apart": list(stream.arrays)}
    if came is not base and table.ways[0]:
        header["came"] = {"before": {name: came[name] for name in positions}, "way": table.ways[0]}
    if tour:
        ends = [table.preset_rows[at] for at in tour.stops]
        header["tour"] = {"number": tour.number, **film(table.ways[1 + len(goals) :], ends)}
    arrays = table.arrays | {f"at {name}": grid for name, grid in table.positions.items()}
    arrays |= {f"way {name}": values for name, values in table.controls.items()}
    arrays |= stream.arrays if stream else {}
    live = component("xent_live", "ui/figure/js/figure.js")
    live(key=key, data=pack(header, arrays), on_commit_change=_nothing)


def _presets(
    presets: Sequence[Preset], goals: Sequence[Mapping[str, Any]], table: Sweeps
) -> list[dict[str, Any]]:
    ways = table.ways[1:] or [[]] * len(presets)
    return [
        {"label": preset.label, "values": values, "row": row, "way": way if row >= 0 else []}
        for preset, values, row, way in zip(presets, goals, table.preset_rows, ways, strict=False)
    ]


def _viewed(view: View, table: Sweeps) -> dict[str, Any]:
    figure = view.figure.to_plotly_json()
    return {
        "figure": {"data": figure["data"], "layout": figure["layout"]},
        **{name: [*map(vars, getattr(view, name))] for name in _PARTS},
        "formula": view.formula,
        "rules": dict(view.rules),
        "free": list(view.free),
        "kin": {name: list(arrays) for name, arrays in view.kin.items()},
        "alt": view.alt,
        "names": dict(view.names),
        "vectors": {name: row for name, row in view.vectors.items() if name not in table.arrays},
    }


def _kind(control: Control, rules: Mapping[str, str]) -> str:
    """Say how a control goes from one state to another; "" for one that leaps."""
    if not isinstance(control, Slider | Cell):
        return ""
    if control.name in rules:
        return SHARE
    return WHOLE if isinstance(control, Slider) and control.whole else LINE


def _knows(
    before: Mapping[str, Any],
    base: Mapping[str, Any],
    positions: Mapping[str, NDArray[np.float64]],
    kinds: Mapping[str, str],
) -> bool:
    """Whether the model knows a state before, which may have been another figure's.

    An index or a whole number has to be one that there still is.
    """
    return before.keys() == base.keys() and all(
        kinds[name] not in ("", WHOLE) or places.min() <= before[name] <= places.max()
        for name, places in positions.items()
    )


def _describe(control: Control, bounds: tuple[float, float] | None) -> dict[str, Any]:
    fields = {name: value for name, value in vars(control).items() if name != "positions"}
    return {"kind": type(control).__name__.lower(), "bounds": bounds, **fields}


def _nothing() -> None:
    """Streamlit keeps the state of a component only where a callback names it."""
