"""The figures of MEASURES, computed from messages, waits and episodes; never averages of averages.

Every figure is a set of samples, one row per message, episode or wait: `step` (start of its day, week or month),
`d` (seconds, observed until the end or until now), `hit` (it ended as the figure wants) and `waiting` (still open).
"""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Queries
from hark.core.sql import TRUE, Sql, join
from hark.journey.types import EpisodeOutcome, Status, WaitOutcome
from hark.reports.types import CaseRef, Clock, Cohort, Point, Value

REPLIED = [WaitOutcome.ANSWERED.value, WaitOutcome.KEPT.value]
"""Only these ends of a wait are reply wait times; a wait that was resolved or merged away is censored there."""

NOT_COUNTED = [EpisodeOutcome.MERGED.value, EpisodeOutcome.NOT_ASKED.value]
"""Episodes that go on in another conversation (and count there), and those in which the customer asked nothing."""


class _Row(msgspec.Struct, kw_only=True):
    """One step of a series, or the whole period when `at` is None."""

    at: datetime | None
    whole: bool
    n: int
    hits: int
    waiting: int
    mean: float | None
    median: float | None
    p90: float | None


def received(actor: Actor, cohort: Cohort) -> Sql:
    """Inbound customer messages, dated by when they were received; spam, machine mail and bounces left out."""
    return Sql(
        "SELECT {} AS step, NULL::float8 AS d, true AS hit, false AS waiting, m.conversation_id, m.occurred_at AS at"
        " FROM messages m JOIN conversations c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
        " WHERE m.workspace_id = {} AND m.direction = 1 AND m.kind = 1 AND m.deleted_at IS NULL"
        " AND m.occurred_at >= {} AND m.occurred_at < {} AND {}",
        _step(cohort, "m.occurred_at"), actor.workspace_id, cohort.start, cohort.end,
        _of_cases(actor, cohort, account=Sql(_CAME_THROUGH)),
    )  # fmt: skip


def first_reply(actor: Actor, cohort: Cohort, clock: Clock, now: datetime, f_now: Mapping[int, float]) -> Sql:
    """From the customer's first message of an episode to the first public message by a person of the team."""
    until = Sql(
        "extract(epoch FROM coalesce(e.first_reply_at, e.resolved_at, {}) - e.contact_at)::float8", now
    ) if clock == "customer" else Sql(
        "coalesce(e.first_reply_f, {}) - e.contact_f", _f_now("e.calendar_id", f_now)
    )  # fmt: skip
    return _episodes(
        actor, cohort, d=until, hit=Sql("e.first_reply_at IS NOT NULL"),
        waiting=Sql("e.first_reply_at IS NULL AND e.resolved_at IS NULL"), only=Sql("e.contact_at IS NOT NULL"),
    )  # fmt: skip


def reply_rate(actor: Actor, cohort: Cohort) -> Sql:
    """Share of the customers' episodes that got at least one public reply by a person."""
    return _episodes(
        actor, cohort, d=Sql("NULL::float8"), hit=Sql("e.first_reply_at IS NOT NULL"),
        waiting=Sql("e.first_reply_at IS NULL AND e.resolved_at IS NULL"), only=Sql("e.contact_at IS NOT NULL"),
    )  # fmt: skip


def resolution_rate(actor: Actor, cohort: Cohort) -> Sql:
    """Share of the episodes started in the period that are resolved now; a reopen within 7 days has unresolved them."""
    return _episodes(
        actor, cohort, d=Sql("NULL::float8"), hit=Sql("e.resolved_at IS NOT NULL"),
        waiting=Sql("e.resolved_at IS NULL"), only=TRUE,
    )  # fmt: skip


def resolution_time(actor: Actor, cohort: Cohort, now: datetime) -> Sql:
    """Start of the episode to its last resolve, customer clock."""
    return _episodes(
        actor, cohort, d=Sql("extract(epoch FROM coalesce(e.resolved_at, {}) - e.started_at)::float8", now),
        hit=Sql("e.resolved_at IS NOT NULL"), waiting=Sql("e.resolved_at IS NULL"), only=TRUE,
    )  # fmt: skip


def reply_wait(actor: Actor, cohort: Cohort, clock: Clock, now: datetime, f_now: Mapping[int, float]) -> Sql:
    """From the customer's first unanswered message to the next public reply by a person, each time."""
    length = Sql("extract(epoch FROM coalesce(w.closed_at, {}) - w.opened_at)::float8", now) if clock == "customer" else Sql(
        "coalesce(w.f1, {}) - w.f0", _f_now("w.calendar_id", f_now)
    )  # fmt: skip
    return _waits(actor, cohort, d=length, hit=Sql("coalesce(w.outcome = ANY({}), false)", REPLIED))


def wait_cost(actor: Actor, cohort: Cohort) -> Sql:
    """What the waits opened in the period have cost, in minor units (`d` is money here)."""
    return _waits(actor, cohort, d=Sql("w.price_minor::float8"), hit=Sql("w.price_minor IS NOT NULL"))


async def measure(db: Queries, samples: Sql, *, share: bool = False, total: bool = False) -> tuple[Value, list[Point]]:
    """The whole period and its steps. `share`: hits of all; `total`: the sum of `d`; else times (or a plain count)."""
    rows = await db.all(_Row, Sql(_MEASURE, samples))
    whole, steps = rows[0], rows[1:]

    def main(r: _Row) -> float | None:
        if share:
            return r.hits / r.n if r.n else None
        if total:
            return (r.mean or 0.0) * r.hits
        return r.mean if r.mean is not None else (None if r.waiting else float(r.n))

    points = [Point(at=r.at, value=main(r), count=r.hits) for r in steps if r.at]
    if share:
        return Value(count=whole.hits, of=whole.n, value=main(whole), waiting=whole.waiting), points
    if total:
        return Value(count=whole.hits, value=main(whole), waiting=whole.waiting), points
    return Value(count=whole.n, value=float(whole.n)), points


async def measure_times(db: Queries, samples: Sql) -> tuple[Value, list[Point]]:
    """Times in seconds: mean, median and p90 of those that ended, the number still waiting, and the Kaplan-Meier
    median (Kaplan & Meier 1958), in which the waiting count for as long as they have been observed; the series shows
    the median of each step."""
    rows = await db.all(_Row, Sql(_MEASURE, samples))
    whole, steps = rows[0], rows[1:]
    censored = await db.find(float, Sql(_KAPLAN_MEIER, samples))
    value = Value(
        count=whole.hits, of=whole.n, value=whole.mean, mean=whole.mean, median=whole.median, p90=whole.p90,
        waiting=whole.waiting, censored_median=censored,
    )  # fmt: skip
    return value, [Point(at=r.at, value=r.median, count=r.hits) for r in steps if r.at]


async def list_cases(db: Queries, samples: Sql, *, limit: int = 200) -> list[CaseRef]:
    """The conversations behind a figure, longest first."""
    return await db.all(
        CaseRef,
        Sql(
            "WITH samples AS ({}) SELECT s.conversation_id, c.number, c.subject, s.at, s.d AS seconds FROM samples s"
            " JOIN conversations c ON c.id = s.conversation_id ORDER BY s.d DESC NULLS LAST, s.at LIMIT {}",
            samples, limit,
        ),
    )  # fmt: skip


_MEASURE = """
WITH samples AS ({})
SELECT step AS at, grouping(step) = 1 AS whole, count(*) AS n, count(*) FILTER (WHERE hit) AS hits,
  count(*) FILTER (WHERE waiting) AS waiting, avg(d) FILTER (WHERE hit) AS mean,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY d) FILTER (WHERE hit) AS median,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY d) FILTER (WHERE hit) AS p90
FROM samples GROUP BY GROUPING SETS ((), (step)) ORDER BY whole DESC, at
"""

# S(t) = prod over ends at or before t of (1 - 1 / number still observed); ends come before censorings of equal time.
_KAPLAN_MEIER = """
WITH samples AS ({}), ranked AS (
  SELECT d, hit, count(*) OVER () - row_number() OVER (ORDER BY d, hit DESC) + 1 AS at_risk FROM samples WHERE d IS NOT NULL
), curve AS (
  SELECT d, sum(CASE WHEN NOT hit THEN 0 WHEN at_risk = 1 THEN -1e9 ELSE ln(1 - 1.0::float8 / at_risk) END)
    OVER (ORDER BY d, hit DESC ROWS UNBOUNDED PRECEDING) AS log_s FROM ranked
)
SELECT min(d) FROM curve WHERE log_s <= ln(0.5::float8) + 1e-12
"""


def _episodes(actor: Actor, cohort: Cohort, *, d: Sql, hit: Sql, waiting: Sql, only: Sql) -> Sql:
    return Sql(
        "SELECT {} AS step, {} AS d, {} AS hit, {} AS waiting, e.conversation_id, e.started_at AS at FROM episodes e"
        " JOIN conversations c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id"
        " WHERE e.workspace_id = {} AND e.started_at >= {} AND e.started_at < {}"
        " AND NOT coalesce(e.outcome = ANY({}), false) AND {} AND {}",
        _step(cohort, "e.started_at"), d, hit, waiting, actor.workspace_id, cohort.start, cohort.end,
        NOT_COUNTED, only, _of_cases(actor, cohort, account=Sql("e.account_id")),
    )  # fmt: skip


def _waits(actor: Actor, cohort: Cohort, *, d: Sql, hit: Sql) -> Sql:
    return Sql(
        "SELECT {} AS step, {} AS d, {} AS hit, w.closed_at IS NULL AS waiting, w.conversation_id, w.opened_at AS at"
        " FROM waits w JOIN conversations c ON c.workspace_id = w.workspace_id AND c.id = w.conversation_id"
        " WHERE w.workspace_id = {} AND w.opened_at >= {} AND w.opened_at < {} AND {}",
        _step(cohort, "w.opened_at"), d, hit, actor.workspace_id, cohort.start, cohort.end,
        _of_cases(actor, cohort, account=Sql("w.account_id")),
    )  # fmt: skip


def _step(cohort: Cohort, column: str) -> Sql:
    return Sql(f"date_trunc({{}}, {column}, {{}})", cohort.interval, cohort.time_zone)


def _f_now(column: str, f_now: Mapping[int, float]) -> Sql:
    """F(now) of a row's calendar: how long an open wait has been observed on the team clock."""
    return Sql(f"({{}}::float8[])[array_position({{}}::int[], {column})]", list(f_now.values()), list(f_now))


# A conversation may go on through another account than it began with (chat, then mail).
_CAME_THROUGH = """coalesce((SELECT p.account_id FROM endpoints p WHERE p.workspace_id = m.workspace_id
  AND p.id = m.endpoint_id), c.account_id)"""


def _of_cases(actor: Actor, cohort: Cohort, *, account: Sql) -> Sql:
    """Which rows count: of visible conversations, never spam, and those of the page's filters. `account` is the one that
    a row came through: the message, the oldest unanswered one of a wait, the first one of an episode."""
    parts = [visible(actor), Sql("c.status <> {}", Status.SPAM.value)]
    if cohort.account_id is not None:
        parts.append(Sql("{} = {}", account, cohort.account_id))
    if cohort.team_id is not None:
        parts.append(Sql("c.team_id = {}", cohort.team_id))
    if cohort.agent_id is not None:
        parts.append(Sql("c.assignee_id = {}", cohort.agent_id))
    if cohort.tag_id is not None:
        parts.append(Sql("c.tag_ids @> ARRAY[{}::int]", cohort.tag_id))
    return join(" AND ", parts)


