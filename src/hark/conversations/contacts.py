"""Conversations that turn out to be another contact's: an anonymous visitor has said who they are."""

from uuid import UUID

from hark.conversations.lock import lock_conversations, record, save
from hark.conversations.types import ContactReplaced
from hark.core.actor import ActorKind
from hark.core.db import Tx


async def replace_contact(tx: Tx, before: UUID, after: UUID) -> None:
    """Give all conversations of one contact to another one, whose company becomes theirs, with the messages' authorship.

    Locks them in id order. Meant for the few conversations of a visitor.
    """
    ids = await tx.all(
        UUID, "SELECT id FROM conversations WHERE workspace_id = $1 AND contact_id = $2 ORDER BY id",
        tx.workspace_id, before,
    )  # fmt: skip
    if not ids:
        return
    company_id = await tx.find(
        UUID, "SELECT company_id FROM contacts WHERE workspace_id = $1 AND id = $2", tx.workspace_id, after
    )
    for c in await lock_conversations(tx, ids):
        c.contact_id = after
        c.company_id = company_id
        record(tx, c, ContactReplaced(before=before, after=after), subject_id=after)
        await save(tx, c)
    await tx.run(
        "UPDATE messages SET author_id = $4 WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[])"
        " AND author_kind = $5 AND author_id = $3",
        tx.workspace_id, ids, str(before), str(after), ActorKind.CUSTOMER.value,
    )  # fmt: skip
