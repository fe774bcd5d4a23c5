"""Machines that answer each other stop; reports about mails of ours touch nothing but those."""

from collections.abc import AsyncIterator, Callable
from uuid import UUID, uuid4

import msgspec
import pytest
import pytest_asyncio
from tests.conftest import FakeClock
from tests.delivery.conftest import Office
from tests.intake.conftest import Desk
from tests.intake.test_process import reply_in
from tests.support.mailservers import SmtpSink
from tests.support.workspace import SignedIn, TestWorkspace

from hark.conversations.actions import resolve
from hark.core.services import Services
from hark.intake.queries import FLOOD
from hark.intake.types import Envelope, Fate, NewItem, Source

Mail = Callable[..., bytes]


class Heard(msgspec.Struct):
    id: UUID
    conversation_id: UUID
    sender: str


class Robot:
    """A Hark whose every message is answered at once by a program, as an API client or a rule would."""

    def __init__(self, office: Office, client: SignedIn) -> None:
        self.office, self.client, self.answered = office, client, set[UUID]()

    async def hear(self, raw: bytes) -> None:
        ws = self.office.workspace
        item = NewItem(
            workspace_id=ws.id, account_id=ws.account_id, source=Source.SMTP, raw=raw,
            envelope=Envelope(mail_from="bounces@elsewhere.example"),
        )  # fmt: skip
        await self.office.ledger.accept(item)
        while await self.office.processor.work_once():
            pass

    async def answer(self) -> int:
        """One reply to each message not yet answered; how many."""
        heard = await self.office.db.all(
            Heard,
            "SELECT id, conversation_id, headers #>> '{from,address}' AS sender FROM messages WHERE workspace_id = $1"
            " AND direction = 1 AND kind = 1 AND id <> ALL($2::uuid[])",
            self.office.workspace.id, list(self.answered),
        )  # fmt: skip
        for message in heard:
            self.answered.add(message.id)
            seen = await self.office.db.one(
                int, "SELECT public_seq FROM conversations WHERE id = $1", message.conversation_id
            )
            body = {
                "id": str(uuid4()),
                "text": "Thank you, we have it.",
                "to": [{"address": message.sender}],
                "seen_seq": seen,
            }
            answer = await self.client.post(f"/api/conversations/{message.conversation_id}/replies", body)
            assert answer.status_code == 201, answer.text
        return len(heard)


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    sink = SmtpSink()
    await sink.start()
    yield sink
    await sink.stop()


@pytest_asyncio.fixture
async def robots(services: Services, workspace: TestWorkspace, stranger: TestWorkspace, sink: SmtpSink, clock: FakeClock,
                 client: SignedIn, stranger_client: SignedIn) -> AsyncIterator[dict[str, Robot]]:  # fmt: skip
    await services.db.run("DELETE FROM outbox")
    await services.db.run("UPDATE intake_items SET fate = 11 WHERE fate = 0")
    config = {"smtp": {"host": "127.0.0.1", "port": sink.port, "security": "none"}}
    found: dict[str, Robot] = {}
    for ws, api in ((workspace, client), (stranger, stranger_client)):
        await services.db.run("UPDATE channel_accounts SET config = $2 WHERE id = $1", ws.account_id, config)
        found[ws.address] = Robot(Office(services, ws, sink, clock), api)
    yield found
    for robot in found.values():
        await robot.office.sender.close()


async def rounds(robots: dict[str, Robot], sink: SmtpSink, *, at_most: int) -> int:
    """Let them write to each other until nobody answers; how many mails went over the wire."""
    first = next(iter(robots.values()))
    for _ in range(at_most):
        if not sum([await robot.answer() for robot in robots.values()]):
            break
        await first.office.leave()
        mails, sink.mails = sink.mails, []
        for envelope in mails:
            for address in envelope.rcpt_tos:
                await robots[address].hear(envelope.content)
    else:
        pytest.fail("they go on for ever")
    return await first.office.db.one(
        int, "SELECT count(*) FROM intake_items WHERE workspace_id = ANY($1)",
        [robot.office.workspace.id for robot in robots.values()],
    )  # fmt: skip


async def test_two_harks_that_answer_each_other_stop(robots: dict[str, Robot], sink: SmtpSink, workspace: TestWorkspace,
                                                     stranger: TestWorkspace) -> None:  # fmt: skip
    await robots[workspace.address].hear(
        f"From: {stranger.address}\r\nTo: {workspace.address}\r\nSubject: Our order\r\nMessage-ID: <begin@x>\r\n\r\nHi\r\n".encode()
    )
    mails = await rounds(robots, sink, at_most=5 * FLOOD)
    assert 2 * FLOOD <= mails <= 2 * FLOOD + 2
    db = robots[workspace.address].office.db
    kept = await db.one(int, "SELECT count(*) FROM messages WHERE workspace_id = ANY($1) AND direction = 1",
                        [workspace.id, stranger.id])  # fmt: skip
    assert kept == mails, "every mail is kept"
    folded = await db.all(str, "SELECT reason FROM intake_items WHERE workspace_id = ANY($1) AND fate = 5",
                          [workspace.id, stranger.id])  # fmt: skip
    assert len(folded) == 1
    assert "machines" in folded[0]
    conversations = await db.one(
        int, "SELECT count(*) FROM conversations WHERE workspace_id = ANY($1)", [workspace.id, stranger.id]
    )
    assert conversations == 2


async def test_an_absence_note_is_answered_by_nobody(robots: dict[str, Robot], sink: SmtpSink, workspace: TestWorkspace,
                                                     stranger: TestWorkspace) -> None:  # fmt: skip
    await robots[workspace.address].hear(
        f"From: {stranger.address}\r\nTo: {workspace.address}\r\nSubject: Re: Our order\r\nMessage-ID: <away@x>\r\n"
        "Auto-Submitted: auto-replied\r\n\r\nI am away until Monday.\r\n".encode()
    )
    assert await rounds(robots, sink, at_most=3) == 1


async def test_a_person_who_writes_often_is_heard(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail(Message_ID="<often@x>"))
    for n in range(FLOOD - 1):
        line = await desk.put(mail(f"And {n}", In_Reply_To="<often@x>"))
        assert (line.fate, line.conversation_id) == (Fate.MESSAGE, first.conversation_id)
    folded = await desk.put(mail("And again", In_Reply_To="<often@x>"))
    assert (folded.fate, folded.conversation_id) == (Fate.AUTO_REPLY, first.conversation_id)
    other = await desk.put(mail("Me too", In_Reply_To="<often@x>", Subject="Something else", From="bob@shop.example"))
    assert other.fate is Fate.HELD, "others are not counted with them"


async def test_after_an_hour_it_is_heard_again(desk: Desk, mail: Mail, clock: FakeClock) -> None:
    await desk.put(mail(Message_ID="<hour@x>"))
    for n in range(FLOOD):
        last = await desk.put(mail(f"And {n}", In_Reply_To="<hour@x>"))
    assert last.fate is Fate.AUTO_REPLY
    clock.advance(minutes=61)
    assert (await desk.put(mail("Now", In_Reply_To="<hour@x>"))).fate is Fate.MESSAGE


async def test_an_alarm_that_repeats_itself_fills_no_inbox(desk: Desk, mail: Mail) -> None:
    ids = [
        await desk.accept(
            mail(f"Disk {n}", From="alarm@shop.example", Subject="Disk is full", Auto_Submitted="auto-generated")
        )
        for n in range(3 * FLOOD)
    ]
    await desk.work()
    lines = [await desk.line(id) for id in ids]
    assert [line.fate for line in lines] == [Fate.NEW] * FLOOD + [Fate.AUTO_REPLY] * 2 * FLOOD
    assert len({line.conversation_id for line in lines}) == FLOOD
    assert await desk.count("messages") == 3 * FLOOD
    different = await desk.put(mail("Order", From="alarm@shop.example", Subject="Disk is full on host 7"))
    assert different.fate is Fate.NEW
    person = await desk.put(mail("Mine too", From="bob@shop.example", Subject="Disk is full"))
    assert person.fate is Fate.NEW


# reports ----------------------------------------------------------------------------------------------------------------


def report(to: str, about: str | None, recipient: str = "carla@shop.example", number: int = 1) -> bytes:
    original = f"Message-ID: <{about}>\r\n" if about else ""
    return (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <report{number}@mx.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}Subject: Order 4711\r\n\r\n--b--\r\n"
    ).encode()


class State(msgspec.Struct):
    status: int
    customer_seq: int
    waiting: bool


async def state(desk: Desk, id: UUID | None) -> State:
    sql = "SELECT status, customer_seq, wait_t0 IS NOT NULL AS waiting FROM conversations WHERE id = $1"
    return await desk.db.one(State, sql, id)


async def test_a_bounce_opens_and_reopens_nothing(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail())
    ours = await reply_in(desk, first.conversation_id)
    async with desk.db.transaction(desk.workspace.owner) as tx:
        await resolve(tx, first.conversation_id)
    before, episodes = await state(desk, first.conversation_id), await desk.count("episodes")
    line = await desk.put(report(desk.workspace.address, ours))
    assert (line.fate, line.conversation_id) == (Fate.BOUNCE, first.conversation_id)
    assert await state(desk, first.conversation_id) == before
    assert (await desk.count("conversations"), await desk.count("episodes")) == (1, episodes)
    assert await desk.db.one(int, "SELECT delivery FROM messages WHERE external_id = $1", ours) == 4
    assert await desk.count("outbox") == 0
    for about in ("foreign@elsewhere.example", None):
        other = await desk.put(report(desk.workspace.address, about, "nobody@else.example", number=2 + (about is None)))
        assert (other.fate, other.conversation_id) == (Fate.BOUNCE, None)
    assert await desk.count("conversations") == 1


async def test_a_bounce_that_names_no_mail_is_about_the_newest_to_its_recipient(
    desk: Desk, mail: Mail, clock: FakeClock
) -> None:
    first = await desk.put(mail())
    old = await reply_in(desk, first.conversation_id)
    second = await desk.put(mail(Subject="Another matter"))
    ours = await reply_in(desk, second.conversation_id)
    await desk.db.run(
        "UPDATE messages SET headers = headers || '{\"to\": [{\"name\": \"\", \"address\": \"Carla@shop.example\"}]}'"
        " WHERE workspace_id = $1 AND direction = 2", desk.workspace.id,
    )  # fmt: skip
    line = await desk.put(report(desk.workspace.address, None))
    assert (line.fate, line.conversation_id) == (Fate.BOUNCE, second.conversation_id)
    delivery = "SELECT delivery FROM messages WHERE external_id = $1"
    assert [await desk.db.one(int, delivery, one) for one in (old, ours)] == [1, 4]
    clock.advance(days=6)
    late = await desk.put(report(desk.workspace.address, None, number=9))
    assert (late.fate, late.conversation_id) == (Fate.BOUNCE, None)


async def test_an_id_we_never_sent_marks_nothing_even_with_a_known_recipient(desk: Desk, mail: Mail) -> None:
    first = await desk.put(mail(Message_ID="<theirs@shop.example>"))
    ours = await reply_in(desk, first.conversation_id)
    line = await desk.put(report(desk.workspace.address, "theirs@shop.example"))
    assert (line.fate, line.conversation_id) == (Fate.BOUNCE, None)
    assert await desk.db.one(int, "SELECT delivery FROM messages WHERE external_id = $1", ours) == 1
