"""Rooms at work: who leads, who votes, and what each is told, with many at once."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.room import store as stores
from ui.room.hub import CALM, CODE_LENGTH, LETTERS, Hub, NoRoomError, read_room, write_room
from ui.room.redis_store import RedisStore
from ui.room.rules import LONGEST_LINK, MOST_ROUNDS, RefusedError, Room
from ui.room.store import AwayError, FullError, Kept, MemoryStore, Store

ABC = {"text": {"en": "Which?"}, "options": {"en": ["a", "b", "c"]}, "truth": 1}
EVEN = [0.25, 0.5, 0.25]


def run(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine in a thread of its own: a browser's tests have a loop in this one."""
    out: list[Any] = []

    def alone() -> None:
        try:
            out.append((asyncio.run(asyncio.wait_for(work(), 30)), None))
        except BaseException as error:  # told to whoever waits
            out.append((None, error))

    thread = threading.Thread(target=alone)
    thread.start()
    thread.join()
    result, error = out[0]
    if error:
        raise error
    return result


class Redis:
    """A Redis of this test's own, which keeps nothing."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = ["redis-server", "--port", str(self.port), "--save", "", "--dir", str(folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                break
            time.sleep(0.02)

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def empty(self) -> None:
        with socket.create_connection(("127.0.0.1", self.port)) as line:
            line.sendall(b"FLUSHALL\r\n")
            line.recv(10)


@pytest.fixture(scope="module")
def redis(tmp_path_factory) -> Iterator[Redis]:
    server = Redis(tmp_path_factory.mktemp("redis"))
    yield server
    server.process.kill()


@pytest.fixture(params=["memory", "redis"])
def new_store(request) -> Callable[[], Store]:
    """Make the store of a test, inside its loop."""
    if request.param == "memory":
        return MemoryStore
    redis = request.getfixturevalue("redis")
    redis.empty()
    return lambda: RedisStore(redis.url)


async def asked(hub: Hub) -> tuple[str, str]:
    code, secret = await hub.open("en")
    await hub.command(code, secret, "ask", ABC)
    return code, secret


def test_a_code_is_four_letters_and_a_room_has_one_of_its_own(new_store):
    async def work():
        hub = Hub(new_store())
        return [await hub.open("en") for _ in range(stores.MOST_ROOMS)]

    rooms = run(work)
    codes = {code for code, _ in rooms}
    assert len(codes) == len({secret for _, secret in rooms}) == stores.MOST_ROOMS
    assert all(len(code) == CODE_LENGTH and set(code) <= set(LETTERS) for code in codes)


def test_there_is_an_end_to_rooms_and_one_that_nobody_uses_makes_place():
    now = [0.0]

    async def work():
        hub = Hub(MemoryStore(lambda: now[0]))
        first, _ = await hub.open("en")
        for _ in range(stores.MOST_ROOMS - 1):
            await hub.open("en")
        with pytest.raises(FullError):
            await hub.open("en")
        now[0] = stores.LONGEST_REST + 1
        await hub.open("en")
        with pytest.raises(NoRoomError):
            await hub.room(first)

    run(work)


@pytest.mark.parametrize("name", ["ask", "show_votes", "show_answer", "again", "lead", "board"])
def test_only_the_secret_leads(new_store, name):
    async def work():
        hub = Hub(new_store())
        (code, secret), (other, others) = await asked(hub), await asked(hub)
        before = await hub.room(code)
        for wrong in ("", secret[:-1], secret + "x", others, code):
            with pytest.raises(NoRoomError):
                await hub.command(code, wrong, name, ABC)
        with pytest.raises(NoRoomError):
            await hub.command(other, secret, name, ABC)
        assert await hub.room(code) == before

    run(work)


def test_a_vote_that_comes_as_the_votes_are_shown_is_not_taken(new_store):
    """Whoever read the room before it was shown finds that no vote is taken any more."""

    async def work():
        hub = Hub(new_store())
        code, secret = await asked(hub)
        room = await hub.room(code)
        await hub.command(code, secret, "show_votes")
        assert not await hub.store.put(code, room.votes_at, "late", "[1, 0, 0]")
        with pytest.raises(RefusedError):
            await hub.vote(code, "late", {"forecast": EVEN})
        assert (await hub.see(code)).teacher["count"] == 0

    run(work)


def test_200_vote_at_once_and_none_is_lost_and_a_second_thought_replaces_the_first(new_store):
    async def work():
        hub = Hub(new_store())
        code, secret = await asked(hub)
        everybody = [f"phone {i}" for i in range(200)]
        await asyncio.gather(*(hub.vote(code, who, {"forecast": [1, 0, 0]}) for who in everybody))
        await asyncio.gather(*(hub.vote(code, who, {"forecast": EVEN}) for who in everybody))
        await hub.command(code, secret, "show_answer")
        return await hub.see(code)

    seen = run(work)
    assert seen.teacher["count"] == 200
    assert seen.all["rounds"][0]["mean"] == EVEN
    assert seen.all["bits"] == ["1.000"]
    assert len(seen.own) == 200


def test_a_room_is_full_at_some_time_but_those_inside_may_change_their_minds(new_store):
    async def work():
        hub = Hub(new_store())
        code, _ = await asked(hub)
        for i in range(stores.MOST_PEOPLE):
            await hub.vote(code, str(i), {"forecast": EVEN})
        with pytest.raises(FullError):
            await hub.vote(code, "one more", {"forecast": EVEN})
        await hub.vote(code, "0", {"forecast": [0, 0, 1]})

    run(work)


def test_the_board_is_the_teachers_and_only_if_she_asks(new_store):
    async def work():
        hub = Hub(new_store())
        code, secret = await asked(hub)
        await hub.vote(code, "ann", {"forecast": EVEN})
        await hub.command(code, secret, "show_answer")
        assert "places" not in (await hub.see(code)).teacher
        await hub.command(code, secret, "board", True)
        seen = await hub.see(code)
        (place,) = seen.teacher["places"]
        assert (place["bits"], place["questions"]) == ("1.00", 1)
        assert "places" not in seen.all

    run(work)


def test_a_room_that_is_closed_is_gone_for_all(new_store):
    async def work():
        hub = Hub(new_store())
        code, secret = await asked(hub)
        phone = hub.watch(code, "ann")
        await anext(phone)
        with pytest.raises(NoRoomError):
            await hub.end(code, "x")
        await hub.end(code, secret)
        with pytest.raises(StopAsyncIteration):
            await anext(phone)
        with pytest.raises(NoRoomError):
            await hub.room(code)

    run(work)


def test_who_watches_is_told_of_each_change_and_of_nothing_else(new_store):
    async def work():
        hub = Hub(new_store())
        code, secret = await asked(hub)
        teacher, phone = hub.watch(code, leader=True), hub.watch(code, "ann")
        heard = [await anext(teacher), await anext(phone)]
        assert [one["phase"] for one in heard] == ["voting"] * 2
        assert heard[0]["count"] == 0
        assert "count" not in heard[1]
        await hub.vote(code, "ann", {"forecast": EVEN})
        assert (await anext(teacher))["count"] == 1
        waiting = asyncio.ensure_future(anext(phone))
        await asyncio.sleep(3 * CALM)
        assert not waiting.done()  # a vote of its own is no news to a phone
        await hub.command(code, secret, "show_answer")
        told = await waiting
        assert (told["phase"], told["paid"], told["truth"]) == ("answered", "1.00", 1)
        await teacher.aclose()
        await phone.aclose()
        assert hub._watched == {}

    run(work)


def test_many_votes_are_told_in_a_few_words(new_store):
    async def work():
        hub = Hub(new_store())
        code, _ = await asked(hub)
        teacher, heard = hub.watch(code, leader=True), []

        async def listen():
            async for seen in teacher:
                heard.append(seen["count"])
                if seen["count"] == 200:
                    return

        listening = asyncio.ensure_future(listen())
        for i in range(200):
            await hub.vote(code, str(i), {"forecast": EVEN})
            await asyncio.sleep(0.001)
        await listening
        return heard

    heard = run(work)
    assert heard == sorted(heard)
    assert len(heard) < 30


def test_a_watcher_of_no_room_is_refused(new_store):
    async def work():
        with pytest.raises(NoRoomError):
            await anext(Hub(new_store()).watch("BBBB"))

    run(work)


@given(st.integers(0, 60), st.integers(0, MOST_ROUNDS), st.booleans(), st.text(max_size=9))
def test_a_room_comes_back_from_its_store_as_it_was(asked_count, rounds, shown, link):
    room = Room("zh", asked=asked_count, rounds=rounds, shown=shown, link=link)
    assert read_room(write_room(room)) == room


def test_a_store_takes_a_code_once(new_store):
    async def work():
        store = new_store()
        assert await store.create("BCDF", Kept("x", "{}"))
        assert not await store.create("BCDF", Kept("y", "{}"))
        assert (await store.read("BCDF")) == Kept("x", "{}")
        assert await store.read("XXXX") is None
        assert await store.votes("XXXX", "1.1") == {}
        assert not await store.put("XXXX", "1.1", "ann", "[]")

    run(work)


def test_two_servers_share_a_room_and_each_tells_its_own_watchers(redis):
    async def work():
        redis.empty()
        here, there = Hub(RedisStore(redis.url)), Hub(RedisStore(redis.url))
        code, secret = await asked(here)
        teacher, phone = here.watch(code, leader=True), there.watch(code, "ann")
        assert (await anext(teacher))["count"] == 0
        assert (await anext(phone))["phase"] == "voting"
        await there.vote(code, "ann", {"forecast": EVEN})
        assert (await anext(teacher))["count"] == 1
        await here.command(code, secret, "show_answer")
        assert (await anext(phone))["paid"] == "1.00"

    run(work)


def test_a_redis_that_is_away_is_said_and_all_goes_on_when_it_is_back(redis):
    async def work():
        redis.empty()
        hub = Hub(RedisStore(redis.url))
        code, _ = await asked(hub)
        teacher = hub.watch(code, leader=True)
        await anext(teacher)
        redis.process.send_signal(signal.SIGSTOP)
        try:
            with pytest.raises(AwayError):
                await hub.vote(code, "ann", {"forecast": EVEN})
            assert (await anext(teacher))["phase"] == "away"
        finally:
            redis.process.send_signal(signal.SIGCONT)
        await hub.vote(code, "ann", {"forecast": EVEN})
        told = await anext(teacher)
        if told.get("count") == 0:
            told = await anext(teacher)
        assert told["count"] == 1

    run(work)


# ---- students' pictures


def test_the_teacher_is_told_how_many_offer_a_picture_and_sees_four_at_a_time(new_store):
    async def work():
        hub = Hub(new_store())
        code, secret = await hub.open("en")
        for n in range(6):
            await hub.offer(code, f"{n}" * 32, f"/softmax?T={n}")
        await hub.offer(code, "0" * 32, "/softmax?T=9")  # in place of the one before
        seen = await hub.see(code)
        return seen, await hub.offers(code, secret), await hub.offers(code, secret, start=4)

    seen, first, rest = run(work)
    assert seen.teacher["offered"] == 6
    assert "T=" not in str(seen)
    assert [one["link"][-1] for one in first + rest] == ["9", "1", "2", "3", "4", "5"]
    assert len(first) == 4
    assert all(one.keys() == {"animal", "number", "link"} for one in first)


def test_only_the_teacher_sees_what_is_offered_and_a_picture_is_one_of_ours(new_store):
    async def work():
        hub = Hub(new_store())
        code, secret = await hub.open("en")
        await hub.offer(code, "a" * 32, "/softmax")
        for wrong in ("", "a" * 32, secret + "x"):
            with pytest.raises(NoRoomError):
                await hub.offers(code, wrong)
        with pytest.raises(NoRoomError):
            await hub.offer("BBBB" if code != "BBBB" else "CCCC", "a" * 32, "/softmax")
        elsewhere = ["", "softmax", "//evil", "/\\evil", "https://evil", "javascript:x", "/\n"]
        for link in (*elsewhere, None, 3, "/" + "x" * LONGEST_LINK):
            with pytest.raises(RefusedError):
                await hub.offer(code, "a" * 32, link)
        return await hub.offers(code, secret)

    assert [one["link"] for one in run(work)] == ["/softmax"]


def test_there_is_an_end_to_what_is_offered_and_a_room_takes_it_along(new_store):
    async def work():
        hub = Hub(new_store())
        code, secret = await hub.open("en")
        for n in range(stores.MOST_OFFERS):
            await hub.offer(code, f"{n:032d}", "/")
        with pytest.raises(FullError):
            await hub.offer(code, "f" * 32, "/")
        await hub.offer(code, "0" * 32, "/softmax")
        await hub.end(code, secret)
        return await hub.store.offers(code), await hub.store.offer(code, "0" * 32, "/")

    assert run(work) == ({}, False)
