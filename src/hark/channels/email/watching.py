"""One IMAP watcher per mailbox that has a server; started, changed and stopped as people change mailboxes.

A mailbox is read by one worker at a time: whoever holds its advisory lock, on a connection that is only for these.
The lock goes with the connection, so a worker that dies is followed within LOOK_S by another. A worker that loses the
connection stops its watchers; what both fetched in between stands in the ledger once.
"""

import asyncio
import contextlib
from typing import Any

import msgspec
import structlog

from hark.channels.email.adapter import imap_config, open_password
from hark.channels.email.hosts import Resolve
from hark.channels.email.imap.source import ImapSource
from hark.channels.email.oauth.tokens import Tokens
from hark.channels.email.types import ImapCursor, ImapItem
from hark.core.db import connect
from hark.core.errors import HarkError
from hark.core.services import Services
from hark.core.waiting import wait_at_most
from hark.intake.accounts.actions import RECEIVING, hold_mailbox, let_go, save_cursor, set_problem
from hark.intake.accounts.queries import list_sources
from hark.intake.accounts.types import AccountState, MailboxConfig
from hark.intake.reception import Ledger
from hark.intake.types import Envelope, Fate, NewItem, Source

log = structlog.get_logger(__name__)
LOOK_S = 2.0
STOP_S = 10.0
# A machine that vanishes says nothing: the database finds out within half a minute instead of hours.
KEEPALIVE = "SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"

Key = tuple[int, int]
"""Workspace and account."""


class Watcher(msgspec.Struct, frozen=True):
    """A running watcher; `config` is what it was started with."""

    config: bytes
    ended: asyncio.Event
    task: asyncio.Task[None]


class Sources:
    """The watchers of this worker. `tokens` signs in where a mailbox has no password."""

    def __init__(self, services: Services, ledger: Ledger, resolve: Resolve, tokens: Tokens) -> None:
        self._services = services
        self._ledger = ledger
        self._resolve = resolve
        self._tokens = tokens
        self._running: dict[Key, Watcher] = {}
        self._locks: Any = None

    async def run(self, stop: asyncio.Event) -> None:
        try:
            while not stop.is_set():
                try:
                    await self._adjust()
                except Exception as error:
                    log.error("mailboxes cannot be looked at, trying again", exc_info=error)
                await wait_at_most(LOOK_S, stop)
        finally:
            await self._stop(list(self._running))
            if self._locks is not None:
                await self._locks.close()

    async def _adjust(self) -> None:
        """Watchers as the mailboxes are now. What has changed is stopped before its cursors are read again."""
        if self._locks is None or self._locks.is_closed():
            await self._stop(list(self._running))
            self._locks = await connect(self._services.settings.direct_url or "")
            await self._locks.execute(KEEPALIVE)
        wanted = {(a.workspace_id, a.id): a for a in await list_sources(self._services.db)}
        over = [
            key for key, one in self._running.items() if one.task.done() or one.config != fingerprint(wanted.get(key))
        ]
        if over:
            await self._stop(over)
            wanted = {(a.workspace_id, a.id): a for a in await list_sources(self._services.db)}
        for key, account in wanted.items():
            if fingerprint(account) is None:
                await self._forget_problem(account)
            elif key not in self._running and await hold_mailbox(self._locks, *key):
                self._start(key, account)

    def _start(self, key: Key, account: AccountState) -> None:
        ended = asyncio.Event()
        task = asyncio.create_task(self._watch(account, ended), name=f"mailbox {key}")
        self._running[key] = Watcher(fingerprint(account) or b"", ended, task)

    async def _stop(self, keys: list[Key]) -> None:
        stopping = {key: self._running.pop(key) for key in keys}
        for one in stopping.values():
            one.ended.set()
        if stopping:
            await asyncio.wait([one.task for one in stopping.values()], timeout=STOP_S)
        for key, one in stopping.items():
            if not one.task.done():
                log.warning("a mailbox hangs and is given up", workspace=key[0], account=key[1])
                one.task.cancel()
            if self._locks is not None and not self._locks.is_closed():
                with contextlib.suppress(Exception):  # the lock goes with the connection, which is looked at next
                    await let_go(self._locks, *key)

    async def _forget_problem(self, account: AccountState) -> None:
        """A mailbox that is no longer read by IMAP has none of its troubles."""
        if (account.problem or "").startswith(RECEIVING):
            await set_problem(self._services.db, account.workspace_id, account.id, RECEIVING, None)

    async def _watch(self, account: AccountState, ended: asyncio.Event) -> None:
        db, settings = self._services.db, self._services.settings
        server = msgspec.convert(account.config, MailboxConfig).imap
        assert server is not None

        async def health(sentence: str | None) -> None:
            await set_problem(db, account.workspace_id, account.id, RECEIVING, sentence)

        async def accept(item: ImapItem) -> None:
            await self._ledger.accept(new_item(account, item))

        async def save(folder: str, cursor: ImapCursor) -> None:
            await save_cursor(db, account.workspace_id, account.id, folder, msgspec.to_builtins(cursor))

        try:
            password = open_password(server, self._services.keys)
        except HarkError as error:
            await health(error.detail)
            await ended.wait()
            return
        source = ImapSource(
            imap_config(server, password, max_bytes=settings.mail_max_bytes), accept=accept, save_cursor=save,
            resolve=self._resolve, cursors=msgspec.convert(account.cursor, dict[str, ImapCursor]), health=health,
            since=account.connected_at, now=db.now, token=self._tokens(account.workspace_id, account.id, server),
        )  # fmt: skip
        await source.run(ended)


def fingerprint(account: AccountState | None) -> bytes | None:
    """What of a mailbox a watcher has to be started anew for; None when there is nothing to watch."""
    config = msgspec.convert(account.config, MailboxConfig) if account is not None else None
    if account is None or config is None or config.imap is None:
        return None
    return msgspec.json.encode((config.imap, config.signed_in_at, account.address, account.connected_at))


def new_item(account: AccountState, item: ImapItem) -> NewItem:
    """A fetched mail. It counts from when its server got it; one that could not be fetched whole waits for a person.

    What was there before the mailbox was watched is history; what lies in the folder of sent mails is the team's own.
    """
    problem = item.problem is not None
    return NewItem(
        workspace_id=account.workspace_id, account_id=account.id, source=Source.IMPORT if item.history else Source.IMAP,
        raw=item.raw, envelope=Envelope(folder=item.folder, uid=item.uid, from_team=item.sent),
        occurred_at=item.received_at, fate=Fate.PARKED if problem else Fate.OPEN, reason=item.problem,
        external_id=f"imap:{item.folder}:{item.uidvalidity}:{item.uid}" if problem else None,
    )  # fmt: skip
