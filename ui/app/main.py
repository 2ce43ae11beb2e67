"""The main script: language, navigation, then the page itself."""

from pathlib import Path

import streamlit as st

from ui.app.chrome import header, settle, thread, tighten
from ui.app.navigation import pages
from ui.lesson.questions import asked_here
from ui.present.panel import claim_names, present_view
from ui.room.panel import room_panel
from ui.state import address
from ui.words import current_language

ICON = Path(__file__).parent / "icon.png"  # a local file: Streamlit fetches named icons from a CDN
st.set_page_config(layout="wide", page_icon=str(ICON))

address.begin(address.script_hash())
tighten()
language = current_language()
page = st.navigation(pages(language), position="top")
address.enter(page.url_path)
claim_names()
header(page.title, language, asked=address.query().get("lang"))
room = st.container(key="xent room")
page.run()
with room:
    room_panel(language, asked_here())
thread(address.page(), language)
present_view(language)
settle(language)
address.end(address.script_hash())
