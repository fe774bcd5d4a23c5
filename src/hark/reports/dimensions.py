"""What figures are filtered and broken down by. Pure, but for names that are given.

Account, team and person are those of the fact itself (who answered this wait, the team it was with), topic, company and
tags those of its conversation. Filters and breakdowns say the same: the row of a person in a breakdown is the figure of
that person.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from hark.filters.catalogue import CHANNEL, SEVERITY
from hark.journey.types import Stage
from hark.reports.columns import Array
from hark.reports.facts import Facts, micros, of_number
from hark.reports.held import View
from hark.reports.measure import Samples
from hark.reports.samples import ACTIONS
from hark.reports.types import By, Cohort, Interval

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
_FROM_THURSDAY = 3  # 1970-01-01 was one; weekdays count from Monday
PROMISES = {1: "first_reply", 2: "next_reply", 3: "resolution"}
WORDS: Mapping[str, Mapping[int, str]] = {
    "stage": {stage.value: stage.name.lower() for stage in Stage},
    "severity": {number: word for word, number in SEVERITY.items()},
    "action": ACTIONS,
    "promise": PROMISES,
}
"""What a figure's own `key` means, by dimension."""

MIXING = np.int64(-7046029254386353131)
"""Odd, its bits all over (2**64 divided by the golden ratio)."""

FACTS_OF: Mapping[str, str] = {"tag": "tags", "topic": "about", "company": "about"}
"""Dimensions of the conversation and the facts that tell them."""


class Groups(msgspec.Struct, frozen=True):
    """Samples in order of their group: group i has the rows bounds[i] to bounds[i + 1]."""

    samples: Samples
    keys: list[str]
    bounds: Array


def cohort_facts(c: Cohort) -> set[str]:
    """The facts that the filters need."""
    asked = {"tag": c.tag_id, "topic": c.topic_id, "company": c.company_id}
    return {FACTS_OF[by] for by, value in asked.items() if value is not None}


def marks(facts: Facts, c: Cohort) -> Array | None:
    """By number, the conversations that count; None when all do."""
    found = facts.allowed
    if c.tag_id is not None:
        v = facts.everything("tags")
        found = _both(found, _marked(v["number"][v["tag"] == c.tag_id]))
    if c.topic_id is not None:
        v = facts.everything("about")
        found = _both(found, _marked(v["number"][v["topic"] == c.topic_id]))
    if c.company_id is not None:
        v = facts.everything("about")
        found = _both(found, _marked(v["number"][v["company"] == np.void(c.company_id.bytes)]))
    return found


def keep(samples: Samples, c: Cohort, marked: Array | None, channels: Mapping[int, int]) -> Samples:
    """The samples that the page's filters leave. `channels` is the kind of each account."""
    wanted: Array | None = None
    if marked is not None:
        wanted = of_number(marked, samples.number)
    if c.account_id is not None:
        wanted = _both(wanted, samples.account == c.account_id)
    if c.channel is not None:
        of_kind = [id for id, kind in channels.items() if kind == CHANNEL[c.channel]]
        wanted = _both(wanted, np.isin(samples.account, np.array(of_kind, dtype=np.int32)))
    if c.team_id is not None:
        wanted = _both(wanted, samples.team == c.team_id)
    if c.agent_id is not None:
        wanted = _both(wanted, samples.agent == c.agent_id)
    return samples if wanted is None else samples.take(wanted)


def group(
    samples: Samples, by: By, facts: Facts, c: Cohort, channels: Mapping[int, int], *, most: int = 2**31
) -> Groups:
    """The samples by one dimension, the `most` largest groups. Those of several tags stand in several groups."""
    codes, names = _codes(samples, by, facts, c, channels)
    if by == "tag":
        rows, codes = _fan_out(samples, facts)
        samples = samples.take(rows)
    if not len(codes):
        return Groups(samples, [], np.zeros(1, dtype=np.int64))
    order = _order(codes)
    ordered = codes.take(order)
    begins = np.concatenate([[0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1])
    sizes = np.diff(begins, append=len(ordered))
    if len(sizes) > most:
        chosen = np.sort(np.argpartition(sizes, len(sizes) - most)[-most:])
        begins, sizes = begins[chosen], sizes[chosen]
        order = np.concatenate(
            [order[low : low + size] for low, size in zip(begins.tolist(), sizes.tolist(), strict=True)]
        )
    keys = [names.get(code, "" if code < 0 else str(code)) for code in ordered[begins].tolist()]
    return Groups(samples.take(order), keys, np.concatenate([[0], np.cumsum(sizes)]))


def _order(codes: Array) -> Array:
    """The order of the codes, rows of one code in theirs. Of small numbers numpy finds it quickly; others are sorted as
    one number with their row."""
    if codes.dtype.itemsize <= 2:
        return np.argsort(codes, kind="stable")
    low, bits = int(codes.min()), len(codes).bit_length()
    if int(codes.max()) - low < 2**15:
        return np.argsort((codes - low).astype(np.int16), kind="stable")
    order: Array = np.sort((codes.astype(np.int64) - low) << bits | np.arange(len(codes))) & ((1 << bits) - 1)
    return order


def pick(samples: Samples, by: By, key: str, facts: Facts, c: Cohort, channels: Mapping[int, int]) -> Samples:
    """One group of a breakdown, as its row shows it."""
    codes, names = _codes(samples, by, facts, c, channels)
    if by == "tag":
        rows, codes = _fan_out(samples, facts)
        samples = samples.take(rows)
    code = next((code for code, name in names.items() if name == key), None)
    if code is None and key.isdecimal() and int(key) not in names:
        code = int(key)
    if code is None:
        return samples.take(codes < 0 if key == "" else slice(0, 0))
    return samples.take(codes == code)


def _codes(s: Samples, by: By, facts: Facts, c: Cohort, channels: Mapping[int, int]) -> tuple[Array, Mapping[int, str]]:
    """A whole number for each sample (below 0: none), and the keys that are not just that number."""
    match by:
        case "account":
            return s.account, {}
        case "channel":
            kinds = np.full(max(channels, default=0) + 2, -1, dtype=np.int32)
            kinds[list(channels)] = list(channels.values())
            return kinds[np.minimum(s.account.astype(np.int32), len(kinds) - 1)], {
                kind: word for word, kind in CHANNEL.items()
            }
        case "team":
            return s.team, {}
        case "agent":
            return s.agent, {}
        case "tag":
            return s.agent, {}  # not looked at: see _fan_out
        case "topic":
            return topic_of(facts, s.number), {}
        case "company":
            return _company_of(facts, s.number)
        case "hour" | "weekday" | "heat":
            return _moments(s.at, by, c)
        case _:
            own = s.key if s.key is not None else np.full(len(s), -1, dtype=np.int16)
            return own, WORDS[by]


def topics(facts: Facts) -> Array:
    """By number of the conversation: its topic, -1 for none."""
    v = facts.everything("about")
    return v.made("topic of each", lambda: _by_number(v["number"], v["topic"]))


def topic_of(facts: Facts, numbers: Array) -> Array:
    """The topic of each conversation, -1 for none."""
    by_number = topics(facts)
    return by_number[np.minimum(numbers, len(by_number) - 1)]


def _company_of(facts: Facts, numbers: Array) -> tuple[Array, Mapping[int, str]]:
    v = facts.everything("about")
    codes, ids = _companies(v)
    by_number = v.made("company of each", lambda: _by_number(v["number"], codes))
    return by_number.take(np.minimum(numbers, len(by_number) - 1)), _Ids(ids)


def _companies(v: View) -> tuple[Array, Array]:
    """A code for the company of each conversation, and the company of each code. Ids are told apart by a number made
    of both halves, which sorts ten times faster; should two have the same one, by all their bytes."""
    halves = np.ascontiguousarray(v["company"]).view(np.int64).reshape(-1, 2)
    mixed = v.made("mixed companies", lambda: halves[:, 0] * MIXING ^ halves[:, 1])
    different = v.made("companies", lambda: np.unique(mixed))
    codes = v.made("company codes", lambda: np.searchsorted(different, mixed).astype(np.int32))
    ids = np.zeros(len(different), dtype=v["company"].dtype)
    ids[codes] = v["company"]
    if v.made("companies told apart", lambda: (ids.view(np.int64).reshape(-1, 2)[codes] == halves).all()[None])[0]:
        return codes, ids
    exact, inverse = np.unique(np.ascontiguousarray(v["company"]).view("S16"), return_inverse=True)
    return inverse.astype(np.int32), exact.view("V16")


class _Ids(Mapping[int, str]):
    """Code -> id, written out when asked for: there may be a hundred thousand. The id of nobody is empty."""

    def __init__(self, ids: Array) -> None:
        self._ids = ids

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[int]:
        return iter(range(len(self._ids)))

    def __getitem__(self, code: int) -> str:
        if not 0 <= code < len(self._ids):
            raise KeyError(code)
        id = UUID(bytes=self._ids[code].tobytes())
        return "" if id.int == 0 else str(id)


def _by_number(numbers: Array, values: Array) -> Array:
    found = np.full(int(numbers.max(initial=0)) + 1, -1, dtype=np.int32)
    found[numbers] = values
    return found


def _moments(at: Array, by: str, c: Cohort) -> tuple[Array, Mapping[int, str]]:
    """Hour and weekday in the viewer's zone."""
    local = at + offsets(at, c)
    hour = (local // HOUR_US % 24).astype(np.int16)
    weekday = ((local // DAY_US + _FROM_THURSDAY) % 7).astype(np.int16)
    if by == "hour":
        return hour, {}
    if by == "weekday":
        return weekday, {}
    return weekday * 24 + hour, {day * 24 + h: f"{day}.{h}" for day in range(7) for h in range(24)}


def offsets(at: Array, c: Cohort) -> Array:
    """How far the viewer's clock is ahead of UTC at each moment, in microseconds."""
    zone = ZoneInfo(c.time_zone)
    edges, ahead = [micros(c.start)], [_ahead(zone, c.start)]
    day, step = c.start.astimezone(UTC), timedelta(days=1)
    while day < c.end:
        if _ahead(zone, day + step) != ahead[-1]:
            edges.append(micros(_change(zone, day, day + step)))
            ahead.append(_ahead(zone, day + step))
        day += step
    return np.array(ahead, dtype=np.int64)[np.maximum(np.searchsorted(edges, at, side="right") - 1, 0)]


def _ahead(zone: ZoneInfo, t: datetime) -> int:
    return int((t.astimezone(zone).utcoffset() or timedelta()) / timedelta(microseconds=1))


def _change(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second in (low, high] at which the clock is set."""
    before = _ahead(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if _ahead(zone, middle) == before else (low, middle)
    return high.replace(microsecond=0)


def steps(c: Cohort, interval: Interval | None = None) -> list[datetime]:
    """Starts of the steps of a period in the viewer's zone; the first may lie before the period."""
    zone, interval = ZoneInfo(c.time_zone), interval or c.interval
    local = c.start.astimezone(zone)
    first = local.replace(minute=0, second=0, microsecond=0)
    if interval != "hour":
        first = first.replace(hour=0, fold=0)
    if interval == "week":
        first -= timedelta(days=first.weekday())
    if interval == "month":
        first = first.replace(day=1)
    found = [first.astimezone(UTC)]
    while True:
        following = _next(found[-1], first, interval, zone)
        if following >= c.end:
            return found
        found.append(following)
        first = following.astimezone(zone)


def _next(at: datetime, local: datetime, interval: Interval, zone: ZoneInfo) -> datetime:
    if interval == "hour":
        return at + timedelta(hours=1)
    if interval == "month":
        whole = (local.replace(day=28, fold=0) + timedelta(days=4)).replace(day=1)
    else:
        whole = local.replace(fold=0) + timedelta(days=1 if interval == "day" else 7)
    return whole.replace(hour=0, tzinfo=zone).astimezone(UTC)


def _fan_out(samples: Samples, facts: Facts) -> tuple[Array, Array]:
    """Row of the sample and tag, for each tag of each sample; -1 for those without."""
    v = facts.everything("tags")
    tags = v.made("tags by number", lambda: v["tag"][np.argsort(v["number"], kind="stable")])
    per_number = v.made("tags of each", lambda: np.bincount(v["number"], minlength=1))
    ends = v.made("ends of each", lambda: np.cumsum(per_number))
    numbers = samples.number
    counts = of_number(per_number, numbers)
    most = max(int(counts.max(initial=0)), 1)
    rows, codes = [], []
    for nth in range(most):  # conversations have a few tags each
        mine = np.flatnonzero(counts > nth) if nth else np.arange(len(numbers))
        has = counts[mine] > nth
        found = np.full(len(mine), -1, dtype=np.int32)
        found[has] = tags[ends[numbers[mine[has]]] - 1 - nth]
        rows.append(mine)
        codes.append(found)
    return np.concatenate(rows), np.concatenate(codes)


def _both(a: Array | None, b: Array) -> Array:
    if a is None:
        return b
    size = min(len(a), len(b))
    return a[:size] & b[:size]


def _marked(numbers: Array) -> Array:
    marked = np.zeros(int(numbers.max(initial=0)) + 1, dtype=np.bool_)
    marked[numbers] = True
    return marked
