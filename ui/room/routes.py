"""What phones and the teacher's page ask of a room, over HTTP: no page of Streamlit's runs for it.

A phone has a page of its own and no session; what it may see comes as server-sent events.
The teacher's page says its secret in a header, which no log and no address holds.
"""

import functools
import ipaddress
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import segno
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from streamlit import net_util

from ui.assets import asset_url
from ui.room.hub import CODE_LENGTH, LETTERS, Hub, NoRoomError
from ui.room.limits import Buckets
from ui.room.rules import RefusedError
from ui.room.store import AwayError, FullError
from ui.words import LANGUAGES, choose_language, shared_labels, tag

_PAGE = (Path(__file__).parent / "phone.html").read_text("utf-8")
_WORDS = "room_"  # what the labels of a phone's page begin with
_CODE = re.compile(f"[{LETTERS}]{{{CODE_LENGTH}}}")
# where an app lies: scheme, host, and the rest with a slash at its end
_APP = re.compile(
    r"(https?://)(\[[\da-fA-F:.]+\]|[\w.-]+)((?::\d{1,5})?/(?:[\w.~%@-]+/){0,8})", re.ASCII
)
_LONGEST_APP = 300
_WHO = re.compile("[0-9a-f]{32}")  # what a phone made up for itself
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_NO_STORE = {"cache-control": "no-store"}

SECRET = "xent-secret"
WHO = "xent-who"


class Asking:
    """How often an address may open rooms and name wrong ones, a phone may vote, and a room hears.

    A class may share one address: what it does rightly counts for nobody.
    """

    def __init__(self) -> None:
        self.opens = Buckets(40, 1 / 30)
        self.wrong = Buckets(60, 1)
        self.votes = Buckets(20, 4)
        self.heard = Buckets(1000, 200)


class _NotNowError(Exception):
    """Too often."""


Answer = Callable[[Request], Awaitable[Response]]


def _told(answer: Answer) -> Answer:
    """Have what is refused answered by its status: 400, 404, 429 or 503."""

    @functools.wraps(answer)
    async def say(request: Request) -> Response:
        try:
            return await answer(request)
        except NoRoomError:
            return _status(404, "there is no such room")
        except (RefusedError, json.JSONDecodeError, UnicodeDecodeError, RecursionError) as problem:
            return _status(400, str(problem))
        except _NotNowError:
            return _status(429, "too often")
        except FullError as problem:
            return _status(503, str(problem))
        except AwayError:
            return _status(503, "the rooms are away for a moment")

    return say


def _status(status: int, why: str) -> Response:
    return JSONResponse({"refused": why}, status_code=status, headers=_NO_STORE)


def _address(request: Request) -> str:
    """Who asks. Of IPv6, the network: one machine may have as many addresses as it likes."""
    host = request.client.host if request.client else ""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    return host if found.version == 4 else str(ipaddress.ip_network((found, 64), strict=False))


async def _said(request: Request) -> dict[str, Any]:
    said = json.loads(await request.body())
    if not isinstance(said, dict):
        raise RefusedError("not an object")
    return said


class _Rooms:
    """What is asked of the rooms of a hub; each answer is one request's."""

    def __init__(self, hub: Hub, asking: Asking) -> None:
        self.hub, self.asking = hub, asking

    async def _in_room(self, request: Request, work: Callable[[str], Awaitable[Any]]) -> Any:
        """Do something in the room that is asked for; a wrong one counts against the address."""
        wrong = self.asking.wrong
        if wrong.left(_address(request)) < 1:
            raise _NotNowError
        code = request.path_params["code"].upper()
        try:
            if not _CODE.fullmatch(code):
                raise NoRoomError(code)
            return await work(code)
        except NoRoomError:
            wrong.take(_address(request))
            raise

    async def open(self, request: Request) -> Response:
        if not self.asking.opens.take(_address(request)):
            raise _NotNowError
        said = await _said(request)
        code, secret = await self.hub.open(choose_language(str(said.get("language")), None, None))
        return JSONResponse({"code": code, "secret": secret}, headers=_NO_STORE)

    async def enter(self, request: Request) -> Response:
        await self._in_room(request, self.hub.room)
        return _done()

    async def lead(self, request: Request) -> Response:
        said, secret = await _said(request), _secret(request)
        name, what = str(said.get("do")), said.get("said")
        await self._in_room(request, lambda code: self.hub.command(code, secret, name, what))
        return _done()

    async def vote(self, request: Request) -> Response:
        who = _who(request)
        if not self.asking.votes.take(who):
            raise _NotNowError
        said = await _said(request)

        async def vote(code: str) -> None:
            if not self.asking.heard.take(code):
                raise _NotNowError
            await self.hub.vote(code, who, said)

        await self._in_room(request, vote)
        return _done()

    async def offer(self, request: Request) -> Response:
        who = _who(request)
        if not self.asking.votes.take(who):
            raise _NotNowError
        link = (await _said(request)).get("link")
        await self._in_room(request, lambda code: self.hub.offer(code, who, link))
        return _done()

    async def offers(self, request: Request) -> Response:
        """Answer the teacher with some of the pictures that are offered, from a number on."""
        secret, start = _secret(request), request.query_params.get("from", "0")
        if not re.fullmatch(r"\d{1,3}", start, re.ASCII):
            raise RefusedError("no number")
        some = await self._in_room(request, lambda code: self.hub.offers(code, secret, int(start)))
        return JSONResponse(some, headers=_NO_STORE)

    async def events(self, request: Request) -> Response:
        secret = _secret(request)
        who = "" if secret else _who(request)

        async def begin(code: str) -> AsyncIterator[dict[str, Any] | None]:
            if secret:
                await self.hub.check_leader(code, secret)
            else:
                await self.hub.room(code)
            self.hub.check_place(code)
            return self.hub.watch(code, who, leader=bool(secret))

        told = _as_events(await self._in_room(request, begin))
        return StreamingResponse(told, media_type="text/event-stream", headers=_NO_STORE)

    async def qr_code(self, request: Request) -> Response:
        """Answer with the room's address as a QR code, for a phone's camera.

        Where the app lies the page says (`at`): a proxy may have put it behind another address.
        """
        await self._in_room(request, self.hub.room)
        there = _joined_at(request.query_params.get("at", ""), request.path_params["code"])
        picture = segno.make(there, error="m").svg_inline(border=2, omitsize=True)
        headers = _NO_STORE | {"xent-joined-at": there.rpartition("/")[0]}
        return Response(picture, media_type="image/svg+xml", headers=headers)

    async def end(self, request: Request) -> Response:
        secret = _secret(request)
        await self._in_room(request, lambda code: self.hub.end(code, secret))
        return _done()

    async def record(self, request: Request) -> Response:
        secret = _secret(request)
        text = await self._in_room(request, lambda code: self.hub.record(code, secret))
        return Response(text, media_type="text/csv; charset=utf-8", headers=_NO_STORE)


def room_routes(hub: Hub, asking: Asking | None = None) -> list[Route]:
    """Return the routes of the rooms of a hub."""
    rooms, room = _Rooms(hub, asking or Asking()), "/xent/room/{code}"
    return [
        Route("/room", phone_page),
        Route("/room/{code}", phone_page),
        Route("/xent/room", _told(rooms.open), methods=["POST"]),
        Route(f"{room}/enter", _told(rooms.enter), methods=["POST"]),
        Route(f"{room}/lead", _told(rooms.lead), methods=["POST"]),
        Route(f"{room}/vote", _told(rooms.vote), methods=["POST"]),
        Route(f"{room}/offer", _told(rooms.offer), methods=["POST"]),
        Route(f"{room}/offers", _told(rooms.offers)),
        Route(f"{room}/end", _told(rooms.end), methods=["POST"]),
        Route(f"{room}/events", _told(rooms.events)),
        Route(f"{room}/qr.svg", _told(rooms.qr_code)),
        Route(f"{room}/record.csv", _told(rooms.record)),
    ]


def _done() -> Response:
    return Response(status_code=204, headers=_NO_STORE)


def _secret(request: Request) -> str:
    return request.headers.get(SECRET, "")


def _joined_at(app: str, code: str) -> str:
    """Return where phones find a room: not at the name by which this machine calls itself."""
    found = _APP.fullmatch(app[:_LONGEST_APP])
    if found is None:
        raise RefusedError("no address of an app")
    scheme, host, rest = found.groups()
    if host.strip("[]") in LOOPBACK:
        host = net_util.get_internal_ip() or host
    return f"{scheme}{host}{rest}room/{code.upper()}"


def _who(request: Request) -> str:
    who = request.headers.get(WHO, "")
    if not _WHO.fullmatch(who):
        raise RefusedError("no name of a phone")
    return who


async def _as_events(told: AsyncIterator[dict[str, Any] | None]) -> AsyncIterator[str]:
    """Write what a watcher is told as server-sent events; a beat is a comment."""
    async for seen in told:
        yield "data: " + json.dumps(seen, ensure_ascii=False) + "\n\n" if seen else ": beat\n\n"


async def phone_page(request: Request) -> Response:
    """Answer with the page of a phone: the words of its language, and the code if there is one."""
    browser = request.headers.get("accept-language", "").partition(",")[0]
    language = choose_language(request.query_params.get("lang"), None, browser)
    known = {
        name: {
            key.removeprefix(_WORDS): said
            for key, said in shared_labels(name).items()
            if key.startswith(_WORDS)
        }
        | {"animals": shared_labels(name)["list_animals"]}
        for name in LANGUAGES
    }
    root = ".." if "code" in request.path_params else "."  # only the browser knows its address
    boot = json.dumps({"language": language, "words": known}, ensure_ascii=False)
    page = (
        _PAGE.replace("{{language}}", tag(language))
        .replace("{{script}}", root + asset_url("ui/room/phone.js"))
        .replace("{{style}}", root + asset_url("ui/room/phone.css"))
        .replace("{{boot}}", boot.replace("<", "\\u003c"))
    )
    return HTMLResponse(page, headers={"cache-control": "no-cache"})
