"""The server of live.py, with what the real app's server does besides Streamlit."""

from pathlib import Path

import streamlit as st

from ui.app.server import lifespan, middleware
from ui.assets import asset_routes

app = st.App(
    Path(__file__).parent / "live.py",
    lifespan=lifespan(["xent_core", "ui.lesson"], []),
    routes=asset_routes,
    middleware=middleware,
)
