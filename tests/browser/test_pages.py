"""Links, languages, themes, sizes and the server's manners, seen from a real browser."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.browser.conftest import Lesson, Server
from ui.app.chrome import NAME
from ui.app.navigation import LESSONS
from ui.words import words
from ui.words.digits import show
from xent_core import self_information

PAGES = tuple("/" if lesson is LESSONS[0] else f"/{lesson.name}" for lesson in LESSONS)


# ---- the address holds the state


def test_a_link_gives_the_same_picture_on_another_server(visit):
    here = visit("/softmax")
    here.type("z3", "-1.25")
    here.settle()
    here.type("T", "0.35")
    here.settle()
    here.page.locator('label[for="softmax-k-0"]').click()
    here.settle()
    address = urlsplit(here.page.url)
    assert address.query == "z=1,2,3,-1.25&T=0.35&k=0"
    other = Server()
    other.start()
    try:
        there = visit(f"{address.path}?{address.query}", base=other.url)
        assert there.figure() == here.figure()
    finally:
        other.stop()


def test_a_copied_link_says_the_state_the_unit_and_the_language(visit):
    options = {"permissions": ["clipboard-read", "clipboard-write"], "locale": "zh-CN"}
    lesson = visit("/information?unit=nats&p=0.25", **options)
    lesson.page.get_by_role("button", name="复制链接").first.click()
    copied = lesson.page.evaluate("navigator.clipboard.readText()")
    assert urlsplit(copied).query == "unit=nats&p=0.25&lang=zh"


def test_back_forward_and_reload_keep_the_picture_and_the_address_in_step(visit):
    lesson = visit("/softmax")
    states = [lesson.figure()["drawn"]]
    for value in ("5", "-5"):
        lesson.type("z0", value)
        lesson.settle()
        states.append(lesson.figure()["drawn"])
    assert [state["z0"] for state in states] == [1, 5, -5]

    def shows(state):
        lesson.page.wait_for_function(
            "(z0) => JSON.parse(document.querySelector('.xent').dataset.drawn).z0 === z0",
            arg=state["z0"],
        )
        lesson.settle()
        assert lesson.figure()["drawn"] == state

    lesson.page.go_back()
    shows(states[1])
    lesson.page.go_back()
    shows(states[0])
    lesson.page.go_forward()
    shows(states[1])
    lesson.page.reload()
    lesson.ready()
    shows(states[1])
    lesson.type("z1", "0")
    lesson.settle()
    assert lesson.figure()["drawn"] == {**states[1], "z1": 0}


def test_a_page_that_one_comes_back_to_is_as_one_left_it(visit):
    lesson = visit("/softmax")
    lesson.type("z0", "7")
    lesson.settle()
    lesson.go_to("home")
    lesson.page.wait_for_selector("text=What this is")
    lesson.go_to("softmax")
    lesson.page.wait_for_selector('input[id="softmax-z0"]')
    lesson.ready()
    assert lesson.figure()["drawn"]["z0"] == 7
    lesson.until("location.search.includes('z=7,2,3,4')")
    lesson.page.go_back()  # one step: to the page before, and to its own state
    lesson.page.wait_for_selector('input[id="home-z0"]')
    lesson.ready()
    assert lesson.figure()["drawn"]["z0"] == 1
    assert urlsplit(lesson.page.url).path == "/"


def test_a_station_of_the_road_opens_its_lesson_with_the_state(visit):
    lesson = visit("/?lang=zh&z=1,-2,3,0.5&k=3")
    p_k = lesson.figure()["readouts"][1]
    stations = lesson.page.locator('.stMain [data-testid="stPageLink"] a')
    stations.nth(1).click()
    lesson.page.wait_for_selector('input[id="surprise-p"]')
    lesson.ready()
    assert lesson.figure()["readouts"][0] == show(self_information(lesson.figure()["drawn"]["p"]))
    assert show(lesson.figure()["drawn"]["p"]) == p_k
    lesson.page.go_back()
    lesson.page.wait_for_selector('input[id="home-z0"]')
    lesson.ready()
    assert lesson.figure()["drawn"] == {"z0": 1, "z1": -2, "z2": 3, "z3": 0.5, "k": 3}
    stations.nth(0).click()
    lesson.page.wait_for_selector('input[id="softmax-z0"]')
    lesson.ready()
    assert lesson.figure()["traces"][0]["y"] == [1, -2, 3, 0.5]
    assert document_language(lesson) == "zh-CN"


def thread(lesson: Lesson):
    """The links at a lesson's end: to the one before it and the one after it."""
    return lesson.page.locator(".st-key-xent-thread a:visible")


def test_the_thread_leads_through_all_lessons_in_their_order(visit):
    lesson = visit("/?lang=zh")
    for at, one in enumerate(LESSONS):
        title = words(one.name, "zh").title
        lesson.until(f"document.querySelector('h1')?.textContent === {json.dumps(title)}")
        lesson.calm()
        assert lesson.page.title() == f"{title} · {NAME}"
        neighbours = [*LESSONS[max(at - 1, 0) : at], *LESSONS[at + 1 : at + 2]]
        paths = [urlsplit(link.get_attribute("href")).path for link in thread(lesson).all()]
        told = ["" if other is LESSONS[0] else other.name for other in neighbours]
        assert [path.strip("/") for path in paths] == told
        if one is not LESSONS[-1]:
            thread(lesson).last.click()
    assert lesson.errors == []


def test_home_shows_every_lesson_in_one_line(visit):
    lesson = visit("/?lang=en")
    shown = lesson.page.locator(".stMain").inner_text()
    for one in LESSONS[1:]:
        text = words(one.name, "en")
        line = re.escape(text.title) + r"\s+" + re.escape(text.label("road"))
        assert re.search(line, shown), one.name


@pytest.mark.parametrize("query", ["", "?lang=en"])
def test_a_state_that_one_comes_back_to_survives_the_change_of_language(visit, query):
    lesson = visit(f"/softmax{query}")
    lesson.type("z0", "7")
    lesson.settle()
    lesson.go_to("home")
    lesson.page.wait_for_selector("text=What this is")
    lesson.go_to("softmax")
    lesson.page.wait_for_selector('input[id="softmax-z0"]')
    lesson.ready()
    lesson.page.get_by_role("button", name="中文").click()
    lesson.until("document.documentElement.lang === 'zh-CN'")
    lesson.settle()
    assert lesson.figure()["drawn"]["z0"] == 7
    assert "z=7" in lesson.page.url
    assert "lang=zh" in lesson.page.url


def test_a_question_asked_again_is_open_and_its_old_answer_moves_nothing_any_more(visit):
    lesson = visit("/softmax")
    first = lesson.figure()["drawn"]
    lesson.answer(0)
    assert lesson.figure()["drawn"] != first
    lesson.page.get_by_role("button", name="Ask me again").click()
    lesson.page.wait_for_selector("text=Ask me again", state="detached")
    lesson.until("JSON.parse(document.querySelector('.xent').dataset.drawn).T === 1")
    lesson.settle()
    assert lesson.figure()["drawn"] == first
    lesson.page.go_back()
    lesson.page.wait_for_selector("text=Ask me again")
    lesson.page.go_back()
    lesson.page.wait_for_selector("text=Ask me again", state="detached")
    lesson.until("JSON.parse(document.querySelector('.xent').dataset.drawn).T === 1")
    lesson.settle()
    assert lesson.page.locator('[data-testid="stRadio"] input:checked').count() == 0
    lesson.type("z0", "5")
    lesson.settle()
    assert lesson.figure()["drawn"] == {**first, "z0": 5}
    assert lesson.page.get_by_text("Ask me again").count() == 0


HOSTILE = [
    "z=abc",
    "z=1,2,3,4,5,6,7,8,9",
    "z=1e999,2",
    "z=nan,1",
    "z=1001,2",
    "z=",
    "T=0",
    "T=-1",
    "T=<script>alert(1)</script>",
    "k=9",
    "k=-1",
    "k=1.5",
    "z=" + "1," * 2000,
]


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: query[:20])
def test_a_link_that_is_no_use_is_said_and_the_default_stands(follow, query):
    lesson = follow(f"/softmax?{query}")
    warning = lesson.page.get_by_test_id("stAlert").first
    assert warning.inner_text().startswith("The link says")
    assert lesson.figure()["drawn"] == {"z0": 1, "z1": 2, "z2": 3, "z3": 4, "T": 1, "k": 2}
    assert_sound(lesson)


def test_an_unknown_language_is_said_and_english_stands(visit):
    lesson = visit("/?lang=tlh")
    assert "tlh" in lesson.page.get_by_test_id("stAlert").first.inner_text()
    assert lesson.page.evaluate("document.documentElement.lang") == "en"


def assert_sound(lesson: Lesson) -> None:
    """No error in the page, none on it, and no traceback in its text."""
    assert lesson.errors == []
    assert lesson.page.get_by_test_id("stException").count() == 0
    assert "Traceback" not in lesson.page.inner_text("body")


# ---- Chinese and English


def document_language(lesson: Lesson) -> str:
    lesson.until("document.documentElement.dataset.run")  # the run has come to its end
    return lesson.page.evaluate("document.documentElement.lang")


def test_the_browser_chooses_the_language_until_the_reader_does(visit):
    lesson = visit("/", locale="zh-CN")
    assert document_language(lesson) == "zh-CN"
    assert lesson.page.inner_text("h1") == words("home", "zh").title
    lesson.page.get_by_role("button", name="English").click()
    lesson.until("document.documentElement.lang === 'en'")
    lesson.until("location.search.includes('lang=en')")
    lesson.go_to("softmax")
    lesson.page.wait_for_selector('input[id="softmax-z0"]')
    lesson.page.wait_for_selector(f"h1:has-text('{words('softmax', 'en').title}')")
    assert document_language(visit("/", locale="fr-FR")) == "en"
    assert document_language(visit("/?lang=zh", locale="en-US")) == "zh-CN"


def numbers(figure: dict[str, Any]) -> list[list[Any]]:
    """What a figure's traces show: all but the names of the classes."""
    return [[trace["y"], trace["z"], trace["text"]] for trace in figure["traces"]]


def test_switching_the_language_keeps_the_state(visit):
    lesson = visit("/softmax?z=3,1,2&T=2&k=1")
    before = lesson.figure()
    lesson.page.get_by_role("button", name="中文").click()
    lesson.until("document.documentElement.lang === 'zh-CN'")
    lesson.settle()
    after = lesson.figure()
    assert after["drawn"] == before["drawn"]
    assert numbers(after) == numbers(before)
    assert after["alt"].startswith("logits 为 3, 1, 2")


# ---- for every eye and hand


def test_the_theme_reaches_the_figure(visit):
    ink = "getComputedStyle(document.querySelector('[class*=tick] text')).fill"
    light, dark = (visit("/", color_scheme=scheme) for scheme in ("light", "dark"))
    assert light.page.evaluate(ink) != dark.page.evaluate(ink)
    light.page.emulate_media(color_scheme="dark")
    light.until(f"{ink} === {json.dumps(dark.page.evaluate(ink))}")


def test_reduced_motion_leaves_no_transition(visit):
    lesson = visit("/", reduced_motion="reduce")
    moving = lesson.page.evaluate(
        """() => [...document.querySelectorAll('.xent, .xent *')].filter((node) => {
            const style = getComputedStyle(node)
            return style.transitionDuration.split(', ').some((t) => parseFloat(t) > 0)
                || style.animationName !== 'none'
        }).map((node) => node.className)"""
    )
    assert moving == []


# ---- the server's manners


def test_plotly_is_loaded_once(visit):
    lesson = visit("/softmax")
    assert len([url for url in lesson.requests if "plotly" in url.lower()]) == 1


def test_uvicorn_serves_the_app_too(visit):
    own = Server(("uvicorn", "app:app", "--log-level", "warning", "--port"))
    own.start()
    try:
        lesson = visit("/softmax?z=3,2,1", base=own.url)
        lesson.type("z0", "4")
        lesson.settle()
        assert lesson.figure()["drawn"]["z0"] == 4
        assert_sound(lesson)
    finally:
        own.stop()


def test_a_lost_server_is_said_and_the_session_goes_on_when_it_is_back(visit):
    own = Server()
    own.start()
    try:
        lesson = visit("/softmax", base=own.url)
        own.stop()
        lesson.set_range("z0", 150)
        status = lesson.page.locator(".xent-status").first
        lesson.until(
            "document.querySelector('.xent-status').textContent.startsWith('The connection')",
            timeout=20_000,
        )
        assert lesson.figure()["drawn"]["z0"] == 5  # what one drags still follows
        lesson.set_range("z0", 160)
        assert lesson.figure()["drawn"]["z0"] == 6
        own.start()
        lesson.until("document.querySelector('.xent-status').textContent === ''", timeout=60_000)
        lesson.settle()
        assert status.inner_text() == ""
        lesson.set_range("z1", 100)
        lesson.settle()
        drawn = lesson.figure()["drawn"]
        assert (drawn["z0"], drawn["z1"]) == (6, 0)
        assert "z=6,0,3,4" in lesson.page.url
    finally:
        own.stop()


@pytest.mark.parametrize("later", [20, 40, 60, 80, 110, 150])
def test_a_click_that_breaks_off_the_first_run_of_a_lesson_loses_nothing(visit, later):
    lesson = visit("/softmax?lang=en&z=3,1,2")
    lesson.go_to("one_hot")
    lesson.page.wait_for_url("**/one_hot**")
    lesson.ready()
    lesson.page.evaluate(
        """async (later) => {
            document.querySelector('.st-key-xent-thread a[href$="softmax"]').click()
            const running = '[data-test-script-state="running"]'  // before, Streamlit knows no page
            while (!document.querySelector(running)) await new Promise(requestAnimationFrame)
            await new Promise((done) => setTimeout(done, later))
            const other = [...document.querySelectorAll("button")].find(
                (button) => button.textContent.includes("中文"))
            other.click()
        }""",
        later,
    )
    lesson.until("document.documentElement.lang.startsWith('zh')")
    lesson.until("document.getElementById('softmax-z0')")
    lesson.ready()
    asked = dict(parse_qsl(urlsplit(lesson.page.url).query))
    assert asked["z"] == "3,1,2"
    assert asked["lang"] == "zh"
    assert lesson.figure()["drawn"]["z0"] == 3
