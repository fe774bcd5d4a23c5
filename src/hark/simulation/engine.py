"""The discrete-event simulator: the same arrivals, people and hours under one rule of routing.

Deterministic: chance lives in the arrivals (`Arrival` carries every drawn number), so two rules are compared on the
same customers and one run repeats to the last digit. A heap of events (van der Corput's order: time, then number of
creation), agents as processor-sharing servers:

- live work (chats, calls) has a person's attention first, each at `min(1, 1 / demand)` of its speed;
- offline work takes what is left, one piece after the other;
- a shift that ends lets live work finish and keeps offline work for the next one, unless the person stays away: then
  it goes back to the others.

A wait ends when a live customer is taken, and for mails when the answer is finished.
"""

from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush
from itertools import count
from math import inf
from typing import Any

from hark.simulation.desk import Desk, Job
from hark.simulation.rules import dispatcher
from hark.simulation.types import LIVE, Arrival, Outcome, Setup, Team, Wait
from hark.value.order import limit_s
from hark.value.price import leave_probability
from hark.value.types import Medium

AWAY_S = 4 * 3600.0  # offline work goes back when its person returns so much later than the first of the others
TICK_S = 60.0  # somebody is free and somebody waits: look again, as the product does every minute
OFFLINE: Medium = "mail"

Event = tuple[float, int, Callable[..., None], Any]


def simulate(
    arrivals: Sequence[Arrival], team: Team, setup: Setup, *, progress: Callable[[float], None] | None = None
) -> Outcome:
    """Run until every case is resolved, at most `setup.drain_s` beyond the last arrival.

    `progress` hears the share done now and then and may raise to stop the run.
    """
    return _Run(arrivals, team, setup).run(progress)


class _Run:
    """The state of one run; methods are the events."""

    def __init__(self, arrivals: Sequence[Arrival], team: Team, setup: Setup) -> None:
        self.setup, self.calendars = setup, team.calendars
        self.number = count()
        self.desk = Desk(team, setup, self._taken, self._schedule_done)
        self.rule = dispatcher(setup, self.desk)
        self.arrivals = arrivals
        last = max((a.t0 for a in arrivals), default=0.0)
        self.limit = last + setup.drain_s
        self.heap: list[Event] = [(a.t0, next(self.number), self._write, (a, 0)) for a in arrivals]
        for seat in self.desk.seats:
            for begin, end in seat.worker.shifts:
                if begin <= self.limit:
                    self.heap.append((begin, next(self.number), self._shift_begins, seat))
                    self.heap.append((end, next(self.number), self._shift_ends, seat))
        heapify(self.heap)
        self.open = len(arrivals)
        self.waits: list[Wait] = []
        self.resolved: dict[int, float | None] = {a.id: None for a in arrivals}
        self.reopened, self.now, self.ticking = 0, 0.0, False

    def run(self, progress: Callable[[float], None] | None) -> Outcome:
        total, steps = len(self.arrivals), 0
        while self.heap and self.open:
            at, _, event, subject = heappop(self.heap)
            if at > self.limit:
                break
            self.now = at
            event(subject)
            # Events of one instant (an opening, most of all) are one decision.
            if not self.heap or self.heap[0][0] > at:
                self._dispatch()
            steps += 1
            if progress is not None and steps % 500 == 0:
                progress(1.0 - self.open / total)
        return self._outcome()

    # events -----------------------------------------------------------------------------------------------------------

    def _write(self, subject: tuple[Arrival, int]) -> None:
        arrival, k = subject
        contact = arrival.contacts[k]
        self.reopened += contact.reopens
        job = Job(arrival, k, self.now, self.calendars[arrival.calendar].F(self.now), contact.work_s)
        self._enter(job)

    def _enter(self, job: Job) -> None:
        if job.channel in LIVE and job.arrival.stays_s < inf:
            self._at(self.now + job.arrival.stays_s, self._leave, (job, job.tries))
        self.rule.add(job, self.now)

    def _leave(self, subject: tuple[Job, int]) -> None:
        """A live customer gives up: comes back once, or is answered by mail."""
        job, tries = subject
        if job.seat is not None or job.tries != tries:
            return
        job.tries += 1
        self.rule.remove(job)
        if job.left_s is None:
            job.left_s = self.now - job.t0
        again = job.arrival.again_s
        if again is not None and tries == 0:
            self._at(self.now + again, self._enter, job)
            return
        job.channel = OFFLINE
        self._enter(job)

    def _shift_begins(self, seat: Any) -> None:
        self.desk.begin(seat, self.now)

    def _shift_ends(self, seat: Any) -> None:
        self.desk.end(seat, self.now)
        back, first = seat.next_start(self.now), min(s.next_start(self.now) for s in self.desk.seats)
        if back > first + AWAY_S:
            for job in [*self.desk.hand_back(seat, self.now), *self.rule.give_back(seat)]:
                self.rule.add(job, self.now)

    def _done(self, subject: tuple[Any, int]) -> None:
        seat, version = subject
        if seat.version != version:
            return
        for job in self.desk.finished(seat, self.now):
            if job.channel not in LIVE:
                self._close(job, self.now)
            if job.k + 1 < len(job.arrival.contacts):
                following = job.arrival.contacts[job.k + 1]
                self._at(self.now + following.after_s, self._write, (job.arrival, job.k + 1))
            else:
                self.resolved[job.arrival.id] = self.now
                self.open -= 1

    def _tick(self, subject: None) -> None:
        self.ticking = False

    # consequences -----------------------------------------------------------------------------------------------------

    def _dispatch(self) -> None:
        self.rule.dispatch(self.now)
        if not self.ticking and self.rule.undecided(self.now):
            self.ticking = True
            self._at(self.now + TICK_S, self._tick, None)

    def _taken(self, job: Job) -> None:
        if job.channel in LIVE:
            self._close(job, self.now)

    def _schedule_done(self, seat: Any, at: float) -> None:
        self._at(at, self._done, (seat, seat.version))

    def _at(self, at: float, event: Callable[..., None], subject: Any) -> None:
        heappush(self.heap, (at, next(self.number), event, subject))

    def _close(self, job: Job, at: float, *, answered: bool = True) -> None:
        self.waits.append(_wait(job, at, self.calendars[job.arrival.calendar].F(at), self.setup, answered=answered))

    def _outcome(self) -> Outcome:
        for job in self._unanswered():
            self._close(job, self.now, answered=False)
        seats = self.desk.seats
        return Outcome(
            waits=self.waits, resolved=self.resolved, started={a.id: a.t0 for a in self.arrivals},
            worked_s={s.worker.id: s.worked_s for s in seats}, reopened=self.reopened, ended=self.now,
            shift_s={s.worker.id: sum(max(0.0, min(b, self.now) - a) for a, b in s.worker.shifts) for s in seats},
        )  # fmt: skip

    def _unanswered(self) -> Iterable[Job]:
        yield from self.rule.waiting()
        for seat in self.desk.seats:
            yield from (job for job in seat.hand if job.channel not in LIVE)


def _wait(job: Job, at: float, f: float, setup: Setup, *, answered: bool) -> Wait:
    arrival, model = job.arrival, setup.model
    per_s = 1.0 / model.patience_s[job.channel]
    share = leave_probability(at - job.t0, per_s, model)
    if job.left_s is not None:
        # Who left a live channel was lost by so much there; a mail written afterwards does not undo it.
        share = max(share, leave_probability(job.left_s, 1.0 / model.patience_s[arrival.channel], model))
    return Wait(
        arrival.id, job.k, arrival.channel, arrival.severity, arrival.holder, arrival.value, job.t0, at - job.t0,
        f - job.f0, answered, job.left_s, min(1.0, arrival.scale * share), limit_s(per_s, model),
        None if job.seat is None else job.seat.worker.id,
    )  # fmt: skip
