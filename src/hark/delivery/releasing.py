"""The release of a reply: guard checked again under the conversation's lock, message born, ReplySent."""

from typing import Any
from uuid import UUID

import msgspec

from hark.conversations.inbound import add_system_message, release_reply
from hark.conversations.lock import lock_root
from hark.conversations.types import Delivery, Headers, Locked, MailAddress, NewReply
from hark.core.actor import ActorKind, system
from hark.core.db import Db, Tx
from hark.delivery import queries
from hark.delivery.guard import find_reply_lock
from hark.delivery.types import Content, OutboxChanged, OutboxRow, OutChannel, Recipient, State, UnseenMessage
from hark.journey.types import Author, Status


async def release(db: Db, row: OutboxRow, channel: OutChannel | None, html_key: str | None) -> State | None:
    """A held reply whose time has come leaves. Its HTML is stored under `html_key` already; `channel` is None where it
    has arrived with that (IMMEDIATE).

    The state it has now; None when it was taken back or moved meanwhile.
    """
    actor = system(row.workspace_id, ActorKind.AGENT if row.agent_id else ActorKind.SYSTEM, row.agent_id)
    if row.body.bot is not None:
        actor = system(row.workspace_id, ActorKind.BOT, int(row.body.bot["bot_id"]))
    elif row.body.rule is not None:
        actor = system(row.workspace_id, ActorKind.RULE, row.body.rule.rule_id)
    async with db.transaction(actor) as tx:
        # not the conversation it was written in: a merge may have been undone since
        thread = await tx.one(
            UUID, "SELECT conversation_id FROM endpoints WHERE workspace_id = $1 AND id = $2", tx.workspace_id,
            row.endpoint_id,
        )  # fmt: skip
        c = await lock_root(tx, thread)
        held = await tx.find(
            int,
            "SELECT 1 FROM outbox WHERE workspace_id = $1 AND id = $2 AND state = 0 AND release_at <= $3 FOR UPDATE",
            tx.workspace_id, row.id, tx.now(),
        )  # fmt: skip
        if held is None:
            return None
        fresh = await queries.find_outbox_row(tx, tx.workspace_id, row.id)
        assert fresh is not None
        if await _stopped(tx, c, fresh):
            return State.CANCELLED if fresh.body.automatic else State.FAILED
        return await bear(tx, c, fresh, channel, html_key)


async def _stopped(tx: Tx, c: Locked, row: OutboxRow) -> bool:
    """Whether the guard stopped it. A scheduled reply was meant to leave whatever the customer writes (or is cancelled
    by it), but not past a colleague."""
    if row.body.automatic:
        return await _is_late(tx, c, row)
    lock = await find_reply_lock(tx, c, row.agent_id)
    if lock is not None:
        who = lock.assignee_name or "nobody yet"
        await _stop(tx, c, row, f"in this team only the assignee answers, {who}", "Take the conversation over")
        return True
    unseen: list[UnseenMessage] = []
    if c.public_seq > row.seen_seq:
        unseen = await queries.unseen_messages(
            tx, tx.workspace_id, c.id, row.seen_seq, row.agent_id, customers=not row.body.scheduled
        )
    if unseen:
        who = "the customer" if unseen[-1].direction == "in" else "a colleague"
        await _stop(tx, c, row, f"{who} wrote just before it left", "Read that")
    return bool(unseen)


async def _is_late(tx: Tx, c: Locked, row: OutboxRow) -> bool:
    """A bot or a rule says nothing any more once a person of the team has answered, or in spam. Nobody has to decide
    about that."""
    answered = await tx.one(
        bool,
        "SELECT EXISTS (SELECT FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND seq > $3 AND direction = 2"
        " AND kind = 1 AND author_kind <> ALL($4::int[]))",
        tx.workspace_id, c.id, row.seen_seq, [ActorKind.BOT.value, ActorKind.RULE.value],
    )  # fmt: skip
    if answered:
        who = "the bot" if row.body.bot is not None else "the rule"
        await set_state(tx, c, row.id, State.CANCELLED, f"A person has answered before {who} could.")
    elif c.status is Status.SPAM:
        await set_state(tx, c, row.id, State.CANCELLED, "The conversation is spam now.")
    return answered or c.status is Status.SPAM


async def _stop(tx: Tx, c: Locked, row: OutboxRow, why: str, remedy: str) -> None:
    name = await queries.agent_name(tx, tx.workspace_id, row.agent_id)
    await set_state(tx, c, row.id, State.FAILED, f"Not sent: {why}. {remedy}, then send it again; the text is kept.")
    await add_system_message(tx, c.id, f"{name or 'The team'}’s reply was not sent: {why}.")


async def bear(
    tx: Tx, c: Locked, row: OutboxRow, channel: OutChannel | None = None, html_key: str | None = None
) -> State:
    """The message of a held row is born, and the row is ready for its channel. Without one it has arrived."""
    endpoint = await queries.endpoint_of(tx, tx.workspace_id, row.endpoint_id)
    body, refs = row.body, endpoint.refs
    reply = NewReply(
        conversation_id=c.id, endpoint_id=row.endpoint_id, account_id=endpoint.account_id, text=body.text,
        agent_id=row.agent_id, file_ids=body.attachment_ids, keeps_ball=body.keeps_ball,
        promise_until=body.promise_until, resolve=body.resolve, message_id=row.id,
        headers=Headers(bot=body.bot, rule=_mark(body)), delivery=Delivery.SENT, author=_author(body),
    )  # fmt: skip
    if channel is not None:
        sender = body.from_address or endpoint.address
        external_id, parent = channel.new_id(row.id, sender), refs.get("parent")
        chain: list[str] = [r for r in refs.get("references") or [] if isinstance(r, str)]
        body = msgspec.structs.replace(
            body, parent=parent, references=chain, thread_index=str(refs.get("thread_index") or ""),
            thread_topic=str(refs.get("thread_topic") or ""),
        )  # fmt: skip
        before = [*chain, *([parent] if parent else [])]
        name = await queries.agent_name(tx, tx.workspace_id, row.agent_id) if body.bot is None else str(body.bot["name"])
        author = MailAddress(name, sender)
        reply = msgspec.structs.replace(
            reply, html_key=html_key, external_id=external_id, delivery=Delivery.READY,
            refs={
                **refs, "parent": external_id, "references": [*before[:1], *before[1:][-18:]],
                "bcc": msgspec.to_builtins(body.bcc),
            },
            headers=Headers(
                from_=author, to=_kept(body.to), cc=_kept(body.cc), bcc=_kept(body.bcc), subject=body.subject,
                bot=body.bot, rule=_mark(body),
            ),
        )  # fmt: skip
    await release_reply(tx, reply)
    state = State.SENT if channel is None else State.READY
    await tx.run(
        "UPDATE outbox SET state = $6, message_id = $2, body = $3, next_try_at = $4, conversation_id = $5, ord ="
        " (SELECT coalesce(max(o.ord), 0) + 1 FROM outbox o WHERE o.workspace_id = $1 AND o.endpoint_id = outbox.endpoint_id"
        "  AND o.state IN (1, 2))"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, row.id, msgspec.to_builtins(body), tx.now(), c.id, state,
    )  # fmt: skip
    changed(tx, c, row.id, state)
    return state


def _author(body: Content) -> Author:
    if body.bot is not None:
        return Author.BOT
    return Author.PERSON if body.rule is None else Author.AUTOMATIC


def _mark(body: Content) -> dict[str, Any] | None:
    return None if body.rule is None else msgspec.structs.asdict(body.rule)


def _kept(recipients: list[Recipient]) -> list[MailAddress]:
    return [MailAddress(m.name, m.address) for m in recipients]


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
            changed(tx, c, id, State.CANCELLED)
        await add_system_message(
            tx, conversation_id, "A scheduled reply was cancelled, because the customer wrote first."
        )
    return len(rows)


# the state of a row -----------------------------------------------------------------------------------------------------


async def set_state(tx: Tx, c: Locked, id: UUID, state: State, error: str | None = None) -> None:
    """Write a row's state, with the sentence that says why; nobody holds it under a lease any more."""
    await tx.run(
        "UPDATE outbox SET state = $3, error = coalesce($4, error), lease_until = NULL, lease_token = NULL"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, state, error,
    )  # fmt: skip
    changed(tx, c, id, state)


def changed(tx: Tx, c: Locked, id: UUID, state: State) -> None:
    """Tell whoever sees the conversation that a row of its outbox has another state."""
    tx.emit(
        OutboxChanged(outbox_id=id, state=state), conversation_id=c.id, subject_id=id,
        team=(c.team_id, c.team_id), assignee=(c.assignee_id, c.assignee_id),
    )  # fmt: skip


async def set_delivery(tx: Tx, message_id: UUID, delivery: Delivery) -> None:
    """What became of a message of ours, and of those that left in the same mail (chat messages do)."""
    await tx.run(
        "UPDATE messages SET delivery = $3 WHERE workspace_id = $1 AND id IN (SELECT $2::uuid UNION"
        " SELECT m.id FROM messages one JOIN messages m ON m.workspace_id = $1 AND m.external_id = one.external_id"
        " AND m.endpoint_id = one.endpoint_id AND m.direction = 2 WHERE one.workspace_id = $1 AND one.id = $2)",
        tx.workspace_id, message_id, delivery,
    )  # fmt: skip
