"""The server. Start it with `streamlit run app.py` or `uvicorn app:app`.

The main script lies in ui/ and not beside this file, so that Streamlit's automatic
pages (any pages/ folder next to the main script) stay off and a deep link on a fresh
server runs ui/main.py first.
"""

from pathlib import Path

import streamlit as st

from ui.server import lifespan, middleware, routes, say_it_broke

app = st.App(
    Path(__file__).parent / "ui" / "main.py",
    lifespan=lifespan,
    routes=routes,
    middleware=middleware,
    on_script_error=say_it_broke,
)
