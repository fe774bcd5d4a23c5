"""Reception of mail over SMTP and LMTP (RFC 5321, RFC 2033) on the running event loop.

The 250 is said only after `accept` has returned, and `accept` returns only after the mail is stored.
"""

import asyncio
import contextlib
import logging
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from hark.channels.email.types import Received

Accept = Callable[[Received], Awaitable[str]]
"""Stores one mail and returns the reply, such as `250 2.0.0 Stored`. Raising means 451: the sender tries again."""

MAX_LINE = 2_000_000  # bytes; RFC 5321 says 1,000, but minified HTML exceeds it and must not be refused
PLAIN_ADDRESS = re.compile(r"<([\w+=-]+(?:\.[\w+=-]+)*@[\w-]+(?:\.[\w-]+)*)>[ \t]*([\x21-\x7e][\x20-\x7e]*)?", re.ASCII)
TOO_LARGE = "552 5.3.4 The mail is larger than what is taken here"
TRY_LATER = "451 4.3.0 This mail could not be stored just now; please try again later"
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients; send the rest in another mail"
TOO_MANY_MAILS = "421 4.7.0 Too many mails on one connection; please open another"
BUSY = b"421 4.3.2 Too many connections; please try again in a minute\r\n"

log = logging.getLogger(__name__)


class MailReception:
    """One listening SMTP or LMTP server; `start()` it, read `port`, `stop()` it.

    With `unix_path` it listens on that socket instead of host and port. Limits: `max_bytes` of one mail (552),
    `max_recipients` of one mail (452), `max_mails` of one connection and `max_connections` at once (421), and
    `idle_s` seconds without a command.
    """

    def __init__(self, accept: Accept, *, protocol: Literal["smtp", "lmtp"] = "smtp", host: str = "127.0.0.1",
                 port: int = 2525, unix_path: Path | None = None, hostname: str = "localhost",
                 max_bytes: int = 26_214_400, max_recipients: int = 1_000, max_mails: int = 1_000,
                 max_connections: int = 200, idle_s: float = 300.0) -> None:  # fmt: skip
        self.accept = accept
        self.protocol = protocol
        self.host = host
        self.port = port
        self.unix_path = unix_path
        self.hostname = hostname
        self.max_bytes = max_bytes
        self.max_recipients = max_recipients
        self.max_mails = max_mails
        self.max_connections = max_connections
        self.idle_s = idle_s
        self.connections: set[_Smtp | _Lmtp] = set()
        self.stopping = False
        self.changed = asyncio.Event()  # a mail was stored or a connection ended
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Raises OSError when the port is taken."""
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd logs every command at INFO
        loop = asyncio.get_running_loop()
        if self.unix_path is not None:
            self.unix_path.unlink(missing_ok=True)
            self._server = await loop.create_unix_server(self._connection, str(self.unix_path))
            os.chmod(self.unix_path, 0o660)  # noqa: PTH101 - Path.chmod is the same call; mail servers share a group
        else:
            self._server = await loop.create_server(self._connection, self.host, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self, grace_s: float = 10.0) -> None:
        """Take no new connection, let mails under way be stored for up to `grace_s`, then close everything."""
        self.stopping = True
        if self._server is not None:
            self._server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace_s):
                await self._until(lambda: not any(one.busy for one in self.connections))
        for one in list(self.connections):
            one.hang_up(b"421 4.3.2 Closing for maintenance; please try again\r\n")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await self._until(lambda: not self.connections)
        if self.unix_path is not None:
            self.unix_path.unlink(missing_ok=True)

    async def _until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            self.changed.clear()
            await self.changed.wait()

    def _connection(self) -> asyncio.Protocol:
        kind = _Lmtp if self.protocol == "lmtp" else _Smtp
        return kind(self, data_size_limit=self.max_bytes, enable_SMTPUTF8=True, hostname=self.hostname,
                    ident="Hark", timeout=self.idle_s, loop=asyncio.get_running_loop())  # fmt: skip

    # --- hooks of aiosmtpd; their names are its own ------------------------------------------------------------------

    async def handle_EHLO(self, server: "_Smtp", session: Session, envelope: Envelope, hostname: str,  # noqa: N802
                          responses: list[str]) -> list[str]:  # fmt: skip
        session.host_name = hostname
        # Commands are read in order from one buffer, so pipelining (RFC 2920) works; aiosmtpd does not announce it.
        return [*responses[:1], "250-PIPELINING", "250-ENHANCEDSTATUSCODES", *responses[1:]]

    async def handle_RCPT(self, server: "_Smtp", session: Session, envelope: Envelope, address: str,  # noqa: N802
                          options: list[str]) -> str:  # fmt: skip
        if len(envelope.rcpt_tos) >= self.max_recipients:
            return TOO_MANY_RECIPIENTS
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: "_Smtp", session: Session, envelope: Envelope) -> str:  # noqa: N802
        server.mails += 1
        peer = session.peer[0] if isinstance(session.peer, tuple) else "local"
        content = envelope.content
        assert isinstance(content, bytes)
        received = Received(mail_from=(envelope.mail_from or "").removeprefix("<>"), recipients=list(envelope.rcpt_tos), raw=content,
                            peer=str(peer), helo=session.host_name or "", protocol=self.protocol)  # fmt: skip
        server.busy = True
        try:
            reply = await self.accept(received)
        except Exception:
            # The sender keeps the mail and tries again; answering anything else would lose it.
            log.exception("mail could not be stored")
            reply = TRY_LATER
        finally:
            server.busy = False
            self.changed.set()
        if self.protocol == "lmtp":  # RFC 2033 4.2: one reply for each recipient
            return "\r\n".join([reply] * len(received.recipients))
        return reply


async def read_text(reader: asyncio.StreamReader, max_bytes: int) -> bytes | None:
    """The text of a mail up to the line that is a dot, with the dots taken away that were put before others
    (RFC 5321 4.5.2). Only CR LF ends a line: a bare one before or after the dot ends nothing. None when the text, read to
    its end all the same, has more than `max_bytes`."""
    pieces: list[bytes] = []
    size, last = 0, b"\r\n"
    while True:
        try:
            piece = await reader.readuntil(b".\r\n")
        except asyncio.LimitOverrunError as too_long:  # no such end in sight: not a limit for us
            piece = await reader.readexactly(too_long.consumed)
        size += len(piece)
        last = (last + piece)[-5:]
        if size <= max_bytes + 3:
            pieces.append(piece)
        else:
            pieces.clear()
        if last == b"\r\n.\r\n":
            break
    if size > max_bytes + 3:
        return None
    text = b"".join(pieces)[:-3]
    return text.replace(b"\r\n.", b"\r\n")[text.startswith(b".") :]


class _Limits:
    """What both protocols add to aiosmtpd: a place in the list of connections, and the limits of one."""

    line_length_limit = MAX_LINE
    mails = 0
    busy = False
    event_handler: MailReception
    transport: asyncio.Transport | None
    data_size_limit: int
    envelope: Envelope
    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter
    check_helo_needed: Callable[[], Awaitable[bool]]
    check_auth_needed: Callable[[str], Awaitable[bool]]
    _call_handler_hook: Callable[[str], Awaitable[str]]
    _set_post_data_state: Callable[[], None]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        reception = self.event_handler
        self.refused = len(reception.connections) >= reception.max_connections or reception.stopping
        reception.connections.add(self)  # type: ignore[arg-type]
        super().connection_made(transport)  # type: ignore[misc]
        if self.refused:
            self.hang_up(BUSY)

    def connection_lost(self, error: Exception | None) -> None:
        self.event_handler.connections.discard(self)
        self.event_handler.changed.set()
        super().connection_lost(error)  # type: ignore[misc]

    def hang_up(self, line: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.write(line)
            self.transport.close()

    async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802
        if self.mails >= self.event_handler.max_mails or self.event_handler.stopping:
            await self.push(TOO_MANY_MAILS)
            if self.transport is not None:
                self.transport.close()
            return
        await super().smtp_MAIL(arg)  # type: ignore[misc]

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        """An everyday address by itself; anything else by the parser of all of RFC 5322, which takes long."""
        plain = PLAIN_ADDRESS.fullmatch(arg or "")
        if plain is None:
            return super()._getaddr(arg)  # type: ignore[misc,no-any-return]
        return plain[1], plain[2] or ""

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """As aiosmtpd's, which reads line by line: that alone was a tenth of what a mail costs the worker."""
        if arg or not self.envelope.rcpt_tos:
            await super().smtp_DATA(arg)  # type: ignore[misc]
            return
        if await self.check_helo_needed() or await self.check_auth_needed("DATA"):
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        try:
            raw = await read_text(self._reader, self.data_size_limit)
        except asyncio.CancelledError:  # the connection broke
            self._writer.close()
            raise
        if raw is None:
            status = TOO_LARGE
        else:
            self.envelope.content = self.envelope.original_content = raw
            status = await self._call_handler_hook("DATA")
        self._set_post_data_state()
        await self.push(status)

    async def push(self, status: Any) -> Any:
        if self.transport is None or self.transport.is_closing():
            return None
        return await super().push(status)  # type: ignore[misc]


class _Smtp(_Limits, SMTP):  # type: ignore[misc]
    pass


class _Lmtp(_Limits, LMTP):  # type: ignore[misc]
    pass
