"""Who is let in, and how much they may say: real servers, and sockets that say anything."""

import asyncio
import base64
import contextlib
import json
import os
import queue
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.reader import reading
from tests.browser.conftest import ROOT, Server
from ui.app.gate import LONGEST_BODY
from ui.words import shared_labels

NAME = socket.gethostname().lower()
ELSEWHERE = "127.0.0.2"  # an address of this machine's that is not the usual one


class Proxy(threading.Thread):
    """What a server asks the network through; it counts, and answers nothing."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.asked = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.socket.accept()[0].close()
                self.asked += 1


class Watched(Server):
    """A server whose log and questions to the network are seen."""

    def __init__(self, log: Path, *command: str) -> None:
        super().__init__(command)
        self.log, self.proxy = log, Proxy()

    def start(self) -> None:
        asks = dict.fromkeys(("http_proxy", "https_proxy"), self.proxy.url)
        listed = {
            "XENT_ORIGINS": "https://xent.school.edu, http://proxy.example:9000 plain.example"
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command, str(self.port)],
                cwd=ROOT,
                env={**os.environ, **asks, **listed},
                stdout=log,
                stderr=log,
            )
        for _ in range(240):
            with contextlib.suppress(OSError):
                if status(self, "GET", "/_stcore/health", host=f"localhost:{self.port}") == 200:
                    return
            time.sleep(0.25)
        raise TimeoutError(f"no server within a minute: {self.log.read_text()}")

    def memory(self) -> float:
        """Resident MB."""
        assert self.process
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1000


COMMANDS = {
    "streamlit": ("streamlit", "run", "app.py", "--server.port"),
    "for all": ("streamlit", "run", "app.py", "--server.address", "0.0.0.0", "--server.port"),
    "uvicorn for all": ("uvicorn", "app:app", "--host", "0.0.0.0", "--port"),
}


@pytest.fixture(scope="module")
def started(tmp_path_factory) -> Iterator[dict[str, Watched]]:
    logs = tmp_path_factory.mktemp("logs")
    servers = {name: Watched(logs / name, *words) for name, words in COMMANDS.items()}
    with ThreadPoolExecutor() as pool:
        list(pool.map(Watched.start, servers.values()))
    yield servers
    for one in servers.values():
        one.stop()


@pytest.fixture
def watched(started) -> Watched:
    return started["streamlit"]


# ---- what goes over the wire


def connect(server: Server, at: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection((at, server.port), timeout=30)


def request(method: str, path: str, headers: dict[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def answer(wire: socket.socket) -> int:
    """Return the status of an answer."""
    said = b""
    while b"\r\n" not in said:
        part = wire.recv(4096)
        assert part, "the server hung up without a word"
        said += part
    return int(said.split()[1])


HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode(),
}


def status(
    server: Server, method: str, path: str, *, host: str, origin: str = "", at: str = "127.0.0.1"
) -> int:
    """Return the status of a request, or of a websocket's handshake (method WS)."""
    headers = {"Host": host} | ({"Origin": origin} if origin else {})
    if method == "WS":
        headers |= HANDSHAKE
    with connect(server, at) as wire:
        wire.sendall(request("GET" if method == "WS" else method, path, headers))
        return answer(wire)


ASKED = {
    "a page": ("GET", "/softmax", 200),
    "health": ("GET", "/_stcore/health", 200),
    "an asset": ("GET", "/xent/0/ui/figure/js/figure.js", 200),
    "a run": ("POST", "/xent/run/none/more", 404),
    "an upload": ("PUT", "/_stcore/upload_file/x/y", 404),
    "the websocket": ("WS", "/_stcore/stream", 101),
}


def statuses(server: Server, host: str, origin: str, at: str) -> dict[str, int]:
    port = str(server.port)
    host, origin = host.replace("PORT", port), origin.replace("PORT", port)
    return {
        what: status(server, method, path, host=host, origin=origin, at=at)
        for what, (method, path, _) in ASKED.items()
    }


LET_IN = {what: usual for what, (_, _, usual) in ASKED.items()}
REFUSED = dict.fromkeys(ASKED, 403)


# ---- Host and Origin


@pytest.mark.parametrize("origin", ["", "http://localhost:PORT", "http://127.0.0.1:PORT"])
@pytest.mark.parametrize(
    "host", ["localhost:PORT", "127.0.0.1:PORT", "[::1]:PORT", "LocalHost:PORT"]
)
def test_the_address_that_is_served_is_let_in(watched, host, origin):
    assert statuses(watched, host, origin, "127.0.0.1") == LET_IN


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "localhost:9999",
        "127.0.0.1",
        "evil.example:PORT",
        "localhost.evil.example:PORT",
        "localhost:PORT@evil.example",
        "evil.example#localhost:PORT",
        "192.0.2.7:PORT",
        "0.0.0.0:PORT",
        f"{NAME}:PORT",
        "",
    ],
)
def test_another_host_is_refused_as_a_rebound_name_would_be(watched, host):
    assert statuses(watched, host, "", "127.0.0.1") == REFUSED
    assert statuses(watched, host, f"http://{host}" if host else "null", "127.0.0.1") == REFUSED


@pytest.mark.parametrize(
    "origin",
    [
        "http://localhost:9999",
        "http://localhost",
        "https://localhost:PORT",
        "http://evil.example",
        "http://evil.example:PORT",
        "http://localhost:PORT.evil.example",
        "http://localhost:PORT/page",
        "http://user@localhost:PORT",
        "file://",
        "null",
        "nonsense",
    ],
)
def test_a_page_of_another_origin_is_refused(watched, origin):
    assert statuses(watched, "localhost:PORT", origin, "127.0.0.1") == REFUSED


def test_two_hosts_or_one_foreign_origin_of_two_are_refused(watched):
    own = f"localhost:{watched.port}"
    for more in (
        f"Host: {own}\r\nHost: evil.example",
        f"Host: {own}\r\nOrigin: http://{own}\r\nOrigin: null",
    ):
        with connect(watched) as wire:
            wire.sendall(f"GET / HTTP/1.1\r\n{more}\r\n\r\n".encode())
            assert answer(wire) in (400, 403)


@pytest.mark.parametrize("name", ["for all", "uvicorn for all"])
@pytest.mark.parametrize(
    ("at", "host"),
    [
        ("127.0.0.1", "localhost:PORT"),
        (ELSEWHERE, f"{ELSEWHERE}:PORT"),
        (ELSEWHERE, f"{NAME}:PORT"),
        (ELSEWHERE, f"{NAME.upper()}:PORT"),
        (ELSEWHERE, f"{NAME.partition('.')[0]}.local:PORT"),
    ],
)
def test_a_class_comes_by_the_machines_address_or_its_name(started, name, at, host):
    assert statuses(started[name], host, "", at) == LET_IN
    assert statuses(started[name], host, f"http://{host}", at) == LET_IN


@pytest.mark.parametrize("name", ["for all", "uvicorn for all"])
@pytest.mark.parametrize(
    "host", ["evil.example:PORT", f"{NAME}.evil.example:PORT", "192.0.2.7:PORT", f"{NAME}:9999"]
)
def test_a_server_for_all_knows_no_other_name_either(started, name, host):
    assert statuses(started[name], host, "", ELSEWHERE) == REFUSED
    assert statuses(started[name], f"{ELSEWHERE}:PORT", f"http://{host}", ELSEWHERE) == REFUSED


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("xent.school.edu", "https://xent.school.edu"),
        ("xent.school.edu", ""),
        ("xent.school.edu:443", "https://xent.school.edu"),
        ("proxy.example:9000", "http://proxy.example:9000"),
        ("localhost:PORT", "https://xent.school.edu"),  # a proxy that puts its own Host there
    ],
)
def test_what_xent_origins_lists_is_let_in(watched, host, origin):
    assert statuses(watched, host, origin, "127.0.0.1") == LET_IN


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("xent.school.edu", "http://xent.school.edu"),
        ("xent.school.edu", "https://xent.school.edu:8443"),
        ("xent.school.edu:9000", ""),
        ("proxy.example", ""),
        ("proxy.example:9000", "https://proxy.example:9000"),
        ("www.xent.school.edu", "https://www.xent.school.edu"),
    ],
)
def test_what_is_merely_like_it_is_not(watched, host, origin):
    assert statuses(watched, host, origin, "127.0.0.1") == REFUSED


def test_the_log_is_told_of_a_listed_origin_that_is_none(watched):
    assert "XENT_ORIGINS: 'plain.example' is not like https://name" in watched.log.read_text()
    assert statuses(watched, "plain.example", "", "127.0.0.1") == REFUSED


def test_nobody_asks_the_network_whether_an_origin_is_this_machines(started):
    for server in started.values():
        for origin in ("http://evil.example", "http://[::1]:PORT", "https://xent.school.edu"):
            statuses(server, "localhost:PORT", origin, "127.0.0.1")
        assert server.proxy.asked == 0


@pytest.mark.parametrize(("asked", "language"), [("zh-CN,zh;q=0.9", "zh"), ("fr,en;q=0.5", "en")])
def test_a_reader_at_an_unknown_address_is_told_so_in_words(watched, asked, language):
    with connect(watched) as wire:
        headers = {"Host": "evil.example", "Accept-Language": asked, "Connection": "close"}
        wire.sendall(request("GET", "/softmax", headers))
        head, _, body = wire.makefile("rb").read().partition(b"\r\n\r\n")
    assert body.decode() == shared_labels(language)["unknown_address"]
    assert b"x-content-type-options: nosniff" in head


# ---- bodies


@pytest.fixture(scope="module")
def run(started) -> Iterator[str]:
    """The path of a training run that somebody has open."""
    server, found, over = started["streamlit"], queue.Queue(), threading.Event()

    async def look_on() -> None:
        url = f"http://localhost:{server.port}"
        async with reading(url, "training", "run=data:moons,epochs:10000,batch_size:32") as reader:
            found.put(reader.header["stream"]["url"])
            await asyncio.to_thread(over.wait)

    somebody = threading.Thread(target=asyncio.run, args=(look_on(),))
    somebody.start()
    yield found.get(timeout=60)
    over.set()
    somebody.join()


@pytest.fixture(params=["a run", "no run", "no route", "an upload"])
def path(request, run) -> str:
    paths = {"a run": f"{run}/more", "no run": "/xent/run/none/more", "no route": "/xent/x/y"}
    return paths.get(request.param, "/_stcore/upload_file/x/y")


def post(server: Server, path: str, **headers: str) -> bytes:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return request("POST", path, {"Host": f"localhost:{server.port}"} | named)


def test_a_long_body_is_refused_before_it_comes(watched, path):
    with connect(watched) as wire:
        wire.sendall(post(watched, path, content_length="400000000"))
        assert answer(wire) == 413


def test_a_body_of_unknown_length_is_refused_when_it_has_become_too_long(watched, path):
    with connect(watched) as wire:
        wire.sendall(post(watched, path, transfer_encoding="chunked"))
        wire.sendall(f"{LONGEST_BODY + 1:x}\r\n".encode() + bytes(LONGEST_BODY + 1))
        assert answer(wire) == 413


@pytest.mark.parametrize(
    "length", [{"content_length": "400000000"}, {"transfer_encoding": "chunked"}]
)
def test_who_goes_on_sending_fills_no_memory(watched, path, length):
    megabyte = bytes(10**6)
    if "transfer_encoding" in length:
        megabyte = b"f4240\r\n" + megabyte + b"\r\n"
    before = most = watched.memory()
    with connect(watched) as wire, contextlib.suppress(OSError):
        wire.sendall(post(watched, path, **length))
        for _ in range(400):
            wire.sendall(megabyte)
            most = max(most, watched.memory())
    assert most - before < 10


@pytest.mark.parametrize("name", ["streamlit", "uvicorn for all"])
def test_a_message_of_100_mb_through_the_websocket_fills_no_memory(started, name):
    server = started[name]
    before = most = server.memory()
    with connect(server) as wire, contextlib.suppress(OSError):
        own = {"Host": f"localhost:{server.port}"}
        wire.sendall(request("GET", "/_stcore/stream", own | HANDSHAKE))
        assert answer(wire) == 101
        masked_bytes = bytes([0x82, 0x80 | 127]) + (100 * 10**6).to_bytes(8) + bytes(4)
        wire.sendall(masked_bytes)
        for _ in range(100):
            wire.sendall(bytes(10**6))
            most = max(most, server.memory())
    assert most - before < 10


def test_a_body_that_trickles_is_waited_for_no_longer_than_the_limit(watched, run):
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(connect(watched)) for _ in range(3)]
        for wire, path in zip(wires, (f"{run}/more", "/xent/run/none/more", "/"), strict=True):
            wire.sendall(post(watched, path, content_length="100") + b"{")
        assert [answer(wire) for wire in wires] == [408] * 3


def test_a_body_of_the_greatest_length_is_read(watched, run):
    wish = json.dumps({"to": 3}).encode().ljust(LONGEST_BODY)
    with connect(watched) as wire:
        wire.sendall(post(watched, f"{run}/more", content_length=str(len(wish))) + wish[:100])
        wire.sendall(wish[100:])
        assert answer(wire) == 200


@pytest.mark.parametrize(
    "body", [b"[" * LONGEST_BODY, b"\xff" * 9, b"9" * LONGEST_BODY, b'{"to": 1e999}']
)
def test_nonsense_of_an_allowed_length_is_a_bad_request(watched, run, body):
    with connect(watched) as wire:
        wire.sendall(post(watched, f"{run}/more", content_length=str(len(body))) + body)
        assert answer(wire) == 400


def test_who_hangs_up_leaves_nothing_in_the_log(watched, path):
    before = watched.log.read_text()
    for length in ({"content_length": "100"}, {"transfer_encoding": "chunked"}):
        for sent in (b"", b"5\r\nhello"):
            for _ in range(5):
                connect(watched).sendall(post(watched, path, **length) + sent)  # dropped, unread
    with connect(watched) as half:  # hangs up one way only
        half.sendall(post(watched, path, content_length="100"))
        half.shutdown(socket.SHUT_WR)
        assert half.recv(1) == b""
    with connect(watched) as wire:
        wire.sendall(post(watched, path, content_length="9999999") + bytes(3000))
    assert status(watched, "GET", "/_stcore/health", host=f"localhost:{watched.port}") == 200
    assert watched.log.read_text() == before


def test_nothing_trains_for_those_who_have_hung_up(watched, run):
    def more(**wish: object) -> socket.socket:
        body = json.dumps({"after": 10**7, **wish}).encode()  # the states are not asked for
        wire = connect(watched)
        wire.sendall(post(watched, f"{run}/more", content_length=str(len(body))) + body)
        return wire

    def where() -> int:
        ask = urllib.request.Request(f"{watched.url}{run}/more", b'{"after": 10000000}')
        said = urllib.request.urlopen(ask, timeout=30).read()  # it asks for no step: none is made
        return json.loads(said[8 : 8 + int.from_bytes(said[:8], "little")])["step"]

    def steps(asked: list[socket.socket], wait: bool) -> int:
        for wire in asked:
            if wait:
                answer(wire)
            wire.close()
        with more() as last:  # who asks last is answered last
            answer(last)
        return where()

    with more(restart=True) as wire:
        answer(wire)
    patient = steps([more(to=10**6) for _ in range(20)], wait=True)
    with more(restart=True) as wire:
        answer(wire)
    assert steps([more(to=10**6) for _ in range(20)], wait=False) < patient / 2
