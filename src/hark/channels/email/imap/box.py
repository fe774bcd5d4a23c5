"""One mailbox on one connection: its folders opened, its mails fetched, handed over and treated as its owner wants.

A mail that the server does not hand out, or that nothing can store, stops no other.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import msgspec
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from hark.channels.email.imap import calls
from hark.channels.email.imap.errors import NETWORK, cut_short, left_in_place
from hark.channels.email.imap.folders import open_target, sent_folders
from hark.channels.email.types import ImapConfig, ImapItem
from hark.core.errors import Unavailable

AcceptItem = Callable[[ImapItem], Awaitable[None]]
"""Stores one item. Raising means it is not stored; the same item comes again after a pause."""

BATCH_BYTES = 4_000_000
FETCH_TRIES = 6  # about a minute of pauses
STORE_TRIES = 5  # half a minute; an absent database does not count
NOT_HANDED_OUT = "The mail server does not hand out this mail; look at it there."

log = logging.getLogger(__name__)


class Box:
    """The mailbox as a source sees it, over all its connections; `arrive` with each new one.

    `complaints` are sentences about what does not work although mail comes in; `sent` the folders of mails that people
    of the team have sent from elsewhere.
    """

    def __init__(self, config: ImapConfig, accept: AcceptItem) -> None:
        self.config = config
        self.complaints: dict[str, str] = {}
        self.sent: frozenset[str] = frozenset()
        self._accept = accept
        self._target: str | None = None
        self._tries: dict[tuple[str, int], int] = {}  # failed fetches by folder and UID
        self._refused: dict[tuple[str, int], int] = {}  # failures to store, the same way
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="imap")

    async def call(self, function: Callable[..., Any], *args: Any) -> Any:
        """Run what talks to the server in the mailbox's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    def close(self) -> None:
        self._thread.shutdown(wait=True)

    def complain(self, about: str, words: str, error: Exception) -> None:
        """Something is wrong that stops no mail. A lost connection is none of these: it is raised again."""
        if isinstance(error, IMAPClient.AbortError):
            raise error
        self.complaints[about] = words

    async def arrive(self, client: IMAPClient) -> None:
        """What has to be known of the mailbox on each new connection."""
        self.complaints.clear()
        self._target = None
        if any(folder.upper() != "INBOX" for folder in self.config.folders):
            self.sent = await self.call(sent_folders, client)
        if self.config.after_fetch == "move":
            try:
                self._target = await self.call(open_target, client, self.config.move_to)
            except IMAPClientError as error:
                self.complain("", left_in_place(f"make the folder “{self.config.move_to}”", error), error)

    async def select(self, client: IMAPClient, folder: str) -> tuple[int, int]:
        """Open the folder; its UIDVALIDITY and UIDNEXT."""
        readonly = self.config.after_fetch == "keep"
        answer: tuple[int, int] = await self.call(calls.select, client, folder, readonly)
        return answer

    async def fetch(
        self, client: IMAPClient, folder: str, uidvalidity: int, uids: Sequence[int], sizes: Mapping[int, int]
    ) -> list[ImapItem]:
        """Mails of the selected folder, in order, without those that have vanished.

        One that fails FETCH_TRIES times becomes an item with a problem. Raises NETWORK errors, to be tried again.
        """
        items: list[ImapItem] = []
        for some in self.batches(folder, uids, sizes):
            tries = self._tries.get((folder, some[0]), 0)
            size = sizes.get(some[0], 0)
            head = size > self.config.max_bytes or tries >= FETCH_TRIES
            got: calls.Fetched
            problem: str | None
            if tries >= 2 * FETCH_TRIES:
                got, problem = {some[0]: (b"", None)}, NOT_HANDED_OUT
            else:
                got = await self._fetch(client, folder, some, head=head)
                problem = cut_short(size, self.config.max_bytes) if head else None
            for uid in some:
                self._tries.pop((folder, uid), None)
            items += [self._item(folder, uidvalidity, uid, *got[uid], problem) for uid in some if uid in got]
        return items

    async def _fetch(self, client: IMAPClient, folder: str, uids: list[int], *, head: bool) -> calls.Fetched:
        try:
            got: calls.Fetched = await self.call(
                calls.fetch_head if head else calls.fetch_whole, client, uids
            )
        except NETWORK as error:
            # An answer of the server is about this mail; a broken connection may be chance.
            weight = 1 if isinstance(error, OSError | IMAPClient.AbortError) else FETCH_TRIES
            for uid in uids:
                step = weight if len(uids) == 1 else 1
                self._tries[(folder, uid)] = self._tries.get((folder, uid), 0) + step
            raise
        return got

    def _item(self, folder: str, uidvalidity: int, uid: int, raw: bytes, received_at: datetime | None,
              problem: str | None) -> ImapItem:  # fmt: skip
        return ImapItem(
            folder=folder, uidvalidity=uidvalidity, uid=uid, raw=raw, received_at=received_at, problem=problem,
            sent=folder in self.sent,
        )  # fmt: skip

    def batches(self, folder: str, uids: Sequence[int], sizes: Mapping[int, int]) -> Iterator[list[int]]:
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

    async def store(self, items: Sequence[ImapItem]) -> tuple[list[ImapItem], Exception | None]:
        """Hand items over in order: those that are stored now, and why not all are."""
        stored: list[ImapItem] = []
        for item in items:
            try:
                await self._store(item)
            except Exception as error:
                return stored, error
            stored.append(item)
        return stored, None

    async def _store(self, item: ImapItem) -> None:
        """One that nothing can store must not stop the mailbox: the ledger gets a line about it instead."""
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

    async def treat(self, client: IMAPClient, folder: str, uids: list[int]) -> None:
        """What happens in the selected folder to mails that are stored here. What people sent themselves stays."""
        what = self.config.after_fetch
        if not uids or what == "keep" or folder in self.sent or (what == "move" and self._target in (None, folder)):
            return
        words = {"seen": "mark them as read", "move": f"move them to “{self._target}”", "delete": "delete them"}[what]
        try:
            if what == "seen":
                await self.call(calls.mark_seen, client, uids)
            elif what == "move":
                await self.call(calls.move, client, uids, self._target)
            else:
                await self.call(calls.delete, client, uids)
        except IMAPClientError as error:
            self.complain(folder, left_in_place(words, error), error)
        else:
            self.complaints.pop(folder, None)
