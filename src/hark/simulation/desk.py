"""People at work: what each has in hand, how fast it goes, what still fits."""

from bisect import bisect_right
from collections.abc import Callable
from math import inf

from hark.simulation.types import LIVE, Arrival, Setup, Team, Worker
from hark.value.types import Medium

BESIDE = 0.5  # in pull mode nobody begins a mail with more than this share of the capacity in live work
EPSILON = 1e-5


class Job:
    """One contact that waits or is worked on. `channel` turns to mail when a live customer leaves."""

    __slots__ = ("arrival", "channel", "f0", "k", "left_s", "remaining", "seat", "t0", "tries")

    def __init__(self, arrival: Arrival, k: int, t0: float, f0: float, work_s: float) -> None:
        self.arrival, self.k, self.t0, self.f0 = arrival, k, t0, f0
        self.channel: Medium = arrival.channel
        self.remaining = work_s  # at ordinary speed
        self.tries = 0
        self.left_s: float | None = None
        self.seat: Seat | None = None


class Seat:
    """A person during a run."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.on = False
        self.hand: list[Job] = []
        self.offline: Job | None = None  # the one of them that is worked on
        self.live_used = self.used = 0.0  # capacity taken by live work, by everything
        self.since = 0.0  # up to when the work in hand has been advanced
        self.idle_since = 0.0
        self.version = 0
        self.worked_s = 0.0
        self._starts = [begin for begin, _ in worker.shifts]

    def next_start(self, now: float) -> float:
        """When the next shift after `now` begins; infinity when none does."""
        n = bisect_right(self._starts, now)
        return self._starts[n] if n < len(self._starts) else inf

    def speed(self, arrival: Arrival) -> float:
        return self.worker.speed.get((arrival.topic, arrival.difficulty), 1.0)


class Desk:
    """All seats and the law of work: who can take what, and when it will be finished."""

    def __init__(
        self, team: Team, setup: Setup, taken: Callable[[Job], None], done_at: Callable[[Seat, float], None]
    ) -> None:
        self.seats = [Seat(worker) for worker in team.workers]
        self.weights, self.attention, self.pull = setup.weights, setup.attention, setup.mode == "pull"
        self.first_of_hand: Callable[[list[Job], float], Job] = _oldest
        self._taken, self._done_at = taken, done_at
        self._calendars, self._f_at = team.calendars, float("-inf")
        self._f: dict[int, float] = {}
        self.last_agent: dict[int, int] = {}  # arrival -> who had it last

    def open_seconds(self, calendar: int, now: float) -> float:
        """F(now) of a team clock; asked many times for one instant."""
        if now != self._f_at:
            self._f_at, self._f = now, {}
        if calendar not in self._f:
            self._f[calendar] = self._calendars[calendar].F(now)
        return self._f[calendar]

    def free(self, seat: Seat, *, live: bool) -> float:
        """Capacity left for live or for offline work. In pull mode a mail in hand gives way to live customers, and the
        next one is asked for when it is done; in push mode all work counts by its weight."""
        if not seat.on:
            return 0.0
        if not self.pull:
            return max(0.0, 1.0 - seat.used)
        if not live and (seat.live_used > BESIDE or seat.used > seat.live_used + EPSILON):
            return 0.0
        return max(0.0, 1.0 - seat.live_used)

    def fits(self, seat: Seat, channel: Medium) -> bool:
        return self.free(seat, live=channel in LIVE) + EPSILON >= self.weights[channel]

    def can(self, seat: Seat, arrival: Arrival) -> bool:
        """Whether the person has what the case asks for."""
        return arrival.skills <= seat.worker.skills and (
            arrival.language is None or not seat.worker.languages or arrival.language in seat.worker.languages
        )

    def give(self, job: Job, seat: Seat, now: float) -> None:
        self._advance(seat, now)
        job.seat = seat
        seat.hand.append(job)
        self._count(seat)
        self.last_agent[job.arrival.id] = seat.worker.id
        self._taken(job)
        self._plan(seat, now)

    def finished(self, seat: Seat, now: float) -> list[Job]:
        """Take the finished work out of a hand."""
        self._advance(seat, now)
        done = [job for job in seat.hand if job.remaining <= EPSILON]
        self._drop(seat, done, now)
        return done

    def begin(self, seat: Seat, now: float) -> None:
        self._advance(seat, now)
        seat.on, seat.idle_since = True, now
        self._plan(seat, now)

    def end(self, seat: Seat, now: float) -> None:
        self._advance(seat, now)
        seat.on = False
        self._plan(seat, now)

    def hand_back(self, seat: Seat, now: float) -> list[Job]:
        """Offline work of somebody who stays away, with what is left to do."""
        back = [job for job in seat.hand if job.channel not in LIVE]
        self._drop(seat, back, now)
        for job in back:
            job.seat = None
        return back

    def _drop(self, seat: Seat, jobs: list[Job], now: float) -> None:
        for job in jobs:
            seat.hand.remove(job)
            if job is seat.offline:
                seat.offline = None
        if jobs and not seat.hand:
            seat.idle_since = now
        self._count(seat)
        self._plan(seat, now)

    def _count(self, seat: Seat) -> None:
        seat.live_used = sum(self.weights[job.channel] for job in seat.hand if job.channel in LIVE)
        seat.used = seat.live_used + sum(self.weights[job.channel] for job in seat.hand if job.channel not in LIVE)

    def _rates(self, seat: Seat) -> list[tuple[Job, float, float]]:
        """(job, work per second, attention) of what goes forward in a hand now."""
        live = [job for job in seat.hand if job.channel in LIVE]
        demand = sum(self.attention[job.channel] for job in live)
        pace = min(1.0, 1.0 / demand) if demand else 1.0
        moving = [(job, pace * seat.speed(job.arrival), pace * self.attention[job.channel]) for job in live]
        left = 1.0 - demand
        if seat.on and seat.offline is not None and left > EPSILON:
            moving.append((seat.offline, left * seat.speed(seat.offline.arrival), left))
        return moving

    def _advance(self, seat: Seat, now: float) -> None:
        elapsed = now - seat.since
        if elapsed > 0.0 and seat.hand:
            for job, rate, attention in self._rates(seat):
                job.remaining -= elapsed * rate
                seat.worked_s += elapsed * attention
        seat.since = now

    def _plan(self, seat: Seat, now: float) -> None:
        if seat.offline is None and len(offline := [job for job in seat.hand if job.channel not in LIVE]):
            seat.offline = self.first_of_hand(offline, now)
        seat.version += 1
        next_done = min((job.remaining / rate for job, rate, _ in self._rates(seat)), default=None)
        if next_done is not None:
            self._done_at(seat, now + max(0.0, next_done))


def _oldest(jobs: list[Job], now: float) -> Job:
    return min(jobs, key=lambda job: job.t0)
