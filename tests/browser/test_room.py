"""A room over HTTP, as phones, a teacher and somebody with bad intentions use it."""

import contextlib
import csv
import gzip
import http.client
import io
import json
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Server
from ui.assets import asset_url
from ui.room.hub import MOST_WATCHERS
from ui.room.store import MOST_PEOPLE
from ui.words import fill, shared_labels, words

ABC = {
    "text": {"en": "Which letter?", "zh": "哪个字母？"},
    "options": {"en": ["a", "b", "c"], "zh": ["甲", "乙", "丙"]},
    "truth": 1,
}


class Client:
    """Somebody who asks a room: a phone by its name, the teacher by her secret."""

    def __init__(self, server: Server, code: str = "", **headers: str) -> None:
        self.server, self.code = server, code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def ask(self, path: str, said: Any = None, method: str = "") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("localhost", self.server.port, timeout=20)
        with contextlib.closing(connection):
            body = said if isinstance(said, bytes) or said is None else json.dumps(said).encode()
            connection.request(
                method or ("GET" if body is None else "POST"), path, body, self.headers
            )
            answer = connection.getresponse()
            return answer.status, answer.read()

    def do(self, name: str, said: Any = None) -> int:
        return self.ask(f"/xent/room/{self.code}/lead", {"do": name, "said": said})[0]

    def vote(self, **said: Any) -> int:
        return self.ask(f"/xent/room/{self.code}/vote", said)[0]

    @contextlib.contextmanager
    def hears(self) -> Iterator[Iterator[dict[str, Any]]]:
        connection = http.client.HTTPConnection("localhost", self.server.port, timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", f"/xent/room/{self.code}/events", headers=self.headers)
            answer = connection.getresponse()
            assert answer.status == 200, answer.status
            lines = iter(answer.readline, b"")
            yield (json.loads(line[6:]) for line in lines if line.startswith(b"data: "))


def opened(server: Server) -> Client:
    status, body = Client(server).ask("/xent/room", {"language": "en"})
    assert status == 200
    room = json.loads(body)
    return Client(server, room["code"], xent_secret=room["secret"])


@pytest.fixture(scope="module")
def teacher(server) -> Client:
    """One room for all: an address may not open many."""
    return opened(server)


def phone(teacher: Client) -> Client:
    return Client(teacher.server, teacher.code, xent_who=secrets.token_hex(16))


def test_a_room_votes_sees_and_pays(server):
    teacher = opened(server)
    ann, bob = phone(teacher), phone(teacher)
    with teacher.hears() as taught, ann.hears() as heard:
        assert next(heard)["phase"] == next(taught)["phase"]
        assert teacher.do("ask", ABC) == 204
        assert next(heard)["text"] == ABC["text"]
        assert next(taught)["count"] == 0
        assert ann.vote(option=1, sure=0.5) == 204
        assert next(taught)["count"] == 1
        assert bob.vote(chips=[10, 5, 5]) == 204
        assert next(taught)["count"] == 2
        assert teacher.do("show_votes") == 204
        shown = next(heard)
        assert shown["rounds"][0]["mean"] == pytest.approx([0.375, 0.375, 0.25])
        assert "truth" not in shown
        assert ann.vote(option=0, sure=0.9) == 400  # too late
        assert teacher.do("show_answer") == 204
        told = next(heard)
        assert (told["truth"], told["paid"], told["bits"]) == (1, "1.00", ["1.500"])
    status, body = teacher.ask(f"/xent/room/{teacher.code}/record.csv")
    assert status == 200
    lines = list(csv.DictReader(io.StringIO(body.decode())))
    assert len(lines) == 2 * 3
    assert {line["bits"] for line in lines} == {"", "1.0", "2.0"}


def test_200_phones_vote_within_a_moment_and_none_is_lost(server, teacher):
    assert teacher.do("ask", ABC) == 204
    phones = [phone(teacher) for _ in range(200)]
    with ThreadPoolExecutor(16) as crowd:
        assert set(crowd.map(lambda one: one.vote(option=1, sure=0.25), phones)) == {204}
    assert teacher.do("show_answer") == 204
    with teacher.hears() as heard:
        seen = next(heard)
    assert seen["rounds"][0]["count"] == 200
    assert seen["bits"] == ["2.000"]


@pytest.mark.parametrize("said", [b"", b"{", b"[]", b"null", b"\xff", b'{"chips": [1e999, 0, 0]}',
                                  b'{"option": 1e999, "sure": 1}', b'{"forecast": [0.5]}',
                                  b'{"option": 1}', b'{"option": true, "sure": 1}',
                                  b"[" * 200 + b"]" * 200])  # fmt: skip
def test_a_hostile_vote_gets_400_and_touches_nothing(server, teacher, said):
    assert teacher.do("ask", ABC) == 204
    path = f"/xent/room/{teacher.code}/vote"
    assert phone(teacher).ask(path, said, "POST")[0] == 400
    assert (
        Client(server, teacher.code, xent_who="../../etc").ask(path, {"option": 1, "sure": 1})[0]
        == 400
    )
    assert Client(server, teacher.code).ask(path, {"option": 1, "sure": 1})[0] == 400
    with teacher.hears() as heard:
        assert next(heard)["count"] == 0


def test_a_long_body_is_not_read(server, teacher):
    vote = f"/xent/room/{teacher.code}/vote"
    assert phone(teacher).ask(vote, {"forecast": [0.1] * 900})[0] == 413
    many = {"do": "ask", "said": {**ABC, "text": {"en": "x" * 60_000}}}
    assert teacher.ask(f"/xent/room/{teacher.code}/lead", many)[0] == 413


@pytest.mark.parametrize(
    "name", ["ask", "show_votes", "show_answer", "again", "lead", "board", "?"]
)
def test_nobody_leads_without_the_secret(server, teacher, name):
    assert teacher.do("ask", ABC) == 204
    for headers in ({}, {"xent_secret": ""}, {"xent_secret": "x" * 24}):
        assert Client(server, teacher.code, **headers).do(name, ABC) == 404
    path = f"/xent/room/{teacher.code}/record.csv"
    assert phone(teacher).ask(path)[0] == 404


def test_no_request_reads_the_votes_before_they_are_shown(server, teacher):
    assert teacher.do("ask", ABC) == 204
    ann, spy = phone(teacher), phone(teacher)
    assert ann.vote(forecast=[0.125, 0.625, 0.25]) == 204
    read = []
    for who in (teacher, spy, ann):
        with who.hears() as heard:
            read.append(json.dumps(next(heard)))
        read.append(who.ask(f"/xent/room/{teacher.code}/record.csv")[1].decode())
    assert not any("0.125" in text or "0.625" in text for text in read)
    assert not any(ann.headers["xent-who"] in text for text in read)


def test_a_code_cannot_be_found_by_trying(own):
    """Whoever tries is not heard any more, right or wrong."""
    teacher = opened(own)
    answers = [Client(own, "BBBB").ask("/xent/room/BBBB/enter", {})[0] for _ in range(80)]
    assert set(answers) == {404, 429}
    assert answers.index(429) <= 62
    assert teacher.do("ask", ABC) == 429


def test_one_address_opens_only_so_many_rooms(own):
    answers = [Client(own).ask("/xent/room", {"language": "en"})[0] for _ in range(50)]
    assert set(answers) == {200, 429}
    assert answers.index(429) <= 42


def test_a_crowd_that_is_made_up_fills_a_room_and_no_more(own):
    """Then it is told so; and whoever goes on is not heard, faster than a class could vote."""
    teacher = opened(own)
    assert teacher.do("ask", ABC) == 204
    first = phone(teacher)
    assert first.vote(option=1, sure=1) == 204
    with ThreadPoolExecutor(8) as crowd:
        made_up = [phone(teacher) for _ in range(2500)]
        answers = list(crowd.map(lambda one: one.vote(option=0, sure=1), made_up))
    assert answers.count(204) == MOST_PEOPLE - 1
    assert set(answers) == {204, 429, 503}
    with teacher.hears() as heard:
        assert next(heard)["count"] == MOST_PEOPLE


def test_one_phone_may_change_its_mind_but_not_all_the_time(server, teacher):
    assert teacher.do("ask", ABC) == 204
    one = phone(teacher)
    answers = [one.vote(option=1, sure=0.5) for _ in range(40)]
    assert set(answers) == {204, 429}
    with teacher.hears() as heard:
        assert next(heard)["count"] == 1


def test_a_room_is_watched_by_so_many_and_says_so_to_the_next(own):
    teacher = opened(own)
    with contextlib.ExitStack() as stack:
        for _ in range(MOST_WATCHERS):
            next(stack.enter_context(phone(teacher).hears()))
        assert phone(teacher).ask(f"/xent/room/{teacher.code}/events")[0] == 503
    assert teacher.do("ask", ABC) == 204


@pytest.mark.parametrize(
    "there",
    ["", "javascript:alert(1)/", "http://school/?", "http://school/<svg>/", "//school/",
     "http://school", "http://a b/", "http://school/\r\nx: y/", "http://" + "x" * 400 + "/"],
)  # fmt: skip
def test_a_qr_code_leads_to_the_address_of_an_app_or_there_is_none(server, teacher, there):
    path = f"/xent/room/{teacher.code}/qr.svg?{urlencode({'at': there})}"
    assert teacher.ask(path)[0] == 400


def test_the_page_of_a_phone_is_small_and_speaks_its_language(server, teacher):
    for language, title in (("en", "en"), ("zh", "zh-CN")):
        headers = {"accept_language": f"{language},en;q=0.5"}
        status, page = Client(server, **headers).ask(f"/room/{teacher.code}")
        assert status == 200
        assert f'<html lang="{title}">' in page.decode()
        parts = [page]
        names = ("phone.js", "talk.js", "dom.js", "results.js", "phone.css")
        for path in ("ui/base.js", *(f"ui/room/{name}" for name in names)):
            parts.append(Client(server).ask(asset_url(path))[1])
        assert sum(map(len, parts)) < 30_000
        assert all(gzip.decompress(part) for part in parts[1:])


def test_a_phone_forecasts_and_learns_what_it_pays(visit, server):
    teacher = opened(server)
    page = visit("/", width=390, height=844).page
    page.goto(f"{server.url}/room?lang=en")
    page.get_by_label("Code of the room").fill(teacher.code.lower())
    page.keyboard.press("Enter")
    page.get_by_text("You are in.").wait_for()
    assert teacher.do("ask", ABC) == 204
    page.get_by_role("radio", name="b").check()
    page.get_by_text("Sent.").wait_for()
    page.get_by_role("button", name="Spread chips").click()
    page.get_by_role("slider", name="b").fill("15")
    page.get_by_role("slider", name="a").fill("19")  # only 5 are left
    page.get_by_text("Chips left: 0").wait_for()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("Sent.").wait_for()
    assert teacher.do("show_answer") == 204
    page.get_by_text("You paid 0.415 bits").wait_for()
    page.get_by_text("True was: b").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert teacher.do("lead", "/softmax?lang=en&z=1,2,5") == 204
    page.get_by_role("button", name="Follow the lesson").click()
    inside = page.frame_locator("iframe.follow")
    inside.locator('.xent[data-ready="true"]').first.wait_for(timeout=30_000)
    assert teacher.do("lead", "/softmax?lang=en&z=1,2,7") == 204
    inside.locator('[id="softmax-z2"]').wait_for()
    page.wait_for_function(
        "document.querySelector('iframe').contentWindow.location.search.includes('1,2,7')"
    )
    page.get_by_role("button", name="Back to the vote").click()
    page.get_by_text("You paid 0.415 bits").wait_for()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_teacher_asks_the_pages_question_and_the_room_pays(visit, server, language):
    lesson = visit(f"/softmax?lang={language}")
    page, labels = lesson.page, shared_labels(language)
    button = lambda key: page.get_by_role("button", name=labels[f"class_{key}"], exact=True)  # noqa: E731
    button("open").click()
    assert page.locator(".xent-class-code").count() == 0  # nobody opens a room by mistake
    button("open_now").click()
    code = page.locator(".xent-class-code").inner_text()
    assert page.locator(".xent-class-qr svg").count() == 1
    assert code not in page.url
    ground = page.locator(".xent-class").evaluate("node => getComputedStyle(node).backgroundColor")
    assert ground == "rgb(255, 255, 255)"  # nothing of the lesson shines through
    asked = page.locator('[id="class question"] option')
    before = asked.count()
    fold = page.locator("summary", has_text=words("softmax", language).heading("squared"))
    fold.evaluate("(summary) => summary.click()")  # what is folded has not been asked
    expect(asked).to_have_count(before + 1)
    phones = [Client(server, code, xent_who=secrets.token_hex(16)) for _ in range(3)]
    button("ask").click()
    page.get_by_text(fill(labels["class_answered"], {"count": 0})).wait_for()
    for option, one in enumerate(phones):
        assert one.vote(option=option, sure=0.5) == 204
    page.get_by_text(fill(labels["class_answered"], {"count": 3})).wait_for()
    assert page.locator(".xent-class-bar").count() == 0
    button("show_votes").click()
    page.locator(".xent-class-bar").first.wait_for()
    assert page.locator(".xent-class-bar.true").count() == 0
    button("again").click()
    page.get_by_text(fill(labels["class_answered"], {"count": 0})).wait_for()
    assert phones[0].vote(option=1, sure=1) == 204
    page.get_by_text(fill(labels["class_answered"], {"count": 1})).wait_for()
    button("show_answer").click()
    page.locator(".xent-class-bar.true").first.wait_for()
    assert page.locator(".xent-class-round").count() == 2  # both votes side by side
    button("board").click()
    page.locator(".xent-class li").wait_for()
    lesson.go_to("overflow")
    lesson.ready()
    assert page.locator(".xent-class-code").inner_text() == code  # the room stays
    with page.expect_download() as saved:
        button("record").click()
    assert saved.value.suggested_filename == f"{code}.csv"
    page.reload()
    lesson.ready()
    page.locator(".xent-class-open").click()
    assert page.locator(".xent-class-code").inner_text() == code
    page.once("dialog", lambda dialog: dialog.accept())
    button("close").click()
    page.locator(".xent-class-open").wait_for()
    assert phones[0].vote(option=1, sure=1) == 404
    assert lesson.errors == []
