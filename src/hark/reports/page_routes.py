"""What report pages keep and give away, over HTTP: saved reports, their schedules, files, and the wall's screen."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Response

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.http import delete, get, patch, post, put
from hark.core.paging import Page
from hark.reports import saved, schedules
from hark.reports.export import What, load_sheet
from hark.reports.saved import NewSavedReport, SavedReport, SavedReportPatch
from hark.reports.schedules import Addresses, NewSchedule, Schedule, SchedulePatch
from hark.reports.sheets import MEDIA_TYPES, Format, write_sheet
from hark.reports.state import ReportState
from hark.reports.types import By
from hark.reports.wallboard import Wallboard, load_wallboard

MAX_STATE = 30_000


async def export_report(
    db: Db, actor: Actor, what: What, format: Format, report: str = "{}", by: By | None = None, key: str = "",
    waiting: bool | None = None,
) -> Response[Any]:  # fmt: skip
    """A page, its series, a breakdown, or the conversations behind its figure (or behind the row `by`, `key` of its
    breakdown) as a file. `report`: a ReportState as JSON."""
    chosen = read_state(report)
    sheet = await load_sheet(db, actor, chosen, what, by=by, member=key, waiting=waiting)
    day = db.now().date().isoformat()
    return Response(
        write_sheet(sheet, format),
        media_type=MEDIA_TYPES[format],
        headers={
            "Content-Disposition": f'attachment; filename="hark-{what}-{day}.{format}"',
            "Cache-Control": "no-store",
        },
    )


def read_state(text: str) -> ReportState:
    """Raises BadRequest(code="bad_state") that names the path."""
    try:
        if len(text) > MAX_STATE:
            raise msgspec.DecodeError("it is too long")
        return msgspec.json.decode(text, type=ReportState)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadRequest(f"The state of the report cannot be read: {error}.", code="bad_state") from error


async def get_wallboard(db: Db, actor: Actor, team_id: int | None = None, time_zone: str = "") -> Wallboard:
    return await load_wallboard(db, actor, team_id=team_id, time_zone=time_zone)


async def get_saved_reports(db: Db, actor: Actor) -> Page[SavedReport]:
    return Page(items=await saved.list_saved(db, actor))


async def get_saved_report(db: Db, actor: Actor, id: int) -> SavedReport:
    return await saved.get_saved(db, actor, id)


async def post_saved_report(db: Db, actor: Actor, data: NewSavedReport) -> SavedReport:
    async with db.transaction(actor) as tx:
        return await saved.create_saved(tx, data)


async def patch_saved_report(db: Db, actor: Actor, id: int, data: SavedReportPatch) -> SavedReport:
    async with db.transaction(actor) as tx:
        return await saved.update_saved(tx, id, data)


async def delete_saved_report(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await saved.delete_saved(tx, id)


async def get_schedules(db: Db, actor: Actor) -> Page[Schedule]:
    return Page(items=await schedules.list_schedules(db, actor))


async def post_schedule(db: Db, actor: Actor, data: NewSchedule) -> Schedule:
    async with db.transaction(actor) as tx:
        id = await schedules.create_schedule(tx, data)
    return await _schedule(db, actor, id)


async def patch_schedule(db: Db, actor: Actor, id: UUID, data: SchedulePatch) -> Schedule:
    async with db.transaction(actor) as tx:
        await schedules.update_schedule(tx, id, data)
    return await _schedule(db, actor, id)


async def delete_schedule(db: Db, actor: Actor, id: UUID) -> None:
    async with db.transaction(actor) as tx:
        await schedules.delete_schedule(tx, id)


async def send_schedule(db: Db, actor: Actor, id: UUID) -> Schedule:
    async with db.transaction(actor) as tx:
        await schedules.send_now(tx, id)
    return await _schedule(db, actor, id)


async def _schedule(db: Db, actor: Actor, id: UUID) -> Schedule:
    return next(one for one in await schedules.list_schedules(db, actor) if one.id == id)


async def get_report_addresses(db: Db, actor: Actor) -> Addresses:
    return Addresses(addresses=await schedules.list_addresses(db, actor))


async def put_report_addresses(db: Db, actor: Actor, data: Addresses) -> Addresses:
    async with db.transaction(actor) as tx:
        return Addresses(addresses=await schedules.set_addresses(tx, data.addresses))


ROUTES = (
    get("/api/reports/export", export_report, can="reports.read", media_type="*/*"),
    get("/api/reports/wallboard", get_wallboard, can="reports.read"),
    get("/api/reports/saved", get_saved_reports, can="reports.read"),
    get("/api/reports/saved/{id:int}", get_saved_report, can="reports.read"),
    post("/api/reports/saved", post_saved_report, can="reports.read"),
    patch("/api/reports/saved/{id:int}", patch_saved_report, can="reports.read"),
    delete("/api/reports/saved/{id:int}", delete_saved_report, can="reports.read"),
    get("/api/reports/schedules", get_schedules, can="reports.read"),
    post("/api/reports/schedules", post_schedule, can="reports.send"),
    patch("/api/reports/schedules/{id:uuid}", patch_schedule, can="reports.send"),
    delete("/api/reports/schedules/{id:uuid}", delete_schedule, can="reports.send"),
    post("/api/reports/schedules/{id:uuid}/send", send_schedule, can="reports.send"),
    get("/api/reports/addresses", get_report_addresses, can="reports.send"),
    put("/api/reports/addresses", put_report_addresses, can="settings.write"),
)
