"""What happens when a conversation's timer is due, and the files of drafts nobody sent."""

from datetime import timedelta

from hark.conversations.lock import lock_conversation, record, save
from hark.core.db import Db, Tx
from hark.core.files import Files
from hark.journey.types import PromiseDue, SnoozeEnd, SnoozeEnded, Status
from hark.timers.jobs import Handler
from hark.timers.types import Timer, TimerKind

KEEP_UPLOADS = timedelta(days=7)
ROUNDING = timedelta(seconds=1)  # the journey keeps times as floats


async def end_snooze(tx: Tx, timer: Timer) -> None:
    """The snooze is over. A conversation that is no longer snoozed, or is spam, stays as it is."""
    c = await lock_conversation(tx, timer.subject_id)
    if c.status is Status.SNOOZED and c.snoozed_until is not None and c.snoozed_until <= tx.now() + ROUNDING:
        record(tx, c, SnoozeEnded(reason=SnoozeEnd.DUE))
        await save(tx, c)


async def end_promise(tx: Tx, timer: Timer) -> None:
    """The promised time has come: the conversation stands among the overdue from now on."""
    c = await lock_conversation(tx, timer.subject_id)
    if c.promise_until is not None and c.promise_until <= tx.now() + ROUNDING:
        record(tx, c, PromiseDue())
        await save(tx, c)


TIMERS: dict[TimerKind, Handler] = {TimerKind.SNOOZE: end_snooze, TimerKind.PROMISE: end_promise}


async def forget_uploads(db: Db, files: Files) -> int:
    """Erase uploads older than a week that no message, draft or waiting reply holds; how many there were."""
    gone = 0
    for workspace_id in await db.all(int, "SELECT id FROM workspaces ORDER BY id"):
        keys = await db.all(str, _FORGET, workspace_id, db.now() - KEEP_UPLOADS)
        for key in keys:
            await files.delete(key)
        gone += len(keys)
    return gone


_FORGET = """
DELETE FROM attachments f WHERE f.workspace_id = $1 AND f.message_id IS NULL AND f.created_at < $2
  AND NOT EXISTS (SELECT FROM drafts d WHERE d.workspace_id = $1 AND d.body->'files' @> jsonb_build_array(jsonb_build_object('id', f.id::text)))
  AND NOT EXISTS (SELECT FROM outbox o WHERE o.workspace_id = $1 AND o.message_id IS NULL
    AND o.body->'attachment_ids' @> to_jsonb(f.id::text))
RETURNING f.blob_key
"""
