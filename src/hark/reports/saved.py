"""Saved reports: a report page with all its choices under a name, one's own or shared with the team."""

from datetime import datetime
from typing import Annotated

import msgspec

from hark.core.actor import Actor
from hark.core.db import Queries, Tx
from hark.core.errors import Conflict, Forbidden
from hark.core.http import Body
from hark.reports.state import ReportState, require_owner

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120, pattern=r"\S")]
MISSING = "There is no such saved report."
MOST = 200


class SavedReport(msgspec.Struct, frozen=True, kw_only=True):
    """`can`: "change" and "delete" for one's own; colleagues only open a shared one."""

    id: int
    agent_id: int
    name: str
    state: ReportState
    shared: bool
    created_at: datetime
    can: list[str] = []


class NewSavedReport(Body):
    name: Name
    state: ReportState
    shared: bool = False


class SavedReportPatch(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    state: ReportState | msgspec.UnsetType = msgspec.UNSET
    shared: bool | msgspec.UnsetType = msgspec.UNSET


async def list_saved(db: Queries, actor: Actor) -> list[SavedReport]:
    """One's own and those colleagues share, by name."""
    rows = await db.all(
        SavedReport,
        "SELECT id, agent_id, name, state, shared, created_at FROM saved_reports"
        " WHERE workspace_id = $1 AND (agent_id = $2 OR shared) ORDER BY lower(name), id",
        actor.workspace_id, actor.agent_id,
    )  # fmt: skip
    return [_view(row, actor) for row in rows]


async def get_saved(db: Queries, actor: Actor, id: int) -> SavedReport:
    """Raises NotFound for one that is neither the actor's nor shared."""
    row = await db.one(
        SavedReport,
        "SELECT id, agent_id, name, state, shared, created_at FROM saved_reports"
        " WHERE workspace_id = $1 AND id = $2 AND (agent_id = $3 OR shared)",
        actor.workspace_id, id, actor.agent_id, missing=MISSING,
    )  # fmt: skip
    return _view(row, actor)


async def create_saved(tx: Tx, new: NewSavedReport) -> SavedReport:
    """Raises Conflict when one has a report of this name, or two hundred of them."""
    owner = require_owner(tx.actor)
    count = await tx.one(int, "SELECT count(*) FROM saved_reports WHERE workspace_id = $1 AND agent_id = $2",
                         tx.workspace_id, owner)  # fmt: skip
    if count >= MOST:
        raise Conflict(
            f"You have {MOST} saved reports. Delete one you no longer need, then save again.", code="too_many"
        )
    row = await tx.one(
        SavedReport,
        "INSERT INTO saved_reports (workspace_id, agent_id, name, state, shared, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) RETURNING id, agent_id, name, state, shared, created_at",
        tx.workspace_id, owner, new.name.strip(), msgspec.to_builtins(new.state), new.shared, tx.now(),
    )  # fmt: skip
    await tx.audit("report.saved", f"report:{row.id}", data={"shared": row.shared})
    return _view(row, tx.actor)


async def update_saved(tx: Tx, id: int, patch: SavedReportPatch) -> SavedReport:
    """Change what the patch names. Raises NotFound, Forbidden for a colleague's, Conflict for a name that is taken."""
    old = await _own(tx, id)
    name = old.name if patch.name is msgspec.UNSET else patch.name.strip()
    state = old.state if patch.state is msgspec.UNSET else patch.state
    shared = old.shared if patch.shared is msgspec.UNSET else patch.shared
    row = await tx.one(
        SavedReport,
        "UPDATE saved_reports SET name = $3, state = $4, shared = $5 WHERE workspace_id = $1 AND id = $2"
        " RETURNING id, agent_id, name, state, shared, created_at",
        tx.workspace_id, id, name, msgspec.to_builtins(state), shared,
    )  # fmt: skip
    await tx.audit("report.changed", f"report:{id}", data={"shared": shared})
    return _view(row, tx.actor)


async def delete_saved(tx: Tx, id: int) -> None:
    """Its schedules end with it. Raises NotFound, Forbidden for a colleague's."""
    await _own(tx, id)
    await tx.run("DELETE FROM saved_reports WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id)
    await tx.audit("report.deleted", f"report:{id}")


async def _own(tx: Tx, id: int) -> SavedReport:
    row = await tx.one(
        SavedReport,
        "SELECT id, agent_id, name, state, shared, created_at FROM saved_reports"
        " WHERE workspace_id = $1 AND id = $2 AND (agent_id = $3 OR shared) FOR UPDATE",
        tx.workspace_id, id, tx.actor.agent_id, missing=MISSING,
    )  # fmt: skip
    if row.agent_id != tx.actor.agent_id:
        raise Forbidden("This report is a colleague's. Save it under a name of your own to change it.")
    return row


def _view(row: SavedReport, actor: Actor) -> SavedReport:
    can = ["change", "delete"] if row.agent_id == actor.agent_id else []
    return msgspec.structs.replace(row, can=can)
