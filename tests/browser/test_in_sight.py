"""What is moved, what moves and the numbers stay together in a projector's window."""

import pytest

from tests.browser.conftest import JS, LESSONS
from tests.browser.test_kept_place import AT

OUT_OF_SIGHT = (JS / "out_of_sight.js").read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", [lesson.name for lesson in LESSONS])
def test_they_are_in_sight_together_once_the_first_question_is_answered(visit, name, language):
    path = f"/{'' if name == 'home' else name}"
    lesson = visit(f"{path}?lang={language}{AT.get(path, '')}")
    lesson.answer(0, "xent-question")
    assert lesson.calm().page.evaluate(OUT_OF_SIGHT) == []
