"""Behind a prefix: a proxy that hands on nothing else, one that strips it, an ASGI mount."""

import contextlib
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.replicas import free_port, program
from tests.browser.conftest import ROOT, Lesson
from tests.browser.test_training import button, numbers_of, state, trained, wait_for
from ui.words import fill, shared_labels
from xent_core.training import Config

PROXY = """
defaults
    mode http
    timeout connect 1s
    timeout client 75s
    timeout server 75s
    timeout tunnel 1h
frontend web
    bind 127.0.0.1:{public},[::1]:{public}
    http-request deny deny_status 404 unless {{ path_beg {prefix}/ }} or {{ path {prefix} }}
    {more}
    default_backend app
backend app
    server app 127.0.0.1:{port}
"""
STRIP = r"http-request replace-path {prefix}/?(.*) /\1"
SERVE = (sys.executable, "-m", "ui.app.serve")


@dataclass(frozen=True)
class Way:
    """How the app comes to lie behind a prefix: what the proxy does, what is started, and how."""

    prefix: str
    more: str = ""
    command: Callable[[int], tuple[str, ...]] = lambda port: SERVE
    said: tuple[tuple[str, str], ...] = ()


WAYS = {
    "the server knows it": Way("/xe", said=(("XENT_PREFIX", "xe"),)),
    "the proxy strips it": Way("/user/ann/proxy/8501", STRIP),
    "mounted": Way(
        "/xe",
        command=lambda port: (
            *(sys.executable, "-m", "uvicorn", "tests.browser.mounted:app"),
            *("--host", "127.0.0.1", "--port", str(port)),
        ),
    ),
}


def wait_for_answer(url: str) -> None:
    for _ in range(600):
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url, timeout=2).close()
            return
        time.sleep(0.1)
    raise TimeoutError(f"{url} does not answer")


@contextlib.contextmanager
def behind(way: Way, folder: Path) -> Iterator[str]:
    """Start the app and a proxy that knows nothing but the prefix; give the app's address."""
    port, public = free_port(), free_port()
    config = folder / "haproxy.cfg"
    more = way.more.format(prefix=way.prefix)
    config.write_text(PROXY.format(port=port, public=public, prefix=way.prefix, more=more))
    origins = f"http://localhost:{public},http://127.0.0.1:{public}"
    own = {"ADDRESS": "127.0.0.1", "PORT": str(port), "XENT_ORIGINS": origins, **dict(way.said)}
    with contextlib.ExitStack() as stack:
        for command in (way.command(port), (program("haproxy"), "-f", str(config))):
            process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **own})
            stack.callback(process.wait)
            stack.callback(process.kill)
        url = f"http://localhost:{public}{way.prefix}"
        wait_for_answer(f"{url}/_stcore/health")
        yield url


@pytest.fixture(scope="module", params=WAYS)
def base(request, tmp_path_factory) -> Iterator[str]:
    with behind(WAYS[request.param], tmp_path_factory.mktemp("proxy")) as url:
        yield url


def assert_all_inside(lesson: Lesson, base: str) -> None:
    """Nothing failed, and nothing was asked for outside the prefix."""
    assert lesson.errors == []
    asked = [url for url in lesson.requests if not url.startswith(("data:", "blob:"))]
    # looking for its base, Streamlit asks at the page's own address first
    assert [url for url in asked if not url.startswith(base)] == []


def test_a_figure_is_dragged_and_another_lesson_opened(visit, base):
    lesson = visit("/softmax?lang=en", base=base)
    x, y = lesson.grab("z0", 0.5)
    lesson.page.mouse.move(x + 60, y)
    moved = lesson.figure()["drawn"]["z0"]
    lesson.page.mouse.up()
    lesson.until(f"location.search.includes('z={moved},')")
    lesson.settle()
    lesson.go_to("overflow")
    lesson.page.wait_for_url(f"{base}/overflow**")
    lesson.ready()
    table = lesson.page.locator(".overflow-table, table").first
    assert table.count() == 0 or table.is_visible()
    lesson.go_to("home")
    lesson.page.wait_for_url(re.compile(re.escape(base) + r"/?(\?|$)"))
    lesson.ready()
    assert_all_inside(lesson, base)


def test_a_figure_is_presented(visit, base):
    lesson = visit("/softmax?lang=en", base=base).calm()
    lesson.page.keyboard.press("p")
    for key in ("PageDown", "PageUp"):
        lesson.until("document.querySelector('[data-slide=figure]')")
        shown = lesson.page.locator("[data-slide=figure]").get_attribute("data-key")
        assert f"view=present&figure={shown}" in lesson.page.url
        lesson.page.keyboard.press(key)
        lesson.until(f"document.querySelector('[data-slide=figure]').dataset.key !== {shown!r}")
    lesson.page.keyboard.press("Escape")
    lesson.until("!document.documentElement.dataset.view")
    assert_all_inside(lesson, base)


def test_a_run_is_played_and_taken_home(visit, base):
    lesson = visit("/training?lang=en&run=data:moons,batch_size:32,epochs:20", base=base)
    lesson.page.select_option(".xent-player select", "10")
    button(lesson, "play").click()
    wait_for(lesson, "data.step > 20")
    button(lesson, "pause").click()
    lesson.page.wait_for_timeout(700)
    now = state(lesson)
    config = Config(data="moons", batch_size=32, epochs=20)
    assert now["numbers"] == numbers_of(trained(config, now["step"]))
    with lesson.page.expect_download() as saved:
        lesson.page.locator(".xent-tools a").first.click()
    assert "moons" in saved.value.suggested_filename
    assert_all_inside(lesson, base)


def test_a_room_is_opened_and_a_phone_votes_and_follows(visit, base):
    lesson, labels = visit("/softmax?lang=en", base=base), shared_labels("en")
    page = lesson.page
    button = lambda key: page.get_by_role("button", name=labels[f"class_{key}"], exact=True)  # noqa: E731
    button("open").click()
    button("open_now").click()
    code = page.locator(".xent-class-code").inner_text()
    page.locator(".xent-class-qr svg").wait_for()
    prefix = base.removeprefix("http://localhost")
    assert f"{prefix}/room" in page.locator(".xent-class").inner_text()
    phone = visit("/", base=base, width=390, height=844)
    phone.page.goto(f"{base}/room?lang=en")
    phone.page.get_by_label(labels["room_code"]).fill(code)
    phone.page.keyboard.press("Enter")
    phone.page.wait_for_url(f"{base}/room/{code}**")
    button("ask").click()
    phone.page.get_by_role("radio").first.check()
    page.get_by_text(fill(labels["class_answered"], {"count": 1})).wait_for()
    phone.page.reload()
    phone.page.get_by_role("radio").first.wait_for()
    button("lead").click()
    phone.page.get_by_role("button", name=labels["room_follow"]).click()
    inside = phone.page.frame_locator("iframe.follow")
    inside.locator('.xent[data-ready="true"]').first.wait_for(timeout=30_000)
    lesson.type("z0", "7")
    phone.page.wait_for_function(
        "() => document.querySelector('iframe').contentWindow.location.search.includes('z=7,')"
    )
    assert_all_inside(lesson, base)
    assert_all_inside(phone, base)
