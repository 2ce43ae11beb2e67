"""The charts of the information lesson."""

import plotly.graph_objects as go

from ui.draw.colours import BROKEN, GREY, PREDICTION, SURPRISE, TRUTH
from ui.draw.marks import Points, area, line, point, showing
from ui.draw.panels import Panel, Picture, categories, kept, picture, titled
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


def _information_bars(names: tuple[str, ...], colour: str, array: str) -> go.Bar:
    return showing(go.Bar(x=names, marker={"color": colour}, hoverinfo="x"), y=array)


@kept
def area_and_sum(names: tuple[str, ...], titles: tuple[str, ...], top: float) -> Picture:
    """Two probabilities as the sides of a rectangle; beside it their information as bars.

    `names` are those of the first, the second and both; the bars of both are stacked up to `top`.
    """
    unit_square = {"range": [0, 1], "tickvals": [0, 0.5, 1]}
    return picture(
        Panel(
            [
                area(TRUTH, 0.25, x="a_x", y="a_y"),
                area(PREDICTION, 0.25, x="b_x", y="b_y"),
                area(SURPRISE, 0.75, x="both_x", y="both_y"),
            ],
            {"title": names[0], **unit_square},
            {**titled(names[1]), **unit_square},
            (0.0, 0.42),
            title=titles[0],
            handles=[
                Handle("a", "a", 0.02, "truth", "point"),
                Handle("b", 0.02, "b", "prediction", "point"),
            ],
        ),
        Panel(
            [
                _information_bars(names, TRUTH, "of_a"),
                _information_bars(names, PREDICTION, "of_b"),
            ],
            categories(names),
            {"range": [0, top]},
            (0.54, 1.0),
            title=titles[1],
        ),
        height=320,
        barmode="stack",
    )


@kept
def ladder(count: Points, names: tuple[str, ...], titles: tuple[str, ...], top: float) -> Picture:
    """Questions against the number of things to tell apart.

    `names` are those of the number's logarithm, of the entropy and of the questions.
    """
    along = (count, None)
    return picture(
        Panel(
            [
                line(GREY, at=along, dash="dot", width=1.5, name=names[0], y="log_curve"),
                line(GREY, at=along, width=6, name=names[2], y="questions_curve"),
                line(SURPRISE, at=along, width=2, name=names[1], y="entropy_curve"),
                point(GREY, "square", x="N", y="worth"),
                point(SURPRISE, x="N", y="entropy"),
            ],
            {"range": [0, 1.02 * count[-1]], "dtick": count[-1] / 5, "title": titles[0]},
            {"range": [0, top], **titled(titles[1])},
        ),
        height=310,
        showlegend=True,
    )
