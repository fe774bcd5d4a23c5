"""Reading topics, and the mean handle time of each."""

from collections.abc import Mapping

import msgspec

from hark.core.actor import Actor
from hark.core.db import Queries
from hark.topics.types import Topic
from hark.workspaces.queries import get_workspace

MISSING = "This topic does not exist."


async def list_topics(db: Queries, actor: Actor) -> list[Topic]:
    """All topics of the workspace, those in use first, by name."""
    rows = await db.all(
        Topic,
        "SELECT id, name, handle_s, learned_handle_s, archived_at IS NOT NULL AS archived FROM topics"
        " WHERE workspace_id = $1 ORDER BY archived_at IS NOT NULL, lower(name), id",
        actor.workspace_id,
    )  # fmt: skip
    return [topic_view(row, actor) for row in rows]


def topic_view(row: Topic, actor: Actor) -> Topic:
    """The topic with what the actor may do to it."""
    return msgspec.structs.replace(row, can=["write"] if actor.can("topics.write") else [])


class _Handle(msgspec.Struct, frozen=True):
    id: int
    seconds: float


async def own_handle_seconds(db: Queries, workspace_id: int) -> dict[int, float]:
    """Mean handle time in seconds of each topic that has one of its own: set by people, else learned."""
    rows = await db.all(
        _Handle,
        "SELECT id, coalesce(handle_s, learned_handle_s) AS seconds FROM topics"
        " WHERE workspace_id = $1 AND coalesce(handle_s, learned_handle_s) IS NOT NULL",
        workspace_id,
    )  # fmt: skip
    return {row.id: row.seconds for row in rows}


async def handle_seconds(db: Queries, workspace_id: int) -> Mapping[int | None, float]:
    """d in seconds of every topic: set, else learned, else the workspace's, which is also that of None."""
    default = (await get_workspace(db, workspace_id)).settings.value.handle_s
    own = await own_handle_seconds(db, workspace_id)
    ids = await db.all(int, "SELECT id FROM topics WHERE workspace_id = $1", workspace_id)
    return {None: default, **{id: own.get(id, default) for id in ids}}
