"""The team and the customers of `hark bench policy`: real patterns of arrival, a made-up team of twenty.

Real: when calls come (`calls/fpp2`, five-minute counts of a bank's hotline, whose days are also lent to the chats), when
mails come and how often and after how long people write again (`support-mail`). Both are cut in time: tuning looks at
the first part only, the figures are measured on the last. Assumed, and named in docs/develop/simulation.md: handle
times, the spread of speed, severities, values, the patience to stay on the line.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from math import log
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

import msgspec

from hark.core.clock import unix
from hark.core.errors import NotFound
from hark.hours.open_time import Calendar, continuous
from hark.hours.types import Period, Plan
from hark.simulation.types import ATTENTION, Arrival, Contact, Team, Worker
from hark.value.stake import severity_mean, severity_scale, value_at_stake
from hark.value.types import DAY_S, HOUR_S, Medium, Severity, ValueModel, Worth

Part = Literal["training", "test"]

AGENTS, TOPICS, WEEKS = 20, 8, 3
START = datetime(2025, 1, 6, tzinfo=UTC)  # a Monday, midnight
WEEK_S = 7 * DAY_S
OPENS_H, CLOSES_H = 8, 20
SHIFTS_H = ((8, 17), (8, 17), (11, 20))
WORKING_DAY_S = 9 * HOUR_S

# Shares of the attention asked for, seconds of work when undisturbed, the spread of it (sigma of its logarithm).
WORK_SHARE: dict[Medium, float] = {"mail": 0.45, "messenger": 0.30, "phone": 0.25}
HANDLE_S: dict[Medium, float] = {"mail": 540.0, "messenger": 600.0, "phone": 360.0}
HANDLE_SIGMA = 0.7
TOPIC_WORK = (0.5, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0)
DIFFICULTY_WORK, DIFFICULTY_SHARES = (0.7, 1.0, 1.8), (0.3, 0.5, 0.2)
SPEED_SIGMA, CASES_KNOWN, CASE_NOISE = 0.3, 40, 0.8
SEVERITY_SHARES = (0.25, 0.50, 0.18, 0.07)
MONTHLY_MEDIAN_MINOR, MONTHLY_SIGMA = 100_00, 1.4
HOLDERS_PER_CASE = 0.75
STAYS_S: dict[Medium, float] = {"messenger": 360.0, "phone": 180.0}  # means; exponential
COMES_BACK, BACK_AFTER_S = 0.5, 1800.0
LIVE_AGAIN, LIVE_AGAIN_S = 0.12, 1.0 * DAY_S
LATEST_AGAIN_S = 14 * DAY_S  # what comes later is another conversation

CALLS_PER_DAY, CALLS_FROM_H, CALLS_TRAINING_DAYS, CALLS_STEP_S = 169, 7, 100, 300
MAILS_TRAINING_UNTIL = datetime(2021, 1, 4, tzinfo=UTC)


class Mail(msgspec.Struct):
    """One line of the archive."""

    id: str
    at: float
    staff: bool
    in_reply_to: list[str] = []
    references: list[str] = []


class Thread(NamedTuple):
    """When a customer began it, and after how many seconds since our answer each further message came."""

    at: float
    again_s: tuple[float, ...]


def model_of_team() -> ValueModel:
    """The default model with severities rescaled to the simulated mix."""
    return ValueModel(severity_mean=severity_mean([round(share * 100) for share in SEVERITY_SHARES], ValueModel()))


def hours() -> Calendar:
    """Monday to Friday, eight to twenty."""
    periods = tuple(Period(weekday=d, start=f"{OPENS_H:02}:00", end=f"{CLOSES_H:02}:00") for d in range(5))
    return continuous([(START, Plan(tz="UTC", periods=periods))])


@lru_cache
def read_calls(path: Path) -> tuple[tuple[int, ...], ...]:
    """Five-minute counts by working day. Raises NotFound."""
    if not path.exists():
        raise NotFound("The call counts are not here: put them below HARK_BENCH_DATA as calls/fpp2/calls_5min.csv.")
    counts = [int(float(line)) for line in path.read_text().split()]
    return tuple(tuple(counts[n : n + CALLS_PER_DAY]) for n in range(0, len(counts), CALLS_PER_DAY))


@lru_cache
def read_threads(path: Path) -> tuple[Thread, ...]:
    """The customers' threads of the archive in order of time. Raises NotFound."""
    if not path.exists():
        raise NotFound("The mails are not here: put them below HARK_BENCH_DATA as support-mail/messages.jsonl.")
    mails = sorted((msgspec.json.decode(line, type=Mail) for line in path.read_bytes().splitlines()), key=lambda m: m.at)
    root: dict[str, str] = {}
    threads: dict[str, list[Mail]] = defaultdict(list)
    for mail in mails:
        before = next((root[id] for id in (*mail.in_reply_to, *reversed(mail.references)) if id in root), mail.id)
        root[mail.id] = before
        threads[before].append(mail)
    return tuple(Thread(thread[0].at, tuple(_again(thread))) for thread in threads.values() if not thread[0].staff)


def _again(thread: Sequence[Mail]) -> Iterator[float]:
    """Delays from our answer to the customer's next message; several in a row are one contact."""
    answered_at: float | None = None
    for mail in thread:
        if mail.staff:
            answered_at = mail.at
        elif answered_at is not None:
            if mail.at - answered_at > LATEST_AGAIN_S:
                return
            yield mail.at - answered_at
            answered_at = None


class World(NamedTuple):
    """One seed: who comes and who works."""

    arrivals: list[Arrival]
    team: Team


def make_world(data: Path, *, seed: int, load: float, part: Part, weeks: int = WEEKS) -> World:
    """Cases in order of arrival whose work at ordinary speed is exactly `load` of the team's hours in `weeks` weeks.

    Raises NotFound without the data.
    """
    random = Random(f"{part} {seed}")
    calls, threads = read_calls(data / "calls/fpp2/calls_5min.csv"), read_threads(data / "support-mail/messages.jsonl")
    until = unix(MAILS_TRAINING_UNTIL)
    days = calls[:CALLS_TRAINING_DAYS] if part == "training" else calls[CALLS_TRAINING_DAYS:]
    threads = tuple(thread for thread in threads if (thread.at < until) == (part == "training"))
    team = make_team(random, weeks)
    capacity = sum(end - begin for worker in team.workers for begin, end in worker.shifts if end <= unix(START) + weeks * WEEK_S)
    drawn: list[tuple[float, Medium, tuple[float, ...]]] = []
    for medium, share in WORK_SHARE.items():
        contacts = load * share * capacity / (HANDLE_S[medium] * ATTENTION[medium])
        drawn += _mails(random, threads, contacts, weeks) if medium == "mail" else _live(random, days, medium, contacts, weeks)
    drawn.sort()
    model, holders = model_of_team(), _holders(random, round(HOLDERS_PER_CASE * len(drawn)))
    cases = [_case(random, n, *one, model=model, holders=holders) for n, one in enumerate(drawn)]
    asked = sum(ATTENTION[case.channel] * contact.work_s for case in cases for contact in case.contacts)
    return World([_scaled(case, load * capacity / asked) for case in cases], team)


def make_team(random: Random, weeks: int) -> Team:
    """Twenty people, a third of them in the late shift, each with topics they are faster and slower at, as the product has learned them from
    forty cases of each. Shifts go on long enough for a backlog to drain."""
    start = unix(START)
    workers = []
    for n in range(AGENTS):
        begin, end = SHIFTS_H[n % len(SHIFTS_H)]
        shifts = tuple(
            (start + day * DAY_S + begin * HOUR_S, start + day * DAY_S + end * HOUR_S)
            for day in range(7 * (weeks + 6)) if day % 7 < 5
        )  # fmt: skip
        speed = {topic: min(2.0, max(0.5, random.lognormvariate(-SPEED_SIGMA**2 / 2, SPEED_SIGMA))) for topic in range(TOPICS)}
        known = {topic: _learned(random, true) for topic, true in speed.items()}
        workers.append(Worker(
            id=n, shifts=shifts, cases=dict.fromkeys(speed, CASES_KNOWN),
            speed={(topic, d): s for topic, s in speed.items() for d in range(3)},
            known={(topic, d): s for topic, s in known.items() for d in range(3)},
        ))  # fmt: skip
    return Team(workers=tuple(workers), calendars={0: hours()})


def _learned(random: Random, true: float) -> float:
    """The estimate from so many cases, shrunk to the team's mean by ten pseudo-cases."""
    seen = true * (1.0 + random.gauss(0.0, CASE_NOISE / CASES_KNOWN**0.5))
    return min(2.0, max(0.5, (10.0 + CASES_KNOWN * seen) / (10.0 + CASES_KNOWN)))


def _live(
    random: Random, days: Sequence[Sequence[int]], medium: Medium, contacts: float, weeks: int
) -> Iterator[tuple[float, Medium, tuple[float, ...]]]:
    """Weeks of real days in their order from a random place, thinned to the volume; only within opening hours."""
    first = random.randrange(0, (len(days) - 5 * weeks) // 5 + 1) * 5
    block = days[first : first + 5 * weeks]
    steps = range((OPENS_H - CALLS_FROM_H) * 12, (CLOSES_H - CALLS_FROM_H) * 12)
    chance = contacts / (1.0 + LIVE_AGAIN) / sum(day[step] for day in block for step in steps)
    for n, day in enumerate(block):
        midnight = unix(START) + (n // 5 * 7 + n % 5) * DAY_S
        for step in steps:
            for _ in range(_thinned(random, day[step], chance)):
                at = midnight + CALLS_FROM_H * HOUR_S + (step + random.random()) * CALLS_STEP_S
                yield at, medium, (random.expovariate(1.0 / LIVE_AGAIN_S),) if random.random() < LIVE_AGAIN else ()


def _thinned(random: Random, count: int, chance: float) -> int:
    """How many of `count` are kept, each by `chance`: Poisson, which it is nearly for small chances."""
    kept, left = 0, random.expovariate(1.0)
    while left < count * chance:
        kept += 1
        left += random.expovariate(1.0)
    return kept


def _mails(
    random: Random, threads: Sequence[Thread], contacts: float, weeks: int
) -> Iterator[tuple[float, Medium, tuple[float, ...]]]:
    """Real threads at their own time of the week, moved by up to a quarter of an hour, in real proportions."""
    mean = sum(1 + len(thread.again_s) for thread in threads) / len(threads)
    monday = unix(datetime(2019, 1, 7, tzinfo=UTC))
    for _ in range(round(contacts / mean)):
        thread = random.choice(threads)
        at = (thread.at - monday) % WEEK_S + random.randrange(weeks) * WEEK_S + random.uniform(-900.0, 900.0)
        yield unix(START) + max(0.0, at), "mail", thread.again_s


def _holders(random: Random, count: int) -> list[int]:
    """Yearly value of so many customers, in minor units."""
    def monthly() -> int:
        return round(MONTHLY_MEDIAN_MINOR * random.lognormvariate(0, MONTHLY_SIGMA))

    model = ValueModel()
    return [value_at_stake(Worth(monthly_minor=monthly()), today=START.date(), model=model).value_minor for _ in range(count)]


def _case(
    random: Random, n: int, t0: float, medium: Medium, again: tuple[float, ...], *, model: ValueModel, holders: list[int]
) -> Arrival:
    severity = Severity(random.choices(range(4), SEVERITY_SHARES)[0])
    difficulty = random.choices(range(3), DIFFICULTY_SHARES)[0]
    topic, holder = random.randrange(TOPICS), random.randrange(len(holders))
    mean = HANDLE_S[medium] * TOPIC_WORK[topic] * DIFFICULTY_WORK[difficulty]

    def work() -> float:
        return 30.0 + random.lognormvariate(log(max(1.0, mean - 30.0)) - HANDLE_SIGMA**2 / 2, HANDLE_SIGMA)

    live = medium in STAYS_S
    return Arrival(
        id=n, t0=t0, channel=medium, topic=topic, difficulty=difficulty, severity=severity, holder=holder,
        scale=severity_scale(severity, model), value=holders[holder],
        contacts=tuple(Contact(after, work(), reopens=live and k > 0) for k, after in enumerate((0.0, *again))),
        stays_s=random.expovariate(1.0 / STAYS_S[medium]) if live else float("inf"),
        again_s=random.expovariate(1.0 / BACK_AFTER_S) if live and random.random() < COMES_BACK else None,
    )  # fmt: skip


def _scaled(case: Arrival, factor: float) -> Arrival:
    contacts = tuple(contact._replace(work_s=contact.work_s * factor) for contact in case.contacts)
    return msgspec.structs.replace(case, contacts=contacts)
