"""A lesson's end says what was asked and how it was answered; home's map says what is done."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.test_pages import NAMES, answer, open_page
from ui.app.navigation import LESSONS, number
from ui.words import LANGUAGES, fill, shared_labels, words


def said(app: AppTest) -> str:
    return "\n".join(block.value for block in app.markdown)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_lesson_ends_with_what_one_can_say(name, language):
    text = words(name, language)
    app = open_page(name, lang=language)
    assert text("now") in said(app)
    assert text("takeaway") in app.info[-1].value
    assert 2 <= text("now").count("- ") <= 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("option", "sign"), [(0, "✗"), (1, "✓")])
def test_the_end_says_what_was_answered_and_whether_well(language, option, sign):
    label = shared_labels(language)
    app = open_page("softmax", lang=language)
    assert label["was_asked"] not in said(app)
    answer(app, app.radio[0].options[option])
    asked = app.radio[0].label
    assert f"- {sign} {asked}" in said(app)
    again = open_page("softmax", lang=language, said=app.query_params["said"])
    assert f"- {sign} {asked}" in said(again)


def test_a_question_whose_fold_is_closed_is_listed_without_its_numbers():
    app = open_page("softmax", unfolded=False, lang="en", said="pull.0", open="-squared")
    listed = [line for line in said(app).splitlines() if line.startswith("- ") and "…" in line]
    assert len(listed) == 1
    assert "Which loss still pulls" in listed[0]


def test_the_list_has_the_numbers_that_the_question_has():
    app = open_page("softmax", lang="en")
    answer(app, 0, "cool")
    assert (
        "- ✗ Cool it down: what does softmax of 1, 2, 3, 4 give the winner at temperature 0.1?"
        in said(app)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_map_says_order_minutes_needs_and_what_is_done(language):
    label = shared_labels(language)
    app = open_page("softmax", lang=language)
    answer(app, app.radio[0].options[1])
    answer(app, app.radio[1].options[0], at=1)
    app.switch_page("../../pages/home/page.py").run()
    assert not app.exception
    told = said(app)
    for one in LESSONS[1:]:
        assert one.in_a_line(language) in told
        assert all(number(need) < number(one.name) for need in one.needs)
    assert fill(label["builds_on"], {"which": str(number("one_hot"))}) in told
    assert f"✓ {fill(label['answered'], {'count': 2, 'right': 1})}" in told
    assert told.count("✓ ") == 1


def test_the_path_of_a_first_visit_takes_about_35_minutes():
    assert 30 <= sum(lesson.minutes for lesson in LESSONS) <= 40
