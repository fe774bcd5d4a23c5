"""A visitor's message becomes one of a conversation, once, however often it is sent."""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from hark.channels.messenger.bots import begin_with_bot
from hark.channels.messenger.cleaning import clean_text
from hark.channels.messenger.threads import find_thread_of, owned
from hark.channels.messenger.types import Inbox, NewPost, Session, Visitor
from hark.channels.messenger.visitors import lock_visitor, may_follow, seen_page
from hark.contacts.visitors import visitor_contact
from hark.conversations.inbound import receive_message
from hark.conversations.types import AccountRef, Headers, MailAddress, NewEndpoint, NewInbound
from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict, NotFound
from hark.core.ids import uuid7
from hark.core.sql import Sql
from hark.intake.types import Envelope, Fate, Source

HERE = timedelta(seconds=60)
"""Who has just done something is taken to be there for so long."""


async def post_message(tx: Tx, session: Session, thread_id: UUID, new: NewPost) -> bool:
    """Put a visitor's message into their thread, which begins with its first one; whether it was not there already.

    The same id again changes nothing; it is the ledger's external id. Raises BadRequest for an empty message, NotFound
    for somebody else's thread or file, Conflict for an id that is taken.
    """
    text = clean_text(new.text)
    if not text and not new.attachment_ids:
        raise BadRequest("The message is empty. Write something, or add a file.", code="empty")
    visitor = await lock_visitor(tx, session)
    if not await _enter(tx, session.inbox, new.id, text):
        await _require_own(tx, session, new.id)
        return False
    thread = await _find_thread(tx, session, thread_id)
    who = await _contact(tx, session, visitor)
    live_until = tx.now() + HERE
    endpoint = NewEndpoint(
        id=thread_id,
        thread_key=str(thread_id),
        identity_id=who.identity_id,
        visitor_id=visitor.id,
        live_until=live_until,
    )
    if thread is None and new.opening is not None:
        begun = await begin_with_bot(tx, session, visitor, new.opening, endpoint, who)
        thread = _Thread(begun.id, begun.conversation_id) if begun else None
    received = await receive_message(
        tx,
        NewInbound(
            account=AccountRef(
                id=session.inbox.id, calendar_id=session.inbox.calendar_id, team_id=session.inbox.team_id, kind=2
            ),
            contact_id=who.contact_id, company_id=who.company_id, at=tx.now(), text=text,
            headers=Headers(from_=MailAddress(visitor.profile.name, "")), message_id=new.id, live=True,
            conversation_id=thread.conversation_id if thread else None, endpoint_id=thread.id if thread else None,
            endpoint=None if thread else endpoint,
        ),
    )  # fmt: skip
    await _take_files(tx, visitor, new)
    fate = Fate.NEW if received.started or new.opening is not None else Fate.MESSAGE
    await tx.run(
        _SETTLE, tx.workspace_id, thread_id, live_until, visitor.id, who.contact_id, _page(tx, session, new), tx.now(),
        session.inbox.id, str(new.id), fate, received.conversation_id, new.id,
    )  # fmt: skip
    return True


async def _enter(tx: Tx, inbox: Inbox, id: UUID, text: str) -> bool:
    """The message's line in the ledger. False when it has one: of an earlier try, waited for when it is under way."""
    raw = text.encode()
    return bool(await tx.run(
        "INSERT INTO intake_items (workspace_id, id, account_id, external_id, received_at, source, envelope, blob_key,"
        " size, sha256, fate, next_try_at, settled_at) VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9, $10, $5, $5)"
        " ON CONFLICT (workspace_id, account_id, external_id) DO NOTHING",
        tx.workspace_id, uuid7(), inbox.id, str(id), tx.now(), Source.MESSENGER, msgspec.to_builtins(Envelope()),
        len(raw), hashlib.sha256(raw).digest(), Fate.MESSAGE,
    ))  # fmt: skip


async def _require_own(tx: Tx, session: Session, id: UUID) -> None:
    if await find_thread_of(tx, session, id) is None:
        raise Conflict("This message id has been used already. Make a new one and send again.", code="id_taken")


class _Thread(msgspec.Struct):
    id: UUID
    conversation_id: UUID


async def _find_thread(tx: Tx, session: Session, id: UUID) -> _Thread | None:
    """The visitor's thread of this id; None when there is none yet. Raises NotFound when it is somebody else's."""
    found = await tx.find(
        _Owned,
        Sql(
            "SELECT e.id, e.conversation_id, coalesce(e.account_id = {} AND e.closed_at IS NULL AND {}, false) AS own"
            " FROM endpoints e WHERE e.workspace_id = {} AND e.id = {}",
            session.inbox.id, owned(session), tx.workspace_id, id,
        ),
    )  # fmt: skip
    if found is not None and not found.own:
        raise NotFound("There is no such conversation.")
    return found


class _Owned(_Thread):
    own: bool


class _Who(msgspec.Struct):
    contact_id: UUID
    identity_id: UUID | None
    company_id: UUID | None


async def _contact(tx: Tx, session: Session, visitor: Visitor) -> _Who:
    """Whose message it is: the identified person's, else the visitor's own contact, made now when it is the first."""
    if visitor.contact_id is not None:
        return await tx.one(
            _Who,
            "SELECT c.id AS contact_id, c.company_id, (SELECT i.id FROM identities i WHERE i.workspace_id = c.workspace_id"
            " AND i.contact_id = c.id AND i.scope = $3 AND i.value = ANY($4::text[])"
            " ORDER BY i.kind DESC LIMIT 1) AS identity_id FROM contacts c WHERE c.workspace_id = $1 AND c.id = $2",
            tx.workspace_id, visitor.contact_id, session.inbox.id, [str(visitor.id), visitor.user_id or ""],
        )  # fmt: skip
    profile = visitor.profile
    made = await visitor_contact(
        tx, session.inbox.id, visitor.id, name=profile.name, locale=profile.language, zone=profile.time_zone
    )
    return _Who(made.contact_id, made.identity_id, made.company_id)


async def _take_files(tx: Tx, visitor: Visitor, new: NewPost) -> None:
    """The visitor's uploads become the message's. Raises NotFound when one is not theirs, or is in a message already."""
    if not new.attachment_ids:
        return
    ids = list(dict.fromkeys(new.attachment_ids))
    taken = await tx.run(
        "UPDATE attachments SET message_id = $3, visitor_id = NULL WHERE workspace_id = $1 AND id = ANY($4::uuid[])"
        " AND visitor_id = $2 AND message_id IS NULL",
        tx.workspace_id, visitor.id, new.id, ids,
    )  # fmt: skip
    if taken != len(ids):
        raise NotFound("One of the files is not there any more. Add it again; nothing was sent.", code="unknown_file")


# The visitor is there, was at this page and has a contact; the ledger's line says where the message is.
_SETTLE = """
WITH here AS (
  UPDATE endpoints SET live_until = greatest(live_until, $3) WHERE workspace_id = $1 AND id = $2
), seen AS (
  UPDATE visitors SET contact_id = $5, profile = profile || $6::jsonb, last_seen_at = $7 WHERE workspace_id = $1 AND id = $4
)
UPDATE intake_items SET fate = $10, conversation_id = $11, message_id = $12
WHERE workspace_id = $1 AND account_id = $8 AND external_id = $9
"""


def _page(tx: Tx, session: Session, new: NewPost) -> dict[str, Any]:
    """What the message adds to the visitor's profile: where it was written, as far as that may be kept."""
    page = seen_page(new.page, tx.now()) if new.page is not None and may_follow(session) else None
    return {} if page is None else {"page": msgspec.to_builtins(page)}
