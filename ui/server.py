"""What the web server does besides Streamlit: assets, security headers, a frozen heap."""

import contextlib
import ctypes
import functools
import gc
import gzip
import hashlib
import importlib
import json
import logging
from collections.abc import AsyncGenerator
from pathlib import Path

import plotly
import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.gate import KnownAddress, NoUploads, ShortBodies, listed_origins
from ui.words import current_language, shared_labels

_LIVE = Path(__file__).parent / "live"
_PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"

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


def _plotly_module() -> bytes:
    """Return plotly.js as an ES module, so that a figure holds it as a private reference.

    The bundle looks for CommonJS first; given a `module` it exports itself there.
    """
    head, tail = b"const module = {exports: {}};\n", b"\nexport default module.exports;\n"
    return head + _PLOTLY.read_bytes() + tail


_SOURCES = {
    "plotly.js": (_plotly_module, "text/javascript"),
    "live.js": ((_LIVE / "live.js").read_bytes, "text/javascript"),
    "player.js": ((_LIVE / "player.js").read_bytes, "text/javascript"),
    "comeback.js": ((_LIVE / "comeback.js").read_bytes, "text/javascript"),
    "keep.js": ((_LIVE / "keep.js").read_bytes, "text/javascript"),
    "live.css": ((_LIVE / "live.css").read_bytes, "text/css"),
}


@functools.cache
def _asset(name: str) -> tuple[bytes, str]:
    """Return an asset gzipped, and the tag that names its content."""
    body = _SOURCES[name][0]()
    return gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:12]


def asset_url(name: str) -> str:
    """Return the path of an asset; it changes with the content, so it may be cached for ever."""
    return f"/xent/{_asset(name)[1]}/{name}"


async def _serve_asset(request: Request) -> Response:
    name = request.path_params["name"]
    if name not in _SOURCES:
        return PlainTextResponse("Not found", status_code=404)
    body, tag = _asset(name)
    current = tag == request.path_params["tag"]
    headers = {
        "content-encoding": "gzip",
        "cache-control": "public, max-age=31536000, immutable" if current else "no-cache",
    }
    return Response(body, media_type=_SOURCES[name][1], headers=headers)


class SecurityHeaders:
    """Add the security headers to every answer, a refusal too."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class NoErrorDialogs:
    """Tell Streamlit's page to open no dialog about an error.

    The one about a lost server is English, made for developers, and makes all of the page inert
    that would still follow the hand. The figures say it, in the reader's language.
    """

    PATH = "/_stcore/host-config"

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

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
_IMPORTED = (
    "torch",
    "mpmath",
    "pandas",
    "plotly.graph_objects",
    "xent_core",
    "xent_core.pytorch",
    "xent_core.pytorch.elementary",
    "sklearn.datasets",
    "xent_core.training",
    "ui.lesson",
    "ui.training_views",
)


_M_MMAP_THRESHOLD = -3  # of glibc's mallopt


def give_large_blocks_back() -> None:
    """Have glibc return each block of 1 MB or more to the system once it is free.

    By itself it learns to keep blocks of up to 32 MB, in each of many threads: a lesson's table
    that is long forgotten would stay in as many places. Elsewhere than with glibc, do nothing.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, 1 << 20)


@contextlib.asynccontextmanager
async def lifespan(app: object) -> AsyncGenerator[None]:
    """Import everything that any page imports, prepare the assets, then freeze the heap.

    What is imported lives for ever. Frozen, it is not visited by Python's own full collections,
    which stop every reader's answer: with torch, some 100 ms each. They come seldom, so it is
    the late answers that show what freezing saves; benchmarks/bench_readers.py measures it.
    """
    listed_origins()
    give_large_blocks_back()
    for module in _IMPORTED:
        importlib.import_module(module)
    for name in _SOURCES:
        _asset(name)
    importlib.import_module("ui.training_demos").findings_numbers()  # torch's first run is slow
    gc.collect()
    gc.freeze()
    yield None


def say_it_broke(error: Exception) -> bool:
    """Show a sentence in the reader's language; the traceback goes to the log only."""
    logging.getLogger("xent").error("a page failed", exc_info=error)
    st.error(shared_labels(current_language())["broken"])
    return True


routes = [Route("/xent/{tag}/{name}", _serve_asset)]
middleware = [
    Middleware(SecurityHeaders),
    Middleware(KnownAddress),
    Middleware(ShortBodies),
    Middleware(NoUploads),
    Middleware(NoErrorDialogs),
]
