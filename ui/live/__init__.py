"""The live figure: a Plotly figure that follows the hand, from sweeps that xent_core computed."""

from ui.live.figure import Bind, Choice, Preset, Readout, Slider, View, live_figure

__all__ = ["Bind", "Choice", "Preset", "Readout", "Slider", "View", "live_figure"]
