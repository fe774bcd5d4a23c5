"""Making and changing contacts, their addresses and their company."""

import re
from collections.abc import Iterable
from uuid import UUID

import msgspec

from hark.contacts.addresses import MAX_ADDRESS, company_domain, normalise_address
from hark.contacts.queries import find_company, get_contact
from hark.contacts.types import (
    Contact,
    ContactChanged,
    ContactCreated,
    ContactPatch,
    ContactValueChanged,
    IdentityKind,
    Resolved,
)
from hark.core.db import Tx
from hark.core.errors import BadRequest, Conflict, NotFound
from hark.core.ids import uuid7
from hark.workspaces.actions import check_time_zone
from hark.workspaces.patch import changed
from hark.workspaces.queries import get_workspace

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")  # and bidi overrides, which can forge a name


async def resolve_contact(tx: Tx, *, address: str, name: str | None) -> Resolved:
    """Who writes from this address; the contact is made when the address is new. See `Contacts.resolve`."""
    return await Contacts(tx).resolve(address=address, name=name)


class _Known(msgspec.Struct):
    value: str
    contact_id: UUID
    identity_id: UUID
    company_id: UUID | None
    nameless: bool


class Contacts:
    """Who writes from which address, for the length of one transaction: each address is looked up once."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[str, _Known | None] = {}

    async def look_up(self, addresses: Iterable[str]) -> None:
        """Find the contacts of many addresses in one statement, for `resolve`. Nothing is made."""
        values = {_lenient(a) for a in addresses} - self._known.keys()
        if values:
            found = {row.value: row for row in await self._tx.all(
                _Known, _FIND, self._tx.workspace_id, IdentityKind.EMAIL.value, sorted(values)
            )}  # fmt: skip
            self._known.update({value: found.get(value) for value in values})

    async def knows(self, address: str) -> bool:
        """Whether somebody writes from this address already."""
        await self.look_up([address])
        return self._known[_lenient(address)] is not None

    async def resolve(self, *, address: str, name: str | None) -> Resolved:
        """Who writes from this address; the contact is made when the address is new.

        Safe when two transactions meet the same new address at once: the second waits for the first and gets its
        contact. A new contact belongs to the company with the address's mail domain. `name` fills an empty name only.
        Whatever stood in a mail's From is taken: an address that is none is kept as it was written, so no mail is lost
        over it.
        """
        await self.look_up([address])
        value, cleaned = _lenient(address), clean_name(name, address)
        known = self._known[value]
        if known is None:
            known = self._known[value] = await self._create(value, cleaned)
        elif known.nameless and cleaned:
            await self._tx.run(
                "UPDATE contacts SET name = $3 WHERE workspace_id = $1 AND id = $2 AND name IS NULL AND erased_at IS NULL",
                self._tx.workspace_id, known.contact_id, cleaned,
            )  # fmt: skip
            known.nameless = False
        return Resolved(known.contact_id, known.identity_id, known.company_id)

    async def _create(self, value: str, name: str | None) -> _Known:
        tx, contact_id, identity_id = self._tx, uuid7(), uuid7()
        made = await tx.find(
            _Made, _CREATE, tx.workspace_id, contact_id, name, tx.now(), company_domain(value), identity_id,
            IdentityKind.EMAIL.value, value,
        )  # fmt: skip
        if made is not None:
            tx.emit(ContactCreated(company_id=made.company_id), subject_id=contact_id)
            return _Known(value, contact_id, identity_id, made.company_id, name is None)
        other = await tx.find(_Known, _FIND, tx.workspace_id, IdentityKind.EMAIL.value, [value])
        if other is None:
            raise Conflict("The contact was erased at this very moment. Try again.", code="contact_erased")
        return other


class _Made(msgspec.Struct):
    company_id: UUID | None


_FIND = """
SELECT i.value, i.contact_id, i.id AS identity_id, c.company_id, c.name IS NULL AS nameless FROM identities i
JOIN contacts c ON c.workspace_id = i.workspace_id AND c.id = i.contact_id
WHERE i.workspace_id = $1 AND i.kind = $2 AND i.scope = 0 AND i.value = ANY($3::text[])
"""

# Waits for another transaction that is inserting the same address, and does nothing once that one has committed. The
# foreign keys are looked at when the whole statement is done.
_CREATE = """
WITH identity AS (
  INSERT INTO identities (workspace_id, id, contact_id, kind, value) VALUES ($1, $6, $2, $7, $8)
  ON CONFLICT (workspace_id, kind, scope, value) DO NOTHING RETURNING contact_id
)
INSERT INTO contacts (workspace_id, id, company_id, name, created_at)
SELECT $1, contact_id, (SELECT id FROM companies WHERE workspace_id = $1 AND domain = $5), $3, $4 FROM identity
RETURNING company_id
"""


def clean_name(name: str | None, address: str) -> str | None:
    """A display name fit to be shown: one line, no control or bidi characters, not just the address again."""
    text = " ".join(_CONTROL.sub(" ", name or "").split()).strip("\"' ")[:200]
    return None if not text or text.lower() == address.strip().lower() else text


def _lenient(address: str) -> str:
    try:
        return normalise_address(address)
    except BadRequest:
        return " ".join(_CONTROL.sub(" ", address).split()).lower()[:MAX_ADDRESS] or "unknown"


async def update_contact(tx: Tx, id: UUID, patch: ContactPatch) -> Contact:
    """Change a contact. Raises NotFound, BadRequest for a company or time zone that does not exist."""
    await _lock(tx, id)
    old = await get_contact(tx, tx.actor, id)
    fields = changed(patch)
    company_id = fields.get("company_id", old.company_id)
    if company_id and company_id != old.company_id and not await find_company(tx, tx.workspace_id, company_id):
        raise BadRequest("There is no such company in this workspace.", code="unknown_company")
    zone = fields.get("tz", old.tz)
    vip, value_minor = fields.get("vip", old.vip), fields.get("value_minor", old.value_minor)
    currency = fields.get("currency", old.currency)
    if value_minor is not None and currency is None:
        currency = (await get_workspace(tx, tx.workspace_id)).base_currency
    worth = vip, value_minor, currency
    await tx.run(
        "UPDATE contacts SET name = $3, locale = $4, tz = $5, company_id = $6, vip = $7, value_minor = $8, currency = $9"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, fields.get("name", old.name), fields.get("locale", old.locale),
        check_time_zone(zone) if zone else None, company_id, *worth,
    )  # fmt: skip
    tx.emit(ContactChanged(company_before=old.company_id, company_after=company_id), subject_id=id)
    if worth != (old.vip, old.value_minor, old.currency):
        tx.emit(ContactValueChanged(), subject_id=id)
    return await get_contact(tx, tx.actor, id)


async def add_identity(tx: Tx, id: UUID, address: str) -> Contact:
    """Give a contact one more address. Raises NotFound, BadRequest, Conflict when it belongs to somebody."""
    await _lock(tx, id)
    await tx.run(
        "INSERT INTO identities (workspace_id, id, contact_id, kind, value) VALUES ($1, $2, $3, $4, $5)",
        tx.workspace_id, uuid7(), id, IdentityKind.EMAIL.value, normalise_address(address),
    )  # fmt: skip
    return await _changed(tx, id)


async def verify_identity(tx: Tx, id: UUID, identity_id: UUID, verified: bool) -> Contact:
    """Mark an address as really the contact's own, or take that back. Raises NotFound."""
    touched = await tx.run(
        "UPDATE identities SET verified_at = CASE WHEN $4 THEN coalesce(verified_at, $5) END"
        " WHERE workspace_id = $1 AND contact_id = $2 AND id = $3",
        tx.workspace_id, id, identity_id, verified, tx.now(),
    )  # fmt: skip
    if not touched:
        raise NotFound("This contact has no such address.")
    return await _changed(tx, id)


async def remove_identity(tx: Tx, id: UUID, identity_id: UUID) -> Contact:
    """Take an address away; the next mail from it makes a new contact. Raises NotFound, Conflict for the last one."""
    await _lock(tx, id)
    contact = await get_contact(tx, tx.actor, id)
    if identity_id not in {i.id for i in contact.identities}:
        raise NotFound("This contact has no such address.")
    if len(contact.identities) == 1:
        raise Conflict("This is the contact's only address. Add the right one first.", code="last_identity")
    await tx.run("DELETE FROM identities WHERE workspace_id = $1 AND id = $2", tx.workspace_id, identity_id)
    return await _changed(tx, id)


async def _lock(tx: Tx, id: UUID) -> None:
    await tx.run("SELECT FROM contacts WHERE workspace_id = $1 AND id = $2 FOR UPDATE", tx.workspace_id, id)
    if (await get_contact(tx, tx.actor, id)).erased_at is not None:
        raise Conflict("This contact was erased and holds nothing that could be changed.", code="contact_erased")


async def _changed(tx: Tx, id: UUID) -> Contact:
    contact = await get_contact(tx, tx.actor, id)
    company = contact.company_id
    tx.emit(ContactChanged(company_before=company, company_after=company), subject_id=id)
    return contact
