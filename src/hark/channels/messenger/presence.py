"""Writing down who is there: for many visitors in one statement, so that it costs the same however many sockets there
are. Also how far somebody has read, and what page they are at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.channels.messenger.threads import owned, places_of
from hark.channels.messenger.types import Session
from hark.core.db import Db
from hark.core.sql import Sql
from hark.core.wake import Bus


class Arrived(msgspec.Struct, frozen=True):
    """A thread whose visitor has come back."""

    workspace_id: int
    id: UUID


async def stay_live(db: Db, visitors: Sequence[tuple[int, UUID]], until: datetime) -> list[Arrived]:
    """The open threads of these (workspace, visitor) pairs are live until then; those that were not before.

    So is a thread that was resolved while they looked on. One that somebody is writing to at this moment is skipped: a
    post sets it itself.
    """
    return await db.all(Arrived, _STAY, [w for w, _ in visitors], [v for _, v in visitors], until, db.now())


# `whose`: the visitors' own threads, and those that a signed-in person began on another device.
_STAY = """
WITH whose AS (
  SELECT * FROM unnest($1::int[], $2::uuid[]) AS x(workspace_id, visitor_id)
  UNION SELECT o.workspace_id, o.id FROM unnest($1::int[], $2::uuid[]) AS x(workspace_id, visitor_id)
  JOIN visitors v ON v.workspace_id = x.workspace_id AND v.id = x.visitor_id
  JOIN visitors o ON o.workspace_id = v.workspace_id AND o.account_id = v.account_id AND o.user_id = v.user_id
), due AS (
  SELECT e.workspace_id, e.id, e.live_until FROM whose w
  JOIN endpoints e ON e.workspace_id = w.workspace_id AND e.visitor_id = w.visitor_id AND e.closed_at IS NULL
  JOIN conversations c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id
    AND (c.status IN (0, 1, 2, 5) OR c.status = 3 AND e.live_until IS NOT NULL)
  ORDER BY e.workspace_id, e.id FOR UPDATE OF e SKIP LOCKED
), kept AS (
  UPDATE endpoints e SET live_until = $3 FROM due WHERE e.workspace_id = due.workspace_id AND e.id = due.id
)
SELECT workspace_id, id FROM due WHERE live_until IS NULL OR live_until <= $4
"""


async def leave_soon(db: Db, visitors: Sequence[tuple[int, UUID]], until: datetime) -> list[Arrived]:
    """These visitors have closed their last tab of this process: nobody is there after `until`, unless another says so.

    The visitors (`id`) of threads that somebody is writing to at this moment, who are to be asked for again.
    """
    return await db.all(Arrived, _LEAVE, [w for w, _ in visitors], [v for _, v in visitors], until)


_LEAVE = """
WITH theirs AS (
  SELECT e.workspace_id, e.id, e.visitor_id FROM unnest($1::int[], $2::uuid[]) AS x(workspace_id, visitor_id)
  JOIN endpoints e ON e.workspace_id = x.workspace_id AND e.visitor_id = x.visitor_id AND e.live_until IS NOT NULL
), due AS (
  SELECT e.workspace_id, e.id FROM theirs t JOIN endpoints e ON e.workspace_id = t.workspace_id AND e.id = t.id
  ORDER BY e.workspace_id, e.id FOR UPDATE OF e SKIP LOCKED
), leaving AS (
  UPDATE endpoints e SET live_until = least(e.live_until, $3) FROM due WHERE e.workspace_id = due.workspace_id AND e.id = due.id
)
SELECT DISTINCT t.workspace_id, t.visitor_id AS id FROM theirs t WHERE NOT EXISTS (
  SELECT FROM due WHERE due.workspace_id = t.workspace_id AND due.id = t.id)
"""


async def save_pages(db: Db, pages: Sequence[tuple[int, UUID, dict[str, Any]]]) -> None:
    """What to merge into the profiles of these (workspace, visitor) pairs; `{}` only notes that they were seen."""
    await db.run(_PAGES, [w for w, _, _ in pages], [v for _, v, _ in pages], [f for _, _, f in pages], db.now())


_PAGES = """
UPDATE visitors v SET profile = v.profile || due.fields, last_seen_at = $4 FROM (
  SELECT v.workspace_id, v.id, x.fields FROM unnest($1::int[], $2::uuid[], $3::jsonb[]) AS x(workspace_id, id, fields)
  JOIN visitors v ON v.workspace_id = x.workspace_id AND v.id = x.id ORDER BY v.workspace_id, v.id FOR UPDATE OF v) due
WHERE v.workspace_id = due.workspace_id AND v.id = due.id
"""


async def mark_read(db: Db, bus: Bus, session: Session, thread_id: UUID, seq: int) -> bool:
    """The visitor has read their thread up to `seq`. False when it is not theirs; going back changes nothing.

    A number beyond the thread's last event counts as that one.
    """
    done = await db.find(
        _Read,
        Sql(
            "WITH last AS (SELECT max(c.seq) AS seq FROM endpoints e JOIN conversations d ON d.workspace_id = e.workspace_id"
            " AND d.id = e.conversation_id JOIN conversations c ON c.workspace_id = e.workspace_id"
            " AND c.id IN (d.id, d.root_id) WHERE e.workspace_id = {} AND e.id = {})"
            " UPDATE endpoints e SET read_seq = greatest(e.read_seq, least({}, last.seq)), read_at ="
            " CASE WHEN least({}, last.seq) > e.read_seq THEN {} ELSE e.read_at END FROM last"
            " WHERE e.workspace_id = {} AND e.id = {} AND e.account_id = {} AND {} RETURNING e.read_seq, e.read_at",
            session.inbox.workspace_id, thread_id, seq, seq, db.now(), session.inbox.workspace_id, thread_id,
            session.inbox.id, owned(session),
        ),
    )  # fmt: skip
    if done is None:
        return False
    at = {"read_at": done.read_at.isoformat()} if done.read_at else {}
    await tell_agents(db, bus, session.inbox.workspace_id, [thread_id], read_seq=done.read_seq, **at)
    return True


class _Read(msgspec.Struct):
    read_seq: int
    read_at: datetime | None


async def tell_agents(db: Db, bus: Bus, workspace_id: int, thread_ids: Sequence[UUID], **said: Any) -> None:
    """A signal about the visitors of these threads, to whoever can see their conversations."""
    for place in await places_of(db, workspace_id, thread_ids):
        bus.publish(workspace_id, visitor_signal(place.conversation_id, place.team_id, place.assignee_id, **said))


def visitor_signal(conversation_id: UUID, team_id: int | None, assignee_id: int | None, **said: Any) -> dict[str, Any]:
    """What browsers of the team are told about a visitor; what is left out has not changed."""
    return {
        "type": "visitor", "conversation_id": str(conversation_id), "team_id": team_id, "assignee_id": assignee_id, **said
    }  # fmt: skip
