"""Facts of one process on their way to the table: gathered for a moment, then written together by COPY.

They are not worth making anybody wait: `add` never does, and when the database is away for long the newest are dropped
and counted.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from hark.core import metrics
from hark.core.db import Db, is_passing
from hark.visits.actions import start_visit, write_facts
from hark.visits.types import Fact, FactKind, NewVisit

log = structlog.get_logger(__name__)
GATHER_S = 0.2
RETRY_S = 1.0
MAX_WAITING = 50_000  # some 25 MB
MAX_BATCH = 5_000
MAX_KNOWN = 20_000  # visitors whose visit is known without asking
GONE = timedelta(seconds=30)  # who turns a page or loses the network is back before

Key = tuple[int, UUID]


class FactWriter:
    """The facts of one process. Nothing runs while there is nothing to write."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._waiting: list[Fact] = []
        self._known: dict[Key, UUID] = {}  # (workspace, visitor) -> their visit; the longest unused first
        self._tabs: dict[Key, int] = {}  # open sockets per (workspace, visit)
        self._leaving: dict[Key, datetime] = {}  # (workspace, visit) -> when its last socket was closed
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def enter(self, new: NewVisit) -> UUID | None:
        """The visit that facts of this visitor belong to, begun when it is new; None when it is somebody else's."""
        key = (new.workspace_id, new.visitor_id)
        found = self._known.pop(key, None)
        if found is None or new.id not in (None, found):
            found = await start_visit(self._db, new)
        if found is not None:
            if len(self._known) >= MAX_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[key] = found
        return found

    def add(self, workspace_id: int, visit_id: UUID, at: datetime, kind: FactKind, data: dict[str, Any]) -> None:
        """Write a fact down soon."""
        if len(self._waiting) >= MAX_WAITING:
            metrics.facts_dropped.inc()
            return
        if kind is not FactKind.LEFT:
            self._leaving.pop((workspace_id, visit_id), None)
        self._waiting.append(Fact(workspace_id, visit_id, at, kind, data))
        self._start()

    def arrive(self, workspace_id: int, visit_id: UUID) -> None:
        """A tab of this visit is open."""
        key = (workspace_id, visit_id)
        self._tabs[key] = self._tabs.get(key, 0) + 1
        self._leaving.pop(key, None)

    def depart(self, workspace_id: int, visitor_id: UUID, visit_id: UUID) -> None:
        """A tab that had arrived is closed. With the last one the visitor has left, unless they are back in a moment."""
        key = (workspace_id, visit_id)
        self._tabs[key] -= 1
        if self._tabs[key]:
            return
        del self._tabs[key]
        if self._known.get((workspace_id, visitor_id)) == visit_id:  # else there are no facts of it
            self._leaving[key] = self._db.now()
            self._start()

    async def flush(self) -> None:
        """Write down now what waits. Raises what the database says."""
        while self._waiting:
            batch = self._waiting[:MAX_BATCH]
            written = await write_facts(self._db, batch)
            del self._waiting[: len(batch)]
            if written < len(batch):
                self._known.clear()  # visits were erased: who is still here begins a new one
        metrics.facts_waiting.set(0)

    async def close(self) -> None:
        """Write down what waits, and stop."""
        self._closing = True
        self._leaving.clear()  # their tabs come back to another process, or to this one when it is up again
        if self._task is not None:
            await self._task
        try:
            await self.flush()
        except Exception as error:
            self._drop(error)

    def _start(self) -> None:
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._waiting or self._leaving:
            await asyncio.sleep(GATHER_S)
            self._let_go()
            metrics.facts_waiting.set(len(self._waiting))
            try:
                await self.flush()
            except Exception as error:
                if not is_passing(error):
                    self._drop(error)
                elif self._closing:
                    return
                else:
                    await asyncio.sleep(RETRY_S)

    def _let_go(self) -> None:
        """Who has not come back has left, at the moment their last tab was closed."""
        now = self._db.now()
        for (workspace_id, visit_id), at in list(self._leaving.items()):
            if now < at + GONE:
                break  # in the order they left
            del self._leaving[(workspace_id, visit_id)]
            self.add(workspace_id, visit_id, at, FactKind.LEFT, {})

    def _drop(self, error: Exception) -> None:
        log.error("facts about visits could not be written and are lost", facts=len(self._waiting), exc_info=error)
        metrics.facts_dropped.inc(len(self._waiting))
        self._waiting.clear()
