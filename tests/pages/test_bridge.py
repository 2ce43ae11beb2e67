"""The bridge: its parts open the other lessons with the very example of the one that it is on."""

from urllib.parse import parse_qsl

import numpy as np
import pytest

import xent_core as xc
from tests.pages.test_pages import figures, open_page
from ui.words import LANGUAGES, shared_labels
from ui.words.glossary import glossary

PARTS = ("home", "softmax", "one_hot", "cross_entropy")


def links(app) -> dict[str, dict[str, str]]:
    """The query of each part of the strip that leads elsewhere, by its lesson."""
    labels = {shared_labels(code)[f"bridge_{name}"]: name for code in LANGUAGES for name in PARTS}
    found = [link.proto for link in app.get("page_link")]
    return {labels[one.label]: dict(parse_qsl(one.query_string)) for one in found
            if one.label in labels}  # fmt: skip


@pytest.mark.parametrize(
    ("here", "query"),
    [
        ("cross_entropy", {}),
        ("cross_entropy", {"p": "0,1", "q": "1,3", "names": "no,yes"}),
        ("one_hot", {}),
        ("one_hot", {"z": "0.5,-2,300,4,1", "k": "1", "names": "animals"}),
        ("softmax", {}),
        ("softmax", {"z": "1,5,-3", "T": "2", "k": "0"}),
    ],
)
def test_every_part_leads_to_its_lesson_with_this_example(here, query):
    app = open_page(here, **query)
    at = figures(app)[0]
    now = at["now"]
    if here == "cross_entropy":
        k, p = int(np.argmax(now["p"])), now["q"]
    else:
        k, p = int(at["base"]["k"]), now["p"]
    found = links(app)
    assert set(found) == set(PARTS) - {here}
    for name, said in found.items():
        if len(said) == 1:  # only the language: an example that the lesson cannot show
            assert (name, len(p)) == ("home", len(p))
            assert len(p) != 4 or here == "one_hot"
            continue
        there = open_page(name, **said)
        assert not there.warning
        shown = figures(there)[0]
        if name == "cross_entropy":
            np.testing.assert_allclose(shown["now"]["q"], p, atol=1e-6)
            assert shown["now"]["p"].tolist() == xc.one_hot(k, len(p)).tolist()
        else:
            np.testing.assert_allclose(shown["now"]["p"], p, atol=2e-3)
            assert shown["base"]["k"] == k


def test_the_home_pages_logits_come_back_as_they_were():
    found = links(open_page("cross_entropy"))
    assert found["home"]["z"] == "1,2,3,4"
    assert found["home"]["k"] == "2"


@pytest.mark.parametrize("query", [{"p": "1,1", "q": "1,2"}, {"p": "0,1", "q": "1,0"}])
def test_a_pair_that_no_label_and_no_logits_make_leads_to_the_lessons_alone(query):
    found = links(open_page("cross_entropy", **query))
    assert all(set(said) == {"lang"} for said in found.values())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["cross_entropy", "one_hot", "softmax"])
def test_it_says_what_p_and_q_are(name, language):
    said, known = shared_labels(language)["bridge_said"], glossary(language)
    app = open_page(name, lang=language)
    told = known.explain(said, known.find(said))
    assert told.count('class="xent-term"') == 3  # logits, softmax, one-hot
    assert [block.value for block in app.markdown].count(told) == 1
