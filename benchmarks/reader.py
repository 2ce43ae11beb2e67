"""A reader without a browser: what a tab says to Streamlit's websocket, and what it is told."""

import asyncio
import contextlib
import itertools
import json
import os
import time
from collections import deque
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

OPENING = 3  # readers that open a page at the same time
PATIENCE = 60.0  # seconds for any answer
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class WrongAnswerError(Exception):
    """The server answered, and not what was asked."""


class Reader:
    """One session on one lesson, which takes hold of the lesson's first live figure.

    `header` is what that figure was told last.
    """

    def __init__(self, socket: websockets.ClientConnection, page: str, query: str = "") -> None:
        self.socket, self.page = socket, page
        self.header: dict[str, Any] = {}
        self._component = self._fragment = self._script = ""
        self._query = query
        self._cached: deque[str] = deque(maxlen=50)
        self._numbers = itertools.count()

    async def open(self) -> None:
        """Load the page, until its script has run to the end."""
        await self._ask(BackMsg())
        await self._hear(lambda kind: kind == "script_finished")
        if not self.header:
            raise WrongAnswerError(f"{self.page} has no live figure")

    async def release(self, control: str, value: float) -> float:
        """Let go of a control at a value; return the milliseconds until its figure is back.

        Raises WrongAnswerError if the answer is to another release, or of another value.
        """
        commit = {
            "id": f"release{next(self._numbers)}",
            "values": {name: str(x) for name, x in self.header["base"].items()}
            | {control: str(value)},
        }
        message = BackMsg()
        message.rerun_script.fragment_id = self._fragment
        state = message.rerun_script.widget_states.widgets.add()
        state.id, state.json_value = self._component, json.dumps({"commit": commit})
        began = time.perf_counter()
        await self._ask(message)
        await self._hear(lambda kind: kind == "figure")
        wait = 1000 * (time.perf_counter() - began)
        if self.header["ack"] != commit["id"] or self.header["base"][control] != value:
            raise WrongAnswerError(f"{commit} was answered by {self.header['base']}")
        await self._hear(lambda kind: kind == "script_finished")
        return wait

    async def _ask(self, message: BackMsg) -> None:
        state = message.rerun_script
        state.query_string, state.page_script_hash = self._query, self._script
        state.page_name = self.page
        state.cached_message_hashes.extend(self._cached)
        await self.socket.send(message.SerializeToString())

    async def _hear(self, until: Any) -> None:
        async with asyncio.timeout(PATIENCE):
            while not until(
                self._take(ForwardMsg.FromString(await self.socket.recv(decode=False)))
            ):
                pass

    def _take(self, message: ForwardMsg) -> str:
        """Keep what a message tells; return its kind."""
        kind = message.WhichOneof("type") or ""
        if message.metadata.cacheable:
            self._cached.append(message.hash)
        if kind == "new_session":
            self._script = message.new_session.page_script_hash
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "delta" and self._is_figure(message.delta):
            return "figure"
        return kind

    def _is_figure(self, delta: Any) -> bool:
        component = delta.new_element.bidi_component
        if not component.bytes or self._component not in ("", component.id):
            return False
        self._component, self._fragment = component.id, delta.fragment_id
        length = int.from_bytes(component.bytes[:8], "little")
        self.header = json.loads(component.bytes[8 : 8 + length])
        return True


@contextlib.asynccontextmanager
async def reading(url: str, page: str, query: str = "") -> AsyncGenerator[Reader]:
    """Give a reader who has opened a page, or a link to its state, until the block ends."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    async with websockets.connect(
        address,
        origin=websockets.Origin(url),
        subprotocols=[websockets.Subprotocol("streamlit")],
        max_size=None,
        compression=None,
        open_timeout=PATIENCE,
        ping_interval=None,
    ) as socket:
        reader = Reader(socket, page, query)
        await reader.open()
        yield reader


# ---- what a server uses: all processes of its session


def _of_session(session: int) -> list[tuple[Path, list[str]]]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # a process may end while we look
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                found.append((stat.parent, fields))
    return found


def cpu_seconds(session: int) -> float:
    """Return the processor time that all processes of a session have used so far."""
    return sum(int(f[11]) + int(f[12]) for _, f in _of_session(session)) / _TICKS


def resident_mb(session: int) -> float:
    """Return the resident memory (MB) of all processes of a session."""
    return sum(int(f[21]) for _, f in _of_session(session)) * _PAGE / 1e6
