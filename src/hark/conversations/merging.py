"""Merge, unmerge and split. Nothing is copied or lost by a merge: the child keeps its own track and points to its root."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from hark.conversations.actions import lock_live, restore_timers
from hark.conversations.drafts import move_drafts
from hark.conversations.inbound import PREVIEW, start_conversation
from hark.conversations.lock import lock_conversation, lock_conversations, record, save
from hark.conversations.types import AccountRef, Direction, Locked, MessagesMovedIn, NewConversation
from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict
from hark.core.ids import uuid7
from hark.core.text import one_line
from hark.journey.queries import merged_in, unanswered
from hark.journey.types import Merged, MessagesSplit, Status, Unmerged, UnmergedOut


async def merge(tx: Tx, id: UUID, into: UUID) -> None:
    """End `id` in the conversation `into`. Its endpoints stay: what arrives on them lands in the root. Drafts and
    helpers go along.

    Raises Conflict when either was merged already or is spam.
    """
    if id == into:
        raise BadRequest("A conversation cannot be merged into itself.", code="same_conversation")
    child, root = await lock_conversations(tx, [id, into])
    for c in (child, root):
        if c.status in (Status.MERGED, Status.SPAM):
            raise Conflict(
                f"Conversation {c.number} is marked as spam or was merged into another one. Undo that first.",
                code="conversation_over",
            )
    brought = await merged_in(tx, child.id)
    _number_on(child, root)
    child.root_id = root.id
    record(tx, child, Merged(root_id=root.id))
    await save(tx, child)
    record(tx, root, brought, subject_id=child.id)
    await save(tx, root)
    await move_drafts(tx, child.id, root.id)
    await tx.run(_BRING_HELPERS, tx.workspace_id, child.id, root.id)


_BRING_HELPERS = """
INSERT INTO participants (workspace_id, conversation_id, agent_id, help_id, state, invited_at, joined_at)
SELECT workspace_id, $3, agent_id, help_id, state, invited_at, joined_at FROM participants
WHERE workspace_id = $1 AND conversation_id = $2 AND state < 3
ON CONFLICT (workspace_id, conversation_id, agent_id) DO NOTHING
"""


async def unmerge(tx: Tx, id: UUID) -> None:
    """Undo a merge: both conversations are again as if it had never happened; what came since stays in the root.

    `id` is the conversation that was merged away. Raises Conflict while its root is itself merged away.
    """
    root_id = await tx.find(
        UUID, "SELECT root_id FROM conversations WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id
    )
    if root_id is None:
        await lock_conversation(tx, id)
        raise Conflict("This conversation was not merged.", code="not_merged")
    child, root = await lock_conversations(tx, [id, root_id])
    if child.root_id != root.id:
        raise Conflict("Somebody has changed this merge at the same time. Look again.", code="changed")
    if root.root_id is not None:
        raise Conflict(f"Conversation {root.number} was merged further. Unmerge that one first.", code="merged_further")
    _number_on(child, root)
    child.root_id = None
    record(tx, child, Unmerged(root_id=root.id))
    await save(tx, child)
    record(tx, root, UnmergedOut(child_id=child.id), subject_id=child.id)
    await save(tx, root)
    await restore_timers(tx, child.id)
    await restore_timers(tx, root.id)


def _number_on(child: Locked, root: Locked) -> None:
    """From here on both count from the higher number, so that a thread of the customer's side that goes on in the other
    conversation never sees a number go back: a messenger asks for what is after the last one it has."""
    child.seq = root.seq = max(child.seq, root.seq)


class _Moved(msgspec.Struct):
    id: UUID
    seq: int
    direction: int
    audience: int
    endpoint_id: UUID | None
    author_id: str | None
    occurred_at: datetime


async def split(
    tx: Tx, id: UUID, message_ids: Sequence[UUID], *, contact_id: UUID | None = None, subject: str | None = None
) -> UUID:
    """Move messages into a conversation of their own, under new numbers in their old order; its id.

    It belongs to `contact_id`, else to the author of the first moved message from outside, else to the same contact.
    Each thread of the moved messages is copied under a key of its own, so that both sides can be answered. The new
    side inherits the wait of the oldest moved message that is still unanswered.
    """
    c = await lock_live(tx, id)
    moved = await tx.all(_Moved, _MOVED, tx.workspace_id, id, list(message_ids))
    if not moved or len(moved) != len(set(message_ids)):
        raise BadRequest("These messages do not all stand in this conversation.", code="unknown_reference")
    rest = await tx.one(int, _REST, tx.workspace_id, id, list(message_ids))
    if not rest:
        raise Conflict("At least one message must stay in the conversation.", code="nothing_left")
    contact = await _contact(tx, c, moved, contact_id)
    new = await _start_side(tx, c, moved, contact, subject)
    await _move(tx, new, moved)
    oldest = min(m.occurred_at for m in moved)
    ids = tuple(m.id for m in moved)
    record(tx, c, MessagesSplit(to_id=new.id, message_ids=ids, oldest_at=oldest), subject_id=new.id)
    for side in (c, new):
        await _recount(tx, side)
        await save(tx, side)
    await restore_timers(tx, c.id)
    return new.id


_MOVED = """
SELECT id, seq, direction, audience, endpoint_id, author_id, occurred_at FROM messages
WHERE workspace_id = $1 AND conversation_id = $2 AND id = ANY($3::uuid[]) ORDER BY seq
"""
_REST = """
SELECT count(*) FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND id <> ALL($3::uuid[]) AND audience > 0
"""


class _Contact(msgspec.Struct):
    id: UUID
    company_id: UUID | None


async def _contact(tx: Tx, c: Locked, moved: Sequence[_Moved], chosen: UUID | None) -> _Contact:
    authors = [UUID(m.author_id) for m in moved if m.direction == Direction.IN and m.author_id]
    wanted = chosen or (authors[0] if authors else c.contact_id)
    return await tx.one(
        _Contact, "SELECT id, company_id FROM contacts WHERE workspace_id = $1 AND id = $2", tx.workspace_id, wanted,
        missing="This contact does not exist.",
    )  # fmt: skip


async def _start_side(tx: Tx, c: Locked, moved: Sequence[_Moved], contact: _Contact, subject: str | None) -> Locked:
    waits = await unanswered(tx, c.id, [m.id for m in moved])
    account = await tx.one(
        AccountRef, "SELECT id, calendar_id, team_id, kind FROM channel_accounts WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, waits.account_id if waits else c.account_id,
    )  # fmt: skip
    if waits:
        account = msgspec.structs.replace(account, calendar_id=waits.calendar_id)
    new, _ = await start_conversation(
        tx,
        NewConversation(
            account=account, contact_id=contact.id, company_id=contact.company_id, subject=subject or c.subject,
            at=tx.now(), by=tx.actor.kind, team_id=c.team_id, assignee_id=c.assignee_id,
            inherits_wait_from=waits.at if waits else None, inherits_live=waits is not None and waits.live,
        ),
    )  # fmt: skip
    event = MessagesMovedIn(from_id=c.id, message_ids=tuple(m.id for m in moved))
    record(tx, new, event, subject_id=c.id)
    return new


async def _move(tx: Tx, new: Locked, moved: Sequence[_Moved]) -> None:
    """Messages and their search entries change the conversation; their endpoints are copied under fresh keys, and what
    moved counts as read by a messenger's visitor: it is nothing new to them."""
    copies: dict[UUID, UUID] = {m.endpoint_id: uuid7() for m in moved if m.endpoint_id}
    for old, copy in copies.items():
        await tx.run(_COPY_ENDPOINT, tx.workspace_id, old, copy, new.id, f"split:{copy}", new.seq + len(moved))
    first = new.seq + 1
    new.seq += len(moved)
    await tx.run(
        _MOVE, tx.workspace_id, new.id, [m.id for m in moved], list(range(first, new.seq + 1)),
        [copies.get(m.endpoint_id) if m.endpoint_id else None for m in moved],
    )  # fmt: skip
    await tx.run(
        "UPDATE message_search SET conversation_id = $2 WHERE workspace_id = $1 AND message_id = ANY($3::uuid[])",
        tx.workspace_id, new.id, [m.id for m in moved],
    )  # fmt: skip


_COPY_ENDPOINT = """
INSERT INTO endpoints (workspace_id, id, conversation_id, account_id, identity_id, thread_key, audience, live_until,
  reply_until, refs, visitor_id, read_seq)
SELECT workspace_id, $3, $4, account_id, identity_id, $5, audience, live_until, reply_until, refs, visitor_id, $6
FROM endpoints WHERE workspace_id = $1 AND id = $2
"""
_MOVE = """
UPDATE messages m SET conversation_id = $2, seq = n.seq, endpoint_id = n.endpoint_id
FROM unnest($3::uuid[], $4::int[], $5::uuid[]) AS n(id, seq, endpoint_id) WHERE m.workspace_id = $1 AND m.id = n.id
"""


class _Counts(msgspec.Struct):
    customer_seq: int
    public_seq: int
    text: str | None
    quoted_at: int | None
    at: datetime | None


async def _recount(tx: Tx, c: Locked) -> None:
    """The counters and the preview, from the messages that now stand there."""
    counts = await tx.one(_Counts, _COUNTS, tx.workspace_id, c.id)
    c.customer_seq, c.public_seq = counts.customer_seq, counts.public_seq
    if counts.at is not None:
        c.last_message_at = counts.at
        c.preview = one_line((counts.text or "")[: counts.quoted_at], PREVIEW)


_COUNTS = """
SELECT n.customer_seq, n.public_seq, last.text, last.quoted_at, last.occurred_at AS at
FROM (SELECT coalesce(max(seq) FILTER (WHERE direction = 1 AND kind = 1), 0) AS customer_seq,
    coalesce(max(seq) FILTER (WHERE audience > 0), 0) AS public_seq
  FROM messages WHERE workspace_id = $1 AND conversation_id = $2) n
LEFT JOIN (SELECT text, (headers->>'quoted_at')::int AS quoted_at, occurred_at FROM messages
  WHERE workspace_id = $1 AND conversation_id = $2 AND audience > 0 ORDER BY occurred_at DESC, seq DESC LIMIT 1) last
  ON true
"""
