"""Rooms at work: who may do what, and what each is told as it changes.

A watcher is told a room's state, whole, whenever what it may see has changed: so a word that is
lost is said again by the next. For each room that is watched here one task reads the store, and
computes what there is to see once for all who watch.
"""

import asyncio
import contextlib
import csv
import hashlib
import hmac
import io
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ui.room import rules
from ui.room.rules import Question, RefusedError, Room, Seen
from ui.room.store import AwayError, FullError, Kept, Store
from ui.words.digits import show

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so no words
CODE_LENGTH = 4
CALM = 0.1  # seconds from one telling to the next, at least
PAUSE = 1.0  # seconds until a store that was away is asked again
AWAY = Seen({"phase": "away"})
BEAT = 15.0  # seconds of silence, at most: proxies take a longer one for an end
MOST_WATCHERS = 600  # of a room on one server
SIDE_BY_SIDE = 4  # pictures of students


class NoRoomError(LookupError):
    """There is no such room, or it is another's to lead."""


def make_code() -> str:
    """Return a code for a room, as one says it aloud."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def write_room(room: Room) -> str:
    """Return a room as `read_room` takes it."""
    return json.dumps(asdict(room), ensure_ascii=False)


def read_room(text: str) -> Room:
    """Return the room that a store has kept."""
    fields = json.loads(text)
    question = fields.pop("question")
    fields["past"] = tuple(fields["past"])
    return Room(**fields, question=question and Question(**question))


Command = Callable[[Room, Any], Room]

COMMANDS: Mapping[str, Command] = {
    "ask": lambda room, said: rules.ask(room, rules.read_question(said)),
    "show_votes": lambda room, _: rules.show_votes(room),
    "show_answer": lambda room, _: rules.show_answer(room),
    "again": lambda room, _: rules.again(room),
    "lead": lambda room, link: rules.lead(room, str(link)),
    "board": lambda room, on: rules.set_board(room, on is True),
}


@dataclass
class _News:
    """Whether there is something new for some of those who watch."""

    version: int = 0
    _told: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """Wake all who wait."""
        self.version += 1
        told, self._told = self._told, asyncio.Event()
        told.set()

    async def newer(self, version: int) -> bool:
        """Wait until there is something newer than a version; False if nothing comes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(BEAT):
                while self.version <= version:
                    await self._told.wait()
                return True
        return False


@dataclass
class _Watched:
    """A room that somebody watches here, as it is seen now, and what is new for whom."""

    seen: Seen | None = None
    watchers: int = 0
    task: asyncio.Task[None] | None = None
    teachers: _News = field(default_factory=_News)
    phones: _News = field(default_factory=_News)

    def tell(self, seen: Seen | None) -> None:
        """Wake those for whom something is new; None says that the room is gone.

        A vote is news to the teacher alone: 200 phones need not wake up 200 times for it.
        """
        before, self.seen = self.seen, seen
        self.teachers.tell()
        if not (before and seen and (before.all, before.own) == (seen.all, seen.own)):
            self.phones.tell()


class Hub:
    """The rooms of a server, in a store that it may share with others."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._watched: dict[str, _Watched] = {}

    async def open(self, language: str) -> tuple[str, str]:
        """Open a room; return its code, and the secret by which it is led."""
        secret = secrets.token_urlsafe(18)
        kept = Kept(_hashed(secret), write_room(Room(language)))
        while not await self.store.create(code := make_code(), kept):
            pass
        return code, secret

    async def room(self, code: str) -> Room:
        """Return a room as it stands. NoRoomError if there is none."""
        kept = await self.store.read(code)
        if kept is None:
            raise NoRoomError(code)
        return read_room(kept.room)

    async def check_leader(self, code: str, secret: str) -> Room:
        """Return the room that is led by this secret. NoRoomError for any other."""
        kept = await self.store.read(code)
        if kept is None or not hmac.compare_digest(kept.secret, _hashed(secret)):
            raise NoRoomError(code)
        return read_room(kept.room)

    async def command(self, code: str, secret: str, name: str, said: Any = None) -> None:
        """Do what the teacher wants. NoRoomError or RefusedError if that cannot be."""
        room = await self.check_leader(code, secret)
        if name not in COMMANDS:
            raise RefusedError(f"no such command: {name[:20]!r}")
        room = COMMANDS[name](room, said)
        taken_at = room.votes_at if room.question and not room.shown else ""
        await self.store.write(code, write_room(room), taken_at)

    async def end(self, code: str, secret: str) -> None:
        """Close a room: it is gone for everybody, with all that was said in it."""
        await self.check_leader(code, secret)
        await self.store.drop(code)

    async def vote(self, code: str, who: str, said: Mapping[str, Any]) -> None:
        """Take a forecast; a later one of the same person replaces it."""
        room = await self.room(code)
        forecast = rules.read_vote(room, said)
        taken = await self.store.put(code, room.votes_at, who, json.dumps(forecast))
        rules.refuse_unless(taken, "there is no vote now")

    async def offer(self, code: str, who: str, link: Any) -> None:
        """Take the picture that somebody offers to show: a link. A later one replaces it."""
        await self.room(code)
        await self.store.offer(code, who, rules.read_link(link))

    async def offers(self, code: str, secret: str, start: int = 0) -> list[dict[str, Any]]:
        """Return pictures to show side by side, from number `start` on, with pseudonyms.

        NoRoomError for anybody but the teacher.
        """
        await self.check_leader(code, secret)
        offered = sorted((await self.store.offers(code)).items())
        some = offered[start : start + SIDE_BY_SIDE]
        return [rules.pseudonym(who) | {"link": link} for who, link in some]

    async def see(self, code: str) -> Seen:
        """Say what there is to see of a room now."""
        room = await self.room(code)
        seen = rules.see(room, await self.rounds(code, room))
        if room.board and room.answered:
            seen.teacher["places"] = await self._board(code, room)
        seen.teacher["offered"] = len(await self.store.offers(code))
        return seen

    async def _board(self, code: str, room: Room) -> list[dict[str, Any]]:
        """The best of the room by their pseudonyms, with the bits that they paid on average."""
        record = room.record()
        last = [
            {who: json.loads(vote) for who, vote in (await self.store.votes(code, at)).items()}
            for at in (f"{question['asked']}.{question['rounds']}" for question in record)
        ]
        best = rules.places(record, last)[: rules.BOARD]
        return [
            {**rules.pseudonym(one.who), "bits": show(one.bits, 3), "questions": one.questions}
            for one in best
        ]

    async def rounds(self, code: str, room: Room) -> list[dict[str, list[float]]]:
        """The votes on the question that stands, round by round; only who gave them till shown."""
        read: Callable[[str], list[float]] = json.loads if room.shown else lambda _: []
        return [
            {who: read(vote) for who, vote in (await self.store.votes(code, at)).items()}
            for at in (room.earlier() if room.shown else room.earlier()[-1:])
        ]

    async def record(self, code: str, secret: str) -> str:
        """Return what was asked, voted and paid in a room, as CSV: a line for each forecast.

        Phones are numbered in the order of their names, which stay with them. NoRoomError for
        anybody but the teacher. Votes that have not been shown are not in it.
        """
        room = await self.check_leader(code, secret)
        lines, numbers = io.StringIO(newline=""), dict[str, int]()
        write = csv.writer(lines).writerow
        write(["question", "vote", "text", "phone", "option", "probability", "true", "bits"])
        for question in room.record():
            shown = room.shown or question["asked"] < room.asked
            for number in range(1, question["rounds"] + (1 if shown else 0)):
                kept = await self.store.votes(code, f"{question['asked']}.{number}")
                for who in sorted(kept):
                    numbers.setdefault(who, len(numbers) + 1)
                    for row in rules.rows(question, room.language, json.loads(kept[who])):
                        text, *rest = row
                        write([question["asked"], number, text, numbers[who], *rest])
        return lines.getvalue()

    # -- watching

    def check_place(self, code: str) -> None:
        """Say by a FullError that so many watch a room here that there is no place for one more."""
        watched = self._watched.get(code)
        if watched and watched.watchers >= MOST_WATCHERS:
            raise FullError(f"more than {MOST_WATCHERS} watch this room")

    async def watch(
        self, code: str, who: str = "", *, leader: bool = False
    ) -> AsyncIterator[dict[str, Any] | None]:
        """Yield what one may see of a room, now and whenever that has changed.

        None comes where nothing has for `BEAT` seconds: whoever sends it on sees who has gone.

        NoRoomError if there is no such room, FullError if too many watch it here.
        """
        await self.room(code)
        self.check_place(code)
        watched = self._watched.setdefault(code, _Watched())
        watched.watchers += 1
        watched.task = watched.task or asyncio.create_task(self._keep_up(code, watched))
        me = {"me": rules.pseudonym(who)} if who else {}
        news = watched.teachers if leader else watched.phones
        try:
            version, before = 0, None
            while True:
                if not await news.newer(version):
                    yield None
                    continue
                version, seen = news.version, watched.seen
                if seen is None:
                    return
                now = seen.all | me | (seen.teacher if leader else {}) | seen.own.get(who, {})
                if now != before:
                    before = now
                    yield now
        finally:
            watched.watchers -= 1
            if not watched.watchers:
                self._watched.pop(code, None)
                watched.task.cancel()

    async def _keep_up(self, code: str, watched: _Watched) -> None:
        """Compute what there is to see whenever the store has something new, with some calm."""
        try:
            while True:
                try:
                    async for _ in self.store.changes(code):
                        watched.tell(await self.see(code))
                        await asyncio.sleep(CALM)
                    break
                except AwayError:
                    watched.tell(AWAY)
                    await asyncio.sleep(PAUSE)
        except NoRoomError:
            pass
        watched.tell(None)
