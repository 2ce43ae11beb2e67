"""What one release costs the server of the real app: processor time and bytes sent.

A release is one arrow key on the first logit of the softmax lesson in a real browser. What many
readers wait for is in bench_readers.
"""

import asyncio
import base64
import contextlib
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.async_api import CDPSession, Page

from benchmarks.browser import chromium, free_port, open_page, serve, streamlit
from benchmarks.reader import cpu_seconds
from benchmarks.report import Target, markdown, targets_table

ROUNDS = 4
RELEASES = 10  # per round
PAUSE = 0.6  # seconds from one release to the next: the answer has come by then
MOST_BYTES, MOST_CPU = 150_000, 15.0
_CHART, _SLIDER = ".xent-picture", ".xent-range"


@dataclass
class Samples:
    """Received bytes of each release; CPU ms per release and idle ms/s by round."""

    sizes: list[int] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)


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


async def _measure(rounds: int) -> Samples:
    samples = Samples()
    port = free_port()
    async with contextlib.AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        server = stack.enter_context(serve(streamlit("app.py", port), port))
        page = await open_page(browser, f"{server.url}/softmax?lang=en", _CHART)
        session = await page.context.new_cdp_session(page)
        await session.send("Network.enable")
        place = page, Meter(session), server.pid
        await _round(*place, Samples())  # warm up
        for _ in range(rounds):
            await _round(*place, samples)
    return samples


# ---- The report


@dataclass(frozen=True)
class Result:
    """Bytes and CPU (ms) per release, CPU (ms) per second of nothing."""

    size: float
    cpu: float
    idle: float


def run(rounds: int = ROUNDS) -> Result:
    """Measure the app in so many rounds."""
    seen = asyncio.run(_measure(rounds))
    return Result(*map(statistics.median, (seen.sizes, seen.cpu, seen.idle)))


def targets(result: Result) -> list[Target]:
    """Return what was promised of the server, and whether it holds."""
    size, most = f"{result.size / 1000:.0f} KB", f"< {MOST_BYTES / 1000:.0f} KB"
    cpu, longest = f"{result.cpu:.1f} ms", f"< {MOST_CPU:.0f} ms"
    return [
        Target("bytes per release, softmax lesson", size, most, result.size < MOST_BYTES),
        Target("server CPU per release", cpu, longest, result.cpu < MOST_CPU),
    ]


def table(result: Result) -> str:
    """Return the result as a Markdown table."""
    head = (
        "One reader, softmax lesson",
        "server CPU per release (ms)",
        "received per release (KB)",
        "CPU while idle (ms/s)",
    )
    row = "the app", f"{result.cpu:.1f}", f"{result.size / 1000:.0f}", f"{result.idle:.1f}"
    return markdown(head, [row])


if __name__ == "__main__":
    measured = run()
    print(table(measured), targets_table(targets(measured)), sep="\n\n")
