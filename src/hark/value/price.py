"""The honest price of waiting: what is shown and summed. Definitions and sources: MEASURES.md, cost of delay.

`value` is V in minor units, `scale` is s, `per_s` is 1/m in 1/s; waits and durations are seconds on the customer
clock, which starts again whenever the ball comes back to us.
"""

from math import expm1, log

from hark.value.types import HOUR_S, ValueModel

_LN2 = log(2)


def leave_probability(waited_s: float, per_s: float, model: ValueModel) -> float:
    """P(w) = 1/3 (1 - 2^-((w/m)^2)) + 5/12 (1 - 2^-(w/7 days)): the share of customers lost to a wait.

    The first part is the one disappointment, the second the slow loss of who is never answered. 0 at 0, never
    decreasing, below 3/4. Mail: P(12 h) = .30. Where the workspace's own curve is in use: c (1 - 2^-((w/m)^k)).
    """
    u = waited_s * per_s
    if model.curve is not None:
        return -model.curve.ceiling * expm1(-_LN2 * u**model.curve.shape)
    once = -expm1(-_LN2 * u * u)
    slowly = -expm1(-_LN2 * waited_s / model.slow_half_s)
    return model.leave_once * once + model.leave_slowly * slowly


def loss_share(waited_s: float, per_s: float, scale: float, model: ValueModel) -> float:
    """s P(w), at most 1: nobody can lose more than everything."""
    return min(1.0, scale * leave_probability(waited_s, per_s, model))


def price_per_hour(
    value: float, scale: float, waited_s: float, *, per_s: float, ahead_s: float, model: ValueModel
) -> float:
    """Minor units per hour: V s (P(w + d) - P(w)) / d, what one more job before this one costs.

    `ahead_s` is d, the mean handle time of the topic; it must be positive. Where patience is shorter than d the rate is
    one that nobody could lose for an hour: `price_per_job` is what is shown there.
    """
    job = price_per_job(value, scale, waited_s, per_s=per_s, ahead_s=ahead_s, model=model)
    return job / (ahead_s / HOUR_S)


def price_per_job(
    value: float, scale: float, waited_s: float, *, per_s: float, ahead_s: float, model: ValueModel
) -> float:
    """Minor units: V s (P(w + d) - P(w)), what one more job of `ahead_s` before this one costs; never more than V."""
    now = loss_share(waited_s, per_s, scale, model)
    return value * max(0.0, loss_share(waited_s + ahead_s, per_s, scale, model) - now)


def wait_price(value: float, scale: float, waited_s: float, *, per_s: float, model: ValueModel) -> float:
    """Minor units a whole wait has cost: V s P(W)."""
    return value * loss_share(waited_s, per_s, scale, model)
