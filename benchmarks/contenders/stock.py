"""The page in stock Streamlit: st.slider and st.plotly_chart in a fragment."""

import numpy as np
import streamlit as st

from benchmarks.contenders import page

st.set_page_config(layout="wide")


@st.fragment
def follow() -> None:
    """The sliders in two columns under the figure of their values."""
    place = st.container()
    left, right = st.columns(2)
    z = [
        (left, right)[i % 2].slider(name, page.LO, page.HI, start, page.STEP, key=name)
        for i, (name, start) in enumerate(zip(page.NAMES, page.START, strict=True))
    ]
    place.plotly_chart(page.moving_figure(np.array(z)), theme=None, key="moving")


prose, figure = st.columns([1, 2], gap="large")
with prose:
    st.header(page.TITLE)
    for paragraph in page.PROSE:
        st.markdown(paragraph)
with figure:
    follow()
for i, (column, still) in enumerate(zip(st.columns(3), page.still_figures(), strict=True)):
    column.plotly_chart(still, theme=None, key=f"still {i}")
