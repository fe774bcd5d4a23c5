"""What browsers see of an event: the conversation's current row, for whoever could see it before or after."""

from collections.abc import Hashable, Sequence
from uuid import UUID

import msgspec

from hark.access.types import AccessChanged
from hark.conversations.queries import stored_rows
from hark.conversations.types import ParticipantsChanged
from hark.conversations.views import Lens, Row, Stored, load_lens, row_of, seen_by
from hark.conversations.visibility import Place, can_see
from hark.core.actor import Actor, Scope, system
from hark.core.db import Db
from hark.core.events import Recorded
from hark.core.live import Shape


class LiveItem(msgspec.Struct, frozen=True, kw_only=True):
    """One event in a frame. `conversation` is null when the viewer can no longer see it: the row leaves their lists."""

    seq: int
    kind: str
    conversation_id: UUID | None
    subject_id: UUID | None
    conversation: Row | None


class Hydrated(msgspec.Struct, frozen=True):
    """Read once for all viewers: current rows, how far each agent has read, and what prices are made of."""

    rows: dict[UUID, Stored]
    read: dict[tuple[int, UUID], int]
    lens: Lens
    helpers: dict[UUID, tuple[int, ...]] = {}

    def read_seq(self, actor: Actor, id: UUID) -> int:
        return self.read.get((actor.agent_id or 0, id), 0)


class _Read(msgspec.Struct):
    agent_id: int
    conversation_id: UUID
    seq: int


async def hydrate(db: Db, workspace_id: int, events: Sequence[Recorded]) -> Hydrated:
    """The rows the events are about, as they are now."""
    ids = sorted({e.conversation_id for e in events if e.conversation_id})
    nobody = system(workspace_id)
    lens = await load_lens(db, nobody, db.now())
    rows = await stored_rows(db, nobody, ids) if ids else []
    reads = await db.all(
        _Read,
        "SELECT agent_id, conversation_id, seq FROM reads WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[])",
        workspace_id, ids,
    ) if ids else []  # fmt: skip
    helpers = await _helpers(db, workspace_id, ids) if ids else {}
    return Hydrated({r.id: r for r in rows}, {(r.agent_id, r.conversation_id): r.seq for r in reads}, lens, helpers)


class _Helper(msgspec.Struct):
    conversation_id: UUID
    agent_ids: tuple[int, ...]


async def _helpers(db: Db, workspace_id: int, ids: Sequence[UUID]) -> dict[UUID, tuple[int, ...]]:
    """Who was asked into these conversations and is still."""
    rows = await db.all(
        _Helper,
        "SELECT conversation_id, array_agg(agent_id ORDER BY agent_id) AS agent_ids FROM participants"
        " WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[]) AND state < 3 GROUP BY conversation_id",
        workspace_id, ids,
    )  # fmt: skip
    return {r.conversation_id: r.agent_ids for r in rows}


class _Place(msgspec.Struct):
    id: UUID
    team_id: int | None
    assignee_id: int | None


async def find_places(db: Db, workspace_id: int, ids: Sequence[UUID]) -> dict[UUID, Place]:
    """What decides who sees these conversations, as it is now, by id."""
    rows = await db.all(
        _Place,
        "SELECT id, team_id, assignee_id FROM conversations WHERE workspace_id = $1 AND id = ANY($2::uuid[])",
        workspace_id, ids,
    )  # fmt: skip
    helpers = await _helpers(db, workspace_id, ids)
    return {r.id: Place(r.team_id, r.assignee_id, helpers.get(r.id, ())) for r in rows}


def render(actor: Actor, recorded: Recorded, found: Hydrated) -> LiveItem | None:
    """The event as this viewer may see it; None when it is none of theirs, before and after."""
    id = recorded.conversation_id
    if id is None or not actor.can("conversations.read"):
        return None
    before = can_see(actor, recorded.team_before, recorded.assignee_before)
    after = can_see(actor, recorded.team_after, recorded.assignee_after)
    asked = isinstance(recorded.event, ParticipantsChanged) and actor.agent_id in recorded.event.agent_ids
    stored = found.rows.get(id)
    helpers = found.helpers.get(id, ())
    shown = stored is not None and can_see(actor, stored.team_id, stored.assignee_id, helpers)
    if not (before or after or asked or shown):
        return None
    row = None
    if stored is not None and shown:
        mine = msgspec.structs.replace(stored, read_seq=found.read_seq(actor, id))
        row = row_of(mine, seen_by(actor, found.lens))
    return LiveItem(
        seq=recorded.seq, kind=type(recorded.event).__name__, conversation_id=id, subject_id=recorded.subject_id,
        conversation=row,
    )  # fmt: skip


def group(actor: Actor, found: Hydrated) -> Hashable:
    """Viewers who get the same bytes: same rights, same language, and the same rows unread."""
    reach = None if actor.scope is Scope.ALL else (actor.scope, actor.team_ids, actor.agent_id)
    unread = tuple(row.customer_seq > found.read_seq(actor, id) for id, row in found.rows.items())
    return actor.permissions, actor.locale, reach, unread


def revokes(actor: Actor, recorded: Recorded) -> bool:
    """A person removed from a team, disabled, or given another role stops receiving at once."""
    return isinstance(recorded.event, AccessChanged) and recorded.event.agent_id in (None, actor.agent_id)


SHAPE = Shape(hydrate, render, group, revokes)
