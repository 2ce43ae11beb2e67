"""What is moved, what moves and the numbers stay together in a projector's window."""

import pytest

from tests.browser.conftest import JS, LESSONS

OUT_OF_SIGHT = (JS / "out_of_sight.js").read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", [lesson.name for lesson in LESSONS])
def test_they_are_in_sight_together_once_the_first_question_is_answered(visit, name, language):
    lesson = visit(f"/{'' if name == 'home' else name}?lang={language}")
    if not lesson.options("xent-question").count():
        pytest.skip("no question stands on this page as it is opened")
    lesson.answer(0, "xent-question")
    assert lesson.calm().page.evaluate(OUT_OF_SIGHT) == []
