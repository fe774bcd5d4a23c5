"""Tags of a workspace."""

from typing import Annotated

import msgspec

from hark.core.actor import Actor
from hark.core.db import Queries, Tx
from hark.core.errors import NotFound
from hark.core.http import Body

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"\S")]
Color = Annotated[int, msgspec.Meta(ge=0, le=11)]


class Tag(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    color: int
    can: list[str] = []


class NewTag(Body):
    name: Name
    color: Color = 0


class TagPatch(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    color: Color | msgspec.UnsetType = msgspec.UNSET


async def list_tags(db: Queries, actor: Actor) -> list[Tag]:
    """All tags of the workspace, by name."""
    rows = await db.all(
        Tag, "SELECT id, name, color FROM tags WHERE workspace_id = $1 ORDER BY lower(name), id", actor.workspace_id
    )
    return [_view(row, actor) for row in rows]


async def create_tag(tx: Tx, new: NewTag) -> Tag:
    """Raises Conflict when a tag of this name exists."""
    row = await tx.one(
        Tag, "INSERT INTO tags (workspace_id, name, color) VALUES ($1, $2, $3) RETURNING id, name, color",
        tx.workspace_id, new.name.strip(), new.color,
    )  # fmt: skip
    await tx.audit("tag.created", f"tag:{row.id}")
    return _view(row, tx.actor)


async def update_tag(tx: Tx, id: int, patch: TagPatch) -> Tag:
    """Raises NotFound, Conflict."""
    row = await tx.find(
        Tag,
        "UPDATE tags SET name = coalesce($3, name), color = coalesce($4, color) WHERE workspace_id = $1 AND id = $2"
        " RETURNING id, name, color",
        tx.workspace_id, id, None if patch.name is msgspec.UNSET else patch.name.strip(),
        None if patch.color is msgspec.UNSET else patch.color,
    )  # fmt: skip
    if row is None:
        raise NotFound("This tag does not exist.")
    await tx.audit("tag.changed", f"tag:{id}")
    return _view(row, tx.actor)


async def delete_tag(tx: Tx, id: int) -> None:
    """Take a tag off everything and forget it. Raises NotFound."""
    await tx.run(
        "UPDATE conversations c SET tag_ids = array_remove(tag_ids, $2) FROM conversation_tags t WHERE c.workspace_id = $1"
        " AND t.workspace_id = $1 AND t.tag_id = $2 AND c.id = t.conversation_id",
        tx.workspace_id, id,
    )  # fmt: skip
    if not await tx.run("DELETE FROM tags WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id):
        raise NotFound("This tag does not exist.")
    await tx.audit("tag.deleted", f"tag:{id}")


def _view(row: Tag, actor: Actor) -> Tag:
    return msgspec.structs.replace(row, can=["write"] if actor.can("tags.write") else [])
