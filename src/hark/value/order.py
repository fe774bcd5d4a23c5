"""Who is served next: the order index, its SQL twin and the reserved share.

The index is the slope of the first part of P (see `price.leave_probability`) over a mixed clock, in minor units per
second. It freezes at its peak, so those who waited longest never fall back. Inspired by the generalised c-mu rule
(van Mieghem 1995; Mandelbaum and Stolyar 2004); not optimal: cost is S-shaped, people abandon, agents hold
parallel chats.
"""

from collections.abc import Hashable, Iterable, Mapping
from math import exp, log
from typing import TypeVar

from hark.core.sql import Sql
from hark.value.types import ValueModel

T = TypeVar("T", bound=Hashable)

LN2 = log(2)

# The formula, once. Literals and parameters stay float8: numeric is several times slower.
# F(now) of the row's calendar; parameters: F per calendar, the calendars' ids in the same order.
F_NOW_SQL = "({}::float8[])[array_position({}::int[], calendar_id)]"
# d of the row's topic; parameters: handle times, the topics' ids in the same order, the workspace's own handle time.
AHEAD_SQL = "coalesce(({}::float8[])[array_position({}::int[], topic_id)], {}::float8)"
# Parameters: customer share, now, team share, F_NOW_SQL, look-ahead, peak.
U_SQL = (
    "least(({}::float8 * ({}::float8 - wait_t0) + {}::float8 * ({} - wait_f0) + {})"
    " * per_s, {}::float8)"
)
# The parameter is 2 ln2 x leave_once (0.46209812 by default); needs a column u.
INDEX_SQL = "stake * per_s * {}::float8 * u * exp(-0.6931471805599453::float8 * u * u)"
# Parameters: F_NOW_SQL, limit in patiences, limit in open seconds.
OVERDUE_SQL = "{} - wait_f0 > least({}::float8 / per_s, {}::float8)"


def urgency(customer_s: float, open_s: float, *, per_s: float, ahead_s: float, model: ValueModel) -> float:
    """u: the wait on the mixed clock plus the look-ahead, in patiences, frozen at the peak.

    `customer_s` and `open_s` are the age of the wait on the customer and on the team clock.
    """
    mixed = model.clock_share * customer_s + (1.0 - model.clock_share) * open_s + ahead_s
    return min(mixed * per_s, model.peak)


def order_index(stake: float, u: float, *, per_s: float, model: ValueModel) -> float:
    """V s (2 ln2 / 3) u 2^(-u^2) / m, in minor units per second; `stake` is V s."""
    return stake * per_s * index_gain(model) * u * exp(-LN2 * u * u)


def index_gain(model: ValueModel) -> float:
    """2 ln2 x the share that leaves after one disappointment: the constant of the index.

    With the workspace's own curve its ceiling: the order keeps its shape, which bounds how long anybody waits."""
    return 2.0 * LN2 * (model.leave_once if model.curve is None else model.curve.ceiling)


def f_now_sql(f_now: Mapping[int, float]) -> Sql:
    """F(now) of a row's `calendar_id`; `f_now` by calendar id (`hark.hours.queries.Calendars.f_now`)."""
    return Sql(F_NOW_SQL, list(f_now.values()), list(f_now))


def ahead_sql(handle_s: Mapping[int, float], model: ValueModel) -> Sql:
    """d of a row's `topic_id`; `handle_s`: handle time of the topics that have one of their own
    (`hark.topics.queries.own_handle_seconds`)."""
    if not handle_s:
        return Sql("{}::float8", model.handle_s)
    return Sql(AHEAD_SQL, list(handle_s.values()), list(handle_s), model.handle_s)


def u_sql(*, now_s: float, f_now: Mapping[int, float], ahead: Sql, model: ValueModel) -> Sql:
    """`urgency` over the columns `wait_t0, wait_f0, calendar_id, per_s` and those of `ahead` (see `ahead_sql`)."""
    share = model.clock_share
    return Sql(U_SQL, share, now_s, 1.0 - share, f_now_sql(f_now), ahead, model.peak)


def index_sql(model: ValueModel) -> Sql:
    """`order_index` over the columns `stake, per_s, u`."""
    return Sql(INDEX_SQL, index_gain(model))


def overdue_sql(*, f_now: Mapping[int, float], model: ValueModel) -> Sql:
    """True where `is_overdue`, over the columns `wait_f0, calendar_id, per_s`."""
    return Sql(OVERDUE_SQL, f_now_sql(f_now), model.limit_patience, model.limit_open_s)


def limit_s(per_s: float, model: ValueModel) -> float:
    """How long anybody may wait, in open seconds: three patiences, at most nine team hours."""
    return min(model.limit_patience / per_s, model.limit_open_s)


def is_overdue(open_s: float, *, per_s: float, model: ValueModel) -> bool:
    """Whether a wait is over its limit on the team clock, so that the reserved share may take it."""
    return open_s > limit_s(per_s, model)


def is_reserved(position: int, model: ValueModel) -> bool:
    """Whether the pull (or row) number `position`, from 1, belongs to the longest overdue case whatever it is worth."""
    return position % model.reserved_every == 0


def with_reserved(
    ranked: Iterable[T], overdue: Iterable[T], *, model: ValueModel, start: int = 0
) -> list[tuple[T, bool]]:
    """The list as it is shown: by index, every eighth row the oldest case over its limit.

    `ranked` in order of the index, `overdue` those over their limit, oldest first; both by identity of the case
    (an id). `start` is the number of rows before. Returns each case once with True where it stands there because
    it was promised; an overdue case that is not among `ranked` comes in only through a reserved row.
    """
    promised, placed = list(overdue), set[T]()
    rows: list[tuple[T, bool]] = []
    rest = iter(ranked)
    oldest = iter(promised)
    while True:
        reserved = is_reserved(start + len(rows) + 1, model)
        case = next((c for c in oldest if c not in placed), None) if reserved else None
        if case is not None:
            rows.append((case, True))
        else:
            case = next((c for c in rest if c not in placed), None)
            if case is None:
                return rows
            rows.append((case, False))
        placed.add(case)
