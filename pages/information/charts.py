"""The charts of the information lesson."""

import plotly.graph_objects as go

from ui.draw.colours import BLACK, BROKEN, GREY, PREDICTION, SURPRISE, TRUTH, WHITE
from ui.draw.marks import Points, area, line, point, showing
from ui.draw.pair import ABOVE, BELOW, NARROW_HEIGHT
from ui.draw.panels import Panel, Picture, kept, picture, titled
from ui.figure import Handle


def _beyond_the_edge(symbol: str, colour: str, height: str) -> go.Scatter:
    """Return a sign at the upper edge, at p, for an information that the axis does not reach."""
    sign = go.Scatter(
        mode="markers+text",
        marker={"symbol": symbol, "size": 15, "color": colour},
        textposition="middle right",
        textfont={"size": 16},
        hoverinfo="skip",
    )
    return showing(sign, x="p", y=height, text="information|4")


@kept
def surprise_curve(curve: tuple[Points, Points], titles: tuple[str, str]) -> Picture:
    """-log p with its point, down to an impossible event above the upper edge."""
    return picture(
        Panel(
            [
                line(SURPRISE, at=curve),
                line(SURPRISE, dash="dot", width=1.5, x="drop_x", y="drop_y"),
                point(SURPRISE, x="p", y="height"),
                _beyond_the_edge("triangle-up", SURPRISE, "beyond"),
                _beyond_the_edge("star-triangle-up", BROKEN, "never"),
            ],
            {"range": [-0.02, 1.03], "title": titles[0]},
            {"range": [0, max(curve[1]) * 1.08], **titled(titles[1])},
            handles=[Handle("p", "p", "height", "surprise", "point")],
        ),
        height=330,
    )


def _rectangles(titles: tuple[str, ...]) -> Panel:
    """Two probabilities as the sides of a rectangle."""
    unit_square = {"range": [0, 1], "tickvals": [0, 0.5, 1]}
    return Panel(
        [
            area(TRUTH, 0.25, x="a_x", y="a_y"),
            area(PREDICTION, 0.25, x="b_x", y="b_y"),
            area(SURPRISE, 0.75, x="both_x", y="both_y"),
        ],
        {"title": "p", **unit_square},
        {**titled("q"), **unit_square},
        (0.0, 0.42),
        title=titles[0],
        narrow=ABOVE,
        handles=[
            Handle("a", "a", 0.02, "truth", "point"),
            Handle("b", 0.02, "b", "prediction", "point"),
        ],
    )


@kept
def area_and_sum(names: tuple[str, ...], titles: tuple[str, ...], top: float) -> Picture:
    """Two probabilities as the sides of a rectangle; beside it their surprise as bars, up to `top`.

    `names` are those of the first, of the second, of one after the other, whose bars are stacked,
    and of both at once.
    """
    places = tuple(range(len(names)))  # numbers: a line from bar to bar has no name
    first, second, both = (
        go.Bar(x=places, marker={"color": colour}, hoverinfo="skip")
        for colour in (TRUTH, PREDICTION, SURPRISE)
    )
    ends = ([2.4, 2.6], None)  # from the top of the one bar to the other
    return picture(
        _rectangles(titles),
        Panel(
            [
                showing(first, y="of_a"),
                showing(second, y="of_b", base="below_b"),
                showing(both, y="of_both"),
                line(GREY, dash="dot", at=ends, y="level"),
            ],
            {
                "range": [-0.5, len(names) - 0.5], "tickvals": places, "ticktext": names,
                "showgrid": False, "zeroline": False,
            },
            {"range": [0, top]},
            (0.52, 1.0),
            title=titles[1],
            narrow=BELOW,
        ),
        height=320,
        narrow_height=NARROW_HEIGHT,
        bargap=0.2,
    )  # fmt: skip


@kept
def ladder(count: Points, names: tuple[str, ...], titles: tuple[str, ...], top: float) -> Picture:
    """Questions against the number of things to tell apart.

    `names` are those of the number's logarithm, of the entropy and of the questions.
    """
    along = (count, None)
    return picture(
        Panel(
            [
                # one upon the other where all are equally likely, so the thinnest comes last
                line(GREY, at=along, width=7, name=names[2], y="questions_curve"),
                line(SURPRISE, at=along, width=4, name=names[1], y="entropy_curve"),
                line(WHITE, at=along, width=2.5, y="log_curve").update(showlegend=False),
                line(BLACK, at=along, dash="dot", width=2, name=names[0], y="log_curve"),
                point(GREY, "square", x="N", y="worth"),
                point(SURPRISE, x="N", y="entropy"),
            ],
            {"range": [0, 1.02 * count[-1]], "dtick": count[-1] / 5, "title": titles[0]},
            {"range": [0, top], **titled(titles[1])},
        ),
        height=310,
        showlegend=True,
    )
