"""Pictures per second under the hand, and the time from a key to its picture.

The same page (`contenders/page.py`) in stock Streamlit, in Dash with a callback in the
browser, and with the live figure. The pages stand in three tabs of one headless Chromium
and take turns, so that whatever else the machine does happens to all of them. What counts
is what is on the screen: an animation frame in which the bars' outlines are not what they
were in the frame before.
"""

import asyncio
import contextlib
import random
import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from playwright.async_api import CDPSession, Page

from benchmarks.browser import chromium, free_port, open_page, serve, streamlit
from benchmarks.report import Target, markdown, targets_table

ROUNDS = 6
DRAG_SECONDS = 3.0
MOVES_PER_SECOND = 120
KEYS = 10  # per round and contender
# The drag goes to and fro over this part of the track, where every position looks different.
TRACK_PART = 0.42, 0.96
TRACK_PER_MOVE = 0.012
REST = 0.7  # where the drag ends, so that a key's picture differs from the one before


@dataclass(frozen=True)
class Contender:
    """A page to measure: how it is served, and where its chart and first slider are."""

    name: str
    command: Callable[[int], list[str]]
    chart: str
    thumb: str
    track: str


WHAT = (
    "The same page four times: five sliders, one figure with two panels (the probabilities as "
    "bars, the loss as a point on its curve) with titles on panels and axes, three still charts "
    "and prose. The screen caps every rate at its own, so the ratio depends on how heavy the "
    "figure is for the others. Dash's `animate=True`, beta, uses the drawing call that the live "
    "figure uses."
)

LIVE, STOCK = "the live figure", "Streamlit: st.slider, st.plotly_chart, st.fragment"
DASH, ANIMATED = "Dash, clientside callback", "the same with animate=True (beta in Dash)"


def dash(*flags: str) -> Callable[[int], list[str]]:
    """Return what gives the command that serves the page in Dash on a port."""
    module = "benchmarks.contenders.dash_client"
    return lambda port: [sys.executable, "-m", module, str(port), *flags]


CONTENDERS = (
    Contender(
        LIVE,
        lambda port: streamlit("benchmarks/contenders/live_app.py", port),
        chart=".xent-picture",
        thumb=".xent-range",
        track=".xent-range",
    ),
    *(
        Contender(
            name,
            command,
            chart="#moving",
            thumb="#z0 .dash-slider-thumb",
            track="#z0 .dash-slider-track",
        )
        for name, command in ((DASH, dash()), (ANIMATED, dash("animate")))
    ),
    Contender(
        STOCK,
        lambda port: streamlit("benchmarks/contenders/stock.py", port),
        chart=".st-key-moving .js-plotly-plot",
        thumb=".st-key-z0 input",
        track=".st-key-z0 [data-rac][data-orientation] > [data-rac]",
    ),
)

# Reads the bars' outlines once per frame. A chart that is being replaced has no bars for
# a while; that is not counted as a picture.
PROBE = """
(chart) => {
  const outline = () => [...document.querySelectorAll(`${chart} .bars .point path`)]
    .map((path) => path.getAttribute("d")).join()
  const probe = { frames: 0, pictures: 0, pressed: 0, waits: [] }
  let last, next
  const frame = () => {
    next = requestAnimationFrame(frame)
    probe.frames += 1
    probe.latest = performance.now()
    probe.first ??= probe.latest
    const now = outline()
    if (!now || now === last) return
    last = now
    probe.pictures += 1
    if (probe.pressed) probe.waits.push(performance.now() - probe.pressed)
    probe.pressed = 0
  }
  addEventListener("keydown", () => { probe.pressed = performance.now() }, true)
  probe.start = () => {
    Object.assign(probe, { frames: 0, pictures: 0, pressed: 0, waits: [], first: null })
    probe.began = performance.now()
    last = outline()
    next = requestAnimationFrame(frame)
  }
  probe.shown = () => new Promise((resolve, reject) => {
    const end = performance.now() + 10_000
    const look = () => {
      if (!probe.pressed) resolve()
      else if (performance.now() > end) reject(new Error("a key changed nothing"))
      else setTimeout(look, 20)
    }
    look()
  })
  probe.stop = () => {
    cancelAnimationFrame(next)
    const seconds = (performance.now() - probe.began) / 1000
    const painted = (1000 * (probe.frames - 1)) / (probe.latest - probe.first)
    return { painted, pictures: probe.pictures / seconds, waits: probe.waits }
  }
  window.probe = probe
}
"""


@dataclass
class Samples:
    """What was seen of one contender: rates in 1/s, one per round, and waits in ms."""

    idle: list[float] = field(default_factory=list)
    painted: list[float] = field(default_factory=list)
    pictures: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)


async def _centre(page: Page, selector: str) -> tuple[float, float]:
    box = await page.locator(selector).first.bounding_box()
    assert box, f"{selector} is not on the page"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def _track(page: Page, selector: str) -> tuple[float, float]:
    box = await page.locator(selector).first.bounding_box()
    assert box, f"{selector} is not on the page"
    return box["x"], box["width"]


def _to_and_fro(count: int) -> list[float]:
    """Return `count` places on the track, a hand going to and fro."""
    lo, hi = TRACK_PART
    lap = round((hi - lo) / TRACK_PER_MOVE)
    return [lo + (hi - lo) * abs((i % (2 * lap)) / lap - 1) for i in range(count)]


class Mouse:
    """A mouse that tells the browser of its moves without waiting for the answers.

    A real mouse does not wait for the page either; Playwright's would, and be slowed by it.
    """

    def __init__(self, session: CDPSession) -> None:
        self.session = session
        self.answers: list[asyncio.Task[object]] = []

    def tell(self, kind: str, x: float, y: float, buttons: int) -> None:
        button = "left" if buttons or kind == "mouseReleased" else "none"
        clicks = 0 if kind == "mouseMoved" else 1
        held = {"button": button, "buttons": buttons, "clickCount": clicks}
        send = self.session.send("Input.dispatchMouseEvent", {"type": kind, "x": x, "y": y, **held})
        self.answers.append(asyncio.ensure_future(send))

    async def arrive(self) -> None:
        await asyncio.gather(*self.answers)
        self.answers.clear()


async def _grab(page: Page, contender: Contender) -> tuple[float, float]:
    """Return where to press the button: on the thumb, wherever it is now."""
    x, y = await _centre(page, contender.thumb)
    if contender.thumb == contender.track:  # a native range: the thumb is not an element
        left, width = await _track(page, contender.track)
        slider = page.locator(contender.thumb).first
        part = await slider.evaluate("e => (e.value - e.min) / (e.max - e.min)")
        x = left + part * width
    return x, y


async def drag(page: Page, contender: Contender, seconds: float = DRAG_SECONDS) -> dict:
    """Drag the first slider to and fro; return what the probe saw meanwhile."""
    left, width = await _track(page, contender.track)
    x, y = await _grab(page, contender)
    mouse = Mouse(await page.context.new_cdp_session(page))
    mouse.tell("mouseMoved", x, y, 0)
    mouse.tell("mousePressed", x, y, 1)
    await mouse.arrive()
    loop = asyncio.get_running_loop()
    places = _to_and_fro(round(seconds * MOVES_PER_SECOND))
    await page.evaluate("probe.start()")
    began = loop.time()
    for i, place in enumerate(places):
        x = left + place * width
        mouse.tell("mouseMoved", x, y, 1)
        await asyncio.sleep(began + (i + 1) / MOVES_PER_SECOND - loop.time())
    await mouse.arrive()
    seen = await page.evaluate("probe.stop()")
    x = left + REST * width
    mouse.tell("mouseMoved", x, y, 1)
    mouse.tell("mouseReleased", x, y, 0)
    await mouse.arrive()
    await mouse.session.detach()
    return seen


async def keys(page: Page, contender: Contender, count: int = KEYS) -> list[float]:
    """Press arrow keys on the first slider; return the ms from each to its picture."""
    await page.locator(contender.thumb).first.focus()
    await page.evaluate("probe.start()")
    for i in range(count):
        await page.keyboard.press("ArrowRight" if i < count / 2 else "ArrowLeft")
        await page.evaluate("probe.shown()")
        await asyncio.sleep(random.uniform(0.25, 0.35))  # never in step with the screen
    seen = await page.evaluate("probe.stop()")
    return seen["waits"]


async def _idle(page: Page) -> float:
    await page.evaluate("probe.start()")
    await asyncio.sleep(0.5)
    seen = await page.evaluate("probe.stop()")
    return seen["painted"]


async def _turn(page: Page, contender: Contender, samples: Samples) -> None:
    await page.bring_to_front()
    samples.idle.append(await _idle(page))
    seen = await drag(page, contender)
    samples.painted.append(seen["painted"])
    samples.pictures.append(seen["pictures"])
    await asyncio.sleep(1)  # the release's answer is not a key's picture
    samples.waits += await keys(page, contender)


async def _measure(rounds: int, contenders: tuple[Contender, ...]) -> dict[str, Samples]:
    samples = {contender.name: Samples() for contender in contenders}
    async with contextlib.AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        pages = {}
        for contender in contenders:
            port = free_port()
            server = stack.enter_context(serve(contender.command(port), port))
            page = await open_page(browser, server.url, contender.chart)
            await page.evaluate(PROBE, contender.chart)
            await _turn(page, contender, Samples())  # warm up
            pages[contender.name] = page
        for turn in range(rounds):
            for i in range(len(contenders)):
                contender = contenders[(turn + i) % len(contenders)]
                await _turn(pages[contender.name], contender, samples[contender.name])
    return samples


# ---- The report


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


@dataclass(frozen=True)
class Row:
    """A contender's results: rates in 1/s, times in ms."""

    painted: float
    pictures: float
    median: float
    p95: float


def summarise(samples: Samples) -> Row:
    """Return the medians over the rounds, and over all key presses."""
    return Row(
        statistics.median(samples.painted),
        statistics.median(samples.pictures),
        statistics.median(samples.waits),
        _p95(samples.waits),
    )


@dataclass(frozen=True)
class Result:
    """Everybody's results, and how often the screen is painted while nothing happens."""

    rows: Mapping[str, Row]
    screen: float


def run(rounds: int = ROUNDS) -> Result:
    """Measure all contenders in one interleaved run."""
    samples = asyncio.run(_measure(rounds, CONTENDERS))
    idle = [rate for seen in samples.values() for rate in seen.idle]
    rows = {name: summarise(seen) for name, seen in samples.items()}
    return Result(rows, statistics.median(idle))


def targets(result: Result) -> list[Target]:
    """Return what was promised of the live figure, and whether it holds."""
    live, dash, stock = (result.rows[name] for name in (LIVE, DASH, STOCK))
    rate = live.pictures / dash.pictures
    to_dash, to_stock = live.median / dash.median, live.median / stock.median
    enough = 50 * min(1.0, result.screen / 60)  # of 60; fewer where the screen paints fewer
    return [
        Target("pictures per second, of Dash's", f"{rate:.2f}", "≥ 1.3", rate >= 1.3),
        Target(
            "pictures per second",
            f"{live.pictures:.0f} of {result.screen:.0f}",
            f"≥ {enough:.0f}",
            live.pictures >= enough,
        ),
        Target("key to picture, of Dash's", f"{to_dash:.2f}", "≤ 0.8", to_dash <= 0.8),
        Target("key to picture, of Streamlit's", f"{to_stock:.2f}", "≤ 0.25", to_stock <= 0.25),
    ]


def table(result: Result) -> str:
    """Return the results as a Markdown table: what counts, then how it compares."""
    live = result.rows[LIVE]
    head = (
        "The same page in",
        "pictures per second under the hand",
        "key to picture, median / 95th percentile (ms)",
        "times the live figure's",
        "frames painted per second meanwhile",
    )
    rows = [
        (
            name,
            f"{row.pictures:.0f}",
            f"{row.median:.0f} / {row.p95:.0f}",
            f"{row.median / live.median:.1f}",
            f"{row.painted:.0f}",
        )
        for name, row in result.rows.items()
    ]
    screen = "the screen", f"{result.screen:.0f}", f"{1000 / result.screen:.0f}", "", ""
    return markdown(head, [*rows, screen])


if __name__ == "__main__":
    measured = run()
    print(table(measured), targets_table(targets(measured)), sep="\n\n")
