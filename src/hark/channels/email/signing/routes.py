"""Domains we send from and their keys, over HTTP."""

import asyncio

from hark.channels.email.authentication.resolver import Resolver
from hark.channels.email.signing import actions, queries
from hark.channels.email.signing.sign import make_key
from hark.channels.email.signing.types import DomainCheck, DomainView, NewKeyBody
from hark.core.actor import Actor
from hark.core.crypto import Keys
from hark.core.db import Db
from hark.core.http import delete, get, post
from hark.core.paging import Page


async def list_sending_domains(db: Db, actor: Actor) -> Page[DomainView]:
    """The domains of our mailboxes' addresses, with the keys that sign their mail."""
    return Page(items=await queries.list_domains(db, actor))


async def check_sending_domain(db: Db, actor: Actor, dns: Resolver, domain: str) -> DomainCheck:
    """Ask DNS now: are the keys published, does SPF name our servers, what does DMARC say."""
    return await actions.check_domain(db, actor, dns, domain)


async def make_dkim_key(db: Db, actor: Actor, keys: Keys, domain: str, data: NewKeyBody) -> DomainView:
    """Make a key for a domain; the answer holds the record to publish."""
    await queries.get_domain(db, actor, domain)
    new = await asyncio.to_thread(make_key, data.algorithm)
    async with db.transaction(actor) as tx:
        return await actions.add_key(tx, actor, domain, data.algorithm, new, keys)


async def use_dkim_key(db: Db, actor: Actor, dns: Resolver, domain: str, selector: str) -> DomainView:
    """Sign with this key from now on, once DNS shows its record."""
    return await actions.use_key(db, actor, dns, domain, selector)


async def retire_dkim_key(db: Db, actor: Actor, domain: str, selector: str) -> DomainView:
    """Sign with this key no more."""
    async with db.transaction(actor) as tx:
        return await actions.retire_key(tx, actor, domain, selector)


async def delete_dkim_key(db: Db, actor: Actor, domain: str, selector: str) -> None:
    """Forget a key that does not sign."""
    async with db.transaction(actor) as tx:
        await actions.delete_key(tx, actor, domain, selector)


ROUTES = (
    get("/api/sending-domains", list_sending_domains, can="mailboxes.read"),
    post("/api/sending-domains/{domain:str}/check", check_sending_domain, can="mailboxes.read"),
    post("/api/sending-domains/{domain:str}/keys", make_dkim_key, can="mailboxes.write", status_code=201),
    post("/api/sending-domains/{domain:str}/keys/{selector:str}/use", use_dkim_key, can="mailboxes.write"),
    post("/api/sending-domains/{domain:str}/keys/{selector:str}/retire", retire_dkim_key, can="mailboxes.write"),
    delete("/api/sending-domains/{domain:str}/keys/{selector:str}", delete_dkim_key, can="mailboxes.write"),
)
