"""The charts of the Overflow lesson: the window of exp, the maps of outcomes, a sum that stalls."""

import base64
import functools
import struct
import zlib
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from ui.draw.charts import (
    BROKEN,
    FIGURES,
    FINE,
    GREY,
    PREDICTION,
    SURPRISE,
    TRUTH,
    Points,
    figure,
    key,
    line,
    panel_title,
)

# What e^x is in each part of the window: colour, hatch and the sign of its key.
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
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return go.Scatter(
        mode="lines",
        x=(start, stop, stop, start, start),
        y=(-1, -1, 2, 2, -1),
        fill="toself",
        fillcolor=f"rgba({red},{green},{blue},0.2)",
        fillpattern={
            "shape": hatch,
            "fgcolor": f"rgba({red},{green},{blue},0.75)",
            "bgcolor": f"rgba({red},{green},{blue},0.16)",
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


@functools.lru_cache(maxsize=FIGURES)
def exp_line(
    count: int,
    edges: tuple[float, float, float],
    end: float,
    ticks: tuple[Points, tuple[str, ...]],
    names: tuple[str, str, str, str],
    title: str,
) -> go.Figure:
    """The line of logits, coloured by what e^x becomes there.

    `edges` are the places where e^x becomes a subnormal, normal and infinite, `names` those of
    the four parts. Traces: 0 to 3 the parts, 4 the logits above, 5 the shifted logits below.
    """
    bounds = (-1.04 * end, *edges, 1.04 * end)
    parts = [_zone(colour, hatch, *bounds[i : i + 2]) for i, (colour, hatch, _) in enumerate(ZONES)]
    said = key(
        *((colour, sign, name) for (colour, _, sign), name in zip(ZONES, names, strict=True))
    )
    dots = [
        go.Scatter(
            mode="markers+text",
            y=heights(count, middle),
            text=tuple(f"{APART * 2}{i}" for i in range(count)),
            textposition="middle right",
            textfont={"size": 11},
            marker={
                "size": 11,
                "symbol": symbol,
                "color": colour,
                "line": {"width": 1.5, "color": "#ffffff"},
            },
            hoverinfo="skip",
            cliponaxis=False,
        )
        for middle, symbol, colour in ((UPPER, "circle", GREY), (LOWER, "square", TRUTH))
    ]
    return figure(
        [*parts, *dots],
        height=105,
        margin={"l": 62, "r": 12, "t": 24, "b": 25},
        xaxis={
            "range": [-1.04 * end, 1.04 * end],
            "tickvals": ticks[0],
            "ticktext": ticks[1],
            "tickangle": 0,
            "showgrid": False,
            "zeroline": False,
        },
        yaxis={
            "range": [-0.6, 1.6],
            "tickvals": [UPPER, LOWER],
            "ticktext": ["x", "x − m"],
            "showgrid": False,
            "zeroline": False,
        },
        annotations=[panel_title(f"{title} {said}", (0.0, 1.0))],
        meta={"narrow": {"annotations.0.text": said}},
    )


# What can become of a loss, in the order of `xent_core.trace.OUTCOMES`: colour, sign and ink.
KINDS = (
    (FINE, "✓", "#ffffff"),
    ("#F0A070", "≈", "#1a1a1a"),
    ("#B9BDC6", "0", "#1a1a1a"),
    (BROKEN, "∞", "#1a1a1a"),
    ("#7A3B63", "✕", "#ffffff"),
)
MAP_POINTS = tuple(range(8, 16))  # the traces that mark the place in the maps


def _picture(z: NDArray[np.uint8], zoom: int) -> str:
    """Return a plane of outcomes as a PNG in a data URL: the last row on top, a palette of KINDS.

    As a picture it stays while points move over it; a heat map would be drawn anew each time.
    """
    pixels = z[::-1].repeat(zoom, axis=0).repeat(zoom, axis=1).astype(np.uint8)
    height, width = pixels.shape
    colours = b"".join(bytes.fromhex(colour[1:]) for colour, _, _ in KINDS)
    lines = np.column_stack([np.zeros(height, np.uint8), pixels]).tobytes()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    body = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", colours)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )
    return "data:image/png;base64," + base64.b64encode(body).decode()


def _map(
    z: NDArray[np.uint8], axes: tuple[Points, Points], panel: str, zoom: int
) -> dict[str, Any]:
    """Return a plane of outcomes in a panel."""
    half = [(axis[-1] - axis[0]) / (len(axis) - 1) / 2 for axis in axes]
    return {
        "source": _picture(z, zoom),
        "xref": f"x{panel}",
        "yref": f"y{panel}",
        "x": axes[0][0] - half[0],
        "y": axes[1][-1] + half[1],
        "sizex": axes[0][-1] - axes[0][0] + 2 * half[0],
        "sizey": axes[1][-1] - axes[1][0] + 2 * half[1],
        "sizing": "stretch",
        "layer": "below",
    }


def _signs(z: Any, axes: tuple[Points, Points], panel: str, every: int, size: int) -> go.Scatter:
    """Return signs strewn over a plane, so that its colours are not all there is to tell by."""
    rows, columns = (
        np.linspace(every // 2, len(axis) - 1 - every // 2, len(axis) // every).round().astype(int)
        for axis in (axes[1], axes[0])
    )  # as far from either border: none is cut
    spots = [(axes[0][j], axes[1][i], z[i][j]) for i in rows for j in columns]
    return go.Scatter(
        mode="text",
        x=tuple(x for x, _, _ in spots),
        y=tuple(y for _, y, _ in spots),
        text=tuple(KINDS[kind][1] for _, _, kind in spots),
        textfont={"size": size, "color": tuple(KINDS[kind][2] for _, _, kind in spots)},
        hoverinfo="skip",
        xaxis=f"x{panel}",
        yaxis=f"y{panel}",
    )


def outcome_maps(
    planes: tuple[NDArray[np.uint8], ...],
    chosen: int,
    axes: tuple[Points, Points],
    titles: tuple[str, str],
    names: tuple[str, ...],
    said: tuple[str, ...],
) -> go.Figure:
    """One plane of outcomes large, all seven small beside it, the same place marked in each.

    The maps are pictures. Traces: 0 to 7 their signs, the large one's first, 8 to 15 the place.
    """
    shown = (planes[chosen], *planes)
    panels = ["", *(str(i) for i in range(2, 9))]
    place = [
        go.Scatter(
            mode="markers",
            marker={"symbol": "cross-thin", "size": 13 if panel else 18,
                    "line": {"width": 2, "color": "#000000"}},
            hoverinfo="skip",
            cliponaxis=False,
            xaxis=f"x{panel}",
            yaxis=f"y{panel}",
        )
        for panel in panels
    ]  # fmt: skip
    layout: dict[str, Any] = {}
    notes = [
        panel_title(
            key(*((kind[0], "■", word) for kind, word in zip(KINDS, said, strict=True))),
            (0.0, 1.0),
        )
    ]
    notes[0]["yshift"] = 24
    narrow: dict[str, Any] = {"height": 760, "margin.r": 20,
                              "xaxis.domain": [0, 1], "yaxis.domain": [0.6, 1]}  # fmt: skip
    limits = ([axes[0][0], axes[0][-1]], [axes[1][0], axes[1][-1]])
    for at, panel in enumerate(panels):
        column, row = (at - 1) % 3, (at - 1) // 3
        x = (0.0, 0.39) if not at else (0.46 + 0.186 * column, 0.46 + 0.186 * column + 0.165)
        y = (0.0, 1.0) if not at else (0.72 - 0.36 * row, 0.98 - 0.36 * row)
        bare = {"showticklabels": False, "ticks": ""} if at else {}
        layout[f"xaxis{panel}"] = {"domain": x, "range": limits[0], "anchor": f"y{panel}",
                                   "showgrid": False, "zeroline": False, "tickangle": 0,
                                   "title": "" if at else titles[0], **bare}  # fmt: skip
        layout[f"yaxis{panel}"] = {"domain": y, "range": limits[1], "anchor": f"x{panel}",
                                   "showgrid": False, "zeroline": False,
                                   "title": {"text": "" if at else titles[1], "standoff": 4},
                                   **bare}  # fmt: skip
        if at:
            note = panel_title(names[at - 1], x)
            notes.append({**note, "y": y[1], "yshift": 2, "font": {"size": 10.5}})
            left, up = 0.35 * column, 0.34 - 0.17 * row
            narrow |= {f"xaxis{panel}.domain": [left, left + 0.3],
                       f"yaxis{panel}.domain": [up, up + 0.11],
                       f"annotations.{at}.x": left, f"annotations.{at}.y": up + 0.11,
                       f"annotations.{at}.font.size": 9.5}  # fmt: skip
        else:
            notes.append({**panel_title(names[chosen], x), "yshift": 4})
    notes.append(notes.pop(1))  # the large map's own title comes last
    return figure(
        [
            *(
                _signs(z, axes, panel, 10 if panel else 7, 10 if panel else 14)
                for z, panel in zip(shown, panels, strict=True)
            ),
            *place,
        ],
        height=430,
        margin={"l": 56, "r": 8, "t": 52, "b": 44},
        annotations=notes,
        images=[
            _map(z, axes, panel, 2 if panel else 7) for z, panel in zip(shown, panels, strict=True)
        ],
        meta={"narrow": narrow},
        **layout,
    )


@functools.lru_cache(maxsize=FIGURES)
def two_sums(
    n: Points, single: Points, half: Points, titles: tuple[str, str], most: float
) -> go.Figure:
    """The sum of equal losses in two formats. Traces: 0 float32, 1 float16, 2 and 3 the points.

    Neither is right to its last digits, so neither has the colour of what is.
    """
    dots = [
        go.Scatter(
            mode="markers",
            marker={"symbol": symbol, "size": 13, "color": colour,
                    "line": {"color": "#ffffff", "width": 1.5}},
            hoverinfo="x+y",
        )
        for symbol, colour in (("circle", GREY), ("diamond", SURPRISE))
    ]  # fmt: skip
    return figure(
        [
            line(GREY, x=n, y=single),
            line(SURPRISE, x=n[: len(half)], y=half, dash="dash"),
            *dots,
        ],
        height=300,
        margin={"l": 62, "r": 14, "t": 28, "b": 44},
        xaxis={"range": [0, 1.02 * most], "title": titles[0]},
        yaxis={"range": [0, 1.06 * single[-1]], "title": {"text": titles[1], "standoff": 6}},
        annotations=[
            panel_title(key((GREY, "━", "float32"), (SURPRISE, "╍", "float16")), (0.0, 1.0))
        ],
    )
