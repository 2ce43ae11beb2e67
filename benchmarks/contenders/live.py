"""The page with the live figure: a drag is looked up in a sweep that the server computed."""

import numpy as np
import streamlit as st

from benchmarks.contenders import page
from ui.draw.panels import Picture
from ui.figure import Bind, Slider
from ui.figure.sweeps import Arrays
from ui.lesson.sections import Lesson, Said, Section
from ui.state import links

st.set_page_config(layout="wide")

PARAMS = links.Params(links.Numbers("z", page.START, page.LO, page.HI, most=len(page.START)))
POSITIONS = np.round(np.arange(page.LO, page.HI + page.STEP / 2, page.STEP), 6)


def model(values: Arrays) -> Arrays:
    """Softmax and loss of all the rows of a sweep."""
    now = page.numbers(values["z"])
    return {**now, "target": now["p"][:, page.TARGET]}


@st.fragment
def follow() -> None:
    """Sliders and figure, which the live figure lays out."""
    binds = (
        Bind(page.BARS, "y", "p"),
        Bind(page.BARS, "text", "p|3"),
        Bind(page.POINT, "x", "target"),
        Bind(page.POINT, "y", "loss"),
    )
    Section(Lesson("softmax"), "moving", PARAMS, layout="plain").figure(
        Picture(page.moving_figure(np.array(page.START)), binds, (), {}),
        model,
        [Slider(name, Said(name), POSITIONS) for name in page.NAMES],
        alt=Said("The five probabilities are [[p|3]], the loss is [[loss]]."),
    )


prose, figure = st.columns([1, 2], gap="large")
with prose:
    st.header(page.TITLE)
    for paragraph in page.PROSE:
        st.markdown(paragraph)
with figure:
    follow()
for i, (column, still) in enumerate(zip(st.columns(3), page.still_figures(), strict=True)):
    column.plotly_chart(still, theme=None, key=f"still {i}")
