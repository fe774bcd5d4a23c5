"""Changing how work is given: skills, what a person can be given, absences, and a team's routing."""

from typing import Any

import msgspec

from hark.core.db import Tx
from hark.core.errors import BadRequest, Forbidden, NotFound
from hark.routing.queries import get_agent_work, get_skill, get_team_routing, require_agent
from hark.routing.types import (
    Absence,
    AbsenceChanged,
    AgentWork,
    AgentWorkBody,
    Mode,
    NewAbsence,
    NewSkill,
    RoutingChanged,
    Skill,
    SkillPatch,
    SkillsChanged,
    TeamRouting,
    TeamRoutingPatch,
)


async def create_skill(tx: Tx, new: NewSkill) -> Skill:
    """Raises Conflict when there is one of this name, BadRequest for a topic that does not exist."""
    id = await tx.one(
        int, "INSERT INTO skills (workspace_id, name) VALUES ($1, $2) RETURNING id", tx.workspace_id, new.name.strip()
    )
    await _set_topics(tx, id, new.topic_ids)
    return await _skill_changed(tx, id, "skill.created")


async def update_skill(tx: Tx, id: int, patch: SkillPatch) -> Skill:
    """Change what the patch names. Raises NotFound, Conflict, BadRequest for a topic that does not exist."""
    await get_skill(tx, tx.actor, id)
    if not isinstance(patch.name, msgspec.UnsetType):
        await tx.run(
            "UPDATE skills SET name = $3 WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id, patch.name.strip()
        )
    if not isinstance(patch.topic_ids, msgspec.UnsetType):
        await _set_topics(tx, id, patch.topic_ids)
    return await _skill_changed(tx, id, "skill.changed")


async def delete_skill(tx: Tx, id: int) -> None:
    """Nobody has it and nothing needs it any more. Raises NotFound."""
    await get_skill(tx, tx.actor, id)
    await tx.run("DELETE FROM skills WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id)
    await tx.audit("skill.deleted", f"skill:{id}")
    tx.emit(SkillsChanged())


async def _skill_changed(tx: Tx, id: int, what: str) -> Skill:
    skill = await get_skill(tx, tx.actor, id)
    await tx.audit(what, f"skill:{id}", data={"topic_ids": skill.topic_ids})
    tx.emit(SkillsChanged())
    return skill


async def _set_topics(tx: Tx, id: int, topic_ids: list[int]) -> None:
    wanted = sorted(set(topic_ids))
    await _require_all(
        tx, "SELECT id FROM topics WHERE workspace_id = $1 AND id = ANY($2::int[])", wanted, "There is no topic {}."
    )
    await tx.run("DELETE FROM topic_skills WHERE workspace_id = $1 AND skill_id = $2", tx.workspace_id, id)
    await tx.run(
        "INSERT INTO topic_skills (workspace_id, topic_id, skill_id) SELECT $1, unnest($3::int[]), $2",
        tx.workspace_id, id, wanted,
    )  # fmt: skip


async def _require_all(tx: Tx, sql: str, ids: list[int], sentence: str) -> None:
    known = await tx.all(int, sql, tx.workspace_id, ids) if ids else []
    if missing := sorted(set(ids) - set(known)):
        raise BadRequest(sentence.format(missing[0]), code="unknown_reference")


async def set_agent_work(tx: Tx, id: int, body: AgentWorkBody) -> AgentWork:
    """What somebody can be given. Raises NotFound, and BadRequest for skills or hours that do not exist."""
    await require_agent(tx, tx.workspace_id, id)
    skills = sorted(set(body.skill_ids))
    await _require_all(
        tx, "SELECT id FROM skills WHERE workspace_id = $1 AND id = ANY($2::int[])", skills, "There is no skill {}."
    )
    if body.calendar_id is not None:
        await _require_all(
            tx, "SELECT id FROM calendars WHERE workspace_id = $1 AND id = ANY($2::int[])", [body.calendar_id],
            "There are no hours {}.",
        )  # fmt: skip
    await tx.run(
        "INSERT INTO agent_work (workspace_id, agent_id, languages, capacity, calendar_id) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (workspace_id, agent_id) DO UPDATE SET languages = $3, capacity = $4, calendar_id = $5",
        tx.workspace_id, id, sorted(set(body.languages)), body.capacity, body.calendar_id,
    )  # fmt: skip
    await tx.run("DELETE FROM agent_skills WHERE workspace_id = $1 AND agent_id = $2", tx.workspace_id, id)
    await tx.run(
        "INSERT INTO agent_skills (workspace_id, agent_id, skill_id) SELECT $1, $2, unnest($3::int[])",
        tx.workspace_id, id, skills,
    )  # fmt: skip
    await tx.audit("agent_work.changed", f"agent:{id}", data={"skill_ids": skills, "capacity": body.capacity})
    tx.emit(SkillsChanged(agent_id=id))
    return await get_agent_work(tx, tx.actor, id)


async def create_absence(tx: Tx, agent_id: int, new: NewAbsence) -> Absence:
    """Raises NotFound for the person, Forbidden for another's without the right, BadRequest for times or a substitute
    that make no sense."""
    await require_agent(tx, tx.workspace_id, agent_id)
    _require_may(tx, agent_id)
    if new.ends_at <= new.starts_at:
        raise BadRequest("An absence ends after it begins.", code="bad_times")
    if new.ends_at <= tx.now():
        raise BadRequest("This absence is over already. Enter one that ends in the future.", code="past")
    if new.substitute_id == agent_id:
        raise BadRequest("Nobody stands in for themselves. Choose somebody else.", code="own_substitute")
    if new.substitute_id is not None:
        await _require_all(
            tx,
            "SELECT id FROM agents WHERE workspace_id = $1 AND id = ANY($2::int[]) AND disabled_at IS NULL",
            [new.substitute_id], "There is no person {}, or they no longer work here.",
        )  # fmt: skip
    made = await tx.one(
        Absence,
        "INSERT INTO absences (workspace_id, agent_id, starts_at, ends_at, substitute_id) VALUES ($1, $2, $3, $4, $5)"
        " RETURNING id, agent_id, starts_at, ends_at, substitute_id",
        tx.workspace_id, agent_id, new.starts_at, new.ends_at, new.substitute_id,
    )  # fmt: skip
    await tx.audit("absence.created", f"agent:{agent_id}", data={"absence_id": made.id})
    tx.emit(AbsenceChanged(agent_id=agent_id))
    return msgspec.structs.replace(made, can=["delete"])


async def delete_absence(tx: Tx, agent_id: int, id: int) -> None:
    """Raises NotFound, and Forbidden for another's without the right."""
    _require_may(tx, agent_id)
    if not await tx.run(
        "DELETE FROM absences WHERE workspace_id = $1 AND agent_id = $2 AND id = $3", tx.workspace_id, agent_id, id
    ):
        raise NotFound("This absence does not exist.")
    await tx.audit("absence.deleted", f"agent:{agent_id}", data={"absence_id": id})
    tx.emit(AbsenceChanged(agent_id=agent_id))


def _require_may(tx: Tx, agent_id: int) -> None:
    if agent_id != tx.actor.agent_id and not tx.actor.can("routing.write"):
        raise Forbidden("Only who manages routing enters absences of others. Ask an admin.", permission="routing.write")


async def update_team_routing(tx: Tx, team_id: int, patch: TeamRoutingPatch) -> TeamRouting:
    """Change what the patch names. Raises NotFound, and BadRequest for an overflow team that is none."""
    await tx.run("SELECT FROM teams WHERE workspace_id = $1 AND id = $2 FOR UPDATE", tx.workspace_id, team_id)
    old = await get_team_routing(tx, tx.actor, team_id)
    named: dict[str, Any] = {
        name: value
        for name in patch.__struct_fields__
        if not isinstance(value := getattr(patch, name), msgspec.UnsetType)
    }
    new = msgspec.structs.replace(old, **named)
    if new.overflow_team_id == team_id:
        raise BadRequest("A team cannot overflow into itself. Choose another one.", code="own_overflow")
    if new.overflow_team_id is not None:
        await _require_all(
            tx, "SELECT id FROM teams WHERE workspace_id = $1 AND id = ANY($2::int[])", [new.overflow_team_id],
            "There is no team {}.",
        )  # fmt: skip
    await tx.run(
        "INSERT INTO team_routing (workspace_id, team_id, mode, weights, offer_s, explore, overflow_team_id,"
        " overflow_after_s) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (workspace_id, team_id) DO UPDATE SET"
        " mode = $3, weights = $4, offer_s = $5, explore = $6, overflow_team_id = $7, overflow_after_s = $8",
        tx.workspace_id, team_id, Mode[new.mode.upper()], msgspec.to_builtins(new.weights), new.offer_s, new.explore,
        new.overflow_team_id, new.overflow_after_s,
    )  # fmt: skip
    await tx.audit("routing.changed", f"team:{team_id}", data={"mode": new.mode, "fields": sorted(named)})
    tx.emit(RoutingChanged(team_id=team_id))
    return new
