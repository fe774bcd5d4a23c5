"""When promised time runs out: never earlier than it was used, never a negative or doubled second."""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.core.clock import unix
from hark.hours.open_time import Calendar
from hark.hours.types import ORIGIN, WEEKDAYS_9_TO_18, Holiday, Period, Plan, Version
from hark.sla.deadlines import Stretch, deadline, union

MONDAY = unix(datetime(2026, 3, 2, 9, tzinfo=UTC))
HOUR = 3600.0
OFFICE = Calendar([Version(valid_from=ORIGIN, plan=Plan(tz="Europe/Rome", periods=WEEKDAYS_9_TO_18))])
GAPS = Calendar(
    [
        Version(
            valid_from=ORIGIN,
            plan=Plan(
                tz="America/New_York",
                periods=(
                    Period(weekday=0, start="22:00", end="02:00"), Period(weekday=1, start="01:00", end="03:00"),
                    Period(weekday=6, start="00:30", end="02:30"),
                ),
                holidays=(Holiday(date=datetime(2026, 3, 3, tzinfo=UTC).date()),),
            ),
        )
    ]
)  # fmt: skip
NEVER = Calendar([Version(valid_from=ORIGIN, plan=Plan(tz="UTC", periods=()))])


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Stretch], float, Any]:
    """Stretches that touch or lie apart, the last one open or not; now; hours or none."""
    at, stretches = MONDAY, []
    for _ in range(draw(st.integers(1, 5))):
        start = at + draw(st.integers(0, 200_000))
        at = start + draw(st.integers(0, 200_000))
        stretches.append(Stretch(start, at))
    if draw(st.booleans()):
        stretches[-1] = Stretch(stretches[-1].start, None)
    return stretches, at, draw(st.sampled_from([None, OFFICE, GAPS]))


def used(stretches: list[Stretch], until: float, hours: Calendar | None) -> float:
    total = 0.0
    for start, end in stretches:
        stop = min(until, until if end is None else end)
        if stop > start:
            total += stop - start if hours is None else hours.F(stop) - hours.F(start)
    return total


@given(case=cases(), target=st.integers(10, 400_000))
def test_the_due_moment_is_where_the_time_is_used_up(case: tuple[list[Stretch], float, Any], target: int) -> None:
    stretches, now, hours = case
    found = deadline(stretches, target_s=target, warn_s=target * 0.75, hours=hours, now=now)
    assert found.left_s == pytest.approx(target - used(stretches, now, hours), abs=0.01)
    assert found.late == (found.left_s < -0.001)
    if found.due is not None:
        assert used(stretches, found.due, hours) == pytest.approx(target, abs=0.01)
        assert found.warn is not None
        assert found.warn <= found.due
    else:
        assert stretches[-1].end is not None  # it stands still: the customer has the ball


def test_hours_that_never_open_again_make_nothing_late() -> None:
    found = deadline([Stretch(MONDAY, None)], target_s=60, warn_s=30, hours=NEVER, now=MONDAY + 1e9)
    assert (found.due, found.warn, found.late, found.left_s) == (None, None, False, 60)


def test_exactly_on_time_is_in_time() -> None:
    found = deadline([Stretch(MONDAY, MONDAY + HOUR)], target_s=HOUR, warn_s=None, hours=None, now=MONDAY + HOUR)
    assert (found.late, found.left_s) == (False, 0)
    assert deadline([Stretch(MONDAY, MONDAY + HOUR + 1)], target_s=HOUR, warn_s=None, hours=None, now=MONDAY).late


def test_a_clock_that_runs_backwards_uses_nothing() -> None:
    found = deadline([Stretch(MONDAY + HOUR, MONDAY)], target_s=60, warn_s=None, hours=None, now=MONDAY)
    assert (found.left_s, found.late) == (60, False)


@given(
    parts=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.booleans()), max_size=6),
    begin=st.integers(0, 40), stop=st.one_of(st.none(), st.integers(0, 60)),
)  # fmt: skip
def test_a_union_counts_every_second_once(parts: list[tuple[int, int, bool]], begin: int, stop: int | None) -> None:
    stretches = [Stretch(a, None if last else a + b) for a, b, last in parts]
    found = union(stretches, begin=begin, stop=stop)
    inside = {
        second for second in range(begin, 200)
        if (stop is None or second < stop) and any(s <= second and (e is None or second < e) for s, e in stretches)
    }  # fmt: skip
    assert {s for a, b in found for s in range(int(a), 200 if b is None else int(b))} == inside
    assert all(b is not None and b < c for (_, b), (c, _) in pairwise(found))
