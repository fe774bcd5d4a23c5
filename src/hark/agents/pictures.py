"""Pictures of people: a small file each, that colleagues and customers see."""

from hark.agents.actions import replace_picture
from hark.agents.queries import find_picture
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest, NotFound
from hark.core.files import Files, new_key
from hark.core.images import bare_image, image_type

MAX_BYTES = 1_000_000


async def set_picture(db: Db, files: Files, actor: Actor, agent_id: int, data: bytes) -> None:
    """Keep a person's picture in place of an older one, without what their camera wrote beside it.

    Raises BadRequest for another kind of file, or over 1 MB.
    """
    try:
        bare = bare_image(data)
    except ValueError as error:
        raise BadRequest(
            "This file is no whole PNG, JPEG or WebP picture and was not kept. Choose another one.", code="no_image"
        ) from error
    if len(bare) > MAX_BYTES:
        raise BadRequest(
            "The picture is larger than 1 MB and was not kept. Choose a smaller one.", code="file_too_large"
        )
    key = new_key(actor.workspace_id, "picture", db.now())
    await files.put(key, bare)
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
