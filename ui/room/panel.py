"""The teacher's part of a room: a bar below the lesson, which opens a room and leads it."""

from collections.abc import Sequence
from typing import Any

from ui.assets import asset_url, component
from ui.words import shared_labels

_WORDS = "class_"  # what the labels of the bar begin with


def room_panel(language: str, questions: Sequence[dict[str, Any]]) -> None:
    """Show the bar. `questions` are those of the page, as `ui.room.rules` reads them."""
    labels = shared_labels(language)
    words = {
        key.removeprefix(_WORDS): said for key, said in labels.items() if key.startswith(_WORDS)
    }
    words["animals"] = labels["list_animals"]
    data = {
        "language": language,
        "questions": list(questions),
        "words": words,
        "css": asset_url("ui/room/panel.css"),
    }
    component("xent_room", "ui/room/panel.js")(key="xent room of the class", data=data, height=1)
