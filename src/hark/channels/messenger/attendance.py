"""Who is in the messenger now, written down for the other processes: by time, never by a socket closing alone."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import structlog

from hark.channels.messenger.presence import leave_soon, save_pages, stay_live, tell_agents
from hark.core.db import Db
from hark.core.waiting import wait_at_most
from hark.core.wake import Bus

log = structlog.get_logger(__name__)
HERE = timedelta(seconds=60)  # who is here counts as such for so long after the last word of it
GONE = timedelta(seconds=20)
STEP_S = 1.0
STEPS = 15  # everybody's word is renewed once in so many steps, a share of them in each
GATHER_S = 0.2  # many tabs that come or go together cost one statement
CHUNK = 250

T = TypeVar("T")
Present = tuple[int, UUID]
"""(workspace, visitor)."""


class Attendance:
    """The visitors with open tabs in this process. `everybody` lists them. Its work begins with the first who comes."""

    def __init__(self, db: Db, bus: Bus, everybody: Callable[[], Iterable[Present]]) -> None:
        self._db = db
        self._bus = bus
        self._everybody = everybody
        self._came: dict[Present, dict[str, Any]] = {}  # to be written down: fields of the profile
        self._left: set[Present] = set()
        self._kick = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def came(self, who: Present, **profile: Any) -> None:
        """Somebody opened a tab, or has something new in their profile."""
        self._came[who] = {**self._came.get(who, {}), **profile}
        self._left.discard(who)
        self._kick.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def left(self, who: Present) -> None:
        """Somebody closed their last tab here."""
        self._left.add(who)
        self._kick.set()

    async def close(self) -> None:
        """Write nothing more: whoever was here comes back to another process in a moment, or their time is up."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        """Soon after somebody came, went or turned a page; and in each step those whose turn it is."""
        loop = asyncio.get_running_loop()
        step, next_step = 0, loop.time() + STEP_S
        while True:
            if await wait_at_most(max(0.05, next_step - loop.time()), self._kick):
                await asyncio.sleep(GATHER_S)
            self._kick.clear()
            came, self._came = self._came, {}
            left, self._left = self._left, set()
            here = set(came)
            if loop.time() >= next_step:
                step, next_step = (step + 1) % STEPS, loop.time() + STEP_S
                here.update(who for who in self._everybody() if who[1].int % STEPS == step)
            try:
                await self._write(came, left, sorted(here - left))
            except Exception as error:
                log.error("who is in the messenger could not be written down, trying again", exc_info=error)
                self._left |= left

    async def _write(self, came: dict[Present, dict[str, Any]], left: set[Present], here: list[Present]) -> None:
        now = self._db.now()
        for gone in _chunks(sorted(left)):
            for busy in await leave_soon(self._db, gone, now + GONE):
                if (who := (busy.workspace_id, busy.id)) not in self._came:
                    self.left(who)
        for seen in _chunks([(ws, id, fields) for (ws, id), fields in came.items()]):
            await save_pages(self._db, seen)
        for some in _chunks(here):
            back: dict[int, list[UUID]] = {}
            for arrived in await stay_live(self._db, some, now + HERE):
                back.setdefault(arrived.workspace_id, []).append(arrived.id)
            for workspace_id, threads in back.items():
                await tell_agents(self._db, self._bus, workspace_id, threads, live=True)


def _chunks(rows: list[T]) -> Iterator[list[T]]:
    """A part at a time: replies to the same threads wait no longer than for one of them."""
    return (rows[n : n + CHUNK] for n in range(0, len(rows), CHUNK))
