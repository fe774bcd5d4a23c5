"""What the chaos run reads of the database it has been at."""

from typing import Any
from uuid import UUID

import msgspec

from hark.core.db import Db
from hark.delivery.types import State
from hark.intake.types import Fate


class Answerable(msgspec.Struct, frozen=True):
    """A thread of a customer that can be answered, and how far it was when we looked."""

    endpoint_id: UUID
    conversation_id: UUID
    public_seq: int
    to: list[dict[str, Any]]


async def list_answerable(db: Db, workspace_id: int, after: UUID) -> list[Answerable]:
    """Threads made after the one called `after`, in their order."""
    return await db.all(
        Answerable,
        "SELECT e.id AS endpoint_id, c.id AS conversation_id, c.public_seq, e.refs -> 'to' AS to FROM endpoints e"
        " JOIN conversations c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id"
        " WHERE e.workspace_id = $1 AND e.id > $2 ORDER BY e.id LIMIT 5000",
        workspace_id, after,
    )  # fmt: skip


class Row(msgspec.Struct, frozen=True):
    """A reply in the outbox, and how far its conversation is now."""

    id: UUID
    state: State
    error: str | None
    public_seq: int


async def list_rows(db: Db, workspace_id: int) -> list[Row]:
    """All replies of a workspace."""
    return await db.all(
        Row,
        "SELECT o.id, o.state, o.error, c.public_seq FROM outbox o JOIN conversations c"
        " ON c.workspace_id = o.workspace_id AND c.id = o.conversation_id WHERE o.workspace_id = $1",
        workspace_id,
    )  # fmt: skip


class Taken(msgspec.Struct, frozen=True):
    """A line of the ledger."""

    account_id: int
    fate: Fate
    blob_key: str
    reason: str | None


async def list_taken(db: Db, workspace_id: int) -> list[Taken]:
    """The whole ledger of a workspace."""
    return await db.all(
        Taken,
        "SELECT account_id, fate, blob_key, reason FROM intake_items WHERE workspace_id = $1 ORDER BY id",
        workspace_id,
    )  # fmt: skip


class _Count(msgspec.Struct):
    external_id: str
    messages: int


async def count_messages_by_id(db: Db, workspace_id: int) -> dict[str, int]:
    """How many messages of customers carry each Message-ID."""
    rows = await db.all(
        _Count,
        "SELECT external_id, count(*) AS messages FROM messages WHERE workspace_id = $1 AND direction = 1"
        " AND external_id IS NOT NULL GROUP BY external_id",
        workspace_id,
    )  # fmt: skip
    return {row.external_id: row.messages for row in rows}


async def journal_gaps(db: Db, workspace_id: int) -> int:
    """How many numbers of the journal are missing."""
    return await db.one(
        int,
        "SELECT h.seq - (SELECT count(*) FROM events e WHERE e.workspace_id = h.workspace_id) FROM journal_heads h"
        " WHERE h.workspace_id = $1",
        workspace_id,
    )


async def count_unsettled(db: Db, workspace_id: int) -> tuple[int, int]:
    """(mails without a fate, replies that are still on their way)."""
    return (
        await db.one(int, "SELECT count(*) FROM intake_items WHERE workspace_id = $1 AND fate = 0", workspace_id),
        await db.one(int, "SELECT count(*) FROM outbox WHERE workspace_id = $1 AND state < 3", workspace_id),
    )
