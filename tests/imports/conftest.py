"""History on the test database: the real ledger, processor and mail reader."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from hark.channels.email.adapter import mail_reader
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.files import Files
from hark.imports.actions import Order, import_history
from hark.imports.queries import Target
from hark.imports.types import Kind, Outcome
from hark.intake.process import Processor
from hark.intake.reception import Ledger
from hark.intake.types import Fate

TABLES = (
    "intake_items", "conversations", "messages", "thread_ids", "endpoints", "contacts", "identities", "attachments",
    "events", "spans", "waits", "episodes", "import_runs", "audit_log",
)  # fmt: skip


class Line(msgspec.Struct):
    """A message as the thread shows it."""

    conversation_id: UUID
    direction: int
    text: str
    external_id: str | None
    at: float
    sender: str
    author_id: str | None


class History:
    def __init__(self, db: Db, files: Files, keys: Keys, workspace: Any) -> None:
        self.db = db
        self.workspace = workspace
        root = files.local_root
        assert root
        self._ledger = Ledger(db, Files.local(root, inline_bytes=0))
        self._processor = Processor(db, files, {1: mail_reader(keys)})

    async def take(self, kind: Kind, path: Path, *, staff: tuple[str, ...] = (), stop: asyncio.Event | None = None,
                   limit: int = 1_000_000, progress: Callable[..., None] | None = None) -> Outcome:  # fmt: skip
        ws = self.workspace
        target = Target(workspace_id=ws.id, account_id=ws.account_id, address=ws.address)
        order = Order(kind=kind, path=path, target=target, staff=staff, limit=limit)
        return await import_history(
            self.db,
            self._ledger,
            self._processor,
            order,
            stop=stop,
            progress=progress or (lambda step, done, total: None),
        )

    async def messages(self) -> list[Line]:
        return await self.db.all(
            Line,
            "SELECT conversation_id, direction, text, external_id, extract(epoch FROM occurred_at)::float8 AS at,"
            " headers #>> '{from,address}' AS sender, author_id FROM messages WHERE workspace_id = $1 ORDER BY occurred_at, id",
            self.workspace.id,
        )  # fmt: skip

    async def fates(self) -> list[Fate]:
        sql = "SELECT fate FROM intake_items WHERE workspace_id = $1 ORDER BY occurred_at, id"
        return [Fate(n) for n in await self.db.all(int, sql, self.workspace.id)]

    async def threads(self) -> set[frozenset[str]]:
        """Texts (one word each in these tests) of the messages of each conversation."""
        found: dict[UUID, set[str]] = {}
        for line in await self.messages():
            found.setdefault(line.conversation_id, set()).add(line.text.strip())
        return {frozenset(words) for words in found.values()}

    async def everything(self) -> dict[str, list[str]]:
        """Every row of the workspace, to see whether anything changed."""
        return {
            table: await self.db.all(
                str, f"SELECT t::text FROM {table} t WHERE workspace_id = $1 ORDER BY 1", self.workspace.id
            )
            for table in TABLES
        }


@pytest.fixture
def history(db: Db, files: Files, keys: Keys, workspace: Any) -> History:
    return History(db, files, keys, workspace)


def mail(n: int, *, sender: str = "Carla <carla@shop.example>", body: str = "", to: str = "support@desk.example",
         refers: tuple[int, ...] = (), **fields: str | None) -> bytes:  # fmt: skip
    """Mail number `n`, sent on minute n of a Monday; `refers` are numbers of other mails."""
    given: dict[str, str | None] = {
        "From": sender, "To": to, "Subject": f"Order {n}", "Message-ID": f"<m{n}@shop.example>",
        "Date": f"Mon, 04 Mar 2019 10:{n:02}:00 +0000",
    }  # fmt: skip
    if refers:
        given["References"] = " ".join(f"<m{r}@shop.example>" for r in refers)
    given.update({k.replace("_", "-"): v for k, v in fields.items()})
    head = "".join(f"{k}: {v}\n" for k, v in given.items() if v is not None)
    return (head + "\n" + (body or f"text{n}") + "\n").encode()


def mbox(*mails: bytes) -> bytes:
    """An mboxrd file."""
    quoted = (re.sub(rb"^(>*From )", rb">\1", one, flags=re.MULTILINE) for one in mails)
    return b"".join(b"From someone@shop.example Mon Mar  4 11:00:00 2019\n" + one + b"\n" for one in quoted)
