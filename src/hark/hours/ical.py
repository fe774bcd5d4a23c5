"""Holidays from an iCalendar (RFC 5545): what companies keep their closing days in."""

from datetime import date, datetime, timedelta
from typing import Any

from hark.core.errors import BadRequest
from hark.hours.types import Holiday

MAX_DAYS = 1000


def read_holidays(raw: bytes, *, first: date, last: date) -> list[Holiday]:
    """The whole-day events between `first` and `last`, both included, in order, one entry a date.

    An event of several days is each of them (DTEND is the day after, RFC 5545 3.6.1), a repeated one (RRULE, RDATE,
    EXDATE) each time; cancelled ones and those with a clock time are left out. Raises BadRequest when it is no iCalendar.
    """
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(raw)
    except (ValueError, IndexError, KeyError) as error:
        raise BadRequest("This address gives no iCalendar. Copy the address that ends in .ics.", code="bad_ical") from error
    days: dict[date, str] = {}
    for event in calendar.walk("VEVENT"):
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

    more = [_date(one) for one in _dates(event, "RDATE")]
    rule = event.get("RRULE")
    if rule is None:
        return more
    text = rule.to_ical().decode()
    try:
        rules = rrulestr(text, dtstart=datetime.combine(start, datetime.min.time()))
        between = rules.between(_midnight(first), _midnight(last), inc=True, count=MAX_DAYS)
    except ValueError:
        return more  # a rule nobody understands: the event itself stays
    return more + [one.date() for one in between]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time())


def _value(event: Any, name: str) -> Any:
    try:
        return event.decoded(name)
    except (KeyError, ValueError, AttributeError, TypeError):
        return None


def _dates(event: Any, name: str) -> list[Any]:
    found = event.get(name, [])
    lists = found if isinstance(found, list) else [found]
    return [one.dt for each in lists for one in getattr(each, "dts", []) if isinstance(one.dt, date)]


def _date(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value
