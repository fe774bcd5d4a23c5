"""Forecasts on made-up arrivals whose truth is known."""

from datetime import date, timedelta
from random import Random

import pytest

from hark.staffing.forecast import Day, accuracy, forecast, weekly_growth

MONDAY = date(2026, 1, 5)
WEEK = (100.0, 80.0, 80.0, 90.0, 70.0, 20.0, 0.0)
SHAPE = (0.1, 0.4, 0.3, 0.2)


def made(days: int, *, growth: float = 1.0, noise: int | None = None, holidays: frozenset[date] = frozenset()) -> list[Day]:
    random = Random(noise)
    made: list[Day] = []
    for n in range(days):
        on = MONDAY + timedelta(days=n)
        total = WEEK[on.weekday()] * growth ** (n / 7) * (0.1 if on in holidays else 1.0)
        counts = [total * share for share in SHAPE]
        if noise is not None:
            counts = [float(sum(random.random() < mean / 400 for _ in range(400))) for mean in counts]
        made.append(Day(on, tuple(counts), holiday=on in holidays))
    return made


def coming(history: list[Day], days: int = 7) -> list[date]:
    return [history[-1].date + timedelta(days=n) for n in range(1, days + 1)]


def test_a_steady_week_is_repeated() -> None:
    history = made(70)
    for day in forecast(history, coming(history)):
        total = WEEK[day.date.weekday()]
        assert sum(day.mean) == pytest.approx(total, rel=0.03, abs=0.5)
        if total >= 70:
            assert [m / sum(day.mean) for m in day.mean] == pytest.approx(SHAPE, rel=0.02)
        assert all(0 <= low <= mean <= high for low, mean, high in zip(day.low, day.mean, day.high, strict=True))


def test_a_closed_day_stays_closed() -> None:
    history = made(56)
    sunday = next(d for d in forecast(history, coming(history)) if d.date.weekday() == 6)
    assert sum(sunday.mean) < 0.5


def test_growth_is_followed() -> None:
    history = made(84, growth=1.05)
    ahead = forecast(history, coming(history))
    truth = sum(WEEK) * 1.05 ** (84 / 7)
    assert sum(sum(day.mean) for day in ahead) == pytest.approx(truth, rel=0.12)
    assert weekly_growth(history) == pytest.approx(1.05, rel=1e-3)


def test_the_interval_holds_what_it_says() -> None:
    history = made(140, noise=7)
    found = accuracy(history, days=56)
    assert found is not None
    assert 0.7 <= found.inside <= 0.95
    assert found.wape < found.last_week  # chance alone: last week's chance is added to today's


def test_one_odd_day_moves_little() -> None:
    history = made(70)
    odd = [*history[:-5], Day(history[-5].date, tuple(c * 10 for c in history[-5].counts)), *history[-4:]]
    for day, without in zip(forecast(odd, coming(odd)), forecast(history, coming(history)), strict=True):
        if day.date.weekday() != odd[-5].date.weekday():
            assert sum(day.mean) == pytest.approx(sum(without.mean), rel=0.1, abs=0.5)


def test_a_holiday_is_like_the_holidays_before() -> None:
    past = frozenset({MONDAY + timedelta(days=14), MONDAY + timedelta(days=38)})
    history = made(70, holidays=past)
    monday = coming(history)[0]
    [plain] = forecast(history, [monday])
    [holiday] = forecast(history, [monday], frozenset({monday}))
    assert sum(plain.mean) == pytest.approx(100, rel=0.05)
    assert sum(holiday.mean) == pytest.approx(10, rel=0.1)


def test_without_two_weeks_there_is_no_forecast() -> None:
    with pytest.raises(ValueError, match="needs 14 days"):
        forecast(made(13), [MONDAY + timedelta(days=13)])
    assert accuracy(made(14)) is None
    assert weekly_growth(made(20)) is None


def test_nothing_ever_came() -> None:
    history = [Day(MONDAY + timedelta(days=n), (0.0, 0.0)) for n in range(30)]
    [day] = forecast(history, [MONDAY + timedelta(days=30)])
    assert day.mean == (0.0, 0.0)
    assert day.high == (0.0, 0.0)
