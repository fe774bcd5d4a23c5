"""What is at stake when a customer waits: value V and severity s."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import floor, log10, prod

from babel.numbers import get_currency_precision

from hark.value.types import Severity, Stake, ValueModel, Worth


def two_digits(minor: float) -> int:
    """Rounded to two significant digits: no estimate is better than that. `two_digits(14_632_00) == 15_000_00`."""
    if minor == 0:
        return 0
    step: int = 10 ** max(0, floor(log10(abs(minor))) - 1)
    return round(minor / step) * step


def to_base(minor: int, currency: str, model: ValueModel) -> float | None:
    """An amount in base minor units; None when the model has no rate for the currency."""
    if currency == model.currency:
        return float(minor)
    rate = model.rates.get(currency)
    if rate is None:
        return None
    return minor * rate * 10.0 ** (get_currency_precision(model.currency) - get_currency_precision(currency))


def value_at_stake(worth: Worth, *, today: date, model: ValueModel) -> Stake:
    """V: monthly revenue x 12, raised near a renewal, two significant digits (MEASURES.md, honest price).

    The factors of VIPs and of long-standing customers are 1 until the workspace sets them.
    """
    known = None
    if worth.monthly_minor is not None:
        known = to_base(worth.monthly_minor, worth.currency or model.currency, model)
    days = days_to_renewal(worth, today=today)
    near = days is not None and days <= max(model.renewal_days, model.renewal_share * (worth.cycle_days or 0))
    plan = worth.plan if known is None and worth.plan in model.plan_monthly_minor else None
    assumed = model.plan_monthly_minor[plan] if plan else model.default_monthly_minor
    monthly = assumed if known is None else known
    years = _years(worth.customer_since, today)
    factors = (
        model.renewal_factor if near else 1.0,
        model.vip_factor if worth.vip else 1.0,
        model.tenure_factor if years is not None and years >= model.tenure_years else 1.0,
    )
    return Stake(
        value_minor=two_digits(monthly * model.months * prod(factors)),
        currency=model.currency,
        assumed=known is None,
        renewal_in_days=days if near else None,
        vip=factors[1] != 1.0,
        tenure_years=years if factors[2] != 1.0 else None,
        plan=plan,
    )


def _years(since: date | None, today: date) -> int | None:
    """Whole years a customer has been one; None when unknown or still to come."""
    if since is None or since > today:
        return None
    return today.year - since.year - ((today.month, today.day) < (since.month, since.day))


def days_to_renewal(worth: Worth, *, today: date) -> int | None:
    """Whole days until the next renewal; a past date repeats by `cycle_days`. None when unknown or over."""
    if worth.renewal_on is None:
        return None
    days = (worth.renewal_on - today) // timedelta(days=1)
    if days >= 0:
        return days
    return days % worth.cycle_days if worth.cycle_days else None


def severity_mean(counts: Sequence[int], model: ValueModel) -> float:
    """Mean weight of the conversations of the last 90 days, `counts` by severity; 1.0 while there are none."""
    total = sum(counts)
    if not total:
        return 1.0
    return sum(n * weight for n, weight in zip(counts, model.severity_weights, strict=True)) / total


def severity_scale(severity: Severity, model: ValueModel) -> float:
    """s: the severity's weight, rescaled so that its mean over the last 90 days is 1."""
    return model.severity_weights[severity] / model.severity_mean
