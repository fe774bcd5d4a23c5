"""Saved reports that go out by mail every day, week or month, at a time of day on the clock of a zone."""

import calendar
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from hark.core.actor import Actor
from hark.core.db import Queries, Tx
from hark.core.errors import BadRequest, Forbidden, NotFound
from hark.core.http import Body
from hark.core.ids import uuid7
from hark.core.periods import get_zone
from hark.delivery.types import is_recipient
from hark.reports.saved import get_saved
from hark.reports.state import require_owner
from hark.timers.actions import cancel_timer, set_timer
from hark.timers.types import Timer, TimerKind

MISSING = "There is no such schedule."
Every = Literal["day", "week", "month"]
EVERY: tuple[Every, ...] = ("day", "week", "month")  # stored as 1, 2, 3
Address = Annotated[str, msgspec.Meta(min_length=3, max_length=320)]
Recipients = Annotated[list[Address], msgspec.Meta(min_length=1, max_length=20)]


class MailState(IntEnum):
    """The numbers are stored for ever."""

    READY = 1
    SENDING = 2
    SENT = 3
    FAILED = 4
    UNKNOWN = 5  # Hark stopped while it was handed over: it may have arrived


class ReportMail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to one recipient, as the page shows it. `error` is a sentence for people."""

    address: str
    due_at: datetime
    state: str
    attempts: int
    error: str | None
    sent_at: datetime | None


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """`day`: weekday from Monday 0 (week), or day of the month, 31 the last (month). `minute` of the day in `time_zone`.
    `next_at` null: paused. `last`: the mails of the latest time, one per recipient."""

    id: UUID
    report_id: int
    agent_id: int
    every: Every
    day: int
    minute: int
    time_zone: str
    locale: str
    mailbox_id: int
    recipients: list[str]
    paused: bool
    next_at: datetime | None
    last: list[ReportMail] = []


class NewSchedule(Body, kw_only=True):
    report_id: int
    every: Every
    day: Annotated[int, msgspec.Meta(ge=0, le=31)] = 0
    minute: Annotated[int, msgspec.Meta(ge=0, le=1439)]
    time_zone: Annotated[str, msgspec.Meta(max_length=64)]
    locale: Literal["en", "it", "ko"] = "en"
    mailbox_id: int
    recipients: Recipients


class SchedulePatch(Body):
    every: Every | msgspec.UnsetType = msgspec.UNSET
    day: Annotated[int, msgspec.Meta(ge=0, le=31)] | msgspec.UnsetType = msgspec.UNSET
    minute: Annotated[int, msgspec.Meta(ge=0, le=1439)] | msgspec.UnsetType = msgspec.UNSET
    time_zone: Annotated[str, msgspec.Meta(max_length=64)] | msgspec.UnsetType = msgspec.UNSET
    locale: Literal["en", "it", "ko"] | msgspec.UnsetType = msgspec.UNSET
    mailbox_id: int | msgspec.UnsetType = msgspec.UNSET
    recipients: Recipients | msgspec.UnsetType = msgspec.UNSET
    paused: bool | msgspec.UnsetType = msgspec.UNSET


class Addresses(Body):
    """Addresses outside the team that an admin lets reports go to."""

    addresses: Annotated[list[Address], msgspec.Meta(max_length=200)]


# when -----------------------------------------------------------------------------------------------------------------


def next_time(*, every: Every, day: int, minute: int, time_zone: str, after: datetime) -> datetime:
    """The first moment after `after` at which the wall clock of the zone shows it. UTC.

    A time that a change of clocks leaves out comes as much later as the clock jumps; one that comes twice counts once,
    the first time (PEP 495, fold 0).
    """
    zone = get_zone(time_zone)
    at = time(minute // 60, minute % 60)
    when = after.astimezone(zone).date()
    for _ in range(800):  # a monthly schedule is found within 62 days
        if _is_day(when, every, day):
            moment = datetime.combine(when, at, zone).astimezone(UTC)
            if moment > after:
                return moment
        when += timedelta(days=1)
    raise BadRequest("This schedule never comes.", code="bad_schedule")


def _is_day(when: date, every: Every, day: int) -> bool:
    if every == "day":
        return True
    if every == "week":
        return when.weekday() == day
    return when.day == min(max(day, 1), calendar.monthrange(when.year, when.month)[1])


# reading and writing --------------------------------------------------------------------------------------------------


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    report_id: int
    agent_id: int
    every: int
    day: int
    minute: int
    time_zone: str
    locale: str
    mailbox_id: int
    recipients: list[str]
    paused: bool
    next_at: datetime | None


class _Mail(msgspec.Struct, frozen=True, kw_only=True):
    schedule_id: UUID
    address: str
    due_at: datetime
    state: MailState
    attempts: int
    error: str | None
    sent_at: datetime | None


async def list_schedules(db: Queries, actor: Actor) -> list[Schedule]:
    """The schedules of the reports one may open, each with the mails of its latest time."""
    rows = await db.all(
        _Row,
        "SELECT s.id, s.report_id, s.agent_id, s.every, s.day, s.minute, s.time_zone, s.locale, s.mailbox_id,"
        " s.recipients, s.paused, t.due_at AS next_at FROM report_schedules s"
        " JOIN saved_reports r ON r.workspace_id = s.workspace_id AND r.id = s.report_id"
        " LEFT JOIN timers t ON t.workspace_id = s.workspace_id AND t.subject_id = s.id AND t.kind = $3"
        " WHERE s.workspace_id = $1 AND (r.agent_id = $2 OR r.shared) ORDER BY s.created_at, s.id",
        actor.workspace_id, actor.agent_id, TimerKind.REPORT,
    )  # fmt: skip
    mails = await db.all(
        _Mail,
        "SELECT m.schedule_id, m.address, m.due_at, m.state, m.attempts, m.error, m.sent_at FROM report_mails m"
        " WHERE m.workspace_id = $1 AND m.schedule_id = ANY($2::uuid[]) AND m.due_at = (SELECT max(l.due_at)"
        " FROM report_mails l WHERE l.workspace_id = $1 AND l.schedule_id = m.schedule_id) ORDER BY m.address",
        actor.workspace_id, [row.id for row in rows],
    )  # fmt: skip
    return [_schedule(row, mails) for row in rows]


def _schedule(row: _Row, mails: Sequence[_Mail]) -> Schedule:
    last = [
        ReportMail(address=m.address, due_at=m.due_at, state=m.state.name.lower(), attempts=m.attempts, error=m.error,
                   sent_at=m.sent_at)
        for m in mails if m.schedule_id == row.id
    ]  # fmt: skip
    return Schedule(**{**msgspec.structs.asdict(row), "every": EVERY[row.every - 1]}, last=last)


async def create_schedule(tx: Tx, new: NewSchedule) -> UUID:
    """The schedule's id; its first mail goes at its next time. Raises NotFound, BadRequest(code="bad_recipient")."""
    owner = require_owner(tx.actor)
    await get_saved(tx, tx.actor, new.report_id)
    recipients = await _checked(tx, new.recipients)
    await _require_mailbox(tx, new.mailbox_id)
    due = next_time(every=new.every, day=new.day, minute=new.minute, time_zone=new.time_zone, after=tx.now())
    id = uuid7()
    await tx.run(
        "INSERT INTO report_schedules (workspace_id, id, report_id, agent_id, every, day, minute, time_zone, locale,"
        " mailbox_id, recipients, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tx.workspace_id, id, new.report_id, owner, EVERY.index(new.every) + 1, new.day, new.minute, new.time_zone,
        new.locale, new.mailbox_id, recipients, tx.now(),
    )  # fmt: skip
    await set_timer(tx, id, TimerKind.REPORT, due)
    await tx.audit("report.scheduled", f"report:{new.report_id}", data={"every": new.every})
    return id


async def update_schedule(tx: Tx, id: UUID, patch: SchedulePatch) -> None:
    """Raises NotFound, Forbidden for a colleague's, BadRequest."""
    old = await _lock(tx, id)
    new = msgspec.structs.replace(
        old,
        **{name: value for name in ("day", "minute", "time_zone", "locale", "mailbox_id", "recipients", "paused")
           if (value := getattr(patch, name)) is not msgspec.UNSET},
        every=old.every if patch.every is msgspec.UNSET else EVERY.index(patch.every) + 1,
    )  # fmt: skip
    recipients = await _checked(tx, new.recipients) if patch.recipients is not msgspec.UNSET else new.recipients
    await _require_mailbox(tx, new.mailbox_id)
    due = next_time(every=EVERY[new.every - 1], day=new.day, minute=new.minute, time_zone=new.time_zone, after=tx.now())
    await tx.run(
        "UPDATE report_schedules SET every = $3, day = $4, minute = $5, time_zone = $6, locale = $7, mailbox_id = $8,"
        " recipients = $9, paused = $10 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, new.every, new.day, new.minute, new.time_zone, new.locale, new.mailbox_id, recipients,
        new.paused,
    )  # fmt: skip
    if new.paused:
        await cancel_timer(tx, id, TimerKind.REPORT)
    else:
        await set_timer(tx, id, TimerKind.REPORT, due)
    await tx.audit("report.schedule_changed", f"report:{new.report_id}", data={"paused": new.paused})


async def delete_schedule(tx: Tx, id: UUID) -> None:
    """Raises NotFound, Forbidden for a colleague's."""
    old = await _lock(tx, id)
    await cancel_timer(tx, id, TimerKind.REPORT)
    await tx.run("DELETE FROM report_schedules WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id)
    await tx.audit("report.unscheduled", f"report:{old.report_id}")


async def send_now(tx: Tx, id: UUID) -> None:
    """One more time, at once; the schedule stays. Raises NotFound, Forbidden for a colleague's."""
    row = await _lock(tx, id)
    await _queue(tx, row, tx.now())


async def serve_schedule(tx: Tx, timer: Timer) -> None:
    """The handler of REPORT: a mail for each recipient becomes ready, and the next time is set.

    After a long stop only the latest missed time is sent, not one for each.
    """
    row = await _find(tx, timer.subject_id)
    if row is None or row.paused:
        return
    await _queue(tx, row, timer.due_at)
    due = next_time(every=EVERY[row.every - 1], day=row.day, minute=row.minute, time_zone=row.time_zone, after=tx.now())
    await set_timer(tx, row.id, TimerKind.REPORT, due)


async def _queue(tx: Tx, row: _Row, due_at: datetime) -> None:
    for address in row.recipients:
        await tx.run(
            "INSERT INTO report_mails (workspace_id, id, schedule_id, address, due_at, state, next_try_at)"
            " VALUES ($1, $2, $3, $4, $5, 1, $6) ON CONFLICT DO NOTHING",
            tx.workspace_id, uuid7(), row.id, address, due_at, tx.now(),
        )  # fmt: skip


async def _find(tx: Tx, id: UUID) -> _Row | None:
    return await tx.find(
        _Row,
        "SELECT id, report_id, agent_id, every, day, minute, time_zone, locale, mailbox_id, recipients, paused,"
        " NULL::timestamptz AS next_at FROM report_schedules WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        tx.workspace_id, id,
    )  # fmt: skip


async def _lock(tx: Tx, id: UUID) -> _Row:
    row = await _find(tx, id)
    if row is None:
        raise NotFound(MISSING)
    await get_saved(tx, tx.actor, row.report_id)
    if row.agent_id != tx.actor.agent_id and not tx.actor.can("settings.write"):
        raise Forbidden("This schedule is a colleague's. They or an admin can change it.")
    return row


# who may get them -----------------------------------------------------------------------------------------------------


async def _checked(tx: Tx, recipients: list[str]) -> list[str]:
    """Addresses of active people of the team, and those an admin has allowed. Raises BadRequest for any other."""
    wanted = list(dict.fromkeys(address.strip().lower() for address in recipients))
    known = set(await tx.all(
        str,
        "SELECT email FROM agents WHERE workspace_id = $1 AND disabled_at IS NULL AND email = ANY($2::text[])"
        " UNION SELECT address FROM report_addresses WHERE workspace_id = $1 AND address = ANY($2::text[])",
        tx.workspace_id, wanted,
    ))  # fmt: skip
    for address in wanted:
        if not is_recipient(address) or address not in known:
            raise BadRequest(
                f"Reports go to people of the team and to addresses an admin has allowed; {address} is neither. "
                "Nothing was changed.",
                code="bad_recipient",
            )
    return wanted


async def _require_mailbox(tx: Tx, id: int) -> None:
    found = await tx.find(
        int, "SELECT id FROM channel_accounts WHERE workspace_id = $1 AND id = $2 AND kind = 1 AND disabled_at IS NULL",
        tx.workspace_id, id,
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such mailbox to send reports by.")


async def list_addresses(db: Queries, actor: Actor) -> list[str]:
    return await db.all(
        str, "SELECT address FROM report_addresses WHERE workspace_id = $1 ORDER BY address", actor.workspace_id
    )


async def set_addresses(tx: Tx, addresses: list[str]) -> list[str]:
    """Replace the allowed addresses; a schedule keeps what it has but nothing more is sent to those taken away."""
    wanted = sorted({address.strip().lower() for address in addresses})
    for address in wanted:
        if not is_recipient(address):
            raise BadRequest(
                f"{address} is not an address mail can be sent to. Nothing was changed.", code="bad_recipient"
            )
    await tx.run("DELETE FROM report_addresses WHERE workspace_id = $1", tx.workspace_id)
    await tx.run(
        "INSERT INTO report_addresses (workspace_id, address) SELECT $1, unnest($2::text[])", tx.workspace_id, wanted
    )
    await tx.audit("report.addresses_changed", "workspace", data={"count": len(wanted)})
    return wanted
