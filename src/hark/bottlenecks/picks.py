"""The cases behind a part of the map: a node, an edge, a variant, a contributor, a loop or a hand-off."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from hark.bottlenecks.contributors import NONE
from hark.bottlenecks.graph import follows, previous_resource, variant_ids, visited_before
from hark.bottlenecks.log import NOBODY, Log, first_rows, passed
from hark.core.errors import BadRequest

if TYPE_CHECKING:
    from hark.bottlenecks.log import Codes, Flags, Floats

MAX_CASES = 200


class Pick(msgspec.Struct, frozen=True, kw_only=True):
    """What was clicked. Exactly one of: `node`; `source` and `target` (an edge); `variant` (its id); `loop` (an activity
    visited again); `giver` and `taker` (a hand-off); `cut` with `key` (a contributor)."""

    node: str | None = None
    source: str | None = None
    target: str | None = None
    variant: str | None = None
    loop: str | None = None
    giver: str | None = None
    taker: str | None = None
    cut: str | None = None
    key: str | None = None


class Picked(msgspec.Struct, frozen=True, kw_only=True):
    """A case behind the pick: its place in the log, seconds and cost in that part, start, and whether it still runs."""

    case: int
    at: float
    seconds: float
    cost: float
    open: bool


def pick_rows(log: Log, pick: Pick, handed: "Flags") -> "Flags":
    """The rows that a pick means; for a variant all rows of its cases. Raises BadRequest when it names nothing."""
    import numpy as np

    if pick.node is not None:
        return _is(log, log.activity, pick.node)
    if pick.source is not None and pick.target is not None:
        after = follows(log)
        source, target = _is(log, log.activity, pick.source), _is(log, log.activity, pick.target)
        rows = np.zeros(len(log), np.bool_)
        rows[after[source[after - 1] & target[after]] - 1] = True  # the stay before it, which the edge's price is of
        return rows
    if pick.variant is not None:
        try:
            wanted = np.uint64(int(pick.variant, 16))
        except (ValueError, OverflowError) as error:
            raise _nothing() from error
        found: Flags = (variant_ids(log) == wanted)[log.case]
        return found
    if pick.loop is not None:
        return _is(log, log.activity, pick.loop) & visited_before(log)
    if pick.giver is not None and pick.taker is not None:
        before = previous_resource(log)
        giver, taker = _place(log.resources, pick.giver), _place(log.resources, pick.taker)
        passed_on: Flags = handed & (before == giver) & (log.resource == taker)
        return passed_on
    raise _nothing()


def pick_cut(codes: "Codes", names: Sequence[str], key: str) -> "Flags":
    """The rows of a contributor; "none" are those without. Raises BadRequest for "other" and unknown keys."""
    found: Flags = codes < 0 if key == NONE else codes == _place(names, key)
    return found


def top_cases(log: Log, rows: "Flags", time: "Floats | None" = None) -> list[Picked]:
    """The cases of these rows, longest in them first, at most MAX_CASES. `time` per row: by default what each row
    takes its case further."""
    import numpy as np

    if not rows.any():
        return []
    n = len(log.cases)
    seconds = np.bincount(log.case[rows], (passed(log) if time is None else time)[rows], minlength=n)
    cost = np.bincount(log.case[rows], log.cost[rows], minlength=n)
    is_open = np.zeros(n, np.bool_)
    is_open[log.case[log.lasts]] = True
    starts = log.t0[first_rows(log)]
    hit = np.flatnonzero(np.bincount(log.case[rows], minlength=n))
    order = hit[np.lexsort((starts[hit], -seconds[hit]))][:MAX_CASES]
    return [
        Picked(case=int(i), at=float(starts[i]), seconds=float(seconds[i]), cost=float(cost[i]), open=bool(is_open[i]))
        for i in order
    ]


def _is(log: Log, codes: "Codes", name: str) -> "Flags":
    found: Flags = codes == _place(log.activities, name)
    return found


def _place(names: Sequence[str], name: str) -> int:
    listed = list(names)
    return listed.index(name) if name in listed else NOBODY - 1


def _nothing() -> BadRequest:
    return BadRequest(
        "Name one part of the map: node, source with target, variant, loop, giver with taker, or cut with key.",
        code="bad_pick",
    )  # fmt: skip
