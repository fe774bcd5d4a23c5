"""The journal: everything that happens, one gap-free row per event and workspace.

Events are frozen structs of ids, enums, numbers and before/after values, never text or names: erasing a
person must reach everything. `kind` numbers are for ever; a changed shape takes a new `v`.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import msgspec

from hark.core.actor import ActorKind

if TYPE_CHECKING:
    from hark.core.db import Tx

MAX_DEPTH = 8  # a rule reacting to a rule reacting to ... ends here


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Root of all event payloads. Subclasses set `kind` (unique number) and, when the shape changes, `v`."""

    kind: ClassVar[int] = 0
    v: ClassVar[int] = 1


class Recorded(msgspec.Struct, kw_only=True):
    """One journal row: the envelope and its event. `seq` is 0 until the transaction commits."""

    workspace_id: int
    seq: int = 0
    event: Event
    conversation_id: UUID | None = None
    conversation_seq: int | None = None
    subject_id: UUID | None = None
    actor_kind: ActorKind = ActorKind.SYSTEM
    actor_id: int | None = None
    occurred_at: datetime
    recorded_at: datetime
    cause_seq: int | None = None
    depth: int = 0
    team_before: int | None = None
    team_after: int | None = None
    assignee_before: int | None = None
    assignee_after: int | None = None


Projector = Callable[["Tx", Sequence[Recorded]], Awaitable[None]]
"""Called inside the transaction, before the journal rows are written, with all its events in order."""

# Filled by hark.app from the literal EVENTS tuples of the domains: kind -> class.
Registry = dict[int, type[Event]]


def registry(*groups: Sequence[type[Event]]) -> Registry:
    """One table of all event classes. Raises ValueError when two classes share a kind number."""
    table: Registry = {}
    for cls in (c for group in groups for c in group):
        if table.setdefault(cls.kind, cls) is not cls:
            raise ValueError(f"event kind {cls.kind} is used by {table[cls.kind].__name__} and {cls.__name__}")
    return table


def from_row(row: Any, events: Registry) -> Recorded:
    """A journal row (asyncpg Record of `SELECT * FROM events`) as Recorded.

    Raises KeyError for an unknown kind: the database is newer than this program.
    """
    cls = events[row["kind"]]
    return Recorded(
        workspace_id=row["workspace_id"],
        seq=row["seq"],
        event=msgspec.convert(row["data"], cls),
        conversation_id=row["conversation_id"],
        conversation_seq=row["conversation_seq"],
        subject_id=row["subject_id"],
        actor_kind=ActorKind(row["actor_kind"]),
        actor_id=row["actor_id"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        cause_seq=row["cause_seq"],
        depth=row["depth"],
        team_before=row["team_before"],
        team_after=row["team_after"],
        assignee_before=row["assignee_before"],
        assignee_after=row["assignee_after"],
    )
