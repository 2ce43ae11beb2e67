"""The charts of the cross entropy lesson."""

import plotly.graph_objects as go

from ui.draw.colours import BROKEN, CLEAR, FINE, GREY, PREDICTION, SURPRISE, TRUTH
from ui.draw.marks import Points, bars, layer, line, point, showing, signs
from ui.draw.pair import ABOVE, BELOW, GROUPED, NARROW_HEIGHT, pair_panel
from ui.draw.panels import Panel, Picture, categories, kept, key, picture, probabilities, titled
from ui.figure import Handle

LEFT = (0.0, 0.42)
BESIDE_NAMES = ((0.16, 1.0), BELOW[1])  # on a phone


@kept
def pair_and_area(
    names: tuple[str, ...], parts: tuple[str, ...], axis: str, reach: float
) -> Picture:
    """P and Q as bars; beside them what coding P's symbols with Q's code costs, as an area.

    A class is a rectangle as high as P and as wide as its code, with its name to the left.
    `parts` name what both codes take, what Q's takes more and what it takes less; `reach` is the
    longest code that fits.
    """
    place = {"y": "top", "width": "p"}
    beside = signs(x=(0.0,) * len(names), textposition="middle left")
    out = {"symbol": "triangle-right", "size": 12, "color": BROKEN}
    beyond = signs(mode="markers+text", textposition="middle left", marker=out)
    return picture(
        pair_panel(names, LEFT),
        Panel(
            [
                layer(TRUTH, x="both", **place),
                layer(SURPRISE, "/", x="more", base="both", **place),
                layer(FINE, ".", x="less", base="both", **place),
                showing(beside, y="middle", text="classes|name"),
                showing(beyond, x="edge", y="middle", text="length|3"),
            ],
            {"range": [0, reach], "title": axis},
            {**probabilities(), "range": [1, 0], "showticklabels": False, "ticks": ""},
            (0.57, 1.0),
            title=key((TRUTH, "■", parts[0]), (SURPRISE, "▨", parts[1]), (FINE, "▩", parts[2])),
            narrow=BESIDE_NAMES,
        ),
        height=290,
        narrow_height=NARROW_HEIGHT,
        margin={"l": 50, "r": 24, "t": 28, "b": 44},
        **GROUPED,
    )


@kept
def pair_and_curve(
    names: tuple[str, ...], titles: tuple[str, ...], x: Points, floor: float, top: float
) -> Picture:
    """P and a moving Q as bars; beside them the curve of its cost, which comes down to a floor."""
    return picture(
        pair_panel(names, LEFT, arrays=("p", "moving"), pulled=False),
        Panel(
            [
                line(SURPRISE, at=(x, None), y="curve"),
                line(TRUTH, at=((x[0], x[-1]), (floor, floor)), dash="dot", width=2),
                point(SURPRISE, x="t", y="dot"),
            ],
            {"range": [-0.02, 1.02], "title": titles[0]},
            {"range": [0, top], **titled(titles[1])},
            (0.55, 1.0),
            narrow=BELOW,
            handles=[Handle("t", "t", "dot", "surprise", "point")],
        ),
        height=300,
        narrow_height=NARROW_HEIGHT,
        **GROUPED,
    )


@kept
def codes_and_letters(
    languages: tuple[str, ...],
    letters: tuple[str, ...],
    keys: tuple[str, ...],
    letters_key: tuple[str, ...],
    top: float,
) -> Picture:
    """One text in the codes of several languages; beside it how often its letters occur.

    `keys` name what was measured, the cross entropy and the entropy; `letters_key` the letters
    of the text and of the code.
    """
    measured = bars(languages, SURPRISE, y="measured")
    measured.update(width=0.5, textposition="none")
    ticks = go.Scatter(
        x=languages,
        mode="markers",
        marker={"symbol": "line-ew", "size": 9, "line": {"color": PREDICTION, "width": 4}},
        hoverinfo="skip",
    )
    infinite = go.Scatter(
        x=languages,
        mode="text",
        text=["∞"] * len(languages),
        textfont={"size": 26, "color": BROKEN},
        hoverinfo="skip",
    )
    ends = languages[0], languages[-1]
    return picture(
        Panel(
            [
                measured,
                showing(ticks, y="theory"),
                line(TRUTH, at=(ends, None), dash="dot", width=2, y="floor"),
                showing(infinite, y="infinite"),
            ],
            categories(languages),
            {"range": [0, top]},
            (0.0, 0.36),
            title=key((SURPRISE, "■", keys[0]), (PREDICTION, "▬", keys[1]), (TRUTH, "┈", keys[2])),
            narrow=ABOVE,
        ),
        Panel(
            [_shares(letters, TRUTH, "letters_p"), _shares(letters, PREDICTION, "letters_q")],
            categories(letters, narrow={"tickfont.size": 10}),
            {"range": [0, 0.2], "tickformat": ".0%", "dtick": 0.05},
            (0.45, 1.0),
            title=key((TRUTH, "■", letters_key[0]), (PREDICTION, "■", letters_key[1])),
            narrow=BELOW,
        ),
        height=330,
        narrow_height=NARROW_HEIGHT,
        barmode="group",
        bargap=0.2,
    )


def _shares(letters: tuple[str, ...], colour: str, shares: str) -> go.Bar:
    """Return a bar for each letter, beside that of the other colour."""
    trace = go.Bar(x=letters, marker={"color": colour}, offsetgroup=colour, hoverinfo="x+y")
    return showing(trace, y=shares)


def _tosses(count: int) -> Panel:
    """The tosses in a row: heads filled, tails hollow."""
    x = tuple(range(count))
    disc = {"size": 9, "line": {"color": TRUTH, "width": 1.5}}
    heads = signs(mode="markers", x=x, marker={**disc, "color": TRUTH})
    tails = signs(mode="markers", x=x, marker={**disc, "color": CLEAR})
    hidden = {"showgrid": False, "zeroline": False, "showticklabels": False, "ticks": "",
              "showline": False}  # fmt: skip
    return Panel(
        [showing(heads, y="heads_at"), showing(tails, y="tails_at")],
        {"range": [-0.7, count - 0.3], **hidden},
        {"range": [-1, 1], **hidden},
        up=(0.93, 1.0),
    )


@kept
def likelihood_and_cost(
    count: int, x: Points, names: tuple[str, str, str], axis: str, top: float, told: bool
) -> Picture:
    """Up to `count` tosses, how likely q makes them, and what it costs on average.

    `names` are those of the likelihood, of minus its mean logarithm and of the cross entropy;
    the curves of the last two are drawn once they have been `told`.
    """
    q = {"range": [-0.02, 1.02], "dtick": 0.25}
    curves = []
    if told:
        curves = [
            line(GREY, width=8, at=(x, None), y="cross_curve"),
            line(SURPRISE, at=(x, None), y="mean_curve"),
            line(TRUTH, dash="dot", width=2, x="share_x", y="down"),
        ]
    below = key((SURPRISE, "━", names[1]), (GREY, "━", names[2])) if told else names[2]
    return picture(
        _tosses(count),
        Panel(
            [
                line(PREDICTION, at=(x, None), y="likely"),
                line(TRUTH, dash="dot", width=2, x="share_x", y="up"),
            ],
            {**q, "showticklabels": False},
            {"range": [0, 1.12], "tickvals": [0, 0.5, 1]},
            up=(0.57, 0.84),
            title=key((PREDICTION, "━", names[0])),
            handles=[Handle("g", "g", "likely_now", "prediction", "point")],
        ),
        Panel(
            [*curves, point(SURPRISE, x="g", y="dot")],
            {**q, **titled(axis, 4)},
            {"range": [0, top]},
            up=(0.0, 0.43),
            title=below,
        ),
        height=370,
    )
