"""Reading what is learned from, what was offered, and canned replies."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.conversations.lock import MISSING
from hark.conversations.types import CHANNELS
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Queries
from hark.core.errors import NotFound
from hark.core.sql import Sql
from hark.suggestions.confidence import USED
from hark.suggestions.types import AccountView, CannedReply

WINDOW = timedelta(days=90)
LATEST = 2_000
MOST = 20_000
"""An account learns from its replies of the last 90 days or the latest 2,000, whichever reaches further, but never from
more than this."""
RECORDS = 2_000
NO_CANNED = "This canned reply does not exist."

# what is learned --------------------------------------------------------------------------------------------------------


class Version(msgspec.Struct, frozen=True):
    """What the state of an account's learning depends on: its last reply, and how many people were ever erased here."""

    seq: int
    erased: int


async def version_of(db: Queries, workspace_id: int, account_id: int) -> Version:
    """Two probes of an index: cheap enough for every request."""
    return await db.one(
        Version,
        "SELECT coalesce((SELECT seq FROM learned_replies WHERE workspace_id = $1 AND account_id = $2"
        "  ORDER BY seq DESC LIMIT 1), 0) AS seq,"
        " (SELECT count(*) FROM contacts WHERE workspace_id = $1 AND erased_at IS NOT NULL) AS erased",
        workspace_id, account_id,
    )  # fmt: skip


class Reply(msgspec.Struct, frozen=True):
    """A reply to learn from: with the question it answered (empty for a second reply in a row) and its customer."""

    message_id: UUID
    conversation_id: UUID
    seq: int
    at: datetime
    text: str
    subject: str
    question: str
    contact_id: UUID
    contact_name: str | None
    company_id: UUID | None
    emails: list[str]


_REPLIES = """
WITH latest AS (
  SELECT message_id, seq, at, row_number() OVER (ORDER BY at DESC, seq DESC) AS n FROM (
    SELECT message_id, seq, at FROM learned_replies WHERE workspace_id = $1 AND account_id = $2
    ORDER BY at DESC, seq DESC LIMIT $3) most
)
SELECT m.id AS message_id, m.conversation_id, l.seq, l.at,
  left(m.text, coalesce((m.headers->>'quoted_at')::int, length(m.text))) AS text, c.subject,
  coalesce((SELECT string_agg(left(q.text, coalesce((q.headers->>'quoted_at')::int, length(q.text))), E'\\n' ORDER BY q.seq)
    FROM messages q WHERE q.workspace_id = $1 AND q.conversation_id = m.conversation_id AND q.seq < m.seq
      AND q.direction = 1 AND q.kind = 1 AND q.deleted_at IS NULL AND q.seq > coalesce((SELECT max(o.seq) FROM messages o
        WHERE o.workspace_id = $1 AND o.conversation_id = m.conversation_id AND o.seq < m.seq AND o.direction = 2 AND o.kind = 1
        AND o.author_kind <> 4), 0)
  ), '') AS question,
  coalesce(p.merged_into, p.id) AS contact_id, p.name AS contact_name, p.company_id,
  (SELECT coalesce(array_agg(i.value), '{}') FROM identities i
    WHERE i.workspace_id = $1 AND i.contact_id = p.id AND i.kind = 1) AS emails
FROM latest l
JOIN messages m ON m.workspace_id = $1 AND m.id = l.message_id
JOIN conversations c ON c.workspace_id = $1 AND c.id = m.conversation_id
JOIN contacts p ON p.workspace_id = $1 AND p.id = c.contact_id
WHERE (l.n <= $4 OR l.at >= $5) AND l.seq > $6 AND m.deleted_at IS NULL AND p.erased_at IS NULL AND c.status <> 4
ORDER BY l.seq
"""


async def list_replies(
    db: Queries, workspace_id: int, account_id: int, *, now: datetime, after: int = 0
) -> list[Reply]:
    """What an account learns from, oldest first; `after`: only what is newer than this sequence number."""
    return await db.all(Reply, _REPLIES, workspace_id, account_id, MOST, LATEST, now - WINDOW, after)


class Experience(msgspec.Struct, frozen=True):
    """How often a reply was offered where an answer followed, and how much of it was kept when it was chosen (sum)."""

    message_id: UUID
    offered: int
    kept: float


async def list_experience(db: Queries, workspace_id: int, account_id: int, *, now: datetime) -> list[Experience]:
    """What became of the suggestions of an account in the last 90 days, by the reply they came from."""
    return await db.all(
        Experience,
        "SELECT s.id AS message_id, count(*) AS offered,"
        " coalesce(sum(coalesce(o.kept, 0.5)) FILTER (WHERE o.chosen = s.n), 0)::float8 AS kept"
        " FROM suggestion_offers o CROSS JOIN unnest(o.sources) WITH ORDINALITY AS s(id, n)"
        " WHERE o.workspace_id = $1 AND o.account_id = $2 AND o.answered_at >= $3 GROUP BY s.id",
        workspace_id, account_id, now - WINDOW,
    )  # fmt: skip


class Record(msgspec.Struct, frozen=True):
    """A suggestion somebody has looked at: its log-odds when it was shown, and whether it was used."""

    odds: float
    used: bool


async def list_records(db: Queries, workspace_id: int, *, now: datetime) -> list[Record]:
    """What became of the suggestions of a workspace in the last 90 days, of the latest `RECORDS` answers.

    People read from the top: what stands below the one they took was not judged (the cascade model, Craswell and others,
    2008).
    """
    return await db.all(
        Record,
        "SELECT s.odds::float8 AS odds, s.n IS NOT DISTINCT FROM o.chosen AND coalesce(o.kept, 0) >= $4 AS used FROM ("
        "  SELECT odds, chosen, kept FROM suggestion_offers WHERE workspace_id = $1 AND answered_at >= $2 AND odds IS NOT NULL"
        "  ORDER BY answered_at DESC LIMIT $3) o CROSS JOIN unnest(o.odds) WITH ORDINALITY AS s(odds, n)"
        " WHERE s.n <= coalesce(o.chosen, s.n)",
        workspace_id, now - WINDOW, RECORDS, USED,
    )  # fmt: skip


# the conversation that is answered --------------------------------------------------------------------------------------


class Answered(msgspec.Struct, frozen=True):
    """The conversation to suggest for; `account_id` is the one an answer would leave from."""

    id: UUID
    subject: str
    number: int
    account_id: int
    contact_id: UUID
    contact_name: str | None
    emails: list[str]
    company: str | None
    agent_name: str | None
    enabled: bool


async def get_answered(db: Queries, actor: Actor, id: UUID, endpoint_id: UUID | None) -> Answered:
    """Raises NotFound when the actor may not see the conversation."""
    return await db.one(
        Answered,
        Sql(
            "SELECT c.id, c.subject, c.number, e.account_id, c.contact_id, p.name AS contact_name, k.name AS company,"
            " (SELECT coalesce(array_agg(i.value ORDER BY i.id), '{{}}') FROM identities i WHERE i.workspace_id = c.workspace_id"
            "   AND i.contact_id = c.contact_id AND i.kind = 1) AS emails,"
            " (SELECT g.name FROM agents g WHERE g.workspace_id = c.workspace_id AND g.id = {}) AS agent_name,"
            " coalesce((SELECT s.enabled FROM suggestion_accounts s WHERE s.workspace_id = c.workspace_id"
            "   AND s.account_id = e.account_id), true) AS enabled"
            " FROM conversations c JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id"
            " LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id"
            " CROSS JOIN LATERAL (SELECT coalesce("
            "   (SELECT n.account_id FROM endpoints n WHERE n.workspace_id = c.workspace_id AND n.id = {}),"
            "   (SELECT n.account_id FROM messages m JOIN endpoints n ON n.workspace_id = m.workspace_id AND n.id = m.endpoint_id"
            "     WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.direction = 1"
            "     ORDER BY m.seq DESC LIMIT 1), c.account_id) AS account_id) e"
            " WHERE c.workspace_id = {} AND c.id = {} AND {}",
            actor.agent_id, endpoint_id, actor.workspace_id, id, visible(actor),
        ),
        missing=MISSING,
    )  # fmt: skip


class Said(msgspec.Struct, frozen=True):
    """One public message of a conversation, without what it quotes."""

    direction: int
    text: str


async def list_said(db: Queries, workspace_id: int, id: UUID) -> list[Said]:
    """What was said in a conversation and those merged into it, oldest first: the last hundred messages."""
    rows = await db.all(
        Said,
        "SELECT m.direction, left(m.text, coalesce((m.headers->>'quoted_at')::int, length(m.text))) AS text FROM messages m"
        " WHERE m.workspace_id = $1 AND m.kind = 1 AND m.direction IN (1, 2) AND m.author_kind <> 4 AND m.deleted_at IS NULL"
        " AND m.conversation_id IN (SELECT c.id FROM conversations c WHERE c.workspace_id = $1 AND (c.id = $2 OR c.root_id = $2))"
        " ORDER BY m.occurred_at DESC, m.seq DESC LIMIT 100",
        workspace_id, id,
    )  # fmt: skip
    return rows[::-1]


def question_of(subject: str, said: Sequence[Said]) -> str:
    """The subject and what the customer has written since the last answer; without that, what they wrote last."""
    last_out = max((n for n, one in enumerate(said) if one.direction == 2), default=-1)
    fresh = [one.text for one in said[last_out + 1 :]] or [one.text for one in said if one.direction == 1][-1:]
    return f"{subject}\n" + "\n".join(fresh) if fresh else ""


class SourceRow(msgspec.Struct, frozen=True):
    """A learned reply as it is now, to be shown. `shown`: the actor may see its conversation."""

    message_id: UUID
    conversation_id: UUID
    number: int
    subject: str
    text: str
    asked: str
    replied: str
    at: datetime
    names: list[str]
    others: list[str]
    emails: list[str]
    company: str | None
    agent_name: str | None
    shown: bool


async def list_sources(db: Queries, actor: Actor, ids: list[UUID]) -> list[SourceRow]:
    """The replies of these ids that still may be used, with their customers' own data."""
    return await db.all(
        SourceRow,
        Sql(
            "SELECT m.id AS message_id, c.id AS conversation_id, c.number, c.subject, m.occurred_at AS at,"
            " left(m.text, coalesce((m.headers->>'quoted_at')::int, length(m.text))) AS text,"
            " coalesce((SELECT string_agg(q.text, E'\\n' ORDER BY q.seq) FROM messages q WHERE q.workspace_id = c.workspace_id"
            "   AND q.conversation_id = c.id AND q.direction = 1 AND q.kind = 1 AND q.deleted_at IS NULL), '') AS asked,"
            " coalesce((SELECT string_agg(left(q.text, 500), E'\\n' ORDER BY q.seq) FROM messages q"
            "   WHERE q.workspace_id = c.workspace_id AND q.conversation_id = c.id AND q.direction = 2 AND q.kind = 1"
            "   AND q.deleted_at IS NULL), '') AS replied,"
            " ARRAY(SELECT DISTINCT w.who->>'name' FROM messages q CROSS JOIN LATERAL ("
            "   SELECT jsonb_path_query(q.headers, '$.to[*]') AS who UNION SELECT jsonb_path_query(q.headers, '$.cc[*]')) w"
            "   WHERE q.workspace_id = c.workspace_id AND q.conversation_id = c.id AND w.who->>'name' <> ''"
            "   AND NOT EXISTS (SELECT FROM channel_accounts h WHERE h.workspace_id = c.workspace_id"
            "     AND lower(h.address) = lower(w.who->>'address'))"
            "   AND NOT EXISTS (SELECT FROM account_aliases h WHERE h.workspace_id = c.workspace_id"
            "     AND h.address = lower(w.who->>'address'))) AS others,"
            " array_remove(p.name || ARRAY(SELECT DISTINCT q.headers->'from'->>'name' FROM messages q"
            "   WHERE q.workspace_id = c.workspace_id AND q.conversation_id = c.id AND q.direction = 1), NULL) AS names,"
            " ARRAY(SELECT i.value FROM identities i WHERE i.workspace_id = c.workspace_id AND i.contact_id = p.id"
            "   AND i.kind = 1) AS emails, k.name AS company,"
            " (SELECT g.name FROM agents g WHERE g.workspace_id = m.workspace_id AND m.author_kind = 1"
            "   AND g.id = m.author_id::int) AS agent_name, {} AS shown"
            " FROM messages m JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
            " JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id"
            " LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id"
            " WHERE m.workspace_id = {} AND m.id = ANY({}::uuid[]) AND m.deleted_at IS NULL AND p.erased_at IS NULL",
            visible(actor), actor.workspace_id, ids,
        ),
    )  # fmt: skip


# accounts and use -------------------------------------------------------------------------------------------------------


class _Account(msgspec.Struct):
    id: int
    name: str
    address: str
    kind: int
    enabled: bool
    learned: int


async def list_accounts(db: Queries, actor: Actor, *, now: datetime) -> list[AccountView]:
    """The channel accounts of the workspace, by name."""
    rows = await db.all(
        _Account,
        "SELECT a.id, a.name, a.address, a.kind, coalesce(s.enabled, true) AS enabled,"
        " greatest((SELECT count(*) FROM learned_replies l WHERE l.workspace_id = $1 AND l.account_id = a.id AND l.at >= $2),"
        "  (SELECT count(*) FROM (SELECT FROM learned_replies l WHERE l.workspace_id = $1 AND l.account_id = a.id LIMIT $3) x))"
        "  AS learned"
        " FROM channel_accounts a LEFT JOIN suggestion_accounts s ON s.workspace_id = a.workspace_id AND s.account_id = a.id"
        " WHERE a.workspace_id = $1 AND a.disabled_at IS NULL ORDER BY lower(a.name), a.id",
        actor.workspace_id, now - WINDOW, LATEST,
    )  # fmt: skip
    can = ["write"] if actor.can("suggestions.write") else []
    return [
        AccountView(id=r.id, name=r.name, address=r.address, kind=CHANNELS[r.kind], enabled=r.enabled, learned=min(r.learned, MOST), can=can)
        for r in rows
    ]  # fmt: skip


class Answer(msgspec.Struct, frozen=True):
    """What became of an offer that an answer followed."""

    at: datetime
    agent_id: int
    account_id: int
    chosen: int | None
    characters: int | None
    kept: float | None


async def list_answers(db: Queries, workspace_id: int, *, start: datetime, end: datetime) -> list[Answer]:
    """Answers of a period that had suggestions in view, in order."""
    return await db.all(
        Answer,
        "SELECT answered_at AS at, agent_id, account_id, chosen, characters, kept FROM suggestion_offers"
        " WHERE workspace_id = $1 AND answered_at >= $2 AND answered_at < $3 ORDER BY answered_at",
        workspace_id, start, end,
    )  # fmt: skip


class _Named(msgspec.Struct):
    id: int
    name: str


async def names_of(db: Queries, workspace_id: int) -> tuple[dict[int, str], dict[int, str]]:
    """Names of people and of accounts, by id."""
    agents = await db.all(_Named, "SELECT id, name FROM agents WHERE workspace_id = $1", workspace_id)
    accounts = await db.all(_Named, "SELECT id, name FROM channel_accounts WHERE workspace_id = $1", workspace_id)
    return {a.id: a.name for a in agents}, {a.id: a.name for a in accounts}


# canned replies ---------------------------------------------------------------------------------------------------------


async def require_account(db: Queries, actor: Actor, id: int) -> None:
    """Raises NotFound unless there is such a mailbox or messenger."""
    await db.one(
        int, "SELECT id FROM channel_accounts WHERE workspace_id = $1 AND id = $2", actor.workspace_id, id,
        missing="This mailbox or messenger does not exist.",
    )  # fmt: skip


async def list_canned(db: Queries, actor: Actor) -> list[CannedReply]:
    """All canned replies, by name."""
    rows = await db.all(
        CannedReply,
        "SELECT id, name, text, used, used_at FROM canned_replies WHERE workspace_id = $1 ORDER BY lower(name), id",
        actor.workspace_id,
    )  # fmt: skip
    return [canned_view(row, actor) for row in rows]


async def get_canned(db: Queries, actor: Actor, id: int) -> CannedReply:
    """Raises NotFound."""
    row = await db.find(
        CannedReply, "SELECT id, name, text, used, used_at FROM canned_replies WHERE workspace_id = $1 AND id = $2",
        actor.workspace_id, id,
    )  # fmt: skip
    if row is None:
        raise NotFound(NO_CANNED)
    return canned_view(row, actor)


def canned_view(row: CannedReply, actor: Actor) -> CannedReply:
    """The canned reply with what the actor may do to it."""
    return msgspec.structs.replace(row, can=["write"] if actor.can("suggestions.write") else [])
