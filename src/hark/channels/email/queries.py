"""What e-mail reads of messages and workspaces."""

from datetime import datetime
from typing import Any
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


# what mails link to ---------------------------------------------------------------------------------------------------


class Greeting(msgspec.Struct, frozen=True):
    """Who a mail came from, and in which language."""

    name: str
    locale: str


async def get_greeting(db: Queries, workspace_id: int, *, missing: str) -> Greeting:
    """Of the workspace that a link of a mail names. Raises NotFound(missing)."""
    return await db.one(Greeting, "SELECT name, locale FROM workspaces WHERE id = $1", workspace_id, missing=missing)


class MailedFileRow(msgspec.Struct, frozen=True):
    name: str
    content_type: str
    blob_key: str


async def get_mailed_file(db: Queries, workspace_id: int, id: UUID, *, missing: str) -> MailedFileRow:
    """A file that a mail links to, as long as its message is there. Raises NotFound(missing)."""
    return await db.one(
        MailedFileRow,
        "SELECT f.name, f.content_type, f.blob_key FROM attachments f JOIN messages m ON m.workspace_id = f.workspace_id"
        " AND m.id = f.message_id WHERE f.workspace_id = $1 AND f.id = $2 AND m.deleted_at IS NULL",
        workspace_id, id, missing=missing,
    )  # fmt: skip


class UnknownMail(msgspec.Struct, frozen=True):
    """A mail of which nobody knows whether it left, and its mailbox. `recent`: of the last hour."""

    workspace_id: int
    id: UUID
    account_id: int
    config: dict[str, Any]
    external_id: str
    recent: bool


async def list_unknown_mails(db: Queries, now: datetime, hour_ago: datetime) -> list[UnknownMail]:
    """Those to be looked for now in the mailbox they left by, of all workspaces."""
    return await db.all(
        UnknownMail,
        "SELECT o.workspace_id, o.id, a.id AS account_id, a.config, m.external_id, o.release_at > $2 AS recent FROM outbox o"
        " JOIN endpoints e ON e.workspace_id = o.workspace_id AND e.id = o.endpoint_id"
        " JOIN channel_accounts a ON a.workspace_id = o.workspace_id AND a.id = e.account_id AND a.disabled_at IS NULL"
        " JOIN messages m ON m.workspace_id = o.workspace_id AND m.id = o.message_id AND m.external_id IS NOT NULL"
        " WHERE o.state = 6 AND o.next_try_at <= $1 AND a.config #>> '{imap,host}' IS NOT NULL ORDER BY o.next_try_at LIMIT 20",
        now, hour_ago,
    )  # fmt: skip
