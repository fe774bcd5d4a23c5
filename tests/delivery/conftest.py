"""A conversation that waits for an answer, an outbox that sends to a real SMTP server on loopback."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from tests.support.mailservers import SmtpSink

from hark.channels.email.adapter import mail_reader
from hark.channels.email.hosts import host_policy
from hark.channels.email.outgoing import mail_channel
from hark.channels.email.pace import Pace
from hark.channels.email.signing.queries import signers
from hark.channels.email.smtp_out import SmtpSender
from hark.core.services import Services
from hark.delivery.leaving import Outbox
from hark.delivery.types import OutChannel
from hark.intake.process import Processor
from hark.intake.reception import Ledger
from hark.intake.types import Envelope, NewItem, Source


class Office:
    """One workspace whose mailbox sends to `sink`."""

    def __init__(self, services: Services, workspace: Any, sink: SmtpSink, clock: Any) -> None:
        self.services, self.workspace, self.sink, self.clock = services, workspace, sink, clock
        self.db = services.db
        self.sender = SmtpSender(host_policy(allow_private=True))
        self.outbox = Outbox(services.db, services.files, {1: self.channel()})
        self.ledger = Ledger(services.db, services.files)
        self.processor = Processor(services.db, services.files, {1: mail_reader(services.keys)})
        self.conversation_id: UUID = uuid4()
        self.mails = 0

    def channel(self, **more: Any) -> OutChannel:
        """E-mail as the worker sends it, by the clock of the test."""
        known: dict[str, Any] = {
            "signers": signers(self.db, self.services.keys), "public_url": "https://hark.example",
            "pace": Pace(lambda: self.clock().timestamp()),
        }  # fmt: skip
        return mail_channel(self.services.keys, self.sender, **(known | more))

    async def write(self, text: str = "Where is my order?", sender: str = "carla@shop.example", **headers: str) -> UUID:
        """The customer writes; the conversation it landed in."""
        self.mails += 1
        fields = {
            "From": f"Carla <{sender}>", "To": self.workspace.address, "Subject": "Order 4711", "Cc": "bob@shop.example",
            "Message-ID": f"<c{self.mails}.{self.workspace.id}@shop.example>", **{k.replace("_", "-"): v for k, v in headers.items()},
        }  # fmt: skip
        raw = ("".join(f"{k}: {v}\r\n" for k, v in fields.items()) + f"\r\n{text}\r\n").encode()
        return await self.receive(raw)

    async def receive(self, raw: bytes) -> UUID:
        """A mail as it comes; the conversation it landed in."""
        item = NewItem(
            workspace_id=self.workspace.id, account_id=self.workspace.account_id, source=Source.SMTP, raw=raw,
            envelope=Envelope(),
        )  # fmt: skip
        accepted = await self.ledger.accept(item)
        while await self.processor.work_once():
            pass
        sql = "SELECT conversation_id FROM intake_items WHERE id = $1"
        return await self.db.one(UUID, sql, accepted.id)

    async def seen(self) -> int:
        return await self.db.one(int, "SELECT public_seq FROM conversations WHERE id = $1", self.conversation_id)

    async def body(self, text: str = "It is on its way.", **more: Any) -> dict[str, Any]:
        return {
            "id": str(uuid4()), "text": text, "to": [{"address": "carla@shop.example", "name": "Carla"}],
            "seen_seq": await self.seen(), **more,
        }  # fmt: skip

    async def run(self) -> None:
        """Everything that is due now."""
        while await self.outbox.work_once():
            pass

    async def leave(self) -> None:
        """Let the undo time pass, then send."""
        self.clock.advance(seconds=11)
        await self.run()

    async def states(self) -> list[int]:
        sql = "SELECT state FROM outbox WHERE workspace_id = $1 ORDER BY created_at, id"
        return await self.db.all(int, sql, self.workspace.id)

    async def notes(self) -> list[str]:
        sql = "SELECT text FROM messages WHERE workspace_id = $1 AND kind = 3 ORDER BY seq"
        return await self.db.all(str, sql, self.workspace.id)


@pytest_asyncio.fixture
async def sink() -> AsyncIterator[SmtpSink]:
    sink = SmtpSink()
    await sink.start()
    yield sink
    await sink.stop()


@pytest_asyncio.fixture
async def office(services: Services, workspace: Any, sink: SmtpSink, clock: Any) -> AsyncIterator[Office]:
    config = {"smtp": {"host": "127.0.0.1", "port": sink.port, "security": "none"}}
    await services.db.run("UPDATE channel_accounts SET config = $2 WHERE id = $1", workspace.account_id, config)
    await services.db.run("DELETE FROM outbox")
    office = Office(services, workspace, sink, clock)
    office.conversation_id = await office.write()
    yield office
    await office.sender.close()


@pytest.fixture
def replies(office: Office) -> str:
    return f"/api/conversations/{office.conversation_id}/replies"
