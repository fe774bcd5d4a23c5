"""Contacts of messenger visitors: who is behind one, and one person's two contacts becoming one.

Only a contact that an anonymous visitor made by writing, and that nobody has given anything else since, is ever merged
into another. An address somebody merely typed never leads to a contact.
"""

from uuid import UUID

import msgspec

from hark.contacts.actions import clean_name
from hark.contacts.addresses import company_domain, normalise_address
from hark.contacts.types import ContactChanged, ContactCreated, ContactsMerged, IdentityKind, Resolved
from hark.core.db import Tx
from hark.core.errors import BadRequest
from hark.core.ids import uuid7


class _Found(msgspec.Struct):
    contact_id: UUID
    identity_id: UUID
    company_id: UUID | None


async def visitor_contact(
    tx: Tx, account_id: int, visitor_id: UUID, *, name: str, locale: str = "", zone: str = ""
) -> Resolved:
    """The contact of an anonymous visitor, made on their first message."""
    found = await _find(tx, IdentityKind.VISITOR, account_id, str(visitor_id))
    if found is not None:
        return found
    contact_id = await _create(tx, name=name, locale=locale, zone=zone, company_id=None)
    identity_id = await _add(tx, contact_id, IdentityKind.VISITOR, account_id, str(visitor_id))
    return Resolved(contact_id, identity_id, None)


async def user_contact(tx: Tx, account_id: int, user_id: str, *, name: str, email: str | None) -> Resolved:
    """The contact of a person the site has vouched for, by the site's own id of them.

    A vouched address leads to the contact that has it, unless that one is another person of the site already; it is a
    verified one from then on. Taken from nobody.
    """
    address = _normal(email)
    found = await _find(tx, IdentityKind.USER, account_id, user_id)
    if found is None and address:
        found = await _join_by_address(tx, account_id, user_id, address)
    if found is None:
        domain = company_domain(address) if address else None
        company_id = await tx.find(
            UUID, "SELECT id FROM companies WHERE workspace_id = $1 AND domain = $2", tx.workspace_id, domain
        )
        contact_id = await _create(tx, name=name, locale="", zone="", company_id=company_id)
        found = Resolved(contact_id, await _add(tx, contact_id, IdentityKind.USER, account_id, user_id), company_id)
    if address:
        await _vouch(tx, found.contact_id, address)
    if name:
        await tx.run(
            "UPDATE contacts SET name = $3 WHERE workspace_id = $1 AND id = $2 AND name IS NULL AND erased_at IS NULL",
            tx.workspace_id, found.contact_id, clean_name(name, address or ""),
        )  # fmt: skip
    return found


async def rename_visitor(tx: Tx, contact_id: UUID, name: str) -> None:
    """The name an anonymous visitor types, at the contact they alone have made."""
    if await is_anonymous(tx, contact_id):
        await tx.run(
            "UPDATE contacts SET name = $3 WHERE workspace_id = $1 AND id = $2 AND name IS DISTINCT FROM $3",
            tx.workspace_id, contact_id, clean_name(name, ""),
        )  # fmt: skip
        tx.emit(ContactChanged(), subject_id=contact_id)


async def is_anonymous(tx: Tx, contact_id: UUID) -> bool:
    """Whether nothing but an anonymous visitor stands behind a contact: no address, no person of a site, not merged."""
    return await tx.one(
        bool,
        "SELECT EXISTS (SELECT FROM contacts c WHERE c.workspace_id = $1 AND c.id = $2 AND c.merged_into IS NULL"
        " AND c.erased_at IS NULL AND NOT EXISTS (SELECT FROM identities i"
        "   WHERE i.workspace_id = $1 AND i.contact_id = $2 AND i.kind <> $3))",
        tx.workspace_id, contact_id, IdentityKind.VISITOR.value,
    )  # fmt: skip


async def merge_contact(tx: Tx, contact_id: UUID, into_id: UUID) -> None:
    """End an anonymous contact in another one. The caller has moved its conversations (they are locked first)."""
    await tx.run(
        "UPDATE identities SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2",
        tx.workspace_id, contact_id, into_id,
    )  # fmt: skip
    await tx.run(
        "WITH old AS (UPDATE contacts SET merged_into = $3, company_id = NULL WHERE workspace_id = $1 AND id = $2"
        " RETURNING name, locale, tz)"
        " UPDATE contacts c SET name = coalesce(c.name, old.name), locale = coalesce(c.locale, old.locale),"
        " tz = coalesce(c.tz, old.tz) FROM old WHERE c.workspace_id = $1 AND c.id = $3",
        tx.workspace_id, contact_id, into_id,
    )  # fmt: skip
    company_id = await tx.find(
        UUID, "SELECT company_id FROM contacts WHERE workspace_id = $1 AND id = $2", tx.workspace_id, into_id
    )
    tx.emit(ContactsMerged(into_id=into_id), subject_id=contact_id)
    # what its conversations cost depends on the company they now belong to
    tx.emit(ContactChanged(company_before=company_id, company_after=company_id), subject_id=into_id)


# parts ----------------------------------------------------------------------------------------------------------------


async def _find(tx: Tx, kind: IdentityKind, scope: int, value: str) -> Resolved | None:
    found = await tx.find(
        _Found,
        "SELECT i.contact_id, i.id AS identity_id, c.company_id FROM identities i"
        " JOIN contacts c ON c.workspace_id = i.workspace_id AND c.id = i.contact_id"
        " WHERE i.workspace_id = $1 AND i.kind = $2 AND i.scope = $3 AND i.value = $4",
        tx.workspace_id, kind.value, scope, value,
    )  # fmt: skip
    return None if found is None else Resolved(found.contact_id, found.identity_id, found.company_id)


async def _create(tx: Tx, *, name: str, locale: str, zone: str, company_id: UUID | None) -> UUID:
    id = uuid7()
    await tx.run(
        "INSERT INTO contacts (workspace_id, id, company_id, name, locale, tz, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.workspace_id, id, company_id, clean_name(name, ""), locale or None, zone or None, tx.now(),
    )  # fmt: skip
    tx.emit(ContactCreated(company_id=company_id), subject_id=id)
    return id


async def _add(tx: Tx, contact_id: UUID, kind: IdentityKind, scope: int, value: str) -> UUID:
    """Raises Conflict when another transaction has just added it: the same request once more finds it."""
    id = uuid7()
    await tx.run(
        "INSERT INTO identities (workspace_id, id, contact_id, kind, scope, value, verified_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.workspace_id, id, contact_id, kind.value, scope, value, tx.now(),
    )  # fmt: skip
    return id


async def _join_by_address(tx: Tx, account_id: int, user_id: str, address: str) -> Resolved | None:
    """The contact with this address becomes this person of the site, when it is none yet."""
    owner = await _find(tx, IdentityKind.EMAIL, 0, address)
    if owner is None:
        return None
    known = await tx.find(
        UUID, "SELECT id FROM identities WHERE workspace_id = $1 AND contact_id = $2 AND kind = $3 AND scope = $4",
        tx.workspace_id, owner.contact_id, IdentityKind.USER.value, account_id,
    )  # fmt: skip
    if known is not None:
        return None
    identity_id = await _add(tx, owner.contact_id, IdentityKind.USER, account_id, user_id)
    return Resolved(owner.contact_id, identity_id, owner.company_id)


async def _vouch(tx: Tx, contact_id: UUID, address: str) -> None:
    """The address is the contact's own for certain, unless it belongs to somebody else."""
    await tx.run(
        "INSERT INTO identities AS i (workspace_id, id, contact_id, kind, value, verified_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (workspace_id, kind, scope, value)"
        " DO UPDATE SET verified_at = $6 WHERE i.contact_id = $3 AND i.verified_at IS NULL",
        tx.workspace_id, uuid7(), contact_id, IdentityKind.EMAIL.value, address, tx.now(),
    )  # fmt: skip


def _normal(email: str | None) -> str | None:
    """The address in its one spelling; None for what is no address: a site's slip must not keep anybody out."""
    try:
        return normalise_address(email) if email else None
    except BadRequest:
        return None
