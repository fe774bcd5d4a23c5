"""Who must be there: from what is expected in each slot to the people it takes, and the gaps against who is planned.

Live work (chat, phone) waits for nobody: Erlang A, a person standing for as many parallel conversations as the channel's
weight allows. Mail waits for its promise: a steady pace through the open hours is enough, and people do it between chats.
"""

from collections.abc import Sequence
from functools import partial
from math import ceil

import msgspec

from hark.staffing.erlang import Queue, people_needed, queue_a

SLOT_S = 1800


class LiveWork(msgspec.Struct, frozen=True, kw_only=True):
    """A channel on which the customer waits at the window. `weight`: how much of a person one conversation takes (a
    chat a third, a call the whole)."""

    work_s: float
    patience_s: float
    target_s: float
    within: float
    weight: float


class SlotNeed(msgspec.Struct, frozen=True, kw_only=True):
    """People for one slot: to answer the live channels in time, busy with them on average, and all work together."""

    live: int
    busy: float
    total: int


def live_people(arrivals: float, work: LiveWork) -> tuple[int, float]:
    """People for `arrivals` conversations in a slot, and how many of them are busy on average."""
    load = arrivals * work.work_s / SLOT_S
    found = people_needed(partial(_queue, load, work), within=work.within, load=load)
    return ceil(found.servers * work.weight), found.busy * found.servers * work.weight


def _queue(load: float, work: LiveWork, servers: int) -> Queue:
    return queue_a(servers, load, work_s=work.work_s, patience_s=work.patience_s, target_s=work.target_s)


def steady_pace(work: Sequence[float], open_share: Sequence[float], promise_s: float) -> float:
    """The smallest number of people who, working in the open slots without a break, let no work wait longer than
    `promise_s` of open time.

    `work` is person-seconds arriving per slot, at its end; `open_share` the share of each slot that is open. First come
    first served at a steady pace r is late nowhere exactly when, for all i <= j, the work of the slots i to j is at most
    r x (the open time between the ends of i and j, plus the promise): the bound of network calculus (Le Boudec & Thiran
    2001, theorem 1.4.2). Work of closed slots waits for the next open time. 0 with nothing to do, infinite when nobody is
    ever there and nothing may wait.
    """
    elapsed, reach, best = 0.0, [], 0.0
    for arriving, share in zip(work, open_share, strict=True):
        elapsed += share * SLOT_S
        reach.append((elapsed, arriving))
    # Quadratic in slots, but only starts matter at which work arrives; a week has 336.
    for i, (start, first) in enumerate(reach):
        if first <= 0:
            continue
        total = 0.0
        for end, arriving in reach[i:]:
            total += arriving
            span = end - start + promise_s
            best = max(best, total / span if span > 0 else float("inf"))
    return best


def slot_needs(
    live: Sequence[Sequence[tuple[int, float]]], pace: float, open_share: Sequence[float], occupancy: float
) -> list[SlotNeed]:
    """People per slot. `live` holds, per slot, people and busy people of each live channel; `pace` people for mail in
    open slots. Nobody is busy for more than the share `occupancy` of the time; a closed slot needs nobody."""
    needs = []
    for channels, share in zip(live, open_share, strict=True):
        at_window, busy = sum(people for people, _ in channels), sum(people for _, people in channels)
        mail = pace * min(1.0, share) if share > 0 else 0.0
        total = max(at_window, ceil((busy + mail) / occupancy - 1e-9)) if share > 0 else 0
        needs.append(SlotNeed(live=at_window if share > 0 else 0, busy=busy, total=total))
    return needs
