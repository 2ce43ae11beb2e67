"""The charts of entropy and of codes."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go

from pages.entropy import models
from ui.draw.colours import BLACK, GREY, SURPRISE, TRUTH, WHITE, tints
from ui.draw.marks import Points, line, point, showing, signs
from ui.draw.pair import pair_panel
from ui.draw.panels import Panel, Picture, categories, kept, key, picture, titled
from ui.figure import Handle

_WHITE_EDGE = {"color": WHITE, "width": 1.5}
_BARE = {"showticklabels": False, "ticks": "", "showgrid": False, "zeroline": False,
         "showline": False}  # fmt: skip
_STEPS = tuple(digit / 10**places for places in (4, 3, 2, 1) for digit in (1, 2, 5))
_LETTER = 8.2  # width of a letter of a tick label, in pixels


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
    """Tell whether names fit side by side in so many pixels."""
    return max(map(width_of, names)) * _LETTER <= room / len(names)


def named(names: tuple[str, ...], room: float) -> dict[str, Any]:
    """Return the names of an axis for so many pixels: what is too wide stands up, and is short."""
    fits = lie_down(names, room)
    return {"ticktext": [name if fits else clip(name, 7) for name in names],
            "tickangle": 0 if fits else -90}  # fmt: skip


def columns(names: tuple[str, ...], room: float, narrow_room: float) -> dict[str, Any]:
    """Return an axis of columns 0, 1, … for so many pixels, and for those on a phone."""
    return {
        "range": [-0.5, len(names) - 0.5],
        "tickvals": list(range(len(names))),
        "showgrid": False,
        "zeroline": False,
        **named(names, room),
        "narrow": named(names, narrow_room),
    }


def classes(names: tuple[str, ...], room: float, narrow_room: float) -> dict[str, Any]:
    """Return an axis of classes for a panel of so many pixels, and of those on a phone."""
    wide, narrow = named(names, room), named(names, narrow_room)
    # by name: a class may be called 1, and not be number 1
    return categories(names, tickvals=names, **wide, narrow=narrow)


def foot(names: tuple[str, ...], room: float, narrow_room: float, left: int = 42) -> dict[str, Any]:
    """Return the margins of a figure whose lowest panel has columns of these names."""
    wide, narrow = (30 if lie_down(names, pixels) else 72 for pixels in (room, narrow_room))
    return {
        "margin": {"l": left, "r": 12, "t": 28, "b": wide},
        "narrow_layout": {"margin.l": 42, "margin.b": narrow},
    }


TABLE = 96  # px, to the left of a figure's columns: so wide are the heads of the table below it
_WIDE, _NARROW = 650, 300  # px that columns have


def _above_the_columns(names: tuple[str, ...]) -> Panel:
    """P as bars to pull, each above its column, of which there is one more."""
    panel = pair_panel(names, (0.0, 1.0), which="p", title=key((TRUTH, "■", "P")), narrow=None)
    axis = categories(names, showticklabels=False, ticks="")
    probabilities = {"range": [0, 1.08], "tickvals": [0, 0.5, 1]}
    return replace(
        panel, x={**axis, "range": [-0.5, len(names) + 0.5]}, y=probabilities, up=(0.68, 1.0)
    )


@kept
def pile(names: tuple[str, ...], titles: tuple[str, ...], ceiling: float) -> Picture:
    """P as bars; below each, on one scale, what it adds to the entropy, as a step of the pile H.

    `titles` are those of what a class adds and of the `ceiling`, the largest entropy.
    """
    count, shades = len(names), tints(SURPRISE, len(names))
    marker = {"color": shades, "line": {"color": BLACK, "width": 1}}
    steps = go.Bar(x=tuple(range(count)), marker=marker, hoverinfo="skip")
    piled = go.Bar(x=(count,) * count, marker=marker, hoverinfo="skip")
    level_x = [x for at in range(count) for x in (at + 0.4, count - 0.4, None)]
    called = signs(x=(count,) * count, text=[clip(name, 8) for name in names],
                   textfont={"color": BLACK, "size": 14})  # fmt: skip
    return picture(
        _above_the_columns(names),
        Panel(
            [
                line(GREY, dash="dot", width=1.5, at=(level_x, None), y="levels"),
                showing(steps, y="terms", base="below"),
                showing(piled, y="terms", base="below"),
                line(GREY, dash="dash", at=((-0.5, count + 0.5), None), y="ceilings"),
                showing(called, y="block_y"),
            ],
            columns((*names, "H(P)"), _WIDE, _NARROW),
            {"range": [0, 1.1 * ceiling], "nticks": 5},
            up=(0.0, 0.56),
            title=key((SURPRISE, "■", titles[0]), (GREY, "┅", titles[1])),
        ),
        height=340,
        narrow_height=460,
        bargap=0.2,
        **foot((*names, "H(P)"), _WIDE, _NARROW, TABLE),
    )


def table_under(count: int) -> str:
    """Return the style that puts each column of the table under its column of the pile.

    The names stand between the two already: the table's head is there for who does not see it.
    """
    width = f"calc({TABLE}px + (100% - {TABLE + 12}px) * {count} / {count + 1})"
    table = ":root:not([data-view]) .st-key-entropy-main .xent-cells"
    return f"""<style>@container (min-width: 44rem) {{
{table} table {{ table-layout: fixed; width: {width}; }}
{table} tr > :first-child {{ box-sizing: border-box; width: {TABLE}px; }}
{table} tr:first-child > * {{ padding-block: 0; line-height: 0; clip-path: inset(50%); }}
}}</style>"""


@kept
def coin_curve(curve: tuple[Points, Points], titles: tuple[str, ...]) -> Picture:
    """The entropy of two outcomes, and the point on it."""
    return picture(
        Panel(
            [
                line(SURPRISE, at=curve),
                line(SURPRISE, dash="dot", width=1.5, x="drop_x", y="drop_y"),
                point(SURPRISE, x="b", y="h"),
            ],
            {"range": [-0.02, 1.02], "title": titles[0]},
            {"range": [0, 1.1 * max(curve[1])], **titled(titles[1])},
            handles=[Handle("b", "b", "h", "surprise", "point")],
        ),
        height=270,
    )


def _tree(names: tuple[str, ...]) -> list[Any]:
    """A code's tree: branches, the chosen way, bits, ideal lengths, those beyond, leaves, words."""
    ticks = {"symbol": "line-ns", "size": 20, "line": {"color": SURPRISE, "width": 3},
             "color": SURPRISE}  # fmt: skip
    beyond = {"symbol": "triangle-right", "size": 15, "color": SURPRISE}  # longer than the axis
    leaves = {"color": TRUTH, "size": 13, "line": _WHITE_EDGE}
    called = [f"<b>{clip(name, 10)}</b>" for name in names]
    return [
        line(GREY, width=1.5, x="branch_x", y="branch_y"),
        line(TRUTH, width=5, x="way_x@way", y="way_y@way"),
        showing(
            signs(textposition="top center"),
            x="bit_x", y="bit_y", text="bits|name",
        ),
        showing(signs(mode="markers", marker=ticks), x="ideal_x", y="leaf_y"),
        showing(signs(mode="markers", marker=beyond), x="beyond_x", y="leaf_y"),
        showing(
            # says nothing, but tells that it is pointed at
            signs(mode="markers", marker=leaves, hoverinfo="none"),
            pick="way", x="leaf_x", y="leaf_y",
        ),
        showing(
            signs(textposition="bottom right"), x="word_x", y="leaf_y", text="codeword|name"
        ),
        showing(signs(text=called, textposition="top right"), x="word_x", y="leaf_y"),
    ]  # fmt: skip


@kept
def code_tree(
    names: tuple[str, ...], axis: str, ticks: tuple[str, ...], titles: tuple[str, ...]
) -> Picture:
    """P as bars; beside them a code's tree, its root on the left and a row for each leaf.

    `axis` names the depth, `ticks` what 0, 1, … digits are called, `titles` the chosen way and
    the ideal length.
    """
    count = len(names)
    panel = pair_panel(names, (0.0, 0.29), which="p", title=key((TRUTH, "■", "P")),
                       narrow=((0.0, 1.0), (0.78, 1.0)))  # fmt: skip
    return picture(
        replace(panel, x=classes(names, 195, 300)),
        Panel(
            _tree(names),
            {
                "range": [-0.1, models.right_of_tree(count)], **titled(axis, 4),
                "tickvals": list(range(count)), "ticktext": ticks, "zeroline": False,
            },
            {"range": [count, 0], **_BARE},
            (0.36, 1.0),
            title=key((TRUTH, "━", titles[0]), (SURPRISE, "┃", titles[1])),
            narrow=((0.0, 1.0), (0.0, 0.56)),
        ),
        height=max(320, 44 * count + 72),
        narrow_height=590,
        bargap=0.25,
        margin={"l": 42, "r": 12, "t": 28, "b": 44 if lie_down(names, 195) else 72},
    )  # fmt: skip


@kept
def block_curve(most: int, titles: tuple[str, ...], names: tuple[str, ...], top: float) -> Picture:
    """Code length for each symbol against the length of the blocks, up to `most`.

    `names` are those of the length, of its floor and of its bound.
    """
    ends = (0.5, most + 0.5)
    dots = {"color": TRUTH, "size": 8}
    ring = {"symbol": "circle-open", "size": 17, "color": TRUTH, "line": {"width": 3}}
    lengths = go.Scatter(mode="lines+markers", line={"color": TRUTH, "width": 1.5}, marker=dots,
                         hoverinfo="skip")  # fmt: skip
    chosen = go.Scatter(mode="markers", marker=ring, hoverinfo="skip")
    return picture(
        Panel(
            [
                line(GREY, dash="dot", width=1.5, x="size", y="bounds"),
                line(SURPRISE, at=(ends, None), y="floor"),
                showing(lengths, x="size", y="lengths"),
                showing(chosen, x="block", y="length"),
            ],
            {"range": list(ends), "title": titles[0], "dtick": 1, "showgrid": False},
            {**titled(titles[1]), "range": [0, top]},
            title=key((TRUTH, "●", names[0]), (SURPRISE, "━", names[1]), (GREY, "┅", names[2])),
        ),
        height=300,
    )


def steps_to(most: float) -> list[float]:
    """Return round numbers from 0 to `most`, at most five of them."""
    step = next(step for step in _STEPS if most / step < 5)
    return [at * step for at in range(5) if at * step <= most]


def _symbols(symbols: Sequence[str], codewords: Sequence[str], most: float, title: str) -> Panel:
    """The symbols of a text as lying bars, their codewords at the ends."""
    rows = tuple(range(len(symbols)))
    shares = go.Bar(
        orientation="h", y=rows, marker={"color": TRUTH},
        text=tuple(codewords), textposition="outside", textfont={"size": 14},
        constraintext="none", cliponaxis=False, hoverinfo="skip",
    )  # fmt: skip
    return Panel(
        [showing(shares, x="shares")],
        {"range": [0, 1.9 * most], "tickvals": steps_to(most), "zeroline": False},
        {
            "range": [max(len(symbols), 8) - 0.5, -0.5], "tickvals": rows,
            "ticktext": list(symbols), "showgrid": False, "zeroline": False,
        },
        (0.0, 0.46),
        title=title,
        narrow=((0.0, 1.0), (0.52, 1.0)),
    )  # fmt: skip


def _lengths(colours: Sequence[str], floor: float, title: str) -> Panel:
    """Lengths as lying bars, with what is said of each above it; the floor across the bars."""
    rows = tuple(range(len(colours)))
    across = [y for at in rows for y in (at - 0.26, at + 0.26, None)]  # gaps where words stand
    parts = go.Bar(orientation="h", y=rows, width=0.36, marker={"color": tuple(colours)},
                   hoverinfo="skip")  # fmt: skip
    said = signs(
        textposition="middle right",
        x=(0,) * len(rows), y=tuple(at - 0.4 for at in rows),
        text=("…",) * len(rows),  # where Plotly draws no text at first, it never does
    )  # fmt: skip
    return Panel(
        [
            showing(parts, x="parts"),
            showing(said, text="said|name"),
            line(SURPRISE, at=([floor] * len(across), across), dash="dot", width=1.5),
        ],
        {"range": [0, 1.02], **_BARE},
        {"range": [len(rows) - 0.6, -0.8], **_BARE},
        (0.54, 1.0),
        title=title,
        narrow=((0.0, 1.0), (0.0, 0.42)),
    )


def text_bars(
    symbols: Sequence[str],
    codewords: Sequence[str],
    most: float,
    floor: float,
    colours: Sequence[str],
    titles: tuple[str, ...],
) -> Picture:
    """The symbols of a text with their codewords; beside them its length in some codes.

    `most` is the largest frequency, `floor` a length as a share of the longest.
    Not kept: there is a figure for every text.
    """
    return picture(
        _symbols(symbols, codewords, most, titles[0]),
        _lengths(colours, floor, titles[1]),
        height=max(360, 22 * len(symbols) + 90),
        narrow_height=760,
        margin={"l": 78, "r": 12, "t": 28, "b": 34},
        bargap=0.2,
    )


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
