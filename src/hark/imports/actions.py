"""Taking history in: look the source through, then ledger and processing, some mails at a time, each thread in order of time.

Stopped at any moment, nothing is lost and nothing doubled: the ledger knows every mail by its content, so the next
run takes in what it has not got and finishes what has no fate. While it runs, the worker may take open items away;
that changes nothing, for both keep to the order of the ledger under the workspace's intake lock.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID

import msgspec

from hark.core.actor import system
from hark.core.clock import from_unix
from hark.core.db import Db, Tx
from hark.core.errors import ConfigError, Conflict
from hark.core.ids import uuid7
from hark.imports import jsonl, maildir, mbox
from hark.imports.index import Team, build_index, glance, make_team
from hark.imports.queries import (
    SameMail,
    Target,
    count_conversations,
    find_run,
    messages_with_ids,
    open_items,
    read_fates,
    read_house,
)
from hark.imports.types import Entry, Found, Index, Kind, Outcome, Problems, Reader, Run
from hark.intake.process import Processor
from hark.intake.reception import Ledger
from hark.intake.types import Envelope, Fate, NewItem, Source

READERS: dict[Kind, Reader] = {
    "maildir": Reader(maildir.scan, maildir.read),
    "mbox": Reader(mbox.scan, mbox.read),
    "jsonl": Reader(jsonl.scan, jsonl.read),
}
BATCH = 50
WINDOW = 1000
TWICE = "The same mail (Message-ID, sender and time) is here already, by another way. Nothing was changed."
TOO_LARGE = (
    "The mail is larger than the limit (HARK_MAIL_MAX_BYTES); only its beginning was kept. Raise it and import again."
)
DAMAGED = 64_000  # bytes that are kept of a mail over the size limit
LOOKING, TAKING = "Looking through the mails", "Taking them in"
PAUSE_S = 0.02

Progress = Callable[[str, int, int | None], None]
"""(step, done, total or None)"""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to import: a source, the mailbox it belongs to, who counts as team, the largest mail in bytes."""

    kind: Kind
    path: Path
    target: Target
    staff: Sequence[str] = ()
    limit: int = 26_214_400


async def import_history(
    db: Db,
    ledger: Ledger,
    processor: Processor,
    order: Order,
    *,
    stop: asyncio.Event | None = None,
    progress: Progress = lambda step, done, total: None,
) -> Outcome:
    """Import a source, or go on where an earlier run stopped. Importing the same again changes nothing.

    Raises ConfigError when the source is not there, Conflict while another import of the workspace runs, Unavailable
    when the database or the disk goes away (the same command goes on later).
    """
    stop = stop or asyncio.Event()
    async with db.pool.acquire() as conn:
        if not await conn.fetchval("SELECT pg_try_advisory_lock($1, $2)", _IMPORT_LOCK, order.target.workspace_id):
            raise Conflict("Another import is running in this workspace. Start this one again when it is done.")
        try:
            return await _Import(db, ledger, processor, order, stop, progress).run()
        finally:
            if not conn.is_closed():
                await conn.execute("SELECT pg_advisory_unlock($1, $2)", _IMPORT_LOCK, order.target.workspace_id)


_IMPORT_LOCK = 0x4861_726C


def batches(entries: Sequence[Entry], *, size: int = BATCH, window: int = WINDOW) -> Iterator[list[Entry]]:
    """The entries in portions in which no lane comes twice, each lane in its own order.

    A transaction changes a conversation once (its state is written at the end), so a thread's mails go into one portion
    after the other; other threads' mails, of the next `window`, fill it up meanwhile.
    """
    ahead: deque[Entry] = deque()
    rest = iter(entries)
    while True:
        ahead.extend(islice(rest, window - len(ahead)))
        if not ahead:
            return
        chosen: dict[str, Entry] = {}
        later: deque[Entry] = deque()
        while ahead and len(chosen) < size:
            entry = ahead.popleft()
            if entry.lane in chosen:
                later.append(entry)
            else:
                chosen[entry.lane] = entry
        ahead.extendleft(reversed(later))
        yield list(chosen.values())


class _Import:
    """One run."""

    def __init__(
        self, db: Db, ledger: Ledger, processor: Processor, order: Order, stop: asyncio.Event, progress: Progress
    ) -> None:
        self._db = db
        self._ledger = ledger
        self._processor = processor
        self._order = order
        self._stop = stop
        self._progress = progress
        self._workspace_id = order.target.workspace_id
        self._account_id = order.target.account_id
        self._known: set[SameMail] = set()

    async def run(self) -> Outcome:
        house = await read_house(self._db, self._workspace_id)
        index = await self._look(make_team(self._order.staff, agents=house.agents, own=house.own))
        if index is None:
            return Outcome(total=0, fresh=0, threads=0, fates={}, problems=Problems(), stopped=True)
        ids = [e.external_id for e in index.entries]
        fates = await read_fates(self._db, self._workspace_id, self._account_id, ids)
        todo = [e for e in index.entries if fates.get(e.external_id, Fate.OPEN) is Fate.OPEN]
        if todo:
            self._known = await messages_with_ids(self._db, self._workspace_id, index.message_ids)
        run = await self._begin(len(ids), len(ids) - len(todo), index.problems)
        done = len(ids) - len(todo)
        self._progress(TAKING, done, len(ids))
        done += await self._take_all(todo, lambda n: self._advance(run.id, done + n, len(ids)))
        stopped = done < len(ids)
        if not stopped and (todo or run.finished_at is None):
            await finish_run(self._db, self._workspace_id, run.id, self._db.now())
        return await self._outcome(index, len(ids) - len(todo), stopped)

    async def _look(self, team: Team) -> Index | None:
        """The index, or None when it was stopped."""
        reader, path = READERS[self._order.kind], self._order.path
        try:
            steps = build_index(
                reader, path, team=team, now=self._db.now(), limit=self._order.limit,
                seen=lambda n: self._progress(LOOKING, n, None),
            )  # fmt: skip
            for index in steps:
                if index is not None:
                    looked = len(index.entries)
                    self._progress(LOOKING, looked, looked)
                    return index
                if self._stop.is_set():
                    break
                await asyncio.sleep(0)
        except OSError as error:
            raise ConfigError(f"{path} cannot be read: {error.strerror or error}. Nothing was imported.") from error
        return None

    async def _begin(self, total: int, done: int, problems: Problems) -> Run:
        source = f"{self._order.kind}:{self._order.path.resolve()}"
        run = await find_run(self._db, self._workspace_id, self._account_id, source)
        if run is not None and run.finished_at is not None and done == total:
            return run  # the same again: nothing to write
        async with self._db.transaction(system(self._workspace_id)) as tx:
            if run is None:
                run = await create_run(tx, self._account_id, source)
            await resume_run(tx, run.id, total=total, done=done, problem=problems.text())
        run.finished_at = None
        return run

    async def _advance(self, run_id: UUID, done: int, total: int) -> None:
        await save_progress(self._db, self._workspace_id, run_id, done)
        self._progress(TAKING, done, total)

    async def _take_all(self, todo: Sequence[Entry], advance: Callable[[int], Awaitable[None]]) -> int:
        """Give them fates until told to stop; how many got one. While one portion is processed the next is stored."""
        done = 0
        portions = batches(todo)
        coming = self._store_next(portions)
        try:
            while coming is not None:
                portion, ids = await coming
                coming = None if self._stop.is_set() else self._store_next(portions)
                await self._settle(ids)
                done += portion
                await advance(done)
        finally:
            if coming is not None:
                coming.cancel()
                await asyncio.gather(coming, return_exceptions=True)
        return done

    def _store_next(self, portions: Iterator[list[Entry]]) -> "asyncio.Task[tuple[int, list[UUID]]] | None":
        batch = next(portions, None)
        return None if batch is None else asyncio.create_task(self._store(batch))

    async def _store(self, batch: Sequence[Entry]) -> tuple[int, list[UUID]]:
        """Into the ledger, in order; how many mails and their ids there."""
        items = [item for e in batch if (item := self._read(e)) is not None]
        accepted = await asyncio.gather(*(self._ledger.accept(self._mark_known(item)) for item in items))
        return len(batch), [one.id for one in accepted]

    def _read(self, entry: Entry) -> NewItem | None:
        found = READERS[self._order.kind].read(entry.place, self._order.limit)
        if not isinstance(found, Found):
            return None  # it went away while we were at work; the next run will say so
        too_large = found.size > self._order.limit
        fate, reason = (
            (Fate.PARKED, TOO_LARGE) if too_large else (Fate.DUPLICATE, TWICE) if entry.twin else (Fate.OPEN, None)
        )
        return NewItem(
            workspace_id=self._workspace_id, account_id=self._account_id, source=Source.IMPORT,
            raw=found.raw[:DAMAGED] if too_large else found.raw, size=found.size, occurred_at=from_unix(entry.at),
            envelope=Envelope(
                folder=found.folder, from_team=entry.from_team, thread=entry.thread, orphan=entry.orphan
            ),
            fate=fate, reason=reason, external_id=entry.external_id,
        )  # fmt: skip

    def _mark_known(self, item: NewItem) -> NewItem:
        """A copy of a message that came by another way (list and Sent folder, another export) is a duplicate."""
        if not self._known or item.fate is not Fate.OPEN or item.occurred_at is None:
            return item
        mail = glance(item.raw)
        if SameMail(mail.message_id or "", mail.sender, item.occurred_at) not in self._known:
            return item
        return msgspec.structs.replace(item, fate=Fate.DUPLICATE, reason=TWICE)

    async def _settle(self, ids: Sequence[UUID]) -> None:
        """Until each has a fate. An item that fails is tried three times and then parked, with its reason."""
        while items := await open_items(self._db, self._workspace_id, ids):
            if not await self._processor.process(items):
                await asyncio.sleep(PAUSE_S)  # the worker is at this workspace

    async def _outcome(self, index: Index, before: int, stopped: bool) -> Outcome:
        ids = [e.external_id for e in index.entries]
        fates = await read_fates(self._db, self._workspace_id, self._account_id, ids)
        threads = len({e.thread for e in index.entries})
        if any(e.orphan for e in index.entries):  # some of these were put together by what they quote
            threads = await count_conversations(self._db, self._workspace_id, self._account_id, ids)
        return Outcome(
            total=len(ids), fresh=len(fates) - before, threads=threads,
            fates={f.name.lower(): n for f, n in sorted(Counter(fates.values()).items())}, problems=index.problems,
            repeated=index.repeated, left_out=index.left_out, stopped=stopped,
        )  # fmt: skip


# the run's row ------------------------------------------------------------------------------------------------------


async def create_run(tx: Tx, account_id: int, source: str) -> Run:
    """The row of an import that begins."""
    run = Run(
        id=uuid7(), account_id=account_id, source=source, started_at=tx.now(), finished_at=None, done=0, total=None,
        problem=None,
    )  # fmt: skip
    await tx.run(
        "INSERT INTO import_runs (workspace_id, id, account_id, source, started_at) VALUES ($1, $2, $3, $4, $5)",
        tx.workspace_id, run.id, account_id, source, run.started_at,
    )  # fmt: skip
    await tx.audit("import.started", f"import:{run.id}", data={"account_id": account_id})
    return run


async def resume_run(tx: Tx, id: UUID, *, total: int, done: int, problem: str | None) -> None:
    """It is at work, again or still."""
    await tx.run(
        "UPDATE import_runs SET finished_at = NULL, total = $3, done = $4, problem = $5 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, total, done, problem,
    )  # fmt: skip


async def save_progress(db: Db, workspace_id: int, id: UUID, done: int) -> None:
    """So many mails of it have a fate."""
    await db.run("UPDATE import_runs SET done = $3 WHERE workspace_id = $1 AND id = $2", workspace_id, id, done)


async def finish_run(db: Db, workspace_id: int, id: UUID, at: datetime) -> None:
    """All of it is in."""
    await db.run("UPDATE import_runs SET finished_at = $3 WHERE workspace_id = $1 AND id = $2", workspace_id, id, at)
