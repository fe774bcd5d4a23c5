"""The blocking half of watching a mailbox: what runs in the source's own thread. Every function here talks to a server.

IMAP4rev1 (RFC 3501), IDLE (RFC 2177), UIDPLUS (RFC 4315), MOVE (RFC 6851).
"""

import contextlib
import socket
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError, LoginError
from imapclient.imap4 import IMAP4WithTimeout
from imapclient.tls import IMAP4_TLS, wrap_socket

from hark.channels.email.hosts import tls_context
from hark.channels.email.oauth.sasl import answer_to_refusal, choose_mechanism, initial_response
from hark.channels.email.types import ImapConfig

HEAD_BYTES = 65_536  # of a mail that is too large to be fetched whole
IDLE_STEP_S = 0.5  # how long the thread waits for the server before it looks whether to stop
MAX_EMPTY_WAKES = 200  # within one step; TLS wakes the socket a few times without a line for us
ADDRESSES_TRIED = 4
LOOK_MAILS = 1000  # of whose arrival the server is asked at once

Fetched = dict[int, tuple[bytes, datetime | None]]
"""By UID: the mail (or its beginning) and when its server got it (INTERNALDATE)."""

Arrival = tuple[datetime | None, int]
"""When the server got a mail (INTERNALDATE), and its size."""


# connecting -----------------------------------------------------------------------------------------------------------


def connect(config: ImapConfig, addresses: list[str], token: str | None = None) -> IMAPClient:
    """A signed-in client at the first address that answers; by access token where one is given. Raises LoginError, IMAPClientError, OSError."""
    error: Exception | None = None
    for address in addresses[:ADDRESSES_TRIED]:
        try:
            return sign_in(_Client(config, address), config, token)
        except LoginError:
            raise
        except (OSError, IMAPClientError) as failed:
            error = failed
    assert error is not None
    raise error


class _Client(IMAPClient):  # type: ignore[misc]
    """Connects to a resolved address while TLS still checks the host's name.

    What the server says in one breath with its yes to IDLE lies in the library's buffer, where waiting for the socket
    would not find it: after IDLE the buffer is looked at first.
    """

    def __init__(self, config: ImapConfig, address: str) -> None:
        self._address = address
        self._look_first = False
        super().__init__(config.host, config.port, ssl=config.security == "tls",
                         ssl_context=tls_context(config.security, verify=config.verify),
                         timeout=SocketTimeout(config.timeout_s, config.timeout_s))  # fmt: skip

    def idle(self) -> None:
        super().idle()
        self._look_first = True

    def _poll_socket(self, sock: socket.socket, timeout: float | None = None) -> Any:
        if self._look_first:
            self._look_first = False
            return True
        return super()._poll_socket(sock, timeout)

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


def sign_in(client: IMAPClient, config: ImapConfig, token: str | None) -> IMAPClient:
    """Make the connection safe and say who we are; a client that cannot is closed."""
    try:
        if config.security == "starttls":
            client.starttls(tls_context("starttls", verify=config.verify))
        if token is None:
            client.login(config.username, config.password)
        else:
            _sign_in_with_token(client, config, token)
    except BaseException:
        hang_up(client)
        raise
    return client


def _sign_in_with_token(client: IMAPClient, config: ImapConfig, token: str) -> None:
    offered = {one[5:].decode("ascii", "replace").upper() for one in client.capabilities() if one.startswith(b"AUTH=")}
    mechanism = choose_mechanism(offered)
    if mechanism is None:
        raise IMAPClientError("no sign-in with OAuth 2 is offered")
    first = initial_response(mechanism, config.username, token, config.host, config.port)
    client.sasl_login(mechanism, lambda challenge: answer_to_refusal(mechanism) if challenge else first)


def log_out(client: IMAPClient) -> None:
    with contextlib.suppress(OSError, IMAPClientError):
        client.logout()


def hang_up(client: IMAPClient) -> None:
    """Close without a word to a server that may no longer listen."""
    with contextlib.suppress(OSError, IMAPClientError):
        client.shutdown()


# reading --------------------------------------------------------------------------------------------------------------


def select(client: IMAPClient, folder: str, readonly: bool) -> tuple[int, int]:
    """(UIDVALIDITY, UIDNEXT) of the folder, which is now the selected one."""
    answer = client.select_folder(folder, readonly=readonly)
    uidnext = answer.get(b"UIDNEXT")
    if uidnext is None:  # optional in RFC 3501
        uidnext = max(client.search(["ALL"]), default=0) + 1
    return int(answer[b"UIDVALIDITY"]), int(uidnext)


def uids_after(client: IMAPClient, uid: int) -> list[int]:
    """All UIDs of the selected folder above this one. (`n:*` also names the last mail when n is beyond it.)"""
    return sorted(one for one in client.search(["UID", f"{uid + 1}:*"]) if one > uid)


def uids_between(client: IMAPClient, uid: int, last: int, since: date | None, before: date | None) -> list[int]:
    """UIDs above `uid` up to `last` whose mails arrived from `since` on and before `before`: days in the server's zone."""
    if last <= uid:
        return []
    criteria: list[Any] = ["UID", f"{uid + 1}:{last}"]
    if since is not None:
        criteria += ["SINCE", since]
    if before is not None:
        criteria += ["BEFORE", before]
    return sorted(one for one in client.search(criteria) if uid < one <= last)


def first_since(client: IMAPClient, since: datetime) -> int | None:
    """The first UID that arrived at or after `since`, with a minute's grace for the server's clock."""
    recent = client.search(["SINCE", (since - timedelta(days=1)).date()])  # days, in the server's own zone
    arrived = {uid: _utc(one) for uid, one in client.fetch(recent, ["INTERNALDATE"]).items()} if recent else {}
    return min((uid for uid, at in arrived.items() if at and at >= since - timedelta(minutes=1)), default=None)


def sizes(client: IMAPClient, uids: list[int]) -> dict[int, int]:
    """Bytes by UID, of the mails that are still there."""
    return {uid: int(one.get(b"RFC822.SIZE", 0)) for uid, one in client.fetch(uids, ["RFC822.SIZE"]).items()}


def arrivals(client: IMAPClient, uids: list[int]) -> dict[int, Arrival]:
    """When each of these mails came, and its size; of those that are still there."""
    found: dict[int, Arrival] = {}
    for start in range(0, len(uids), LOOK_MAILS):
        got = client.fetch(uids[start : start + LOOK_MAILS], ["INTERNALDATE", "RFC822.SIZE"])
        found.update({uid: (_utc(one), int(one.get(b"RFC822.SIZE", 0))) for uid, one in got.items()})
    return found


def fetch_whole(client: IMAPClient, uids: list[int]) -> Fetched:
    """The mails as they are, without marking them as read."""
    got = client.fetch(uids, ["BODY.PEEK[]", "INTERNALDATE"])
    return {uid: (one[b"BODY[]"] or b"", _utc(one)) for uid, one in got.items() if b"BODY[]" in one}


def fetch_head(client: IMAPClient, uids: list[int]) -> Fetched:
    """The first HEAD_BYTES of each mail."""
    got = client.fetch(uids, [f"BODY.PEEK[]<0.{HEAD_BYTES}>", "INTERNALDATE"])
    return {uid: (one[b"BODY[]<0>"] or b"", _utc(one)) for uid, one in got.items() if b"BODY[]<0>" in one}


def _utc(one: Mapping[bytes, Any]) -> datetime | None:
    moment = one.get(b"INTERNALDATE")
    return moment.astimezone(UTC) if isinstance(moment, datetime) else None


def told_before(client: IMAPClient) -> bool:
    """Whether the server spoke of new mails in answers since the folder was selected. It does not say so again in IDLE.

    (The library keeps untagged answers nobody asked for and has no call to read them.)
    """
    return len(client._imap.untagged_responses.get("EXISTS", [])) > 1


def idle_news(client: IMAPClient) -> bool:
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


# what happens to a mail afterwards ------------------------------------------------------------------------------------


def mark_seen(client: IMAPClient, uids: list[int]) -> None:
    client.add_flags(uids, [b"\\Seen"], silent=True)


def move(client: IMAPClient, uids: list[int], folder: str) -> None:
    """Into another folder of the mailbox: MOVE, or what it stands for where the server has none (RFC 6851, 3.3)."""
    if client.has_capability("MOVE"):
        client.move(uids, folder)
    else:
        client.copy(uids, folder)
        delete(client, uids)


def delete(client: IMAPClient, uids: list[int]) -> None:
    """Away with these mails and no others.

    Without UIDPLUS a server can only remove everything that is marked as deleted; when other mails carry the mark, ours
    stay with it until their owner's program tidies up.
    """
    client.delete_messages(uids, silent=True)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)
    elif set(client.search(["DELETED"])) <= set(uids):
        client.expunge()
