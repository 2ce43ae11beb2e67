"""What the browser benchmarks share: servers of their own, one Chromium, the machine's name."""

import asyncio
import contextlib
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import AsyncGenerator, Generator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from playwright.async_api import Browser, Page, ViewportSize, async_playwright

ROOT = Path(__file__).parent.parent
VIEWPORT = ViewportSize(width=1280, height=800)
PORTS = range(8700, 8800)
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]


# ---- Servers


@dataclass(frozen=True)
class Server:
    """A server that was started here: its address and its process."""

    url: str
    pid: int


def free_port() -> int:
    """Return a port on which nobody listens."""
    for port in PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError(f"no free port from {PORTS.start} to {PORTS.stop - 1}")


def streamlit(script: str, port: int) -> list[str]:
    """Return the command that serves a script, or a file with a st.App, of this repository."""
    return [sys.executable, "-m", "streamlit", "run", script, "--server.port", str(port)]


def _wait_until_up(url: str, process: subprocess.Popen[bytes], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped with code {process.returncode}")
        with contextlib.suppress(OSError):  # refused, or nobody answers yet
            urllib.request.urlopen(url, timeout=5).close()
            return
        time.sleep(0.2)
    raise TimeoutError(f"{url} did not answer in {seconds} s")


@contextlib.contextmanager
def serve(command: Sequence[str], port: int) -> Generator[Server]:
    """Run a server from the repository's root until the block ends."""
    url = f"http://localhost:{port}"
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_up(url, process)
        yield Server(url, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


# ---- Chromium


def chromium_path() -> str | None:
    """Return the system's Chromium or Chrome; None stands for Playwright's own."""
    names = "chromium", "chromium-browser", "google-chrome", "chromium-headless-shell"
    return next(filter(None, map(shutil.which, names)), None)


@contextlib.asynccontextmanager
async def chromium() -> AsyncGenerator[Browser]:
    """Run a headless Chromium until the block ends."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path(), args=_ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


async def open_page(browser: Browser, url: str, chart: str) -> Page:
    """Return a page whose chart has been drawn and whose network has come to rest."""
    page = await browser.new_page(viewport=VIEWPORT)
    await page.goto(url)
    await page.wait_for_selector(f"{chart} .bars .point path", timeout=60_000)
    await asyncio.sleep(3)
    return page


# ---- What the figures were taken on


def _cpu() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


async def machine() -> str:
    """Return one line: processor, cores, Chromium and the packages that matter."""
    async with chromium() as browser:
        chromium_version = browser.version
    packages = "streamlit", "dash", "plotly", "numpy", "torch"
    return ", ".join(
        [
            f"{_cpu()}, {os.cpu_count()} cores",
            f"headless Chromium {chromium_version}",
            f"Python {platform.python_version()}",
            *(f"{name} {version(name)}" for name in packages),
        ]
    )
