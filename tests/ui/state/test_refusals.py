"""A link that cannot be used: the page says what was said there, and what could have been."""

import re

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import NAMES, open_page
from ui.present.panel import OWNER
from ui.state import address, links
from ui.words import LANGUAGES, shared_labels
from ui.words.units import UNITS

BAD = "\u2620 no"  # no number, no list, no word, no name


def params_of(app: AppTest) -> dict[str, links.Params]:
    """The parameters of each state of the page that is open."""
    owners = set(app.session_state[address._CLAIMS].values()) - {OWNER}
    return {key: app.session_state[links._MEMORY + key].params for key in owners}


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_of_a_page_names_what_is_allowed(name):
    known = {
        param.name for params in params_of(open_page(name)).values() for param in params.params
    }
    assert known
    assert len(known) == len(set(known))  # another state's name would have been an error
    for language in LANGUAGES:
        app = open_page(name, lang=language, **dict.fromkeys(known, BAD))
        said = "\n".join(block.value for block in app.warning)
        for param in sorted(known):
            named = re.search(rf"`{param}={BAD}` \(([^()]+(?:\([^()]*\))?[^()]*)\)", said)
            assert named, (param, said)
            kinds = [text for label, text in shared_labels(language).items()
                     if label.startswith("link_")]  # fmt: skip
            ways = [re.sub(r"\\\{\\\{\w+\\\}\\\}", ".+", re.escape(text)) for text in kinds]
            assert any(re.fullmatch(way, named[1]) for way in ways), named[1]


def test_a_unit_that_there_is_not_is_answered_with_those_there_are():
    for language in LANGUAGES:
        (said,) = [w.value for w in open_page("entropy", lang=language, unit="ells").warning]
        assert all(name in said for name in UNITS)


def test_a_refusal_in_a_place_of_several_parts_is_about_the_part():
    app = open_page("inside_pytorch", opt="mean~7~~-~index")
    (said,) = [w.value for w in app.warning]
    assert "a number from 0 to 1 is meant" in said
    app = open_page("inside_pytorch", opt="mean")
    (said,) = [w.value for w in app.warning]
    assert "5 parts" in said


def test_a_target_that_the_other_settings_do_not_allow_is_answered_with_the_classes():
    app = open_page("inside_pytorch", t="255,0,0")
    (said,) = [w.value for w in app.warning]
    assert "`t=255,0,0` (a whole number from 0 to 2 is meant for each row of x" in said
