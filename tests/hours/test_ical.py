"""Holidays of company calendars, as they really look."""

from datetime import date
from pathlib import Path

import pytest

from hark.core.errors import BadRequest
from hark.hours.ical import read_holidays

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\r\nUID:{n}\r\n{event}\r\nEND:VEVENT\r\n" for n, event in enumerate(events))
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//\r\n{body}END:VCALENDAR\r\n".encode()


def days(*events: str) -> dict[str, str]:
    return {str(one.date): one.name for one in read_holidays(ics(*events), first=FIRST, last=LAST)}


def test_a_day_and_several_days() -> None:
    assert days("DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Christmas") == {
        "2026-12-25": "Christmas", "2026-12-26": "Christmas",
    }  # fmt: skip
    assert days("DTSTART;VALUE=DATE:20260301\r\nSUMMARY:삼일절") == {"2026-03-01": "삼일절"}
    assert days("DTSTART;VALUE=DATE:20260810\r\nDURATION:P3D\r\nSUMMARY:Summer") == {
        f"2026-08-{n}": "Summer" for n in (10, 11, 12)
    }


def test_every_year() -> None:
    assert days("DTSTART;VALUE=DATE:20190501\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:May Day") == {"2026-05-01": "May Day"}
    ended = "DTSTART;VALUE=DATE:20190501\r\nRRULE:FREQ=YEARLY;UNTIL=20230501\r\nSUMMARY:Over"
    assert days(ended) == {}
    left_out = "DTSTART;VALUE=DATE:20260105\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEXDATE;VALUE=DATE:20260106\r\nSUMMARY:X"
    assert list(days(left_out)) == ["2026-01-05", "2026-01-07"]


@pytest.mark.parametrize(
    "rule",
    ["FREQ=SECONDLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYYEARDAY=366;BYMONTH=1", "FREQ=YEARLY;BYWEEKNO=60",
     "FREQ=YEARLY;INTERVAL=2;BYMONTH=2;BYDAY=5MO", "FREQ=MONTHLY;BYDAY=MO;BYMONTHDAY=31", "FREQ=YEARLY;BYMONTHDAY=x"],
)  # fmt: skip
def test_a_rule_that_never_ends_leaves_the_event_itself(rule: str) -> None:
    assert days(f"DTSTART;VALUE=DATE:20260501\r\nRRULE:{rule}\r\nSUMMARY:Day") == {"2026-05-01": "Day"}


@pytest.mark.parametrize("line", ["EXDATE;VALUE=DATE:x", "RDATE:x", "STATUS:", "DTEND;VALUE=DATE:x", "DURATION:x", "SUMMARY;X=:"])
def test_a_broken_line_costs_no_more_than_itself(line: str) -> None:
    assert "2026-05-01" in days(f"DTSTART;VALUE=DATE:20260501\r\n{line}\r\nRRULE:FREQ=YEARLY")


def test_the_rules_that_holidays_need() -> None:
    thanksgiving = "DTSTART;VALUE=DATE:20191128\r\nRRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH\r\nSUMMARY:Thanksgiving"
    assert days(thanksgiving) == {"2026-11-26": "Thanksgiving"}
    leap = "DTSTART;VALUE=DATE:20240229\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Leap"
    assert days(leap) == {}
    assert days("DTSTART;VALUE=DATE:09010101\r\nRRULE:FREQ=DAILY\r\nSUMMARY:For ever") == {}


def test_too_many_rules_are_refused() -> None:
    with pytest.raises(BadRequest, match="repeated days"):
        days(*["DTSTART;VALUE=DATE:20190501\r\nRRULE:FREQ=DAILY\r\nSUMMARY:x"] * 201)


def test_a_holiday_over_new_year_is_cut() -> None:
    assert list(days("DTSTART;VALUE=DATE:20251230\r\nDTEND;VALUE=DATE:20260103\r\nSUMMARY:Break")) == [
        "2026-01-01", "2026-01-02",
    ]  # fmt: skip


def test_meetings_and_cancelled_days_are_none() -> None:
    assert days("DTSTART:20260301T090000Z\r\nSUMMARY:Meeting") == {}
    assert days("DTSTART;VALUE=DATE:20260301\r\nSTATUS:CANCELLED\r\nSUMMARY:Off") == {}
    assert days("SUMMARY:No date") == {}


def test_overlapping_events_are_one_day() -> None:
    both = ("DTSTART;VALUE=DATE:20260501\r\nSUMMARY:May Day", "DTSTART;VALUE=DATE:20260501\r\nSUMMARY:Office closed")
    assert days(*both) == {"2026-05-01": "May Day"}


def test_what_is_no_calendar() -> None:
    for raw in (b"", b"<html>sign in</html>", b"\xff\xfe\x00"):
        with pytest.raises(BadRequest, match=r"\.ics"):
            read_holidays(raw, first=FIRST, last=LAST)


def test_real_and_broken_calendars_never_crash() -> None:
    folder = Path(__file__).parents[3] / "shared/data/calendar/ical"
    files = sorted(folder.rglob("*.ics"))
    if not files:
        pytest.skip("The calendars are not in shared/data/calendar/ical beside the checkout.")
    for file in files:
        try:
            found = read_holidays(file.read_bytes(), first=date(1990, 1, 1), last=date(2030, 12, 31))
        except BadRequest:
            continue
        assert [one.date for one in found] == sorted({one.date for one in found})
