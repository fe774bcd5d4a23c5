"""What a screen on the wall shows: the queue at this moment, what it costs, whose promise is near, and how today goes."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

import msgspec

from hark.conversations.views import load_lens
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.clock import from_unix
from hark.core.db import Db
from hark.core.periods import get_zone
from hark.core.sql import TRUE, Sql
from hark.reports.types import Cohort, Value
from hark.value.price import price_per_hour, price_per_job
from hark.value.reason import is_live
from hark.value.stake import severity_scale
from hark.value.types import HOUR_S, Severity
from hark.workspaces.queries import get_workspace

RISK = timedelta(minutes=30)
MOST = 20_000


class Wallboard(msgspec.Struct, frozen=True, kw_only=True):
    """`price_per_hour_minor`: what everybody who waits costs together, per hour.
    `at_risk`: promises due within 30 minutes or warned about; `broken`: past their time and still unanswered.
    `first_reply`: median seconds on the customer clock of episodes begun today, and of the same weekday a week ago up
    to the same time of day."""

    at: datetime
    waiting: int
    unassigned: int
    longest_since: datetime | None
    longest_id: UUID | None
    longest_number: int | None
    price_per_hour_minor: int
    currency: str
    at_risk: int
    broken: int
    next_due_at: datetime | None
    received_today: int
    resolved_today: int
    first_reply: Value
    first_reply_before: Value
    time_zone: str


class _Waiting(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    number: int
    assignee_id: int | None
    topic_id: int | None
    severity: Severity
    stake: float | None
    per_s: float | None
    wait_t0: float


class _Promised(msgspec.Struct, frozen=True, kw_only=True):
    at_risk: int
    broken: int
    next_due_at: datetime | None


class _Today(msgspec.Struct, frozen=True, kw_only=True):
    received: int
    resolved: int


async def load_wallboard(db: Db, actor: Actor, *, team_id: int | None = None, time_zone: str = "") -> Wallboard:
    """The state of the conversations the actor may see, of one team when asked. Raises BadRequest for an unknown zone."""
    now, name = db.now(), time_zone or actor.time_zone
    zone = get_zone(name)
    team = Sql("c.team_id = {}", team_id) if team_id is not None else TRUE
    rows = await _waiting(db, actor, team)
    promised = await _promised(db, actor, team, now)
    today = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    counts = await _counts(db, actor, team, today)
    week = datetime.combine(now.astimezone(zone).date() - timedelta(days=7), time(), zone).astimezone(UTC)
    elapsed = now - today + timedelta(seconds=1)
    first, before = await _first_reply(
        db,
        actor,
        Cohort(start=today, end=today + elapsed, team_id=team_id, time_zone=name),
        Cohort(start=week, end=week + elapsed, team_id=team_id, time_zone=name),
    )
    workspace = await get_workspace(db, actor.workspace_id)
    longest = rows[0] if rows else None
    return Wallboard(
        at=now, waiting=len(rows), unassigned=sum(row.assignee_id is None for row in rows),
        longest_since=from_unix(longest.wait_t0) if longest else None, longest_id=longest.id if longest else None,
        longest_number=longest.number if longest else None, price_per_hour_minor=await _price(db, actor, rows),
        currency=workspace.base_currency, at_risk=promised.at_risk, broken=promised.broken,
        next_due_at=promised.next_due_at, received_today=counts.received, resolved_today=counts.resolved,
        first_reply=first, first_reply_before=before, time_zone=name,
    )  # fmt: skip


async def _waiting(db: Db, actor: Actor, team: Sql) -> list[_Waiting]:
    """Everybody who waits for us, longest first: a bounded scan of the partial index of open waits."""
    return await db.all(
        _Waiting,
        Sql(
            "SELECT c.id, c.number, c.assignee_id, c.topic_id, c.severity, c.stake, c.per_s, c.wait_t0"
            " FROM conversations c WHERE c.workspace_id = {} AND c.status < 3 AND c.wait_t0 IS NOT NULL AND {} AND {}"
            " ORDER BY c.wait_t0, c.id LIMIT {}",
            actor.workspace_id, team, visible(actor), MOST,
        ),
    )  # fmt: skip


async def _price(db: Db, actor: Actor, rows: list[_Waiting]) -> int:
    """The sum of the rows' prices per hour. Of somebody whose patience is shorter than an hour no rate is said: of them
    it is what the next hour would lose."""
    lens = await load_lens(db, actor, db.now())
    total = 0.0
    for row in rows:
        if row.stake is None or row.per_s is None:
            continue
        scale = severity_scale(row.severity, lens.model)
        value = row.stake / scale if scale else 0.0
        waited_s = max(0.0, lens.now_s - row.wait_t0)
        if is_live(row.per_s):
            total += price_per_job(value, scale, waited_s, per_s=row.per_s, ahead_s=HOUR_S, model=lens.model)
        else:
            ahead_s = lens.ahead_s(row.topic_id)
            total += price_per_hour(value, scale, waited_s, per_s=row.per_s, ahead_s=ahead_s, model=lens.model)
    return round(total)


async def _promised(db: Db, actor: Actor, team: Sql, now: datetime) -> _Promised:
    return await db.one(
        _Promised,
        Sql(
            "SELECT count(*) FILTER (WHERE p.state = 1 AND p.due_at > {} AND (p.due_at <= {} OR p.warned_at IS NOT NULL))"
            " AS at_risk, count(*) FILTER (WHERE p.state = 4 OR p.due_at <= {}) AS broken,"
            " min(p.due_at) FILTER (WHERE p.state = 1 AND p.due_at > {}) AS next_due_at"
            " FROM conversations c JOIN promises p ON p.workspace_id = c.workspace_id AND p.conversation_id = c.id"
            " WHERE c.workspace_id = {} AND c.status < 3 AND c.wait_t0 IS NOT NULL AND p.ended_at IS NULL AND {} AND {}",
            now, now + RISK, now, now, actor.workspace_id, team, visible(actor),
        ),
    )  # fmt: skip


async def _counts(db: Db, actor: Actor, team: Sql, today: datetime) -> _Today:
    return await db.one(
        _Today,
        Sql(
            "SELECT (SELECT count(*) FROM messages m JOIN conversations c ON c.workspace_id = m.workspace_id"
            " AND c.id = m.conversation_id WHERE m.workspace_id = {} AND m.direction = 1 AND m.kind = 1"
            " AND m.deleted_at IS NULL AND m.occurred_at >= {} AND c.status <> 4 AND {} AND {}) AS received,"
            " (SELECT count(*) FROM episodes e JOIN conversations c ON c.workspace_id = e.workspace_id"
            " AND c.id = e.conversation_id WHERE e.workspace_id = {} AND e.resolved_at >= {} AND c.status <> 4"
            " AND {} AND {}) AS resolved",
            actor.workspace_id, today, team, visible(actor), actor.workspace_id, today, team, visible(actor),
        ),
    )  # fmt: skip


async def _first_reply(db: Db, actor: Actor, today: Cohort, week: Cohort) -> tuple[Value, Value]:
    from hark.reports.build import build_report

    report = await build_report(db, actor, today, week, keys=("first_reply",))
    figure = next(f for f in report.figures if f.clock == "customer")
    assert figure.before is not None
    return figure.now, figure.before
