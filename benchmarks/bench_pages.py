"""Pictures per second under the hand on every lesson, against the softmax lesson's in the same run.

All lessons stand in tabs of one headless Chromium and take turns. What is dragged is the first
slider of the page's first figure, or, where it has none, the first handle in the picture. A
picture is an animation frame in which something drawn is not what it was in the frame before.
"""

import asyncio
import contextlib
import statistics

from playwright.async_api import Page

from benchmarks.bench_live import MOVES_PER_SECOND, PROBE, Mouse, _to_and_fro
from benchmarks.browser import VIEWPORT, chromium, free_port, serve, streamlit
from benchmarks.report import Target, markdown
from ui.app.navigation import LESSONS

ROUNDS = 4
SECONDS = 2.0
PEER = "softmax"
# A rate is a median of few rounds on a busy screen: below this part of the peer's it is less.
SPREAD = 0.95
FIGURE = ".xent-picture"
HANDLE_UP, HANDLE_DOWN = 42, 18  # px: no bar has less room
HANDLE_STEP = 6  # px a move: a handle has a place every few pixels, and each move is to be another
THUMB = 17.6  # px, whose middle goes from one end of the slider to the other
# Where a lesson has to be opened for its slider to have somewhere to go: a run, trained already.
OPENED = {LESSONS[0].name: "", "training": "training?run=epochs:390&at=390"}

# Bars, lines and points; bench_live's probe looks at bars only.
_OUTLINE = """[...document.querySelector(chart).querySelectorAll(".trace path")]
    .map((path) => path.getAttribute("d") + path.getAttribute("transform")).join()"""
PAGE_PROBE = PROBE.replace(
    """[...document.querySelectorAll(`${chart} .bars .point path`)]
    .map((path) => path.getAttribute("d")).join()""",
    _OUTLINE,
)
assert PAGE_PROBE != PROBE


async def _places(page: Page, count: int) -> list[tuple[float, float]]:
    """Return where the mouse goes: along the first slider, or up and down at the first handle."""
    first = page.locator(".xent").first
    slider = first.locator(".xent-range")
    if await slider.count():
        await slider.first.scroll_into_view_if_needed()
        box = await slider.first.bounding_box()
        assert box
        part = await slider.first.evaluate("e => (e.value - e.min) / (e.max - e.min)")
        across = THUMB / 2 + part * (box["width"] - THUMB)
        start = box["x"] + across, box["y"] + box["height"] / 2
        along = [(box["x"] + place * box["width"], start[1]) for place in _to_and_fro(count)]
        return [start, *along]
    handle = first.locator(".xent-handle").first
    await handle.scroll_into_view_if_needed()
    box = await handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    lap = (HANDLE_UP + HANDLE_DOWN) // HANDLE_STEP
    ways = [HANDLE_STEP * abs(i % (2 * lap) - lap) - HANDLE_UP for i in range(count)]
    return [(x, y), *((x, y + way) for way in ways)]


async def _drag(page: Page) -> float:
    """Return the pictures per second of one drag."""
    await page.bring_to_front()
    places = await _places(page, round(SECONDS * MOVES_PER_SECOND))
    mouse = Mouse(await page.context.new_cdp_session(page))
    mouse.tell("mouseMoved", *places[0], 0)
    mouse.tell("mousePressed", *places[0], 1)
    await mouse.arrive()
    loop = asyncio.get_running_loop()
    await page.evaluate("probe.start()")
    began = loop.time()
    for i, (x, y) in enumerate(places[1:]):
        mouse.tell("mouseMoved", x, y, 1)
        await asyncio.sleep(began + (i + 1) / MOVES_PER_SECOND - loop.time())
    await mouse.arrive()
    seen = await page.evaluate("probe.stop()")
    mouse.tell("mouseReleased", *places[-1], 0)
    await mouse.arrive()
    await mouse.session.detach()
    await asyncio.sleep(0.7)
    return seen["pictures"]


async def _measure() -> dict[str, list[float]]:
    names = [lesson.name for lesson in LESSONS]
    rates: dict[str, list[float]] = {name: [] for name in names}
    async with contextlib.AsyncExitStack() as stack:
        browser = await stack.enter_async_context(chromium())
        port = free_port()
        server = stack.enter_context(serve(streamlit("app.py", port), port))
        pages = {}
        for name in names:
            page = await browser.new_page(viewport=VIEWPORT)
            await page.goto(f"{server.url}/{OPENED.get(name, name)}")
            await page.wait_for_selector('.xent[data-ready="true"]', timeout=60_000)
            await asyncio.sleep(2)
            await page.evaluate(PAGE_PROBE, FIGURE)
            await _drag(page)  # warm up
            pages[name] = page
        for turn in range(ROUNDS):
            for i in range(len(names)):
                name = names[(turn + i) % len(names)]
                rates[name].append(await _drag(pages[name]))
    return rates


def run() -> dict[str, float]:
    """Return the median rate of each lesson."""
    return {name: statistics.median(seen) for name, seen in asyncio.run(_measure()).items()}


def targets(rates: dict[str, float]) -> list[Target]:
    """Return what was promised: no lesson's pictures are fewer than the softmax lesson's."""
    least = min(rates, key=lambda name: rates[name])
    ratio = rates[least] / rates[PEER]
    said = f"{ratio:.2f} ({least})"
    what = "pictures per second, the fewest of any lesson, of softmax's"
    return [Target(what, said, f"≥ {SPREAD}", ratio >= SPREAD)]


def table(rates: dict[str, float]) -> str:
    """Return the rates as a Markdown table."""
    rows = [(name, f"{rate:.0f}", f"{rate / rates[PEER]:.2f}") for name, rate in rates.items()]
    return markdown(("Lesson", "pictures per second under the hand", "of softmax's"), rows)


if __name__ == "__main__":
    print(table(run()))
