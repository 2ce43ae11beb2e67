"""The server of live.py, with what the real app's server does besides Streamlit."""

from pathlib import Path

import streamlit as st

from ui.server import lifespan, middleware, routes

app = st.App(
    Path(__file__).parent / "live.py", lifespan=lifespan, routes=routes, middleware=middleware
)
