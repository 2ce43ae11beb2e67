"""Averages of ever more draws on their way to a height: the chart of a section of two lessons."""

from ui.draw.colours import PREDICTION, TRUTH
from ui.draw.marks import Points, area, line, point
from ui.draw.panels import Panel, Picture, kept, picture, titled


@kept
def settling(
    counts: Points,
    heights: tuple[Points, ...],
    bands: tuple[Points, ...],
    names: tuple[str, ...],
    titles: tuple[str, ...],
    top: float,
) -> Picture:
    """Averages of ever more draws: each on its way to its height, within its band.

    A height that is not finite is (), and has no band.
    """
    marks = []
    for i, (height, edge) in enumerate(zip(heights, bands, strict=True)):
        colour = (TRUTH, PREDICTION)[i]
        shape = area(colour, 0.14)
        shape.update(x=(*counts, *counts[::-1]) if edge else (), y=edge, line={"width": 0})
        ends = (counts[0], counts[-1])[: 2 * len(height)]
        marks += [
            shape,
            line(colour, at=(ends, height * 2), dash="dot", width=1.5),
            line(colour, at=(counts, None), width=2, y=f"path{i}"),
            point(colour, x="n", y=f"dot{i}").update(cliponaxis=False),
        ]
    labels = [
        # side by side, as the heights may be near each other
        {"text": name, "x": 1 - 0.2 * (len(names) - 1 - i), "xref": "paper", "xanchor": "right",
         "y": height[0], "yref": "y", "yanchor": "bottom", "showarrow": False, "font": {"size": 14}}
        for i, (name, height) in enumerate(zip(names, heights, strict=True))
        if height and height[0] < top
    ]  # fmt: skip
    return picture(
        Panel(
            marks,
            {"type": "log", "range": [0, 5], "dtick": 1, "title": titles[0]},
            {"range": [0, top], **titled(titles[1])},
        ),
        height=320,
        margin={"l": 50, "r": 26, "t": 28, "b": 44},  # the last tick has half its width there
        annotations=labels,
    )
