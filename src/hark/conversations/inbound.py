"""Messages joining a conversation: from the customer, from us, or by the system. On the path every mail takes.

Two statements per message (lock and append, or start and append), then the journey and the journal at the end of the
transaction.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.conversations.lock import lock_root, record, save_args
from hark.conversations.types import (
    AccountRef,
    Audience,
    Delivery,
    Direction,
    Headers,
    Locked,
    MessageFiled,
    MessageKind,
    NewConversation,
    NewEndpoint,
    NewFile,
    NewInbound,
    NewReply,
    Received,
    Sent,
)
from hark.core.actor import ActorKind
from hark.core.db import Tx
from hark.core.ids import uuid7
from hark.core.sql import Sql
from hark.core.text import one_line, search_tokens
from hark.journey.types import (
    Author,
    ConversationStarted,
    MessageReceived,
    Reopened,
    ReopenReason,
    ReplySent,
    Resolved,
    SnoozeEnd,
    SnoozeEnded,
    Status,
)
from hark.timers.actions import cancel_timer, set_timer
from hark.timers.types import TimerKind

PREVIEW = 200


async def receive_message(tx: Tx, new: NewInbound) -> Received:
    """Put a message from outside into its conversation, or start one.

    It lands in the root when its conversation was merged. A message that needs an answer reopens a resolved
    conversation and ends a snooze. Auto-replies and bounces stand in the thread and move nothing.
    """
    if new.conversation_id is None:
        c, endpoint_id = await _start_for(tx, new)
    else:
        c = await lock_root(tx, new.conversation_id)
        endpoint_id = new.endpoint_id or (await add_endpoint(tx, c.id, new.account, new.endpoint))
    message_id = new.message_id or uuid7()
    reopened = False
    if new.kind is MessageKind.MESSAGE:
        seq = record(
            tx, c,
            MessageReceived(
                message_id=message_id, message_seq=c.seq + 1, endpoint_id=endpoint_id, account_id=new.account.id,
                calendar_id=new.account.calendar_id, needs_answer=new.needs_answer, live=new.live,
            ),
            subject_id=message_id, occurred_at=new.at,
        )  # fmt: skip
        c.customer_seq = c.public_seq = seq
        if new.needs_answer:
            reopened = await _wake(tx, c, new.at)
    else:
        filed = MessageFiled(message_id=message_id, message_seq=c.seq + 1, message_kind=new.kind)
        seq = record(tx, c, filed, subject_id=message_id, occurred_at=new.at)
    _show_last(c, new.at, new.text, new.headers)
    scheduled = await _append(
        tx, c,
        _NewMessage(
            id=message_id, seq=seq, endpoint_id=endpoint_id, direction=Direction.IN, kind=new.kind,
            audience=Audience.PARTIES, author=(ActorKind.CUSTOMER, str(new.contact_id)), at=new.at, text=new.text,
            headers=new.headers, html_key=new.html_key, needs_answer=new.needs_answer, lang=new.lang,
            external_id=new.external_id, intake_id=new.intake_id, files=new.files, refs=new.refs,
        ),
    )  # fmt: skip
    return Received(
        conversation_id=c.id, message_id=message_id, seq=seq, started=new.conversation_id is None, reopened=reopened,
        scheduled=scheduled,
    )  # fmt: skip


async def release_reply(tx: Tx, reply: NewReply) -> Sent:
    """A reply leaves: its message is born, with the number that fixes its place in the thread.

    The caller has checked the guard under the same lock order (it may lock the conversation first). A conversation
    merged meanwhile takes the reply in its root. Sets or clears the promise's timer, and resolves when asked to.
    """
    c = await lock_root(tx, reply.conversation_id)
    at = reply.at or tx.now()
    message_id = reply.message_id or uuid7()
    seq = record(
        tx, c,
        ReplySent(
            message_id=message_id, message_seq=c.seq + 1, endpoint_id=reply.endpoint_id,
            account_id=reply.account_id or c.account_id, author=reply.author, agent_id=reply.agent_id,
            keeps_ball=reply.keeps_ball, promise_until=reply.promise_until,
        ),
        subject_id=message_id, occurred_at=at,
    )  # fmt: skip
    c.public_seq = seq
    if reply.resolve and c.status is not Status.RESOLVED:
        record(tx, c, Resolved(agent_id=reply.agent_id), occurred_at=at)
    if reply.author is not Author.AUTOMATIC:  # a rule's words keep and break no promise, and hide nobody's in the list
        await _promise(tx, c, reply)
        _show_last(c, at, reply.text, reply.headers)
    author = (ActorKind.AGENT, str(reply.agent_id)) if reply.agent_id else (ActorKind.SYSTEM, None)
    if reply.author is Author.BOT and reply.headers.bot is not None:
        author = (ActorKind.BOT, str(reply.headers.bot["bot_id"]))
    elif reply.author is Author.AUTOMATIC and reply.headers.rule is not None:
        author = (ActorKind.RULE, str(reply.headers.rule["rule_id"]))
    await _append(
        tx, c,
        _NewMessage(
            id=message_id, seq=seq, endpoint_id=reply.endpoint_id, direction=Direction.OUT, kind=MessageKind.MESSAGE,
            audience=Audience.PARTIES, author=author, at=at, text=reply.text, headers=reply.headers,
            html_key=reply.html_key, external_id=reply.external_id, intake_id=reply.intake_id, files=reply.files,
            file_ids=reply.file_ids, refs=reply.refs, keeps_ball=reply.keeps_ball, delivery=reply.delivery,
        ),
    )  # fmt: skip
    return Sent(conversation_id=c.id, message_id=message_id, seq=seq)


async def record_past_reply(tx: Tx, reply: NewReply) -> Sent:
    """A reply that did not leave through our outbox: history, or one sent from a person's own mail program.

    `reply.at` is when it left. Nobody is credited when `agent_id` is None, but it counts all the same.
    """
    return await release_reply(tx, reply)


async def start_conversation(tx: Tx, new: NewConversation) -> tuple[Locked, UUID | None]:
    """A new, still empty conversation (its ConversationStarted is recorded) and its endpoint when one was given.

    The caller adds a message or calls `save`: either writes the counter back.
    """
    c, endpoint_id = await _insert(tx, new)
    started = ConversationStarted(
        by=new.by, account_id=new.account.id, calendar_id=new.account.calendar_id, team_id=c.team_id,
        inherits_wait_from=new.inherits_wait_from, inherits_live=new.inherits_live,
    )  # fmt: skip
    record(tx, c, started, occurred_at=new.at, before=(None, None))
    return c, endpoint_id


async def add_endpoint(tx: Tx, conversation_id: UUID, account: AccountRef, endpoint: NewEndpoint | None) -> UUID | None:
    """A further thread of the customer's side on a conversation; its id, or None without one."""
    if endpoint is None:
        return None
    id = endpoint.id or uuid7()
    await tx.run(
        "WITH channel AS (UPDATE conversations SET channels = channels | $12"
        " WHERE workspace_id = $1 AND id = $3 AND channels & $12 = 0)"
        " INSERT INTO endpoints (workspace_id, id, conversation_id, account_id, identity_id, thread_key, audience,"
        " reply_until, live_until, visitor_id, refs) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.workspace_id, id, conversation_id, account.id, endpoint.identity_id, endpoint.thread_key, endpoint.audience,
        endpoint.reply_until, endpoint.live_until, endpoint.visitor_id, endpoint.refs, 1 << account.kind,
    )  # fmt: skip
    return id


async def add_internal(
    tx: Tx, c: Locked, *, kind: MessageKind, text: str, mentions: list[int], message_id: UUID, seq: int
) -> None:
    """The row of a note or a system line whose event the caller has recorded under `seq`; saves the conversation."""
    actor = tx.actor
    author_id = actor.agent_id if actor.agent_id is not None else actor.id
    kind_of_author = ActorKind.AGENT if actor.agent_id is not None else actor.kind
    await _append(
        tx, c,
        _NewMessage(
            id=message_id, seq=seq, endpoint_id=None, direction=Direction.INTERNAL, kind=kind, audience=Audience.TEAM,
            author=(kind_of_author, None if author_id is None else str(author_id)), at=tx.now(), text=text,
            headers=Headers(), mentions=mentions, needs_answer=False,
        ),
    )  # fmt: skip


async def add_system_message(tx: Tx, conversation_id: UUID, text: str) -> Sent:
    """A line of the system in the thread, for people of the team: a delivery failed, for example. Moves nothing."""
    c = await lock_root(tx, conversation_id)
    message_id = uuid7()
    filed = MessageFiled(message_id=message_id, message_seq=c.seq + 1, message_kind=MessageKind.SYSTEM)
    seq = record(tx, c, filed, subject_id=message_id)
    await add_internal(tx, c, kind=MessageKind.SYSTEM, text=text, mentions=[], message_id=message_id, seq=seq)
    return Sent(conversation_id=c.id, message_id=message_id, seq=seq)


# parts ------------------------------------------------------------------------------------------------------------


async def _start_for(tx: Tx, new: NewInbound) -> tuple[Locked, UUID | None]:
    return await start_conversation(
        tx,
        NewConversation(
            account=new.account, contact_id=new.contact_id, company_id=new.company_id, subject=new.headers.subject,
            at=new.at, by=ActorKind.CUSTOMER, endpoint=new.endpoint, team_id=new.account.team_id,
        ),
    )  # fmt: skip


async def _wake(tx: Tx, c: Locked, at: datetime) -> bool:
    """A message that needs an answer reopens what was resolved and ends a snooze. True when it reopened."""
    if c.status is Status.SNOOZED:
        record(tx, c, SnoozeEnded(reason=SnoozeEnd.MESSAGE), occurred_at=at)
        await cancel_timer(tx, c.id, TimerKind.SNOOZE)
    elif c.status is Status.RESOLVED:
        record(tx, c, Reopened(reason=ReopenReason.MESSAGE), occurred_at=at)
        return True
    return False


async def _promise(tx: Tx, c: Locked, reply: NewReply) -> None:
    """A kept ball comes back at the promised time; any other reply of a person ends the promise before."""
    if reply.keeps_ball and reply.promise_until is not None:
        if reply.promise_until > tx.now():
            await set_timer(tx, c.id, TimerKind.PROMISE, reply.promise_until, {})
    elif c.promise_until is not None:
        await cancel_timer(tx, c.id, TimerKind.PROMISE)


def _show_last(c: Locked, at: datetime, text: str, headers: Headers) -> None:
    """The list shows the newest message; one that arrives late (history) does not take its place."""
    if not c.preview or at >= c.last_message_at:
        c.preview = one_line(text[: headers.quoted_at], PREVIEW)
        c.last_message_at = max(at, c.last_message_at)


class _NewMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of a message row, whichever way it came."""

    id: UUID
    seq: int
    endpoint_id: UUID | None
    direction: Direction
    kind: MessageKind
    audience: Audience
    author: tuple[ActorKind, str | None]
    at: datetime
    text: str
    headers: Headers
    html_key: str | None = None
    mentions: list[int] = []
    needs_answer: bool = False
    keeps_ball: bool = False
    lang: str | None = None
    external_id: str | None = None
    intake_id: UUID | None = None
    delivery: Delivery = Delivery.NONE
    files: list[NewFile] = []
    file_ids: list[UUID] = []
    refs: dict[str, Any] | None = None


async def _insert(tx: Tx, new: NewConversation) -> tuple[Locked, UUID | None]:
    """The rows of a new conversation in one statement. The counter's row stays locked until the commit."""
    id, endpoint = uuid7(), new.endpoint
    endpoint_id = (endpoint.id or uuid7()) if endpoint else None
    team_id = new.account.team_id if new.team_id is None else new.team_id
    subject = one_line(new.subject, 500)
    number = await tx.one(
        int, _INSERT, tx.workspace_id, id, new.contact_id, new.company_id, new.account.id, team_id, new.assignee_id,
        subject, 1 << new.account.kind, new.at, endpoint_id, endpoint and endpoint.identity_id,
        endpoint and endpoint.thread_key, endpoint and endpoint.audience, endpoint and endpoint.reply_until,
        endpoint and endpoint.refs, endpoint and endpoint.live_until, endpoint and endpoint.visitor_id,
    )  # fmt: skip
    locked = Locked(
        id=id, number=number, contact_id=new.contact_id, company_id=new.company_id, account_id=new.account.id,
        team_id=team_id, assignee_id=new.assignee_id, status=Status.OPEN, severity=1, difficulty=1, root_id=None,
        tag_ids=[], subject=subject, preview="", last_message_at=new.at, seq=0, customer_seq=0, public_seq=0,
        promise_until=None, snoozed_until=None,
    )  # fmt: skip
    return locked, endpoint_id


_INSERT = """
WITH head AS (
  UPDATE number_heads SET number = number + 1 WHERE workspace_id = $1 RETURNING number
), written AS (
  INSERT INTO conversations (workspace_id, id, number, contact_id, company_id, account_id, team_id, assignee_id, subject,
    channels, created_at, last_message_at, since)
  SELECT $1, $2, head.number, $3, $4, $5, $6, $7, $8, $9, $10, $10, $10 FROM head RETURNING number
), endpoint AS (
  INSERT INTO endpoints (workspace_id, id, conversation_id, account_id, identity_id, thread_key, audience, reply_until,
    refs, live_until, visitor_id)
  SELECT $1, $11, $2, $5, $12::uuid, $13::text, $14::smallint, $15::timestamptz, $16::jsonb, $17::timestamptz, $18::uuid
  WHERE $11::uuid IS NOT NULL
)
SELECT number FROM written
"""


async def _append(tx: Tx, c: Locked, m: _NewMessage) -> bool:
    """One statement: message, files, search tokens, the endpoint's new state and the conversation.

    Returns whether a reply is scheduled there that waits for the customer's silence.
    """
    files = m.files
    return await tx.one(
        bool,
        Sql(
            _APPEND,
            m.refs, tx.workspace_id, m.endpoint_id, m.refs,
            tx.workspace_id, m.id, c.id, m.seq, m.endpoint_id, m.direction, m.kind, m.audience, m.keeps_ball,
            m.author[0], m.author[1], m.at, m.text, m.html_key, msgspec.to_builtins(m.headers), m.mentions,
            m.needs_answer, m.lang, m.external_id, m.intake_id, m.delivery,
            tx.workspace_id, m.id, tx.now(), [f.id for f in files], [f.name for f in files],
            [f.content_type for f in files], [f.size for f in files], [f.cid for f in files],
            [f.inline for f in files], [f.blob_key for f in files],
            m.id, tx.workspace_id, m.file_ids,
            tx.workspace_id, m.id, c.id, m.at, _words(m),
            *save_args(tx, c), tx.workspace_id, c.id,
        ),
    )  # fmt: skip


_APPEND = """
WITH endpoint AS (
  UPDATE endpoints SET refs = CASE WHEN refs ? 'bcc' THEN jsonb_build_object('bcc', refs->'bcc') ELSE '{{}}' END || {}::jsonb
  WHERE workspace_id = {} AND id = {} AND {}::jsonb IS NOT NULL
), message AS (
  INSERT INTO messages (workspace_id, id, conversation_id, seq, endpoint_id, direction, kind, audience, keeps_ball,
    author_kind, author_id, occurred_at, text, html_key, headers, mentions, needs_answer, lang, external_id, intake_id,
    delivery)
  VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {})
), fresh AS (
  INSERT INTO attachments (workspace_id, id, message_id, created_at, name, content_type, size, cid, inline, blob_key)
  SELECT {}, f.id, {}, {}, f.name, f.content_type, f.size, f.cid, f.inline, f.blob_key
  FROM unnest({}::uuid[], {}::text[], {}::text[], {}::int[], {}::text[], {}::boolean[], {}::text[])
    AS f(id, name, content_type, size, cid, inline, blob_key)
), uploaded AS (
  UPDATE attachments SET message_id = {}, draft_of = NULL
  WHERE workspace_id = {} AND id = ANY({}::uuid[]) AND message_id IS NULL
), found AS (
  INSERT INTO message_search (workspace_id, message_id, conversation_id, occurred_at, tokens)
  VALUES ({}, {}, {}, {}, array_to_tsvector(string_to_array({}, ' ')))
), saved AS (
  UPDATE conversations SET contact_id = {}, company_id = {}, team_id = {}, assignee_id = {}, severity = {},
    difficulty = {}, root_id = {}, tag_ids = {}, subject = {}, preview = {}, last_message_at = {}, seq = {},
    customer_seq = {}, public_seq = {} WHERE workspace_id = {} AND id = {}
)
SELECT EXISTS (
  SELECT FROM outbox WHERE workspace_id = {} AND conversation_id = {} AND state = 0 AND cancel_if_customer_writes)
"""


def _words(m: _NewMessage) -> str:
    """What a message is found by: the words of its text, subject, people and file names. In one string: a list of
    hundreds costs three times as much to send."""
    h = m.headers
    people = [h.from_] if h.from_ else []
    parts = [h.subject, *(f"{a.name} {a.address}" for a in (*people, *h.to, *h.cc)), *(f.name for f in m.files), m.text]
    return " ".join(search_tokens("\n".join(parts)))
