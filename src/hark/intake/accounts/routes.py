"""Mailboxes over HTTP. The live test is in `hark.channels.email.routes`, which knows the protocols."""

from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.http import delete, get, patch, post
from hark.core.paging import Page
from hark.intake.accounts import actions, queries
from hark.intake.accounts.types import Mailbox, MailboxPatch, NewMailbox


async def list_mailboxes(db: Db, actor: Actor) -> Page[Mailbox]:
    """All connected mailboxes and how they are doing."""
    return Page(items=await queries.list_mailboxes(db, actor))


async def get_mailbox(db: Db, actor: Actor, id: int) -> Mailbox:
    return await queries.get_mailbox(db, actor, id)


async def create_mailbox(db: Db, actor: Actor, keys: Keys, data: NewMailbox) -> Mailbox:
    """Connect a mailbox."""
    async with db.transaction(actor) as tx:
        return await actions.create_mailbox(tx, actor, data, keys)


async def update_mailbox(db: Db, actor: Actor, keys: Keys, id: int, data: MailboxPatch) -> Mailbox:
    async with db.transaction(actor) as tx:
        return await actions.update_mailbox(tx, actor, id, data, keys)


async def delete_mailbox(db: Db, actor: Actor, id: int) -> None:
    """Disconnect a mailbox; its conversations stay."""
    async with db.transaction(actor) as tx:
        await actions.disconnect_mailbox(tx, actor, id)


ROUTES = (
    get("/api/mailboxes", list_mailboxes, can="mailboxes.read"),
    get("/api/mailboxes/{id:int}", get_mailbox, can="mailboxes.read"),
    post("/api/mailboxes", create_mailbox, can="mailboxes.write", status_code=201),
    patch("/api/mailboxes/{id:int}", update_mailbox, can="mailboxes.write"),
    delete("/api/mailboxes/{id:int}", delete_mailbox, can="mailboxes.write"),
)
