"""Imports of articles over HTTP."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as MultipartBody

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.files import Files
from hark.core.http import get, post
from hark.core.paging import Page
from hark.help.imports import actions, queries
from hark.help.imports.types import MAX_UPLOAD, HelpImport, Kind


@dataclass
class ImportForm:
    file: UploadFile


async def list_imports(db: Db, actor: Actor, centre_id: int | None = None) -> Page[HelpImport]:
    """Imports of articles, the newest first, with what became of each text and what was not understood."""
    return Page(items=await queries.list_imports(db, actor.workspace_id, centre_id))


async def get_import(db: Db, actor: Actor, id: UUID) -> HelpImport:
    return await queries.get_import(db, actor.workspace_id, id)


async def post_import(
    db: Db,
    actor: Actor,
    files: Files,
    centre_id: int,
    kind: Kind,
    data: Annotated[ImportForm, MultipartBody(media_type=RequestEncodingType.MULTI_PART)],
    publish: bool = False,
) -> HelpImport:
    """Upload a zip file of Markdown, or the JSON of Zendesk Guide or Intercom (also zipped); the worker takes it in.
    `publish`: readers see at once what was no draft there. The same again changes only what changed there."""
    return await actions.start_import(
        db, files, actor, centre_id, kind=kind, publish=publish, name=data.file.filename,
        data=await data.file.read(MAX_UPLOAD + 1),
    )  # fmt: skip


ROUTES = (
    get("/api/help/imports", list_imports, can="help.read", operation_id="list_help_imports"),
    post("/api/help/imports", post_import, can="help.publish", operation_id="start_help_import",
         request_max_body_size=MAX_UPLOAD + 1_000_000),
    get("/api/help/imports/{id:uuid}", get_import, can="help.read", operation_id="get_help_import"),
)  # fmt: skip
