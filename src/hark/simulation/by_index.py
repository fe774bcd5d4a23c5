"""Hark's own routing in the simulator: `hark.routing.policy`, the functions the live engine runs, and no copy of them.

Asked at every arrival, release and opening, and each minute while somebody is free and somebody waits. Live customers
are offered to whoever has room; in pull mode offline work is taken when a person asks for the next piece.
"""

from collections.abc import Iterable
from itertools import count

import msgspec

from hark.routing.policy import ROOM, Case, Person, Policy, match, order
from hark.simulation.desk import Desk, Job, Seat
from hark.simulation.types import LIVE, Setup


class ByIndex:
    """Everybody who waits, in one pool."""

    def __init__(self, setup: Setup, desk: Desk) -> None:
        self._desk, self._setup, self._n = desk, setup, count(1)
        self._waiting: dict[bool, dict[int, Job]] = {True: {}, False: {}}  # live or not, by number
        self._numbers: dict[Job, int] = {}
        self._pulls = 0
        self._policy = Policy(model=setup.model, weights={str(medium): weight for medium, weight in setup.weights.items()})
        if setup.explore is not None:
            self._policy = msgspec.structs.replace(self._policy, explore=setup.explore)
        desk.first_of_hand = self._first_of_hand

    def add(self, job: Job, now: float) -> None:
        number = self._numbers[job] = next(self._n)
        self._waiting[job.channel in LIVE][number] = job

    def remove(self, job: Job) -> None:
        number = self._numbers.pop(job, None)
        if number is not None:
            self._waiting[job.channel in LIVE].pop(number, None)

    def dispatch(self, now: float) -> None:
        for live in (True, False):
            while self._waiting[live] and self._decide(now, live=live):
                pass

    def _decide(self, now: float, *, live: bool) -> bool:
        """One matching; whether it gave anything away."""
        present = [(seat, self._desk.free(seat, live=live)) for seat in self._desk.seats if seat.on]
        if all(free <= ROOM for _, free in present):
            return False
        people = [self._person(seat, free, now) for seat, free in present]
        cases = [self._case(number, job, now) for number, job in self._waiting[live].items()]
        found = match(cases, people, self._policy, pulls=self._pulls)
        seats = {seat.worker.id: seat for seat, _ in present}
        for one in found:
            job = self._waiting[live].pop(int(str(one.case_id)))
            del self._numbers[job]
            self._desk.give(job, seats[one.agent_id], now)
        self._pulls += len(found)
        return bool(found)

    def undecided(self, now: float) -> bool:
        """Somebody waits whom nobody may take yet (a hard case kept for an expert, say)."""
        return any(
            waiting and any(self._desk.free(seat, live=live) > ROOM for seat in self._desk.seats)
            for live, waiting in self._waiting.items()
        )

    def give_back(self, seat: Seat) -> list[Job]:
        return []

    def waiting(self) -> Iterable[Job]:
        return [job for jobs in self._waiting.values() for job in jobs.values()]

    def _first_of_hand(self, jobs: list[Job], now: float) -> Job:
        """In push mode a person has several: the list shows them by index."""
        if len(jobs) == 1:
            return jobs[0]
        return max(jobs, key=lambda job: order(self._case(0, job, now), self._setup.model))

    def _case(self, number: int, job: Job, now: float) -> Case:
        arrival = job.arrival
        return Case(
            id=number, stake=arrival.value * arrival.scale, per_s=1.0 / self._setup.model.patience_s[job.channel],
            waited_s=now - job.t0, open_s=self._desk.open_seconds(arrival.calendar, now) - job.f0,
            ahead_s=self._setup.ahead_s.get(arrival.topic, self._setup.model.handle_s), topic_id=arrival.topic,
            difficulty=arrival.difficulty, channel=job.channel, skills=arrival.skills, language=arrival.language,
            returning_to=self._desk.last_agent.get(arrival.id),
        )  # fmt: skip

    def _person(self, seat: Seat, free: float, now: float) -> Person:
        worker = seat.worker
        return Person(
            id=worker.id, free=free, skills=worker.skills, languages=worker.languages, speed=worker.known, cases=worker.cases,
            idle_s=0.0 if seat.hand else now - seat.idle_since, newcomer_share=worker.newcomer_share,
        )  # fmt: skip
