"""What the web server does besides Streamlit: security headers, a frozen heap."""

import contextlib
import ctypes
import gc
import importlib
import json
import logging
from collections.abc import AsyncGenerator, Callable, Iterable

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send
from streamlit import config

from ui.app.gate import KnownAddress, Layer, NoUploads, ShortBodies, listed_origins
from ui.assets import prepare_assets
from ui.words import current_language, shared_labels

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        # blob: is how Streamlit loads a component's module, 'unsafe-inline' its index page
        "script-src 'self' blob: 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "worker-src 'self' blob:",
        "frame-ancestors 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
    )
)

_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class SecurityHeaders(Layer):
    """Add the security headers to every answer, a refusal too."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class NoErrorDialogs(Layer):
    """Tell Streamlit's page to open no dialog about an error.

    The one about a lost server is English, made for developers, and makes all of the page inert
    that would still follow the hand. The figures say it, in the reader's language.
    """

    PATH = "/_stcore/host-config"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head: Message = {}
        body = b""

        async def send_changed(message: Message) -> None:
            nonlocal head, body
            if message["type"] == "http.response.start":
                head = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            if head["status"] == 200:
                body = json.dumps(json.loads(body) | {"blockErrorDialogs": True}).encode()
                MutableHeaders(scope=head)["content-length"] = str(len(body))
            await send(head)
            await send({"type": "http.response.body", "body": body})

        asked = scope["type"] == "http" and scope["path"].endswith(self.PATH)
        await self.app(scope, receive, send_changed if asked else send)


# pandas too: Plotly looks for it half-way through another session's first import of it
LIBRARIES = ("torch", "mpmath", "pandas", "plotly.graph_objects", "sklearn.datasets")


_M_MMAP_THRESHOLD = -3  # of glibc's mallopt


def give_large_blocks_back() -> None:
    """Have glibc return each block of 1 MB or more to the system once it is free.

    By itself it learns to keep blocks of up to 32 MB, in each of many threads: a lesson's table
    that is long forgotten would stay in as many places. Elsewhere than with glibc, do nothing.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 1 << 20)


def lifespan(
    modules: Iterable[str], warm_ups: Iterable[Callable[[], object]]
) -> Callable[[object], contextlib.AbstractAsyncContextManager[None]]:
    """Return what a server does at its start: import, prepare the assets, freeze the heap.

    `modules` are what the lessons import, `warm_ups` what they want to have done once.
    What is imported lives for ever. Frozen, it is not visited by Python's own full collections,
    which stop every reader's answer: with torch, some 100 ms each. They come seldom, so it is
    the late answers that show what freezing saves; benchmarks/bench_readers.py measures it.
    """

    @contextlib.asynccontextmanager
    async def start(app: object) -> AsyncGenerator[None]:
        listed_origins()
        give_large_blocks_back()
        for module in (*LIBRARIES, *modules):
            importlib.import_module(module)
        prepare_assets()
        for warm_up in warm_ups:
            warm_up()
        gc.collect()
        gc.freeze()
        yield None

    return start


def under_base(routes: Iterable[Route]) -> list[Route]:
    """Return routes where Streamlit has its own: below `server.baseUrlPath`, if there is one."""
    base = (config.get_option("server.baseUrlPath") or "").strip("/")
    if not base:
        return [*routes]
    return [Route(f"/{base}{one.path}", one.endpoint, methods=one.methods) for one in routes]


def say_it_broke(error: Exception) -> bool:
    """Show a sentence in the reader's language; the traceback goes to the log only."""
    logging.getLogger("xent").error("a page failed", exc_info=error)
    st.error(shared_labels(current_language())["broken"])
    return True


middleware = [
    Middleware(SecurityHeaders),
    Middleware(KnownAddress),
    Middleware(ShortBodies),
    Middleware(NoUploads),
    Middleware(NoErrorDialogs),
]
