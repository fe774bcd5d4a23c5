"""Reading people and teams."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from hark.access.types import permissions_of
from hark.agents.types import Agent, Availability, PersonPresence, PersonState, Team
from hark.core.actor import Actor, Scope
from hark.core.db import Queries
from hark.core.errors import NotFound
from hark.core.sql import Sql


class AgentRow(Agent, frozen=True, kw_only=True):
    """A person with what their role allows, for the rules; never sent to clients."""

    builtin: str | None
    permissions: list[str]
    scope: Scope

    @property
    def grants(self) -> frozenset[str]:
        return permissions_of(self.builtin, self.permissions)


async def _agents(db: Queries, where: Sql) -> list[AgentRow]:
    return await db.all(
        AgentRow,
        Sql("SELECT a.id, a.email, a.name, a.role_id, r.name AS role, a.locale, a.time_zone, a.disabled_at, a.created_at,"
            " ARRAY(SELECT m.team_id FROM team_members m WHERE m.workspace_id = a.workspace_id AND m.agent_id = a.id"
            " ORDER BY m.team_id) AS team_ids, (ARRAY['online', 'busy', 'away'])[a.availability] AS availability,"
            " '/api/agents/' || a.id || '/picture?v=' || right(a.picture_key, 12) AS picture_url, r.builtin, r.permissions, r.scope"
            " FROM agents a JOIN roles r ON r.workspace_id = a.workspace_id AND r.id = a.role_id"
            " WHERE {} ORDER BY a.name, a.id", where),
    )  # fmt: skip


async def list_agents(db: Queries, actor: Actor) -> list[Agent]:
    """Everybody of the workspace by name, disabled people too (their messages remain)."""
    return [agent_view(a, actor) for a in await _agents(db, Sql("a.workspace_id = {}", actor.workspace_id))]


async def list_people_who_may(db: Queries, workspace_id: int, permission: str) -> list[AgentRow]:
    """Active people whose role includes the permission, by name."""
    rows = await _agents(db, Sql("a.workspace_id = {} AND a.disabled_at IS NULL", workspace_id))
    return [row for row in rows if permission in row.grants]


async def get_agent(db: Queries, workspace_id: int, id: int) -> AgentRow:
    """One person. Raises NotFound."""
    rows = await _agents(db, Sql("a.workspace_id = {} AND a.id = {}", workspace_id, id))
    if not rows:
        raise NotFound("There is no such person in this workspace.")
    return rows[0]


def agent_view(row: AgentRow, actor: Actor) -> Agent:
    """The person as the actor sees them. Nobody changes someone who can more than themselves."""
    fields: dict[str, Any] = {name: getattr(row, name) for name in Agent.__struct_fields__}
    if actor.can("agents.write") and row.grants <= actor.permissions and row.scope <= actor.scope:
        fields["can"] = ["write"] if row.id == actor.agent_id else ["write", "disable"]
    return msgspec.convert(fields, Agent)


class PersonTabs(msgspec.Struct, frozen=True):
    """A person and their open tabs, over all processes."""

    workspace_id: int
    id: int
    availability: Availability
    tabs: int
    active: int

    @property
    def state(self) -> PersonState:
        """Offline without a tab, else what they chose by hand, else away when nobody sits at any of them."""
        if not self.tabs:
            return "offline"
        if self.availability is Availability.BUSY:
            return "busy"
        return "online" if self.active and self.availability is Availability.ONLINE else "away"


async def agent_states(
    db: Queries, workspace_ids: Sequence[int], since: datetime, agent_ids: Sequence[int] | None = None
) -> list[PersonTabs]:
    """People who can sign in, of these workspaces, with their tabs that were renewed after `since`."""
    return await db.all(
        PersonTabs,
        "SELECT a.workspace_id, a.id, a.availability, count(p.connection) AS tabs,"
        " count(*) FILTER (WHERE NOT p.idle) AS active FROM agents a"
        " LEFT JOIN agent_presence p ON p.workspace_id = a.workspace_id AND p.agent_id = a.id AND p.seen_at > $2"
        " WHERE a.workspace_id = ANY($1::int[]) AND a.disabled_at IS NULL AND ($3::int[] IS NULL OR a.id = ANY($3))"
        " GROUP BY a.workspace_id, a.id",
        workspace_ids, since, agent_ids,
    )  # fmt: skip


async def list_presence(db: Queries, actor: Actor, since: datetime) -> list[PersonPresence]:
    """Who is here, of everybody who can sign in, by id."""
    rows = await agent_states(db, [actor.workspace_id], since)
    return [PersonPresence(id=r.id, state=r.state) for r in sorted(rows, key=lambda r: r.id)]


async def find_picture(db: Queries, workspace_id: int, id: int) -> str | None:
    """The key of the file with a person's picture."""
    return await db.find(str, "SELECT picture_key FROM agents WHERE workspace_id = $1 AND id = $2", workspace_id, id)


async def list_teams(db: Queries, actor: Actor, *, mine: bool = False) -> list[Team]:
    """The teams by name; only the actor's own with `mine`."""
    own = Sql("t.id = ANY({}::int[])", sorted(actor.team_ids)) if mine else Sql("true")
    rows = await _teams(db, Sql("t.workspace_id = {} AND {}", actor.workspace_id, own))
    return [team_view(t, actor) for t in rows]


async def find_team(db: Queries, workspace_id: int, id: int) -> Team | None:
    """The team, or None when the workspace has none with this id."""
    rows = await _teams(db, Sql("t.workspace_id = {} AND t.id = {}", workspace_id, id))
    return rows[0] if rows else None


async def _teams(db: Queries, where: Sql) -> list[Team]:
    return await db.all(
        Team,
        Sql("SELECT t.id, t.name, t.calendar_id, t.reply_lock, ARRAY(SELECT m.agent_id FROM team_members m"
            " WHERE m.workspace_id = t.workspace_id AND m.team_id = t.id ORDER BY m.agent_id) AS member_ids"
            " FROM teams t WHERE {} ORDER BY t.name, t.id", where),
    )  # fmt: skip


def team_view(team: Team, actor: Actor) -> Team:
    """The team with what the actor may do to it."""
    return msgspec.structs.replace(team, can=["write", "delete"] if actor.can("agents.write") else [])
