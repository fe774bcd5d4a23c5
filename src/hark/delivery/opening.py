"""A conversation that begins on our side, with its first mail in the outbox like every other: undo, guard, order."""

from typing import Annotated
from uuid import UUID

import msgspec

from hark.conversations.opening import open_conversation
from hark.conversations.types import MailAddress
from hark.core.actor import Actor
from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict
from hark.core.http import Body
from hark.delivery import queries
from hark.delivery.actions import queue_reply
from hark.delivery.types import Moment, NewReplyBody, Recipient

Others = Annotated[list[Recipient], msgspec.Meta(max_length=50)]


class FirstMessage(Body):
    """The mail a conversation begins with, in the words of `NewReplyBody`. `id` is made by the client: the same request
    twice begins one conversation."""

    id: UUID
    text: Annotated[str, msgspec.Meta(max_length=500_000)]
    html: Annotated[str, msgspec.Meta(max_length=2_000_000)] | None = None
    attachment_ids: Annotated[list[UUID], msgspec.Meta(max_length=50)] = []
    keep: bool = False
    keep_until: Moment | None = None
    resolve: bool = False
    send_at: Moment | None = None


class Opening(Body):
    """A conversation to begin: through which mailbox, with whom, about what. Without a `message` it stays empty until
    the first reply in it; with one it needs a subject."""

    account_id: int
    to: Recipient
    cc: Others = []
    bcc: Others = []
    subject: Annotated[str, msgspec.Meta(max_length=500)] = ""
    message: FirstMessage | None = None


async def begin_conversation(tx: Tx, actor: Actor, new: Opening, *, undo_seconds: int = 10) -> UUID:
    """Open a conversation, assigned to who opens it, and put its first mail into the outbox; its id.

    Raises BadRequest for a mailbox that cannot send, for an empty mail or one without a subject, and what `queue_reply`
    raises. The same `message.id` again gives the same conversation; Conflict when that id belongs to something else.
    """
    message = new.message
    if message is None:
        return await _open(tx, new)
    if not new.subject.strip():
        raise BadRequest("The mail has no subject. Say in a few words what it is about.", code="no_subject")
    await tx.run("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{tx.workspace_id}:{message.id}")
    known = await queries.find_outbox_row(tx, tx.workspace_id, message.id)
    if known is not None:
        if known.body.subject != new.subject or [m.address for m in known.body.to] != [new.to.address]:
            raise Conflict(
                "This id belongs to a message in another conversation. Nothing was sent; use a new id.", code="id_taken"
            )
        return known.conversation_id
    id = await _open(tx, new)
    reply = NewReplyBody(
        id=message.id, text=message.text, seen_seq=0, to=[new.to], cc=new.cc, bcc=new.bcc, html=message.html,
        attachment_ids=message.attachment_ids, keep=message.keep, keep_until=message.keep_until,
        resolve=message.resolve, send_at=message.send_at,
    )  # fmt: skip
    await queue_reply(tx, actor, id, reply, undo_seconds=undo_seconds)
    return id


async def _open(tx: Tx, new: Opening) -> UUID:
    return await open_conversation(
        tx, account_id=new.account_id, to=MailAddress(new.to.name, new.to.address),
        cc=[MailAddress(m.name, m.address) for m in new.cc], subject=new.subject,
    )  # fmt: skip
