"""The questions of the Overflow lesson: each says what the machine does, and is left again."""

import math

import numpy as np
import pytest

from pages.overflow import laboratory
from tests.pages.overflow.test_page import bench, losses_of
from tests.pages.test_pages import answer, open_page
from ui.words import words
from ui.words.digits import show
from xent_core import trace as xt

STORIES = {
    # what is said, by hand: the row, the format, and each formula's loss that the note is about
    "thousand": ([1000, 0, 0], "float32", {"paper": math.nan, "full_sum": math.nan}),
    "all_low": ([-1000] * 3, "float32", {"paper": math.nan, "shifted": math.log(3)}),
    "target_low": ([-1000, 0, 0], "float32", {"paper": math.inf, "log_softmax": 1000.6931}),
    "three": ([123, 456, 789], "float32", {"shifted": math.inf, "log_softmax": 666}),
    "equal": ([1e8] * 3, "float32", {"lse": 0, "log_softmax": math.log(3)}),
    "tiny": ([0, -40], "float32", {"log_softmax": 0, "log1p": math.exp(-40)}),
    "half": ([12, 0, 0], "float16", {"paper": math.nan, "shifted": 0}),
    "mask": ([2, -math.inf, 1], "float32", {"full_sum": math.nan, "log_softmax": 0.31326}),
    "mask_all": ([-math.inf] * 3, "float32", {"log_softmax": math.nan}),
    "cure": ([0, 40], "float32", {"epsilon": 18.42068, "log_softmax": 40}),
    "certain": ([16.6355, 0], "float32", {"shifted": 0, "log1p": math.exp(-16.6355)}),
}


@pytest.mark.parametrize(
    ("name", "language"), [*((name, "en") for name in STORIES), ("thousand", "zh")]
)
def test_a_story_is_predicted_first_and_then_says_what_the_machine_does(name, language):
    row, fmt, wanted = STORIES[name]
    app = open_page("overflow", lang=language)
    before = bench(app)["base"]
    app.pills(key=f"xent story {language}").set_value(name).run()
    assert bench(app)["base"] == {**before, "story": name}  # nothing is given away
    question = app.radio(key=f"xent answer to overflow {name}")
    verdicts = []
    for option in range(len(question.options)):
        answer(app, option, name)
        verdicts += [b.value for b in app.markdown if b.value.startswith(("**Right", "**对"))]
    assert len(verdicts) == 1
    now = bench(app)["now"]
    np.testing.assert_allclose(now["x"], xt.round_to(row, fmt).astype(float), rtol=1e-5)
    for formula, loss in wanted.items():
        shown = losses_of(now)[xt.FORMULAS.index(formula)]
        np.testing.assert_allclose(shown, loss, rtol=1e-4, atol=1e-30)
        if formula == next(iter(wanted)):
            assert f"**{show(shown)}**" in verdicts[0] or name == "certain"


def test_an_unanswered_story_has_the_figure_wait_and_a_told_one_says_what_it_told_of():
    app = open_page("overflow")
    app.pills(key="xent story en").set_value("thousand").run()
    waits = "The figure waits."
    assert [b for b in app.caption if waits in b.value]
    assert bench(app)["base"]["x0"] == 80
    answer(app, 2, "thousand")
    assert not [b for b in app.caption if waits in b.value]
    assert not [b for b in app.button if b.key == "xent-drifted"]
    app.segmented_control(key="xent format").set_value("float64").run()
    (again,) = [b for b in app.button if b.key == "xent-drifted"]
    assert "1000, 0, 0 in float32" in again.label
    again.click().run()
    assert not [b for b in app.button if b.key == "xent-drifted"]
    assert bench(app)["base"]["f"] == list(xt.FORMATS).index("float32")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_wrong_answer_has_a_sentence_of_its_own(language):
    text = words("overflow", language)
    for name, story in {**laboratory.STORIES, "average": None}.items():
        right = story.right if story else 1
        said = {i for i in range(3) if f"{name}-if-{i}" in text.parts}
        assert said == {0, 1, 2} - {right}
    app = open_page("overflow", lang=language)
    app.pills(key=f"xent story {language}").set_value("three").run()
    answer(app, 2, "three")
    own = text("three-if-2")
    assert any(own in block.value for block in app.markdown)


def test_a_question_is_left_by_its_button_or_by_a_second_press_on_it():
    app = open_page("overflow")
    for leave in ("button", "press"):
        app.pills(key="xent story en").set_value("cure").run()
        assert bench(app)["base"]["story"] == "cure"
        if leave == "button":
            app.button(key="xent-leave").click().run()
        else:
            app.pills(key="xent story en").set_value(None).run()
        assert bench(app)["base"]["story"] == "free"
        assert any("**overflow**" in block.value for block in app.markdown)


def test_the_stories_tell_the_sides_that_the_note_leaves_out():
    told = {}
    for name in ("thousand", "target_low", "equal", "cure", "certain"):
        app = open_page("overflow")
        app.pills(key="xent story en").set_value(name).run()
        answer(app, 0, name)
        told[name] = " ".join(block.value for block in app.markdown)
    assert "the loss is **∞**" in told["thousand"]  # S13': inf and not nan for another target
    assert "the sum is nan" in told["target_low"]  # S14': nan comes from the full sum
    assert "1.099" in told["equal"]  # S15''
    assert "it is −0.50 for −1.0: half" in told["cure"]  # M7
    for gap in map(xt.certain_gap, ("float16", "float32", "float64")):
        assert show(gap) in told["certain"]
