"""What rules did, as people see it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hark.automation.queries import MISSING
from hark.automation.types import OUTCOMES, Outcome, RuleRun
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Db, Queries, Tx
from hark.core.ids import uuid7
from hark.core.paging import Page, check_limit, decode_cursor, encode_cursor
from hark.core.sql import TRUE, Sql

KEPT = timedelta(days=90)
FORGOTTEN_AT_ONCE = 10_000


async def note_run(
    tx: Tx, rule_id: int, id: UUID, since: datetime | None, outcome: Outcome, did: list[str], problem: str | None
) -> None:
    """Write down what a rule did to a conversation; what lasts since `since` stands there once."""
    await tx.run(
        "INSERT INTO rule_runs (workspace_id, id, rule_id, conversation_id, at, since, outcome, did, problem)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT ON CONSTRAINT rule_runs_once DO NOTHING",
        tx.workspace_id, uuid7(), rule_id, id, tx.now(), since, outcome, did, problem,
    )  # fmt: skip


async def runs_today(tx: Tx, rule_id: int, id: UUID) -> int:
    """How often a rule changed a conversation, or tried to, within a day."""
    return await tx.one(
        int,
        "SELECT count(*)::int FROM rule_runs WHERE workspace_id = $1 AND conversation_id = $2 AND rule_id = $3 AND at > $4"
        " AND outcome <> $5",
        tx.workspace_id, id, rule_id, tx.now() - timedelta(days=1), Outcome.UNCHANGED,
    )  # fmt: skip


async def forget_runs(db: Db) -> None:
    """The log goes back 90 days; what is left over goes with the next call."""
    await db.run(
        "DELETE FROM rule_runs WHERE (workspace_id, id) IN (SELECT workspace_id, id FROM rule_runs WHERE at < $1 LIMIT $2)",
        db.now() - KEPT, FORGOTTEN_AT_ONCE,
    )  # fmt: skip


class _Row(msgspec.Struct):
    id: UUID
    rule_id: int
    conversation_id: UUID
    number: int
    subject: str
    at: datetime
    outcome: Outcome
    did: list[str]
    problem: str | None


async def list_runs(db: Queries, actor: Actor, id: int, *, cursor: str | None = None, limit: int = 50) -> Page[RuleRun]:
    """The runs of a rule on conversations the actor may see, newest first. Raises NotFound (rule)."""
    check_limit(limit)
    await db.one(
        int, "SELECT id FROM rules WHERE workspace_id = $1 AND id = $2", actor.workspace_id, id, missing=MISSING
    )
    name, after = f"rule:{id}", TRUE
    if cursor:
        after = Sql("(r.at, r.id) < ({}, {})", *decode_cursor(name, cursor, datetime, UUID))
    rows = await db.all(
        _Row,
        Sql(
            "SELECT r.id, r.rule_id, r.conversation_id, c.number, c.subject, r.at, r.outcome, r.did, r.problem"
            " FROM rule_runs r JOIN conversations c ON c.workspace_id = r.workspace_id AND c.id = r.conversation_id"
            " WHERE r.workspace_id = {} AND r.rule_id = {} AND {} AND {} ORDER BY r.at DESC, r.id DESC LIMIT {}",
            actor.workspace_id, id, visible(actor), after, limit + 1,
        ),
    )  # fmt: skip
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[_view(row) for row in rows[:limit]], next=encode_cursor(name, last.at, last.id) if last else None
    )


def _view(row: _Row) -> RuleRun:
    fields: dict[str, Any] = msgspec.structs.asdict(row)
    return RuleRun(**{**fields, "outcome": OUTCOMES[row.outcome]})
