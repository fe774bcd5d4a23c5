"""Files of messages: uploading for a draft, and downloading without anything ever running in the browser."""

from urllib.parse import quote
from uuid import UUID

import msgspec

from hark.conversations.actions import require_agent
from hark.conversations.thread import AttachmentView
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest, NotFound
from hark.core.files import Files, new_key
from hark.core.ids import uuid7
from hark.core.sql import Sql

MAX_UPLOAD = 25_000_000
SHOWN_INLINE = frozenset({
    "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain",
    "audio/webm", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/aac", "audio/wav",
})  # fmt: skip
"""What a browser may show; everything else is only ever saved. Never HTML or SVG: they hold scripts."""
UNTYPED = "application/octet-stream"


class Download(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes and the headers they are sent with."""

    data: bytes
    headers: dict[str, str]


class _File(msgspec.Struct):
    name: str
    content_type: str
    blob_key: str


async def upload(db: Db, actor: Actor, files: Files, *, name: str, content_type: str, data: bytes) -> AttachmentView:
    """Keep a file for the actor's draft. Blob first, row after: a crash between leaves only an unused blob.

    Raises BadRequest for an empty file or one over 25 MB.
    """
    if not data:
        raise BadRequest("The file is empty and was not kept. Choose another one.", code="empty")
    if len(data) > MAX_UPLOAD:
        raise BadRequest("The file is larger than 25 MB. Share it by a link instead.", code="file_too_large")
    id, now = uuid7(), db.now()
    key = new_key(actor.workspace_id, "upload", now, id)
    await files.put(key, data)
    view = AttachmentView(
        id=id, name=clean_file_name(name), content_type=_plain_type(content_type), size=len(data), inline=False
    )
    async with db.transaction(actor) as tx:
        await tx.run(
            "INSERT INTO attachments (workspace_id, id, draft_of, name, content_type, size, blob_key, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            actor.workspace_id, id, require_agent(tx), view.name, view.content_type, view.size, key, now,
        )  # fmt: skip
    return view


async def download(db: Db, actor: Actor, files: Files, id: UUID, *, inline: bool) -> Download:
    """A file of a visible conversation, or of the actor's own draft. Raises NotFound for any other."""
    row = await db.find(
        _File,
        Sql(
            "SELECT f.name, f.content_type, f.blob_key FROM attachments f"
            " LEFT JOIN messages m ON m.workspace_id = f.workspace_id AND m.id = f.message_id"
            " LEFT JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
            " WHERE f.workspace_id = {} AND f.id = {}"
            " AND (f.message_id IS NULL AND f.draft_of = {} OR c.id IS NOT NULL AND {})",
            actor.workspace_id, id, actor.agent_id, visible(actor),
        ),
    )  # fmt: skip
    if row is None:
        raise NotFound("This file does not exist, or your role does not include its conversation.")
    return Download(
        data=await files.get(row.blob_key), headers=file_headers(row.name, row.content_type, inline=inline)
    )


def file_headers(name: str, content_type: str, *, inline: bool) -> dict[str, str]:
    """The headers a stored file is sent with: shown only when asked for and of a kind that cannot run."""
    kind = _plain_type(content_type)
    shown = inline and kind in SHOWN_INLINE
    return {
        "content-type": f"{kind}; charset=utf-8" if kind == "text/plain" else kind if shown else UNTYPED,
        "content-disposition": content_disposition("inline" if shown else "attachment", name),
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, max-age=3600",
    }


def content_disposition(kind: str, name: str) -> str:
    """RFC 6266 with RFC 8187 for names beyond ASCII; quotes, control characters and paths cannot break out."""
    name = clean_file_name(name)
    plain = "".join(c if " " <= c <= "~" and c not in '"\\%' else "_" for c in name)
    encoded = quote(name.encode("utf-8", "replace"), safe="")
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}"


def clean_file_name(name: str) -> str:
    """A bare file name of at most 200 characters: no folders, no control or direction characters."""
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    base = "".join(c for c in base if c.isprintable()).strip(". ")
    return base[:200] or "file"


def _plain_type(content_type: str) -> str:
    """The media type without parameters, or the untyped one when it is none."""
    kind = content_type.split(";", 1)[0].strip().lower()
    main, _, sub = kind.partition("/")
    legal = main and sub and all((c.isalnum() and c.isascii()) or c in "!#$&-^_.+" for c in main + sub)
    return kind if legal else UNTYPED
