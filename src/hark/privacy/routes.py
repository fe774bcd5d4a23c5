"""A person's rights over HTTP: everything that is kept of them, and being forgotten."""

from uuid import UUID

from litestar.response import Stream

from hark.contacts.types import Contact
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.files import Files
from hark.core.http import get, post
from hark.privacy import actions
from hark.privacy.export import export_contact
from hark.privacy.types import EraseBody


async def erase_contact(db: Db, actor: Actor, id: UUID, data: EraseBody) -> Contact:
    """Forget a contact for ever; how far it is stands in `erasure`."""
    async with db.transaction(actor) as tx:
        return await actions.erase_contact(tx, id, data.confirm)


async def get_contact_export(db: Db, actor: Actor, files: Files, id: UUID) -> Stream:
    """A ZIP file with everything that is kept of a contact."""
    name, pieces = await export_contact(db, actor, files, id)
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    return Stream(pieces, media_type="application/zip", headers=headers)


ROUTES = (
    post("/api/contacts/{id:uuid}/erase", erase_contact, can="contacts.erase", status_code=200),
    get("/api/contacts/{id:uuid}/export", get_contact_export, can="contacts.export", media_type="application/zip"),
)
