"""Signing in with Google and Microsoft over HTTP. No answer holds a token or a client secret."""

from typing import Any
from uuid import UUID

from hark.channels.email.oauth import flows, queries
from hark.channels.email.oauth.actions import save_client
from hark.channels.email.oauth.alarm import find_alarm
from hark.channels.email.oauth.providers import Providers
from hark.channels.email.oauth.types import ClientPatch, FlowReturn, FlowView, GrantView, NewFlow, OAuthView
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.http import get, post, put
from hark.settings import Settings

RETURN_PATH = "/settings/mailboxes/signed-in"


def redirect_uri(settings: Settings) -> str:
    """Where providers send the browser back to: a page of the workspace, which posts what it is given."""
    return f"{settings.base_url.rstrip('/')}{RETURN_PATH}"


async def get_oauth(db: Db, actor: Actor, settings: Settings) -> OAuthView:
    """What a sign-in with Google or Microsoft needs, and what of it is there."""
    clients = await queries.list_clients(db, actor)
    can = ["change"] if actor.can("mailboxes.write") else []
    return OAuthView(redirect_uri=redirect_uri(settings), providers=clients, can=can)


async def save_oauth_client(db: Db, actor: Actor, keys: Keys, settings: Settings, data: ClientPatch) -> OAuthView:
    """Enter how this workspace is registered with a provider."""
    async with db.transaction(actor) as tx:
        await save_client(tx, data, keys)
    return await get_oauth(db, actor, settings)


async def begin_oauth_flow(
    db: Db, actor: Actor, keys: Keys, settings: Settings, oauth_providers: Providers, data: NewFlow
) -> FlowView:
    """Begin to sign in: the address to send the browser to, or a code to enter on another device."""
    back = redirect_uri(settings)
    return await flows.begin_flow(db, actor, keys, data, redirect_uri=back, providers=oauth_providers)


async def finish_oauth_flow(
    db: Db, actor: Actor, keys: Keys, settings: Settings, oauth_providers: Providers, data: FlowReturn
) -> FlowView:
    """Finish a sign-in with what the provider gave the browser."""
    back = redirect_uri(settings)
    return await flows.finish_return(db, actor, keys, data, redirect_uri=back, providers=oauth_providers)


async def poll_oauth_flow(db: Db, actor: Actor, keys: Keys, oauth_providers: Providers, id: UUID) -> FlowView:
    """How a sign-in stands. Ask again after `interval_s` seconds."""
    return await flows.poll_flow(db, actor, keys, id, providers=oauth_providers)


async def get_oauth_grant(db: Db, actor: Actor, id: int) -> GrantView:
    """How a mailbox is signed in to, and what is wrong with that."""
    grant = await queries.get_grant(db, actor, id)
    alarm = find_alarm(grant, db.now())
    return GrantView(
        provider=grant.provider, subject=grant.subject, state=alarm.state if alarm else "ok",
        problem=alarm.sentence if alarm else None, granted_at=grant.granted_at, works_until=grant.expires_at,
        ends_at=grant.ends_at,
    )  # fmt: skip


ROUTES: tuple[Any, ...] = (
    get("/api/mailboxes/oauth", get_oauth, can="mailboxes.read"),
    put("/api/mailboxes/oauth/client", save_oauth_client, can="mailboxes.write"),
    post("/api/mailboxes/oauth/flows", begin_oauth_flow, can="mailboxes.write", secret=True),
    post("/api/mailboxes/oauth/return", finish_oauth_flow, can="mailboxes.write"),
    post("/api/mailboxes/oauth/flows/{id:uuid}/poll", poll_oauth_flow, can="mailboxes.write"),
    get("/api/mailboxes/{id:int}/oauth", get_oauth_grant, can="mailboxes.read"),
)
