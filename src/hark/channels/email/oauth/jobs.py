"""Looking after sign-ins in the background: renewed long before they end, warned about, withdrawn when unused."""

import asyncio
from datetime import timedelta

import structlog

from hark.channels.email.oauth.actions import forget_grant, postpone_withdrawal
from hark.channels.email.oauth.client import revoke
from hark.channels.email.oauth.failures import Refused
from hark.channels.email.oauth.providers import PROVIDERS, Providers
from hark.channels.email.oauth.queries import find_client, is_shared, list_grants, list_unused_grants
from hark.channels.email.oauth.tokens import renew_grant, show_alarm
from hark.channels.email.oauth.types import Grant
from hark.core.crypto import Keys
from hark.core.db import Db

LOOK_S = 60.0
AHEAD = timedelta(minutes=15)
"""How long before its end a token is renewed. Ten minutes more than anybody needs it: time to warn while it works."""
GIVE_UP = timedelta(days=1)
AT_ONCE = 8

log = structlog.get_logger(__name__)


async def keep_grants(db: Db, keys: Keys, providers: Providers = PROVIDERS) -> None:
    """One look at every sign-in: renew what ends soon, show and end alarms, withdraw what no mailbox uses."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(grant: Grant, used: bool) -> None:
        async with slots:
            try:
                await (_keep if used else _withdraw)(db, keys, grant, providers)
            except Exception as error:  # a sign-in must not stop the others'
                log.error("a sign-in could not be looked after", account=grant.account_id, exc_info=error)

    used, unused = await list_grants(db), await list_unused_grants(db, db.now())
    await asyncio.gather(*(one(g, True) for g in used), *(one(g, False) for g in unused))


async def _keep(db: Db, keys: Keys, grant: Grant, providers: Providers) -> None:
    if grant.expires_at - db.now() <= AHEAD:
        grant = await renew_grant(db, keys, grant, providers, wait=False)
    await show_alarm(db, grant, db.now())


async def _withdraw(db: Db, keys: Keys, grant: Grant, providers: Providers) -> None:
    """Withdraw a sign-in at its provider and forget its tokens. After a day without an answer they are forgotten alone."""
    provider, now = providers[grant.provider], db.now()
    client = await find_client(db, keys, grant.workspace_id, grant.provider)
    if client is not None and not await is_shared(db, grant):
        try:
            await revoke(provider, client, keys.decrypt(grant.refresh_token))
        except Refused:
            if grant.failing_since is None or now - grant.failing_since < GIVE_UP:
                await postpone_withdrawal(db, grant, now)
                return
    await forget_grant(db, grant)
