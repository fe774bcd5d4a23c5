"""Business hours over HTTP."""

from typing import Annotated

import msgspec
from litestar.params import Parameter

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import get, post
from hark.hours.actions import add_version, create_calendar
from hark.hours.queries import get_calendar, list_calendars, preview_calendar
from hark.hours.types import CalendarView, NewCalendar, NewVersion, Preview


class CalendarList(msgspec.Struct, frozen=True):
    items: list[CalendarView]


async def list_calendars_route(db: Db, actor: Actor) -> CalendarList:
    return CalendarList(await list_calendars(db, actor, now=db.now()))


async def create_calendar_route(db: Db, actor: Actor, data: NewCalendar) -> CalendarView:
    async with db.transaction(actor) as tx:
        id = await create_calendar(tx, data)
        return await get_calendar(tx, actor, id, now=tx.now())


async def add_version_route(db: Db, actor: Actor, id: int, data: NewVersion) -> CalendarView:
    async with db.transaction(actor) as tx:
        await add_version(tx, id, data)
        return await get_calendar(tx, actor, id, now=tx.now())


async def preview_calendar_route(
    db: Db, actor: Actor, id: int, days: Annotated[int, Parameter(ge=1, le=366)] = 28
) -> Preview:
    return await preview_calendar(db, actor, id, days=days, now=db.now())


ROUTES = (
    get("/api/calendars", list_calendars_route, can="hours.read"),
    post("/api/calendars", create_calendar_route, can="hours.write"),
    post("/api/calendars/{id:int}/versions", add_version_route, can="hours.write"),
    get("/api/calendars/{id:int}/preview", preview_calendar_route, can="hours.read"),
)
