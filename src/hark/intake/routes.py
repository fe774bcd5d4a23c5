"""The ledger over HTTP: what came in, what became of it, the mail itself, and a person's decisions."""

from uuid import UUID

from litestar import Response

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.files import Files
from hark.core.http import get, post
from hark.core.paging import Page
from hark.intake import actions, queries
from hark.intake.queries import LedgerRow
from hark.intake.types import Fate

ATTENTION = [Fate.HELD, Fate.PARKED]


async def list_intake(
    db: Db,
    actor: Actor,
    fate: str | None = None,
    account: int | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[LedgerRow]:
    """The ledger, newest first. `fate`: one or more names with commas, or "attention" for what waits for a person."""
    return await queries.list_items(db, actor, fates=_fates(fate), account_id=account, cursor=cursor, limit=limit)


def _fates(names: str | None) -> list[Fate] | None:
    if not names:
        return None
    if names == "attention":
        return ATTENTION
    try:
        return [Fate[name.strip().upper()] for name in names.split(",")]
    except KeyError as error:
        known = ", ".join(f.name.lower() for f in Fate)
        raise BadRequest(f"fate: there is no fate {str(error).lower()}. Known are {known}.", code="bad_fate") from error


async def get_intake(db: Db, actor: Actor, id: UUID) -> LedgerRow:
    return await queries.get_item(db, actor, id)


async def get_intake_raw(db: Db, actor: Actor, files: Files, id: UUID) -> Response[bytes]:
    """The mail byte for byte as it came."""
    row = await queries.get_raw(db, actor, id)
    headers = {"content-disposition": f'attachment; filename="{id}.eml"', "content-security-policy": "sandbox"}
    return Response(await files.get(row.blob_key), media_type="message/rfc822", headers=headers)


async def replay_intake(db: Db, actor: Actor, id: UUID) -> LedgerRow:
    """Give a parked mail another try."""
    async with db.transaction(actor) as tx:
        await actions.replay_item(tx, id)
    return await queries.get_item(db, actor, id)


async def mark_intake_spam(db: Db, actor: Actor, id: UUID) -> LedgerRow:
    """Say that a held mail is spam."""
    async with db.transaction(actor) as tx:
        await actions.mark_item_spam(tx, id)
    return await queries.get_item(db, actor, id)


ROUTES = (
    get("/api/intake", list_intake, can="intake.read"),
    get("/api/intake/{id:uuid}", get_intake, can="intake.read"),
    get("/api/intake/{id:uuid}/raw", get_intake_raw, can="intake.read", media_type="message/rfc822"),
    post("/api/intake/{id:uuid}/replay", replay_intake, can="intake.write"),
    post("/api/intake/{id:uuid}/spam", mark_intake_spam, can="intake.write"),
)
