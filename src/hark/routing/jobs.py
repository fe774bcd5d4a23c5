"""Routing in the worker: on every arrival, release and minute; and what it reads of the journal."""

import asyncio
from datetime import timedelta

import structlog

from hark.core.actor import system
from hark.core.db import Db
from hark.core.errors import HarkError
from hark.core.journal import Consumer
from hark.core.waiting import wait_at_most
from hark.core.wake import Bus
from hark.journey.types import (
    Assigned,
    MarkedSpam,
    Merged,
    NoteAdded,
    ReplySent,
    Resolved,
    Snoozed,
)
from hark.routing import engine
from hark.routing.experience import learn
from hark.routing.queries import workspace_ids
from hark.routing.taking import offer_timed_out
from hark.timers.jobs import Handler
from hark.timers.types import TimerKind

log = structlog.get_logger(__name__)
GATHER_S = 0.1  # what arrives together is matched together
LOOK_S = 5.0  # people come and go without a word in the journal
LEARN_S = 6 * 3600.0

CONSUMER = Consumer("routing", (Assigned, ReplySent, NoteAdded, Resolved, Snoozed, MarkedSpam, Merged), engine.follow)
TIMERS: dict[TimerKind, Handler] = {TimerKind.OFFER: offer_timed_out}


async def run_routing(db: Db, bus: Bus, stop: asyncio.Event) -> None:
    """Decide until `stop`: for a workspace whose journal grew at once, for all of them every few seconds."""
    grown: set[int] = set()
    wake = asyncio.Event()

    def heard(workspace_id: int, _seq: int) -> None:
        grown.add(workspace_id)
        wake.set()

    silence = bus.listen(heard)
    watched_since, look_at = db.now(), 0.0
    loop = asyncio.get_running_loop()
    try:
        while not stop.is_set():
            now = loop.time()
            if now >= look_at:
                look_at = now + LOOK_S
                grown |= set(await workspace_ids(db))
                await look(db, bus, sorted(grown), watched=db.now() - watched_since)
            else:
                for workspace_id in sorted(grown):
                    await decide(db, bus, workspace_id)
            grown.clear()
            wake.clear()
            await wait_at_most(max(0.0, look_at - loop.time()), wake)
            await asyncio.sleep(GATHER_S)
    finally:
        silence()


async def look(db: Db, bus: Bus, workspace_ids: list[int], *, watched: timedelta) -> None:
    """Everything there is to do in these workspaces. One that fails stops no other."""
    for workspace_id in workspace_ids:
        try:
            await engine.note_people(db, workspace_id)
            await engine.take_back(db, workspace_id, watched_since=db.now() - watched)
            await engine.overflow(db, workspace_id)
        except Exception as error:
            log.error("routing could not look after its people, trying again", workspace=workspace_id, exc_info=error)
        await decide(db, bus, workspace_id)


async def decide(db: Db, bus: Bus, workspace_id: int) -> None:
    """One decision, and word to those who were offered something."""
    try:
        for agent_id in await engine.decide(db, workspace_id):
            bus.publish(workspace_id, {"type": "offer", "agent_id": agent_id})
    except HarkError as error:
        log.warning("routing decides again later", workspace=workspace_id, error=str(error))
    except Exception as error:
        log.error("routing could not decide, trying again", workspace=workspace_id, exc_info=error)


async def learn_all(db: Db) -> None:
    """Learn anew how everybody does, workspace by workspace."""
    for workspace_id in await workspace_ids(db):
        async with db.transaction(system(workspace_id)) as tx:
            await learn(tx)
