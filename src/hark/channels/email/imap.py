"""Watching a mailbox over IMAP (RFC 3501, IDLE RFC 2177). A mail is fetched once, in order, and left as it is.

The blocking client lives in one thread of its own; everything else runs on the event loop.
"""

import asyncio
import contextlib
import logging
import re
import socket
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS, wrap_socket

from hark.channels.base import Check, TransportError
from hark.channels.email.hosts import Resolve, explain, tls_context
from hark.channels.email.oauth.sasl import (
    GetToken,
    SignInNeeded,
    answer_to_refusal,
    choose_mechanism,
    initial_response,
)
from hark.channels.email.types import ImapConfig, ImapCursor, ImapItem
from hark.core.clock import Clock, system_clock
from hark.core.waiting import wait_at_most

AcceptItem = Callable[[ImapItem], Awaitable[None]]
"""Stores one item. Raising means it is not stored; the same item comes again after a pause."""
SaveCursor = Callable[[str, ImapCursor], Awaitable[None]]
"""Remembers how far a folder (first argument) has been read."""
Health = Callable[[str | None], Awaitable[None]]
"""Told a sentence when the mailbox cannot be read, and None when it can again."""

BATCH_MAILS = 50
BATCH_BYTES = 4_000_000
HEAD_BYTES = 65_536  # of a mail that is too large to be fetched whole
IDLE_STEP_S = 0.5  # how long the thread waits for the server before it looks whether to stop
MAX_EMPTY_WAKES = 200  # within one step; TLS wakes the socket a few times without a line for us
FIRST_PAUSE_S, LAST_PAUSE_S = 1.0, 300.0
FETCH_TRIES = 6  # about a minute of pauses

log = logging.getLogger(__name__)
NETWORK = (IMAPClientError, OSError, TransportError)


class ImapSource:
    """Watches the folders of one mailbox until `stop` is set.

    `cursors` holds what `save_cursor` was last given, by folder. A folder without a cursor starts with what has arrived
    since `since` (by the server's INTERNALDATE), so that nothing falls between connecting the mailbox and its first
    look; without `since` at its end (or, with `config.history`, at its beginning). When the server renumbers a folder (UIDVALIDITY), it is read again from the
    day it was first watched; the ledger recognises what it has by `external_id`. With `token` it signs in by OAuth 2; a
    connection that outlives its token is given up by the server and made again with a fresh one.
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
                    await self._report(_sentence(error, self.config))
                except Exception:
                    log.exception("mail could not be stored")
                    await self._report(
                        "New mail could not be stored here; it is safe on its server and is fetched again."
                    )
                if not stop.is_set():
                    await wait_at_most(self._pause, stop)
                    self._pause = min(self._pause * 2, LAST_PAUSE_S)
        finally:
            self._thread.shutdown(wait=True)

    async def _watch(self, stop: asyncio.Event) -> None:
        """One connection's life."""
        client = await self._connect()
        goodbye = _hang_up
        try:
            while not stop.is_set():
                for folder in self.config.folders:
                    await self._read_folder(client, folder, stop)
                self._pause = FIRST_PAUSE_S
                await self._report(None)
                await self._wait(client, stop)
            goodbye = _log_out
        finally:
            await self._call(goodbye, client)

    async def _connect(self) -> IMAPClient:
        token = await self._token(None) if self._token else None
        addresses = await self._resolve(self.config.host, self.config.port)
        try:
            return await self._call(_connect, self.config, addresses, token)
        except LoginError:
            if self._token is None:
                raise
            # Refused before its time (withdrawn, or a clock was wrong): a fresh one decides.
            return await self._call(_connect, self.config, addresses, await self._token(token))

    async def _call(self, function: Callable[..., Any], *args: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *args)

    async def _report(self, sentence: str | None) -> None:
        if self._health is not None:
            await self._health(sentence)

    async def _read_folder(self, client: IMAPClient, folder: str, stop: asyncio.Event) -> None:
        cursor = await self._open_folder(client, folder)
        uids = await self._call(_new_uids, client, cursor)
        for start in range(0, len(uids), BATCH_MAILS):
            chunk = uids[start : start + BATCH_MAILS]
            sizes = await self._call(_sizes, client, chunk)
            for some in self._batches(folder, chunk, sizes):
                for item in await self._fetch(client, folder, cursor.uidvalidity, some, sizes):
                    await self._accept(item)
                    if self.config.after_fetch != "keep":
                        await self._call(_after_fetch, client, item.uid, self.config.after_fetch)
                    await self._move_cursor(folder, cursor, item.uid)
                if stop.is_set():
                    return
            # Mails that vanished between search and fetch are behind us as well.
            await self._move_cursor(folder, cursor, chunk[-1])

    async def _move_cursor(self, folder: str, cursor: ImapCursor, uid: int) -> None:
        if uid > self.cursors[folder].uid:
            self.cursors[folder] = ImapCursor(uidvalidity=cursor.uidvalidity, uid=uid, since=cursor.since)
            await self._save_cursor(folder, self.cursors[folder])

    async def _open_folder(self, client: IMAPClient, folder: str) -> ImapCursor:
        uidvalidity, uidnext = await self._call(_select, client, folder, self.config.after_fetch == "keep")
        cursor = self.cursors.get(folder)
        if cursor is not None and cursor.uidvalidity == uidvalidity:
            return cursor
        if cursor is not None:  # renumbered: everything since the first day again, the ledger knows what it has
            cursor = ImapCursor(uidvalidity=uidvalidity, uid=0, since=cursor.since)
        elif self.config.history:
            cursor = ImapCursor(uidvalidity=uidvalidity, uid=0)
        else:
            since = self._since or self._now()
            first = await self._call(_first_since, client, since) if self._since else None
            cursor = ImapCursor(uidvalidity=uidvalidity, uid=(first or uidnext) - 1, since=since)
        self.cursors[folder] = cursor
        await self._save_cursor(folder, cursor)
        return cursor

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

    async def _fetch(self, client: IMAPClient, folder: str, uidvalidity: int, uids: list[int],
                     sizes: dict[int, int]) -> list[ImapItem]:  # fmt: skip
        """The mails of one batch. One that fails FETCH_TRIES times becomes an item with a problem: it must not stop
        the mailbox."""
        tries = self._tries.get((folder, uids[0]), 0)
        problem: str | None = None
        too_large = sizes.get(uids[0], 0) > self.config.max_bytes
        if tries >= 2 * FETCH_TRIES:
            got, problem = {uids[0]: (b"", None)}, "The mail server does not hand out this mail; look at it there."
        else:
            head = too_large or tries >= FETCH_TRIES
            try:
                got = await self._call(_fetch_head if head else _fetch_whole, client, uids)
            except NETWORK as error:
                # An answer of the server is about this mail; a broken connection may be chance.
                weight = 1 if isinstance(error, OSError | IMAPClient.AbortError) else FETCH_TRIES
                for uid in uids:
                    step = weight if len(uids) == 1 else 1
                    self._tries[(folder, uid)] = self._tries.get((folder, uid), 0) + step
                raise
            problem = _problem(sizes.get(uids[0], 0), self.config.max_bytes) if head else None
        items = []
        for uid in uids:
            self._tries.pop((folder, uid), None)
            if uid in got:
                raw, received_at = got[uid]
                items.append(ImapItem(folder=folder, uidvalidity=uidvalidity, uid=uid, raw=raw,
                                      received_at=received_at, problem=problem))  # fmt: skip
        return items

    async def _wait(self, client: IMAPClient, stop: asyncio.Event) -> None:
        """Until the server tells of something new in the first folder, the others are due, or `stop`."""
        loop = asyncio.get_running_loop()
        # Leaving IDLE and looking again also finds out that a silent server is gone; RFC 2177 asks for < 29 minutes.
        until = loop.time() + self.config.poll_s
        if not await self._call(client.has_capability, "IDLE"):
            await wait_at_most(self.config.poll_s, stop)
            return
        if len(self.config.folders) > 1:
            await self._call(_select, client, self.config.folders[0], self.config.after_fetch == "keep")
        await self._call(client.idle)
        while not stop.is_set() and loop.time() < until:
            if await self._call(_idle_news, client):
                break
        await self._call(client.idle_done)


# --- what runs in the thread -----------------------------------------------------------------------------------------


def _connect(config: ImapConfig, addresses: list[str], token: str | None) -> IMAPClient:
    error: Exception | None = None
    for address in addresses[:4]:
        try:
            return _sign_in(_Client(config, address), config, token)
        except LoginError:
            raise
        except (OSError, IMAPClientError) as failed:
            error = failed
    assert error is not None
    raise error


class _Client(IMAPClient):  # type: ignore[misc]
    """Connects to a resolved address while TLS still checks the host's name."""

    def __init__(self, config: ImapConfig, address: str) -> None:
        self._address = address
        super().__init__(config.host, config.port, ssl=config.security == "tls",
                         ssl_context=tls_context(config.security, verify=config.verify),
                         timeout=SocketTimeout(config.timeout_s, config.timeout_s))  # fmt: skip

    def _create_IMAP4(self) -> IMAP4WithTimeout:  # noqa: N802
        address, timeout = self._address, self._timeout.connect

        class Plain(IMAP4WithTimeout):  # type: ignore[misc]
            def _create_socket(self, _timeout: float | None = None) -> socket.socket:
                return socket.create_connection((address, self.port), timeout)

        class Encrypted(IMAP4_TLS):  # type: ignore[misc]
            def _create_socket(self, _timeout: float | None = None) -> socket.socket:
                sock = socket.create_connection((address, self.port), timeout)
                try:
                    wrapped: socket.socket = wrap_socket(sock, self.ssl_context, self.host)
                    return wrapped
                except OSError:
                    sock.close()
                    raise

        if self.ssl:
            return Encrypted(self.host, self.port, self.ssl_context, timeout)
        return Plain(self.host, self.port, timeout)


def _sign_in(client: IMAPClient, config: ImapConfig, token: str | None) -> IMAPClient:
    try:
        if config.security == "starttls":
            client.starttls(tls_context("starttls", verify=config.verify))
        if token is None:
            client.login(config.username, config.password)
        else:
            _sign_in_with_token(client, config, token)
    except BaseException:
        with contextlib.suppress(OSError, IMAPClientError):
            client.shutdown()
        raise
    return client


def _sign_in_with_token(client: IMAPClient, config: ImapConfig, token: str) -> None:
    offered = {one[5:].decode("ascii", "replace").upper() for one in client.capabilities() if one.startswith(b"AUTH=")}
    mechanism = choose_mechanism(offered)
    if mechanism is None:
        raise IMAPClientError("no sign-in with OAuth 2 is offered")
    first = initial_response(mechanism, config.username, token, config.host, config.port)
    client.sasl_login(mechanism, lambda challenge: answer_to_refusal(mechanism) if challenge else first)


def _log_out(client: IMAPClient) -> None:
    with contextlib.suppress(OSError, IMAPClientError):
        client.logout()


def _hang_up(client: IMAPClient) -> None:
    """Close without a word to a server that may no longer listen."""
    with contextlib.suppress(OSError, IMAPClientError):
        client.shutdown()


def _select(client: IMAPClient, folder: str, readonly: bool) -> tuple[int, int]:
    """(UIDVALIDITY, UIDNEXT) of the folder, which is now the selected one."""
    answer = client.select_folder(folder, readonly=readonly)
    uidnext = answer.get(b"UIDNEXT")
    if uidnext is None:  # optional in RFC 3501
        uidnext = max(client.search(["ALL"]), default=0) + 1
    return int(answer[b"UIDVALIDITY"]), int(uidnext)


def _new_uids(client: IMAPClient, cursor: ImapCursor) -> list[int]:
    criteria: list[Any] = ["UID", f"{cursor.uid + 1}:*"]
    if cursor.uid == 0 and cursor.since is not None:
        criteria += ["SINCE", (cursor.since - timedelta(days=1)).date()]  # days, in the server's own zone
    return sorted(uid for uid in client.search(criteria) if uid > cursor.uid)


def _first_since(client: IMAPClient, since: datetime) -> int | None:
    """The first UID that arrived at or after `since`, with a minute's grace for the server's clock."""
    recent = client.search(["SINCE", (since - timedelta(days=1)).date()])  # days, in the server's own zone
    arrived = {uid: _utc(one) for uid, one in client.fetch(recent, ["INTERNALDATE"]).items()} if recent else {}
    return min((uid for uid, at in arrived.items() if at and at >= since - timedelta(minutes=1)), default=None)


def _sizes(client: IMAPClient, uids: list[int]) -> dict[int, int]:
    return {uid: int(one.get(b"RFC822.SIZE", 0)) for uid, one in client.fetch(uids, ["RFC822.SIZE"]).items()}


def _fetch_whole(client: IMAPClient, uids: list[int]) -> dict[int, tuple[bytes, datetime | None]]:
    got = client.fetch(uids, ["BODY.PEEK[]", "INTERNALDATE"])
    return {uid: (one[b"BODY[]"] or b"", _utc(one)) for uid, one in got.items() if b"BODY[]" in one}


def _fetch_head(client: IMAPClient, uids: list[int]) -> dict[int, tuple[bytes, datetime | None]]:
    got = client.fetch(uids, [f"BODY.PEEK[]<0.{HEAD_BYTES}>", "INTERNALDATE"])
    return {uid: (one[b"BODY[]<0>"] or b"", _utc(one)) for uid, one in got.items() if b"BODY[]<0>" in one}


def _utc(one: Mapping[bytes, Any]) -> datetime | None:
    moment = one.get(b"INTERNALDATE")
    return moment.astimezone(UTC) if isinstance(moment, datetime) else None


def _after_fetch(client: IMAPClient, uid: int, what: str) -> None:
    if what == "seen":
        client.add_flags([uid], [b"\\Seen"], silent=True)
    else:
        client.delete_messages([uid], silent=True)
        if client.has_capability("UIDPLUS"):
            client.uid_expunge([uid])


def _idle_news(client: IMAPClient) -> bool:
    """Whether the server told of new or renumbered mails within IDLE_STEP_S. Raises when it has gone."""
    until = time.monotonic() + IDLE_STEP_S
    for _ in range(MAX_EMPTY_WAKES):
        left = until - time.monotonic()
        if left <= 0:
            return False
        answers = client.idle_check(timeout=left)
        if any(one[0] == b"BYE" for one in answers):
            break
        if any(len(one) > 1 and one[1] in (b"EXISTS", b"RECENT") for one in answers):
            return True
    # The client swallows the end of the connection: the socket is readable for ever and nothing is in it.
    raise IMAPClient.AbortError("the server closed the connection")


# --- sentences, checks and ids ---------------------------------------------------------------------------------------


def _problem(size: int, limit: int) -> str:
    if size > limit:
        return f"The mail has {size:,} bytes, more than the limit of {limit:,}. Only its beginning was fetched."
    return "The mail server breaks off while handing out this mail. Only its beginning was fetched."


def _sentence(error: BaseException, config: ImapConfig) -> str:
    if isinstance(error, LoginError) and config.oauth:
        return (f"{config.host} refused the sign-in of {config.username} with a fresh token ({_words(error)}). Check that "
                "this is the account's own user name, and that IMAP is allowed for it.")  # fmt: skip
    if isinstance(error, LoginError):
        return (f"{config.host} refused the user name or the password for {config.username}. Check both; some "
                "providers want an app password.")  # fmt: skip
    if isinstance(error, OSError | TransportError):
        return explain(error, config.host, config.port)
    text = _words(error)
    if "STARTTLS" in text:
        return f"{config.host} does not offer STARTTLS on port {config.port}. Choose TLS or another port."
    return f"{config.host} answered: {text}. It is tried again."


def _words(error: BaseException) -> str:
    return re.sub(r"\s+", " ", str(error))[:200]


async def check_imap(config: ImapConfig, resolve: Resolve, token: GetToken | None = None) -> Check:
    """Connect, sign in and list the folders; the sentence says what to change when that fails."""
    try:
        addresses = await resolve(config.host, config.port)
        fresh = await token(None) if token else None
        folders = await asyncio.to_thread(_list_folders, config, addresses, fresh)
    except NETWORK as error:
        return Check(ok=False, sentence=_sentence(error, config))
    missing = [one for one in config.folders if one not in folders and one.upper() != "INBOX"]
    if missing:
        return Check(ok=False, sentence=f"There is no folder {missing[0]!r} in this mailbox.", folders=folders)
    return Check(ok=True, sentence=f"{config.host} accepts {config.username}: {len(folders)} folders.", folders=folders)


def _list_folders(config: ImapConfig, addresses: list[str], token: str | None) -> list[str]:
    client = _connect(config, addresses, token)
    try:
        return [name for flags, _, name in client.list_folders() if b"\\Noselect" not in flags]
    finally:
        _log_out(client)
