"""The price of slowness: what the waits of a period have cost, by stage and by cause, and what they would have cost
under other assumptions. Nothing is stored.

Each wait costs V s P(W). The waits of one customer together cost V (1 - prod(1 - s_i P_i)), because a customer leaves only
once; that total is shared among the customer's waits in proportion to what each costs alone, and within a wait among its
stages by duration. So every breakdown sums to the total exactly, and the total is never the plain sum.
"""

from datetime import date, datetime
from uuid import UUID

import msgspec

from hark.conversations.types import CHANNELS
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.sql import TRUE, Sql
from hark.journey.types import Stage
from hark.prices.models import candidate_model, check_references
from hark.prices.types import (
    By,
    CostCase,
    CostPart,
    PricedPeriod,
    Slowness,
    SlownessAnswer,
    SlownessQuestion,
    ValueCandidate,
)
from hark.value.pricing import load_model
from hark.value.sql import RENEWAL_IN_SQL, TENURE_SQL, leave_sql, rates_to_base, scale_sql, worth_sql
from hark.value.types import DAY_S, ValueModel

BREAKDOWNS = ("stage", "topic", "team", "account", "channel", "hour", "severity", "customer", "day")
CASES = 200
TOP = 20
"""Customers of a breakdown: the dearest only."""


async def price_of_slowness(db: Db, actor: Actor, question: SlownessQuestion, *, now: datetime) -> SlownessAnswer:
    """The period by the model in force, beside its comparison and, when asked, by a candidate.

    Raises BadRequest for a candidate that cannot be.
    """
    models = await _models(db, actor, question.candidate)
    asked = PricedPeriod(start=question.start, end=question.end)
    saved = msgspec.structs.replace(question, candidate=None)
    this = await _slowness(db, actor, asked, question, models, now)
    before = None
    if question.compare is not None:
        before = await _slowness(db, actor, question.compare, saved, (models[0], models[0]), now)
    return SlownessAnswer(
        currency=models[0].currency, version=models[0].version, own_curve=models[1].curve is not None, now=this,
        before=before, tried=question.candidate is not None,
    )  # fmt: skip


async def cost_cases(
    db: Db, actor: Actor, question: SlownessQuestion, *, by: By, key: str, now: datetime
) -> list[CostCase]:
    """The conversations behind one number, the dearest first, at most 200. Raises BadRequest for a key that is none."""
    models = await _models(db, actor, question.candidate)
    factors = await _factors(db, actor.workspace_id, models[0])
    costs = _costs(actor, PricedPeriod(start=question.start, end=question.end), models, now, question, factors)
    try:
        chosen = _chosen(by, key, question.time_zone)
    except (ValueError, KeyError):
        raise BadRequest(f"{key!r} is no {by} of this report.", code="bad_key") from None
    if by == "stage":
        costs = Sql("{}, {}", costs, Sql(_STAGED, actor.workspace_id, now))
        return await db.all(CostCase, Sql(_STAGE_CASES, costs, chosen, CASES, actor.workspace_id))
    return await db.all(CostCase, Sql(_CASES, costs, chosen, CASES, actor.workspace_id))


def _chosen(by: By, key: str, time_zone: str) -> Sql:
    """The waits (or, for stages, the parts of waits) behind one row of a breakdown."""
    local = Sql("(opened_at AT TIME ZONE {}::text)", time_zone)
    match by:
        case "all":
            return TRUE
        case "topic" | "team" | "account":
            column = Sql(f"{by}_id")
            return Sql("{} IS NULL", column) if key == "" else Sql("{} = {}", column, int(key))
        case "severity":
            return Sql("severity = {}", int(key))
        case "channel":
            return Sql("kind = {}", {name: kind for kind, name in CHANNELS.items()}[key])
        case "hour":
            return Sql("extract(hour FROM {}) = {}::int", local, int(key))
        case "day":
            return Sql("{}::date = {}::date", local, date.fromisoformat(key))
        case "customer":
            return Sql("customer = {}", UUID(key))
        case "stage":
            return Sql("stage = {}", Stage[key.upper()].value)


async def _models(db: Db, actor: Actor, candidate: ValueCandidate | None) -> tuple[ValueModel, ValueModel]:
    model = await load_model(db, actor.workspace_id)
    if candidate is None:
        return model, model
    await check_references(db, actor.workspace_id, candidate)
    return model, await candidate_model(db, actor.workspace_id, candidate.value)


class _Version(msgspec.Struct):
    version: int
    currency: str


async def _factors(db: Db, workspace_id: int, model: ValueModel) -> list[float | None]:
    """Base minor units per minor unit of what waits of version 1, 2, 3 ... were priced in; None where there is no rate."""
    versions = await db.all(
        _Version, "SELECT version, currency::text AS currency FROM value_versions WHERE workspace_id = $1", workspace_id
    )
    rates = rates_to_base(model)
    of = {one.version: rates.get(one.currency) for one in versions}
    return [of.get(version) for version in range(1, max(of, default=1) + 1)]


class _Sum(msgspec.Struct):
    by: str
    key: str
    cost: float
    tried: float
    waits: int
    assumed: float
    label: str | None


async def _slowness(
    db: Db,
    actor: Actor,
    period: PricedPeriod,
    question: SlownessQuestion,
    models: tuple[ValueModel, ValueModel],
    now: datetime,
) -> Slowness:
    factors = await _factors(db, actor.workspace_id, models[0])
    costs = _costs(actor, period, models, now, question, factors)
    staged, zone = Sql(_STAGED, actor.workspace_id, now), question.time_zone
    sums = await db.all(_Sum, Sql(_SUMS, costs, zone, zone, staged, TOP, *(actor.workspace_id,) * 5))
    total = next((s for s in sums if s.by == "all"), _Sum("all", "", 0.0, 0.0, 0, 0.0, None))
    parts: dict[str, list[CostPart]] = {by: [] for by in BREAKDOWNS}
    for s in sums:
        if s.by != "all":
            parts[s.by].append(_part(s))
    days = max((min(period.end, now) - period.start).total_seconds() / DAY_S, 1 / 24)
    missing = await db.one(
        int, Sql(_UNCONVERTED, rates_to_base(models[0]), actor.workspace_id, period.start, period.end)
    )
    return Slowness(
        start=period.start, end=period.end, days=days, minor=round(total.cost), tried_minor=round(total.tried),
        assumed_minor=round(total.assumed), per_day_minor=round(total.cost / days),
        tried_per_day_minor=round(total.tried / days), waits=total.waits, unconverted=missing, parts=parts,
    )  # fmt: skip


def _part(s: _Sum) -> CostPart:
    key = s.key
    if s.by == "stage":
        key = Stage(int(key)).name.lower()
    elif s.by == "channel":
        key = CHANNELS[int(key)]
    return CostPart(key=key, label=s.label or "", minor=round(s.cost), tried_minor=round(s.tried), waits=s.waits)


def _costs(
    actor: Actor,
    period: PricedPeriod,
    models: tuple[ValueModel, ValueModel],
    now: datetime,
    question: SlownessQuestion,
    factors: list[float | None],
) -> Sql:
    """The CTE `costs`: one row for each wait of the period, what it costs by the first model and by the second."""
    model, other = models
    channels = [] if question.candidate is None else question.candidate.channels
    patience = Sql("per_s")
    if channels:
        values, ids = [one.patience_s for one in channels], [one.account_id for one in channels]
        away = [one.away_patience_s or one.patience_s for one in channels]
        at = Sql("array_position({}::int[], account_id)", ids)
        patience = Sql(
            "coalesce(1 / CASE WHEN live THEN ({}::float8[])[{}] ELSE ({}::float8[])[{}] END, per_s)",
            values,
            at,
            away,
            at,
        )
    value = Sql("stake / s")
    if model != other:
        value = Sql(
            "coalesce({} / nullif({}, 0) * stake / s, {})", worth_sql(other), worth_sql(model), worth_sql(other)
        )
    team = TRUE if question.team_id is None else Sql("w.team_id = {}", question.team_id)
    return Sql(
        _COSTS, value, scale_sql(Sql("severity"), model), scale_sql(Sql("severity"), other),
        leave_sql(Sql("seconds"), Sql("per_s"), model), leave_sql(Sql("seconds"), patience, other),
        now, now, factors, rates_to_base(model), Sql(RENEWAL_IN_SQL), Sql(TENURE_SQL),
        actor.workspace_id, period.start, min(period.end, now), factors, visible(actor), team,
    )  # fmt: skip


# Each OFFSET 0 keeps the planner from computing the same powers and exponents several times for a row.
# In a window of its customer a wait's price becomes its share of what the customer's waits cost together.
_COSTS = """WITH
costs AS MATERIALIZED (
  SELECT conversation_id, n, opened_at, closed_at, seconds, account_id, kind, team_id, topic_id, severity, customer, company_id,
    monthly_minor IS NULL OR assumed AS assumed,
    v1 * a1 * (1 - exp(greatest(-700, sum(ln(1 - least(a1, 0.999999999))) OVER who)))
      / coalesce(nullif(sum(a1) OVER who, 0), 1) AS cost,
    v2 * a2 * (1 - exp(greatest(-700, sum(ln(1 - least(a2, 0.999999999))) OVER who)))
      / coalesce(nullif(sum(a2) OVER who, 0), 1) AS tried
  FROM (
    SELECT *, stake / s AS v1, {} AS v2, least(1, s * p1)::float8 AS a1, least(1, s2 * p2)::float8 AS a2 FROM (
      SELECT *, {} AS s, {} AS s2, {} AS p1, {} AS p2 FROM (
        SELECT w.conversation_id, w.n, w.opened_at, coalesce(w.closed_at, {}::timestamptz) AS closed_at, w.live,
          extract(epoch FROM coalesce(w.closed_at, {}::timestamptz) - w.opened_at)::float8 AS seconds,
          w.per_s::float8 AS per_s, w.stake * ({}::float8[])[w.model] AS stake, w.account_id, a.kind,
          w.team_id, c.topic_id, c.severity, coalesce(c.company_id, c.contact_id) AS customer, c.company_id,
          worth.monthly_minor, worth.currency, k.plan, p.vip OR coalesce(k.vip, false) AS vip, k.cycle_days,
          NOT ({}::jsonb ? worth.currency) AS assumed, {} AS renewal_in, {} AS tenure
        FROM waits w
        JOIN conversations c ON c.workspace_id = w.workspace_id AND c.id = w.conversation_id
        JOIN channel_accounts a ON a.workspace_id = w.workspace_id AND a.id = w.account_id
        JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
        LEFT JOIN companies k ON k.workspace_id = c.workspace_id AND k.id = c.company_id
        CROSS JOIN LATERAL (SELECT coalesce(k.value_minor, p.value_minor) AS monthly_minor,
          (CASE WHEN k.value_minor IS NULL THEN p.currency ELSE k.currency END)::text AS currency,
          (w.opened_at AT TIME ZONE 'UTC')::date AS day) worth
        WHERE w.workspace_id = {} AND w.opened_at >= {} AND w.opened_at < {} AND c.status <> 4
          AND (w.price_minor IS NOT NULL OR w.closed_at IS NULL) AND ({}::float8[])[w.model] IS NOT NULL AND {} AND {}
      OFFSET 0) facts
    OFFSET 0) shares
  OFFSET 0) prices WINDOW who AS (PARTITION BY customer)
)"""

# The parts of a wait by the spans it lasted through; they share its whole cost, whatever they cover of it.
_STAGED = """staged AS (
SELECT conversation_id, stage, lasted, cost * lasted / sum(lasted) OVER wait AS cost, tried * lasted / sum(lasted) OVER wait AS tried
FROM (
  SELECT costs.*, s.stage, extract(epoch FROM least(coalesce(s.t1, costs.closed_at), costs.closed_at)
    - greatest(s.t0, costs.opened_at))::float8 AS lasted
  FROM costs JOIN spans s ON s.workspace_id = {} AND s.conversation_id = costs.conversation_id
    AND s.t0 < costs.closed_at AND coalesce(s.t1, {}::timestamptz) > costs.opened_at
) parts WHERE lasted > 0 WINDOW wait AS (PARTITION BY conversation_id, n)
)"""

_SUMS = """{}, local AS (
  SELECT *, extract(hour FROM opened_at AT TIME ZONE {}::text)::int AS hour, (opened_at AT TIME ZONE {}::text)::date AS day
  FROM costs
), {}, sums AS (
  SELECT CASE WHEN grouping(topic_id) = 0 THEN 'topic' WHEN grouping(team_id) = 0 THEN 'team'
      WHEN grouping(account_id) = 0 THEN 'account' WHEN grouping(kind) = 0 THEN 'channel' WHEN grouping(hour) = 0 THEN 'hour'
      WHEN grouping(severity) = 0 THEN 'severity' WHEN grouping(day) = 0 THEN 'day' ELSE 'all' END AS by,
    coalesce(topic_id::text, team_id::text, account_id::text, kind::text, hour::text, severity::text, day::text, '') AS key,
    sum(cost) AS cost, sum(tried) AS tried, count(*)::int AS waits, coalesce(sum(cost) FILTER (WHERE assumed), 0) AS assumed
  FROM local GROUP BY GROUPING SETS ((), (topic_id), (team_id), (account_id), (kind), (hour), (severity), (day))
  UNION ALL SELECT 'stage', stage::text, sum(cost), sum(tried), count(*)::int, 0 FROM staged GROUP BY stage
  UNION ALL (SELECT 'customer', customer::text, sum(cost), sum(tried), count(*)::int, 0 FROM costs GROUP BY customer
    ORDER BY sum(cost) DESC, customer LIMIT {})
)
SELECT by, key, coalesce(cost, 0)::float8 AS cost, coalesce(tried, 0)::float8 AS tried, waits, assumed::float8 AS assumed,
  CASE by WHEN 'topic' THEN (SELECT name FROM topics WHERE workspace_id = {} AND id = nullif(key, '')::int)
    WHEN 'team' THEN (SELECT name FROM teams WHERE workspace_id = {} AND id = nullif(key, '')::int)
    WHEN 'account' THEN (SELECT name FROM channel_accounts WHERE workspace_id = {} AND id = key::int)
    WHEN 'customer' THEN coalesce((SELECT name FROM companies WHERE workspace_id = {} AND id = key::uuid),
      (SELECT name FROM contacts WHERE workspace_id = {} AND id = key::uuid)) END AS label
FROM sums ORDER BY by, CASE WHEN by IN ('hour', 'day', 'severity') THEN 0 ELSE cost END DESC,
  CASE WHEN by = 'hour' THEN lpad(key, 2, '0') ELSE key END
"""

_CASES = """{}
SELECT t.id, c.number, CASE WHEN c.subject = '' THEN c.preview ELSE c.subject END AS subject, t.minor, t.waits, t.seconds
FROM (SELECT conversation_id AS id, round(sum(cost))::bigint AS minor, count(*)::int AS waits, sum(seconds)::float8 AS seconds
  FROM costs WHERE {} GROUP BY conversation_id ORDER BY sum(cost) DESC, conversation_id LIMIT {}) t
JOIN conversations c ON c.workspace_id = {} AND c.id = t.id ORDER BY t.minor DESC, t.id
"""
_STAGE_CASES = """{}
SELECT t.id, c.number, CASE WHEN c.subject = '' THEN c.preview ELSE c.subject END AS subject, t.minor, t.waits, t.seconds
FROM (SELECT conversation_id AS id, round(sum(cost))::bigint AS minor, count(*)::int AS waits, sum(lasted)::float8 AS seconds
  FROM staged WHERE {} GROUP BY conversation_id ORDER BY sum(cost) DESC, conversation_id LIMIT {}) t
JOIN conversations c ON c.workspace_id = {} AND c.id = t.id ORDER BY t.minor DESC, t.id
"""

_UNCONVERTED = """
SELECT count(*)::int FROM waits w JOIN value_versions v ON v.workspace_id = w.workspace_id AND v.version = w.model
WHERE NOT {}::jsonb ? v.currency::text AND w.workspace_id = {} AND w.opened_at >= {} AND w.opened_at < {}
"""
