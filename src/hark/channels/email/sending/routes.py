"""How a mailbox sends, over HTTP."""

from hark.channels.email.sending import actions, queries
from hark.channels.email.sending.types import SendingBody, SendingView
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import get, put


async def get_mailbox_sending(db: Db, actor: Actor, id: int) -> SendingView:
    """Sender's name, signature, aliases and limits of a mailbox."""
    return await queries.get_sending(db, actor, id)


async def set_mailbox_sending(db: Db, actor: Actor, id: int, data: SendingBody) -> SendingView:
    async with db.transaction(actor) as tx:
        return await actions.set_sending(tx, actor, id, data)


ROUTES = (
    get("/api/mailboxes/{id:int}/sending", get_mailbox_sending, can="mailboxes.read"),
    put("/api/mailboxes/{id:int}/sending", set_mailbox_sending, can="mailboxes.write"),
)
