"""F(t) against a minute-by-minute oracle that only knows the wall clock, and the facts people rely on."""

from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hark.core.clock import unix
from hark.hours.open_time import Calendar, Interval, continuous, whole_second
from hark.hours.types import (
    ALWAYS,
    ORIGIN,
    WEEKDAYS_9_TO_18,
    BadPlan,
    DayPeriod,
    Holiday,
    Period,
    Plan,
    Version,
    check_plan,
    span_minutes,
)

ROME = ZoneInfo("Europe/Rome")
ZONES = ("Europe/Rome", "America/New_York", "Asia/Seoul", "Australia/Lord_Howe", "Africa/Casablanca", "UTC")
# A few days before clock changes of those zones (Rome and Casablanca in March, New York, Lord Howe) and new year.
WINDOWS = tuple(datetime(*day, tzinfo=UTC) for day in (
    (2024, 3, 29), (2024, 10, 25), (2024, 3, 8), (2024, 11, 1), (2024, 4, 5), (2024, 10, 4), (2023, 12, 30),
    (2025, 2, 21)))
DAYS = 4


def at(*parts: int, tz: str = "Europe/Rome", fold: int = 0) -> int:
    return whole_second(datetime(*parts, tzinfo=ZoneInfo(tz), fold=fold))  # type: ignore[arg-type,misc]


def wall_open(plan: Plan, second: int) -> bool:
    """The definition, written as slowly and plainly as possible."""
    local = datetime.fromtimestamp(second, ZoneInfo(plan.tz))
    minute = local.hour * 60 + local.minute
    yesterday = local.date() - timedelta(days=1)
    holidays = {holiday.date: holiday for holiday in plan.holidays}

    def spans(day: date) -> list[tuple[int, int]]:
        if day in holidays:
            return [span_minutes(p.start, p.end) for p in holidays[day].periods]
        return [span_minutes(p.start, p.end) for p in plan.periods if p.weekday == day.weekday()]

    if any(begin <= minute < stop for begin, stop in spans(local.date())):
        return True
    return local.date() not in holidays and any(minute + 1440 < stop for _, stop in spans(yesterday))


clock = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
ends = st.one_of(clock, st.just("24:00"))
day_periods = st.builds(DayPeriod, start=clock, end=ends).filter(lambda p: p.start != p.end)
periods = st.builds(Period, weekday=st.integers(0, 6), start=clock, end=ends).filter(lambda p: p.start != p.end)


@st.composite
def plans(draw: st.DrawFn, start: datetime) -> Plan:
    days = st.integers(-1, DAYS).map(lambda n: (start + timedelta(days=n)).date())
    dates = draw(st.lists(days, max_size=3, unique=True))
    holidays = tuple(Holiday(date=day, periods=tuple(draw(st.lists(day_periods, max_size=2)))) for day in dates)
    weekly = draw(st.one_of(st.just(ALWAYS), st.lists(periods, max_size=12).map(tuple)))
    return Plan(tz=draw(st.sampled_from(ZONES)), periods=weekly, holidays=holidays)


@st.composite
def cases(draw: st.DrawFn) -> tuple[datetime, list[tuple[datetime, Plan]]]:
    start = draw(st.sampled_from(WINDOWS))
    changes = sorted(draw(st.sets(st.integers(1, DAYS * 1440 - 1), max_size=2)))
    begins = [draw(st.sampled_from([datetime(1970, 1, 1, tzinfo=UTC), start - timedelta(days=400), start]))]
    begins += [start + timedelta(minutes=minute) for minute in changes]
    return start, [(begin, draw(plans(start))) for begin in begins]


def oracle(start: datetime, versions: list[tuple[datetime, Plan]]) -> list[bool]:
    """Open or not, for every minute of the window, by the plan in force."""
    answers = []
    for minute in range(DAYS * 1440):
        t = start + timedelta(minutes=minute)
        plan = next((plan for begin, plan in reversed(versions) if begin <= t), versions[0][1])
        answers.append(wall_open(plan, whole_second(t)))
    return answers


@settings(max_examples=40, deadline=None)
@given(cases())
def test_equals_the_minute_by_minute_oracle(case: tuple[datetime, list[tuple[datetime, Plan]]]) -> None:
    start, versions = case
    calendar, begin = continuous(versions), whole_second(start)
    answers = oracle(start, versions)
    minutes = range(DAYS * 1440)
    assert [calendar.open_at(begin + minute * 60) for minute in minutes] == answers
    sums = [0, *accumulate(60 * answer for answer in answers)]
    times = [begin + minute * 60 for minute in range(DAYS * 1440 + 1)]
    base = calendar.F(begin)
    assert [calendar.F(t) - base for t in times] == sums
    intervals = calendar.open_intervals(begin, times[-1])
    assert sum(end - begin for begin, end in intervals) == sums[-1]
    assert all(a.end < b.start for a, b in pairwise(intervals))


@settings(max_examples=60, deadline=None)
@given(cases(), st.integers(0, DAYS * 86_400), st.integers(1, 40 * 3600))
def test_add_open_is_the_inverse(case: tuple[datetime, list[tuple[datetime, Plan]]], after: int, seconds: int) -> None:
    start, versions = case
    calendar = continuous(versions)
    t = whole_second(start) + after
    due = calendar.add_open(t, seconds)
    last = versions[-1][1]
    if due is None:
        assert not last.periods
        return
    assert calendar.open_between(t, due) == seconds
    assert calendar.open_between(t, due - 1) == seconds - 1
    opens = calendar.next_open(t)
    assert opens is not None
    assert calendar.open_at(opens)
    assert calendar.open_between(t, opens) == 0
    assert opens == t or not calendar.open_at(t)


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(WINDOWS).flatmap(plans), st.lists(st.floats(1.5e9, 2e9), min_size=3, max_size=3))
def test_never_decreases_and_adds_up(plan: Plan, times: list[float]) -> None:
    calendar = Calendar([Version(valid_from=datetime(2024, 1, 1, tzinfo=UTC), plan=plan)])
    a, b, c = sorted(times)
    assert calendar.F(a) <= calendar.F(b) <= calendar.F(c)
    assert calendar.open_between(a, c) == pytest.approx(calendar.open_between(a, b) + calendar.open_between(b, c))
    assert calendar.open_between(a, c) <= c - a + 1e-6


def test_the_order_of_questions_does_not_matter() -> None:
    plan = Plan(tz="Europe/Rome", periods=WEEKDAYS_9_TO_18)
    version = Version(valid_from=datetime(2024, 1, 1, tzinfo=UTC), plan=plan, f_base=7)
    times = [at(year, month, 11, 12) for year in range(1971, 2050, 7) for month in (1, 7)]
    upwards, downwards = Calendar([version]), Calendar([version])
    forth = [upwards.F(t) for t in times]
    back = [downwards.F(t) for t in reversed(times)]
    assert forth == back[::-1]
    assert upwards.F(whole_second(version.valid_from)) == 7


def test_the_first_version_also_applies_to_the_time_before_it() -> None:
    plan = Plan(tz="Europe/Rome", periods=WEEKDAYS_9_TO_18)
    late = Calendar([Version(valid_from=datetime(2024, 1, 1, tzinfo=UTC), plan=plan)])
    early = Calendar([Version(valid_from=datetime(1980, 1, 1, tzinfo=UTC), plan=plan)])
    moment = at(2003, 7, 9, 12)
    assert late.open_between(moment, moment + 7 * 86_400) == 5 * 9 * 3600
    assert late.F(moment) == early.F(moment) - early.F(whole_second(late.versions[0].valid_from))
    assert late.add_open(at(2003, 7, 11, 17), 2 * 3600) == at(2003, 7, 14, 10)


def test_24_7_is_the_clock_itself() -> None:
    plan = Plan(tz="Asia/Seoul", periods=ALWAYS)
    calendar = Calendar([Version(valid_from=datetime(1970, 1, 1, tzinfo=UTC), plan=plan)])
    assert calendar.versions[0].plan.always_open
    assert calendar.F(1_700_000_000.5) == 1_700_000_000.5
    assert calendar.add_open(1_700_000_000, 3600) == 1_700_003_600
    assert calendar.next_open(5.5) == 5.5


def test_week_covered_by_night_shifts_is_24_7() -> None:
    nights = tuple(Period(weekday=day, start="18:00", end="06:00") for day in range(7))
    days = tuple(Period(weekday=day, start="06:00", end="18:00") for day in range(7))
    assert Plan(tz="Europe/Rome", periods=nights + days).always_open
    assert not Plan(tz="Europe/Rome", periods=nights + days[1:]).always_open


@pytest.mark.parametrize(("t0", "t1", "hours"), [
    (at(2024, 3, 30, 12), at(2024, 3, 31, 12), 23),
    (at(2024, 10, 26, 12), at(2024, 10, 27, 12), 25),
    (at(2024, 4, 6, 12, tz="Australia/Lord_Howe"), at(2024, 4, 7, 12, tz="Australia/Lord_Howe"), 24.5),
])
def test_a_clock_change_lengthens_or_shortens_an_open_day(t0: int, t1: int, hours: float) -> None:
    zone = "Australia/Lord_Howe" if hours == 24.5 else "Europe/Rome"
    # A holiday far away keeps the plan off the 24/7 shortcut.
    calendar = continuous([(datetime(2020, 1, 1, tzinfo=UTC),
                            Plan(tz=zone, periods=ALWAYS, holidays=(Holiday(date=date(2030, 1, 1)),)))])
    assert calendar.open_between(t0, t1) == hours * 3600


def test_a_repeated_hour_counts_twice_and_a_skipped_one_not() -> None:
    plan = Plan(tz="Europe/Rome", periods=(Period(weekday=6, start="02:00", end="03:00"),))
    calendar = continuous([(datetime(2024, 1, 1, tzinfo=UTC), plan)])
    assert calendar.open_between(at(2024, 10, 27), at(2024, 10, 28)) == 7200
    assert calendar.open_between(at(2024, 3, 31), at(2024, 4, 1)) == 0


def test_holiday_and_short_day() -> None:
    plan = Plan(tz="Europe/Rome", periods=WEEKDAYS_9_TO_18, holidays=(
        Holiday(date=date(2024, 12, 24), name="Eve", periods=(DayPeriod(start="09:00", end="12:30"),)),
        Holiday(date=date(2024, 12, 25), name="Christmas")))
    calendar = continuous([(datetime(2024, 1, 1, tzinfo=UTC), plan)])
    assert calendar.open_between(at(2024, 12, 24), at(2024, 12, 26)) == 3.5 * 3600
    assert calendar.add_open(at(2024, 12, 24, 12), 3600) == at(2024, 12, 26, 9, 30)
    assert calendar.next_open(at(2024, 12, 24, 13)) == at(2024, 12, 26, 9)


def test_a_night_shift_ends_at_midnight_before_a_holiday() -> None:
    plan = Plan(tz="Europe/Rome", periods=tuple(Period(weekday=day, start="22:00", end="06:00") for day in range(7)),
                holidays=(Holiday(date=date(2024, 12, 25)),))
    calendar = continuous([(datetime(2024, 1, 1, tzinfo=UTC), plan)])
    assert calendar.open_intervals(at(2024, 12, 24, 12), at(2024, 12, 27)) == [
        Interval(at(2024, 12, 24, 22), at(2024, 12, 25)), Interval(at(2024, 12, 26, 22), at(2024, 12, 27))]


def test_a_later_version_does_not_rewrite_the_past() -> None:
    first = continuous([(datetime(2024, 1, 1, tzinfo=UTC), Plan(tz="Europe/Rome", periods=WEEKDAYS_9_TO_18))])
    change = datetime(2024, 6, 5, 12, tzinfo=UTC)
    both = Calendar([*first.versions, Version(valid_from=change, plan=Plan(tz="Asia/Seoul", periods=ALWAYS),
                                              f_base=first.f_base_at(change))])
    moment = whole_second(change)
    past = range(moment - 40 * 86_400, moment + 1, 4321)
    assert [both.F(t) for t in past] == [first.F(t) for t in past]
    assert both.open_between(moment - 7200, moment + 7200) == 14_400
    assert both.open_between(moment, moment + 86_400) == 86_400


def test_a_closed_calendar_never_opens_and_a_planned_version_ends_that() -> None:
    closed = Plan(tz="Europe/Rome", periods=())
    calendar = continuous([(datetime(2024, 1, 1, tzinfo=UTC), closed)])
    assert calendar.next_open(at(2024, 5, 1)) is None
    assert calendar.add_open(at(2024, 5, 1), 1) is None
    opened = continuous([(datetime(2024, 1, 1, tzinfo=UTC), closed),
                         (datetime(2024, 6, 1, tzinfo=UTC), Plan(tz="UTC", periods=ALWAYS))])
    assert opened.next_open(at(2024, 5, 1)) == whole_second(datetime(2024, 6, 1, tzinfo=UTC))


def test_absurd_dates_cost_nothing() -> None:
    calendar = continuous([(datetime(2024, 1, 1, tzinfo=UTC), Plan(tz="UTC", periods=ALWAYS))])
    assert calendar.F(-1e18) == calendar.F(0)
    assert calendar.F(1e18) == calendar.F(2e18)


def test_fractions_are_kept() -> None:
    calendar = continuous([(datetime(2024, 1, 1, tzinfo=UTC), Plan(tz="UTC", periods=WEEKDAYS_9_TO_18))])
    t = at(2024, 5, 6, 9, tz="UTC")
    assert calendar.open_between(t - 0.5, t + 59.25) == 59.25
    assert calendar.add_open(t - 0.5, 59.25) == t + 59.25
    assert unix(datetime(2024, 5, 6, 9, 0, 0, 250_000, tzinfo=UTC)) == t + 0.25


@pytest.mark.parametrize(("plan", "words"), [
    (Plan(tz="Mars/Olympus", periods=ALWAYS), "time zone"),
    (Plan(tz="../etc/passwd", periods=ALWAYS), "time zone"),
    (Plan(tz="UTC", periods=(Period(weekday=0, start="09:00", end="09:00"),)), "not a period"),
    (Plan(tz="UTC", periods=(Period(weekday=0, start="24:00", end="09:00"),)), "not a period"),
    (Plan(tz="UTC", periods=ALWAYS, holidays=(Holiday(date=date(2024, 1, 1)),) * 2), "twice"),
])
def test_bad_plans_say_why(plan: Plan, words: str) -> None:
    with pytest.raises(BadPlan, match=words):
        check_plan(plan)


def test_good_plans_pass() -> None:
    check_plan(Plan(tz="Europe/Rome", periods=WEEKDAYS_9_TO_18))


@given(st.lists(st.floats(-1e9, 5e9), max_size=50))
def test_many_instants_at_once_are_each_of_them(times: list[float]) -> None:
    calendar = continuous([
        (ORIGIN, Plan(tz="Europe/Rome", periods=WEEKDAYS_9_TO_18)),
        (datetime(2020, 3, 29, tzinfo=UTC), Plan(tz="Asia/Seoul", periods=ALWAYS)),
        (datetime(2024, 6, 1, tzinfo=UTC), Plan(tz="UTC", periods=(Period(weekday=5, start="22:00", end="03:00"),))),
    ])  # fmt: skip
    assert list(calendar.F_all(np.array(times))) == pytest.approx([calendar.F(t) for t in times], abs=1e-6)
