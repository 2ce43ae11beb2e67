"""The chart of words that share one unit of code space."""

import plotly.graph_objects as go

from ui.draw.colours import BLACK, BROKEN, GREY, PREDICTION, SURPRISE, TRUTH, faint, tints
from ui.draw.marks import Points, line, point, pulled_bars, showing, signs
from ui.draw.panels import Panel, Picture, categories, kept, key, picture, titled

WIDEST, TALLEST = 2.05, 4.2  # of the space that words take, of their average length
_SPACE, _TRUTH = 1, 0  # the rows of the unit


def _blocks(row: int, shades: tuple[str, ...]) -> go.Bar:
    """Blocks of one row, side by side."""
    edge = {"color": BLACK, "width": 1}
    return go.Bar(
        orientation="h", y=(row,) * len(shades), width=0.8, hoverinfo="skip",
        marker={"color": shades, "line": edge},
    )  # fmt: skip


def _unit(names: tuple[str, ...], title: str, row: str) -> Panel:
    """The unit: what the words take of it, and below it P, each class a block."""
    count = len(names)
    over = go.Bar(
        orientation="h", y=(_SPACE,), base=1, width=0.8, hoverinfo="skip",
        marker={"color": faint(BROKEN, 0.55), "line": {"color": BROKEN, "width": 3},
                "pattern": {"shape": "/", "size": 8, "solidity": 0.45, "fgcolor": BROKEN}},
    )  # fmt: skip
    name = {"text": names, "textfont": {"color": BLACK, "size": 14}}
    said = signs(x=(1.03,), y=(_TRUTH,), textposition="middle right", text=("…",),
                 textfont={"size": 15})  # fmt: skip
    return Panel(
        [
            showing(_blocks(_SPACE, tints(PREDICTION, count)), x="shares", base="share_from"),
            showing(_blocks(_TRUTH, tints(TRUTH, count + 2)[2:]), x="p", base="p_from"),
            showing(over, x="excess"),
            line(GREY, dash="dash", at=((1, 1), (-0.6, 1.6))),
            showing(signs(y=(_SPACE,) * count, **name), x="share_x"),
            showing(signs(y=(_TRUTH,) * count, **name), x="p_x"),
            showing(said, text="said|name"),
        ],
        {"range": [0, WIDEST], "tickvals": [0, 0.25, 0.5, 0.75, 1, 1.5, 2]},
        {
            "range": [-0.6, 1.6], "tickvals": [_TRUTH, _SPACE], "ticktext": ["P", row],
            "showgrid": False, "zeroline": False,
        },
        up=(0.0, 0.22),
        title=title,
        narrow=((0.0, 1.0), (0.0, 0.16)),
    )  # fmt: skip


def _words(names: tuple[str, ...], title: str, told: bool) -> Panel:
    """The lengths as bars to pull; the ideal ones as marks across them, once they are `told`."""
    count = len(names)
    marks = {"symbol": "line-ew", "size": 44, "line": {"color": SURPRISE, "width": 4}}
    look = {"color": tints(PREDICTION, count), "line": {"color": BLACK, "width": 1}}
    bars = go.Bar(x=names, marker=look, hoverinfo="skip")
    ideal = signs(mode="markers", x=names, marker=marks)
    entries = [(PREDICTION, "■", title)] + [(SURPRISE, "━", "−log₂ P")] * told
    return Panel(
        [showing(bars, y="l"), showing(ideal, y="ideal" if told else "hidden")],
        categories(names),
        {"range": [0, 6.3], "tickvals": list(range(7))},
        (0.0, 0.46),
        up=(0.56, 1.0),
        title=key(*entries),
        narrow=((0.0, 1.0), (0.72, 1.0)),
        handles=pulled_bars("l", count, "prediction"),
    )


@kept
def shared_unit(
    names: tuple[str, ...],
    titles: tuple[str, ...],
    row: str,
    codes: tuple[Points, Points],
    frontier: tuple[Points, Points],
    h: float,
    told: bool,
) -> Picture:
    """Lengths to pull; the unit that their words share; their average among all other codes.

    `titles` are those of the lengths, the unit, the space used, the average length, and of where
    codes do not fit; `row` is what the words are called in the unit. `codes` are all of whole
    lengths, `frontier` the shortest for each space; `h` is the entropy. The ideal lengths are
    drawn once they are `told`.
    """
    dots = go.Scatter(mode="markers", x=codes[0], y=codes[1], hoverinfo="skip",
                      marker={"size": 5, "color": faint(GREY, 0.6)})  # fmt: skip
    beyond = go.Scatter(
        x=(1, WIDEST, WIDEST, 1), y=(0, 0, TALLEST, TALLEST), fill="toself", mode="lines",
        fillcolor=faint(BROKEN, 0.22), line={"width": 0}, hoverinfo="skip",
    )  # fmt: skip
    words = signs(x=(1.06, 0.94), y=(TALLEST * 0.93, h), text=(titles[4], "H"),
                  textposition=["middle right", "bottom left"])  # fmt: skip
    corner = go.Scatter(mode="markers", x=(1,), y=(h,), hoverinfo="skip",
                        marker={"symbol": "diamond", "size": 12, "color": SURPRISE})  # fmt: skip
    return picture(
        _words(names, titles[0], told),
        Panel(
            [
                beyond,
                dots,
                line(SURPRISE, at=frontier),
                line(GREY, dash="dash", at=((1, 1), (0, TALLEST))),
                corner,
                words,
                point(PREDICTION, x="space", y="mean"),
            ],
            {"range": [0, WIDEST], "tickvals": [0, 0.5, 1, 1.5, 2], **titled(titles[2], 4)},
            {"range": [0, TALLEST], "dtick": 1, **titled(titles[3])},
            (0.58, 1.0),
            (0.56, 1.0),
            narrow=((0.0, 1.0), (0.30, 0.60)),
        ),
        _unit(names, titles[1], row),
        height=400,
        narrow_height=760,
        margin={"l": 50, "r": 12, "t": 28, "b": 28},
        bargap=0.25,
    )
