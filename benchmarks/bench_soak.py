"""Memory in the long run: readers who stay, and many more who come and go.

python -m benchmarks.bench_soak [minutes]
"""

import asyncio
import contextlib
import itertools
import json
import random
import statistics
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.browser import free_port, serve, streamlit
from benchmarks.reader import Reader, reading, resident_mb
from benchmarks.report import Target, markdown, targets_table
from ui.app.navigation import LESSONS

MINUTES = 10.0
STAYING, COMING = 30, 200
HELD = {"softmax": "z0", "overflow": "x0", "one_hot": "z0"}  # lessons, and a slider of each
EVERY, VISIT = 2.0, 5.0  # seconds from release to release; of a visit
# Streamlit keeps a session for two minutes after its reader has gone: until then it fills up.
WARM_UP = 150.0
MOST_SPREAD = 0.05

WHAT = (
    f"{STAYING} readers on three lessons let go of a slider every two seconds while {COMING} "
    "others open a lesson, one after the other, and leave; those on the training lesson have its "
    f"run trained. The first {WARM_UP / 60:.1f} minutes are the warm-up: Streamlit keeps a "
    "session for two minutes after its reader has gone."
)


@dataclass(frozen=True)
class Result:
    """Resident memory (MB) by the second since all were there, and the releases answered."""

    samples: Sequence[tuple[float, float]]
    releases: int
    visits: int

    def minutes(self) -> dict[int, float]:
        """Return the median memory (MB) of each minute that was begun."""
        groups = itertools.groupby(self.samples, lambda sample: int(sample[0] // 60))
        return {minute: statistics.median(mb for _, mb in group) for minute, group in groups}

    def spread(self) -> float:
        """Return by what part the memory went up or down after the warm-up.

        It is the median of the last quarter against that of the first: a leak has no end.
        """
        warm = [mb for second, mb in self.samples if second >= WARM_UP]
        quarter = max(1, len(warm) // 4)
        return statistics.median(warm[-quarter:]) / statistics.median(warm[:quarter]) - 1


async def _stay(reader: Reader, until: float) -> int:
    """Release a slider again and again; return how often."""
    for released in itertools.count():
        await asyncio.sleep(random.uniform(0, 2 * EVERY))
        if time.monotonic() > until:
            return released
        await reader.release(HELD[reader.page], random.randrange(-50, 50) / 10)
    raise AssertionError


def _train(url: str) -> None:
    body = json.dumps({"to": 200}).encode()
    asked = urllib.request.Request(f"{url}/more", body)
    urllib.request.urlopen(asked, timeout=60).read()


async def _visit(url: str, page: str) -> None:
    """Open a lesson, look at it for a while, leave."""
    async with reading(url, page) as reader:
        if "stream" in reader.header:
            await asyncio.to_thread(_train, url + reader.header["stream"]["url"])
        await asyncio.sleep(VISIT)


async def _come_and_go(url: str, visits: int, seconds: float) -> None:
    lessons = itertools.cycle(lesson.name for lesson in LESSONS)
    async with asyncio.TaskGroup() as group:
        for page in itertools.islice(lessons, visits):
            group.create_task(_visit(url, page))
            await asyncio.sleep(seconds / visits)


async def _watch(pid: int, until: float) -> list[tuple[float, float]]:
    began, samples = time.monotonic(), []
    while time.monotonic() < until:
        samples.append((time.monotonic() - began, resident_mb(pid)))
        await asyncio.sleep(1)
    return samples


async def _measure(minutes: float) -> Result:
    port = free_port()
    async with contextlib.AsyncExitStack() as stack:
        server = stack.enter_context(serve(streamlit("app.py", port), port))
        readers = [
            await stack.enter_async_context(reading(server.url, page))
            for page in itertools.islice(itertools.cycle(HELD), STAYING)
        ]
        until = time.monotonic() + 60 * minutes
        async with asyncio.TaskGroup() as group:
            staying = [group.create_task(_stay(reader, until)) for reader in readers]
            watching = group.create_task(_watch(server.pid, until))
            group.create_task(_come_and_go(server.url, COMING, 60 * minutes))
        return Result(watching.result(), sum(task.result() for task in staying), COMING)


def run(minutes: float = MINUTES) -> Result:
    """Measure for so many minutes, of which WARM_UP seconds do not count."""
    if 60 * minutes <= WARM_UP:
        raise ValueError(f"{minutes} minutes are over before the warm-up is")
    return asyncio.run(_measure(minutes))


def targets(result: Result) -> list[Target]:
    """Return what was promised of the memory, and whether it holds."""
    spread = result.spread()
    what = "memory after the warm-up, from its first quarter to its last"
    wanted = f"within {MOST_SPREAD:.0%}"
    return [Target(what, f"{spread:+.1%}", wanted, abs(spread) <= MOST_SPREAD)]


def table(result: Result) -> str:
    """Return the memory by the minute as a Markdown table."""
    seen = result.minutes()
    head = ("Minute", *(str(minute + 1) for minute in seen))
    said = f"{result.releases} releases, {result.visits} visits"
    return f"{markdown(head, [('MB', *(f'{mb:.0f}' for mb in seen.values()))])}\n\n{said}."


if __name__ == "__main__":
    measured = run(float(sys.argv[1]) if sys.argv[1:] else MINUTES)
    print(WHAT, table(measured), targets_table(targets(measured)), sep="\n\n")
