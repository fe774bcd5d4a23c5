"""Writing the ledger: taking items in, settling them, a person's decisions."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hark.core.actor import system
from hark.core.db import Db, Tx
from hark.core.errors import Conflict
from hark.core.files import Files
from hark.intake.queries import MISSING, get_item_row
from hark.intake.summary import Described
from hark.intake.types import ACCEPTABLE, REPLAYABLE, Envelope, Fate, Item, Settled, Source

TRIES = 3
RETRY_AFTER = (timedelta(seconds=5), timedelta(seconds=60), timedelta(minutes=10))


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A row to insert; its blob is on disk already."""

    workspace_id: int
    id: UUID
    account_id: int
    external_id: str
    received_at: datetime
    occurred_at: datetime | None
    source: Source
    envelope: Envelope
    blob_key: str
    size: int
    sha256: bytes
    fate: Fate = Fate.OPEN
    reason: str | None = None


async def insert_items(db: Db, rows: Sequence[LedgerEntry]) -> set[UUID]:
    """Take rows of any workspaces into the ledger in one durable statement; the ids that are new.

    A row whose (account, external id) is there already changes nothing.
    """
    columns: list[list[Any]] = [
        [r.workspace_id for r in rows], [r.id for r in rows], [r.account_id for r in rows],
        [r.external_id for r in rows], [r.received_at for r in rows], [r.occurred_at for r in rows],
        [r.source for r in rows], [msgspec.to_builtins(r.envelope) for r in rows], [r.blob_key for r in rows],
        [r.size for r in rows], [r.sha256 for r in rows], [r.fate for r in rows], [r.reason for r in rows],
    ]  # fmt: skip
    return set(await db.all(UUID, _INSERT, *columns))


_INSERT = """
INSERT INTO intake_items (workspace_id, id, account_id, external_id, received_at, occurred_at, source, envelope, blob_key,
  size, sha256, fate, reason, next_try_at, settled_at)
SELECT w, i, a, x, r, o, s, e, b, z, h, f, y, r, CASE WHEN f = 0 THEN NULL ELSE r END
FROM unnest($1::int[], $2::uuid[], $3::int[], $4::text[], $5::timestamptz[], $6::timestamptz[], $7::smallint[], $8::jsonb[],
  $9::text[], $10::int[], $11::bytea[], $12::smallint[], $13::text[]) AS t(w, i, a, x, r, o, s, e, b, z, h, f, y)
ON CONFLICT (workspace_id, account_id, external_id) DO NOTHING RETURNING id
"""


async def find_accepted(db: Db, workspace_id: int, account_id: int, external_id: str) -> UUID | None:
    """The ledger's id of a mail it has already."""
    return await db.find(
        UUID,
        "SELECT id FROM intake_items WHERE workspace_id = $1 AND account_id = $2 AND external_id = $3",
        workspace_id, account_id, external_id,
    )  # fmt: skip


# settling -----------------------------------------------------------------------------------------------------------


async def lock_intake(tx: Tx) -> bool:
    """The workspace's intake for this transaction; False when another worker is at it.

    One mail after the other: two mails of one thread processed at once would begin two conversations.
    """
    return await tx.one(bool, "SELECT pg_try_advisory_xact_lock($1, $2)", _INTAKE_LOCK, tx.workspace_id)


async def wait_for_intake(tx: Tx) -> None:
    """The same lock, waiting for it: for what a person asked."""
    await tx.run("SELECT pg_advisory_xact_lock($1, $2)", _INTAKE_LOCK, tx.workspace_id)


_INTAKE_LOCK = 0x4861_726B  # "Hark"


async def still_open(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these items have no fate yet; locked."""
    return set(
        await tx.all(
            UUID,
            "SELECT id FROM intake_items WHERE workspace_id = $1 AND id = ANY($2::uuid[]) AND fate = 0 FOR UPDATE",
            tx.workspace_id, list(ids),
        )
    )  # fmt: skip


async def settle_items(tx: Tx, settled: Sequence[tuple[Item, Settled]], described: Mapping[UUID, Described]) -> None:
    """Write the fates, what each mail is found by, and when each account last received something (history does not
    count)."""
    about = [described[i.id] for i, _ in settled]
    await tx.run(
        "UPDATE intake_items SET fate = t.f, reason = t.r, conversation_id = t.c, message_id = t.m, mail = t.d,"
        " tokens = t.w::tsvector, settled_at = $2, attempts = attempts + 1"
        " FROM unnest($3::uuid[], $4::smallint[], $5::text[], $6::uuid[], $7::uuid[], $8::jsonb[], $9::text[])"
        " AS t(i, f, r, c, m, d, w) WHERE workspace_id = $1 AND id = t.i",
        tx.workspace_id, tx.now(), [i.id for i, _ in settled], [s.fate for _, s in settled],
        [s.reason for _, s in settled], [s.conversation_id for _, s in settled], [s.message_id for _, s in settled],
        [msgspec.to_builtins(d.summary) for d in about], [d.words for d in about],
    )  # fmt: skip
    live: dict[int, datetime] = {}
    for item, _ in settled:
        if item.source is not Source.IMPORT:
            live[item.account_id] = max(item.received_at, live.get(item.account_id, item.received_at))
    for account_id, at in live.items():
        await tx.run(
            "UPDATE channel_accounts SET last_item_at = greatest(last_item_at, $3) WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, account_id, at,
        )  # fmt: skip


async def write_described(db: Db, rows: Sequence[tuple[int, UUID, Described]]) -> None:
    """What lines are found by that got their fate without it: (workspace, id, words)."""
    if rows:
        await db.run(
            "UPDATE intake_items i SET mail = t.d, tokens = t.v::tsvector"
            " FROM unnest($1::int[], $2::uuid[], $3::jsonb[], $4::text[]) AS t(w, i, d, v)"
            " WHERE i.workspace_id = t.w AND i.id = t.i",
            [w for w, _, _ in rows], [i for _, i, _ in rows],
            [msgspec.to_builtins(d.summary) for _, _, d in rows], [d.words for _, _, d in rows],
        )  # fmt: skip


async def record_failure(db: Db, item: Item, sentence: str) -> Fate:
    """After an item could not be processed: try again later, and park it with the reason the third time."""
    parked = item.attempts + 1 >= TRIES
    fate = Fate.PARKED if parked else Fate.OPEN
    async with db.transaction(system(item.workspace_id)) as tx:
        await tx.run(
            "UPDATE intake_items SET attempts = attempts + 1, fate = $3::smallint, reason = $4, next_try_at = $5,"
            " settled_at = CASE WHEN $3::smallint = 0 THEN NULL ELSE $6::timestamptz END"
            " WHERE workspace_id = $1 AND id = $2 AND fate = 0",
            tx.workspace_id, item.id, fate, sentence,
            tx.now() + RETRY_AFTER[min(item.attempts, len(RETRY_AFTER) - 1)], tx.now(),
        )  # fmt: skip
    return fate


async def remember_thread_ids(tx: Tx, rows: Sequence[tuple[str, UUID]]) -> None:
    """(id, conversation) for the ids that mails of a conversation carry or refer to."""
    if rows:
        await tx.run(
            "INSERT INTO thread_ids (workspace_id, external_id, conversation_id)"
            " SELECT $1, x, c FROM unnest($2::text[], $3::uuid[]) AS t(x, c) ON CONFLICT DO NOTHING",
            tx.workspace_id, [id for id, _ in rows], [conversation for _, conversation in rows],
        )  # fmt: skip


# a person decides -----------------------------------------------------------------------------------------------------


class _Fate(msgspec.Struct):
    fate: Fate
    blob_key: str


async def replay_item(tx: Tx, id: UUID) -> None:
    """Give a parked item another try. Raises NotFound, or Conflict when it is not one to be replayed."""
    row = await _lock_item(tx, id)
    if row.fate not in REPLAYABLE:
        raise Conflict(
            "Only parked or dropped mails can be tried again. This one has its fate already.", code="not_parked"
        )
    if not row.blob_key:
        raise Conflict("The mail itself is no longer kept, so it cannot be tried again.", code="raw_gone")
    await tx.run(
        "UPDATE intake_items SET fate = 0, attempts = 0, next_try_at = $3, settled_at = NULL"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, tx.now(),
    )  # fmt: skip
    await tx.audit("intake.replayed", f"intake:{id}")


async def require_acceptable(tx: Tx, id: UUID) -> Item:
    """A held (or set aside) item, locked, for a person who puts it into a conversation. Raises NotFound or Conflict."""
    row = await _lock_undecided(tx, id)
    if not row.blob_key:
        raise Conflict("The mail itself is no longer kept, so it cannot be put into a conversation.", code="raw_gone")
    return await get_item_row(tx, tx.workspace_id, id)


async def mark_item_spam(tx: Tx, id: UUID) -> None:
    """A person says that a held or set-aside mail is spam. Raises NotFound or Conflict."""
    await _lock_undecided(tx, id)
    await tx.run(
        "UPDATE intake_items SET fate = $3, reason = $4, settled_at = $5 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, Fate.SPAM, "Marked as spam by hand.", tx.now(),
    )  # fmt: skip
    await tx.audit("intake.marked_spam", f"intake:{id}")


async def _lock_item(tx: Tx, id: UUID) -> _Fate:
    sql = "SELECT fate, blob_key FROM intake_items WHERE workspace_id = $1 AND id = $2 FOR UPDATE"
    return await tx.one(_Fate, sql, tx.workspace_id, id, missing=MISSING)


async def _lock_undecided(tx: Tx, id: UUID) -> _Fate:
    row = await _lock_item(tx, id)
    if row.fate not in ACCEPTABLE:
        raise Conflict("This mail is not waiting for a decision: it has its fate already.", code="not_held")
    return row


# keeping ------------------------------------------------------------------------------------------------------------


class _OldRaw(msgspec.Struct):
    id: UUID
    blob_key: str


class _Keeping(msgspec.Struct):
    id: int
    days: int


async def forget_old_raw(db: Db, files: Files, default_days: int, *, limit: int = 500) -> int:
    """Erase raw mails past their workspace's keeping time (setting raw_keep_days); how many. Open, held and parked stay."""
    forgotten = 0
    workspaces = await db.all(
        _Keeping, "SELECT id, coalesce((settings ->> 'raw_keep_days')::int, $1) AS days FROM workspaces", default_days
    )
    for workspace in workspaces:
        rows = await db.all(
            _OldRaw,
            "SELECT id, blob_key FROM intake_items WHERE workspace_id = $1 AND blob_key <> '' AND fate NOT IN (0, 6, 7)"
            " AND received_at < $2 ORDER BY received_at LIMIT $3",
            workspace.id, db.now() - timedelta(days=workspace.days), limit,
        )  # fmt: skip
        for row in rows:
            await files.delete(row.blob_key)
            await db.run(
                "UPDATE intake_items SET blob_key = '' WHERE workspace_id = $1 AND id = $2", workspace.id, row.id
            )
        forgotten += len(rows)
    return forgotten
