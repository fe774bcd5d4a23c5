"""The report page's addresses. What counts (numpy) is imported when the first report is asked for: a process that
shows none neither waits for it nor holds it."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from litestar.di import Provide
from litestar.params import Dependency, QueryParameter

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.http import get
from hark.core.paging import Page
from hark.core.periods import check_period, get_zone
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
Chosen = Annotated[Cohort, Dependency(skip_validation=True)]


async def report_figures() -> Page[FigureInfo]:
    """Every figure with its formula, clock and version, and what it can be broken down by."""
    from hark.reports.build import list_figures

    return Page(items=list_figures())


async def report_summary(
    db: Db,
    actor: Actor,
    cohort: Chosen,
    interval: Interval = "day",
    compare: Compare = "previous",
    compare_start: datetime | None = None,
    compare_end: datetime | None = None,
    figures: str | None = None,
) -> Report:
    """Figures of [start, end) beside those of the period before, of the same days last year, or of any other period.
    `figures` names them, separated by commas; the main ones otherwise."""
    from hark.reports.build import build_report

    if interval == "hour" and cohort.end - cohort.start > MAX_HOURS:
        raise BadRequest("By the hour the period must be at most three months long.", code="bad_period")
    cohort = msgspec.structs.replace(cohort, interval=interval)
    before = comparison(cohort, compare, compare_start, compare_end)
    keys = [key.strip() for key in figures.split(",")] if figures else []
    return await build_report(db, actor, cohort, before, keys=keys)


async def report_breakdown(
    db: Db,
    actor: Actor,
    cohort: Chosen,
    figure: str,
    by: By,
    clock: Clock | None = None,
    compare: Compare = "previous",
    compare_start: datetime | None = None,
    compare_end: datetime | None = None,
) -> Breakdown:
    """One figure by one dimension, beside the comparison period."""
    from hark.reports.build import build_breakdown

    before = comparison(cohort, compare, compare_start, compare_end)
    return await build_breakdown(db, actor, cohort, before, key=figure, clock=clock, by=by)


async def report_cases(
    db: Db,
    actor: Actor,
    cohort: Chosen,
    figure: str,
    clock: Clock | None = None,
    by: By | None = None,
    key: str = "",
    waiting: bool | None = None,
) -> Page[CaseRef]:
    """The conversations behind one figure, or behind the row `key` of its breakdown `by`: longest first, at most 200."""
    from hark.reports.build import cases_behind

    found = await cases_behind(db, actor, cohort, key=figure, clock=clock, by=by, member=key, waiting=waiting)
    return Page(items=found)


def cohort_of(
    start: datetime,
    end: datetime,
    time_zone: str = "UTC",
    account_id: int | None = None,
    channel: Channel | None = None,
    team_id: int | None = None,
    agent_id: int | None = None,
    tag_id: int | None = None,
    topic_id: int | None = None,
    company_id: UUID | None = None,
    condition: Annotated[str | None, QueryParameter(name="filter")] = None,
) -> Cohort:
    """The cohort that query parameters describe, day by day.

    Raises BadRequest for a period without a zone, backwards or too long, an unknown time zone or a bad filter.
    """
    check_period(start, end, MAX_PERIOD, "three years")
    get_zone(time_zone)
    return Cohort(
        start=start, end=end, interval="day", time_zone=time_zone, account_id=account_id, channel=channel,
        team_id=team_id, agent_id=agent_id, tag_id=tag_id, topic_id=topic_id, company_id=company_id,
        condition=parse_query(condition) if condition else None,
    )  # fmt: skip


def comparison(cohort: Cohort, compare: Compare, start: datetime | None, end: datetime | None) -> Cohort | None:
    """The cohort to stand beside: the dates given, else the period of equal length before, the same days of the year
    before (local time; 29 February becomes the 28th), or none."""
    if start is not None and end is not None:
        check_period(start, end, MAX_PERIOD, "three years")
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


COHORT = {"cohort": Provide(cohort_of, sync_to_thread=False)}

ROUTES = (
    get("/api/reports/figures", report_figures, can="reports.read"),
    get("/api/reports/summary", report_summary, can="reports.read", dependencies=COHORT),
    get("/api/reports/breakdown", report_breakdown, can="reports.read", dependencies=COHORT),
    get("/api/reports/cases", report_cases, can="reports.read", dependencies=COHORT),
)
