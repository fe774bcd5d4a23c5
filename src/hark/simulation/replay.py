"""Replay: reproduce a past period, then run it under other rules and compare every figure and the price.

What reproduces the past best is found first: the rule (first come first served, or by the order index as the list shows
it) and the share of their open hours that people spent on conversations, by bisection until the simulated waits are as
long as the real ones (mean of the logarithm of minutes, so that one long wait does not decide). Then both worlds run
with the same draws of everything unknown, and the difference is taken run by run.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from math import log, log1p
from statistics import fmean

from hark.core.clock import from_unix
from hark.simulation.engine import simulate
from hark.simulation.replay_types import (
    Assumption,
    Comparison,
    History,
    Scenario,
    SimulatedDay,
    SimulatedFigure,
    Unit,
)
from hark.simulation.spread import spread
from hark.simulation.summary import Summary, percentile, summarise, total_cost
from hark.simulation.types import LIVE, Outcome, Rule, Setup, Wait
from hark.simulation.world import DRAIN_S, STAYS_S, as_was, conversations, make_work
from hark.value.price import leave_probability
from hark.value.stake import severity_scale
from hark.value.types import Severity

PAST_RULES: tuple[Rule, ...] = ("hark", "fifo")
BISECTIONS = 7
LEAST, MOST = 0.02, 1.0
CALIBRATION_SEED = 1


class CannotReplay(ValueError):
    """Nothing can be run; the message is a sentence for people."""


def replay(history: History, scenario: Scenario, *, progress: Callable[[float], None]) -> Comparison:
    """The comparison. `progress` hears the share done. Raises CannotReplay."""
    if not any(wait.opened >= history.start for wait in history.waits):
        raise CannotReplay("Nobody wrote in this period. Choose one with conversations.")
    if not history.people:
        raise CannotReplay("Nobody of the team answered in this period, so there is nobody to simulate.")
    if len(history.people) + scenario.more_people < 1:
        raise CannotReplay("Nobody would be left to answer. Take away fewer people.")
    real = past_outcome(history)
    steps = len(PAST_RULES) * BISECTIONS + 2 * scenario.seeds
    at = _Steps(progress, steps)
    rule, availability, gap = _calibrate(history, scenario, real, at)
    base_setup = _setup(history, rule, "pull")
    changed_setup = _setup(history, scenario.rule or rule, scenario.mode or "pull")
    past, base, changed = as_was(scenario), [], []
    for seed in range(1, scenario.seeds + 1):
        base.append(_run(history, past, base_setup, availability, seed, at))
        changed.append(_run(history, scenario, changed_setup, availability, seed, at))
    summary = summarise(real, since=history.start)
    return Comparison(
        currency=history.currency, cases=summary.cases, contacts=summary.contacts, people=len(history.people), rule=rule,
        availability=availability, gap=gap, seeds=scenario.seeds,
        rows=_rows(summary, [summarise(o, since=history.start) for o in base],
                   [summarise(o, since=history.start) for o in changed]),
        days=_days(real, base, changed, history), assumptions=_assumptions(history, availability),
    )  # fmt: skip


def past_outcome(history: History) -> Outcome:
    """The real period in the simulator's words, so that one definition measures both."""
    waits: list[Wait] = []
    resolved: dict[int, float | None] = {}
    started: dict[int, float] = {}
    holders: dict[object, int] = {}
    for n, own in enumerate(conversations(history)):
        started[n], resolved[n] = own[0].opened, history.resolved.get(own[0].conversation)
        for k, wait in enumerate(own):
            until = wait.closed if wait.closed is not None else history.end
            scale = severity_scale(Severity(wait.severity), history.model)
            per_s = 1.0 / history.model.patience_s[wait.channel]
            waits.append(Wait(
                n, k, wait.channel, wait.severity, holders.setdefault(wait.holder, len(holders)), wait.stake / scale,
                wait.opened, until - wait.opened, wait.open_s or 0.0, wait.answered, None,
                min(1.0, scale * leave_probability(until - wait.opened, per_s, history.model)), 0.0, wait.agent,
            ))  # fmt: skip
    return Outcome(
        waits=waits, resolved=resolved, started=started, worked_s={}, shift_s={}, reopened=history.reopened,
        ended=history.end,
    )  # fmt: skip


class _Steps:
    """Progress over the runs, each of which reports its own share."""

    def __init__(self, told: Callable[[float], None], steps: int) -> None:
        self._told, self._steps, self._done = told, steps, 0

    def inside(self, share: float) -> None:
        self._told((self._done + share) / self._steps)

    def next(self) -> None:
        self._done += 1
        self._told(self._done / self._steps)


def _setup(history: History, rule: Rule, mode: str) -> Setup:
    ahead = {int(topic) if topic else None: seconds for topic, seconds in history.topic_s.items()}
    return Setup(
        rule=rule, mode="push" if mode == "push" else "pull", model=history.model, weights=history.weights,
        ahead_s=ahead, drain_s=DRAIN_S,
    )  # fmt: skip


def _run(
    history: History, scenario: Scenario, setup: Setup, availability: float, seed: int, at: _Steps
) -> Outcome:
    work = make_work(history, scenario, availability=availability, seed=seed)
    outcome = simulate(work.arrivals, work.team, setup, progress=at.inside)
    at.next()
    return outcome


def _calibrate(history: History, scenario: Scenario, real: Outcome, at: _Steps) -> tuple[Rule, float, float | None]:
    """(rule, availability, remaining gap) that reproduce the real waits best."""
    past, wanted = as_was(scenario), _level(real, history)
    best: tuple[float, Rule, float] | None = None
    for rule in PAST_RULES:
        low, high = LEAST, MOST
        for _ in range(BISECTIONS):
            middle = (low * high) ** 0.5
            outcome = _run(history, past, _setup(history, rule, "pull"), middle, CALIBRATION_SEED, at)
            gap = _gap(real, outcome, history)
            if best is None or gap < best[0]:
                best = gap, rule, middle
            low, high = (low, middle) if _level(outcome, history) < wanted else (middle, high)
    assert best is not None  # there is a rule to try
    return best[1], best[2], best[0]


def _open_seconds(outcome: Outcome, history: History) -> list[float]:
    return sorted(w.open_s for w in outcome.waits if w.answered and outcome.started[w.arrival] >= history.start)


def _level(outcome: Outcome, history: History) -> float:
    seconds = _open_seconds(outcome, history)
    return fmean(log1p(s / 60.0) for s in seconds) if seconds else 0.0


def _gap(real: Outcome, outcome: Outcome, history: History) -> float:
    """Mean distance of median and p90 as a share, minutes below one counting as one."""
    one, other = _open_seconds(real, history), _open_seconds(outcome, history)
    if not one or not other:
        return 1.0
    return fmean(
        abs(log((percentile(other, share) + 60.0) / (percentile(one, share) + 60.0))) for share in (0.5, 0.9)
    )  # fmt: skip


# the comparison -------------------------------------------------------------------------------------------------------

Pick = Callable[[Summary], float | None]
FIGURES: tuple[tuple[str, Unit, Pick], ...] = (
    ("cost", "minor", lambda s: s.cost_minor),
    ("first_reply_open", "seconds", lambda s: s.first_reply_open.median),
    ("first_reply", "seconds", lambda s: s.first_reply.median),
    ("first_reply_mean", "seconds", lambda s: s.first_reply.mean),
    ("reply_wait_open", "seconds", lambda s: s.reply_wait_open.median),
    ("reply_wait", "seconds", lambda s: s.reply_wait.median),
    ("reply_wait_mean", "seconds", lambda s: s.reply_wait.mean),
    ("reply_wait_p90_open", "seconds", lambda s: s.reply_wait_open.p90),
    ("longest_low_open", "seconds", lambda s: s.by_severity[0].waits.longest),
    ("longest_normal_open", "seconds", lambda s: s.by_severity[1].waits.longest),
    ("longest_high_open", "seconds", lambda s: s.by_severity[2].waits.longest),
    ("longest_urgent_open", "seconds", lambda s: s.by_severity[3].waits.longest),
    ("resolution", "seconds", lambda s: s.resolution.median),
    ("resolution_rate", "share", lambda s: s.resolution_rate),
    ("reopen_rate", "share", lambda s: s.reopen_rate),
    ("abandoned_rate", "share", lambda s: s.abandoned_rate),
    ("utilisation", "share", lambda s: s.utilisation),
    ("contacts", "count", lambda s: float(s.contacts)),
    ("waiting", "count", lambda s: float(s.reply_wait.waiting)),
)
UNKNOWN_IN_PAST = {"utilisation", "abandoned_rate"}


def _rows(real: Summary, base: Sequence[Summary], changed: Sequence[Summary]) -> list[SimulatedFigure]:
    rows = []
    for key, unit, pick in FIGURES:
        before, after = [pick(s) for s in base], [pick(s) for s in changed]
        both = [b - a for a, b in zip(before, after, strict=True) if a is not None and b is not None]
        if all(x is None for x in (*before, *after, pick(real))):
            continue
        rows.append(SimulatedFigure(
            key=key, unit=unit, real=None if key in UNKNOWN_IN_PAST else pick(real), base=spread(before),
            changed=spread(after), difference=spread(both),
        ))  # fmt: skip
    return rows


def _days(real: Outcome, base: Sequence[Outcome], changed: Sequence[Outcome], history: History) -> list[SimulatedDay]:
    past = _cost_by_day(real, history)
    before, after = [_cost_by_day(o, history) for o in base], [_cost_by_day(o, history) for o in changed]
    days = sorted(set(past).union(*before, *after))
    return [
        SimulatedDay(
            date=day, real=past.get(day, 0.0), base=fmean(run.get(day, 0.0) for run in before),
            changed=fmean(run.get(day, 0.0) for run in after),
        )
        for day in days
    ]  # fmt: skip


def _cost_by_day(outcome: Outcome, history: History) -> dict[date, float]:
    by_day: dict[date, list[Wait]] = defaultdict(list)
    for wait in outcome.waits:
        if history.start <= wait.t0 < history.end:
            by_day[from_unix(wait.t0).date()].append(wait)
    return {day: total_cost(waits) for day, waits in by_day.items()}


def _assumptions(history: History, availability: float) -> list[Assumption]:
    ids = {wait.conversation for wait in history.waits}
    measured = sum(id in history.handled_s for id in ids) / len(ids)
    named = [
        Assumption(key="handle_times", value=1.0 - measured),
        Assumption(key="availability", value=availability),
        Assumption(key="presence"),
        Assumption(key="writes_again"),
    ]
    if any(wait.channel in LIVE for wait in history.waits):
        named.append(Assumption(key="stays", value=STAYS_S))
    if not history.learned:
        named.append(Assumption(key="equal_speed"))
    return named
