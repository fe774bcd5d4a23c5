"""What a report page shows, as its address has it: the same words in the browser, in a saved report and in a mail."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from hark.core.actor import Actor
from hark.core.errors import BadRequest, Forbidden
from hark.core.http import Body
from hark.reports.types import By, Channel, Clock, Interval

Preset = Literal["today", "7d", "28d", "90d", "thisMonth", "lastMonth", "year", "custom"]
Comparison = Literal["before", "lastYear", "none", "custom"]


class ReportState(Body, omit_defaults=True):
    """A page with every choice of its reader. Days of a `custom` period are whole and both included. An empty `zone` is
    the reader's own."""

    page: Literal["overview", "breakdown"] = "overview"
    period: Preset = "28d"
    start: date | None = None
    end: date | None = None
    compare: Comparison = "before"
    compare_start: date | None = None
    compare_end: date | None = None
    zone: Annotated[str, msgspec.Meta(max_length=64)] = ""
    clock: Clock = "team"
    figure: Annotated[str, msgspec.Meta(max_length=40, pattern="^[a-z_]+$")] = "first_reply"
    by: By = "team"
    channel: Channel | None = None
    account: int | None = None
    team: int | None = None
    agent: int | None = None
    tag: int | None = None
    topic: int | None = None
    company: UUID | None = None
    filter: Annotated[str, msgspec.Meta(max_length=20_000)] | None = (
        None  # a condition of the filter catalogue as JSON text
    )


class Span(msgspec.Struct, frozen=True):
    """[start, end) in whole days of the zone."""

    start: datetime
    end: datetime


def require_owner(actor: Actor) -> int:
    """The person a saved report or a schedule belongs to, also when their token acts. Raises Forbidden for nobody."""
    if actor.agent_id is None:
        raise Forbidden("Only a person of the team can keep reports.")
    return actor.agent_id


def period_of(state: ReportState, now: datetime, zone: ZoneInfo, *, through_yesterday: bool = False) -> Span:
    """The period a state means at `now`; today counts, but not in a mail, which would tell of half a day.

    Raises BadRequest(code="bad_period") when a custom period has no days.
    """
    today = now.astimezone(zone).date()
    end = today if through_yesterday and state.period != "custom" else today + timedelta(days=1)
    match state.period:
        case "today":
            return _days(today - timedelta(days=1) if through_yesterday else today, end, zone)
        case "7d" | "28d" | "90d":
            return _days(end - timedelta(days=int(state.period[:-1])), end, zone)
        case "year":
            return _days(end - timedelta(days=365), end, zone)
        case "thisMonth":
            last = end - timedelta(days=1)
            return _days(last.replace(day=1), end, zone)
        case "lastMonth":
            first = today.replace(day=1)
            return _days((first - timedelta(days=1)).replace(day=1), first, zone)
        case "custom":
            return _custom(state.start, state.end, zone)


def comparison_of(state: ReportState, span: Span, zone: ZoneInfo) -> Span | None:
    """What it is compared with: whole days too, so that a change of clocks moves no edge off midnight."""
    first, after = span.start.astimezone(zone).date(), span.end.astimezone(zone).date()
    match state.compare:
        case "none":
            return None
        case "before":
            return _days(first - (after - first), first, zone)
        case "lastYear":
            return _days(_year_before(first), _year_before(after), zone)
        case "custom":
            return _custom(state.compare_start, state.compare_end, zone)


def interval_of(span: Span) -> Interval:
    days = (span.end - span.start) / timedelta(days=1)
    if days <= 2:
        return "hour"
    return "day" if days <= 45 else "week" if days <= 200 else "month"


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year - 1, month=3, day=1)


def _custom(start: date | None, end: date | None, zone: ZoneInfo) -> Span:
    if start is None or end is None or end < start:
        raise BadRequest("A period of your own needs a first and a last day, in this order.", code="bad_period")
    return _days(start, end + timedelta(days=1), zone)


def _days(first: date, after: date, zone: ZoneInfo) -> Span:
    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), zone).astimezone(UTC)

    return Span(midnight(first), midnight(after))
