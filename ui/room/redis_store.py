"""Rooms that several servers share, in a Redis (XENT_REDIS_URL).

What has to happen at once is a script, which Redis runs alone: so a vote is taken or not, and
never after the votes have been shown. Everything that is kept goes by itself after some hours.
"""

import contextlib
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import redis.asyncio as redis
from redis.exceptions import RedisError

from ui.room.store import (
    LONGEST_REST,
    MOST_OFFERS,
    MOST_PEOPLE,
    MOST_ROOMS,
    AwayError,
    FullError,
    Kept,
    MemoryStore,
    Store,
)

REDIS_URL = "XENT_REDIS_URL"
CONNECTIONS = 32
PATIENCE = 2.0  # seconds for an answer
_ROOMS = "xent:rooms"  # every code, with the time of its last word

_CREATE = """
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[4] - ARGV[5])
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[6]) then return -1 end
redis.call('HSET', KEYS[1], 'secret', ARGV[2], 'room', ARGV[3], 'votes_at', '')
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
return 1
"""
_WRITE = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], 'room', ARGV[2], 'votes_at', ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[5])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
redis.call('PUBLISH', KEYS[1], '')
return 1
"""
_PUT = """
if ARGV[1] == '' or redis.call('HGET', KEYS[1], 'votes_at') ~= ARGV[1] then return 0 end
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 0
    and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[5]) then return -1 end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('EXPIRE', KEYS[2], ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', KEYS[1], '')
return 1
"""
_OFFER = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if redis.call('HEXISTS', KEYS[2], ARGV[1]) == 0
    and redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[4]) then return -1 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('EXPIRE', KEYS[2], ARGV[3])
redis.call('EXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', KEYS[1], '')
return 1
"""


@contextlib.asynccontextmanager
async def _there() -> AsyncGenerator[None]:
    """Say of a Redis that does not answer that the rooms are away."""
    try:
        yield
    except (RedisError, OSError, TimeoutError) as problem:
        raise AwayError(str(problem)) from problem


def _room(code: str) -> str:
    return f"xent:room:{code}"


def _votes(code: str, votes_at: str) -> str:
    return f"xent:votes:{code}:{votes_at}"


def _offers(code: str) -> str:
    return f"xent:offers:{code}"


class RedisStore:
    """Rooms in a Redis; see `ui.room.store.Store`."""

    def __init__(self, url: str) -> None:
        how: dict[str, Any] = {
            "decode_responses": True,
            "socket_timeout": PATIENCE,
            "socket_connect_timeout": PATIENCE,
        }
        pool = redis.BlockingConnectionPool.from_url(
            url, max_connections=CONNECTIONS, timeout=PATIENCE, **how
        )
        self._redis: Any = redis.Redis(connection_pool=pool)
        self._heard: Any = redis.from_url(url, **how)  # a connection for each room that is watched
        self._create, self._write, self._put, self._offer = map(
            self._redis.register_script, (_CREATE, _WRITE, _PUT, _OFFER)
        )

    async def create(self, code: str, kept: Kept) -> bool:
        now, rest = time.time(), round(LONGEST_REST)
        async with _there():
            made = await self._create(
                keys=[_room(code), _ROOMS], args=[code, *kept, now, rest, MOST_ROOMS]
            )
        if made < 0:
            raise FullError(f"more than {MOST_ROOMS} rooms")
        return bool(made)

    async def read(self, code: str) -> Kept | None:
        async with _there():
            secret, room = await self._redis.hmget(_room(code), "secret", "room")
        return None if room is None else Kept(secret, room)

    async def write(self, code: str, room: str, votes_at: str) -> None:
        args = [code, room, votes_at, time.time(), round(LONGEST_REST)]
        async with _there():
            await self._write(keys=[_room(code), _ROOMS], args=args)

    async def put(self, code: str, votes_at: str, who: str, vote: str) -> bool:
        async with _there():
            taken = await self._put(
                keys=[_room(code), _votes(code, votes_at)],
                args=[votes_at, who, vote, round(LONGEST_REST), MOST_PEOPLE],
            )
        if taken < 0:
            raise FullError(f"more than {MOST_PEOPLE} people")
        return bool(taken)

    async def votes(self, code: str, votes_at: str) -> dict[str, str]:
        async with _there():
            return await self._redis.hgetall(_votes(code, votes_at))

    async def offer(self, code: str, who: str, link: str) -> bool:
        async with _there():
            taken = await self._offer(
                keys=[_room(code), _offers(code)],
                args=[who, link, round(LONGEST_REST), MOST_OFFERS],
            )
        if taken < 0:
            raise FullError(f"more than {MOST_OFFERS} pictures")
        return bool(taken)

    async def offers(self, code: str) -> dict[str, str]:
        async with _there():
            return await self._redis.hgetall(_offers(code))

    async def drop(self, code: str) -> None:
        async with _there():
            await self._redis.delete(_room(code), _offers(code))
            await self._redis.zrem(_ROOMS, code)
            await self._redis.publish(_room(code), "")

    async def changes(self, code: str) -> AsyncIterator[None]:
        """Yield at the beginning, at each change, and when Redis is back after it was away."""
        async with _there(), self._heard.pubsub() as heard:
            await heard.subscribe(_room(code))
            yield None
            asked = False  # whether Redis is there: it says nothing by itself
            while True:
                message = await heard.get_message(timeout=PATIENCE)
                if message is None and asked:
                    raise TimeoutError("no answer to a ping")
                if message is None:
                    await heard.ping()
                elif message["type"] == "message":
                    yield None
                asked = message is None


def room_store() -> Store:
    """Return where this server's rooms lie: in the Redis of XENT_REDIS_URL, else in itself."""
    url = os.environ.get(REDIS_URL, "")
    return RedisStore(url) if url else MemoryStore()
