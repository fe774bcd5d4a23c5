"""What the value model learns from the workspace's own conversations."""

from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

import msgspec

from hark.core.db import Db, Tx
from hark.value.stake import severity_mean
from hark.value.types import ValueModel

WINDOW = timedelta(days=90)
REFRESH = timedelta(hours=1)
MIN_CASES = 30
"""Under this many conversations in 90 days severities are not rescaled: a mean of three says nothing."""


class _Counted(msgspec.Struct):
    at: datetime
    counts: list[int]


_counted: WeakKeyDictionary[Db, dict[int, _Counted]] = WeakKeyDictionary()


async def recent_severity_mean(db: Db | Tx, workspace_id: int, model: ValueModel) -> float:
    """The mean severity weight of the last 90 days; counted again every hour by each process, not by every call."""
    known = _counted.setdefault(db.db if isinstance(db, Tx) else db, {})
    counted = known.get(workspace_id)
    if counted is None or abs(db.now() - counted.at) >= REFRESH:
        counts = await db.all(int, _COUNTS, workspace_id, db.now() - WINDOW)
        counted = known[workspace_id] = _Counted(at=db.now(), counts=counts)
    return severity_mean(counted.counts, model) if sum(counted.counts) >= MIN_CASES else 1.0


# The newest 10,000 by id (time-ordered, the primary key) are enough for a mean and bound the scan.
_COUNTS = """
SELECT count(recent.severity)::int FROM generate_series(0, 3) AS s(severity) LEFT JOIN (
  SELECT severity FROM (SELECT severity, created_at FROM conversations WHERE workspace_id = $1
    ORDER BY id DESC LIMIT 10000) newest WHERE created_at > $2
) recent USING (severity) GROUP BY s.severity ORDER BY s.severity
"""
