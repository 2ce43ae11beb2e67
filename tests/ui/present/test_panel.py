"""What the present view is told by the server, and what a reader is told of a link to it."""

import json

import pytest

from tests.pages.test_pages import NAMES, open_page
from ui.state import address
from ui.words import LANGUAGES, words


def given(app) -> dict:
    """What the server tells the view."""
    (told,) = (
        one for one in app.get("bidi_component") if one.proto.component_name == "xent_present"
    )
    return json.loads(told.proto.json)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_view_knows_the_lessons_in_their_order_and_the_page(language):
    told = given(open_page("softmax", unfolded=False, lang=language))
    assert told["page"] == "softmax"
    assert told["language"] == language
    assert list(told["lessons"]) == NAMES
    assert told["lessons"]["softmax"] == words("softmax", language).title
    assert given(open_page(NAMES[0], unfolded=False, lang=language))["page"] == ""


def test_a_view_that_there_is_not_is_told_and_one_that_there_is_is_not():
    for view, warnings in (("present", 0), ("figure", 0), ("cinema", 1), ("<b>*", 1)):
        app = open_page("softmax", unfolded=False, lang="en", view=view, figure="move")
        assert len(app.warning) == warnings
        assert not warnings or app.warning[0].value.startswith("The link asks for the view")


def test_no_lesson_has_a_name_of_the_views_in_its_address():
    app = open_page("softmax", unfolded=False)
    claims = app.session_state[address._CLAIMS]
    assert {claims[name] for name in ("view", "figure", "plan")} == {"the present view"}
