"""Signing in and out, one's own account, tokens, roles, sessions and the audit log over HTTP."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from litestar import Request, Response

from hark.access import actions, queries, tokens
from hark.access.actors import agent_actor
from hark.access.authenticate import csrf_token, session_cookie
from hark.access.rules import require_person
from hark.access.sign_in import sign_in
from hark.access.types import (
    PERMISSIONS,
    AuditEntry,
    CreatedToken,
    MePatch,
    NewRole,
    NewToken,
    RolePatch,
    RoleView,
    SessionView,
    SignIn,
    TokenView,
)
from hark.agents.queries import agent_view, get_agent, list_teams
from hark.agents.types import Agent, Team
from hark.core.actor import Actor, Scope
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import Forbidden
from hark.core.http import PUBLIC, SIGNED_IN, delete, get, patch, post
from hark.core.journal import head
from hark.core.paging import Page
from hark.settings import Settings
from hark.workspaces.queries import get_workspace
from hark.workspaces.routes import workspace_view
from hark.workspaces.types import WorkspaceView

AnyRequest = Request[Any, Any, Any]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who is signed in, where, and what they may do. `csrf_token` goes into X-CSRF-Token; empty for API tokens.

    `seq` is the head of the journal: a live socket that resumes from it misses nothing of what is read after this.
    """

    agent: Agent
    workspace: WorkspaceView
    permissions: list[str]
    scope: Scope
    csrf_token: str
    teams: list[Team]
    locale: str
    seq: int


async def read_me(db: Db, keys: Keys, actor: Actor) -> Me:
    """The signed-in person."""
    assert actor.agent_id is not None  # every token acts for a person
    seq = await head(db, actor.workspace_id)
    agent = await get_agent(db, actor.workspace_id, actor.agent_id)
    return Me(
        agent=agent_view(agent, actor),
        workspace=workspace_view(await get_workspace(db, actor.workspace_id), actor),
        permissions=sorted(actor.permissions),
        scope=actor.scope,
        csrf_token=csrf_token(keys, actor.session_id) if actor.session_id else "",
        teams=await list_teams(db, actor, mine=True),
        locale=agent.locale,
        seq=seq,
    )


def client_address(request: AnyRequest) -> str:
    return request.client.host if request.client else "unknown"


def require_same_site(request: AnyRequest, settings: Settings) -> None:
    """Raises Forbidden when a page of another site sent this: nobody is signed in to somebody else's account."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is None and origin is not None:
        ours = {request.headers.get("host", ""), urlsplit(settings.base_url).netloc}
        site = "same-origin" if urlsplit(origin).netloc in ours else "cross-site"
    if site in ("cross-site", "same-site"):
        raise Forbidden("This request came from another site. Open Hark itself and try again.", code="other_site")


async def signed_in(db: Db, keys: Keys, settings: Settings, actor: Actor, token: str) -> Response[Me]:
    """The answer to a successful sign-in: who one is, and the session's cookie."""
    assert actor.agent_id is not None  # people sign in, nobody else
    person = await agent_actor(db, actor.workspace_id, actor.agent_id)
    person = msgspec.structs.replace(person, session_id=actor.session_id)
    return Response(await read_me(db, keys, person), headers={"set-cookie": session_cookie(token, settings)})


async def post_session(db: Db, keys: Keys, settings: Settings, request: AnyRequest, data: SignIn) -> Response[Me]:
    require_same_site(request, settings)
    agent = request.headers.get("user-agent", "")
    actor, token = await sign_in(db, data.email, data.password, address=client_address(request), user_agent=agent)
    return await signed_in(db, keys, settings, actor, token)


async def delete_session(db: Db, actor: Actor, settings: Settings) -> Response[None]:
    require_person(actor)
    async with db.transaction(actor) as tx:
        assert actor.session_id is not None  # a person comes by a session only
        await actions.end_session(tx, actor.session_id)
    return Response(None, headers={"set-cookie": session_cookie("", settings)})


async def get_me(db: Db, keys: Keys, actor: Actor) -> Me:
    return await read_me(db, keys, actor)


async def patch_me(db: Db, keys: Keys, actor: Actor, request: AnyRequest, data: MePatch) -> Me:
    await actions.update_me(db, actor, data, address=client_address(request))
    return await read_me(db, keys, actor)


async def get_sessions(db: Db, actor: Actor) -> Page[SessionView]:
    require_person(actor)
    return Page(items=await queries.list_sessions(db, actor))


async def delete_one_session(db: Db, actor: Actor, id: UUID) -> None:
    async with db.transaction(actor) as tx:
        await actions.end_session(tx, id)


async def get_tokens(db: Db, actor: Actor) -> Page[TokenView]:
    return Page(items=await tokens.list_tokens(db, actor))


async def post_token(db: Db, actor: Actor, data: NewToken) -> CreatedToken:
    async with db.transaction(actor) as tx:
        return await tokens.create_token(tx, data)


async def delete_token(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await tokens.revoke_token(tx, id)


async def get_permissions() -> dict[str, str]:
    return PERMISSIONS


async def get_roles(db: Db, actor: Actor) -> Page[RoleView]:
    return Page(items=await queries.list_roles(db, actor))


async def post_role(db: Db, actor: Actor, data: NewRole) -> RoleView:
    async with db.transaction(actor) as tx:
        return await actions.create_role(tx, data)


async def patch_role(db: Db, actor: Actor, id: int, data: RolePatch) -> RoleView:
    async with db.transaction(actor) as tx:
        return await actions.update_role(tx, id, data)


async def delete_role(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await actions.delete_role(tx, id)


async def get_audit(db: Db, actor: Actor, cursor: str | None = None, limit: int = 50) -> Page[AuditEntry]:
    return await queries.list_audit(db, actor, cursor=cursor, limit=limit)


ROUTES = (
    post("/api/session", post_session, can=PUBLIC),
    delete("/api/session", delete_session, can=SIGNED_IN),
    get("/api/me", get_me, can=SIGNED_IN),
    patch("/api/me", patch_me, can=SIGNED_IN),
    get("/api/sessions", get_sessions, can=SIGNED_IN),
    delete("/api/sessions/{id:uuid}", delete_one_session, can=SIGNED_IN),
    get("/api/tokens", get_tokens, can="tokens.write"),
    post("/api/tokens", post_token, can="tokens.write", secret=True),
    delete("/api/tokens/{id:int}", delete_token, can="tokens.write"),
    get("/api/permissions", get_permissions, can="agents.read"),
    get("/api/roles", get_roles, can="agents.read"),
    post("/api/roles", post_role, can="roles.write"),
    patch("/api/roles/{id:int}", patch_role, can="roles.write"),
    delete("/api/roles/{id:int}", delete_role, can="roles.write"),
    get("/api/audit", get_audit, can="audit.read"),
)
