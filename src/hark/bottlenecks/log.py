"""An event log in columns: what a flow is computed from, whether it comes from the journal or from a file.

A row is one **visit** of a case to an activity, from `t0` to `t1` (equal when only one moment is known), in the words
of process mining (van der Aalst, Process Mining: Data Science in Action, 2nd ed., 2016, chapter 5). Rows stand by
case and, inside a case, in the order they began. numpy is imported where it is used: a process that shows no map
never pays for it.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats: TypeAlias = NDArray[np.float64]
    Codes: TypeAlias = NDArray[np.int32]
    Flags: TypeAlias = NDArray[np.bool_]
else:
    Floats = Codes = Flags = Any

NOBODY = -1


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """Visits in columns. `case` counts up from 0 without gaps and never falls; `activity` and `resource` are places in
    `activities` and `resources` (NOBODY: nobody's); times are unix seconds; `cost` is in minor units; `lasts` marks
    visits that have not ended (their `t1` is the moment of the look). `cases` names each case."""

    case: Codes
    activity: Codes
    resource: Codes
    t0: Floats
    t1: Floats
    cost: Floats
    lasts: Flags
    activities: Sequence[str]
    resources: Sequence[str]
    cases: Sequence[str]

    def __len__(self) -> int:
        return int(self.case.size)


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it is told before it is put in columns. `end` None: only the moment `start` is known."""

    case: str
    activity: str
    start: float
    end: float | None = None
    resource: str | None = None
    cost: float = 0.0
    lasts: bool = False


def make_log(visits: Iterable[Visit]) -> Log:
    """Visits in any order as a log; those of one case that begin together stay in the order they came."""
    import numpy as np

    cases: dict[str, int] = {}
    activities: dict[str, int] = {}
    resources: dict[str, int] = {}
    rows = [
        (
            cases.setdefault(v.case, len(cases)),
            activities.setdefault(v.activity, len(activities)),
            NOBODY if v.resource is None else resources.setdefault(v.resource, len(resources)),
            v.start,
            v.start if v.end is None else v.end,
            v.cost,
            v.lasts,
        )
        for v in visits
    ]
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    return sorted_log(
        Log(
            case=np.array(columns[0], np.int32), activity=np.array(columns[1], np.int32),
            resource=np.array(columns[2], np.int32), t0=np.array(columns[3], np.float64),
            t1=np.array(columns[4], np.float64), cost=np.array(columns[5], np.float64),
            lasts=np.array(columns[6], np.bool_), activities=tuple(activities), resources=tuple(resources),
            cases=tuple(cases),
        )
    )  # fmt: skip


def sorted_log(log: Log) -> Log:
    """The rows by case and time; rows of one case that begin together keep their order. An end before its start is
    taken as the start: no visit lasts less than nothing."""
    import numpy as np

    order = np.lexsort((log.t0, log.case))
    return msgspec.structs.replace(
        log, case=log.case[order], activity=log.activity[order], resource=log.resource[order], t0=log.t0[order],
        t1=np.maximum(log.t1, log.t0)[order], cost=log.cost[order], lasts=log.lasts[order],
    )  # fmt: skip


def first_rows(log: Log) -> Codes:
    """The place of each case's first row."""
    import numpy as np

    changes = np.ones(len(log), np.bool_)
    changes[1:] = log.case[1:] != log.case[:-1]
    return np.flatnonzero(changes).astype(np.int32)


def last_rows(log: Log) -> Codes:
    """The place of each case's last row."""
    import numpy as np

    return np.append(first_rows(log)[1:] - 1, len(log) - 1).astype(np.int32) if len(log) else first_rows(log)


def reached(log: Log) -> Floats:
    """Per row: the latest end of its case up to it. Activities of one case may overlap; this never runs backwards."""
    import numpy as np

    if not len(log):
        return log.t1
    order = np.lexsort((log.t1, log.case))
    rank = np.empty(len(log), np.int64)
    rank[order] = np.arange(len(log))
    # Ranks rise with the case, so the running maximum starts anew with each.
    found: Floats = log.t1[order[np.maximum.accumulate(rank)]]
    return found


def passed(log: Log) -> Floats:
    """Per row: by how many seconds it takes its case further: what lies between the latest end before it (for the
    first row: its start) and its own. Over a case they sum to the case's cycle time, whatever overlaps."""
    import numpy as np

    ends = reached(log)
    before = np.empty_like(ends)
    before[1:] = ends[:-1]
    firsts = first_rows(log)
    before[firsts] = log.t0[firsts]
    return np.maximum(ends - before, 0.0)
