"""What the browser has to know to present a figure, or a plan of them (see present.js).

The address says which figure is presented: `view=present&figure=move`. Nothing of it changes what
the server computes, so a figure is presented without a run of the page.
"""

import streamlit as st

from ui.app.navigation import LESSONS
from ui.assets import asset_url, component
from ui.state import address
from ui.state.links import quoted
from ui.words import fill, shared_labels, words

VIEW, FIGURE, PLAN = "view", "figure", "plan"
VIEWS = ("present", "figure")  # the second: the figure alone, for a frame in another page
OWNER = "the present view"  # of these names, in the address
_WORDS = "present_"  # what the labels of the view begin with


def claim_names() -> None:
    """Keep the view's names in the address free of the lessons' own."""
    for name in (VIEW, FIGURE, PLAN):
        address.claim(name, OWNER)


def present_view(language: str) -> None:
    """Offer the view; tell the reader where a link asks for one that there is not."""
    labels = shared_labels(language)
    asked = address.query().get(VIEW)
    if asked is not None and asked not in VIEWS:
        st.warning(fill(labels["unknown_view"], {"asked": quoted(asked[:20])}))
    said = {
        key.removeprefix(_WORDS): label for key, label in labels.items() if key.startswith(_WORDS)
    }
    data = {
        "language": language,
        "page": address.page(),
        "lessons": {one.name: words(one.name, language).title for one in LESSONS},
        "words": said | {"reset": labels["reset"], "in_class": labels["class_open"]},
        "css": asset_url("ui/present/present.css"),
        "slide": asset_url("ui/present/slide.css"),
    }
    component("xent_present", "ui/present/present.js")(key="xent present", data=data, height=1)
