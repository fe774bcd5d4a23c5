"""Messengers over HTTP, for the people of the team."""

from uuid import UUID

from hark.channels.messenger import accounts
from hark.channels.messenger.context import get_visitor_of
from hark.channels.messenger.types import (
    ConversationVisitor,
    Messenger,
    MessengerPatch,
    MessengerSecret,
    NewMessenger,
    Nothing,
)
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.http import delete, get, patch, post
from hark.core.paging import Page
from hark.settings import Settings


async def list_messengers(db: Db, actor: Actor, settings: Settings) -> Page[Messenger]:
    """All messengers of the workspace."""
    return Page(items=await accounts.list_messengers(db, actor, settings.base_url))


async def get_messenger(db: Db, actor: Actor, settings: Settings, id: int) -> Messenger:
    return await accounts.get_messenger(db, actor, id, settings.base_url)


async def create_messenger(db: Db, actor: Actor, settings: Settings, data: NewMessenger) -> Messenger:
    """A messenger with a public key of its own."""
    async with db.transaction(actor) as tx:
        return await accounts.create_messenger(tx, actor, data, settings.base_url)


async def update_messenger(db: Db, actor: Actor, settings: Settings, id: int, data: MessengerPatch) -> Messenger:
    async with db.transaction(actor) as tx:
        return await accounts.update_messenger(tx, actor, id, data, settings.base_url)


async def delete_messenger(db: Db, actor: Actor, id: int) -> None:
    """Take a messenger off all sites; its conversations stay."""
    async with db.transaction(actor) as tx:
        await accounts.delete_messenger(tx, id)


async def post_messenger_secret(db: Db, actor: Actor, keys: Keys, id: int, data: Nothing) -> MessengerSecret:
    """A new secret for signed identities, shown this once."""
    async with db.transaction(actor) as tx:
        return await accounts.rotate_secret(tx, id, keys)


async def get_conversation_visitor(db: Db, actor: Actor, id: UUID) -> ConversationVisitor:
    """Who is on the other side of a chat, where they are and what they did."""
    return await get_visitor_of(db, actor, id)


ROUTES = (
    get("/api/messengers", list_messengers, can="mailboxes.read"),
    post("/api/messengers", create_messenger, can="mailboxes.write", status_code=201),
    get("/api/messengers/{id:int}", get_messenger, can="mailboxes.read"),
    patch("/api/messengers/{id:int}", update_messenger, can="mailboxes.write"),
    delete("/api/messengers/{id:int}", delete_messenger, can="mailboxes.write"),
    post("/api/messengers/{id:int}/secret", post_messenger_secret, can="mailboxes.write", secret=True),
    get("/api/conversations/{id:uuid}/visitor", get_conversation_visitor, can="conversations.read"),
)
