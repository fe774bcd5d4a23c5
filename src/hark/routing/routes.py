"""Routing over HTTP: taking work, offers, how teams and people get it, and what was learned."""

from uuid import UUID

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import delete, get, patch, post, put
from hark.core.paging import Page
from hark.core.wake import Bus
from hark.routing import actions, queries, taking
from hark.routing.experience import list_experience
from hark.routing.types import (
    Absence,
    AgentWork,
    AgentWorkBody,
    Decision,
    Experience,
    NewAbsence,
    NewSkill,
    NextBody,
    Offer,
    Skill,
    SkillPatch,
    Taken,
    TeamRouting,
    TeamRoutingPatch,
)


async def post_next(db: Db, actor: Actor, data: NextBody) -> Taken | None:
    async with db.transaction(actor) as tx:
        return await taking.take_next(tx, data.team_id)


async def get_next(db: Db, actor: Actor, team_id: int | None = None) -> Taken | None:
    async with db.transaction(actor) as tx:
        return await taking.suggest_next(tx, team_id)


async def get_offers(db: Db, actor: Actor) -> Page[Offer]:
    return Page(items=await queries.list_offers(db, actor, now=db.now()))


async def accept_offer(db: Db, actor: Actor, bus: Bus, id: UUID) -> Taken:
    async with db.transaction(actor) as tx:
        taken = await taking.accept_offer(tx, id)
    _tell(bus, actor)
    return taken


async def decline_offer(db: Db, actor: Actor, bus: Bus, id: UUID) -> None:
    async with db.transaction(actor) as tx:
        await taking.decline_offer(tx, id)
    _tell(bus, actor)


def _tell(bus: Bus, actor: Actor) -> None:
    """The person's other tabs."""
    bus.publish(actor.workspace_id, {"type": "offer", "agent_id": actor.agent_id})


async def get_decisions(db: Db, actor: Actor, id: UUID) -> Page[Decision]:
    return Page(items=await queries.list_decisions(db, actor, id))


async def get_skills(db: Db, actor: Actor) -> Page[Skill]:
    return Page(items=await queries.list_skills(db, actor))


async def post_skill(db: Db, actor: Actor, data: NewSkill) -> Skill:
    async with db.transaction(actor) as tx:
        return await actions.create_skill(tx, data)


async def patch_skill(db: Db, actor: Actor, id: int, data: SkillPatch) -> Skill:
    async with db.transaction(actor) as tx:
        return await actions.update_skill(tx, id, data)


async def delete_skill(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await actions.delete_skill(tx, id)


async def get_agent_work(db: Db, actor: Actor, id: int) -> AgentWork:
    return await queries.get_agent_work(db, actor, id)


async def put_agent_work(db: Db, actor: Actor, id: int, data: AgentWorkBody) -> AgentWork:
    async with db.transaction(actor) as tx:
        return await actions.set_agent_work(tx, id, data)


async def get_absences(db: Db, actor: Actor, id: int) -> Page[Absence]:
    return Page(items=await queries.list_absences(db, actor, id, now=db.now()))


async def post_absence(db: Db, actor: Actor, id: int, data: NewAbsence) -> Absence:
    async with db.transaction(actor) as tx:
        return await actions.create_absence(tx, id, data)


async def delete_absence(db: Db, actor: Actor, id: int, absence_id: int) -> None:
    async with db.transaction(actor) as tx:
        await actions.delete_absence(tx, id, absence_id)


async def get_team_routing(db: Db, actor: Actor, id: int) -> TeamRouting:
    return await queries.get_team_routing(db, actor, id)


async def patch_team_routing(db: Db, actor: Actor, id: int, data: TeamRoutingPatch) -> TeamRouting:
    async with db.transaction(actor) as tx:
        return await actions.update_team_routing(tx, id, data)


async def get_my_experience(db: Db, actor: Actor) -> Page[Experience]:
    if actor.agent_id is None:
        return Page(items=[])
    return Page(items=await list_experience(db, actor, actor.agent_id))


async def get_experience(db: Db, actor: Actor, id: int) -> Page[Experience]:
    await queries.require_agent(db, actor.workspace_id, id)
    return Page(items=await list_experience(db, actor, id))


ROUTES = (
    get("/api/routing/next", get_next, can="conversations.write"),
    post("/api/routing/next", post_next, can="conversations.write"),
    get("/api/routing/offers", get_offers, can="conversations.write"),
    post("/api/routing/offers/{id:uuid}/accept", accept_offer, can="conversations.write"),
    post("/api/routing/offers/{id:uuid}/decline", decline_offer, can="conversations.write", status_code=204),
    get("/api/conversations/{id:uuid}/routing", get_decisions, can="conversations.read"),
    get("/api/skills", get_skills, can="agents.read"),
    post("/api/skills", post_skill, can="routing.write"),
    patch("/api/skills/{id:int}", patch_skill, can="routing.write"),
    delete("/api/skills/{id:int}", delete_skill, can="routing.write"),
    get("/api/agents/{id:int}/skills", get_agent_work, can="agents.read"),
    put("/api/agents/{id:int}/skills", put_agent_work, can="routing.write"),
    get("/api/agents/{id:int}/absences", get_absences, can="agents.read"),
    post("/api/agents/{id:int}/absences", post_absence, can="agents.read"),
    delete("/api/agents/{id:int}/absences/{absence_id:int}", delete_absence, can="agents.read"),
    get("/api/agents/{id:int}/experience", get_experience, can="routing.write"),
    get("/api/me/experience", get_my_experience, can="conversations.read"),
    get("/api/teams/{id:int}/routing", get_team_routing, can="agents.read"),
    patch("/api/teams/{id:int}/routing", patch_team_routing, can="routing.write"),
)
