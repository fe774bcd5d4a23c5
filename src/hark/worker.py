"""Everything that works in the background: reception, sources, intake, outbox, timers, journal readers, upkeep."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Literal

import structlog

from hark.access.jobs import clean_up
from hark.ai.actions import forget_calls
from hark.automation import jobs as automation
from hark.automation.calling import run_rule_calls
from hark.automation.log import forget_runs
from hark.bots import running as bots
from hark.bots.calling import Servers, run_calls
from hark.bots.replays import forget, run_replays
from hark.bottlenecks.eventlogs.jobs import LOOK_S as EVENT_LOGS_LOOK_S
from hark.bottlenecks.eventlogs.jobs import read_logs
from hark.channels.email.authentication.authenticator import Authenticator
from hark.channels.email.authentication.resolver import DnsResolver
from hark.channels.email.hosts import host_policy
from hark.channels.email.oauth.jobs import LOOK_S as SIGN_INS_LOOK_S
from hark.channels.email.oauth.jobs import keep_grants
from hark.channels.email.oauth.tokens import token_source
from hark.channels.email.outgoing import mail_channel
from hark.channels.email.providers.actions import forget_tokens
from hark.channels.email.providers.fetch import asker, fetcher
from hark.channels.email.routes import readers
from hark.channels.email.sent_copies import LOOK_S as COPIES_LOOK_S
from hark.channels.email.sent_copies import look_for_copies
from hark.channels.email.signing.jobs import LOOK_S as KEYS_LOOK_S
from hark.channels.email.signing.jobs import check_keys
from hark.channels.email.signing.queries import signers
from hark.channels.email.silent import Rhythms, check_silence
from hark.channels.email.smtp_in import MailReception
from hark.channels.email.smtp_out import SmtpSender
from hark.channels.email.types import Received
from hark.channels.email.watching import Sources
from hark.channels.messenger import leaving
from hark.channels.messenger.mailing import mail_unread
from hark.conversations.jobs import end_promise, end_snooze, forget_uploads
from hark.core.clock import system_clock
from hark.core.errors import ConfigError
from hark.core.journal import Consumer, run_consumers
from hark.core.services import Services
from hark.core.waiting import wait_at_most
from hark.delivery.leaving import Outbox
from hark.embeddings.embedder import embed_with
from hark.embeddings.opening import find_embedder
from hark.help.imports.jobs import LOOK_S as ARTICLES_LOOK_S
from hark.help.imports.jobs import run_imports
from hark.hours.feeds import LOOK_S as FEEDS_LOOK_S
from hark.hours.feeds import refresh_feeds
from hark.intake.actions import forget_old_raw
from hark.intake.directory import Directory
from hark.intake.jobs import DESCRIBE_S, describe_rest
from hark.intake.process import Processor
from hark.intake.reception import Ledger, Reception
from hark.intake.spool import Spool
from hark.intake.types import Source
from hark.privacy.erasing import LOOK_S as ERASURES_LOOK_S
from hark.privacy.erasing import forget_classifiers, run_erasures
from hark.reports.mails import LOOK_S as REPORTS_LOOK_S
from hark.reports.mails import send_due
from hark.reports.places import keep_facts_in
from hark.reports.schedules import serve_schedule
from hark.routing import jobs as routing
from hark.settings import Settings
from hark.simulation.jobs import run_simulations
from hark.sla import jobs as sla
from hark.suggestions.actions import forget_stale
from hark.suggestions.learning import Learners
from hark.timers.jobs import Handler, run_timers
from hark.timers.types import TimerKind
from hark.understanding.jobs import run_trainings
from hark.understanding.models import MODELS
from hark.visits.actions import forget_visits

log = structlog.get_logger(__name__)

TIMERS: Mapping[TimerKind, Handler] = {TimerKind.SNOOZE: end_snooze, TimerKind.PROMISE: end_promise, TimerKind.REPORT: serve_schedule, **sla.TIMERS, **routing.TIMERS, **automation.TIMERS, **bots.TIMERS}

LOOK_S = 2.0  # how often the spool is looked at
SILENCE_LOOK_S = 30.0
UPKEEP_S = 600.0
STOP_S = 20.0
NO_MAILBOX = "550 5.1.1 There is no such mailbox here"
STORED = "250 2.0.0 Stored"


async def run_worker(services: Services, consumers: Sequence[Consumer], stop: asyncio.Event) -> None:
    """Work until `stop`; what is under way is finished first. Raises ConfigError when a reception port is taken."""
    settings, db, files, keys = services.settings, services.db, services.files, services.keys
    keep_facts_in(db, settings.facts_dir)
    resolve = host_policy(allow_private=settings.private_hosts)
    embed_with(db, find_embedder(settings, asker(resolve, plain=settings.private_hosts)))
    mail_readers = readers(keys, settings)
    MODELS.serve_from(files)
    processor = Processor(db, files, mail_readers)
    ledger = Ledger(db, files, kick=processor.kick)
    spool = Spool(settings.spool_dir)
    reception = Reception(ledger, Directory(db, settings.spool_dir / "addresses.json"), spool, db.now)
    sender = SmtpSender(resolve)
    tokens = token_source(db, keys)
    mail = mail_channel(keys, sender, signers=signers(db, keys), public_url=settings.public_url or "", tokens=tokens)
    dns, fetch = DnsResolver(), fetcher(resolve)
    outbox = Outbox(db, files, {1: mail})
    timers = {**TIMERS, TimerKind.CHAT_MAIL: mail_unread(mail.new_id)}
    sources = Sources(services, ledger, resolve, tokens)
    ask_model = asker(resolve, plain=settings.private_hosts)
    ask = asker(resolve)
    servers = Servers(keys, ask, ask_model, Learners(db))
    rhythms: Rhythms = {}
    parts: dict[str, Callable[[], Awaitable[None]]] = {
        "intake": lambda: processor.run(stop),
        "outbox": lambda: outbox.run(services.bus, stop),
        "timers": lambda: run_timers(db, timers, stop),
        "journal": lambda: run_consumers(db, services.bus, consumers, stop),
        "sources": lambda: sources.run(stop),
        "bots": lambda: run_calls(db, services.bus, servers, stop),
        "rule calls": lambda: run_rule_calls(db, services.bus, ask, stop),
        "bot replays": lambda: run_replays(db, stop),
        "bot upkeep": lambda: every(UPKEEP_S, lambda: forget(db), stop),
        "simulations": lambda: run_simulations(db, stop),
        "trainings": lambda: run_trainings(db, files, stop),
        "routing": lambda: routing.run_routing(db, services.bus, stop),
        "experience": lambda: every(routing.LEARN_S, lambda: routing.learn_all(db), stop),
        "spool": lambda: every(LOOK_S, reception.drain, stop),
        "silence": lambda: every(SILENCE_LOOK_S, lambda: check_silence(db, rhythms), stop),
        "sign-ins": lambda: every(SIGN_INS_LOOK_S, lambda: keep_grants(db, keys), stop),
        "leaving": lambda: every(leaving.LOOK_S, lambda: leaving.sweep_left(db, services.bus), stop),
        "copies": lambda: every(COPIES_LOOK_S, lambda: look_for_copies(db, keys, resolve, tokens), stop),
        "keys": lambda: every(KEYS_LOOK_S, lambda: check_keys(db, dns), stop),
        "sessions": lambda: every(UPKEEP_S, lambda: clean_up(db), stop),
        "uploads": lambda: every(UPKEEP_S, lambda: forget_uploads(db, files), stop),
        "webhooks": lambda: every(UPKEEP_S, lambda: forget_tokens(db), stop),
        "ledger": lambda: every(DESCRIBE_S, lambda: describe_rest(db, files, mail_readers), stop),
        "upkeep": lambda: every(UPKEEP_S, lambda: forget_old_raw(db, files, settings.raw_keep_days), stop),
        "holidays": lambda: every(FEEDS_LOOK_S, lambda: refresh_feeds(db, fetch), stop),
        "reports": lambda: every(REPORTS_LOOK_S, lambda: send_due(db, mail, settings.public_url or ""), stop),
        "article imports": lambda: every(ARTICLES_LOOK_S, lambda: run_imports(db, files), stop),
        "event-logs": lambda: every(EVENT_LOGS_LOOK_S, lambda: read_logs(db, files), stop),
        "model log": lambda: every(UPKEEP_S, lambda: forget_calls(db), stop),
        "rule log": lambda: every(UPKEEP_S, lambda: forget_runs(db), stop),
        "suggestions": lambda: every(UPKEEP_S, lambda: forget_stale(db), stop),
        "erasures": lambda: every(ERASURES_LOOK_S, lambda: run_erasures(db, files), stop),
        "erased words": lambda: every(UPKEEP_S, lambda: forget_classifiers(db, files), stop),
        "visits": lambda: every(UPKEEP_S, lambda: forget_visits(db, settings.visits_keep_days), stop),
    }
    async with receiving(settings, reception):
        tasks = [asyncio.create_task(keep(name, part, stop), name=name) for name, part in parts.items()]
        await stop.wait()
    processor.kick()
    _, late = await asyncio.wait(tasks, timeout=STOP_S)
    for task in late:
        log.warning("stopped in the middle", part=task.get_name())
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await servers.learners.close()
    await sender.close()


async def run_reception(settings: Settings, stop: asyncio.Event) -> None:
    """`hark intake`: take mail into the spool without the database, until `stop`; a worker puts it into the ledger."""
    directory = Directory(None, settings.spool_dir / "addresses.json")
    reception = Reception(None, directory, Spool(settings.spool_dir), system_clock)
    async with receiving(settings, reception):
        await stop.wait()


async def keep(name: str, part: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Run one part until `stop`. One that ends with an error is started again: the others do not stop for it."""
    while not stop.is_set():
        try:
            await part()
        except Exception as error:
            log.error("a part of the worker failed and is started again", part=name, exc_info=error)
            await wait_at_most(1.0, stop)


async def every(seconds: float, work: Callable[[], Awaitable[object]], stop: asyncio.Event) -> None:
    """Do it now and then again every so often. A failure is logged and the next time comes all the same."""
    while not stop.is_set():
        try:
            await work()
        except Exception as error:
            log.error("upkeep failed, trying again", exc_info=error)
        await wait_at_most(seconds, stop)


# reception ------------------------------------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def receiving(settings: Settings, reception: Reception) -> AsyncIterator[None]:
    """SMTP and LMTP servers as the settings want them. Raises ConfigError when a port is taken."""
    authenticator = Authenticator() if settings.mail_auth == "on" else None

    async def accept(mail: Received) -> str:
        return await take_mail(reception, authenticator, mail)

    servers: list[MailReception] = []
    wanted: list[tuple[Literal["smtp", "lmtp"], int]] = [("smtp", settings.smtp_port), ("lmtp", settings.lmtp_port)]
    try:
        for protocol, port in wanted:
            if port:
                server = MailReception(
                    accept, protocol=protocol, host=settings.smtp_host, port=port, max_bytes=settings.mail_max_bytes
                )
                await _start(server, f"HARK_{protocol.upper()}_PORT")
                servers.append(server)
        yield
    finally:
        for server in servers:
            await server.stop()
        if authenticator is not None:
            authenticator.close()


async def take_mail(reception: Reception, authenticator: Authenticator | None, mail: Received) -> str:
    """Check a mail where that is due and take it; the reply for its sender. Raises Unavailable when nothing can keep it."""
    known = [r for r in mail.recipients if await reception.knows(r)]
    if not known:
        return NO_MAILBOX
    checked = await authenticator.check(mail) if authenticator is not None else None
    await reception.take(
        mail.raw, known, source=Source.LMTP if mail.protocol == "lmtp" else Source.SMTP, mail_from=mail.mail_from,
        peer=mail.peer, helo=mail.helo, authentication=checked,
    )  # fmt: skip
    return STORED


async def _start(server: MailReception, variable: str) -> None:
    try:
        await server.start()
    except OSError as error:
        raise ConfigError(
            f"Mail cannot be received on {server.host}:{server.port}: {error.strerror}. Set {variable} to a free port, "
            "or to 0 to receive no mail there."
        ) from error
    log.info("receiving mail", protocol=server.protocol, host=server.host, port=server.port)
