"""The alarm comes where chance does not explain a silence, and nowhere else."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hark.channels.email.silence import (
    FALSE_ALARMS_A_YEAR,
    MAX_WEEKS,
    WEEK,
    Rhythm,
    alarm_at,
    chance,
    expected,
    learn,
)

MONDAY = datetime.fromisoformat("2026-11-02")  # local times are naive here
Profile = Callable[[datetime], float]


def office(mails_per_hour: float) -> Profile:
    """Monday to Friday from 8 to 18."""
    return lambda hour: mails_per_hour if hour.weekday() < 5 and 8 <= hour.hour < 18 else 0.0


def draw(profile: Profile, begin: datetime, weeks: int, rng: random.Random) -> list[datetime]:
    """Moments of a Poisson process with a rate per hour."""
    found = []
    for n in range(weeks * 168):
        hour = begin + timedelta(hours=n)
        rate, at = profile(hour), 0.0
        while rate and (at := at + rng.expovariate(rate)) < 1:
            found.append(hour + timedelta(hours=at))
    return found


def by_hour(moments: list[datetime]) -> Counter[datetime]:
    return Counter(moment.replace(minute=0, second=0, microsecond=0) for moment in moments)


def regular(profile: Profile, since: datetime, weeks: int = 9) -> dict[datetime, int]:
    """Every hour as usual, without chance."""
    begin = since.replace(minute=0) - weeks * WEEK
    hours = [begin + timedelta(hours=n) for n in range(weeks * 168)]
    return {hour: round(profile(hour)) for hour in hours if profile(hour)}


def test_twenty_mails_by_now_and_none_since_ten_past_nine() -> None:
    since = MONDAY.replace(hour=9, minute=10)
    rhythm = learn(regular(office(8), since), since=since)
    assert rhythm is not None
    assert (rhythm.weeks, rhythm.per_week, rhythm.clump) == (8, 400, 1.0)
    due = alarm_at(rhythm, since)
    assert due is not None
    assert timedelta(hours=1) < due - since < timedelta(hours=2.5)
    assert round(expected(rhythm, since, since + timedelta(hours=2.5))) == 20
    # P(none) = (1 + 1/8) ** (-8 * m); times the gaps of a year it is at most a tenth.
    missing = expected(rhythm, since, due)
    assert chance(rhythm, missing) == pytest.approx((9 / 8) ** (-8 * missing))
    assert chance(rhythm, missing) * 400 * 365.25 / 7 == pytest.approx(FALSE_ALARMS_A_YEAR)


def test_nights_and_weekends_are_silent_without_alarm() -> None:
    friday = datetime.fromisoformat("2026-10-30T17:50")
    rhythm = learn(regular(office(8), friday), since=friday)
    assert rhythm is not None
    assert expected(rhythm, friday, MONDAY.replace(hour=8)) == pytest.approx(8 / 6)
    due = alarm_at(rhythm, friday)
    assert due is not None
    assert due > MONDAY.replace(hour=9)


def test_a_holiday_is_no_silence_and_teaches_nothing() -> None:
    since = MONDAY.replace(hour=17, minute=50)
    counts = regular(office(8), since)
    past = date(2026, 10, 19)
    for hour in list(counts):
        if hour.date() == past:
            del counts[hour]
    holidays = {past, date(2026, 11, 3)}
    rhythm = learn(counts, since=since, holidays=holidays)
    assert rhythm is not None
    assert rhythm.rates[10] == 8  # the Monday nobody wrote on is not counted
    due = alarm_at(rhythm, since, holidays=holidays)
    assert due is not None
    assert due.date() == date(2026, 11, 4)
    without = alarm_at(rhythm, since)
    assert without is not None
    assert without.date() == date(2026, 11, 3)


@pytest.mark.parametrize("weeks", [0, 1, 3])
def test_a_new_mailbox_raises_no_alarm(weeks: int) -> None:
    since = MONDAY.replace(hour=9)
    assert learn(regular(office(50), since, weeks), since=since) is None
    assert learn({}, since=since) is None


def test_four_weeks_are_enough_and_know_less_than_eight() -> None:
    since = MONDAY.replace(hour=9)
    four, eight = (learn(regular(office(8), since, n), since=since) for n in (4, 8))
    assert four is not None
    assert eight is not None
    assert (four.weeks, eight.weeks) == (4, 8)
    assert four.enough > eight.enough


def test_a_mailbox_with_few_mails_is_given_days() -> None:
    rng = random.Random(1)
    since = MONDAY.replace(hour=9)
    counts = by_hour(draw(office(0.4), since - 8 * WEEK - timedelta(hours=10), 8, rng))  # 20 a week
    rhythm = learn(counts, since=since)
    assert rhythm is not None
    due = alarm_at(rhythm, since)
    assert due is not None
    assert timedelta(days=1.2) < due - since < timedelta(days=5)


def test_a_mailbox_that_hardly_gets_mail_raises_none() -> None:
    since = MONDAY.replace(hour=9)
    counts = {since - n * WEEK: 1 for n in range(1, 9)}
    rhythm = learn(counts, since=since)
    assert rhythm is not None
    assert alarm_at(rhythm, since) is None


def test_one_campaign_moves_nothing() -> None:
    since = MONDAY.replace(hour=9, minute=10)
    counts = regular(office(8), since)
    plain = learn(counts, since=since)
    counts[datetime.fromisoformat("2026-10-14T11:00")] = 5_000
    shaken = learn(counts, since=since)
    assert plain is not None
    assert shaken is not None
    assert expected(shaken, since, since + timedelta(days=1)) == pytest.approx(
        expected(plain, since, since + timedelta(days=1)), rel=0.05
    )
    a, b = alarm_at(plain, since), alarm_at(shaken, since)
    assert a is not None
    assert b is not None
    assert b - a < timedelta(hours=1)


def test_mails_in_clumps_are_given_more_time() -> None:
    rng = random.Random(2)
    since = MONDAY.replace(hour=9)
    begin = since - 8 * WEEK - timedelta(hours=12)
    single = by_hour(draw(office(8), begin, 8, rng))
    clumps = Counter({hour: n * 6 for hour, n in by_hour(draw(office(8 / 6), begin, 8, rng)).items()})
    smooth, rough = learn(single, since=since), learn(clumps, since=since)
    assert smooth is not None
    assert rough is not None
    assert smooth.clump < 1.3
    assert rough.clump > 3
    assert rough.enough > 2 * smooth.enough


@pytest.mark.parametrize(("rate", "years"), [(0.5, 30), (4, 6), (20, 2)])
def test_chance_alone_raises_hardly_any_alarm(rate: float, years: int) -> None:
    """Years of mail that comes as it did: about FALSE_ALARMS_A_YEAR alarms in each."""
    rng = random.Random(3)
    alarms = 0
    for _ in range(years):
        moments = draw(office(rate), MONDAY - (MAX_WEEKS + 1) * WEEK, MAX_WEEKS + 1 + 52, rng)
        rhythm = learn(by_hour([one for one in moments if one < MONDAY]), since=MONDAY)
        assert rhythm is not None
        later = [one for one in moments if one >= MONDAY]
        for before, after in pairwise(later):
            if expected(rhythm, before, after) >= rhythm.enough:
                alarms += 1
    assert alarms <= 3 + 3 * years * FALSE_ALARMS_A_YEAR


@pytest.mark.parametrize("rate", [0.5, 2, 10, 50])
def test_a_mailbox_that_stops_is_always_noticed(rate: float) -> None:
    rng = random.Random(4)
    since = MONDAY.replace(hour=9)
    rhythm = learn(by_hour(draw(office(rate), since - 8 * WEEK - timedelta(hours=10), 8, rng)), since=since)
    assert rhythm is not None
    due = alarm_at(rhythm, since)
    assert due is not None
    assert due - since <= timedelta(days=7)


rhythms = st.builds(
    Rhythm, weeks=st.integers(4, 8), rates=st.lists(st.floats(0, 100), min_size=168, max_size=168),
    clump=st.floats(1, 50),
)  # fmt: skip


@settings(max_examples=50)
@given(rhythms, st.datetimes(MONDAY, MONDAY + timedelta(days=400)), st.floats(0.1, 200))
def test_an_alarm_once_due_stays_due(rhythm: Rhythm, since: datetime, hours: float) -> None:
    due = alarm_at(rhythm, since)
    if due is None:
        return
    assert expected(rhythm, since, due) >= rhythm.enough * 0.999_999
    assert expected(rhythm, since, due + timedelta(hours=hours)) >= expected(rhythm, since, due)
    assert (
        chance(rhythm, expected(rhythm, since, due)) * max(1.0, rhythm.per_week * 365.25 / 7 / rhythm.clump)
        == pytest.approx(FALSE_ALARMS_A_YEAR)
        or due > since
    )
