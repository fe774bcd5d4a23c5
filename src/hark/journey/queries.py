"""What the journey reads: states, histories, stored rows, and what a merge or a split takes with it."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from hark.core.clock import from_unix, unix
from hark.core.db import Db, Queries, Tx
from hark.core.events import Recorded, from_row
from hark.journey.draft import REDUCER, REOPEN_WITHIN_S, seconds
from hark.journey.reducer import effective
from hark.journey.rows import EpisodeRow, Head, SpanRow, WaitRow
from hark.journey.types import EVENTS, CustomerLeft, MergedIn, MessageReceived, Stage, State, WaitCause

KINDS = sorted(cls.kind for cls in EVENTS)


class Patience(msgspec.Struct, frozen=True, array_like=True):
    """m of a channel account in seconds: of a customer who is there, and of one who has left or never was."""

    live: float
    away: float


class Case(msgspec.Struct, kw_only=True):
    """A conversation as the projector reads it: state, stored price parameters, and what a stake depends on."""

    id: UUID
    reducer: int
    journey: bytes
    stake: float | None
    per_s: float | None
    severity: int
    difficulty: int
    company_id: UUID | None
    monthly_minor: int | None
    currency: str | None
    renewal_on: date | None
    cycle_days: int | None
    plan: str | None
    vip: bool
    customer_since: date | None
    patience: dict[str, Patience]

    def state(self) -> State | None:
        """The stored state; None before the first event, and when other rules than today's have written it."""
        if not self.journey or self.reducer != REDUCER:
            return None
        return msgspec.msgpack.decode(self.journey, type=State)


async def read_cases(tx: Tx, ids: Iterable[UUID]) -> list[Case]:
    """The conversations with these ids, in id order; one that is gone is left out."""
    return await tx.all(Case, _CASES, tx.workspace_id, sorted(ids))


async def lock_ids(tx: Tx, after: UUID, limit: int) -> list[UUID]:
    """The next conversations of the workspace in id order, locked."""
    return await tx.all(UUID, _LOCK, tx.workspace_id, after, limit)


async def note_rewrite(tx: Tx) -> None:
    """Tell whoever keeps rows of the journey and follows the events that some changed without one."""
    await tx.run("UPDATE journal_heads SET rewrites = rewrites + 1 WHERE workspace_id = $1", tx.workspace_id)


async def count_conversations(db: Db, workspace_id: int) -> int:
    """How many there are to rebuild."""
    return await db.one(int, "SELECT count(*) FROM conversations WHERE workspace_id = $1", workspace_id)


async def workspace_ids(db: Db) -> list[int]:
    """All workspaces, in order."""
    return await db.all(int, "SELECT id FROM workspaces ORDER BY id")


async def read_history(tx: Tx, conversation_id: UUID) -> list[Recorded]:
    """The journal of one conversation as far as it concerns the journey, in order."""
    return (await read_histories(tx, [conversation_id])).get(conversation_id, [])


async def read_histories(tx: Tx, ids: Iterable[UUID]) -> dict[UUID, list[Recorded]]:
    """The journal of each conversation as far as it concerns the journey, in order; without events no entry."""
    found: dict[UUID, list[Recorded]] = {}
    for row in await tx.conn.fetch(_HISTORIES, tx.workspace_id, list(ids), KINDS):
        found.setdefault(row["conversation_id"], []).append(from_row(row, tx.db.events))
    return found


async def read_spans(tx: Tx, ids: Iterable[UUID]) -> list[SpanRow]:
    """All spans of these conversations as they are stored, by conversation and n."""
    return await tx.all(SpanRow, _SPANS, tx.workspace_id, list(ids))


async def read_waits(tx: Tx, ids: Iterable[UUID]) -> list[WaitRow]:
    """All waits of these conversations as they are stored, by conversation and n."""
    return await tx.all(WaitRow, _WAITS, tx.workspace_id, list(ids))


async def read_episodes(tx: Tx, ids: Iterable[UUID]) -> list[EpisodeRow]:
    """All episodes of these conversations as they are stored, by conversation and n."""
    return await tx.all(EpisodeRow, _EPISODES, tx.workspace_id, list(ids))


async def read_heads(tx: Tx, ids: Iterable[UUID]) -> list[Head]:
    """The journey's own columns of these conversations."""
    return await tx.all(Head, _HEADS, tx.workspace_id, list(ids))


async def is_live(tx: Tx, conversation_id: UUID) -> bool:
    """Whether the customer has written live and has neither left nor been served since."""
    journey = await tx.one(bytes, _JOURNEY, tx.workspace_id, conversation_id)
    return msgspec.msgpack.decode(journey, type=State).live


async def merged_in(tx: Tx, child_id: UUID) -> MergedIn:
    """What a conversation brings into the root it is about to be merged into. Read it before the child's Merged.

    Raises NotFound when there is no such conversation.
    """
    journey = await tx.one(bytes, _JOURNEY, tx.workspace_id, child_id)
    state = msgspec.msgpack.decode(journey, type=State)
    episode, wait = state.episode, state.wait
    over = episode.resolved_at is not None and unix(tx.now()) - episode.resolved_at > REOPEN_WITHIN_S
    if over:
        return MergedIn(child_id=child_id, account_id=state.account_id, calendar_id=state.calendar_id)
    return MergedIn(
        child_id=child_id,
        account_id=state.account_id if wait is None else wait.account_id,
        calendar_id=episode.calendar_id if wait is None else wait.calendar_id,
        started_at=from_unix(episode.started_at),
        contact_at=_moment(episode.contact_at),
        first_reply_at=_moment(episode.first_reply_at),
        repliers=episode.repliers,
        wait_from=None if wait is None else from_unix(wait.opened_at),
        wait_live=wait is not None and wait.live,
    )


class Unanswered(msgspec.Struct, frozen=True, kw_only=True):
    """A message whose customer waits: when it came, through which account, and whether they have been there since."""

    at: datetime
    account_id: int
    calendar_id: int
    live: bool


async def unanswered(tx: Tx, conversation_id: UUID, message_ids: Iterable[UUID]) -> Unanswered | None:
    """The oldest of these messages that is still unanswered: what the new side of a split inherits.

    None when the customer waits for none of them. Read it before the MessagesSplit.
    """
    journey = await tx.one(bytes, _JOURNEY, tx.workspace_id, conversation_id)
    wait = msgspec.msgpack.decode(journey, type=State).wait
    if wait is None:
        return None
    wanted, first_seq = set(message_ids), wait.opened_seq + (wait.cause is not WaitCause.MESSAGE)
    oldest: Unanswered | None = None
    for one in effective(await read_history(tx, conversation_id)):
        event = one.event
        if isinstance(event, CustomerLeft) and oldest is not None:
            oldest = replace(oldest, live=False)
        if isinstance(event, MessageReceived) and event.needs_answer and event.message_id in wanted:
            at = from_unix(max(seconds(one.occurred_at), wait.opened_at))
            if event.message_seq >= first_seq and (oldest is None or at < oldest.at):
                oldest = Unanswered(
                    at=at, account_id=event.account_id, calendar_id=event.calendar_id, live=event.live
                )  # fmt: skip
    return oldest


class StageTime(msgspec.Struct, frozen=True, kw_only=True):
    """How long a case lay in a stage, in seconds on the customer clock."""

    stage: Stage
    seconds: float


async def case_stage_times(db: Queries, workspace_id: int, root_id: UUID, *, as_of: datetime) -> list[StageTime]:
    """Time per stage of a case: the conversation and all merged into it, where both wait the time counts once.

    Each stage is the union of its intervals (MEASURES.md, rule 6); what a child does after its merge is the root's.
    """
    return await db.all(StageTime, _CASE_STAGES, workspace_id, root_id, as_of)


def _moment(t: float | None) -> datetime | None:
    return None if t is None else from_unix(t)


_JOURNEY = "SELECT journey FROM conversations WHERE workspace_id = $1 AND id = $2"

_CASE_STAGES = """
WITH RECURSIVE members AS (
  SELECT id FROM conversations WHERE workspace_id = $1 AND id = $2
  UNION SELECT c.id FROM members m JOIN conversations c ON c.workspace_id = $1 AND c.root_id = m.id
), unions AS (
  SELECT s.stage, range_agg(tstzrange(s.t0, greatest(s.t0, least(coalesce(s.t1, $3), $3)))) AS covered
  FROM members m JOIN spans s ON s.workspace_id = $1 AND s.conversation_id = m.id
  WHERE s.stage <> 8 GROUP BY s.stage
)
SELECT stage, sum(extract(epoch FROM upper(part) - lower(part)))::float8 AS seconds
FROM unions, unnest(covered) AS part GROUP BY stage ORDER BY stage
"""

_CASES = """
SELECT c.id, c.reducer, c.journey, c.stake, c.per_s, c.severity, c.difficulty, c.company_id,
  coalesce(k.value_minor, p.value_minor) AS monthly_minor,
  CASE WHEN k.value_minor IS NULL THEN p.currency ELSE k.currency END AS currency, k.renewal_on, k.cycle_days, k.plan,
  p.vip OR coalesce(k.vip, false) AS vip, k.customer_since,
  (SELECT coalesce(jsonb_object_agg(a.id, jsonb_build_array(a.patience_s, coalesce(a.away_patience_s, a.patience_s))),
    '{}') FROM channel_accounts a WHERE a.workspace_id = $1) AS patience
FROM conversations c JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id
WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[]) ORDER BY c.id
"""

_LOCK = """
SELECT id FROM conversations WHERE workspace_id = $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE
"""

_HISTORIES = """
SELECT workspace_id, seq, kind, v, conversation_id, conversation_seq, subject_id, actor_kind, actor_id, occurred_at,
  recorded_at, cause_seq, depth, team_before, team_after, assignee_before, assignee_after, data
FROM events WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) AND kind = ANY($3::smallint[])
ORDER BY conversation_id, conversation_seq
"""

_SPANS = """
SELECT workspace_id, conversation_id, n, episode, stage, holder_kind, holder_id, account_id, team_id, calendar_id,
  t0, t1, f0, f1, reducer
FROM spans WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) ORDER BY conversation_id, n
"""

_EPISODES = """
SELECT workspace_id, conversation_id, n, started_at, contact_at, contact_f, first_reply_at, first_reply_f, resolved_at,
  reopens, outcome, account_id, team_id, calendar_id, resolver_id, repliers
FROM episodes WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) ORDER BY conversation_id, n
"""

_HEADS = """
SELECT workspace_id, id, status, reducer, stage, holder_kind, holder_id, since, episode, wait_t0, wait_f0, calendar_id,
  snoozed_until, promise_until, stake, per_s, journey
FROM conversations WHERE workspace_id = $1 AND id = ANY($2::uuid[]) ORDER BY id
"""

_WAITS = """
SELECT workspace_id, conversation_id, n, episode, first, cause, opened_at, closed_at, opened_seq, closed_seq, outcome,
  answered_by, account_id, team_id, calendar_id, f0, f1, stake, per_s, model, price_minor, live
FROM waits WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) ORDER BY conversation_id, n
"""
