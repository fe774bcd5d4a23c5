"""The honest price of waiting: what is shown and summed. Definitions and sources: MEASURES.md, cost of delay.

`value` is V in minor units, `scale` is s, `per_s` is 1/m in 1/s; waits and durations are seconds on the customer
clock, which starts again whenever the ball comes back to us.
"""

from collections.abc import Iterable, Sequence
from math import expm1, log, prod
from typing import NamedTuple

from hark.value.types import DAY_S, HOUR_S, ValueModel

_LN2 = log(2)


class RunRate(NamedTuple):
    """A loss per day, per month (a twelfth of a year) and per year of 365.25 days."""

    per_day: float
    per_month: float
    per_year: float


def leave_probability(waited_s: float, per_s: float, model: ValueModel) -> float:
    """P(w) = 1/3 (1 - 2^-((w/m)^2)) + 5/12 (1 - 2^-(w/7 days)): the share of customers lost to a wait.

    The first part is the one disappointment, the second the slow loss of who is never answered. 0 at 0, never
    decreasing, below 3/4. Mail: P(12 h) = .30.
    """
    u = waited_s * per_s
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

    `ahead_s` is d, the mean handle time of the topic; it must be positive.
    """
    now = loss_share(waited_s, per_s, scale, model)
    later = loss_share(waited_s + ahead_s, per_s, scale, model)
    return value * max(0.0, later - now) / (ahead_s / HOUR_S)


def wait_price(value: float, scale: float, waited_s: float, *, per_s: float, model: ValueModel) -> float:
    """Minor units a whole wait has cost: V s P(W)."""
    return value * loss_share(waited_s, per_s, scale, model)


def holder_total(value: float, losses: Iterable[float]) -> float:
    """Minor units over all waits of one value holder: V (1 - prod(1 - s P)), never the plain sum.

    `losses` are the `loss_share` of each wait. A customer can leave only once, so the total never passes V.
    """
    return value * (1.0 - prod(1.0 - loss for loss in losses))


def saved_without(
    value: float, scale: float, waited_s: float, stage_s: float, *, per_s: float, model: ValueModel
) -> float:
    """Minor units saved had one stage of `stage_s` not been in a wait of `waited_s`: V s (P(W) - P(W - d))."""
    shorter = max(0.0, waited_s - stage_s)
    saved = loss_share(waited_s, per_s, scale, model) - loss_share(shorter, per_s, scale, model)
    return value * max(0.0, saved)


def share_by_duration(total_minor: int, durations_s: Sequence[float]) -> list[int]:
    """The price of a wait divided among its stages by duration; whole minor units that sum to the total exactly.

    Rounds by the largest remainder; a wait of no length at all gives everything to its first stage.
    """
    if not durations_s:
        return []
    length = sum(durations_s)
    if length <= 0:
        return [total_minor] + [0] * (len(durations_s) - 1)
    exact = [total_minor * duration / length for duration in durations_s]
    shares = [int(part) for part in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_remainder[: total_minor - sum(shares)]:
        shares[i] += 1
    return shares


def run_rate(loss: float, over_s: float) -> RunRate:
    """A loss that arose within `over_s` seconds (> 0), as a rate per day, month and year."""
    per_day = loss / over_s * DAY_S
    return RunRate(per_day=per_day, per_month=per_day * 365.25 / 12, per_year=per_day * 365.25)

