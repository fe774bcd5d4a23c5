"""The ledger as people see it: its lines, what waits in it, and how many ended in which fate."""

from datetime import datetime
from uuid import UUID

import msgspec

from hark.conversations.types import CHANNELS, Headers
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.paging import Page, check_limit, decode_cursor, encode_cursor
from hark.core.sql import FALSE, Sql, join
from hark.intake.queries import MISSING
from hark.intake.summary import MailSummary, ledger_query
from hark.intake.types import ACCEPTABLE, ATTENTION, REPLAYABLE, Envelope, Fate, Source

MAX_UNSENT = 20
RARE = 2  # fates above this number have an index of their own


class LedgerRow(msgspec.Struct, kw_only=True):
    """One line of the ledger page. `fate` and `source` are names in lower case; `raw`: the mail itself is still kept.

    `from_name`, `from_address`, `to`, `subject` and `mail_id` (its Message-ID) are those of the mail's header, empty
    while it has not been read; `conversation_id` of a held mail is the conversation it wants into.
    """

    id: UUID
    account_id: int
    external_id: str
    received_at: datetime
    occurred_at: datetime | None
    source: str
    envelope: Envelope
    from_name: str
    from_address: str
    to: list[str]
    subject: str
    mail_id: str
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
    mail: MailSummary | None
    size: int
    fate: Fate
    reason: str | None
    conversation_id: UUID | None
    message_id: UUID | None
    attempts: int
    settled_at: datetime | None
    blob_key: str


_LINE = (
    "i.id, i.account_id, i.external_id, i.received_at, i.occurred_at, i.source, i.envelope, i.mail, i.size, i.fate,"
    " i.reason, i.conversation_id, i.message_id, i.attempts, i.settled_at, i.blob_key"
)


class LedgerFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines: all that is given must hold. `q`: sender, recipient, subject, Message-ID, as `ledger_query` reads it;
    `since` included, `until` not."""

    fates: frozenset[Fate] | None = None
    account_id: int | None = None
    source: Source | None = None
    q: str = ""
    since: datetime | None = None
    until: datetime | None = None


async def list_items(db: Db, actor: Actor, wanted: LedgerFilter, *, cursor: str | None, limit: int) -> Page[LedgerRow]:
    """A page of the ledger, newest first."""
    name = "intake:" + msgspec.json.encode(wanted, order="deterministic").decode()
    where = _conditions(actor, wanted)
    if cursor:
        after = decode_cursor(name, cursor, datetime, UUID)
        where.append(Sql("(received_at, id) < ({}, {})", *after))
    # The page is found in the index alone; only its own rows are read.
    rows = await db.all(
        _Row,
        Sql(
            "WITH found AS MATERIALIZED (SELECT id FROM intake_items WHERE {} ORDER BY received_at DESC, id DESC LIMIT {})"
            " SELECT {} FROM found JOIN intake_items i ON i.workspace_id = {} AND i.id = found.id"
            " ORDER BY i.received_at DESC, i.id DESC",
            join(" AND ", where), check_limit(limit) + 1, Sql(_LINE), actor.workspace_id,
        ),
    )  # fmt: skip
    more = rows[limit - 1] if len(rows) > limit else None
    next_cursor = encode_cursor(name, more.received_at, more.id) if more else None
    return Page(items=[_line(r, actor) for r in rows[:limit]], next=next_cursor)


def _conditions(actor: Actor, wanted: LedgerFilter) -> list[Sql]:
    where = [Sql("workspace_id = {}", actor.workspace_id)]
    if (fates := wanted.fates) is not None:
        # The words of the partial indexes: a parameter proves nothing to the planner.
        if fates <= ATTENTION:
            where.append(Sql("fate IN (6, 7)"))
        elif min(fates, default=0) > RARE:
            where.append(Sql("fate > 2"))
        # One fate comes in the order of its index; several do not.
        numbers = sorted(map(int, fates))
        where.append(Sql("fate = {}", *numbers) if len(numbers) == 1 else Sql("fate = ANY({}::smallint[])", numbers))
    if wanted.account_id is not None:
        where.append(Sql("account_id = {}", wanted.account_id))
    if wanted.source is not None:
        where.append(Sql("source = {}", int(wanted.source)))
    if wanted.since is not None:
        where.append(Sql("received_at >= {}", wanted.since))
    if wanted.until is not None:
        where.append(Sql("received_at < {}", wanted.until))
    if wanted.q.strip():
        words = ledger_query(wanted.q)
        where.append(Sql("tokens @@ {}::text::tsquery", words) if words else FALSE)
    return where


async def get_item(db: Db, actor: Actor, id: UUID) -> LedgerRow:
    """One line of the ledger. Raises NotFound."""
    sql = Sql(
        "SELECT {} FROM intake_items i WHERE i.workspace_id = {} AND i.id = {}", Sql(_LINE), actor.workspace_id, id
    )
    return _line(await db.one(_Row, sql, missing=MISSING), actor)


def _line(row: _Row, actor: Actor) -> LedgerRow:
    can = ["raw"] if row.blob_key else []
    if actor.can("intake.write"):
        can += ["replay"] if row.blob_key and row.fate in REPLAYABLE else []
        can += ["accept"] if row.blob_key and row.fate in ACCEPTABLE else []
        can += ["spam"] if row.fate in ACCEPTABLE else []
    mail = row.mail or MailSummary(from_address=row.envelope.mail_from, to=row.envelope.rcpt_to)
    return LedgerRow(
        id=row.id, account_id=row.account_id, external_id=row.external_id, received_at=row.received_at,
        occurred_at=row.occurred_at, source=row.source.name.lower(), envelope=row.envelope, from_name=mail.from_name,
        from_address=mail.from_address, to=mail.to, subject=mail.subject, mail_id=mail.mail_id, size=row.size,
        fate=row.fate.name.lower(), reason=row.reason, conversation_id=row.conversation_id, message_id=row.message_id,
        attempts=row.attempts, settled_at=row.settled_at, raw=bool(row.blob_key), can=can,
    )  # fmt: skip


class RawRow(msgspec.Struct, frozen=True):
    """Where the raw mail is, and what its reader must know."""

    blob_key: str
    size: int
    account_id: int
    envelope: Envelope


async def get_raw(db: Db, actor: Actor, id: UUID) -> RawRow:
    """The raw mail of a line. Raises NotFound, also when it is no longer kept."""
    sql = (
        "SELECT blob_key, size, account_id, envelope FROM intake_items"
        " WHERE workspace_id = $1 AND id = $2 AND blob_key <> ''"
    )
    return await db.one(
        RawRow, sql, actor.workspace_id, id, missing="The mail itself is no longer kept, or never was here."
    )


# how it goes ----------------------------------------------------------------------------------------------------------


class FateCount(msgspec.Struct, frozen=True, kw_only=True):
    account_id: int
    fate: str
    items: int


class Attention(msgspec.Struct, frozen=True, kw_only=True):
    """What waits for a person in the whole ledger, and since when the oldest held one does."""

    held: int
    parked: int
    oldest_at: datetime | None


class SourceState(msgspec.Struct, frozen=True, kw_only=True):
    """A mailbox or messenger; `problem` is the sentence about what is wrong with it now."""

    account_id: int
    channel: str
    name: str
    problem: str | None
    problem_at: datetime | None
    last_item_at: datetime | None


class Unsent(msgspec.Struct, frozen=True, kw_only=True):
    """A reply that failed, or of which nobody knows whether it left."""

    conversation_id: UUID
    number: int
    subject: str
    state: str  # failed, unknown
    error: str | None
    created_at: datetime


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The state of all mail at a glance. `counts` are those since `since`; `unsent` are the newest of the `failed` and
    `unknown` replies that the actor may see, at most MAX_UNSENT."""

    since: datetime
    counts: list[FateCount]
    attention: Attention
    sources: list[SourceState]
    failed: int
    unknown: int
    unsent: list[Unsent]


async def get_overview(db: Db, actor: Actor, since: datetime) -> Overview:
    """Counts per mailbox and fate since a time, and everything that needs somebody now."""
    unsent = await db.one(_UnsentCounts, _UNSENT_COUNTS, actor.workspace_id)
    return Overview(
        since=since, counts=await _counts(db, actor, since), attention=await db.one(Attention, _ATTENTION, actor.workspace_id),
        sources=await _sources(db, actor), failed=unsent.failed, unknown=unsent.unknown,
        unsent=await _unsent(db, actor) if unsent.failed or unsent.unknown else [],
    )  # fmt: skip


class _Count(msgspec.Struct):
    account_id: int
    fate: Fate
    items: int


# From the index alone: 100,000 lines take some 20 ms.
COUNTS = (
    "SELECT account_id, fate, count(*) AS items FROM intake_items WHERE workspace_id = $1 AND received_at >= $2"
    " GROUP BY account_id, fate ORDER BY account_id, fate"
)


async def _counts(db: Db, actor: Actor, since: datetime) -> list[FateCount]:
    rows = await db.all(_Count, COUNTS, actor.workspace_id, since)
    return [FateCount(account_id=r.account_id, fate=r.fate.name.lower(), items=r.items) for r in rows]


_ATTENTION = (
    "SELECT count(*) FILTER (WHERE fate = 6) AS held, count(*) FILTER (WHERE fate = 7) AS parked,"
    " min(received_at) FILTER (WHERE fate = 6) AS oldest_at FROM intake_items WHERE workspace_id = $1 AND fate IN (6, 7)"
)


class _Source(msgspec.Struct):
    id: int
    kind: int
    name: str
    problem: str | None
    problem_at: datetime | None
    last_item_at: datetime | None


async def _sources(db: Db, actor: Actor) -> list[SourceState]:
    rows = await db.all(
        _Source,
        "SELECT id, kind, name, problem, problem_at, last_item_at FROM channel_accounts"
        " WHERE workspace_id = $1 AND disabled_at IS NULL ORDER BY kind, name, id",
        actor.workspace_id,
    )  # fmt: skip
    return [
        SourceState(
            account_id=r.id, channel=CHANNELS[r.kind], name=r.name, problem=r.problem, problem_at=r.problem_at,
            last_item_at=r.last_item_at,
        )
        for r in rows
    ]  # fmt: skip


class _UnsentCounts(msgspec.Struct):
    failed: int
    unknown: int


_UNSENT_COUNTS = (
    "SELECT count(*) FILTER (WHERE state = 4) AS failed, count(*) FILTER (WHERE state = 6) AS unknown FROM outbox"
    " WHERE workspace_id = $1 AND state IN (4, 6)"
)


async def _unsent(db: Db, actor: Actor) -> list[Unsent]:
    return await db.all(
        Unsent,
        Sql(
            "SELECT o.conversation_id, c.number, c.subject, CASE o.state WHEN 4 THEN 'failed' ELSE 'unknown' END AS state,"
            " o.error, o.created_at FROM outbox o JOIN conversations c ON c.workspace_id = o.workspace_id"
            " AND c.id = o.conversation_id WHERE o.workspace_id = {} AND o.state IN (4, 6) AND {}"
            " ORDER BY o.created_at DESC LIMIT {}",
            actor.workspace_id, visible(actor), MAX_UNSENT,
        ),
    )  # fmt: skip


# what the worker adds -------------------------------------------------------------------------------------------------


class Undescribed(msgspec.Struct):
    """A line that cannot be found by its mail yet, with the header of the message it became."""

    workspace_id: int
    id: UUID
    kind: int
    envelope: Envelope
    blob_key: str
    headers: Headers | None
    external_id: str | None


async def list_undescribed(db: Db, limit: int) -> list[Undescribed]:
    """Lines of all workspaces that have a fate and no words, the newest first. Chats have none: the inbox finds them."""
    return await db.all(Undescribed, _UNDESCRIBED, limit)


_UNDESCRIBED = """
SELECT i.workspace_id, i.id, a.kind, i.envelope, i.blob_key, m.headers, m.external_id
FROM (SELECT workspace_id, id, account_id, message_id, envelope, blob_key FROM intake_items
  WHERE tokens IS NULL AND fate <> 0 AND source <> 7 ORDER BY id DESC LIMIT $1) i
JOIN channel_accounts a ON a.workspace_id = i.workspace_id AND a.id = i.account_id
LEFT JOIN messages m ON m.workspace_id = i.workspace_id AND m.id = i.message_id
"""
