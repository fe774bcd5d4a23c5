"""What arrived, what an answer takes and who works when: the facts a staffing plan is made of."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import msgspec

from hark.core.actor import Actor
from hark.core.db import Queries
from hark.core.sql import TRUE, Sql
from hark.staffing.forecast import Day

HISTORY = timedelta(weeks=26)
SLOTS = 48  # half hours of a day on the wall clock
CALENDAR_MISSING = "This team does not exist."


class Channel(msgspec.Struct, frozen=True):
    """A kind of channel that is open: the shortest promise and the mean patience of its accounts, seconds."""

    kind: int
    promise_s: float
    patience_s: float


async def open_channels(db: Queries, actor: Actor) -> list[Channel]:
    """The kinds of channel of the workspace that are connected."""
    return await db.all(
        Channel,
        "SELECT kind, min(expect_s)::float8 AS promise_s, avg(patience_s)::float8 AS patience_s FROM channel_accounts"
        " WHERE workspace_id = $1 AND disabled_at IS NULL GROUP BY kind ORDER BY kind",
        actor.workspace_id,
    )  # fmt: skip


class _Count(msgspec.Struct):
    on: date
    slot: int
    kind: int
    n: int


async def arrivals(
    db: Queries, actor: Actor, *, team_id: int | None, time_zone: str, now: datetime, holidays: frozenset[date]
) -> dict[int, list[Day]]:
    """Per kind of channel, the whole days of the last half year on the wall clock of `time_zone`, oldest first, from the
    first day on which anything arrived anywhere; days without a message are zeros.

    A mail is work each time it must be answered (a wait that a message opened), a chat once (the first wait).
    """
    rows = await db.all(
        _Count,
        Sql(
            "SELECT (w.opened_at AT TIME ZONE {})::date AS on,"
            " (extract(epoch FROM (w.opened_at AT TIME ZONE {})::time) / 1800)::int AS slot, a.kind, count(*)::int AS n"
            " FROM waits w JOIN channel_accounts a ON a.workspace_id = w.workspace_id AND a.id = w.account_id"
            " WHERE w.workspace_id = {} AND w.opened_at >= {} AND w.opened_at < {} AND w.cause = 1"
            " AND (a.kind = 1 OR w.first) AND {} GROUP BY 1, 2, 3",
            time_zone, time_zone, actor.workspace_id, now - HISTORY, now, _of_team(team_id),
        ),
    )  # fmt: skip
    if not rows:
        return {}
    first, end = min(row.on for row in rows), _today(now, time_zone)
    dates = [first + timedelta(days=n) for n in range((end - first).days)]
    if now - HISTORY > datetime.combine(first, datetime.min.time(), now.tzinfo) - timedelta(days=1):
        dates = dates[1:]  # the first day may be cut by the edge of the history
    found: dict[int, list[Day]] = {}
    for kind in sorted({row.kind for row in rows}):
        counts = {day: [0.0] * SLOTS for day in dates}
        for row in rows:
            if row.kind == kind and row.on in counts:
                counts[row.on][min(row.slot, SLOTS - 1)] += row.n
        found[kind] = [Day(day, tuple(slots), holiday=day in holidays) for day, slots in counts.items()]
    return found


def _of_team(team_id: int | None) -> Sql:
    return TRUE if team_id is None else Sql("w.team_id = {}", team_id)


def _today(now: datetime, time_zone: str) -> date:
    from zoneinfo import ZoneInfo

    return now.astimezone(ZoneInfo(time_zone)).date()


class Measured(msgspec.Struct, frozen=True):
    """Mean seconds of work of one arrival of a kind of channel, over `n` of them."""

    kind: int
    work_s: float
    n: int


async def work_measured(db: Queries, actor: Actor, *, team_id: int | None, now: datetime) -> list[Measured]:
    """What an arrival took in the last 90 days: the time composers were active, over the answers they were active for."""
    return await db.all(
        Measured,
        Sql(
            "WITH worked AS (SELECT conversation_id, sum(extract(epoch FROM t1 - t0)) AS seconds FROM handling"
            " WHERE workspace_id = {} AND t0 >= {} GROUP BY conversation_id), answered AS ("
            " SELECT w.conversation_id, a.kind, count(*) AS n FROM waits w"
            " JOIN channel_accounts a ON a.workspace_id = w.workspace_id AND a.id = w.account_id"
            " WHERE w.workspace_id = {} AND w.opened_at >= {} AND w.outcome IN (1, 2) AND (a.kind = 1 OR w.first) AND {}"
            " GROUP BY 1, 2)"
            " SELECT kind, (sum(seconds) / sum(n))::float8 AS work_s, sum(n)::int AS n FROM answered JOIN worked"
            " USING (conversation_id) GROUP BY kind",
            actor.workspace_id, now - timedelta(days=90), actor.workspace_id, now - timedelta(days=90), _of_team(team_id),
        ),
    )  # fmt: skip


class Worker(msgspec.Struct, frozen=True):
    """A person who answers: by which hours, null for those of the team or workspace."""

    id: int
    calendar_id: int | None


class Away(msgspec.Struct, frozen=True):
    agent_id: int
    start: datetime
    end: datetime


async def team_calendar(db: Queries, actor: Actor, team_id: int | None) -> int:
    """The calendar a team works by, or the workspace's default. Raises NotFound for a team that is not there."""
    if team_id is None:
        return await db.one(int, "SELECT id FROM calendars WHERE workspace_id = $1 AND is_default", actor.workspace_id)
    return await db.one(
        int,
        "SELECT coalesce(t.calendar_id, c.id) FROM teams t JOIN calendars c ON c.workspace_id = t.workspace_id AND c.is_default"
        " WHERE t.workspace_id = $1 AND t.id = $2",
        actor.workspace_id, team_id, missing=CALENDAR_MISSING,
    )  # fmt: skip


def days_of(history: dict[int, list[Day]]) -> Sequence[Day]:
    """All channels together, day by day."""
    return [
        Day(same[0].date, tuple(map(sum, zip(*(day.counts for day in same), strict=True))), same[0].holiday)
        for same in zip(*history.values(), strict=True)
    ]


async def list_workers(db: Queries, actor: Actor, team_id: int | None) -> list[Worker]:
    """Everybody who can be given work (capacity above 0), of one team or of all."""
    return await db.all(
        Worker,
        "SELECT a.id, w.calendar_id FROM agents a LEFT JOIN agent_work w ON w.workspace_id = a.workspace_id AND w.agent_id = a.id"
        " WHERE a.workspace_id = $1 AND a.disabled_at IS NULL AND coalesce(w.capacity, 1) > 0 AND ($2::int IS NULL OR EXISTS (SELECT"
        " FROM team_members m WHERE m.workspace_id = a.workspace_id AND m.agent_id = a.id AND m.team_id = $2)) ORDER BY a.id",
        actor.workspace_id, team_id,
    )  # fmt: skip


async def list_away(db: Queries, actor: Actor, start: datetime, end: datetime) -> list[Away]:
    """Absences that touch the period."""
    return await db.all(
        Away,
        'SELECT agent_id, starts_at AS start, ends_at AS "end" FROM absences'
        " WHERE workspace_id = $1 AND starts_at < $3 AND ends_at > $2",
        actor.workspace_id, start, end,
    )  # fmt: skip
