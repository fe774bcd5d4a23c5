"""Access tokens for the mail servers: renewed before they end, by one process at a time, and with an alarm."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from hark.channels.base import TransportError
from hark.channels.email.oauth.actions import (
    LEASE_S,
    OTHER_KEY,
    SIGN_IN,
    save_failure,
    save_renewal,
    take_lease,
    void_token,
)
from hark.channels.email.oauth.alarm import find_alarm
from hark.channels.email.oauth.client import missing_scopes, renew
from hark.channels.email.oauth.failures import Refused
from hark.channels.email.oauth.providers import PROVIDERS, ProviderKey, Providers
from hark.channels.email.oauth.queries import find_client, find_grant
from hark.channels.email.oauth.sasl import GetToken, SignInNeeded
from hark.channels.email.oauth.types import Grant
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.errors import ConfigError, HarkError
from hark.intake.accounts.actions import set_problem
from hark.intake.accounts.types import ImapServer, SmtpServer

RENEW_BEFORE = timedelta(minutes=5)
LEAST_LEFT = timedelta(seconds=30)  # of a token that is still worth showing to a server
WAIT_STEP_S = 0.2

Tokens = Callable[[int, int, ImapServer | SmtpServer], GetToken | None]
"""(workspace, account, one of its servers) -> where its access tokens come from, None for a server with a password."""


def token_source(db: Db, keys: Keys, providers: Providers = PROVIDERS) -> Tokens:
    """The access tokens of all mailboxes. A token goes to its provider's own servers only."""

    def tokens(workspace_id: int, account_id: int, server: ImapServer | SmtpServer) -> GetToken | None:
        key = server.auth
        if key is None or key == "password":
            return None
        provider = providers[key]

        async def get(refused: str | None) -> str:
            if not provider.takes_token(server):
                raise TransportError(
                    f"A sign-in with {provider.name} is good for its own servers over TLS, not for {server.host}. Choose"
                    f" {provider.imap.host} and {provider.smtp.host}, or enter a password.",
                    permanent=False,
                )
            try:
                return await access_token(db, keys, workspace_id, account_id, key, providers=providers, refused=refused)
            except HarkError as error:
                raise SignInNeeded(error.detail) from error

        return get

    return tokens


async def access_token(
    db: Db, keys: Keys, workspace_id: int, account_id: int, provider: ProviderKey, *, providers: Providers = PROVIDERS,
    refused: str | None = None,
) -> str:  # fmt: skip
    """An access token of a mailbox that is good for five more minutes, or for as long as the provider lets it be.

    `refused`: one that a server has just refused; it is renewed however long it should live. Raises SignInNeeded with
    the sentence of the mailbox's alarm.
    """
    grant = await find_grant(db, workspace_id, account_id)
    if grant is None or grant.provider != provider:
        raise SignInNeeded(
            f"Nobody has signed in with {providers[provider].name} yet. Sign in in the mailbox's settings."
        )
    held = _open(grant, keys)
    if held is not None and held == refused:
        grant = await void_token(db, grant, db.now())
    good = held not in (None, refused)
    if held is not None and good and grant.expires_at - db.now() > RENEW_BEFORE:
        return held
    usable = good and grant.expires_at - db.now() > LEAST_LEFT
    grant = await renew_grant(db, keys, grant, providers, wait=not usable)
    held = _open(grant, keys)
    if held is None or held == refused or grant.expires_at - db.now() <= LEAST_LEFT:
        alarm = find_alarm(grant, db.now())
        raise SignInNeeded(alarm.sentence if alarm else "The sign-in is being renewed. It is tried again in a moment.")
    return held


def _open(grant: Grant, keys: Keys) -> str | None:
    """The access token, or None when it was encrypted with another key."""
    try:
        return keys.decrypt(grant.access_token)
    except ConfigError:
        return None


async def renew_grant(db: Db, keys: Keys, grant: Grant, providers: Providers, *, wait: bool) -> Grant:
    """Renew a grant now unless it was tried just before, and show or end its alarm; the grant as it is then.

    When another process is at it already, `wait` for its outcome. Never raises for what a provider answers.
    """
    now = db.now()
    if grant.ended or grant.next_try_at > now:
        return grant
    lease = await take_lease(db, grant, now)
    if lease is None:
        return await _other_outcome(db, grant) if wait else grant
    try:
        await _renew(db, keys, grant, lease, providers)
    except Refused as refused:
        await save_failure(db, grant, lease, refused, db.now())
    fresh = await find_grant(db, grant.workspace_id, grant.account_id)
    if fresh is None:
        return grant
    await show_alarm(db, fresh, db.now())
    return fresh


async def _renew(db: Db, keys: Keys, grant: Grant, lease: UUID, providers: Providers) -> None:
    provider = providers[grant.provider]
    try:
        client = await find_client(db, keys, grant.workspace_id, grant.provider)
        refresh_token = keys.decrypt(grant.refresh_token)
    except ConfigError as error:
        why = "what Hark has stored of it was encrypted with another key. Restore the key file, or sign in again"
        raise Refused("setup", provider.name, why, code=OTHER_KEY) from error
    if client is None or client.client_id != grant.client_id:
        why = "Hark's registration there is another one now. Sign in again, or enter the former client id"
        raise Refused("setup", provider.name, why, code="other_client")
    asked_at = db.now()
    answer = await renew(provider, client, refresh_token, public=grant.public)
    if missing_scopes(provider, answer.scope):
        raise Refused("person", provider.name, "the access to mail was withdrawn", code="missing_scope")
    await save_renewal(db, grant, lease, answer, asked_at, keys)


async def _other_outcome(db: Db, grant: Grant) -> Grant:
    """What the process that has the lease makes of it; a lease that lapses is left to the next try."""
    for _ in range(round(LEASE_S / WAIT_STEP_S)):
        current = await find_grant(db, grant.workspace_id, grant.account_id)
        if current is None:
            return grant
        if current.lease_until is None or current.access_token != grant.access_token or current.lease_until < db.now():
            return current
        await asyncio.sleep(WAIT_STEP_S)
    return grant


async def show_alarm(db: Db, grant: Grant, now: datetime) -> None:
    """Show at the mailbox what is wrong with its sign-in, or that nothing is any more. A warning does not hide another
    problem of the mailbox; an ended sign-in does, for it is the reason."""
    alarm, shown = find_alarm(grant, now), grant.problem or ""
    ours = shown.startswith(SIGN_IN)
    if alarm is None:
        if ours:
            await set_problem(db, grant.workspace_id, grant.account_id, SIGN_IN, None)
    elif (not shown or ours or alarm.state == "ended") and shown != SIGN_IN + alarm.sentence:
        await set_problem(db, grant.workspace_id, grant.account_id, SIGN_IN, alarm.sentence)
