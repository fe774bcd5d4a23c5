"""What people do with replies: send, take back, hurry, try again, decide about the unknown; and the release."""

from datetime import timedelta
from uuid import UUID

import msgspec

from hark.conversations.actions import discard_draft, lock_live
from hark.conversations.inbound import add_system_message, release_reply
from hark.conversations.lock import lock_root
from hark.conversations.types import Delivery, Headers, Locked, MailAddress, NewReply
from hark.core.actor import Actor, ActorKind, system
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest, Conflict
from hark.delivery import queries
from hark.delivery.types import (
    Content,
    Mailbox,
    NewReplyBody,
    OutboxChanged,
    OutboxRow,
    OutboxView,
    OutChannel,
    State,
    UnseenMessage,
)
from hark.timers.types import FARTHEST

MAX_FILES_BYTES = 25_000_000


async def queue_reply(
    tx: Tx, actor: Actor, conversation_id: UUID, new: NewReplyBody, *, undo_seconds: int = 10
) -> OutboxView:
    """Put a reply into the outbox; it leaves when it can no longer be taken back, or at its time.

    The same id again is the same reply. Raises Conflict(code="unseen_messages", messages=[...]) when somebody has
    written since the author looked.
    """
    c = await lock_live(tx, conversation_id)
    known = await queries.find_outbox_row(tx, tx.workspace_id, new.id)
    if known is not None:
        if known.conversation_id != conversation_id:
            raise Conflict("This id belongs to a reply in another conversation. Nothing was sent; use a new id.", code="id_taken")
        return queries.view(known, actor)
    await _check(tx, actor, c, new)
    endpoint = await queries.reply_endpoint(tx, tx.workspace_id, conversation_id, [m.address.lower() for m in new.to])
    if endpoint is None:
        raise Conflict("This conversation has no mailbox to answer from. Connect one in Settings; your text is kept.", code="no_endpoint")
    undo = await queries.undo_seconds(tx, tx.workspace_id, undo_seconds)
    when = new.send_at or tx.now() + timedelta(seconds=undo)
    named = await queries.names_of(tx, tx.workspace_id, [m.address for m in (*new.to, *new.cc, *new.bcc) if not m.name])
    to, cc, bcc = (
        [m if m.name else Mailbox(address=m.address, name=named.get(m.address.lower(), "")) for m in mailboxes]
        for mailboxes in (new.to, new.cc, new.bcc)
    )
    content = Content(
        text=new.text, html=new.html, to=to, cc=cc, bcc=bcc, attachment_ids=new.attachment_ids,
        subject=str(endpoint.refs.get("subject") or c.subject), keeps_ball=new.keep or new.keep_until is not None,
        promise_until=new.keep_until, resolve=new.resolve, scheduled=new.send_at is not None,
    )  # fmt: skip
    await tx.run(
        "INSERT INTO outbox (workspace_id, id, conversation_id, endpoint_id, agent_id, body, state, release_at, next_try_at,"
        " seen_seq, cancel_if_customer_writes, created_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $7, $8, $9, $10)",
        tx.workspace_id, new.id, conversation_id, endpoint.id, actor.agent_id, msgspec.to_builtins(content), when,
        new.seen_seq, new.cancel_if_customer_writes, tx.now(),
    )  # fmt: skip
    if actor.agent_id is not None:
        await discard_draft(tx, conversation_id, actor.agent_id)
    _changed(tx, c, new.id, State.HELD)
    return queries.view(await queries.get_outbox_row(tx, actor, new.id), actor)


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
    found = await queries.uploaded_files(tx, tx.workspace_id, new.attachment_ids, actor.agent_id)
    if {f.id for f in found} != set(new.attachment_ids):
        raise BadRequest("An attached file is gone or belongs to another reply. Attach it again.", code="file_gone")
    if sum(f.size for f in found) > MAX_FILES_BYTES:
        raise BadRequest(
            "The files are larger than 25 MB together. Most mail servers refuse that.", code="files_too_large"
        )
    await _require_seen(tx, c, new.seen_seq, actor.agent_id)


async def _require_seen(tx: Tx, c: Locked, seen_seq: int, agent_id: int | None) -> None:
    """The guard. Raises Conflict with the public messages that others than the author have written since."""
    if c.public_seq <= seen_seq:
        return
    unseen = await queries.unseen_messages(tx, tx.workspace_id, c.id, seen_seq, agent_id)
    if unseen:
        raise Conflict(
            "Somebody has written since you looked. Read it first; your text is kept.",
            code="unseen_messages", messages=msgspec.to_builtins(unseen), public_seq=c.public_seq,
        )  # fmt: skip


async def cancel_reply(tx: Tx, actor: Actor, id: UUID) -> OutboxView:
    """Take a reply back before it leaves (undo). Raises NotFound, or Conflict when it has left."""
    row, c = await _lock_row(tx, actor, id)
    if row.state is State.CANCELLED:
        return queries.view(row, actor)
    if row.state is not State.HELD:
        raise Conflict("This reply has left already and cannot be taken back.", code="already_left")
    await _set_state(tx, c, id, State.CANCELLED)
    return queries.view(await queries.get_outbox_row(tx, actor, id), actor)


async def send_now(tx: Tx, actor: Actor, id: UUID) -> OutboxView:
    """Send a waiting reply without waiting longer. Raises NotFound or Conflict."""
    row, c = await _lock_row(tx, actor, id)
    if row.state is not State.HELD:
        raise Conflict("This reply is not waiting any more: it has left, failed or was taken back. The thread says which.", code="not_held")
    await tx.run(
        "UPDATE outbox SET release_at = $3, next_try_at = $3 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id,
        id,
        tx.now(),
    )
    _changed(tx, c, id, State.HELD)
    return queries.view(await queries.get_outbox_row(tx, actor, id), actor)


async def retry_reply(tx: Tx, actor: Actor, id: UUID, seen_seq: int | None) -> OutboxView:
    """Send a failed or unknown reply again, at a person's word.

    One that was stopped by the guard is checked again, with what the person has seen now (`seen_seq`).
    """
    row, c = await _lock_row(tx, actor, id)
    if row.state not in (State.FAILED, State.UNKNOWN):
        raise Conflict("Only a reply that failed can be sent again.", code="not_failed")
    if row.message_id is None:
        seen = row.seen_seq if seen_seq is None else seen_seq
        await _require_seen(tx, c, seen, row.agent_id)
        await tx.run(
            "UPDATE outbox SET state = 0, seen_seq = $3, release_at = $4, next_try_at = $4, error = NULL, attempts = 0"
            " WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, id, seen, tx.now(),
        )  # fmt: skip
        _changed(tx, c, id, State.HELD)
    else:
        await tx.run(
            "UPDATE outbox SET state = 1, next_try_at = $3, error = NULL, attempts = 0, lease_until = NULL,"
            " lease_token = NULL, ord = (SELECT coalesce(max(o.ord), 0) + 1 FROM outbox o WHERE o.workspace_id = $1"
            " AND o.endpoint_id = outbox.endpoint_id) WHERE workspace_id = $1 AND id = $2",
            tx.workspace_id, id, tx.now(),
        )  # fmt: skip
        await set_delivery(tx, row.message_id, Delivery.READY)
        _changed(tx, c, id, State.READY)
    await tx.audit("reply.retried", f"outbox:{id}")
    return queries.view(await queries.get_outbox_row(tx, actor, id), actor)


async def settle_unknown(tx: Tx, actor: Actor, id: UUID, *, sent: bool) -> OutboxView:
    """A person has looked whether an unknown reply arrived. Raises NotFound or Conflict."""
    row, c = await _lock_row(tx, actor, id)
    if row.state is not State.UNKNOWN:
        raise Conflict("It is known already what became of this reply. Nothing was changed.", code="not_unknown")
    await _set_state(tx, c, id, State.SENT if sent else State.FAILED)
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
    _changed(tx, c, id, State.CANCELLED)


async def _lock_row(tx: Tx, actor: Actor, id: UUID) -> tuple[OutboxRow, Locked]:
    """The conversation first, then the row: the order of the release."""
    row = await queries.get_outbox_row(tx, actor, id)
    c = await lock_root(tx, row.conversation_id)
    await tx.run("SELECT 1 FROM outbox WHERE workspace_id = $1 AND id = $2 FOR UPDATE", tx.workspace_id, id)
    return await queries.get_outbox_row(tx, actor, id), c


async def _set_state(tx: Tx, c: Locked, id: UUID, state: State, error: str | None = None) -> None:
    await tx.run(
        "UPDATE outbox SET state = $3, error = coalesce($4, error), lease_until = NULL, lease_token = NULL"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, state, error,
    )  # fmt: skip
    _changed(tx, c, id, state)


def _changed(tx: Tx, c: Locked, id: UUID, state: State) -> None:
    tx.emit(
        OutboxChanged(outbox_id=id, state=state), conversation_id=c.id, subject_id=id,
        team=(c.team_id, c.team_id), assignee=(c.assignee_id, c.assignee_id),
    )  # fmt: skip


async def set_delivery(tx: Tx, message_id: UUID, delivery: Delivery) -> None:
    """What became of a message of ours."""
    await tx.run(
        "UPDATE messages SET delivery = $3 WHERE workspace_id = $1 AND id = $2", tx.workspace_id, message_id, delivery
    )


# release --------------------------------------------------------------------------------------------------------------


async def release(db: Db, row: OutboxRow, channel: OutChannel, html_key: str | None) -> State | None:
    """The reply leaves: guard checked again, message born, ReplySent. Its HTML is stored under `html_key` already.

    The state it has now; None when it was taken back or moved meanwhile.
    """
    actor = system(row.workspace_id, ActorKind.AGENT if row.agent_id else ActorKind.SYSTEM, row.agent_id)
    async with db.transaction(actor) as tx:
        c = await lock_root(tx, row.conversation_id)
        held = await tx.find(
            int,
            "SELECT 1 FROM outbox WHERE workspace_id = $1 AND id = $2 AND state = 0 AND release_at <= $3 FOR UPDATE",
            tx.workspace_id, row.id, tx.now(),
        )  # fmt: skip
        if held is None:
            return None
        fresh = await queries.find_outbox_row(tx, tx.workspace_id, row.id)
        assert fresh is not None
        unseen = await _unseen_at_release(tx, c, fresh)
        if unseen:
            await _stop(tx, c, fresh, unseen)
            return State.FAILED
        await _bear(tx, c, fresh, channel, html_key)
    return State.READY


async def _unseen_at_release(tx: Tx, c: Locked, row: OutboxRow) -> list[UnseenMessage]:
    """A scheduled reply was meant to leave whatever the customer writes (or is cancelled by it), but not past a colleague."""
    if c.public_seq <= row.seen_seq:
        return []
    return await queries.unseen_messages(
        tx, tx.workspace_id, c.id, row.seen_seq, row.agent_id, customers=not row.body.scheduled
    )


async def _stop(tx: Tx, c: Locked, row: OutboxRow, unseen: list[UnseenMessage]) -> None:
    who = "the customer" if unseen[-1].direction == "in" else "a colleague"
    name = await queries.agent_name(tx, tx.workspace_id, row.agent_id)
    sentence = f"Not sent: {who} wrote just before it left. Read that, then send it again; the text is kept."
    await _set_state(tx, c, row.id, State.FAILED, sentence)
    await add_system_message(tx, c.id, f"{name or 'The team'}’s reply was not sent: {who} wrote just before it left.")


async def _bear(tx: Tx, c: Locked, row: OutboxRow, channel: OutChannel, html_key: str | None) -> None:
    endpoint = await queries.endpoint_of(tx, tx.workspace_id, row.endpoint_id)
    body, refs = row.body, endpoint.refs
    external_id = channel.new_id(row.id, endpoint.address)
    parent = refs.get("parent")
    chain: list[str] = [r for r in refs.get("references") or [] if isinstance(r, str)]
    leaving = msgspec.structs.replace(body, parent=parent, references=chain)
    now_before = [*chain, *([parent] if parent else [])]
    await release_reply(
        tx,
        NewReply(
            conversation_id=c.id, endpoint_id=row.endpoint_id, account_id=endpoint.account_id, text=body.text,
            agent_id=row.agent_id, html_key=html_key, external_id=external_id, file_ids=body.attachment_ids,
            keeps_ball=body.keeps_ball, promise_until=body.promise_until, resolve=body.resolve, message_id=row.id,
            refs={**refs, "parent": external_id, "references": [*now_before[:1], *now_before[1:][-18:]]},
            headers=Headers(
                from_=MailAddress(await queries.agent_name(tx, tx.workspace_id, row.agent_id), endpoint.address),
                to=_kept(body.to), cc=_kept(body.cc), bcc=_kept(body.bcc), subject=body.subject,
            ),
        ),
    )  # fmt: skip
    await tx.run(
        "UPDATE outbox SET state = 1, message_id = $2, body = $3, next_try_at = $4, conversation_id = $5, ord ="
        " (SELECT coalesce(max(o.ord), 0) + 1 FROM outbox o WHERE o.workspace_id = $1 AND o.endpoint_id = outbox.endpoint_id)"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, row.id, msgspec.to_builtins(leaving), tx.now(), c.id,
    )  # fmt: skip
    _changed(tx, c, row.id, State.READY)


def _kept(mailboxes: list[Mailbox]) -> list[MailAddress]:
    return [MailAddress(m.name, m.address) for m in mailboxes]


async def cancel_for_customer(tx: Tx, conversation_id: UUID) -> int:
    """The customer wrote first: drop the replies that were to be dropped then. How many. A line in the thread says so."""
    rows = await tx.all(
        UUID,
        "UPDATE outbox SET state = 5 WHERE workspace_id = $1 AND conversation_id = $2 AND state = 0"
        " AND cancel_if_customer_writes RETURNING id",
        tx.workspace_id, conversation_id,
    )  # fmt: skip
    if rows:
        c = await lock_root(tx, conversation_id)
        for id in rows:
            _changed(tx, c, id, State.CANCELLED)
        await add_system_message(
            tx, conversation_id, "A scheduled reply was cancelled, because the customer wrote first."
        )
    return len(rows)
