"""Reading contacts and companies."""

import re
from typing import Any
from uuid import UUID

import msgspec

from hark.contacts.types import KIND_NAMES, Company, Contact, ContactRow, Erasure, Identity
from hark.core.actor import Actor
from hark.core.db import Queries
from hark.core.paging import Page, check_limit, decode_cursor, encode_cursor
from hark.core.sql import TRUE, Sql

_COMPANY = Sql(
    "id, name, domain, value_minor, currency::text AS currency, renewal_on, cycle_days, plan, vip,"
    " customer_since, created_at"
)


class _Identity(msgspec.Struct):
    id: UUID
    kind: int
    value: str
    verified_at: Any
    unsubscribed_at: Any


async def list_contacts(db: Queries, actor: Actor, *, query: str, cursor: str | None, limit: int) -> Page[ContactRow]:
    """Contacts, newest first; `query` finds words of the name by their beginnings, an address by its beginning, or a
    mail domain."""
    check_limit(limit)
    name = f"contacts:{query}"
    after = Sql("c.id < {}", *decode_cursor(name, cursor, UUID)) if cursor else TRUE
    rows = await db.all(
        ContactRow,
        Sql("SELECT c.id, c.name, c.company_id, c.created_at, co.name AS company_name, (SELECT i.value FROM identities i"
            " WHERE i.workspace_id = c.workspace_id AND i.contact_id = c.id AND i.kind = 1 ORDER BY i.id LIMIT 1) AS address"
            " FROM contacts c LEFT JOIN companies co ON co.workspace_id = c.workspace_id AND co.id = c.company_id"
            " WHERE c.workspace_id = {} AND c.merged_into IS NULL AND c.erased_at IS NULL AND {} AND {}"
            " ORDER BY c.id DESC LIMIT {}",
            actor.workspace_id, _found(actor.workspace_id, query.strip()), after, limit + 1),
    )  # fmt: skip
    return _page(name, rows, limit, lambda row: row.id)


def _found(workspace_id: int, query: str) -> Sql:
    if not query:
        return TRUE
    ids = Sql(
        "SELECT contact_id FROM identities WHERE workspace_id = {} AND value LIKE {}"
        " UNION ALL SELECT contact_id FROM identities"
        " WHERE workspace_id = {} AND kind = 1 AND substring(value FROM '@([^@]*)$') = {}",
        workspace_id, _like(query.lower()) + "%", workspace_id, query.lower().lstrip("@"),
    )  # fmt: skip
    if "@" not in query and (words := re.findall(r"\w+", query)):
        ids = Sql(
            "{} UNION ALL SELECT id FROM contacts WHERE workspace_id = {}"
            " AND to_tsvector('simple'::regconfig, coalesce(name, '')) @@ to_tsquery('simple', {})",
            ids, workspace_id, " & ".join(f"{word}:*" for word in words),
        )  # fmt: skip
    return Sql("c.id IN ({})", ids)


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def get_contact(db: Queries, actor: Actor, id: UUID) -> Contact:
    """A contact with addresses and company. Raises NotFound."""
    contact = await db.one(
        Contact,
        "SELECT id, name, locale, tz, created_at, erased_at, company_id, vip, value_minor, currency::text AS currency"
        " FROM contacts WHERE workspace_id = $1 AND id = $2",
        actor.workspace_id, id, missing="There is no such contact.",
    )  # fmt: skip
    rows = await db.all(
        _Identity,
        "SELECT i.id, i.kind, i.value, i.verified_at, s.at AS unsubscribed_at FROM identities i LEFT JOIN suppressions s"
        " ON s.workspace_id = $1 AND s.address = i.value AND i.kind = 1 WHERE i.workspace_id = $1 AND i.contact_id = $2"
        " ORDER BY i.id",
        actor.workspace_id, id,
    )  # fmt: skip
    company = await find_company(db, actor.workspace_id, contact.company_id) if contact.company_id else None
    return msgspec.structs.replace(
        contact,
        identities=[
            Identity(
                id=r.id,
                kind=KIND_NAMES[r.kind],
                value=r.value,
                verified_at=r.verified_at,
                unsubscribed_at=r.unsubscribed_at,
            )
            for r in rows
        ],
        company=company_view(company, actor) if company else None,
        erasure=await _find_erasure(db, actor.workspace_id, id) if contact.erased_at else None,
        can=[] if contact.erased_at else [*_can(actor), *(what for what in PERSONAL if actor.can(f"contacts.{what}"))],
    )


PERSONAL = ("erase", "export")


async def _find_erasure(db: Queries, workspace_id: int, id: UUID) -> Erasure | None:
    return await db.find(
        Erasure,
        "SELECT requested_at, finished_at, done, total, problem FROM erasures"
        " WHERE workspace_id = $1 AND $2 = ANY(contact_ids) LIMIT 1",
        workspace_id, id,
    )  # fmt: skip


async def list_companies(db: Queries, actor: Actor, *, query: str, cursor: str | None, limit: int) -> Page[Company]:
    """Companies by name; `query` is any part of the name or the mail domain."""
    check_limit(limit)
    name = f"companies:{query}"
    after = Sql("name > {}", *decode_cursor(name, cursor, str)) if cursor else TRUE
    pattern = f"%{_like(query.strip())}%"
    found = Sql("name ILIKE {} OR domain ILIKE {}", pattern, pattern) if query.strip() else TRUE
    rows = await db.all(
        Company,
        Sql("SELECT {} FROM companies WHERE workspace_id = {} AND ({}) AND {} ORDER BY name LIMIT {}",
            _COMPANY, actor.workspace_id, found, after, limit + 1),
    )  # fmt: skip
    return _page(name, [company_view(row, actor) for row in rows], limit, lambda row: row.name)


async def find_company(db: Queries, workspace_id: int, id: UUID, *, lock: bool = False) -> Company | None:
    """One company; `lock` holds the row until the transaction ends."""
    return await db.find(
        Company,
        Sql("SELECT {} FROM companies WHERE workspace_id = {} AND id = {} {}",
            _COMPANY, workspace_id, id, Sql("FOR UPDATE") if lock else Sql("")),
    )  # fmt: skip


def company_view(company: Company, actor: Actor) -> Company:
    """The company with what the actor may do to it."""
    return msgspec.structs.replace(company, can=_can(actor))


def _can(actor: Actor) -> list[str]:
    return ["write"] if actor.can("contacts.write") else []


def _page(name: str, rows: list[Any], limit: int, key: Any) -> Page[Any]:
    more = len(rows) > limit
    items = rows[:limit]
    return Page(items=items, next=encode_cursor(name, key(items[-1])) if more else None)
