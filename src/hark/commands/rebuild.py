"""`hark rebuild`: waits, spans and episodes again from the journal."""

from rich.progress import Progress

from hark.app import EVENTS, PROJECTORS, rebuild_workspace
from hark.commands.database import any_database
from hark.core.services import open_services
from hark.settings import Settings


async def run(settings: Settings, *, workspace: int | None) -> int:
    """Rebuild one workspace or all; identical rows come out unless the rules of the reducer have changed."""
    async with (
        any_database(settings) as found,
        open_services(found, events=EVENTS, projectors=PROJECTORS) as services,
    ):
        ids = [workspace] if workspace else await services.db.all(int, "SELECT id FROM workspaces ORDER BY id")
        with Progress() as progress:
            for id in ids:
                step = progress.add_task(f"Workspace {id}", total=None)
                done = await rebuild_workspace(
                    services.db, id, lambda n, total, step=step: progress.update(step, completed=n, total=total)
                )
                progress.update(step, total=done or 1, completed=done or 1)
    return 0
