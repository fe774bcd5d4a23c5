"""Creating calendars and changing them from some moment on."""

from datetime import UTC, datetime

import msgspec

from hark.core.db import Tx
from hark.core.errors import BadRequest
from hark.hours.open_time import LAST_YEAR, continuous
from hark.hours.queries import MISSING, load_calendars
from hark.hours.types import ORIGIN, BadPlan, CalendarChanged, NewCalendar, NewVersion, Plan, check_plan


async def create_calendar(tx: Tx, new: NewCalendar) -> int:
    """A calendar whose hours apply to all time so far; returns its id.

    Raises BadRequest for a plan that cannot be used and Conflict for a name that is taken.
    """
    _require_usable(new.plan)
    await tx.run("SELECT 1 FROM workspaces WHERE id = $1 FOR NO KEY UPDATE", tx.workspace_id)  # one default at a time
    if new.is_default:
        await tx.run("UPDATE calendars SET is_default = false WHERE workspace_id = $1 AND is_default", tx.workspace_id)
    id = await tx.one(
        int,
        "INSERT INTO calendars (workspace_id, name, is_default) VALUES ($1, $2, NOT EXISTS"
        " (SELECT 1 FROM calendars WHERE workspace_id = $1 AND is_default)) RETURNING id",
        tx.workspace_id, new.name,
    )  # fmt: skip
    await _insert_version(tx, id, ORIGIN, new.plan, f_base=0)
    await _tell(tx, id, "calendar.created")
    return id


async def add_version(tx: Tx, calendar_id: int, new: NewVersion) -> None:
    """Other hours from `new.valid_from` on; what is past stays as it was counted.

    Planned versions that would start at the same time or later are replaced. Raises NotFound, and BadRequest for a
    moment in the past or a plan that cannot be used.
    """
    _require_usable(new.plan)
    await tx.one(
        int, "SELECT id FROM calendars WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        tx.workspace_id, calendar_id, missing=MISSING,
    )  # fmt: skip
    valid_from = _start(new.valid_from, tx.now())
    await tx.run(
        "DELETE FROM calendar_versions WHERE workspace_id = $1 AND calendar_id = $2 AND valid_from >= $3",
        tx.workspace_id, calendar_id, valid_from,
    )  # fmt: skip
    calendar = (await load_calendars(tx, tx.workspace_id)).by_id[calendar_id]
    await _insert_version(tx, calendar_id, valid_from, new.plan, f_base=calendar.f_base_at(valid_from))
    await _tell(tx, calendar_id, "calendar.changed")


async def rewrite_hours(tx: Tx, calendar_id: int, since: datetime) -> None:
    """The hours in force now apply from `since` on, also to what is past; what was counted with others since then must
    be counted again (`hark recalc`). Planned hours of later stay planned.

    Raises NotFound, and BadRequest for a moment in the future or before any hours.
    """
    await tx.one(
        int, "SELECT id FROM calendars WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        tx.workspace_id, calendar_id, missing=MISSING,
    )  # fmt: skip
    if not ORIGIN <= since <= tx.now():
        raise BadRequest("Choose a day that is past: hours of the future are changed in the settings.", code="bad_since")
    before = (await load_calendars(tx, tx.workspace_id)).by_id[calendar_id].versions
    kept = [(max(version.valid_from, ORIGIN), version.plan) for version in before if version.valid_from < since]
    current = [version for version in before if version.valid_from <= tx.now()][-1]
    later = [(version.valid_from, version.plan) for version in before if version.valid_from > tx.now()]
    whole = continuous([*kept, (since if kept else ORIGIN, current.plan), *later])
    await tx.run(
        "DELETE FROM calendar_versions WHERE workspace_id = $1 AND calendar_id = $2", tx.workspace_id, calendar_id
    )
    for version in whole.versions:
        await _insert_version(tx, calendar_id, version.valid_from, version.plan, f_base=version.f_base)
    await tx.audit("calendar.rewritten", f"calendar:{calendar_id}", data={"since": since.isoformat()})
    tx.emit(CalendarChanged(calendar_id=calendar_id))


def _start(wanted: datetime | None, now: datetime) -> datetime:
    """The whole second a version starts at."""
    if wanted is None:
        return now.replace(microsecond=0)
    if wanted.tzinfo is None:
        raise BadRequest("valid_from needs a time zone, as in 2026-03-01T00:00:00+01:00.", code="bad_valid_from")
    start = wanted.astimezone(UTC).replace(microsecond=0)
    if start < now.replace(microsecond=0):
        raise BadRequest(
            "Hours change from now on or later: what has been counted is not rewritten. Choose a later start.",
            code="bad_valid_from",
        )
    if start.year > LAST_YEAR:
        raise BadRequest(f"Hours can be planned until {LAST_YEAR}. Choose an earlier start.", code="bad_valid_from")
    return start


def _require_usable(plan: Plan) -> None:
    try:
        check_plan(plan)
    except BadPlan as problem:
        raise BadRequest(str(problem), code="bad_plan") from problem


async def _insert_version(tx: Tx, calendar_id: int, valid_from: datetime, plan: Plan, *, f_base: int) -> None:
    await tx.run(
        "INSERT INTO calendar_versions (workspace_id, calendar_id, valid_from, tz, periods, holidays, f_base)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.workspace_id, calendar_id, valid_from, plan.tz,
        msgspec.to_builtins(plan.periods), msgspec.to_builtins(plan.holidays), f_base,
    )  # fmt: skip


async def _tell(tx: Tx, calendar_id: int, action: str) -> None:
    await tx.audit(action, f"calendar:{calendar_id}")
    tx.emit(CalendarChanged(calendar_id=calendar_id))
