"""`hark bench hours`: how many waits' open time a calendar counts in a second, in bulk and one by one."""

import time
from datetime import UTC, date, datetime

from hark.bench.runner import Figure
from hark.hours.open_time import continuous
from hark.hours.types import WEEKDAYS_9_TO_18, Holiday, Plan
from hark.settings import Settings

SPANS, QUICK = 1_000_000, 50_000
YEARS_S = 5 * 365 * 86_400


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """Spans of up to a week over five years, under a calendar of three versions with holidays and clock changes."""
    import numpy as np

    holidays = tuple(Holiday(date=date(year, month, 25)) for year in range(2020, 2026) for month in (4, 12))
    calendar = continuous([
        (datetime(year, 1, 1, tzinfo=UTC), Plan(tz=zone, periods=WEEKDAYS_9_TO_18, holidays=holidays))
        for year, zone in ((2020, "Europe/Rome"), (2022, "America/New_York"), (2024, "Asia/Seoul"))
    ])  # fmt: skip
    random = np.random.default_rng(1)
    opened = datetime(2020, 6, 1, tzinfo=UTC).timestamp() + random.uniform(0, YEARS_S, QUICK if quick else SPANS)
    closed = opened + random.uniform(0, 7 * 86_400, len(opened))
    calendar.open_between(float(opened.min()), float(closed.max()))  # the years' tables are made once
    began = time.perf_counter()
    spans = calendar.F_all(closed) - calendar.F_all(opened)
    bulk = len(spans) / (time.perf_counter() - began)
    some = range(0, len(spans), len(spans) // 10_000)
    began = time.perf_counter()
    alone = [calendar.open_between(float(opened[n]), float(closed[n])) for n in some]
    single = len(alone) / (time.perf_counter() - began)
    wrong = sum(value != spans[n] for value, n in zip(alone, some, strict=True))
    return [
        Figure(key="bulk", value=bulk, unit="spans/s", target=1_000_000, better="higher"),
        Figure(key="one_by_one", value=single, unit="spans/s", better="higher"),
        Figure(key="differences", value=wrong, unit="of 10,000", target=0, better="lower"),
    ]
