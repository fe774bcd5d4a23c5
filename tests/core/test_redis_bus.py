"""The same bus over a real Redis: heard in another process, and again after the server was killed and came back."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from tests.core.test_wake import heard
from tests.support.redis import RedisServer, redis_missing

from hark.core.errors import ConfigError
from hark.core.redis_bus import RedisBus
from hark.core.services import open_bus
from hark.core.wake import Bus
from hark.settings import load_settings


@pytest_asyncio.fixture
async def redis() -> AsyncIterator[RedisServer]:
    if why := redis_missing():
        pytest.skip(why)
    server = RedisServer()
    await server.start()
    yield server
    server.kill()


async def test_both_kinds_of_word_are_heard_also_after_a_restart(redis: RedisServer) -> None:
    sender, receiver, neighbour = RedisBus(redis.url), RedisBus(redis.url), RedisBus(redis.url.removesuffix("0") + "1")
    signals: asyncio.Queue[tuple[int, dict[str, Any]]] = asyncio.Queue()
    wakes: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
    strange: list[dict[str, Any]] = []
    receiver.on_signal(lambda ws, signal: signals.put_nowait((ws, signal)))
    receiver.listen(lambda ws, seq: wakes.put_nowait((ws, seq)))
    neighbour.on_signal(lambda _ws, signal: strange.append(signal))
    for bus in (sender, receiver, neighbour):
        await bus.start()
    try:
        assert await heard(wakes, lambda: sender.notify(3, 14)) == (3, 14)
        first = {"type": "typing", "name": "세라"}
        assert await heard(signals, lambda: sender.publish(3, first)) == (3, first)
        redis.kill()
        sender.notify(3, 15)  # into the void: harmless
        await redis.start()
        while not signals.empty():
            signals.get_nowait()
        second = {"type": "after"}
        assert await heard(signals, lambda: sender.publish(4, second)) == (4, second)
        assert strange == []
    finally:
        for bus in (sender, receiver, neighbour):
            await bus.stop()


def test_the_setting_chooses_the_bus() -> None:
    plain = load_settings({"DATABASE_URL": "postgresql://x"})
    assert type(open_bus(plain)) is Bus
    redis = load_settings({"DATABASE_URL": "postgresql://x", "BUS_URL": "redis://:secret@127.0.0.1:1/2"})
    assert isinstance(open_bus(redis), RedisBus)
    with pytest.raises(ConfigError, match="BUS_URL") as caught:
        open_bus(load_settings({"DATABASE_URL": "postgresql://x", "BUS_URL": "http://:secret@127.0.0.1"}))
    assert "secret" not in str(caught.value)
