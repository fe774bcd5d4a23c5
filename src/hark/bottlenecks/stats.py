"""Statistics by group over columns: exact percentiles, by one sort for all groups."""

from typing import TYPE_CHECKING

from hark.bottlenecks.types import Times

if TYPE_CHECKING:
    from hark.bottlenecks.log import Codes, Floats


def times_by(groups: "Codes", values: "Floats", count: int) -> list[Times]:
    """The lengths of each group 0..count-1. `values` are seconds; percentiles interpolate linearly."""
    import numpy as np

    order = np.lexsort((values, groups))
    ordered = values[order]
    n = np.bincount(groups, minlength=count)
    total = np.bincount(groups, values, minlength=count)
    start = np.concatenate(([0], np.cumsum(n)[:-1])).astype(np.int64)

    def percentile(q: float) -> "Floats":
        at = start + q * np.maximum(n - 1, 0)
        low = np.minimum(np.floor(at).astype(np.int64), max(0, ordered.size - 1))
        high = np.minimum(np.ceil(at).astype(np.int64), max(0, ordered.size - 1))
        if not ordered.size:
            return np.zeros(count)
        found: Floats = ordered[low] + (ordered[high] - ordered[low]) * (at - np.floor(at))
        return found

    median, p90 = percentile(0.5), percentile(0.9)
    return [
        Times(count=int(n[i]), total=float(total[i]), mean=float(total[i] / n[i]), median=float(median[i]),
              p90=float(p90[i])) if n[i] else Times()
        for i in range(count)
    ]  # fmt: skip


def times_of(values: "Floats") -> Times:
    """The lengths of one group."""
    import numpy as np

    return times_by(np.zeros(values.size, np.int32), values, 1)[0]


def distinct_by(groups: "Codes", cases: "Codes", count: int) -> list[int]:
    """In how many different cases each group occurs."""
    import numpy as np

    if not groups.size:
        return [0] * count
    width = int(cases.max()) + 1
    pairs = np.sort(groups.astype(np.int64) * width + cases)  # np.unique of so many numbers takes ten times as long
    first = np.concatenate(([True], pairs[1:] != pairs[:-1]))
    return [int(n) for n in np.bincount(pairs[first] // width, minlength=count)]
