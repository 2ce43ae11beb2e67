"""The chart of the first lesson."""

from ui.draw.colours import GREY, PREDICTION, SURPRISE, TRUTH
from ui.draw.marks import Points, bars, frames, line, point, pulled_bars
from ui.draw.panels import Panel, Picture, categories, kept, picture, probabilities
from ui.figure import Handle


@kept
def road(
    classes: tuple[str, ...],
    titles: tuple[str, ...],
    p_axis: str,
    curve: tuple[Points, Points],
    reach: float,
) -> Picture:
    """The whole road: logits, probabilities, and the point on the curve of -log p.

    The right answer's bars are framed, and its logit is pulled by the point, too. Logits go as
    far as `reach`; `curve` holds the curve's p and -log p, from the least p on. On a phone the
    bars stand side by side above the curve.
    """
    scores = Panel(
        [
            bars(classes, GREY, titles[0], y="z", text="z|exact"),
            frames(classes, TRUTH, y="truth_z"),
        ],
        categories(classes),
        {"range": [-reach * 1.2, reach * 1.2]},
        (0.0, 0.29),
        title=titles[0],
        narrow=((0.0, 0.44), (0.55, 1.0)),
        handles=pulled_bars("z", len(classes)),
    )
    shares = Panel(
        [
            bars(classes, PREDICTION, titles[1], y="p", text="p|2"),
            frames(classes, TRUTH, y="truth_p"),
        ],
        categories(classes),
        probabilities(),
        (0.36, 0.65),
        title=titles[1],
        narrow=((0.56, 1.0), (0.55, 1.0)),
    )
    loss = Panel(
        [
            line(SURPRISE, at=curve),
            line(SURPRISE, dash="dot", width=1.5, x="drop_x", y="drop_y"),
            point(SURPRISE, x="p_k", y="loss"),
        ],
        {"range": [-0.02, 1.04], "title": p_axis},
        {"range": [0, curve[1][0]]},
        (0.73, 1.0),
        title=titles[2],
        narrow=((0.0, 1.0), (0.0, 0.36)),
        handles=[
            Handle(f"z{i}", f"dot_x.{i}", f"dot_y.{i}", "surprise", "point")
            for i in range(len(classes))
        ],
    )
    return picture(scores, shares, loss, height=305, narrow_height=440)
