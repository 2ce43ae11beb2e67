"""200 phones in one room: from a tap to the teacher's count, from her release to those who follow.

The phones are plain HTTP clients in a process of their own (benchmarks/crowd.py); the teacher is
one in this process. All of them share the machine with the server.

python -m benchmarks.bench_room
"""

import asyncio
import contextlib
import json
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.browser import ROOT, free_port, serve, streamlit
from benchmarks.crowd import SURE, Wire
from benchmarks.reader import cpu_seconds
from benchmarks.report import Target, markdown, targets_table
from ui.assets import asset_url

PHONES = 200
TAPS_WITHIN = 10.0  # seconds, in which each phone taps once
RELEASES, EVERY = 20, 0.5  # of the teacher's, and seconds from one to the next
AT_ONCE = 2.0  # seconds
IDLE = 5.0  # seconds in which nobody does anything
_JOIN = ("phone.js", "talk.js", "dom.js", "results.js", "phone.css")
_QUESTION = {
    "text": {"en": "Which letter?"},
    "options": {"en": ["a", "b", "c"]},
    "truth": 1,
}

WHAT = (
    f"{PHONES} phones are in one room, each with its stream of events, as plain HTTP clients in a "
    "process of their own; they, the teacher and the server share the machine's cores. A tap is "
    "counted when the teacher's page hears of it; an event is one that one phone or the teacher "
    "is sent, or one vote that is taken."
)


@dataclass(frozen=True)
class Lesson:
    """What a lesson given to the room showed: waits in ms, CPU in ms, sizes in bytes."""

    taps: list[float]
    follows: list[float]
    at_once: float  # seconds
    lost: int
    mean: float  # of the true option, as the room says it
    cpu_event: float
    cpu_vote: float
    join: int


class _Cpu:
    """The processor time of a server, but for what it uses when nobody does anything."""

    def __init__(self, pid: int) -> None:
        self._pid, self._idle = pid, 0.0
        self._then, self._before = time.monotonic(), cpu_seconds(pid)

    def idle(self) -> None:
        """Nobody has done anything since it was made."""
        self._idle = self.used() / IDLE

    def used(self) -> float:
        """Seconds since it was asked last."""
        now, cpu = time.monotonic(), cpu_seconds(self._pid)
        used = cpu - self._before - self._idle * (now - self._then)
        self._then, self._before = now, cpu
        return used


class Teacher:
    """She leads the room, and notes what she hears."""

    def __init__(self, port: int, code: str, secret: str) -> None:
        own = {"xent-secret": secret}
        self._room = f"/xent/room/{code}"
        self._says, self._hears = Wire(port, own), Wire(port, own)
        self.heard: list[tuple[float, dict[str, Any]]] = []

    async def listen(self) -> None:
        """Hear the room for ever."""
        async for now, seen in self._hears.events(f"{self._room}/events"):
            self.heard.append((now, seen))

    async def do(self, name: str, said: Any = None) -> float:
        """Do something; return when it was said."""
        now = time.monotonic()
        status, _ = await self._says.ask("POST", f"{self._room}/lead", {"do": name, "said": said})
        if status != 204:
            raise RuntimeError(f"{name} was answered by {status}")
        return now

    async def counted(self, votes: int, since: int) -> None:
        """Wait until she has heard of so many votes, in what came after so many events."""
        async with asyncio.timeout(30):
            while not any(seen.get("count") == votes for _, seen in self.heard[since:]):
                await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def _crowd(port: int, code: str) -> AsyncGenerator[Any]:
    """Give what to ask of the phones, in their own process, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.crowd", str(port), code, str(PHONES)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=1 << 24,
    )
    says, hears = process.stdin, process.stdout
    assert says is not None, "a pipe"
    assert hears is not None, "a pipe"
    await hears.readline()

    async def ask(*said: Any) -> Any:
        says.write(json.dumps(said).encode() + b"\n")
        return json.loads(await hears.readline())

    try:
        yield ask
    finally:
        says.close()
        await process.wait()


def _waits(sent: Sequence[float], heard: Sequence[tuple[float, dict[str, Any]]]) -> list[float]:
    """From each vote, in their order, to the first event that counts as many (ms)."""
    waits = []
    for number, moment in enumerate(sorted(sent), 1):
        counted = next(now for now, seen in heard if seen.get("count", 0) >= number)
        waits.append(1000 * (counted - moment))
    return waits


async def _taps(teacher: Teacher, ask: Any, within: float) -> tuple[list[float], int]:
    """Ask, and have every phone vote; return each vote's wait, and how many were not taken."""
    await teacher.do("ask", _QUESTION)
    await asyncio.sleep(0.5)
    since = len(teacher.heard)
    votes = await ask("vote", within)
    lost = sum(status != 204 for _, status in votes)
    await teacher.counted(PHONES - lost, since)
    return _waits([moment for moment, _ in votes], teacher.heard[since:]), lost


async def _follows(teacher: Teacher, ask: Any) -> list[float]:
    """Lead all of them; return each phone's wait for each release."""
    said: dict[str, float] = {}
    for number in range(RELEASES):
        link = f"/softmax?lang=en&z=1,2,{number}"
        said[link] = await teacher.do("lead", link)
        await asyncio.sleep(EVERY)
    heard = await ask("links")
    if any([link for link, _ in phone] != list(said) for phone in heard):
        raise RuntimeError("a phone has not heard of every release")
    return [1000 * (now - said[link]) for phone in heard for link, now in phone]


async def _lesson(port: int, pid: int) -> Lesson:
    wire = Wire(port, {})
    _, body = await wire.ask("POST", "/xent/room", {"language": "en"})
    room = json.loads(body)
    teacher = Teacher(port, room["code"], room["secret"])
    listening = asyncio.ensure_future(teacher.listen())
    async with _crowd(port, room["code"]) as ask:
        cpu = _Cpu(pid)
        await asyncio.sleep(IDLE)
        cpu.idle()
        taps, lost = await _taps(teacher, ask, TAPS_WITHIN)
        cpu_vote = 1000 * cpu.used() / PHONES
        events = await ask("events")
        follows = await _follows(teacher, ask)
        events = await ask("events") - events
        cpu_event = 1000 * cpu.used() / events
        waits, lost_at_once = await _taps(teacher, ask, 0.0)
        await teacher.do("show_answer")
        await asyncio.sleep(1)
    listening.cancel()
    seen = teacher.heard[-1][1]["rounds"][-1]
    join = [await wire.ask("GET", f"/room/{room['code']}")]
    join += [await wire.ask("GET", asset_url(f"ui/room/{name}")) for name in _JOIN]
    join += [await wire.ask("GET", asset_url("ui/base.js"))]
    size = sum(len(body) for _, body in join)
    return Lesson(
        taps,
        follows,
        max(waits) / 1000,
        lost + lost_at_once + PHONES - seen["count"],
        seen["mean"][1],
        cpu_event,
        cpu_vote,
        size,
    )


def run() -> Lesson:
    """Give the lesson to a room on a server of its own."""
    port = free_port()
    with serve(streamlit("app.py", port), port) as server:
        return asyncio.run(_lesson(port, server.pid))


def _spread(waits: Sequence[float]) -> str:
    return f"{statistics.median(waits):.0f} / {_late(waits):.0f}"


def _late(waits: Sequence[float]) -> float:
    return statistics.quantiles(waits, n=100, method="inclusive")[94]


def table(lesson: Lesson) -> str:
    """Return the lesson's figures as Markdown."""
    rows = [
        ("tap to the teacher's count, median / 95th percentile (ms)", _spread(lesson.taps)),
        ("teacher's release to each follower (ms)", _spread(lesson.follows)),
        (f"{PHONES} votes at once, all counted after (s)", f"{lesson.at_once:.2f}"),
        ("server CPU per event that is sent (ms)", f"{lesson.cpu_event:.2f}"),
        ("server CPU per vote, its request and all that it brings about (ms)",
         f"{lesson.cpu_vote:.2f}"),
        ("a phone's page, all told (KB)", f"{lesson.join / 1000:.1f}"),
    ]  # fmt: skip
    return markdown((f"{PHONES} phones in one room", ""), rows)


def targets(lesson: Lesson) -> list[Target]:
    """Return what was promised of a room, and whether it holds."""
    taps, follows = _late(lesson.taps), _late(lesson.follows)
    right = lesson.lost == 0 and abs(lesson.mean - SURE) < 1e-9
    counted = f"{lesson.at_once:.2f} s, {lesson.lost} lost"
    return [
        Target("a tap in a room of 200, until the teacher sees it: 95th percentile",
               f"{taps:.0f} ms", "≤ 250 ms", taps <= 250),
        Target("a teacher's release, until 200 follow: 95th percentile",
               f"{follows:.0f} ms", "≤ 300 ms", follows <= 300),
        Target("200 votes at once: counted, none lost, the sum right",
               counted, "≤ 2 s", right and lesson.at_once <= AT_ONCE),
        Target("server CPU per event of a room", f"{lesson.cpu_event:.2f} ms", "≤ 0.3 ms",
               lesson.cpu_event <= 0.3),
        Target("a phone's page", f"{lesson.join / 1000:.1f} KB", "≤ 30 KB",
               lesson.join <= 30_000),
    ]  # fmt: skip


if __name__ == "__main__":
    measured = run()
    print(WHAT, table(measured), targets_table(targets(measured)), sep="\n\n")
