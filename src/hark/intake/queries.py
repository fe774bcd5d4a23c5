"""Reading the ledger, the addresses that receive, and what threading needs to know."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db, Queries
from hark.core.paging import Page, check_limit, decode_cursor, encode_cursor
from hark.core.sql import Sql, join
from hark.intake.types import Envelope, Fate, Item, Source


class Receiver(msgspec.Struct, frozen=True):
    """An account that takes mail for an address."""

    workspace_id: int
    account_id: int
    address: str


async def list_receivers(db: Db) -> list[Receiver]:
    """All addresses mail is taken for, of all workspaces."""
    return await db.all(
        Receiver,
        "SELECT workspace_id, id AS account_id, lower(address) AS address FROM channel_accounts"
        " WHERE kind = 1 AND disabled_at IS NULL",
    )


# claiming -----------------------------------------------------------------------------------------------------------

_ITEM = "workspace_id, id, account_id, external_id, received_at, occurred_at, source, envelope, blob_key, attempts"


async def due_items(db: Db, limit: int, *, skip: Sequence[UUID] = ()) -> list[Item]:
    """Up to `limit` items without a fate of the workspace whose turn it is, oldest first, without those of `skip`; not
    locked."""
    return await db.all(
        Item,
        f"SELECT {_ITEM} FROM intake_items WHERE fate = 0 AND next_try_at <= $1 AND id <> ALL($3::uuid[]) AND workspace_id ="
        " (SELECT workspace_id FROM intake_items WHERE fate = 0 AND next_try_at <= $1 AND id <> ALL($3::uuid[])"
        " ORDER BY next_try_at LIMIT 1) ORDER BY next_try_at, id LIMIT $2",
        db.now(), limit, list(skip),
    )  # fmt: skip


async def get_item_row(db: Queries, workspace_id: int, id: UUID) -> Item:
    """One item as processing needs it. Raises NotFound."""
    return await db.one(
        Item, f"SELECT {_ITEM} FROM intake_items WHERE workspace_id = $1 AND id = $2", workspace_id, id, missing=MISSING
    )


# threading ----------------------------------------------------------------------------------------------------------


class KnownMessage(msgspec.Struct, frozen=True):
    """A message of ours or theirs that a mail refers to."""

    external_id: str
    message_id: UUID
    conversation_id: UUID


async def messages_by_external_id(tx: Queries, workspace_id: int, ids: list[str]) -> list[KnownMessage]:
    """Messages carrying one of these ids, newest first; at most 20 of each."""
    return await tx.all(
        KnownMessage,
        "SELECT m.* FROM unnest($2::text[]) AS x(id) CROSS JOIN LATERAL (SELECT external_id, id AS message_id,"
        " conversation_id FROM messages WHERE workspace_id = $1 AND external_id = x.id LIMIT 20) m"
        " ORDER BY m.message_id DESC",
        workspace_id, ids,
    )  # fmt: skip


async def messages_by_id(tx: Queries, workspace_id: int, ids: list[UUID]) -> list[KnownMessage]:
    """Messages by our own ids (a signed Message-ID carries one), in no order; of a transcript its row of the outbox."""
    return await tx.all(
        KnownMessage,
        "SELECT coalesce(external_id, '') AS external_id, id AS message_id, conversation_id FROM messages"
        " WHERE workspace_id = $1 AND id = ANY($2::uuid[]) UNION ALL SELECT '', id, conversation_id FROM outbox"
        " WHERE workspace_id = $1 AND id = ANY($2::uuid[]) AND message_id IS NULL AND state > 0",
        workspace_id, ids,
    )  # fmt: skip


class MentionedId(msgspec.Struct, frozen=True):
    external_id: str
    conversation_id: UUID


async def conversations_by_thread_id(tx: Queries, workspace_id: int, ids: list[str]) -> list[MentionedId]:
    """Conversations whose mails carry or refer to one of these ids, newest first; at most 20 of each."""
    return await tx.all(
        MentionedId,
        "SELECT t.* FROM unnest($2::text[]) AS x(id) CROSS JOIN LATERAL (SELECT external_id, conversation_id"
        " FROM thread_ids WHERE workspace_id = $1 AND external_id = x.id ORDER BY conversation_id DESC LIMIT 20) t",
        workspace_id, ids,
    )  # fmt: skip


class Membership(msgspec.Struct, frozen=True):
    """The conversation that `conversation_id` was merged into (or itself), and whether `address` takes part in it."""

    conversation_id: UUID
    address: str | None
    root: UUID
    party: bool


async def memberships(tx: Queries, workspace_id: int, pairs: Sequence[tuple[UUID, str | None]]) -> list[Membership]:
    """Root and party of each pair of conversation and address, in one look. A party: of an endpoint, or sender, To or CC
    of a public message of the conversation or of one merged into it. Reply-To makes nobody a party: anybody can name
    anybody there. Without an address everybody is one."""
    return await tx.all(
        Membership,
        "SELECT x.conversation_id, x.address, y.root, y.party FROM unnest($2::uuid[], $3::text[])"
        " AS x(conversation_id, address) CROSS JOIN LATERAL ("
        " WITH RECURSIVE up AS ("
        "  SELECT id, root_id, 1 AS depth FROM conversations WHERE workspace_id = $1 AND id = x.conversation_id"
        "  UNION ALL SELECT c.id, c.root_id, up.depth + 1 FROM conversations c JOIN up ON c.id = up.root_id"
        "  WHERE c.workspace_id = $1 AND up.depth < 50),"
        " root AS (SELECT id FROM up ORDER BY depth DESC LIMIT 1),"
        " family AS (SELECT id FROM conversations WHERE workspace_id = $1"
        "   AND (id = (SELECT id FROM root) OR root_id = (SELECT id FROM root)))"
        " SELECT root.id AS root, (x.address IS NULL"
        " OR EXISTS (SELECT 1 FROM endpoints e JOIN identities i ON i.workspace_id = $1 AND i.id = e.identity_id"
        "   WHERE e.workspace_id = $1 AND e.conversation_id IN (SELECT id FROM family) AND i.value = x.address)"
        " OR EXISTS (SELECT 1 FROM messages m CROSS JOIN LATERAL jsonb_path_query(m.headers - 'reply_to',"
        "     'lax $.*.address') AS a(address)"
        "   WHERE m.workspace_id = $1 AND m.conversation_id IN (SELECT id FROM family) AND m.audience > 0"
        "   AND lower(a.address #>> '{}') = x.address)) AS party FROM root) y",
        workspace_id, [id for id, _ in pairs], [address for _, address in pairs],
    )  # fmt: skip


class ActiveConversation(msgspec.Struct, frozen=True):
    """`answered`: the team has written in it."""

    id: UUID
    answered: bool


async def active_conversations(
    tx: Queries, workspace_id: int, ids: list[UUID], since: datetime
) -> list[ActiveConversation]:
    """Those of these conversations with a message since then that are neither spam nor merged, newest first."""
    if not ids:
        return []
    return await tx.all(
        ActiveConversation,
        "SELECT c.id, EXISTS (SELECT 1 FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = c.id"
        " AND m.direction = 2) AS answered FROM conversations c WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[])"
        " AND c.status NOT IN (4, 5) AND c.last_message_at >= $3 ORDER BY c.last_message_at DESC",
        workspace_id, ids, since,
    )  # fmt: skip


async def find_twin(tx: Queries, workspace_id: int, external_id: str, address: str, text: str) -> KnownMessage | None:
    """The same mail received by another account: same Message-ID, same sender, same text."""
    return await tx.find(
        KnownMessage,
        "SELECT external_id, id AS message_id, conversation_id FROM messages WHERE workspace_id = $1 AND external_id = $2"
        " AND direction = 1 AND lower(headers #>> '{from,address}') = $3 AND text = $4 LIMIT 1",
        workspace_id, external_id, address, text,
    )  # fmt: skip


class EndpointRow(msgspec.Struct, frozen=True):
    id: UUID
    identity_id: UUID | None
    refs: dict[str, Any]


async def find_endpoint(
    tx: Queries, workspace_id: int, conversation_id: UUID, account_id: int, identity_id: UUID
) -> EndpointRow | None:
    """The open endpoint of a party on this account in a conversation."""
    return await tx.find(
        EndpointRow,
        "SELECT id, identity_id, refs FROM endpoints WHERE workspace_id = $1 AND conversation_id = $2 AND account_id = $3"
        " AND identity_id = $4 AND closed_at IS NULL ORDER BY id DESC LIMIT 1",
        workspace_id, conversation_id, account_id, identity_id,
    )  # fmt: skip


async def latest_endpoint(tx: Queries, workspace_id: int, conversation_id: UUID, account_id: int) -> EndpointRow | None:
    """The open endpoint on this account in a conversation that was made last."""
    return await tx.find(
        EndpointRow,
        "SELECT id, identity_id, refs FROM endpoints WHERE workspace_id = $1 AND conversation_id = $2 AND account_id = $3"
        " AND closed_at IS NULL ORDER BY id DESC LIMIT 1",
        workspace_id, conversation_id, account_id,
    )  # fmt: skip


class TeamMember(msgspec.Struct, frozen=True):
    id: int
    email: str
    name: str


async def team_by_address(tx: Queries, workspace_id: int, addresses: list[str]) -> dict[str, TeamMember]:
    """The people of the team behind these addresses (lower case)."""
    rows = await tx.all(
        TeamMember,
        "SELECT id, email, name FROM agents WHERE workspace_id = $1 AND email = ANY($2::text[])",
        workspace_id, addresses,
    )  # fmt: skip
    return {r.email: r for r in rows}


class AccountRow(msgspec.Struct, frozen=True):
    id: int
    kind: int
    address: str
    team_id: int | None
    calendar_id: int


async def workspace_accounts(tx: Queries, workspace_id: int) -> list[AccountRow]:
    """All mailboxes, disconnected ones too: their mails may still be on the way."""
    return await tx.all(
        AccountRow,
        "SELECT id, kind, lower(address) AS address, team_id, calendar_id FROM channel_accounts WHERE workspace_id = $1",
        workspace_id,
    )  # fmt: skip


# the ledger page ----------------------------------------------------------------------------------------------------


class LedgerRow(msgspec.Struct, kw_only=True):
    """One line of the ledger page. `fate` is the name in lower case; `raw` whether the mail itself is still kept."""

    id: UUID
    account_id: int
    external_id: str
    received_at: datetime
    occurred_at: datetime | None
    source: str
    envelope: Envelope
    size: int
    fate: str
    reason: str | None
    conversation_id: UUID | None
    message_id: UUID | None
    attempts: int
    settled_at: datetime | None
    raw: bool
    can: list[str] = []


class _Row(msgspec.Struct):
    id: UUID
    account_id: int
    external_id: str
    received_at: datetime
    occurred_at: datetime | None
    source: Source
    envelope: Envelope
    size: int
    fate: Fate
    reason: str | None
    conversation_id: UUID | None
    message_id: UUID | None
    attempts: int
    settled_at: datetime | None
    blob_key: str


_LEDGER = (
    "id, account_id, external_id, received_at, occurred_at, source, envelope, size, fate, reason, conversation_id,"
    " message_id, attempts, settled_at, blob_key"
)
REPLAYABLE = frozenset({Fate.PARKED, Fate.DROPPED})
ACCEPTABLE = frozenset({Fate.HELD, Fate.AUTO_REPLY, Fate.LOOP, Fate.BOUNCE, Fate.DUPLICATE})


async def list_items(
    db: Db, actor: Actor, *, fates: list[Fate] | None, account_id: int | None, cursor: str | None, limit: int
) -> Page[LedgerRow]:
    """A page of the ledger, newest first."""
    name = f"intake:{','.join(str(int(f)) for f in fates or [])}:{account_id or ''}"
    where = [Sql("workspace_id = {}", actor.workspace_id)]
    if fates is not None and set(fates) <= {Fate.HELD, Fate.PARKED}:
        where.append(Sql("fate IN (6, 7)"))  # the words of the partial index
    if fates is not None:
        where.append(Sql("fate = ANY({}::smallint[])", [int(f) for f in fates]))
    if account_id is not None:
        where.append(Sql("account_id = {}", account_id))
    if cursor:
        after = decode_cursor(name, cursor, datetime, UUID)
        where.append(Sql("(received_at, id) < ({}, {})", *after))
    rows = await db.all(
        _Row,
        Sql(
            "SELECT {} FROM intake_items WHERE {} ORDER BY received_at DESC, id DESC LIMIT {}",
            Sql(_LEDGER), join(" AND ", where), check_limit(limit) + 1,
        ),
    )  # fmt: skip
    more = rows[limit - 1] if len(rows) > limit else None
    next_cursor = encode_cursor(name, more.received_at, more.id) if more else None
    return Page(items=[_line(r, actor) for r in rows[:limit]], next=next_cursor)


async def get_item(db: Db, actor: Actor, id: UUID) -> LedgerRow:
    """One line of the ledger. Raises NotFound."""
    sql = f"SELECT {_LEDGER} FROM intake_items WHERE workspace_id = $1 AND id = $2"
    return _line(await db.one(_Row, sql, actor.workspace_id, id, missing=MISSING), actor)


MISSING = "There is no such item in the ledger."


def _line(row: _Row, actor: Actor) -> LedgerRow:
    can = ["raw"] if row.blob_key else []
    if row.blob_key and actor.can("intake.write"):
        can += ["replay"] if row.fate in REPLAYABLE else []
        can += ["accept"] if row.fate in ACCEPTABLE else []
    return LedgerRow(
        id=row.id, account_id=row.account_id, external_id=row.external_id, received_at=row.received_at,
        occurred_at=row.occurred_at, source=row.source.name.lower(), envelope=row.envelope, size=row.size,
        fate=row.fate.name.lower(), reason=row.reason, conversation_id=row.conversation_id, message_id=row.message_id,
        attempts=row.attempts, settled_at=row.settled_at, raw=bool(row.blob_key), can=can,
    )  # fmt: skip


class RawRow(msgspec.Struct, frozen=True):
    blob_key: str
    size: int


async def get_raw(db: Db, actor: Actor, id: UUID) -> RawRow:
    """Where the raw mail is. Raises NotFound, also when it is no longer kept."""
    sql = "SELECT blob_key, size FROM intake_items WHERE workspace_id = $1 AND id = $2 AND blob_key <> ''"
    return await db.one(
        RawRow, sql, actor.workspace_id, id, missing="The mail itself is no longer kept, or never was here."
    )
