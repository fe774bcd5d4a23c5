"""Making and changing topics. Which topic a conversation has is set by `hark.conversations.actions.set_topic`."""

import msgspec

from hark.core.db import Tx
from hark.core.errors import NotFound
from hark.topics.queries import MISSING, topic_view
from hark.topics.types import NewTopic, Topic, TopicDefined, TopicPatch
from hark.workspaces.patch import changed


async def create_topic(tx: Tx, new: NewTopic) -> Topic:
    """Raises Conflict when a topic of this name exists."""
    row = await tx.one(
        Topic,
        "INSERT INTO topics (workspace_id, name, handle_s) VALUES ($1, $2, $3)"
        " RETURNING id, name, handle_s, learned_handle_s, false AS archived",
        tx.workspace_id, new.name.strip(), new.handle_s,
    )  # fmt: skip
    return await _told(tx, row, "topic.created")


async def update_topic(tx: Tx, id: int, patch: TopicPatch) -> Topic:
    """Change what the patch names. Raises NotFound, Conflict."""
    old = await tx.one(
        Topic,
        "SELECT id, name, handle_s, learned_handle_s, archived_at IS NOT NULL AS archived FROM topics"
        " WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        tx.workspace_id, id, missing=MISSING,
    )  # fmt: skip
    new = msgspec.structs.replace(old, **changed(patch))
    new = msgspec.structs.replace(new, name=new.name.strip())
    await tx.run(
        "UPDATE topics SET name = $3, handle_s = $4,"
        " archived_at = CASE WHEN $5 THEN coalesce(archived_at, $6) END WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, new.name, new.handle_s, new.archived, tx.now(),
    )  # fmt: skip
    return await _told(tx, new, "topic.changed")


async def delete_topic(tx: Tx, id: int) -> None:
    """Forget a topic; conversations that had it have none. Raises NotFound."""
    if not await tx.run("DELETE FROM topics WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id):
        raise NotFound(MISSING)
    await tx.audit("topic.deleted", f"topic:{id}")
    tx.emit(TopicDefined(topic_id=id))


async def _told(tx: Tx, topic: Topic, what: str) -> Topic:
    await tx.audit(what, f"topic:{topic.id}", data={"handle_s": topic.handle_s, "archived": topic.archived})
    tx.emit(TopicDefined(topic_id=topic.id))
    return topic_view(topic, tx.actor)
