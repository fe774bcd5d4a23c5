"""Who contributes most: the total waiting and its cost, cut by one thing at a time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hark.bottlenecks.stats import distinct_by
from hark.bottlenecks.types import Contributor, Cut

if TYPE_CHECKING:
    from hark.bottlenecks.log import Codes, Floats

TOP = 12
NONE, OTHER = "none", "other"


def cut_by(by: str, codes: "Codes", names: Sequence[str], *, time: "Floats", cost: "Floats", cases: "Codes") -> Cut:
    """The rows' `time` (seconds) and `cost` (minor units) by code; a negative code is "none". Largest time first, what
    is beyond the TOP is "other": each row counts exactly once, so the shares add up to 1."""
    import numpy as np

    n = len(names) + 1
    group = np.where(codes < 0, n - 1, codes).astype(np.int32)
    times, costs = np.bincount(group, time, minlength=n), np.bincount(group, cost, minlength=n)
    order = np.lexsort((-costs, -times))
    visits = np.bincount(group, minlength=n)
    order = order[visits[order] > 0]
    place = np.full(n, TOP, np.int32)
    place[order[:TOP]] = np.arange(min(TOP, len(order)))
    slots = place[group]
    labels = [*(NONE if int(code) == n - 1 else names[int(code)] for code in order[:TOP])]
    if len(order) > TOP:
        labels.append(OTHER)
    times, costs = np.bincount(slots, time, minlength=TOP + 1), np.bincount(slots, cost, minlength=TOP + 1)
    visits, distinct = np.bincount(slots, minlength=TOP + 1), distinct_by(slots, cases, TOP + 1)
    all_time, all_cost = float(times.sum()), float(costs.sum())
    rows = []
    for i, label in enumerate(labels):
        at = TOP if label == OTHER and i == TOP else i
        rows.append(
            Contributor(
                key=label, visits=int(visits[at]), cases=distinct[at], time=float(times[at]),
                time_share=float(times[at]) / all_time if all_time else 0.0, cost=float(costs[at]),
                cost_share=float(costs[at]) / all_cost if all_cost else 0.0,
            )
        )  # fmt: skip
    return Cut(by=by, rows=rows)
