"""Imported logs over HTTP."""

from dataclasses import dataclass
from typing import Annotated

from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body as MultipartBody
from litestar.response import Stream

from hark.bottlenecks.eventlogs import actions, maps, queries
from hark.bottlenecks.eventlogs.types import MAX_UPLOAD, EventLog, LogCase, LogMap, Mapping
from hark.bottlenecks.eventlogs.xes import write_xes
from hark.bottlenecks.picks import Pick
from hark.bottlenecks.routes import xes_answer
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.files import Files
from hark.core.http import delete, get, post
from hark.core.paging import Page
from hark.core.periods import get_zone


@dataclass
class LogForm:
    file: UploadFile


async def get_event_logs(db: Db, actor: Actor) -> Page[EventLog]:
    """All imported logs, newest first."""
    return Page(items=[queries.view(row) for row in await queries.list_logs(db, actor.workspace_id)])


async def post_event_log(
    db: Db,
    actor: Actor,
    files: Files,
    data: Annotated[LogForm, MultipartBody(media_type=RequestEncodingType.MULTI_PART)],
) -> EventLog:
    """Upload a CSV or XES file (also .gz). XES is read at once; of a table the first rows and a guess at its columns come
    back."""
    row = await actions.take_in(db, files, actor, filename=data.file.filename, data=await data.file.read())
    return queries.view(row, with_preview=True)


async def get_event_log(db: Db, actor: Actor, id: int) -> EventLog:
    return queries.view(await queries.get_log(db, actor.workspace_id, id), with_preview=True)


async def read_event_log(db: Db, actor: Actor, id: int, data: Mapping) -> EventLog:
    """Say which column is what; the worker reads the file then."""
    async with db.transaction(actor) as tx:
        return queries.view(await actions.read_with(tx, id, data))


async def delete_event_log(db: Db, actor: Actor, files: Files, id: int) -> None:
    await actions.delete_log(db, files, actor, id)


async def event_log_map(db: Db, actor: Actor, files: Files, id: int, time_zone: str = "UTC") -> LogMap:
    get_zone(time_zone)
    return await maps.map_log(db, files, actor.workspace_id, id, time_zone)


async def event_log_cases(
    db: Db,
    actor: Actor,
    files: Files,
    id: int,
    time_zone: str = "UTC",
    node: str | None = None,
    source: str | None = None,
    target: str | None = None,
    variant: str | None = None,
    loop: str | None = None,
    giver: str | None = None,
    taker: str | None = None,
    cut: str | None = None,
    key: str | None = None,
) -> Page[LogCase]:
    """The cases behind one part of the map, longest in it first, at most 200."""
    get_zone(time_zone)
    pick = Pick(node=node, source=source, target=target, variant=variant, loop=loop, giver=giver, taker=taker, cut=cut,
                key=key)  # fmt: skip
    return Page(items=await maps.list_log_cases(db, files, actor.workspace_id, id, pick, time_zone))


async def event_log_xes(db: Db, actor: Actor, files: Files, id: int) -> Stream:
    """The log as XES."""
    row, log = await maps.load_log(db, files, actor.workspace_id, id)
    return xes_answer(write_xes(log, row.name), f"log-{id}.xes")


ROUTES = (
    get("/api/event-logs", get_event_logs, can="reports.read"),
    post("/api/event-logs", post_event_log, can="imports.write", request_max_body_size=MAX_UPLOAD + 1_000_000),
    get("/api/event-logs/{id:int}", get_event_log, can="reports.read"),
    post("/api/event-logs/{id:int}/read", read_event_log, can="imports.write"),
    delete("/api/event-logs/{id:int}", delete_event_log, can="imports.write"),
    get("/api/event-logs/{id:int}/map", event_log_map, can="reports.read"),
    get("/api/event-logs/{id:int}/cases", event_log_cases, can="reports.read"),
    get("/api/event-logs/{id:int}/export.xes", event_log_xes, can="reports.read"),
)
