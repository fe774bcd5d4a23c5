"""Watching a mailbox over IMAP. A mail is fetched once, in order, and left as it is unless its owner wants otherwise.

The blocking client (`imap_client`) lives in one thread of its own; everything else runs on the event loop. New mail
goes first: history is walked through in portions between the looks for it.
"""

import asyncio
import logging
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from hark.channels.email import imap_client
from hark.channels.email.hosts import Resolve
from hark.channels.email.imap_errors import NETWORK, NOT_STORED, cut_short, folder_closed, left_in_place, sentence
from hark.channels.email.imap_folders import check_imap, open_target, sent_folders
from hark.channels.email.oauth.sasl import GetToken, SignInNeeded
from hark.channels.email.types import ImapConfig, ImapCursor, ImapItem, ImapScan
from hark.core.clock import Clock, system_clock
from hark.core.errors import Unavailable
from hark.core.waiting import wait_at_most

__all__ = ["ImapSource", "check_imap"]

AcceptItem = Callable[[ImapItem], Awaitable[None]]
"""Stores one item. Raising means it is not stored; the same item comes again after a pause."""
SaveCursor = Callable[[str, ImapCursor], Awaitable[None]]
"""Remembers how far a folder (first argument) has been read."""
Health = Callable[[str | None], Awaitable[None]]
"""Told a sentence when the mailbox cannot be read, and None when it can again."""

BATCH_MAILS = 50
BATCH_BYTES = 4_000_000
FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 300.0
FETCH_TRIES = 6  # about a minute of pauses
STORE_TRIES = 5  # half a minute; an absent database does not count
POLL_S = 20.0  # where IDLE is not offered or does not work
MAX_DEAF = 3  # rounds of IDLE in a row that broke, or that missed a mail, before polling is trusted more
STEADY_S = 60.0  # a connection that stood so long may break once without a word: servers do that by the clock

log = logging.getLogger(__name__)


class ImapSource:
    """Watches the folders of one mailbox until `stop` is set.

    `cursors` holds what `save_cursor` was last given, by folder. A folder without a cursor starts with what has arrived
    since `since` (by the server's INTERNALDATE), so that nothing falls between connecting the mailbox and its first
    look; without `since` at its end. When the server renumbers a folder (UIDVALIDITY), it is read again from the day it
    was first watched; the ledger recognises what it has. With `token` it signs in by OAuth 2; a connection that outlives
    its token is given up by the server and made again with a fresh one.
    """

    def __init__(self, config: ImapConfig, *, accept: AcceptItem, save_cursor: SaveCursor, resolve: Resolve,
                 cursors: Mapping[str, ImapCursor] | None = None, health: Health | None = None,
                 since: datetime | None = None, now: Clock = system_clock,
                 token: GetToken | None = None) -> None:  # fmt: skip
        self.config = config
        self.cursors = dict(cursors or {})
        self._accept = accept
        self._save_cursor = save_cursor
        self._resolve = resolve
        self._health = health
        self._since = since
        self._now = now
        self._token = token
        self._pause = FIRST_PAUSE_S
        self._tries: dict[tuple[str, int], int] = {}  # failed fetches by folder and UID
        self._refused: dict[tuple[str, int], int] = {}  # failures to store, the same way
        self._ahead: dict[tuple[str, str], list[int]] = {}  # what a walk has still before it, while connected
        self._opened: set[str] = set()  # folders that this connection could open
        self._complaints: dict[str, str] = {}  # what does not work although mail comes in, by folder
        self._sent: frozenset[str] = frozenset()
        self._target: str | None = None
        self._broken = self._missed = 0  # rounds of IDLE, in a row
        self._told = True
        self._steady_since: float | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="imap")

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch and wait until `stop`; troubles are told to `health` and tried again ever more slowly."""
        try:
            while not stop.is_set():
                try:
                    await self._watch(stop)
                except SignInNeeded:
                    pass  # the mailbox's sign-in has an alarm of its own
                except NETWORK as error:
                    if self._stood_long():
                        continue
                    await self._report(sentence(error, self.config))
                except Exception:
                    log.exception("mail could not be stored")
                    await self._report(NOT_STORED)
                if not stop.is_set():
                    await wait_at_most(self._pause, stop)
                    self._pause = min(self._pause * 2, LAST_PAUSE_S)
        finally:
            self._thread.shutdown(wait=True)

    def _stood_long(self) -> bool:
        """Whether the connection that has just broken had worked for long: it is then made again at once."""
        since, self._steady_since = self._steady_since, None
        return since is not None and asyncio.get_running_loop().time() - since >= STEADY_S

    async def _watch(self, stop: asyncio.Event) -> None:
        """One connection's life."""
        client = await self._connect()
        goodbye = imap_client.hang_up
        try:
            await self._arrive(client)
            while not stop.is_set():
                for folder in self.config.folders:
                    await self._read_folder(client, folder, stop)
                self._pause = FIRST_PAUSE_S
                self._steady_since = self._steady_since or asyncio.get_running_loop().time()
                await self._report(next(iter(self._complaints.values()), None))
                if not await self._walk_on(client, stop):
                    await self._wait(client, stop)
            goodbye = imap_client.log_out
        finally:
            await self._call(goodbye, client)

    async def _connect(self) -> IMAPClient:
        token = await self._token(None) if self._token else None
        addresses = await self._resolve(self.config.host, self.config.port)
        try:
            return await self._call(imap_client.connect, self.config, addresses, token)
        except LoginError:
            if self._token is None:
                raise
            # Refused before its time (withdrawn, or a clock was wrong): a fresh one decides.
            return await self._call(imap_client.connect, self.config, addresses, await self._token(token))

    async def _arrive(self, client: IMAPClient) -> None:
        """What has to be known of the mailbox on each new connection."""
        self._ahead.clear()
        self._opened.clear()
        self._complaints.clear()
        self._target = None
        if any(folder.upper() != "INBOX" for folder in self.config.folders):
            self._sent = await self._call(sent_folders, client)
        if self.config.after_fetch == "move":
            try:
                self._target = await self._call(open_target, client, self.config.move_to)
            except IMAPClientError as error:
                self._complain("", left_in_place(f"make the folder “{self.config.move_to}”", error), error)

    async def _call(self, function: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    async def _report(self, words: str | None) -> None:
        if self._health is not None:
            await self._health(words)

    def _complain(self, about: str, words: str, error: Exception) -> None:
        """Something is wrong that stops no mail. A lost connection is none of these: it is raised again."""
        if isinstance(error, IMAPClient.AbortError):
            raise error
        self._complaints[about] = words

    # new mail ---------------------------------------------------------------------------------------------------------

    async def _read_folder(self, client: IMAPClient, folder: str, stop: asyncio.Event) -> None:
        """What is new in one folder. One that cannot be opened at all stops none of the others; one that could be a
        moment ago is tried on a new connection."""
        try:
            cursor = await self._open_folder(client, folder)
        except IMAPClientError as error:
            if folder in self._opened:
                raise
            self._complain(f"open {folder}", folder_closed(folder, error), error)
            return
        self._opened.add(folder)
        self._complaints.pop(f"open {folder}", None)
        uids = await self._call(imap_client.uids_after, client, cursor.uid)
        if folder == self._idle_folder and uids:
            self._missed = 0 if self._told else self._missed + 1

        async def passed(uid: int) -> None:
            await self._keep(folder, msgspec.structs.replace(self.cursors[folder], uid=uid))

        for start in range(0, len(uids), BATCH_MAILS):
            if not await self._take(client, folder, uids[start : start + BATCH_MAILS], passed, stop):
                return

    async def _open_folder(self, client: IMAPClient, folder: str) -> ImapCursor:
        """Select the folder; where it has been read up to, with the walks that are due."""
        uidvalidity, uidnext = await self._select(client, folder)
        old = self.cursors.get(folder)
        if old is None:
            since = self._since or self._now()
            first = await self._call(imap_client.first_since, client, since) if self._since else None
            cursor = ImapCursor(uidvalidity=uidvalidity, uid=(first or uidnext) - 1, since=since)
        elif old.uidvalidity != uidvalidity:
            cursor = renumbered(old, uidvalidity, uidnext)
            self._ahead.clear()
        else:
            cursor = old
        cursor = msgspec.structs.replace(cursor, history=wanted_history(self.config.history, cursor))
        if cursor != old:
            await self._keep(folder, cursor)
        return cursor

    async def _select(self, client: IMAPClient, folder: str) -> tuple[int, int]:
        answer: tuple[int, int] = await self._call(
            imap_client.select, client, folder, self.config.after_fetch == "keep"
        )
        return answer

    async def _keep(self, folder: str, cursor: ImapCursor) -> None:
        self.cursors[folder] = cursor
        await self._save_cursor(folder, cursor)

    # what was there before --------------------------------------------------------------------------------------------

    async def _walk_on(self, client: IMAPClient, stop: asyncio.Event) -> bool:
        """A portion of the first walk that is not at its end; False when none is left."""
        for folder, cursor in list(self.cursors.items()):
            if folder not in self.config.folders or f"open {folder}" in self._complaints:
                continue
            for name in ("again", "history"):
                scan: ImapScan | None = getattr(cursor, name)
                if scan is None or scan.ended_at is not None or (name == "history" and not self.config.history):
                    continue
                await self._walk(client, folder, name, scan, stop)
                return True
        return False

    async def _walk(self, client: IMAPClient, folder: str, name: str, scan: ImapScan, stop: asyncio.Event) -> None:
        if (await self._select(client, folder))[0] != self.cursors[folder].uidvalidity:
            return  # renumbered this moment: reading the folder sees to it
        uids = self._ahead.pop((folder, name), None)
        if uids is None:
            uids = await self._call(imap_client.uids_between, client, scan.uid, scan.last, scan.since, scan.before)
        chunk, rest = uids[:BATCH_MAILS], uids[BATCH_MAILS:]

        async def passed(uid: int) -> None:
            done = scan.done + bisect_right(chunk, uid)
            now = msgspec.structs.replace(scan, uid=uid, done=done, total=scan.done + len(uids))
            await self._keep(folder, msgspec.structs.replace(self.cursors[folder], **{name: now}))

        if chunk and not await self._take(client, folder, chunk, passed, stop):
            return
        if rest:
            self._ahead[folder, name] = rest
        else:
            ended = msgspec.structs.replace(getattr(self.cursors[folder], name), ended_at=self._now())
            await self._keep(folder, msgspec.structs.replace(self.cursors[folder], **{name: ended}))

    # fetching ---------------------------------------------------------------------------------------------------------

    async def _take(self, client: IMAPClient, folder: str, uids: list[int], passed: Callable[[int], Awaitable[None]],
                    stop: asyncio.Event) -> bool:  # fmt: skip
        """Fetch, store and treat mails of the selected folder in order; `passed` is told how far. False: stopped."""
        sizes = await self._call(imap_client.sizes, client, uids)
        for some in self._batches(folder, uids, sizes):
            stored: list[int] = []
            try:
                for item in await self._fetch(client, folder, some, sizes):
                    await self._store(item)
                    stored.append(item.uid)
            except Exception:
                if stored:
                    await self._afterwards(client, folder, stored)
                    await passed(stored[-1])
                raise
            if stored:
                await self._afterwards(client, folder, stored)
            await passed(some[-1])  # mails that vanished between search and fetch are behind us as well
            if stop.is_set():
                return False
        return True

    async def _store(self, item: ImapItem) -> None:
        """Hand an item over. One that nothing can store must not stop the mailbox: the ledger gets a line about it."""
        key = (item.folder, item.uid)
        try:
            await self._accept(item)
        except Unavailable:
            raise
        except Exception as error:
            self._refused[key] = self._refused.get(key, 0) + 1
            if self._refused[key] < STORE_TRIES:
                raise
            log.exception("a mail cannot be stored and is set aside: folder %s, UID %s", item.folder, item.uid)
            problem = f"This mail could not be stored here ({error}). Look at it on its server; it is left there."
            await self._accept(msgspec.structs.replace(item, raw=b"", problem=problem[:1000]))
        self._refused.pop(key, None)

    async def _afterwards(self, client: IMAPClient, folder: str, uids: list[int]) -> None:
        """What happens on the server to mails that are stored here. What people sent themselves stays where it is."""
        what = self.config.after_fetch
        if what == "keep" or folder in self._sent or (what == "move" and self._target in (None, folder)):
            return
        words = {"seen": "mark them as read", "move": f"move them to “{self._target}”", "delete": "delete them"}[what]
        try:
            if what == "seen":
                await self._call(imap_client.mark_seen, client, uids)
            elif what == "move":
                await self._call(imap_client.move, client, uids, self._target)
            else:
                await self._call(imap_client.delete, client, uids)
        except IMAPClientError as error:
            self._complain(folder, left_in_place(words, error), error)
        else:
            self._complaints.pop(folder, None)

    def _batches(self, folder: str, uids: list[int], sizes: dict[int, int]) -> Iterator[list[int]]:
        """Runs of at most BATCH_BYTES; a mail that failed before or is too large stands alone."""
        batch: list[int] = []
        total = 0
        for uid in uids:
            size = sizes.get(uid, 0)
            alone = (folder, uid) in self._tries or size > self.config.max_bytes
            if batch and (alone or total + size > BATCH_BYTES):
                yield batch
                batch, total = [], 0
            if alone:
                yield [uid]
            else:
                batch.append(uid)
                total += size
        if batch:
            yield batch

    async def _fetch(self, client: IMAPClient, folder: str, uids: list[int], sizes: dict[int, int]) -> list[ImapItem]:
        """The mails of one batch. One that fails FETCH_TRIES times becomes an item with a problem: it must not stop
        the mailbox."""
        tries = self._tries.get((folder, uids[0]), 0)
        problem: str | None = None
        size = sizes.get(uids[0], 0)
        if tries >= 2 * FETCH_TRIES:
            got, problem = {uids[0]: (b"", None)}, "The mail server does not hand out this mail; look at it there."
        else:
            head = size > self.config.max_bytes or tries >= FETCH_TRIES
            try:
                got = await self._call(imap_client.fetch_head if head else imap_client.fetch_whole, client, uids)
            except NETWORK as error:
                # An answer of the server is about this mail; a broken connection may be chance.
                weight = 1 if isinstance(error, OSError | IMAPClient.AbortError) else FETCH_TRIES
                for uid in uids:
                    step = weight if len(uids) == 1 else 1
                    self._tries[(folder, uid)] = self._tries.get((folder, uid), 0) + step
                raise
            problem = cut_short(size, self.config.max_bytes) if head else None
        for uid in uids:
            self._tries.pop((folder, uid), None)
        return [self._item(folder, uid, *got[uid], problem) for uid in uids if uid in got]

    def _item(self, folder: str, uid: int, raw: bytes, received_at: datetime | None, problem: str | None) -> ImapItem:
        cursor = self.cursors[folder]
        before = cursor.since is not None and received_at is not None and received_at < cursor.since - GRACE
        return ImapItem(
            folder=folder, uidvalidity=cursor.uidvalidity, uid=uid, raw=raw, received_at=received_at, problem=problem,
            history=before, sent=folder in self._sent,
        )  # fmt: skip

    # waiting ----------------------------------------------------------------------------------------------------------

    @property
    def _idle_folder(self) -> str:
        """IDLE tells of one folder only; the others are looked at as time passes."""
        usable = [one for one in self.config.folders if one in self._opened and one not in self._sent]
        return usable[0] if usable else self.config.folders[0]

    async def _wait(self, client: IMAPClient, stop: asyncio.Event) -> None:
        """Until the server tells of something new, the folders are due, or `stop`."""
        deaf = max(self._broken, self._missed) >= MAX_DEAF or self._idle_folder not in self._opened
        if deaf or not await self._call(client.has_capability, "IDLE"):
            await wait_at_most(min(self.config.poll_s, POLL_S), stop)
            return
        if len(self.config.folders) > 1:
            await self._select(client, self._idle_folder)
        try:
            await self._idle(client, stop)
        except NETWORK:
            self._broken += 1
            raise
        self._broken = 0

    async def _idle(self, client: IMAPClient, stop: asyncio.Event) -> None:
        loop = asyncio.get_running_loop()
        # Leaving IDLE and looking again also finds out that a silent server is gone; RFC 2177 asks for < 29 minutes.
        until = loop.time() + self.config.poll_s
        self._told = False
        await self._call(client.idle)
        while not stop.is_set() and not self._told and loop.time() < until:
            self._told = await self._call(imap_client.idle_news, client)
        await self._call(client.idle_done)


GRACE = timedelta(minutes=1)  # of the server's clock


def wanted_history(wanted: bool | date, cursor: ImapCursor) -> ImapScan | None:
    """The walk through a folder's history as people want it now: the one under way, a new one, or none."""
    old = cursor.history
    if wanted is False or (old is None and cursor.since is None):
        return old
    since = None if wanted is True else wanted
    if old is not None and old.since == since:
        return old
    before = (cursor.since + timedelta(days=2)).date() if cursor.since is not None else None
    if old is not None and old.ended_at is not None:
        if old.since is None or (since is not None and since > old.since):
            return msgspec.structs.replace(old, since=since)  # fetched already
        before = old.since + timedelta(days=1)
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
