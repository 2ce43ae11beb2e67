"""The live figure: a Plotly figure that follows the hand, from sweeps that xent_core computed."""

from ui.figure.figure import (
    Bind,
    Cell,
    Choice,
    Handle,
    Pick,
    Place,
    Preset,
    Readout,
    Row,
    Slider,
    Stream,
    View,
    live_figure,
)

__all__ = [
    "Bind",
    "Cell",
    "Choice",
    "Handle",
    "Pick",
    "Place",
    "Preset",
    "Readout",
    "Row",
    "Slider",
    "Stream",
    "View",
    "live_figure",
]
