"""The page in Dash: sliders that tell of every move, and a callback that runs in the browser."""

import sys

import numpy as np
import plotly.graph_objects as go
from dash import Dash, Input, Output, State, dcc, html

from benchmarks.contenders import page

# The figure that is shown is the State: all but three fields of two traces is kept.
FOLLOW = """
(...values) => {
  const figure = values.pop(), target = TARGET
  const top = Math.max(...values)
  const powers = values.map((z) => Math.exp(z - top))
  const total = powers.reduce((sum, power) => sum + power, 0)
  const p = powers.map((power) => power / total)
  const loss = Math.log(total) + top - values[target]
  const [bars, curve, point] = figure.data
  return { ...figure, data: [
    { ...bars, y: p, text: p.map((share) => share.toFixed(3)) },
    curve,
    { ...point, x: [p[target]], y: [loss] },
  ] }
}
""".replace("TARGET", str(page.TARGET))

# Plotly.animate without transitions: faster than what dcc.Graph does unless told so.
AT_ONCE = {"frame": {"duration": 0, "redraw": False}, "transition": {"duration": 0}}


def slider(name: str, start: float) -> html.Label:
    """Return a labelled slider that updates while it is dragged."""
    control = dcc.Slider(
        page.LO, page.HI, page.STEP, value=start, marks=None, id=name, updatemode="drag"
    )
    return html.Label([name, control])


def still(figure: go.Figure) -> dcc.Graph:
    """Return a chart that never moves."""
    return dcc.Graph(figure=figure, config={"displayModeBar": False})


def columns(widths: str, children: list) -> html.Div:
    """Return a row of columns of these relative widths."""
    return html.Div(children, style={"display": "grid", "gridTemplateColumns": widths, "gap": 24})


def build(animate: bool) -> Dash:
    """Return the app with its page and its one callback."""
    app = Dash(__name__)
    sliders = [slider(name, start) for name, start in zip(page.NAMES, page.START, strict=True)]
    moving = dcc.Graph(
        id="moving",
        figure=page.moving_figure(np.array(page.START)),
        config={"displayModeBar": False},
        animate=animate,
        animation_options=AT_ONCE,
    )
    prose = html.Div([html.H2(page.TITLE), *map(html.P, page.PROSE)])
    app.layout = html.Div(
        [
            columns("1fr 2fr", [prose, html.Div([moving, columns("1fr 1fr", sliders)])]),
            columns("1fr 1fr 1fr", [still(figure) for figure in page.still_figures()]),
        ],
        style={"fontFamily": "sans-serif", "padding": "40px 80px"},
    )
    inputs = [Input(name, "value") for name in page.NAMES]
    app.clientside_callback(
        FOLLOW, Output("moving", "figure"), inputs, State("moving", "figure"),
        prevent_initial_call=True,
    )  # fmt: skip
    return app


if __name__ == "__main__":
    build(animate="animate" in sys.argv).run(port=int(sys.argv[1]), debug=False)
