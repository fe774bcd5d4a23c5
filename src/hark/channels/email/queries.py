"""What the e-mail pages read of messages."""

from uuid import UUID

import msgspec

from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Queries
from hark.core.sql import Sql


class InlineFile(msgspec.Struct, frozen=True):
    """A picture the HTML of a message refers to by its Content-ID."""

    id: UUID
    cid: str


async def get_html_key(db: Queries, actor: Actor, message_id: UUID) -> str:
    """The file with the HTML of a message. Raises NotFound without one, or when the actor may not see it."""
    return await db.one(
        str,
        Sql(
            "SELECT m.html_key FROM messages m JOIN conversations c ON c.workspace_id = m.workspace_id"
            " AND c.id = m.conversation_id WHERE m.workspace_id = {} AND m.id = {} AND m.html_key IS NOT NULL"
            " AND m.deleted_at IS NULL AND {}",
            actor.workspace_id, message_id, visible(actor),
        ),
        missing="This message has no HTML, or your role does not include its conversation.",
    )  # fmt: skip


async def list_inline_files(db: Queries, actor: Actor, message_id: UUID) -> list[InlineFile]:
    """The files the HTML of a message names by cid. The caller has checked that the actor may see the message."""
    return await db.all(
        InlineFile,
        "SELECT id, cid FROM attachments WHERE workspace_id = $1 AND message_id = $2 AND cid IS NOT NULL",
        actor.workspace_id, message_id,
    )  # fmt: skip
