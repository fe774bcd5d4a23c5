"""Contacts and companies over HTTP. A contact's conversations stand with the conversations."""

from typing import Annotated
from uuid import UUID

from litestar.params import QueryParameter

from hark.contacts import actions, companies, queries
from hark.contacts.types import Company, CompanyPatch, Contact, ContactPatch, ContactRow, NewCompany
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import NotFound
from hark.core.http import Body, delete, get, patch, post
from hark.core.paging import Page

Words = Annotated[str, QueryParameter(name="query", max_length=200)]


class NewIdentity(Body):
    """A mail address."""

    value: str


class IdentityPatch(Body):
    verified: bool


async def get_contacts(
    db: Db, actor: Actor, words: Words = "", cursor: str | None = None, limit: int = 50
) -> Page[ContactRow]:
    return await queries.list_contacts(db, actor, query=words, cursor=cursor, limit=limit)


async def get_contact(db: Db, actor: Actor, id: UUID) -> Contact:
    return await queries.get_contact(db, actor, id)


async def patch_contact(db: Db, actor: Actor, id: UUID, data: ContactPatch) -> Contact:
    async with db.transaction(actor) as tx:
        return await actions.update_contact(tx, id, data)


async def post_identity(db: Db, actor: Actor, id: UUID, data: NewIdentity) -> Contact:
    async with db.transaction(actor) as tx:
        return await actions.add_identity(tx, id, data.value)


async def patch_identity(db: Db, actor: Actor, id: UUID, identity_id: UUID, data: IdentityPatch) -> Contact:
    async with db.transaction(actor) as tx:
        return await actions.verify_identity(tx, id, identity_id, data.verified)


async def delete_identity(db: Db, actor: Actor, id: UUID, identity_id: UUID) -> Contact:
    async with db.transaction(actor) as tx:
        return await actions.remove_identity(tx, id, identity_id)


async def get_companies(
    db: Db, actor: Actor, words: Words = "", cursor: str | None = None, limit: int = 50
) -> Page[Company]:
    return await queries.list_companies(db, actor, query=words, cursor=cursor, limit=limit)


async def get_company(db: Db, actor: Actor, id: UUID) -> Company:
    company = await queries.find_company(db, actor.workspace_id, id)
    if company is None:
        raise NotFound("There is no such company.")
    return queries.company_view(company, actor)


async def post_company(db: Db, actor: Actor, data: NewCompany) -> Company:
    async with db.transaction(actor) as tx:
        return queries.company_view(await companies.create_company(tx, data), actor)


async def patch_company(db: Db, actor: Actor, id: UUID, data: CompanyPatch) -> Company:
    async with db.transaction(actor) as tx:
        return queries.company_view(await companies.update_company(tx, id, data), actor)


ROUTES = (
    get("/api/contacts", get_contacts, can="contacts.read"),
    get("/api/contacts/{id:uuid}", get_contact, can="contacts.read"),
    patch("/api/contacts/{id:uuid}", patch_contact, can="contacts.write"),
    post("/api/contacts/{id:uuid}/identities", post_identity, can="contacts.write"),
    patch("/api/contacts/{id:uuid}/identities/{identity_id:uuid}", patch_identity, can="contacts.write"),
    delete(
        "/api/contacts/{id:uuid}/identities/{identity_id:uuid}", delete_identity, can="contacts.write", status_code=200
    ),
    get("/api/companies", get_companies, can="contacts.read"),
    post("/api/companies", post_company, can="contacts.write"),
    get("/api/companies/{id:uuid}", get_company, can="contacts.read"),
    patch("/api/companies/{id:uuid}", patch_company, can="contacts.write"),
)
