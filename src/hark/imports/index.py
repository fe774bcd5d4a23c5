"""The index of a source: every mail's time, author and thread, so that history can be told in order. Pure but for reading.

Threads are the connected parts of the graph whose edges are In-Reply-To and References: also over mails that are
missing, over replies whose clock ran ahead of the mail they answer, and over a mail that joins two threads. Subjects
decide nothing. Some exports lose the headers of many replies: where MAX_LOST or more of them refer to nothing, those are
marked as orphans, and threading looks at what they quote. Mails with one subject are then told one after the other.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from hark.channels.email.headers import addresses, message_ids, parse_date, text_value, to_text
from hark.channels.email.structure import Budget, read_headers
from hark.imports.types import (
    IMPORTED,
    Entry,
    Found,
    Index,
    LeftOut,
    Place,
    Problems,
    Reader,
    Unreadable,
)
from hark.intake.evidence import base_subject, says_reply
from hark.intake.fingerprint import external_id

MAX_LOST = 0.2  # of the replies; in an archive that is whole, programs that write no references are behind a tenth
OLDEST = datetime(1980, 1, 1, tzinfo=UTC)  # clocks that were never set say 1970


class Glance(msgspec.Struct, frozen=True):
    """What the header of a mail says: ids without brackets, addresses in lower case."""

    message_id: str | None
    refers: list[str]
    sender: str
    reply_to: list[str]
    date: datetime | None
    received: datetime | None
    subject: str = ""


class Team(msgspec.Struct, frozen=True):
    """Who writes for us: addresses and mail domains in lower case; `own` are the addresses of our mailboxes."""

    addresses: frozenset[str]
    domains: frozenset[str]
    own: frozenset[str]

    def has(self, address: str) -> bool:
        return address in self.addresses or address in self.own or address.rpartition("@")[2] in self.domains

    def wrote(self, mail: Glance) -> bool:
        """Whether the team wrote it. A web form writes from our address, with the customer's in Reply-To."""
        by_form = mail.sender in self.own and any(not self.has(a) for a in mail.reply_to)
        return self.has(mail.sender) and not by_form


def make_team(staff: Collection[str], *, agents: Collection[str], own: Collection[str]) -> Team:
    """`staff` as people give it: addresses, and domains with or without `@`."""
    given = [s.strip().lower() for s in staff if s.strip()]
    domains = {s.removeprefix("@") for s in given if "@" not in s.removeprefix("@")}
    listed = {s for s in given if "@" in s.removeprefix("@")}
    return Team(
        frozenset({*listed, *(a.lower() for a in agents)}), frozenset(domains), frozenset(a.lower() for a in own)
    )


class IndexBuilder:
    """Takes what a source gives one by one, then `finish`es."""

    def __init__(self, team: Team, *, now: datetime, fallback: datetime) -> None:
        self._team = team
        self._latest = now + timedelta(minutes=10)  # what claims to be later has no usable time
        self._last = fallback
        self._threads = Threads()
        self._rows: list[_Row] = []
        self._replies = self._lost = 0
        self._seen: set[str] = set()
        self._twins: set[tuple[str, str, float]] = set()
        self.index = Index(entries=[], problems=Problems())

    def add(self, item: Found | Unreadable | LeftOut) -> None:
        """The next thing of the source, in its order."""
        if isinstance(item, Unreadable):
            self.index.problems.add(item.label, f"{item.reason[:300]}.", unreadable=True)
            return
        if isinstance(item, LeftOut):
            self.index.left_out += 1
            return
        ledger_id = external_id(item.raw)
        if ledger_id in self._seen:
            self.index.repeated += 1
            return
        self._seen.add(ledger_id)
        mail = glance(item.raw)
        at = self._time(item, mail).timestamp()
        twin = mail.message_id is not None and (mail.message_id, mail.sender, at) in self._twins
        if mail.message_id is not None:
            self._twins.add((mail.message_id, mail.sender, at))
        node = self._threads.add(mail)
        from_team = item.staff if item.staff is not None else self._team.wrote(mail)
        is_reply = says_reply(mail.subject)
        self._replies += is_reply
        self._lost += is_reply and not mail.refers
        subject = hash(base_subject(mail.subject).casefold())
        row = _Row(at, len(self._rows), ledger_id, item.place, from_team, node, twin, not mail.refers, subject)
        self._rows.append(row)

    def _time(self, item: Found, mail: Glance) -> datetime:
        """The source's word, the mail's own Date, its arrival; the mail before it in the source as a last resort."""
        for at in (item.at, mail.date):
            if at is not None and OLDEST <= at <= self._latest:
                self._last = at
                return at
        for at, words in ((mail.received, "the time its server noted"), (item.arrived, "the time it was delivered")):
            if at is not None and OLDEST <= at <= self._latest:
                self._last = at
                self.index.problems.add(item.place.label, f"it has no usable Date; {words} counts.")
                return at
        self.index.problems.add(item.place.label, "it tells no usable time; that of the mail before it counts.")
        return self._last

    def finish(self) -> Index:
        """All mails in order of time."""
        self.index.message_ids = self._threads.owned()
        keys: dict[int, str] = {}
        self._rows.sort()
        # Named after its first mail: an export that was made later, with more mails behind, gives the same name.
        names = [
            keys.setdefault(self._threads.root(row.node), IMPORTED + row.ledger_id.removeprefix("sha256:")[:32])
            for row in self._rows
        ]
        lost = self._lost > MAX_LOST * self._replies
        lanes = self._lanes() if lost else names
        for row, thread, lane in zip(self._rows, names, lanes, strict=True):
            self.index.entries.append(
                Entry(
                    external_id=row.ledger_id, at=row.at, place=row.place, from_team=row.from_team, thread=thread,
                    twin=row.twin, orphan=lost and row.alone, lane=lane,
                )
            )  # fmt: skip
        return self.index

    def _lanes(self) -> list[str]:
        """Of each row, a name that threads with a subject in common share. The threads themselves are gone afterwards."""
        first: dict[int, int] = {}
        for row in self._rows:
            self._threads.join(first.setdefault(row.subject, row.node), row.node)
        return [f"lane:{self._threads.root(row.node)}" for row in self._rows]


class _Row(msgspec.Struct, frozen=True, order=True, gc=False):
    at: float
    n: int
    ledger_id: str
    place: Place
    from_team: bool
    node: int
    twin: bool
    alone: bool  # it refers to nothing
    subject: int  # a hash without "Re:" and the like


class Threads:
    """Union-find over message ids (Tarjan 1975, with path halving)."""

    def __init__(self) -> None:
        self._parent: list[int] = []
        self._nodes: dict[str, int] = {}
        self._owner: dict[str, str] = {}

    def add(self, mail: Glance) -> int:
        """The node of a mail, joined with all it refers to.

        An id that another sender has used before is not proof that both are one mail: broken programs write the same
        one into all they send. Answers to it go to the first.
        """
        id = mail.message_id
        known = id is not None and self._owner.setdefault(id, mail.sender) == mail.sender
        node = self._node(id) if known and id else self._new()
        for other in mail.refers:
            self.join(self._node(other), node)
        return node

    def join(self, node: int, other: int) -> None:
        """From here on both are of one thread."""
        self._parent[self.root(node)] = self.root(other)

    def owned(self) -> list[str]:
        """The Message-IDs of all mails added."""
        return list(self._owner)

    def root(self, node: int) -> int:
        parent = self._parent
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    def _node(self, id: str) -> int:
        node = self._nodes.get(id)
        if node is None:
            node = self._nodes[id] = self._new()
        return node

    def _new(self) -> int:
        self._parent.append(len(self._parent))
        return len(self._parent) - 1


def glance(raw: bytes) -> Glance:
    """Read the header of a mail, as the mail reader will. Never raises."""
    start = 0
    while raw[start : start + 1] in (b"\n", b"\r"):
        start += 1
    fields, _ = read_headers(raw, start, len(raw), Budget())
    first: dict[str, bytes] = {}
    answers: list[bytes] = []
    for name, value in fields:
        if name in ("references", "in-reply-to"):
            answers.append(value)
        else:
            first.setdefault(name, value)
    own = message_ids(to_text(first.get("message-id", b"")))
    refers = dict.fromkeys(i for value in answers for i in message_ids(to_text(value)))
    refers.pop(own[0] if own else "", None)
    sender = addresses(to_text(first.get("from", b"")))[0]
    reply_to = addresses(to_text(first.get("reply-to", b"")))[0]
    received = to_text(first.get("received", b""))
    return Glance(
        message_id=own[0] if own else None, refers=list(refers), sender=sender[0].address.lower() if sender else "",
        reply_to=[a.address.lower() for a in reply_to], date=parse_date(to_text(first["date"])) if "date" in first else None,
        received=parse_date(received.rpartition(";")[2]) if ";" in received else None,
        subject=text_value(first.get("subject", b""))[:500],
    )  # fmt: skip


def build_index(
    reader: Reader, path: Path, *, team: Team, now: datetime, limit: int, seen: Callable[[int], None] = lambda n: None
) -> Iterator[Index | None]:
    """Look through a source; gives None after each 100 mails (so that a caller can do something else) and the index last.

    Raises OSError when the source is not there.
    """
    builder = IndexBuilder(team, now=now, fallback=datetime.fromtimestamp(path.stat().st_mtime, UTC))
    n = 0
    for n, item in enumerate(reader.scan(path, limit), 1):
        builder.add(item)
        if n % 100 == 0:
            seen(n)
            yield None
    seen(n)
    yield builder.finish()
