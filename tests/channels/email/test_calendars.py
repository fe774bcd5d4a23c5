"""Invitations in one line."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.calendars import summarize

SHARED = Path(__file__).parents[4] / "shared" / "data" / "calendar"


def event(*lines: str, method: str = "REQUEST") -> str:
    text = "\r\n".join(
        [
            "BEGIN:VCALENDAR",
            f"METHOD:{method}",
            "BEGIN:VEVENT",
            "SUMMARY:회의",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
    )
    return summarize(text.encode(), "utf-8")


@pytest.mark.parametrize(("lines", "want"), [
    (["DTSTART:20230103T060000Z", "DTEND:20230103T070000Z"], "Invitation: 회의. When: 2023-01-03 06:00 to 07:00 (UTC)."),
    (["DTSTART;TZID=Asia/Seoul:20230103T150000", "DTEND;TZID=Asia/Seoul:20230104T010000"], "Invitation: 회의. When: 2023-01-03 15:00 to 2023-01-04 01:00 (Asia/Seoul)."),
    (["DTSTART;VALUE=DATE:20230103", "DTEND;VALUE=DATE:20230104"], "Invitation: 회의. When: 2023-01-03."),
    (["DTSTART;VALUE=DATE:20230103", "DTEND;VALUE=DATE:20230106", "RRULE:FREQ=YEARLY"], "Invitation: 회의. When: 2023-01-03 to 2023-01-05, repeated."),
    (["DTSTART:20230103T150000", "DURATION:PT1H30M"], "Invitation: 회의. When: 2023-01-03 15:00 for 1h30m."),
    (["DTSTART:20231399T150000", "DTEND;VALUE=DATE:20231399", "LOCATION:Sala 2\\, piano 1"], "Invitation: 회의. When: 2023-13-99 15:00. Where: Sala 2, piano 1."),
    (["ORGANIZER;CN=\"Rossi; Anna\":mailto:anna@example.org"], "Invitation: 회의. Organizer: Rossi; Anna (anna@example.org)."),
    (["STATUS:CANCELLED"], "Cancelled invitation: 회의."), (["BEGIN:VALARM", "SUMMARY:alarm", "END:VALARM"], "Invitation: 회의."),
    (["END:VEVENT", "BEGIN:VEVENT", "SUMMARY:other"], "Invitation: 회의. And 1 more."),
])  # fmt: skip
def test_what_when_where(lines: list[str], want: str) -> None:
    assert event(*lines) == want


@pytest.mark.parametrize(("method", "start"), [
    ("CANCEL", "Cancelled invitation: "), ("PUBLISH", "Calendar entry: "), ("COUNTER", "Proposal of another time: "), ("X", "Calendar entry: "),
    ("REPLY", "Declined by Kim (kim@example.com): "),
])  # fmt: skip
def test_what_kind(method: str, start: str) -> None:
    assert event("ATTENDEE;PARTSTAT=DECLINED;CN=Kim:mailto:kim@example.com", method=method).startswith(f"{start}회의")


def test_the_parts_method_counts_where_the_calendar_names_none() -> None:
    assert summarize(b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT", None, "request") == "Invitation: x."
    assert summarize(b"BEGIN:VCALENDAR\nEND:VCALENDAR", None) == ""


@given(st.lists(st.sampled_from(["BEGIN:VEVENT", "END:VEVENT", "BEGIN:", "DTSTART:20230103", "DTEND:99999999", "DTSTART;TZID=\"", ";:", "SUMMARY;x=:\\", " folded",
                                 "RRULE", "ATTENDEE:", "ORGANIZER;CN=:", "\x00", "METHOD:REPLY", "DURATION:P"]), max_size=20).map("\r\n".join))  # fmt: skip
def test_nothing_raises(text: str) -> None:
    assert "\n" not in summarize(text.encode(), None)


def test_shared_calendars() -> None:
    if not SHARED.exists():
        pytest.skip("shared data 'calendar' is not beside this checkout")
    files = list(SHARED.rglob("*.ics"))
    assert len(files) > 50
    assert sum(1 for path in files if summarize(path.read_bytes(), None)) > len(files) / 2
