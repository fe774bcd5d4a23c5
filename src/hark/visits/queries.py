"""What is known of somebody's visits. Who may ask is the caller's business."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.core.db import Queries
from hark.visits.types import FactKind, FactView, VisitView

MAX_VISITS = 20


async def visitors_of(db: Queries, workspace_id: int, contact_id: UUID) -> list[UUID]:
    """The browsers a contact has come by."""
    return await db.all(
        UUID,
        "SELECT id FROM visitors WHERE workspace_id = $1 AND contact_id = $2 ORDER BY last_seen_at DESC LIMIT 100",
        workspace_id, contact_id,
    )  # fmt: skip


async def list_visits(
    db: Queries, workspace_id: int, visitor_ids: Sequence[UUID], *, limit: int = MAX_VISITS
) -> list[VisitView]:
    """The last visits of these visitors, newest first."""
    return await db.all(
        VisitView,
        "SELECT id, started_at, landing, referrer FROM visits WHERE workspace_id = $1 AND visitor_id = ANY($2::uuid[])"
        " ORDER BY started_at DESC, id DESC LIMIT $3",
        workspace_id, list(visitor_ids), limit,
    )  # fmt: skip


class _Fact(msgspec.Struct):
    at: datetime
    kind: FactKind
    data: dict[str, Any]


async def timeline(db: Queries, workspace_id: int, visits: Sequence[VisitView], *, limit: int = 200) -> list[FactView]:
    """What was done in these visits, newest first."""
    rows = await db.all(
        _Fact,
        "SELECT at, kind, data FROM visit_facts WHERE workspace_id = $1 AND visit_id = ANY($2::uuid[])"
        " ORDER BY at DESC, kind DESC LIMIT $3",
        workspace_id, [v.id for v in visits], limit,
    )  # fmt: skip
    return [FactView(at=row.at, kind=row.kind.name.lower(), data=row.data) for row in rows]


async def existing_visits(db: Queries, visits: Sequence[tuple[int, UUID]]) -> set[tuple[int, UUID]]:
    """Those of these (workspace, visit) pairs that have not been erased."""
    rows = await db.all(
        _Key,
        "SELECT v.workspace_id, v.id FROM unnest($1::int[], $2::uuid[]) AS x(workspace_id, id)"
        " JOIN visits v ON v.workspace_id = x.workspace_id AND v.id = x.id",
        [w for w, _ in visits], [v for _, v in visits],
    )  # fmt: skip
    return {(row.workspace_id, row.id) for row in rows}


class _Key(msgspec.Struct):
    workspace_id: int
    id: UUID
