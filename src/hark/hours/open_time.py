"""Open time of a versioned calendar: F(t), the cumulative open seconds, and its inverse.

A calendar is open exactly while the wall clock of its zone shows a time inside a period. So an hour that the
clock repeats in autumn counts twice and an hour it skips in spring counts not at all.

Instants are seconds since 1970-01-01T00:00Z. F is piecewise linear with slope 0 or 1 and bends only at whole
seconds, so it is exact for whole seconds and to a microsecond for fractions; nothing is rounded. Differences add
up: `F(c) - F(a)` is `F(c) - F(b)` plus `F(b) - F(a)`, and never exceeds `c - a`.

Time before 1970 and after 2199 counts as closed, so that a mail dated in the year 9999 costs nothing.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from hark.hours.types import Plan, Version, span_minutes

if TYPE_CHECKING:
    from numpy.typing import NDArray

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_YEAR, LAST_YEAR = 1970, 2199
_DAY_S = 86_400


class Interval(NamedTuple):
    """Half-open `[start, end)`, in seconds."""

    start: float
    end: float


def year_start(year: int) -> int:
    """First second of a UTC year."""
    return (date(year, 1, 1).toordinal() - EPOCH.toordinal()) * _DAY_S


FIRST_S, LAST_S = year_start(FIRST_YEAR), year_start(LAST_YEAR + 1)


def whole_second(t: datetime) -> int:
    """Seconds since 1970 of an aware datetime, floored: the edges of versions lie on whole seconds."""
    return (t - EPOCH) // timedelta(seconds=1)


class Calendar:
    """The versions of one calendar in order of `valid_from`; the first also applies to everything before it.

    `f_base` of each version must continue the one before (`f_base_at` computes it), so F never jumps.
    """

    def __init__(self, versions: Sequence[Version]) -> None:
        if not versions:
            raise ValueError("A calendar needs at least one version.")
        self.versions = tuple(sorted(versions, key=lambda version: version.valid_from))
        self._from = [whole_second(version.valid_from) for version in self.versions]
        self._tables = [_Table(version) for version in self.versions]

    def F(self, t: float) -> float:  # noqa: N802 - the papers and the columns f0, f1 call it F
        """Cumulative open seconds at `t`; never decreases."""
        second = _clamp(t)
        return float(self._table_at(second).f(second))  # a whole number too: stored states are compared byte for byte

    def F_all(self, times: "NDArray[Any]") -> "NDArray[Any]":  # noqa: N802
        """`F` of many instants at once: float64 in, float64 of the same shape out, millions a second."""
        import numpy as np

        seconds = np.clip(np.asarray(times, dtype=np.float64), FIRST_S, LAST_S - 1)
        if not seconds.size:
            return seconds
        first, last = float(seconds.min()), float(seconds.max())
        # F is a line of slope 0 or 1 between the edges of the open intervals, over all versions.
        edges = [edge for interval in self.open_intervals(first, last) for edge in interval]
        at = [first, *edges, last]
        opened = np.cumsum([0, *(b - a if n % 2 else 0 for n, (a, b) in enumerate(pairwise(at)))])
        found: NDArray[Any] = np.interp(seconds, at, self.F(first) + opened)
        return found

    def open_between(self, t0: float, t1: float) -> float:
        """Open seconds from `t0` to `t1`; negative when `t1` is earlier."""
        return self.F(t1) - self.F(t0)

    def open_at(self, t: float) -> bool:
        """Whether the calendar is open at `t`; the end of a period is closed."""
        return FIRST_S <= t < LAST_S - 1 and self._table_at(t).open_at(t)

    def next_open(self, t: float) -> float | None:
        """`t` itself when open, else the moment it opens next; None when it never does again."""
        if self.open_at(t):
            return t
        reached = self._when(self.F(t) + 1, _clamp(t))
        return None if reached is None else reached - 1

    def add_open(self, t: float, seconds: float) -> float | None:
        """The first instant at which `seconds` open seconds have passed since `t`; None when they never will.

        With 0 or fewer seconds the answer is `t`.
        """
        return t if seconds <= 0 else self._when(self.F(t) + seconds, _clamp(t))

    def open_intervals(self, t0: float, t1: float) -> list[Interval]:
        """The open intervals within `[t0, t1)`, touching ones joined, in order."""
        begin, stop = _clamp(t0), _clamp(t1)
        found: list[Interval] = []
        for table, low, high in self._ranges(begin, stop):
            for part in table.intervals(low, high):
                if found and found[-1].end == part.start:
                    found[-1] = Interval(found[-1].start, part.end)
                else:
                    found.append(part)
        return found

    def f_base_at(self, valid_from: datetime) -> int:
        """The `f_base` for a version that starts at `valid_from`: F of the versions so far."""
        return int(self.F(whole_second(valid_from)))

    def _table_at(self, second: float) -> "_Table":
        if len(self._tables) == 1:
            return self._tables[0]
        return self._tables[max(0, bisect_right(self._from, second) - 1)]

    def _ranges(self, begin: float, stop: float) -> list[tuple["_Table", float, float]]:
        """The version tables that apply within `[begin, stop)`, each with its part of it."""
        edges = [FIRST_S, *self._from[1:], LAST_S]
        parts = [(table, max(begin, low), min(stop, high))
                 for table, (low, high) in zip(self._tables, pairwise(edges), strict=True)]
        return [part for part in parts if part[1] < part[2]]

    def _when(self, target: float, begin: float) -> float | None:
        """The first instant at or after `begin` with `F >= target`."""
        for table, low, high in self._ranges(begin, LAST_S):
            reached = table.when(target, low, high)
            if reached is not None:
                return reached
        return None


def continuous(plans: Sequence[tuple[datetime, Plan]]) -> Calendar:
    """A calendar from `(valid_from, plan)` in order of time, with every `f_base` computed."""
    (first_from, first_plan), *later = plans
    calendar = Calendar([Version(valid_from=first_from, plan=first_plan)])
    for valid_from, plan in later:
        version = Version(valid_from=valid_from, plan=plan, f_base=calendar.f_base_at(valid_from))
        calendar = Calendar([*calendar.versions, version])
    return calendar


class _Table:
    """Breakpoints of one version: sorted open intervals with the open seconds before each, grown by whole years.

    `_sums[i]` counts from the first year ever loaded, so it is negative for years loaded later in front of it;
    `_shift` turns a sum into F.
    """

    def __init__(self, version: Version) -> None:
        self._plan = version.plan
        self._anchor = min(max(whole_second(version.valid_from), FIRST_S), LAST_S - 1)
        self._shift: float = version.f_base
        self._always = version.plan.always_open
        year = _year_of(self._anchor)
        self._low_year, self._high_year = year, year
        self._low_s = self._high_s = year_start(year)
        self._starts: list[float] = []
        self._ends: list[float] = []
        self._sums: list[float] = []
        if not self._always:
            self._grow_up(year + 1)
            self._shift = version.f_base - self._raw(self._anchor)

    def f(self, second: float) -> float:
        if self._always:
            return self._shift + second - self._anchor
        self._cover(second, second)
        return self._shift + self._raw(second)

    def open_at(self, second: float) -> bool:
        if self._always:
            return True
        self._cover(second, second)
        i = bisect_right(self._starts, second) - 1
        return i >= 0 and second < self._ends[i]

    def when(self, target: float, low: float, high: float) -> float | None:
        """The first instant in `(low, high]` with `F >= target`, where `F(low) < target`."""
        if self._always:
            reached = self._anchor + target - self._shift
            return reached if reached <= high else None
        for year in range(_year_of(low), _year_of(high - 1) + 1):
            edge = min(high, year_start(year + 1))
            # F(edge) without loading the year that begins there: all edges are whole seconds.
            if self.f(edge - 1) + self.open_at(edge - 1) >= target:
                needed = target - self._shift
                i = bisect_left(self._sums, needed) - 1
                return self._starts[i] + (needed - self._sums[i])
            if self._dead_from(year):
                return None
        return None

    def intervals(self, low: float, high: float) -> list[Interval]:
        if self._always:
            return [Interval(low, high)]
        self._cover(low, high)
        first = max(0, bisect_right(self._starts, low) - 1)
        last = bisect_left(self._starts, high)
        clipped = [Interval(max(low, self._starts[i]), min(high, self._ends[i])) for i in range(first, last)]
        return [interval for interval in clipped if interval.start < interval.end]

    def _dead_from(self, year: int) -> bool:
        """No weekly period and no short day after `year`: the plan never opens again."""
        return not self._plan.periods and not any(h.periods and h.date.year >= year for h in self._plan.holidays)

    def _raw(self, second: float) -> float:
        i = bisect_right(self._starts, second) - 1
        if i < 0:
            return self._sums[0] if self._sums else 0
        return self._sums[i] + min(second, self._ends[i]) - self._starts[i]

    def _cover(self, low: float, high: float) -> None:
        if low < self._low_s:
            self._grow_down(_year_of(low))
        if high >= self._high_s:
            self._grow_up(_year_of(high) + 1)

    def _grow_up(self, high_year: int) -> None:
        total = self._sums[-1] + self._ends[-1] - self._starts[-1] if self._sums else 0
        for year in range(self._high_year, high_year):
            for start, end in year_intervals(self._plan, year):
                self._starts.append(start)
                self._ends.append(end)
                self._sums.append(total)
                total += end - start
        self._high_year, self._high_s = high_year, year_start(high_year)

    def _grow_down(self, low_year: int) -> None:
        intervals = [part for year in range(low_year, self._low_year) for part in year_intervals(self._plan, year)]
        total = self._sums[0] if self._sums else 0
        sums = []
        for start, end in reversed(intervals):
            total -= end - start
            sums.append(total)
        self._starts[:0] = [interval.start for interval in intervals]
        self._ends[:0] = [interval.end for interval in intervals]
        self._sums[:0] = reversed(sums)
        self._low_year, self._low_s = low_year, year_start(low_year)


def year_intervals(plan: Plan, year: int) -> list[Interval]:
    """Open intervals of one UTC year, in instants, sorted and apart: local wall time cut by the zone's offsets."""
    local = _local_intervals(plan, year)
    found: list[Interval] = []
    for low, high, offset in _offsets(ZoneInfo(plan.tz), year):
        for start, end in local:
            begin, stop = max(low, start - offset), min(high, end - offset)
            if begin < stop:
                found.append(Interval(begin, stop))
    return _merge(found)


def _local_intervals(plan: Plan, year: int) -> list[Interval]:
    """Open wall-clock intervals of the dates around a year, as seconds since local 1970-01-01T00:00."""
    exceptions = {holiday.date: holiday for holiday in plan.holidays}
    weekly: list[list[tuple[int, int]]] = [[] for _ in range(7)]
    for period in plan.periods:
        weekly[period.weekday].append(span_minutes(period.start, period.end))
    found: list[Interval] = []
    # The zone's offset moves the edges by at most 15 h and a night shift starts the day before: two days suffice.
    first, last = date(year, 1, 1).toordinal() - 2, date(year, 12, 31).toordinal() + 2
    for ordinal in range(first, last + 1):
        day = date.fromordinal(ordinal)
        holiday = exceptions.get(day)
        spans = weekly[day.weekday()] if holiday is None else [span_minutes(p.start, p.end) for p in holiday.periods]
        next_is_holiday = date.fromordinal(ordinal + 1) in exceptions
        midnight = (ordinal - EPOCH.toordinal()) * _DAY_S
        for begin, stop in spans:
            end = min(stop * 60, _DAY_S) if next_is_holiday else stop * 60
            found.append(Interval(midnight + begin * 60, midnight + end))
    return _merge(found)


def _offsets(zone: ZoneInfo, year: int) -> list[tuple[int, int, int]]:
    """`(from, to, UTC offset)` pieces of a UTC year; a clock change is found to the second by bisection."""
    low, high = year_start(year), year_start(year + 1)
    pieces: list[tuple[int, int, int]] = []
    begin, offset = low, _offset(zone, low)
    for day in range(low + _DAY_S, high + _DAY_S, _DAY_S):
        edge = min(day, high - 1)
        after = _offset(zone, edge)
        if after == offset:
            continue
        before, change = edge - _DAY_S, edge
        while change - before > 1:
            middle = (before + change) // 2
            if _offset(zone, middle) == offset:
                before = middle
            else:
                change = middle
        pieces.append((begin, change, offset))
        begin, offset = change, after
    return [*pieces, (begin, high, offset)]


def _offset(zone: ZoneInfo, second: int) -> int:
    shift = datetime.fromtimestamp(second, zone).utcoffset()
    assert shift is not None  # an aware datetime always has one
    return int(shift.total_seconds())


def _merge(intervals: list[Interval]) -> list[Interval]:
    """Sorted, with overlapping and touching intervals joined."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(end, merged[-1].end))
        else:
            merged.append(Interval(start, end))
    return merged


def _year_of(second: float) -> int:
    return (EPOCH + timedelta(seconds=int(second))).year


def _clamp(t: float) -> float:
    return min(max(t, FIRST_S), LAST_S - 1)
