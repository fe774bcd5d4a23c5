"""The map of an imported log, and the cases behind its parts."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from hark.bottlenecks.contributors import cut_by
from hark.bottlenecks.eventlogs import queries
from hark.bottlenecks.eventlogs.packed import unpack
from hark.bottlenecks.eventlogs.types import LogCase, LogMap
from hark.bottlenecks.graph import build_flow, follows, handed_over
from hark.bottlenecks.journey import local_hours
from hark.bottlenecks.log import Log, passed
from hark.bottlenecks.picks import Pick, Picked, pick_cut, pick_rows, top_cases
from hark.core.clock import from_unix
from hark.core.db import Db
from hark.core.errors import BadRequest, Conflict
from hark.core.files import Files

if TYPE_CHECKING:
    from hark.bottlenecks.log import Codes

CUTS = ("activity", "step", "resource", "hour", "weekday")

_last: WeakKeyDictionary[Db, tuple[str, Log]] = WeakKeyDictionary()
"""The log that was looked at last: clicks on its map need not unpack it again. A file's key never changes its log."""


async def load_log(db: Db, files: Files, workspace_id: int, id: int) -> tuple[queries.Row, Log]:
    """A log that has been read. Raises NotFound, or Conflict while it has not."""
    row = await queries.get_log(db, workspace_id, id)
    if not row.packed:
        raise Conflict("This log has not been read yet.", code="log_not_ready")
    kept = _last.get(db)
    if kept is not None and kept[0] == row.file_key:
        return row, kept[1]
    log = await asyncio.to_thread(unpack, await files.get(row.file_key))
    _last[db] = (row.file_key, log)
    return row, log


async def map_log(db: Db, files: Files, workspace_id: int, id: int, time_zone: str) -> LogMap:
    """The flow of an imported log; all computing is done in a thread."""
    row, log = await load_log(db, files, workspace_id, id)

    def work() -> LogMap:
        time, cuts = passed(log), []
        for by in CUTS:
            codes, names = _codes(log, by, time_zone)
            cuts.append(cut_by(by, codes, names, time=time, cost=log.cost, cases=log.case))
        return LogMap(log=queries.view(row), flow=build_flow(log), waited=float(time.sum()), cuts=cuts)

    return await asyncio.to_thread(work)


async def list_log_cases(db: Db, files: Files, workspace_id: int, id: int, pick: Pick, time_zone: str) -> list[LogCase]:
    """The cases behind a part of the map, longest in it first, at most 200. Raises BadRequest."""
    _, log = await load_log(db, files, workspace_id, id)

    def work() -> list[Picked]:
        if pick.cut is None or pick.key is None:
            return top_cases(log, pick_rows(log, pick, handed_over(log)))
        if pick.cut not in CUTS:
            raise BadRequest(f"There is no cut by {pick.cut}. There are {', '.join(CUTS)}.", code="bad_pick")
        codes, names = _codes(log, pick.cut, time_zone)
        return top_cases(log, pick_cut(codes, names, pick.key))

    picked = await asyncio.to_thread(work)
    return [LogCase(case=log.cases[one.case], at=from_unix(one.at), seconds=one.seconds) for one in picked]


def _codes(log: Log, by: str, time_zone: str) -> "tuple[Codes, Sequence[str]]":
    """What each row is of a cut: the activity, resource, step ("a > b") or moment its case waited for."""
    import numpy as np

    if by == "activity":
        return log.activity, log.activities
    if by == "resource":
        return log.resource, log.resources
    if by in ("hour", "weekday"):
        hour, weekday = local_hours(log.t1, time_zone)
        return (hour, [str(n) for n in range(24)]) if by == "hour" else (weekday, list("0123456"))
    after, n = follows(log), len(log.activities)
    pairs = np.full(len(log), -1, np.int64)
    pairs[after] = log.activity[after - 1].astype(np.int64) * n + log.activity[after]
    keys, codes = np.unique(pairs, return_inverse=True)
    names = [f"{log.activities[int(k) // n]} > {log.activities[int(k) % n]}" if k >= 0 else "" for k in keys]
    return np.where(pairs < 0, -1, codes).astype(np.int32), names
