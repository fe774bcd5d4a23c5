"""Reading the domains we send from and their keys."""

from datetime import datetime

import msgspec

from hark.channels.email.outgoing import Signers
from hark.channels.email.signing.check import record_of
from hark.channels.email.signing.sign import Algorithm, SigningKey, load_key
from hark.channels.email.signing.types import DomainView, KeyView
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db, Queries
from hark.core.errors import NotFound

_SENDERS = (
    "SELECT lower(address) AS address FROM channel_accounts WHERE workspace_id = $1 AND kind = 1 AND disabled_at IS NULL"
    " UNION SELECT address FROM account_aliases WHERE workspace_id = $1 ORDER BY address"
)


class KeyRow(msgspec.Struct, frozen=True):
    """A key as stored; the private half stays in the database."""

    domain: str
    selector: str
    algorithm: Algorithm
    public_key: str
    created_at: datetime
    active_at: datetime | None
    retired_at: datetime | None
    checked_at: datetime | None
    published: bool | None
    checked: str | None


async def list_domains(db: Queries, actor: Actor) -> list[DomainView]:
    """The domains of our addresses, and those that have a key still; by name."""
    rows = await list_keys(db, actor.workspace_id)
    addresses: dict[str, list[str]] = {row.domain: [] for row in rows}
    for address in await db.all(str, _SENDERS, actor.workspace_id):
        addresses.setdefault(wire_domain(address.rpartition("@")[2]), []).append(address)
    return [
        DomainView(
            domain=domain, addresses=addresses[domain], keys=[_view(r) for r in rows if r.domain == domain],
            can=["write"] if actor.can("mailboxes.write") else [],
        )
        for domain in sorted(addresses)
    ]  # fmt: skip


async def get_domain(db: Queries, actor: Actor, domain: str) -> DomainView:
    """One of them. Raises NotFound."""
    for one in await list_domains(db, actor):
        if one.domain == wire_domain(domain):
            return one
    raise NotFound("No mailbox sends from this domain.")


async def list_keys(db: Queries, workspace_id: int, domain: str | None = None) -> list[KeyRow]:
    """Keys of all domains or of one, the newest first."""
    return await db.all(
        KeyRow,
        "SELECT domain, selector, algorithm, public_key, created_at, active_at, retired_at, checked_at, published, checked"
        " FROM dkim_keys WHERE workspace_id = $1 AND ($2::text IS NULL OR domain = $2) ORDER BY created_at DESC, selector",
        workspace_id, domain,
    )  # fmt: skip


async def list_smtp_hosts(db: Queries, workspace_id: int, domain: str) -> list[str]:
    """The servers that mailboxes with addresses of a domain send by."""
    return await db.all(
        str,
        "SELECT DISTINCT a.config #>> '{smtp,host}' FROM channel_accounts a WHERE a.workspace_id = $1 AND a.kind = 1"
        " AND a.disabled_at IS NULL AND a.config #>> '{smtp,host}' IS NOT NULL AND (lower(a.address) LIKE '%@' || $2"
        " OR EXISTS (SELECT FROM account_aliases x WHERE x.workspace_id = $1 AND x.account_id = a.id"
        "   AND x.address LIKE '%@' || $2)) ORDER BY 1",
        workspace_id, domain,
    )  # fmt: skip


class DueKey(msgspec.Struct, frozen=True):
    """A key that signs and whose record is to be looked up; `accounts` are the mailboxes of its domain."""

    workspace_id: int
    accounts: list[int]
    key: KeyRow


class _Due(KeyRow, frozen=True):
    workspace_id: int
    accounts: list[int]


async def list_due_keys(db: Queries, checked_before: datetime) -> list[DueKey]:
    """Of all workspaces, the longest unchecked first."""
    rows = await db.all(
        _Due,
        "SELECT k.domain, k.selector, k.algorithm, k.public_key, k.created_at, k.active_at, k.retired_at, k.checked_at,"
        " k.published, k.checked, k.workspace_id, ARRAY(SELECT a.id FROM channel_accounts a"
        " WHERE a.workspace_id = k.workspace_id AND a.kind = 1 AND a.disabled_at IS NULL"
        " AND lower(a.address) LIKE '%@' || k.domain) AS accounts FROM dkim_keys k WHERE k.active_at IS NOT NULL"
        " AND k.retired_at IS NULL AND (k.checked_at IS NULL OR k.checked_at < $1) ORDER BY k.checked_at NULLS FIRST LIMIT 50",
        checked_before,
    )  # fmt: skip
    return [DueKey(workspace_id=row.workspace_id, accounts=row.accounts, key=row) for row in rows]


class _Private(msgspec.Struct, frozen=True):
    selector: str
    algorithm: Algorithm
    private_key: str


def signers(db: Db, keys: Keys) -> Signers:
    """The keys that sign the mails of a workspace and domain, from the database."""

    async def find(workspace_id: int, domain: str) -> list[SigningKey]:
        rows = await db.all(
            _Private,
            "SELECT selector, algorithm, private_key FROM dkim_keys WHERE workspace_id = $1 AND domain = $2"
            " AND active_at IS NOT NULL AND retired_at IS NULL ORDER BY algorithm DESC",
            workspace_id, domain,
        )  # fmt: skip
        return [load_key(domain, row.selector, row.algorithm, keys.decrypt(row.private_key)) for row in rows]

    return find


def wire_domain(domain: str) -> str:
    """A domain as DNS and signatures write it."""
    try:
        return domain.strip().rstrip(".").lower().encode("idna").decode()
    except UnicodeError:
        return domain.strip().rstrip(".").lower()


def _view(row: KeyRow) -> KeyView:
    return KeyView(
        selector=row.selector, algorithm=row.algorithm,
        state="retired" if row.retired_at else "signing" if row.active_at else "new",
        record=record_of(row.domain, row.selector, row.algorithm, row.public_key), created_at=row.created_at,
        active_at=row.active_at, retired_at=row.retired_at, checked_at=row.checked_at, published=row.published,
        checked=row.checked,
    )  # fmt: skip
