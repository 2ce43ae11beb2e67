"""What one release costs the server of the real app: processor time and bytes sent.

A release is one arrow key on the first logit of the softmax lesson. It is measured twice:
in the app as it is, and with the heap not frozen, which shows what `gc.freeze` in
`ui.server.lifespan` saves. Both have torch imported, and they take turns.
"""

import asyncio
import base64
import contextlib
import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from playwright.async_api import CDPSession, Page

from benchmarks.browser import chromium, free_port, open_page, serve, streamlit
from benchmarks.report import Target, markdown, targets_table

APPS = {
    "the app, heap frozen": "app.py",
    "the same, heap not frozen": "benchmarks/contenders/unfrozen_app.py",
}
ROUNDS = 4
RELEASES = 10  # per round and app
PAUSE = 0.6  # seconds from one release to the next: the answer has come by then
MOST_BYTES, MOST_CPU = 150_000, 15.0
_CHART, _SLIDER = ".xent-picture", ".xent-range"
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Samples:
    """Of one app: received bytes of each release; CPU ms per release and idle ms/s by round."""

    sizes: list[int] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)


def cpu_seconds(session: int) -> float:
    """Return the processor time that all processes of a session have used so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # a process may end while we look
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICKS


class Meter:
    """Counts the bytes that a page receives through websockets."""

    def __init__(self, session: CDPSession) -> None:
        self.received = 0
        session.on("Network.webSocketFrameReceived", self._count)

    def _count(self, event: Mapping[str, Mapping[str, object]]) -> None:
        frame = event["response"]
        text = str(frame["payloadData"])
        binary = frame["opcode"] == 2  # then it is told as base64
        self.received += len(base64.b64decode(text)) if binary else len(text.encode())


async def _idle(process: int, seconds: float = 3.0) -> float:
    """Return the processor time (ms) that the server uses per second of nothing."""
    before, began = cpu_seconds(process), time.monotonic()
    await asyncio.sleep(seconds)
    return 1000 * (cpu_seconds(process) - before) / (time.monotonic() - began)


async def _release(page: Page, meter: Meter, key: str) -> int:
    before = meter.received
    await page.keyboard.press(key)
    await asyncio.sleep(PAUSE)
    return meter.received - before


async def _round(page: Page, meter: Meter, process: int, samples: Samples) -> None:
    await page.bring_to_front()
    await page.locator(_SLIDER).first.focus()
    idle = await _idle(process)
    before, began = cpu_seconds(process), time.monotonic()
    for i in range(RELEASES):
        key = "ArrowRight" if i < RELEASES / 2 else "ArrowLeft"
        samples.sizes.append(await _release(page, meter, key))
    busy = 1000 * (cpu_seconds(process) - before)
    samples.idle.append(idle)
    samples.cpu.append((busy - idle * (time.monotonic() - began)) / RELEASES)


async def _measure(rounds: int) -> dict[str, Samples]:
    samples = {name: Samples() for name in APPS}
    async with contextlib.AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        places = {}
        for name, script in APPS.items():
            port = free_port()
            server = stack.enter_context(serve(streamlit(script, port), port))
            page = await open_page(browser, f"{server.url}/softmax?lang=en", _CHART)
            session = await page.context.new_cdp_session(page)
            await session.send("Network.enable")
            places[name] = page, Meter(session), server.pid
            await _round(*places[name], Samples())  # warm up
        for _ in range(rounds):
            for name, place in places.items():
                await _round(*place, samples[name])
    return samples


# ---- The report


@dataclass(frozen=True)
class Row:
    """One app: bytes and CPU (ms) per release, CPU (ms) per second of nothing."""

    size: float
    cpu: float
    idle: float


Result = Mapping[str, Row]


def run(rounds: int = ROUNDS) -> Result:
    """Measure both apps in one interleaved run."""
    median = statistics.median
    return {
        name: Row(median(seen.sizes), median(seen.cpu), median(seen.idle))
        for name, seen in asyncio.run(_measure(rounds)).items()
    }


def targets(result: Result) -> list[Target]:
    """Return what was promised of the server, and whether it holds."""
    app = next(iter(result.values()))
    size, most = f"{app.size / 1000:.0f} KB", f"< {MOST_BYTES / 1000:.0f} KB"
    cpu, longest = f"{app.cpu:.1f} ms", f"< {MOST_CPU:.0f} ms"
    return [
        Target("bytes per release, softmax lesson", size, most, app.size < MOST_BYTES),
        Target("server CPU per release", cpu, longest, app.cpu < MOST_CPU),
    ]


def table(result: Result) -> str:
    """Return the results as a Markdown table."""
    head = (
        "Softmax lesson, torch imported",
        "server CPU per release (ms)",
        "received per release (KB)",
        "CPU while idle (ms/s)",
    )
    rows = [
        (name, f"{row.cpu:.1f}", f"{row.size / 1000:.0f}", f"{row.idle:.1f}")
        for name, row in result.items()
    ]
    return markdown(head, rows)


if __name__ == "__main__":
    measured = run()
    print(table(measured), targets_table(targets(measured)), sep="\n\n")
