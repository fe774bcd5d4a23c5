"""The context card: what the journal knows of a conversation, so that the customer never repeats it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.conversations.lock import MISSING
from hark.conversations.queries import find_rows
from hark.conversations.thread import AttachmentView
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import NotFound
from hark.core.text import one_line
from hark.journey.types import Status
from hark.swarm.queries import NAMES
from hark.swarm.types import Asked, ContextCard, Fact, Participant, Participation, Profile, Step

BEGINNING = 280  # characters of a message on the card
MOST_STEPS = 40
MOST_FILES = 20


class _Known(msgspec.Struct, kw_only=True):
    contact_name: str | None
    addresses: list[str]
    locale: str | None
    tz: str | None
    contact_attributes: dict[str, Any]
    contact_vip: bool
    contact_minor: int | None
    contact_currency: str | None
    company: str | None
    plan: str | None
    customer_since: date | None
    company_vip: bool | None
    company_minor: int | None
    company_currency: str | None
    renewal_on: date | None
    conversation_attributes: dict[str, Any]
    visitor_name: str | None
    visitor_address: str | None
    profile: Profile | None


class _Said(msgspec.Struct):
    seq: int
    text: str


async def get_card(db: Db, actor: Actor, id: UUID) -> ContextCard:
    """The card of a conversation. Raises NotFound when the actor may not see it."""
    rows = await find_rows(db, actor, [id], now=db.now())
    if not rows:
        raise NotFound(MISSING)
    ws = actor.workspace_id
    known = await db.one(_Known, _KNOWN, ws, id)
    said = await db.all(_Said, _SAID, ws, id, BEGINNING * 4)
    participants = await list_participants(db, ws, id)
    by_contact = known.company_minor is None
    mine = next((p.state for p in participants if p.agent_id == actor.agent_id), None)
    return ContextCard(
        conversation=rows[0], monthly_minor=known.contact_minor if by_contact else known.company_minor,
        currency=known.contact_currency if by_contact else known.company_currency, renewal_on=known.renewal_on,
        vip=known.contact_vip or bool(known.company_vip), wrote=one_line(said[0].text, BEGINNING) if said else "",
        last_wrote=one_line(said[-1].text, BEGINNING) if len(said) > 1 else "",
        facts=_facts(known) if actor.can("contacts.read") else [],
        attachments=await db.all(AttachmentView, _FILES, ws, id, MOST_FILES),
        tried=await _tried(db, ws, id), asked=await db.all(Asked, _ASKED, ws, id), participants=participants, mine=mine,
        can=_can(actor, rows[0].status, mine),
    )  # fmt: skip


def _can(actor: Actor, status: Status, mine: str | None) -> list[str]:
    can = ["ask", "end"] if actor.can("conversations.write") and status < Status.RESOLVED else []
    if mine == "invited":
        return [*can, "accept", "decline"]
    return [*can, "leave"] if mine == "joined" else can


def _facts(known: _Known) -> list[Fact]:
    profile = known.profile or Profile()
    page = profile.page or {}
    named: list[tuple[Any, str, Any]] = [
        ("contact", "name", known.contact_name),
        *(("contact", "address", address) for address in known.addresses),
        ("contact", "locale", known.locale), ("contact", "time_zone", known.tz or profile.time_zone),
        ("company", "name", known.company), ("company", "plan", known.plan),
        ("company", "customer_since", known.customer_since and known.customer_since.isoformat()),
        ("visitor", "name", known.visitor_name if known.visitor_name != known.contact_name else None),
        ("visitor", "address", known.visitor_address if known.visitor_address not in known.addresses else None),
        ("visitor", "page", page.get("title") or page.get("url")), ("visitor", "language", profile.language),
        ("visitor", "device", " · ".join(v for v in profile.device.values() if v)),
    ]  # fmt: skip
    for source, values in (
        ("contact_attributes", known.contact_attributes), ("visitor_attributes", profile.attributes),
        ("conversation_attributes", known.conversation_attributes),
    ):  # fmt: skip
        named += [(source, key, value) for key, value in sorted(values.items())]
    return [
        Fact(source=source, key=key, value=value)
        for source, key, value in named
        if value is not None and value != "" and isinstance(value, str | int | float | bool)
    ]


_KNOWN = """
SELECT p.name AS contact_name, p.locale, p.tz, p.attributes AS contact_attributes, p.vip AS contact_vip,
  p.value_minor AS contact_minor, p.currency::text AS contact_currency, c.attributes AS conversation_attributes,
  array(SELECT i.value FROM identities i WHERE i.workspace_id = p.workspace_id AND i.contact_id = p.id AND i.kind = 1
    ORDER BY i.id LIMIT 5) AS addresses,
  k.name AS company, k.plan, k.customer_since, k.vip AS company_vip, k.value_minor AS company_minor,
  k.currency::text AS company_currency, k.renewal_on,
  v.profile->>'name' AS visitor_name, v.address AS visitor_address, v.profile
FROM conversations c JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
LEFT JOIN companies k ON k.workspace_id = c.workspace_id
  AND k.id = coalesce(c.company_id, p.company_id)
LEFT JOIN LATERAL (SELECT x.address, x.profile FROM endpoints e JOIN visitors x ON x.workspace_id = e.workspace_id
  AND x.id = e.visitor_id WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id ORDER BY e.id DESC LIMIT 1) v
  ON true
WHERE c.workspace_id = $1 AND c.id = $2
"""
_SAID = """
(SELECT m.seq, left(m.text, $3) AS text FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = $2
  AND m.direction = 1 AND m.kind = 1 AND m.deleted_at IS NULL ORDER BY m.seq LIMIT 1)
UNION
(SELECT m.seq, left(m.text, $3) FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = $2
  AND m.direction = 1 AND m.kind = 1 AND m.deleted_at IS NULL ORDER BY m.seq DESC LIMIT 1)
ORDER BY seq
"""
_FILES = """
SELECT f.id, f.name, f.content_type, f.size, f.inline, f.cid FROM messages m
JOIN attachments f ON f.workspace_id = m.workspace_id AND f.message_id = m.id
WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.direction = 1 AND NOT f.inline ORDER BY m.seq DESC, f.id LIMIT $3
"""
_ASKED = """
SELECT h.id, h.asked_by, h.asked_at, m.text AS question, h.first_only FROM help_requests h
JOIN messages m ON m.workspace_id = h.workspace_id AND m.id = h.note_id
WHERE h.workspace_id = $1 AND h.conversation_id = $2 ORDER BY h.asked_at DESC LIMIT 10
"""


# what was tried ---------------------------------------------------------------------------------------------------


class _Tried(msgspec.Struct):
    seq: int
    at: datetime
    kind: str
    agent_id: int | None
    name: str
    text: str
    team_before: int | None
    team_after: int | None
    assignee_before: int | None
    assignee_after: int | None


async def _tried(db: Db, workspace_id: int, id: UUID) -> list[Step]:
    """Public replies, notes and hand-overs, oldest first; the newest of very many. Questions for help stand apart."""
    rows = await db.all(_Tried, _TRIED, workspace_id, id, BEGINNING * 4, MOST_STEPS)
    return [
        Step(
            kind="reply" if r.kind == "reply" else "note" if r.kind == "note" else "handover", at=r.at, seq=r.seq,
            agent_id=r.agent_id, name=r.name, text=one_line(r.text, BEGINNING), team_before=r.team_before,
            team_after=r.team_after, assignee_before=r.assignee_before, assignee_after=r.assignee_after,
        )
        for r in reversed(rows)
    ]  # fmt: skip


_TRIED = """
SELECT t.seq, t.at, t.kind, t.agent_id, coalesce(g.name, '') AS name, t.text, t.team_before, t.team_after,
  t.assignee_before, t.assignee_after
FROM (
  SELECT m.seq, m.occurred_at AS at, CASE WHEN m.kind = 2 THEN 'note' ELSE 'reply' END AS kind,
    CASE WHEN m.author_kind = 1 THEN m.author_id::int END AS agent_id, left(m.text, $3) AS text,
    NULL::int AS team_before, NULL::int AS team_after, NULL::int AS assignee_before, NULL::int AS assignee_after
  FROM messages m WHERE m.workspace_id = $1 AND m.conversation_id = $2 AND m.deleted_at IS NULL
    AND (m.kind = 2 OR m.kind = 1 AND m.direction = 2)
    AND NOT EXISTS (SELECT FROM help_requests h WHERE h.workspace_id = $1 AND h.conversation_id = $2 AND h.note_id = m.id)
  UNION ALL
  SELECT e.conversation_seq, e.occurred_at, 'handover', CASE WHEN e.actor_kind = 1 THEN e.actor_id END, '',
    e.team_before, e.team_after, e.assignee_before, e.assignee_after
  FROM events e WHERE e.workspace_id = $1 AND e.conversation_id = $2 AND e.kind = 5
  ORDER BY seq DESC LIMIT $4) t
LEFT JOIN agents g ON g.workspace_id = $1 AND g.id = t.agent_id ORDER BY t.seq DESC
"""


class _Participant(msgspec.Struct):
    agent_id: int
    help_id: UUID
    state: Participation
    invited_at: datetime
    joined_at: datetime | None


async def list_participants(db: Db, workspace_id: int, id: UUID) -> list[Participant]:
    """Everybody who was ever asked in, first invited first."""
    rows = await db.all(
        _Participant,
        "SELECT agent_id, help_id, state, invited_at, joined_at FROM participants"
        " WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY invited_at, agent_id",
        workspace_id, id,
    )  # fmt: skip
    return [
        Participant(
            agent_id=r.agent_id, help_id=r.help_id, state=NAMES[r.state], invited_at=r.invited_at, joined_at=r.joined_at
        )
        for r in rows
    ]
