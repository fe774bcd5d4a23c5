"""Walking through what a mailbox holds already, oldest first, in portions between the looks for new mail.

All folders are walked through together in the order in which their mails arrived, so that an answer in the folder of
sent mails comes after its question. Every portion moves the cursors: a restart goes on where it stopped.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from heapq import merge
from typing import Literal, NamedTuple

import msgspec
from imapclient import IMAPClient

from hark.channels.email.imap import calls
from hark.channels.email.imap.box import BATCH_BYTES, Box
from hark.channels.email.types import ImapCursor, ImapItem, ImapScan
from hark.core.clock import Clock

PORTION_MAILS = 50
GRACE = timedelta(minutes=1)  # of the server's clock

Name = Literal["again", "history"]
Keep = Callable[[str, ImapCursor], Awaitable[None]]


class Old(NamedTuple):
    """A mail to come. Sorted by the latest arrival up to it in its folder: UIDs must be passed in their order."""

    at: float
    folder: str
    name: Name
    uid: int
    size: int


class History:
    """The walks of one mailbox. `cursors` are the source's own, by folder; `keep` changes one and remembers it."""

    def __init__(self, box: Box, cursors: Mapping[str, ImapCursor], keep: Keep, now: Clock) -> None:
        self._box = box
        self._cursors = cursors
        self._keep = keep
        self._now = now
        self._known: set[tuple[str, Name]] = set()
        self._ahead: deque[Old] = deque()

    def forget(self) -> None:
        """On a new connection, or when a folder was renumbered: look again what is ahead."""
        self._known.clear()
        self._ahead.clear()

    async def walk(self, client: IMAPClient, opened: set[str]) -> bool:
        """The next portion of the opened folders; False when nothing is ahead."""
        due = [(folder, name) for folder, name, _ in self._due(opened)]
        if not due:
            return False
        if not set(due) <= self._known:
            await self._look_ahead(client, opened)
        if self._ahead:
            await self._take(client, self._portion())
        await self._end(opened)
        return True

    def _due(self, opened: set[str]) -> Iterator[tuple[str, Name, ImapScan]]:
        for folder in self._box.config.folders:
            cursor = self._cursors.get(folder)
            if folder not in opened or cursor is None:
                continue
            if cursor.again is not None and cursor.again.ended_at is None:
                yield folder, "again", cursor.again
            if self._box.config.history and cursor.history is not None and cursor.history.ended_at is None:
                yield folder, "history", cursor.history

    async def _look_ahead(self, client: IMAPClient, opened: set[str]) -> None:
        self.forget()
        lists: list[list[Old]] = []
        for folder, name, scan in list(self._due(opened)):
            await self._box.select(client, folder)
            uids = await self._box.call(calls.uids_between, client, scan.uid, scan.last, scan.since, scan.before)
            lists.append(in_order(folder, name, await self._box.call(calls.arrivals, client, uids)))
            await self._change(folder, name, total=scan.done + len(lists[-1]))
            self._known.add((folder, name))
        self._ahead.extend(merge(*lists))

    def _portion(self) -> list[Old]:
        portion: list[Old] = []
        total = 0
        while self._ahead and len(portion) < PORTION_MAILS and (not portion or total <= BATCH_BYTES):
            total += self._ahead[0].size
            portion.append(self._ahead.popleft())
        return portion

    async def _take(self, client: IMAPClient, portion: list[Old]) -> None:
        """Fetch and store a portion. What could not be stored stays ahead of the cursors."""
        found: dict[tuple[str, int], ImapItem] = {}
        for folder in dict.fromkeys(one.folder for one in portion):
            cursor = self._cursors[folder]
            if (await self._box.select(client, folder))[0] != cursor.uidvalidity:
                self.forget()  # renumbered this moment: reading the folder sees to it
                return
            sizes = {one.uid: one.size for one in portion if one.folder == folder}
            for item in await self._box.fetch(client, folder, cursor.uidvalidity, list(sizes), sizes):
                found[folder, item.uid] = arrived(item, cursor)
        here = [one for one in portion if (one.folder, one.uid) in found]
        stored, error = await self._box.store([found[one.folder, one.uid] for one in here])
        passed = portion if error is None else here[: len(stored)]
        for folder in dict.fromkeys(item.folder for item in stored):
            await self._box.select(client, folder)
            await self._box.treat(client, folder, [item.uid for item in stored if item.folder == folder])
        for folder, name in dict.fromkeys((one.folder, one.name) for one in passed):
            mine = [one.uid for one in passed if (one.folder, one.name) == (folder, name)]
            scan: ImapScan = getattr(self._cursors[folder], name)
            await self._change(folder, name, uid=mine[-1], done=scan.done + len(mine))
        if error is not None:
            self.forget()
            raise error

    async def _end(self, opened: set[str]) -> None:
        left = {(one.folder, one.name) for one in self._ahead}
        for folder, name, _ in list(self._due(opened)):
            if (folder, name) in self._known and (folder, name) not in left:
                await self._change(folder, name, ended_at=self._now())

    async def _change(self, folder: str, name: Name, **changes: object) -> None:
        cursor = self._cursors[folder]
        scan = msgspec.structs.replace(getattr(cursor, name), **changes)
        await self._keep(folder, msgspec.structs.replace(cursor, **{name: scan}))


def in_order(folder: str, name: Name, arrivals: Mapping[int, calls.Arrival]) -> list[Old]:
    """A folder's mails by UID, each with a time that never goes back."""
    latest = 0.0
    found: list[Old] = []
    for uid, (at, size) in sorted(arrivals.items()):
        latest = max(latest, at.timestamp() if at is not None else 0.0)
        found.append(Old(latest, folder, name, uid, size))
    return found


def arrived(item: ImapItem, cursor: ImapCursor) -> ImapItem:
    """The item, marked as history when it was there before its folder was first watched."""
    before = cursor.since is None or (item.received_at is not None and item.received_at < cursor.since - GRACE)
    return msgspec.structs.replace(item, history=before)


def wanted_history(wanted: bool | date, cursor: ImapCursor) -> ImapScan | None:
    """The walk through a folder's history as people want it now: the one under way, a new one, or none."""
    old = cursor.history
    if wanted is False or (old is None and cursor.since is None):
        return old
    since = None if wanted is True else wanted
    if old is not None and old.since == since:
        return old
    before = _day_after(cursor.since) if cursor.since is not None else None
    if old is not None and old.ended_at is not None:
        if old.since is None or (since is not None and since > old.since):
            return old  # fetched already
        before = old.since
    return ImapScan(since=since, before=before, last=cursor.uid)


def renumbered(old: ImapCursor, uidvalidity: int, uidnext: int) -> ImapCursor:
    """The cursor of a folder whose UIDs mean other mails now: what came since the first day is walked through again, and
    a history that was not at its end from its beginning."""
    last = uidnext - 1
    since = (old.since - timedelta(days=1)).date() if old.since is not None else None
    history = old.history
    if history is not None and history.ended_at is None:
        history = msgspec.structs.replace(history, last=last, uid=0, done=0, total=0)
    again = ImapScan(since=since, last=last)
    return ImapCursor(uidvalidity=uidvalidity, uid=last, since=old.since, history=history, again=again)


def _day_after(moment: datetime) -> date:
    """A day that begins after this moment in every time zone."""
    return (moment + timedelta(days=2)).date()
