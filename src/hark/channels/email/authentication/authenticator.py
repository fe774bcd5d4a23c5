"""Checking mails while they come in: each in a thread, for a bounded time."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import msgspec
import structlog

from hark.channels.email.authentication.evaluate import authenticate, is_public
from hark.channels.email.authentication.resolver import DnsResolver, Resolver
from hark.channels.email.types import Received
from hark.conversations.types import Authentication

log = structlog.get_logger(__name__)
THREADS = 16
WAIT_S = 10.0  # for a free thread and the check; a mail is taken unchecked after that


class Authenticator:
    """Checks what other servers hand over by SMTP, or to a provider that posts it. Mails from private addresses come from
    our own side: not checked."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver or DnsResolver()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mail-check")

    async def check(self, mail: Received) -> Authentication | None:
        """The mail's results; None for one that is not to be checked, or could not be in time."""
        if mail.protocol == "lmtp" or (mail.protocol == "smtp" and not is_public(mail.peer)):
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
        peer = mail.peer if is_public(mail.peer) else ""
        checked = authenticate(mail.raw, peer=peer, helo=mail.helo, mail_from=mail.mail_from, resolver=self._resolver)
        return checked if peer else _without_server(checked)

    def close(self) -> None:
        """Let no check begin any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _without_server(checked: Authentication) -> Authentication:
    """Where the provider does not tell which server sent a mail, SPF may have proved it: only a signature says something."""
    dmarc = next((r for r in checked.results if r.method == "dmarc"), None)
    if checked.verdict != "forged" or dmarc is None or dmarc.result == "permerror":
        return checked
    return msgspec.structs.replace(
        checked, verdict="unknown",
        sentence=f"No signature proves that it comes from {dmarc.domain}, and its server, which is not known, may or may not.",
    )  # fmt: skip
