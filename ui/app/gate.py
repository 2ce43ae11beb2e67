"""Who is let in: whoever comes to an address that is served, from a page of it, with a short body.

A page on the web can point its own name at this machine (DNS rebinding) or open a websocket to
it, so the Host and the Origin of every request have to be addresses that the server was told.
"""

import asyncio
import functools
import logging
import os
import re
import socket
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config, net_util

from ui.words import choose_language, shared_labels

# Addresses besides the server's own, as a browser shows them: "https://xent.school.edu, …".
ORIGINS = "XENT_ORIGINS"

LONGEST_BODY = 500  # bytes; what the browser asks of a training run is shorter than 200
LONGEST_QUESTION = 50_000  # bytes; what a teacher asks a room, in every language
_QUESTION = re.compile(r"/xent/room/[A-Za-z]{4}/lead\Z")
LONGEST_WAIT = 5.0  # seconds for all of it

_ORIGIN = re.compile(r"(https?)://([\w.-]+|\[[\da-f:.]+\])(?::(\d{1,5}))?", re.ASCII)
_PORTS = {"http": "80", "https": "443"}
_LOOPBACK = "127.0.0.1", "[::1]"
_EVERY = None, "", "0.0.0.0", "::"  # Streamlit's default, and what stands for all addresses
_CLOSE = {"connection": "close"}


def origin(text: str) -> str | None:
    """Return scheme://host:port in small letters, the port always said; None if it is none."""
    match = _ORIGIN.fullmatch(text.strip().lower().removesuffix("/"))
    return match and f"{match[1]}://{match[2]}:{match[3] or _PORTS[match[1]]}"


def machine_names() -> set[str]:
    """Return the names by which a local network may know this machine."""
    name = socket.gethostname().lower()
    short = name.partition(".")[0]
    return {name, short, f"{short}.local"}


def _as_host(address: str) -> str:
    """Return an address of a socket as a Host header has it."""
    plain = address.partition("%")[0].removeprefix("::ffff:")
    return f"[{plain}]" if ":" in plain else plain


@functools.cache
def listed_origins() -> frozenset[str]:
    """Return the origins that XENT_ORIGINS lists; the log is told of what is none."""
    said = list(filter(None, re.split(r"[\s,]+", os.environ.get(ORIGINS, ""))))
    for text in said:
        if origin(text) is None:
            logging.getLogger("xent").warning("%s: %r is not like https://name", ORIGINS, text)
    return frozenset(filter(None, map(origin, said)))


@functools.lru_cache(maxsize=64)
def served(scheme: str, at: str, port: int | None) -> frozenset[str]:
    """Return the origins that a connection to the socket address `at` may name.

    The address that it came to needs no list: whoever names an IP address was not led here by
    a foreign name. The machine's names count once it is open to others than itself.
    """
    told = config.get_option("server.address")
    names = {"localhost", *_LOOPBACK, _as_host(at)}
    if told in _EVERY or _as_host(at) not in _LOOPBACK:
        names |= machine_names()
    if told not in _EVERY:
        names.add(_as_host(told.lower()))
    own = (origin(f"{scheme}://{name}:{port}") for name in names)
    return listed_origins() | frozenset(filter(None, own))


def admitted(scope: Scope) -> bool:
    """Tell whether a request names one Host that is served, and no Origin that is not."""
    headers = Headers(scope=scope)
    scheme = {"ws": "http", "wss": "https"}.get(scope["scheme"], scope["scheme"])
    known = served(scheme, *(scope.get("server") or ("", None)))
    hosts = headers.getlist("host")
    # behind a proxy that speaks https the Host says http, so either will do
    return (
        len(hosts) == 1
        and any(origin(f"{scheme}://{hosts[0]}") in known for scheme in _PORTS)
        and all(origin(said) in known for said in headers.getlist("origin"))
    )


def _as_the_browser_sees_it(scope: Scope) -> Scope:
    """Return a websocket's scope with its Origin's Host, if a proxy has put another one there.

    Of an Origin that is not the Host, Streamlit asks the network whether it is this machine's.
    """
    said = Headers(scope=scope).get("origin")
    if scope["type"] != "websocket" or said is None:
        return scope
    host = said.partition("://")[2].encode("latin-1")
    headers = [(name, host if name == b"host" else value) for name, value in scope["headers"]]
    return {**scope, "headers": headers}


class Layer:
    """What a request passes on its way to the app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app


class KnownAddress(Layer):
    """Refuse what comes to another address than those served, or from another page."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif admitted(scope):
            await self.app(_as_the_browser_sees_it(scope), receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})  # before accept: a 403
        else:
            await _refusal(Request(scope))(scope, receive, send)


def _refusal(request: Request) -> PlainTextResponse:
    browser = request.headers.get("accept-language", "").partition(",")[0]
    language = choose_language(request.query_params.get("lang"), None, browser)
    text = shared_labels(language)["unknown_address"]
    return PlainTextResponse(text, status_code=403, headers=_CLOSE)


class _TooLongError(Exception):
    pass


class ShortBodies(Layer):
    """Read a request's body before the app does: all of it in time, and never more than a little.

    Whoever hangs up meanwhile is not answered, and nobody is told.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self.app(scope, receive, send)
            return
        longest = LONGEST_QUESTION if _QUESTION.search(scope["path"]) else LONGEST_BODY
        try:
            async with asyncio.timeout(LONGEST_WAIT):
                body = await _read(scope, receive, longest)
        except ClientDisconnect:
            return
        except _TooLongError:
            refusal = f"a body of more than {longest} bytes"
            await PlainTextResponse(refusal, status_code=413, headers=_CLOSE)(scope, receive, send)
        except TimeoutError:
            refusal = f"a body that took more than {LONGEST_WAIT:.0f} s"
            await PlainTextResponse(refusal, status_code=408, headers=_CLOSE)(scope, receive, send)
        else:
            await self.app(scope, _once(body, receive), send)


def _has_body(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


async def _read(scope: Scope, receive: Receive, longest: int) -> bytes:
    length, body, more = int(Headers(scope=scope).get("content-length", "0")), b"", True
    while more:
        if length > longest:
            raise _TooLongError
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        length, more = max(length, len(body)), message.get("more_body", False)
    if length > longest:
        raise _TooLongError
    return body


def _once(body: bytes, receive: Receive) -> Receive:
    """Return what gives the body that was read, then what comes after it."""
    rest: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return rest.pop() if rest else await receive()

    return again


class NoUploads(Layer):
    """Answer Streamlit's upload route as if there were none: nobody needs one here."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "/_stcore/upload_file" in scope["path"]:
            await PlainTextResponse("Not found", status_code=404)(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def addresses(address: str, port: int) -> Iterable[str]:
    """Return where a browser finds a server of this address: one, or what a class may type."""
    if address not in _EVERY:
        return [f"http://{_as_host(address)}:{port}"]
    return [f"http://{host}:{port}" for host in (net_util.get_internal_ip(), socket.gethostname())]
