"""The other side of our mail: a real Dovecot that takes mail by LMTP and hands it out by IMAP, a real SMTP server to send to."""

import asyncio
import contextlib
import grp
import os
import pwd
import re
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import msgspec
from aiosmtpd.smtp import SMTP, Envelope, Session

from hark.bench.installation import Probe, end, free_port, wait_ready
from hark.core.errors import Unavailable
from hark.core.processes import spawn_tied

PASSWORD = "secret"  # noqa: S105 - of a server that lives for one benchmark
USER = "desk"
MISSING = (
    "Dovecot is not installed, and this benchmark watches a mailbox of a real server. Install it (Debian: apt-get install "
    "dovecot-imapd dovecot-lmtpd) and run it again."
)
CONFIG = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {root}/run
state_dir = {root}/state
log_path = {root}/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_location = maildir:{root}/mail/%u
mail_max_userip_connections = 100
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={root}/home/%u allow_all_users=yes
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp_port}
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@example.com
}}
"""


class Dovecot(msgspec.Struct, frozen=True):
    """A running one. Any user name works with PASSWORD."""

    imap_port: int
    lmtp_port: int


def find_dovecot() -> str:
    """Its program. Raises Unavailable with what to do where it is missing."""
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise Unavailable(MISSING)
    return found


@asynccontextmanager
async def dovecot() -> AsyncIterator[Dovecot]:
    """A Dovecot on free ports of 127.0.0.1, in a temporary folder, without root's rights. Raises Unavailable."""
    binary = find_dovecot()
    root = Path(tempfile.mkdtemp(prefix="hark-dovecot-"))
    who = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
    here = Dovecot(free_port(), free_port())
    for folder in (root, *(root / name for name in ("run", "state", "mail", "home"))):
        folder.mkdir(exist_ok=True)
        os.chown(folder, who.pw_uid, who.pw_gid)
    config = root / "dovecot.conf"
    config.write_text(CONFIG.format(
        root=root, user=who.pw_name, group=grp.getgrgid(who.pw_gid).gr_name, imap_port=here.imap_port, lmtp_port=here.lmtp_port,
        password=PASSWORD,
    ))  # fmt: skip
    user = (who.pw_uid, who.pw_gid) if os.getuid() == 0 else None
    log_path = root / "start.log"
    with log_path.open("ab") as log:
        process = spawn_tied(
            [binary, "-F", "-c", str(config)],
            death_signal=signal.SIGTERM,
            output=log.fileno(),
            user=user,
            cwd=str(root),
        )
    try:
        await wait_ready(Probe(here.imap_port, b"", b"* OK"), process, log_path)
        await wait_ready(Probe(here.lmtp_port, b"", b"220"), process, log_path)
        yield here
    finally:
        await end(process)
        shutil.rmtree(root, ignore_errors=True)


class Sink:
    """A real SMTP server that keeps what it gets and takes a moment before it says so, as those of providers do.

    What it has taken stays, also when nobody waits for its answer any more: that is where a mail is "probably sent".
    `taken` counts each mark (`MARK`) of our replies.
    """

    MARK = re.compile(rb"bench-reply-(\d+)-")

    def __init__(self, pause_s: float, seed: int) -> None:
        self.taken: Counter[int] = Counter()
        self.unknown = 0  # mails that carry no mark
        self.port = 0
        self._pause_s = pause_s
        self._random = Random(seed)

    def connection(self) -> SMTP:
        return SMTP(self, enable_SMTPUTF8=True, hostname="sink.example", loop=asyncio.get_running_loop())

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        mark = self.MARK.search(content)
        if mark is None:
            self.unknown += 1
        else:
            self.taken[int(mark[1])] += 1
        await asyncio.sleep(self._random.uniform(0, 2 * self._pause_s))
        return "250 2.0.0 queued"


@asynccontextmanager
async def sink(*, pause_s: float = 0.05, seed: int = 4) -> AsyncIterator[Sink]:
    """A sink on a free port of 127.0.0.1; `pause_s` is how long it thinks about a mail on average."""
    one = Sink(pause_s, seed)
    server = await asyncio.get_running_loop().create_server(one.connection, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await server.wait_closed()
