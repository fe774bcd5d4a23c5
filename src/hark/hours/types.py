"""Business hours as data: what a calendar version says, in the words people type into the form."""

from datetime import UTC, date, datetime
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from hark.core.events import Event
from hark.core.http import Body

DAY_MINUTES = 24 * 60

ClockTime = Annotated[str, msgspec.Meta(pattern=r"^(([01]\d|2[0-3]):[0-5]\d|24:00)$")]
"""`HH:MM` on the wall clock of the calendar's zone; `24:00` is the end of the day."""

Weekday = Annotated[int, msgspec.Meta(ge=0, le=6)]
"""0 is Monday, as in `date.weekday()`."""


class Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Open from `start` to `end` on one weekday; an `end` at or before `start` lies on the next day."""

    weekday: Weekday
    start: ClockTime
    end: ClockTime


class DayPeriod(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Open from `start` to `end` on one particular date; may cross midnight like `Period`."""

    start: ClockTime
    end: ClockTime


class Holiday(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A date that is not like its weekday: closed, or (a short day) open in `periods` only.

    Nothing of the weekly plan starts on that date, and a night shift of the evening before ends at its midnight.
    """

    date: date
    name: str = ""
    periods: tuple[DayPeriod, ...] = ()


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a team is open: zone, weekly periods, holidays. Overlapping periods count once."""

    tz: str
    periods: tuple[Period, ...]
    holidays: tuple[Holiday, ...] = ()

    @property
    def always_open(self) -> bool:
        """True for 24/7: every minute of the week is covered and no date is an exception."""
        return not self.holidays and open_minutes(self.periods) == 7 * DAY_MINUTES


class Version(msgspec.Struct, frozen=True):
    """A plan in force from `valid_from` until the next version; `f_base` is F(valid_from), in open seconds."""

    valid_from: datetime
    plan: Plan
    f_base: int = 0


ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
"""Where F is 0 and the first version of a new calendar starts; it also applies to the time before."""

ALWAYS = tuple(Period(weekday=day, start="00:00", end="24:00") for day in range(7))
"""The periods of a calendar that never closes."""

WEEKDAYS_9_TO_18 = tuple(Period(weekday=day, start="09:00", end="18:00") for day in range(5))


class BadPlan(ValueError):
    """The plan cannot be used; the message says why in a sentence for people."""


def minute_of_day(clock: str) -> int:
    """Minutes since midnight of `HH:MM`, 0 to 1440."""
    return int(clock[:2]) * 60 + int(clock[3:])


def span_minutes(start: str, end: str) -> tuple[int, int]:
    """`(from, to)` in minutes of the day a period starts on; `to` passes 1440 when it crosses midnight."""
    begin, stop = minute_of_day(start), minute_of_day(end)
    return begin, stop if stop > begin else stop + DAY_MINUTES


def open_minutes(periods: tuple[Period, ...]) -> int:
    """Open minutes of a plain week (no holidays, no clock change), overlaps counted once."""
    week = 7 * DAY_MINUTES
    covered: set[int] = set()
    for period in periods:
        begin, stop = span_minutes(period.start, period.end)
        offset = period.weekday * DAY_MINUTES
        covered.update(minute % week for minute in range(offset + begin, offset + stop))
    return len(covered)


def check_plan(plan: Plan) -> None:
    """Raise `BadPlan` for what the types alone cannot refuse: an unknown zone, a period that starts at 24:00
    or ends when it starts, a date listed twice."""
    try:
        ZoneInfo(plan.tz)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadPlan(f"{plan.tz!r} is not a known time zone. Choose one such as Europe/Rome.") from None
    day_periods = tuple(period for holiday in plan.holidays for period in holiday.periods)
    for period in plan.periods + day_periods:
        if period.start == "24:00" or period.start == period.end:
            raise BadPlan(f"{period.start} to {period.end} is not a period. Start and end must differ; "
                          "a whole day is 00:00 to 24:00.")
    dates = [holiday.date for holiday in plan.holidays]
    if len(set(dates)) < len(dates):
        raise BadPlan("A date stands twice among the holidays. Keep one entry for it.")


class NewCalendar(Body):
    """Hours to be created. The first ones of a workspace are its default in any case."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    plan: Plan
    is_default: bool = False


class NewVersion(Body):
    """Other hours from `valid_from` on (null: from now on); never in the past, which is not rewritten."""

    plan: Plan
    valid_from: datetime | None = None


class VersionView(msgspec.Struct, frozen=True, kw_only=True):
    valid_from: datetime
    plan: Plan


class FeedView(msgspec.Struct, frozen=True, kw_only=True):
    """The address a calendar takes holidays from; `problem` says why the last look there failed."""

    url: str
    checked_at: datetime | None
    days: int
    problem: str | None


class NewFeed(Body):
    """https or webcal address of an iCalendar whose whole-day events are holidays."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


class CalendarView(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar with all its versions in order of time; those after `current` are planned."""

    id: int
    name: str
    is_default: bool
    always_open: bool
    current: int
    """Index of the version in force now."""
    versions: list[VersionView]
    feed: FeedView | None
    can: list[str]


class OpenSpan(msgspec.Struct, frozen=True, kw_only=True):
    """Open from `start` to `end`, as instants in the zone in force."""

    start: datetime
    end: datetime


class DayView(msgspec.Struct, frozen=True, kw_only=True):
    """One date of the zone: its open spans (one that crosses midnight is cut there), their sum, its holiday's name."""

    date: date
    tz: str
    open: list[OpenSpan]
    open_s: float
    holiday: str | None


class HoursPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What a calendar means in the coming days. `next_open` is null while open, or when it never opens again."""

    open_now: bool
    next_open: datetime | None
    days: list[DayView]


class CalendarChanged(Event, frozen=True, kw_only=True):
    """Hours were created or will change; readers load them again."""

    kind: ClassVar[int] = 150
    calendar_id: int


EVENTS: tuple[type[Event], ...] = (CalendarChanged,)
