"""People and teams over HTTP."""

from hark.access.passwords import hash_password
from hark.agents import teams
from hark.agents.actions import create_agent, update_agent
from hark.agents.queries import agent_view, get_agent, list_agents, list_teams, team_view
from hark.agents.types import Agent, AgentPatch, NewAgent, NewTeam, Team, TeamPatch
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import delete, get, patch, post
from hark.core.paging import Page


async def get_agents(db: Db, actor: Actor) -> Page[Agent]:
    return Page(items=await list_agents(db, actor))


async def get_one_agent(db: Db, actor: Actor, id: int) -> Agent:
    return agent_view(await get_agent(db, actor.workspace_id, id), actor)


async def post_agent(db: Db, actor: Actor, data: NewAgent) -> Agent:
    password_hash = await hash_password(data.password)
    async with db.transaction(actor) as tx:
        return agent_view(await create_agent(tx, data, password_hash=password_hash), actor)


async def patch_agent(db: Db, actor: Actor, id: int, data: AgentPatch) -> Agent:
    password_hash = await hash_password(data.password) if isinstance(data.password, str) else None
    async with db.transaction(actor) as tx:
        return agent_view(await update_agent(tx, id, data, password_hash=password_hash), actor)


async def get_teams(db: Db, actor: Actor) -> Page[Team]:
    return Page(items=await list_teams(db, actor))


async def post_team(db: Db, actor: Actor, data: NewTeam) -> Team:
    async with db.transaction(actor) as tx:
        return team_view(await teams.create_team(tx, data), actor)


async def patch_team(db: Db, actor: Actor, id: int, data: TeamPatch) -> Team:
    async with db.transaction(actor) as tx:
        return team_view(await teams.update_team(tx, id, data), actor)


async def delete_team(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await teams.delete_team(tx, id)


ROUTES = (
    get("/api/agents", get_agents, can="agents.read"),
    post("/api/agents", post_agent, can="agents.write"),
    get("/api/agents/{id:int}", get_one_agent, can="agents.read"),
    patch("/api/agents/{id:int}", patch_agent, can="agents.write"),
    get("/api/teams", get_teams, can="agents.read"),
    post("/api/teams", post_team, can="agents.write"),
    patch("/api/teams/{id:int}", patch_team, can="agents.write"),
    delete("/api/teams/{id:int}", delete_team, can="agents.write"),
)
