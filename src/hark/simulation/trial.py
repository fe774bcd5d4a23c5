"""A staffing plan tried out: the coming weeks' forecast drawn as customers, worked on by people who do chats and mails
side by side, and how many of them were answered in time.

The formulas of the staffing page take one channel at a time. Here all work meets the same people: a chat takes its share
of somebody's attention, mail takes what is left, customers who wait too long for a chat leave. Chance lives in the draws,
the same for every plan, so plans are compared on the same customers.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import ceil, inf, log, log2
from random import Random
from statistics import fmean
from typing import NamedTuple

import msgspec

from hark.hours.open_time import Calendar
from hark.hours.types import Version
from hark.simulation.engine import simulate
from hark.simulation.spread import Spread, spread
from hark.simulation.summary import percentile
from hark.simulation.types import ATTENTION, LIVE, WEIGHTS, Arrival, Contact, Outcome, Setup, Team, Wait, Worker
from hark.simulation.world import SIGMA
from hark.value.types import DAY_S, Medium, ValueModel

MAIL_WITHIN = 0.95
"""The share of mails whose answer must be in time for a plan to be kept; the formula promises all of them."""

SEEDS = 5
LEAST, MOST = 0.5, 2.5  # people of the formulas are tried in these multiples
WEEK_S = 7 * DAY_S
Z_80 = 1.2816


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What one channel expects: `mean` and `high` (upper bound of the 80 % interval) arrivals per slot, `work_s` seconds
    of a person's work on one, `patience_s` the mean time a live customer stays unanswered."""

    channel: Medium
    promise_s: float
    work_s: float
    patience_s: float
    mean: list[float]
    high: list[float]


class Plan(msgspec.Struct, frozen=True, kw_only=True, tag="trial"):
    """Everything a trial needs. `planned` and `formula` are people per slot of `slot_s` seconds from `start` on (unix);
    `within`, `occupancy` and `chats` as on the staffing page; `weeks` and `team_id` say which page it was."""

    start: float
    slot_s: int
    weeks: int
    team_id: int | None
    versions: list[Version]
    loads: list[Load]
    planned: list[int]
    formula: list[int]
    within: float
    occupancy: float
    chats: int
    model: ValueModel


class TriedChannel(msgspec.Struct, frozen=True, kw_only=True):
    """One channel under a plan: share answered within the promise, share of live customers who left first, median and
    p90 of the wait in seconds (live: customer clock, mail: team clock)."""

    channel: Medium
    contacts: int
    in_time: Spread
    left: Spread
    median_s: Spread
    p90_s: Spread


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """A plan and what came of it. `hours` of people in all weeks; `busy` the share of them spent on customers;
    `kept`: every channel keeps its promise and nobody works more than the chosen share."""

    hours: float
    busy: Spread
    channels: list[TriedChannel]
    kept: bool


class TrialResult(msgspec.Struct, frozen=True, kw_only=True):
    """`planned`: the people of the calendar; `formula`: those the formulas ask for; `simulated`: the fewest, as a multiple
    `factor` of the formulas', that keep everything (null: not even `MOST` times as many)."""

    planned: Tried
    formula: Tried
    simulated: Tried | None
    factor: float | None
    people: list[int]
    seeds: int
    mail_within: float


def try_plan(plan: Plan, *, progress: Callable[[float], None]) -> TrialResult:
    """Try the planned people, the formulas' and multiples of these. `progress` hears the share done."""
    calendar = Calendar(plan.versions)
    draws = [_arrivals(plan, calendar, seed) for seed in range(1, SEEDS + 1)]
    done, runs = 0, SEEDS * (3 + ceil(log2(MOST * max(2, *plan.formula, 2))))

    def tried(people: Sequence[int]) -> Tried:
        nonlocal done
        team, outcomes = _team(plan, people, calendar), []
        for arrivals in draws:
            outcomes.append(simulate(arrivals, team, _setup(plan), progress=partial(_inside, progress, done, runs)))
            done += 1
            progress(done / runs)
        return _tried(plan, people, outcomes)

    planned, formula = tried(plan.planned), tried(plan.formula)
    best, factor = _fewest(plan, tried, formula)
    progress(1.0)
    return TrialResult(
        planned=planned, formula=formula, simulated=best, factor=factor, seeds=SEEDS, mail_within=MAIL_WITHIN,
        people=_times(plan.formula, factor or MOST),
    )  # fmt: skip


def _inside(progress: Callable[[float], None], done: int, runs: int, share: float) -> None:
    progress((done + share) / runs)


def _fewest(plan: Plan, tried: Callable[[Sequence[int]], Tried], formula: Tried) -> tuple[Tried | None, float | None]:
    """The smallest multiple of the formulas' people that keeps everything. Multiples are by people at the peak, one by
    one, so each is another plan; the first that is enough is found by bisection."""
    peak = max(plan.formula, default=0)
    if peak == 0:
        return (formula, 1.0) if formula.kept else (None, None)
    known = {peak: formula}

    def at(people: int) -> Tried:
        if people not in known:
            known[people] = tried(_times(plan.formula, people / peak))
        return known[people]

    low, high = (ceil(LEAST * peak) - 1, peak) if formula.kept else (peak, int(MOST * peak))
    if not at(high).kept:
        return None, None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at(middle).kept else (middle, high)
    return at(high), high / peak


def _times(people: Sequence[int], factor: float) -> list[int]:
    return [ceil(n * factor - 1e-9) for n in people]


# the weeks ahead ------------------------------------------------------------------------------------------------------


def _arrivals(plan: Plan, calendar: Calendar, seed: int) -> list[Arrival]:
    """Customers of one draw. Who writes to a live channel while it is closed is answered like a mail."""
    made: list[Arrival] = []
    for load in plan.loads:
        random = Random(f"{seed} {load.channel}")
        for at in _instants(plan, load, random):
            live = load.channel in LIVE and calendar.open_at(at)
            drawn = load.work_s * random.lognormvariate(-(SIGMA**2) / 2, SIGMA)
            stays = random.expovariate(1.0 / load.patience_s) if live else inf
            made.append(Arrival(
                id=len(made), t0=at, channel=load.channel if live else "mail", contacts=(Contact(0.0, drawn * (plan.chats if live else 1)),),
                value=float(plan.model.default_monthly_minor * plan.model.months), holder=len(made), stays_s=stays,
            ))  # fmt: skip
    return sorted(made, key=lambda arrival: arrival.t0)


def _instants(plan: Plan, load: Load, random: Random) -> Iterator[float]:
    """Poisson in each slot around a mean that is itself uncertain: gamma, so that the variance is that of the forecast's
    interval (Jongbloed & Koole 2001)."""
    for n, (mean, high) in enumerate(zip(load.mean, load.high, strict=True)):
        if mean <= 0:
            continue
        variance = ((high - mean) / Z_80) ** 2
        over = variance - mean
        rate = random.gammavariate(mean * mean / over, over / mean) if over > 1e-9 else mean
        at = random.expovariate(rate) if rate > 0 else inf
        while at < 1.0:
            yield plan.start + (n + at) * plan.slot_s
            at += random.expovariate(rate)


def _team(plan: Plan, people: Sequence[int], calendar: Calendar) -> Team:
    """So many people in each slot: the k-th works wherever more than k are there. What is left after the last week is
    done as in the first."""
    first = list(people[: round(WEEK_S / plan.slot_s)])
    slots = [*people, *first]
    workers = []
    for k in range(max(slots, default=0)):
        shifts = tuple(_stretches(plan, slots, k))
        workers.append(Worker(id=k + 1, shifts=shifts))
    return Team(workers=tuple(workers), calendars={0: calendar})


def _stretches(plan: Plan, slots: Sequence[int], k: int) -> Iterator[tuple[float, float]]:
    begin: int | None = None
    for n, there in enumerate([*slots, 0]):
        if there > k and begin is None:
            begin = n
        elif there <= k and begin is not None:
            yield plan.start + begin * plan.slot_s, plan.start + n * plan.slot_s
            begin = None


def _setup(plan: Plan) -> Setup:
    share = 1.0 / plan.chats
    return Setup(
        model=plan.model, weights={**WEIGHTS, "messenger": share}, attention={**ATTENTION, "messenger": share}, drain_s=WEEK_S,
    )  # fmt: skip


# what came of it ------------------------------------------------------------------------------------------------------


class _Run(NamedTuple):
    contacts: int
    in_time: float | None
    left: float | None
    median_s: float | None
    p90_s: float | None


def _tried(plan: Plan, people: Sequence[int], outcomes: Sequence[Outcome]) -> Tried:
    hours = sum(people) * plan.slot_s / 3600
    busy = spread([sum(o.worked_s.values()) / (hours * 3600) if hours else None for o in outcomes])
    channels = [_channel(load, outcomes) for load in plan.loads]
    wanted = {True: plan.within, False: MAIL_WITHIN}
    kept = all((c.in_time.mean or 0.0) >= wanted[c.channel in LIVE] for c in channels if c.contacts)
    return Tried(hours=hours, busy=busy, channels=channels, kept=kept and (busy.mean or 0.0) <= plan.occupancy)


def _channel(load: Load, outcomes: Sequence[Outcome]) -> TriedChannel:
    runs = [_run([w for w in outcome.waits if w.channel == load.channel], load) for outcome in outcomes]
    return TriedChannel(
        channel=load.channel, contacts=round(fmean(run.contacts for run in runs)), in_time=spread([r.in_time for r in runs]),
        left=spread([r.left for r in runs]), median_s=spread([r.median_s for r in runs]), p90_s=spread([r.p90_s for r in runs]),
    )  # fmt: skip


def _run(waits: Sequence[Wait], load: Load) -> _Run:
    if not waits:
        return _Run(0, None, None, None, None)
    live = load.channel in LIVE
    seconds = sorted(w.customer_s if live else w.open_s for w in waits)
    in_time = sum(w.answered and w.left_s is None and (w.customer_s if live else w.open_s) <= load.promise_s for w in waits)
    left = sum(w.left_s is not None for w in waits) / len(waits) if live else None
    return _Run(len(waits), in_time / len(waits), left, percentile(seconds, 0.5), percentile(seconds, 0.9))


def mean_patience(half_s: float) -> float:
    """Mean of the exponential patience of which half the customers have lost it after `half_s` seconds (MEASURES, m)."""
    return half_s / log(2)
