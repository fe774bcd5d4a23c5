"""The honest price: sourced points, and what must hold for every wait."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.value.price import (
    leave_probability,
    loss_share,
    price_per_hour,
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
