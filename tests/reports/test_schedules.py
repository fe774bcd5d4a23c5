"""Reports by mail: due by timers, sent through the mailbox to a real SMTP server, their fate on the page."""

import email
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest_asyncio
from tests.reports.test_reports import DAY, Told, tell
from tests.support.mailservers import SmtpSink
from tests.support.workspace import SignedIn, TestWorkspace

from hark.channels.email.hosts import host_policy
from hark.channels.email.outgoing import mail_channel
from hark.channels.email.smtp_out import SmtpSender
from hark.contacts.suppressions import Reason, suppress
from hark.core.actor import system
from hark.core.services import Services
from hark.reports.mails import LEASE, send_due
from hark.reports.schedules import serve_schedule
from hark.timers.jobs import serve_due
from hark.timers.types import TimerKind

EIGHT = 8 * 60


class Desk:
    def __init__(
        self, services: Services, workspace: TestWorkspace, client: SignedIn, sink: SmtpSink, clock: Any
    ) -> None:
        self.services, self.db, self.workspace, self.client = services, services.db, workspace, client
        self.sink, self.clock = sink, clock
        self.channel = mail_channel(services.keys, SmtpSender(host_policy(allow_private=True)))

    async def schedule(self, **more: Any) -> Any:
        saved = await self.client.post(
            "/api/reports/saved", {"name": "월요일 보고서 – perché", "state": {"period": "7d"}}
        )
        body = {"report_id": saved.json()["id"], "every": "day", "minute": EIGHT, "time_zone": "Europe/Rome", "locale": "ko",
                "mailbox_id": self.workspace.account_id, "recipients": [await self.email()], **more}  # fmt: skip
        return await self.client.post("/api/reports/schedules", body)

    async def email(self) -> str:
        return await self.db.one(str, "SELECT email FROM agents WHERE id = $1", self.workspace.owner.agent_id)

    async def at(self, moment: datetime) -> None:
        """The clock stands there: timers are served, then mails leave."""
        self.clock.at = moment
        await serve_due(self.db, {TimerKind.REPORT: serve_schedule})
        await send_due(self.db, self.channel, "https://hark.example")

    async def last(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.client.get("/api/reports/schedules")).json()["items"][0]["last"]
        return found


@pytest_asyncio.fixture
async def desk(services: Services, workspace: TestWorkspace, client: SignedIn, clock: Any) -> AsyncIterator[Desk]:
    sink = SmtpSink()
    await sink.start()
    config = {"smtp": {"host": "127.0.0.1", "port": sink.port, "security": "none"}}
    await services.db.run("UPDATE channel_accounts SET config = $2 WHERE id = $1", workspace.account_id, config)
    clock.at = DAY
    yield Desk(services, workspace, client, sink, clock)
    await sink.stop()


async def test_a_report_leaves_at_its_time_with_html_and_pdf(desk: Desk) -> None:
    await tell(desk.db, desk.workspace, Told([(0, "customer"), (2, "team")]), desk.clock)
    desk.clock.at = DAY + timedelta(hours=9)
    made = await desk.schedule()
    assert made.status_code == 200, made.text
    assert made.json()["next_at"] == "2026-03-03T07:00:00Z", "eight in Rome"
    await desk.at(datetime(2026, 3, 3, 6, 59, tzinfo=UTC))
    assert desk.sink.mails == []
    await desk.at(datetime(2026, 3, 3, 7, 0, 1, tzinfo=UTC))
    (sent,) = desk.sink.mails
    mail = email.message_from_bytes(sent.content, policy=default, _class=EmailMessage)
    assert mail["Subject"].startswith("월요일 보고서 – perché · ")
    assert mail["Auto-Submitted"] == "auto-generated"
    html = mail.get_body(("html",))
    assert html is not None
    assert "첫 응답 시간" in html.get_content()
    assert "2시간" in html.get_content(), "the median"
    (pdf,) = list(mail.iter_attachments())
    assert pdf.get_content_type() == "application/pdf"
    assert pdf.get_content().startswith(b"%PDF")
    (fate,) = await desk.last()
    assert (fate["state"], fate["error"]) == ("sent", None)
    schedule = (await desk.client.get("/api/reports/schedules")).json()["items"][0]
    assert schedule["next_at"] == "2026-03-04T07:00:00Z"
    await desk.at(datetime(2026, 3, 3, 7, 5, tzinfo=UTC))
    assert len(desk.sink.mails) == 1


async def test_after_a_long_stop_the_missed_times_are_one_mail(desk: Desk) -> None:
    await desk.schedule()
    await desk.at(DAY + timedelta(days=5))
    assert len(desk.sink.mails) == 1


async def test_a_failure_stands_on_the_page_and_is_tried_again(desk: Desk) -> None:
    await desk.schedule()
    desk.sink.replies["DATA"] = "451 4.3.0 Try again later"
    await desk.at(datetime(2026, 3, 3, 7, 1, tzinfo=UTC))
    (fate,) = await desk.last()
    assert fate["state"] == "ready"
    assert fate["attempts"] == 1
    assert fate["error"]
    desk.sink.replies.clear()
    await desk.at(datetime(2026, 3, 3, 7, 10, tzinfo=UTC))
    assert [fate["state"] for fate in await desk.last()] == ["sent"]


async def test_what_can_never_arrive_fails_at_once_and_can_be_sent_by_hand(desk: Desk) -> None:
    made = await desk.schedule()
    desk.sink.replies["DATA"] = "554 5.7.1 No"
    await desk.at(datetime(2026, 3, 3, 7, 1, tzinfo=UTC))
    (fate,) = await desk.last()
    assert fate["state"] == "failed"
    desk.sink.replies.clear()
    again = await desk.client.post(f"/api/reports/schedules/{made.json()['id']}/send")
    assert again.status_code == 200, again.text
    await desk.at(datetime(2026, 3, 3, 7, 2, tzinfo=UTC))
    assert [fate["state"] for fate in await desk.last()] == ["sent"]


async def test_a_stop_while_sending_is_not_hidden(desk: Desk) -> None:
    await desk.schedule()
    desk.clock.at = datetime(2026, 3, 3, 7, 1, tzinfo=UTC)
    await serve_due(desk.db, {TimerKind.REPORT: serve_schedule})
    await desk.db.run("UPDATE report_mails SET state = 2, lease_until = $1, next_try_at = $1", desk.clock.at + LEASE)
    await desk.at(desk.clock.at + LEASE + timedelta(seconds=1))
    (fate,) = await desk.last()
    assert fate["state"] == "unknown"
    assert "may have arrived" in fate["error"]
    assert desk.sink.mails == []


async def test_strangers_get_no_reports_unless_an_admin_allows_them(desk: Desk) -> None:
    refused = await desk.schedule(recipients=["boss@elsewhere.example"])
    assert refused.status_code == 400
    assert refused.json()["code"] == "bad_recipient"
    allowed = await desk.client.put("/api/reports/addresses", {"addresses": ["Boss@Elsewhere.example"]})
    assert allowed.json()["addresses"] == ["boss@elsewhere.example"]
    saved = (await desk.client.get("/api/reports/saved")).json()["items"][0]["id"]
    body = {"report_id": saved, "every": "week", "day": 1, "minute": EIGHT, "time_zone": "UTC",
            "mailbox_id": desk.workspace.account_id, "recipients": ["boss@elsewhere.example"]}  # fmt: skip
    assert (await desk.client.post("/api/reports/schedules", body)).status_code == 200
    await desk.client.put("/api/reports/addresses", {"addresses": []})
    await desk.at(datetime(2026, 3, 3, 8, 1, tzinfo=UTC))
    (fate,) = await desk.last()
    assert fate["state"] == "failed"
    assert "no longer" in fate["error"]
    assert desk.sink.mails == []


async def test_who_wants_no_automatic_mail_gets_none(desk: Desk) -> None:
    await desk.schedule()
    async with desk.db.transaction(system(desk.workspace.id)) as tx:
        await suppress(tx, await desk.email(), Reason.UNSUBSCRIBED)
    await desk.at(datetime(2026, 3, 3, 7, 1, tzinfo=UTC))
    assert [fate["state"] for fate in await desk.last()] == ["failed"]
    assert desk.sink.mails == []


async def test_a_person_who_has_left_sends_nothing(desk: Desk) -> None:
    await desk.schedule()
    _, token = await desk.workspace.agent("owner")
    await desk.db.run("UPDATE saved_reports SET shared = true")
    await desk.db.run("UPDATE agents SET disabled_at = now() WHERE id = $1", desk.workspace.owner.agent_id)
    await desk.db.run("INSERT INTO report_addresses VALUES ($1, $2)", desk.workspace.id, await desk.email())
    await desk.at(datetime(2026, 3, 3, 7, 1, tzinfo=UTC))
    desk.client = SignedIn(desk.client.http, token)
    (fate,) = await desk.last()
    assert fate["state"] == "failed"
    assert "no longer see reports" in fate["error"]


async def test_pause_and_delete(desk: Desk) -> None:
    id = (await desk.schedule()).json()["id"]
    paused = await desk.client.patch(f"/api/reports/schedules/{id}", {"paused": True})
    assert paused.json()["next_at"] is None
    await desk.at(DAY + timedelta(days=3))
    assert desk.sink.mails == []
    back = await desk.client.patch(f"/api/reports/schedules/{id}", {"paused": False, "every": "month", "day": 31})
    assert back.json()["next_at"].startswith("2026-03-31T06:00"), "summer time by then"
    assert (await desk.client.delete(f"/api/reports/schedules/{id}")).status_code == 204
    assert (await desk.client.get("/api/reports/schedules")).json()["items"] == []


async def test_an_agent_may_read_reports_and_not_mail_them(desk: Desk) -> None:
    await desk.schedule()
    _, token = await desk.workspace.agent()
    agent = SignedIn(desk.client.http, token)
    body = {
        "report_id": 1,
        "every": "day",
        "minute": 0,
        "time_zone": "UTC",
        "mailbox_id": 1,
        "recipients": ["a@b.example"],
    }
    assert (await agent.post("/api/reports/schedules", body)).status_code == 403
