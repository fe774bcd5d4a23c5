"""What even a clairvoyant could not avoid: a proven lower bound of the cost of delay.

Who knows every arrival and every length beforehand still has only so many people at a time. Relax that with a price
y(a, b) >= 0 of person a's attention in the time slot b (Lagrange). For ANY schedule, under ANY rule,

    cost >= sum over cases of  min over slots b ( loss(b) + work x min over a ( y(a, b) / speed(a, topic) ) )
            - sum over (a, b) of  y(a, b) x open seconds of a in b

because work done by a costs at least its attention at the price, and nobody gives more attention than there is. So each
y gives a bound (weak duality); subgradient steps look for a good one, and stopping early costs tightness, never truth.
Everything else is decided in the bound's favour:

- a mail's answer comes no sooner than the slot in which its work is done, whatever the order, interrupted or not, shared
  between people or not; its loss counts from the slot's beginning;
- a live case that starts in a slot gives its attention until `longest` seconds later, at the cheapest price of that
  time, and free of charge where a shift ends in between (people finish a call after hours);
- customers who leave and come back, and everything a customer writes after our first answer, cost nothing and take
  nobody's time;
- the losses x of one holder count with weights w that make sum(w x) <= 1 - prod(1 - x): the case at place i (by size
  of the worst loss u) by the product of 1 - u of the cases before it. For this telescopes:
  1 - prod(1 - x) = sum x(i) prod over j < i (1 - x(j)), and x(j) <= u(j).
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hark.simulation.types import LIVE, Arrival, Setup, Team
from hark.value.types import ValueModel

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLOT_S = 300.0
STEP = 0.002  # share of the step that would lead to `upper` at once
AHEAD_MAIL, AHEAD_LIVE = 240, 24  # slots of work looked at after an arrival; later ones count as free of charge


def clairvoyant_bound(
    arrivals: Sequence[Arrival], team: Team, setup: Setup, *, upper: float, rounds: int = 8
) -> float:
    """Minor units that no schedule of these arrivals by this team can cost less than.

    `upper` is the cost of any real schedule: it only sets the length of the steps.
    """
    import numpy as np

    slots = _Slots(team, setup)
    groups = [_Group(part, slots, team, setup) for part in _parts(arrivals)]
    y, best = np.zeros_like(slots.open_s), 0.0
    for n in range(rounds):
        used = np.zeros_like(y)
        value = sum(group.least(y, used) for group in groups) - float((y * slots.open_s).sum())
        best = max(best, value)
        slope = used - slots.open_s
        slope[(y <= 0.0) & (slope < 0.0)] = 0.0
        norm = float((slope * slope).sum())
        if norm == 0.0:
            break
        reach = STEP / (1.0 + 0.05 * n)
        y = np.maximum(0.0, y + reach * max(0.0, upper - value) / norm * slope)
    return best


def _parts(arrivals: Sequence[Arrival]) -> list[list[Arrival]]:
    live = [a for a in arrivals if a.channel in LIVE]
    return [part for part in (live, [a for a in arrivals if a.channel not in LIVE]) if part]


def holder_weights(arrivals: Sequence[Arrival], ceiling: float) -> dict[int, float]:
    """Weight of each case's loss in the bound of its holder, by case id; `ceiling` is the largest P."""
    of_holder: dict[int, list[Arrival]] = defaultdict(list)
    for arrival in arrivals:
        of_holder[arrival.holder].append(arrival)
    weights = {}
    for cases in of_holder.values():
        left = 1.0
        for case in sorted(cases, key=lambda case: -case.scale):
            weights[case.id] = left
            left *= 1.0 - min(1.0, case.scale * ceiling)
    return weights


class _Slots:
    """The time in which somebody works, cut into slots; `open_s[a, b]` seconds of person a in slot b."""

    def __init__(self, team: Team, setup: Setup) -> None:
        import numpy as np

        numbers = sorted({
            n for worker in team.workers for begin, end in worker.shifts
            for n in range(int(begin // SLOT_S), int(-(-end // SLOT_S)))
        })  # fmt: skip
        self.start = np.array(numbers, dtype=np.float64) * SLOT_S
        place = {n: k for k, n in enumerate(numbers)}
        self.open_s = np.zeros((len(team.workers), len(numbers)))
        self.shift_ends = np.zeros(len(numbers), dtype=bool)
        for a, worker in enumerate(team.workers):
            for begin, end in worker.shifts:
                for n in range(int(begin // SLOT_S), int(-(-end // SLOT_S))):
                    self.open_s[a, place[n]] += min(end, (n + 1) * SLOT_S) - max(begin, n * SLOT_S)
                self.shift_ends[place[int(-(-end // SLOT_S)) - 1]] = True


class _Group:
    """Cases of one kind, live or offline, as arrays: losses by slot after the arrival."""

    def __init__(self, arrivals: list[Arrival], slots: _Slots, team: Team, setup: Setup) -> None:
        import numpy as np

        self.slots, self.live = slots, arrivals[0].channel in LIVE
        model = setup.model
        ceiling = model.leave_once + model.leave_slowly
        weights = holder_weights(arrivals, ceiling)
        t0 = np.array([a.t0 for a in arrivals])
        self.first = np.searchsorted(slots.start + SLOT_S, t0, side="right")
        ahead = AHEAD_LIVE if self.live else AHEAD_MAIL
        at = self.first[:, None] + np.arange(ahead)[None, :]
        self.at = np.minimum(at, len(slots.start) - 1)
        self._work(arrivals, team, setup)
        # A mail needs its own time at least; a live customer waits until somebody comes.
        least = 0.0 if self.live else (self.work / self.speed.max(axis=1)[self.kind])[:, None]
        waited = np.maximum(least, slots.start[self.at] - t0[:, None])
        per_s = np.array([1.0 / model.patience_s[a.channel] for a in arrivals])
        share = _leave(waited, per_s, model)
        scale, value = np.array([a.scale for a in arrivals]), np.array([a.value for a in arrivals])
        weight = np.array([weights[a.id] for a in arrivals])
        self.loss = (weight * value)[:, None] * np.minimum(1.0, scale[:, None] * share)
        self.loss[at >= len(slots.start)] = np.inf  # nobody works any more

    def _work(self, arrivals: list[Arrival], team: Team, setup: Setup) -> None:
        import numpy as np

        self.work = np.array([setup.attention[a.channel] * a.contacts[0].work_s for a in arrivals])
        kinds = {kind: k for k, kind in enumerate({(a.topic, a.difficulty) for a in arrivals})}
        self.kind = np.array([kinds[a.topic, a.difficulty] for a in arrivals])
        self.speed = np.array([[worker.speed.get(kind, 1.0) for worker in team.workers] for kind in kinds])
        slowest = self.speed.min(axis=1)
        demand = max(1.0, *(setup.attention[c] * int(1.0 / setup.weights[c] + 1e-6) for c in LIVE))
        seconds = np.array([a.contacts[0].work_s for a in arrivals]) * demand / slowest[self.kind]
        self.reach = np.ceil(seconds / SLOT_S).astype(int) + 1  # slots a live case may last beyond its first

    def least(self, y: "NDArray[Any]", used: "NDArray[Any]") -> float:
        """Sum over the cases of the cheapest choice at prices `y`; adds the attention it asks for to `used`."""
        import numpy as np

        by_person = y[None, :, :] / self.speed[:, :, None]
        person = by_person.argmin(axis=1)  # (kind, slot)
        price = np.take_along_axis(by_person, person[:, None, :], axis=1)[:, 0, :]
        where = np.broadcast_to(np.arange(price.shape[1]), price.shape)
        if self.live:
            price, where = self._cheapest_until(price)
            cost = self.loss + self.work[:, None] * price[self.reach[:, None], self.kind[:, None], self.at]
        else:
            cost = self.loss + self.work[:, None] * price[self.kind[:, None], self.at]
        choice = cost.argmin(axis=1)
        rows = np.arange(len(choice))
        least = cost[rows, choice]
        later = self.loss[:, -1]  # any slot after those looked at, free of charge
        late = later < least
        slot = self.at[rows, choice]
        busy = where[self.reach, self.kind, slot] if self.live else slot
        priced = ~late & (busy >= 0)
        who = person[self.kind[priced], busy[priced]]
        np.add.at(used, (who, busy[priced]), self.work[priced] / self.speed[self.kind[priced], who])
        return float(np.minimum(least, later).sum())

    def _cheapest_until(self, price: "NDArray[Any]") -> tuple["NDArray[Any]", "NDArray[Any]"]:
        """[reach, kind, slot]: the lowest price from a slot to `reach` slots later and where it stands; 0 and -1 where
        a shift ends in between."""
        import numpy as np

        longest = int(self.reach.max())
        free = np.where(self.slots.shift_ends[None, :], 0.0, price)
        place = np.where(self.slots.shift_ends, -1, np.arange(price.shape[1]))
        lows, places = [free], [np.broadcast_to(place, free.shape)]
        for _ in range(longest):
            low, at = lows[-1], places[-1]
            # Window of one slot more: this slot's own price, or the cheapest of the window that starts one later.
            next_low, next_at = np.roll(low, -1, axis=1), np.roll(at, -1, axis=1)
            next_low[:, -1], next_at = 0.0, next_at.copy()
            next_at[:, -1] = -1
            better = next_low < free
            lows.append(np.where(better, next_low, free))
            places.append(np.where(better, next_at, np.broadcast_to(place, free.shape)))
        return np.stack(lows), np.stack(places)


def _leave(waited: "NDArray[Any]", per_s: "NDArray[Any]", model: ValueModel) -> "NDArray[Any]":
    """`leave_probability` of many waits at once; `waited` (case, slot), `per_s` by case."""
    import numpy as np

    u = waited * per_s[:, None]
    once = -np.expm1(-np.log(2.0) * u * u)
    slowly = -np.expm1(-np.log(2.0) * waited / model.slow_half_s)
    share: NDArray[Any] = model.leave_once * once + model.leave_slowly * slowly
    return share

