"""Several servers behind HAProxy: one is killed, Redis is away, HAProxy reloads. Nobody loses much.

Real processes, as deploy/replicas.py starts them.
"""

import contextlib
import csv
import itertools
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from deploy.replicas import Replicas
from tests.browser.conftest import Lesson
from tests.browser.test_room import ABC, Client, opened, phone
from tests.browser.test_training import button, label, state, trained, wait_for
from tests.browser.test_training_away import AT, MOONS, QUERY, assert_undisturbed
from ui.room.hub import BEAT
from ui.words import shared_labels

SOON = 3.0  # seconds until a reader is back
AWAY = 10.0  # seconds without Redis


@pytest.fixture(scope="module")
def replicas() -> Iterator[Replicas]:
    with Replicas(2) as running:
        yield running


def states(replicas: Replicas) -> dict[str, dict[str, str]]:
    """What HAProxy knows of each replica."""
    lines = replicas.command("show stat").removeprefix("# ").splitlines()
    return {one["svname"]: one for one in csv.DictReader(lines) if one["pxname"] == "app"}


@pytest.fixture
def whole(replicas) -> Iterator[Replicas]:
    """All replicas are up at the beginning, and again at the end."""

    def up() -> bool:
        return all(states(replicas)[f"replica{i}"]["status"].startswith("UP") for i in (1, 2))

    yield replicas
    for name in list(replicas.ended()):
        number = int(name.removeprefix("replica"))
        replicas.start_replica(number)
    for _ in range(600):
        if up():
            return
        time.sleep(0.1)
    raise TimeoutError("a replica does not come back")


def open_at(visit, replicas: Replicas, path: str) -> Lesson:
    return visit(path, base=replicas.url)


def replica_of(replicas: Replicas) -> str:
    """The replica that has the only reader's websocket.

    A phone that was there before is seen to have gone with the next beat of its room.
    """
    for _ in range(round(10 * (BEAT + 5))):
        busy = [n for n, one in states(replicas).items() if n != "BACKEND" and int(one["scur"])]
        if len(busy) == 1:
            return busy[0]
        time.sleep(0.1)
    raise AssertionError(f"{busy} have readers")


# notes at which moments the page was lost, and at which it had been run again
NOTE = """() => {
    const app = document.querySelector('.stApp')
    window.moments = []
    let was = ''
    new MutationObserver(() => {
        const { testConnectionState, testScriptState } = app.dataset
        const now = `${testConnectionState} ${testScriptState}`
        if (now !== was) moments.push([now, performance.now() / 1000])
        was = now
    }).observe(app, { attributes: true })
}"""


def lost_for(lesson: Lesson) -> float:
    """Seconds from the page's loss to the end of its first run on another server."""
    lesson.until(
        """(() => {
            const lost = moments.findIndex(([now]) => !now.startsWith('CONNECTED'))
            const ran = moments.findLastIndex(([now]) => now === 'CONNECTED running')
            return lost >= 0 && ran > lost && moments.at(-1)[0] === 'CONNECTED notRunning'
        })()"""
    )
    moments = lesson.page.evaluate("moments")
    lost = next(at for now, at in moments if not now.startswith("CONNECTED"))
    return moments[-1][1] - lost


@pytest.mark.parametrize("let_go", ["before another one is there", "when it has long been there"])
def test_a_replica_is_killed_in_mid_drag(visit, whole, let_go):
    lesson = open_at(visit, whole, "/softmax?lang=en")
    lesson.page.evaluate(NOTE)
    x, y = lesson.grab("z0", 0.5)
    lesson.page.mouse.move(x + 20, y)
    gone = replica_of(whole)
    whole.kill(gone)
    lesson.page.mouse.move(x + 60, y)
    if let_go.startswith("before"):
        moved = lesson.figure()["drawn"]["z0"]  # the hand is followed all the same
        lesson.page.mouse.up()
    assert lost_for(lesson) < SOON
    if let_go.startswith("when"):
        lesson.page.wait_for_timeout(1000)
        lesson.page.mouse.move(x + 50, y)
        moved = lesson.figure()["drawn"]["z0"]
        lesson.page.mouse.up()
    lesson.until(f"location.search.includes('z={moved},')", 3000)
    lesson.settle()
    assert replica_of(whole) != gone
    here = lesson.figure()
    lesson.page.reload()
    lesson.ready()
    assert lesson.calm().figure()["traces"] == here["traces"]
    assert lesson.errors == []


def test_a_replica_is_killed_in_mid_run(visit, whole):
    lesson = open_at(visit, whole, QUERY)
    lesson.page.evaluate(NOTE)
    lesson.page.select_option(".xent-player select", "10")
    button(lesson, "play").click()
    wait_for(lesson, "data.step > 60")
    whole.kill(replica_of(whole))
    began = time.monotonic()
    seen = lesson.page.evaluate(AT)
    lesson.page.wait_for_timeout(500)  # what had come is shown on
    shown = lesson.page.evaluate(AT)
    lesson.until(f"{AT} > {max(seen, shown) + 14}")
    assert time.monotonic() - began < SOON
    assert lost_for(lesson) < SOON
    lesson.page.wait_for_timeout(2000)
    assert state(lesson)["playing"] == "true"
    button(lesson, "pause").click()
    lesson.page.wait_for_timeout(700)
    now = state(lesson)
    assert (now["step"], now["notice"]) == (now["trained"], "")
    assert_undisturbed(lesson, trained(MOONS, now["step"]))
    assert lesson.errors == []


def persistent(one: Client, **said) -> int:
    """Vote as a phone's page does: again and again, until it is heard."""
    while True:
        with contextlib.suppress(OSError, json.JSONDecodeError):
            status = one.vote(**said)
            if status in (204, 400, 404):
                return status
        time.sleep(0.2)


def counted(teacher: Client) -> dict:
    with teacher.hears() as heard:
        return next(heard)


def test_a_replica_is_killed_in_mid_vote(whole):
    teacher = opened(whole)
    assert teacher.do("ask", ABC) == 204
    phones = [phone(teacher) for _ in range(120)]
    with ThreadPoolExecutor(8) as crowd:
        votes = [crowd.submit(persistent, one, option=1, sure=0.25) for one in phones]
        while sum(vote.done() for vote in votes) < 20:
            time.sleep(0.005)
        whole.kill("replica1")
        assert {vote.result() for vote in votes} == {204}
    assert teacher.do("show_answer") == 204
    seen = counted(teacher)
    assert seen["rounds"][0]["count"] == len(phones)
    assert seen["bits"] == ["2.000"]


def test_redis_is_away_for_ten_seconds(visit, whole):
    teacher, labels = opened(whole), shared_labels("en")
    assert teacher.do("ask", ABC) == 204
    page = open_at(visit, whole, "/softmax?lang=en").page
    lesson = open_at(visit, whole, "/softmax?lang=en")
    page.goto(f"{whole.url}/room/{teacher.code}?lang=en")
    page.get_by_role("radio", name="b").wait_for()
    whole.kill("redis")
    began = time.monotonic()
    page.get_by_text(labels["room_away"]).wait_for()
    page.get_by_role("radio", name="b").check()
    waiting: list[int] = []
    heard = threading.Thread(
        target=lambda: waiting.append(persistent(phone(teacher), option=1, sure=0.25))
    )
    heard.start()
    lesson.type("z0", "7")  # lessons go on
    lesson.until("location.search.includes('z=7,')", 3000)
    time.sleep(max(AWAY - (time.monotonic() - began), 0))
    assert waiting == []
    whole.start_redis()
    page.get_by_text(labels["room_sent"]).wait_for()
    heard.join(20)
    assert waiting == [204]
    assert teacher.do("show_answer") == 204
    assert counted(teacher)["rounds"][0]["count"] == 2


def test_haproxy_is_reloaded_and_nobody_notices(visit, whole):
    teacher = opened(whole)
    lesson = open_at(visit, whole, QUERY)
    lesson.page.evaluate(NOTE)
    lesson.page.select_option(".xent-player select", "10")
    button(lesson, "play").click()
    wait_for(lesson, "data.step > 30")
    failures = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                status = Client(whole, teacher.code).ask("/_stcore/health")[0]
                failures.extend([status] if status != 200 else [])
            except OSError as problem:
                failures.append(problem)

    asking = threading.Thread(target=ask)
    asking.start()
    with teacher.hears() as heard:
        next(heard)
        for _ in range(3):
            whole.reload()
            time.sleep(0.7)
        assert teacher.do("ask", ABC) == 204
        assert next(heard)["text"] == ABC["text"]
    over.set()
    asking.join()
    assert failures == []
    before = lesson.page.evaluate(AT)
    wait_for(lesson, f"data.at > {before}")
    moments = lesson.page.evaluate("moments")
    assert [now for now, _ in moments if not now.startswith("CONNECTED")] == []
    assert state(lesson)["notice"] == ""
    assert lesson.errors == []


def test_a_replica_that_is_drained_keeps_its_readers_and_gets_no_new_ones(visit, whole):
    lesson = open_at(visit, whole, "/softmax?lang=en")
    drained = replica_of(whole)
    whole.command(f"set server app/{drained} state drain")
    try:
        lesson.page.evaluate(NOTE)
        before = int(states(whole)[drained]["stot"])
        for _ in range(10):
            assert Client(whole).ask("/_stcore/health")[0] == 200
        assert int(states(whole)[drained]["stot"]) == before
        lesson.type("z0", "7")
        lesson.until("location.search.includes('z=7,')")
        assert lesson.page.evaluate("moments.every(([now]) => now.startsWith('CONNECTED'))")
    finally:
        whole.command(f"set server app/{drained} state ready")


# ---- without HAProxy: nothing keeps a reader with one server


def test_a_run_comes_to_the_same_numbers_whichever_server_is_asked(visit, server, own):
    """As with `uvicorn --workers 2`: the page's websocket is one's, each question another's."""
    lesson, turns = visit(QUERY), itertools.cycle([own, server, own])
    answers = []

    def pass_on(route) -> None:
        path = route.request.url.removeprefix(server.url)
        status, body = Client(next(turns)).ask(path, route.request.post_data_buffer)
        answers.append(status)
        route.fulfill(status=status, body=body)

    lesson.page.route("**/more?*", pass_on)
    lesson.page.select_option(".xent-player select", "10")
    button(lesson, "play").click()
    wait_for(lesson, "data.step > 100")
    field = lesson.page.get_by_label(label("rate_now"))
    button(lesson, "pause").click()
    lesson.page.wait_for_timeout(700)
    changed = state(lesson)["trained"]
    field.fill("0.3")
    field.press("Enter")
    lesson.until("new URLSearchParams(location.search).get('rates').includes(':0.3')")
    lesson.settle()
    lesson.page.wait_for_timeout(1000)
    button(lesson, "one_epoch").click()
    wait_for(lesson, f"data.step > {changed}")
    lesson.page.wait_for_timeout(1000)
    trainer = trained(MOONS, changed)
    trainer.rate = 0.3
    now = state(lesson)
    trainer.advance(steps=now["step"] - changed)
    assert now["notice"] == ""
    assert_undisturbed(lesson, trainer)
    assert set(answers) == {200}
    assert lesson.errors == []
