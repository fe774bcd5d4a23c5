"""Reading the outbox and what a message needs to leave."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Db, Queries, Tx
from hark.core.errors import NotFound
from hark.core.sql import Sql
from hark.delivery.types import IMMEDIATE, OutAccount, OutboxRow, OutboxView, State, UnseenMessage

COLUMNS = (
    "o.workspace_id, o.id, o.conversation_id, o.endpoint_id, o.agent_id, o.message_id, o.body, o.state, o.release_at,"
    " o.next_try_at, o.seen_seq, o.cancel_if_customer_writes, o.attempts, o.error, o.created_at"
)
MISSING = "This reply does not exist, or your role does not include its conversation."


async def get_outbox_row(db: Queries, actor: Actor, id: UUID) -> OutboxRow:
    """A row the actor may see. Raises NotFound."""
    return await db.one(
        OutboxRow,
        Sql(
            "SELECT {} FROM outbox o JOIN conversations c ON c.workspace_id = o.workspace_id AND c.id = o.conversation_id"
            " WHERE o.workspace_id = {} AND o.id = {} AND {}",
            Sql(COLUMNS), actor.workspace_id, id, visible(actor),
        ),
        missing=MISSING,
    )  # fmt: skip


async def find_outbox_row(db: Queries, workspace_id: int, id: UUID) -> OutboxRow | None:
    """A row, whoever asks."""
    return await db.find(
        OutboxRow, f"SELECT {COLUMNS} FROM outbox o WHERE o.workspace_id = $1 AND o.id = $2", workspace_id, id
    )


async def list_outbox(db: Db, actor: Actor, conversation_id: UUID) -> list[OutboxView]:
    """Replies of a conversation that have not arrived: waiting, on their way, failed or unknown; oldest first."""
    seen = await db.find(
        int,
        Sql(
            "SELECT 1 FROM conversations c WHERE c.workspace_id = {} AND c.id = {} AND {}",
            actor.workspace_id, conversation_id, visible(actor),
        ),
    )  # fmt: skip
    if seen is None:
        raise NotFound("This conversation does not exist, or your role does not include it.")
    rows = await db.all(
        OutboxRow,
        f"SELECT {COLUMNS} FROM outbox o WHERE o.workspace_id = $1 AND o.conversation_id = $2"
        " AND o.state IN (0, 1, 2, 4, 6) ORDER BY o.created_at, o.id",
        actor.workspace_id, conversation_id,
    )  # fmt: skip
    return [view(r, actor) for r in rows]


def view(row: OutboxRow, actor: Actor) -> OutboxView:
    """The row with what may be done to it now."""
    can: list[str] = []
    if actor.can("conversations.reply"):
        can = {
            State.HELD: ["cancel", "send-now"],
            State.FAILED: ["retry", "delete"],
            State.UNKNOWN: ["retry", "mark-sent", "mark-failed"],
            State.CANCELLED: ["delete"],
        }.get(row.state, [])
    return OutboxView(
        id=row.id, conversation_id=row.conversation_id, endpoint_id=row.endpoint_id, agent_id=row.agent_id,
        message_id=row.message_id, state=row.state.name.lower(), body=row.body, release_at=row.release_at,
        next_try_at=row.next_try_at,
        cancel_if_customer_writes=row.cancel_if_customer_writes, attempts=row.attempts, error=row.error,
        created_at=row.created_at, can=can,
    )  # fmt: skip


class _Unseen(msgspec.Struct):
    id: UUID
    seq: int
    direction: int
    author_id: str | None
    at: datetime
    text: str


async def unseen_messages(
    tx: Queries,
    workspace_id: int,
    conversation_id: UUID,
    seen_seq: int,
    agent_id: int | None,
    *,
    customers: bool = True,
) -> list[UnseenMessage]:
    """Public messages after `seen_seq` that are not the author's own, nor a rule's; without `customers` only those of the team."""
    rows = await tx.all(
        _Unseen,
        "SELECT id, seq, direction, author_id, occurred_at AS at, left(text, 2000) AS text FROM messages"
        " WHERE workspace_id = $1 AND conversation_id = $2 AND seq > $3 AND audience > 0 AND kind = 1"
        " AND (direction = 1 AND $5 OR direction = 2 AND author_kind <> 4 AND author_id IS DISTINCT FROM $4) ORDER BY seq LIMIT 20",
        workspace_id, conversation_id, seen_seq, None if agent_id is None else str(agent_id), customers,
    )  # fmt: skip
    return [
        UnseenMessage(
            id=r.id,
            seq=r.seq,
            direction="in" if r.direction == 1 else "out",
            author_id=r.author_id,
            at=r.at,
            text=r.text,
        )
        for r in rows
    ]


class ReplyEndpoint(msgspec.Struct, frozen=True):
    """The endpoint an answer goes to, with its account and the further addresses of that."""

    id: UUID
    account_id: int
    account_kind: int
    address: str
    aliases: list[str]
    refs: dict[str, Any]


async def find_endpoint(tx: Tx, conversation_id: UUID, endpoint_id: UUID | None, to: list[str]) -> ReplyEndpoint | None:
    """Where a reply goes: to the endpoint named; else, of those with recipients when there are some, to the one whose
    party is among them, before that of the customer's last message, before the newest. None: there is none.

    Endpoints of what was merged into the conversation count as its own; those that are closed, or whose time to be
    answered is over, are none.
    """
    return await tx.find(
        ReplyEndpoint, _FIND_ENDPOINT, tx.workspace_id, conversation_id, endpoint_id, to, sorted(IMMEDIATE), tx.now()
    )


_FIND_ENDPOINT = """
WITH RECURSIVE family AS (
  SELECT id FROM conversations WHERE workspace_id = $1 AND id = $2
  UNION ALL
  SELECT k.id FROM family f JOIN conversations k ON k.workspace_id = $1 AND k.root_id = f.id
), last AS (
  SELECT l.endpoint_id FROM family f CROSS JOIN LATERAL (
    SELECT endpoint_id, occurred_at FROM messages WHERE workspace_id = $1 AND conversation_id = f.id AND direction = 1
      AND kind = 1 AND endpoint_id IS NOT NULL ORDER BY seq DESC LIMIT 1) l
  ORDER BY l.occurred_at DESC LIMIT 1
)
SELECT e.id, e.account_id, a.kind AS account_kind, a.address, e.refs,
  ARRAY(SELECT x.address FROM account_aliases x WHERE x.workspace_id = $1 AND x.account_id = a.id) AS aliases
FROM family f JOIN endpoints e ON e.workspace_id = $1 AND e.conversation_id = f.id
JOIN channel_accounts a ON a.workspace_id = $1 AND a.id = e.account_id
LEFT JOIN identities i ON i.workspace_id = $1 AND i.id = e.identity_id AND i.kind = 1
WHERE e.closed_at IS NULL AND coalesce(e.reply_until > $6, true) AND CASE WHEN $3::uuid IS NULL
  THEN cardinality($4::text[]) = 0 OR a.kind <> ALL($5::int[]) ELSE e.id = $3 END
ORDER BY coalesce(i.value = ANY($4), false) DESC, e.id IN (SELECT endpoint_id FROM last) DESC, e.id DESC LIMIT 1
"""


async def endpoint_of(tx: Queries, workspace_id: int, endpoint_id: UUID) -> ReplyEndpoint:
    """The endpoint an outbox row was written for; it exists as long as the row does."""
    return await tx.one(
        ReplyEndpoint,
        "SELECT e.id, e.account_id, a.kind AS account_kind, a.address, e.refs, ARRAY(SELECT x.address"
        " FROM account_aliases x WHERE x.workspace_id = $1 AND x.account_id = a.id) AS aliases FROM endpoints e"
        " JOIN channel_accounts a ON a.workspace_id = $1 AND a.id = e.account_id WHERE e.workspace_id = $1 AND e.id = $2",
        workspace_id, endpoint_id,
    )  # fmt: skip


class _Named(msgspec.Struct):
    address: str
    name: str


async def names_of(tx: Queries, workspace_id: int, addresses: list[str]) -> dict[str, str]:
    """What the people behind these addresses are called, by lower-case address, where we know it."""
    if not addresses:
        return {}
    rows = await tx.all(
        _Named,
        "SELECT i.value AS address, c.name FROM identities i"
        " JOIN contacts c ON c.workspace_id = i.workspace_id AND c.id = i.contact_id"
        " WHERE i.workspace_id = $1 AND i.kind = 1 AND i.scope = 0 AND i.value = ANY($2::text[]) AND c.name IS NOT NULL",
        workspace_id, [a.lower() for a in addresses],
    )  # fmt: skip
    return {row.address: row.name for row in rows}


class UploadedFile(msgspec.Struct, frozen=True):
    id: UUID
    size: int


async def uploaded_files(tx: Queries, workspace_id: int, ids: list[UUID], agent_id: int | None) -> list[UploadedFile]:
    """Those of these files that wait in the agent's draft, and that no waiting reply will take with it."""
    return await tx.all(
        UploadedFile,
        "SELECT f.id, f.size FROM attachments f WHERE f.workspace_id = $1 AND f.id = ANY($2::uuid[])"
        " AND f.message_id IS NULL AND f.draft_of IS NOT DISTINCT FROM $3 AND NOT EXISTS (SELECT FROM outbox o"
        "   WHERE o.workspace_id = $1 AND o.state = 0 AND o.body->'attachment_ids' @> to_jsonb(f.id::text))",
        workspace_id, ids, agent_id,
    )  # fmt: skip


async def undo_seconds(tx: Queries, workspace_id: int, default: int) -> int:
    """How long a reply can be taken back."""
    found = await tx.find(int, "SELECT (settings ->> 'undo_seconds')::int FROM workspaces WHERE id = $1", workspace_id)
    return default if found is None else found


async def agent_name(tx: Queries, workspace_id: int, agent_id: int | None) -> str:
    """The name of a person of the team; "" for nobody."""
    return (
        await tx.find(str, "SELECT name FROM agents WHERE workspace_id = $1 AND id = $2", workspace_id, agent_id) or ""
    )


# leaving --------------------------------------------------------------------------------------------------------------


class LeavingMessage(msgspec.Struct, frozen=True):
    """The message of a released row, its account and its workspace's language and zone."""

    external_id: str | None
    at: datetime
    text: str
    html_key: str | None
    account_id: int
    account_kind: int
    account_name: str
    account_address: str
    account_config: dict[str, Any]
    author_name: str
    locale: str
    time_zone: str

    def account(self) -> OutAccount:
        return OutAccount(
            self.account_id, self.account_kind, self.account_name, self.account_address, self.account_config
        )


async def leaving_message(db: Db, row: OutboxRow) -> LeavingMessage:
    """What a released row needs to be sent; of a letter without a message the row's own. Raises NotFound when message or
    account are gone."""
    return await db.one(
        LeavingMessage,
        "SELECT m.external_id, coalesce(m.occurred_at, $5) AS at, coalesce(m.text, '') AS text, m.html_key, a.id AS account_id, a.kind AS account_kind, a.name AS account_name, a.address AS account_address,"
        " a.config AS account_config, coalesce(g.name, '') AS author_name, w.locale, w.time_zone"
        " FROM endpoints e JOIN workspaces w ON w.id = e.workspace_id"
        " JOIN channel_accounts a ON a.workspace_id = $1 AND a.id = e.account_id"
        " LEFT JOIN messages m ON m.workspace_id = $1 AND m.id = $2"
        " LEFT JOIN agents g ON g.workspace_id = $1 AND g.id = $4"
        " WHERE e.workspace_id = $1 AND e.id = $3 AND ($2::uuid IS NULL OR m.id IS NOT NULL)",
        row.workspace_id, row.message_id, row.endpoint_id, row.agent_id, row.created_at,
        missing="The message or its mailbox is gone.",
    )  # fmt: skip


class QuotedRow(msgspec.Struct, frozen=True):
    name: str
    at: datetime
    text: str
    html_key: str | None


async def quoted_message(db: Db, workspace_id: int, external_id: str | None, endpoint_id: UUID) -> QuotedRow | None:
    """The message an answer quotes: one of the same endpoint, never of another (its parties may be others)."""
    if not external_id:
        return None
    return await db.find(
        QuotedRow,
        "SELECT coalesce(nullif(m.headers #>> '{from,name}', ''), m.headers #>> '{from,address}', '') AS name,"
        " m.occurred_at AS at, m.text, m.html_key FROM messages m"
        " WHERE m.workspace_id = $1 AND m.external_id = $2 AND m.endpoint_id = $3 LIMIT 1",
        workspace_id, external_id, endpoint_id,
    )  # fmt: skip


async def last_question(db: Db, workspace_id: int, endpoint_id: UUID, message_id: UUID | None) -> QuotedRow | None:
    """What the customer said last on an endpoint before a message of ours in the same conversation."""
    return await db.find(
        QuotedRow,
        "SELECT coalesce(k.name, '') AS name, q.occurred_at AS at, q.text, q.html_key FROM messages m"
        " JOIN messages q ON q.workspace_id = $1 AND q.conversation_id = m.conversation_id AND q.seq < m.seq"
        "   AND q.endpoint_id = $3 AND q.direction = 1 AND q.kind = 1 AND q.deleted_at IS NULL"
        " LEFT JOIN contacts k ON k.workspace_id = $1 AND k.id::text = q.author_id"
        " WHERE m.workspace_id = $1 AND m.id = $2 ORDER BY q.seq DESC LIMIT 1",
        workspace_id, message_id, endpoint_id,
    )  # fmt: skip


class FileRow(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    content_type: str
    cid: str | None
    inline: bool
    blob_key: str


async def files_of(db: Db, row: OutboxRow) -> list[FileRow]:
    """The attachments of a row's message in the order they were added; of a letter those that it names."""
    message_id, ids = (None, row.body.attachment_ids) if row.body.letter else (row.message_id, [])
    return await db.all(
        FileRow,
        "SELECT id, name, content_type, cid, inline, blob_key FROM attachments WHERE workspace_id = $1"
        " AND (message_id = $2 OR id = ANY($3::uuid[])) ORDER BY id",
        row.workspace_id, message_id, ids,
    )  # fmt: skip


async def due_for_release(db: Db, limit: int = 50) -> list[OutboxRow]:
    """Held rows whose time has come; not locked."""
    return await db.all(
        OutboxRow,
        f"SELECT {COLUMNS} FROM outbox o WHERE o.state = 0 AND o.next_try_at <= $1 ORDER BY o.next_try_at, o.created_at, o.id"
        " LIMIT $2",
        db.now(), limit,
    )  # fmt: skip
