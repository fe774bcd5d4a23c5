"""Real mail servers for tests, on loopback and ports of their own: Dovecot (LMTP in, IMAP out) and an SMTP sink."""

import asyncio
import grp
import os
import pwd
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from hark.bench.installation import free_port
from hark.bench.mail.servers import CONFIG, PASSWORD


def dovecot_missing() -> str | None:
    """Why Dovecot cannot be run here, or None."""
    return (
        None if shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin") else "Dovecot is not installed"
    )


class Dovecot:
    """One unprivileged Dovecot; any user name works with PASSWORD. As root it runs as `nobody`.

    It has a folder of its own outside pytest's, which are closed to other users; `close()` removes it. `extra` is added
    to its configuration.
    """

    def __init__(self, extra: str = "") -> None:
        self.root = root = Path(tempfile.mkdtemp(prefix="hark-dovecot-"))
        self.imap_port = free_port()
        self.lmtp_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        uid = pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else os.getuid()
        entry = pwd.getpwuid(uid)
        self._uid, self._gid = entry.pw_uid, entry.pw_gid
        config = CONFIG.format(root=root, user=entry.pw_name, group=grp.getgrgid(entry.pw_gid).gr_name,
                               imap_port=self.imap_port, lmtp_port=self.lmtp_port, password=PASSWORD)  # fmt: skip
        for name in ("run", "state", "mail", "home"):
            (root / name).mkdir(parents=True, exist_ok=True)
            os.chown(root / name, self._uid, self._gid)
        os.chown(root, self._uid, self._gid)
        (root / "dovecot.conf").write_text(config + extra)

    def start(self) -> None:
        binary = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        assert binary is not None
        as_user = {"user": self._uid, "group": self._gid, "extra_groups": []} if os.getuid() == 0 else {}
        self._process = subprocess.Popen(
            [binary, "-F", "-c", str(self.root / "dovecot.conf")], cwd=self.root, start_new_session=True, **as_user
        )  # type: ignore[call-overload]
        deadline = time.monotonic() + 10
        while True:
            try:
                for port in (self.imap_port, self.lmtp_port):
                    with socket.create_connection(("127.0.0.1", port), 1) as sock:
                        sock.recv(10)
                return
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    log = self.root / "dovecot.log"
                    raise RuntimeError(f"Dovecot did not start: {log.read_text() if log.exists() else ''}") from None
                time.sleep(0.03)

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(10)
            self._process = None

    def kill(self) -> None:
        """End every process at once, so that clients see the connection break without a goodbye."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        self._process = None
        (self.root / "run" / "master.pid").unlink(missing_ok=True)

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.root, ignore_errors=True)

    def deliver(self, user: str, raw: bytes) -> None:
        """Put a mail into the user's INBOX over LMTP."""
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as client:
            client.sendmail("sender@example.com", [user], raw)

    def renumber(self, user: str) -> None:
        """Make the server give the folder a new UIDVALIDITY and new UIDs; Dovecot must be stopped."""
        for name in (
            "dovecot-uidlist",
            "dovecot.index",
            "dovecot.index.cache",
            "dovecot.index.log",
            "dovecot-uidvalidity",
        ):
            for path in (self.root / "mail" / user).glob(f"{name}*"):
                path.unlink()


class SmtpSink:
    """A real SMTP server that keeps what it gets; `replies` answers MAIL, RCPT (by address) or DATA differently.

    The value `drop` for DATA closes the connection after the text, without an answer.
    """

    def __init__(self, *, login: tuple[str, str] | None = None) -> None:
        self.mails: list[Envelope] = []
        self.replies: dict[str, str] = {}
        self.connections = 0
        self.max_bytes = 33_554_432  # as EHLO says; also what it takes
        self.port = 0
        self._login = login
        self._server: asyncio.Server | None = None
        self._open: set[SMTP] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for one in self._open:
            if one.transport is not None:
                one.transport.close()
        await asyncio.sleep(0.05)

    def drop_connections(self) -> None:
        for one in self._open:
            if one.transport is not None:
                one.transport.abort()

    def _connection(self) -> SMTP:
        self.connections += 1
        one = SMTP(self, enable_SMTPUTF8=True, hostname="sink.example.com", loop=asyncio.get_running_loop(),
                   auth_require_tls=False, auth_required=False, authenticator=self._authenticate,
                   data_size_limit=self.max_bytes)  # fmt: skip
        self._open.add(one)
        return one

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        good = isinstance(data, LoginPassword) and self._login == (data.login.decode(), data.password.decode())
        return AuthResult(success=good, handled=False)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if "MAIL" in self.replies:
            return self.replies["MAIL"]
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.replies:
            return self.replies[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = self.replies.get("DATA", "250 2.0.0 queued as sink")
        if reply == "drop":
            assert server.transport is not None
            server.transport.abort()
            return "250"
        if reply.startswith("2"):
            self.mails.append(envelope)
        return reply
