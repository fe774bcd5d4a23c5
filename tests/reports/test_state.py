"""The days a page speaks of, on the clock of its zone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.core.errors import BadRequest
from hark.reports.schedules import Every, next_time
from hark.reports.state import ReportState, comparison_of, interval_of, period_of

ROME = ZoneInfo("Europe/Rome")
NOW = datetime(2026, 3, 30, 9, tzinfo=UTC)  # a Monday, the day after the clocks of Rome changed


def days(state: ReportState, *, mail: bool = False) -> tuple[date, date]:
    span = period_of(state, NOW, ROME, through_yesterday=mail)
    assert span.start.astimezone(ROME).hour == span.end.astimezone(ROME).hour == 0
    return span.start.astimezone(ROME).date(), span.end.astimezone(ROME).date()


@pytest.mark.parametrize(
    ("state", "mail", "first", "after"),
    [
        (ReportState(period="7d"), False, date(2026, 3, 24), date(2026, 3, 31)),
        (ReportState(period="7d"), True, date(2026, 3, 23), date(2026, 3, 30)),
        (ReportState(period="today"), False, date(2026, 3, 30), date(2026, 3, 31)),
        (ReportState(period="today"), True, date(2026, 3, 29), date(2026, 3, 30)),
        (ReportState(period="thisMonth"), False, date(2026, 3, 1), date(2026, 3, 31)),
        (ReportState(period="lastMonth"), True, date(2026, 2, 1), date(2026, 3, 1)),
        (ReportState(period="custom", start=date(2026, 1, 1), end=date(2026, 1, 1)), True, date(2026, 1, 1), date(2026, 1, 2)),
    ],
)  # fmt: skip
def test_periods(state: ReportState, mail: bool, first: date, after: date) -> None:
    assert days(state, mail=mail) == (first, after)


def test_on_the_first_a_mail_of_this_month_tells_the_whole_month_before() -> None:
    span = period_of(ReportState(period="thisMonth"), datetime(2026, 4, 1, 6, tzinfo=UTC), ROME, through_yesterday=True)
    assert (span.start.astimezone(ROME).date(), span.end.astimezone(ROME).date()) == (
        date(2026, 3, 1),
        date(2026, 4, 1),
    )


def test_comparisons() -> None:
    span = period_of(ReportState(period="7d"), NOW, ROME)
    before = comparison_of(ReportState(compare="before"), span, ROME)
    assert before is not None
    assert before.end == span.start
    assert before.start.astimezone(ROME).date() == date(2026, 3, 17)
    year = comparison_of(ReportState(compare="lastYear"), span, ROME)
    assert year is not None
    assert year.start.astimezone(ROME).date() == date(2025, 3, 24)
    assert comparison_of(ReportState(compare="none"), span, ROME) is None
    own = ReportState(compare="custom", compare_start=date(2026, 1, 1), compare_end=date(2026, 1, 31))
    january = comparison_of(own, span, ROME)
    assert january is not None
    assert january.end - january.start == timedelta(days=31)


def test_a_period_of_ones_own_needs_both_days_in_order() -> None:
    for state in (
        ReportState(period="custom"),
        ReportState(period="custom", start=date(2026, 2, 2), end=date(2026, 2, 1)),
    ):
        with pytest.raises(BadRequest):
            period_of(state, NOW, ROME)


def test_steps_grow_with_the_period() -> None:
    spans = [period_of(ReportState(period=p), NOW, ROME) for p in ("today", "7d", "90d", "year")]
    assert [interval_of(span) for span in spans] == ["hour", "day", "week", "month"]


# schedules ------------------------------------------------------------------------------------------------------------


def nexts(every: Every, day: int, minute: int, after: datetime, n: int) -> list[datetime]:
    found = []
    for _ in range(n):
        after = next_time(every=every, day=day, minute=minute, time_zone="Europe/Rome", after=after)
        found.append(after)
    return found


def test_eight_in_the_morning_stays_eight_when_the_clocks_change() -> None:
    found = nexts("day", 0, 8 * 60, datetime(2026, 3, 28, tzinfo=UTC), 3)
    assert [at.hour for at in found] == [7, 6, 6]
    assert {at.astimezone(ROME).hour for at in found} == {8}


def test_a_time_the_clock_leaves_out_comes_as_much_later_and_one_that_comes_twice_comes_once() -> None:
    spring = nexts("day", 0, 2 * 60 + 30, datetime(2026, 3, 28, 12, tzinfo=UTC), 2)
    assert [at.astimezone(ROME).strftime("%d %H:%M") for at in spring] == ["29 03:30", "30 02:30"]
    autumn = nexts("day", 0, 2 * 60 + 30, datetime(2026, 10, 24, 12, tzinfo=UTC), 2)
    assert autumn == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 1, 30, tzinfo=UTC)]


def test_weeks_and_months() -> None:
    assert [at.astimezone(ROME).date() for at in nexts("week", 0, 0, NOW, 2)] == [date(2026, 4, 6), date(2026, 4, 13)]
    ends = [at.astimezone(ROME).date() for at in nexts("month", 31, 23 * 60, NOW, 3)]
    assert ends == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


@given(
    st.sampled_from(["Europe/Rome", "Asia/Seoul", "America/St_Johns", "Australia/Lord_Howe", "UTC"]),
    st.integers(0, 1439), st.integers(0, 3_000_000),
)  # fmt: skip
def test_a_daily_mail_comes_every_day_once(zone: str, minute: int, minutes: int) -> None:
    at, seen = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), []
    for _ in range(5):
        at = next_time(every="day", day=0, minute=minute, time_zone=zone, after=at)
        seen.append(at.astimezone(ZoneInfo(zone)).date())
    assert [(b - a).days for a, b in pairwise(seen)] == [1, 1, 1, 1]
