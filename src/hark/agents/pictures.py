"""Pictures of people: a small file each, checked by its first bytes, that colleagues and customers see."""

from hark.agents.actions import replace_picture
from hark.agents.queries import find_picture
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest, NotFound
from hark.core.files import Files, new_key

MAX_BYTES = 1_000_000


def image_type(data: bytes) -> str | None:
    """The media type of a PNG, JPEG or WebP, told by how it begins; None for anything else.

    Never SVG: it may hold scripts.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return None


async def set_picture(db: Db, files: Files, actor: Actor, agent_id: int, data: bytes) -> None:
    """Keep a person's picture in place of an older one. Raises BadRequest for another kind of file, or over 1 MB."""
    if image_type(data) is None:
        raise BadRequest(
            "This file is no PNG, JPEG or WebP picture and was not kept. Choose another one.", code="no_image"
        )
    if len(data) > MAX_BYTES:
        raise BadRequest(
            "The picture is larger than 1 MB and was not kept. Choose a smaller one.", code="file_too_large"
        )
    key = new_key(actor.workspace_id, "picture", db.now())
    await files.put(key, data)
    await _replace(db, files, actor, agent_id, key)


async def delete_picture(db: Db, files: Files, actor: Actor, agent_id: int) -> None:
    """Take a person's picture away; fine when there is none."""
    await _replace(db, files, actor, agent_id, None)


async def _replace(db: Db, files: Files, actor: Actor, agent_id: int, key: str | None) -> None:
    async with db.transaction(actor) as tx:
        old = await replace_picture(tx, agent_id, key)
    if old is not None:
        await files.delete(old)


async def read_picture(db: Db, files: Files, workspace_id: int, agent_id: int) -> tuple[bytes, str]:
    """A person's picture and its media type. Raises NotFound."""
    key = await find_picture(db, workspace_id, agent_id)
    if key is None:
        raise NotFound("This person has no picture.")
    data = await files.get(key)
    return data, image_type(data) or "application/octet-stream"
