"""Who may see a conversation: one predicate for get, list, counters, search and realtime, and its in-memory twin."""

from hark.core.actor import Actor, Scope
from hark.core.sql import TRUE, Sql


def visible(actor: Actor) -> Sql:
    """The predicate over alias `c` of conversations. Never NULL, so it can stand anywhere."""
    if actor.scope is Scope.ALL:
        return TRUE
    mine = Sql("coalesce(c.assignee_id = {}, false)", actor.agent_id)
    if actor.scope is Scope.OWN:
        return mine
    return Sql("(coalesce(c.team_id = ANY({}::int[]), false) OR {})", sorted(actor.team_ids), mine)


def can_see(actor: Actor, team_id: int | None, assignee_id: int | None) -> bool:
    """The same decision for a conversation of this team and assignee."""
    if actor.scope is Scope.ALL:
        return True
    mine = assignee_id is not None and assignee_id == actor.agent_id
    return mine or (actor.scope is Scope.TEAM and team_id is not None and team_id in actor.team_ids)
