"""The ledger over HTTP: what came in, what became of it, the mail itself, and a person's decisions."""

from datetime import datetime, timedelta
from enum import IntEnum
from typing import TypeVar
from uuid import UUID

from litestar import Response

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.files import Files
from hark.core.http import get, post
from hark.core.paging import Page
from hark.intake import actions, ledger
from hark.intake.ledger import LedgerFilter, LedgerRow, Overview
from hark.intake.types import ATTENTION, Fate, Source

MAX_Q = 500
MAX_HOURS = 31 * 24
E = TypeVar("E", bound=IntEnum)


async def list_intake(
    db: Db,
    actor: Actor,
    fate: str | None = None,
    account: int | None = None,
    source: str | None = None,
    q: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[LedgerRow]:
    """The ledger, newest first. `fate`: one or more names with commas, or "attention" for what waits for a person;
    `source`: by which way it came; `q`: words of sender, recipient and subject, an address, a Message-ID."""
    if len(q) > MAX_Q:
        raise BadRequest(f"The search is longer than {MAX_Q} characters. Shorten it.", code="too_long")
    wanted = LedgerFilter(
        fates=_fates(fate), account_id=account, source=_named(Source, "source", source) if source else None, q=q,
        since=_with_zone("since", since), until=_with_zone("until", until),
    )  # fmt: skip
    return await ledger.list_items(db, actor, wanted, cursor=cursor, limit=limit)


def _fates(names: str | None) -> frozenset[Fate] | None:
    if not names:
        return None
    if names == "attention":
        return ATTENTION
    return frozenset(_named(Fate, "fate", name) for name in names.split(","))


def _named(kind: type[E], what: str, name: str) -> E:
    try:
        return kind[name.strip().upper()]
    except KeyError as error:
        known = ", ".join(one.name.lower() for one in kind)
        raise BadRequest(f"{what}: there is no {what} '{name[:50]}'. Known are {known}.", code=f"bad_{what}") from error


def _with_zone(what: str, at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise BadRequest(f"{what}: give a time with its zone, such as 2026-11-02T00:00:00Z.", code="bad_time")
    return at


async def get_intake_overview(db: Db, actor: Actor, hours: int = 24) -> Overview:
    """Counts per mailbox and fate of the last `hours`, what waits for a person, mailboxes with problems, unsent replies."""
    if not 1 <= hours <= MAX_HOURS:
        raise BadRequest(f"hours must be between 1 and {MAX_HOURS}.", code="bad_hours")
    return await ledger.get_overview(db, actor, db.now() - timedelta(hours=hours))


async def get_intake(db: Db, actor: Actor, id: UUID) -> LedgerRow:
    return await ledger.get_item(db, actor, id)


async def get_intake_raw(db: Db, actor: Actor, files: Files, id: UUID) -> Response[bytes]:
    """The mail byte for byte as it came."""
    row = await ledger.get_raw(db, actor, id)
    headers = {"content-disposition": f'attachment; filename="{id}.eml"', "content-security-policy": "sandbox"}
    return Response(await files.get(row.blob_key), media_type="message/rfc822", headers=headers)


async def replay_intake(db: Db, actor: Actor, id: UUID) -> LedgerRow:
    """Give a parked mail another try."""
    async with db.transaction(actor) as tx:
        await actions.replay_item(tx, id)
    return await ledger.get_item(db, actor, id)


async def mark_intake_spam(db: Db, actor: Actor, id: UUID) -> LedgerRow:
    """Say that a held mail is spam."""
    async with db.transaction(actor) as tx:
        await actions.mark_item_spam(tx, id)
    return await ledger.get_item(db, actor, id)


ROUTES = (
    get("/api/intake", list_intake, can="intake.read"),
    get("/api/intake/overview", get_intake_overview, can="intake.read"),
    get("/api/intake/{id:uuid}", get_intake, can="intake.read"),
    get("/api/intake/{id:uuid}/raw", get_intake_raw, can="intake.read", media_type="message/rfc822"),
    post("/api/intake/{id:uuid}/replay", replay_intake, can="intake.write"),
    post("/api/intake/{id:uuid}/spam", mark_intake_spam, can="intake.write"),
)
