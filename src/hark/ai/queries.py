"""Reading settings, the log, and what of a conversation a model may be told."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.ai.types import TASKS, AiCall, AiSettings, CallState
from hark.contacts.addresses import company_domain
from hark.conversations.queries import require_visible
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Queries
from hark.core.paging import Page, check_limit, decode_cursor, encode_cursor
from hark.core.sql import TRUE, Sql

SAID = 30  # messages of a conversation that are told, the newest
LONGEST = 6_000  # characters of each


class Stored(msgspec.Struct, frozen=True):
    """The row of settings, the key still encrypted."""

    enabled: bool = False
    url: str = ""
    model: str = ""
    key: str | None = None
    tokens_a_month: int = 1_000_000
    calls_a_minute: int = 30
    timeout_s: int = 30
    redact: bool = True
    keep_days: int = 30
    answers_customers: bool = False
    past_answers: bool = False


async def stored_settings(db: Queries, workspace_id: int) -> Stored:
    """The settings; the defaults, which are off, where nobody has set any."""
    found = await db.find(
        Stored,
        "SELECT enabled, url, model, key, tokens_a_month, calls_a_minute, timeout_s, redact, keep_days,"
        " answers_customers, past_answers FROM ai_settings"
        " WHERE workspace_id = $1",
        workspace_id,
    )
    return found or Stored()


class Use(msgspec.Struct, frozen=True):
    tokens: int
    calls: int
    failed: int
    minute: int


async def use(db: Queries, workspace_id: int, now: datetime) -> Use:
    """What was used this calendar month (UTC), and how many calls in the last minute."""
    return await db.one(
        Use,
        "SELECT coalesce(sum(tokens), 0)::bigint AS tokens, count(*)::int AS calls,"
        " (count(*) FILTER (WHERE state >= 3))::int AS failed,"
        " (count(*) FILTER (WHERE at > $2::timestamptz - interval '1 minute'))::int AS minute FROM ai_calls"
        " WHERE workspace_id = $1 AND at >= least(date_trunc('month', $2::timestamptz AT TIME ZONE 'UTC') AT TIME ZONE 'UTC',"
        "  $2::timestamptz - interval '1 minute')",
        workspace_id, now,
    )  # fmt: skip


async def get_settings(db: Queries, actor: Actor, *, now: datetime) -> AiSettings:
    """The settings as people see them: without the key."""
    row, used = await stored_settings(db, actor.workspace_id), await use(db, actor.workspace_id, now)
    fields: dict[str, Any] = msgspec.structs.asdict(row)
    has_key = fields.pop("key") is not None
    return AiSettings(
        **fields, has_key=has_key, tokens_used=used.tokens, calls=used.calls, failed=used.failed,
        can=["write"] if actor.can("ai.write") else [],
    )  # fmt: skip


async def may_answer_customers(db: Queries, workspace_id: int) -> bool:
    """Whether bots may answer in a model's words."""
    settings = await stored_settings(db, workspace_id)
    return settings.enabled and settings.answers_customers


class Lately(msgspec.Struct, frozen=True):
    """Questions for customers: whether the last ones all failed, and how many this conversation has had in a day."""

    down: bool
    here: int


async def asked_lately(db: Queries, workspace_id: int, conversation_id: UUID | None, now: datetime) -> Lately:
    """What keeps a customer from waiting for an endpoint that is down, and one conversation from using the budget up."""
    return await db.one(
        Lately,
        "SELECT (SELECT count(*) = 3 AND bool_and(state = $4) FROM (SELECT state FROM ai_calls WHERE workspace_id = $1"
        "   AND at > $3::timestamptz - interval '2 minutes' AND task = $5 ORDER BY at DESC, id DESC LIMIT 3) last) AS down,"
        " (SELECT count(*)::int FROM ai_calls WHERE workspace_id = $1 AND conversation_id = $2 AND task = $5"
        "   AND at > $3::timestamptz - interval '1 day') AS here",
        workspace_id, conversation_id, now, CallState.FAILED, TASKS.index("customer"),
    )  # fmt: skip


async def our_hosts(db: Queries, workspace_id: int) -> list[str]:
    """Hosts that links in an answer may lead to: the help centres' own, and those of the mailboxes that are no free mail."""
    hosts = await db.all(str, "SELECT host FROM help_domains WHERE workspace_id = $1", workspace_id)
    addresses = await db.all(
        str, "SELECT address FROM channel_accounts WHERE workspace_id = $1 AND address LIKE '%@%'", workspace_id
    )
    return [*hosts, *(domain for address in addresses if (domain := company_domain(address)))]


class Names(msgspec.Struct, frozen=True):
    """Names that are taken out of what is sent: of the team, and of a conversation's customer."""

    team: list[str]
    customer: list[str]


async def list_names(db: Queries, workspace_id: int, conversation_id: UUID | None) -> Names:
    return await db.one(
        Names,
        "SELECT ARRAY(SELECT name FROM agents WHERE workspace_id = $1 AND name <> '') AS team, ARRAY(SELECT p.name"
        " FROM conversations c JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id"
        " WHERE c.workspace_id = $1 AND c.id = $2 AND coalesce(p.name, '') <> '') AS customer",
        workspace_id, conversation_id,
    )  # fmt: skip


class Line(msgspec.Struct, frozen=True):
    """A public message: by the customer or by us."""

    direction: int
    text: str


class Told(msgspec.Struct, frozen=True):
    """What of a conversation is told: the subject, public messages, and the names known here."""

    subject: str
    contact: str | None
    agents: list[str]
    lines: list[Line]

    def script(self) -> str:
        """The conversation as text, oldest message first."""
        said = (f"{'Customer' if line.direction == 1 else 'Team'}: {line.text[:LONGEST]}" for line in self.lines)
        return "\n\n".join([f"Subject: {self.subject}", *said])

    def asked(self) -> str:
        """What the customer wrote since our last message, else what they wrote last."""
        last = max((n for n, line in enumerate(self.lines) if line.direction == 2), default=-1)
        fresh = [line.text for line in self.lines[last + 1 :]] or [line.text for line in self.lines if line.direction == 1][-1:]
        return "\n".join(fresh)

    def names(self) -> list[str]:
        return [name for name in (self.contact, *self.agents) if name]


class _Head(msgspec.Struct):
    subject: str
    contact: str | None
    agents: list[str]


async def read_told(db: Queries, actor: Actor, id: UUID) -> Told:
    """What a model may be told of a conversation: nothing internal. Raises NotFound when the actor may not see it."""
    await require_visible(db, actor, id)
    head = await db.one(
        _Head,
        "SELECT c.subject, p.name AS contact, ARRAY(SELECT a.name FROM agents a WHERE a.workspace_id = c.workspace_id) AS agents"
        " FROM conversations c JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id"
        " WHERE c.workspace_id = $1 AND c.id = $2",
        actor.workspace_id, id,
    )  # fmt: skip
    lines = await db.all(
        Line,
        "SELECT direction, text FROM (SELECT direction, text, seq FROM messages WHERE workspace_id = $1 AND conversation_id = $2"
        " AND kind = 1 AND direction IN (1, 2) AND author_kind <> 4 AND audience > 0 AND deleted_at IS NULL ORDER BY seq DESC LIMIT $3) m ORDER BY seq",
        actor.workspace_id, id, SAID,
    )  # fmt: skip
    return Told(subject=head.subject, contact=head.contact, agents=head.agents, lines=lines)


class ArticleText(msgspec.Struct, frozen=True):
    article_id: int
    language: str
    body: str


async def article_bodies(db: Queries, workspace_id: int, found: list[tuple[int, str]]) -> dict[tuple[int, str], str]:
    """The live Markdown of articles, by (article, language)."""
    rows = await db.all(
        ArticleText,
        "SELECT t.article_id, t.language, v.body FROM article_texts t JOIN article_versions v ON v.workspace_id = t.workspace_id"
        " AND v.article_id = t.article_id AND v.language = t.language AND v.number = t.live"
        " WHERE t.workspace_id = $1 AND t.article_id = ANY($2::int[])",
        workspace_id, [id for id, _ in found],
    )  # fmt: skip
    return {(row.article_id, row.language): row.body for row in rows if (row.article_id, row.language) in found}


class _Call(msgspec.Struct):
    id: UUID
    at: datetime
    agent_id: int | None
    conversation_id: UUID | None
    task: int
    model: str
    state: CallState
    sent: list[dict[str, str]]
    answer: str | None
    tokens: int
    milliseconds: int | None
    problem: str | None


async def list_calls(db: Queries, actor: Actor, *, cursor: str | None = None, limit: int = 50) -> Page[AiCall]:
    """What was sent, newest first; of conversations only those the actor may see."""
    check_limit(limit)
    after = TRUE
    if cursor:
        after = Sql("(a.at, a.id) < ({}, {})", *decode_cursor("ai", cursor, datetime, UUID))
    rows = await db.all(
        _Call,
        Sql(
            "SELECT a.id, a.at, a.agent_id, a.conversation_id, a.task, a.model, a.state, a.sent, a.answer, a.tokens,"
            " a.milliseconds, a.problem FROM ai_calls a LEFT JOIN conversations c ON c.workspace_id = a.workspace_id"
            " AND c.id = a.conversation_id WHERE a.workspace_id = {} AND (a.conversation_id IS NULL OR {}) AND {}"
            " ORDER BY a.at DESC, a.id DESC LIMIT {}",
            actor.workspace_id, visible(actor), after, limit + 1,
        ),
    )  # fmt: skip
    last = rows[limit - 1] if len(rows) > limit else None
    return Page(items=[_view(row) for row in rows[:limit]], next=encode_cursor("ai", last.at, last.id) if last else None)


_STATES = {CallState.ASKED: "asked", CallState.ANSWERED: "answered", CallState.FAILED: "failed", CallState.REFUSED: "refused"}


def _view(row: _Call) -> AiCall:
    fields: dict[str, Any] = msgspec.structs.asdict(row)
    return AiCall(**{**fields, "task": TASKS[row.task], "state": _STATES[row.state]})
