"""Answers that a visitor has not read go on by mail, in the same conversation; and the transcript of a thread.

The mail is a letter: a row of the outbox that is ready at once, whose text stands in the row because the messages it
carries were born in the chat. Its Message-ID names the last of them, so the answer comes back by the ordinary intake.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from hark.channels.messenger.letters import Line, subject, transcript, unread_letter
from hark.channels.messenger.types import MessengerConfig
from hark.contacts.actions import resolve_contact
from hark.contacts.suppressions import find_suppression
from hark.conversations.inbound import add_endpoint, add_system_message
from hark.conversations.lock import lock_root
from hark.conversations.types import AccountRef, Delivery, Locked, NewEndpoint
from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict, NotFound
from hark.core.events import Recorded
from hark.core.ids import uuid7
from hark.core.journal import Consumer
from hark.delivery.releasing import changed
from hark.delivery.types import Content, Recipient, State, is_recipient
from hark.intake.queries import EndpointRow, find_endpoint
from hark.journey.types import Merged, ReplySent, Status
from hark.timers.actions import set_timer
from hark.timers.types import Timer, TimerKind

MAX_FILES_BYTES = 20_000_000  # with the transfer encoding about what most mail servers take
MAX_LINES = 1000
NewId = Callable[[UUID, str], str]
"""The Message-ID that names one of ours: (its id, the mailbox's address). Of the mail channel."""

NO_ADDRESS = "The visitor has left and no address is known: answers wait for them in the messenger."
NO_MAILBOX = (
    "The visitor has left. No mailbox is chosen for answers by mail (Settings, Messenger): they wait in the messenger."
)
UNSUBSCRIBED = "The visitor has left and wants no automatic mails: answers wait for them in the messenger."


# when -----------------------------------------------------------------------------------------------------------------


async def arm_after_reply(tx: Tx, recorded: Recorded) -> None:
    """A reply in a chat: if it is still unread in a while, it goes out by mail (the consumer `messenger-mail`)."""
    event = recorded.event
    if not isinstance(event, ReplySent) or event.endpoint_id is None:
        return
    after_s = await tx.find(
        int,
        "SELECT coalesce((a.config->>'mail_after_s')::int, $3) FROM endpoints e"
        " JOIN channel_accounts a ON a.workspace_id = $1 AND a.id = e.account_id"
        " WHERE e.workspace_id = $1 AND e.id = $2 AND a.kind = 2",
        tx.workspace_id, event.endpoint_id, MessengerConfig().mail_after_s,
    )  # fmt: skip
    if after_s is not None:
        due = recorded.occurred_at + timedelta(seconds=after_s)
        await set_timer(tx, event.endpoint_id, TimerKind.CHAT_MAIL, due)


CONSUMER = Consumer("messenger-mail", (ReplySent,), arm_after_reply)


async def arm_after_leaving(tx: Tx, root: Locked, endpoint_id: UUID) -> None:
    """The visitor has left: what they have not read goes out by mail once its time has come. `root` is locked.

    Who leaves a question behind and no address is told about in the thread, so that nobody waits for them to read.
    """
    chat = await _find_chat(tx, endpoint_id)
    if chat is None:
        return
    unread = await _unread(tx, chat)
    if unread:
        due = unread[-1].at + timedelta(seconds=chat.config.mail_after_s)
        await set_timer(tx, endpoint_id, TimerKind.CHAT_MAIL, max(due, tx.now()))
    elif chat.asks:
        await _say_unreachable(tx, root, chat)


def mail_unread(new_id: NewId) -> Callable[[Tx, Timer], Awaitable[None]]:
    """The handler of CHAT_MAIL: one mail with everything that the visitor has not read. Not while they are there."""

    async def serve(tx: Tx, timer: Timer) -> None:
        chat = await _find_chat(tx, timer.subject_id)
        if chat is None or chat.live:
            return
        unread = await _unread(tx, chat)
        if not unread:
            return
        root = await lock_root(tx, chat.conversation_id)
        if root.status is Status.SPAM or await _say_unreachable(tx, root, chat):
            return
        await _mail(tx, root, chat, unread, new_id)

    return serve


# what -----------------------------------------------------------------------------------------------------------------


class _Mailbox(msgspec.Struct, frozen=True):
    """The mailbox that answers leave by."""

    id: int
    address: str
    calendar_id: int
    team_id: int | None

    def ref(self) -> AccountRef:
        return AccountRef(id=self.id, calendar_id=self.calendar_id, team_id=self.team_id, kind=1)


class _Chat(msgspec.Struct, kw_only=True):
    """A messenger thread and whom it is with. `asks`: its last word is the visitor's, and not yet settled.

    `verified` is an address of the visitor's own contact; the conversation's may have become somebody else by a merge.
    """

    id: UUID
    conversation_id: UUID
    family: list[UUID]
    live: bool
    asks: bool
    customer_seq: int
    read_seq: int
    inbox: str
    config: MessengerConfig
    mailbox: _Mailbox | None
    typed: str | None
    verified: str | None
    name: str
    language: str
    locale: str
    time_zone: str

    @property
    def address(self) -> str | None:
        return next((address for address in (self.typed, self.verified) if address and is_recipient(address)), None)

    @property
    def spoken(self) -> str:
        """The visitor's language where it is known, else the workspace's."""
        return self.language or self.locale


async def _find_chat(tx: Tx, endpoint_id: UUID) -> _Chat | None:
    family = await tx.all(UUID, _FAMILY, tx.workspace_id, endpoint_id, Merged.kind)
    return await tx.find(_Chat, _CHAT, tx.workspace_id, endpoint_id, tx.now(), family)


# Every conversation that an endpoint ever stood in: what came while it was merged stays there. Messages are found by it.
_FAMILY = """
WITH RECURSIVE family(id) AS (
  SELECT conversation_id FROM endpoints WHERE workspace_id = $1 AND id = $2
  UNION SELECT (v.data->>'root_id')::uuid FROM family JOIN events v ON v.workspace_id = $1
    AND v.conversation_id = family.id AND v.kind = $3
)
SELECT id FROM family
"""
_CHAT = """
SELECT e.id, e.conversation_id, coalesce(e.live_until >= $3, false) AS live, e.read_seq, a.name AS inbox, a.config,
  v.address AS typed, w.locale, w.time_zone, coalesce(v.profile->>'language', '') AS language, $4::uuid[] AS family,
  CASE WHEN b.id IS NOT NULL THEN jsonb_build_object('id', b.id, 'address', b.address, 'calendar_id', b.calendar_id,
    'team_id', b.team_id) END AS mailbox,
  coalesce(nullif(v.profile->>'name', ''), k.name, '') AS name, coalesce(last.customer_seq, 0) AS customer_seq,
  coalesce(last.customer_seq > last.our_seq, false) AND EXISTS (SELECT FROM conversations c WHERE c.workspace_id = $1
    AND c.id = ANY($4) AND c.status < 3) AS asks,
  (SELECT i.value FROM identities i WHERE i.workspace_id = $1 AND i.contact_id = v.contact_id AND i.kind = 1
    AND i.verified_at IS NOT NULL ORDER BY i.verified_at DESC, i.id LIMIT 1) AS verified
FROM endpoints e
JOIN workspaces w ON w.id = e.workspace_id
JOIN channel_accounts a ON a.workspace_id = $1 AND a.id = e.account_id AND a.kind = 2
LEFT JOIN channel_accounts b ON b.workspace_id = $1 AND b.id = (a.config->>'reply_mailbox_id')::int AND b.kind = 1
  AND b.disabled_at IS NULL
LEFT JOIN visitors v ON v.workspace_id = $1 AND v.id = e.visitor_id
LEFT JOIN contacts k ON k.workspace_id = $1 AND k.id = v.contact_id
LEFT JOIN LATERAL (
  SELECT coalesce(max(m.seq) FILTER (WHERE m.direction = 1), 0) AS customer_seq,
    coalesce(max(m.seq) FILTER (WHERE m.direction = 2 AND m.author_kind <> 4), 0) AS our_seq
  FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = ANY($4) AND m.endpoint_id = e.id AND m.kind = 1
) last ON true
WHERE e.workspace_id = $1 AND e.id = $2
"""


class _Reply(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    seq: int
    at: datetime
    text: str
    agent_id: int | None


async def _unread(tx: Tx, chat: _Chat) -> list[_Reply]:
    """Our words that the visitor has not read and no mail has taken yet. Whoever writes has read what stood before."""
    return await tx.all(_Reply, _UNREAD, tx.workspace_id, chat.id, max(chat.read_seq, chat.customer_seq), chat.family)


_UNREAD = """
SELECT id, seq, occurred_at AS at, text, CASE WHEN author_kind = 1 THEN author_id::int END AS agent_id
FROM messages WHERE workspace_id = $1 AND conversation_id = ANY($4::uuid[]) AND endpoint_id = $2 AND direction = 2
  AND kind = 1 AND seq > $3 AND external_id IS NULL AND deleted_at IS NULL
ORDER BY occurred_at, seq
"""


async def _say_unreachable(tx: Tx, root: Locked, chat: _Chat) -> bool:
    """Whether no mail can reach them. The thread says so, once until they come back and write."""
    if chat.address is None:
        sentence = NO_ADDRESS
    elif chat.mailbox is None:
        sentence = NO_MAILBOX
    elif await find_suppression(tx, tx.workspace_id, chat.address) is not None:
        sentence = UNSUBSCRIBED
    else:
        return False
    said = await tx.one(
        bool,
        "SELECT EXISTS (SELECT FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND kind = 3 AND seq > $3"
        " AND text = $4)",
        tx.workspace_id, root.id, chat.customer_seq, sentence,
    )  # fmt: skip
    if not said:
        await add_system_message(tx, root.id, sentence)
    return True


# out ------------------------------------------------------------------------------------------------------------------


async def _mail(tx: Tx, root: Locked, chat: _Chat, unread: list[_Reply], new_id: NewId) -> None:
    """One mail with all of these. Its fate becomes that of the messages."""
    assert chat.address is not None
    assert chat.mailbox is not None
    endpoint = await _mail_endpoint(tx, root, chat, chat.mailbox, chat.address)
    ids = [reply.id for reply in unread]
    files, left_out = await _fitting_files(tx, ids)
    mail_id = new_id(ids[-1], chat.mailbox.address)
    letter = Content(
        text=unread_letter([reply.text for reply in unread], left_out, chat.spoken),
        to=[_recipient(chat, chat.address)], subject=str(endpoint.refs["subject"]), attachment_ids=files, letter=True,
        parent=endpoint.refs.get("parent"), references=endpoint.refs.get("references") or [], quotes=chat.id,
    )  # fmt: skip
    await _queue(tx, root, endpoint, letter, message_id=ids[-1], agent_id=unread[-1].agent_id)
    await tx.run(
        "UPDATE messages SET external_id = $3, delivery = $4 WHERE workspace_id = $1 AND id = ANY($2::uuid[])",
        tx.workspace_id, ids, mail_id, Delivery.READY,
    )  # fmt: skip
    await _follow(tx, endpoint, mail_id)
    await add_system_message(tx, root.id, f"What the visitor has not read goes to {chat.address} by mail.")


async def _mail_endpoint(tx: Tx, root: Locked, chat: _Chat, mailbox: _Mailbox, address: str) -> EndpointRow:
    """The mail side of the conversation with this address; made when it is missing. Only its owner takes part in it."""
    who = await resolve_contact(tx, address=address, name=None)  # who names an address does not name its owner
    found = await find_endpoint(tx, tx.workspace_id, root.id, mailbox.id, who.identity_id)
    if found is not None and found.refs.get("subject"):
        return found
    refs: dict[str, Any] = {
        "to": msgspec.to_builtins([_recipient(chat, address)]), "cc": [],
        "subject": root.subject or subject(chat.inbox, chat.spoken), "parent": None, "references": [],
        **({} if found is None else {k: v for k, v in found.refs.items() if v}),
    }  # fmt: skip
    if found is not None:
        return EndpointRow(found.id, found.identity_id, refs)
    new = NewEndpoint(thread_key=f"mail:{uuid7()}", identity_id=who.identity_id, refs=refs)
    id = await add_endpoint(tx, root.id, mailbox.ref(), new)
    assert id is not None
    return EndpointRow(id, who.identity_id, refs)


def _recipient(chat: _Chat, address: str) -> Recipient:
    return Recipient(address=address, name=chat.name)


class _File(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    size: int


async def _fitting_files(tx: Tx, message_ids: list[UUID]) -> tuple[list[UUID], list[str]]:
    """The files of these messages that one mail can carry, and the names of the others."""
    found = await tx.all(
        _File,
        "SELECT id, name, size FROM attachments WHERE workspace_id = $1 AND message_id = ANY($2::uuid[]) ORDER BY id",
        tx.workspace_id, message_ids,
    )  # fmt: skip
    fits: list[UUID] = []
    left_out: list[str] = []
    room = MAX_FILES_BYTES
    for file in found:
        if file.size <= room:
            room -= file.size
            fits.append(file.id)
        else:
            left_out.append(file.name)
    return fits, left_out


async def _queue(
    tx: Tx, root: Locked, endpoint: EndpointRow, letter: Content, *, message_id: UUID | None, agent_id: int | None
) -> UUID:
    id = uuid7()
    await tx.run(
        "INSERT INTO outbox (workspace_id, id, conversation_id, endpoint_id, agent_id, message_id, body, ord, state,"
        " release_at, next_try_at, seen_seq, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT"
        " coalesce(max(o.ord), 0) + 1 FROM outbox o WHERE o.workspace_id = $1 AND o.endpoint_id = $4), 1, $8, $8, $9, $8)",
        tx.workspace_id, id, root.id, endpoint.id, agent_id, message_id, msgspec.to_builtins(letter), tx.now(), root.seq,
    )  # fmt: skip
    changed(tx, root, id, State.READY)
    return id


async def _follow(tx: Tx, endpoint: EndpointRow, mail_id: str) -> None:
    """The next mail of this endpoint answers this one."""
    parent, chain = endpoint.refs.get("parent"), endpoint.refs.get("references") or []
    before = [*chain, *([parent] if parent else [])]
    refs = {**endpoint.refs, "parent": mail_id, "references": [*before[:1], *before[1:][-18:]]}
    await tx.run(
        "UPDATE endpoints SET refs = $3 WHERE workspace_id = $1 AND id = $2", tx.workspace_id, endpoint.id, refs
    )


# transcript -----------------------------------------------------------------------------------------------------------


async def queue_transcript(tx: Tx, endpoint_id: UUID, address: str) -> UUID:
    """Send the thread of a messenger endpoint to an address that its visitor has named; the outbox row's id.

    In it are the messages of the thread, and mails of the conversation that this address took part in. Raises NotFound
    without such a thread, BadRequest(code="no_address") for an address that mail cannot be sent to or that wants no
    automatic mail, Conflict(code="no_reply_mailbox") when the messenger has no mailbox to send by.
    """
    chat = await _find_chat(tx, endpoint_id)
    if chat is None:
        raise NotFound("There is no such thread.")
    if not is_recipient(address) or await find_suppression(tx, tx.workspace_id, address) is not None:
        raise BadRequest("No mail can be sent to this address. Say another one.", code="no_address")
    if chat.mailbox is None:
        raise Conflict(
            "No mail can be sent from here. The thread itself stays in the messenger.", code="no_reply_mailbox"
        )
    root = await lock_root(tx, chat.conversation_id)
    endpoint = await _mail_endpoint(tx, root, chat, chat.mailbox, address)
    rows = await tx.all(
        _Spoken, _THREAD, tx.workspace_id, endpoint_id, endpoint.identity_id, MAX_LINES + 1, chat.family
    )
    lines = [
        Line(at=r.at, ours=r.ours, name=r.agent if r.ours else chat.name, text=r.text, files=r.files)
        for r in reversed(rows[:MAX_LINES])
    ]
    text, html = transcript(lines, inbox=chat.inbox, locale=chat.spoken, zone=chat.time_zone, cut=len(rows) > MAX_LINES)
    letter = Content(
        text=text, html=html, to=[_recipient(chat, address)], subject=subject(chat.inbox, chat.spoken), letter=True
    )
    return await _queue(tx, root, endpoint, letter, message_id=None, agent_id=None)


class _Spoken(msgspec.Struct, frozen=True, kw_only=True):
    at: datetime
    ours: bool
    agent: str
    text: str
    files: list[str]


_THREAD = """
SELECT m.occurred_at AS at, m.direction = 2 AS ours, coalesce(g.name, '') AS agent,
  coalesce(left(m.text, (m.headers->>'quoted_at')::int), m.text) AS text,
  ARRAY(SELECT f.name FROM attachments f WHERE f.workspace_id = $1 AND f.message_id = m.id ORDER BY f.id) AS files
FROM messages m JOIN endpoints e ON e.workspace_id = $1 AND e.id = m.endpoint_id
LEFT JOIN agents g ON g.workspace_id = $1 AND m.author_kind = 1 AND g.id::text = m.author_id
WHERE m.workspace_id = $1 AND m.conversation_id = ANY($5::uuid[]) AND (e.id = $2 OR e.identity_id = $3) AND m.kind = 1
  AND m.audience > 0 AND m.deleted_at IS NULL
ORDER BY m.occurred_at DESC, m.seq DESC LIMIT $4
"""
