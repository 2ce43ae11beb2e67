"""Charts of entropy and of codes: see `ui.draw.charts` for the manners that they share."""

import functools
import unicodedata
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from ui.draw.charts import (
    FIGURES,
    GREY,
    SURPRISE,
    TRUTH,
    Points,
    categories,
    figure,
    key,
    line,
    pair_bars,
    panel_title,
    point,
)

_PROBABILITIES = {"range": [0, 1.08], "tickvals": [0, 0.25, 0.5, 0.75, 1]}
_WHITE_EDGE = {"color": "#ffffff", "width": 1.5}
_BARE = {"showticklabels": False, "ticks": "", "showgrid": False, "zeroline": False,
         "showline": False}  # fmt: skip
_STEPS = tuple(digit / 10**places for places in (4, 3, 2, 1) for digit in (1, 2, 5))
_LETTER = 7.5  # width of a letter of a tick label, in pixels


def width_of(text: str) -> int:
    """How many letters wide a text is; a Chinese character is as wide as two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def clip(text: str, most: int) -> str:
    """Shorten a text that is wider than `most` letters."""
    if width_of(text) <= most:
        return text
    while width_of(text) >= most:
        text = text[:-1]
    return text.rstrip() + "…"


def lie_down(names: tuple[str, ...], room: float) -> bool:
    """Tell whether the names of classes fit below a panel of `room` pixels side by side."""
    return max(map(width_of, names)) * _LETTER <= room / len(names)


def foot(names: tuple[str, ...], room: float) -> dict[str, int]:
    """Return the margins of a figure whose narrowest panel of classes has `room` pixels."""
    return {"l": 42, "r": 12, "t": 28, "b": 44 if lie_down(names, room) else 72}


def classes(names: tuple[str, ...], domain: tuple[float, float], room: float) -> dict[str, Any]:
    """Return an axis of classes for a panel of `room` pixels: names that are too wide stand up."""
    fits = lie_down(names, room)
    return categories(
        names,
        domain,
        tickvals=names,  # by name: a class may be called 1, and not be number 1
        ticktext=[name if fits else clip(name, 7) for name in names],
        tickangle=0 if fits else -90,
    )


_PILE_ON_A_PHONE = {
    "height": 510,
    "xaxis.domain": [0.0, 1.0],
    "yaxis.domain": [0.66, 1.0],
    "xaxis2.domain": [0.0, 0.62],
    "yaxis2.domain": [0.0, 0.36],
    "xaxis3.domain": [0.8, 1.0],
    "yaxis3.domain": [0.0, 0.36],
    "annotations.1.x": 0.0,
    "annotations.1.y": 0.36,
    "annotations.2.y": 0.36,
}


@functools.lru_cache(maxsize=FIGURES)
def pile(names: tuple[str, ...], titles: tuple[str, str], most: float, ceiling: float) -> go.Figure:
    """P as bars, what each class adds to the entropy, and all of that piled up to H.

    `titles` are those of what a class adds and of the ceiling; `most` is the most that a class
    can add, `ceiling` the largest entropy. Traces: 0 P, 1 what each adds, 2 the pile, 3 ceiling.
    """
    left, middle, right = (0.0, 0.36), (0.45, 0.79), (0.89, 1.0)
    part = {"color": SURPRISE, "line": _WHITE_EDGE}
    return figure(
        [
            *pair_bars(names, both=False),
            go.Bar(x=names, xaxis="x2", yaxis="y2", marker={"color": SURPRISE}, hoverinfo="skip"),
            go.Bar(
                x=(0,) * len(names), xaxis="x3", yaxis="y3", marker=part, width=0.7,
                hoverinfo="skip",
            ),
            line(GREY, "3", dash="dash", width=2.5, x=(-0.5, 0.5)),
        ],
        height=325,
        margin=foot(names, 190),
        bargap=0.25,
        xaxis=classes(names, left, 200),
        yaxis=_PROBABILITIES,
        xaxis2=classes(names, middle, 190) | {"anchor": "y2"},
        yaxis2={"range": [0, 1.08 * most], "anchor": "x2", "nticks": 5},
        xaxis3={
            "domain": right, "range": [-0.5, 0.5], "anchor": "y3", "tickvals": [0],
            "ticktext": ["H(P)"], "showgrid": False, "zeroline": False,
        },
        yaxis3={"range": [0, 1.08 * ceiling], "anchor": "x3", "nticks": 5},
        annotations=[
            panel_title(key((TRUTH, "■", "P")), left),
            panel_title(key((SURPRISE, "■", titles[0])), middle),
            {**panel_title(key((GREY, "┅", titles[1])), right), "x": 1.0, "xanchor": "right"},
        ],
        meta={"narrow": _PILE_ON_A_PHONE},
    )  # fmt: skip


@functools.lru_cache(maxsize=FIGURES)
def coin_curve(curve: tuple[Points, Points], x_title: str, y_title: str) -> go.Figure:
    """The entropy of two outcomes. Traces: 0 the curve, 1 the drop line, 2 the point."""
    return figure(
        [
            line(SURPRISE, x=curve[0], y=curve[1]),
            line(SURPRISE, dash="dot", width=1.5),
            point(SURPRISE),
        ],
        height=270,
        xaxis={"range": [-0.02, 1.02], "title": x_title},
        yaxis={
            "range": [0, 1.1 * max(curve[1])],
            "title": {"text": y_title, "standoff": 6},
        },
    )


_TREE_ON_A_PHONE = {
    "height": 590,
    "xaxis.domain": [0.0, 1.0],
    "yaxis.domain": [0.78, 1.0],
    "xaxis2.domain": [0.0, 1.0],
    "yaxis2.domain": [0.0, 0.56],
    "annotations.1.x": 0.0,
    "annotations.1.y": 0.56,
}


@functools.lru_cache(maxsize=FIGURES)
def code_tree(
    names: tuple[str, ...], axis: str, ticks: tuple[str, ...], titles: tuple[str, str]
) -> go.Figure:
    """P as bars; beside them a code's tree, its root on the left and a row for each leaf.

    `axis` names the depth, `ticks` what 0, 1, … digits are called, `titles` the chosen way and
    the ideal length. Traces: 0 P, 1 the branches, 2 the chosen way, 3 what the branches are
    called, 4 the ideal lengths, 5 the leaves, 6 their codewords, 7 their names.
    """
    left, right = (0.0, 0.27), (0.35, 1.0)
    count = len(names)
    depth = count - 1
    room = 0.55 + 0.33 * depth  # for the names, to the right of the deepest leaf
    tree = {"xaxis": "x2", "yaxis": "y2", "cliponaxis": False}
    return figure(
        [
            *pair_bars(names, both=False),
            line(GREY, "2", width=1.5),
            line(TRUTH, "2", width=5),
            go.Scatter(
                mode="text", textposition="top center", textfont={"size": 12}, hoverinfo="skip",
                **tree,
            ),
            go.Scatter(
                mode="markers",
                marker={
                    "symbol": "line-ns", "size": 20, "line": {"color": SURPRISE, "width": 3},
                    "color": SURPRISE,
                },
                hoverinfo="skip",
                **tree | {"cliponaxis": True},
            ),
            go.Scatter(
                mode="markers",
                marker={"color": TRUTH, "size": 13, "line": _WHITE_EDGE},
                hoverinfo="none",  # says nothing, but tells that it is pointed at
                **tree,
            ),
            go.Scatter(mode="text", textposition="bottom right", hoverinfo="skip", **tree),
            go.Scatter(
                mode="text",
                text=[f"<b>{clip(name, 10)}</b>" for name in names],
                textposition="top right",
                hoverinfo="skip",
                **tree,
            ),
        ],
        height=max(300, 38 * count + 72),
        margin=foot(names, 150),
        bargap=0.25,
        xaxis=classes(names, left, 150),
        yaxis=_PROBABILITIES,
        xaxis2={
            "domain": right, "range": [-0.1, depth + room], "anchor": "y2",
            "title": {"text": axis, "standoff": 4},
            "tickvals": list(range(count)), "ticktext": ticks, "zeroline": False,
        },
        yaxis2={
            "range": [count, 0], "anchor": "x2", **_BARE,
        },
        annotations=[
            panel_title(key((TRUTH, "■", "P")), left),
            panel_title(key((TRUTH, "━", titles[0]), (SURPRISE, "┃", titles[1])), right),
        ],
        meta={"narrow": _TREE_ON_A_PHONE},
    )  # fmt: skip


@functools.lru_cache(maxsize=FIGURES)
def block_curve(
    most: int, x_title: str, y_title: str, names: tuple[str, str, str], top: float
) -> go.Figure:
    """Code length for each symbol against the length of the blocks, up to `most`.

    `names` are those of the length, of its floor and of its bound. Traces: 0 the bound, 1 the
    floor, 2 the lengths, 3 the chosen one.
    """
    ends = (0.5, most + 0.5)
    return figure(
        [
            line(GREY, dash="dot", width=1.5),
            line(SURPRISE, x=ends),
            go.Scatter(
                mode="lines+markers",
                line={"color": TRUTH, "width": 1.5},
                marker={"color": TRUTH, "size": 8},
                hoverinfo="skip",
            ),
            go.Scatter(
                mode="markers",
                marker={
                    "symbol": "circle-open", "size": 17, "color": TRUTH, "line": {"width": 3},
                },
                hoverinfo="skip",
            ),
        ],
        height=300,
        xaxis={"range": list(ends), "title": x_title, "dtick": 1, "showgrid": False},
        yaxis={"title": {"text": y_title, "standoff": 6}, "range": [0, top]},
        annotations=[
            panel_title(
                key((TRUTH, "●", names[0]), (SURPRISE, "━", names[1]), (GREY, "┅", names[2])),
                (0.0, 1.0),
            )
        ],
    )  # fmt: skip


_TEXT_ON_A_PHONE = {
    "height": 760,
    "xaxis.domain": [0.0, 1.0],
    "yaxis.domain": [0.52, 1.0],
    "xaxis2.domain": [0.0, 1.0],
    "yaxis2.domain": [0.0, 0.42],
    "annotations.1.x": 0.0,
    "annotations.1.y": 0.42,
}


def steps_to(most: float) -> list[float]:
    """Return round numbers from 0 to `most`, at most five of them."""
    step = next(step for step in _STEPS if most / step < 5)
    return [at * step for at in range(5) if at * step <= most]


def text_bars(
    symbols: Sequence[str],
    codewords: Sequence[str],
    most: float,
    floor: float,
    colours: Sequence[str],
    titles: tuple[str, str],
) -> go.Figure:
    """The symbols of a text with their codewords; beside them its length in some codes.

    `most` is the largest frequency, `floor` a length as a share of the longest. The bars come with
    the sweep. Traces: 0 frequencies, 1 lengths, 2 what is said of them.
    Not kept: there is a figure for every text.
    """
    left, right = (0.0, 0.46), (0.54, 1.0)
    rows = tuple(range(len(symbols)))
    across = {
        "type": "line",
        "xref": "x2",
        "yref": "y2",
        "x0": floor,
        "x1": floor,
        "line": {"color": SURPRISE, "width": 1.5, "dash": "dot"},
    }  # the floor is drawn across the bars only, with gaps where the words stand
    return figure(
        [
            go.Bar(
                orientation="h", y=rows, marker={"color": TRUTH},
                text=tuple(codewords), textposition="outside", textfont={"size": 11},
                constraintext="none", cliponaxis=False, hoverinfo="skip",
            ),
            go.Bar(
                orientation="h", y=tuple(range(len(colours))), width=0.36,
                marker={"color": tuple(colours)}, xaxis="x2", yaxis="y2", hoverinfo="skip",
            ),
            go.Scatter(
                mode="text", textposition="middle right", xaxis="x2", yaxis="y2",
                x=(0,) * len(colours), y=tuple(at - 0.4 for at in range(len(colours))),
                text=("…",) * len(colours),  # where Plotly draws no text at first, it never does
                hoverinfo="skip", cliponaxis=False,
            ),
        ],
        height=max(340, 18 * len(symbols) + 90),
        margin={"l": 78, "r": 12, "t": 28, "b": 34},
        bargap=0.2,
        xaxis={
            "domain": left, "range": [0, 1.9 * most], "tickvals": steps_to(most), "zeroline": False,
        },
        yaxis={
            "range": [max(len(symbols), 8) - 0.5, -0.5], "tickvals": rows,
            "ticktext": list(symbols), "showgrid": False, "zeroline": False,
        },
        xaxis2={
            "domain": right, "range": [0, 1.02], "anchor": "y2", **_BARE,
        },
        yaxis2={
            "range": [len(colours) - 0.6, -0.8], "anchor": "x2", **_BARE,
        },
        shapes=[across | {"y0": at - 0.26, "y1": at + 0.26} for at in range(len(colours))],
        annotations=[panel_title(titles[0], left), panel_title(titles[1], right)],
        meta={"narrow": _TEXT_ON_A_PHONE},
    )  # fmt: skip


def escaped(text: str) -> str:
    """Return a text that Plotly does not take for HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def symbol_name(symbol: str, space: str, line_end: str) -> str:
    """Return a name that one can see for any code point, also for one that has no picture."""
    known = {" ": space, "\n": line_end}
    if symbol in known:
        return known[symbol]
    kind = unicodedata.category(symbol)
    if kind[0] in "CZ":
        return f"U+{ord(symbol):04X}"
    return escaped(f"◌{symbol}" if kind[0] == "M" else symbol)
