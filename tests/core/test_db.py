"""Transactions and the journal, on a real PostgreSQL."""

import asyncio
from typing import ClassVar

import asyncpg
import msgspec
import pytest
from tests.support.workspace import TestWorkspace

from hark.core.actor import Actor, ActorKind, system
from hark.core.db import Db, is_lost
from hark.core.errors import Conflict, NotFound, Unavailable
from hark.core.events import MAX_DEPTH, Event, Recorded, from_row, registry
from hark.core.journal import head, read


class Pinged(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 9001
    n: int


@pytest.fixture
def db(db: Db) -> Db:
    db.events = {**db.events, Pinged.kind: Pinged}
    return db


async def test_events_of_a_transaction_are_written_in_order(db: Db, workspace: TestWorkspace) -> None:
    before = await head(db, workspace.id)
    async with db.transaction(workspace.owner) as tx:
        for n in range(3):
            tx.emit(Pinged(n=n))
    rows = await read(db, workspace.id, before)
    assert [r.event for r in rows] == [Pinged(n=0), Pinged(n=1), Pinged(n=2)]
    assert [r.seq for r in rows] == [before + 1, before + 2, before + 3]
    assert {(r.actor_kind, r.actor_id) for r in rows} == {(ActorKind.AGENT, workspace.owner.id)}


async def test_an_error_leaves_neither_rows_nor_events(db: Db, workspace: TestWorkspace) -> None:
    before = await head(db, workspace.id)
    with pytest.raises(RuntimeError, match="stop"):
        async with db.transaction(workspace.owner) as tx:
            await tx.run("INSERT INTO teams (workspace_id, name) VALUES ($1, 'gone')", workspace.id)
            tx.emit(Pinged(n=1))
            raise RuntimeError("stop")
    assert await head(db, workspace.id) == before
    assert await db.find(int, "SELECT id FROM teams WHERE workspace_id = $1 AND name = 'gone'", workspace.id) is None


async def test_a_savepoint_takes_its_events_back(db: Db, workspace: TestWorkspace) -> None:
    before = await head(db, workspace.id)
    async with db.transaction(workspace.owner) as tx:
        tx.emit(Pinged(n=1))
        with pytest.raises(RuntimeError):
            async with tx.savepoint():
                tx.emit(Pinged(n=2))
                raise RuntimeError
        tx.emit(Pinged(n=3))
    assert [r.event for r in await read(db, workspace.id, before)] == [Pinged(n=1), Pinged(n=3)]


async def test_the_journal_has_no_gaps_and_no_disorder_under_concurrency(db: Db, workspace: TestWorkspace) -> None:
    before = await head(db, workspace.id)
    seen: list[int] = []
    done = asyncio.Event()

    async def write(writer: int) -> None:
        for n in range(20):
            try:
                async with db.transaction(system(workspace.id)) as tx:
                    tx.emit(Pinged(n=writer * 100 + n))
                    tx.emit(Pinged(n=writer * 100 + n))
                    if n % 5 == 4:
                        raise RuntimeError("undone")
            except RuntimeError:
                pass

    async def follow() -> None:
        cursor = before
        while not done.is_set() or cursor < await head(db, workspace.id):
            rows = await read(db, workspace.id, cursor)
            seen.extend(r.seq for r in rows)
            cursor = rows[-1].seq if rows else cursor
            await asyncio.sleep(0)

    reader = asyncio.create_task(follow())
    await asyncio.gather(*(write(w) for w in range(6)))
    done.set()
    await reader
    assert seen == list(range(before + 1, before + 1 + 6 * 16 * 2))


async def test_a_constraint_becomes_its_sentence(db: Db, workspace: TestWorkspace) -> None:
    with pytest.raises(Conflict, match="A team of this name exists already") as caught:
        await db.run("INSERT INTO teams (workspace_id, name) VALUES ($1, 'Support')", workspace.id)
    assert caught.value.code == "team_exists"


async def test_missing_row(db: Db) -> None:
    with pytest.raises(NotFound, match="No such thing"):
        await db.one(int, "SELECT 1 WHERE false", missing="No such thing.")


async def test_chains_of_causes_end(db: Db, workspace: TestWorkspace) -> None:
    cause: Recorded | None = None
    for _ in range(MAX_DEPTH + 1):
        async with db.transaction(system(workspace.id), cause=cause) as tx:
            cause = tx.emit(Pinged(n=1))
    assert cause is not None
    assert cause.depth == MAX_DEPTH
    with pytest.raises(Conflict, match="eight times"):
        async with db.transaction(system(workspace.id), cause=cause) as tx:
            tx.emit(Pinged(n=1))


async def test_an_audit_line_stands_beside_the_change(db: Db, workspace: TestWorkspace) -> None:
    async with db.transaction(workspace.owner) as tx:
        await tx.audit("mailbox.created", "mailbox:3", data={"port": 993})
    row = await db.pool.fetchrow("SELECT * FROM audit_log WHERE workspace_id = $1", workspace.id)
    assert (row["action"], row["subject"], row["data"], row["actor_id"]) == (
        "mailbox.created", "mailbox:3", {"port": 993}, workspace.owner.id,
    )  # fmt: skip


def test_two_events_cannot_share_a_number() -> None:
    class Other(Event, frozen=True, kw_only=True):
        kind: ClassVar[int] = 9001

    with pytest.raises(ValueError, match="9001"):
        registry((Pinged,), (Other,))


async def test_a_row_of_a_newer_program_is_refused(db: Db, workspace: TestWorkspace) -> None:
    async with db.transaction(workspace.owner) as tx:
        tx.emit(Pinged(n=1))
    row = await db.pool.fetchrow("SELECT * FROM events WHERE workspace_id = $1 AND kind = 9001", workspace.id)
    with pytest.raises(KeyError):
        from_row(row, {})


def test_actors_of_the_machine_can_everything() -> None:
    assert system(1).can("anything")
    assert not Actor(workspace_id=1, kind=ActorKind.AGENT, permissions=frozenset({"a"})).can("b")
    assert msgspec.structs.replace(system(1), kind=ActorKind.RULE).can("b")


async def test_a_server_that_stops_in_the_middle_is_said_so(db: Db, workspace: TestWorkspace) -> None:
    with pytest.raises(Unavailable):
        async with db.transaction(workspace.owner) as tx:
            await tx.run("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(Unavailable):
        async with db.transaction(workspace.owner) as tx:
            pid = await tx.one(int, "SELECT pg_backend_pid()")
            await db.run("SELECT pg_terminate_backend($1, 5000)", pid)
            await tx.run("SELECT 1")
    assert await db.one(int, "SELECT 1") == 1, "the pool goes on with fresh connections"


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress"), True),
        (asyncpg.InternalClientError('cannot switch to "idle" state; protocol is in the "failed" state'), True),
        (asyncpg.InternalClientError("cannot switch to state 12; another operation (12) is in progress"), False),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.InterfaceError("cannot perform operation: another operation is in progress"), False),
        (ConnectionResetError(), True),
        (ValueError("closed"), False),
    ],
)
def test_a_connection_that_is_gone_is_told_from_a_mistake(error: Exception, lost: bool) -> None:
    """State 2: the server's last words (it is killed or stops) have come, and the socket is not closed yet."""
    assert is_lost(error) is lost


async def test_two_who_lock_crosswise_are_told_to_try_again(db: Db, workspace: TestWorkspace) -> None:
    keys = (71_001, 71_002)
    both = asyncio.Barrier(2)

    async def lock(first: int, second: int) -> None:
        async with db.transaction(workspace.owner) as tx:
            await tx.run("SELECT pg_advisory_xact_lock($1)", first)
            await both.wait()
            await tx.run("SELECT pg_advisory_xact_lock($1)", second)

    ends = await asyncio.gather(lock(*keys), lock(*reversed(keys)), return_exceptions=True)
    (refused,) = [end for end in ends if end is not None]
    assert isinstance(refused, Unavailable)
    assert refused.code == "busy"
