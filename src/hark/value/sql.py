"""SQL twins of V, s and P, so that millions of stored waits can be priced by any model where they lie.

Parameters and literals stay float8. `exp` never gets less than -700 and `power` never less than 1e-30: PostgreSQL refuses to underflow.
"""

from collections.abc import Mapping

from babel.numbers import get_currency_precision

from hark.core.sql import Sql
from hark.value.types import ValueModel

_DEFAULT = (
    "({}::float8 * (1 - exp(greatest(-700, -0.6931471805599453::float8 * power({}, 2))))"
    " + {}::float8 * (1 - exp(greatest(-700, -0.6931471805599453::float8 * {} / {}::float8))))"
)
_OWN = (
    "(CASE WHEN {} > 0 THEN {}::float8 * (1 - exp(greatest(-700, -0.6931471805599453::float8 * power({}, {}::float8))))"
    " ELSE 0 END)"
)
_WORTH = """(coalesce(monthly_minor * ({}::jsonb ->> currency)::float8, ({}::jsonb ->> plan)::float8, {}::float8) * {}::float8
  * CASE WHEN renewal_in <= greatest({}::float8, {}::float8 * coalesce(cycle_days, 0)) THEN {}::float8 ELSE 1 END
  * CASE WHEN vip THEN {}::float8 ELSE 1 END * CASE WHEN tenure >= {}::float8 THEN {}::float8 ELSE 1 END)"""


def leave_sql(waited: Sql, per_s: Sql, model: ValueModel) -> Sql:
    """`leave_probability` of a wait in seconds (`waited`) on a channel of this patience (`per_s`, 1/s)."""
    u = Sql("greatest(greatest({}, 0) * {}, 1e-30)", waited, per_s)
    if model.curve is not None:
        return Sql(_OWN, waited, model.curve.ceiling, u, model.curve.shape)
    return Sql(_DEFAULT, model.leave_once, u, model.leave_slowly, Sql("greatest({}, 0)", waited), model.slow_half_s)


def worth_sql(model: ValueModel) -> Sql:
    """`value_at_stake`, not rounded, over the columns `monthly_minor, currency, plan, vip, cycle_days`, `renewal_in`
    (days until the next renewal, NULL: none) and `tenure` (whole years, NULL: unknown)."""
    return Sql(
        _WORTH, rates_to_base(model), dict(model.plan_monthly_minor), model.default_monthly_minor, model.months,
        model.renewal_days, model.renewal_share, model.renewal_factor, model.vip_factor, model.tenure_years, model.tenure_factor,
    )  # fmt: skip


RENEWAL_IN_SQL = """CASE WHEN renewal_on >= day THEN renewal_on - day
  WHEN cycle_days > 0 THEN (((renewal_on - day) % cycle_days) + cycle_days) % cycle_days END"""
TENURE_SQL = "CASE WHEN customer_since <= day THEN extract(year FROM age(day, customer_since)) END"


def rates_to_base(model: ValueModel) -> Mapping[str, float]:
    """Base minor units per minor unit of each currency that can be converted."""
    base = get_currency_precision(model.currency)
    rates = {code: rate * 10.0 ** (base - get_currency_precision(code)) for code, rate in model.rates.items()}
    return {**rates, model.currency: 1.0}


def scale_sql(severity: Sql, model: ValueModel) -> Sql:
    """`severity_scale` of a column of severities."""
    weights = [weight / model.severity_mean for weight in model.severity_weights]
    return Sql("({}::float8[])[{} + 1]", weights, severity)
