"""From samples to the numbers people read: exact percentiles, shares, and medians in which the waiting count. Pure.

A sample is one message, wait, episode or span: how long (`d`), whether it ended as the figure wants (`hit`), whether
somebody still waits. Percentiles come from these raw values, whatever the period; nothing is ever averaged twice.
"""

import itertools
from typing import Literal

import numpy as np

from hark.reports.columns import Array
from hark.reports.types import Unit, Value

How = Literal["times", "lasting", "sum", "count", "share", "top", "entropy"]
"""times: mean, median, p90; lasting: the same, with a total that counts what lasts; sum: of `d`; count: of hits; share:
hits of all; top: share of the most frequent key; entropy: of the keys, in bits."""

HOW: dict[Unit, How] = {"seconds": "times", "minor": "sum", "count": "count", "share": "share", "number": "sum"}


class Samples:
    """One row each, all arrays of one length and in the order of `at` (microseconds). `d` is None where only counting
    matters; `key` is what the figure itself can be split by (a stage, an action)."""

    def __init__(
        self, *, number: Array, at: Array, account: Array, team: Array, agent: Array, d: Array | None = None,
        hit: Array | None = None, waiting: Array | None = None, key: Array | None = None,
    ) -> None:  # fmt: skip
        self.number, self.at, self.account, self.team, self.agent = number, at, account, team, agent
        self.d, self.hit, self.waiting, self.key = d, hit, waiting, key

    def __len__(self) -> int:
        return len(self.at)

    def take(self, rows: Array | slice) -> "Samples":
        """Some of them: a mask, positions or a slice."""

        def part(column: Array | None) -> Array | None:
            return None if column is None else column[rows]

        return Samples(
            number=self.number[rows], at=self.at[rows], account=self.account[rows], team=self.team[rows],
            agent=self.agent[rows], d=part(self.d), hit=part(self.hit), waiting=part(self.waiting), key=part(self.key),
        )  # fmt: skip


def measure(s: Samples, how: How) -> Value:
    """All samples as one value."""
    match how:
        case "count" | "share" | "sum":
            return _counted(s, how)
        case "top" | "entropy":
            return _varied(s, how)
        case _:
            return _times(s, how)


def measure_parts(s: Samples, bounds: Array, how: How) -> list[Value]:
    """Neighbouring stretches of the samples as a value each: rows bounds[i] to bounds[i + 1]."""
    edges = bounds.tolist()
    return [measure(s.take(slice(low, high)), how) for low, high in itertools.pairwise(edges)]


def medians(s: Samples, bounds: Array) -> list[tuple[float | None, int]]:
    """(median of those that ended, how many) of neighbouring stretches."""
    d, ends = _ended(s.d, s.hit), bounds
    if s.hit is not None and s.d is not None and len(d) != len(s.d):
        ends = np.concatenate([[0], np.cumsum(s.hit)])[bounds]
    found: list[tuple[float | None, int]] = []
    for low, high in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        n = high - low
        if not n:
            found.append((None, 0))
            continue
        middle = (n - 1) // 2, n // 2
        parted = np.partition(d[low:high], middle)
        found.append(
            (float(parted[middle[0]] + (parted[middle[1]] - parted[middle[0]]) * (0.5 if n % 2 == 0 else 0)), n)
        )
    return found


def _counted(s: Samples, how: How) -> Value:
    n = len(s)
    hits = n if s.hit is None else int(np.count_nonzero(s.hit))
    still = 0 if s.waiting is None else int(np.count_nonzero(s.waiting))
    if how == "count":
        return Value(count=hits, value=float(hits))
    if how == "share":
        return Value(count=hits, of=n, value=hits / n if n else None, waiting=still)
    total = float(_ended(s.d, s.hit).sum())
    return Value(count=hits, value=total, total=total, waiting=still)


def _varied(s: Samples, how: How) -> Value:
    counts = np.bincount(s.key) if s.key is not None and len(s) else np.zeros(0)
    shares = counts[counts > 0] / max(len(s), 1)
    if not len(shares):
        return Value(count=0, of=0)
    if how == "top":
        return Value(count=int(counts.max()), of=len(s), value=float(shares.max()))
    return Value(count=len(s), value=float(abs((shares * np.log2(shares)).sum())))


def _times(s: Samples, how: How) -> Value:
    d = s.d if s.d is not None else np.zeros(0)
    still = 0 if s.waiting is None else int(np.count_nonzero(s.waiting))
    ended = np.sort(_ended(d, s.hit))
    hits = len(ended)
    censored = np.zeros(0) if s.hit is None or hits == len(d) else np.sort(d[~s.hit])
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
