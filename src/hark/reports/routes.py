"""The report page's addresses. What counts (numpy) is imported when the first report is asked for: a process that
shows none neither waits for it nor holds it."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.http import get
from hark.core.paging import Page
from hark.filters.parse import parse_query
from hark.reports.types import (
    Breakdown,
    By,
    CaseRef,
    Channel,
    Clock,
    Cohort,
    Compare,
    FigureInfo,
    Interval,
    Report,
)

MAX_PERIOD = timedelta(days=3 * 366)
MAX_HOURS = timedelta(days=92)


async def report_figures() -> Page[FigureInfo]:
    """Every figure with its formula, clock and version, and what it can be broken down by."""
    from hark.reports.build import list_figures

    return Page(items=list_figures())


async def report_summary(
    db: Db,
    actor: Actor,
    start: datetime,
    end: datetime,
    compare: Compare = "previous",
    compare_start: datetime | None = None,
    compare_end: datetime | None = None,
    interval: Interval = "day",
    time_zone: str = "UTC",
    account_id: int | None = None,
    channel: Channel | None = None,
    team_id: int | None = None,
    agent_id: int | None = None,
    tag_id: int | None = None,
    topic_id: int | None = None,
    company_id: UUID | None = None,
    filter: str | None = None,
    figures: str | None = None,
) -> Report:
    """Figures of [start, end) beside those of the period before, of the same days last year, or of any other period.
    `figures` names them, separated by commas; the main ones otherwise."""
    from hark.reports.build import build_report

    cohort = make_cohort(
        start, end, interval=interval, time_zone=time_zone, account_id=account_id, channel=channel, team_id=team_id,
        agent_id=agent_id, tag_id=tag_id, topic_id=topic_id, company_id=company_id, filter=filter,
    )  # fmt: skip
    before = comparison(cohort, compare, compare_start, compare_end)
    keys = [key.strip() for key in figures.split(",")] if figures else []
    return await build_report(db, actor, cohort, before, keys=keys)


async def report_breakdown(
    db: Db,
    actor: Actor,
    start: datetime,
    end: datetime,
    figure: str,
    by: By,
    clock: Clock | None = None,
    compare: Compare = "previous",
    compare_start: datetime | None = None,
    compare_end: datetime | None = None,
    time_zone: str = "UTC",
    account_id: int | None = None,
    channel: Channel | None = None,
    team_id: int | None = None,
    agent_id: int | None = None,
    tag_id: int | None = None,
    topic_id: int | None = None,
    company_id: UUID | None = None,
    filter: str | None = None,
) -> Breakdown:
    """One figure by one dimension, beside the comparison period."""
    from hark.reports.build import build_breakdown

    cohort = make_cohort(
        start, end, interval="day", time_zone=time_zone, account_id=account_id, channel=channel, team_id=team_id,
        agent_id=agent_id, tag_id=tag_id, topic_id=topic_id, company_id=company_id, filter=filter,
    )  # fmt: skip
    before = comparison(cohort, compare, compare_start, compare_end)
    return await build_breakdown(db, actor, cohort, before, key=figure, clock=clock, by=by)


async def report_cases(
    db: Db,
    actor: Actor,
    start: datetime,
    end: datetime,
    figure: str,
    clock: Clock | None = None,
    by: By | None = None,
    key: str = "",
    waiting: bool | None = None,
    time_zone: str = "UTC",
    account_id: int | None = None,
    channel: Channel | None = None,
    team_id: int | None = None,
    agent_id: int | None = None,
    tag_id: int | None = None,
    topic_id: int | None = None,
    company_id: UUID | None = None,
    filter: str | None = None,
) -> Page[CaseRef]:
    """The conversations behind one figure, or behind the row `key` of its breakdown `by`: longest first, at most 200."""
    from hark.reports.build import cases_behind

    cohort = make_cohort(
        start, end, interval="day", time_zone=time_zone, account_id=account_id, channel=channel, team_id=team_id,
        agent_id=agent_id, tag_id=tag_id, topic_id=topic_id, company_id=company_id, filter=filter,
    )  # fmt: skip
    found = await cases_behind(db, actor, cohort, key=figure, clock=clock, by=by, member=key, waiting=waiting)
    return Page(items=found)


def make_cohort(
    start: datetime, end: datetime, *, interval: Interval, time_zone: str, filter: str | None = None, **filters: Any
) -> Cohort:
    """The cohort that query parameters describe.

    Raises BadRequest for a period without a zone, backwards or too long, an unknown time zone or a bad filter.
    """
    _check_period(start, end)
    if interval == "hour" and end - start > MAX_HOURS:
        raise BadRequest("By the hour the period must be at most three months long.", code="bad_period")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRequest(
            f"{time_zone} is not a time zone. Use a name such as Europe/Rome.", code="bad_time_zone"
        ) from error
    return Cohort(
        start=start, end=end, interval=interval, time_zone=time_zone,
        condition=parse_query(filter) if filter else None, **filters,
    )  # fmt: skip


def comparison(cohort: Cohort, compare: Compare, start: datetime | None, end: datetime | None) -> Cohort | None:
    """The cohort to stand beside: the dates given, else the period of equal length before, the same days of the year
    before (local time; 29 February becomes the 28th), or none."""
    if start is not None and end is not None:
        _check_period(start, end)
        return msgspec.structs.replace(cohort, start=start, end=end)
    if compare == "none":
        return None
    if compare == "last_year":
        zone = ZoneInfo(cohort.time_zone)
        return msgspec.structs.replace(
            cohort, start=_year_before(cohort.start, zone), end=_year_before(cohort.end, zone)
        )
    return msgspec.structs.replace(cohort, start=cohort.start - (cohort.end - cohort.start), end=cohort.start)


def _year_before(t: datetime, zone: ZoneInfo) -> datetime:
    local = t.astimezone(zone)
    leap = (local.month, local.day) == (2, 29)
    return local.replace(year=local.year - 1, day=28 if leap else local.day, fold=0)


def _check_period(start: datetime, end: datetime) -> None:
    if start.tzinfo is None or end.tzinfo is None:
        raise BadRequest("Give start and end with a time zone, such as 2026-03-01T00:00:00Z.", code="bad_period")
    if not start < end <= start + MAX_PERIOD:
        raise BadRequest("The period must end after it starts, and be at most three years long.", code="bad_period")


ROUTES = (
    get("/api/reports/figures", report_figures, can="reports.read"),
    get("/api/reports/summary", report_summary, can="reports.read"),
    get("/api/reports/breakdown", report_breakdown, can="reports.read"),
    get("/api/reports/cases", report_cases, can="reports.read"),
)
