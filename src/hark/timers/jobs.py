"""Serving timers until told to stop."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from hark.core.actor import system
from hark.core.db import Db, Tx
from hark.core.waiting import wait_at_most
from hark.timers.actions import due_timers, postpone_timer, take_timer
from hark.timers.types import Timer, TimerKind

log = structlog.get_logger(__name__)
POLL_S = 1.0

Handler = Callable[[Tx, Timer], Awaitable[None]]
"""Serves one timer inside the transaction that removes it; may set it again. Must not talk to the network."""


async def serve_due(db: Db, handlers: Mapping[TimerKind, Handler]) -> int:
    """Serve every timer that is due now; how many were served. A failing one is postponed and stops no other."""
    served = 0
    for timer in await due_timers(db):
        try:
            async with db.transaction(system(timer.workspace_id)) as tx:
                if await take_timer(tx, timer):
                    await handlers[timer.kind](tx, timer)
                    served += 1
        except Exception as error:
            log.error("timer failed", kind=timer.kind.name, subject=str(timer.subject_id), exc_info=error)
            await postpone_timer(db, timer)
    return served


async def run_timers(db: Db, handlers: Mapping[TimerKind, Handler], stop: asyncio.Event) -> None:
    """Serve timers until `stop`; looks every second. The database may go and come back meanwhile."""
    while not stop.is_set():
        try:
            served = await serve_due(db, handlers)
        except Exception as error:
            log.error("timers cannot be read, trying again", exc_info=error)
            served = 0
        if not served:
            await wait_at_most(POLL_S, stop)
