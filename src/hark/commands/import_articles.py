"""`hark import help|zendesk|intercom`: articles from a Markdown folder or from another help centre's export."""

import asyncio
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hark.app import EVENTS, PROJECTORS
from hark.commands.database import any_database, require_schema
from hark.core.actor import system
from hark.core.db import Db
from hark.core.errors import ConfigError, HarkError
from hark.core.files import Files
from hark.core.processes import stop_on_signals
from hark.core.services import open_services
from hark.help.centre_types import NewCentre
from hark.help.centres import create_centre
from hark.help.imports.actions import begin_import, end_import
from hark.help.imports.jobs import run_found
from hark.help.imports.queries import list_workspaces
from hark.help.imports.sources import read_source
from hark.help.imports.types import Kind, Outcome
from hark.help.published import find_centre
from hark.help.queries import CentreRecord, get_centre
from hark.settings import Settings

SHOWN = 20
INTERRUPTED = 130
KINDS: dict[str, Kind] = {"help": "markdown", "zendesk": "zendesk", "intercom": "intercom"}


async def run(
    settings: Settings,
    *,
    kind: Literal["help", "zendesk", "intercom"],
    path: Path,
    centre: str | None,
    publish: bool,
    workspace: int | None,
) -> int:
    """Import and print what became of it; 130 when it was interrupted and can go on."""
    if centre is None:
        raise ConfigError("Say which help centre the articles belong to: --centre SLUG. Nothing was imported.")
    if not path.exists():
        raise ConfigError(f"There is nothing at {path}. Nothing was imported.")
    async with any_database(settings) as found, stop_on_signals() as stop:
        await require_schema(found)
        async with open_services(found, events=EVENTS, projectors=PROJECTORS) as services:
            target = await require_centre(services.db, centre, workspace)
            outcome = await bring(services.db, services.files, KINDS[kind], path, target, publish, stop)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for line in report(outcome):
        console.print(line)
    return INTERRUPTED if outcome.stopped else 0


async def require_centre(db: Db, slug: str, workspace: int | None) -> CentreRecord:
    """The help centre of this slug, made in the languages of Hark when there is none. Raises ConfigError."""
    found = await find_centre(db, slug=slug)
    if found is not None:
        if workspace is not None and found.workspace_id != workspace:
            raise ConfigError(f"The help centre {slug} belongs to another workspace. Choose another slug.")
        return found
    ids = [workspace] if workspace is not None else await list_workspaces(db)
    if len(ids) != 1:
        raise ConfigError("Say in which workspace the help centre is to be made: --workspace ID.")
    async with db.transaction(system(ids[0])) as tx:
        made = await create_centre(
            tx, NewCentre(name=slug.replace("-", " ").title(), slug=slug, languages=["en", "it", "ko"])
        )
    return await get_centre(db, ids[0], made.id)


async def bring(
    db: Db, files: Files, kind: Kind, path: Path, centre: CentreRecord, publish: bool, stop: asyncio.Event
) -> Outcome:
    """Import with a bar. The run stands in the same list as those from the browser, from its first moment on."""
    claim = await begin_import(db, system(centre.workspace_id), centre.id, kind=kind, publish=publish, name=path.resolve().name)
    try:
        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        ) as bar:
            looking = bar.add_task("Reading", total=None)
            found = await asyncio.to_thread(read_source, kind, path, centre.languages)
            bar.update(looking, total=1, completed=1)
            taking = bar.add_task("Taking articles in", total=len(found.articles))
            return await run_found(
                db, files, claim, centre, found, stop=stop,
                progress=lambda done, total: bar.update(taking, completed=done),
            )  # fmt: skip
    except HarkError as error:
        await end_import(db, claim, None, problem=error.detail)
        raise


def report(outcome: Outcome) -> list[str]:
    """What happened, in lines people read."""
    counts = ", ".join(f"{name} {n:,}" for name, n in outcome.counts.items()) or "none"
    lines = [f"Texts: {counts}."]
    if outcome.counts.get("kept"):
        lines.append("Kept: these were changed here since the last import and were not overwritten.")
    if outcome.problem_count:
        lines.append(f"Not understood, or left out: {outcome.problem_count:,}.")
        lines += [f"  {problem.item}: {problem.sentence}" for problem in outcome.problems[:SHOWN]]
        if outcome.problem_count > SHOWN:
            lines.append(f"  ... and {outcome.problem_count - SHOWN:,} more.")
    if outcome.stopped:
        lines.append("Interrupted. Nothing is lost: the same command goes on where it stopped.")
    return lines
