"""Making, checking, using and withdrawing the keys of a domain."""

import asyncio
import secrets

from hark.channels.email.authentication.resolver import Lookups, Resolver
from hark.channels.email.signing import queries
from hark.channels.email.signing.check import check_dmarc_record, check_key, check_spf_record, record_of
from hark.channels.email.signing.queries import KeyRow, get_domain, wire_domain
from hark.channels.email.signing.sign import Algorithm, NewKey
from hark.channels.email.signing.types import DomainCheck, DomainView, Finding
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db, Tx
from hark.core.errors import Conflict, NotFound

MAX_KEYS = 10  # of one domain
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


async def add_key(tx: Tx, actor: Actor, domain: str, algorithm: Algorithm, new: NewKey, keys: Keys) -> DomainView:
    """Keep a fresh pair (`make_key`). It signs nothing before it is published and used.

    Raises NotFound for a domain no mailbox sends from, Conflict when it has too many keys.
    """
    domain = wire_domain(domain)
    known = await get_domain(tx, actor, domain)
    if len(known.keys) >= MAX_KEYS:
        raise Conflict(f"{domain} has {MAX_KEYS} keys. Delete those that are not used any more.", code="too_many_keys")
    # a part at random: another workspace or installation may have keys of the same domain
    selector = f"hark{tx.now():%Y%m}{''.join(secrets.choice(ALPHABET) for _ in range(4))}"
    await tx.run(
        "INSERT INTO dkim_keys (workspace_id, domain, selector, algorithm, private_key, public_key, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.workspace_id, domain, selector, algorithm, keys.encrypt(new.private), new.public, tx.now(),
    )  # fmt: skip
    await tx.audit("dkim.key_made", f"domain:{domain}", data={"selector": selector, "algorithm": algorithm})
    return await get_domain(tx, actor, domain)


async def check_domain(db: Db, actor: Actor, resolver: Resolver, domain: str) -> DomainCheck:
    """Ask DNS for everything about a domain, and keep what it says of the keys. Raises NotFound."""
    domain = wire_domain(domain)
    await get_domain(db, actor, domain)
    hosts = await queries.list_smtp_hosts(db, actor.workspace_id, domain)
    lookups = Lookups(resolver)
    for key in await queries.list_keys(db, actor.workspace_id, domain):
        await _keep(db, actor.workspace_id, key, await asyncio.to_thread(_look, lookups, key))
    return DomainCheck(
        domain=await get_domain(db, actor, domain),
        spf=await asyncio.to_thread(check_spf_record, lookups, domain, hosts),
        dmarc=await asyncio.to_thread(check_dmarc_record, lookups, domain),
    )  # fmt: skip


async def check_one(db: Db, workspace_id: int, key: KeyRow, resolver: Resolver) -> Finding:
    """Ask DNS for the record of a key, and keep the answer."""
    finding = await asyncio.to_thread(_look, Lookups(resolver), key)
    await _keep(db, workspace_id, key, finding)
    return finding


async def use_key(db: Db, actor: Actor, resolver: Resolver, domain: str, selector: str) -> DomainView:
    """Sign with this key from now on. The one of the same kind that signed before is retired; its record must stay until
    its mails have arrived. Raises NotFound, and Conflict when DNS does not show the record."""
    domain = wire_domain(domain)
    finding = await check_one(db, actor.workspace_id, await _get_key(db, actor, domain, selector), resolver)
    if not finding.ok:
        raise Conflict(f"{finding.sentence} Nothing is signed with this key until then.", code="not_published")
    async with db.transaction(actor) as tx:
        key = await _get_key(tx, actor, domain, selector)
        await tx.run(
            "UPDATE dkim_keys SET retired_at = $5 WHERE workspace_id = $1 AND domain = $2 AND algorithm = $3"
            " AND selector <> $4 AND active_at IS NOT NULL AND retired_at IS NULL",
            tx.workspace_id, domain, key.algorithm, selector, tx.now(),
        )  # fmt: skip
        await tx.run(
            "UPDATE dkim_keys SET active_at = $4, retired_at = NULL WHERE workspace_id = $1 AND domain = $2 AND selector = $3",
            tx.workspace_id, domain, selector, tx.now(),
        )  # fmt: skip
        await tx.audit("dkim.key_used", f"domain:{domain}", data={"selector": selector})
        return await get_domain(tx, actor, domain)


async def retire_key(tx: Tx, actor: Actor, domain: str, selector: str) -> DomainView:
    """Sign with it no more. Raises NotFound."""
    domain = wire_domain(domain)
    await _get_key(tx, actor, domain, selector)
    await tx.run(
        "UPDATE dkim_keys SET retired_at = $4 WHERE workspace_id = $1 AND domain = $2 AND selector = $3"
        " AND active_at IS NOT NULL AND retired_at IS NULL",
        tx.workspace_id, domain, selector, tx.now(),
    )  # fmt: skip
    await tx.audit("dkim.key_retired", f"domain:{domain}", data={"selector": selector})
    return await get_domain(tx, actor, domain)


async def delete_key(tx: Tx, actor: Actor, domain: str, selector: str) -> None:
    """Forget a key that does not sign. Raises NotFound, and Conflict while it signs."""
    domain = wire_domain(domain)
    key = await _get_key(tx, actor, domain, selector)
    if key.active_at is not None and key.retired_at is None:
        raise Conflict("This key signs your mail. Use another one first, or stop signing.", code="key_in_use")
    await tx.run(
        "DELETE FROM dkim_keys WHERE workspace_id = $1 AND domain = $2 AND selector = $3",
        tx.workspace_id, domain, selector,
    )  # fmt: skip
    await tx.audit("dkim.key_deleted", f"domain:{domain}", data={"selector": selector})


async def _get_key(db: Db | Tx, actor: Actor, domain: str, selector: str) -> KeyRow:
    for key in await queries.list_keys(db, actor.workspace_id, domain):
        if key.selector == selector:
            return key
    raise NotFound("There is no such key.")


def _look(lookups: Lookups, key: KeyRow) -> Finding:
    record = record_of(key.domain, key.selector, key.algorithm, key.public_key)
    return check_key(lookups, record, key.algorithm, key.public_key)


async def _keep(db: Db, workspace_id: int, key: KeyRow, finding: Finding) -> None:
    await db.run(
        "UPDATE dkim_keys SET checked_at = $4, published = $5, checked = $6"
        " WHERE workspace_id = $1 AND domain = $2 AND selector = $3",
        workspace_id, key.domain, key.selector, db.now(), finding.ok, finding.sentence,
    )  # fmt: skip
