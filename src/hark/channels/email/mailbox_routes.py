"""What is usual for a mailbox, over HTTP: why an alarm came, or when one would."""

from datetime import datetime

import msgspec

from hark.channels.email.silence import MIN_WEEKS
from hark.channels.email.silent import find_usual
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import get
from hark.intake.accounts.queries import get_source


class MailboxRhythm(msgspec.Struct, kw_only=True):
    """The usual week of a mailbox in the workspace's time zone, learned from `weeks` weeks (0: fewer than `weeks_needed`).

    `hours`: mails per hour of the week, Monday 0:00 first. `expected`: how many usually come between the last mail and
    now. `alarm_at`: when the silence since then is no chance any more; null when that is weeks away or unknown.
    """

    weeks: int
    weeks_needed: int
    hours: list[float]
    last_item_at: datetime | None
    expected: float
    alarm_at: datetime | None


async def get_mailbox_rhythm(db: Db, actor: Actor, id: int) -> MailboxRhythm:
    """The usual week of a mailbox and when its silence would raise an alarm."""
    account = await get_source(db, actor, id)
    last = account.last_item_at
    if last is None:
        return MailboxRhythm(weeks=0, weeks_needed=MIN_WEEKS, hours=[], last_item_at=None, expected=0.0, alarm_at=None)
    usual = await find_usual(db, account, last)
    rhythm = usual.rhythm
    return MailboxRhythm(
        weeks=rhythm.weeks if rhythm else 0, weeks_needed=MIN_WEEKS, last_item_at=last,
        hours=[round(rate, 3) for rate in rhythm.rates] if rhythm else [],
        expected=round(usual.expected(db.now()), 1), alarm_at=usual.alarm_at,
    )  # fmt: skip


ROUTES = (get("/api/mailboxes/{id:int}/rhythm", get_mailbox_rhythm, can="mailboxes.read"),)
