"""The queue simulation: it must be a fair comparison before its figures mean anything."""

from typing import get_args

import pytest

from hark.bench.order import (
    AGENTS,
    HANDLE_S,
    START,
    WEEK_S,
    Case,
    Rule,
    Served,
    arrivals,
    model_of_team,
    simulate,
    team_calendar,
)
from hark.bench.runner import run_benchmark
from hark.core.clock import unix
from hark.settings import Settings
from hark.value.order import is_overdue, order_index, urgency

CALENDAR, MODEL = team_calendar(), model_of_team()
CASES = arrivals(seed=11, load=0.94, weeks=1, calendar=CALENDAR, model=MODEL)


def serve(rule: Rule, cases: list[Case] = CASES) -> list[Served]:
    return list(simulate(cases, rule, calendar=CALENDAR, model=MODEL))


@pytest.mark.parametrize("rule", get_args(Rule))
def test_every_case_is_served_once_in_open_hours_by_free_agents(rule: Rule) -> None:
    served = serve(rule)
    assert sorted(s.case for s in served) == sorted(CASES)
    assert all(s.waited_s >= 0 and CALENDAR.open_at(s.taken_at) for s in served)
    assert [s.taken_at for s in served] == sorted(s.taken_at for s in served)
    free = [unix(START)] * AGENTS
    for s in served:
        assert s.taken_at >= free[s.agent]
        free[s.agent] = CALENDAR.add_open(s.taken_at, s.case.handle_s) or 0.0


@pytest.mark.parametrize("rule", get_args(Rule))
def test_nobody_idles_while_somebody_waits(rule: Rule) -> None:
    """Work conserving: at each pull no case that was there had been left while the agent sat free."""
    last_done = dict.fromkeys(range(AGENTS), unix(START))
    for s in serve(rule):
        idle = CALENDAR.open_between(last_done[s.agent], s.taken_at)
        assert idle <= 1e-6 or s.open_s <= 1e-6
        last_done[s.agent] = CALENDAR.add_open(s.taken_at, s.case.handle_s) or 0.0


def test_first_come_first_served() -> None:
    assert [s.case.n for s in serve("fifo")] == [case.n for case in CASES]


def test_the_order_rule_takes_the_highest_index_or_the_oldest_overdue() -> None:
    waiting, coming = dict[int, Case](), list(CASES)
    served = serve("order")
    for pull, s in enumerate(served, 1):
        while coming and coming[0].t0 <= s.taken_at:
            case = coming.pop(0)
            waiting[case.n] = case
        f = CALENDAR.F(s.taken_at)

        def index(case: Case, t: float = s.taken_at, f: float = f) -> float:
            u = urgency(t - case.t0, f - case.f0, per_s=case.per_s, ahead_s=HANDLE_S[case.medium], model=MODEL)
            return order_index(case.value * case.scale, u, per_s=case.per_s, model=MODEL)

        overdue = [case for case in waiting.values() if is_overdue(f - case.f0, per_s=case.per_s, model=MODEL)]
        if pull % 8 == 0 and overdue:
            assert s.reserved
            assert s.case == overdue[0]
        else:
            assert not s.reserved
            assert index(s.case) == max(map(index, waiting.values()))
        del waiting[s.case.n]
    assert any(s.reserved for s in served)


def test_load_is_what_it_says() -> None:
    work = sum(case.handle_s for case in CASES)
    assert work == pytest.approx(0.94 * AGENTS * CALENDAR.open_between(unix(START), unix(START) + WEEK_S))
    outside = sum(not CALENDAR.open_at(case.t0) for case in CASES if case.medium == "mail")
    assert 0.15 < outside / sum(case.medium == "mail" for case in CASES) < 0.27


def test_same_seed_same_run() -> None:
    assert arrivals(seed=11, load=0.94, weeks=1, calendar=CALENDAR, model=MODEL) == CASES
    assert arrivals(seed=12, load=0.94, weeks=1, calendar=CALENDAR, model=MODEL) != CASES


async def test_figures_meet_their_targets() -> None:
    result = await run_benchmark(Settings(), "order", quick=True)
    figures = {figure.key: figure for figure in result.figures}
    for key in ("cost_vs_fifo", "beyond_limit"):
        value, target = figures[key].value, figures[key].target
        assert value is not None
        assert target is not None
        assert value <= target
    assert (figures["beyond_limit"].value or 0) < (figures["beyond_limit_pure_price"].value or 0)
