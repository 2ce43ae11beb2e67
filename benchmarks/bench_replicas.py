"""Readers on one replica and on two, behind HAProxy: how many until the late answers are late.

python -m benchmarks.bench_replicas
"""

import asyncio
import contextlib
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.bench_readers import EVERY, LESSON, release_often
from benchmarks.reader import OPENING, Reader, cpu_seconds, reading
from benchmarks.report import markdown
from deploy.replicas import Replicas

COUNTS = (1, 2)
STEP, MOST = 30, 360  # readers that come at a time, and all told
LATE = 150.0  # ms
SECONDS = 10.0  # of each crowd

WHAT = (
    "Readers as above, on one replica and on two behind HAProxy (deploy/haproxy.cfg), thirty more "
    f"at a time until the 95th percentile of their waits passes {LATE:.0f} ms. All of it runs on "
    "this one machine: the readers and HAProxy take their part of its cores, which is said; on "
    "two cores a second replica gains only what they leave."
)


@dataclass(frozen=True)
class Row:
    """A crowd on so many replicas: its waits (ms), and who used how much of a core meanwhile."""

    replicas: int
    readers: int
    waits: list[float]
    servers: float
    proxy: float
    clients: float

    @property
    def late(self) -> float:
        return statistics.quantiles(self.waits, n=100, method="inclusive")[94]


def _used(running: Replicas) -> tuple[float, float, float]:
    """Seconds of processor time: of the replicas, of HAProxy, of the readers in this process."""
    pids = {name: one.pid for name, one in running.processes.items()}
    servers = sum(cpu_seconds(pid) for name, pid in pids.items() if name.startswith("replica"))
    return servers, cpu_seconds(pids["haproxy"]), time.process_time()


async def _measure(running: Replicas, readers: Sequence[Reader]) -> Row:
    before, began = _used(running), time.monotonic()
    until = began + SECONDS
    seen = await asyncio.gather(*(release_often(reader, until) for reader in readers))
    passed = time.monotonic() - began
    parts = [(now - then) / passed for now, then in zip(_used(running), before, strict=True)]
    waits = [wait for one in seen for wait in one]
    return Row(running.count, len(readers), waits, *parts)


async def _fill(running: Replicas) -> list[Row]:
    rows: list[Row] = []
    async with contextlib.AsyncExitStack() as stack:
        readers: list[Reader] = []
        while len(readers) < MOST and (not rows or rows[-1].late <= LATE):
            for _ in range(STEP // OPENING):
                opened = [reading(running.url, LESSON) for _ in range(OPENING)]
                readers += await asyncio.gather(*map(stack.enter_async_context, opened))
            until = time.monotonic() + EVERY  # the first release of each is not measured
            await asyncio.gather(*(release_often(reader, until) for reader in readers))
            rows.append(await _measure(running, readers))
    return rows


def run() -> list[Row]:
    """Fill one replica with readers, then two."""
    rows: list[Row] = []
    for count in COUNTS:
        with Replicas(count) as running:
            rows += asyncio.run(_fill(running))
    return rows


def table(rows: Sequence[Row]) -> str:
    """Return each crowd as Markdown, and how many readers each number of replicas carried."""
    head = (
        "replicas",
        "readers",
        "release to answer, median / 95th percentile (ms)",
        "cores used: replicas / HAProxy / readers",
    )
    return f"{markdown(head, map(_line, rows))}\n\n{_carried(rows)}"


def _line(row: Row) -> Sequence[str]:
    cores = f"{row.servers:.2f} / {row.proxy:.2f} / {row.clients:.2f}"
    waits = f"{statistics.median(row.waits):.0f} / {row.late:.0f}"
    return str(row.replicas), str(row.readers), waits, cores


def _carried(rows: Sequence[Row]) -> str:
    said = []
    for count in COUNTS:
        within = [r.readers for r in rows if r.replicas == count and r.late <= LATE]
        said.append(f"{count}: {max(within, default=0)}")
    return f"Readers within {LATE:.0f} ms, by the number of replicas: {', '.join(said)}."


if __name__ == "__main__":
    print(WHAT, table(run()), sep="\n\n")
