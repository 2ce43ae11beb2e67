"""A real server and a real Chromium for what only they can show."""

import atexit
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, sync_playwright

from ui.app.navigation import LESSONS, groups

ROOT = Path(__file__).parents[2]
JS = Path(__file__).parent / "js"
# no run under way, all that the page is made of has come, each figure drawn and answered
REST = (JS / "rest.js").read_text("utf-8").strip()
CALM = (JS / "calm.js").read_text("utf-8").replace("REST", REST)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Forked:
    """A server that tests.browser.forks has made; it is killed as any process is."""

    parent: subprocess.Popen[str] | None = None  # one for all

    def __init__(self, port: int) -> None:
        if Forked.parent is None:
            command = [sys.executable, "-m", "tests.browser.forks"]
            Forked.parent = subprocess.Popen(
                command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            atexit.register(Forked.parent.kill)
        print(port, file=Forked.parent.stdin, flush=True)
        self.pid = int(Forked.parent.stdout.readline())  # ty: ignore[unresolved-attribute]

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> None:
        while Path(f"/proc/{self.pid}").exists():
            time.sleep(0.01)


STREAMLIT = ("streamlit", "run", "app.py", "--server.port")


@dataclass
class Server:
    """The app of a folder, on a port of its own; it can be stopped and started."""

    command: tuple[str, ...] = STREAMLIT
    port: int = field(default_factory=free_port)
    root: Path = ROOT
    process: subprocess.Popen[bytes] | Forked | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        if (self.command, self.root) == (STREAMLIT, ROOT) and sys.platform == "linux":
            self.process = Forked(self.port)
        else:
            command = [sys.executable, "-m", *self.command, str(self.port)]
            self.process = subprocess.Popen(command, cwd=self.root)
        for _ in range(600):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1)
                return
            time.sleep(0.1)
        raise TimeoutError("the server did not start within a minute")

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = Server()
    running.start()
    yield running
    running.stop()


@pytest.fixture
def own() -> Iterator[Server]:
    """A server of a test's own: it is killed, or too much is asked of it, and nobody else pays."""
    running = Server()
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # the same Chromium, without the window that nobody sees: a fifth less work
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield opened
        opened.close()


def calm(page: Page) -> None:
    """Wait until a page has been at rest for some frames."""
    page.bring_to_front()  # a tab behind another one is drawn when the browser has time
    page.wait_for_selector('.xent[data-ready="true"]', state="attached", timeout=30_000)
    assert page.evaluate(CALM), "the page does not come to rest"


def show_button(option: Locator) -> Locator:
    """The button that tells whether an option of a question is right, once one is chosen."""
    question = option.locator('xpath=ancestor::*[contains(@class, "st-key-xent-question-")]')
    return question.locator('[class*="st-key-xent-show-"] button')


class Lesson:
    """One open page of the app, as a person has it before them."""

    def __init__(self, page: Page, base: str) -> None:
        self.page, self.base = page, base
        self.errors: list[str] = []
        self.requests: list[str] = []
        self._heard = {
            "pageerror": lambda error: self.errors.append(str(error)),
            "request": lambda request: self.requests.append(request.url),
        }
        for event, hear in self._heard.items():
            page.on(event, hear)

    def leave(self) -> None:
        """Listen no longer to the page."""
        for event, hear in self._heard.items():
            self.page.remove_listener(event, hear)

    def open(self, path: str) -> "Lesson":
        self.page.goto(self.base + path)
        return self.ready()

    def follow(self, path: str) -> "Lesson":
        """Go to a link as Back and forward do: in the same session, and nothing is loaded anew."""
        self.errors.clear()
        run = self.page.evaluate("document.documentElement.dataset.run")
        self.page.evaluate(
            """(path) => {
                History.prototype.pushState.call(history, null, "", path)  // the view is the link's
                dispatchEvent(new PopStateEvent("popstate"))
            }""",
            path,
        )
        self.until(f"document.documentElement.dataset.run !== {json.dumps(run)}")
        return self.calm()

    def ready(self) -> "Lesson":
        """Wait until every figure is drawn and the server has answered everything."""
        self.page.wait_for_selector('.xent[data-ready="true"]', state="attached", timeout=30_000)
        self.settle()
        return self

    def go_to(self, name: str) -> None:
        """Click a lesson in the navigation."""
        link = self.nav_link(name)
        if not link.count():
            keys = [key for key, _ in groups() if key]
            group = next(lesson.group for lesson in LESSONS if lesson.name == name)
            self.page.get_by_test_id("stTopNavSection").nth(keys.index(group)).click()
        link.click()

    def nav_link(self, name: str):
        """A lesson's link on top of the page: of a group, once that is unfolded."""
        path = "/" if name == LESSONS[0].name else f"/{name}"
        return self.page.locator(f'[data-testid="stTopNav"] a[href$="{path}"], '
                                 f'[data-testid="stTopNavPopover"] a[href$="{path}"]')  # fmt: skip

    def settle(self) -> None:
        self.page.wait_for_function(REST, timeout=30_000)

    def calm(self) -> "Lesson":
        calm(self.page)
        return self

    def until(self, condition: str, timeout: float = 30_000) -> None:
        """Wait for a condition in the page."""
        self.page.wait_for_function(f"() => {condition}", timeout=timeout)

    def options(self, question: str = "", at: int = 0):
        """The options of a question, by its name or by its number on the page."""
        named = f'[class*="-{question}"]' if question else ""
        asked = self.page.locator(f'[class*="st-key-xent-question-"]{named}')
        return asked.nth(at).locator("label:has(input)")

    def answer(self, option: int, question: str = "", at: int = 0) -> None:
        """Choose an option and have the answer shown."""
        chosen = self.options(question, at).nth(option)
        chosen.click()
        show_button(chosen).click()  # waits until it can be pressed
        self.until("location.search.includes('said=')")
        self.page.get_by_role("button", name=re.compile("Ask me again|再问一次")).first.wait_for()
        self.until("!document.querySelector('[class*=st-key-xent-verdict-kept-]')")
        self.settle()

    def figure(self, at: int = 0) -> dict[str, Any]:
        """Return what figure number `at` shows: traces, readouts, formula, text alternative."""
        return self.page.evaluate(
            """async (at) => {
                const frame = () => new Promise((done) => requestAnimationFrame(done))
                await frame()
                await frame()
                const root = document.querySelectorAll('.xent')[at]
                const picture = root.querySelector('.xent-picture')
                const plain = (value) => value === undefined || value === null ? null
                    : Array.from(value, (x) => x && typeof x === 'object' ? Array.from(x) : x)
                return {
                    traces: picture.data.map((t) => ({
                        x: plain(t.x), y: plain(t.y), z: plain(t.z), text: plain(t.text)})),
                    readouts: [...root.querySelectorAll('.xent-number')].map((n) => n.textContent),
                    formula: root.querySelector('.xent-formula').textContent,
                    alt: picture.getAttribute('aria-label'),
                    drawn: JSON.parse(root.dataset.drawn),
                    status: root.querySelector('.xent-status').textContent,
                }
            }""",
            at,
        )

    def slider(self, name: str):
        return self.page.locator(f'input[type=range][id$="-{name}"]')

    def field(self, name: str):
        return self.page.locator(f'.xent-slider:has(input[id$="-{name}"]) .xent-field')

    def type(self, name: str, text: str) -> None:
        self.field(name).fill(text)
        self.field(name).press("Enter")

    def grab(self, name: str, part: float = 0.5) -> tuple[float, float]:
        """Press the mouse on a slider's thumb; return where the mouse is."""
        self.slider(name).scroll_into_view_if_needed()
        box = self.slider(name).bounding_box()
        assert box
        x, y = box["x"] + box["width"] * part, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        return x, y

    def handle(self, name: str, at: int = 0):
        """The handle of a control in figure number `at` of those that have one."""
        return self.page.locator(f'[id$="-{name}-handle"]').nth(at)

    def take_hold(self, name: str, at: int = 0) -> tuple[float, float]:
        """Press the mouse on a handle in the picture; return where the mouse is."""
        handle = self.handle(name, at)
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        assert box
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        return x, y

    def cell(self, name: str):
        return self.page.locator(f'.xent-cells input[id$="-{name}"]')

    def set_range(self, name: str, index: int) -> None:
        """Move a slider to a position and let go, as touch or a keyboard would."""
        self.slider(name).evaluate(
            """(node, at) => {
                node.value = at
                node.dispatchEvent(new Event('input', {bubbles: true}))
                node.dispatchEvent(new Event('change', {bubbles: true}))
            }""",
            index,
        )


# what a page may be given at any time; all else is its context's
TURNS = {"viewport", "color_scheme", "reduced_motion"}


def kind_of(options: dict[str, Any]) -> str:
    """The kind of context that these options need."""
    return repr(sorted((name, value) for name, value in options.items() if name not in TURNS))


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Give the context for a set of options; those of one kind share their cache of plotly.js."""
    opened: dict[str, BrowserContext] = {}

    def context(**options: Any) -> BrowserContext:
        kind = kind_of(options)
        if kind not in opened:
            opened[kind] = browser.new_context(**options)
        return opened[kind]

    yield context
    for one in opened.values():
        one.close()


def unfolded(path: str) -> str:
    """Return a link with all of the page unfolded, unless it says itself what is open."""
    if "open=" in path:
        return path
    return f"{path}{'&' if '?' in path else '?'}open=all"


class Tabs:
    """Tabs that are opened again and again: in a new one all scripts have to be compiled anew.

    Each visit is a document and a session of its own all the same. What it leaves in the memory
    of its tab adds up, and makes it slow: after some visits the tab is closed.
    """

    MOST = 24  # visits
    LONGEST = 30  # steps of a tab's history: beyond 50 a browser forgets the first ones

    def __init__(self, contexts: Callable[..., BrowserContext]) -> None:
        self.contexts = contexts
        self.idle: dict[str, list[Page]] = {}
        self.visits: dict[Page, int] = {}

    def take(self, options: dict[str, Any]) -> Page:
        """A tab of a context of these options, as its user would find it."""
        idle = self.idle.setdefault(kind_of(options), [])
        page = idle.pop() if idle else self.contexts(**options).new_page()
        page.bring_to_front()  # a tab behind another one is drawn when the browser has time
        page.set_viewport_size(options["viewport"])
        page.emulate_media(
            media="screen",
            color_scheme=options.get("color_scheme", "light"),
            # at rest at once; what moves has tests of its own (test_motion.py), and the walks
            reduced_motion=options.get("reduced_motion", "reduce"),
        )
        return page

    def give_back(self, lesson: "Lesson", options: dict[str, Any]) -> None:
        """Leave nothing of a visit in its tab; one that has had enough, or fails, is closed."""
        page = lesson.page
        visits = self.visits.pop(page, 0) + 1
        with contextlib.suppress(Error):
            if visits < self.MOST and page.evaluate("history.length") < self.LONGEST:
                lesson.leave()
                page.unroute_all(behavior="ignoreErrors")
                page.context.set_offline(False)
                page.goto(f"{lesson.base}/_stcore/health")  # where no script can write any more
                page.evaluate("sessionStorage.clear(); localStorage.clear()")
                self.visits[page] = visits
                self.idle[kind_of(options)].append(page)
                return
        with contextlib.suppress(Error):
            page.close()


@pytest.fixture(scope="session")
def tabs(contexts: Callable[..., BrowserContext]) -> Tabs:
    return Tabs(contexts)


@pytest.fixture
def visit(request, tabs: Tabs, server: Server) -> Iterator[Callable[..., Lesson]]:
    """Open pages: visit("/softmax?T=2", width=390, …); each is a session of its own.

    All of a page is unfolded where that is `whole`, or where the test's module says WHOLE = True.
    """
    visits = []
    all_of_it = getattr(request.module, "WHOLE", False)

    def open_page(
        path: str = "/",
        *,
        width: int = 1280,
        height: int = 800,
        base: str = "",
        whole: bool = all_of_it,
        **options: Any,
    ) -> Lesson:
        size = {"width": width, "height": height}
        kind = {"locale": "en-US", "viewport": size, **options}
        lesson = Lesson(tabs.take(kind), base or server.url)
        visits.append((lesson, kind))
        return lesson.open(unfolded(path) if whole else path)

    yield open_page
    for lesson, kind in visits:
        tabs.give_back(lesson, kind)


@pytest.fixture(scope="module")
def follow(tabs: Tabs, server: Server) -> Iterator[Callable[[str], Lesson]]:
    """Follow one link after the other in one tab: for what a link alone has to bring about."""
    kind = {"locale": "en-US", "viewport": {"width": 1280, "height": 800}}
    lesson = Lesson(tabs.take(kind), server.url).open("/?lang=en")
    yield lambda path: lesson.follow(unfolded(path))
    tabs.give_back(lesson, kind)
