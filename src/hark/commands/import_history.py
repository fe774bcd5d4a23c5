"""`hark import`: the history of a mailbox from a maildir, an mbox file or JSON lines."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from hark.app import EVENTS, PROJECTORS
from hark.channels.email.adapter import mail_reader
from hark.commands.database import any_database, require_schema
from hark.core.errors import ConfigError
from hark.core.files import Files
from hark.core.processes import stop_on_signals
from hark.core.services import Services, open_services
from hark.imports.actions import Order, import_history
from hark.imports.queries import require_target
from hark.imports.types import Kind, Outcome
from hark.intake.process import Processor
from hark.intake.reception import Ledger
from hark.settings import Settings

SHOWN = 20
INTERRUPTED = 130


async def run(
    settings: Settings, *, kind: Kind, path: Path, mailbox: str, staff: Sequence[str], workspace: int | None
) -> int:
    """Import and print what became of it; 130 when it was interrupted and can go on."""
    if not path.exists():
        raise ConfigError(f"There is nothing at {path}. Nothing was imported.")
    async with any_database(settings) as found, stop_on_signals() as stop:
        await require_schema(found)
        async with open_services(found, events=EVENTS, projectors=PROJECTORS) as services:
            target = await require_target(services.db, mailbox, workspace)
            order = Order(kind=kind, path=path, target=target, staff=staff, limit=settings.mail_max_bytes)
            outcome = await _with_bar(services, order, stop)
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for line in report(outcome):
        console.print(line)
    return INTERRUPTED if outcome.stopped else 0


async def _with_bar(services: Services, order: Order, stop: asyncio.Event) -> Outcome:
    # Its raw mails are written side by side: each write waits for the disk.
    ledger = Ledger(services.db, Files.local(services.settings.files_dir, inline_bytes=0))
    processor = Processor(services.db, services.files, {1: mail_reader(services.keys)})
    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as bar:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, total: int | None) -> None:
            if step not in tasks:
                tasks[step] = bar.add_task(step, total=total)
            bar.update(tasks[step], completed=done, total=total)

        return await import_history(services.db, ledger, processor, order, stop=stop, progress=show)


def report(outcome: Outcome) -> list[str]:
    """What happened, in lines people read."""
    fates = ", ".join(f"{name.replace('_', '-')} {n:,}" for name, n in outcome.fates.items()) or "none"
    lines = [
        f"{outcome.total:,} mails in {outcome.threads:,} threads; {outcome.fresh:,} of them taken in now.",
        f"What became of them: {fates}.",
    ]
    if outcome.repeated:
        lines.append(f"{outcome.repeated:,} copies of the same mail were counted once.")
    if outcome.left_out:
        lines.append(f"{outcome.left_out:,} drafts and mails in the bin were left out.")
    if outcome.problems.count:
        lines.append(
            f"Problems: {outcome.problems.count:,}, of them {outcome.problems.unreadable:,} without a readable mail."
        )
        lines += [f"  {problem}" for problem in outcome.problems.kept[:SHOWN]]
        if outcome.problems.count > SHOWN:
            lines.append(f"  ... and {outcome.problems.count - SHOWN:,} more; GET /api/imports shows the first 200.")
    if outcome.stopped:
        lines.append("Interrupted. Nothing is lost: the same command goes on where it stopped.")
    return lines
