"""Answers to a visitor who has left: one mail, over real SMTP, into the same conversation and back."""

# ruff: noqa: F401, F811 (fixtures)

import asyncio
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio
from tests.delivery.conftest import Office, office, sink
from tests.support.chat import Visitor
from tests.support.mailservers import free_port
from tests.test_worker import answering, eventually, send

from hark.app import CONSUMERS
from hark.channels.email.links import read_leaving
from hark.channels.messenger.leaving import sweep_left
from hark.channels.messenger.mailing import (
    CONSUMER,
    NO_ADDRESS,
    NO_MAILBOX,
    UNSUBSCRIBED,
    mail_unread,
    queue_transcript,
)
from hark.contacts.suppressions import Reason, suppress
from hark.conversations.actions import mark_spam
from hark.conversations.merging import merge
from hark.core.actor import system
from hark.core.errors import BadRequest
from hark.core.ids import uuid7
from hark.core.journal import run_once
from hark.delivery.actions import queue_reply
from hark.delivery.types import NewReplyBody, Recipient
from hark.timers.jobs import serve_due
from hark.timers.types import TimerKind
from hark.worker import run_worker


class Shop:
    """An office with a visitor in the messenger, and the worker's parts that concern them, run by hand."""

    def __init__(self, office: Office) -> None:
        self.office, self.db, self.ws, self.sink = office, office.db, office.workspace, office.sink
        self.visitor = Visitor(office.db, office.workspace)
        channel = office.channel()
        self.handlers = {TimerKind.CHAT_MAIL: mail_unread(channel.new_id)}

    async def work(self, seconds: float = 0) -> None:
        """Let time pass, then do what is due."""
        self.office.clock.advance(seconds=seconds)
        await sweep_left(self.db, self.office.services.bus)
        while await run_once(self.db, CONSUMER, self.ws.id):
            pass
        await serve_due(self.db, self.handlers)
        await self.office.run()

    def mails(self) -> list[EmailMessage]:
        return [message_from_bytes(e.content, policy=default) for e in self.sink.mails]  # type: ignore[arg-type, misc]

    async def lines(self) -> list[str]:
        """What the system has said in the visitor's conversation."""
        sql = "SELECT text FROM messages WHERE workspace_id = $1 AND conversation_id = $2 AND kind = 3 ORDER BY seq"
        return await self.db.all(str, sql, self.ws.id, self.visitor.conversation_id)

    async def deliveries(self) -> list[int]:
        """What became of our messages in the chat (3 sent, 4 failed)."""
        sql = (
            "SELECT delivery FROM messages WHERE workspace_id = $1 AND endpoint_id = $2 AND direction = 2 ORDER BY seq"
        )
        return await self.db.all(int, sql, self.ws.id, self.visitor.thread_id)

    async def fate(self, id: UUID) -> tuple[int, UUID | None]:
        row = await self.db.pool.fetchrow("SELECT fate, conversation_id FROM intake_items WHERE id = $1", id)
        return row["fate"], row["conversation_id"]


@pytest_asyncio.fixture
async def shop(office: Office) -> Shop:
    office.clock.at = office.clock()
    shop = Shop(office)
    await shop.visitor.arrive()
    return shop


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return body.get_content().replace("\r\n", "\n")


async def test_unread_answers_leave_in_one_mail_once_the_visitor_is_gone(shop: Shop) -> None:
    await shop.visitor.says("Do you ship to Korea?")
    await shop.visitor.answered("Yes, we do.")
    await shop.work(30)
    assert shop.mails() == []
    await shop.visitor.answered("It takes five days.")
    await shop.work(31)  # gone now, but the last answer is not old enough
    assert shop.mails() == []
    await shop.work(30)
    (mail,) = shop.mails()
    assert (mail["To"], mail["Cc"], mail["Subject"]) == (
        "Carla <carla@shop.example>", None, "Your conversation with Shop"
    )  # fmt: skip
    assert shop.ws.address in mail["From"]
    text = plain(mail)
    assert text.startswith("Yes, we do.\n\nIt takes five days.\n\n--\nYou can answer this mail")
    assert ", Carla wrote:\n> Do you ship to Korea?" in text
    assert await shop.deliveries() == [3, 3]
    assert await shop.lines() == ["What the visitor has not read goes to carla@shop.example by mail."]
    await shop.work(3600)
    assert len(shop.mails()) == 1


async def test_it_says_that_no_person_sent_it_and_how_to_get_no_more(shop: Shop) -> None:
    await shop.visitor.says()
    await shop.visitor.answered("first")
    await shop.work(31)
    await shop.work(31)
    (mail,) = shop.mails()
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = mail["List-Unsubscribe"].strip("<>")
    who = read_leaving(shop.office.services.keys, url.rpartition("/")[2])
    assert url.startswith("https://hark.example/")
    assert who == (shop.ws.id, "carla@shop.example")
    async with shop.db.transaction(system(shop.ws.id)) as tx:
        await suppress(tx, "Carla@shop.example", Reason.UNSUBSCRIBED)
    await shop.visitor.answered("second")
    await shop.work(61)
    assert len(shop.mails()) == 1
    assert await shop.lines() == [
        "What the visitor has not read goes to carla@shop.example by mail.", UNSUBSCRIBED
    ]  # fmt: skip
    async with shop.db.transaction(system(shop.ws.id)) as tx:
        with pytest.raises(BadRequest):
            await queue_transcript(tx, shop.visitor.thread_id, "carla@shop.example")


async def test_an_out_of_office_answer_to_it_starts_nothing(shop: Shop) -> None:
    await shop.visitor.says()
    await shop.visitor.answered("first")
    await shop.work(61)
    (mail,) = shop.mails()
    await shop.office.write("I am away.", Auto_Submitted="auto-replied", In_Reply_To=mail["Message-ID"])
    await shop.work(3600)
    await shop.work(3600)
    assert len(shop.mails()) == 1


@pytest.mark.parametrize("how", ["read", "written"])
async def test_what_was_read_is_not_mailed(shop: Shop, how: str) -> None:
    await shop.visitor.says()
    await shop.visitor.answered()
    await (shop.visitor.reads() if how == "read" else shop.visitor.says("Fine."))
    await shop.work(61)
    await shop.work(61)
    assert shop.mails() == []


async def test_nothing_is_mailed_while_the_visitor_stays(shop: Shop) -> None:
    await shop.visitor.says()
    await shop.visitor.answered()
    for _ in range(3):
        await shop.visitor.stay()
        await shop.work(50)
    assert shop.mails() == []
    await shop.work(61)
    assert len(shop.mails()) == 1


async def test_later_answers_are_mailed_alone_and_in_one_thread_of_mails(shop: Shop) -> None:
    await shop.visitor.says()
    await shop.visitor.answered("one")
    await shop.work(61)
    await shop.visitor.answered("two")
    await shop.work(61)
    first, second = shop.mails()
    assert plain(second).startswith("two\n")
    assert "one" not in plain(second)
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]
    sql = "SELECT count(*) FROM endpoints WHERE workspace_id = $1 AND conversation_id = $2"
    assert await shop.db.one(int, sql, shop.ws.id, shop.visitor.conversation_id) == 2


async def test_the_mail_answer_comes_back_and_the_chat_goes_on_as_one_case(shop: Shop) -> None:
    await shop.visitor.says()
    await shop.visitor.answered("Hello, how can I help?")
    await shop.work(61)
    (mail,) = shop.mails()
    back = await shop.office.write(
        "By mail: my parcel is lost.", In_Reply_To=mail["Message-ID"], Subject="Re: whatever"
    )
    assert back == shop.visitor.conversation_id
    sql = "SELECT e.account_id FROM messages m JOIN endpoints e ON e.id = m.endpoint_id WHERE m.conversation_id = $1 ORDER BY m.seq"
    chat, ours = shop.visitor.account.id, shop.ws.account_id
    assert await shop.db.all(int, sql, back) == [chat, chat, ours]
    shop.office.clock.advance(seconds=600)
    await shop.visitor.says("and here again")
    await shop.visitor.answered("Both seen.")
    waits = await shop.db.pool.fetch(
        "SELECT account_id, live, round(1 / per_s)::int AS patience, outcome FROM waits WHERE conversation_id = $1 ORDER BY n",
        back,
    )
    assert [tuple(w) for w in waits] == [(chat, True, 120, 1), (ours, False, 26_640, 1)]
    episodes = await shop.db.pool.fetch(
        "SELECT account_id, contact_at, first_reply_at FROM episodes WHERE conversation_id = $1", back
    )
    assert len(episodes) == 1
    assert episodes[0]["account_id"] == chat


async def test_the_agents_mail_goes_to_the_visitor_alone_and_quotes_no_chat(shop: Shop) -> None:
    """In the mail side of a chat nobody else reads along: what a stranger gets to see was never in the messenger."""
    await shop.visitor.says("my card ends in 4711")
    await shop.visitor.answered("Noted: 4711.")
    await shop.work(61)
    endpoint = await shop.db.pool.fetchrow(
        "SELECT id, refs FROM endpoints WHERE conversation_id = $1 AND account_id = $2",
        shop.visitor.conversation_id, shop.ws.account_id)  # fmt: skip
    assert [to["address"] for to in endpoint["refs"]["to"]] == ["carla@shop.example"]
    await send_mail(shop, endpoint["id"], cc="boss@shop.example")
    _, mail = shop.mails()
    assert mail["Cc"] == "boss@shop.example"
    assert "4711" not in plain(mail)


async def send_mail(shop: Shop, endpoint_id: UUID, cc: str) -> None:
    async with shop.db.transaction(shop.ws.owner) as tx:
        new = NewReplyBody(
            id=uuid7(), text="By mail.", seen_seq=10_000, endpoint_id=endpoint_id,
            to=[Recipient(address="carla@shop.example")], cc=[Recipient(address=cc)],
        )  # fmt: skip
        await queue_reply(tx, shop.ws.owner, shop.visitor.conversation_id, new)
    await shop.office.leave()


async def test_a_strangers_mail_that_quotes_it_is_held(shop: Shop) -> None:
    await shop.visitor.says()
    await shop.visitor.answered()
    await shop.work(61)
    (mail,) = shop.mails()
    await shop.office.write("let me in", sender="mallory@evil.example", In_Reply_To=mail["Message-ID"], Cc="")
    sql = "SELECT fate, conversation_id FROM intake_items WHERE workspace_id = $1 ORDER BY received_at DESC, id DESC LIMIT 1"
    row = await shop.db.pool.fetchrow(sql, shop.ws.id)
    assert (row["fate"], row["conversation_id"]) == (6, shop.visitor.conversation_id)
    said = "SELECT count(*) FROM messages WHERE conversation_id = $1 AND direction = 1"
    assert await shop.db.one(int, said, shop.visitor.conversation_id) == 1


async def test_who_owns_the_named_address_keeps_their_name_and_the_visitor_sees_nothing_of_theirs(shop: Shop) -> None:
    """The address may be another person's: their contact is not touched, and the conversation stays the visitor's."""
    before = "SELECT contact_id FROM conversations WHERE id = $1"
    await shop.visitor.says()
    await shop.visitor.answered()
    await shop.work(61)
    assert await shop.db.one(UUID, before, shop.visitor.conversation_id) == shop.visitor.contact_id
    sql = "SELECT count(*) FROM identities WHERE workspace_id = $1 AND contact_id = $2"
    assert await shop.db.one(int, sql, shop.ws.id, shop.visitor.contact_id) == 0


async def test_an_address_that_the_site_vouched_for_is_enough(office: Office) -> None:
    office.clock.at = office.clock()
    shop = Shop(office)
    await shop.visitor.arrive(None)
    await shop.visitor.verify("known@shop.example")
    await shop.visitor.says()
    await shop.visitor.answered()
    await shop.work(61)
    assert [mail["To"] for mail in shop.mails()] == ["Carla <known@shop.example>"]


@pytest.mark.parametrize(("address", "mailbox", "sentence"), [
    (None, True, NO_ADDRESS), ("carla@shop.example", False, NO_MAILBOX),
])  # fmt: skip
async def test_an_answer_nobody_can_get_by_mail_is_told_about_once(
    office: Office,
    address: str | None,
    mailbox: bool,
    sentence: str,
) -> None:
    office.clock.at = office.clock()
    shop = Shop(office)
    shop.visitor.mailbox = mailbox
    await shop.visitor.arrive(address)
    await shop.visitor.says()
    await shop.visitor.answered("one")
    await shop.work(61)
    await shop.visitor.answered("two")
    await shop.work(61)
    assert (shop.mails(), await shop.lines()) == ([], [sentence])


async def test_nothing_goes_out_by_a_mailbox_that_was_removed_or_to_a_spammer(shop: Shop) -> None:
    await shop.visitor.says()
    await shop.visitor.answered("one")
    await shop.db.run("UPDATE channel_accounts SET disabled_at = now() WHERE id = $1", shop.ws.account_id)
    await shop.work(61)
    assert await shop.lines() == [NO_MAILBOX]
    await shop.db.run("UPDATE channel_accounts SET disabled_at = NULL WHERE id = $1", shop.ws.account_id)
    await shop.visitor.answered("two")
    async with shop.db.transaction(shop.ws.owner) as tx:
        assert shop.visitor.conversation_id is not None
        await mark_spam(tx, shop.visitor.conversation_id)
    await shop.work(61)
    assert shop.mails() == []


async def test_a_mail_that_cannot_be_sent_is_told_about_and_can_be_sent_again(shop: Shop, client: Any) -> None:
    shop.sink.replies["carla@shop.example"] = "550 5.1.1 no such person"
    await shop.visitor.says()
    await shop.visitor.answered("one")
    await shop.visitor.answered("two")
    await shop.work(61)
    assert await shop.deliveries() == [4, 4]
    assert any("could not be sent" in line and "no such person" in line for line in await shop.lines())
    id = await shop.db.one(UUID, "SELECT id FROM outbox WHERE workspace_id = $1 AND state = 4", shop.ws.id)
    shop.sink.replies.clear()
    assert (await client.post(f"/api/outbox/{id}/retry", {})).json()["state"] == "ready"
    await shop.office.run()
    assert plain(shop.mails()[0]).startswith("one\n\ntwo\n")
    assert await shop.deliveries() == [3, 3]


async def test_a_bounce_of_the_mail_is_a_failure_of_all_that_it_carried(shop: Shop) -> None:
    await shop.visitor.says()
    await shop.visitor.answered("one")
    await shop.visitor.answered("two")
    await shop.work(61)
    (mail,) = shop.mails()
    await shop.office.write(BOUNCE.format(id=mail["Message-ID"]), sender="mailer-daemon@shop.example",
                            Content_Type='multipart/report; report-type=delivery-status; boundary="b"')  # fmt: skip
    assert await shop.deliveries() == [4, 4]
    assert any("did not arrive" in line for line in await shop.lines())


BOUNCE = (
    "--b\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.shop.example\r\n\r\n"
    "Final-Recipient: rfc822; carla@shop.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n"
    "Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n\r\n--b--\r\n"
)


async def attach(shop: Shop, message_id: UUID, name: str, size: int) -> None:
    key = f"{shop.ws.id}/attachment/{uuid7()}"
    await shop.office.services.files.put(key, b"x" * min(size, 100))
    await shop.db.run(
        "INSERT INTO attachments (workspace_id, id, message_id, created_at, name, content_type, size, blob_key)"
        " VALUES ($1, $2, $3, now(), $4, 'application/pdf', $5, $6)",
        shop.ws.id, uuid7(), message_id, name, size, key,
    )  # fmt: skip


async def test_files_go_along_as_far_as_a_mail_can_carry_them(shop: Shop) -> None:
    await shop.visitor.says()
    one = await shop.visitor.answered("first")
    two = await shop.visitor.answered("second")
    assert one.message_id
    assert two.message_id
    await attach(shop, one.message_id, "small.pdf", 90)
    await attach(shop, two.message_id, "huge.pdf", 24_000_000)
    await shop.work(61)
    (mail,) = shop.mails()
    assert [part.get_filename() for part in mail.iter_attachments()] == ["small.pdf"]
    assert "wait in the messenger: huge.pdf" in plain(mail)


async def test_a_merged_chat_is_mailed_from_its_root(shop: Shop) -> None:
    for _ in range(5):  # more than the root has had: numbers go on from the higher one
        child = (await shop.visitor.says()).conversation_id
    async with shop.db.transaction(shop.ws.owner) as tx:
        await merge(tx, child, into=shop.office.conversation_id)
    shop.visitor.conversation_id = shop.office.conversation_id
    await shop.visitor.answered("In the root.")
    await shop.work(61)
    (mail,) = shop.mails()
    assert plain(mail).startswith("In the root.")
    assert await shop.office.write("thanks", In_Reply_To=mail["Message-ID"]) == shop.office.conversation_id


async def test_two_workers_mail_once(shop: Shop) -> None:
    await shop.visitor.says()
    await shop.visitor.answered()
    shop.office.clock.advance(seconds=61)
    await sweep_left(shop.db, shop.office.services.bus)
    served = await asyncio.gather(*(serve_due(shop.db, shop.handlers) for _ in range(4)))
    assert sum(served) == 1
    await shop.office.run()
    assert len(shop.mails()) == 1


# transcript -----------------------------------------------------------------------------------------------------------


async def ask_for_transcript(shop: Shop, address: str = "carla@shop.example") -> None:
    async with shop.db.transaction(system(shop.ws.id)) as tx:
        await queue_transcript(tx, shop.visitor.thread_id, address)
    await shop.office.run()


async def test_a_transcript_is_the_whole_thread_with_names_and_local_times(shop: Shop) -> None:
    await shop.db.run("UPDATE workspaces SET time_zone = 'Asia/Seoul' WHERE id = $1", shop.ws.id)
    shop.office.clock.at = shop.office.clock().replace(year=2027, month=3, day=1, hour=20, minute=5)
    await shop.visitor.says("Do you <b>ship</b>?")
    await shop.visitor.answered("Yes.\nBy air.")
    await shop.visitor.reads()
    await ask_for_transcript(shop)
    (mail,) = shop.mails()
    assert mail["Subject"] == "Your conversation with Shop"
    owner = await shop.db.one(str, "SELECT name FROM agents WHERE workspace_id = $1 LIMIT 1", shop.ws.id)
    assert plain(mail).split("\n\n") == [
        "Tuesday, March 2, 2027", "5:05\u202fAM  Carla\n  Do you <b>ship</b>?", f"5:05\u202fAM  {owner}\n  Yes.\n  By air.\n"
    ]  # fmt: skip
    html = mail.get_body(("html",))
    assert html is not None
    assert "&lt;b&gt;ship&lt;/b&gt;" in html.get_content()
    assert "Yes.<br>By air." in html.get_content()
    assert await shop.office.write("thanks", In_Reply_To=mail["Message-ID"]) == shop.visitor.conversation_id


async def test_a_transcript_shows_nobody_elses_mails(shop: Shop) -> None:
    """A colleague's mail in the same conversation is no part of the thread; the recipient's own is."""
    await shop.visitor.says("chat")
    await shop.visitor.answered("answer")
    await shop.work(61)
    reply = shop.mails()[0]["Message-ID"]
    await shop.office.write("mine by mail", In_Reply_To=reply, Cc="")
    other = await Visitor(shop.db, shop.ws).arrive()
    await other.says("SECRET", into=shop.visitor.conversation_id)
    await ask_for_transcript(shop)
    text = plain(shop.mails()[-1])
    assert "mine by mail" in text
    assert "SECRET" not in text


async def test_a_failed_transcript_is_called_one_and_can_be_sent_again(shop: Shop, client: Any) -> None:
    shop.sink.replies["carla@shop.example"] = "550 5.1.1 no such person"
    await shop.visitor.says()
    await ask_for_transcript(shop)
    assert (await shop.lines())[0].startswith("The transcript could not be sent.")
    id = await shop.db.one(UUID, "SELECT id FROM outbox WHERE workspace_id = $1 AND state = 4", shop.ws.id)
    shop.sink.replies.clear()
    assert (await client.post(f"/api/outbox/{id}/retry", {})).json()["state"] == "ready"
    await shop.office.run()
    assert len(shop.mails()) == 1
    sql = "SELECT count(*) FROM messages WHERE conversation_id = $1 AND direction = 2"
    assert await shop.db.one(int, sql, shop.visitor.conversation_id) == 0


# the whole way -----------------------------------------------------------------------------------------------------------


async def test_chat_to_mail_and_back_by_a_running_worker_and_real_smtp(office: Office) -> None:
    """The visitor goes, the worker notices, mails the answer, receives the reply and puts it into the same case."""
    db, ws = office.db, office.workspace
    visitor = await Visitor(db, ws).arrive(mail_after_s=0)
    settings = msgspec.structs.replace(office.services.settings, smtp_port=free_port())
    stop = asyncio.Event()
    services = msgspec.structs.replace(office.services, settings=settings)
    worker = asyncio.create_task(run_worker(services, CONSUMERS, stop))
    await answering(settings.smtp_port, worker)
    await visitor.says("Is it in stock?")
    await visitor.answered("It is.")
    await visitor.stay(0)
    for _ in range(400):
        if office.sink.mails:
            break
        await asyncio.sleep(0.05)
    (mail,) = Shop(office).mails()
    raw = (
        f"From: Carla <carla@shop.example>\r\nTo: {ws.address}\r\nSubject: Re: {mail['Subject']}\r\n"
        f"Message-ID: <back.{visitor.id}@shop.example>\r\nIn-Reply-To: {mail['Message-ID']}\r\n\r\nOne for me.\r\n"
    )
    await asyncio.to_thread(send, settings.smtp_port, [ws.address], raw.encode())
    spoken = "SELECT count(*) FROM messages WHERE conversation_id = $1 AND direction = 1"
    await eventually(db, spoken, 2, visitor.conversation_id)
    await visitor.says("I am back.")
    stop.set()
    await worker
    endpoints = "SELECT count(*) FROM endpoints WHERE conversation_id = $1"
    episodes = "SELECT count(*) FROM episodes WHERE conversation_id = $1"
    assert [await db.one(int, sql, visitor.conversation_id) for sql in (spoken, endpoints, episodes)] == [3, 2, 1]
