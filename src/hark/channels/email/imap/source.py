"""Watching a mailbox over IMAP. A mail is fetched once, in order, and left as it is unless its owner wants otherwise.

The blocking client (`calls`) lives in one thread of its own; everything else runs on the event loop. New mail
goes first: history (`history`) is walked through in portions between the looks for it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import msgspec
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from hark.channels.email.hosts import Resolve
from hark.channels.email.imap import calls
from hark.channels.email.imap.box import AcceptItem, Box
from hark.channels.email.imap.errors import NETWORK, NOT_STORED, folder_closed, sentence
from hark.channels.email.imap.folders import check_imap
from hark.channels.email.imap.history import History, renumbered, wanted_history
from hark.channels.email.oauth.sasl import GetToken, SignInNeeded
from hark.channels.email.types import ImapConfig, ImapCursor
from hark.core.clock import Clock, system_clock
from hark.core.waiting import wait_at_most

__all__ = ["AcceptItem", "ImapSource", "check_imap"]

SaveCursor = Callable[[str, ImapCursor], Awaitable[None]]
"""Remembers how far a folder (first argument) has been read."""
Health = Callable[[str | None], Awaitable[None]]
"""Told a sentence when the mailbox cannot be read, and None when it can again."""

BATCH_MAILS = 50
FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 300.0
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
        self._save_cursor = save_cursor
        self._resolve = resolve
        self._health = health
        self._since = since
        self._now = now
        self._token = token
        self._pause = FIRST_PAUSE_S
        self._box = Box(config, accept)
        self._history = History(self._box, self.cursors, self._keep, now)
        self._opened: set[str] = set()  # folders that this connection could open
        self._broken = self._missed = 0  # rounds of IDLE, in a row
        self._told: bool | None = None  # whether the round of IDLE just before this look told of something
        self._uidnext: dict[str, int] = {}  # of each folder, when it was last read
        self._steady_since: float | None = None

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
            self._box.close()

    def _stood_long(self) -> bool:
        """Whether the connection that has just broken had worked for long: it is then made again at once."""
        since, self._steady_since = self._steady_since, None
        return since is not None and asyncio.get_running_loop().time() - since >= STEADY_S

    async def _watch(self, stop: asyncio.Event) -> None:
        """One connection's life."""
        client = await self._connect()
        goodbye = calls.hang_up
        try:
            self._opened.clear()
            self._history.forget()
            await self._box.arrive(client)
            while not stop.is_set():
                for folder in self.config.folders:
                    await self._read_folder(client, folder, stop)
                self._pause = FIRST_PAUSE_S
                self._steady_since = self._steady_since or asyncio.get_running_loop().time()
                await self._report(next(iter(self._box.complaints.values()), None))
                if stop.is_set():
                    break
                self._told = None
                if not await self._history.walk(client, self._opened):
                    await self._wait(client, stop)
            goodbye = calls.log_out
        finally:
            await self._box.call(goodbye, client)

    async def _connect(self) -> IMAPClient:
        token = await self._token(None) if self._token else None
        addresses = await self._resolve(self.config.host, self.config.port)
        try:
            return await self._box.call(calls.connect, self.config, addresses, token)
        except LoginError:
            if self._token is None:
                raise
            # Refused before its time (withdrawn, or a clock was wrong): a fresh one decides.
            return await self._box.call(calls.connect, self.config, addresses, await self._token(token))

    async def _report(self, words: str | None) -> None:
        if self._health is not None:
            await self._health(words)

    async def _keep(self, folder: str, cursor: ImapCursor) -> None:
        self.cursors[folder] = cursor
        await self._save_cursor(folder, cursor)

    # new mail ---------------------------------------------------------------------------------------------------------

    async def _read_folder(self, client: IMAPClient, folder: str, stop: asyncio.Event) -> None:
        """What is new in one folder. One that cannot be opened at all stops none of the others; one that could be a
        moment ago is tried on a new connection."""
        try:
            cursor = await self._open_folder(client, folder)
        except IMAPClientError as error:
            if folder in self._opened:
                raise
            self._box.complain(f"open {folder}", folder_closed(folder, error), error)
            return
        self._opened.add(folder)
        self._box.complaints.pop(f"open {folder}", None)
        uids = await self._box.call(calls.uids_after, client, cursor.uid)
        if folder == self._idle_folder and uids and self._told is not None:
            self._missed = 0 if self._told else self._missed + 1
        for start in range(0, len(uids), BATCH_MAILS):
            await self._take(client, folder, uids[start : start + BATCH_MAILS], stop)
            if stop.is_set():
                return

    async def _open_folder(self, client: IMAPClient, folder: str) -> ImapCursor:
        """Select the folder; where it has been read up to, with the walks that are due."""
        uidvalidity, uidnext = await self._box.select(client, folder)
        self._uidnext[folder] = uidnext
        old = self.cursors.get(folder)
        if old is None:
            since = self._since or self._now()
            first = await self._box.call(calls.first_since, client, since) if self._since else None
            cursor = ImapCursor(uidvalidity=uidvalidity, uid=(first or uidnext) - 1, since=since)
        elif old.uidvalidity != uidvalidity:
            cursor = renumbered(old, uidvalidity, uidnext)
            self._history.forget()
        else:
            cursor = old
        cursor = msgspec.structs.replace(cursor, history=wanted_history(self.config.history, cursor))
        if cursor != old:
            await self._keep(folder, cursor)
        return cursor

    async def _take(self, client: IMAPClient, folder: str, uids: list[int], stop: asyncio.Event) -> None:
        """Fetch, store and treat new mails of the selected folder in order."""
        sizes = await self._box.call(calls.sizes, client, uids)
        for some in self._box.batches(folder, uids, sizes):
            items = await self._box.fetch(client, folder, self.cursors[folder].uidvalidity, some, sizes)
            stored, error = await self._box.store(items)
            await self._box.treat(client, folder, [item.uid for item in stored])
            if error is None:
                await self._pass(folder, some[-1])  # mails that vanished between search and fetch are behind us as well
            else:
                if stored:
                    await self._pass(folder, stored[-1].uid)
                raise error
            if stop.is_set():
                return

    async def _pass(self, folder: str, uid: int) -> None:
        await self._keep(folder, msgspec.structs.replace(self.cursors[folder], uid=uid))

    # waiting ----------------------------------------------------------------------------------------------------------

    @property
    def _idle_folder(self) -> str:
        """IDLE tells of one folder only; the others are looked at as time passes."""
        usable = [one for one in self.config.folders if one in self._opened and one not in self._box.sent]
        return usable[0] if usable else self.config.folders[0]

    async def _wait(self, client: IMAPClient, stop: asyncio.Event) -> None:
        """Until the server tells of something new, the folders are due, or `stop`."""
        deaf = max(self._broken, self._missed) >= MAX_DEAF or self._idle_folder not in self._opened
        if deaf or not await self._box.call(client.has_capability, "IDLE"):
            await wait_at_most(min(self.config.poll_s, POLL_S), stop)
            return
        if len(self.config.folders) > 1:
            _, uidnext = await self._box.select(client, self._idle_folder)
            if uidnext > self._uidnext[self._idle_folder]:
                return
        elif await self._box.call(calls.told_before, client):
            return
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
        told = False
        await self._box.call(client.idle)
        while not stop.is_set() and not told and loop.time() < until:
            told = await self._box.call(calls.idle_news, client)
        await self._box.call(client.idle_done)
        self._told = told
