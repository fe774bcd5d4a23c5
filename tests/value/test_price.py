"""The honest price: sourced points, and what must hold for every wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.value.price import (
    holder_total,
    leave_probability,
    loss_share,
    price_per_hour,
    run_rate,
    saved_without,
    share_by_duration,
    wait_price,
)
from hark.value.types import DAY_S, HOUR_S, PATIENCE_S, ValueModel

MODEL = ValueModel()
MAIL = 1 / PATIENCE_S["mail"]

waits = st.floats(0, 60 * DAY_S)
patience = st.sampled_from(sorted(set(PATIENCE_S.values()))).map(lambda m: 1 / m)
scales = st.floats(0.01, 20)
values = st.floats(0, 1e12)


def test_thirty_per_cent_leave_after_twelve_hours_of_mail() -> None:
    assert leave_probability(12 * HOUR_S, MAIL, MODEL) == pytest.approx(0.30, abs=0.005)


def test_a_third_leave_at_once_and_three_of_four_in_the_end() -> None:
    assert leave_probability(DAY_S, 1 / 120, MODEL) == pytest.approx(1 / 3 + 5 / 12 * (1 - 2 ** (-1 / 7)))
    assert leave_probability(1e9, MAIL, MODEL) == pytest.approx(0.75)
    assert leave_probability(0, MAIL, MODEL) == 0


@given(waits, waits, patience)
def test_leaving_never_decreases(a: float, b: float, per_s: float) -> None:
    low, high = sorted((a, b))
    assert 0 <= leave_probability(low, per_s, MODEL) <= leave_probability(high, per_s, MODEL) < 0.7501


@given(values, scales, waits, patience, st.floats(30, 7200))
def test_price_is_never_negative_and_sums_to_the_loss(
    value: float, scale: float, waited: float, per_s: float, ahead: float
) -> None:
    price = price_per_hour(value, scale, waited, per_s=per_s, ahead_s=ahead, model=MODEL)
    assert price >= 0
    before = wait_price(value, scale, waited, per_s=per_s, model=MODEL)
    after = wait_price(value, scale, waited + ahead, per_s=per_s, model=MODEL)
    assert before + price * ahead / HOUR_S == pytest.approx(after, rel=1e-9, abs=1e-6)
    assert after <= value * (1 + 1e-12)


@given(scales, waits, patience)
def test_nobody_loses_more_than_everything(scale: float, waited: float, per_s: float) -> None:
    assert 0 <= loss_share(waited, per_s, scale, MODEL) <= 1


@given(values, st.lists(st.floats(0, 1), max_size=8))
def test_a_holder_is_lost_once(value: float, losses: list[float]) -> None:
    total = holder_total(value, losses)
    assert -1e-6 <= total <= value
    assert total <= value * sum(losses) + value * 1e-9
    assert total >= value * max(losses, default=0) - value * 1e-9


def test_holder_total_of_two_waits() -> None:
    assert holder_total(100_00, [0.5, 0.5]) == 75_00


@given(values, scales, waits, st.floats(0, 1), patience)
def test_saved_without_a_stage_is_between_nothing_and_the_wait(
    value: float, scale: float, waited: float, part: float, per_s: float
) -> None:
    saved = saved_without(value, scale, waited, waited * part, per_s=per_s, model=MODEL)
    assert 0 <= saved <= wait_price(value, scale, waited, per_s=per_s, model=MODEL) + 1e-9
    assert saved_without(value, scale, waited, waited, per_s=per_s, model=MODEL) == wait_price(
        value, scale, waited, per_s=per_s, model=MODEL)


@given(st.integers(0, 10**12), st.lists(st.floats(0, 1e7), min_size=1, max_size=20))
def test_shares_sum_to_the_price_exactly(total: int, durations: list[float]) -> None:
    shares = share_by_duration(total, durations)
    assert sum(shares) == total
    assert min(shares) >= 0
    if sum(durations) > 1:
        assert all(abs(share - total * d / sum(durations)) < 1 + total * 1e-12
                   for share, d in zip(shares, durations, strict=True))


def test_shares_of_nothing() -> None:
    assert share_by_duration(10, []) == []
    assert share_by_duration(10, [0, 0]) == [10, 0]
    assert share_by_duration(10, [1, 1, 1]) == [4, 3, 3]


def test_run_rate() -> None:
    rate = run_rate(700_00, 7 * DAY_S)
    assert rate.per_day == pytest.approx(100_00)
    assert rate.per_year == pytest.approx(36_525_00)
    assert rate.per_month * 12 == pytest.approx(rate.per_year)
