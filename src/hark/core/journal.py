"""Reading the journal: consumers with a cursor and their effects in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec
import structlog

from hark.core.actor import system
from hark.core.db import Db, Tx, is_passing
from hark.core.events import Event, Recorded, from_row
from hark.core.sql import Sql
from hark.core.wake import Bus

log = structlog.get_logger(__name__)
BATCH = 100
POLL_S = 1.0
GATHER_S = 0.1  # while events keep coming, so long apart are two batches: a burst costs few transactions
TRIES = 3


class Consumer(msgspec.Struct, frozen=True):
    """Who reads which events. `handle` runs inside the transaction that moves the cursor; it may emit further events
    (their cause is the event handled) and must not talk to the network: what has to, and may fail, does so in `prepare`,
    before each batch of a workspace and outside its transaction. After three failures the event is parked."""

    name: str
    events: tuple[type[Event], ...]
    handle: Callable[[Tx, Recorded], Awaitable[None]]
    prepare: Callable[[Db, int], Awaitable[None]] | None = None


async def read(db: Db, workspace_id: int, after: int, *, limit: int = BATCH) -> list[Recorded]:
    """The journal rows after a sequence number, in order."""
    async with db.pool.acquire() as conn:
        rows = await conn.fetch(_READ, workspace_id, after, limit)
    return [from_row(r, db.events) for r in rows]


_READ = "SELECT * FROM events WHERE workspace_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"


async def head(db: Db, workspace_id: int) -> int:
    """The last sequence number of a workspace's journal."""
    return await db.find(int, "SELECT seq FROM journal_heads WHERE workspace_id = $1", workspace_id) or 0


async def run_once(db: Db, consumer: Consumer, workspace_id: int) -> int:
    """One batch of one workspace; the number of events passed (0: nothing to do or another worker is at it)."""
    if consumer.prepare is not None:
        await consumer.prepare(db, workspace_id)
    try:
        return await _batch(db, consumer, workspace_id, BATCH)
    except _Failed as failed:
        # The batch was undone. Do what is before the failing event, then that event alone, counted.
        if failed.done:
            await _batch(db, consumer, workspace_id, failed.done)
        return failed.done + await _alone(db, consumer, workspace_id, failed.error)


class _Failed(Exception):
    def __init__(self, done: int, error: Exception) -> None:
        super().__init__(str(error))
        self.done = done
        self.error = error


async def _batch(db: Db, consumer: Consumer, workspace_id: int, limit: int) -> int:
    async with db.transaction(system(workspace_id)) as tx:
        cursor = await _claim(tx, consumer.name)
        if cursor is None:
            return 0
        rows = await tx.conn.fetch(_READ, workspace_id, cursor, limit)
        kinds = {e.kind for e in consumer.events}
        for n, row in enumerate(rows):
            if row["kind"] not in kinds:
                continue
            event = from_row(row, db.events)
            tx.cause = event
            try:
                await consumer.handle(tx, event)
            except Exception as error:
                if is_passing(error):
                    raise  # a restart of the database must not park what is sound
                raise _Failed(n, error) from error
        tx.cause = None
        if rows:
            await tx.run(
                "UPDATE event_cursors SET seq = $3, failures = 0 WHERE consumer = $1 AND workspace_id = $2",
                consumer.name, workspace_id, rows[-1]["seq"],
            )  # fmt: skip
        return len(rows)


async def _alone(db: Db, consumer: Consumer, workspace_id: int, error: Exception) -> int:
    """Count a failure of the next event; on the third park it, with its error, and go on."""
    async with db.transaction(system(workspace_id)) as tx:
        cursor = await _claim(tx, consumer.name)
        if cursor is None:
            return 0
        failures = await tx.one(
            int,
            "UPDATE event_cursors SET failures = failures + 1 WHERE consumer = $1 AND workspace_id = $2 RETURNING failures",
            consumer.name, workspace_id,
        )  # fmt: skip
        log.error("consumer failed", consumer=consumer.name, workspace=workspace_id, seq=cursor + 1, exc_info=error)
        if failures < TRIES:
            return 0
        await tx.run(
            "INSERT INTO parked_events (consumer, workspace_id, seq, parked_at, error) VALUES ($1, $2, $3, $4, $5)"
            " ON CONFLICT DO NOTHING",
            consumer.name, workspace_id, cursor + 1, tx.now(), f"{type(error).__name__}: {error}"[:2000],
        )  # fmt: skip
        await tx.run(
            "UPDATE event_cursors SET seq = seq + 1, failures = 0 WHERE consumer = $1 AND workspace_id = $2",
            consumer.name, workspace_id,
        )  # fmt: skip
        return 1


async def _claim(tx: Tx, name: str) -> int | None:
    """The cursor under a row lock, or None while another worker holds it. A new consumer starts at the beginning."""
    await tx.run(
        "INSERT INTO event_cursors (consumer, workspace_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", name, tx.workspace_id
    )
    return await tx.find(
        int,
        "SELECT seq FROM event_cursors WHERE consumer = $1 AND workspace_id = $2 FOR UPDATE SKIP LOCKED",
        name, tx.workspace_id,
    )  # fmt: skip


class Parked(msgspec.Struct, frozen=True):
    """An event a consumer has given up after `TRIES` failures."""

    workspace_id: int
    consumer: str
    seq: int


async def list_parked(db: Db) -> list[Parked]:
    """What every consumer has parked, in the order it happened."""
    return await db.all(Parked, "SELECT workspace_id, consumer, seq FROM parked_events ORDER BY workspace_id, seq, consumer")


async def retry_parked(db: Db, consumer: Consumer, workspace_id: int, seq: int) -> None:
    """Handle a parked event again at a person's request; on success it is no longer parked."""
    async with db.transaction(system(workspace_id)) as tx:
        row = await tx.conn.fetchrow("SELECT * FROM events WHERE workspace_id = $1 AND seq = $2", workspace_id, seq)
        tx.cause = from_row(row, db.events)
        await consumer.handle(tx, tx.cause)
        await tx.run(
            "DELETE FROM parked_events WHERE workspace_id = $1 AND consumer = $2 AND seq = $3",
            workspace_id, consumer.name, seq,
        )  # fmt: skip


async def lagging(db: Db, names: Sequence[str]) -> list[tuple[str, int, int]]:
    """(consumer, workspace, lag in events) for every pair that is behind."""
    sql = Sql(
        "SELECT c.name, h.workspace_id, h.seq - coalesce(e.seq, 0) AS lag FROM journal_heads h"
        " CROSS JOIN unnest({}::text[]) AS c(name)"
        " LEFT JOIN event_cursors e ON e.consumer = c.name AND e.workspace_id = h.workspace_id"
        " WHERE h.seq > coalesce(e.seq, 0)",
        list(names),
    )
    text, args = sql.render()
    async with db.pool.acquire() as conn:
        return [(r["name"], r["workspace_id"], r["lag"]) for r in await conn.fetch(text, *args)]


async def run_consumers(db: Db, bus: Bus, consumers: Sequence[Consumer], stop: asyncio.Event) -> None:
    """Serve all consumers until `stop`: woken after commits, and polling every second."""
    wake = asyncio.Event()
    silence = bus.listen(lambda _ws, _seq: wake.set())
    by_name = {c.name: c for c in consumers}
    try:
        while not stop.is_set():
            wake.clear()
            try:
                behind = await lagging(db, list(by_name))
                moved = [await run_once(db, by_name[name], workspace_id) for name, workspace_id, _lag in behind]
            except Exception as error:
                log.error("journal readers failed, trying again", exc_info=error)
                moved = []
                await asyncio.sleep(POLL_S)
            if not any(moved):
                await _wait(wake, stop)
            elif max(moved) < BATCH:
                await asyncio.sleep(GATHER_S)
    finally:
        silence()


async def _wait(wake: asyncio.Event, stop: asyncio.Event) -> None:
    waiters: list[asyncio.Task[Any]] = [asyncio.create_task(wake.wait()), asyncio.create_task(stop.wait())]
    await asyncio.wait(waiters, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
    for w in waiters:
        w.cancel()
