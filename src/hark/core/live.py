"""Realtime: one reader of the journal per process and workspace, pushing to all its browsers.

A browser subscribes with the last sequence number it has seen and gets exactly what it missed, or `reset` when that
is too old, or ahead of the journal (a restored backup). What each event shows is decided by `Shape`: the current row,
read once per event and encoded once per group of viewers with the same rights.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any

import msgspec
import structlog

from hark.core import metrics
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.events import Recorded
from hark.core.journal import BATCH, head, read
from hark.core.waiting import wait_at_most
from hark.core.wake import Bus

log = structlog.get_logger(__name__)
MAX_REPLAY = 500
MAX_QUEUED = 200
GATHER_S = 0.05  # between two frames while events keep coming; the first of a burst goes out at once

Hydrate = Callable[[Db, int, Sequence[Recorded]], Awaitable[Any]]
"""(db, workspace, events) -> what `render` needs: the current rows, read once for all viewers."""

Render = Callable[[Actor, Recorded, Any], Any | None]
"""(viewer, event, hydrated) -> the JSON value this viewer gets, or None when the viewer may not see it."""

Group = Callable[[Actor, Any], Hashable]
"""(viewer, hydrated) -> their group: viewers of one group get the same bytes."""


Follower = Callable[[int, list[Recorded]], Awaitable[None]]
"""(workspace, events in order): somebody else of this process who lives by the journal, such as visitors' sockets."""

Revokes = Callable[[Actor, Recorded], bool]
"""(viewer, event) -> whether the event changed this viewer's rights: their socket ends and comes back with the new ones."""


class Shape(msgspec.Struct, frozen=True):
    """What the product shows of its events; the hub itself knows no domain."""

    hydrate: Hydrate
    render: Render
    group: Group
    revokes: Revokes


class Subscriber:
    """One browser. `queue` holds encoded frames; None ends the connection (too slow, or no longer welcome)."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue(MAX_QUEUED)
        self.after = 0

    def push(self, frame: bytes | None) -> None:
        try:
            self.queue.put_nowait(frame)
        except asyncio.QueueFull:  # it cannot keep up: end it, it resumes from its last number
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)


class Tabs(msgspec.Struct, frozen=True):
    """What the product makes of open tabs beside events: who is here and looks at what. The hub itself knows no domain."""

    joined: Callable[[Subscriber], Awaitable[dict[str, Any]]]
    """A tab was let in; the further members of its hello."""
    said: Callable[[Subscriber, str], Awaitable[None]]
    """A tab sent this frame. One at a time for each tab; what is none of theirs is ignored."""
    left: Callable[[Subscriber], None]
    """A tab is gone; called once for each that joined."""


class Hub:
    """All subscribers of one process."""

    def __init__(self, db: Db, bus: Bus, shape: Shape) -> None:
        self.db = db
        self.bus = bus
        self.shape = shape
        self.tabs: list[Tabs] = []
        self.followers: list[Follower] = []
        self._rooms: dict[int, _Room] = {}
        self._silence = bus.listen(self._wake)

    def follow(self, call: Follower) -> Callable[[], None]:
        """Call `call` with each batch of events that a room of this process reads; returns the function that stops it.

        Awaited before the room reads on, so a workspace's batches come in order and never twice. An error is logged
        and its batch is lost to the follower: it must be able to read what it missed elsewhere.
        """
        self.followers.append(call)
        return lambda: self.followers.remove(call)

    async def keep_open(self, workspace_id: int) -> int:
        """Read this workspace's journal from now on, also when no agent is here; the number it has been read up to.

        Followers get everything later, and perhaps the batch that ends there: who reads what is before must know
        by number what it has already."""
        return (await self._room(workspace_id)).seq

    async def _room(self, workspace_id: int) -> "_Room":
        room = self._rooms.get(workspace_id)
        if room is None:
            room = self._rooms[workspace_id] = _Room(self, workspace_id)
        await room.ready()
        return room

    async def subscribe(self, actor: Actor, resume: int | None) -> tuple[Subscriber, bytes, list[bytes]]:
        """A new subscriber, its hello frame and the frames it missed since `resume`.

        The room reads on from the head it had at that moment, so nothing is missed or doubled in between.
        """
        room = await self._room(actor.workspace_id)
        subscriber = Subscriber(actor)
        at = subscriber.after = room.seq
        room.members.add(subscriber)
        metrics.sockets.inc()
        try:
            further = {name: value for tabs in self.tabs for name, value in (await tabs.joined(subscriber)).items()}
            hello = msgspec.json.encode({"type": "hello", "seq": at, **further})
            missed = await self._missed(room, actor, resume, at)
            return subscriber, hello, [missed] if missed else []
        except BaseException:
            self.unsubscribe(subscriber)
            raise

    async def _missed(self, room: "_Room", actor: Actor, resume: int | None, at: int) -> bytes | None:
        """The frame between the number a browser knows and `at`, where the room goes on."""
        if resume is None or resume == at:
            return None
        if resume > at or at - resume > MAX_REPLAY:
            return msgspec.json.encode({"type": "reset", "seq": at})
        return await room.replay(actor, resume, at)

    def unsubscribe(self, subscriber: Subscriber) -> None:
        room = self._rooms.get(subscriber.actor.workspace_id)
        if room and subscriber in room.members:
            room.members.discard(subscriber)
            metrics.sockets.dec()
            for tabs in self.tabs:
                tabs.left(subscriber)

    def tell(self, workspace_id: int, frame: dict[str, Any], sees: Callable[[Actor], bool]) -> None:
        """Push a frame that is no event to the workspace's browsers in this process whose viewer `sees` it."""
        if room := self._rooms.get(workspace_id):
            encoded = msgspec.json.encode(frame)
            for member in tuple(room.members):
                if sees(member.actor):
                    member.push(encoded)

    def encode(self, actor: Actor, events: Sequence[Recorded], hydrated: Any) -> bytes | None:
        """One frame of events for one viewer; None when there is nothing in it for them."""
        items = [i for e in events if (i := self.shape.render(actor, e, hydrated)) is not None]
        return msgspec.json.encode({"type": "events", "seq": events[-1].seq, "items": items}) if items else None

    def _wake(self, workspace_id: int, _seq: int) -> None:
        if room := self._rooms.get(workspace_id):
            room.kick.set()

    async def close(self) -> None:
        self._silence()
        for room in self._rooms.values():
            await room.close()


class _Gap(msgspec.Struct, eq=False):
    """A browser that missed the events after `resume` up to `at`, waiting for its frame."""

    actor: Actor
    resume: int
    at: int
    frame: asyncio.Future[bytes | None]


class _Room:
    """The reader of one workspace's journal in this process."""

    def __init__(self, hub: Hub, workspace_id: int) -> None:
        self.hub = hub
        self.workspace_id = workspace_id
        self.members: set[Subscriber] = set()
        self.kick = asyncio.Event()
        self.seq = -1
        self._gaps: list[_Gap] = []
        self._replaying: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    async def ready(self) -> None:
        await self._ready.wait()

    async def close(self) -> None:
        for task in (self._task, self._replaying):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def replay(self, actor: Actor, resume: int, at: int) -> bytes | None:
        """What happened after `resume` up to `at`, for one viewer; None when nothing of it is theirs.

        Whoever asks while an answer is being made gets the next one, together with all others who ask meanwhile: a
        thousand browsers that lost the server at one moment read the journal and the rows a few times, not a
        thousand times, and no answer is older than its question.
        """
        gap = _Gap(actor, resume, at, asyncio.get_running_loop().create_future())
        self._gaps.append(gap)
        if self._replaying is None or self._replaying.done():
            self._replaying = asyncio.create_task(self._replay())
        return await gap.frame

    async def _replay(self) -> None:
        while self._gaps:
            gaps, self._gaps = self._gaps, []
            try:
                await self._fill(gaps)
            except Exception as error:
                for gap in gaps:
                    if not gap.frame.done():
                        gap.frame.set_exception(error)
            finally:
                for gap in gaps:
                    gap.frame.cancel()  # only those that have no answer: the process ends

    async def _fill(self, gaps: list[_Gap]) -> None:
        """Read once what all of them missed; encode once for those with the same rights and the same gap."""
        first, last = min(g.resume for g in gaps), max(g.at for g in gaps)
        events = await read(self.hub.db, self.workspace_id, first, limit=last - first)
        hydrated = await self.hub.shape.hydrate(self.hub.db, self.workspace_id, events)
        frames: dict[Hashable, bytes | None] = {}
        for n, gap in enumerate(gaps):
            key = (gap.resume, gap.at, self.hub.shape.group(gap.actor, hydrated))
            if key not in frames:
                missed = [e for e in events if gap.resume < e.seq <= gap.at]
                frames[key] = self.hub.encode(gap.actor, missed, hydrated)
            if not gap.frame.done():  # the browser may have gone again
                gap.frame.set_result(frames[key])
            if n % 50 == 49:
                await asyncio.sleep(0)

    async def _run(self) -> None:
        while True:
            try:
                if self.seq < 0:
                    self.seq = await head(self.hub.db, self.workspace_id)
                    self._ready.set()
                await wait_at_most(1.0, self.kick)
                self.kick.clear()
                if await self._advance():
                    await asyncio.sleep(GATHER_S)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                log.error("realtime reader failed, trying again", workspace=self.workspace_id, exc_info=error)
                await asyncio.sleep(1)

    async def _advance(self) -> bool:
        """Push what is new; whether there was anything."""
        before = self.seq
        more = True
        while more and (events := await read(self.hub.db, self.workspace_id, self.seq)):
            more = len(events) == BATCH
            hydrated: Any = None
            if self.members:
                try:
                    hydrated = await self.hub.shape.hydrate(self.hub.db, self.workspace_id, events)
                except Exception as error:
                    log.error(
                        "realtime could not read rows, browsers refetch", workspace=self.workspace_id, exc_info=error
                    )
            # Set before the first push: who subscribes from here on replays up to this number itself.
            self.seq = events[-1].seq
            await self._push(events, hydrated)
            await self._tell(events)
        return self.seq != before

    async def _tell(self, events: list[Recorded]) -> None:
        for call in tuple(self.hub.followers):
            try:
                await call(self.workspace_id, events)
            except Exception as error:
                log.error("a follower of the journal failed", workspace=self.workspace_id, exc_info=error)

    async def _push(self, events: list[Recorded], hydrated: Any) -> None:
        """A revoked viewer is ended before anything of this batch reaches them."""
        frames: dict[Hashable, bytes | None] = {}
        if hydrated is None:
            reset = msgspec.json.encode({"type": "reset", "seq": self.seq})
            for member in tuple(self.members):
                member.push(reset)
            return
        for n, member in enumerate(tuple(self.members)):
            if any(self.hub.shape.revokes(member.actor, e) for e in events):
                member.push(None)
                continue
            key = self.hub.shape.group(member.actor, hydrated)
            if key not in frames:
                frames[key] = self.hub.encode(member.actor, events, hydrated)
            if frame := frames[key]:
                member.push(frame)
            if n % 200 == 199:
                await asyncio.sleep(0)  # let the first sockets send while the rest is queued
