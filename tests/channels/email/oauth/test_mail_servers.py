"""Real mail servers believe the tokens: Dovecot by XOAUTH2 and OAUTHBEARER, an SMTP server by XOAUTH2."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.channels.email.oauth.conftest import Office
from tests.conftest import running
from tests.support.examples import sign_in
from tests.support.mailservers import dovecot_missing
from tests.support.oauthservers import OAuthServer, TokenDovecot, TokenSink
from tests.support.workspace import TestWorkspace

from hark.app import create_app
from hark.channels.base import TransportError
from hark.channels.email.hosts import host_policy
from hark.channels.email.imap.folders import check_imap
from hark.channels.email.imap.source import ImapSource
from hark.channels.email.mime import parse_message
from hark.channels.email.oauth.sasl import SignInNeeded
from hark.channels.email.oauth.tokens import Tokens as TokenSource
from hark.channels.email.oauth.tokens import token_source
from hark.channels.email.outgoing import mail_channel
from hark.channels.email.smtp_out import SmtpSender, check_smtp
from hark.channels.email.types import ImapConfig, ImapCursor, ImapItem, OutEnvelope, SmtpConfig
from hark.channels.email.watching import Sources
from hark.core.services import Services
from hark.delivery.types import OutAccount, Outgoing, Recipient, SendFailed
from hark.intake.reception import Ledger

LOCAL = host_policy(allow_private=True)
needs_dovecot = pytest.mark.skipif(dovecot_missing() is not None, reason=dovecot_missing() or "")


@pytest.fixture(scope="module")
def oauth() -> Iterator[OAuthServer]:
    server = OAuthServer("google")
    yield server
    server.close()


@pytest.fixture(scope="module")
def dovecot(oauth: OAuthServer) -> Iterator[TokenDovecot]:
    server = TokenDovecot(oauth)
    server.start()
    yield server
    server.close()


class Tokens:
    """What Hark would hold for one user: a token, and how often it had to be renewed because a server refused it."""

    def __init__(self, oauth: OAuthServer, user: str) -> None:
        self.oauth = oauth
        self.user = user
        self.held = ""
        self.renewed = 0
        self.gone = False
        self.renew()

    def renew(self) -> None:
        self.oauth.access.pop(self.held, None)
        self.held = f"token-{self.user}-{time.monotonic_ns()}"
        self.oauth.access[self.held] = self.user

    async def get(self, refused: str | None) -> str:
        if self.gone:
            raise SignInNeeded("Sign in again.")
        if refused == self.held:
            self.renewed += 1
            self.renew()
        return self.held


def mail(number: int) -> bytes:
    return b"From: a@example.com\r\nSubject: %d\r\nMessage-ID: <%d@example.com>\r\n\r\nhello\r\n" % (number, number)


class Box:
    def __init__(self, dovecot: TokenDovecot, tokens: Tokens) -> None:
        self.config = imap_config(dovecot, tokens.user)
        self.tokens = tokens
        self.items: list[ImapItem] = []
        self.health: list[str | None] = []

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        async def accept(item: ImapItem) -> None:
            self.items.append(item)

        async def save(folder: str, cursor: ImapCursor) -> None:
            pass

        async def health(sentence: str | None) -> None:
            self.health.append(sentence)

        stop = asyncio.Event()
        source = ImapSource(
            self.config, accept=accept, save_cursor=save, resolve=LOCAL, health=health, token=self.tokens.get
        )
        task = asyncio.create_task(source.run(stop))
        try:
            yield
        finally:
            stop.set()
            await asyncio.wait_for(task, 10)

    async def until(self, what: Any) -> None:
        deadline = time.monotonic() + 15
        while not what():
            assert time.monotonic() < deadline, (self.subjects(), self.health[-3:])
            await asyncio.sleep(0.02)

    def subjects(self) -> list[str]:
        return [parse_message(item.raw).subject for item in self.items]


def imap_config(dovecot: TokenDovecot, user: str) -> ImapConfig:
    return ImapConfig(
        host="localhost", port=dovecot.imap_port, security="none", username=user, oauth=True, timeout_s=5.0
    )


@needs_dovecot
async def test_mail_comes_in_with_a_token(dovecot: TokenDovecot, oauth: OAuthServer) -> None:
    box = Box(dovecot, Tokens(oauth, "one@example.com"))
    async with box.watched():
        await box.until(lambda: None in box.health)
        dovecot.deliver("one@example.com", mail(1))
        await box.until(lambda: box.subjects() == ["1"])
    assert box.tokens.renewed == 0


@needs_dovecot
async def test_a_waiting_connection_outlives_its_token(dovecot: TokenDovecot, oauth: OAuthServer) -> None:
    """While it idles nothing happens; once the server ends it, a fresh token is fetched and no mail is missed."""
    box = Box(dovecot, Tokens(oauth, "two@example.com"))
    async with box.watched():
        await box.until(lambda: None in box.health)
        first = box.tokens.held
        del oauth.access[first]  # its hour is over
        dovecot.deliver("two@example.com", mail(1))
        await box.until(lambda: box.subjects() == ["1"])
        assert box.tokens.held == first
        dovecot.kill()
        dovecot.start()
        dovecot.deliver("two@example.com", mail(2))
        await box.until(lambda: box.subjects() == ["1", "2"])
    assert box.tokens.renewed == 1
    assert box.tokens.held != first


@needs_dovecot
async def test_without_a_token_no_second_alarm_is_raised_and_mail_comes_in_afterwards(
    dovecot: TokenDovecot, oauth: OAuthServer
) -> None:
    """The sign-in's own alarm says it all; the mailbox's would overwrite it again and again."""
    tokens = Tokens(oauth, "three@example.com")
    tokens.gone = True
    box = Box(dovecot, tokens)
    async with box.watched():
        await asyncio.sleep(0.5)
        assert box.health == []
        dovecot.deliver("three@example.com", mail(1))
        tokens.gone = False
        await box.until(lambda: None in box.health)


@needs_dovecot
async def test_the_live_test_signs_in_with_the_token(dovecot: TokenDovecot, oauth: OAuthServer) -> None:
    tokens = Tokens(oauth, "four@example.com")
    good = await check_imap(imap_config(dovecot, "four@example.com"), LOCAL, tokens.get)
    assert good.ok, good.sentence
    bad = await check_imap(imap_config(dovecot, "somebody@example.com"), LOCAL, tokens.get)
    assert not bad.ok
    assert "refused the sign-in of somebody@example.com with a fresh token" in bad.sentence
    tokens.gone = True
    assert (await check_imap(imap_config(dovecot, "four@example.com"), LOCAL, tokens.get)).sentence == "Sign in again."


@needs_dovecot
@pytest.mark.parametrize("mechanisms", ["oauthbearer", "xoauth2", "login"])
async def test_what_a_server_offers_is_used(oauth: OAuthServer, mechanisms: str) -> None:
    server = TokenDovecot(oauth, mechanisms)
    server.start()
    try:
        check = await check_imap(imap_config(server, "u@example.com"), LOCAL, Tokens(oauth, "u@example.com").get)
    finally:
        server.close()
    assert check.ok is (mechanisms != "login"), check.sentence
    assert check.ok or "no sign-in with OAuth 2 is offered" in check.sentence


@pytest.fixture
async def sink(oauth: OAuthServer) -> AsyncIterator[TokenSink]:
    one = TokenSink(oauth)
    await one.start()
    yield one
    await one.stop()


def smtp_config(sink: TokenSink, user: str) -> SmtpConfig:
    return SmtpConfig(host="localhost", port=sink.port, security="none", username=user, oauth=True, timeout_s=5.0)


async def test_mail_leaves_with_a_token(sink: TokenSink, oauth: OAuthServer) -> None:
    tokens, sender = Tokens(oauth, "five@example.com"), SmtpSender(LOCAL)
    envelope = OutEnvelope(sender="five@example.com", recipients=["b@example.com"])
    config = smtp_config(sink, "five@example.com")
    await sender.send(mail(1), envelope, config, tokens.get)
    tokens.renew()
    await sender.send(mail(2), envelope, config, tokens.get)
    assert sink.connections == 1, "an open connection needs no new token"
    sink.drop_connections()
    await asyncio.sleep(0.05)
    oauth.access.pop(tokens.held)
    await sender.send(mail(3), envelope, config, tokens.get)
    assert (sink.refused, tokens.renewed, len(sink.mails)) == (1, 1, 3)
    await sender.close()


async def test_a_server_that_refuses_a_fresh_token_is_told_so(sink: TokenSink, oauth: OAuthServer) -> None:
    tokens, sender = Tokens(oauth, "six@example.com"), SmtpSender(LOCAL)
    envelope = OutEnvelope(sender="six@example.com", recipients=["b@example.com"])
    with pytest.raises(
        TransportError, match=r"refused the sign-in of other@example\.com with a fresh token"
    ) as failure:
        await sender.send(mail(1), envelope, smtp_config(sink, "other@example.com"), tokens.get)
    assert not failure.value.permanent
    assert sink.refused == 2
    check = await check_smtp(smtp_config(sink, "six@example.com"), LOCAL, tokens.get)
    assert check.ok, check.sentence
    tokens.gone = True
    with pytest.raises(SignInNeeded):
        await sender.send(mail(1), envelope, smtp_config(sink, "six@example.com"), tokens.get)
    await sender.close()


# the whole way --------------------------------------------------------------------------------------------------------


@needs_dovecot
async def test_a_mailbox_is_signed_in_to_read_lost_and_signed_in_to_again(
    services: Services, workspace: TestWorkspace, dovecot: TokenDovecot, oauth: OAuthServer, sink: TokenSink
) -> None:
    """Over HTTP and the worker's own parts: mail comes in and goes out; the password is changed; the alarm stands; after
    another sign-in what came meanwhile is there and the alarm is gone."""
    providers = oauth.providers(imap=dovecot.imap_port, smtp=sink.port)
    app = create_app(services, oauth_providers=providers)
    async with running(app), httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hark.test") as http:
        oauth.user = "whole@example.com"
        office = Office(services, workspace, await sign_in(services, http, workspace.owner))
        await office.register()
        mailbox = await office.sign_in(oauth)
        tested = await office.browser.post("/api/mailboxes/test", await servers(office, mailbox))
        assert tested.json()["ok"], tested.text
        tokens = token_source(services.db, services.keys, providers)
        stop = asyncio.Event()
        sources = Sources(services, Ledger(services.db, services.files, kick=lambda: None), LOCAL, tokens)
        task = asyncio.create_task(sources.run(stop))
        try:
            dovecot.deliver(oauth.user, mail(1))
            await came_in(office, mailbox, 1)
            await send(office, mailbox, tokens)
            assert len(sink.mails) == 1
            oauth.withdraw()
            dovecot.kill()
            dovecot.start()
            await problem(office, mailbox, "Sign-in: Google has ended the sign-in of whole@example.com")
            dovecot.deliver(oauth.user, mail(2))
            with pytest.raises(SendFailed, match="Sign in again"):
                await send(office, mailbox, tokens)
            await office.sign_in(oauth, mailbox_id=mailbox)
            assert (await office.mailbox(mailbox))["problem"] is None
            await came_in(office, mailbox, 2)
            await send(office, mailbox, tokens)
            assert (await office.mailbox(mailbox))["problem"] is None
        finally:
            stop.set()
            await asyncio.wait_for(task, 20)


async def servers(office: Office, mailbox: int) -> dict[str, Any]:
    """What the mailbox's form sends when its servers are tried: no password, and nothing of the sign-in."""
    box = await office.mailbox(mailbox)
    kept = ("host", "port", "security", "username")
    return {"id": mailbox} | {kind: {name: box[kind][name] for name in kept} for kind in ("imap", "smtp")}


async def came_in(office: Office, mailbox: int, count: int) -> None:
    deadline = time.monotonic() + 30
    sql = "SELECT count(*) FROM intake_items WHERE workspace_id = $1 AND account_id = $2"
    while (got := await office.db.one(int, sql, office.workspace.id, mailbox)) < count:
        assert time.monotonic() < deadline, (got, await office.mailbox(mailbox))
        await asyncio.sleep(0.05)


async def problem(office: Office, mailbox: int, beginning: str) -> None:
    deadline = time.monotonic() + 30
    while not ((await office.mailbox(mailbox))["problem"] or "").startswith(beginning):
        assert time.monotonic() < deadline, await office.mailbox(mailbox)
        await asyncio.sleep(0.05)


async def send(office: Office, mailbox: int, tokens: TokenSource) -> None:
    sender = SmtpSender(LOCAL)
    channel = mail_channel(office.services.keys, sender, tokens=tokens)
    account = await office.db.one(
        OutAccount, "SELECT id, kind, name, address, config FROM channel_accounts WHERE workspace_id = $1 AND id = $2",
        office.workspace.id, mailbox,
    )  # fmt: skip
    mailbox_of = Recipient(address="customer@shop.example")
    out = Outgoing(
        workspace_id=office.workspace.id, outbox_id=uuid4(), account=account, external_id=f"{uuid4()}@example.com",
        author_name="Ada", to=[mailbox_of], cc=[], bcc=[], subject="Parcel", text="Soon.", html=None, at=datetime.now(UTC),
        locale="en", time_zone="UTC", parent=None, references=[], quoted=None, files=[], from_address=account.address,
    )  # fmt: skip
    try:
        await channel.send(out, await channel.prepare(out))
    finally:
        await sender.close()
