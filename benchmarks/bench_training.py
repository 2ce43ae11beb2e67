"""The training lesson: what the trainer costs beside a bare loop, and ten runs at once.

Throughput: optimiser steps a second of the run as the page has it trained, in the slices of its
answers, against the same network in a bare PyTorch loop; both take turns.

Pictures: frames of a second of play in which what glides (the map, the curves) has moved.

Ten sessions: their runs are asked for more without a pause, as a player does at its fastest,
while one page more, in a real Chromium, releases a slider of the softmax lesson.
"""

import asyncio
import contextlib
import json
import statistics
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from playwright.async_api import Browser, Page

from benchmarks.browser import VIEWPORT, chromium, free_port, open_page, serve, streamlit
from benchmarks.report import Target, markdown, targets_table

SESSIONS, RELEASES, PAUSE = 10, 25, 0.4
LEAST_SHARE, MOST_WAIT, LEAST_PICTURES = 0.9, 100.0, 0.9
PLAYED = ("note", "spirals", "digits")  # as the lesson offers them
PLAY_SECONDS = 4
ROUNDS, BLOCK = 12, 0.4  # seconds of each of the two in a round
_CHART = ".xent-picture"


# ---- throughput


def _bare(config: Any) -> Callable[[int], None]:
    """Return what trains a config for so many steps: PyTorch, and nothing else."""
    import torch

    from xent_core.training.data import load
    from xent_core.training.losses import loss_function
    from xent_core.training.model import batches, build_model, build_optimizer

    generator = torch.Generator().manual_seed(config.seed)
    data = load(config, generator)
    x, y = data.x_train, data.y_train
    model = build_model(config, generator)
    optimizer, loss_of = build_optimizer(config, model), loss_function(config)
    whole = config.batch_size >= config.train_samples
    drawn = None if whole else batches(config.train_samples, config.batch_size, generator)

    def train(steps: int) -> None:
        for _ in range(steps):
            rows, targets = x, y
            if drawn is not None:
                batch = next(drawn)
                rows, targets = x[batch], y[batch]
            loss = loss_of(model(rows), targets)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss.item()  # what a loop that shows its loss asks for

    return train


def _configs() -> Mapping[str, Any]:
    from pages.training.params import DATA_RUNS
    from xent_core.training import Config

    return {
        "the note's program": Config(epochs=10_000),
        "digits, batches of 64": replace(DATA_RUNS["digits"], batch_size=64, epochs=2000),
    }


def _per_second(train: Callable[[], int]) -> float:
    made, start = 0, time.perf_counter()
    while time.perf_counter() - start < BLOCK:
        made += train()
    return made / (time.perf_counter() - start)


def throughput(rounds: int = ROUNDS) -> Mapping[str, tuple[float, float, float]]:
    """Return steps a second of the page's run and of the bare loop, and the median ratio."""
    from pages.training.routes import SLICE
    from pages.training.run import Run

    found = {}
    for name, config in _configs().items():
        run, bare = Run(config), _bare(config)

        def ours(run=run) -> int:
            if run.done:
                run.restart()
            before = run.step
            run.advance(run.config.steps, SLICE)
            return run.step - before

        def theirs(bare=bare) -> int:
            bare(50)
            return 50

        pairs = [(_per_second(ours), _per_second(theirs)) for _ in range(rounds)]
        ratio = statistics.median(mine / other for mine, other in pairs)
        found[name] = (*(statistics.median(side) for side in zip(*pairs, strict=True)), ratio)
    return found


# ---- pictures while it plays

_GLIDES = """async (seconds) => {
    const line = document.querySelector('.xent-playhead')
    let [last, pictures, frames] = ['', 0, 0]
    const began = performance.now()
    while (performance.now() - began < 1000 * seconds) {
        await new Promise((done) => requestAnimationFrame(done))
        frames += 1
        if (line.style.transform !== last) { last = line.style.transform; pictures += 1 }
    }
    const passed = (performance.now() - began) / 1000
    return [pictures / passed, frames / passed]
}"""


async def _play(page: Page, address: str) -> float:
    """Return the pictures per second of a run that plays at its usual speed."""
    await page.goto(address)
    await page.wait_for_selector('.xent[data-ready="true"]', timeout=60_000)
    await asyncio.sleep(2)
    await page.locator(".xent-play").click()
    await asyncio.sleep(1)
    pictures, _ = await page.evaluate(_GLIDES, PLAY_SECONDS)
    return pictures


def _written(name: str) -> str:
    """A run that the lesson offers, as a link has it."""
    from pages.training.params import DATA_RUNS, PARAMS

    return PARAMS.write({**PARAMS.default, "run": DATA_RUNS[name]})["run"]


async def _pictures() -> tuple[dict[str, float], float]:
    """Return the pictures per second of each run, and the screen's own rate."""
    port = free_port()
    async with contextlib.AsyncExitStack() as stack:
        server = stack.enter_context(serve(streamlit("app.py", port), port))
        browser = await stack.enter_async_context(chromium())
        page = await browser.new_page(viewport=VIEWPORT)
        rates = {
            name: await _play(page, f"{server.url}/training?lang=en&run={_written(name)}")
            for name in PLAYED
        }
        await page.goto("about:blank")
        await page.set_content('<p class="xent-playhead"></p>')
        _, screen = await page.evaluate(_GLIDES, 2)
        return rates, screen


# ---- ten sessions


class Client(threading.Thread):
    """Asks one run for more, again and again, until it is told to stop."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.url, self.going, self.step = url, True, 0

    def run(self) -> None:
        while self.going:
            body = json.dumps({"to": 10**6, "after": self.step}).encode()
            request = urllib.request.Request(f"{self.url}/more", body, method="POST")
            answer = urllib.request.urlopen(request, timeout=30).read()
            header = json.loads(answer[8 : 8 + int.from_bytes(answer[:8], "little")])
            self.step = header["step"]
            if header["done"]:
                urllib.request.urlopen(
                    urllib.request.Request(f"{self.url}/more", b'{"restart": true}', method="POST")
                ).close()
                self.step = 0


_TIMER = """() => {
    const root = document.querySelector('.xent')
    window.waits = []
    let since = 0
    new MutationObserver(() => {
        const waiting = root.dataset.inflight
        if (waiting && !since) since = performance.now()
        if (!waiting && since) { window.waits.push(performance.now() - since); since = 0 }
    }).observe(root, { attributes: true, attributeFilter: ['data-inflight'] })
}"""


async def _waits(page: Page, releases: int) -> list[float]:
    """Milliseconds from a release to its answer, of many."""
    await page.evaluate("window.waits = []")
    await page.locator(".xent-range").first.focus()
    for i in range(releases):
        await page.keyboard.press("ArrowRight" if i % 10 < 5 else "ArrowLeft")
        await asyncio.sleep(PAUSE)
    return await page.evaluate("window.waits")


async def _run_url(browser: Browser, url: str) -> str:
    """Open a session on the training lesson, and return where its run is asked for more."""
    page = await browser.new_page()
    await page.goto(f"{url}/training?lang=en&run=data:moons,epochs:10000,batch_size:32")
    await page.wait_for_selector('.xent[data-ready="true"]', timeout=60_000)
    return f"{url}{await page.get_attribute('.xent', 'data-run')}"


@dataclass(frozen=True)
class Crowd:
    """Waits (ms) of the eleventh page, alone and among ten runs; the steps that each run made."""

    alone: list[float]
    among: list[float]
    steps: list[int]


async def _crowd(sessions: int, releases: int) -> Crowd:
    port = free_port()
    async with contextlib.AsyncExitStack() as stack:
        server = stack.enter_context(serve(streamlit("app.py", port), port))
        browser = await stack.enter_async_context(chromium())
        urls = [await _run_url(browser, server.url) for _ in range(sessions)]
        page = await open_page(browser, f"{server.url}/softmax?lang=en", _CHART)
        await page.evaluate(_TIMER)
        await _waits(page, 5)
        alone = await _waits(page, releases)
        clients = [Client(url) for url in urls]
        for client in clients:
            client.start()
        await asyncio.sleep(2)
        among = await _waits(page, releases)
        for client in clients:
            client.going = False
        return Crowd(alone, among, [client.step for client in clients])


# ---- the report


@dataclass(frozen=True)
class Result:
    """Throughput by name, pictures while it plays, and what became of the eleventh page."""

    throughput: Mapping[str, tuple[float, float, float]]
    pictures: Mapping[str, float]
    screen: float
    crowd: Crowd


def run(rounds: int = ROUNDS, sessions: int = SESSIONS, releases: int = RELEASES) -> Result:
    """Measure all three."""
    pictures, screen = asyncio.run(_pictures())
    return Result(throughput(rounds), pictures, screen, asyncio.run(_crowd(sessions, releases)))


def _percentile(values: list[float], part: int) -> float:
    return statistics.quantiles(values, n=100)[part - 1]


def targets(result: Result) -> list[Target]:
    """Return what was promised, and whether it holds."""
    found = [
        Target(
            f"training, {name}: of a bare loop's steps",
            f"{ratio:.2f}",
            f"≥ {LEAST_SHARE}",
            ratio >= LEAST_SHARE,
        )
        for name, (_, _, ratio) in result.throughput.items()
    ]
    wait = statistics.median(result.crowd.among)
    late = _percentile(result.crowd.among, 95)
    slowest = min(result.crowd.steps)
    rarest = min(result.pictures.values())
    return [
        *found,
        Target(
            "pictures per second while a run plays, at the least",
            f"{rarest:.0f} of {result.screen:.0f}",
            f"≥ {LEAST_PICTURES} of the screen's",
            rarest >= LEAST_PICTURES * result.screen,
        ),
        Target(
            "an 11th page's release, ten runs training: median (95th percentile)",
            f"{wait:.0f} ({late:.0f}) ms",
            f"< {MOST_WAIT:.0f} ms",
            wait < MOST_WAIT,
        ),
        Target("the slowest of the ten runs", f"{slowest} steps", "> 0", slowest > 0),
    ]


def table(result: Result) -> str:
    """Return the results as Markdown tables."""
    steps = markdown(
        ("Training", "the page's run (steps/s)", "bare loop (steps/s)", "median ratio"),
        [
            (name, f"{mine:.0f}", f"{bare:.0f}", f"{ratio:.2f}")
            for name, (mine, bare, ratio) in result.throughput.items()
        ],
    )
    waits = markdown(
        ("From release to answer, softmax lesson", "median (ms)", "95th percentile (ms)"),
        [
            (name, f"{statistics.median(times):.0f}", f"{_percentile(times, 95):.0f}")
            for name, times in (
                ("alone", result.crowd.alone),
                (f"while {len(result.crowd.steps)} runs train", result.crowd.among),
            )
        ],
    )
    played = markdown(
        ("A run that plays", "pictures per second"),
        [
            *((name, f"{rate:.0f}") for name, rate in result.pictures.items()),
            ("the screen", f"{result.screen:.0f}"),
        ],
    )
    return f"{steps}\n\n{played}\n\n{waits}"


if __name__ == "__main__":
    measured = run()
    print(table(measured), targets_table(targets(measured)), sep="\n\n")
