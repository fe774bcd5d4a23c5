"""Handle time: the stretches in which a person's composer was active on a conversation, kept as facts.

A tab says every few seconds that its person types. Pauses of up to a minute belong to the work, longer ones do not. One
process keeps what is going on in memory and writes it every few seconds, so a killed process loses seconds.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from hark.core.db import Db
from hark.core.errors import HarkError

log = structlog.get_logger(__name__)
PAUSE = timedelta(seconds=60)
KEY = timedelta(seconds=3)  # a tab that types says so every 3 s: the last word stands for as long
WRITE_S = 5.0

Key = tuple[int, UUID, int]
"""(workspace, conversation, agent)."""


class Stretch(msgspec.Struct):
    t0: datetime
    t1: datetime
    written: bool = False


class Handling:
    """What is being typed in this process' tabs."""

    def __init__(self, db: Db) -> None:
        self._db = db
        self._open: dict[Key, Stretch] = {}
        self._done: list[tuple[Key, Stretch]] = []
        self._task = asyncio.create_task(self._run())

    def typed(self, workspace_id: int, conversation_id: UUID, agent_id: int) -> None:
        """The person types there now."""
        key, now = (workspace_id, conversation_id, agent_id), self._db.now()
        stretch = self._open.get(key)
        if stretch is not None and now - stretch.t1 <= PAUSE:
            if now + KEY > stretch.t1:
                stretch.t1, stretch.written = now + KEY, False
            return
        if stretch is not None:
            self._done.append((key, stretch))
        self._open[key] = Stretch(now, now + KEY)

    async def write(self) -> None:
        """Write what is new. Raises Unavailable when the database is away; nothing is forgotten then."""
        now = self._db.now()
        done = list(self._done)
        fresh = [*done, *((key, s) for key, s in self._open.items() if not s.written)]
        if fresh:
            ends = [(*key, s.t0, s.t1) for key, s in fresh]
            await write_handling(self._db, ends)
            for (_, s), (*_, t1) in zip(fresh, ends, strict=True):
                s.written = s.t1 == t1
        del self._done[: len(done)]
        for key in [key for key, s in self._open.items() if s.written and now - s.t1 > PAUSE]:
            del self._open[key]

    async def close(self) -> None:
        """Stop; what is known is written."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        try:
            await self.write()
        except HarkError as error:
            log.warning("the last seconds of handle time are lost", error=str(error))

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(WRITE_S)
            try:
                await self.write()
            except Exception as error:
                log.warning("handle time could not be written, trying again", error=str(error))


async def write_handling(db: Db, stretches: Sequence[tuple[int, UUID, int, datetime, datetime]]) -> None:
    """Keep stretches (workspace, conversation, agent, from, to); one that is known grows. Of what was deleted meanwhile
    nothing is kept."""
    await db.run_many(_WRITE, stretches)


_WRITE = """
INSERT INTO handling (workspace_id, conversation_id, agent_id, t0, t1)
SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT FROM conversations WHERE workspace_id = $1 AND id = $2)
  AND EXISTS (SELECT FROM agents WHERE workspace_id = $1 AND id = $3)
ON CONFLICT (workspace_id, conversation_id, agent_id, t0) DO UPDATE SET t1 = greatest(handling.t1, excluded.t1)
"""
