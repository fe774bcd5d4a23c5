"""How much will arrive: counts per slot of the coming days, from the counts of the days before.

A slot is the mean of two estimates that err differently (Bates & Granger 1969; equal weights, as those learned from
little data do worse). One is plain: the mean of the slot on the same weekday in the last four weeks. The other is made
of parts: the mean of the weekday, recent weeks weighing more; a factor for the day of the month (salaries, invoices: two
harmonics), by iteratively reweighted least squares with a log link and a ridge (Nelder & Wedderburn 1972), odd days
weighing less (Huber 1964); the level of the last days; half of the trend (damped: Gardner & McKenzie 1985); and the
shape of the day, half as the same weekday, half as the last days were.

The constants were chosen on days 60 to 143 of the call counts that `hark bench forecast` measures on days 144 to 163.
"""

from collections.abc import Sequence
from datetime import date
from math import exp, log, sqrt
from statistics import fmean, median
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from numpy.typing import NDArray

MIN_DAYS = 14
"""Under two weeks no weekday has been seen twice: there is no forecast."""

WEEKDAY_HALF_LIFE, MONTH_HALF_LIFE, LEVEL_HALF_LIFE = 14.0, 56.0, 7.0  # days
PLAIN_WEEKS = 4
RIDGE, TURNS = 1.0, 8
SHAPE_WEEKS, SHAPE_WEEK_DECAY = 12, 0.8
SHAPE_DAYS, SHAPE_DAY_DECAY = 20, 0.95
TREND_WEEKS, MIN_TREND_WEEKS, TREND_SHARE = 12, 8, 0.5
HUBER = 1.5
Z_80 = 1.2816
BACK_TEST_DAYS = 28


class Day(msgspec.Struct, frozen=True):
    """What arrived on a date, slot by slot. `holiday`: not like its weekday, for whatever reason."""

    date: date
    counts: tuple[float, ...]
    holiday: bool = False

    @property
    def total(self) -> float:
        return sum(self.counts)


class Expected(msgspec.Struct, frozen=True):
    """What is expected of a date: mean and bounds of the 80 % interval, slot by slot."""

    date: date
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


class Accuracy(msgspec.Struct, frozen=True, kw_only=True):
    """How forecasts of the last `days` would have done: the sum of absolute errors over the sum of what came (WAPE), of
    ours and of "as last week"; `inside` is the share of slots within the 80 % interval."""

    days: int
    wape: float
    last_week: float
    inside: float


def forecast(history: Sequence[Day], dates: Sequence[date], holidays: frozenset[date] = frozenset()) -> list[Expected]:
    """The slots of `dates`, all after the last day of `history`; days without any count are to be in it, with zeros.

    A holiday among `dates` is expected to be like the past holidays against their forecast; without one, like Sunday.
    Raises ValueError for less than two weeks of history, or days of different numbers of slots.
    """
    days = sorted(history, key=lambda day: day.date)
    if len(days) < MIN_DAYS:
        raise ValueError(f"A forecast needs {MIN_DAYS} days, there are {len(days)}.")
    if len({len(day.counts) for day in days}) > 1:
        raise ValueError("All days must have the same slots.")
    plain = [day for day in days if not day.holiday] or days
    spread, on_holidays, growth = _dispersion(plain), _holiday_factor(days, plain), weekly_growth(plain) or 1.0

    def expected(on: date) -> Expected:
        # The level is of about a week and a half before the last day, half a week of it the mean's own age.
        weeks = ((on - days[-1].date).days + 3) / 7 + 1
        mean = _mean(plain, on, growth ** (TREND_SHARE * weeks))
        return _with_interval(on, [m * on_holidays for m in mean] if on in holidays else mean, spread)

    return [expected(on) for on in dates]


def accuracy(history: Sequence[Day], *, days: int = BACK_TEST_DAYS, ahead: int = 7) -> Accuracy | None:
    """Forecast each of the last `days` from what was known `ahead` days before it, and compare; None with too little
    history. Holidays are left out of both sides."""
    known = sorted(history, key=lambda day: day.date)
    tested = [day for day in known[-days:] if not day.holiday]
    by_date = {day.date: day for day in known}
    pairs: list[tuple[Day, Expected, Day]] = []
    for day in tested:
        before = [past for past in known if (day.date - past.date).days >= ahead]
        week_ago = by_date.get(date.fromordinal(day.date.toordinal() - 7))
        if len(before) >= MIN_DAYS and week_ago is not None:
            pairs.append((day, forecast(before, [day.date])[0], week_ago))
    arrived = sum(day.total for day, _, _ in pairs)
    if not arrived:
        return None
    slots = [(a, m, lo, hi) for day, e, _ in pairs for a, m, lo, hi in zip(day.counts, e.mean, e.low, e.high, strict=True)]
    return Accuracy(
        days=len(pairs),
        wape=sum(abs(a - m) for a, m, _, _ in slots) / arrived,
        last_week=sum(abs(a - b) for day, _, ago in pairs for a, b in zip(day.counts, ago.counts, strict=True)) / arrived,
        inside=fmean(lo <= a <= hi for a, _, lo, hi in slots),
    )


def weekly_growth(history: Sequence[Day]) -> float | None:
    """Growth of the weekly volume as a factor a week: the slope of a line through the logarithms of the last twelve
    whole weeks (Theil-Sen: the median of all pairs, so one odd week does not make a trend). None under eight weeks."""
    if not history:
        return None
    first, last = (pick(day.date for day in history) for pick in (min, max))
    totals = [0.0] * ((last - first).days // 7 + 1)
    for day in history:
        totals[(last - day.date).days // 7] += day.total
    if (last - first).days % 7 != 6:
        del totals[-1]  # not a whole week
    totals = totals[:TREND_WEEKS]
    if len(totals) < MIN_TREND_WEEKS or min(totals) <= 0:
        return None
    return exp(median(log(a / b) / (j - i) for i, a in enumerate(totals) for j, b in enumerate(totals) if j > i))


def _with_interval(on: date, mean: Sequence[float], spread: float) -> Expected:
    margin = [Z_80 * spread * sqrt(m) if m > 0 else 0.0 for m in mean]
    return Expected(
        date=on, mean=tuple(mean),
        low=tuple(max(0.0, m - e) for m, e in zip(mean, margin, strict=True)),
        high=tuple(m + e for m, e in zip(mean, margin, strict=True)),
    )  # fmt: skip


def _mean(plain: Sequence[Day], on: date, growth: float) -> list[float]:
    same = [day for day in reversed(plain) if day.date.weekday() == on.weekday()]
    total = _total(plain, on) * growth
    shape = _shape(same, list(reversed(plain)), len(plain[0].counts))
    if not same:
        return [total * share for share in shape]
    return [
        fmean((total * share, fmean(day.counts[i] for day in same[:PLAIN_WEEKS]))) for i, share in enumerate(shape)
    ]


def _shape(same: Sequence[Day], latest: Sequence[Day], slots: int) -> list[float]:
    """Each slot's share of its day: half from the same weekday, half from the last days; of days on which anything came."""
    groups = [
        ([day for day in same if day.total > 0][:SHAPE_WEEKS], SHAPE_WEEK_DECAY),
        ([day for day in latest if day.total > 0 and _alike(day, same)][:SHAPE_DAYS], SHAPE_DAY_DECAY),
    ]
    means = [
        [_weighted([day.counts[i] / day.total for day in days], decay) for i in range(slots)] for days, decay in groups if days
    ]
    return [fmean(mean[i] for mean in means) for i in range(slots)] if means else [0.0] * slots


def _alike(day: Day, same: Sequence[Day]) -> bool:
    """A Saturday says nothing about the hours of a Monday: only days as busy as at least a third of the wanted weekday."""
    return not same or day.total * 3 >= same[0].total


def _weighted(values: Sequence[float], decay: float) -> float:
    weights = [decay**i for i in range(len(values))]
    return sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights) if values else 0.0


def _waves(days: Sequence[date]) -> "NDArray[Any]":
    import numpy as np

    phase = np.array([(day.day - 1) / 31 * 2 * np.pi for day in days])
    return np.column_stack([wave(k * phase) for k in (1, 2) for wave in (np.sin, np.cos)])


def _total(plain: Sequence[Day], on: date) -> float:
    import numpy as np

    totals, weekday = np.array([day.total for day in plain]), np.array([day.date.weekday() for day in plain])
    age = np.array([(on - day.date).days for day in plain], dtype=float)
    x = np.column_stack([np.ones(len(plain)), _waves([day.date for day in plain])])
    beta, usual_weight, recent = np.zeros(x.shape[1]), 0.5 ** (age / WEEKDAY_HALF_LIFE), 0.5 ** (age / LEVEL_HALF_LIFE)
    penalty = np.diag([1e-9, *[RIDGE] * (x.shape[1] - 1)])

    def usual(of: "NDArray[Any]", weight: "NDArray[Any]") -> "NDArray[Any]":
        sums = np.bincount(weekday, of * weight, 7), np.bincount(weekday, weight, 7)
        return np.divide(*sums, out=np.zeros(7), where=sums[1] > 0)

    means = usual(totals, usual_weight)
    if not (means[on.weekday()] and means.any()):
        return 0.0
    trust = np.ones(len(plain))
    for _ in range(TURNS):
        offset = means[weekday]
        open_, ratio = offset > 0, np.divide(totals, offset, out=np.zeros(len(plain)), where=offset > 0)
        factor = np.exp(x @ beta)
        weight = 0.5 ** (age / MONTH_HALF_LIFE) * trust * factor * offset / offset.mean()
        target = x @ beta + (ratio - factor) / factor
        beta = np.linalg.solve((x.T * weight) @ x + penalty, (x.T * weight) @ target)
        off = np.abs(ratio - np.exp(x @ beta))
        trust = np.minimum(1.0, HUBER * 1.4826 * np.median(off[open_]) / np.maximum(off, 1e-9))
        trust = np.maximum(trust, 1e-6)
        beta[0] = 0.0  # the level is the weekday means' and the last days'
        factor = np.exp(x @ beta)
        means = usual(totals / factor, usual_weight * trust)
    expected = means[weekday] * np.exp(x @ beta)
    level = float((recent * trust) @ totals / max(float((recent * trust) @ expected), 1e-9))
    return float(means[on.weekday()] * np.exp(np.r_[1.0, _waves([on])[0]] @ beta) * level)


def _dispersion(plain: Sequence[Day]) -> float:
    """Root of the mean squared error over the mean, slot by slot, of "mean of the same weekday in the four weeks before"
    over the last four weeks: 1 for pure chance (Poisson), more where days differ."""
    ratios: list[float] = []
    for n, day in list(enumerate(plain))[-BACK_TEST_DAYS:]:
        same = [past for past in plain[:n] if past.date.weekday() == day.date.weekday()][-4:]
        if len(same) >= 2:
            means = [fmean(past.counts[i] for past in same) for i in range(len(day.counts))]
            ratios += [(a - m) ** 2 / m for a, m in zip(day.counts, means, strict=True) if m > 0]
    return max(1.0, sqrt(fmean(ratios))) if ratios else 1.0


def _holiday_factor(days: Sequence[Day], plain: Sequence[Day]) -> float:
    past = [day for day in days if day.holiday]
    if len(past) == len(days):
        return 1.0
    usual = [fmean([p.total for p in plain if p.date.weekday() == day.date.weekday()] or [0.0]) for day in past]
    if sum(usual) > 0:
        return sum(day.total for day in past) / sum(usual)
    sundays, all_days = [day.total for day in plain if day.date.weekday() == 6], fmean(day.total for day in plain)
    return min(1.0, fmean(sundays) / all_days) if sundays and all_days else 1.0
