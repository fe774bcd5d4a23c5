"""Sending to a real server, and every way in which it can fail."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from tests.support.mailservers import SmtpSink, free_port

from hark.channels.base import TransportError
from hark.channels.email.hosts import host_policy, is_public
from hark.channels.email.smtp_out import SmtpSender, check_smtp
from hark.channels.email.types import OutEnvelope, SmtpConfig

RAW = b"Message-ID: <h.1.2@example.com>\r\nSubject: x\r\n\r\n.dot\r\nhello\r\n"
TO_ONE = OutEnvelope(sender="help@example.com", recipients=["kim@example.com"])
LOCAL = host_policy(allow_private=True)


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    server = SmtpSink(login=("user", "secret"))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def sender() -> AsyncIterator[SmtpSender]:
    one = SmtpSender(LOCAL)
    yield one
    await one.close()


def config(port: int, **changes: Any) -> SmtpConfig:
    return SmtpConfig(**({"host": "localhost", "port": port, "security": "none", "timeout_s": 3.0} | changes))


async def test_mails_arrive_unchanged_over_one_connection(sink: SmtpSink, sender: SmtpSender) -> None:
    for _ in range(3):
        result = await sender.send(RAW, TO_ONE, config(sink.port, username="user", password="secret"))
        assert result.refused == {}
        assert "queued" in result.response
    assert [one.content for one in sink.mails] == [RAW] * 3
    assert (sink.mails[0].mail_from, sink.mails[0].rcpt_tos) == ("help@example.com", ["kim@example.com"])
    assert sink.connections == 1


async def test_a_connection_closed_meanwhile_is_opened_again(sink: SmtpSink, sender: SmtpSender) -> None:
    await sender.send(RAW, TO_ONE, config(sink.port))
    sink.drop_connections()
    await asyncio.sleep(0)
    await sender.send(RAW, TO_ONE, config(sink.port))
    assert len(sink.mails) == 2
    assert sink.connections == 2


async def test_many_at_once_share_few_connections(sink: SmtpSink, sender: SmtpSender) -> None:
    await asyncio.gather(*(sender.send(RAW, TO_ONE, config(sink.port)) for _ in range(20)))
    assert len(sink.mails) == 20
    assert sink.connections <= 4


@pytest.mark.parametrize(("command", "reply", "permanent", "words"), [
    ("MAIL", "451 4.7.1 greylisted", False, "refused the sender: 451"),
    ("MAIL", "550 5.7.1 not you", True, "refused the sender: 550"),
    ("kim@example.com", "450 4.2.1 later", False, "refused kim@example.com: 450"),
    ("kim@example.com", "550 5.1.1 unknown", True, "refused kim@example.com: 550"),
    ("DATA", "452 4.3.1 full", False, "did not take the mail: 452"),
    ("DATA", "554 5.7.1 spam", True, "did not take the mail: 554"),
])  # fmt: skip
async def test_refusals(
    sink: SmtpSink, sender: SmtpSender, command: str, reply: str, permanent: bool, words: str
) -> None:
    sink.replies[command] = reply
    with pytest.raises(TransportError, match=words) as caught:
        await sender.send(RAW, TO_ONE, config(sink.port))
    assert (caught.value.permanent, caught.value.maybe_sent) == (permanent, False)
    sink.replies.clear()
    await sender.send(RAW, TO_ONE, config(sink.port))  # the refusal does not spoil the connection
    assert len(sink.mails) == 1


async def test_one_refused_recipient_does_not_stop_the_others(sink: SmtpSink, sender: SmtpSender) -> None:
    sink.replies["gone@example.com"] = "550 5.1.1 unknown"
    to = OutEnvelope(sender="help@example.com", recipients=["gone@example.com", "kim@example.com"])
    result = await sender.send(RAW, to, config(sink.port))
    said = "550 5.1.1 unknown. There is no such mailbox: check the address."
    assert (result.refused, result.later) == ({"gone@example.com": said}, {})
    assert sink.mails[0].rcpt_tos == ["kim@example.com"]


async def test_silence_after_the_text_may_mean_sent(sink: SmtpSink, sender: SmtpSender) -> None:
    sink.replies["DATA"] = "drop"
    with pytest.raises(TransportError, match="may have been sent") as caught:
        await sender.send(RAW, TO_ONE, config(sink.port))
    assert (caught.value.permanent, caught.value.maybe_sent) == (False, True)


async def test_a_server_that_says_nothing_times_out(sender: SmtpSender) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(TransportError) as caught:
            await sender.send(RAW, TO_ONE, config(silent.getsockname()[1], timeout_s=0.2))
    assert (caught.value.permanent, caught.value.maybe_sent) == (False, False)


async def test_international_recipient(sink: SmtpSink, sender: SmtpSender) -> None:
    await sender.send(RAW, OutEnvelope(sender="help@example.com", recipients=["김@example.com"]), config(sink.port))
    assert sink.mails[0].rcpt_tos == ["김@example.com"]


async def test_no_recipient_is_permanent(sender: SmtpSender) -> None:
    with pytest.raises(TransportError, match="no recipient") as caught:
        await sender.send(RAW, OutEnvelope(sender="help@example.com", recipients=[]), config(1))
    assert caught.value.permanent


async def test_check_says_what_to_change(sink: SmtpSink) -> None:
    good = await check_smtp(config(sink.port, username="user", password="secret"), LOCAL)
    assert good.ok
    assert good.sentence == "localhost answers and accepts user."
    for changes, words in [
        ({"username": "user", "password": "wrong"}, "refused the user name or the password for user"),
        ({"security": "starttls"}, "does not offer STARTTLS"),
        ({"security": "tls"}, "does not speak TLS"),
        ({"port": free_port()}, "does not accept connections"),
        ({"host": "no-such-host.invalid"}, "is not known"),
    ]:
        bad = await check_smtp(
            config(sink.port, **changes) if "port" not in changes else config(changes["port"]), LOCAL
        )
        assert not bad.ok
        assert words in bad.sentence


async def test_private_hosts_are_refused_unless_allowed(sink: SmtpSink) -> None:
    check = await check_smtp(config(sink.port), host_policy(allow_private=False))
    assert not check.ok
    assert "private network" in check.sentence
    assert sink.connections == 0


@pytest.mark.parametrize(("address", "public"), [
    ("8.8.8.8", True), ("127.0.0.1", False), ("10.0.0.1", False), ("169.254.169.254", False), ("100.64.0.1", False), ("::1", False),
    ("::ffff:10.0.0.1", False), ("fe80::1%eth0", False), ("2002:a00:1::", False), ("2606:4700::1111", True), ("224.0.0.1", False),
    ("0.0.0.1", False), ("::127.0.0.1", False), ("::", False), ("64:ff9b::a00:1", False), ("64:ff9b::808:808", True),
    ("64:ff9b:1::a00:1", False), ("fec0::1", False),
])  # fmt: skip
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public
