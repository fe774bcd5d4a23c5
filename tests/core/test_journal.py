"""Consumers: cursor and effects in one transaction, parking after three failures, wake-up and poll."""

import asyncio
from typing import ClassVar

import pytest
from tests.support.workspace import TestWorkspace

from hark.core.actor import system
from hark.core.db import Db, Tx
from hark.core.errors import Unavailable
from hark.core.events import Event, Recorded
from hark.core.journal import Consumer, head, lagging, read, retry_parked, run_consumers, run_once
from hark.core.wake import Bus


class Ordered(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 9101
    n: int


class Shipped(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 9102
    n: int


@pytest.fixture
def db(db: Db) -> Db:
    db.events = {**db.events, Ordered.kind: Ordered, Shipped.kind: Shipped}
    return db


async def order(db: Db, workspace_id: int, *numbers: int) -> None:
    for n in numbers:
        async with db.transaction(system(workspace_id)) as tx:
            tx.emit(Ordered(n=n))


async def ship(tx: Tx, recorded: Recorded) -> None:
    assert isinstance(recorded.event, Ordered)
    tx.emit(Shipped(n=recorded.event.n))


SHIPPER = Consumer("shipper", (Ordered,), ship)


async def shipped(db: Db, workspace_id: int) -> list[tuple[int, int | None]]:
    rows = await read(db, workspace_id, 0, limit=1000)
    return [(r.event.n, r.cause_seq) for r in rows if isinstance(r.event, Shipped)]


async def drain(db: Db, consumer: Consumer, workspace_id: int) -> None:
    for _ in range(50):
        if await run_once(db, consumer, workspace_id) == 0 and not await is_behind(db, consumer, workspace_id):
            return


async def is_behind(db: Db, consumer: Consumer, workspace_id: int) -> bool:
    return any(ws == workspace_id for _, ws, _ in await lagging(db, [consumer.name]))


async def test_effects_carry_their_cause(db: Db, workspace: TestWorkspace) -> None:
    await order(db, workspace.id, 1, 2)
    first = (await read(db, workspace.id, 0))[-2].seq
    await drain(db, SHIPPER, workspace.id)
    assert await shipped(db, workspace.id) == [(1, first), (2, first + 1)]


async def test_a_failure_undoes_the_effects_and_the_rest_goes_on(db: Db, workspace: TestWorkspace) -> None:
    async def fail_on_two(tx: Tx, recorded: Recorded) -> None:
        await ship(tx, recorded)
        if recorded.event == Ordered(n=2):
            raise ValueError("two is bad")

    consumer = Consumer("fragile", (Ordered,), fail_on_two)
    await order(db, workspace.id, 1, 2, 3)
    await drain(db, consumer, workspace.id)
    assert [n for n, _ in await shipped(db, workspace.id)] == [1, 3]
    parked = await db.pool.fetchrow("SELECT seq, error FROM parked_events WHERE workspace_id = $1", workspace.id)
    assert parked["error"] == "ValueError: two is bad"
    await retry_parked(db, Consumer("fragile", (Ordered,), ship), workspace.id, parked["seq"])
    assert [n for n, _ in await shipped(db, workspace.id)] == [1, 3, 2]
    assert await db.find(int, "SELECT seq FROM parked_events WHERE workspace_id = $1", workspace.id) is None


async def test_two_workers_do_not_do_it_twice(db: Db, workspace: TestWorkspace) -> None:
    await order(db, workspace.id, *range(30))
    while await is_behind(db, SHIPPER, workspace.id):
        await asyncio.gather(*(run_once(db, SHIPPER, workspace.id) for _ in range(4)))
    assert [n for n, _ in await shipped(db, workspace.id)] == list(range(30))


async def test_consumers_are_woken_and_also_poll(db: Db, workspace: TestWorkspace, dsn: str) -> None:
    """Without any wake-up (`Bus` never started) the poll finds the work."""
    stop = asyncio.Event()
    running = asyncio.create_task(run_consumers(db, Bus(dsn), [SHIPPER], stop))
    await order(db, workspace.id, 7)
    for _ in range(300):
        if await shipped(db, workspace.id):
            break
        await asyncio.sleep(0.02)
    stop.set()
    await running
    assert [n for n, _ in await shipped(db, workspace.id)] == [7]
    assert await head(db, workspace.id) >= 2


async def test_a_commit_is_heard_in_another_process(db: Db, workspace: TestWorkspace, dsn: str) -> None:
    sender, receiver = Bus(dsn), Bus(dsn)
    heard: asyncio.Queue[tuple[int, int]] = asyncio.Queue()
    receiver.listen(lambda ws, seq: heard.put_nowait((ws, seq)))
    await sender.start()
    await receiver.start()
    try:
        for _ in range(100):  # until both connections stand
            sender.notify(workspace.id, 5)
            try:
                assert await asyncio.wait_for(heard.get(), 0.1) == (workspace.id, 5)
                break
            except TimeoutError:
                continue
        else:
            pytest.fail("nothing was heard")
    finally:
        await sender.stop()
        await receiver.stop()


async def test_a_database_that_goes_away_parks_nothing(db: Db, workspace: TestWorkspace) -> None:
    away = 4

    async def handle(tx: Tx, recorded: Recorded) -> None:
        nonlocal away
        if away:
            away -= 1
            await tx.run("SELECT pg_terminate_backend(pg_backend_pid())")
        await ship(tx, recorded)

    consumer = Consumer("patient", (Ordered,), handle)
    await order(db, workspace.id, 7)
    while away:
        with pytest.raises(Unavailable):
            await run_once(db, consumer, workspace.id)
    await drain(db, consumer, workspace.id)
    assert [n for n, _ in await shipped(db, workspace.id)] == [7]
