"""The real app with everything imported that it imports, but its heap not frozen."""

import contextlib
import gc
from collections.abc import AsyncGenerator
from pathlib import Path

import streamlit as st

from ui.app import server
from ui.assets import asset_routes

start = server.lifespan(["xent_core", "ui.lesson", "pages.training.views"], [])


@contextlib.asynccontextmanager
async def lifespan(app: object) -> AsyncGenerator[None]:
    """Do what the app's own lifespan does, then give the heap back to the collector."""
    async with start(app):
        gc.unfreeze()
        yield None


app = st.App(
    Path(server.__file__).parent / "main.py",
    lifespan=lifespan,
    routes=asset_routes,
    middleware=server.middleware,
)
