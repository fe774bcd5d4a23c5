"""Holidays from an iCalendar (RFC 5545): what companies keep their closing days in."""

from datetime import date, datetime, timedelta
from typing import Any

from hark.core.errors import BadRequest
from hark.hours.types import Holiday

MAX_DAYS = 1000
MAX_RULES = 200
MAX_YEARS = 30
FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
PLAIN_PARTS = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY"})


def read_holidays(raw: bytes, *, first: date, last: date) -> list[Holiday]:
    """The whole-day events between `first` and `last`, both included, in order, one entry a date.

    An event of several days is each of them (DTEND is the day after, RFC 5545 3.6.1), a repeated one (RRULE, RDATE,
    EXDATE) each time; of a rule that is not plain (see `_is_plain`) only the event itself; cancelled ones and those with a
    clock time are left out. Raises BadRequest when it is no iCalendar.
    """
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(raw)
    except (ValueError, IndexError, KeyError) as error:
        raise BadRequest("This address gives no iCalendar. Copy the address that ends in .ics.", code="bad_ical") from error
    days: dict[date, str] = {}
    events = calendar.walk("VEVENT")
    if sum("RRULE" in event for event in events) > MAX_RULES:
        raise BadRequest(f"This calendar has more than {MAX_RULES} repeated days.", code="bad_ical")
    for event in events:
        name = str(event.get("SUMMARY", "")).strip()[:200]
        for day in _days(event, first, last):
            days.setdefault(day, name)
            if len(days) > MAX_DAYS:
                raise BadRequest(f"This calendar closes more than {MAX_DAYS} days.", code="bad_ical")
    return [Holiday(date=day, name=name) for day, name in sorted(days.items())]


def _days(event: Any, first: date, last: date) -> list[date]:
    start = _value(event, "DTSTART")
    if not isinstance(start, date) or isinstance(start, datetime) or str(event.get("STATUS", "")) == "CANCELLED":
        return []
    length = _length(event, start)
    reach = first - timedelta(days=length)
    starts = [start, *_repeated(event, start, reach, last)]
    left_out = {_date(one) for one in _dates(event, "EXDATE")}
    begins = {one for one in starts if reach <= one <= last and one not in left_out}
    found = (begin + timedelta(days=n) for begin in begins for n in range(length))
    return [day for day in found if first <= day <= last]


def _length(event: Any, start: date) -> int:
    """Days of the event, at least one and at most a year."""
    end, duration = _value(event, "DTEND"), _value(event, "DURATION")
    days = (_date(end) - start).days if isinstance(end, date) else duration.days if isinstance(duration, timedelta) else 1
    return min(max(days, 1), 366)


def _repeated(event: Any, start: date, first: date, last: date) -> list[date]:
    from dateutil.rrule import rrulestr
    from icalendar import vRecur

    more = [_date(one) for one in _dates(event, "RDATE")]
    rule = event.get("RRULE")
    if not isinstance(rule, vRecur) or not _is_plain(rule, start, last):  # none, several, or one that is broken
        return more
    try:
        rules = rrulestr(event["RRULE"].to_ical().decode(), dtstart=_midnight(start))
        between = rules.between(_midnight(first), _midnight(last), inc=True, count=MAX_DAYS)
    except ValueError:
        return more  # a rule nobody understands: the event itself stays
    return more + [one.date() for one in between]


def _is_plain(rule: Any, start: date, last: date) -> bool:
    """Whether a rule is of those that holidays need and that end soon: RFC 5545 also has rules by the second, and rules
    that never come true, which would be looked for until the year 9999."""
    if not rule.keys() <= PLAIN_PARTS or str(rule.get("FREQ", [""])[0]) not in FREQUENCIES:
        return False
    chosen = rule.keys() & {"BYDAY", "BYMONTH", "BYMONTHDAY"}
    days = [int(day) for day in rule.get("BYMONTHDAY", [])]
    if chosen and int(rule.get("INTERVAL", [1])[0]) != 1:
        return False
    if {"BYDAY", "BYMONTHDAY"} <= chosen or any(not 1 <= abs(day) <= 28 for day in days):
        return False
    return (last - start).days <= MAX_YEARS * 366


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())


def _value(event: Any, name: str) -> Any:
    try:
        return event.decoded(name)
    except (KeyError, ValueError, AttributeError, TypeError):
        return None


def _dates(event: Any, name: str) -> list[Any]:
    from icalendar import vDDDLists

    found = event.get(name, [])
    lists = found if isinstance(found, list) else [found]
    return [one.dt for each in lists if isinstance(each, vDDDLists) for one in each.dts if isinstance(one.dt, date)]


def _date(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
