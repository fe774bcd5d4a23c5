"""Help centres, their collections, redirects, files and broken links over HTTP."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as MultipartBody

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.files import Files
from hark.core.http import delete, get, patch, post
from hark.core.paging import Page
from hark.help import centre_queries, centres, links, queries
from hark.help import files as stored
from hark.help.centre_types import (
    Centre,
    CentrePatch,
    Collection,
    CollectionPatch,
    HelpFile,
    NewCentre,
    NewCollection,
    NewRedirect,
    Order,
    Redirect,
)
from hark.help.types import BrokenLink


@dataclass
class FileForm:
    file: UploadFile


Upload = Annotated[FileForm, MultipartBody(media_type=RequestEncodingType.MULTI_PART)]


async def list_centres(db: Db, actor: Actor) -> Page[Centre]:
    return Page(items=await queries.list_centres(db, actor))


async def post_centre(db: Db, actor: Actor, data: NewCentre) -> Centre:
    async with db.transaction(actor) as tx:
        return await centres.create_centre(tx, data)


async def get_centre(db: Db, actor: Actor, id: int) -> Centre:
    return await queries.get_centre_view(db, actor, id)


async def patch_centre(db: Db, actor: Actor, id: int, data: CentrePatch) -> Centre:
    async with db.transaction(actor) as tx:
        return await centres.update_centre(tx, id, data)


async def delete_centre(db: Db, actor: Actor, files: Files, id: int) -> None:
    """A help centre with everything in it; it must be offline."""
    async with db.transaction(actor) as tx:
        keys = await centres.delete_centre(tx, id)
    for key in keys:
        await files.delete(key)


async def list_collections(db: Db, actor: Actor, centre_id: int | None = None) -> Page[Collection]:
    return Page(items=await centre_queries.list_collections(db, actor, centre_id))


async def post_collection(db: Db, actor: Actor, data: NewCollection) -> Collection:
    async with db.transaction(actor) as tx:
        return await centres.create_collection(tx, data)


async def patch_collection(db: Db, actor: Actor, id: int, data: CollectionPatch) -> Collection:
    async with db.transaction(actor) as tx:
        return await centres.update_collection(tx, id, data)


async def delete_collection(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await centres.delete_collection(tx, id)


async def order_collections(db: Db, actor: Actor, data: Order) -> None:
    async with db.transaction(actor) as tx:
        await centres.order_collections(tx, data.ids)


async def list_broken_links(db: Db, actor: Actor, centre_id: int | None = None) -> Page[BrokenLink]:
    """What leads nowhere in the published texts of one help centre, or of all."""
    return Page(items=await links.broken_links_of(db, actor.workspace_id, centre_id))


async def list_redirects(db: Db, actor: Actor, centre_id: int | None = None) -> Page[Redirect]:
    return Page(items=await centre_queries.list_redirects(db, actor, centre_id))


async def post_redirect(db: Db, actor: Actor, data: NewRedirect) -> Redirect:
    async with db.transaction(actor) as tx:
        return await centres.create_redirect(tx, data)


async def delete_redirect(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await centres.delete_redirect(tx, id)


async def list_files(db: Db, actor: Actor, centre_id: int | None = None) -> Page[HelpFile]:
    return Page(items=await stored.list_files(db, actor.workspace_id, centre_id))


async def post_file(db: Db, actor: Actor, files: Files, centre_id: int, data: Upload) -> HelpFile:
    """Upload a picture, film, PDF or ZIP for the articles of a help centre."""
    return await stored.keep_file(
        db, files, actor, centre_id, name=data.file.filename, data=await data.file.read(stored.MAX_FILE + 1)
    )


async def delete_file(db: Db, actor: Actor, files: Files, id: UUID) -> None:
    await stored.delete_file(db, files, actor, id)


ROUTES = (
    get("/api/help/centres", list_centres, can="help.read", operation_id="list_help_centres"),
    post("/api/help/centres", post_centre, can="help.publish", operation_id="create_help_centre"),
    get("/api/help/centres/{id:int}", get_centre, can="help.read", operation_id="get_help_centre"),
    patch("/api/help/centres/{id:int}", patch_centre, can="help.publish", operation_id="patch_help_centre"),
    delete("/api/help/centres/{id:int}", delete_centre, can="help.publish", operation_id="delete_help_centre"),
    get("/api/help/collections", list_collections, can="help.read", operation_id="list_help_collections"),
    post("/api/help/collections", post_collection, can="help.write", operation_id="create_help_collection"),
    post("/api/help/collections/order", order_collections, can="help.write", status_code=204),
    patch("/api/help/collections/{id:int}", patch_collection, can="help.write", operation_id="patch_help_collection"),
    delete("/api/help/collections/{id:int}", delete_collection, can="help.write", operation_id="delete_help_collection"),
    get("/api/help/links", list_broken_links, can="help.read"),
    get("/api/help/redirects", list_redirects, can="help.read"),
    post("/api/help/redirects", post_redirect, can="help.publish", operation_id="create_help_redirect"),
    delete("/api/help/redirects/{id:int}", delete_redirect, can="help.publish", operation_id="delete_help_redirect"),
    get("/api/help/files", list_files, can="help.read", operation_id="list_help_files"),
    post("/api/help/files", post_file, can="help.write", operation_id="upload_help_file",
         request_max_body_size=stored.MAX_FILE + 1_000_000),
    delete("/api/help/files/{id:uuid}", delete_file, can="help.write", operation_id="delete_help_file"),
)  # fmt: skip
