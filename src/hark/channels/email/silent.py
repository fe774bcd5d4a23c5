"""The alarm of a mailbox that has fallen silent: by the limit people have set, and by what is usual for it."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from hark.channels.email import silence
from hark.channels.email.silence import Rhythm
from hark.core.db import Db
from hark.hours.queries import load_calendars
from hark.intake.accounts.actions import SILENT, set_problem
from hark.intake.accounts.queries import count_arrivals, find_arrival_after, list_sources
from hark.intake.accounts.types import AccountState

AGAIN = timedelta(hours=1)  # how often a rhythm is learned anew
SETTLING = timedelta(minutes=10)  # after a start, what has waited comes in first
LIMIT_WORDS = "Nothing has come in for more than"
WHAT_TO_DO = (
    "Mail that waits on its server is safe. Send a mail to {address} from elsewhere: if it does not arrive here, look at "
    "that address's server, forwarding and password."
)


class Usual(msgspec.Struct, frozen=True, kw_only=True):
    """What is usual for a mailbox up to its last mail; `rhythm` is None while too little is known."""

    rhythm: Rhythm | None
    last: datetime
    zone: ZoneInfo
    holidays: frozenset[date]

    def local(self, moment: datetime) -> datetime:
        """By the workspace's clock, naive."""
        return moment.astimezone(self.zone).replace(tzinfo=None)

    def expected(self, until: datetime) -> float:
        """How many mails usually come between the last one and `until`."""
        if self.rhythm is None:
            return 0.0
        return silence.expected(self.rhythm, self.local(self.last), self.local(until), holidays=self.holidays)

    @property
    def alarm_at(self) -> datetime | None:
        """When there is an alarm if nothing comes; None: not within weeks, or too little is known."""
        if self.rhythm is None:
            return None
        at = silence.alarm_at(self.rhythm, self.local(self.last), holidays=self.holidays)
        return at.replace(tzinfo=self.zone) if at is not None else None


class Kept(msgspec.Struct, frozen=True):
    """What a worker remembers of a mailbox between two looks."""

    seen_at: datetime
    learned_at: datetime
    usual: Usual


Rhythms = dict[tuple[int, int], Kept]
"""By workspace and account."""


async def check_silence(db: Db, rhythms: Rhythms) -> None:
    """A mailbox that has been silent for longer than it may shows it, until something comes in again."""
    for account in await list_sources(db):
        silent = (account.problem or "").startswith(SILENT)
        if account.problem and not silent:
            continue  # it does not work at all, and says so
        words = await _find_silence(db, account, rhythms)
        if words is None and silent:
            await set_problem(db, account.workspace_id, account.id, SILENT, None)
        elif words is not None and not silent:
            await set_problem(db, account.workspace_id, account.id, SILENT, words)


async def _find_silence(db: Db, account: AccountState, rhythms: Rhythms) -> str | None:
    """Why the mailbox is silent for too long, or None. What was said by its rhythm stands until a mail comes."""
    last, limit, now = account.last_item_at, account.silent_after_s, db.now()
    if last is None:
        return None
    if limit is not None and now - last > timedelta(seconds=limit):
        hours = "an hour" if limit == 3600 else f"{limit / 3600:.3g} hours"
        return f"{LIMIT_WORDS} {hours}. {WHAT_TO_DO.format(address=account.address)}"
    if not account.silence_alarm:
        return None
    said = (account.problem or "").removeprefix(SILENT)
    if said and not said.startswith(LIMIT_WORDS) and account.problem_at and last < account.problem_at:
        return said
    kept = await _learned(db, account, last, rhythms)
    if now - kept.seen_at < SETTLING or not _is_due(kept.usual, now):
        return None
    # What is in the ledger and has no fate yet has come in all the same.
    newer = await find_arrival_after(db, account.workspace_id, account.id, last)
    usual = msgspec.structs.replace(kept.usual, last=newer) if newer else kept.usual
    return _sentence(usual, now, account.address) if _is_due(usual, now) else None


def _is_due(usual: Usual, now: datetime) -> bool:
    at = usual.alarm_at
    return at is not None and now >= at


async def _learned(db: Db, account: AccountState, last: datetime, rhythms: Rhythms) -> Kept:
    """A rhythm of the last hour is good enough; the moment of the last mail must be the present one."""
    key, now = (account.workspace_id, account.id), db.now()
    kept = rhythms.get(key)
    if kept is None or now - kept.learned_at >= AGAIN:
        kept = Kept(kept.seen_at if kept else now, now, await find_usual(db, account, last))
    elif kept.usual.last != last:
        kept = Kept(kept.seen_at, kept.learned_at, msgspec.structs.replace(kept.usual, last=last))
    rhythms[key] = kept
    return kept


async def find_usual(db: Db, account: AccountState, last: datetime) -> Usual:
    """What is usual for a mailbox, from the ledger's weeks before its last mail, without its calendar's holidays."""
    zone = ZoneInfo(account.time_zone)
    calendar = (await load_calendars(db, account.workspace_id)).by_id[account.calendar_id]
    holidays = frozenset(one.date for version in calendar.versions for one in version.plan.holidays)
    counts = await count_arrivals(
        db, account.workspace_id, account.id, since=last - (silence.MAX_WEEKS + 1) * silence.WEEK, until=last,
        time_zone=account.time_zone,
    )  # fmt: skip
    since = last.astimezone(zone).replace(tzinfo=None)
    rhythm = silence.learn({one.hour: one.mails for one in counts}, since=since, holidays=holidays)
    return Usual(rhythm=rhythm, last=last, zone=zone, holidays=holidays)


def _sentence(usual: Usual, now: datetime, address: str) -> str:
    mails = max(1, round(usual.expected(now)))
    count = f"about {mails} mails have" if mails > 1 else "one mail has"
    when = say_since(usual.local(usual.last), usual.local(now))
    return f"Usually {count} come in by now, none since {when}. {WHAT_TO_DO.format(address=address)}"


def say_since(then: datetime, now: datetime) -> str:
    """A moment as people say it: 09:10, Friday 17:42 within a week, 3 November 17:42."""
    if then.date() == now.date():
        return f"{then:%H:%M}"
    return f"{then:%A %H:%M}" if now - then < timedelta(days=6) else f"{then.day} {then:%B %H:%M}"
