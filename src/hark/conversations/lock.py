"""The row lock of a conversation, its event counter, and the one statement that writes it back."""

from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any
from uuid import UUID

from hark.conversations.types import Locked, MessageFiled
from hark.conversations.visibility import visible
from hark.core.db import Tx
from hark.core.errors import NotFound
from hark.core.events import Event
from hark.core.sql import Sql
from hark.journey.types import ConversationStarted, MessageReceived

MISSING = "This conversation does not exist, or your role does not include it."

_COLUMNS = """c.id, c.number, c.contact_id, c.company_id, c.account_id, c.team_id, c.assignee_id, c.status, c.severity,
  c.difficulty, c.root_id, c.tag_ids, c.subject, c.preview, c.last_message_at, c.seq, c.customer_seq, c.public_seq,
  c.promise_until, c.snoozed_until"""


async def lock_conversation(tx: Tx, id: UUID) -> Locked:
    """The conversation, locked until the end of the transaction. Raises NotFound when the actor may not see it."""
    (locked,) = await lock_conversations(tx, [id])
    return locked


async def lock_conversations(tx: Tx, ids: Sequence[UUID]) -> list[Locked]:
    """Several, locked in id order (as everywhere, against deadlocks) and returned in the order asked for.

    Raises NotFound when one of them is missing or not visible to the actor.
    """
    await _settle(tx, ids)
    rows = await tx.all(
        Locked,
        Sql(
            "SELECT {} FROM conversations c WHERE c.workspace_id = {} AND c.id = ANY({}::uuid[]) AND {}"
            " ORDER BY c.id FOR UPDATE",
            Sql(_COLUMNS), tx.workspace_id, list(ids), visible(tx.actor),
        ),
    )  # fmt: skip
    found = {row.id: row for row in rows}
    if any(id not in found for id in ids):
        raise NotFound(MISSING)
    return [found[id] for id in ids]


async def lock_root(tx: Tx, id: UUID) -> Locked:
    """The conversation that `id` has been merged into (or itself), locked. For what arrives from outside."""
    found = id
    while True:
        await _settle(tx, [found], unless=STILL)
        row = await tx.one(
            Locked,
            Sql(
                "SELECT {} FROM conversations c WHERE c.workspace_id = {} AND c.id = ({}) FOR UPDATE",
                Sql(_COLUMNS), tx.workspace_id, _root_of(tx, id),
            ),
            missing=MISSING,
        )  # fmt: skip
        if row.root_id is None and (row.id == id or await tx.one(UUID, _root_of(tx, id)) == row.id):
            return row
        found = row.root_id or id  # merged, or apart again, between finding and locking it


def _root_of(tx: Tx, id: UUID) -> Sql:
    return Sql(
        "WITH RECURSIVE up AS ("
        " SELECT id, root_id FROM conversations WHERE workspace_id = {} AND id = {}"
        " UNION SELECT p.id, p.root_id FROM up JOIN conversations p ON p.workspace_id = {} AND p.id = up.root_id)"
        " SELECT id FROM up WHERE root_id IS NULL",
        tx.workspace_id, id, tx.workspace_id,
    )  # fmt: skip


STILL: frozenset[type[Event]] = frozenset({ConversationStarted, MessageReceived, MessageFiled})
"""Events that neither resolve, snooze nor promise: what such a message ends is told by an event of its own."""


async def _settle(tx: Tx, ids: Sequence[UUID], *, unless: Set[type[Event]] = frozenset()) -> None:
    """Bring the journey up to date when this transaction has changed one of them already (mails, import, rules)."""
    if any(r.conversation_id in ids and type(r.event) not in unless for r in tx.unsettled):
        await tx.settle()


def record(
    tx: Tx,
    conversation: Locked,
    event: Event,
    *,
    subject_id: UUID | None = None,
    occurred_at: datetime | None = None,
    before: tuple[int | None, int | None] | None = None,
) -> int:
    """Queue an event of a locked conversation under its next number, and return that number.

    Team and assignee are those of `conversation` as it now is; an event that has changed them gives the former pair
    as `before`. Call `save` afterwards, once.
    """
    conversation.seq += 1
    after = conversation.team_id, conversation.assignee_id
    team, assignee = before or after
    tx.emit(
        event,
        conversation_id=conversation.id,
        conversation_seq=conversation.seq,
        subject_id=subject_id,
        occurred_at=occurred_at,
        team=(team, after[0]),
        assignee=(assignee, after[1]),
    )
    return conversation.seq


async def save(tx: Tx, c: Locked) -> None:
    """Write the fields of a locked conversation back. The journey's own columns follow when the transaction ends."""
    await tx.run(Sql(SAVE, *save_args(tx, c)))


SAVE = """
UPDATE conversations SET contact_id = {}, company_id = {}, team_id = {}, assignee_id = {}, severity = {}, difficulty = {},
  root_id = {}, tag_ids = {}, subject = {}, preview = {}, last_message_at = {}, seq = {}, customer_seq = {}, public_seq = {}
WHERE workspace_id = {} AND id = {}
"""


def save_args(tx: Tx, c: Locked) -> tuple[Any, ...]:
    """The arguments of `SAVE`, which may also stand in a longer statement."""
    return (
        c.contact_id, c.company_id, c.team_id, c.assignee_id, c.severity, c.difficulty, c.root_id, c.tag_ids, c.subject,
        c.preview, c.last_message_at, c.seq, c.customer_seq, c.public_seq, tx.workspace_id, c.id,
    )  # fmt: skip
