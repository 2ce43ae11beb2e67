"""Many readers at once: from a release to its answer, and what one costs the server.

Each reader is a session on the softmax lesson that lets go of a slider every two seconds, at a
moment of its own; every answer is checked. The same is measured with Streamlit's garbage
collection after every run, as it is without this app's settings, and with a heap that is not
frozen (see `ui.app.server.lifespan`), so that Python's own full collections walk torch as well.

python -m benchmarks.bench_readers
"""

import asyncio
import contextlib
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.browser import free_port, serve, streamlit
from benchmarks.reader import OPENING, Reader, cpu_seconds, reading
from benchmarks.report import Target, markdown, targets_table

CROWDS = (1, 5, 10, 60, 150)
EVERY = 2.0  # seconds from one release of a reader's to its next
SECONDS = 24.0  # of each crowd
FEW, MANY, MOST_TIMES = 5, 60, 3.0
LESSON, SLIDER = "softmax", "z0"
OURS = "the app"
# What is served, with which flags, to which crowds. With a collection after every run, 150
# readers would wait ever longer.
SERVERS: Mapping[str, tuple[str, Sequence[str], Sequence[int]]] = {
    OURS: ("app.py", (), CROWDS),
    "heap not frozen": ("benchmarks/contenders/unfrozen_app.py", (), (FEW, MANY)),
    "a collection after every run": ("app.py", ("--runner.postScriptGC", "true"), (FEW, MANY)),
}

WHAT = (
    "A reader is a session on the softmax lesson that lets go of a slider every two seconds. The "
    "readers run on the same machine and share its cores with the server, so that of what many "
    "of them wait, a part is the readers themselves. An answer is the figure with the released "
    "value, looked at and found right."
)


@dataclass(frozen=True)
class Row:
    """One crowd on one server: each wait (ms), and the server's CPU (ms) per release."""

    server: str
    readers: int
    waits: list[float]
    cpu: float

    @property
    def median(self) -> float:
        return statistics.median(self.waits)

    def percentile(self, part: int) -> float:
        return statistics.quantiles(self.waits, n=100, method="inclusive")[part - 1]


async def release_often(reader: Reader, until: float) -> list[float]:
    """Release the slider again and again; return the waits."""
    waits = []
    turn = time.monotonic() + random.uniform(0, EVERY)
    while turn < until:
        await asyncio.sleep(turn - time.monotonic())
        waits.append(await reader.release(SLIDER, random.randrange(-100, 100) / 10))
        turn = max(turn + EVERY, time.monotonic())
    return waits


async def _measure(server: str, pid: int, readers: list[Reader], seconds: float) -> Row:
    await asyncio.gather(*(release_often(reader, time.monotonic() + EVERY) for reader in readers))
    before, until = cpu_seconds(pid), time.monotonic() + seconds
    seen = await asyncio.gather(*(release_often(reader, until) for reader in readers))
    waits = [wait for one in seen for wait in one]
    cpu = 1000 * (cpu_seconds(pid) - before) / len(waits)
    return Row(server, len(readers), waits, cpu)


async def _serve(name: str, seconds: float) -> list[Row]:
    script, flags, crowds = SERVERS[name]
    port = free_port()
    rows: list[Row] = []
    async with contextlib.AsyncExitStack() as stack:
        server = stack.enter_context(serve([*streamlit(script, port), *flags], port))
        readers: list[Reader] = []
        for count in crowds:
            while len(readers) < count:
                more = min(OPENING, count - len(readers))
                opened = [reading(server.url, LESSON) for _ in range(more)]
                readers += await asyncio.gather(*map(stack.enter_async_context, opened))
            rows.append(await _measure(name, server.pid, readers, seconds))
    return rows


def run(seconds: float = SECONDS) -> list[Row]:
    """Measure every crowd on every server."""
    return [row for name in SERVERS for row in asyncio.run(_serve(name, seconds))]


def targets(rows: Sequence[Row]) -> list[Target]:
    """Return what was promised of a crowd's waits, and whether it holds."""
    few, many = (next(r for r in rows if (r.server, r.readers) == (OURS, n)) for n in (FEW, MANY))
    times = many.median / few.median
    what = f"{MANY} readers' median wait, of {FEW} readers'"
    return [Target(what, f"{times:.1f}", f"≤ {MOST_TIMES:.0f}", times <= MOST_TIMES)]


def table(rows: Sequence[Row]) -> str:
    """Return the waits as a Markdown table."""
    head = (
        "Softmax lesson",
        "readers",
        "release to answer, median / 95th / 99th percentile (ms)",
        "server CPU per release (ms)",
    )
    return markdown(head, map(_line, rows))


def _line(row: Row) -> Sequence[str]:
    waits = " / ".join(f"{wait:.0f}" for wait in (row.median, *map(row.percentile, (95, 99))))
    return row.server, str(row.readers), waits, f"{row.cpu:.1f}"


if __name__ == "__main__":
    measured = run()
    print(WHAT, table(measured), targets_table(targets(measured)), sep="\n\n")
