"""Making and changing companies."""

from uuid import UUID

import msgspec

from hark.contacts.addresses import FREE_MAIL, normalise_domain
from hark.contacts.queries import find_company
from hark.contacts.types import (
    Company,
    CompanyChanged,
    CompanyPatch,
    CompanyValueChanged,
    ContactChanged,
    NewCompany,
)
from hark.core.db import Tx
from hark.core.errors import BadRequest, NotFound
from hark.core.ids import uuid7
from hark.workspaces.patch import changed
from hark.workspaces.queries import get_workspace

_VALUE = ("value_minor", "currency", "renewal_on", "cycle_days", "plan", "vip", "customer_since")


async def create_company(tx: Tx, new: NewCompany) -> Company:
    """A company; contacts without a company whose address has its domain join it.

    Raises Conflict when the name or domain is taken, BadRequest for a free-mail domain.
    """
    company = Company(id=uuid7(), created_at=tx.now(), **{**msgspec.structs.asdict(new), "domain": _domain(new.domain)})
    company = await _with_currency(tx, company)
    await tx.run(
        "INSERT INTO companies (workspace_id, id, name, domain, value_minor, currency, renewal_on, cycle_days, created_at,"
        " plan, vip, customer_since) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        tx.workspace_id, company.id, company.name, company.domain, company.value_minor, company.currency,
        company.renewal_on, company.cycle_days, company.created_at, company.plan, company.vip, company.customer_since,
    )  # fmt: skip
    tx.emit(CompanyChanged(company_id=company.id), subject_id=company.id)
    await _adopt(tx, company)
    return company


async def update_company(tx: Tx, id: UUID, patch: CompanyPatch) -> Company:
    """Change a company. What is worth money tells the journal apart, so that open waits are priced again.

    Raises NotFound, Conflict when the name or domain is taken, BadRequest for a free-mail domain.
    """
    old = await find_company(tx, tx.workspace_id, id, lock=True)
    if old is None:
        raise NotFound("There is no such company.")
    fields = changed(patch)
    if "domain" in fields:
        fields["domain"] = _domain(fields["domain"])
    new = await _with_currency(tx, msgspec.structs.replace(old, **fields))
    await tx.run(
        "UPDATE companies SET name = $3, domain = $4, value_minor = $5, currency = $6, renewal_on = $7, cycle_days = $8,"
        " plan = $9, vip = $10, customer_since = $11 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, new.name, new.domain, new.value_minor, new.currency, new.renewal_on, new.cycle_days,
        new.plan, new.vip, new.customer_since,
    )  # fmt: skip
    if (new.name, new.domain) != (old.name, old.domain):
        tx.emit(CompanyChanged(company_id=id), subject_id=id)
    if any(getattr(new, f) != getattr(old, f) for f in _VALUE):
        tx.emit(CompanyValueChanged(company_id=id), subject_id=id)
    if new.domain != old.domain:
        await _adopt(tx, new)
    return new


def _domain(domain: str | None) -> str | None:
    if not domain:
        return None
    normal = normalise_domain(domain.removeprefix("@"))
    if normal in FREE_MAIL:
        raise BadRequest(
            f"{normal} gives mailboxes to everybody, so it cannot tell who works for a company.",
            code="free_mail_domain",
        )
    return normal


async def _with_currency(tx: Tx, company: Company) -> Company:
    """An amount keeps the currency it was entered in, also when the workspace's base currency changes later."""
    if company.value_minor is None or company.currency is not None:
        return company
    workspace = await get_workspace(tx, tx.workspace_id)
    return msgspec.structs.replace(company, currency=workspace.base_currency)


async def _adopt(tx: Tx, company: Company) -> None:
    if company.domain is None:
        return
    joined = await tx.all(
        UUID,
        "UPDATE contacts SET company_id = $2 WHERE workspace_id = $1 AND company_id IS NULL AND id IN"
        " (SELECT contact_id FROM identities"
        "   WHERE workspace_id = $1 AND kind = 1 AND substring(value FROM '@([^@]*)$') = $3) RETURNING id",
        tx.workspace_id, company.id, company.domain,
    )  # fmt: skip
    for contact_id in joined:
        tx.emit(ContactChanged(company_before=None, company_after=company.id), subject_id=contact_id)
