"""A desk that mails can be put through: the ledger, the processor and the real e-mail reader on the test database."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from hark.channels.email.adapter import mail_reader
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.files import Files
from hark.intake.process import Processor
from hark.intake.reception import Ledger
from hark.intake.types import Envelope, Fate, NewItem, Source


class Line(msgspec.Struct):
    """What the ledger says about an item."""

    id: UUID
    fate: Fate
    reason: str | None
    conversation_id: UUID | None
    message_id: UUID | None
    attempts: int


class Desk:
    def __init__(self, db: Db, files: Files, keys: Keys, workspace: Any) -> None:
        self.db = db
        self.keys = keys
        self.workspace = workspace
        self.ledger = Ledger(db, files)
        self.processor = Processor(db, files, {1: mail_reader(keys)})

    async def accept(self, raw: bytes, *, account: int | None = None, at: datetime | None = None, mail_from: str = "",
                     source: Source = Source.SMTP, from_team: bool = False) -> UUID:  # fmt: skip
        new = NewItem(
            workspace_id=self.workspace.id, account_id=account or self.workspace.account_id, source=source, raw=raw,
            envelope=Envelope(mail_from=mail_from, from_team=from_team), occurred_at=at,
        )  # fmt: skip
        return (await self.ledger.accept(new)).id

    async def work(self) -> None:
        while await self.processor.work_once():
            pass

    async def line(self, id: UUID) -> Line:
        return await self.db.one(
            Line,
            "SELECT id, fate, reason, conversation_id, message_id, attempts FROM intake_items WHERE workspace_id = $1"
            " AND id = $2",
            self.workspace.id, id,
        )  # fmt: skip

    async def put(self, raw: bytes, **options: Any) -> Line:
        """Through the whole path."""
        id = await self.accept(raw, **options)
        await self.work()
        return await self.line(id)

    async def count(self, table: str) -> int:
        return await self.db.one(int, f"SELECT count(*) FROM {table} WHERE workspace_id = $1", self.workspace.id)


@pytest_asyncio.fixture
async def desk(db: Db, files: Files, keys: Keys, workspace: Any) -> Desk:
    await db.run("UPDATE intake_items SET fate = 11 WHERE fate = 0")  # what another test left is not ours to work off
    return Desk(db, files, keys, workspace)


@pytest.fixture
def mail(workspace: Any) -> Callable[..., bytes]:
    """A mail to the desk; header names with _ for -, None leaves a field out."""
    numbers = iter(range(1, 1000))

    def make(body: str = "Hello, my order is late.", **headers: str | None) -> bytes:
        fields: dict[str, str | None] = {
            "From": "Carla Customer <carla@shop.example>", "To": f"<{workspace.address}>", "Subject": "Order 4711",
            "Message-ID": f"<m{next(numbers)}.{workspace.id}@shop.example>", "Date": "Mon, 02 Nov 2026 10:00:00 +0000",
        }  # fmt: skip
        fields.update({k.replace("_", "-"): v for k, v in headers.items()})
        head = "".join(f"{k}: {v}\r\n" for k, v in fields.items() if v is not None)
        return (head + "\r\n" + body + "\r\n").encode()

    return make
