"""A class of phones without browsers: plain HTTP, a process of its own.

python -m benchmarks.crowd PORT CODE COUNT

Each line on standard input is something that all of them do; each is answered by a line of JSON.
Times are of the machine's monotonic clock, which all processes share.
"""

import asyncio
import json
import random
import secrets
import sys
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

OPTION, SURE = 1, 0.25  # what each phone votes


class Wire:
    """A connection to the server that is kept for many requests."""

    def __init__(self, port: int, headers: Mapping[str, str]) -> None:
        self._port, self._headers = port, headers
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def _ask(self, method: str, path: str, body: bytes) -> asyncio.StreamReader:
        if self._ends is None or self._ends[0].at_eof():  # a server ends what is idle for seconds
            self._ends = await asyncio.open_connection("127.0.0.1", self._port, limit=1 << 22)
        reader, writer = self._ends
        own = {"host": f"127.0.0.1:{self._port}", "content-length": len(body), **self._headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in own.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        return reader

    async def ask(self, method: str, path: str, said: Any = None) -> tuple[int, bytes]:
        """Return a request's status and what it was answered."""
        body = b"" if said is None else json.dumps(said).encode()
        reader = await self._ask(method, path, body)
        status, headers = await _head(reader)
        if headers.get("transfer-encoding") == "chunked":
            return status, b"".join([part async for part in _chunks(reader)])
        return status, await reader.readexactly(int(headers.get("content-length", 0)))

    async def events(self, path: str) -> AsyncIterator[tuple[float, dict[str, Any]]]:
        """Yield each event of a stream, and when it came."""
        reader = await self._ask("GET", path, b"")
        status, _ = await _head(reader)
        if status != 200:
            raise RuntimeError(f"{path} was answered by {status}")
        rest = b""
        async for chunk in _chunks(reader):
            now = time.monotonic()
            *parts, rest = (rest + chunk).split(b"\n\n")
            for part in parts:
                if part.startswith(b"data: "):
                    yield now, json.loads(part[6:])


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if line)
    return int(status.split()[1]), {name.lower(): value.strip() for name, _, value in pairs}


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readline(), 16):
        yield await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readline()


class Phone:
    """One of the class: it hears the room, and votes."""

    def __init__(self, port: int, code: str) -> None:
        who = {"xent-who": secrets.token_hex(16)}
        self._room = f"/xent/room/{code}"
        self._heard, self._says = Wire(port, who), Wire(port, who)
        self.events = 0
        self.links: list[tuple[str, float]] = []
        self.there = asyncio.Event()

    async def listen(self) -> None:
        """Hear the room for ever; note each link when it comes."""
        async for now, seen in self._heard.events(f"{self._room}/events"):
            self.events += 1
            self.there.set()
            if seen["link"] and (not self.links or self.links[-1][0] != seen["link"]):
                self.links.append((seen["link"], now))

    async def vote(self, within: float) -> tuple[float, int]:
        """Vote at a moment of its own; return when it did, and how it was answered."""
        await asyncio.sleep(random.uniform(0, within))
        now = time.monotonic()
        status, _ = await self._says.ask(
            "POST", f"{self._room}/vote", {"option": OPTION, "sure": SURE}
        )
        return now, status


async def main() -> None:
    """Open all phones, then do as each line says."""
    port, code, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    phones = [Phone(port, code) for _ in range(count)]
    listening = [asyncio.ensure_future(phone.listen()) for phone in phones]
    await asyncio.gather(*(phone.there.wait() for phone in phones))
    print(json.dumps("there"), flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        name, *said = json.loads(line)
        if name == "vote":
            answer: Any = await asyncio.gather(*(phone.vote(*said) for phone in phones))
        elif name == "events":
            answer = sum(phone.events for phone in phones)
        else:
            answer = [phone.links for phone in phones]
        print(json.dumps(answer), flush=True)
    for one in listening:
        one.cancel()


if __name__ == "__main__":
    asyncio.run(main())
