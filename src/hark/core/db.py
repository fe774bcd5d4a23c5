"""The database: a pool, rows as structs, and transactions that carry the actor and write the journal.

    tags = await db.all(Tag, "SELECT id, name FROM tags WHERE workspace_id = $1", 7)
    async with db.transaction(actor) as tx:
        await tx.run("UPDATE ...", ...)
        tx.emit(TagAdded(tag_id=3), conversation_id=..., conversation_seq=...)

Locks are taken in one order everywhere: conversations in id order, the journal head last (in `emit`'s flush).
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import asyncpg
import msgspec

from hark.core.actor import Actor
from hark.core.clock import Clock, system_clock
from hark.core.errors import Conflict, NotFound, Unavailable, from_constraint
from hark.core.events import MAX_DEPTH, Event, Projector, Recorded, Registry
from hark.core.ids import uuid7
from hark.core.kept import Kept
from hark.core.sql import Sql

T = TypeVar("T")
_SCALARS = (int, str, float, bool, bytes, UUID, datetime)


def decode(row_type: type[T], record: Any) -> T:
    """One database record as `row_type`: a Struct by column names, or a scalar type from the only column.

    Columns the struct does not know are an error, so that a query and its struct cannot drift apart.
    """
    if row_type in _SCALARS:
        return record[0]  # type: ignore[no-any-return]
    return msgspec.convert(dict(record), row_type)


def decode_all(row_type: type[T], records: Sequence[Any]) -> list[T]:
    """`decode` of each record of one answer, all in one go: a third of the time of one by one."""
    if not records:
        return []
    if row_type in _SCALARS:
        return [record[0] for record in records]
    names = tuple(records[0].keys())
    return msgspec.convert([dict(zip(names, record, strict=True)) for record in records], list[row_type])  # type: ignore[valid-type]


class Queries:
    """Reading and running statements on some connection; shared by Db (a pool) and Tx (one transaction)."""

    def _conn(self) -> AbstractAsyncContextManager[Any]:
        raise NotImplementedError

    async def all(self, row_type: type[T], sql: str | Sql, *args: Any) -> list[T]:
        """All rows, decoded (see `decode`)."""
        text, params = _render(sql, args)
        async with self._conn() as conn:
            return decode_all(row_type, await conn.fetch(text, *params))

    async def find(self, row_type: type[T], sql: str | Sql, *args: Any) -> T | None:
        """The first row or None."""
        text, params = _render(sql, args)
        async with self._conn() as conn:
            row = await conn.fetchrow(text, *params)
        return None if row is None or (row_type in _SCALARS and row[0] is None) else decode(row_type, row)

    async def one(self, row_type: type[T], sql: str | Sql, *args: Any, missing: str = "Not found.") -> T:
        """The first row. Raises NotFound(missing) when there is none."""
        row = await self.find(row_type, sql, *args)
        if row is None:
            raise NotFound(missing)
        return row

    async def run(self, sql: str | Sql, *args: Any) -> int:
        """Run a statement; the number of rows it touched."""
        text, params = _render(sql, args)
        async with self._conn() as conn:
            status: str = await conn.execute(text, *params)
        last = status.rsplit(" ", 1)[-1]
        return int(last) if last.isdigit() else 0

    async def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """The same statement for many parameter rows, pipelined in one round trip."""
        async with self._conn() as conn:
            await conn.executemany(sql, rows)

    async def copy_out(self, sql: str | Sql, *args: Any) -> list[bytes]:
        """The answer in the binary format of COPY, in pieces as they came: for columns of millions of rows, which as
        objects would take seconds of the event loop."""
        text, params = _render(sql, args)
        pieces: list[bytes] = []

        async def keep(piece: bytes) -> None:
            pieces.append(bytes(piece))

        async with self._conn() as conn:
            await conn.copy_from_query(text, *params, output=keep, format="binary")
        return pieces

    async def copy(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
        """Append rows by COPY, all or none; how many."""
        async with self._conn() as conn:
            await conn.copy_records_to_table(table, columns=columns, records=rows)
        return len(rows)


def _render(sql: str | Sql, args: tuple[Any, ...]) -> tuple[str, Sequence[Any]]:
    return sql.render() if isinstance(sql, Sql) else (sql, args)


class Db(Queries):
    """The pool and what every transaction needs: the clock, the projectors, who to wake after a commit."""

    def __init__(
        self,
        pool: Any,
        *,
        events: Registry | None = None,
        projectors: Sequence[Projector] = (),
        clock: Clock = system_clock,
        on_commit: Callable[[int, int], None] | None = None,
    ) -> None:
        self.pool = pool
        self.events = events or {}
        self.projectors = tuple(projectors)
        self.clock = clock
        self.on_commit = on_commit  # (workspace_id, last seq), synchronous and quick
        self.kept = Kept()

    def now(self) -> datetime:
        return self.clock()

    @asynccontextmanager
    async def _conn(self) -> AsyncIterator[Any]:
        with translate_errors():
            async with self.pool.acquire() as conn:
                yield conn

    @asynccontextmanager
    async def transaction(self, actor: Actor, *, cause: Recorded | None = None) -> AsyncIterator["Tx"]:
        """One transaction of `actor`: rows, journal and audit together, or nothing.

        `cause` is the event a consumer is reacting to; it gives the new events their cause and depth.
        On commit the workspace's readers are woken (a lost wake-up is harmless, readers also poll).
        """
        with translate_errors():
            async with self.pool.acquire() as conn, conn.transaction():
                tx = Tx(self, conn, actor, cause)
                yield tx
                await tx.flush()
        tx.committed()


class Tx(Queries):
    """One running transaction. Get it from `Db.transaction`."""

    def __init__(self, db: Db, conn: Any, actor: Actor, cause: Recorded | None = None) -> None:
        self.db = db
        self.conn = conn
        self.actor = actor
        self.cause = cause
        self.pending: list[Recorded] = []
        self.last_seq = 0
        self._projected = 0  # how many of `pending` the projectors have seen
        self._now = db.now()

    @property
    def workspace_id(self) -> int:
        return self.actor.workspace_id

    def now(self) -> datetime:
        """The instant of this transaction: one value for all its rows."""
        return self._now

    @asynccontextmanager
    async def _conn(self) -> AsyncIterator[Any]:
        yield self.conn

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """A nested transaction: on an error its rows and events are undone and the error goes on."""
        kept = len(self.pending)
        try:
            async with self.conn.transaction():
                yield
        except BaseException:
            del self.pending[kept:]
            self._projected = min(self._projected, kept)
            raise

    def emit(
        self,
        event: Event,
        *,
        conversation_id: UUID | None = None,
        conversation_seq: int | None = None,
        subject_id: UUID | None = None,
        occurred_at: datetime | None = None,
        team: tuple[int | None, int | None] = (None, None),
        assignee: tuple[int | None, int | None] = (None, None),
    ) -> Recorded:
        """Queue an event for the journal; it is written, in order, as the last statements of the transaction.

        `team` and `assignee` are (before, after); an event that changes neither gives the same value twice, so
        that visibility can be decided from the event alone. Raises Conflict when rules caused rules too deep.
        """
        depth = self.cause.depth + 1 if self.cause else 0
        if depth > MAX_DEPTH:
            raise Conflict("Rules caused each other more than eight times in a row. The last change was not made; look at the rules in Settings.", code="rule_loop")
        recorded = Recorded(
            workspace_id=self.workspace_id,
            event=event,
            conversation_id=conversation_id,
            conversation_seq=conversation_seq,
            subject_id=subject_id,
            actor_kind=self.actor.kind,
            actor_id=self.actor.id,
            occurred_at=occurred_at or self._now,
            recorded_at=self._now,
            cause_seq=self.cause.seq if self.cause else None,
            depth=depth,
            team_before=team[0],
            team_after=team[1],
            assignee_before=assignee[0],
            assignee_after=assignee[1],
        )
        self.pending.append(recorded)
        return recorded

    async def audit(self, action: str, subject: str, *, data: dict[str, Any] | None = None) -> None:
        """One line in the audit log: who did what to which thing (`subject` like "mailbox:3"), ids and settings only."""
        await self.run(
            "INSERT INTO audit_log (workspace_id, id, at, actor_kind, actor_id, action, subject, data)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            self.workspace_id, uuid7(), self._now, self.actor.kind, self.actor.id, action, subject, data or {},
        )  # fmt: skip

    @property
    def unsettled(self) -> list[Recorded]:
        """The events that the projectors have not seen yet."""
        return self.pending[self._projected :]

    async def settle(self) -> None:
        """Let the projectors see the events emitted so far, without taking the journal's lock yet.

        For a transaction that changes the same conversation again. A corrective event must not follow on it: it
        reads the journal, which does not have these events before `flush`.
        """
        rows = self.unsettled
        if rows:
            for project in self.db.projectors:
                await project(self, rows)
        self._projected = len(self.pending)

    async def flush(self) -> None:
        """Projectors, then the journal: the head row is the last lock taken, so commit order is sequence order."""
        if not self.pending:
            return
        await self.settle()
        rows = self.pending
        columns = [
            [r.event.kind for r in rows], [r.event.v for r in rows],
            [r.conversation_id for r in rows], [r.conversation_seq for r in rows], [r.subject_id for r in rows],
            [r.actor_kind for r in rows], [r.actor_id for r in rows],
            [r.occurred_at for r in rows], [r.recorded_at for r in rows],
            [r.cause_seq for r in rows], [r.depth for r in rows],
            [r.team_before for r in rows], [r.team_after for r in rows],
            [r.assignee_before for r in rows], [r.assignee_after for r in rows],
            [msgspec.to_builtins(r.event) for r in rows],
        ]  # fmt: skip
        first = await self.conn.fetchval(_APPEND, self.workspace_id, len(rows), *columns)
        for n, r in enumerate(rows):
            r.seq = first + n
        self.last_seq = rows[-1].seq
        self.pending, self._projected = [], 0

    def committed(self) -> None:
        """Wake the readers of the journal."""
        if not self.last_seq:
            return
        self.db.kept.forget(self.workspace_id)
        if self.db.on_commit:
            self.db.on_commit(self.workspace_id, self.last_seq)


_APPEND = """
WITH head AS (
  UPDATE journal_heads SET seq = seq + $2 WHERE workspace_id = $1 RETURNING seq - $2 AS base
), written AS (
  INSERT INTO events (workspace_id, seq, kind, v, conversation_id, conversation_seq, subject_id, actor_kind, actor_id,
    occurred_at, recorded_at, cause_seq, depth, team_before, team_after, assignee_before, assignee_after, data)
  SELECT $1, head.base + e.n, e.kind, e.v, e.conversation_id, e.conversation_seq, e.subject_id, e.actor_kind, e.actor_id,
    e.occurred_at, e.recorded_at, e.cause_seq, e.depth, e.team_before, e.team_after, e.assignee_before, e.assignee_after, e.data
  FROM head, unnest($3::smallint[], $4::smallint[], $5::uuid[], $6::int[], $7::uuid[], $8::smallint[], $9::int[],
    $10::timestamptz[], $11::timestamptz[], $12::bigint[], $13::smallint[], $14::int[], $15::int[], $16::int[], $17::int[],
    $18::jsonb[]) WITH ORDINALITY
    AS e(kind, v, conversation_id, conversation_seq, subject_id, actor_kind, actor_id, occurred_at, recorded_at, cause_seq,
      depth, team_before, team_after, assignee_before, assignee_after, data, n)
)
SELECT base + 1 FROM head
"""


@contextmanager
def translate_errors() -> Iterator[None]:
    """Database errors as Hark's: a named constraint as its sentence, a lost connection as Unavailable."""
    try:
        yield
    except asyncpg.IntegrityConstraintViolationError as error:
        known = from_constraint(error.constraint_name)
        if known:
            raise known from error
        raise
    except Exception as error:
        if is_lost(error):
            raise Unavailable("The database is not reachable right now. Nothing was changed; try again.") from error
        if isinstance(error, _CROSSED):
            raise Unavailable(
                "Somebody else changed the same at this moment. Nothing was changed; try again.", code="busy"
            ) from error
        raise


_LOST = (
    asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError, asyncpg.TooManyConnectionsError, ConnectionError,
    FileNotFoundError,  # the socket of a server that is down
)  # fmt: skip
_CROSSED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


def is_lost(error: BaseException) -> bool:
    """Whether the connection is gone: the server stops, starts or has crashed. asyncpg says it in many ways."""
    if isinstance(error, asyncpg.InternalClientError):  # the server's last words have just come, and it is not yet closed
        return str(error).endswith(("another operation (2) is in progress", '"failed" state'))
    return isinstance(error, _LOST) or (isinstance(error, asyncpg.InterfaceError) and "closed" in str(error))


def is_passing(error: BaseException) -> bool:
    """Whether the same work will do when tried again: nothing is wrong with it."""
    return isinstance(error, (Unavailable, *_CROSSED)) or is_lost(error)


async def _init(conn: Any) -> None:
    await conn.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=lambda v: b"\x01" + msgspec.json.encode(v),
        decoder=lambda b: msgspec.json.decode(b[1:]), format="binary",
    )  # fmt: skip


async def _keep(_conn: Any) -> None:
    """Nothing to undo when a connection goes back to the pool: an open transaction is rolled back by asyncpg itself,
    and nobody leaves session state behind (SET LOCAL, transaction locks). Saves one round trip per statement."""


async def connect(dsn: str) -> Any:
    """One plain connection with our type codecs (for LISTEN, COPY and tools). Raises Unavailable."""
    try:
        conn = await asyncpg.connect(dsn)
    except (OSError, asyncpg.PostgresError) as error:
        raise _unreachable(error) from error
    await _init(conn)
    return conn


async def create_pool(dsn: str, *, size: int = 10, min_size: int = 1, statement_cache: bool = True) -> Any:
    """A connection pool. Give `statement_cache=False` behind PgBouncer in transaction mode."""
    try:
        return await asyncpg.create_pool(
            dsn, min_size=min_size, max_size=size, init=_init, command_timeout=60,
            statement_cache_size=200 if statement_cache else 0, reset=_keep,
        )  # fmt: skip
    except (OSError, asyncpg.PostgresError) as error:
        raise _unreachable(error) from error


def _unreachable(error: Exception) -> Unavailable:
    return Unavailable(f"Cannot connect to the database: {error}. Check DATABASE_URL and that it is running.")
