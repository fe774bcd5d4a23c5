"""What happens when a conversation's timer is due."""

from datetime import timedelta

from hark.conversations.lock import lock_conversation, record, save
from hark.core.db import Tx
from hark.journey.types import PromiseDue, SnoozeEnd, SnoozeEnded, Status
from hark.timers.jobs import Handler
from hark.timers.types import Timer, TimerKind

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
