"""Several web processes' realtime in one test: hubs on buses of their own, and tabs whose frames can be awaited."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import msgspec

from hark.conversations.live import SHAPE
from hark.conversations.tabs import serve_tabs
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.live import Hub, Subscriber
from hark.core.wake import Bus
from hark.help.editing import serve_editing

WAIT_S = 10


class Tab:
    """One open tab on a hub: `hello`, and every frame since."""

    def __init__(self, hub: Hub, subscriber: Subscriber, hello: dict[str, Any]) -> None:
        self.hub = hub
        self.subscriber = subscriber
        self.hello = hello
        self.seen: list[dict[str, Any]] = []

    async def say(self, **frame: Any) -> None:
        assert self.hub.tabs
        for tabs in self.hub.tabs:
            await tabs.said(self.subscriber, msgspec.json.encode(frame).decode())

    async def next(self, **wanted: Any) -> dict[str, Any]:
        """The next frame with these members; those before it are kept in `seen`."""
        async with asyncio.timeout(WAIT_S):
            while True:
                raw = await self.subscriber.queue.get()
                assert raw is not None, "the socket was ended"
                frame = msgspec.json.decode(raw)
                self.seen.append(frame)
                if all(frame.get(k) == v for k, v in wanted.items()):
                    return frame  # type: ignore[no-any-return]

    async def ended(self) -> None:
        async with asyncio.timeout(WAIT_S):
            while await self.subscriber.queue.get() is not None:
                continue

    def waiting(self) -> list[dict[str, Any]]:
        """Every frame that has come and was not looked at yet."""
        found = []
        while not self.subscriber.queue.empty():
            raw = self.subscriber.queue.get_nowait()
            found.append({"type": "ended"} if raw is None else msgspec.json.decode(raw))
        self.seen += found
        return found

    def close(self) -> None:
        self.hub.unsubscribe(self.subscriber)


async def open_tab(hub: Hub, actor: Actor, resume: int | None = None) -> Tab:
    subscriber, hello, _missed = await hub.subscribe(actor, resume)
    return Tab(hub, subscriber, msgspec.json.decode(hello))


@asynccontextmanager
async def node(db: Db, dsn: str, make_bus: Callable[[str], Bus] = Bus) -> AsyncIterator[Hub]:
    """What one web process has of realtime. Its bus is connected: what it says is heard by the nodes before it."""
    bus = make_bus(dsn)
    await bus.start()
    commits = db.on_commit
    db.on_commit = bus.notify
    hub = Hub(db, bus, SHAPE)
    try:
        async with serve_tabs(hub), serve_editing(hub):
            yield hub
    finally:
        db.on_commit = commits
        await hub.close()
        await bus.stop()


async def connected(one: Bus, other: Bus) -> None:
    """Wait until both hear each other."""
    for speaker, hearer in ((one, other), (other, one)):
        heard = asyncio.Event()
        word = uuid4().hex
        stop = hearer.on_signal(
            lambda _ws, signal, word=word, heard=heard: heard.set() if signal["type"] == word else None
        )
        async with asyncio.timeout(WAIT_S):
            while not heard.is_set():
                speaker.publish(0, {"type": word})
                await asyncio.sleep(0.02)
        stop()
