"""The server. Start it with `streamlit run app.py` or `uvicorn app:app`.

The main script lies in ui/app/ and not beside this file, so that Streamlit's automatic
pages (any pages/ folder next to the main script) stay off and a deep link on a fresh
server runs ui/app/main.py first.
"""

import os
from pathlib import Path

# One thread for each operation of torch's: with more, a softmax of ten numbers waits for a
# second core, up to a hundred times as long as it takes alone. Before anything imports torch.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import streamlit as st

from pages.training.demos import warm_up
from pages.training.routes import training_routes
from ui.app.server import lifespan, middleware, say_it_broke, under_base
from ui.assets import asset_routes
from ui.room.hub import Hub
from ui.room.redis_store import room_store
from ui.room.routes import room_routes

HERE = Path(__file__).parent
# Imported once, and not by the first reader: all that a lesson has besides its page.
LESSONS = [f"pages.{file.parent.name}.{file.stem}" for file in HERE.glob("pages/*/*.py")
           if file.name != "page.py"]  # fmt: skip

app = st.App(
    HERE / "ui" / "app" / "main.py",
    lifespan=lifespan(["xent_core", *LESSONS], [warm_up]),  # torch's first run is slow
    routes=under_base([*training_routes, *room_routes(Hub(room_store())), *asset_routes]),
    middleware=middleware,
    on_script_error=say_it_broke,
)
