"""People and teams over HTTP."""

from dataclasses import dataclass
from typing import Annotated

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as MultipartBody

from hark.access.passwords import hash_password
from hark.access.rules import require_person
from hark.agents import pictures, teams
from hark.agents.actions import create_agent, update_agent
from hark.agents.presence import GONE_AFTER
from hark.agents.queries import agent_view, get_agent, list_agents, list_presence, list_teams, team_view
from hark.agents.types import Agent, AgentPatch, NewAgent, NewTeam, PersonPresence, Team, TeamPatch
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.files import Files
from hark.core.http import SIGNED_IN, delete, get, patch, post, put
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


class PresenceView(msgspec.Struct, frozen=True):
    """Who is here, of everybody who can sign in."""

    agents: list[PersonPresence]


async def get_presence(db: Db, actor: Actor) -> PresenceView:
    return PresenceView(await list_presence(db, actor, db.now() - GONE_AFTER))


@dataclass
class PictureForm:
    """A PNG, JPEG or WebP of at most 1 MB."""

    file: UploadFile


async def put_picture(
    db: Db,
    actor: Actor,
    files: Files,
    data: Annotated[PictureForm, MultipartBody(media_type=RequestEncodingType.MULTI_PART)],
) -> Agent:
    id = require_person(actor)
    await pictures.set_picture(db, files, actor, id, await data.file.read())
    return agent_view(await get_agent(db, actor.workspace_id, id), actor)


async def delete_picture(db: Db, actor: Actor, files: Files) -> None:
    await pictures.delete_picture(db, files, actor, require_person(actor))


async def get_picture(db: Db, actor: Actor, files: Files, id: int) -> Response[bytes]:
    data, kind = await pictures.read_picture(db, files, actor.workspace_id, id)
    return Response(data, media_type=kind, headers={"cache-control": "private, max-age=86400"})


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
    get("/api/agents/{id:int}/picture", get_picture, can="agents.read", media_type="*/*"),
    put("/api/me/picture", put_picture, can=SIGNED_IN),
    delete("/api/me/picture", delete_picture, can=SIGNED_IN),
    get("/api/presence", get_presence, can="agents.read"),
    get("/api/teams", get_teams, can="agents.read"),
    post("/api/teams", post_team, can="agents.write"),
    patch("/api/teams/{id:int}", patch_team, can="agents.write"),
    delete("/api/teams/{id:int}", delete_team, can="agents.write"),
)
