"""`hark bench forecast`: how near is the forecast to what came?

Real call counts of a bank (`calls/fpp2/calls_5min.csv` below HARK_BENCH_DATA, else `../shared/data`; 164 weekdays of
169 five-minute intervals, as in R's fpp2), summed to the 14 whole hours of each day. The last 20 days are forecast day
by day, from everything up to the evening before and from everything up to a week before. The file names no dates: the
first day is taken for Monday, 3 March 2003, as its documentation says, and no weekday for missing.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import fmean

from hark.bench.mails import data_folder
from hark.bench.runner import Figure
from hark.core.errors import NotFound
from hark.settings import Settings
from hark.staffing.forecast import Day, forecast

INTERVALS, HOURS, TESTED = 169, 14, 20
FIRST = date(2003, 3, 3)


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """WAPE: the sum of absolute hourly errors over the sum of what came. Raises NotFound without the data."""
    days = read_days(data_folder() / "calls" / "fpp2" / "calls_5min.csv")
    tested = range(len(days) - TESTED, len(days))
    day_ahead, inside = _measure(days, tested, ahead=1)
    week_ahead, inside_week = _measure(days, tested, ahead=7)
    last_week = _wape([(days[n].counts, days[n - 5].counts) for n in tested])
    four = _wape([(days[n].counts, _mean([days[n - 5 * k].counts for k in range(1, 5)])) for n in tested])
    return [
        Figure(key="wape_day_ahead", value=day_ahead, unit="share", target=0.066, better="lower"),
        Figure(key="wape_week_ahead", value=week_ahead, unit="share", target=0.066, better="lower"),
        Figure(key="wape_four_week_mean", value=four, unit="share", better="lower"),
        Figure(key="wape_last_week", value=last_week, unit="share", better="lower"),
        Figure(key="inside_80_day_ahead", value=inside, unit="share", better="higher"),
        Figure(key="inside_80_week_ahead", value=inside_week, unit="share", better="higher"),
    ]


def read_days(path: Path) -> list[Day]:
    """The days of the file, hour by hour. Raises NotFound."""
    if not path.exists():
        raise NotFound("The call counts are not here: put them below HARK_BENCH_DATA as calls/fpp2/calls_5min.csv.")
    counts = [float(line) for line in path.read_text().split()]
    per_hour = 12
    days, on = [], FIRST
    for start in range(0, len(counts), INTERVALS):
        hours = [sum(counts[start + h * per_hour : start + (h + 1) * per_hour]) for h in range(HOURS)]
        days.append(Day(on, tuple(hours)))
        on += timedelta(days=3 if on.weekday() == 4 else 1)
    return days


def _measure(days: Sequence[Day], tested: range, *, ahead: int) -> tuple[float, float]:
    pairs, inside = [], []
    for n in tested:
        known = [day for day in days if (days[n].date - day.date).days >= ahead]
        expected = forecast(known, [days[n].date])[0]
        pairs.append((days[n].counts, expected.mean))
        inside += [low <= a <= high for a, low, high in zip(days[n].counts, expected.low, expected.high, strict=True)]
    return _wape(pairs), fmean(inside)


def _wape(pairs: Sequence[tuple[Sequence[float], Sequence[float]]]) -> float:
    errors = sum(abs(a - e) for actual, expected in pairs for a, e in zip(actual, expected, strict=True))
    return errors / sum(sum(actual) for actual, _ in pairs)


def _mean(days: Sequence[Sequence[float]]) -> list[float]:
    return [fmean(slot) for slot in zip(*days, strict=True)]
