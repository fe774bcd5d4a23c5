"""Setting, cancelling and serving timers."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hark.core.actor import system
from hark.core.db import Db, Tx
from hark.timers.types import Timer, TimerKind

BACK_OFF = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1))
GIVEN_UP_AFTER = 3  # failures after which a timer counts as parked in the metrics; it is still tried every hour


async def set_timer(
    tx: Tx, subject_id: UUID, kind: TimerKind, due_at: datetime, data: dict[str, Any] | None = None
) -> None:
    """Set the subject's timer of this kind, or move it. Call it with the subject's row locked."""
    await tx.run(
        "INSERT INTO timers (workspace_id, subject_id, kind, due_at, data) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT (workspace_id, subject_id, kind) DO UPDATE SET due_at = $4, data = $5, failures = 0",
        tx.workspace_id, subject_id, kind, due_at, data or {},
    )  # fmt: skip


async def cancel_timer(tx: Tx, subject_id: UUID, kind: TimerKind) -> None:
    """Forget a timer; one that is not there is fine. Call it with the subject's row locked."""
    await tx.run(
        "DELETE FROM timers WHERE workspace_id = $1 AND subject_id = $2 AND kind = $3",
        tx.workspace_id,
        subject_id,
        kind,
    )


async def due_timers(db: Db, limit: int = 100) -> list[Timer]:
    """Timers whose time has come, oldest first, of all workspaces; not locked."""
    return await db.all(
        Timer,
        "SELECT workspace_id, subject_id, kind, due_at, data, failures FROM timers WHERE due_at <= $1"
        " ORDER BY due_at LIMIT $2",
        db.now(), limit,
    )  # fmt: skip


async def take_timer(tx: Tx, timer: Timer) -> bool:
    """Remove a due timer in the transaction that serves it; False when it was moved, cancelled or served meanwhile.

    The conversation (also of an endpoint) is locked first, as in every action that sets or cancels its timers: the other order deadlocks.
    """
    await tx.run(_LOCK_ENDPOINTS if timer.kind in OF_ENDPOINTS else _LOCK, tx.workspace_id, timer.subject_id)
    taken = await tx.run(
        "DELETE FROM timers WHERE workspace_id = $1 AND subject_id = $2 AND kind = $3 AND due_at = $4",
        tx.workspace_id, timer.subject_id, timer.kind, timer.due_at,
    )  # fmt: skip
    return taken == 1


OF_ENDPOINTS = frozenset({TimerKind.CHAT_MAIL})
_LOCK = "SELECT 1 FROM conversations WHERE workspace_id = $1 AND id = $2 FOR UPDATE"
# The conversation that the endpoint's was merged into, or itself: nothing else of it is written to.
_LOCK_ENDPOINTS = """
WITH RECURSIVE up AS (
  SELECT c.id, c.root_id FROM endpoints e JOIN conversations c ON c.workspace_id = $1 AND c.id = e.conversation_id
  WHERE e.workspace_id = $1 AND e.id = $2
  UNION SELECT c.id, c.root_id FROM up JOIN conversations c ON c.workspace_id = $1 AND c.id = up.root_id
)
SELECT 1 FROM conversations WHERE workspace_id = $1 AND id = (SELECT id FROM up WHERE root_id IS NULL) FOR UPDATE
"""


async def postpone_timer(db: Db, timer: Timer) -> None:
    """After a failure: try again later, each time with a longer pause."""
    pause = BACK_OFF[min(timer.failures, len(BACK_OFF) - 1)]
    async with db.transaction(system(timer.workspace_id)) as tx:
        await tx.run(
            "UPDATE timers SET failures = failures + 1, due_at = $5"
            " WHERE workspace_id = $1 AND subject_id = $2 AND kind = $3 AND due_at = $4",
            tx.workspace_id, timer.subject_id, timer.kind, timer.due_at, tx.now() + pause,
        )  # fmt: skip


async def count_given_up(db: Db) -> int:
    """Timers that failed three times or more."""
    return await db.find(int, "SELECT count(*) FROM timers WHERE failures >= $1", GIVEN_UP_AFTER) or 0
