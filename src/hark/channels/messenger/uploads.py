"""Files visitors send: checked by what they are rather than by what they are called, and served so that nothing runs."""

from datetime import timedelta
from uuid import UUID

import msgspec

from hark.channels.messenger.cleaning import clean_text
from hark.channels.messenger.links import Links
from hark.channels.messenger.types import File, Session
from hark.conversations.attachments import UNTYPED, clean_file_name
from hark.core.actor import system
from hark.core.db import Db
from hark.core.errors import BadRequest, TooLarge
from hark.core.files import Files, new_key
from hark.core.ids import uuid7

MAX_WAITING = 20
"""Files of one visitor that no message has taken yet."""
WAITING = timedelta(hours=1)

# First bytes and the type they prove: (at, bytes, type). What a browser may show comes only from here.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\x1a\x45\xdf\xa3", "audio/webm"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp", "video/mp4"),
    (0, b"PK\x03\x04", "application/zip"),
)
# Programs, by their first bytes and by names that a double click runs.
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"#!")
REFUSED = frozenset(
    {
        "apk", "app", "bat", "chm", "cmd", "com", "cpl", "dll", "dmg", "exe", "gadget", "hta", "htm", "html", "inf", "iso",
        "jar", "js", "jse", "lnk", "mht", "mhtml", "msc", "msi", "msp", "pif", "ps1", "psm1", "reg", "scf", "scr", "sh",
        "svg", "svgz", "url", "vb", "vbe", "vbs", "wsf", "wsh", "xht", "xhtml", "xml", "xsl",
    }
)  # fmt: skip
_BY_NAME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def file_type(name: str, data: bytes, claimed: str) -> str:
    """The type a file is kept under, from its bytes. Raises BadRequest for a program or a page.

    `claimed` only tells sound from film where the container is the same for both.
    """
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending in REFUSED or data.startswith(_PROGRAMS):
        raise BadRequest("Files of this kind are not taken, because they could run. It was not sent.", code="file_type")
    for at, magic, found in _MAGIC:
        if data[at : at + len(magic)] == magic:
            if found == "application/zip":
                return _BY_NAME.get(ending, found)
            return (
                found.replace("audio/", "video/") if found == "audio/webm" and claimed.startswith("video/") else found
            )
    return "text/plain" if _is_text(data) else UNTYPED


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not any(c < " " and c not in "\t\r\n\f" for c in text)


async def keep_upload(
    db: Db, files: Files, session: Session, links: Links, *, name: str, claimed: str, data: bytes
) -> File:
    """Keep a file until the visitor's next message takes it. Blob first, row after.

    Raises TooLarge over the messenger's limit, BadRequest for an empty file, a kind that is not taken, or too many.
    """
    inbox, limit = session.inbox, session.inbox.config.max_file_bytes
    if not data:
        raise BadRequest("The file is empty and was not sent. Choose another one.", code="empty")
    if len(data) > limit:
        raise TooLarge(f"The file is larger than {limit / 1e6:g} MB, the most this messenger takes. It was not sent.")
    name = clean_file_name(clean_text(name))
    kind = file_type(name, data, claimed)
    now = db.now()
    waiting = await db.one(
        int,
        "SELECT count(*) FROM attachments WHERE workspace_id = $1 AND visitor_id = $2 AND message_id IS NULL"
        " AND created_at > $3",
        inbox.workspace_id, session.visitor.id, now - WAITING,
    )  # fmt: skip
    if waiting >= MAX_WAITING:
        raise BadRequest("Send the files you have added first, then add more.", code="too_many_files")
    id = uuid7()
    key = new_key(inbox.workspace_id, "upload", now, id)
    await files.put(key, data)
    async with db.transaction(system(inbox.workspace_id)) as tx:
        await tx.run(
            "INSERT INTO attachments (workspace_id, id, visitor_id, name, content_type, size, blob_key, created_at)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            inbox.workspace_id, id, session.visitor.id, name, kind, len(data), key, now,
        )  # fmt: skip
    return File(id=id, name=name, content_type=kind, size=len(data), url=links.file(id))


class StoredFile(msgspec.Struct, frozen=True):
    name: str
    content_type: str
    blob_key: str


async def get_file(db: Db, workspace_id: int, account_id: int, id: UUID) -> StoredFile:
    """A file of a public message in a conversation that this messenger has part in, or one waiting for its message.

    The address is signed, so it has been shown to its visitor before. Raises NotFound when its message was deleted.
    """
    return await db.one(
        StoredFile,
        "SELECT f.name, f.content_type, f.blob_key FROM attachments f"
        " LEFT JOIN messages m ON m.workspace_id = f.workspace_id AND m.id = f.message_id"
        " LEFT JOIN visitors v ON v.workspace_id = f.workspace_id AND v.id = f.visitor_id AND v.account_id = $2"
        " WHERE f.workspace_id = $1 AND f.id = $3"
        " AND (v.id IS NOT NULL AND m.id IS NULL OR m.audience > 0 AND m.deleted_at IS NULL)",
        workspace_id, account_id, id, missing="This file is not there any more.",
    )  # fmt: skip
