"""What is learned of people: handle time, first-contact resolution and mu, per topic and difficulty.

mu is how many cases somebody resolves without a reopen per *active* hour, over the same of everybody, shrunk to 1 by ten
pseudo-cases: with k kept cases in h hours and r kept cases per hour of everybody, mu = (k + 10) / (h r + 10) (the mean of
the gamma posterior whose prior is r with the weight of ten cases), clamped to .5-2. Where nobody's active time is known,
hours stand for cases: mu = (k + 10) / (n q + 10), q = share kept of everybody. Only cases whose handle time was measured
count as measured, so history from before does not make anybody fast.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from hark.core.actor import Actor
from hark.core.db import Queries, Tx
from hark.routing.types import Experience
from hark.topics.types import TopicDefined

WINDOW = timedelta(days=180)
PSEUDO_CASES = 10.0
SLOWEST, FASTEST = 0.5, 2.0
MIN_TOPIC_CASES = 10
"""Under so many measured cases a topic's mean handle time is not written."""
NEWS = 0.02
"""A learned handle time that changes by less is left as it is."""


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What one person did in one topic and difficulty: cases resolved, `kept` of them (not reopened), and of those with a
    measured handle time how many, how many kept, and the active seconds."""

    agent_id: int
    topic_id: int
    difficulty: int
    cases: int
    kept: int
    measured: int
    measured_kept: int
    active_s: float


class Learned(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `experience`."""

    agent_id: int
    topic_id: int
    difficulty: int
    cases: int
    kept: int
    handle_s: float | None
    mu: float


def mu(kept: int, expected: float) -> float:
    """(k + 10) / (expected + 10), clamped to .5-2; `expected` is what everybody would have kept in the same time."""
    return min(FASTEST, max(SLOWEST, (kept + PSEUDO_CASES) / (expected + PSEUDO_CASES)))


def weigh(tallies: Iterable[Tally]) -> list[Learned]:
    """Everybody's row, from all tallies of a workspace."""
    groups: dict[tuple[int, int], list[Tally]] = {}
    for t in tallies:
        groups.setdefault((t.topic_id, t.difficulty), []).append(t)
    return [_weighed(t, group) for group in groups.values() for t in group]


def _weighed(t: Tally, group: list[Tally]) -> Learned:
    active = sum(g.active_s for g in group)
    if active > 0 and t.active_s > 0:
        rate = sum(g.measured_kept for g in group) / active
        speed = mu(t.measured_kept, t.active_s * rate)
    else:
        speed = mu(t.kept, t.cases * sum(g.kept for g in group) / max(1, sum(g.cases for g in group)))
    return Learned(
        agent_id=t.agent_id, topic_id=t.topic_id, difficulty=t.difficulty, cases=t.cases, kept=t.kept,
        handle_s=t.active_s / t.measured if t.measured else None, mu=speed,
    )  # fmt: skip


async def learn(tx: Tx) -> int:
    """Work out everybody's experience of the last 180 days and the topics' mean handle times; how many rows."""
    tallies = await tx.all(Tally, _TALLIES, tx.workspace_id, tx.now() - WINDOW)
    rows = weigh(tallies)
    await tx.run("DELETE FROM experience WHERE workspace_id = $1", tx.workspace_id)
    await tx.run_many(_LEARNED, [_row(tx.workspace_id, r, tx.now()) for r in rows])
    for topic_id in await tx.all(int, _TOPICS, tx.workspace_id, tx.now() - WINDOW, MIN_TOPIC_CASES, NEWS):
        tx.emit(TopicDefined(topic_id=topic_id))
    return len(rows)


def _row(workspace_id: int, r: Learned, now: datetime) -> tuple[object, ...]:
    return workspace_id, r.agent_id, r.topic_id, r.difficulty, r.cases, r.kept, r.handle_s, r.mu, now


_LEARNED = """
INSERT INTO experience (workspace_id, agent_id, topic_id, difficulty, cases, kept, handle_s, mu, learned_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
# Who was asked in and joined has a share in the case, like who resolved it.
# Active time is the union of the stretches of one person on one conversation: two tabs count once.
_TALLIES = """
WITH stretches AS (
  SELECT conversation_id, agent_id, t0, t1, max(t1) OVER (PARTITION BY conversation_id, agent_id ORDER BY t0, t1
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM handling WHERE workspace_id = $1 AND t0 >= $2
), active AS (
  SELECT conversation_id, agent_id,
    sum(greatest(0, extract(epoch FROM t1 - greatest(t0, before)))::float8) AS seconds
  FROM stretches GROUP BY conversation_id, agent_id
), resolved AS (
  SELECT e.conversation_id, k.agent_id, count(*) AS cases, count(*) FILTER (WHERE e.reopens = 0) AS kept
  FROM episodes e
  CROSS JOIN LATERAL (
    SELECT e.resolver_id AS agent_id UNION
    SELECT p.agent_id FROM participants p WHERE p.workspace_id = $1 AND p.conversation_id = e.conversation_id
      AND p.joined_at <= e.resolved_at AND (p.ended_at IS NULL OR p.ended_at >= e.started_at)) k
  JOIN agents a ON a.workspace_id = $1 AND a.id = k.agent_id
  WHERE e.workspace_id = $1 AND e.resolved_at >= $2 GROUP BY 1, 2
)
SELECT r.agent_id, coalesce(c.topic_id, 0) AS topic_id, c.difficulty::int AS difficulty, sum(r.cases)::int AS cases,
  sum(r.kept)::int AS kept, coalesce(sum(r.cases) FILTER (WHERE v.seconds > 0), 0)::int AS measured,
  coalesce(sum(r.kept) FILTER (WHERE v.seconds > 0), 0)::int AS measured_kept,
  coalesce(sum(v.seconds), 0)::float8 AS active_s
FROM resolved r
JOIN conversations c ON c.workspace_id = $1 AND c.id = r.conversation_id AND c.status < 4
LEFT JOIN active v ON v.conversation_id = r.conversation_id AND v.agent_id = r.agent_id
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
_TOPICS = """
WITH stretches AS (
  SELECT conversation_id, agent_id, t0, t1, max(t1) OVER (PARTITION BY conversation_id, agent_id ORDER BY t0, t1
    ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
  FROM handling WHERE workspace_id = $1 AND t0 >= $2
), active AS (
  SELECT conversation_id, sum(greatest(0, extract(epoch FROM t1 - greatest(t0, before)))::float8) AS seconds
  FROM stretches GROUP BY conversation_id
), means AS (
  SELECT c.topic_id, avg(v.seconds) AS handle_s FROM active v
  JOIN conversations c ON c.workspace_id = $1 AND c.id = v.conversation_id AND c.status = 3 AND c.topic_id IS NOT NULL
  WHERE v.seconds > 0 GROUP BY c.topic_id HAVING count(*) >= $3
)
UPDATE topics t SET learned_handle_s = m.handle_s FROM means m
WHERE t.workspace_id = $1 AND t.id = m.topic_id
  AND (t.learned_handle_s IS NULL OR abs(t.learned_handle_s - m.handle_s) > $4::float8 * t.learned_handle_s)
RETURNING t.id
"""


async def list_experience(db: Queries, actor: Actor, agent_id: int) -> list[Experience]:
    """What was learned of one person, most solved first, beside everybody's means."""
    return await db.all(
        Experience,
        "SELECT nullif(e.topic_id, 0) AS topic_id, e.difficulty::int AS difficulty, e.cases,"
        " e.kept::float8 / e.cases AS first_contact, g.kept::float8 / g.cases AS team_first_contact, e.handle_s,"
        " g.handle_s AS team_handle_s, e.mu FROM experience e CROSS JOIN LATERAL ("
        "  SELECT sum(o.cases) AS cases, sum(o.kept) AS kept, sum(o.handle_s * o.cases)"
        "   / nullif(sum(o.cases) FILTER (WHERE o.handle_s IS NOT NULL), 0) AS handle_s FROM experience o"
        "  WHERE o.workspace_id = e.workspace_id AND o.topic_id = e.topic_id AND o.difficulty = e.difficulty) g"
        " WHERE e.workspace_id = $1 AND e.agent_id = $2 ORDER BY e.cases DESC, e.topic_id, e.difficulty",
        actor.workspace_id, agent_id,
    )  # fmt: skip
