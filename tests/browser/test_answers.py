"""An answer and its figure are one: both go back, both stay, in either language, on any server."""

import json

import pytest

from tests.browser.conftest import Lesson, Server, show_button
from tests.browser.test_pages import PAGES
from ui.words import LANGUAGES, shared_labels

EN = shared_labels("en")
AGAIN, OWN = EN["ask_again"], EN["own_again"]


def chosen(lesson: Lesson) -> list[bool]:
    return [one.is_checked() for one in lesson.options().locator("input").all()]


def verdicts(lesson: Lesson) -> list[str]:
    both = [
        label[name] for label in map(shared_labels, LANGUAGES) for name in ("right", "not_quite")
    ]
    found = lesson.page.locator(".stMarkdown strong").all_inner_texts()
    return [text for text in found if text in both]


def heard(lesson: Lesson) -> list[str]:
    return lesson.page.locator("p.xent-heard[role=alert]").all_text_contents()


def gone(lesson: Lesson) -> None:
    lesson.page.get_by_role("button", name=AGAIN).first.wait_for(state="detached")
    lesson.settle()


def drawn(lesson: Lesson) -> dict:
    lesson.settle()
    return lesson.figure()["drawn"]


def until_drawn(lesson: Lesson, state: dict) -> None:
    lesson.until(
        f"""Object.entries({json.dumps(state)}).every(([name, value]) =>
            JSON.parse(document.querySelector('.xent').dataset.drawn)[name] === value)"""
    )


def test_back_takes_back_the_figure_and_the_verdict(visit):
    lesson = visit("/")
    first = drawn(lesson)
    assert verdicts(lesson) == []
    lesson.answer(0)
    assert len(verdicts(lesson)) == 1
    after = drawn(lesson)
    assert after != first
    lesson.page.go_back()
    gone(lesson)
    until_drawn(lesson, first)
    assert verdicts(lesson) == []
    assert chosen(lesson) == [False] * 3
    lesson.page.go_forward()
    lesson.page.get_by_role("button", name=AGAIN).first.wait_for()
    until_drawn(lesson, after)
    assert chosen(lesson) == [True, False, False]


def test_to_choose_an_option_tells_nothing_and_arrows_move_the_choice(visit):
    lesson = visit("/?lang=en")
    first = drawn(lesson)
    show = lesson.page.get_by_role("button", name=EN["show_answer"], exact=True)
    assert show.is_disabled()
    lesson.options().nth(0).click()
    lesson.options().nth(0).locator("input").press("ArrowDown")
    lesson.page.locator("button:enabled", has_text=EN["show_answer"]).wait_for()
    lesson.settle()
    assert chosen(lesson) == [False, True, False]
    assert drawn(lesson) == first
    assert verdicts(lesson) == []
    assert "said=" not in lesson.page.url
    lesson.page.get_by_role("button", name="中文").click()
    lesson.until("document.documentElement.lang === 'zh-CN'")
    lesson.settle()
    assert chosen(lesson) == [False, True, False]
    show_button(lesson.options().nth(1)).click()
    lesson.until("location.search.includes('said=question.1')")


def test_in_the_other_language_the_option_stays_and_the_verdict_is_said_in_it(visit):
    lesson = visit("/")
    lesson.answer(0)
    there = drawn(lesson)
    (before,) = verdicts(lesson)
    name = next(name for name in ("right", "not_quite") if EN[name] == before)
    lesson.page.get_by_role("button", name="中文").click()
    lesson.until("document.documentElement.lang === 'zh-CN'")
    lesson.settle()
    assert verdicts(lesson) == [shared_labels("zh")[name]]
    assert chosen(lesson) == [True, False, False]
    assert drawn(lesson) == there


def test_an_answer_and_a_number_moved_after_it_outlive_the_switch_of_the_unit(visit):
    lesson = visit("/information")
    lesson.answer(1)
    lesson.type("p", "0.3")
    lesson.settle()
    for unit in ("nats", "hartleys"):
        lesson.page.get_by_test_id("stButtonGroup").first.get_by_text(unit, exact=True).click()
        lesson.until(f"location.search.includes('unit={unit}')")
        lesson.settle()
        assert drawn(lesson)["p"] == 0.3
        assert chosen(lesson) == [False, True, False]
        assert verdicts(lesson) == [EN["right"]]


def test_an_answer_that_replaces_the_readers_numbers_gives_them_back_at_one_press(visit):
    lesson = visit("/kl_divergence?p=5,3,2&q=1,1,2&names=one,two,three")
    own = drawn(lesson)
    lesson.answer(0)
    assert len([name for name in drawn(lesson) if name[0] == "p"]) == 2  # the coin of the question
    lesson.page.get_by_role("button", name=OWN).first.click()
    until_drawn(lesson, own)
    assert drawn(lesson) == own
    assert len(verdicts(lesson)) == 1  # the answer stays
    assert lesson.page.get_by_role("button", name=OWN).count() == 0


def test_a_reload_keeps_the_answer_and_says_nothing_by_itself(visit):
    lesson = visit("/")
    lesson.answer(1)
    there, said = drawn(lesson), verdicts(lesson)
    lesson.page.reload()
    lesson.ready()
    lesson.page.get_by_role("button", name=AGAIN).first.wait_for()
    assert drawn(lesson) == there
    assert verdicts(lesson) == said
    assert chosen(lesson) == [False, True, False]
    assert heard(lesson) == []


def test_asked_again_the_figure_is_as_before_the_answer(visit):
    lesson = visit("/")
    lesson.type("z0", "3")
    lesson.settle()
    before = drawn(lesson)
    lesson.answer(2)
    assert drawn(lesson) != before
    lesson.page.get_by_role("button", name=AGAIN).first.click()
    gone(lesson)
    until_drawn(lesson, before)
    assert chosen(lesson) == [False] * 3
    assert "said=" not in lesson.page.url


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_verdict_is_announced_when_it_comes_and_not_on_a_link(visit, language):
    lesson = visit(f"/?lang={language}")
    assert heard(lesson) == []
    lesson.options().nth(0).click()
    show_button(lesson.options().nth(0)).click()
    lesson.page.locator("p.xent-heard").wait_for(state="attached")
    lesson.settle()
    (said,) = heard(lesson)
    (verdict,) = verdicts(lesson)
    assert said.startswith(verdict)
    assert not set("*`$\\{}") & set(said)
    lesson.type("z0", "1.5")
    lesson.until("location.search.includes('z=1.5')")
    lesson.settle()
    assert heard(lesson) == []  # once
    there = visit(lesson.page.evaluate("location.pathname + location.search"))
    assert verdicts(there) == [verdict]
    assert heard(there) == []


def test_an_answer_outlives_the_server(visit):
    own = Server()
    own.start()
    try:
        lesson = visit("/", base=own.url)
        lesson.answer(0)
        there, said = drawn(lesson), verdicts(lesson)
        own.stop()
        lesson.until(
            "document.querySelector('.xent-status').textContent.startsWith('The connection')",
            timeout=20_000,
        )
        own.start()
        lesson.until("document.querySelector('.xent-status').textContent === ''", timeout=60_000)
        lesson.settle()
        lesson.type("z1", "2.5")  # the new server answers
        lesson.settle()
        assert drawn(lesson) == {**there, "z1": 2.5}
        assert verdicts(lesson) == said
        assert chosen(lesson) == [True, False, False]
        assert "said=" in lesson.page.url
    finally:
        own.stop()


IN_SIGHT = """() => {
    const box = document.querySelector('[class*="st-key-xent-verdict-"]').getBoundingClientRect()
    return box.top >= 60 && box.bottom <= innerHeight
}"""


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
@pytest.mark.parametrize("path", [path for path in PAGES if path != "/overflow"])
def test_what_is_told_of_an_answer_is_in_sight(visit, path, width, height):
    lesson = visit(f"{path}?lang=en", width=width, height=height)
    lesson.answer(1)
    lesson.page.wait_for_function(IN_SIGHT)


def test_a_verdict_keeps_its_place_and_says_nothing_while_another_option_is_chosen(visit):
    lesson = visit("/?lang=en")
    lesson.answer(0)
    band = lesson.page.locator('[class*="st-key-xent-verdict-"]')
    place = band.bounding_box()
    lesson.options().nth(1).click()
    lesson.page.wait_for_selector('[class*="st-key-xent-verdict-kept-"]', state="attached")
    lesson.calm()
    assert not band.locator("p").first.is_visible()
    assert band.bounding_box() == place


SIGN = "(band) => getComputedStyle(band.querySelector('p'), '::before').content"


def test_a_verdict_is_a_band_with_a_sign(visit):
    lesson = visit("/?lang=en")
    for option, verdict, sign in ((0, "not_quite", "✗"), (1, "right", "✓")):
        lesson.answer(option)
        band = lesson.page.locator('[class*="st-key-xent-verdict-"]')
        assert f"st-key-xent-verdict-{verdict}-" in band.get_attribute("class")
        assert sign in band.evaluate(SIGN)
        assert band.evaluate("(band) => getComputedStyle(band).borderLeftWidth") == "5px"
