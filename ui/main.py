"""The main script: language, navigation, then the page itself."""

from pathlib import Path

import streamlit as st

from ui import links
from ui.chrome import declare_language, header
from ui.navigation import pages
from ui.words import current_language

ICON = Path(__file__).parent / "icon.png"  # a local file: Streamlit fetches named icons from a CDN
st.set_page_config(layout="wide", page_icon=str(ICON))

language = current_language()
book = pages(language)
page = st.navigation(list(book.values()))
links.note_page(page.url_path)
declare_language(language)
header(page.title, language, asked=st.query_params.get("lang"))
page.run()
