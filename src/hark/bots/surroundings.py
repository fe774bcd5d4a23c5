"""What a bot knows of the conversation it is in: the customer's words, what is known of them, and whether somebody of the
team is there."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from hark.bots.answers import first_line, fold
from hark.bots.conditions import World
from hark.bots.sending import Way
from hark.bots.types import Reason
from hark.bots.words import SENTENCES, spoken
from hark.core.clock import from_unix, unix
from hark.core.db import Queries
from hark.filters.facts import find_facts
from hark.hours.queries import load_calendars
from hark.understanding.reading import read
from hark.understanding.signals import Signals, signals
from hark.understanding.types import TASKS, Task
from hark.value.types import Severity

DAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "it": ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    "ko": ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"),
}
WHEN = {"en": "on {day} {date} at {time}", "it": "{day} {date} alle {time}", "ko": "{date} {day} {time}"}


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's message. `text` without what it quotes; `first`: of the conversation."""

    id: UUID
    seq: int
    at: datetime
    endpoint_id: UUID
    account_id: int
    account_kind: int
    contact_id: UUID
    text: str
    language: str
    files: list[str]
    first: bool
    identified: bool
    known: bool


async def find_said(db: Queries, workspace_id: int, message_id: UUID) -> Said | None:
    """The message, as far as it is a customer's on an endpoint."""
    return await db.find(
        Said,
        "SELECT m.id, m.seq, m.occurred_at AS at, m.endpoint_id, e.account_id, a.kind AS account_kind, c.contact_id,"
        " left(m.text, coalesce((m.headers->>'quoted_at')::int, 100000)) AS text,"
        " coalesce(nullif(v.profile->>'language', ''), m.lang, p.locale, '') AS language,"
        " ARRAY(SELECT f.name FROM attachments f WHERE f.workspace_id = m.workspace_id AND f.message_id = m.id"
        "   AND NOT f.inline ORDER BY f.id) AS files,"
        " NOT EXISTS (SELECT FROM messages o WHERE o.workspace_id = m.workspace_id AND o.conversation_id = m.conversation_id"
        "   AND o.kind = 1 AND o.audience > 0 AND o.seq < m.seq) AS first,"
        " (v.user_id IS NOT NULL OR i.kind = 1) AS identified,"
        " EXISTS (SELECT FROM conversations o WHERE o.workspace_id = m.workspace_id AND o.contact_id = c.contact_id"
        "   AND o.id <> c.id) AS known"
        " FROM messages m JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
        " JOIN contacts p ON p.workspace_id = m.workspace_id AND p.id = c.contact_id AND p.erased_at IS NULL"
        " JOIN endpoints e ON e.workspace_id = m.workspace_id AND e.id = m.endpoint_id"
        " JOIN channel_accounts a ON a.workspace_id = m.workspace_id AND a.id = e.account_id"
        " LEFT JOIN visitors v ON v.workspace_id = m.workspace_id AND v.id = e.visitor_id"
        " LEFT JOIN identities i ON i.workspace_id = m.workspace_id AND i.id = e.identity_id"
        " WHERE m.workspace_id = $1 AND m.id = $2 AND m.direction = 1 AND m.kind = 1",
        workspace_id, message_id,
    )  # fmt: skip


PERSON = frozenset(
    {"person", "a person", "a person please", "human", "agent", "persona", "una persona", "una persona per favore", "operatore",
     "parli con una persona", "상담원", "사람", "상담사", *(fold(words["person"]) for words in SENTENCES.values())}
)  # fmt: skip
"""A whole answer that asks for a person: what the button says, and what a bot's mails offer as a word."""


class Listened(msgspec.Struct, frozen=True):
    """Why somebody may not be held by a bot now, if so, and their language where it can be told."""

    urgent: Reason | None
    language: str


def hear(text: str) -> Listened:
    """Listen to a customer's words by rules: who asks for a person, is angry, is about to leave or writes about money."""
    return _listened(signals(text), text)


async def listen(db: Queries, workspace_id: int, text: str) -> Listened:
    """The same, and by the workspace's own classifiers: certainly unhappy about something serious is angry."""
    reading = await read(db, workspace_id, text)
    heard = _listened(reading.signals, text)
    mood, severity = reading.find(Task.SENTIMENT), reading.find(Task.SEVERITY)
    unhappy = mood is not None and mood.known and mood.value == -1
    serious = severity is not None and severity.known and (severity.value or 0) >= Severity.HIGH
    return Listened(heard.urgent or (Reason.ANGRY if unhappy and serious else None), heard.language)


async def understand(db: Queries, workspace_id: int, text: str) -> dict[str, Any]:
    """What conditions of a flow can ask about somebody's words; only what the classifiers are sure of."""
    reading = await read(db, workspace_id, text)
    known = {guess.task: guess.value for guess in reading.guesses if guess.known and guess.value is not None}
    found: dict[str, Any] = {TASKS[task]: value for task, value in known.items()}
    if Task.SENTIMENT in known:
        found["sentiment"] = MOODS[known[Task.SENTIMENT]]
    if Task.TOPIC in known:
        found["intent"] = known[Task.TOPIC]
    return {**found, "language": reading.signals.language}


MOODS = {-1: "negative", 0: "neutral", 1: "positive"}


def _listened(heard: Signals, text: str) -> Listened:
    reasons = (
        (heard.wants_person or fold(first_line(text)) in PERSON, Reason.ASKED),
        (heard.angry, Reason.ANGRY),
        (heard.leaving, Reason.LEAVING),
        (heard.billing, Reason.BILLING),
    )
    return Listened(next((reason for is_so, reason in reasons if is_so), None), heard.language)


class _Known(msgspec.Struct):
    name: str | None
    email: str | None
    contact: dict[str, Any]
    conversation: dict[str, Any]
    zone: str


async def load_world(
    db: Queries,
    workspace_id: int,
    conversation_id: UUID,
    way: Way,
    language: str,
    *,
    now: datetime,
    asked: Collection[str],
    understanding: Mapping[str, Any] | None = None,
) -> World:
    """What a step in this conversation may look at; of the conversation's fields those that are `asked` for."""
    known = await db.one(
        _Known,
        "SELECT p.name, p.attributes AS contact, c.attributes AS conversation, w.time_zone AS zone,"
        " coalesce((SELECT i.value FROM identities i WHERE i.workspace_id = $1 AND i.contact_id = p.id AND i.kind = 1"
        "   ORDER BY i.verified_at DESC NULLS LAST, i.id LIMIT 1), (SELECT v.address FROM endpoints e JOIN visitors v"
        "   ON v.workspace_id = $1 AND v.id = e.visitor_id WHERE e.workspace_id = $1 AND e.id = $3)) AS email"
        " FROM conversations c JOIN contacts p ON p.workspace_id = $1 AND p.id = c.contact_id"
        " JOIN workspaces w ON w.id = $1 WHERE c.workspace_id = $1 AND c.id = $2",
        workspace_id, conversation_id, way.id,
    )  # fmt: skip
    own = {"contact.name": known.name or "", "contact.email": known.email or ""}
    attributes = {
        **{f"contact.{name}": str(value) for name, value in known.contact.items()},
        **{f"conversation.{name}": str(value) for name, value in known.conversation.items()},
        **{name: value for name, value in own.items() if value},
    }
    is_open, back = await presence_words(db, workspace_id, way.calendar_id, known.zone, language, now)
    facts = await find_facts(db, workspace_id, conversation_id, now=now, names=asked) if asked else {}
    return World(
        now=now,
        language=language,
        open=is_open,
        back=back,
        numbered=way.numbered,
        attributes=attributes,
        facts=facts,
        understanding=understanding or {},
    )


async def presence_words(
    db: Queries, workspace_id: int, calendar_id: int, zone: str, language: str, now: datetime
) -> tuple[bool, str]:
    """Whether the team is there by these hours, and else the words for when it is back ("" when that is not known)."""
    calendar = (await load_calendars(db, workspace_id)).by_id[calendar_id]
    t = unix(now)
    if calendar.open_at(t):
        return True, ""
    opens = calendar.next_open(t)
    if opens is None:
        return False, ""
    at, short = from_unix(opens).astimezone(ZoneInfo(zone)), spoken(language)
    date = {"en": f"{at:%Y-%m-%d}", "it": f"{at.day}/{at.month}", "ko": f"{at.month}월 {at.day}일"}[short]
    return False, WHEN[short].format(day=DAYS[short][at.weekday()], date=date, time=f"{at:%H:%M}")
