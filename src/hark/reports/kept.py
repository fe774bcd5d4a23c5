"""What one process keeps of one workspace: columns of facts, views of them, and who is looking.

Facts change in place, so nobody may count while they do: whoever counts has entered, whoever changes holds `lock` and
waits until all have left. Their files (`files`) are written when much has changed, and taken when another process has
written them.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import structlog

from hark.core.db import Tx
from hark.reports.columns import Array, Table
from hark.reports.files import Stamp, map_file, put_in_place, read_stamp, write_aside
from hark.reports.held import Held, View
from hark.reports.queries import FACTS, Head, changed_since, find_proof, form_of
from hark.reports.segments import Marks

MOST_CHANGED = 20_000
"""With more conversations than these changed, reading everything again is quicker than following."""

WORTH_A_FILE = 50_000
"""Fewer rows than these are read from the database in a moment."""

WRITTEN_AFTER = 20_000
"""After so many rows changed in memory the file of a fact is written anew, or that of another process taken."""

VIEWS, SEGMENTS = 24, 16
"""How many periods of facts, and how many conditions, are remembered."""

log = structlog.get_logger()


class One(msgspec.Struct):
    """One kind of fact: its rows from `since` on as they stand at `head`. `file` is the head of the file they were
    taken from; None when they are in this process's memory."""

    held: Held
    since: datetime
    head: Head
    file: Head | None = None

    def wants_file(self) -> bool:
        """Whether memory is saved when they are written and taken from there."""
        if self.file is None:
            return self.held.length >= WORTH_A_FILE
        return self.held.changed > WRITTEN_AFTER


class Kept:
    """See above. `folder`: where files may be written, None where in memory only."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.lock = asyncio.Lock()
        self.marks: dict[str, Marks] = {}
        self._facts: dict[str, One] = {}
        self._views: dict[tuple[str, int, int], View] = {}
        self._changes: dict[tuple[Head, Head], list[int] | None] = {}
        self._inside = 0
        self._alone = asyncio.Event()
        self._alone.set()
        self._writing: dict[str, asyncio.Task[None]] = {}

    # who is looking

    def enter(self) -> None:
        """Somebody looks at the facts: they do not change until `leave`. Only with the lock held."""
        self._inside += 1
        self._alone.clear()

    def leave(self) -> None:
        self._inside -= 1
        if not self._inside:
            self._alone.set()

    # rows

    def find(self, name: str) -> One | None:
        return self._facts.get(name)

    def view(self, name: str, start: int, end: int) -> View:
        """The rows of a period; the same view as long as none of them changes."""
        key = (name, start, end)
        if key not in self._views:
            for oldest in list(self._views)[: len(self._views) - VIEWS + 1]:
                self._views.pop(oldest, None)
            self._views[key] = self._facts[name].held.view(start, end)
        return self._views[key]

    async def put(self, name: str, one: One) -> None:
        """These rows from now on."""
        await self._alone.wait()
        self._forget(name)
        self._facts[name] = one

    async def replace(self, name: str, numbers: Array, rows: Table) -> None:
        """`rows` are all that these conversations have now."""
        await self._alone.wait()
        one = self._facts[name]
        try:
            touched = await asyncio.to_thread(one.held.replace, numbers, rows)
        except BaseException:
            self._forget(name)  # it may be half done
            raise
        self._views = {key: v for key, v in self._views.items() if key[0] != name or touched.spares(v)}

    def move(self, name: str, head: Head) -> None:
        """The rows stand at this head now."""
        self._facts[name].head = head

    def _forget(self, name: str) -> None:
        self._facts.pop(name, None)
        self._views = {key: v for key, v in self._views.items() if key[0] != name}

    async def changed_since(self, tx: Tx, before: Head, now: Head) -> list[int] | None:
        """Numbers of the conversations whose facts may have changed; None when these are too many. Most facts ask for
        the same stretch of the journal."""
        if (before.seq, before.moved) == (now.seq, now.moved):
            return []
        if (before, now) not in self._changes:
            numbers = await changed_since(tx, before, now, MOST_CHANGED + 1)
            self._changes = {key: found for key, found in self._changes.items() if key[1] == now}
            self._changes[before, now] = numbers if len(numbers) <= MOST_CHANGED else None
        return self._changes[before, now]

    def keep_marks(self, key: str, marks: Marks) -> None:
        """Remember which conversations a condition holds for."""
        self.marks.pop(key, None)
        while len(self.marks) >= SEGMENTS:
            self.marks.pop(next(iter(self.marks)))
        self.marks[key] = marks

    # files

    async def find_files(self, names: Collection[str]) -> dict[str, tuple[Stamp, Held]]:
        """What files hold of facts that are not here yet, or of which a newer file is worth taking. Only with the lock
        held, and before a snapshot is opened: a file may be as new as that."""
        wanted = [n for n in names if (one := self._facts.get(n)) is None or one.wants_file()]
        if self.folder is None or not wanted:
            return {}
        return await asyncio.to_thread(self._find_files, self.folder, wanted)

    def _find_files(self, folder: Path, names: Sequence[str]) -> dict[str, tuple[Stamp, Held]]:
        found = {}
        for name in names:
            here, stamp = self._facts.get(name), read_stamp(_path(folder, name))
            if stamp is None or stamp.form != form_of(FACTS[name]):
                continue
            if here is not None and (stamp.since > here.since or (here.file and here.file.seq >= stamp.head.seq)):
                continue
            if (mapped := map_file(_path(folder, name))) is not None:
                found[name] = mapped
        return found

    async def take_files(self, tx: Tx, files: Mapping[str, tuple[Stamp, Held]], head: Head) -> None:
        """Take the rows of those that this journal has led to."""
        for name, (stamp, held) in files.items():
            if stamp.head.leads_to(head) and await find_proof(tx, stamp.head.seq) == stamp.proof:
                await self.put(name, One(held, stamp.since, stamp.head, stamp.head))

    async def write_files(self, tx: Tx, names: Collection[str]) -> None:
        """Begin to write the files of facts that want one. Only with the lock held."""
        for name in names:
            one = self._facts[name]
            if self.folder is None or name in self._writing or not one.wants_file():
                continue
            if (proof := await find_proof(tx, one.head.seq)) is not None:
                stamp = Stamp(form=form_of(FACTS[name]), since=one.since, head=one.head, proof=proof)
                self.enter()
                self._writing[name] = asyncio.create_task(self._write(self.folder, name, one.held, stamp))

    async def written(self) -> None:
        """Until the files that are being written are there."""
        await asyncio.gather(*self._writing.values())

    async def _write(self, folder: Path, name: str, held: Held, stamp: Stamp) -> None:
        """Counts as somebody looking until the rows are written."""
        try:
            try:
                aside = await asyncio.to_thread(write_aside, folder, held, stamp)
            finally:
                self.leave()
            await asyncio.to_thread(put_in_place, aside, _path(folder, name))
        except OSError as error:
            log.warning("facts of reports are kept in memory only", folder=str(folder), error=str(error))
            self.folder = None
        finally:
            del self._writing[name]


def _path(folder: Path, name: str) -> Path:
    return folder / f"{name}.facts"
