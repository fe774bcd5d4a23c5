"""`hark recalc`: the hours of a calendar as they are now apply to the past too, and all figures are counted again."""

from collections.abc import Callable
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from rich.progress import Progress

from hark.app import EVENTS, PROJECTORS
from hark.commands.database import any_database, require_schema
from hark.core.actor import system
from hark.core.db import Db
from hark.core.errors import BadRequest, NotFound
from hark.core.services import open_services
from hark.hours.actions import rewrite_hours
from hark.hours.queries import find_calendar, load_calendars, open_seconds
from hark.journey.queries import workspace_ids
from hark.journey.rebuild import Rebuilt, rebuild
from hark.settings import Settings
from hark.sla.keeping import rework_promises
from hark.value.pricing import pricing_of


async def run(settings: Settings, *, since: str, calendar: str | None, workspace: int | None) -> int:
    """Rewrite the hours of one calendar (the default one) from midnight of a day in its zone on, then rebuild.

    Raises NotFound for a workspace or calendar that is not there, BadRequest for what is no past day.
    """
    day = _day(since)
    async with any_database(settings) as found:
        await require_schema(found)
        async with open_services(found, events=EVENTS, projectors=PROJECTORS) as services:
            chosen = await _workspace(services.db, workspace)
            name, start = await _rewrite(services.db, chosen, calendar, day)
            with Progress() as progress:
                step = progress.add_task("Conversations", total=None)
                result = await recount(services.db, chosen, lambda n, of: progress.update(step, completed=n, total=of))
                progress.update(step, total=1, completed=1)
    print(f"From {start:%Y-%m-%d %H:%M %Z} on the hours of {name} are those in force now. This rewrote the past:")
    print(f"The promises of {result.followed} conversations came out different, also of those that are over.")
    print(f"{result.changed} of {result.conversations} conversations have other times on the team clock.")
    return 0


async def recount(db: Db, workspace_id: int, progress: Callable[[int, int], None]) -> Rebuilt:
    """Fold every conversation again with the hours as they are, and work its promises out again."""
    return await rebuild(
        db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[workspace_id], progress=progress, follow=rework_promises
    )


async def _rewrite(db: Db, workspace_id: int, calendar: str | None, day: date) -> tuple[str, datetime]:
    """The name of the calendar and the moment from which it was rewritten."""
    async with db.transaction(system(workspace_id)) as tx:
        found = await find_calendar(tx, calendar)
        if found is None:
            raise NotFound(f"There are no hours called {calendar}. Nothing was changed.")
        versions = (await load_calendars(tx, workspace_id)).by_id[found.id].versions
        zone = ZoneInfo([version for version in versions if version.valid_from <= tx.now()][-1].plan.tz)
        start = datetime.combine(day, time(), zone)
        await rewrite_hours(tx, found.id, start)
    return found.name, start


async def _workspace(db: Db, workspace: int | None) -> int:
    ids = await workspace_ids(db)
    if workspace is None and len(ids) == 1:
        return ids[0]
    if workspace is None:
        raise BadRequest("There are several workspaces. Say which one with --workspace.", code="which_workspace")
    if workspace not in ids:
        raise NotFound(f"There is no workspace {workspace}. Nothing was changed.")
    return workspace


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest(f"{text} is not a day. Write it like 2026-03-01.", code="bad_since") from None
