"""The real app with everything imported that it imports, but its heap not frozen."""

import contextlib
import gc
from collections.abc import AsyncGenerator
from pathlib import Path

import streamlit as st

from ui import server


@contextlib.asynccontextmanager
async def lifespan(app: object) -> AsyncGenerator[None]:
    """Do what the app's own lifespan does, then give the heap back to the collector."""
    async with server.lifespan(app):
        gc.unfreeze()
        yield None


app = st.App(
    Path(server.__file__).parent / "main.py",
    lifespan=lifespan,
    routes=server.routes,
    middleware=server.middleware,
)
