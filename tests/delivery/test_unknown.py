"""Mails of which nobody knows whether they left: what comes in later may tell; only a person sends them again."""

import asyncio
import imaplib
from collections.abc import Iterator
from email import message_from_bytes
from typing import Any
from uuid import UUID

import pytest
from tests.delivery.conftest import Office
from tests.support.mailservers import PASSWORD, Dovecot, dovecot_missing

from hark.channels.email.hosts import host_policy
from hark.channels.email.sent_copies import look_for_copies
from hark.conversations.types import Delivery
from hark.delivery.settling import sweep_lost
from hark.delivery.types import State


async def lose(office: Office, client: Any, replies: str) -> str:
    """A reply whose confirmation never came; its Message-ID."""
    office.sink.replies["DATA"] = "drop"
    await client.post(replies, await office.body())
    await office.leave()
    office.sink.replies.clear()
    assert await office.states() == [State.UNKNOWN]
    sql = "SELECT external_id FROM messages WHERE workspace_id = $1 AND direction = 2"
    return await office.db.one(str, sql, office.workspace.id)


async def delivery(office: Office) -> int:
    sql = "SELECT delivery FROM messages WHERE workspace_id = $1 AND direction = 2"
    return await office.db.one(int, sql, office.workspace.id)


async def test_an_answer_shows_that_it_was_sent(office: Office, client: Any, replies: str) -> None:
    id = await lose(office, client, replies)
    await office.write("Thank you!", In_Reply_To=f"<{id}>")
    assert (await office.states(), await delivery(office)) == ([State.SENT], Delivery.SENT)
    assert "was sent after all: carla@shop.example has written about it." in (await office.notes())[-1]


async def test_our_own_mail_coming_back_shows_it(office: Office, client: Any, replies: str) -> None:
    id = await lose(office, client, replies)
    await office.write("It is on its way.", sender=office.workspace.address, Message_ID=f"<{id}>")
    assert (await office.states(), await delivery(office)) == ([State.SENT], Delivery.SENT)
    assert any("it came back to us" in note for note in await office.notes())


async def test_a_bounce_shows_that_it_left_and_failed(office: Office, client: Any, replies: str) -> None:
    id = await lose(office, client, replies)
    report = (
        'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.shop.example\r\n\r\nFinal-Recipient: rfc822; carla@shop.example\r\nAction: failed\r\n"
        f"Status: 5.1.1\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{id}>\r\nSubject: x\r\n\r\nx\r\n--b--\r\n"
    )
    await office.receive(f"From: MAILER-DAEMON@mx.shop.example\r\nMessage-ID: <d@mx.shop.example>\r\n{report}".encode())
    assert (await office.states(), await delivery(office)) == ([State.SENT], Delivery.FAILED)


async def test_a_stranger_with_a_made_up_id_settles_nothing(office: Office, client: Any, replies: str) -> None:
    id = await lose(office, client, replies)
    forged = id[:-30] + "0" * 30
    await office.write("Hello", sender="eve@other.example", In_Reply_To=f"<{forged}>")
    assert await office.states() == [State.UNKNOWN]


async def test_what_came_in_before_hark_ran_again_counts(office: Office, client: Any, replies: str) -> None:
    """The process died in the middle; the answer is there before its lease has ended."""
    queued = await client.post(replies, await office.body())
    await office.leave()
    (sent,) = office.sink.mails
    id = message_from_bytes(sent.content)["Message-ID"].strip("<>")
    dead = "UPDATE outbox SET state = 2, next_try_at = $2 WHERE id = $1"
    await office.db.run(dead, UUID(queued.json()["id"]), office.clock())
    await office.write("Thank you!", In_Reply_To=f"<{id}>")
    office.clock.advance(minutes=2)
    assert await sweep_lost(office.db) == 1
    assert await office.states() == [State.SENT]
    assert not any("not known" in note for note in await office.notes())


async def test_without_a_sign_a_person_decides(office: Office, client: Any, replies: str) -> None:
    await lose(office, client, replies)
    await office.write("By the way", sender="carla@shop.example")
    assert await office.states() == [State.UNKNOWN]
    (row,) = (await client.get(f"/api/conversations/{office.conversation_id}/outbox")).json()["items"]
    assert row["can"] == ["retry", "mark-sent", "mark-failed"]
    assert (await client.post(f"/api/outbox/{row['id']}/mark-sent")).json()["state"] == "sent"


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    if missing := dovecot_missing():
        pytest.skip(missing)
    server = Dovecot()
    server.start()
    yield server
    server.close()


async def test_a_copy_in_the_sent_folder_settles_it(
    office: Office, client: Any, replies: str, dovecot: Dovecot
) -> None:
    id = await lose(office, client, replies)
    server = {
        "host": "127.0.0.1", "port": dovecot.imap_port, "security": "none", "username": "help",
        "password": office.services.keys.encrypt(PASSWORD),
    }  # fmt: skip
    await office.db.run(
        "UPDATE channel_accounts SET config = config || jsonb_build_object('imap', $2::jsonb) WHERE id = $1",
        office.workspace.account_id, server,
    )  # fmt: skip

    async def look() -> int:
        resolve = host_policy(allow_private=True)
        return await look_for_copies(office.db, office.services.keys, resolve)

    def file(raw: str) -> None:
        with imaplib.IMAP4("127.0.0.1", dovecot.imap_port) as imap:
            imap.login("help", PASSWORD)
            imap.create("Sent")
            imap.append("Sent", "", "", raw.encode())

    assert await look() == 0
    await asyncio.to_thread(file, "Message-ID: <other@desk.example>\r\n\r\nx\r\n")
    office.clock.advance(minutes=11)
    assert (await look(), await office.states()) == (0, [State.UNKNOWN])
    await asyncio.to_thread(file, f"Message-ID: <{id}>\r\n\r\nx\r\n")
    assert await look() == 0, "not again so soon"
    office.clock.advance(minutes=11)
    assert (await look(), await office.states()) == (1, [State.SENT])
    assert "Sent folder" in (await office.notes())[-1]
