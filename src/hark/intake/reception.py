"""Taking mails: the blob on disk, the row in the ledger, and only then the yes to the sender."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
import structlog

from hark.conversations.types import Authentication
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.core.files import Files, new_key
from hark.core.ids import uuid7
from hark.intake.actions import LedgerEntry, find_accepted, insert_items
from hark.intake.directory import Directory
from hark.intake.fingerprint import external_id
from hark.intake.queries import Receiver
from hark.intake.spool import Spool, Spooled
from hark.intake.types import MAX_KEPT_RECIPIENTS, Accepted, Envelope, NewItem, Source

log = structlog.get_logger(__name__)
MAX_BATCH = 100

Waiting = tuple[LedgerEntry, bytes, "asyncio.Future[bool]"]


class Ledger:
    """Takes items in. Rows that come while a commit is under way share the next one, so many senders cost few commits."""

    def __init__(self, db: Db, files: Files, *, kick: Callable[[], None] = lambda: None) -> None:
        self._db = db
        self._files = files
        self._kick = kick
        self._queue: list[Waiting] = []
        self._writer: asyncio.Task[None] | None = None

    async def accept(self, new: NewItem, *, received_at: datetime | None = None) -> Accepted:
        """Take one mail into one account's ledger, durably. Taking it again changes nothing.

        Raises Unavailable when the disk or the database cannot keep it: nothing was taken then.
        """
        now = received_at or self._db.now()
        id = uuid7()
        entry = LedgerEntry(
            workspace_id=new.workspace_id, id=id, account_id=new.account_id,
            external_id=new.external_id or external_id(new.raw),
            received_at=now, occurred_at=new.occurred_at, source=new.source, envelope=_stored(new.envelope),
            blob_key=new_key(new.workspace_id, "raw", now, id), size=new.size or len(new.raw),
            sha256=hashlib.sha256(new.raw).digest(), fate=new.fate, reason=new.reason,
        )  # fmt: skip
        if await self._take(entry, new.raw):
            self._kick()
            return Accepted(id, True)
        known = await find_accepted(self._db, new.workspace_id, new.account_id, entry.external_id)
        await self._files.delete(entry.blob_key)
        return Accepted(known or id, False)

    async def _take(self, entry: LedgerEntry, raw: bytes) -> bool:
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._queue.append((entry, raw, done))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await done

    async def _write(self) -> None:
        while self._queue:
            batch, self._queue = self._queue[:MAX_BATCH], self._queue[MAX_BATCH:]
            try:
                await self._files.put_many([(entry.blob_key, raw) for entry, raw, _ in batch])
                fresh = await insert_items(self._db, [entry for entry, _, _ in batch])
            except Exception as error:
                if len(batch) > 1 and not isinstance(error, Unavailable):
                    await self._write_one_by_one(batch)
                else:
                    _fail(batch, error)
            else:
                for entry, _, done in batch:
                    if not done.done():
                        done.set_result(entry.id in fresh)

    async def _write_one_by_one(self, batch: Sequence[Waiting]) -> None:
        """One row that cannot be stored (its account was deleted a moment ago) must not fail the others."""
        for entry, raw, done in batch:
            try:
                fresh = await insert_items(self._db, [entry])
            except Exception as error:
                _fail([(entry, raw, done)], error)
            else:
                if not done.done():
                    done.set_result(bool(fresh))


def _fail(batch: Sequence[Waiting], error: Exception) -> None:
    for _, _, done in batch:
        if not done.done():
            done.set_exception(error)


def _stored(envelope: Envelope) -> Envelope:
    """The envelope as the ledger keeps it: a bounded number of recipients, no NUL."""
    kept = [_clean(r) for r in envelope.rcpt_to[:MAX_KEPT_RECIPIENTS]]
    return msgspec.structs.replace(
        envelope, mail_from=_clean(envelope.mail_from), rcpt_to=kept, peer=_clean(envelope.peer),
        helo=_clean(envelope.helo),
        recipients=envelope.recipients or len(envelope.rcpt_to),
    )  # fmt: skip


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:1000]


class Reception:
    """What mail servers talk to: is there such a mailbox, and take this mail. Without a database it only spools."""

    def __init__(self, ledger: Ledger | None, directory: Directory, spool: Spool, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._directory = directory
        self._spool = spool
        self._now = now

    async def knows(self, address: str) -> bool:
        """Whether mail for this address is taken. True when nobody can tell: the mail is then kept in the spool."""
        found = await self._directory.find(address)
        return found is None or bool(found)

    async def take(
        self, raw: bytes, rcpt_to: Sequence[str], *, source: Source, mail_from: str = "", peer: str = "", helo: str = "",
        authentication: Authentication | None = None,
    ) -> None:  # fmt: skip
        """Take a mail for its recipients: into the ledger of each account, or the spool while the database is away.

        Returns once it is durable. Raises Unavailable when not even the disk can keep it.
        """
        envelope = Envelope(
            mail_from=mail_from, rcpt_to=list(rcpt_to), peer=peer, helo=helo, authentication=authentication
        )
        if self._ledger is not None:
            receivers = await self._receivers(rcpt_to)
            if receivers:
                try:
                    await self._into_ledger(self._ledger, receivers, raw, source, envelope, None)
                    return
                except Exception as error:  # whatever it is: the spool keeps the mail, and its draining tells
                    log.warning("the ledger cannot be written, spooling", error=str(error))
        entry = Spooled(source=source, received_at=self._now(), rcpt_to=list(rcpt_to), envelope=_stored(envelope))
        await self._spool.put(entry, raw)

    async def _receivers(self, rcpt_to: Sequence[str]) -> dict[tuple[int, int], Receiver] | None:
        """Each account once, or None when some recipient cannot be resolved now."""
        found: dict[tuple[int, int], Receiver] = {}
        for address in rcpt_to:
            receivers = await self._directory.find(address)
            if not receivers:
                return None
            found.update({(r.workspace_id, r.account_id): r for r in receivers})
        return found

    async def _into_ledger(
        self, ledger: Ledger, receivers: dict[tuple[int, int], Receiver], raw: bytes, source: Source, envelope: Envelope,
        received_at: datetime | None,
    ) -> None:  # fmt: skip
        for receiver in receivers.values():
            new = NewItem(
                workspace_id=receiver.workspace_id,
                account_id=receiver.account_id,
                source=source,
                raw=raw,
                envelope=envelope,
            )
            await ledger.accept(new, received_at=received_at)

    async def drain(self) -> int:
        """Put what the spool holds into the ledger; how many mails. Stops while the database is away.

        A file that cannot be read or has no mailbox is set aside where `hark doctor` and the log show it.
        """
        if self._ledger is None:
            return 0
        moved = 0
        for path in self._spool.waiting():
            try:
                entry, raw = self._spool.read(path)
            except msgspec.MsgspecError as error:
                self._spool.set_aside(path, f"The spool file cannot be read: {error}.")
                continue
            receivers: dict[tuple[int, int], Receiver] = {}
            for address in entry.rcpt_to:
                found = await self._directory.find(address)
                if found is None:
                    return moved
                receivers.update({(r.workspace_id, r.account_id): r for r in found})
            if not receivers:
                self._spool.set_aside(
                    path, f"No mailbox of this installation is called {', '.join(entry.rcpt_to[:5])}."
                )
                continue
            try:
                await self._into_ledger(self._ledger, receivers, raw, Source.SPOOL, entry.envelope, entry.received_at)
            except (Unavailable, OSError):
                return moved
            except Exception as error:
                self._spool.set_aside(path, f"The ledger refuses it: {error}")
                continue
            path.unlink()
            moved += 1
        return moved
