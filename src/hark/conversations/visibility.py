"""Who may see a conversation: one predicate for get, list, counters, search and realtime, and its in-memory twin."""

from collections.abc import Collection
from typing import NamedTuple

from hark.core.actor import Actor, Scope
from hark.core.sql import TRUE, Sql


class Place(NamedTuple):
    """What decides who sees a conversation: its team, its assignee, and the colleagues who were asked in."""

    team_id: int | None
    assignee_id: int | None
    helpers: tuple[int, ...] = ()


def visible(actor: Actor) -> Sql:
    """The predicate over alias `c` of conversations. Never NULL, so it can stand anywhere."""
    if actor.scope is Scope.ALL:
        return TRUE
    mine = Sql("(coalesce(c.assignee_id = {}, false) OR {})", actor.agent_id, helping(actor))
    if actor.scope is Scope.OWN:
        return mine
    return Sql("(coalesce(c.team_id = ANY({}::int[]), false) OR {})", sorted(actor.team_ids), mine)


def helping(actor: Actor) -> Sql:
    """Over alias `c`: the actor was asked in and has neither declined nor left."""
    return Sql(
        "c.id IN (SELECT h.conversation_id FROM participants h"
        " WHERE h.workspace_id = {} AND h.agent_id = {} AND h.state < 3)",
        actor.workspace_id, actor.agent_id,
    )  # fmt: skip


def can_see(actor: Actor, team_id: int | None, assignee_id: int | None, helpers: Collection[int] = ()) -> bool:
    """The same decision for a conversation of this team and assignee; `helpers`: who was asked in and is still."""
    if actor.scope is Scope.ALL:
        return True
    if (assignee_id is not None and assignee_id == actor.agent_id) or actor.agent_id in helpers:
        return True
    return actor.scope is Scope.TEAM and team_id is not None and team_id in actor.team_ids
