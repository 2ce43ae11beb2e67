"""What is off the path of a first visit is folded, and opened by every link that says of it."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import NAMES, figures, open_page
from ui.words import LANGUAGES, words

FOLDED = [name for name in NAMES if name not in ("home", "training")]
MARK = " :small[· {further}]"


def folds(app: AppTest) -> dict[str, AppTest]:
    """Return each fold by its heading."""
    mark = MARK.format(further=words("home", "en").label("further"))
    other = MARK.format(further=words("home", "zh").label("further"))
    return {
        box.label.removesuffix(mark).removesuffix(other).strip("*"): box
        for box in app.expander
        if box.label.endswith((mark, other))
    }


def opened(app: AppTest) -> set[str]:
    """Return the headings of the folds that show something."""
    return {heading for heading, box in folds(app).items() if len(box.children)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FOLDED)
def test_a_fold_says_its_heading_once_and_shows_nothing_until_it_is_open(name, language):
    text = words(name, language)
    closed = open_page(name, lang=language, unfolded=False)
    whole = open_page(name, lang=language)
    assert folds(closed).keys() == folds(whole).keys() != set()
    assert opened(closed) == set()
    assert opened(whole) == folds(whole).keys()
    assert len(closed.markdown) < len(whole.markdown)
    headings = {text.heading(part) for part in text.parts if text.parts[part].startswith("#")}
    assert folds(whole).keys() <= headings
    said = "\n".join(block.value for block in whole.markdown)
    assert not any(f"# {heading}" in said for heading in folds(whole))


@pytest.mark.parametrize(
    ("name", "link", "part"),
    [
        ("softmax", {"d": "3"}, "sigmoid"),
        ("softmax", {"d": "1"}, "sigmoid"),  # as at first: but the link was copied from there
        ("softmax", {"open": "sigmoid,no such fold,"}, "sigmoid"),
        ("softmax", {"open": "all,-squared,-temperatures,-sigmoid,-jacobian"}, "slope"),
        ("softmax", {"d": "☠", "open": "all,-squared,-temperatures,-jacobian,-slope"}, "sigmoid"),
        ("entropy", {"block": "3"}, "blocks"),
        ("one_hot", {"eps": "0.2"}, "smooth"),
        ("one_hot", {"m": "1"}, "mask"),
        ("inside_pytorch", {"way": "log_softmax_nll"}, "operators"),
        ("inside_pytorch", {"said": "kl_mean.1", "p": "1,1,2", "q": "1,2,1"}, "kl"),
        ("overflow", {"n": "7"}, "many"),
    ],
)
def test_a_link_opens_the_fold_that_it_says_something_of(name, link, part):
    app = open_page(name, lang="en", unfolded=False, **link)
    assert opened(app) == {words(name, "en").heading(part)}
    if "☠" in link.values():
        assert any("☠" in warning.value for warning in app.warning)


def test_a_link_of_a_state_that_sections_share_opens_only_what_it_says_something_of():
    """Whoever moves a logit has the whole state in the address."""
    app = open_page("inside_pytorch", unfolded=False, x="2,1,0.1_0.5,2.5,0_-1,0.3,3", mask="2")
    assert opened(app) == set()


def test_back_closes_and_what_was_moved_inside_is_as_the_address_says():
    app = open_page("softmax", unfolded=False, d="3")
    del app.query_params["d"]
    app.run()
    assert opened(app) == set()
    app.query_params["open"] = "sigmoid"
    app.run()
    (moved,) = [figure for figure in figures(app) if figure["key"] == "two"]
    assert moved["base"]["d"] == 1


def test_what_one_left_open_is_open_when_one_comes_back():
    app = open_page("softmax", unfolded=False, open="slope", d="3")
    at_first = opened(app)
    assert len(at_first) == 2
    for page in ("entropy", "softmax"):
        app.query_params.clear()
        app.switch_page(f"../../pages/{page}/page.py").run()
        assert not app.exception
    assert opened(app) == at_first
    (moved,) = [figure for figure in figures(app) if figure["key"] == "two"]
    assert moved["base"]["d"] == 3


def test_an_answer_inside_keeps_its_fold_open():
    app = open_page("softmax", unfolded=False, open="squared")
    radio = next(radio for radio in app.radio if radio.key.endswith("pull"))
    radio.set_value(radio.options[1]).run()
    app.button(key=radio.key.replace("answer to", "show")).click().run()
    assert opened(app) == {words("softmax", "en").heading("squared")}
    again = open_page("softmax", unfolded=False, u="-6", said="pull.1")
    assert opened(again) == opened(app)
