"""From samples to the numbers people read: exact percentiles, shares, and medians in which the waiting count. Pure.

A sample is one message, wait, episode or span: how long (`d`), whether it ended as the figure wants (`hit`), whether
somebody still waits. Percentiles come from these raw values, whatever the period; nothing is ever averaged twice.
"""

import itertools
from copy import copy
from typing import Literal

import numpy as np

from hark.reports.columns import Array
from hark.reports.types import Unit, Value

How = Literal["times", "lasting", "sum", "count", "share", "top", "entropy"]
"""times: mean, median, p90; lasting: the same, with a total that counts what lasts; sum: of `d`; count: of hits; share:
hits of all; top: share of the most frequent key; entropy: of the keys, in bits."""

HOW: dict[Unit, How] = {"seconds": "times", "minor": "sum", "count": "count", "share": "share", "number": "sum"}


COLUMNS = ("number", "at", "account", "team", "agent", "d", "hit", "waiting", "key")


class Samples:
    """One row each, all columns of one length and in the order of `at` (microseconds). `d` is None where only counting
    matters; `key` is what the figure itself can be split by (a stage, an action). Of a part, a column is only put
    together when somebody looks at it."""

    def __init__(
        self, *, number: Array, at: Array, account: Array, team: Array, agent: Array, d: Array | None = None,
        hit: Array | None = None, waiting: Array | None = None, key: Array | None = None,
    ) -> None:  # fmt: skip
        self._columns: dict[str, Array | None] = dict(
            zip(COLUMNS, (number, at, account, team, agent, d, hit, waiting, key), strict=True)
        )
        self._rows: Array | None = None
        self._seen: dict[str, Array | None] = {}

    def __len__(self) -> int:
        return len(self._whole("at")) if self._rows is None else len(self._rows)

    def take(self, rows: Array | slice) -> "Samples":
        """Some of them: a mask, positions or a slice."""
        part: Samples = copy(self)
        part._seen = {}
        if not isinstance(rows, slice) and rows.dtype == np.bool_:
            rows = np.flatnonzero(rows)
        if self._rows is not None:
            part._rows = self._rows[rows] if isinstance(rows, slice) else self._rows.take(rows)
        elif isinstance(rows, slice):
            part._columns = {name: None if c is None else c[rows] for name, c in self._columns.items()}
        else:
            part._rows = rows
        return part

    def marked(self, hit: Array) -> "Samples":
        """The same with other hits."""
        other: Samples = copy(self)
        other._seen = {**self._seen, "hit": hit}
        return other

    def _whole(self, name: str) -> Array:
        column = self._columns[name]
        assert column is not None
        return column

    def _find(self, name: str) -> Array | None:
        if name not in self._seen:
            column = self._columns[name]
            self._seen[name] = column if column is None or self._rows is None else column.take(self._rows)
        return self._seen[name]

    def _get(self, name: str) -> Array:
        column = self._find(name)
        assert column is not None
        return column

    @property
    def number(self) -> Array:
        return self._get("number")

    @property
    def at(self) -> Array:
        return self._get("at")

    @property
    def account(self) -> Array:
        return self._get("account")

    @property
    def team(self) -> Array:
        return self._get("team")

    @property
    def agent(self) -> Array:
        return self._get("agent")

    @property
    def d(self) -> Array | None:
        return self._find("d")

    @property
    def hit(self) -> Array | None:
        return self._find("hit")

    @property
    def waiting(self) -> Array | None:
        return self._find("waiting")

    @property
    def key(self) -> Array | None:
        return self._find("key")


def measure(s: Samples, how: How) -> Value:
    """All samples as one value."""
    return _value(how, s.d, s.hit, s.waiting, s.key, n=len(s))


def measure_parts(s: Samples, bounds: Array, how: How) -> list[Value]:
    """Neighbouring stretches of the samples as a value each: rows bounds[i] to bounds[i + 1]."""
    if how in ("count", "share", "sum"):
        return _counted_parts(s, bounds, how)
    d, hit, waiting, key = s.d, s.hit, s.waiting, s.key
    return [
        _value(how, *(None if column is None else column[low:high] for column in (d, hit, waiting, key)), n=high - low)
        for low, high in itertools.pairwise(bounds.tolist())
    ]


def _counted_parts(s: Samples, bounds: Array, how: How) -> list[Value]:
    n = np.diff(bounds)
    hits = n if s.hit is None else _sums(s.hit, bounds)
    still = np.zeros(len(n), dtype=np.int64) if s.waiting is None else _sums(s.waiting, bounds)
    totals = np.zeros(len(n))
    if how == "sum" and s.d is not None:
        totals = _sums(s.d if s.hit is None else np.where(s.hit, s.d, 0.0), bounds)
    rows = zip(n.tolist(), hits.tolist(), still.tolist(), totals.tolist(), strict=True)
    return [_counted(how, *row) for row in rows]


def _sums(column: Array, bounds: Array) -> Array:
    """The sum of each stretch; each is added up by itself, so that a million others do not blur it."""
    sums = np.zeros(len(bounds) - 1, dtype=np.float64 if column.dtype == np.float64 else np.int64)
    filled = np.flatnonzero(np.diff(bounds))
    if len(filled):
        sums[filled] = np.add.reduceat(column[: bounds[-1]], bounds[:-1][filled], dtype=sums.dtype)
    return sums


def measure_series(s: Samples, bounds: Array, how: How) -> tuple[Value, list[tuple[float | None, int]]]:
    """All samples as one value, and (value, how many) of neighbouring stretches: of times the median of those that ended."""
    if how not in ("times", "lasting"):
        return measure(s, how), [(part.value, part.count) for part in measure_parts(s, bounds, how)]
    d, ends = np.zeros(0) if s.d is None else s.d, bounds
    ended = _ended(d, s.hit)
    if ended is d:
        ended = d.copy()
    elif s.hit is not None:
        ends = np.concatenate([[0], np.cumsum(s.hit)])[bounds]
    found: list[tuple[float | None, int]] = []
    for low, high in itertools.pairwise(ends.tolist()):
        ended[low:high].sort()
        found.append((percentile(ended[low:high], 0.5) if high > low else None, high - low))
    ended.sort()
    return _times(d, ended, s.hit, _still(s.waiting), how), found


def _value(how: How, d: Array | None, hit: Array | None, waiting: Array | None, key: Array | None, *, n: int) -> Value:
    if how in ("top", "entropy"):
        return _varied(key, n, how)
    still = _still(waiting)
    if how in ("times", "lasting"):
        d = np.zeros(0) if d is None else d
        return _times(d, np.sort(_ended(d, hit)), hit, still, how)
    hits = n if hit is None else int(np.count_nonzero(hit))
    return _counted(how, n, hits, still, float(_ended(d, hit).sum()) if how == "sum" else 0.0)


def _still(waiting: Array | None) -> int:
    return 0 if waiting is None else int(np.count_nonzero(waiting))


def _counted(how: How, n: int, hits: int, still: int, total: float) -> Value:
    if how == "count":
        return Value(count=hits, value=float(hits))
    if how == "share":
        return Value(count=hits, of=n, value=hits / n if n else None, waiting=still)
    return Value(count=hits, value=total, total=total, waiting=still)


def _varied(key: Array | None, n: int, how: How) -> Value:
    counts = np.bincount(key) if key is not None and n else np.zeros(0, dtype=np.int64)
    shares = counts[counts > 0] / max(n, 1)
    if not len(shares):
        return Value(count=0, of=0)
    if how == "top":
        return Value(count=int(counts.max()), of=n, value=float(shares.max()))
    return Value(count=n, value=float(abs((shares * np.log2(shares)).sum())))


def _times(d: Array, ended: Array, hit: Array | None, still: int, how: How) -> Value:
    """`ended`: those of `d` that are hits, sorted."""
    hits = len(ended)
    censored = np.zeros(0) if hit is None or hits == len(d) else np.sort(d[~hit])
    total = float((d if how == "lasting" else ended).sum())
    median = kaplan_meier_median(ended, censored)
    if not hits:
        return Value(count=0, of=len(d), waiting=still, total=total, censored_median=median)
    mean = float(ended.sum()) / hits
    return Value(
        count=hits, of=len(d), value=mean, mean=mean, median=percentile(ended, 0.5), p90=percentile(ended, 0.9),
        waiting=still, total=total, censored_median=median,
    )  # fmt: skip


def _ended(d: Array | None, hit: Array | None) -> Array:
    if d is None:
        return np.zeros(0)
    return d if hit is None or bool(hit.all()) else d[hit]


def percentile(ordered: Array, share: float) -> float:
    """The percentile of sorted values, between neighbours in proportion (percentile_cont of SQL:2003)."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return float(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


def kaplan_meier_median(ended: Array, censored: Array) -> float | None:
    """When half have been served, counting who still waits for as long as they have (Kaplan & Meier 1958).

    Both sorted. None when less than half have been served so far. Between two censorings the product of
    (1 - 1 / at risk) telescopes, so only the censorings are stepped through; ends come before censorings of equal time.
    """
    n = len(ended)
    before = np.searchsorted(ended, censored, side="right")  # ends that come before each censoring
    starts = np.concatenate([[0], before])
    lengths = np.diff(np.concatenate([starts, [n]]))
    at_risk = (n - starts) + (len(censored) - np.arange(len(censored) + 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.where(lengths > 0, np.log((at_risk - lengths) / at_risk), 0.0)
    log_s = np.cumsum(steps)
    crossed = np.flatnonzero(log_s <= np.log(0.5) + 1e-12)
    if not crossed.size or not n:
        return None
    block = int(crossed[0])
    s_before = float(np.exp(log_s[block] - steps[block])) if np.isfinite(log_s[block]) else float(
        np.exp(log_s[block - 1]) if block else 1.0
    )  # fmt: skip
    risk = float(at_risk[block])
    more = int(np.ceil(risk * (1 - 0.5 / s_before) - 1e-9 * risk))
    return float(ended[int(starts[block]) + max(more, 1) - 1])
