"""The present view, as a teacher has it: every figure on a projector, keys, a plan."""

import json
import re

import pytest

from tests.browser.conftest import JS, LESSONS, Lesson
from ui.words import shared_labels

SLIDE = (JS / "slide.js").read_text("utf-8")
PATHS = ["/" if lesson is LESSONS[0] else f"/{lesson.name}" for lesson in LESSONS]
SIZES = {(1280, 800): 20, (1920, 1080): 28}
SHOW = '[class*="st-key-xent-show-"] button:not([disabled])'


def presented(visit, path: str, **options) -> Lesson:
    """Open a page and present the figure in sight."""
    lesson = visit(path, **options).calm()
    if "view=" not in path:
        lesson.page.keyboard.press("p")
    lesson.until("document.querySelector('[data-slide=figure]')")
    return lesson.calm()


def figure(lesson: Lesson) -> str:
    return lesson.page.locator("[data-slide=figure]").get_attribute("data-key")


def press(lesson: Lesson, key: str) -> None:
    lesson.page.keyboard.press(key)
    lesson.calm()


def turned(lesson: Lesson, key: str = "PageDown") -> bool:
    """Press a key that turns to another figure; False if there is none."""
    before = figure(lesson)
    lesson.page.keyboard.press(key)
    lesson.until("!document.documentElement.dataset.turning")  # folds are open, if that was due
    lesson.calm()
    return figure(lesson) != before


def wrong_with(lesson: Lesson) -> list[str]:
    """What is wrong with the slide, on a small projector and on a large one."""
    found = []
    for (width, height), least in SIZES.items():
        lesson.page.set_viewport_size({"width": width, "height": height})
        slide = lesson.calm().page.evaluate(SLIDE)
        assert slide["least"] >= least
        assert slide["texts"] > 5
        found += [f"{figure(lesson)} at {width}: {what}" for what in slide["wrong"]]
    return found


def show_answer(lesson: Lesson) -> bool:
    """Choose an option of the slide's question, if it has one, and have the answer shown."""
    options = lesson.page.locator("[data-slide=question] label:has(input)")
    if not options.count():
        return False
    options.first.click()
    lesson.page.locator(f"[data-slide=question] {SHOW}").click()
    lesson.page.locator("[data-slide=verdict]").wait_for()
    return True


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", PATHS)
def test_every_figure_can_be_read_from_the_back_row(visit, path, language):
    """Letters are large, nothing is cut off or lies on something else, answered or not."""
    lesson = presented(visit, f"{path}?lang={language}")
    seen, wrong = [], []
    while True:
        seen.append(figure(lesson))
        wrong += wrong_with(lesson)
        if len(seen) == 1 and show_answer(lesson):
            wrong += wrong_with(lesson)
            press(lesson, "u")  # for the other figures of this state
        if not turned(lesson):
            break
    assert wrong == []
    assert len(seen) == len(set(seen))
    assert lesson.errors == []


def test_leaving_leads_back_to_the_page_at_that_figure(visit):
    lesson = presented(visit, "/softmax?lang=en")
    page = lesson.page
    assert "view=present&figure=softmax" in page.url
    for name in ("move", "learn", "two"):  # the last two lie in folds
        assert turned(lesson)
        assert figure(lesson) == name
    assert turned(lesson, "PageUp")
    assert figure(lesson) == "learn"
    press(lesson, "Escape")
    lesson.until("!document.documentElement.dataset.view")
    lesson.until("location.search.includes('open=slope')")
    lesson.calm()
    assert "view=" not in page.url
    assert "figure=" not in page.url
    assert page.locator("[data-slide]").count() == 0
    top, bottom = page.evaluate(
        "(({top, bottom}) => [top, bottom])"
        "(document.querySelector('[data-key=learn]').getBoundingClientRect())"
    )
    assert 0 < top < bottom <= 801
    assert page.evaluate("document.querySelector('[data-key=two]')") is None  # folded again
    assert lesson.errors == []


def test_the_button_presents_and_back_leaves(visit):
    lesson = visit("/softmax?lang=en")
    page = lesson.page
    page.get_by_role("button", name="Present", exact=True).click()
    lesson.until("document.querySelector('[data-slide=figure]')")
    page.go_back()
    lesson.until("!document.documentElement.dataset.view")
    assert page.get_by_role("heading", name="Softmax vs argmax").is_visible()
    page.go_forward()
    lesson.until("document.querySelector('[data-slide=figure]')")
    page.get_by_role("button", name="Leave the present view").click()
    lesson.until("!document.documentElement.dataset.view")


def test_a_question_is_answered_by_keys_and_undone(visit):
    lesson = presented(visit, "/softmax?lang=en")
    page = lesson.page
    before = lesson.figure()["drawn"]
    lesson.options("softmax-cool").nth(1).click()
    page.locator(SHOW).first.wait_for()
    press(lesson, " ")
    page.locator("[data-slide=verdict]").wait_for()
    lesson.calm()
    assert page.evaluate(SLIDE)["wrong"] == []
    assert lesson.figure()["drawn"] != before
    assert "said=" in page.url
    assert "view=present&figure=softmax" in page.url
    press(lesson, "u")
    lesson.until("!location.search.includes('said=')")
    lesson.calm()
    assert lesson.figure()["drawn"] == before
    assert page.locator("[data-slide=verdict]").count() == 0
    assert figure(lesson) == "softmax"


def test_space_turns_to_the_next_question(visit):
    lesson = presented(visit, "/softmax?lang=en&view=present&figure=move")
    asked = lambda: lesson.page.locator("[data-slide=question]").get_attribute("class")  # noqa: E731
    assert "softmax-divide" in asked()
    press(lesson, " ")
    assert "softmax-shift" in asked()
    press(lesson, " ")
    assert "softmax-divide" in asked()


def test_u_undoes_one_change_after_the_other_and_r_resets(visit):
    lesson = presented(visit, "/softmax?lang=en")
    states = [lesson.figure()["drawn"]]
    for index in (20, 140):
        lesson.set_range("T", index)
        lesson.calm()
        states.append(lesson.figure()["drawn"])
    assert states[0]["T"] != states[1]["T"] != states[2]["T"]
    for wanted in (1, 0, 0):
        press(lesson, "u")
        lesson.page.wait_for_function(
            "([T]) => JSON.parse(document.querySelector('.xent').dataset.drawn).T === T",
            arg=[states[wanted]["T"]],
        )
        lesson.calm()
    lesson.set_range("T", 20)
    lesson.calm()
    press(lesson, "r")
    assert lesson.figure()["drawn"] == states[0]
    assert "view=present&figure=softmax" in lesson.page.url


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_a_handle_is_under_the_pointer(visit, width, height):
    lesson = presented(visit, "/softmax?lang=en", width=width, height=height)
    page = lesson.page
    x, y = lesson.take_hold("z1")
    for dy in (-60, 50):
        page.mouse.move(x + 3, y + dy, steps=4)
        page.wait_for_timeout(60)
        box = lesson.handle("z1").bounding_box()
        assert box
        assert abs(box["x"] + box["width"] / 2 - x) <= 1
        assert abs(box["y"] + box["height"] / 2 - (y + dy)) <= 1
    page.mouse.up()
    lesson.calm()
    end = lesson.handle("z1").bounding_box()
    assert end == pytest.approx(box, abs=1)


def test_b_blanks_and_a_field_has_its_keys_for_itself(visit):
    lesson = presented(visit, "/softmax?lang=en")
    page = lesson.page
    curtain = page.locator(".xent-present-curtain")
    page.keyboard.press("b")
    assert curtain.is_visible()
    box = curtain.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 1280, "height": 800}
    page.keyboard.press("PageDown")  # only shows the figure again
    assert not curtain.is_visible()
    assert figure(lesson) == "softmax"
    lesson.field("T").click()
    for key in ("p", "b", "?", "u", "PageDown", " ", "r"):
        page.keyboard.press(key)
    assert not curtain.is_visible()
    assert not page.locator(".xent-present-help").is_visible()
    assert figure(lesson) == "softmax"


def test_question_mark_lists_the_keys(visit):
    for language in ("en", "zh"):
        lesson = presented(visit, f"/softmax?lang={language}")
        page = lesson.page
        page.keyboard.press("?")
        listed = page.get_by_role("dialog")
        for name in ("next", "back", "show", "reset", "undo", "hide", "explain", "leave"):
            label = shared_labels(language)[f"present_key_{name}"]
            assert listed.get_by_text(label, exact=True).is_visible()
        page.keyboard.press("Escape")
        assert not listed.is_visible()
        assert figure(lesson) == "softmax"  # Escape has closed the list, and nothing else


def test_the_view_outlives_a_reload_and_another_language(visit):
    lesson = presented(visit, "/softmax?lang=en")
    assert turned(lesson)
    lesson.set_range("s", 40)
    lesson.calm()
    drawn, page = lesson.figure(1)["drawn"], lesson.page
    page.reload()
    lesson.ready()
    lesson.until("document.querySelector('[data-slide=figure]')")
    assert figure(lesson) == "move"
    assert lesson.figure(1)["drawn"] == drawn
    page.evaluate("document.querySelector('[class*=st-key-xent-other-language] button').click()")
    lesson.until("document.documentElement.lang === 'zh-CN'")
    lesson.calm()
    assert figure(lesson) == "move"
    assert "view=present&figure=move" in page.url
    assert lesson.figure(1)["drawn"] == drawn


def test_an_unknown_view_is_told_and_an_unknown_figure_is_the_first(visit):
    lesson = visit("/softmax?lang=en&view=cinema")
    assert lesson.page.get_by_text("“cinema”").is_visible()
    assert lesson.page.locator("[data-slide]").count() == 0
    lesson = visit("/softmax?lang=en&view=present&figure=nowhere")
    lesson.until("document.querySelector('[data-slide=figure]')")
    assert figure(lesson) == "softmax"
    assert "figure=softmax" in lesson.page.url
    assert lesson.errors == []


def test_a_copied_link_has_the_view_of_now(visit):
    lesson = visit("/softmax?lang=en&view=present&figure=softmax")
    page = lesson.page
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    copy = "document.querySelectorAll('.xent')[{}].querySelector('.xent-tools button').click()"
    lesson.until("document.querySelector('[data-slide=figure]')")
    page.evaluate(copy.format(0))
    assert page.evaluate("window.copied").endswith("view=present&figure=softmax")
    press(lesson, "p")
    page.evaluate(copy.format(1))
    assert not re.search("view=|figure=", page.evaluate("window.copied"))
    assert lesson.errors == []


def test_the_room_is_offered_the_question_of_the_slide(visit, own):
    lesson = presented(visit, "/softmax?lang=en", base=own.url)
    for key in ("open", "open_now"):
        label = shared_labels("en")[f"class_{key}"]
        lesson.page.get_by_role("button", name=label, exact=True).click()
    offered = lesson.page.locator('[id="class question"]')
    offered.wait_for()
    for way in ("PageDown", "PageUp", ""):
        said = lesson.page.locator("[data-slide=question] [data-testid=stWidgetLabel]").inner_text()
        lesson.page.wait_for_function(
            "said => document.getElementById('class question').selectedOptions[0].text === said",
            arg=said,
        )
        assert not way or turned(lesson, way)
    offered.select_option(index=2)
    lesson.page.wait_for_timeout(1000)
    assert offered.input_value() == "2"  # what is chosen stays, until another slide comes


def test_a_slide_outlives_its_server(visit, own):
    lesson = presented(visit, "/softmax?lang=en", base=own.url)
    assert turned(lesson)
    own.stop()
    lesson.until("document.querySelector('.xent-status').textContent !== ''", 25_000)
    lesson.set_range("s", 40)
    drawn = lesson.figure(1)["drawn"]
    own.start()
    lesson.until("document.querySelector('.xent-status').textContent === ''", 25_000)
    lesson.until("location.search.includes('s=')", 25_000)
    lesson.calm()
    assert figure(lesson) == "move"
    assert lesson.figure(1)["drawn"] == drawn
    assert "view=present&figure=move" in lesson.page.url
    assert lesson.page.evaluate(SLIDE)["wrong"] == []
    assert turned(lesson)
    assert lesson.errors == []


def in_list(lesson: Lesson, name: str):
    return lesson.page.get_by_role("dialog").get_by_role("button", name=name)


def at_station(lesson: Lesson, place: str, path: str, name: str) -> None:
    """Wait until a station of the plan is shown."""
    lesson.page.get_by_text(place, exact=True).wait_for()
    lesson.until(f"location.pathname === {json.dumps(path)}")
    lesson.until(f"document.querySelector('[data-slide=figure]')?.dataset.key === {name!r}")
    lesson.calm()


def test_a_plan_leads_through_three_lessons_and_back_in_its_states(visit):
    lesson = presented(visit, "/softmax?lang=en&T=2")
    page = lesson.page
    press(lesson, "?")
    in_list(lesson, "Add this figure").click()
    page.keyboard.press("Escape")
    for path in ("/information?lang=en&view=present&p=0.125", "/?lang=en&view=present&k=1"):
        lesson.follow(path)
        lesson.until("document.querySelector('[data-slide=figure]')")
        press(lesson, "?")
        in_list(lesson, "Add this figure").click()
        page.get_by_text("Added, in the state that it is in now.").wait_for()
        page.keyboard.press("Escape")
    press(lesson, "?")
    in_list(lesson, "Earlier: What is cross-entropy? · home").click()  # now it is the second
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    in_list(lesson, "Copy the plan’s link").click()
    page.get_by_text("The link to the whole plan has been copied.").wait_for()
    link = page.evaluate("window.copied")
    assert link.startswith(lesson.base + "/?lang=en&plan=softmax.softmax?")
    page.keyboard.press("Escape")
    page.evaluate("localStorage.removeItem('xent plan')")

    lesson.open(link.removeprefix(lesson.base))
    at_station(lesson, "1 of 3", "/softmax", "softmax")
    assert lesson.figure()["drawn"]["T"] == 2
    lesson.set_range("T", 20)
    lesson.calm()
    press(lesson, "PageDown")
    at_station(lesson, "2 of 3", "/", "home")
    assert lesson.figure()["drawn"]["k"] == 1
    press(lesson, "PageDown")
    at_station(lesson, "3 of 3", "/information", "surprise")
    assert lesson.figure()["drawn"]["p"] == 0.125
    press(lesson, "PageDown")  # there is no more
    press(lesson, "PageUp")
    at_station(lesson, "2 of 3", "/", "home")
    page.reload()
    lesson.ready()
    at_station(lesson, "2 of 3", "/", "home")
    press(lesson, "PageUp")
    at_station(lesson, "1 of 3", "/softmax", "softmax")
    assert lesson.figure()["drawn"]["T"] == 2  # the plan's, not the one that was left there
    assert page.evaluate(SLIDE)["wrong"] == []
    press(lesson, "?")
    in_list(lesson, "Leave the plan").click()
    page.keyboard.press("Escape")
    assert page.locator(".xent-present-bar output").inner_text() == ""
    assert lesson.errors == []


@pytest.mark.parametrize(
    "plan", ["", "javascript:alert(1)", "//evil.example/x.y", "softmax", "softmax.x!" * 50, "🙂.x"]
)
def test_a_hostile_plan_is_told_with_a_sentence(visit, plan):
    lesson = visit(f"/softmax?lang=en&plan={plan}")
    lesson.page.get_by_text("The link brings no plan that can be shown").wait_for()
    assert lesson.page.url == f"{lesson.base}/softmax?lang=en"
    assert lesson.page.locator("[data-slide]").count() == 0
    assert lesson.errors == []


def test_students_pictures_stand_side_by_side(visit, server):
    teacher = visit("/softmax?lang=en")
    page = teacher.page
    page.get_by_role("button", name="In class", exact=True).click()
    page.get_by_role("button", name="Open a room", exact=True).click()
    code = page.locator(".xent-class-code").inner_text()
    assert page.get_by_role("button", name="Students’ pictures").is_disabled()
    page.get_by_role("button", name="Lead those who follow").click()
    phone = visit("/", width=390, height=844).page
    phone.goto(f"{server.url}/room/{code}?lang=en")
    phone.get_by_role("button", name="Follow the lesson").click()
    inside = phone.frame_locator("iframe.follow")
    inside.locator('.xent[data-ready="true"]').first.wait_for(timeout=30_000)
    page.bring_to_front()
    page.keyboard.press("p")
    phone.bring_to_front()
    inside.locator("[data-slide=figure][data-key=softmax]").wait_for()
    page.bring_to_front()
    page.keyboard.press("Escape")
    phone.bring_to_front()
    inside.locator("html:not([data-view])").wait_for(state="attached")
    phone.frames[1].evaluate("document.querySelector('[data-key=move]').scrollIntoView()")
    phone.get_by_role("button", name="Show mine").click()
    phone.get_by_role("button", name="Shown to the teacher").wait_for()
    page.bring_to_front()
    page.get_by_role("button", name="Students’ pictures (1)").click()
    wall = page.get_by_role("dialog", name="Students’ pictures")
    frame = wall.frame_locator("iframe")
    frame.locator("[data-slide=figure][data-key=move]").wait_for(timeout=30_000)
    assert frame.locator("[data-slide=question]").count() == 0
    assert wall.locator("figcaption").inner_text().split()[1].isdigit()
    box = wall.locator("iframe").bounding_box()
    assert box
    assert box["width"] > 550
    wall.get_by_role("button", name="Small").click()
    assert page.locator("iframe").count() == 0
    assert teacher.errors == []
