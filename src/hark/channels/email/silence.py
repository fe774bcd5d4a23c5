"""When a mailbox has been silent for longer than chance explains, by its own rhythm. Pure; times are local and naive.

The rhythm is the mean number of mails in each hour of the week over the last W = 4 to 8 weeks. Mails that nobody
arranges come by a Poisson process whose rate changes over the week; what comes in clumps (a campaign, a busy day) is
allowed for by the dispersion f of McCullagh and Nelder, Generalized Linear Models, 1989, section 6.2 (Pearson's X2 by
its degrees of freedom, at least 1). With m mails expected in the gap since the last one,

    P(none) = (1 + 1/W) ** (-W * m / f)

is the chance of such a gap: the posterior predictive of a Poisson count whose rate is known from W weeks only (gamma
prior; Gelman et al., Bayesian Data Analysis, section 2.6), which tends to exp(-m / f). Every mail begins a gap, so a
fixed threshold would alarm busy mailboxes more often: the alarm comes when P(none) times the clumps of a year is at
most FALSE_ALARMS_A_YEAR. Nights and weekends add nothing to m, so they raise no alarm however long they are.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from math import log
from statistics import median

import msgspec

MIN_WEEKS, MAX_WEEKS = 4, 8
FALSE_ALARMS_A_YEAR = 0.1
LEAST_GAP = timedelta(minutes=15)  # mail servers pause for minutes without anything being wrong
FARTHEST = timedelta(days=28)  # how far ahead an alarm is looked for
WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
HOURS = 168
BURST = (
    4  # one hour counts at most so many times what is usual in it, plus one: a mailing that went round moves nothing
)


class Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """What is usual: mails per hour of the week (Monday 00:00 first), from `weeks` weeks, in clumps of `clump` mails."""

    weeks: int
    rates: list[float]
    clump: float

    @property
    def per_week(self) -> float:
        return sum(self.rates)

    @property
    def enough(self) -> float:
        """So many mails must be missing before their absence is no chance."""
        a_year = max(1.0, self.per_week * 365.25 / 7 / self.clump)
        return self.clump * log(a_year / FALSE_ALARMS_A_YEAR) / (self.weeks * log(1 + 1 / self.weeks))


def learn(counts: Mapping[datetime, int], *, since: datetime, holidays: Collection[date] = ()) -> Rhythm | None:
    """The rhythm before `since` (the last mail), from mails per hour; None while there is less than MIN_WEEKS of it.

    The silence itself teaches nothing, nor do holidays.
    """
    first = min(counts, default=since)
    weeks = min(int((since - first) / WEEK), MAX_WEEKS)
    if weeks < MIN_WEEKS:
        return None
    start = _hour(since) - weeks * WEEK
    seen: list[list[int]] = [[] for _ in range(HOURS)]
    for n in range(weeks * HOURS):
        hour = start + n * HOUR
        if hour.date() not in holidays:
            seen[_of_week(hour)].append(counts.get(hour, 0))
    capped = [[min(n, BURST * (int(median(some)) + 1)) for n in some] for some in seen]
    rates = [sum(some) / len(some) if some else 0.0 for some in capped]
    if not any(rates):
        return None
    return Rhythm(weeks=weeks, rates=rates, clump=_dispersion(capped, rates))


def _dispersion(seen: list[list[int]], rates: list[float]) -> float:
    squares, freedom = 0.0, 0
    for some, rate in zip(seen, rates, strict=True):
        if rate > 0 and len(some) > 1:
            squares += sum((n - rate) ** 2 for n in some) / rate
            freedom += len(some) - 1
    return max(1.0, squares / freedom) if freedom else 1.0


def expected(rhythm: Rhythm, since: datetime, until: datetime, *, holidays: Collection[date] = ()) -> float:
    """How many mails usually come between two moments; a holiday counts as nothing."""
    return sum(mails for _, mails in _hours(rhythm, since, until, holidays))


def chance(rhythm: Rhythm, mails: float) -> float:
    """P(none) where so many are expected."""
    return float((1 + 1 / rhythm.weeks) ** (-rhythm.weeks * mails / rhythm.clump))


def alarm_at(rhythm: Rhythm, since: datetime, *, holidays: Collection[date] = ()) -> datetime | None:
    """When silence since the last mail is no chance any more; None when that is more than FARTHEST away."""
    missing = 0.0
    for begin, mails in _hours(rhythm, since, since + FARTHEST, holidays):
        if missing + mails >= rhythm.enough:
            length = min(_hour(begin) + HOUR, since + FARTHEST) - begin
            return max(begin + length * ((rhythm.enough - missing) / mails), since + LEAST_GAP)
        missing += mails
    return None


def _hours(
    rhythm: Rhythm, since: datetime, until: datetime, holidays: Collection[date]
) -> Iterator[tuple[datetime, float]]:
    """The parts of hours between two moments, and how many mails usually come in each."""
    begin = since
    while begin < until:
        end = min(_hour(begin) + HOUR, until)
        usual = 0.0 if begin.date() in holidays else rhythm.rates[_of_week(begin)]
        yield begin, usual * ((end - begin) / HOUR)
        begin = end


def _hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _of_week(moment: datetime) -> int:
    return moment.weekday() * 24 + moment.hour
