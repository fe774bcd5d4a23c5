"""The report page's addresses."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.http import get
from hark.core.paging import Page
from hark.reports.figures import build_report, cases_behind
from hark.reports.types import CaseRef, Clock, Cohort, Interval, Report

MAX_PERIOD = timedelta(days=3 * 366)


async def report_summary(
    db: Db,
    actor: Actor,
    start: datetime,
    end: datetime,
    compare_start: datetime | None = None,
    compare_end: datetime | None = None,
    interval: Interval = "day",
    time_zone: str = "UTC",
    account_id: int | None = None,
    team_id: int | None = None,
    agent_id: int | None = None,
    tag_id: int | None = None,
) -> Report:
    """Figures of [start, end) beside those of the comparison period (default: the period of equal length before)."""
    cohort = _cohort(start, end, interval, time_zone, account_id, team_id, agent_id, tag_id)
    before = _cohort(
        compare_start or start - (end - start),
        compare_end or start,
        interval,
        time_zone,
        account_id,
        team_id,
        agent_id,
        tag_id,
    )
    return await build_report(db, actor, cohort, before)


async def report_cases(
    db: Db,
    actor: Actor,
    start: datetime,
    end: datetime,
    figure: str,
    clock: Clock | None = None,
    account_id: int | None = None,
    team_id: int | None = None,
    agent_id: int | None = None,
    tag_id: int | None = None,
) -> Page[CaseRef]:
    """The conversations behind one figure, longest first, at most 200."""
    cohort = _cohort(start, end, "day", "UTC", account_id, team_id, agent_id, tag_id)
    return Page(items=await cases_behind(db, actor, cohort, figure, clock))


def _cohort(
    start: datetime,
    end: datetime,
    interval: Interval,
    time_zone: str,
    account_id: int | None,
    team_id: int | None,
    agent_id: int | None,
    tag_id: int | None,
) -> Cohort:
    if start.tzinfo is None or end.tzinfo is None:
        raise BadRequest("Give start and end with a time zone, such as 2026-03-01T00:00:00Z.", code="bad_period")
    if not start < end <= start + MAX_PERIOD:
        raise BadRequest("The period must end after it starts, and be at most three years long.", code="bad_period")
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadRequest(
            f"{time_zone} is not a time zone. Use a name such as Europe/Rome.", code="bad_time_zone"
        ) from error
    return Cohort(
        start=start, end=end, interval=interval, time_zone=time_zone, account_id=account_id, team_id=team_id,
        agent_id=agent_id, tag_id=tag_id,
    )  # fmt: skip


ROUTES = (
    get("/api/reports/summary", report_summary, can="reports.read"),
    get("/api/reports/cases", report_cases, can="reports.read"),
)
