"""`hark rebuild`: waits, spans and episodes again from the journal, and the promises that follow from them."""

from rich.progress import Progress

from hark.app import EVENTS, PROJECTORS
from hark.commands.database import any_database, require_schema
from hark.core.errors import NotFound
from hark.core.services import open_services
from hark.hours.queries import open_seconds
from hark.journey.queries import workspace_ids
from hark.journey.rebuild import rebuild
from hark.settings import Settings
from hark.sla.keeping import rework_promises
from hark.value.pricing import pricing_of


async def run(settings: Settings, *, workspace: int | None) -> int:
    """Rebuild one workspace or all, while people work; a sound database comes out unchanged. Raises NotFound."""
    async with any_database(settings) as found:
        await require_schema(found)
        async with open_services(found, events=EVENTS, projectors=PROJECTORS) as services:
            if workspace is not None and workspace not in await workspace_ids(services.db):
                raise NotFound(f"There is no workspace {workspace}. Nothing was changed.")
            with Progress() as progress:
                step = progress.add_task("Conversations", total=None)
                result = await rebuild(
                    services.db,
                    hours_of=open_seconds,
                    pricing_of=pricing_of,
                    workspaces=None if workspace is None else [workspace],
                    follow=rework_promises,
                    progress=lambda done, total: progress.update(step, completed=done, total=total),
                )
                progress.update(step, total=1, completed=1)
    print(
        f"Computed {result.conversations} conversations again; {result.changed} came out different and were corrected."
    )
    if result.followed:
        print(f"The promises of {result.followed} conversations came out different and were corrected.")
    if result.without_journal:
        print(f"{result.without_journal} conversations have no journal and were left as they are.")
    return 0
