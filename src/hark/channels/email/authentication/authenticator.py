"""Checking mails while they come in: each in a thread, for a bounded time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import structlog

from hark.channels.email.authentication.evaluate import authenticate, is_public
from hark.channels.email.authentication.resolver import DnsResolver, Resolver
from hark.channels.email.types import Received
from hark.conversations.types import Authentication

log = structlog.get_logger(__name__)
THREADS = 16
WAIT_S = 10.0  # for a free thread and the check; a mail is taken unchecked after that


class Authenticator:
    """Checks what other servers hand over by SMTP. Mails from private addresses come from our own side: not checked."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver or DnsResolver()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mail-check")

    async def check(self, mail: Received) -> Authentication | None:
        """The mail's results; None for one that is not to be checked, or could not be in time."""
        if mail.protocol != "smtp" or not is_public(mail.peer):
            return None
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, self._authenticate, mail)
        try:
            async with asyncio.timeout(WAIT_S):
                return await work
        except TimeoutError:
            log.warning("a mail was not checked in time", peer=mail.peer)
            return None
        except Exception:
            log.exception("a mail could not be checked")
            return None

    def _authenticate(self, mail: Received) -> Authentication:
        return authenticate(mail.raw, peer=mail.peer, helo=mail.helo, mail_from=mail.mail_from, resolver=self._resolver)

    def close(self) -> None:
        """Let no check begin any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)
