"""Mails taken while the database is away: files with fsync, put into the ledger later. One file per mail and sender."""

from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from hark.core.files import Files
from hark.core.ids import uuid7
from hark.intake.types import Envelope, Source

log = structlog.get_logger(__name__)


class Spooled(msgspec.Struct, kw_only=True):
    """The first line of a spool file; the raw mail follows it. `rcpt_to` are all recipients it was taken for."""

    source: Source
    received_at: datetime
    rcpt_to: list[str]
    envelope: Envelope


class Spool:
    """A folder of mails with their envelopes. `put` returns once the file is on disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files = Files.local(root)

    async def put(self, entry: Spooled, raw: bytes) -> None:
        """Keep a mail durably. Raises Unavailable when the disk is full or gone: the sender must try again."""
        await self._files.put(f"{uuid7()}.mail", msgspec.json.encode(entry) + b"\n" + raw)

    def waiting(self, limit: int = 1000) -> list[Path]:
        """Files not yet in the ledger, oldest first."""
        return sorted(self.root.glob("*.mail"))[:limit]

    def read(self, path: Path) -> tuple[Spooled, bytes]:
        """A spool file again. Raises msgspec.MsgspecError when it is damaged."""
        head, _, raw = path.read_bytes().partition(b"\n")
        return msgspec.json.decode(head, type=Spooled), raw

    def set_aside(self, path: Path, why: str) -> None:
        """Keep a file nobody can take in `refused/`, where an admin finds it, with the reason in the log."""
        folder = self.root / "refused"
        folder.mkdir(exist_ok=True, mode=0o700)
        path.replace(folder / path.name)
        log.error("a spooled mail has no mailbox", file=str(folder / path.name), reason=why)

    def refused(self) -> int:
        """How many mails were set aside."""
        return sum(1 for _ in (self.root / "refused").glob("*.mail"))
