"""Charts of the page about PyTorch: names and numbers in, Plotly figures out."""

import functools
from collections.abc import Sequence

import plotly.graph_objects as go

from ui.draw.charts import (
    BROKEN,
    FIGURES,
    FINE,
    GREY,
    PREDICTION,
    SURPRISE,
    TRUTH,
    bars,
    categories,
    figure,
    frames,
    key,
    panel_title,
)

# log10 of the smallest and of the largest positive number of a type, and an axis around them
WINDOWS = {"float32": (-44.85, 38.53), "float64": (-323.3, 308.25)}
TICKS = {"float32": 20, "float64": 150}
EDGE = 1.09  # signs for 0 and ∞ stand this far out


def edges(dtype: str) -> tuple[float, float]:
    """Return where on the axis of exponents the signs for 0 and for ∞ stand."""
    lowest, highest = WINDOWS[dtype]
    return EDGE * lowest, EDGE * highest


_ON_A_PHONE = {
    "height": 500,
    "xaxis.domain": [0.0, 1.0],
    "yaxis.domain": [0.56, 1.0],
    "xaxis2.domain": [0.0, 1.0],
    "yaxis2.domain": [0.0, 0.38],
    "annotations.1.x": 0.0,
    "annotations.1.y": 0.38,
}


@functools.lru_cache(maxsize=FIGURES)
def exponents_and_probabilities(
    count: int, dtype: str, names: tuple[str, str], probabilities: str
) -> go.Figure:
    """What each route takes exponentials of, and the probabilities that one of them divides.

    `names` are those of the theoretical and the actual route's exponentials. Traces: 0 and 1 the
    exponentials by their power of ten, 2 and 3 signs for those that have none, 4 the target's
    frame, 5 probabilities.
    """
    left, right = (0.0, 0.54), (0.63, 1.0)
    lowest, highest = WINDOWS[dtype]
    bottom, top = (1.2 * edge for edge in (lowest, highest))
    classes = tuple(map(str, range(count)))
    places = [i + side * 0.17 for side in (-1, 1) for i in range(count)]
    before, after = places[:count], places[count:]
    marks = [
        go.Scatter(
            x=x,
            mode="markers",
            marker={"symbol": symbol, "size": 12, "color": colour,
                    "line": {"color": "#ffffff", "width": 1}},
            hoverinfo="skip",
        )
        for x, symbol, colour in ((before, "diamond", SURPRISE), (after, "circle", FINE))
    ]  # fmt: skip
    signs = [
        go.Scatter(
            x=x, mode="text", textfont={"size": 17, "color": BROKEN, "weight": 700},
            hoverinfo="skip",
        )
        for x in (before, after)
    ]  # fmt: skip
    step = TICKS[dtype]
    ticks = [step * n for n in range(-9, 9) if lowest <= step * n <= highest]
    beyond = {"type": "rect", "xref": "x domain", "x0": 0, "x1": 1, "yref": "y",
              "fillcolor": BROKEN, "opacity": 0.16, "line": {"width": 0},
              "layer": "below"}  # fmt: skip
    return figure(
        [
            *marks,
            *signs,
            frames(classes, TRUTH, "", "2"),
            bars(classes, PREDICTION, probabilities, "2"),
        ],
        height=250,
        margin={"l": 56, "r": 12, "t": 28, "b": 28},
        xaxis={"domain": left, "range": [-0.5, count - 0.5], "tickvals": list(range(count)),
               "showgrid": False, "zeroline": False},
        yaxis={"range": [bottom, top], "tickvals": ticks,
               "ticktext": [f"10<sup>{n}</sup>".replace("-", "−") if n else "1" for n in ticks]},
        xaxis2=categories(classes, right, anchor="y2"),
        yaxis2={"range": [0, 1.16], "anchor": "x2", "tickvals": [0, 0.25, 0.5, 0.75, 1]},
        shapes=[{**beyond, "y0": highest, "y1": top}, {**beyond, "y0": bottom, "y1": lowest}],
        annotations=[
            panel_title(key((SURPRISE, "◆", names[0]), (FINE, "●", names[1])), left),
            panel_title(key((PREDICTION, "■", probabilities)), right),
        ],
        meta={"narrow": _ON_A_PHONE},
    )  # fmt: skip


def medians(
    names: Sequence[str],
    microseconds: Sequence[tuple[float, float, float]],
    title: str,
    axis: str,
) -> go.Figure:
    """How long each way takes on one shape: the median, and from quartile to quartile.

    `microseconds` holds lower quartile, median and upper quartile of each; the first's quartiles
    run through the whole picture, so that one sees who is outside of them.
    """
    lower, median, upper = zip(*microseconds, strict=True)
    spread = {
        "type": "data",
        "symmetric": False,
        "array": [u - m for u, m in zip(upper, median, strict=True)],
        "arrayminus": [m - low for low, m in zip(lower, median, strict=True)],
        "thickness": 2.5,
        "width": 6,
        "color": GREY,
    }
    return figure(
        [
            go.Scatter(
                x=median,
                y=list(names),
                mode="markers",
                marker={"size": 11, "color": [FINE, FINE, FINE, SURPRISE],
                        "symbol": ["circle", "circle", "circle", "diamond"]},
                error_x=spread,
                hovertemplate="%{x:.3g} µs<extra></extra>",
            )
        ],
        height=210,
        margin={"l": 150, "r": 12, "t": 30, "b": 40},
        xaxis={"range": [0, 1.1 * max(upper)], "title": {"text": axis, "standoff": 4},
               "fixedrange": True, "nticks": 5},
        yaxis={"range": [len(names) - 0.5, -0.5], "fixedrange": True, "showgrid": False,
               "tickfont": {"size": 12}},
        shapes=[{"type": "rect", "x0": lower[0], "x1": upper[0], "yref": "paper", "y0": 0, "y1": 1,
                 "fillcolor": FINE, "opacity": 0.2, "line": {"width": 0}, "layer": "below"}],
        annotations=[panel_title(title, (0.0, 1.0))],
    )  # fmt: skip
