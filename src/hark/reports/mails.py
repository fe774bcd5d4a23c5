"""Scheduled reports on their way: made with their owner's eyes, sent like every mail of a mailbox, their fate written down.

No transaction is open while a report is made or the network is used. Before the first byte the row becomes `sending`
under a lease; a row whose lease ends that way may have been sent, and says so.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog

from hark.access.actors import find_agent_actor
from hark.contacts.suppressions import find_suppression
from hark.core.db import Db
from hark.core.errors import HarkError
from hark.core.periods import get_zone
from hark.delivery.types import OutAccount, OutChannel, OutFile, Outgoing, Recipient, SendFailed
from hark.reports.letter import letter_html, letter_text
from hark.reports.loading import load_breakdown, load_report
from hark.reports.paper import paper_of, paper_of_breakdown
from hark.reports.pdf import make_pdf
from hark.reports.schedules import MailState
from hark.reports.state import ReportState
from hark.reports.words import word

log = structlog.get_logger(__name__)
LOOK_S = 2.0
LEASE = timedelta(minutes=10)
BACK_OFF = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4))
TRIES = len(BACK_OFF) + 1
MAYBE = "Hark stopped while this mail was handed over: it may have arrived. Use “Send now” if it did not."
GONE = "The person who scheduled this report may no longer see reports. Schedule it again under another name."
NOT_ALLOWED = "This address is no longer one of the team or allowed by an admin. Nothing was sent to it."
UNSUBSCRIBED = "This address wants no automatic mails of this workspace. Nothing was sent to it."


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A mail that is to leave, its schedule, report and mailbox."""

    workspace_id: int
    id: UUID
    schedule_id: UUID
    address: str
    due_at: datetime
    attempts: int
    agent_id: int
    agent_name: str
    time_zone: str
    locale: str
    report_id: int
    name: str
    state: ReportState
    account_id: int
    account_name: str
    account_address: str
    account_config: dict[str, Any]
    account_off: bool
    allowed: bool


async def send_due(db: Db, channel: OutChannel, public_url: str) -> int:
    """Send what is due, one after the other; how many rows were settled. A failing one stops no other."""
    await _sweep_lost(db)
    settled = 0
    for _ in range(100):
        due = await _lease(db)
        if due is None:
            break
        settled += 1
        await _send(db, channel, public_url, due)
    return settled


async def _send(db: Db, channel: OutChannel, public_url: str, due: Due) -> None:
    try:
        outgoing = await _outgoing(db, channel, public_url, due)
        prepared = await channel.prepare(outgoing)
    except SendFailed as failed:
        await _failed(db, due, failed.sentence, permanent=True)
        return
    except HarkError as error:
        await _failed(db, due, error.detail, permanent=True)
        return
    except Exception as error:
        log.error("a report could not be made", schedule=str(due.schedule_id), exc_info=error)
        await _failed(db, due, "Hark could not make this report; it tries again by itself.", permanent=False)
        return
    if turn := channel.turn(outgoing):
        await _wait(db, due, turn.wait_s, turn.sentence)
        return
    await _settle(db, due, MailState.SENDING, None)
    try:
        handed = await channel.send(outgoing, prepared)
    except SendFailed as failed:
        if failed.maybe_sent:
            await _settle(db, due, MailState.UNKNOWN, f"{failed.sentence} It may have arrived all the same.")
        elif failed.wait_s is not None:
            await _wait(db, due, failed.wait_s, failed.sentence)
        else:
            await _failed(db, due, failed.sentence, permanent=failed.permanent)
        return
    except Exception as error:
        log.error("a report could not be handed over", schedule=str(due.schedule_id), exc_info=error)
        await _settle(db, due, MailState.UNKNOWN, MAYBE)
        return
    if handed.taken:
        await _settle(db, due, MailState.SENT, None)
    else:
        answers = {**handed.refused, **handed.later}
        await _failed(
            db, due, next(iter(answers.values()), "The server took it for nobody."), permanent=bool(handed.refused)
        )


async def _outgoing(db: Db, channel: OutChannel, public_url: str, due: Due) -> Outgoing:
    """The whole mail. Raises SendFailed with the sentence people read when it must not leave."""
    if not due.allowed:
        raise SendFailed(NOT_ALLOWED, permanent=True)
    if due.account_off:
        raise SendFailed(
            f"The mailbox {due.account_name} is disconnected. Choose another one for this schedule.", permanent=True
        )
    if await find_suppression(db, due.workspace_id, due.address) is not None:
        raise SendFailed(UNSUBSCRIBED, permanent=True)
    actor = await find_agent_actor(db, due.workspace_id, due.agent_id)
    if actor is None or not actor.can("reports.read"):
        raise SendFailed(GONE, permanent=True)
    state = due.state if due.state.zone else msgspec.structs.replace(due.state, zone=due.time_zone)
    report = await load_report(db, actor, state, due.due_at, through_yesterday=True)
    foot = word(due.locale, "why", due.agent_name, due.name)
    if state.page == "breakdown":
        breakdown = await load_breakdown(db, actor, state, due.due_at, through_yesterday=True)
        paper = paper_of_breakdown(breakdown, report, due.name, due.locale, foot=foot)
    else:
        paper = paper_of(report, due.name, due.locale, foot=foot)
    link = f"{public_url}/reports/saved/{due.report_id}" if public_url else ""
    pdf = await asyncio.to_thread(make_pdf, paper, created=due.due_at)
    day = due.due_at.astimezone(get_zone(due.time_zone)).date().isoformat()
    return Outgoing(
        workspace_id=due.workspace_id, outbox_id=due.id,
        account=OutAccount(due.account_id, 1, due.account_name, due.account_address, due.account_config),
        external_id=channel.new_id(due.id, due.account_address), author_name="", to=[Recipient(address=due.address)],
        cc=[], bcc=[], subject=f"{due.name} · {paper.period}", text=letter_text(paper, link), html=letter_html(paper, link),
        at=due.due_at, locale=due.locale, time_zone=due.time_zone, parent=None, references=[], quoted=None,
        files=[OutFile(id=due.id, name=f"{_file_name(due.name)} {day}.pdf", content_type="application/pdf", payload=pdf)],
        from_address=due.account_address, letter=True,
    )  # fmt: skip


def _file_name(name: str) -> str:
    return "".join(c if c.isalnum() or c in " -_" else "-" for c in name).strip()[:80] or "report"


# rows -----------------------------------------------------------------------------------------------------------------

_LEASE = """
WITH next AS (
  SELECT workspace_id, id FROM report_mails WHERE state = 1 AND next_try_at <= $1
  ORDER BY next_try_at LIMIT 1 FOR UPDATE SKIP LOCKED
), mine AS (
  UPDATE report_mails m SET lease_until = $2, next_try_at = $2, attempts = m.attempts + 1 FROM next
  WHERE m.workspace_id = next.workspace_id AND m.id = next.id
  RETURNING m.workspace_id, m.id, m.schedule_id, m.address, m.due_at, m.attempts
)
SELECT m.workspace_id, m.id, m.schedule_id, m.address, m.due_at, m.attempts, s.agent_id, g.name AS agent_name, s.time_zone,
  s.locale, s.report_id, r.name, r.state, a.id AS account_id, a.name AS account_name, a.address AS account_address,
  a.config AS account_config, a.disabled_at IS NOT NULL AS account_off,
  EXISTS (SELECT FROM agents p WHERE p.workspace_id = m.workspace_id AND p.email = m.address AND p.disabled_at IS NULL)
  OR EXISTS (SELECT FROM report_addresses o WHERE o.workspace_id = m.workspace_id AND o.address = m.address) AS allowed
FROM mine m JOIN report_schedules s ON s.workspace_id = m.workspace_id AND s.id = m.schedule_id
JOIN saved_reports r ON r.workspace_id = s.workspace_id AND r.id = s.report_id
JOIN agents g ON g.workspace_id = s.workspace_id AND g.id = s.agent_id
JOIN channel_accounts a ON a.workspace_id = s.workspace_id AND a.id = s.mailbox_id
"""


async def _lease(db: Db) -> Due | None:
    """The next due mail, kept from other workers until its lease ends; one that dies before the network is tried again."""
    return await db.find(Due, _LEASE, db.now(), db.now() + LEASE)


async def _sweep_lost(db: Db) -> None:
    await db.run("UPDATE report_mails SET state = $2, error = $3 WHERE state = 2 AND lease_until < $1 AND next_try_at <= $1",
                 db.now(), MailState.UNKNOWN, MAYBE)  # fmt: skip


async def _settle(db: Db, due: Due, state: MailState, error: str | None) -> None:
    await db.run(
        "UPDATE report_mails SET state = $3::smallint, error = $4, sent_at = CASE WHEN $3::smallint = 3 THEN $5::timestamptz END"
        " WHERE workspace_id = $1 AND id = $2",
        due.workspace_id, due.id, state, error, db.now(),
    )  # fmt: skip


async def _failed(db: Db, due: Due, sentence: str, *, permanent: bool) -> None:
    if permanent or due.attempts >= TRIES:
        await _settle(db, due, MailState.FAILED, sentence)
    else:
        await _later(db, due, BACK_OFF[due.attempts - 1].total_seconds(), sentence, attempts=due.attempts)


async def _wait(db: Db, due: Due, wait_s: float, sentence: str) -> None:
    """Nothing is wrong with the mail: this was no try."""
    await _later(db, due, wait_s, sentence, attempts=due.attempts - 1)


async def _later(db: Db, due: Due, wait_s: float, sentence: str, *, attempts: int) -> None:
    await db.run(
        "UPDATE report_mails SET state = 1, next_try_at = $3, error = $4, attempts = $5 WHERE workspace_id = $1 AND id = $2",
        due.workspace_id, due.id, db.now() + timedelta(seconds=wait_s), sentence, attempts,
    )  # fmt: skip
