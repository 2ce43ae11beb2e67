"""The chart of the first lesson."""

from collections.abc import Sequence

import plotly.graph_objects as go

from pages.home.models import HIGHEST_LOSS, HIGHEST_POWER, ROOM
from ui.draw.colours import GREY, PREDICTION, SURPRISE, TRUTH
from ui.draw.marks import Points, area, bars, frames, line, point, pulled_bars, showing, signs
from ui.draw.panels import Panel, Picture, Span, categories, kept, picture
from ui.figure import Handle

SCORES, POWERS, SHARES, LOSS = (0.0, 0.2), (0.265, 0.465), (0.53, 0.73), (0.8, 1.0)
LEFT, RIGHT = (0.0, 0.42), (0.58, 1.0)  # on a phone
UPPER, LOWER = (0.57, 1.0), (0.0, 0.41)
MARGIN = {"l": 50, "r": 12, "t": 34, "b": 44}  # the title of the powers stands high
AXIS_OF_P = (-0.02, 1.04)


@kept
def road(
    classes: tuple[str, ...],
    titles: tuple[str, ...],
    p_axis: str,
    curve: tuple[Points, Points],
    reach: float,
) -> Picture:
    """The whole road: logits, their powers, probabilities, and the point on the curve of -log p.

    The right answer's bars are framed, and its logit is pulled by the point, too. Logits go as
    far as `reach`; `curve` holds the curve's p and -log p, from the least p on. Ribbons lead from
    bar to bar and to the point; on a phone, where the panels stand in a square, there are none.
    """
    scores = Panel(
        [
            bars(classes, GREY, titles[0], y="z", text="z|exact"),
            frames(classes, TRUTH, y="truth_z"),
        ],
        categories(classes),
        {"range": [-reach, reach * (2 * ROOM - 1)]},
        SCORES,
        title=titles[0],
        narrow=(LEFT, UPPER),
        handles=pulled_bars("z", len(classes)),
    )
    shares = Panel(
        [
            bars(classes, PREDICTION, titles[1], y="p", text="p|2"),
            frames(classes, TRUTH, y="truth_p"),
        ],
        categories(classes),
        {"range": [0, ROOM], "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        SHARES,
        title=titles[1],
        narrow=((0.0, 0.56), LOWER),
    )
    loss = Panel(
        [
            line(SURPRISE, at=curve),
            line(SURPRISE, dash="dot", width=1.5, x="p_k,p_k,0", y="0,loss,loss"),
            point(SURPRISE, x="p_k", y="dot"),
            point(SURPRISE, "triangle-up", x="p_k", y="beyond"),
        ],
        {"range": AXIS_OF_P, "title": p_axis},
        {"range": [0, ROOM * HIGHEST_LOSS]},
        LOSS,
        title=titles[2],
        narrow=((0.7, 1.0), LOWER),
        handles=[
            Handle(f"z{i}", f"truth_p.{i}", f"dot_y.{i}", "surprise", "point")
            for i in range(len(classes))
        ],
    )
    whole = ribbons(len(classes))
    return picture(
        whole, scores, powers(classes), shares, loss, height=242, narrow_height=520, margin=MARGIN
    )


def powers(classes: tuple[str, ...]) -> Panel:
    """What softmax adds up: e to each logit. One that is too long has a sign."""
    return Panel(
        [
            showing(go.Bar(x=classes, marker={"color": GREY}, hoverinfo="skip"), y="power_up"),
            frames(classes, TRUTH, y="truth_power_up"),
            showing(signs(x=classes, textposition="top center"), y="power_up", text="powers|3"),
            showing(  # longer than there is room for
                signs(x=classes, text=["▲"] * len(classes), textposition="bottom center"),
                y="power_beyond",
            ),
        ],
        categories(classes),
        {
            "range": [0, ROOM],
            "tickvals": [0, 1 / 3, 2 / 3, 1],
            "ticktext": [f"{part * HIGHEST_POWER / 3:g}" for part in range(4)],
        },
        POWERS,
        title="e<sup>z</sup>",
        narrow=(RIGHT, UPPER),
    )


def ribbons(count: int) -> Panel:
    """From each score to its power to its share, and, of the right answer, on to the curve.

    They lie behind all panels, whose heights are their own.
    """
    stages = (SCORES, POWERS), (POWERS, SHARES)
    sides = [
        (edge(one, i, count, 1), edge(other, i, count, -1))
        for one, other in stages
        for i in range(count)
    ]
    heights = [f"0.5,z_up.{i},{{}}power_up.{i},0" for i in range(count)]
    heights += [f"0,power_up.{i},{{}}p.{i},0" for i in range(count)]
    on = [(edge(SHARES, i, count, 1), LOSS[0]) for i in range(count)]  # to the curve's axis
    their = [f"0,truth_p.{i},loss_up,loss_up" for i in range(count)]
    truths = [height.format("truth_") for height in heights]
    return Panel(
        [
            _ribbon(GREY, 0.12, sides, [height.format("") for height in heights]),
            _ribbon(TRUTH, 0.3, [*sides, *on], [*truths, *their]),
        ],
        {"range": [0, 1], "visible": False, "narrow": {"range": [2, 3]}},
        {"range": [0, ROOM], "visible": False},
    )


def _ribbon(
    colour: str, strength: float, sides: Sequence[Span], heights: Sequence[str]
) -> go.Scatter:
    """Return ribbons from side to side; one that has a height of nan is none."""
    across = [x for left, right in sides for x in (left, left, right, right, None)]
    ribbon = area(colour, strength, y=",nan,".join(heights))
    return ribbon.update(x=across, line={"width": 0})


def edge(panel: Span, i: int, count: int, side: int) -> float:
    """Where bar number `i` of so many ends in a panel: at its right (1) or its left (-1) side."""
    left, right = panel
    return left + (right - left) * (i + 0.5 + side * 0.325) / count
