"""The charts of the cross entropy lesson."""

import plotly.graph_objects as go

from ui.draw.colours import BROKEN, FINE, PREDICTION, SURPRISE, TRUTH, WHITE
from ui.draw.marks import Points, bars, layer, line, point, showing, signs
from ui.draw.pair import ABOVE, BELOW, GROUPED, NARROW_HEIGHT, pair_panel
from ui.draw.panels import Panel, Picture, categories, kept, key, picture, probabilities, titled
from ui.figure import Handle

LEFT = (0.0, 0.42)


@kept
def pair_and_area(
    names: tuple[str, ...], parts: tuple[str, ...], axis: str, reach: float
) -> Picture:
    """P and Q as bars; beside them what coding P's symbols with Q's code costs, as an area.

    A class is a rectangle as high as P and as wide as its code. `parts` name what both codes
    take, what Q's takes more and what it takes less; `reach` is the longest code that fits.
    """
    place = {"y": "top", "width": "p"}
    inside = go.Scatter(
        mode="text",
        x=(0.0,) * len(names),
        textposition="middle right",
        textfont={"color": WHITE},
        hoverinfo="skip",
    )
    out = {"symbol": "triangle-right", "size": 12, "color": BROKEN}
    beyond = signs(mode="markers+text", textposition="middle left", marker=out)
    return picture(
        pair_panel(names, LEFT),
        Panel(
            [
                layer(TRUTH, x="both", **place),
                layer(SURPRISE, "/", x="more", base="both", **place),
                layer(FINE, ".", x="less", base="both", **place),
                showing(inside, y="middle", text="classes|name"),
                showing(beyond, x="edge", y="middle", text="length|3"),
            ],
            {"range": [0, reach], "title": axis},
            {**probabilities(), "range": [1, 0]},
            (0.53, 1.0),
            title=key((TRUTH, "■", parts[0]), (SURPRISE, "▨", parts[1]), (FINE, "▩", parts[2])),
            narrow=BELOW,
        ),
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
            categories(letters, tickfont={"size": 11}, narrow={"tickfont.size": 9}),
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
