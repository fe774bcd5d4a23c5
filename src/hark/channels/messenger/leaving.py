"""Visitors who have left. Nobody says goodbye: the time until which they were taken to be there runs out.

Whoever keeps an endpoint live only moves `live_until` on and never clears it: the sweep does, and tells the journey.
"""

from uuid import UUID

import msgspec
import structlog

from hark.channels.messenger.mailing import arm_after_leaving
from hark.channels.messenger.presence import visitor_signal
from hark.conversations.lock import lock_conversations, record, save
from hark.conversations.types import Locked
from hark.core.actor import system
from hark.core.db import Db, Tx
from hark.core.wake import Bus, Signal
from hark.journey.queries import is_live
from hark.journey.types import CustomerLeft

log = structlog.get_logger(__name__)
LOOK_S = 2.0  # how often it is looked who has left
AT_ONCE = 500


class _Expired(msgspec.Struct, frozen=True):
    workspace_id: int
    conversation_id: UUID


async def sweep_left(db: Db, bus: Bus) -> int:
    """Take note of everybody who is no longer there; in how many conversations somebody was.

    Each conversation is a transaction of its own, under its lock: of two workers that see the same one, the second
    finds nothing more to do. One that fails stops no other.
    """
    expired = await db.all(
        _Expired,
        "SELECT DISTINCT workspace_id, conversation_id FROM (SELECT workspace_id, conversation_id FROM endpoints"
        " WHERE live_until < $1 ORDER BY live_until LIMIT $2) e ORDER BY workspace_id, conversation_id",
        db.now(), AT_ONCE,
    )  # fmt: skip
    left = 0
    for one in expired:
        try:
            async with db.transaction(system(one.workspace_id)) as tx:
                signal = await _leave(tx, one.conversation_id)
        except Exception as error:
            log.error(
                "a leaving could not be noted, trying again", conversation=str(one.conversation_id), exc_info=error
            )
            continue
        if signal is not None:
            left += 1
            bus.publish(one.workspace_id, signal)
    return left


async def _leave(tx: Tx, conversation_id: UUID) -> Signal | None:
    """The word to whoever looks at the conversation; None when nobody has left it, or others were quicker."""
    line = await lock_line(tx, conversation_id)
    gone = await tx.all(
        UUID,
        "UPDATE endpoints SET live_until = NULL WHERE workspace_id = $1 AND conversation_id = $2 AND live_until < $3"
        " RETURNING id",
        tx.workspace_id, conversation_id, tx.now(),
    )  # fmt: skip
    if not line or not gone:
        return None
    root = line[-1]
    here = False
    for c in line:
        here = await _is_anybody_here(tx, c.id)
        if not here and await is_live(tx, c.id):
            record(tx, c, CustomerLeft(endpoint_id=gone[-1]))
            await save(tx, c)
    for endpoint_id in gone:
        await arm_after_leaving(tx, root, endpoint_id)
    return visitor_signal(root.id, root.team_id, root.assignee_id, live=here, typing=False)


async def lock_line(tx: Tx, conversation_id: UUID) -> list[Locked]:
    """The conversation and those it was merged into, the root last, all locked. Empty when that changes just now."""
    ids = await _line(tx, conversation_id)
    line = await lock_conversations(tx, ids) if ids else []
    return line if ids == await _line(tx, conversation_id) else []


async def _line(tx: Tx, conversation_id: UUID) -> list[UUID]:
    return await tx.all(UUID, _LINE, tx.workspace_id, conversation_id)


_LINE = """
WITH RECURSIVE up AS (
  SELECT id, root_id, 1 AS depth FROM conversations WHERE workspace_id = $1 AND id = $2
  UNION ALL SELECT c.id, c.root_id, up.depth + 1 FROM up JOIN conversations c ON c.workspace_id = $1 AND c.id = up.root_id
)
SELECT id FROM up ORDER BY depth
"""


async def _is_anybody_here(tx: Tx, conversation_id: UUID) -> bool:
    """Whether a visitor is there on an endpoint of the conversation or of one merged into it."""
    return await tx.one(bool, _HERE, tx.workspace_id, conversation_id, tx.now())


_HERE = """
WITH RECURSIVE members AS (
  SELECT id FROM conversations WHERE workspace_id = $1 AND id = $2
  UNION SELECT c.id FROM members m JOIN conversations c ON c.workspace_id = $1 AND c.root_id = m.id
)
SELECT EXISTS (SELECT FROM endpoints e JOIN members m ON m.id = e.conversation_id
  WHERE e.workspace_id = $1 AND e.live_until >= $3)
"""
