"""The outbox over HTTP."""

from typing import Annotated
from uuid import UUID

import msgspec

from hark.conversations.queries import get_conversation
from hark.conversations.views import Detail
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import Body, delete, get, post
from hark.core.paging import Page
from hark.delivery import actions, queries
from hark.delivery.guard import take_over
from hark.delivery.opening import Opening, begin_conversation
from hark.delivery.types import NewReplyBody, OutboxView
from hark.settings import Settings


class Retry(Body):
    """`seen_seq`: what the person has seen now, for a reply that was stopped because somebody had written."""

    seen_seq: Annotated[int, msgspec.Meta(ge=0)] | None = None


async def post_conversation(db: Db, actor: Actor, settings: Settings, data: Opening) -> Detail:
    """Begin a conversation, with its first mail when there is one: it can be taken back like any reply."""
    async with db.transaction(actor) as tx:
        id = await begin_conversation(tx, actor, data, undo_seconds=settings.undo_seconds)
    return await get_conversation(db, actor, id, now=db.now(), after_own_action=True)


async def queue_reply(db: Db, actor: Actor, settings: Settings, id: UUID, data: NewReplyBody) -> OutboxView:
    """Send a reply: it waits for the undo time (or its own time) and then leaves. The same id twice is one reply."""
    async with db.transaction(actor) as tx:
        return await actions.queue_reply(tx, actor, id, data, undo_seconds=settings.undo_seconds)


async def take_conversation_over(db: Db, actor: Actor, id: UUID) -> Detail:
    """Become the assignee, to answer where only the assignee does."""
    async with db.transaction(actor) as tx:
        await take_over(tx, id)
    return await get_conversation(db, actor, id, now=db.now(), after_own_action=True)


async def list_conversation_outbox(db: Db, actor: Actor, id: UUID) -> Page[OutboxView]:
    """Replies of a conversation that wait, are on their way, failed, or are unknown."""
    return Page(items=await queries.list_outbox(db, actor, id))


async def get_outbox(db: Db, actor: Actor, id: UUID) -> OutboxView:
    return queries.view(await queries.get_outbox_row(db, actor, id), actor)


async def cancel_reply(db: Db, actor: Actor, id: UUID) -> OutboxView:
    """Take a reply back before it leaves."""
    async with db.transaction(actor) as tx:
        return await actions.cancel_reply(tx, actor, id)


async def send_reply_now(db: Db, actor: Actor, id: UUID) -> OutboxView:
    """Do not wait any longer."""
    async with db.transaction(actor) as tx:
        return await actions.send_now(tx, actor, id)


async def retry_reply(db: Db, actor: Actor, id: UUID, data: Retry) -> OutboxView:
    """Send a failed or unknown reply again."""
    async with db.transaction(actor) as tx:
        return await actions.retry_reply(tx, actor, id, data.seen_seq)


async def mark_reply_sent(db: Db, actor: Actor, id: UUID) -> OutboxView:
    """An unknown reply did arrive."""
    async with db.transaction(actor) as tx:
        return await actions.settle_unknown(tx, actor, id, sent=True)


async def mark_reply_failed(db: Db, actor: Actor, id: UUID) -> OutboxView:
    """An unknown reply did not arrive."""
    async with db.transaction(actor) as tx:
        return await actions.settle_unknown(tx, actor, id, sent=False)


async def delete_reply(db: Db, actor: Actor, id: UUID) -> None:
    """Forget a reply that waits, failed or was cancelled."""
    async with db.transaction(actor) as tx:
        await actions.delete_reply(tx, actor, id)


ROUTES = (
    post("/api/conversations", post_conversation, can="conversations.reply"),
    post("/api/conversations/{id:uuid}/replies", queue_reply, can="conversations.reply", status_code=201),
    post("/api/conversations/{id:uuid}/take-over", take_conversation_over, can="conversations.reply"),
    get("/api/conversations/{id:uuid}/outbox", list_conversation_outbox, can="conversations.read"),
    get("/api/outbox/{id:uuid}", get_outbox, can="conversations.read"),
    post("/api/outbox/{id:uuid}/cancel", cancel_reply, can="conversations.reply"),
    post("/api/outbox/{id:uuid}/send-now", send_reply_now, can="conversations.reply"),
    post("/api/outbox/{id:uuid}/retry", retry_reply, can="conversations.reply"),
    post("/api/outbox/{id:uuid}/mark-sent", mark_reply_sent, can="conversations.reply"),
    post("/api/outbox/{id:uuid}/mark-failed", mark_reply_failed, can="conversations.reply"),
    delete("/api/outbox/{id:uuid}", delete_reply, can="conversations.reply"),
)
