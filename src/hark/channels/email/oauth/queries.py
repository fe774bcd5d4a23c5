"""Reading registrations, sign-ins under way and grants."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from hark.channels.email.oauth.providers import PROVIDERS, ProviderKey
from hark.channels.email.oauth.types import Client, ClientView, Flow, Grant
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db, Queries
from hark.core.errors import Conflict

NO_FLOW = "There is no such sign-in. It may have expired; start it again."
FLOW = (
    "id, provider, way, account_id, address, secret, user_code, verification_uri, interval_s, expires_at, state, problem,"
    " subject"
)
GRANT = (
    "g.workspace_id, g.account_id, g.provider, g.client_id, g.public, g.subject, g.refresh_token, g.access_token,"
    " g.expires_at, g.granted_at, g.ends_at, g.next_try_at, g.failures, g.failing_since, g.reason, g.ended, g.lease_until,"
    " c.secret_expires_on, w.time_zone, a.address, a.problem"
)
GRANTS = (
    "oauth_grants g JOIN channel_accounts a ON a.workspace_id = g.workspace_id AND a.id = g.account_id"
    " JOIN workspaces w ON w.id = g.workspace_id"
    " LEFT JOIN oauth_clients c ON c.workspace_id = g.workspace_id AND c.provider = g.provider AND c.client_id = g.client_id"
)
# What a mailbox still signs in with; everything else is to be withdrawn at its provider and forgotten.
USED = "a.disabled_at IS NULL AND (a.config #>> '{imap,auth}' = g.provider OR a.config #>> '{smtp,auth}' = g.provider)"


class _ClientRow(msgspec.Struct):
    client_id: str
    client_secret: str
    tenant: str
    secret_expires_on: date | None


async def list_clients(db: Db, actor: Actor) -> list[ClientView]:
    """Every provider, registered or not, in the order of the table."""
    rows = await db.all(
        _View,
        "SELECT provider, client_id, tenant, secret_expires_on FROM oauth_clients WHERE workspace_id = $1",
        actor.workspace_id,
    )  # fmt: skip
    stored = {row.provider: row for row in rows}
    return [
        ClientView(
            provider=key, name=provider.name, device=provider.device_url is not None,
            client_id=stored[key].client_id if key in stored else "",
            tenant=stored[key].tenant if key in stored else "common",
            secret_expires_on=stored[key].secret_expires_on if key in stored else None,
        )
        for key, provider in PROVIDERS.items()
    ]  # fmt: skip


class _View(msgspec.Struct):
    provider: ProviderKey
    client_id: str
    tenant: str
    secret_expires_on: date | None


async def find_client(db: Queries, keys: Keys, workspace_id: int, provider: ProviderKey) -> Client | None:
    """The registration of a workspace at a provider. Raises ConfigError when its secret cannot be decrypted."""
    row = await db.find(
        _ClientRow,
        "SELECT client_id, client_secret, tenant, secret_expires_on FROM oauth_clients"
        " WHERE workspace_id = $1 AND provider = $2",
        workspace_id, provider,
    )  # fmt: skip
    return Client(row.client_id, keys.decrypt(row.client_secret), row.tenant, row.secret_expires_on) if row else None


async def require_client(db: Queries, keys: Keys, workspace_id: int, provider: ProviderKey) -> Client:
    """The same. Raises Conflict when nothing is registered."""
    client = await find_client(db, keys, workspace_id, provider)
    if client is None:
        raise Conflict(
            f"Hark is not registered with {PROVIDERS[provider].name} yet. Enter the client id and secret first.",
            code="not_registered",
        )
    return client


async def get_flow(db: Queries, actor: Actor, id: UUID) -> Flow:
    """A sign-in of this person. Raises NotFound."""
    return await db.one(
        Flow,
        f"SELECT {FLOW} FROM oauth_flows WHERE workspace_id = $1 AND id = $2 AND agent_id = $3",
        actor.workspace_id, id, actor.agent_id, missing=NO_FLOW,
    )  # fmt: skip


async def find_grant(db: Queries, workspace_id: int, account_id: int) -> Grant | None:
    return await db.find(
        Grant, f"SELECT {GRANT} FROM {GRANTS} WHERE g.workspace_id = $1 AND g.account_id = $2", workspace_id, account_id
    )


async def get_grant(db: Queries, actor: Actor, account_id: int) -> Grant:
    """How a connected mailbox is signed in to. Raises NotFound."""
    return await db.one(
        Grant,
        f"SELECT {GRANT} FROM {GRANTS} WHERE g.workspace_id = $1 AND g.account_id = $2 AND {USED}",
        actor.workspace_id, account_id, missing="This mailbox is not signed in to with Google or Microsoft.",
    )  # fmt: skip


async def list_grants(db: Db) -> list[Grant]:
    """All grants of all workspaces that a mailbox uses, for the worker."""
    return await db.all(Grant, f"SELECT {GRANT} FROM {GRANTS} WHERE {USED} ORDER BY g.workspace_id, g.account_id")


async def list_unused_grants(db: Db, now: datetime) -> list[Grant]:
    """Grants that no mailbox uses any more (disconnected, or signed in to in another way) and are due to be withdrawn."""
    return await db.all(
        Grant,
        f"SELECT {GRANT} FROM {GRANTS} WHERE ({USED}) IS NOT TRUE AND g.next_try_at <= $1"
        " ORDER BY g.workspace_id, g.account_id",
        now,
    )  # fmt: skip


async def is_shared(db: Queries, grant: Grant) -> bool:
    """Whether another mailbox is signed in to with the same account and registration: withdrawing one at Google would
    withdraw both."""
    return await db.one(
        bool,
        "SELECT EXISTS (SELECT 1 FROM oauth_grants WHERE provider = $1 AND client_id = $2 AND subject = $3"
        " AND (workspace_id, account_id) <> ($4::int, $5::int))",
        grant.provider, grant.client_id, grant.subject, grant.workspace_id, grant.account_id,
    )  # fmt: skip
