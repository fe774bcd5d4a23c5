"""`hark bench policy`: what does Hark's routing save against what other products do, and against what is possible?

Real patterns of arrival, twenty people, eight topics, mails, chats and calls (`policy_world`); the same customers and
people under every rule, thirty seeds of the last part of the data, which nothing was tuned on. Targets hold for the
seeds' mean at 94 % load; 95 % intervals of the mean ratio (Student's t) stand beside it.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from math import sqrt
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean, stdev
from typing import NamedTuple, get_args

import msgspec

from hark.bench.mails import data_folder
from hark.bench.policy_world import (
    DIFFICULTY_SHARES,
    DIFFICULTY_WORK,
    HANDLE_S,
    TOPIC_WORK,
    WORK_SHARE,
    WORKING_DAY_S,
    Part,
    World,
    make_world,
    model_of_team,
)
from hark.bench.runner import Figure
from hark.settings import Settings
from hark.simulation.bound import clairvoyant_bound
from hark.simulation.engine import simulate
from hark.simulation.summary import Summary, summarise
from hark.simulation.types import ATTENTION, Rule, Setup
from hark.value.types import HOUR_S, Severity

SEEDS, SENSITIVITY_SEEDS = 30, 4
LOAD, OTHER_LOADS = 0.94, (0.85, 1.0)
TARGETS: dict[str, float] = {"round_robin": 0.70, "least_busy": 0.75, "priority": 0.90}
T_95 = 2.045  # two-sided, 29 degrees of freedom; for fewer seeds a little too small, which `quick` says by itself


class Trial(NamedTuple):
    """One seed: what each rule cost, Hark's worst excess over the limit, the bound."""

    cost: dict[str, float]
    beyond_s: dict[str, float]
    beyond_all_s: dict[str, float]
    abandoned: dict[str, float]
    bound: float


async def run(settings: Settings, *, quick: bool) -> list[Figure]:
    """The figures; `quick` is the same with three seeds. Raises NotFound without the data."""
    data = data_folder()
    make_world(data, seed=0, load=0.1, part="test", weeks=1)  # says at once what is missing
    seeds = 3 if quick else SEEDS
    few = 2 if quick else SENSITIVITY_SEEDS
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        main = list(pool.map(partial(trial, data, load=LOAD, part="test"), range(seeds)))
        other = {load: list(pool.map(partial(trial, data, load=load, part="test"), range(few))) for load in OTHER_LOADS}
        blind = list(pool.map(partial(trial, data, load=LOAD, part="test", blind=True), range(few)))
        training = list(pool.map(partial(trial, data, load=LOAD, part="training"), range(few)))
    figures = _main(main)
    for load, trials in other.items():
        figures += _ratios(trials, f"_at_{round(load * 100)}")
    figures += _ratios(blind, "_equal_people")
    return figures + _ratios(training, "_training")


def trial(data: Path, seed: int, *, load: float, part: Part, blind: bool = False) -> Trial:
    """Every rule on the same customers and people. `blind`: all people are equally fast at everything, so that nothing
    can be gained by knowing who is good at what."""
    world = make_world(data, seed=seed, load=load, part=part)
    if blind:
        workers = tuple(msgspec.structs.replace(w, speed={}, known={}) for w in world.team.workers)
        world = world._replace(team=msgspec.structs.replace(world.team, workers=workers))
    runs = {rule: summarise(simulate(world.arrivals, world.team, setup_of(rule))) for rule in get_args(Rule)}
    cost = {rule: summary.cost_minor for rule, summary in runs.items()}
    return Trial(
        cost=cost, beyond_s={rule: _beyond(summary, Severity.LOW) for rule, summary in runs.items()},
        beyond_all_s={rule: max(_beyond(summary, s) for s in Severity) for rule, summary in runs.items()},
        abandoned={rule: summary.abandoned_rate or 0.0 for rule, summary in runs.items()},
        bound=_bound(world, upper=cost["hark"]),
    )  # fmt: skip


def setup_of(rule: Rule) -> Setup:
    """How the team works by a rule; only Hark's uses the handle times by topic."""
    contacts = {m: share / (HANDLE_S[m] * ATTENTION[m]) for m, share in WORK_SHARE.items()}
    mean = sum(HANDLE_S[m] * n for m, n in contacts.items()) / sum(contacts.values())
    mean *= sum(d * share for d, share in zip(DIFFICULTY_WORK, DIFFICULTY_SHARES, strict=True))
    ahead: dict[int | None, float] = {topic: mean * factor for topic, factor in enumerate(TOPIC_WORK)}
    return Setup(rule=rule, model=model_of_team(), ahead_s=ahead)


def _beyond(summary: Summary, severity: Severity) -> float:
    return next(c.beyond_limit_s for c in summary.by_severity if c.severity == severity)


def _bound(world: World, *, upper: float) -> float:
    return clairvoyant_bound(world.arrivals, world.team, setup_of("hark"), upper=upper)


def _main(trials: Sequence[Trial]) -> list[Figure]:
    figures = _ratios(trials, "", targets=TARGETS, intervals=True)
    worst = max(t.beyond_s["hark"] for t in trials) / HOUR_S
    figures.append(_figure("lowest_class_beyond_limit", worst, "team hours", target=WORKING_DAY_S / HOUR_S))
    figures.append(_figure("any_class_beyond_limit", max(t.beyond_all_s["hark"] for t in trials) / HOUR_S, "team hours"))
    for rule in ("priority", "fifo", "round_robin", "least_busy"):
        over = max(t.beyond_s[rule] for t in trials) / HOUR_S
        figures.append(_figure(f"lowest_class_beyond_limit_{rule}", over, "team hours"))
    for rule in get_args(Rule):
        figures.append(_figure(f"abandoned_{rule}", fmean(t.abandoned[rule] for t in trials), "share"))
    return figures


def _ratios(
    trials: Sequence[Trial], suffix: str, *, targets: dict[str, float] | None = None, intervals: bool = False
) -> list[Figure]:
    figures = []
    for rule in get_args(Rule)[1:]:
        ratios = [t.cost["hark"] / t.cost[rule] for t in trials]
        key = f"cost_vs_{rule}{suffix}"
        figures.append(_figure(key, fmean(ratios), "ratio", target=(targets or {}).get(rule)))
        if intervals:
            half = T_95 * stdev(ratios) / sqrt(len(ratios))
            figures.append(_figure(f"{key}_low", fmean(ratios) - half, "ratio"))
            figures.append(_figure(f"{key}_high", fmean(ratios) + half, "ratio"))
    if not suffix.endswith("_people"):
        figures.append(_figure(f"cost_vs_bound{suffix}", fmean(t.cost["hark"] / t.bound for t in trials), "ratio"))
    return figures


def _figure(key: str, value: float, unit: str, *, target: float | None = None) -> Figure:
    return Figure(key=key, value=round(value, 3), unit=unit, target=target, better="lower")
