"""Holidays that come from an address: read when it is set, and again twice a day."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import msgspec
import structlog

from hark.core.actor import system
from hark.core.db import Db, Tx
from hark.core.errors import BadRequest, HarkError, NotFound
from hark.hours.actions import add_version
from hark.hours.ical import read_holidays
from hark.hours.queries import MISSING, load_calendars
from hark.hours.types import Holiday, NewVersion

log = structlog.get_logger(__name__)

Fetch = Callable[[str], Awaitable[bytes]]
"""https address -> the body of the answer, where this installation may connect to it. Raises HarkError."""

AGAIN = timedelta(hours=12)
LOOK_S = 600.0
BEFORE, AHEAD = timedelta(days=31), timedelta(days=731)


class _Feed(msgspec.Struct):
    workspace_id: int
    calendar_id: int
    url: str


async def read_feed(raw: bytes, now: datetime) -> list[Holiday]:
    """The holidays of the last month and the coming two years, read in a thread: a large calendar holds nobody up.

    Raises BadRequest for what is no iCalendar.
    """
    return await asyncio.to_thread(read_holidays, raw, first=(now - BEFORE).date(), last=(now + AHEAD).date())


async def set_feed(tx: Tx, calendar_id: int, url: str, days: list[Holiday]) -> None:
    """Take the holidays that stand at `url` into the calendar, and look there again from now on. Raises NotFound."""
    await _lock(tx, calendar_id)
    old = await _known_days(tx, calendar_id)
    await tx.run(
        "INSERT INTO calendar_feeds (workspace_id, calendar_id, url) VALUES ($1, $2, $3)"
        " ON CONFLICT (workspace_id, calendar_id) DO UPDATE SET url = $3",
        tx.workspace_id, calendar_id, url,
    )  # fmt: skip
    await _take(tx, calendar_id, old, days)
    await tx.audit("calendar.feed_set", f"calendar:{calendar_id}")


async def delete_feed(tx: Tx, calendar_id: int) -> None:
    """Look there no more; the holidays it gave leave the calendar from now on. Raises NotFound."""
    await _lock(tx, calendar_id)
    old = await _known_days(tx, calendar_id)
    gone = await tx.run(
        "DELETE FROM calendar_feeds WHERE workspace_id = $1 AND calendar_id = $2", tx.workspace_id, calendar_id
    )
    if not gone:
        raise NotFound("These hours take no holidays from an address.")
    await _replace(tx, calendar_id, old, [])
    await tx.audit("calendar.feed_deleted", f"calendar:{calendar_id}")


async def refresh_feeds(db: Db, fetch: Fetch) -> int:
    """Read every address again that was last read half a day ago; how many were read. What goes wrong stands with the
    calendar, which keeps the holidays it has."""
    due = await db.all(
        _Feed,
        "SELECT workspace_id, calendar_id, url FROM calendar_feeds WHERE checked_at IS NULL OR checked_at < $1"
        " ORDER BY checked_at NULLS FIRST LIMIT 100",
        db.now() - AGAIN,
    )  # fmt: skip
    for feed in due:
        problem = None
        try:
            days = await read_feed(await fetch(feed.url), db.now())
            async with db.transaction(system(feed.workspace_id)) as tx:
                await _lock(tx, feed.calendar_id)
                await _take(tx, feed.calendar_id, await _known_days(tx, feed.calendar_id), days)
        except HarkError as error:
            problem = error.detail
            log.warning("holidays could not be read", calendar=feed.calendar_id, problem=problem)
        if problem is not None:
            await _fail(db, feed, problem)
    return len(due)


def feed_address(url: str) -> str:
    """The https address of a feed; calendars are often given as webcal. Raises BadRequest for any other."""
    parts = urlsplit(url.strip())
    if parts.scheme not in ("https", "webcal") or not parts.hostname or parts.username or parts.password:
        raise BadRequest("Give the https address of an iCalendar, such as https://example.com/holidays.ics.", code="bad_feed")
    return parts._replace(scheme="https").geturl()


async def _lock(tx: Tx, calendar_id: int) -> None:
    await tx.one(
        int, "SELECT id FROM calendars WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        tx.workspace_id, calendar_id, missing=MISSING,
    )  # fmt: skip


async def _known_days(tx: Tx, calendar_id: int) -> list[Holiday]:
    """What the feed named last time."""
    row = await tx.find(
        _Days, "SELECT days FROM calendar_feeds WHERE workspace_id = $1 AND calendar_id = $2", tx.workspace_id, calendar_id
    )
    return row.days if row else []


class _Days(msgspec.Struct):
    days: list[Holiday]


async def _take(tx: Tx, calendar_id: int, old: list[Holiday], new: list[Holiday]) -> None:
    await _replace(tx, calendar_id, old, new)
    await tx.run(
        "UPDATE calendar_feeds SET days = $3, checked_at = $4, problem = NULL WHERE workspace_id = $1 AND calendar_id = $2",
        tx.workspace_id, calendar_id, msgspec.to_builtins(new), tx.now(),
    )  # fmt: skip


async def _replace(tx: Tx, calendar_id: int, old: list[Holiday], new: list[Holiday]) -> None:
    """Other hours from now on, where the feed's days of the future have changed. A date that people have entered stays
    theirs, and planned hours of later get the days as well."""
    calendar = (await load_calendars(tx, tx.workspace_id)).by_id[calendar_id]
    now, known, changed = tx.now(), set(old), False
    later = [version for version in calendar.versions if version.valid_from > now]
    current = [version for version in calendar.versions if version.valid_from <= now][-1]
    for version in (current, *later):
        own = [day for day in version.plan.holidays if day not in known]
        dates = {day.date for day in own}
        merged = tuple(sorted([*own, *(day for day in new if day.date not in dates)], key=lambda day: day.date))
        # Once one version is written again, so are those after it: adding a version takes planned ones away.
        changed |= _coming(merged, now.date()) != _coming(version.plan.holidays, now.date())
        if changed:
            plan = msgspec.structs.replace(version.plan, holidays=merged)
            start = None if version is current else version.valid_from
            await add_version(tx, calendar_id, NewVersion(plan=plan, valid_from=start))


def _coming(days: tuple[Holiday, ...], today: date) -> set[Holiday]:
    return {day for day in days if day.date >= today}


async def _fail(db: Db, feed: _Feed, problem: str) -> None:
    async with db.transaction(system(feed.workspace_id)) as tx:
        await tx.run(
            "UPDATE calendar_feeds SET checked_at = $3, problem = $4 WHERE workspace_id = $1 AND calendar_id = $2",
            tx.workspace_id, feed.calendar_id, tx.now(), problem,
        )  # fmt: skip
