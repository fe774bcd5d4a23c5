"""From what was remembered of a period, under a scenario, to arrivals and a team."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

import msgspec

from hark.core.clock import from_unix
from hark.hours.open_time import Calendar, Interval
from hark.hours.types import Holiday, Plan, Version
from hark.simulation.replay_types import History, PastPerson, PastWait, Scenario
from hark.simulation.types import LIVE, Arrival, Contact, Team, Worker
from hark.value.stake import severity_scale
from hark.value.types import DAY_S, Severity

DRAIN_S = 28 * DAY_S
STAYS_S = 360.0  # assumed: how long a live customer stays unanswered, on average
SIGMA = 0.7  # assumed: spread of handle times around the mean of their topic (of the logarithm)
HARD = 2


class Work(NamedTuple):
    arrivals: list[Arrival]
    team: Team


def make_work(history: History, scenario: Scenario, *, availability: float, seed: int) -> Work:
    """One draw of everything the journal does not know. The same seed draws the same for every scenario, so that two
    are compared on the same customers; `availability` stretches all work by its inverse."""
    calendars = {int(id): changed_calendar(versions, scenario) for id, versions in history.calendars.items()}
    return Work(
        _arrivals(history, scenario, availability, seed),
        Team(workers=_workers(history, scenario, calendars, seed), calendars=calendars),
    )


def conversations(history: History) -> list[list[PastWait]]:
    """The waits by conversation, each in order of time, conversations in order of their first."""
    by_id: dict[UUID, list[PastWait]] = defaultdict(list)
    for wait in sorted(history.waits, key=lambda wait: wait.opened):
        by_id[wait.conversation].append(wait)
    return list(by_id.values())


def changed_calendar(versions: Sequence[Version], scenario: Scenario) -> Calendar:
    """The hours under a scenario; each version keeps its zone and the time it was in force."""
    if scenario.periods is None and not scenario.work_holidays and not scenario.closed_days:
        return Calendar(versions)
    changed: list[Version] = []
    for version in sorted(versions, key=lambda version: version.valid_from):
        f_base = Calendar(changed).f_base_at(version.valid_from) if changed else 0
        changed.append(Version(version.valid_from, _plan(version.plan, scenario), f_base))
    return Calendar(changed)


def _plan(plan: Plan, scenario: Scenario) -> Plan:
    holidays = {} if scenario.work_holidays else {holiday.date: holiday for holiday in plan.holidays}
    holidays |= {day: Holiday(day) for day in scenario.closed_days}
    periods = plan.periods if scenario.periods is None else scenario.periods
    return Plan(tz=plan.tz, periods=periods, holidays=tuple(holidays.values()))


# arrivals -------------------------------------------------------------------------------------------------------------


def _arrivals(history: History, scenario: Scenario, availability: float, seed: int) -> list[Arrival]:
    holders: dict[UUID, int] = {}
    made = []
    for n, waits in enumerate(conversations(history)):
        random = Random(f"{seed} {waits[0].conversation}")
        contacts = _contacts(waits, history, availability, random)
        stays, by_bot = random.expovariate(1.0 / STAYS_S), random.random()
        first, last = waits[0], waits[-1]
        if first.difficulty != HARD and by_bot < scenario.bot_share:
            continue
        scale = severity_scale(Severity(last.severity), history.model)
        made.append(Arrival(
            id=n, t0=first.opened, channel=first.channel, contacts=contacts, topic=last.topic,
            difficulty=last.difficulty, severity=last.severity, scale=scale,
            value=max(wait.stake for wait in waits) / scale, holder=holders.setdefault(first.holder, len(holders)),
            stays_s=stays if first.channel in LIVE else float("inf"), calendar=first.calendar,
            skills=frozenset(history.topic_skills.get(str(last.topic or ""), ())),
        ))  # fmt: skip
    return made


def _contacts(
    waits: Sequence[PastWait], history: History, availability: float, random: Random
) -> tuple[Contact, ...]:
    """Each wait as one contact: its delay since our answer before, its share of the work of the conversation."""
    measured = history.handled_s.get(waits[0].conversation)
    contacts, answered_at = [], waits[0].opened
    for wait in waits:
        mean = history.topic_s.get(str(wait.topic or ""), history.topic_s[""])
        drawn = mean * random.lognormvariate(-(SIGMA**2) / 2, SIGMA)
        work = measured / len(waits) if measured else drawn
        contacts.append(Contact(max(0.0, wait.opened - answered_at), max(5.0, work) / availability))
        answered_at = wait.closed if wait.closed is not None else wait.opened
    return tuple(contacts)


# people ---------------------------------------------------------------------------------------------------------------


def _workers(
    history: History, scenario: Scenario, calendars: Mapping[int, Calendar], seed: int
) -> tuple[Worker, ...]:
    known: dict[int, dict[tuple[int | None, int], float]] = defaultdict(dict)
    cases: dict[int, dict[int | None, int]] = defaultdict(lambda: defaultdict(int))
    for learned in history.learned:
        known[learned.agent][learned.topic or None, learned.difficulty] = learned.mu
        cases[learned.agent][learned.topic or None] += learned.cases
    people = history.people[: max(0, len(history.people) + scenario.more_people)]
    people += [_newcomer(history, n) for n in range(max(0, scenario.more_people))]
    usual = {int(id): Calendar(versions) for id, versions in history.calendars.items()}
    return tuple(
        Worker(
            id=person.id, shifts=shifts_of(person, history, calendars, usual, seed), speed=known[person.id],
            known=known[person.id], cases=dict(cases[person.id]), skills=person.skills, languages=person.languages,
        )
        for person in people
    )  # fmt: skip


def _newcomer(history: History, n: int) -> PastPerson:
    """One more person: every skill of the team, present on every day on which anybody was."""
    return PastPerson(
        id=-1 - n, calendar=history.first_calendar, days=frozenset().union(*(p.days for p in history.people)),
        skills=frozenset().union(*(p.skills for p in history.people)),
    )  # fmt: skip


def shifts_of(
    person: PastPerson, history: History, calendars: Mapping[int, Calendar], usual: Mapping[int, Calendar], seed: int
) -> tuple[tuple[float, float], ...]:
    """When she works: the open hours of the dates on which she answered somebody and whenever she was seen answering,
    less her absences. On dates that were closed then and are open now she works as often as on others; after the period
    always. Under other hours than the past's, nobody answers outside them."""
    id = history.first_calendar if person.calendar is None else person.calendar
    calendar, before = calendars[id], usual[id]
    dates = _dates(history.since, history.end)
    open_then = [day for day in dates if _open_s(before, day)]
    often = len(person.days & set(open_then)) / len(open_then) if open_then else 0.0
    found = list(person.answering) if calendar.versions == before.versions else []
    for day in dates:
        luck = Random(f"{seed} {person.id} {day}").random()
        here = day in person.days or (not _open_s(before, day) and luck < often)
        if here:
            found += _intervals(calendar, day)
    found += calendar.open_intervals(history.end, history.end + DRAIN_S)
    return tuple(_without(_joined(found), person.away))


def _dates(since: float, until: float) -> list[date]:
    first, last = from_unix(since).date(), from_unix(until).date()
    return [first + timedelta(days=n) for n in range((last - first).days)]


def _intervals(calendar: Calendar, day: date) -> list[Interval]:
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
    return calendar.open_intervals(begin, begin + DAY_S)


def _open_s(calendar: Calendar, day: date) -> float:
    return sum(part.end - part.start for part in _intervals(calendar, day))


def _joined(parts: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for begin, end in sorted(parts):
        if joined and begin <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((begin, end))
    return joined


def _without(parts: list[tuple[float, float]], away: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    for gone, back in away:
        parts = [
            piece for begin, end in parts for piece in ((begin, min(end, gone)), (max(begin, back), end))
            if piece[0] < piece[1]
        ]  # fmt: skip
    return parts


def as_was(scenario: Scenario) -> Scenario:
    """The same period with nothing changed."""
    return msgspec.structs.replace(
        scenario, rule=None, mode=None, more_people=0, periods=None, work_holidays=False, closed_days=(), bot_share=0.0
    )
