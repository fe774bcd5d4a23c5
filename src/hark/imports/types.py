"""What history is made of: mails found in a file or folder, the index of them, and a run that takes them in."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

Kind = Literal["maildir", "mbox", "jsonl"]
IMPORTED = "history:"  # what the keys of imported threads begin with


class Place(NamedTuple):
    """Where a mail stands: bytes [start, end) of a file. `label` is how a person finds it ("line 17")."""

    path: Path
    start: int
    end: int
    label: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as its source holds it.

    `at` is the time the source itself vouches for, `arrived` a hint for mails whose own header tells none. `staff` is
    None where the source does not know who is of the team. `raw` may be shorter than `size` for a mail over the limit.
    """

    place: Place
    raw: bytes
    size: int
    at: datetime | None = None
    arrived: datetime | None = None
    staff: bool | None = None
    folder: str = ""


class Unreadable(msgspec.Struct, frozen=True):
    """Something that is no mail: where it is, and why in a few words."""

    label: str
    reason: str


class LeftOut(msgspec.Struct, frozen=True):
    """A mail that is no history: a draft, or one in the bin."""

    label: str


class Reader(NamedTuple):
    """One kind of source. Neither function raises for what stands inside; a missing file is an OSError.

    `scan` gives everything in the order of the source, `read` one mail again; both hold one mail of at most
    `limit` bytes in memory.
    """

    scan: Callable[[Path, int], Iterator[Found | Unreadable | LeftOut]]
    read: Callable[[Place, int], Found | Unreadable]


class Problem(msgspec.Struct, frozen=True):
    """One sentence about one place of the source."""

    label: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.label}: {self.sentence}"


class Problems(msgspec.Struct):
    """All problems of a source are counted, the first of them kept."""

    count: int = 0
    unreadable: int = 0
    kept: list[Problem] = []

    def add(self, label: str, sentence: str, *, unreadable: bool = False) -> None:
        self.count += 1
        self.unreadable += unreadable
        if len(self.kept) < MAX_KEPT:
            self.kept.append(Problem(label, sentence))

    def text(self) -> str | None:
        """As the run remembers them; None when all is well."""
        if not self.count:
            return None
        more = [f"And {self.count - len(self.kept)} more."] if self.count > len(self.kept) else []
        return "\n".join([*(str(p) for p in self.kept), *more])


MAX_KEPT = 200


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One mail of the index. `external_id` is its id in the ledger, `at` unix seconds, `thread` the key of its thread.
    `orphan`: it refers to nothing, in a source whose mails have lost their references.
    Entries of one `lane` (a thread, or all with one subject) are told one after the other."""

    external_id: str
    at: float
    place: Place
    from_team: bool
    thread: str
    lane: str
    twin: bool = False
    orphan: bool = False


class Index(msgspec.Struct, kw_only=True):
    """All mails of a source in order of time, and their Message-IDs. `repeated`: copies of the same bytes, `left_out`:
    drafts and trash."""

    entries: list[Entry]
    message_ids: list[str] = []
    problems: Problems
    repeated: int = 0
    left_out: int = 0


class Run(msgspec.Struct, kw_only=True):
    """An import as people see it. `total` is None while the source is being looked through, `done` mails have a fate."""

    id: UUID
    account_id: int
    source: str
    started_at: datetime
    finished_at: datetime | None
    done: int
    total: int | None
    problem: str | None


class Outcome(msgspec.Struct, kw_only=True):
    """What an import did. `fates` counts every mail of the source, whenever it was taken in; `fresh` those of this time.

    `stopped`: somebody asked it to stop, and the same command goes on.
    """

    total: int
    fresh: int
    threads: int
    fates: dict[str, int]
    problems: Problems
    repeated: int = 0
    left_out: int = 0
    stopped: bool = False
