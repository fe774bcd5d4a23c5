"""Who gets what: Hark's routing, and what other products do.

All rules meet the same people with the same capacity, and in all of them live customers go before mails, as the
channels of every contact centre do: the baselines are not made weak.

- `fifo`: one queue, first come first served, whoever is free longest;
- `priority`: one queue by the label urgent, high, normal, low, first come first served within each;
- `round_robin`: mails go to the next person in turn as they come and wait in that person's own list; live customers
  to the next free person in turn, else to the first who is free;
- `least_busy`: the same, to the person with the least in hand and in the own list;
- `hark`: `hark.routing.policy`, asked at every arrival, release and minute.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from itertools import count
from typing import Protocol

from hark.simulation.by_index import ByIndex
from hark.simulation.desk import Desk, Job, Seat
from hark.simulation.types import LIVE, Setup

Key = tuple[float, ...]


class Dispatcher(Protocol):
    def add(self, job: Job, now: float) -> None:
        """Somebody waits (again)."""

    def remove(self, job: Job) -> None:
        """Nobody waits there any more."""

    def dispatch(self, now: float) -> None:
        """Give to whoever can take."""

    def undecided(self, now: float) -> bool:
        """Whether another look in a minute may decide otherwise though nothing has happened."""

    def give_back(self, seat: Seat) -> list[Job]:
        """The own list of somebody who stays away."""

    def waiting(self) -> Iterable[Job]: ...


def dispatcher(setup: Setup, desk: Desk) -> Dispatcher:
    """The rule of a set-up, over a desk."""
    match setup.rule:
        case "hark":
            return ByIndex(setup, desk)
        case "fifo":
            return OneQueue(desk, lambda job: (job.t0,))
        case "priority":
            return OneQueue(desk, lambda job: (-job.arrival.severity, job.t0))
        case "round_robin":
            return OwnLists(desk, in_turn=True)
        case "least_busy":
            return OwnLists(desk, in_turn=False)


class OneQueue:
    """Waiting jobs in order of a key, a queue per channel; live channels first."""

    def __init__(self, desk: Desk, key: Callable[[Job], Key]) -> None:
        self._desk, self._key, self._n = desk, key, count()
        self._queues: dict[str, list[tuple[Key, int, Job]]] = {"phone": [], "messenger": [], "mail": [], "social": []}

    def add(self, job: Job, now: float) -> None:
        queue = self._queues[job.channel]
        entry = (self._key(job), next(self._n), job)
        queue.insert(bisect_right(queue, entry[:2], key=lambda e: e[:2]), entry)

    def remove(self, job: Job) -> None:
        queue = self._queues[job.channel]
        queue[:] = [entry for entry in queue if entry[2] is not job]

    def dispatch(self, now: float) -> None:
        for queue in self._queues.values():
            free = [seat for seat in self._desk.seats if queue and self._desk.fits(seat, queue[0][2].channel)]
            free.sort(key=lambda seat: seat.idle_since)
            n = 0
            while free and n < len(queue):
                job = queue[n][2]
                seat = next((seat for seat in free if self._desk.can(seat, job.arrival)), None)
                if seat is None:
                    n += 1
                    continue
                del queue[n]
                self._desk.give(job, seat, now)
                if not self._desk.fits(seat, job.channel):
                    free.remove(seat)

    def undecided(self, now: float) -> bool:
        return False

    def give_back(self, seat: Seat) -> list[Job]:
        return []

    def waiting(self) -> Iterable[Job]:
        return [entry[2] for queue in self._queues.values() for entry in queue]


class OwnLists:
    """Offline work is assigned as it comes and waits in its person's own list, first come first served; live customers
    wait together for whoever can take them."""

    def __init__(self, desk: Desk, *, in_turn: bool) -> None:
        self._desk, self._in_turn, self._turn = desk, in_turn, 0
        self._own: dict[int, list[Job]] = {seat.worker.id: [] for seat in desk.seats}
        self._live: list[Job] = []

    def add(self, job: Job, now: float) -> None:
        if job.channel in LIVE:
            self._live.append(job)
            return
        able = [seat for seat in self._desk.seats if self._desk.can(seat, job.arrival)]
        here = self._here(able, now)
        if not here:
            here = able or self._desk.seats
        seat = self._next(here)
        own = self._own[seat.worker.id]
        own.insert(bisect_right(own, job.t0, key=lambda waiting: waiting.t0), job)

    def _here(self, seats: list[Seat], now: float) -> list[Seat]:
        """Those at work; out of hours, those who are there when work begins again."""
        on = [seat for seat in seats if seat.on]
        if on or not seats:
            return on
        starts = {seat.worker.id: seat.next_start(now) for seat in seats}
        first = min(starts.values())
        return [seat for seat in seats if starts[seat.worker.id] <= first]

    def _next(self, seats: list[Seat]) -> Seat:
        if not self._in_turn:
            return min(seats, key=lambda seat: (len(self._own[seat.worker.id]) + len(seat.hand), seat.idle_since))
        order = self._desk.seats
        for step in range(1, len(order) + 1):
            seat = order[(self._turn + step) % len(order)]
            if seat in seats:
                self._turn = (self._turn + step) % len(order)
                return seat
        raise ValueError("nobody to give work to")

    def remove(self, job: Job) -> None:
        lists = [self._live, *self._own.values()]
        for waiting in lists:
            if job in waiting:
                waiting.remove(job)

    def dispatch(self, now: float) -> None:
        for job in list(self._live):
            free = [s for s in self._desk.seats if self._desk.fits(s, job.channel) and self._desk.can(s, job.arrival)]
            if free:
                self._live.remove(job)
                self._desk.give(job, self._next(free), now)
        for seat in self._desk.seats:
            own = self._own[seat.worker.id]
            while own and self._desk.fits(seat, own[0].channel):
                self._desk.give(own.pop(0), seat, now)

    def undecided(self, now: float) -> bool:
        return False

    def give_back(self, seat: Seat) -> list[Job]:
        back, self._own[seat.worker.id] = self._own[seat.worker.id], []
        return back

    def waiting(self) -> Iterable[Job]:
        return [*self._live, *(job for own in self._own.values() for job in own)]
