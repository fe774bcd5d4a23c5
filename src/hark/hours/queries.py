"""Reading calendars: as objects that count open time, and as people see them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from hark.core.actor import Actor
from hark.core.clock import from_unix, unix
from hark.core.db import Queries, Tx
from hark.core.errors import NotFound
from hark.core.sql import Sql
from hark.hours.open_time import Calendar
from hark.hours.types import (
    CalendarView,
    DayView,
    FeedView,
    Holiday,
    HoursPreview,
    OpenSpan,
    Period,
    Plan,
    Version,
    VersionView,
)

MISSING = "These hours do not exist."


class Calendars:
    """All calendars of a workspace by id, as they were when loaded. A KeyError means an id of another workspace."""

    def __init__(self, calendars: dict[int, Calendar]) -> None:
        self.by_id = calendars

    def F(self, calendar_id: int, t: float) -> float:  # noqa: N802 - the papers call it F
        """Cumulative open seconds of a calendar at `t` (seconds since 1970)."""
        return self.by_id[calendar_id].F(t)

    def f_now(self, t: float) -> dict[int, float]:
        """F(t) of every calendar: what `hark.value.order.u_sql` takes."""
        return {id: calendar.F(t) for id, calendar in self.by_id.items()}


async def load_calendars(db: Queries, workspace_id: int) -> Calendars:
    """The calendars as they stand now. One short statement; the tables are kept from one call to the next."""
    rows = await db.all(_Loaded, _LOAD, workspace_id)
    return Calendars({row.id: _calendar(row.versions) for row in rows})


async def open_seconds(tx: Tx) -> Callable[[int, float], float]:
    """F(calendar id, t) for the transaction's workspace: what the journey is given."""
    return (await load_calendars(tx, tx.workspace_id)).F


async def list_calendars(db: Queries, actor: Actor, *, now: datetime) -> list[CalendarView]:
    """All calendars, the default one first."""
    rows = await db.all(_Row, Sql(_ROWS + " ORDER BY c.is_default DESC, c.name, c.id", actor.workspace_id))
    calendars = await load_calendars(db, actor.workspace_id)
    return [_view(row, calendars.by_id[row.id], actor, now) for row in rows]


async def get_calendar(db: Queries, actor: Actor, id: int, *, now: datetime) -> CalendarView:
    """One calendar. Raises NotFound."""
    row = await db.one(_Row, Sql(_ROWS + " AND c.id = {}", actor.workspace_id, id), missing=MISSING)
    calendars = await load_calendars(db, actor.workspace_id)
    return _view(row, calendars.by_id[id], actor, now)


class Named(msgspec.Struct):
    id: int
    name: str


async def find_calendar(tx: Tx, name: str | None) -> Named | None:
    """The calendar of this name, or the workspace's default."""
    return await tx.find(
        Named,
        "SELECT id, name FROM calendars WHERE workspace_id = $1"
        " AND CASE WHEN $2::text IS NULL THEN is_default ELSE name = $2 END",
        tx.workspace_id, name,
    )  # fmt: skip


async def preview_calendar(db: Queries, actor: Actor, id: int, *, days: int, now: datetime) -> HoursPreview:
    """The open hours of today and the following days, by the versions that will be in force. Raises NotFound."""
    calendar = (await load_calendars(db, actor.workspace_id)).by_id.get(id)
    if calendar is None:
        raise NotFound(MISSING)
    opens = calendar.next_open(unix(now))
    first = now.astimezone(ZoneInfo(_in_force(calendar, now).tz)).date()
    return HoursPreview(
        open_now=calendar.open_at(unix(now)),
        next_open=None if opens is None or calendar.open_at(unix(now)) else from_unix(opens),
        days=[_day(calendar, first + timedelta(days=n)) for n in range(days)],
    )


def _day(calendar: Calendar, day: date) -> DayView:
    """A date in the zone that is in force at its noon."""
    plan = _in_force(calendar, datetime.combine(day, time(12), UTC))
    zone = ZoneInfo(plan.tz)
    begin = datetime.combine(day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    spans = calendar.open_intervals(unix(begin), unix(end))
    return DayView(
        date=day,
        tz=plan.tz,
        open=[OpenSpan(start=_local(s.start, zone), end=_local(s.end, zone)) for s in spans],
        open_s=sum(s.end - s.start for s in spans),
        holiday=next((holiday.name for holiday in plan.holidays if holiday.date == day), None),
    )


def _local(t: float, zone: ZoneInfo) -> datetime:
    return from_unix(t).astimezone(zone)


def _in_force(calendar: Calendar, t: datetime) -> Plan:
    return calendar.versions[_current(calendar, t)].plan


def _current(calendar: Calendar, t: datetime) -> int:
    return max(0, sum(version.valid_from <= t for version in calendar.versions) - 1)


def _view(row: "_Row", calendar: Calendar, actor: Actor, now: datetime) -> CalendarView:
    return CalendarView(
        id=row.id,
        name=row.name,
        is_default=row.is_default,
        always_open=_in_force(calendar, now).always_open,
        current=_current(calendar, now),
        versions=[VersionView(valid_from=version.valid_from, plan=version.plan) for version in calendar.versions],
        feed=None if row.url is None else FeedView(
            url=row.url, checked_at=row.checked_at, days=row.days, problem=row.problem
        ),
        can=["write"] if actor.can("hours.write") else [],
    )


class _Row(msgspec.Struct):
    id: int
    name: str
    is_default: bool
    url: str | None
    checked_at: datetime | None
    days: int
    problem: str | None


_ROWS = """
SELECT c.id, c.name, c.is_default, f.url, f.checked_at, coalesce(jsonb_array_length(f.days), 0) AS days, f.problem
FROM calendars c LEFT JOIN calendar_feeds f ON f.workspace_id = c.workspace_id AND f.calendar_id = c.id
WHERE c.workspace_id = {}"""


class _Loaded(msgspec.Struct):
    """A calendar and its versions as JSON text, which is the key under which the counted object is kept."""

    id: int
    versions: str


class _Stored(msgspec.Struct):
    valid_from: datetime
    tz: str
    periods: tuple[Period, ...]
    holidays: tuple[Holiday, ...]
    f_base: int


# By content, so nothing has to be invalidated: other versions are another key.
@lru_cache(maxsize=512)
def _calendar(versions: str) -> Calendar:
    stored: Any = msgspec.json.decode(versions, type=list[_Stored])
    return Calendar(
        [Version(valid_from=v.valid_from.astimezone(UTC), plan=Plan(tz=v.tz, periods=v.periods, holidays=v.holidays),
                 f_base=v.f_base) for v in stored]
    )  # fmt: skip


_LOAD = """
SELECT calendar_id AS id, jsonb_agg(jsonb_build_object('valid_from', valid_from, 'tz', tz, 'periods', periods,
  'holidays', holidays, 'f_base', f_base) ORDER BY valid_from)::text AS versions
FROM calendar_versions WHERE workspace_id = $1 GROUP BY calendar_id ORDER BY calendar_id
"""
