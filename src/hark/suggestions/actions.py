"""Recording what became of suggestions; settings; making and filling canned replies."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest, NotFound
from hark.core.events import Recorded
from hark.core.ids import uuid7
from hark.journey.types import Author, ReplySent
from hark.suggestions import queries
from hark.suggestions.articles import settle_articles
from hark.suggestions.masking import Segment
from hark.suggestions.queries import NO_CANNED
from hark.suggestions.types import (
    CannedReply,
    CannedReplyChanged,
    CannedReplyPatch,
    Chosen,
    FilledReply,
    NewCannedReply,
    SuggestionSettingsChanged,
)
from hark.workspaces.patch import changed

FORGET_AFTER = timedelta(days=1)
NO_OFFER = "These suggestions are gone. Open the conversation again; your text is kept."

# learning from what is sent ---------------------------------------------------------------------------------------------


async def learn_from(tx: Tx, recorded: Recorded) -> None:
    """A person's reply has left: the account learns from it, and the suggestions its author had in view get their
    outcome (the consumer `suggestions`)."""
    event = recorded.event
    if not isinstance(event, ReplySent) or event.author is not Author.PERSON:
        return
    await tx.run(
        "INSERT INTO learned_replies (workspace_id, message_id, account_id, seq, at)"
        " SELECT $1, m.id, $3, $4, m.occurred_at FROM messages m JOIN channel_accounts a ON a.workspace_id = $1 AND a.id = $3"
        " WHERE m.workspace_id = $1 AND m.id = $2 ON CONFLICT DO NOTHING",
        tx.workspace_id, event.message_id, event.account_id, recorded.seq,
    )  # fmt: skip
    agent_id = event.agent_id or recorded.actor_id
    if agent_id is not None and recorded.conversation_id is not None:
        await _settle_offers(tx, recorded.conversation_id, agent_id, event.message_id)
        await settle_articles(tx, recorded.conversation_id, agent_id)


class _Open(msgspec.Struct):
    id: UUID
    chosen: int | None
    inserted: str | None
    text: str


async def _settle_offers(tx: Tx, conversation_id: UUID, agent_id: int, message_id: UUID) -> None:
    """One answer settles what was in view: the chosen offer, else the last; older ones were never answered."""
    rows = await tx.all(
        _Open,
        "SELECT o.id, o.chosen, o.inserted, m.text FROM suggestion_offers o"
        " JOIN messages m ON m.workspace_id = o.workspace_id AND m.id = $4"
        " WHERE o.workspace_id = $1 AND o.conversation_id = $2 AND o.agent_id = $3 AND o.answered_at IS NULL"
        " AND o.at <= $5 ORDER BY o.chosen IS NULL, o.at DESC FOR UPDATE OF o",
        tx.workspace_id, conversation_id, agent_id, message_id, tx.now(),
    )  # fmt: skip
    if not rows:
        return
    kept = None if rows[0].inserted is None else kept_of(rows[0].inserted, rows[0].text)
    await tx.run(
        "UPDATE suggestion_offers SET answered_at = $3, kept = $4, inserted = NULL WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, rows[0].id, tx.now(), kept,
    )  # fmt: skip
    await tx.run(
        "DELETE FROM suggestion_offers WHERE workspace_id = $1 AND id = ANY($2::uuid[])",
        tx.workspace_id, [row.id for row in rows[1:]],
    )  # fmt: skip


def kept_of(inserted: str, sent: str) -> float:
    """How much of a suggestion was sent (0..1): the share of its words that stand in the answer in the same order."""
    from rapidfuzz.distance import LCSseq

    before, after = inserted.split(), sent.split()
    return float(LCSseq.similarity(before, after)) / max(1, len(before))


async def forget_stale(db: Db) -> None:
    """Texts of offers nobody has answered with, articles that were only in view, and replies to people who were erased."""
    now = db.now()
    await db.run(
        "UPDATE suggestion_offers SET inserted = NULL WHERE inserted IS NOT NULL AND at < $1", now - FORGET_AFTER
    )
    await db.run("DELETE FROM article_offers WHERE answered_at IS NULL AND at < $1", now - FORGET_AFTER)
    await db.run(
        "DELETE FROM learned_replies l USING messages m, conversations c, contacts p WHERE m.workspace_id = l.workspace_id"
        " AND m.id = l.message_id AND c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
        " AND p.workspace_id = c.workspace_id AND p.id = c.contact_id AND p.erased_at IS NOT NULL"
    )


# offers -----------------------------------------------------------------------------------------------------------------


async def record_offer(
    tx: Tx, agent_id: int, conversation_id: UUID, account_id: int, sources: Sequence[UUID], confidences: Sequence[float],
    odds: Sequence[float],
) -> UUID:  # fmt: skip
    """Note what somebody has in view. The same again while it is unanswered is the same offer."""
    known = await tx.find(
        UUID,
        "SELECT id FROM suggestion_offers WHERE workspace_id = $1 AND conversation_id = $2 AND agent_id = $3"
        " AND answered_at IS NULL AND sources = $4 LIMIT 1",
        tx.workspace_id, conversation_id, agent_id, list(sources),
    )  # fmt: skip
    if known is not None:
        return known
    id = uuid7()
    await tx.run(
        "INSERT INTO suggestion_offers (workspace_id, id, conversation_id, account_id, agent_id, at, sources, confidences, odds)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        tx.workspace_id, id, conversation_id, account_id, agent_id, tx.now(), list(sources), list(confidences), list(odds),
    )  # fmt: skip
    return id


async def choose(tx: Tx, actor: Actor, id: UUID, chosen: Chosen) -> None:
    """One of the actor's own suggestions was put into the composer. Raises NotFound, BadRequest."""
    count = await tx.one(
        int,
        "SELECT cardinality(sources) FROM suggestion_offers WHERE workspace_id = $1 AND id = $2 AND agent_id = $3",
        tx.workspace_id, id, actor.agent_id, missing=NO_OFFER,
    )  # fmt: skip
    if chosen.position > count:
        raise BadRequest("There is no suggestion at this position. Nothing was changed.", code="no_such_suggestion")
    await tx.run(
        "UPDATE suggestion_offers SET chosen = $3, inserted = $4, characters = $5"
        " WHERE workspace_id = $1 AND id = $2 AND answered_at IS NULL",
        tx.workspace_id, id, chosen.position, chosen.text, len(chosen.text),
    )  # fmt: skip


async def set_account(tx: Tx, account_id: int, *, enabled: bool) -> None:
    """Turn the suggestions of an account on or off. Raises NotFound."""
    await queries.require_account(tx, tx.actor, account_id)
    await tx.run(
        "INSERT INTO suggestion_accounts (workspace_id, account_id, enabled) VALUES ($1, $2, $3)"
        " ON CONFLICT (workspace_id, account_id) DO UPDATE SET enabled = $3",
        tx.workspace_id, account_id, enabled,
    )  # fmt: skip
    await tx.audit("suggestions.set", f"account:{account_id}", data={"enabled": enabled})
    tx.emit(SuggestionSettingsChanged(account_id=account_id))


# canned replies ---------------------------------------------------------------------------------------------------------


async def create_canned(tx: Tx, new: NewCannedReply) -> CannedReply:
    """Raises Conflict when one of this name exists."""
    row = await tx.one(
        CannedReply,
        "INSERT INTO canned_replies (workspace_id, name, text, created_at) VALUES ($1, $2, $3, $4)"
        " RETURNING id, name, text, used, used_at",
        tx.workspace_id, new.name.strip(), new.text.strip(), tx.now(),
    )  # fmt: skip
    return await _told(tx, row, "canned_reply.created")


async def update_canned(tx: Tx, id: int, patch: CannedReplyPatch) -> CannedReply:
    """Change what the patch names. Raises NotFound, Conflict."""
    fields = changed(patch)
    row = await tx.find(
        CannedReply,
        "UPDATE canned_replies SET name = coalesce($3, name), text = coalesce($4, text)"
        " WHERE workspace_id = $1 AND id = $2 RETURNING id, name, text, used, used_at",
        tx.workspace_id, id, str(fields["name"]).strip() if "name" in fields else None, fields.get("text"),
    )  # fmt: skip
    if row is None:
        raise NotFound(NO_CANNED)
    return await _told(tx, row, "canned_reply.changed")


async def delete_canned(tx: Tx, id: int) -> None:
    """Raises NotFound."""
    if not await tx.run("DELETE FROM canned_replies WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id):
        raise NotFound(NO_CANNED)
    await tx.audit("canned_reply.deleted", f"canned_reply:{id}")
    tx.emit(CannedReplyChanged(canned_reply_id=id))


async def _told(tx: Tx, row: CannedReply, what: str) -> CannedReply:
    await tx.audit(what, f"canned_reply:{row.id}")
    tx.emit(CannedReplyChanged(canned_reply_id=row.id))
    return queries.canned_view(row, tx.actor)


async def use_canned(tx: Tx, actor: Actor, conversation_id: UUID, id: int) -> FilledReply:
    """A canned reply with the values of a conversation, and counted. Raises NotFound."""
    answered = await queries.get_answered(tx, actor, conversation_id, None)
    row = await queries.get_canned(tx, actor, id)
    await tx.run(
        "UPDATE canned_replies SET used = used + 1, used_at = $3 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, tx.now(),
    )  # fmt: skip
    name = answered.contact_name or ""
    values = {
        "contact.name": _Value("name", name),
        "contact.first_name": _Value("name", name.split()[0] if name.isascii() and name else name),
        "contact.email": _Value("email", next(iter(answered.emails), "")),
        "company.name": _Value("company", answered.company or ""),
        "agent.name": _Value("agent", answered.agent_name or ""),
        "conversation.number": _Value("number", str(answered.number)),
    }
    return FilledReply(id=row.id, name=row.name, segments=fill(row.text, values))


class _Value(NamedTuple):
    what: str
    text: str


_PLACES = re.compile(r"\{\{\s*([\w.]+)\s*\}\}|\[…\]")


def fill(text: str, values: dict[str, _Value]) -> list[Segment]:
    """A canned reply in segments: known placeholders filled, unknown ones and `[…]` blank."""
    segments: list[Segment] = []
    at = 0
    for place in _PLACES.finditer(text):
        if place.start() > at:
            segments.append(Segment("text", text[at : place.start()]))
        what, value = values.get(place[1] or "", _Value("", ""))
        segments.append(Segment("filled", value, what) if value else Segment("blank", "", what))
        at = place.end()
    return [*segments, Segment("text", text[at:])] if at < len(text) else segments
