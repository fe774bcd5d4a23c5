"""Replay: a past made by the simulator itself is reproduced, and what is changed has the effect it must have."""

from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest

from hark.hours.types import ORIGIN, WEEKDAYS_9_TO_18, Holiday, Period, Plan, Version
from hark.simulation.engine import simulate
from hark.simulation.replay import CannotReplay, replay, spread
from hark.simulation.replay_types import Comparison, History, PastPerson, PastWait, Scenario, SimulatedFigure
from hark.simulation.types import WEIGHTS, Arrival, Contact, Setup, Team
from hark.simulation.world import changed_calendar, make_work, shifts_of
from hark.value.types import ValueModel

START, END = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 16, tzinfo=UTC)
VERSIONS = [Version(ORIGIN, Plan(tz="UTC", periods=WEEKDAYS_9_TO_18))]
DAYS = frozenset(START.date() + timedelta(days=n) for n in range(14) if n % 7 < 5)
PEOPLE = [PastPerson(id=n, calendar=None, days=DAYS) for n in range(3)]


def scenario(**more: Any) -> Scenario:
    return Scenario(**{"name": "One more", "start": START, "end": END, "seeds": 2, **more})


def empty(waits: list[PastWait]) -> History:
    return History(
        since=START.timestamp(), start=START.timestamp(), end=END.timestamp(), waits=waits, resolved={}, reopened=0,
        people=PEOPLE, learned=[], handled_s={}, topic_s={"": 600.0}, topic_skills={}, weights=WEIGHTS,
        calendars={"1": VERSIONS}, model=ValueModel(), currency="EUR", first_calendar=1,
    )  # fmt: skip


def past(load: float = 0.5, seed: int = 1) -> History:
    """Two weeks of three people who gave `load` of their hours, worked first come first served."""
    random, history = Random(seed), empty([])
    hours = [START + timedelta(days=d, hours=h) for d in range(14) if d % 7 < 5 for h in range(9, 18)]
    cases = []
    for n in range(420):
        at = random.choice(hours).timestamp() + random.uniform(0, 3600)
        work = 600 * random.lognormvariate(-0.245, 0.7) / load
        cases.append(Arrival(
            id=n, t0=at, channel="mail", contacts=(Contact(0.0, work),), severity=random.randrange(4),
            value=random.choice([100_00.0, 5000_00.0]), holder=n, calendar=1,
        ))  # fmt: skip
    calendars = {1: changed_calendar(VERSIONS, scenario())}
    workers = make_work(history, scenario(), availability=1.0, seed=1).team.workers
    outcome = simulate(sorted(cases, key=lambda c: c.t0), Team(workers=workers, calendars=calendars), Setup(rule="fifo"))
    by_id = {c.id: c for c in cases}
    return empty([
        PastWait(
            UUID(int=w.arrival + 1), w.t0, w.t0 + w.customer_s, w.open_s, True, w.agent, "mail", 1, None, 1, w.severity,
            by_id[w.arrival].value * [0.25, 1, 2.5, 5][w.severity], UUID(int=w.arrival + 1), None,
        )
        for w in outcome.waits
    ])  # fmt: skip


HISTORY = past()


def run(**more: Any) -> Comparison:
    return replay(HISTORY, scenario(**more), progress=lambda share: None)


def row(result: Comparison, key: str) -> SimulatedFigure:
    return next(r for r in result.rows if r.key == key)


def mean(value: float | None) -> float:
    assert value is not None
    return value


def test_the_past_is_reproduced() -> None:
    result = run()
    assert mean(result.gap) < 0.5
    assert 0.3 < result.availability < 0.8, "half of their hours went to it"
    wait = row(result, "reply_wait_open")
    assert mean(wait.base.mean) == pytest.approx(mean(wait.real), rel=0.6)
    assert row(result, "cost").difference.mean == 0.0, "nothing was changed"
    assert sum(day.real for day in result.days) == pytest.approx(mean(row(result, "cost").real))
    assert {a.key for a in result.assumptions} >= {"handle_times", "availability", "presence", "equal_speed"}


def test_more_people_and_a_bot_cost_less_and_fewer_people_more() -> None:
    more, bot, fewer = run(more_people=2), run(bot_share=0.4), run(more_people=-1)
    assert mean(row(more, "cost").difference.high) < 0
    assert mean(row(bot, "cost").difference.high) < 0
    assert mean(row(bot, "contacts").changed.mean) < mean(row(bot, "contacts").base.mean)
    assert mean(row(fewer, "cost").difference.low) > 0
    assert mean(row(fewer, "utilisation").difference.mean) > 0


def test_progress_rises_to_the_end() -> None:
    heard: list[float] = []
    replay(HISTORY, scenario(), progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("history", "changed"),
    [(empty([]), {}), (HISTORY, {"more_people": -3}), (empty(HISTORY.waits[:3]), {"more_people": -9})],
)
def test_what_cannot_be_run_says_why(history: History, changed: dict[str, Any]) -> None:
    with pytest.raises(CannotReplay, match=r"period|Nobody"):
        replay(history, scenario(**changed), progress=lambda share: None)


def test_other_hours_and_closed_days_change_shifts_and_the_clock() -> None:
    saturday = (*WEEKDAYS_9_TO_18, Period(weekday=5, start="09:00", end="12:00"))
    before = {1: changed_calendar(VERSIONS, scenario())}
    longer = {1: changed_calendar(VERSIONS, scenario(periods=saturday))}
    closed = {1: changed_calendar(VERSIONS, scenario(closed_days=(date(2026, 3, 3),)))}

    def hours(calendars: Any) -> float:
        shifts = shifts_of(PEOPLE[0], HISTORY, calendars, before, 1)
        return sum(b - a for a, b in shifts if b <= END.timestamp()) / 3600

    assert (hours(before), hours(longer), hours(closed)) == (90, 96, 81)


def test_holidays_can_be_worked_and_versions_keep_f_continuous() -> None:
    first = Plan(tz="UTC", periods=WEEKDAYS_9_TO_18, holidays=(Holiday(date(2026, 3, 4)),))
    versions = [Version(ORIGIN, first), Version(datetime(2026, 3, 9, tzinfo=UTC), first, 123)]
    calendar = changed_calendar(versions, scenario(work_holidays=True))
    assert calendar.open_between(START.timestamp(), END.timestamp()) == 10 * 9 * 3600
    assert changed_calendar(VERSIONS, scenario()).open_between(START.timestamp(), END.timestamp()) == 10 * 9 * 3600


def test_absences_are_no_shifts() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC).timestamp()
    away = PastPerson(id=1, calendar=None, days=DAYS, away=[(noon, noon + 86_400)])
    calendars = {1: changed_calendar(VERSIONS, scenario())}
    shifts = shifts_of(away, HISTORY, calendars, calendars, 1)
    assert shifts[0] == (noon - 3 * 3600, noon)
    assert shifts[1][0] == noon + 86_400


def test_who_answered_out_of_hours_worked_then_but_not_under_other_hours() -> None:
    night = datetime(2026, 3, 2, 22, tzinfo=UTC).timestamp()
    owl = PastPerson(id=1, calendar=None, days=DAYS, answering=[(night, night + 600)])
    before = {1: changed_calendar(VERSIONS, scenario())}
    longer = {1: changed_calendar(VERSIONS, scenario(closed_days=(date(2026, 3, 3),)))}
    assert (night, night + 600) in shifts_of(owl, HISTORY, before, before, 1)
    assert (night, night + 600) not in shifts_of(owl, HISTORY, longer, before, 1)


def test_a_spread_holds_nine_of_ten_runs() -> None:
    found = spread([float(n) for n in range(101)] + [None])
    assert (found.mean, found.low, found.high) == (50, 5, 95)
    assert spread([None]).mean is None
