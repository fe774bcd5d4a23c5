"""Pictures and files of articles: checked by what they are, kept once, shown to readers only with an article of theirs."""

import hashlib
import re
import struct
from datetime import datetime, timedelta
from hmac import compare_digest
from uuid import UUID

import msgspec

from hark.conversations.attachments import clean_file_name
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db, Queries
from hark.core.errors import BadRequest, NotFound, TooLarge
from hark.core.files import Files, new_key
from hark.core.ids import uuid7
from hark.core.images import bare_image, image_type
from hark.help.audience import ANYBODY, Audience, may_read
from hark.help.centre_types import HelpFile
from hark.help.published import may_enter
from hark.help.queries import CENTRE, CentreRecord, get_centre
from hark.help.types import Seen

MAX_IMAGE = 10_000_000
MAX_FILE = 100_000_000
MISSING = "This file is not there, or not for you."
# First bytes and the type they prove: (at, bytes, type). What a browser shows comes only from here.
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"%PDF-", "application/pdf"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1a\x45\xdf\xa3", "video/webm"),
    (0, b"PK\x03\x04", "application/zip"),
)
SHOWN = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif", "video/mp4", "video/webm", "application/pdf"})
"""What is shown in place; everything else is saved."""


class Stored(msgspec.Struct, frozen=True):
    name: str
    content_type: str
    blob_key: str


class _Asked(msgspec.Struct):
    """A file with who may see the articles it stands in. `is_sign`: the logo, or the picture of a collection."""

    name: str
    content_type: str
    blob_key: str
    centre_id: int
    workspace_id: int
    is_sign: bool
    uses: list["_Use"]


class _Use(msgspec.Struct):
    visibility: Seen
    condition: dict[str, object] | None


async def keep_file(db: Db, files: Files, actor: Actor, centre_id: int, *, name: str, data: bytes) -> HelpFile:
    """Keep a file of a help centre; the same one again is the one that is there. Blob first, row after.

    A picture is stored without what cameras write beside it. Raises NotFound for the help centre, BadRequest for a kind
    that is not taken, TooLarge.
    """
    await get_centre(db, actor.workspace_id, centre_id)
    kind, data = checked(data)
    digest = hashlib.sha256(data).digest()
    known = await _find_by_hash(db, actor.workspace_id, centre_id, digest)
    if known is not None:
        return known
    id, size = uuid7(), image_size(data)
    key = new_key(actor.workspace_id, "help", db.now(), id)
    await files.put(key, data)
    async with db.transaction(actor) as tx:
        added = await tx.run(
            "INSERT INTO help_files (workspace_id, id, centre_id, name, content_type, size, width, height, hash, blob_key,"
            " created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
            " ON CONFLICT (workspace_id, centre_id, hash) DO NOTHING",
            tx.workspace_id, id, centre_id, clean_file_name(name), kind, len(data), size[0] if size else None,
            size[1] if size else None, digest, key, tx.now(), tx.actor.agent_id,
        )  # fmt: skip
    if not added:  # the same file came twice at this moment
        await files.delete(key)
    kept = await _find_by_hash(db, actor.workspace_id, centre_id, digest)
    assert kept is not None
    return kept


def checked(data: bytes) -> tuple[str, bytes]:
    """The type of a file by its bytes, and the bytes to keep. Raises BadRequest, TooLarge."""
    if not data:
        raise BadRequest("The file is empty and was not kept. Choose another one.", code="empty")
    if len(data) > MAX_FILE:
        raise TooLarge(f"The file is larger than {MAX_FILE // 1_000_000} MB and was not kept.")
    kind = image_type(data)
    if kind is not None:
        try:
            data = bare_image(data)
        except ValueError as error:
            raise BadRequest("The picture is damaged and was not kept. Choose another one.", code="no_image") from error
    else:
        kind = next((found for at, magic, found in _MAGIC if data[at : at + len(magic)] == magic), None)
    if kind is None:
        raise BadRequest(
            "Articles take PNG, JPEG, WebP and GIF pictures, MP4 and WebM films, PDF and ZIP files. It was not kept.",
            code="file_type",
        )
    if kind.startswith("image/") and len(data) > MAX_IMAGE:
        raise TooLarge(
            f"The picture is larger than {MAX_IMAGE // 1_000_000} MB and was not kept. Choose a smaller one."
        )
    return kind, data


def image_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels of a PNG, GIF, JPEG or WebP; None for anything else. Pure."""
    try:
        if data.startswith(b"\x89PNG"):
            return struct.unpack(">II", data[16:24])
        if data.startswith(b"GIF8"):
            return struct.unpack("<HH", data[6:10])
        if data.startswith(b"RIFF"):
            return _webp_size(data)
        return _jpeg_size(data) if data.startswith(b"\xff\xd8") else None
    except (struct.error, IndexError):
        return None


def _webp_size(data: bytes) -> tuple[int, int] | None:
    match data[12:16]:
        case b"VP8X":
            return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(data[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            width, height = struct.unpack("<HH", data[26:30])
            return width & 0x3FFF, height & 0x3FFF
    return None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """ITU T.81: the first frame header says height and width."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


_FILE = "id, name, content_type, size, width, height, '/help/files/' || id AS url"


async def _find_by_hash(db: Queries, workspace_id: int, centre_id: int, digest: bytes) -> HelpFile | None:
    return await db.find(
        HelpFile,
        f"SELECT {_FILE} FROM help_files WHERE workspace_id = $1 AND centre_id = $2 AND hash = $3",
        workspace_id, centre_id, digest,
    )  # fmt: skip


async def list_files(db: Queries, workspace_id: int, centre_id: int | None) -> list[HelpFile]:
    """The files of one help centre, or of all, the newest first; at most 500."""
    return await db.all(
        HelpFile,
        f"SELECT {_FILE} FROM help_files WHERE workspace_id = $1 AND ($2::int IS NULL OR centre_id = $2)"
        " ORDER BY created_at DESC, id DESC LIMIT 500",
        workspace_id, centre_id,
    )  # fmt: skip


class _Size(msgspec.Struct):
    id: UUID
    width: int
    height: int


async def picture_sizes(db: Queries, workspace_id: int, centre_id: int) -> dict[str, tuple[int, int]]:
    """Width and height in pixels of the pictures of a help centre, by id."""
    rows = await db.all(
        _Size,
        "SELECT id, width, height FROM help_files WHERE workspace_id = $1 AND centre_id = $2 AND width IS NOT NULL"
        " AND height IS NOT NULL",
        workspace_id, centre_id,
    )  # fmt: skip
    return {str(row.id): (row.width, row.height) for row in rows}


def file_key(keys: Keys, id: UUID, now: datetime) -> str:
    """What lets somebody who was shown an article load a file of it, until the end of the next day (UTC)."""
    return keys.sign("help file", f"{id} {now:%Y-%m-%d}".encode()).hex()


def is_file_key(keys: Keys, id: UUID, now: datetime, key: str) -> bool:
    return any(compare_digest(key, file_key(keys, id, now - timedelta(days=n))) for n in (0, 1))


async def get_file(
    db: Queries, id: UUID, actor: Actor | None, *, shown: bool = False, audience: Audience = ANYBODY
) -> Stored:
    """A file for somebody of its workspace's team, or for a reader who may see a live article with it; `shown`: they have
    proved that they were shown one. Raises NotFound."""
    found = await db.find(
        _Asked,
        "SELECT f.name, f.content_type, f.blob_key, f.centre_id, f.workspace_id, c.logo_id IS NOT DISTINCT FROM f.id"
        " OR EXISTS (SELECT FROM help_collections s WHERE s.workspace_id = f.workspace_id AND s.picture_id = f.id) AS is_sign,"
        " (SELECT coalesce(jsonb_agg(jsonb_build_object('visibility', a.visibility, 'condition', a.condition)), '[]')"
        " FROM help_file_uses u JOIN articles a ON a.workspace_id = u.workspace_id AND a.id = u.article_id"
        " WHERE u.workspace_id = f.workspace_id AND u.file_id = f.id) AS uses"
        " FROM help_files f JOIN help_centres c ON c.workspace_id = f.workspace_id AND c.id = f.centre_id WHERE f.id = $1",
        id,
    )  # fmt: skip
    if found is None:
        raise NotFound(MISSING)
    stored = Stored(found.name, found.content_type, found.blob_key)
    if shown or (actor is not None and actor.workspace_id == found.workspace_id and actor.can("help.read")):
        return stored
    centre = await db.one(
        CentreRecord, f"SELECT {CENTRE} FROM help_centres c WHERE c.workspace_id = $1 AND c.id = $2",
        found.workspace_id, found.centre_id,
    )  # fmt: skip
    theirs = found.is_sign or any(may_read(use.visibility, use.condition, audience) for use in found.uses)
    if not (theirs and may_enter(centre, audience)):
        raise NotFound(MISSING)
    return stored


async def delete_file(db: Db, files: Files, actor: Actor, id: UUID) -> None:
    """Forget a file. Articles that show it have a hole then, which the list of broken links names. Raises NotFound."""
    async with db.transaction(actor) as tx:
        key = await tx.find(
            str, "DELETE FROM help_files WHERE workspace_id = $1 AND id = $2 RETURNING blob_key", tx.workspace_id, id
        )
        if key is None:
            raise NotFound(MISSING)
        await tx.run(
            "UPDATE help_centres SET logo_id = NULL WHERE workspace_id = $1 AND logo_id = $2", tx.workspace_id, id
        )
        await tx.audit("help_file.deleted", f"help_file:{id}")
    await files.delete(key)


_RANGE = re.compile(r"^bytes=(\d*)-(\d*)$")


def part(data: bytes, asked: str | None) -> tuple[bytes, int, dict[str, str]]:
    """(bytes, status, headers) for a Range header of one range (RFC 9110 section 14): players of films ask for parts."""
    found = _RANGE.match(asked or "")
    if found is None or found[0] == "bytes=-":
        return data, 200, {"accept-ranges": "bytes"}
    size = len(data)
    start = int(found[1]) if found[1] else max(0, size - int(found[2]))
    end = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
    if start > end:
        return b"", 416, {"content-range": f"bytes */{size}", "accept-ranges": "bytes"}
    return data[start : end + 1], 206, {"content-range": f"bytes {start}-{end}/{size}", "accept-ranges": "bytes"}
