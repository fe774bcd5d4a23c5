"""Reception over real sockets: the 250 comes after the mail is stored, and only then."""

import asyncio
import contextlib
import smtplib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.smtp_in import MailReception, _Smtp, read_text
from hark.channels.email.types import Received

MAIL = b"From: a@example.com\r\nSubject: x\r\n\r\n.dot\r\n" + b"y" * 5_000 + b"\r\n\xff\x00 8-bit\r\n"


@contextlib.asynccontextmanager
async def reception(
    accept: Callable[[Received], Awaitable[str]] | None = None, **settings: Any
) -> AsyncIterator[tuple[MailReception, list[Received]]]:
    mails: list[Received] = []

    async def keep(received: Received) -> str:
        mails.append(received)
        return "250 2.0.0 Stored"

    server = MailReception(accept or keep, port=0, hostname="mx.example.com", **settings)
    await server.start()
    try:
        yield server, mails
    finally:
        await server.stop(grace_s=1)


def _send(
    port: int, raw: bytes = MAIL, recipients: tuple[str, ...] = ("help@example.com",), options: tuple[str, ...] = ()
) -> Any:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        return client.sendmail("a@example.com", recipients, raw, options)


class Wire:
    """A client that says exactly what it is told to."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def line(self) -> bytes:
        return await asyncio.wait_for(self.reader.readline(), 5)

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def reply(self) -> bytes:
        while (line := await self.line())[3:4] == b"-":
            pass
        return line

    async def close(self) -> None:
        self.writer.close()
        await asyncio.wait_for(self.writer.wait_closed(), 5)


async def wire(port: int) -> Wire:
    return Wire(*await asyncio.open_connection("127.0.0.1", port))


async def test_a_mail_arrives_byte_for_byte() -> None:
    async with reception() as (server, mails):
        await asyncio.to_thread(_send, server.port, MAIL, ("help@example.com", "b@example.com"), ("BODY=8BITMIME",))
    assert mails[0].raw == MAIL
    assert mails[0].mail_from == "a@example.com"
    assert mails[0].recipients == ["help@example.com", "b@example.com"]
    assert (mails[0].peer, mails[0].protocol) == ("127.0.0.1", "smtp")


async def test_pipelined_commands_and_international_addresses() -> None:
    async with reception() as (server, mails):
        client = await wire(server.port)
        await client.reply()
        await client.say(b"EHLO x\r\n")
        offers = b""
        while (line := await client.line())[3:4] == b"-":
            offers += line
        assert b"PIPELINING" in offers
        assert b"SMTPUTF8" in offers
        await client.say("MAIL FROM:<김@example.com> SMTPUTF8\r\nRCPT TO:<도움@example.com>\r\nDATA\r\n".encode())
        assert [(await client.line())[:3] for _ in range(3)] == [b"250", b"250", b"354"]
        await client.say(b"Subject: 1\r\n\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<h@example.com>\r\nDATA\r\n")
        assert [(await client.line())[:3] for _ in range(4)] == [b"250", b"250", b"250", b"354"]
        await client.say(b"Subject: 2\r\n\r\n.\r\nQUIT\r\n")
        assert [(await client.line())[:3] for _ in range(2)] == [b"250", b"221"]
        await client.close()
    assert [one.mail_from for one in mails] == ["김@example.com", ""]
    assert mails[0].recipients == ["도움@example.com"]


async def test_what_cannot_be_stored_is_asked_for_again() -> None:
    async def fail(received: Received) -> str:
        raise OSError("disk full")

    async with reception(fail) as (server, _):
        with pytest.raises(smtplib.SMTPDataError) as caught:
            await asyncio.to_thread(_send, server.port)
    assert caught.value.smtp_code == 451


async def test_an_oversized_mail_is_refused_before_and_after_it_is_sent() -> None:
    async with reception(max_bytes=10_000) as (server, mails):
        with pytest.raises(smtplib.SMTPSenderRefused) as announced:  # smtplib says SIZE= in MAIL
            await asyncio.to_thread(_send, server.port, b"x" * 20_000)
        client = await wire(server.port)
        await client.reply()
        for line in (b"HELO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<b@example.com>", b"DATA"):
            await client.say(line + b"\r\n")
            await client.reply()
        await client.say((b"x" * 900 + b"\r\n") * 20 + b".\r\n")
        sent = await client.reply()
        await client.say(b"RSET\r\n")
        assert (await client.reply())[:3] == b"250"
        await client.close()
    assert announced.value.smtp_code == 552
    assert sent[:3] == b"552"
    assert mails == []


@given(
    st.lists(
        st.sampled_from([b".", b"\r\n", b"\n", b"\r", b"a", b"..", b"\r\n.", b".\r\n", b"words. "]), max_size=30
    ).map(b"".join),
    st.integers(1, 7),
    st.sampled_from([4, 64, 10_000]),
)
def test_any_text_arrives_as_it_was_sent(text: bytes, chunk: int, buffer: int) -> None:
    """Dots are put before dots and taken away again; only CR LF . CR LF ends a text, wherever the network cuts it."""
    lines = (text + b"\r\n").split(b"\r\n")
    sent = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b".\r\nQUIT\r\n"

    async def read() -> tuple[bytes | None, bytes]:
        reader = asyncio.StreamReader(limit=buffer)

        async def feed() -> None:
            for at in range(0, len(sent), chunk):
                reader.feed_data(sent[at : at + chunk])
                await asyncio.sleep(0)

        feeding = asyncio.create_task(feed())
        got = await read_text(reader, len(sent))
        await feeding
        return got, await reader.read(100)

    assert asyncio.run(read()) == (text + b"\r\n", b"QUIT\r\n")


@pytest.mark.parametrize(
    "arg",
    [
        "<a.b+c@shop.example>", "<a@shop.example> SIZE=10 BODY=8BITMIME", "<a@shop.example>  SIZE=10 ", "<a@shop.example>x",
        "a@shop.example", "<>", "", '<"a b"@shop.example>', "<a..b@shop.example>", "<a@>", "<a@shop.example", "<é@shop.example>",
        "<a@shop.example> \x7f", "<@relay.example:a@shop.example>",
    ],
)  # fmt: skip
def test_everyday_addresses_are_read_as_all_are(arg: str) -> None:
    async def both() -> tuple[Any, Any]:
        server = _Smtp(MailReception(lambda _: asyncio.sleep(0, "250 OK")), loop=asyncio.get_running_loop())
        return server._getaddr(arg), SMTP._getaddr(server, arg)

    (address, rest), (expected, expected_rest) = asyncio.run(both())
    assert (address, (rest or "").split()) == (expected, (expected_rest or "").split())


async def test_the_limit_counts_the_text_alone() -> None:
    for text, taken in ((b"", True), (b"12345678\r\n", True), (b"123456789\r\n", False), (b"1\r\n" * 1_000, False)):
        reader = asyncio.StreamReader()
        reader.feed_data(text + b".\r\nNOOP\r\n")
        assert await read_text(reader, 10) == (text if taken else None)
        assert await reader.readline() == b"NOOP\r\n"


async def test_recipients_are_capped_and_the_rest_told_to_come_again() -> None:
    recipients = tuple(f"p{number}@example.com" for number in range(30))
    async with reception(max_recipients=20) as (server, mails):
        refused = await asyncio.to_thread(_send, server.port, MAIL, recipients)
    assert mails[0].recipients == list(recipients[:20])
    assert {code for code, _ in refused.values()} == {452}
    assert len(refused) == 10


async def test_mails_per_connection_and_connections_are_limited() -> None:
    async with reception(max_mails=2, max_connections=2) as (server, mails):

        def three() -> int:
            with smtplib.SMTP("127.0.0.1", server.port, timeout=10) as client:
                for _ in range(2):
                    client.sendmail("a@example.com", ["b@example.com"], MAIL)
                return client.mail("a@example.com")[0]

        assert await asyncio.to_thread(three) == 421
        assert len(mails) == 2
        first, second = await wire(server.port), await wire(server.port)
        assert (await first.reply())[:3] == (await second.reply())[:3] == b"220"
        third = await wire(server.port)
        assert b"421" in await third.reply() + await third.line()
        for one in (first, second, third):
            await one.close()


async def test_a_broken_connection_stores_nothing() -> None:
    async with reception() as (server, mails):
        client = await wire(server.port)
        await client.reply()
        for line in (b"EHLO x", b"MAIL FROM:<a@example.com>", b"RCPT TO:<b@example.com>", b"DATA"):
            await client.say(line + b"\r\n")
            await client.reply()
        await client.say(b"Subject: half\r\n\r\nhal")
        await client.close()
        await asyncio.sleep(0.05)
    assert mails == []


async def test_stop_lets_a_mail_under_way_be_stored() -> None:
    begun, go, stored = asyncio.Event(), asyncio.Event(), []

    async def slow(received: Received) -> str:
        begun.set()
        await go.wait()
        stored.append(received)
        return "250 OK"

    async with reception(slow) as (server, _):
        sending = asyncio.create_task(asyncio.to_thread(_send, server.port))
        await begun.wait()
        stopping = asyncio.create_task(server.stop(grace_s=5))
        await asyncio.sleep(0.05)
        assert not stopping.done()
        go.set()
        await stopping
        with pytest.raises(OSError):
            await wire(server.port)
        with contextlib.suppress(smtplib.SMTPException):  # it may be hung up on at QUIT; the mail was confirmed
            await sending
    assert len(stored) == 1


async def test_lmtp_answers_for_each_recipient(tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    async with reception(protocol="lmtp", unix_path=path) as (_, mails):
        client = Wire(*await asyncio.open_unix_connection(str(path)))
        await client.reply()
        await client.say(b"EHLO x\r\n")
        assert (await client.reply())[:3] == b"500"  # RFC 2033 4.1
        for line in (
            b"LHLO x",
            b"MAIL FROM:<a@example.com>",
            b"RCPT TO:<b@example.com>",
            b"RCPT TO:<c@example.com>",
            b"DATA",
        ):
            await client.say(line + b"\r\n")
            await client.reply()
        await client.say(b"Subject: x\r\n\r\nhi\r\n.\r\n")
        assert [(await client.line())[:3] for _ in range(2)] == [b"250", b"250"]
        await client.say(b"NOOP\r\n")
        assert (await client.reply())[:3] == b"250"
        await client.close()
    assert [(one.recipients, one.protocol) for one in mails] == [(["b@example.com", "c@example.com"], "lmtp")]
    assert not path.exists()
