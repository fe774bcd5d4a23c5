"""Business hours over HTTP."""

import asyncio
from typing import Annotated

import msgspec
from litestar.params import Parameter

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import delete, get, post, put
from hark.hours.actions import add_version, create_calendar
from hark.hours.feeds import Fetch, delete_feed, feed_address, read_feed, set_feed
from hark.hours.public_holidays import Country, list_countries, public_holidays
from hark.hours.queries import get_calendar, list_calendars, preview_calendar
from hark.hours.types import CalendarView, Holiday, HoursPreview, NewCalendar, NewFeed, NewVersion


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
) -> HoursPreview:
    return await preview_calendar(db, actor, id, days=days, now=db.now())


async def put_feed_route(db: Db, actor: Actor, id: int, data: NewFeed, fetch: Fetch) -> CalendarView:
    url = feed_address(data.url)
    await get_calendar(db, actor, id, now=db.now())  # before anything is asked out there
    days = await read_feed(await fetch(url), db.now())
    async with db.transaction(actor) as tx:
        await set_feed(tx, id, url, days)
        return await get_calendar(tx, actor, id, now=tx.now())


async def delete_feed_route(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await delete_feed(tx, id)


class CountryList(msgspec.Struct, frozen=True):
    items: list[Country]


async def list_countries_route() -> CountryList:
    return CountryList(await asyncio.to_thread(list_countries))


class HolidayList(msgspec.Struct, frozen=True):
    items: list[Holiday]


async def list_holidays_route(
    db: Db, country: str, region: str | None = None, language: str = "en", years: Annotated[int, Parameter(ge=1, le=10)] = 2
) -> HolidayList:
    """Public holidays of this year and the following ones."""
    first = db.now().year
    span = range(first, first + years)
    return HolidayList(await asyncio.to_thread(public_holidays, country, region, span, language))


ROUTES = (
    get("/api/calendars", list_calendars_route, can="hours.read"),
    post("/api/calendars", create_calendar_route, can="hours.write"),
    post("/api/calendars/{id:int}/versions", add_version_route, can="hours.write"),
    get("/api/calendars/{id:int}/preview", preview_calendar_route, can="hours.read"),
    put("/api/calendars/{id:int}/feed", put_feed_route, can="hours.write"),
    delete("/api/calendars/{id:int}/feed", delete_feed_route, can="hours.write"),
    get("/api/holidays/countries", list_countries_route, can="hours.read"),
    get("/api/holidays", list_holidays_route, can="hours.read"),
)
