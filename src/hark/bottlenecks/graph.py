"""From a log to a flow: nodes, edges, variants, loops, hand-offs. Pure; the definitions stand with each function.

Terms follow W. van der Aalst, Process Mining: Data Science in Action, 2nd ed. (Springer 2016): the directly-follows
graph (section 6.4.1), traces and variants (5.2), performance by replay (9.4), hand-over of work (9.3.1, after van der
Aalst, Reijers & Song, Discovering Social Networks from Event Logs, CSCW 2005).
"""

from typing import TYPE_CHECKING

from hark.bottlenecks.log import NOBODY, Log, first_rows, last_rows, reached
from hark.bottlenecks.stats import distinct_by, times_by, times_of
from hark.bottlenecks.types import Edge, Flow, HandOff, Loop, Node, Times, Variant

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hark.bottlenecks.log import Codes, Flags, Floats

MAX_NODES, MAX_EDGES, MAX_VARIANTS, MAX_HANDOFFS = 60, 400, 50, 50


def build_flow(log: Log, *, handoff: "Flags | None" = None) -> Flow:
    """Everything a map shows of a log. `handoff` marks the rows before which work was handed over, where the log's
    owner knows better than `handed_over`."""
    import numpy as np

    if not len(log):
        return Flow(cases=0, events=0, open=0, cycle=Times(), nodes=[], edges=[], variants=[], variant_count=0,
                    loops=[], handoffs=[])  # fmt: skip
    nodes, edges = find_nodes(log), find_edges(log)
    names = {node.key for node in nodes[:MAX_NODES]}
    shown = [edge for edge in edges if edge.source in names and edge.target in names][:MAX_EDGES]
    lengths = cycle_times(log)
    is_open = np.zeros(len(log.cases), np.bool_)
    is_open[log.case[log.lasts]] = True
    variants, count = find_variants(log, lengths, is_open)
    return Flow(
        cases=len(log.cases), events=len(log), open=int(is_open.sum()), cycle=times_of(lengths[~is_open]),
        nodes=nodes[:MAX_NODES], edges=shown, variants=variants, variant_count=count, loops=find_loops(log),
        handoffs=find_handoffs(log, handed_over(log) if handoff is None else handoff),
        left_off=len(nodes[MAX_NODES:]) + len(edges) - len(shown),
    )  # fmt: skip


def cycle_times(log: Log) -> "Floats":
    """Per case: seconds from the start of its first visit to the latest end of any."""
    found: Floats = reached(log)[last_rows(log)] - log.t0[first_rows(log)]
    return found


def find_nodes(log: Log) -> list[Node]:
    """The activities, most visited first. A visit that still lasts counts as `open` and not in `time`."""
    import numpy as np

    n = len(log.activities)
    over = ~log.lasts
    times = times_by(log.activity[over], (log.t1 - log.t0)[over], n)
    visits, open = np.bincount(log.activity, minlength=n), np.bincount(log.activity[log.lasts], minlength=n)
    cost = np.bincount(log.activity, log.cost, minlength=n)
    cases = distinct_by(log.activity, log.case, n)
    starts = np.bincount(log.activity[first_rows(log)], minlength=n)
    lasts = last_rows(log)
    ends = np.bincount(log.activity[lasts[over[lasts]]], minlength=n)
    nodes = [
        Node(
            key=key, visits=int(visits[i]), cases=cases[i], time=times[i], cost=float(cost[i]), open=int(open[i]),
            starts=int(starts[i]), ends=int(ends[i]),
        )
        for i, key in enumerate(log.activities) if visits[i]
    ]  # fmt: skip
    return sorted(nodes, key=lambda node: (-node.visits, node.key))


def follows(log: Log) -> "Codes":
    """The rows that directly follow another of the same case."""
    import numpy as np

    return (np.flatnonzero(log.case[1:] == log.case[:-1]) + 1).astype(np.int32)


def find_edges(log: Log) -> list[Edge]:
    """Which activity directly followed which, most frequent first. Where visits overlap nothing lies between them."""
    import numpy as np

    after = follows(log)
    n = len(log.activities)
    pairs, group = np.unique(log.activity[after - 1].astype(np.int64) * n + log.activity[after], return_inverse=True)
    between = times_by(group, np.maximum(log.t0[after] - log.t1[after - 1], 0.0), len(pairs))
    stay = times_by(group, (log.t1 - log.t0)[after - 1], len(pairs))
    cost = np.bincount(group, log.cost[after - 1], minlength=len(pairs))
    cases = distinct_by(group, log.case[after], len(pairs))
    edges = [
        Edge(
            source=log.activities[int(pair) // n], target=log.activities[int(pair) % n], count=between[i].count,
            cases=cases[i], between=between[i], stay=stay[i], cost=float(cost[i]),
        )
        for i, pair in enumerate(pairs)
    ]  # fmt: skip
    return sorted(edges, key=lambda edge: (-edge.count, edge.source, edge.target))


def variant_ids(log: Log) -> "NDArray[np.uint64]":
    """Per case: a 64-bit fingerprint of the order of its activities (a sum of splitmix64 of activity and place, so that
    all cases are done at once). Two of a million variants share one with a probability of 3e-8."""
    import numpy as np

    firsts = first_rows(log)
    place = np.arange(len(log), dtype=np.uint64) - firsts.astype(np.uint64)[log.case]
    with np.errstate(over="ignore"):
        x = place * np.uint64(0x9E3779B97F4A7C15) + _name_hashes(log)[log.activity]
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return np.add.reduceat(x ^ (x >> np.uint64(31)), firsts)


def _name_hashes(log: Log) -> "NDArray[np.uint64]":
    """A number per activity that depends on its name alone, so that a variant keeps its id from look to look."""
    from hashlib import blake2b

    import numpy as np

    digests = (blake2b(name.encode(), digest_size=8).digest() for name in log.activities)
    return np.array([int.from_bytes(digest, "big") for digest in digests], np.uint64)


def find_variants(log: Log, lengths: "Floats", is_open: "Flags") -> tuple[list[Variant], int]:
    """The most frequent orders of activities, and how many there are. `share` is of all cases, `cycle` of ended ones."""
    import numpy as np

    ids, example, group, counts = np.unique(
        variant_ids(log), return_index=True, return_inverse=True, return_counts=True
    )
    best = np.lexsort((ids, -counts))[:MAX_VARIANTS]
    rank = np.full(len(ids), -1, np.int32)
    rank[best] = np.arange(len(best))
    ranks = rank[group]
    ended = (ranks >= 0) & ~is_open
    cycles = times_by(ranks[ended], lengths[ended], len(best))
    per_case = np.add.reduceat(log.cost, first_rows(log))
    cost = np.bincount(ranks[ranks >= 0], per_case[ranks >= 0], minlength=len(best))
    firsts, lasts = first_rows(log), last_rows(log)
    variants = []
    for place, at in enumerate(best):
        rows = log.activity[firsts[example[at]] : lasts[example[at]] + 1]
        variants.append(
            Variant(
                id=f"{int(ids[at]):016x}", steps=[log.activities[int(code)] for code in rows], cases=int(counts[at]),
                share=float(counts[at]) / len(log.cases), cycle=cycles[place], cost=float(cost[place]),
            )
        )  # fmt: skip
    return variants, len(ids)


def visited_before(log: Log) -> "Flags":
    """The rows whose case had visited their activity already: rework."""
    import numpy as np

    key = log.case.astype(np.int64) * len(log.activities) + log.activity
    order = np.argsort(key, kind="stable")
    again = np.zeros(len(log), np.bool_)
    again[order[1:]] = key[order[1:]] == key[order[:-1]]
    return again


def find_loops(log: Log) -> list[Loop]:
    """Activities that cases came back to, most often first. The first visit of a case is no rework."""
    import numpy as np

    n = len(log.activities)
    again = visited_before(log)
    after = follows(log)
    same = after[log.activity[after] == log.activity[after - 1]]
    codes = log.activity[again]
    visits, directly = np.bincount(codes, minlength=n), np.bincount(log.activity[same], minlength=n)
    time = np.bincount(codes, (log.t1 - log.t0)[again], minlength=n)
    cost = np.bincount(codes, log.cost[again], minlength=n)
    cases = distinct_by(codes, log.case[again], n)
    loops = [
        Loop(key=key, cases=cases[i], again=int(visits[i]), directly=int(directly[i]), time=float(time[i]),
             cost=float(cost[i]))
        for i, key in enumerate(log.activities) if visits[i]
    ]  # fmt: skip
    return sorted(loops, key=lambda loop: (-loop.again, loop.key))


def previous_resource(log: Log) -> "Codes":
    """Per row: the last resource its case had before, rows of nobody passed over; NOBODY when there was none."""
    import numpy as np

    if not len(log):
        return log.resource
    known = np.where(log.resource != NOBODY, np.arange(len(log)), -1)
    last = np.maximum.accumulate(known)
    before = np.concatenate(([-1], last[:-1]))
    inside = before >= first_rows(log)[log.case]
    return np.where(inside, log.resource[np.maximum(before, 0)], NOBODY).astype(np.int32)


def handed_over(log: Log) -> "Flags":
    """The rows before which the work was handed over: their resource is another than the last one of their case."""
    before = previous_resource(log)
    found: Flags = (log.resource != NOBODY) & (before != NOBODY) & (before != log.resource)
    return found


def find_handoffs(log: Log, handed: "Flags") -> list[HandOff]:
    """Between whom work was handed over, most often first."""
    import numpy as np

    n = max(1, len(log.resources))
    before, to = previous_resource(log)[handed].astype(np.int64), log.resource[handed]
    pairs, group = np.unique(before * n + to, return_inverse=True)
    stay = times_by(group, (log.t1 - log.t0)[handed], len(pairs))
    cost = np.bincount(group, log.cost[handed], minlength=len(pairs))
    cases = distinct_by(group, log.case[handed], len(pairs))
    found = [
        HandOff(
            source=log.resources[int(pair) // n], target=log.resources[int(pair) % n], count=stay[i].count,
            cases=cases[i], stay=stay[i], cost=float(cost[i]),
        )
        for i, pair in enumerate(pairs)
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.count, one.source, one.target))[:MAX_HANDOFFS]
