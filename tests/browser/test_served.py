"""`python -m ui.app.serve`, which `make run` and a container start: where it answers."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from tests.browser.conftest import ROOT, Server, free_port
from tests.browser.test_gate import ELSEWHERE, LET_IN, REFUSED, statuses
from tests.browser.test_room import opened, phone

Served = Callable[..., Server]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Start servers that the environment says all of, as in a container."""
    started: list[subprocess.Popen[bytes]] = []

    def start(**said: str) -> Server:
        server = Server(port=free_port())
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        command = [sys.executable, "-m", "ui.app.serve"]
        own = {**kept, "PORT": str(server.port), **said}
        server.process = subprocess.Popen(command, cwd=ROOT, env=own)
        started.append(server.process)
        for _ in range(600):
            with contextlib.suppress(OSError):
                if statuses(server, "localhost:PORT", "", "127.0.0.1")["health"] == 200:
                    return server
            time.sleep(0.1)
        raise TimeoutError("the server did not start within a minute")

    yield start
    for one in started:
        one.send_signal(signal.SIGINT)  # as Ctrl+C does
    for one in started:
        one.wait(20)


@pytest.fixture(scope="module")
def at_home(served: Served) -> Server:
    return served()


@pytest.fixture(scope="module")
def for_all(served: Served) -> Server:
    return served(ADDRESS="0.0.0.0")


def test_ctrl_c_ends_it_while_phones_listen(served):
    server = served()
    teacher = opened(server)
    with teacher.hears() as heard, phone(teacher).hears() as other:
        assert next(heard)["phase"] == next(other)["phase"] == "waiting"
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(10) in (0, -signal.SIGINT)


@pytest.mark.parametrize("at", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("host", ["localhost:PORT", "127.0.0.1:PORT", "[::1]:PORT"])
def test_both_addresses_of_localhost_answer(at_home, at, host):
    assert statuses(at_home, host, f"http://{host}", at) == LET_IN
    assert statuses(at_home, "evil.example:PORT", "", at) == REFUSED


def test_no_other_address_of_the_machine_does(at_home):
    with pytest.raises(ConnectionRefusedError):
        statuses(at_home, f"{ELSEWHERE}:PORT", "", ELSEWHERE)


@pytest.mark.parametrize(
    ("at", "host"),
    [
        (ELSEWHERE, f"{ELSEWHERE}:PORT"),
        ("127.0.0.1", "localhost:PORT"),
        ("::1", "[::1]:PORT"),
    ],
)
def test_a_container_needs_no_flag(for_all, at, host):
    assert statuses(for_all, host, f"http://{host}", at) == LET_IN
    assert statuses(for_all, "evil.example:PORT", "", at) == REFUSED
