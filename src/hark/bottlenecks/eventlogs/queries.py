"""Reading imported logs. Nobody outside the workspace finds them."""

from datetime import datetime

import msgspec

from hark.bottlenecks.eventlogs.types import EventLog, Format, Mapping, Preview, Problem, State
from hark.core.db import Queries

MISSING = "This event log does not exist, or was deleted."


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row of event_logs."""

    id: int
    name: str
    format: Format
    state: State
    size: int
    done: int
    cases: int
    events: int
    skipped: int
    problems: list[Problem]
    problem: str | None
    preview: Preview | None
    mapping: Mapping | None
    file_key: str
    packed: bool
    created_at: datetime
    created_by: int | None


async def list_logs(db: Queries, workspace_id: int) -> list[Row]:
    """All logs, newest first."""
    return await db.all(
        Row,
        "SELECT id, name, format, state, size, done, cases, events, skipped, problems, problem, preview, mapping, file_key,"
        " packed, created_at, created_by FROM event_logs WHERE workspace_id = $1 ORDER BY created_at DESC, id DESC LIMIT 500",
        workspace_id,
    )  # fmt: skip


async def get_log(db: Queries, workspace_id: int, id: int) -> Row:
    """Raises NotFound."""
    return await db.one(
        Row,
        "SELECT id, name, format, state, size, done, cases, events, skipped, problems, problem, preview, mapping, file_key,"
        " packed, created_at, created_by FROM event_logs WHERE workspace_id = $1 AND id = $2",
        workspace_id, id, missing=MISSING,
    )  # fmt: skip


def view(row: Row, *, with_preview: bool = False) -> EventLog:
    """As people see it."""
    return EventLog(
        id=row.id, name=row.name, format=row.format.name.lower(), state=row.state.name.lower(), size=row.size,
        done=row.done, cases=row.cases, events=row.events, skipped=row.skipped, problems=row.problems,
        problem=row.problem, created_at=row.created_at, created_by=row.created_by,
        preview=row.preview if with_preview and row.state is State.UPLOADED else None,
    )  # fmt: skip
