"""The charts of the Overflow lesson: the window of exp, the maps of outcomes, a sum that stalls."""

from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image
from plotly.basedatatypes import BaseTraceType

from pages.overflow import models
from ui.draw.colours import (
    BLACK,
    BROKEN,
    DIGITS,
    FINE,
    GREY,
    INK,
    NOT_A_NUMBER,
    PREDICTION,
    SURPRISE,
    TRUTH,
    WHITE,
    ZERO,
    faint,
)
from ui.draw.marks import Points, line, point, showing, signs
from ui.draw.panels import Panel, Picture, heading, kept, key, picture, titled
from ui.figure import Handle
from xent_core.trace import FORMATS, FORMULAS

Plane = NDArray[np.uint8]  # outcomes, (gaps, sizes)

# What e^z is in each part of the window: colour, hatch and the sign of its key.
ZONES = (
    (GREY, ".", "∷"),
    (PREDICTION, "/", "▨"),
    (FINE, "", "■"),
    (BROKEN, "x", "▩"),
)
UPPER, LOWER = 1.05, -0.05  # the heights of the logits and of the shifted ones
APART = "\N{NO-BREAK SPACE}"


def _zone(colour: str, hatch: str, start: float, stop: float) -> go.Scatter:
    """Return a part of the window, behind everything.

    Not a bar: a static trace of another type than those that move is not drawn.
    """
    return go.Scatter(
        mode="lines",
        x=(start, stop, stop, start, start),
        y=(-1, -1, 2, 2, -1),
        fill="toself",
        fillcolor=faint(colour, 0.2),
        fillpattern={
            "shape": hatch,
            "fgcolor": faint(colour, 0.75),
            "bgcolor": faint(colour, 0.16),
            "size": 6,
            "solidity": 0.25,
        }
        if hatch
        else None,
        line={"width": 1, "color": colour},
        hoverinfo="skip",
    )


def heights(count: int, middle: float) -> Points:
    """Return a height for each of so many points about a line: equal logits stay apart."""
    if count == 1:
        return (middle,)
    return tuple(middle + 0.7 * (i / (count - 1) - 0.5) for i in range(count))


def _dots(count: int, height: float, symbol: str, colour: str, places: str) -> go.Scatter:
    """Return logits with their numbers, about a height: on either side in turn, so that those of
    equal logits are apart.
    """
    edge = {"width": 1.5, "color": WHITE}
    trace = signs(
        mode="markers+text",
        y=heights(count, height),
        text=tuple(f"{APART * 2}{i}{APART * 2}" for i in range(count)),
        textposition=tuple(("middle left", "middle right")[i % 2] for i in range(count)),
        textfont={"size": 14},
        marker={"size": 11, "symbol": symbol, "color": colour, "line": edge},
    )
    return showing(trace, x=places)


@kept
def exp_line(
    pulled: tuple[bool, ...],
    edges: tuple[float, float, float],
    end: float,
    ticks: tuple[Points, tuple[str, ...]],
    names: tuple[str, ...],
    title: str,
) -> Picture:
    """The line of logits, coloured by what e^z becomes there; those that are `pulled` have handles.

    `edges` are the places where e^z becomes a subnormal, normal and infinite, `names` those of
    the four parts. The logits stand above, the shifted ones below.
    """
    count = len(pulled)
    bounds = (-1.04 * end, *edges, 1.04 * end)
    parts = [_zone(colour, hatch, *bounds[i : i + 2]) for i, (colour, hatch, _) in enumerate(ZONES)]
    said = key(
        *((colour, sign, name) for (colour, _, sign), name in zip(ZONES, names, strict=True))
    )
    bare = {"showgrid": False, "zeroline": False}
    return picture(
        Panel(
            [
                *parts,
                _dots(count, UPPER, "circle", GREY, "u"),
                _dots(count, LOWER, "square", TRUTH, "us"),
            ],
            {
                "range": [-1.04 * end, 1.04 * end],
                "tickvals": ticks[0],
                "ticktext": ticks[1],
                "tickangle": 0,
                **bare,
            },
            {"range": [-0.6, 1.6], "tickvals": [UPPER, LOWER], "ticktext": ["z", "z − m"], **bare},
            title=f"{title} {said}",
            title_style={"narrow": {"text": said}},
            handles=[
                Handle(f"x{i}", f"u.{i}", height, "muted", "bar", says=f"x.{i}|short")
                for i, height in enumerate(heights(count, UPPER))
                if pulled[i]
            ],
        ),
        height=120,
        margin={"l": 62, "r": 12, "t": 28, "b": 28},
        font={"size": 14},
    )


# What can become of a loss, in the order of `xent_core.trace.OUTCOMES`: colour, sign and ink.
KINDS = (
    (FINE, "✓", WHITE),
    (DIGITS, "≈", INK),
    (ZERO, "0", INK),
    (BROKEN, "∞", INK),
    (NOT_A_NUMBER, "✕", WHITE),
)


def _image(z: Plane, zoom: int) -> Image.Image:
    """Return a plane of outcomes as a picture, the last row on top, with a palette of KINDS.

    As a picture it stays while points move over it; a heat map would be drawn anew each time.
    """
    image = Image.fromarray(z[::-1].repeat(zoom, axis=0).repeat(zoom, axis=1))
    image.putpalette(b"".join(bytes.fromhex(colour[1:]) for colour, _, _ in KINDS))
    return image


def _map(z: Plane, axis: Points, mark: BaseTraceType, zoom: int) -> dict[str, Any]:
    """Return a plane of outcomes as a picture on the axes that a mark has been given."""
    half = (axis[-1] - axis[0]) / (len(axis) - 1) / 2
    return {
        "source": _image(z, zoom),
        "xref": mark["xaxis"],
        "yref": mark["yaxis"],
        "x": axis[0] - half,
        "y": axis[-1] + half,
        "sizex": axis[-1] - axis[0] + 2 * half,
        "sizey": axis[-1] - axis[0] + 2 * half,
        "sizing": "stretch",
        "layer": "below",
    }


def _signs(z: Plane, axis: Points, every: int, size: int) -> go.Scatter:
    """Return signs strewn over a plane, so that its colours are not all there is to tell by."""
    # as far from either border: none is cut
    count = len(axis) // every
    places = np.linspace(every // 2, len(axis) - 1 - every // 2, count).round().astype(int)
    spots = [(axis[j], axis[i], KINDS[z[i, j]]) for i in places for j in places]
    return go.Scatter(
        mode="text",
        x=tuple(x for x, _, _ in spots),
        y=tuple(y for _, y, _ in spots),
        text=tuple(sign for _, _, (_, sign, _) in spots),
        textfont={"size": size, "color": tuple(ink for _, _, (_, _, ink) in spots)},
        hoverinfo="skip",
    )


def _place(size: int) -> go.Scatter:
    """Return the mark of the one place in all maps."""
    cross = {"symbol": "cross-thin", "size": size, "line": {"width": 2, "color": BLACK}}
    return showing(signs(mode="markers", marker=cross), x="size", y="gap")


def _axis(axis: Points, **more: Any) -> dict[str, Any]:
    return {"range": [axis[0], axis[-1]], "showgrid": False, "zeroline": False, **more}


def _large_map(z: Plane, axis: Points, titles: tuple[str, ...], name: str) -> Panel:
    """The map of the chosen formula, with axes, and a place to be pulled."""
    return Panel(
        [_signs(z, axis, every=7, size=14), _place(18)],
        _axis(axis, tickangle=0, title=titles[0]),
        _axis(axis, **titled(titles[1], 4)),
        (0.0, 0.38),
        title=name,
        title_style={"yshift": 4},
        narrow=((0.0, 1.0), (0.6, 1.0)),
        handles=[Handle("at", "size", "gap", "muted", "point", says="found", leaps=True)],
    )


def _small_map(z: Plane, axis: Points, at: int, name: str) -> Panel:
    """The map of one formula of all, three in a row: it can be pressed, its place is marked."""
    column, row = at % 3, at // 3
    left, top = 0.44 + 0.194 * column, 0.98 - 0.36 * row
    narrow_left, narrow_low = 0.35 * column, 0.34 - 0.17 * row
    bare = {"showticklabels": False, "ticks": ""}
    return Panel(
        [_signs(z, axis, every=15, size=14), _place(15)],
        _axis(axis, tickangle=0, **bare),
        _axis(axis, **bare),
        (left, left + 0.17),
        (top - 0.26, top),
        title=name,
        title_style={"yshift": 2, "font": {"size": 14}, "narrow": {"text": f"<b>{name[0]}</b>"}},
        narrow=((narrow_left, narrow_left + 0.3), (narrow_low, narrow_low + 0.11)),
        handles=[Handle("at", "size", "gap", shape="quiet", leaps=True)],
    )


@kept
def outcome_maps(
    format_name: str,
    chosen: int,
    titles: tuple[str, ...],
    names: tuple[str, ...],
    said: tuple[str, ...],
) -> Picture:
    """One plane of outcomes large, all seven small beside it, the same place marked in each.

    `names` are those of the formulas, `said` what can become of a loss. The maps are pictures.
    """
    axis = tuple(models.map_axis(FORMATS[format_name], models.SIDE).tolist())
    found = models.maps(format_name, models.SIDE)
    planes = [found[name] for name in FORMULAS]
    panels = [
        _large_map(planes[chosen], axis, titles, names[chosen]),
        *(_small_map(z, axis, at, names[at]) for at, z in enumerate(planes)),
    ]
    words = key(*((colour, "■", word) for (colour, _, _), word in zip(KINDS, said, strict=True)))
    made = picture(
        *panels,
        height=430,
        narrow_height=760,
        narrow_layout={"margin.r": 20},
        margin={"l": 56, "r": 8, "t": 58, "b": 44},
        font={"size": 14},
        annotations=[
            heading(words, (0.0, 1.0), yshift=30, font={"size": 14}, narrow={"font.size": 12})
        ],
    )
    shown = zip([planes[chosen], *planes], panels, [7, *[2] * len(planes)], strict=True)
    made.figure.update_layout(
        images=[_map(z, axis, panel.marks[0], zoom) for z, panel, zoom in shown]
    )
    return made


@kept
def two_sums(
    n: Points, single: Points, half: Points, titles: tuple[str, ...], most: float, told: bool
) -> Picture:
    """The sum of equal losses in two formats; that of float16 is drawn once it was `told`.

    Neither is right to its last digits, so neither has the colour of what is.
    """
    path, place = (half, {"y": "half_sum"}) if told else ((), {})
    return picture(
        Panel(
            [
                line(GREY, at=(n, single)),
                line(SURPRISE, at=(n[: len(path)], path), dash="dash"),
                point(GREY, x="n", y="single_sum"),
                point(SURPRISE, "diamond", x="n", **place),
            ],
            {"range": [0, 1.02 * most], "title": titles[0]},
            {"range": [0, 1.06 * single[-1]], **titled(titles[1])},
            title=key((GREY, "━", "float32"), (SURPRISE, "╍", "float16")),
        ),
        height=300,
        margin={"l": 62, "r": 14, "t": 28, "b": 44},
    )
