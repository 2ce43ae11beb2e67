"""The server. Start it with `streamlit run app.py` or `uvicorn app:app`.

The main script lies in ui/ and not beside this file, so that Streamlit's automatic
pages (any pages/ folder next to the main script) stay off and a deep link on a fresh
server runs ui/main.py first.
"""

import os
from pathlib import Path

# One thread for each operation of torch's: with more, a softmax of ten numbers waits for a
# second core, up to a hundred times as long as it takes alone. Before anything imports torch.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import streamlit as st

from ui.server import lifespan, middleware, routes, say_it_broke
from ui.training_routes import training_routes

app = st.App(
    Path(__file__).parent / "ui" / "main.py",
    lifespan=lifespan,
    routes=[*training_routes, *routes],
    middleware=middleware,
    on_script_error=say_it_broke,
)
