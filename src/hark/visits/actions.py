"""Visits begin, facts are written down, and all of it is forgotten by age or with its visitor."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from hark.core.db import Db
from hark.core.errors import Conflict
from hark.core.ids import uuid7
from hark.visits.queries import existing_visits
from hark.visits.types import Fact, HelpVisit, NewVisit

COLUMNS = ("workspace_id", "visit_id", "at", "kind", "data")
CHUNK = 1000  # visits forgotten in one statement, with all their facts


async def start_visit(db: Db, new: NewVisit) -> UUID | None:
    """The visit named, made when it is new; without a name the visitor's last one, made when there is none.

    A visit of help pages that is nobody's yet becomes this visitor's: its id is random, so only they can name it.
    None when the id is another visitor's visit.
    """
    return await db.find(
        UUID, _START, new.workspace_id, new.id or uuid7(), new.account_id, new.visitor_id, db.now(), new.landing,
        new.referrer, new.id is None,
    )  # fmt: skip


_START = """
WITH last AS (
  SELECT id FROM visits WHERE $8 AND workspace_id = $1 AND visitor_id = $4 ORDER BY started_at DESC LIMIT 1
), made AS (
  INSERT INTO visits (workspace_id, id, account_id, visitor_id, started_at, landing, referrer)
  SELECT $1, $2, $3, $4, $5, $6, $7 WHERE NOT EXISTS (SELECT FROM last)
    AND EXISTS (SELECT FROM visitors WHERE workspace_id = $1 AND id = $4)
  ON CONFLICT (workspace_id, id) DO UPDATE SET account_id = EXCLUDED.account_id, visitor_id = EXCLUDED.visitor_id
    WHERE visits.visitor_id IS NULL RETURNING id
)
SELECT id FROM last UNION ALL SELECT id FROM made
UNION ALL SELECT id FROM visits WHERE workspace_id = $1 AND id = $2 AND visitor_id = $4 LIMIT 1
"""


async def start_help_visits(db: Db, visits: Sequence[HelpVisit]) -> None:
    """Begin visits of help pages; those that have begun stay as they are, those of a help centre that is gone are left out."""
    await db.run(
        "INSERT INTO visits (workspace_id, id, centre_id, started_at, landing, referrer)"
        " SELECT n.workspace_id, n.id, n.centre_id, n.at, n.landing, n.referrer"
        " FROM unnest($1::int[], $2::uuid[], $3::int[], $4::timestamptz[], $5::text[], $6::text[])"
        " AS n(workspace_id, id, centre_id, at, landing, referrer)"
        " WHERE EXISTS (SELECT FROM help_centres c WHERE c.workspace_id = n.workspace_id AND c.id = n.centre_id)"
        " ON CONFLICT (workspace_id, id) DO NOTHING",
        [v.workspace_id for v in visits], [v.id for v in visits], [v.centre_id for v in visits],
        [v.started_at for v in visits], [v.landing for v in visits], [v.referrer for v in visits],
    )  # fmt: skip


async def write_facts(db: Db, facts: Sequence[Fact]) -> int:
    """Write facts down in one go, durable when it returns; how many. Those of visits erased meanwhile are left out."""
    try:
        return await db.copy("visit_facts", COLUMNS, [_row(f) for f in facts])
    except Conflict:  # of visit_facts' foreign key: some visit is gone
        there = await existing_visits(db, list({(f.workspace_id, f.visit_id) for f in facts}))
        return await db.copy("visit_facts", COLUMNS, [_row(f) for f in facts if (f.workspace_id, f.visit_id) in there])


def _row(fact: Fact) -> tuple[object, ...]:
    return fact.workspace_id, fact.visit_id, fact.at, fact.kind, fact.data


class _Keeping(msgspec.Struct):
    id: int
    days: int


async def forget_visits(db: Db, default_days: int) -> int:
    """Erase visits with their facts past their workspace's keeping time (setting visits_keep_days), and visitors not
    seen for as long who never wrote; how many visits.

    A few thousand at a time: what is left goes with the next call.
    """
    forgotten = 0
    workspaces = await db.all(
        _Keeping,
        "SELECT id, coalesce((settings ->> 'visits_keep_days')::int, $1) AS days FROM workspaces",
        default_days,
    )
    for workspace in workspaces:
        before = db.now() - timedelta(days=workspace.days)
        forgotten += await db.run(
            "DELETE FROM visits WHERE workspace_id = $1 AND id IN (SELECT id FROM visits WHERE workspace_id = $1"
            " AND started_at < $2 ORDER BY started_at LIMIT $3)",
            workspace.id, before, CHUNK,
        )  # fmt: skip
        await db.run(
            "DELETE FROM visitors WHERE workspace_id = $1 AND id IN (SELECT v.id FROM visitors v WHERE v.workspace_id = $1"
            " AND v.contact_id IS NULL AND v.created_at < $2 AND v.last_seen_at < $2 AND NOT EXISTS (SELECT FROM endpoints e"
            " WHERE e.workspace_id = $1 AND e.visitor_id = v.id) ORDER BY v.created_at LIMIT $3)",
            workspace.id, before, CHUNK,
        )  # fmt: skip
    return forgotten
