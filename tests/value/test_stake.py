"""Value at stake and severity."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.value.stake import (
    days_to_renewal,
    severity_mean,
    severity_scale,
    to_base,
    two_digits,
    value_at_stake,
)
from hark.value.types import Severity, ValueModel, Worth

MODEL = ValueModel()
TODAY = date(2026, 3, 10)


@pytest.mark.parametrize(("minor", "rounded"), [(0, 0), (7, 7), (99, 99), (104, 100), (1_463_200, 1_500_000), (-1234, -1200)])
def test_two_digits(minor: int, rounded: int) -> None:
    assert two_digits(minor) == rounded


@given(st.integers(1, 10**15))
def test_two_digits_is_close_and_short(minor: int) -> None:
    rounded = two_digits(minor)
    assert abs(rounded - minor) <= 0.05 * minor
    assert len(str(rounded).rstrip("0")) <= 2


def test_value_is_a_year_of_revenue() -> None:
    stake = value_at_stake(Worth(monthly_minor=400_00, currency="EUR"), today=TODAY, model=MODEL)
    assert (stake.value_minor, stake.assumed, stake.renewal_in_days) == (4_800_00, False, None)


def test_unknown_revenue_is_assumed_and_says_so() -> None:
    stake = value_at_stake(Worth(), today=TODAY, model=MODEL)
    assert (stake.value_minor, stake.assumed) == (1_200_00, True)
    assert value_at_stake(Worth(monthly_minor=0), today=TODAY, model=MODEL).assumed is False


@pytest.mark.parametrize(("days", "cycle", "near"), [
    (0, 30, True), (3, 30, True), (4, 30, False), (3, None, True), (36, 365, True), (37, 365, False), (3, 7, True)])
def test_raised_in_the_last_tenth_at_least_three_days(days: int, cycle: int | None, near: bool) -> None:
    worth = Worth(monthly_minor=100_00, renewal_on=TODAY + timedelta(days=days), cycle_days=cycle)
    stake = value_at_stake(worth, today=TODAY, model=MODEL)
    assert stake.renewal_in_days == (days if near else None)
    assert stake.value_minor == (1_800_00 if near else 1_200_00)


def test_vip_and_tenure_count_only_when_the_workspace_says_so() -> None:
    worth = Worth(monthly_minor=100_00, vip=True, customer_since=TODAY - timedelta(days=365 * 5))
    plain = value_at_stake(worth, today=TODAY, model=MODEL)
    assert (plain.value_minor, plain.vip, plain.tenure_years) == (1_200_00, False, None)
    model = ValueModel(vip_factor=2, tenure_factor=1.25, tenure_years=4)
    raised = value_at_stake(worth, today=TODAY, model=model)
    assert (raised.value_minor, raised.vip, raised.tenure_years) == (3_000_00, True, 4)
    young = Worth(monthly_minor=100_00, customer_since=TODAY - timedelta(days=300))
    assert value_at_stake(young, today=TODAY, model=model).value_minor == 1_200_00
    future = Worth(monthly_minor=100_00, customer_since=TODAY + timedelta(days=3000))
    assert value_at_stake(future, today=TODAY, model=model).value_minor == 1_200_00


def test_a_plan_stands_in_where_no_revenue_is_known() -> None:
    model = ValueModel(plan_monthly_minor={"Pro": 250_00})
    assumed = value_at_stake(Worth(plan="Pro"), today=TODAY, model=model)
    assert (assumed.value_minor, assumed.assumed, assumed.plan) == (3_000_00, True, "Pro")
    known = value_at_stake(Worth(plan="Pro", monthly_minor=10_00), today=TODAY, model=model)
    assert (known.value_minor, known.assumed, known.plan) == (120_00, False, None)
    other = value_at_stake(Worth(plan="Free"), today=TODAY, model=model)
    assert (other.value_minor, other.plan) == (1_200_00, None)
    no_rate = value_at_stake(Worth(plan="Pro", monthly_minor=10_00, currency="USD"), today=TODAY, model=model)
    assert (no_rate.value_minor, no_rate.assumed) == (3_000_00, True)


def test_a_past_renewal_comes_again_with_its_cycle() -> None:
    past = TODAY - timedelta(days=28)
    assert days_to_renewal(Worth(renewal_on=past, cycle_days=30), today=TODAY) == 2
    assert days_to_renewal(Worth(renewal_on=past), today=TODAY) is None


def test_currencies_convert_by_rate_and_digits_or_fall_back_to_the_assumption() -> None:
    model = ValueModel(currency="EUR", rates={"KRW": 0.00065})
    assert to_base(1_000_000, "KRW", model) == pytest.approx(650_00)
    assert value_at_stake(Worth(monthly_minor=1_000_000, currency="KRW"), today=TODAY, model=model).value_minor == 7_800_00
    unknown = value_at_stake(Worth(monthly_minor=9_999_99, currency="USD"), today=TODAY, model=model)
    assert (unknown.value_minor, unknown.assumed, unknown.currency) == (1_200_00, True, "EUR")


@given(st.lists(st.integers(0, 10_000), min_size=4, max_size=4).filter(any))
def test_severity_is_rescaled_to_mean_one(counts: list[int]) -> None:
    model = ValueModel(severity_mean=severity_mean(counts, MODEL))
    scales = [severity_scale(severity, model) for severity in Severity]
    assert sum(n * s for n, s in zip(counts, scales, strict=True)) / sum(counts) == pytest.approx(1)
    assert scales == sorted(scales)


def test_no_cases_yet_leave_the_weights_alone() -> None:
    assert severity_mean([0, 0, 0, 0], MODEL) == 1
