"""The figures of a run, in the words and by the definitions of the reports, and what its waiting cost."""

from collections import defaultdict
from collections.abc import Sequence

import msgspec

from hark.simulation.types import LIVE, Outcome, Wait
from hark.value.types import Severity


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """Times in seconds of those that ended, and how many had not when the run ended."""

    count: int
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    longest: float | None = None
    waiting: int = 0


class ClassTimes(msgspec.Struct, frozen=True, kw_only=True):
    """One severity: its waits on the team clock, and by how much the worst went beyond the limit of the reserved
    share (0 when none did)."""

    severity: int
    waits: Times
    beyond_limit_s: float


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of one run. Clocks: `_open` is the team's, the others the customer's."""

    cases: int
    contacts: int
    first_reply: Times
    first_reply_open: Times
    reply_wait: Times
    reply_wait_open: Times
    resolution: Times
    resolution_rate: float | None
    reopen_rate: float | None
    abandoned_rate: float | None
    """Of the live contacts, those whose customer left before anybody came."""
    utilisation: float | None
    cost_minor: float
    by_severity: list[ClassTimes]


def summarise(outcome: Outcome, *, since: float = float("-inf")) -> Summary:
    """The figures of the cases that began at `since` or later (earlier ones only warm the run up)."""
    waits = [w for w in outcome.waits if outcome.started[w.arrival] >= since]
    cases = [a for a, t0 in outcome.started.items() if t0 >= since]
    firsts = [w for w in waits if w.contact == 0]
    live = [w for w in waits if w.channel in LIVE]
    ended = [done - outcome.started[a] for a in cases if (done := outcome.resolved[a]) is not None]
    shift_s = sum(outcome.shift_s.values())
    return Summary(
        cases=len(cases), contacts=len(waits),
        first_reply=_times(firsts, team=False), first_reply_open=_times(firsts, team=True),
        reply_wait=_times(waits, team=False), reply_wait_open=_times(waits, team=True),
        resolution=_of(ended, waiting=len(cases) - len(ended)),
        resolution_rate=len(ended) / len(cases) if cases else None,
        reopen_rate=outcome.reopened / len(ended) if ended else None,
        abandoned_rate=sum(w.left_s is not None for w in live) / len(live) if live else None,
        utilisation=sum(outcome.worked_s.values()) / shift_s if shift_s else None,
        cost_minor=total_cost(waits), by_severity=[_class(waits, severity) for severity in Severity],
    )  # fmt: skip


def total_cost(waits: Sequence[Wait]) -> float:
    """Minor units lost: V (1 - prod(1 - s P)) per value holder, so nobody is lost twice (MEASURES, cost of delay)."""
    kept: dict[int, float] = defaultdict(lambda: 1.0)
    value: dict[int, float] = {}
    for w in waits:
        kept[w.holder] *= 1.0 - w.loss
        value[w.holder] = max(value.get(w.holder, 0.0), w.value)
    return sum(value[holder] * (1.0 - share) for holder, share in kept.items())


def _class(waits: Sequence[Wait], severity: Severity) -> ClassTimes:
    own = [w for w in waits if w.severity == severity]
    beyond = max((w.open_s - w.open_limit_s for w in own), default=0.0)
    return ClassTimes(severity=severity, waits=_times(own, team=True), beyond_limit_s=max(0.0, beyond))


def _times(waits: Sequence[Wait], *, team: bool) -> Times:
    seconds = [w.open_s if team else w.customer_s for w in waits if w.answered]
    return _of(seconds, waiting=len(waits) - len(seconds))


def _of(seconds: list[float], *, waiting: int) -> Times:
    seconds.sort()
    if not seconds:
        return Times(count=0, waiting=waiting)
    return Times(
        count=len(seconds), mean=sum(seconds) / len(seconds), median=percentile(seconds, 0.5),
        p90=percentile(seconds, 0.9), longest=seconds[-1], waiting=waiting,
    )  # fmt: skip


def percentile(ordered: Sequence[float], share: float) -> float:
    """Linear between neighbours, as PostgreSQL's percentile_cont; `ordered` ascending and not empty."""
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])
