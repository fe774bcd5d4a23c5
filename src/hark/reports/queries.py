"""The facts of the reports, as they lie in the tables, and the names of what they are counted by.

Each fact is one statement with a place for what is wanted: all from a moment on, or all of some conversations. It is
read by binary COPY (`columns.Decoder`), so no column is NULL: -1 is nobody and no price, infinity never, NaN no number. Spam,
deleted messages and what goes on in another conversation are left out here, once for every figure.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Queries, Tx
from hark.core.sql import Sql
from hark.filters.evaluate import to_sql
from hark.filters.types import Condition

FORM = 1
"""Of the files facts are kept in: another number, and they are read anew."""


class Fact(msgspec.Struct, frozen=True):
    """One kind of fact: the columns of its statement (see `columns.Layout`) and how its rows are asked for."""

    layout: dict[str, str]
    select: Callable[[int, Sql], Sql]
    since: Callable[[datetime], Sql]


Feed = Callable[[bytes], None]
"""Takes a binary COPY piece by piece."""


async def read_fact(tx: Tx, fact: Fact, since: datetime, numbers: Sequence[int] | None, feed: Feed) -> None:
    """Feed a binary COPY of the facts dated from `since` on; of some conversations only when their numbers are given."""
    wanted = fact.since(since)
    if numbers is not None:
        wanted = Sql("c.number = ANY({}) AND {}", list(numbers), wanted)
    await _copy(tx, fact.select(tx.workspace_id, wanted), feed)


def form_of(fact: Fact) -> str:
    """Changes with the statement, the columns and FORM: facts kept in another form must be read anew."""
    text, _ = fact.select(0, fact.since(datetime(1970, 1, 1, tzinfo=UTC))).render()
    return hashlib.sha256(f"{FORM} {text} {fact.layout}".encode()).hexdigest()[:16]


def those_allowed(actor: Actor, condition: Condition | None, now: datetime) -> Sql:
    """Over alias `c`: the conversations the actor may see and the condition holds for."""
    held = Sql("true") if condition is None else to_sql(condition, actor, now=now)
    return Sql("{} AND ({}) IS TRUE", visible(actor), held)


async def read_numbers(tx: Tx, wanted: Sql, numbers: Sequence[int] | None, feed: Feed) -> None:
    """Feed a binary COPY of the numbers of the conversations that are wanted; of some only when they are given."""
    if numbers is not None:
        wanted = Sql("c.number = ANY({}) AND {}", list(numbers), wanted)
    await _copy(
        tx,
        Sql("SELECT c.number::int4 AS number FROM conversations c WHERE c.workspace_id = {} AND {}", tx.workspace_id, wanted),
        feed,
    )  # fmt: skip


class _Merged(msgspec.Struct):
    child: int
    root: int


async def read_merged(tx: Tx, numbers: Sequence[int] | None) -> dict[int, int]:
    """Number of each merged conversation (among `numbers`) -> number of the one it was merged into."""
    rows = await tx.all(
        _Merged,
        "SELECT c.number::int AS child, r.number::int AS root FROM conversations c JOIN conversations r"
        " ON r.workspace_id = c.workspace_id AND r.id = c.root_id WHERE c.workspace_id = $1 AND c.root_id IS NOT NULL"
        " AND ($2::bigint[] IS NULL OR c.number = ANY($2))",
        tx.workspace_id, None if numbers is None else list(numbers),
    )  # fmt: skip
    return {row.child: row.root for row in rows}


async def _copy(tx: Tx, sql: Sql, feed: Feed) -> None:
    text, args = sql.render()

    async def take(part: bytes) -> None:
        feed(part)

    await tx.conn.copy_from_query(text, *args, output=take, format="binary", timeout=300)


async def open_snapshot(tx: Tx) -> None:
    """Everything this transaction reads is of one moment. Joins with a million conversations get memory enough to be
    done in one go: with PostgreSQL's usual 4 MB they take three times as long."""
    await tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    await tx.run("SET LOCAL work_mem = '128MB'")
    await tx.run("SET LOCAL jit = off")


class Head(msgspec.Struct, frozen=True):
    """How far the journal has grown, how often its facts were rewritten without an event, and how far the consumer has
    come that moves conversations to another company."""

    seq: int
    rewrites: int
    moved: int

    def leads_to(self, later: "Head") -> bool:
        """Whether the journal tells all that has changed between the two."""
        return self.rewrites == later.rewrites and self.seq <= later.seq


async def read_head(tx: Tx) -> Head:
    """Where the facts of this snapshot stand."""
    return await tx.one(Head, _HEAD, tx.workspace_id)


async def find_proof(tx: Tx, seq: int) -> str | None:
    """What no other journal has at this place: a restored or another database may have as many events."""
    return await tx.find(
        str,
        "SELECT md5(concat_ws(' ', kind, conversation_id, subject_id, extract(epoch FROM recorded_at))) FROM events"
        " WHERE workspace_id = $1 AND seq = $2",
        tx.workspace_id, seq,
    )  # fmt: skip


async def changed_since(tx: Tx, before: Head, now: Head, limit: int) -> list[int]:
    """Numbers of the conversations whose facts may have changed between two heads: those of the events, those of
    customers who changed company, and all that are one case with them. At most `limit`."""
    return await tx.all(int, _CHANGED, tx.workspace_id, before.seq, now.seq, before.moved, now.moved, limit)


class Named(msgspec.Struct, frozen=True):
    """Something figures are counted by; `kind` is the channel of an account."""

    id: str
    name: str
    kind: int = 0


async def list_names(db: Queries, workspace_id: int, by: str) -> list[Named]:
    """Accounts, teams, agents, tags, topics or companies of the workspace with their names."""
    return await db.all(Named, _NAMES[by], workspace_id)


async def find_companies(db: Queries, workspace_id: int, ids: Sequence[UUID]) -> list[Named]:
    """Those of these companies that there are, with their names."""
    return await db.all(
        Named,
        "SELECT id::text, name FROM companies WHERE workspace_id = $1 AND id = ANY($2::uuid[])",
        workspace_id,
        list(ids),
    )


class Found(msgspec.Struct, frozen=True):
    """A conversation behind a number."""

    id: UUID
    number: int
    subject: str


async def find_conversations(db: Queries, workspace_id: int, numbers: Sequence[int]) -> list[Found]:
    """The conversations with these numbers, in no order."""
    return await db.all(
        Found,
        "SELECT id, number, subject FROM conversations WHERE workspace_id = $1 AND number = ANY($2::bigint[])",
        workspace_id, list(numbers),
    )  # fmt: skip


class VisitRow(msgspec.Struct, frozen=True):
    """One visit: where, when, whether they opened the messenger or began to write, and whether they wrote; the facts
    of their searches in order, as [microseconds, kind]."""

    account_id: int
    at: datetime
    began: bool
    sent: bool
    searching: list[tuple[int, int]]


async def list_visits(db: Queries, workspace_id: int, start: datetime, end: datetime) -> list[VisitRow]:
    """The visits begun in the period in which somebody wanted something of us."""
    return await db.all(VisitRow, _VISITS, workspace_id, start, end)


def _at(column: str) -> Callable[[datetime], Sql]:
    return lambda since: Sql(f"{column} >= {{}}", since)


_HEAD = """
SELECT h.seq, h.rewrites, coalesce((SELECT e.seq FROM event_cursors e WHERE e.consumer = 'value'
  AND e.workspace_id = h.workspace_id), 0) AS moved
FROM journal_heads h WHERE h.workspace_id = $1
"""

# Of a contact whose company has changed, the open conversations move when the consumer has come to the event (kind 81).
_CHANGED = """
WITH RECURSIVE touched AS (
  SELECT conversation_id AS id FROM events WHERE workspace_id = $1 AND seq > $2 AND seq <= $3 AND conversation_id IS NOT NULL
  UNION
  SELECT c.id FROM events e JOIN conversations c ON c.workspace_id = e.workspace_id AND c.contact_id = e.subject_id
  WHERE e.workspace_id = $1 AND e.seq > $4 AND e.seq <= $5 AND e.kind = 81
), up AS (
  SELECT c.id, c.root_id FROM touched t JOIN conversations c ON c.workspace_id = $1 AND c.id = t.id
  UNION SELECT r.id, r.root_id FROM up u JOIN conversations r ON r.workspace_id = $1 AND r.id = u.root_id
), cases AS (
  SELECT id FROM up
  UNION SELECT c.id FROM cases k JOIN conversations c ON c.workspace_id = $1 AND c.root_id = k.id
)
SELECT c.number::int FROM cases k JOIN conversations c ON c.workspace_id = $1 AND c.id = k.id LIMIT $6
"""

_NAMES = {
    "account": "SELECT id::text, name, kind FROM channel_accounts WHERE workspace_id = $1",
    "team": "SELECT id::text, name FROM teams WHERE workspace_id = $1",
    "agent": "SELECT id::text, name FROM agents WHERE workspace_id = $1",
    "tag": "SELECT id::text, name FROM tags WHERE workspace_id = $1",
    "topic": "SELECT id::text, name FROM topics WHERE workspace_id = $1",
    "company": "SELECT id::text, name FROM companies WHERE workspace_id = $1",
}

# 3 opened the messenger, 4 began to write, 5 wrote, 8 searched (also 1: landed from a search engine), 9 opened an article.
# Visits of help pages have no account.
_VISITS = """
SELECT coalesce(v.account_id, -1) AS account_id, v.started_at AS at, coalesce(bool_or(f.kind IN (3, 4)), false) AS began,
  coalesce(bool_or(f.kind = 5), false) AS sent,
  coalesce(jsonb_agg(jsonb_build_array((extract(epoch FROM f.at) * 1000000)::bigint, CASE f.kind WHEN 1 THEN 8 ELSE f.kind END)
    ORDER BY f.at, f.kind) FILTER (WHERE f.kind IN (1, 8) OR (f.kind IN (5, 9) AND searched.any)), '[]') AS searching
FROM visits v JOIN visit_facts f ON f.workspace_id = v.workspace_id AND f.visit_id = v.id
CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM visit_facts s WHERE s.workspace_id = v.workspace_id
  AND s.visit_id = v.id AND (s.kind = 8 OR (s.kind = 1 AND s.data->'search' = 'true'::jsonb))) AS any) searched
WHERE v.workspace_id = $1 AND v.started_at >= $2 AND v.started_at < $3 AND (f.kind IN (3, 4, 5, 8, 9) OR (f.kind = 1 AND f.data->'search' = 'true'::jsonb))
GROUP BY v.workspace_id, v.id
"""


# A wait that was merged away goes on in the conversation it was merged into, and is counted there.
def _waits(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, w.opened_at, coalesce(w.closed_at, 'infinity'), w.f0, coalesce(w.f1, 'NaN'),"
        " coalesce(w.outcome, 0::int2), w.account_id, coalesce(w.team_id, -1),"
        " coalesce(w.answered_by, CASE WHEN coalesce(w.outcome, 0) NOT IN (1, 2) THEN c.assignee_id END, -1),"
        " coalesce(w.price_minor, -1), w.calendar_id"
        " FROM waits w JOIN conversations c ON c.workspace_id = w.workspace_id AND c.id = w.conversation_id"
        " WHERE w.workspace_id = {} AND w.outcome IS DISTINCT FROM 6 AND {}",
        workspace_id, wanted,
    )  # fmt: skip


# A person is the first who replied, else the one it is assigned to.
def _episodes(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, e.started_at, coalesce(e.contact_at, 'infinity'), coalesce(e.contact_f, 'NaN'),"
        " coalesce(e.first_reply_at, 'infinity'), coalesce(e.first_reply_f, 'NaN'),"
        " coalesce(e.resolved_at, 'infinity'), e.reopens, e.account_id, coalesce(e.team_id, -1), e.calendar_id,"
        " coalesce(e.repliers[1], c.assignee_id, -1), coalesce(e.resolver_id, c.assignee_id, -1)"
        " FROM episodes e JOIN conversations c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id"
        " WHERE e.workspace_id = {} AND coalesce(e.outcome, 0) NOT IN (4, 5) AND {}",
        workspace_id, wanted,
    )  # fmt: skip


# One row for each person who replied in an episode of a customer; where nobody did, for the one it is assigned to.
def _repliers(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, e.started_at, e.first_reply_at IS NOT NULL, e.resolved_at IS NOT NULL, e.account_id,"
        " coalesce(e.team_id, -1), coalesce(r.agent, -1)"
        " FROM episodes e JOIN conversations c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id"
        " CROSS JOIN LATERAL unnest(CASE WHEN cardinality(e.repliers) > 0 THEN e.repliers ELSE ARRAY[c.assignee_id] END)"
        " AS r(agent)"
        " WHERE e.workspace_id = {} AND coalesce(e.outcome, 0) NOT IN (4, 5) AND e.contact_at IS NOT NULL AND {}",
        workspace_id, wanted,
    )  # fmt: skip


# A conversation may go on through another account than it began with (chat, then mail).
def _received(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, m.occurred_at, m.seq, coalesce(p.account_id, c.account_id), coalesce(c.team_id, -1),"
        " coalesce(c.assignee_id, -1)"
        " FROM messages m JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
        " LEFT JOIN endpoints p ON p.workspace_id = m.workspace_id AND p.id = m.endpoint_id"
        " WHERE m.workspace_id = {} AND m.direction = 1 AND m.kind = 1 AND m.deleted_at IS NULL AND c.status <> 4 AND {}",
        workspace_id, wanted,
    )  # fmt: skip


# What a person of the team wrote, also in a provider's own app (no author known); never a rule (4) or a bot (5).
def _sent(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, m.occurred_at, m.seq, m.keeps_ball, coalesce(p.account_id, c.account_id),"
        " coalesce(c.team_id, -1),"
        " CASE WHEN m.author_kind = 1 AND m.author_id ~ '^[0-9]+$' THEN m.author_id::int4 ELSE -1 END"
        " FROM messages m JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
        " LEFT JOIN endpoints p ON p.workspace_id = m.workspace_id AND p.id = m.endpoint_id"
        " WHERE m.workspace_id = {} AND m.direction = 2 AND m.kind = 1 AND m.deleted_at IS NULL"
        " AND m.author_kind NOT IN (4, 5) AND m.audience > 0 AND c.status <> 4 AND {}",
        workspace_id, wanted,
    )  # fmt: skip


def _promises(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, p.decided_at, p.state = 3, p.kind, p.account_id, coalesce(p.team_id, -1),"
        " coalesce(p.agent_id, -1)"
        " FROM promises p JOIN conversations c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id"
        " WHERE p.workspace_id = {} AND p.decided_at IS NOT NULL AND p.state IN (3, 4) AND c.status <> 4 AND {}",
        workspace_id, wanted,
    )  # fmt: skip


# No event tells of these: they are read with every report.
def _handling(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, h.t0, h.t1, c.account_id, coalesce(c.team_id, -1), h.agent_id"
        " FROM handling h JOIN conversations c ON c.workspace_id = h.workspace_id AND c.id = h.conversation_id"
        " WHERE h.workspace_id = {} AND c.status <> 4 AND {}",
        workspace_id, wanted,
    )  # fmt: skip


def _spans(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, s.t0, coalesce(s.t1, 'infinity'), s.f0, coalesce(s.f1, 'NaN'), s.stage,"
        " CASE WHEN s.stage = 2 THEN coalesce(s.holder_id, -1) ELSE -1 END, coalesce(s.account_id, -1),"
        " coalesce(s.team_id, -1), s.calendar_id"
        " FROM spans s JOIN conversations c ON c.workspace_id = s.workspace_id AND c.id = s.conversation_id"
        " WHERE s.workspace_id = {} AND s.stage < 7 AND {}",
        workspace_id, wanted,
    )  # fmt: skip


# What people do (actor 1) by hand: 4 note, 5 assign, 6 snooze, 8 resolve, 50 tag; 20 a severity, whoever changed it.
def _actions(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, e.occurred_at, e.kind, CASE WHEN e.kind = 20 THEN"
        " greatest(least((e.data->>'after')::int - (e.data->>'before')::int, 9), -9) ELSE 0 END,"
        " CASE WHEN e.kind = 20 THEN (e.data->>'after')::int ELSE 0 END, c.account_id, coalesce(e.team_after, -1),"
        " CASE WHEN e.actor_kind = 1 THEN coalesce(e.actor_id, -1) ELSE -1 END"
        " FROM events e JOIN conversations c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id"
        " WHERE e.workspace_id = {} AND e.kind IN (4, 5, 6, 8, 20, 50) AND (e.actor_kind = 1 OR e.kind = 20)"
        " AND c.status <> 4 AND {}",
        workspace_id, wanted,
    )  # fmt: skip


# Somebody who asked a bot for a person, until the next public message of one. Each run of a bot counts once.
def _asked_person(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, r.asked_at, coalesce(m.occurred_at, 'infinity'), p.account_id, coalesce(c.team_id, -1),"
        " coalesce(CASE WHEN m.author_kind = 1 AND m.author_id ~ '^[0-9]+$' THEN m.author_id::int4 END, c.assignee_id, -1)"
        " FROM bot_runs r JOIN conversations c ON c.workspace_id = r.workspace_id AND c.id = r.conversation_id"
        " JOIN endpoints p ON p.workspace_id = r.workspace_id AND p.id = r.endpoint_id"
        " LEFT JOIN LATERAL (SELECT a.occurred_at, a.author_kind, a.author_id FROM messages a"
        "   WHERE a.workspace_id = c.workspace_id AND a.conversation_id = c.id AND a.direction = 2 AND a.kind = 1"
        "   AND a.deleted_at IS NULL AND a.author_kind NOT IN (4, 5) AND a.audience > 0 AND a.occurred_at >= r.asked_at"
        "   ORDER BY a.seq LIMIT 1) m ON true"
        " WHERE r.workspace_id = {} AND r.asked_at IS NOT NULL AND c.status <> 4 AND {}",
        workspace_id, wanted,
    )  # fmt: skip


def _about(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, c.created_at, coalesce(c.topic_id, -1),"
        " coalesce(c.company_id, '00000000-0000-0000-0000-000000000000')"
        " FROM conversations c WHERE c.workspace_id = {} AND {}",
        workspace_id, wanted,
    )  # fmt: skip


def _tags(workspace_id: int, wanted: Sql) -> Sql:
    return Sql(
        "SELECT c.number::int4, c.created_at, t.tag_id FROM conversation_tags t"
        " JOIN conversations c ON c.workspace_id = t.workspace_id AND c.id = t.conversation_id"
        " WHERE t.workspace_id = {} AND {}",
        workspace_id, wanted,
    )  # fmt: skip


def _always(_: datetime) -> Sql:
    return Sql("true")


_WHERE = {"account": "int", "team": "int", "agent": "int"}
_HEADED: dict[str, str] = {"number": "number", "at": "time"}

FACTS: dict[str, Fact] = {
    "waits": Fact(
        {**_HEADED, "closed": "time", "f0": "float", "f1": "float", "outcome": "small", "account": "int", "team": "int",
         "agent": "int", "price": "long", "calendar": "int"},
        _waits, _at("w.opened_at"),
    ),
    "episodes": Fact(
        {**_HEADED, "contact": "time", "contact_f": "float", "first": "time", "first_f": "float", "resolved": "time",
         "reopens": "small", "account": "int", "team": "int", "calendar": "int", "agent": "int", "resolver": "int"},
        _episodes, _at("e.started_at"),
    ),
    "repliers": Fact(
        {**_HEADED, "replied": "bool", "over": "bool", **_WHERE}, _repliers, _at("e.started_at")
    ),
    "received": Fact({**_HEADED, "seq": "int", **_WHERE}, _received, _at("m.occurred_at")),
    "sent": Fact({**_HEADED, "seq": "int", "keeps": "bool", **_WHERE}, _sent, _at("m.occurred_at")),
    "promises": Fact({**_HEADED, "kept": "bool", "kind": "small", **_WHERE}, _promises, _at("p.decided_at")),
    "spans": Fact(
        {**_HEADED, "until": "time", "f0": "float", "f1": "float", "stage": "small", "agent": "int", "account": "int",
         "team": "int", "calendar": "int"},
        _spans, _at("s.t0"),
    ),
    "actions": Fact(
        {**_HEADED, "kind": "small", "raised": "int", "severity": "int", **_WHERE}, _actions, _at("e.occurred_at")
    ),
    "asked_person": Fact({**_HEADED, "until": "time", **_WHERE}, _asked_person, _at("r.asked_at")),
    "handling": Fact({**_HEADED, "until": "time", **_WHERE}, _handling, _at("h.t0")),
    "about": Fact({**_HEADED, "topic": "int", "company": "uuid"}, _about, _always),
    "tags": Fact({**_HEADED, "tag": "int"}, _tags, _always),
}  # fmt: skip
"""Name -> fact. `about` and `tags` say of what conversations are, whenever they began."""
