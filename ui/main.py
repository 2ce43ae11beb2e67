"""The main script: language, navigation, then the page itself."""

from pathlib import Path

import streamlit as st

from ui import links
from ui.chrome import declare_language, header, tighten
from ui.navigation import pages
from ui.words import current_language

ICON = Path(__file__).parent / "icon.png"  # a local file: Streamlit fetches named icons from a CDN
st.set_page_config(layout="wide", page_icon=str(ICON), initial_sidebar_state=260)

tighten()
language = current_language()
book = pages(language)
page = st.navigation(list(book.values()))
links.note_page(page.url_path)
header(page.title, language, asked=st.query_params.get("lang"))
page.run()
declare_language(language)
