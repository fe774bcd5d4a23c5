"""What the benchmarks read of a database, its plans included."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec

from hark.bench.pgbench import Statement, literal
from hark.core.db import Db

RUNS = 7  # PostgreSQL decides on one plan for all parameters after five
BIG = 2_000  # rows from which a table must not be read whole for one page


async def big_tables(db: Db) -> frozenset[str]:
    """Tables with at least BIG rows, by the planner's estimate."""
    rows = await db.all(str, "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND reltuples >= $1", BIG)
    return frozenset(rows)


async def agent_ids(db: Db) -> list[int]:
    """Everybody of workspace 1."""
    return await db.all(int, "SELECT id FROM agents WHERE workspace_id = 1 ORDER BY id")


async def count_messages(db: Db) -> int:
    return await db.one(int, "SELECT count(*) FROM messages")


class _Happened(msgspec.Struct):
    seq: int
    conversation_id: UUID


async def events_after(db: Db, workspace_id: int, seq: int) -> list[tuple[int, UUID]]:
    """(number, conversation) of what happened to conversations after a number, in order."""
    rows = await db.all(
        _Happened,
        "SELECT seq, conversation_id FROM events WHERE workspace_id = $1 AND seq > $2 AND conversation_id IS NOT NULL ORDER BY seq",
        workspace_id, seq,
    )  # fmt: skip
    return [(r.seq, r.conversation_id) for r in rows]


class _Fate(msgspec.Struct):
    fate: int
    mails: int


async def count_fates(db: Db) -> dict[int, int]:
    """Mails of the ledger by their fate; 0 is still open."""
    rows = await db.all(_Fate, "SELECT fate, count(*) AS mails FROM intake_items GROUP BY fate")
    return {row.fate: row.mails for row in rows}


async def deep_threads(db: Db, count: int) -> list[UUID]:
    """Conversations of workspace 1 with more than a hundred messages."""
    return await db.all(
        UUID,
        "SELECT id FROM conversations WHERE workspace_id = 1 AND seq > 110 AND status = 3 ORDER BY id DESC LIMIT $1",
        count,
    )


async def sequential_scans(db: Db, statements: Sequence[Statement], big: frozenset[str]) -> set[str]:
    """The big tables that one of the statements reads whole, in any of the plans PostgreSQL gives it when it is run
    again and again: with its parameters first, then, where that costs no more, one plan for all parameters."""
    found: set[str] = set()
    async with db.pool.acquire() as conn:
        for sql, statement in {s.sql: s for s in statements}.items():
            for plan in await _plans(conn, sql, statement):
                found |= {table for table in _scanned(plan) if table in big}
    return found


async def _plans(conn: Any, sql: str, statement: Statement) -> list[Any]:
    await conn.execute(f"PREPARE benched AS {sql}")
    try:
        places = ", ".join(await conn.fetchval(_QUOTED, [_text(a) for a in statement.args]) or ())
        explain = f"EXPLAIN (FORMAT JSON) EXECUTE benched{f'({places})' if places else ''}"
        return [msgspec.json.decode((await conn.fetch(explain))[0][0]) for _ in range(RUNS)]
    finally:
        await conn.execute("DEALLOCATE benched")


def _text(value: Any) -> str | None:
    return None if value is None else literal(value)


_QUOTED = "SELECT array_agg(quote_nullable(v) ORDER BY n) FROM unnest($1::text[]) WITH ORDINALITY AS x(v, n)"


def _scanned(plan: Any) -> Iterator[str]:
    """Names of the tables under a `Seq Scan` anywhere in a plan (EXPLAIN's JSON)."""
    if isinstance(plan, list):
        for part in plan:
            yield from _scanned(part)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        for part in (plan.get("Plan"), plan.get("Plans")):
            if part:
                yield from _scanned(part)


class Started(msgspec.Struct, frozen=True):
    """A chat: its conversation, that one's last number, its thread."""

    id: UUID
    seq: int
    thread_id: UUID


async def conversations_of(db: Db, workspace_id: int) -> list[Started]:
    """All chats of a workspace."""
    return await db.all(
        Started,
        "SELECT c.id, c.seq, e.id AS thread_id FROM endpoints e JOIN conversations c ON c.workspace_id = e.workspace_id"
        " AND c.id = e.conversation_id WHERE e.workspace_id = $1 AND e.visitor_id IS NOT NULL",
        workspace_id,
    )  # fmt: skip


class _Text(msgspec.Struct):
    is_customer: bool
    text: str


async def texts_of(db: Db, workspace_id: int, conversation_id: UUID) -> list[tuple[bool, str]]:
    """(the customer's, text) of what was said, as the team has it, in order."""
    rows = await db.all(
        _Text,
        "SELECT direction = 1 AS is_customer, text FROM messages WHERE workspace_id = $1 AND conversation_id = $2"
        " AND direction IN (1, 2) ORDER BY seq",
        workspace_id, conversation_id,
    )  # fmt: skip
    return [(r.is_customer, r.text) for r in rows]


class _Need(msgspec.Struct):
    is_customer: bool
    needs_answer: bool


async def needs_of(db: Db, workspace_id: int, conversation_id: UUID) -> list[tuple[bool, bool]]:
    """(the customer's, needs an answer) of what was said, in order."""
    rows = await db.all(
        _Need,
        "SELECT direction = 1 AS is_customer, needs_answer FROM messages WHERE workspace_id = $1 AND conversation_id = $2"
        " AND direction IN (1, 2) ORDER BY seq",
        workspace_id, conversation_id,
    )  # fmt: skip
    return [(row.is_customer, row.needs_answer) for row in rows]


class _Waits(msgspec.Struct):
    answered: int
    open: int


async def answered_waits(db: Db, workspace_id: int, conversation_id: UUID) -> tuple[int, int]:
    """(answered by somebody, still open)."""
    waits = await db.one(
        _Waits,
        "SELECT count(*) FILTER (WHERE closed_at IS NOT NULL AND outcome = 1 AND answered_by IS NOT NULL) AS answered,"
        " count(*) FILTER (WHERE closed_at IS NULL) AS open FROM waits WHERE workspace_id = $1 AND conversation_id = $2",
        workspace_id, conversation_id,
    )  # fmt: skip
    return waits.answered, waits.open


async def count_facts(db: Db) -> int:
    return await db.one(int, "SELECT count(*) FROM visit_facts")


class _Visit(msgspec.Struct):
    workspace_id: int
    id: UUID


async def first_visit(db: Db) -> tuple[int, UUID]:
    """(workspace, visit) of some visit."""
    visit = await db.one(_Visit, "SELECT workspace_id, id FROM visits ORDER BY started_at LIMIT 1")
    return visit.workspace_id, visit.id


async def analyze(db: Db) -> None:
    """Give the planner the figures that autovacuum would give it a minute later."""
    await db.run("ANALYZE")
