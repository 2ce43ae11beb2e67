"""Where rooms and their votes lie: in this process, or where several servers reach them.

A store knows no rule. It keeps a room's text and the name under which it takes votes now, which
change together, so that no vote comes in after the votes have been shown.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

MOST_ROOMS = 200
MOST_PEOPLE = 500  # in a room
MOST_OFFERS = 60  # pictures that phones offer a room
LONGEST_REST = 6 * 3600.0  # seconds without a word, after which a room is gone


class FullError(Exception):
    """There is no place for one more."""


class AwayError(Exception):
    """Where the rooms lie does not answer; they are not lost."""


class Kept(NamedTuple):
    """What a store keeps of a room: the hash of the teacher's secret, and the room as JSON."""

    secret: str
    room: str


class Store(Protocol):
    """What a hub needs of a store. A code that is not there is no error but None, {} or False.

    AwayError comes from any of them where the rooms lie elsewhere and do not answer.
    """

    async def create(self, code: str, kept: Kept) -> bool:
        """Keep a new room; False if the code is taken. FullError if there are too many."""
        ...

    async def read(self, code: str) -> Kept | None:
        """Return what is kept of a room."""
        ...

    async def write(self, code: str, room: str, votes_at: str) -> None:
        """Keep a room as it is now, and take votes under this name, or none under ""."""
        ...

    async def put(self, code: str, votes_at: str, who: str, vote: str) -> bool:
        """Keep a vote, if votes are taken under this name. FullError if the room is full."""
        ...

    async def votes(self, code: str, votes_at: str) -> dict[str, str]:
        """Return the votes under a name, by who gave them."""
        ...

    async def offer(self, code: str, who: str, link: str) -> bool:
        """Keep the picture that somebody offers; False without a room. FullError if it is full."""
        ...

    async def offers(self, code: str) -> dict[str, str]:
        """Return the pictures that are offered, by who offers them."""
        ...

    async def drop(self, code: str) -> None:
        """Keep a room no more."""
        ...

    def changes(self, code: str) -> AsyncIterator[None]:
        """Yield once at the beginning, and whenever a room or its votes may have changed."""
        ...


@dataclass
class _Lying:
    kept: Kept
    votes_at: str = ""
    votes: dict[str, dict[str, str]] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    touched: float = 0.0
    listeners: set[asyncio.Event] = field(default_factory=set)


class MemoryStore:
    """Rooms in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._rooms: dict[str, _Lying] = {}
        self._clock = clock

    def _find(self, code: str) -> _Lying | None:
        lying = self._rooms.get(code)
        if lying and self._clock() - lying.touched > LONGEST_REST:
            del self._rooms[code]
            return None
        return lying

    def _touch(self, lying: _Lying) -> None:
        lying.touched = self._clock()
        for listener in lying.listeners:
            listener.set()

    async def create(self, code: str, kept: Kept) -> bool:
        for other in list(self._rooms):
            self._find(other)  # what is too old goes
        if code in self._rooms:
            return False
        if len(self._rooms) >= MOST_ROOMS:
            raise FullError(f"more than {MOST_ROOMS} rooms")
        self._rooms[code] = _Lying(kept, touched=self._clock())
        return True

    async def read(self, code: str) -> Kept | None:
        lying = self._find(code)
        return lying.kept if lying else None

    async def write(self, code: str, room: str, votes_at: str) -> None:
        if lying := self._find(code):
            lying.kept, lying.votes_at = lying.kept._replace(room=room), votes_at
            self._touch(lying)

    async def put(self, code: str, votes_at: str, who: str, vote: str) -> bool:
        lying = self._find(code)
        if lying is None or not votes_at or lying.votes_at != votes_at:
            return False
        votes = lying.votes.setdefault(votes_at, {})
        if who not in votes and len(votes) >= MOST_PEOPLE:
            raise FullError(f"more than {MOST_PEOPLE} people")
        votes[who] = vote
        self._touch(lying)
        return True

    async def votes(self, code: str, votes_at: str) -> dict[str, str]:
        lying = self._find(code)
        return dict(lying.votes.get(votes_at, {})) if lying else {}

    async def offer(self, code: str, who: str, link: str) -> bool:
        lying = self._find(code)
        if lying is None:
            return False
        if who not in lying.offers and len(lying.offers) >= MOST_OFFERS:
            raise FullError(f"more than {MOST_OFFERS} pictures")
        lying.offers[who] = link
        self._touch(lying)
        return True

    async def offers(self, code: str) -> dict[str, str]:
        lying = self._find(code)
        return dict(lying.offers) if lying else {}

    async def drop(self, code: str) -> None:
        if lying := self._rooms.pop(code, None):
            self._touch(lying)

    async def changes(self, code: str) -> AsyncIterator[None]:
        lying = self._find(code)
        if lying is None:
            return
        changed = asyncio.Event()
        lying.listeners.add(changed)
        try:
            while True:
                yield None
                await changed.wait()
                changed.clear()
        finally:
            lying.listeners.discard(changed)
