"""Senders that send again what was not acknowledged, against a server that is as bad as it can be."""

import asyncio
import time
from collections import Counter

from aiosmtpd.smtp import SMTP, Envelope, Session

from hark.bench.ingest import Smtp
from hark.bench.mail.sending import Letter, Sender


class Moody:
    """Takes every third mail, hangs up after another, and says 451 or 550 to others."""

    def __init__(self) -> None:
        self.asked: Counter[bytes] = Counter()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        self.asked[content.strip()] += 1
        if content.startswith(b"never"):
            return "550 5.7.1 Not here"
        if self.asked[content.strip()] == 1 and server.transport is not None:
            if content.startswith(b"gone"):
                server.transport.abort()
            return "451 4.3.0 Later"
        return "250 OK"


async def test_what_is_not_acknowledged_is_sent_again() -> None:
    moody = Moody()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(moody, loop=loop, hostname="moody.example"), "127.0.0.1", 0)
    words = ["later-1", "later-2", "gone-3", "never-4"]
    letters = [Letter(0.0, word, word.encode()) for word in words]
    sender = Sender(server.sockets[0].getsockname()[1], "desk@x.example", letters)
    try:
        await sender.run(time.monotonic(), lambda _: None)
    finally:
        server.close()
    assert sender.acknowledged == {"later-1", "later-2", "gone-3"}
    assert sender.again == 3
    assert list(sender.refused) == ["never-4"]
    assert moody.asked == {b"later-1": 2, b"later-2": 2, b"gone-3": 2, b"never-4": 1}


async def test_the_first_no_of_a_server_is_told() -> None:
    class Closed:
        async def handle_RCPT(
            self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
        ) -> str:
            return "450 4.2.1 Later"

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Closed(), loop=loop, hostname="closed.example"), "127.0.0.1", 0)
    async with Smtp(server.sockets[0].getsockname()[1]) as smtp:
        assert (await smtp.send(b"Subject: x\n\ny", to="desk@x.example")).startswith(b"450")
    server.close()
