"""What people do with replies: send, take back, hurry, try again, decide about the unknown."""

from datetime import timedelta
from uuid import UUID

import msgspec

from hark.conversations.actions import lock_live
from hark.conversations.drafts import discard_draft
from hark.conversations.lock import lock_root
from hark.conversations.types import Delivery, Locked
from hark.core.actor import Actor
from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict
from hark.delivery import queries
from hark.delivery.guard import require_seen, require_unlocked
from hark.delivery.queries import ReplyEndpoint
from hark.delivery.releasing import bear, changed, set_delivery, set_state
from hark.delivery.types import IMMEDIATE, Content, NewReplyBody, OutboxRow, OutboxView, Recipient, State
from hark.timers.types import FARTHEST

MAX_FILES_BYTES = 25_000_000


async def queue_reply(
    tx: Tx, actor: Actor, conversation_id: UUID, new: NewReplyBody, *, undo_seconds: int = 10
) -> OutboxView:
    """Put a reply into the outbox; it leaves when it can no longer be taken back, or at its time. In a chat it stands
    in the thread at once, unless it has a time.

    The same id again is the same reply. Raises Conflict(code="unseen_messages", messages=[...]) when somebody has
    written since the author looked, Conflict(code="reply_locked") when only another person answers here.
    """
    c = await lock_live(tx, conversation_id)
    known = await queries.find_outbox_row(tx, tx.workspace_id, new.id)
    if known is not None:
        if known.conversation_id != conversation_id:
            raise Conflict(
                "This id belongs to a reply in another conversation. Nothing was sent; use a new id.", code="id_taken"
            )
        return queries.view(known, actor)
    await _check(tx, actor, c, new)
    endpoint = await _endpoint(tx, c, new)
    at_once = endpoint.account_kind in IMMEDIATE and new.send_at is None
    undo = 0 if at_once else await queries.undo_seconds(tx, tx.workspace_id, undo_seconds)
    when = new.send_at or tx.now() + timedelta(seconds=undo)
    await tx.run(
        "INSERT INTO outbox (workspace_id, id, conversation_id, endpoint_id, agent_id, body, state, release_at, next_try_at,"
        " seen_seq, cancel_if_customer_writes, created_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $7, $8, $9, $10)",
        tx.workspace_id, new.id, conversation_id, endpoint.id, actor.agent_id,
        msgspec.to_builtins(await _content(tx, c, endpoint, new)), when, new.seen_seq, new.cancel_if_customer_writes,
        tx.now(),
    )  # fmt: skip
    if actor.agent_id is not None:
        await discard_draft(tx, conversation_id, actor.agent_id)
    row = await queries.get_outbox_row(tx, actor, new.id)
    if at_once:
        state = await bear(tx, c, row)
        born = msgspec.structs.replace(row, state=state, message_id=row.id, next_try_at=tx.now())
        return queries.view(born, actor)
    changed(tx, c, new.id, State.HELD)
    return queries.view(row, actor)


async def _endpoint(tx: Tx, c: Locked, new: NewReplyBody) -> ReplyEndpoint:
    """The endpoint that is answered, which has recipients or needs none."""
    addresses = [m.address.lower() for m in new.to]
    endpoint = await queries.find_endpoint(tx, c.id, new.endpoint_id, addresses)
    if endpoint is None and new.endpoint_id is not None:
        raise Conflict(
            "This thread of the customer is closed or was moved. Answer in another one; your text is kept.",
            code="endpoint_closed",
        )
    if endpoint is None:
        raise Conflict(
            "This conversation has no mailbox to answer from. Connect one in Settings; your text is kept.",
            code="no_endpoint",
        )
    if endpoint.account_kind in IMMEDIATE:
        if new.to or new.cc or new.bcc:
            raise BadRequest("A chat has no recipients. Take them out, or answer by mail.", code="no_recipients_here")
    elif not new.to:
        raise BadRequest("The reply has no recipient. Say who gets it.", code="no_recipient")
    return endpoint


async def _content(tx: Tx, c: Locked, endpoint: ReplyEndpoint, new: NewReplyBody) -> Content:
    """What the row carries: recipients under the names we know them by. A chat is plain text."""
    people = (*new.to, *new.cc, *new.bcc)
    named = await queries.names_of(tx, tx.workspace_id, [m.address for m in people if not m.name])
    to, cc, bcc = (
        [m if m.name else Recipient(address=m.address, name=named.get(m.address.lower(), "")) for m in recipients]
        for recipients in (new.to, new.cc, new.bcc)
    )
    return Content(
        from_address=_sender(endpoint, new.from_address), text=new.text, html=None if endpoint.account_kind in IMMEDIATE else new.html, to=to, cc=cc, bcc=bcc,
        subject=str(endpoint.refs.get("subject") or c.subject), attachment_ids=new.attachment_ids,
        keeps_ball=new.keep or new.keep_until is not None, promise_until=new.keep_until, resolve=new.resolve,
        scheduled=new.send_at is not None,
    )  # fmt: skip


def _sender(endpoint: ReplyEndpoint, chosen: str) -> str:
    """The address a reply leaves from, "" for the account's own. Raises BadRequest for one that is not of this account."""
    own = {endpoint.address.lower(), *endpoint.aliases}
    if chosen and (endpoint.account_kind in IMMEDIATE or chosen.lower() not in own):
        raise BadRequest(
            f"{chosen} is not an address of this mailbox. Choose one of its own, or add it as an alias in Settings.",
            code="unknown_sender",
        )
    sender = (chosen or str(endpoint.refs.get("from") or "")).lower()
    return sender if sender in endpoint.aliases else ""


async def _check(tx: Tx, actor: Actor, c: Locked, new: NewReplyBody) -> None:
    if not new.text.strip() and not (new.html or "").strip() and not new.attachment_ids:
        raise BadRequest("The reply is empty. Write something or attach a file.", code="empty_reply")
    if new.send_at is not None and new.send_at <= tx.now():
        raise BadRequest("The time to send at has passed. Choose a later one.", code="past")
    if new.keep_until is not None and new.keep_until <= tx.now():
        raise BadRequest("The promised time has passed. Choose a later one.", code="past")
    if any(when is not None and when > tx.now() + FARTHEST for when in (new.send_at, new.keep_until)):
        raise BadRequest("Replies and promises are due within a hundred years.", code="too_far")
    if new.resolve and (new.keep or new.keep_until is not None):
        raise BadRequest(
            "A reply either resolves the conversation or keeps it with you, not both.", code="keep_or_resolve"
        )
    ids = new.attachment_ids
    found = await queries.uploaded_files(tx, tx.workspace_id, ids, actor.agent_id) if ids else []
    if {f.id for f in found} != set(new.attachment_ids):
        raise BadRequest("An attached file is gone or belongs to another reply. Attach it again.", code="file_gone")
    if sum(f.size for f in found) > MAX_FILES_BYTES:
        raise BadRequest(
            "The files are larger than 25 MB together. Most mail servers refuse that.", code="files_too_large"
        )
    await require_unlocked(tx, c, actor.agent_id)
    await require_seen(tx, c, new.seen_seq, actor.agent_id)


async def cancel_reply(tx: Tx, actor: Actor, id: UUID) -> OutboxView:
    """Take a reply back before it leaves (undo). Raises NotFound, or Conflict when it has left."""
    row, c = await _lock_row(tx, actor, id)
    if row.state is State.CANCELLED:
        return queries.view(row, actor)
    if row.state is not State.HELD:
        raise Conflict("This reply has left already and cannot be taken back.", code="already_left")
    await set_state(tx, c, id, State.CANCELLED)
    return queries.view(await queries.get_outbox_row(tx, actor, id), actor)


async def send_now(tx: Tx, actor: Actor, id: UUID) -> OutboxView:
    """Send a waiting reply without waiting longer. Raises NotFound or Conflict."""
    row, c = await _lock_row(tx, actor, id)
    if row.state is not State.HELD:
        raise Conflict(
            "This reply is not waiting any more: it has left, failed or was taken back. The thread says which.",
            code="not_held",
        )
    await tx.run(
        "UPDATE outbox SET release_at = $3, next_try_at = $3 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id,
        id,
        tx.now(),
    )
    changed(tx, c, id, State.HELD)
    return queries.view(await queries.get_outbox_row(tx, actor, id), actor)


async def retry_reply(tx: Tx, actor: Actor, id: UUID, seen_seq: int | None) -> OutboxView:
    """Send a failed or unknown reply again, at a person's word.

    One that was stopped by the guard is checked again, with what the person has seen now (`seen_seq`).
    """
    row, c = await _lock_row(tx, actor, id)
    if row.state not in (State.FAILED, State.UNKNOWN):
        raise Conflict("Only a reply that failed can be sent again.", code="not_failed")
    if row.message_id is None and not row.body.letter:
        seen = row.seen_seq if seen_seq is None else seen_seq
        await require_unlocked(tx, c, row.agent_id)
        await require_seen(tx, c, seen, row.agent_id)
        await tx.run(
            "UPDATE outbox SET state = 0, seen_seq = $3, release_at = $4, next_try_at = $4, error = NULL, attempts = 0"
            " WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, id, seen, tx.now(),
        )  # fmt: skip
        changed(tx, c, id, State.HELD)
    else:
        await tx.run(
            "UPDATE outbox SET state = 1, release_at = $3, next_try_at = $3, error = NULL, attempts = 0, lease_until = NULL,"
            " lease_token = NULL, ord = (SELECT coalesce(max(o.ord), 0) + 1 FROM outbox o WHERE o.workspace_id = $1"
            " AND o.endpoint_id = outbox.endpoint_id AND o.state IN (1, 2)) WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, id, tx.now(),
        )  # fmt: skip
        if row.message_id is not None:
            await set_delivery(tx, row.message_id, Delivery.READY)
        changed(tx, c, id, State.READY)
    await tx.audit("reply.retried", f"outbox:{id}")
    return queries.view(await queries.get_outbox_row(tx, actor, id), actor)


async def settle_unknown(tx: Tx, actor: Actor, id: UUID, *, sent: bool) -> OutboxView:
    """A person has looked whether an unknown reply arrived. Raises NotFound or Conflict."""
    row, c = await _lock_row(tx, actor, id)
    if row.state is not State.UNKNOWN:
        raise Conflict("It is known already what became of this reply. Nothing was changed.", code="not_unknown")
    await set_state(tx, c, id, State.SENT if sent else State.FAILED)
    if row.message_id is not None:
        await set_delivery(tx, row.message_id, Delivery.SENT if sent else Delivery.FAILED)
    await tx.audit("reply.settled", f"outbox:{id}", data={"sent": sent})
    return queries.view(await queries.get_outbox_row(tx, actor, id), actor)


async def delete_reply(tx: Tx, actor: Actor, id: UUID) -> None:
    """Forget a failed or cancelled reply. The message of one that was in the thread stays there, marked as failed."""
    row, c = await _lock_row(tx, actor, id)
    if row.state not in (State.FAILED, State.CANCELLED, State.HELD):
        raise Conflict("Only a reply that waits, failed or was cancelled can be deleted.", code="not_failed")
    await tx.run("DELETE FROM outbox WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id)
    changed(tx, c, id, State.CANCELLED)


async def _lock_row(tx: Tx, actor: Actor, id: UUID) -> tuple[OutboxRow, Locked]:
    """The conversation first, then the row: the order of the release."""
    row = await queries.get_outbox_row(tx, actor, id)
    c = await lock_root(tx, row.conversation_id)
    await tx.run("SELECT 1 FROM outbox WHERE workspace_id = $1 AND id = $2 FOR UPDATE", tx.workspace_id, id)
    return await queries.get_outbox_row(tx, actor, id), c
