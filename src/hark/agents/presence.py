"""Who is here: one process's open tabs, their rows, and word to everybody when a person's state changes.

A person is online while any tab of theirs is open and somebody sits at it, away when all tabs are idle, offline
without one; while here, what they chose by hand (busy, away) wins. The rows of all processes in `agent_presence` are
the truth, so any process can say the state of a person who has tabs at several. Losing that table is harmless: every
process writes its tabs again.
"""

import asyncio
import contextlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from hark.agents.actions import forget_stale_tabs, forget_tabs, write_tabs
from hark.agents.queries import agent_states
from hark.agents.types import AgentChanged, AvailabilityChanged, PersonState
from hark.core.actor import Actor, ActorKind
from hark.core.errors import HarkError
from hark.core.events import Recorded
from hark.core.ids import uuid7
from hark.core.live import Hub, Subscriber
from hark.core.waiting import wait_at_most
from hark.core.wake import Signal

log = structlog.get_logger(__name__)
GATHER_S = 0.02  # a thousand who come back at once are one statement
BEAT_S = 20.0
GONE_AFTER = timedelta(seconds=60)  # a row that no process has renewed: its process was killed
GRACE_S = 10.0  # a reload, or a train in a tunnel, is nobody's leaving


class Tab(msgspec.Struct):
    """One open tab of a person."""

    workspace_id: int
    agent_id: int
    connection: UUID
    idle: bool = False


class Presence:
    """The tabs of this process and what is known of everybody."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._tabs: dict[Subscriber, Tab] = {}
        self._leaving: dict[UUID, tuple[float, Tab]] = {}
        self._changed: dict[UUID, Tab] = {}
        self._asked: set[tuple[int, int]] = set()  # (workspace, agent) whose state may be another one now
        self._known: dict[int, dict[int, PersonState]] = {}
        self._kick = asyncio.Event()
        self._beat_at = 0.0
        self._stop = (hub.bus.on_signal(self._heard), hub.follow(self._follow))
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop, and let others see at once that the tabs of this process are gone; they come back elsewhere."""
        for stop in self._stop:
            stop()
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        tabs = [*self._tabs.values(), *(tab for _, tab in self._leaving.values())]
        try:
            await forget_tabs(self._hub.db, [(t.workspace_id, t.connection) for t in tabs])
        except HarkError as error:
            log.warning("presence could not be taken back, it expires by itself", error=str(error))

    async def join(self, subscriber: Subscriber) -> list[dict[str, Any]]:
        """Count the tab, if a person sits at it; who is here, for its hello."""
        actor = subscriber.actor
        if actor.workspace_id not in self._known:
            await self._read([actor.workspace_id])
        if actor.kind is ActorKind.AGENT and actor.agent_id is not None:
            tab = self._tabs[subscriber] = Tab(actor.workspace_id, actor.agent_id, uuid7())
            self._touch(tab)
        if not sees_people(actor):
            return []
        people = self._known[actor.workspace_id].items()
        return [{"agent_id": id, "state": state} for id, state in people if state != "offline"]

    def set_idle(self, subscriber: Subscriber, idle: bool) -> None:
        tab = self._tabs.get(subscriber)
        if tab is not None and tab.idle != idle:
            tab.idle = idle
            self._touch(tab)

    def leave(self, subscriber: Subscriber) -> None:
        if tab := self._tabs.pop(subscriber, None):
            self._leaving[tab.connection] = (asyncio.get_running_loop().time() + GRACE_S, tab)

    def _touch(self, tab: Tab) -> None:
        self._changed[tab.connection] = tab
        self._kick.set()

    async def _follow(self, workspace_id: int, events: list[Recorded]) -> None:
        """What people chose by hand, and people who were disabled."""
        for recorded in events:
            if isinstance(recorded.event, AvailabilityChanged | AgentChanged) and workspace_id in self._known:
                self._asked.add((workspace_id, recorded.event.agent_id))
                self._kick.set()

    def _heard(self, workspace_id: int, signal: Signal) -> None:
        if signal["type"] != "presence" or workspace_id not in self._known:
            return
        known, id, state = self._known[workspace_id], signal["agent_id"], signal["state"]
        if known.get(id, "offline") != state:
            known[id] = state
            self._hub.tell(workspace_id, signal, sees_people)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await wait_at_most(1.0, self._kick)
            await asyncio.sleep(GATHER_S)
            self._kick.clear()
            try:
                beat = loop.time() >= self._beat_at
                await self._settle(beat=beat)
                if beat:
                    self._beat_at = loop.time() + BEAT_S
            except Exception as error:
                log.warning("presence could not be written, trying again", error=str(error))
                self._beat_at = 0.0  # everything again: the table may have been emptied by a crash
                await asyncio.sleep(1)

    async def _settle(self, *, beat: bool) -> None:
        """Write what has changed, all of it on a beat, and tell who is in another state now."""
        db, now = self._hub.db, self._hub.db.now()
        changed, self._changed = self._changed, {}
        asked, self._asked = self._asked, set()
        gone = [tab for due, tab in self._leaving.values() if due <= asyncio.get_running_loop().time()]
        written = {t.connection: t for t in self._tabs.values()} if beat else changed
        if beat:
            await forget_stale_tabs(db, now - GONE_AFTER)
        if written:
            await write_tabs(db, [(t.workspace_id, t.connection, t.agent_id, t.idle) for t in written.values()], now)
        if gone:
            await forget_tabs(db, [(t.workspace_id, t.connection) for t in gone])
            for tab in gone:
                del self._leaving[tab.connection]
        asked.update((t.workspace_id, t.agent_id) for t in (*changed.values(), *gone))
        if beat:
            await self._read(sorted(self._known))
        elif asked:
            await self._read(sorted({ws for ws, _ in asked}), sorted({agent for _, agent in asked}))

    async def _read(self, workspace_ids: list[int], agent_ids: list[int] | None = None) -> None:
        """Read states of all people, or of some, and tell what nobody knew yet."""
        rows = await agent_states(self._hub.db, workspace_ids, self._hub.db.now() - GONE_AFTER, agent_ids)
        for workspace_id in set(workspace_ids) - self._known.keys():  # the first tab: there is nobody to tell
            self._known[workspace_id] = {r.id: r.state for r in rows if r.workspace_id == workspace_id}
        for row in rows:
            if self._known[row.workspace_id].get(row.id, "offline") != row.state:
                signal = {"type": "presence", "agent_id": row.id, "state": row.state}
                self._hub.bus.publish(row.workspace_id, signal)


def sees_people(actor: Actor) -> bool:
    """Whether the viewer may know who is here."""
    return actor.can("agents.read")
