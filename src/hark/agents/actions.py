"""Adding, changing and disabling people of the team. Passwords come hashed: argon2 has no place in a transaction."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from hark.access.actions import end_sessions, end_tokens
from hark.access.queries import Role, get_role
from hark.access.rules import require_grantable, require_owner_left, require_reach
from hark.access.types import AccessChanged
from hark.agents.queries import AgentRow, find_picture, get_agent
from hark.agents.types import AgentChanged, AgentPatch, NewAgent
from hark.core.db import Queries, Tx
from hark.core.errors import BadRequest, Conflict
from hark.workspaces.actions import check_time_zone
from hark.workspaces.patch import changed


async def create_agent(tx: Tx, new: NewAgent, *, password_hash: str) -> AgentRow:
    """Add a person. Raises Forbidden for a role that can more than the actor, Conflict when the address is taken."""
    role = await get_role(tx, tx.workspace_id, new.role_id)
    _require_role_grantable(tx, role)
    id = await insert_agent(tx, new, password_hash=password_hash)
    await _set_teams(tx, id, new.team_ids)
    await tx.audit("agent.created", f"agent:{id}", data={"role_id": role.id, "team_ids": new.team_ids})
    tx.emit(AgentChanged(agent_id=id))
    return await get_agent(tx, tx.workspace_id, id)


async def insert_agent(tx: Tx, new: NewAgent, *, password_hash: str) -> int:
    """The row alone, for whoever has checked already that it may be made (first set-up); its id."""
    return await tx.one(
        int,
        "INSERT INTO agents (workspace_id, email, name, role_id, password_hash, locale, time_zone, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id",
        tx.workspace_id, new.email.lower(), new.name, new.role_id, password_hash, new.locale,
        check_time_zone(new.time_zone), tx.now(),
    )  # fmt: skip


async def update_agent(tx: Tx, id: int, patch: AgentPatch, *, password_hash: str | None = None) -> AgentRow:
    """Change a person; disabling or a new password ends their sessions at once, disabling their tokens too.

    Raises Forbidden for someone, or a role, that can more than the actor; Conflict for the last owner.
    """
    # Before the person's row: two owners who demote each other at the same moment wait for each other here.
    await tx.run("SELECT FROM roles WHERE workspace_id = $1 AND builtin = 'owner' FOR UPDATE", tx.workspace_id)
    await tx.run("SELECT FROM agents WHERE workspace_id = $1 AND id = $2 FOR UPDATE", tx.workspace_id, id)
    old = await get_agent(tx, tx.workspace_id, id)
    require_grantable(tx.actor, old.grants)
    require_reach(tx.actor, old.scope)
    fields = changed(patch)
    await _change_role(tx, old, fields.get("role_id", old.role_id))
    await _change_disabled(tx, old, fields.get("disabled", old.disabled_at is not None))
    await tx.run(
        "UPDATE agents SET email = $3, name = $4, locale = $5, time_zone = $6, password_hash = coalesce($7, password_hash)"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, fields.get("email", old.email).lower(), fields.get("name", old.name),
        fields.get("locale", old.locale), check_time_zone(fields.get("time_zone", old.time_zone)), password_hash,
    )  # fmt: skip
    if password_hash is not None:
        await end_sessions(tx, id, keep=tx.actor.session_id if id == tx.actor.agent_id else None)
    if "team_ids" in fields:
        await _set_teams(tx, id, fields["team_ids"])
    told: dict[str, object] = {k: fields[k] for k in ("role_id", "disabled", "team_ids") if k in fields}
    await tx.audit("agent.changed", f"agent:{id}", data={"fields": sorted(fields), **told})
    tx.emit(AgentChanged(agent_id=id))
    return await get_agent(tx, tx.workspace_id, id)


async def _change_role(tx: Tx, old: AgentRow, role_id: int) -> None:
    if role_id == old.role_id:
        return
    role = await get_role(tx, tx.workspace_id, role_id)
    _require_role_grantable(tx, role)
    if old.builtin == "owner":
        await _require_other_owner(tx, old)
    await tx.run("UPDATE agents SET role_id = $3 WHERE workspace_id = $1 AND id = $2", tx.workspace_id, old.id, role_id)
    tx.emit(AccessChanged(agent_id=old.id))


async def _change_disabled(tx: Tx, old: AgentRow, disabled: bool) -> None:
    if disabled == (old.disabled_at is not None):
        return
    if disabled and old.id == tx.actor.agent_id:
        raise Conflict("You cannot disable yourself. Ask another owner or admin.", code="disable_self")
    if disabled and old.builtin == "owner":
        await _require_other_owner(tx, old)
    await tx.run(
        "UPDATE agents SET disabled_at = $3 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, old.id, tx.now() if disabled else None,
    )  # fmt: skip
    if disabled:
        await end_sessions(tx, old.id)
        await end_tokens(tx, old.id)


async def _require_other_owner(tx: Tx, leaving: AgentRow) -> None:
    """The owner role's row is locked, so the count stays true until the commit."""
    others = await tx.one(
        int,
        "SELECT count(*) FROM agents a JOIN roles r ON r.workspace_id = a.workspace_id AND r.id = a.role_id"
        " WHERE a.workspace_id = $1 AND r.builtin = 'owner' AND a.disabled_at IS NULL AND a.id <> $2",
        tx.workspace_id, leaving.id,
    )  # fmt: skip
    require_owner_left(others)


def _require_role_grantable(tx: Tx, role: Role) -> None:
    require_grantable(tx.actor, role.grants)
    require_reach(tx.actor, role.scope)


async def _set_teams(tx: Tx, agent_id: int, team_ids: Iterable[int]) -> None:
    """Make these the person's teams. Raises BadRequest for a team that is not of this workspace."""
    wanted = set(team_ids)
    known = await tx.all(
        int, "SELECT id FROM teams WHERE workspace_id = $1 AND id = ANY($2::int[])", tx.workspace_id, sorted(wanted)
    )
    if missing := sorted(wanted - set(known)):
        raise BadRequest(f"There is no team {missing[0]} in this workspace.", code="unknown_team")
    removed = await tx.run(
        "DELETE FROM team_members WHERE workspace_id = $1 AND agent_id = $2 AND team_id <> ALL($3::int[])",
        tx.workspace_id, agent_id, sorted(wanted),
    )  # fmt: skip
    added = await tx.run(
        "INSERT INTO team_members (workspace_id, team_id, agent_id) SELECT $1, unnest($3::int[]), $2 ON CONFLICT DO NOTHING",
        tx.workspace_id, agent_id, sorted(wanted),
    )  # fmt: skip
    if removed or added:
        tx.emit(AccessChanged(agent_id=agent_id))


async def replace_picture(tx: Tx, agent_id: int, key: str | None) -> str | None:
    """Give a person another picture, or none; the key of the file that nobody needs any more."""
    await tx.run("SELECT FROM agents WHERE workspace_id = $1 AND id = $2 FOR UPDATE", tx.workspace_id, agent_id)
    old = await find_picture(tx, tx.workspace_id, agent_id)
    await tx.run(
        "UPDATE agents SET picture_key = $3 WHERE workspace_id = $1 AND id = $2", tx.workspace_id, agent_id, key
    )
    tx.emit(AgentChanged(agent_id=agent_id))
    return old


async def write_tabs(db: Queries, tabs: Sequence[tuple[int, UUID, int, bool]], now: datetime) -> None:
    """Say that these tabs (workspace, connection, agent, idle) are open now."""
    workspaces, connections, agents, idle = zip(*tabs, strict=True)
    await db.run(
        "INSERT INTO agent_presence (workspace_id, connection, agent_id, idle, seen_at)"
        " SELECT w, c, a, i, $5 FROM unnest($1::int[], $2::uuid[], $3::int[], $4::boolean[]) AS t(w, c, a, i)"
        " ON CONFLICT (workspace_id, connection) DO UPDATE SET idle = excluded.idle, seen_at = excluded.seen_at",
        workspaces, connections, agents, idle, now,
    )  # fmt: skip


async def forget_tabs(db: Queries, tabs: Sequence[tuple[int, UUID]]) -> None:
    """These tabs (workspace, connection) are closed."""
    await db.run(
        "DELETE FROM agent_presence p USING unnest($1::int[], $2::uuid[]) AS t(w, c)"
        " WHERE p.workspace_id = t.w AND p.connection = t.c",
        [w for w, _ in tabs], [c for _, c in tabs],
    )  # fmt: skip


async def forget_stale_tabs(db: Queries, before: datetime) -> None:
    """Take away the rows that a killed process left, of all workspaces."""
    await db.run("DELETE FROM agent_presence WHERE seen_at < $1", before)
