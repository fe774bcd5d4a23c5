"""The worker's part: running the imports people have uploaded."""

import asyncio

import structlog

from hark.core.actor import system
from hark.core.db import Db, is_passing
from hark.core.errors import HarkError, Unavailable
from hark.core.files import Files
from hark.help.imports.actions import Claim, claim_import, end_import, tell_import
from hark.help.imports.types import KIND_NAMES, Outcome
from hark.help.queries import get_centre

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
    while (claim := await claim_import(db, now=db.now())) is not None:
        await run_one(db, files, claim)
        count += 1
    return count


async def run_one(db: Db, files: Files, claim: Claim) -> None:
    """Run one import. What is wrong with the file is told on it."""
    from hark.help.imports.running import take_in
    from hark.help.imports.sources import read_source

    try:
        centre = await get_centre(db, claim.workspace_id, claim.centre_id)
        data = await files.get(claim.file_key)
        found = await asyncio.to_thread(read_source, KIND_NAMES[claim.kind], data, centre.languages)
        latest: tuple[int, int, Outcome] = (0, len(found.articles), Outcome())

        def note(done: int, total: int, outcome: Outcome) -> None:
            nonlocal latest
            latest = (done, total, outcome)

        taking = asyncio.create_task(
            take_in(db, files, system(claim.workspace_id), centre, found, publish=claim.publish, progress=note)
        )
        while not (await asyncio.wait({taking}, timeout=TELL_S))[0]:
            await tell_import(db, claim, *latest)
        await tell_import(db, claim, *latest)
        await end_import(db, claim, await taking)
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
