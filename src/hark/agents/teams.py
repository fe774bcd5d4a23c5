"""Making, changing and deleting teams."""

from hark.access.types import AccessChanged
from hark.agents.queries import find_team
from hark.agents.types import NewTeam, Team, TeamChanged, TeamPatch
from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict, NotFound
from hark.workspaces.patch import changed


async def create_team(tx: Tx, new: NewTeam) -> Team:
    """A team with its members. Raises Conflict when the name is taken, BadRequest for unknown people or hours."""
    await _require_calendar(tx, new.calendar_id)
    id = await tx.one(
        int,
        "INSERT INTO teams (workspace_id, name, calendar_id, reply_lock) VALUES ($1, $2, $3, $4) RETURNING id",
        tx.workspace_id, new.name, new.calendar_id, new.reply_lock,
    )  # fmt: skip
    await _set_members(tx, id, new.member_ids)
    await tx.audit("team.created", f"team:{id}", data={"member_ids": new.member_ids, "calendar_id": new.calendar_id})
    tx.emit(TeamChanged(team_id=id))
    return await get_team(tx, id)


async def update_team(tx: Tx, id: int, patch: TeamPatch) -> Team:
    """Change a team. Raises NotFound, Conflict when the name is taken, BadRequest for unknown people or hours."""
    await tx.run("SELECT FROM teams WHERE workspace_id = $1 AND id = $2 FOR UPDATE", tx.workspace_id, id)
    old = await get_team(tx, id)
    fields = changed(patch)
    calendar_id = fields.get("calendar_id", old.calendar_id)
    await _require_calendar(tx, calendar_id)
    await tx.run(
        "UPDATE teams SET name = $3, calendar_id = $4, reply_lock = $5 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, fields.get("name", old.name), calendar_id, fields.get("reply_lock", old.reply_lock),
    )  # fmt: skip
    if "member_ids" in fields:
        await _set_members(tx, id, fields["member_ids"])
    told: dict[str, object] = {k: fields[k] for k in ("member_ids", "calendar_id", "reply_lock") if k in fields}
    await tx.audit("team.changed", f"team:{id}", data={"fields": sorted(fields), **told})
    tx.emit(TeamChanged(team_id=id))
    return await get_team(tx, id)


async def delete_team(tx: Tx, id: int) -> None:
    """Delete a team. Raises Conflict while it has open conversations or a mailbox, which would lose their place."""
    await tx.run("SELECT FROM teams WHERE workspace_id = $1 AND id = $2 FOR UPDATE", tx.workspace_id, id)
    team = await get_team(tx, id)
    if await tx.find(
        int,
        "SELECT 1 FROM conversations WHERE workspace_id = $1 AND team_id = $2 AND status < 3 LIMIT 1",
        tx.workspace_id, id,
    ):  # fmt: skip
        raise Conflict("This team has open conversations. Give them to another team first.", code="team_in_use")
    if await tx.find(
        int, "SELECT 1 FROM channel_accounts WHERE workspace_id = $1 AND team_id = $2 LIMIT 1", tx.workspace_id, id
    ):
        raise Conflict("A mailbox gives its mail to this team. Choose another team for it first.", code="team_in_use")
    await tx.run("DELETE FROM teams WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id)
    await tx.audit("team.deleted", f"team:{id}")
    for agent_id in team.member_ids:
        tx.emit(AccessChanged(agent_id=agent_id))
    tx.emit(TeamChanged(team_id=id))


async def get_team(tx: Tx, id: int) -> Team:
    """One team. Raises NotFound."""
    team = await find_team(tx, tx.workspace_id, id)
    if team is None:
        raise NotFound("There is no such team in this workspace.")
    return team


async def _require_calendar(tx: Tx, calendar_id: int | None) -> None:
    if calendar_id is not None and not await tx.find(
        int, "SELECT id FROM calendars WHERE workspace_id = $1 AND id = $2", tx.workspace_id, calendar_id
    ):
        raise BadRequest(f"There are no hours {calendar_id} in this workspace.", code="unknown_calendar")


async def _set_members(tx: Tx, team_id: int, agent_ids: list[int]) -> None:
    wanted = sorted(set(agent_ids))
    known = await tx.all(
        int, "SELECT id FROM agents WHERE workspace_id = $1 AND id = ANY($2::int[])", tx.workspace_id, wanted
    )
    if missing := sorted(set(wanted) - set(known)):
        raise BadRequest(f"There is no person {missing[0]} in this workspace.", code="unknown_agent")
    removed = await tx.all(
        int,
        "DELETE FROM team_members WHERE workspace_id = $1 AND team_id = $2 AND agent_id <> ALL($3::int[]) RETURNING agent_id",
        tx.workspace_id, team_id, wanted,
    )  # fmt: skip
    added = await tx.all(
        int,
        "INSERT INTO team_members (workspace_id, team_id, agent_id) SELECT $1, $2, unnest($3::int[])"
        " ON CONFLICT DO NOTHING RETURNING agent_id",
        tx.workspace_id, team_id, wanted,
    )  # fmt: skip
    for agent_id in sorted({*removed, *added}):
        tx.emit(AccessChanged(agent_id=agent_id))
