"""Replies by rule: the text in the customer's language with its values, on its way through the outbox like every other.

The row of the outbox is written in the transaction that moves the consumer's cursor: a worker that dies in between has
written neither or both.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from hark.automation.types import Action, ReplyAction
from hark.bots.sending import Way, find_way
from hark.bots.surroundings import DAYS, WHEN, presence_words
from hark.bots.words import spoken
from hark.conversations.lock import lock_root
from hark.conversations.types import Locked
from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict
from hark.core.ids import uuid7
from hark.core.text import one_line
from hark.delivery.automatic import find_chat_obstacle, find_obstacle, find_unanswerable
from hark.delivery.queries import find_endpoint, undo_seconds
from hark.delivery.releasing import changed
from hark.delivery.types import Content, Recipient, RuleMark, State

PLACES = (
    "contact.name", "contact.first_name", "contact.email", "company.name", "agent.name", "agent.first_name", "team.name",
    "conversation.number", "conversation.subject", "promise.time", "hours.back",
)  # fmt: skip
"""What can stand in `{{…}}`, beside any attribute as `contact.<name>` and `conversation.<name>`; those of canned replies
mean the same there."""
UNDO_S = 10
_PLACE = re.compile(r"\{\{\s*([^{}|]*?)\s*(?:\|([^{}]*))?\}\}")
_ATTRIBUTE = re.compile(r"(?:contact|conversation)\.[a-z][a-z0-9_]{0,39}")
NOWHERE = "There is nowhere to answer: the thread of the customer or its mailbox is closed."


class Refused(Conflict):
    """No reply went out, and nothing is wrong with the rule: the sentence says why."""


def check_replies(actions: list[Action]) -> None:
    """Whether every placeholder of every reply is known. Raises BadRequest naming the first that is not."""
    for n, action in enumerate(actions):
        if isinstance(action, ReplyAction):
            for language, text in action.text.items():
                if (strange := next((p[1] for p in _PLACE.finditer(text) if not _is_place(p[1])), None)) is not None:
                    raise BadRequest(
                        f"The reply has a placeholder “{strange}” that nobody can fill. There are {', '.join(PLACES)}, and"
                        " attributes such as contact.plan.",
                        code="unknown_placeholder", path=f"$.actions[{n}].text.{language}",
                    )  # fmt: skip


def _is_place(name: str) -> bool:
    return name in PLACES or _ATTRIBUTE.fullmatch(name) is not None


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its values in one line each; what is not known is its default, else nothing. A value is never read
    as a placeholder again."""
    return _PLACE.sub(lambda place: one_line(values.get(place[1], ""), 300) or (place[2] or "").strip(), text)


def pick(texts: Mapping[str, str], languages: list[str]) -> str:
    """The text in the first of these languages there is one for, else the first text."""
    for language in languages:
        for wanted in (language, language.split("-")[0]):
            if wanted in texts:
                return texts[wanted]
    return next(iter(texts.values()))


class _Known(msgspec.Struct):
    name: str | None
    email: str | None
    company: str | None
    agent: str | None
    team: str | None
    contact: dict[str, Any]
    conversation: dict[str, Any]
    language: str
    locale: str
    zone: str
    due: datetime | None


async def queue_rule_reply(tx: Tx, rule_id: int, rule_name: str, id: UUID, action: ReplyAction) -> None:
    """Put a rule's reply into the outbox, to whoever wrote last and where they wrote. Raises Refused."""
    c = await lock_root(tx, id)
    way = await _way(tx, c)
    obstacle = await find_unanswerable(tx, c.id)
    if obstacle is None:
        obstacle = await (find_obstacle(tx, way.address) if way.numbered else find_chat_obstacle(tx, c.id))
    if obstacle is not None:
        raise Refused(obstacle)
    known = await _known(tx, c, way)
    languages = [language for language in (known.language, known.locale) if language]
    text = fill(pick(action.text, languages), await _values(tx, c, way, known, languages[0]))
    wait_s = action.wait_s
    if wait_s is None:
        wait_s = await undo_seconds(tx, tx.workspace_id, UNDO_S) if way.numbered else 0
    to = [Recipient(address=way.address, name=way.name)] if way.numbered and way.address else []
    body = Content(
        text=text,
        to=to,
        subject=str(way.refs.get("subject") or c.subject),
        rule=RuleMark(rule_id=rule_id, name=rule_name),
    )
    outbox_id = uuid7()
    await tx.run(
        "INSERT INTO outbox (workspace_id, id, conversation_id, endpoint_id, agent_id, body, state, release_at, next_try_at,"
        " seen_seq, cancel_if_customer_writes, created_at) VALUES ($1, $2, $3, $4, NULL, $5, 0, $6, $6, $7, false, $8)",
        tx.workspace_id, outbox_id, c.id, way.id, msgspec.to_builtins(body), tx.now() + timedelta(seconds=wait_s),
        c.public_seq, tx.now(),
    )  # fmt: skip
    changed(tx, c, outbox_id, State.HELD)


async def _way(tx: Tx, c: Locked) -> Way:
    endpoint = await find_endpoint(tx, c.id, None, [])
    way = await find_way(tx, tx.workspace_id, endpoint.id) if endpoint is not None else None
    if way is None:
        raise Refused(NOWHERE)
    return way


async def _known(tx: Tx, c: Locked, way: Way) -> _Known:
    return await tx.one(
        _Known,
        "SELECT p.name, coalesce($3, (SELECT i.value FROM identities i WHERE i.workspace_id = $1 AND i.contact_id = p.id"
        "  AND i.kind = 1 ORDER BY i.verified_at DESC NULLS LAST, i.id LIMIT 1)) AS email, k.name AS company, a.name AS agent,"
        " t.name AS team, p.attributes AS contact, c.attributes AS conversation, w.locale, w.time_zone AS zone,"
        " coalesce((SELECT nullif(v.profile->>'language', '') FROM endpoints e JOIN visitors v ON v.workspace_id = $1"
        "   AND v.id = e.visitor_id WHERE e.workspace_id = $1 AND e.id = $4), (SELECT nullif(m.lang, '') FROM messages m"
        "   WHERE m.workspace_id = $1 AND m.conversation_id = c.id AND m.seq = c.customer_seq),"
        "  (SELECT nullif(r.language, '') FROM messages m JOIN readings r ON r.workspace_id = $1 AND r.message_id = m.id"
        "   WHERE m.workspace_id = $1 AND m.conversation_id = c.id AND m.seq = c.customer_seq), p.locale, '') AS language,"
        " coalesce((SELECT min(r.due_at) FROM promises r WHERE r.workspace_id = $1 AND r.conversation_id = c.id"
        "  AND r.ended_at IS NULL AND r.kind < 3), c.promise_until) AS due"
        " FROM conversations c JOIN contacts p ON p.workspace_id = $1 AND p.id = c.contact_id JOIN workspaces w ON w.id = $1"
        " LEFT JOIN companies k ON k.workspace_id = $1 AND k.id = c.company_id"
        " LEFT JOIN agents a ON a.workspace_id = $1 AND a.id = c.assignee_id"
        " LEFT JOIN teams t ON t.workspace_id = $1 AND t.id = c.team_id WHERE c.workspace_id = $1 AND c.id = $2",
        tx.workspace_id, c.id, way.address, way.id,
    )  # fmt: skip


async def _values(tx: Tx, c: Locked, way: Way, known: _Known, language: str) -> dict[str, str]:
    _, back = await presence_words(tx, tx.workspace_id, way.calendar_id, known.zone, language, tx.now())
    return {
        **{f"contact.{name}": str(value) for name, value in known.contact.items()},
        **{f"conversation.{name}": str(value) for name, value in known.conversation.items()},
        "contact.name": known.name or "", "contact.first_name": _first(known.name), "contact.email": known.email or "",
        "company.name": known.company or "", "agent.name": known.agent or "", "agent.first_name": _first(known.agent),
        "team.name": known.team or "", "conversation.number": str(c.number), "conversation.subject": c.subject,
        "promise.time": when(known.due, known.zone, language) if known.due and known.due > tx.now() else "",
        "hours.back": back,
    }  # fmt: skip


def _first(name: str | None) -> str:
    """The first name, of a name in Latin letters: others write the family name first, and both together."""
    return name.split()[0] if name and name.split() and name.isascii() else name or ""


def when(at: datetime, zone: str, language: str) -> str:
    """A moment as customers read it: "on Monday 2026-03-02 at 09:00"."""
    short, local = spoken(language), at.astimezone(ZoneInfo(zone))
    date = {"en": f"{local:%Y-%m-%d}", "it": f"{local.day}/{local.month}", "ko": f"{local.month}월 {local.day}일"}[
        short
    ]
    return WHEN[short].format(day=DAYS[short][local.weekday()], date=date, time=f"{local:%H:%M}")
