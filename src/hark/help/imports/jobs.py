"""Running imports: those people have uploaded, in the worker; and what a command has read."""

import asyncio
from collections.abc import Callable

import structlog

from hark.core.actor import system
from hark.core.db import Db, is_passing
from hark.core.errors import HarkError, Unavailable
from hark.core.files import Files
from hark.help.imports.actions import STOPPED, Claim, claim_import, end_abandoned, end_import, tell_import
from hark.help.imports.types import KIND_NAMES, Found, Outcome
from hark.help.queries import CentreRecord, get_centre

log = structlog.get_logger(__name__)

FAULT = (
    "Hark met an error of its own in this export, which its log describes. What was taken in before it is kept; the same import"
    " goes on there once it is cured."
)
LOOK_S = 2.0
TELL_S = 1.0


async def run_imports(db: Db, files: Files) -> int:
    """Run every import that waits; how many there were."""
    count = 0
    await end_abandoned(db, now=db.now())
    while (claim := await claim_import(db, now=db.now())) is not None:
        await run_one(db, files, claim)
        count += 1
    return count


async def run_one(db: Db, files: Files, claim: Claim) -> None:
    """Run one import of an uploaded file. What is wrong with the file is told on it."""
    from hark.help.imports.sources import read_source

    assert claim.file_key is not None  # only such are claimed
    try:
        centre = await get_centre(db, claim.workspace_id, claim.centre_id)
        data = await files.get(claim.file_key)
        found = await asyncio.to_thread(read_source, KIND_NAMES[claim.kind], data, centre.languages)
        await run_found(db, files, claim, centre, found)
    except Unavailable:
        raise
    except HarkError as error:
        log.warning("import of articles failed", workspace=claim.workspace_id, problem=error.detail)
        await end_import(db, claim, None, problem=error.detail)
    except Exception as error:
        if is_passing(error):
            raise  # the next one who looks goes on
        log.exception("import of articles failed", workspace=claim.workspace_id)
        await end_import(db, claim, None, problem=FAULT)
    await files.delete(claim.file_key)


async def run_found(
    db: Db, files: Files, claim: Claim, centre: CentreRecord, found: Found, *, stop: asyncio.Event | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Outcome:  # fmt: skip
    """Take in what was found, telling how far it is, to the end or until it is stopped."""
    from hark.help.imports.running import take_in

    latest: tuple[int, int, Outcome] = (0, len(found.articles), Outcome())

    def note(done: int, total: int, outcome: Outcome) -> None:
        nonlocal latest
        latest = (done, total, outcome)
        progress(done, total)

    taking = asyncio.create_task(
        take_in(db, files, system(claim.workspace_id), centre, found, publish=claim.publish, progress=note, stop=stop)
    )
    while not (await asyncio.wait({taking}, timeout=TELL_S))[0]:
        await tell_import(db, claim, *latest)
    await tell_import(db, claim, *latest)
    outcome = await taking
    await end_import(db, claim, outcome, problem=STOPPED if outcome.stopped else None)
    return outcome
