"""Imports as people see them: started from the browser, which gives the worker a file, or by a command that reads a folder
itself. Whoever runs one holds a lease and tells how far it is."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.core.actor import Actor, system
from hark.core.db import Db, Queries, Tx
from hark.core.errors import BadRequest, TooLarge
from hark.core.files import Files, new_key
from hark.core.ids import uuid7
from hark.help.events import HelpImportChanged
from hark.help.imports.queries import get_import
from hark.help.imports.types import KINDS, MAX_UPLOAD, HelpImport, ImportKind, ImportState, Kind, Outcome
from hark.help.queries import get_centre

LEASE = timedelta(seconds=30)
STOPPED = "It was stopped before its end. Nothing is lost: the same command goes on where it stopped."


async def start_import(
    db: Db, files: Files, actor: Actor, centre_id: int, *, kind: Kind, publish: bool, name: str, data: bytes
) -> HelpImport:
    """Keep an uploaded export; the worker takes it in. Raises NotFound, BadRequest, TooLarge."""
    if kind not in KINDS:
        raise BadRequest(f"kind is one of {', '.join(KINDS)}.", code="bad_kind")
    await get_centre(db, actor.workspace_id, centre_id)
    if not data:
        raise BadRequest("The file is empty. Choose another one.", code="empty")
    if len(data) > MAX_UPLOAD:
        raise TooLarge(f"The file is larger than {MAX_UPLOAD // 1_000_000} MB. Import it in parts.")
    key = new_key(actor.workspace_id, "helpimport", db.now())
    await files.put(key, data)
    async with db.transaction(actor) as tx:
        claim = await _insert(tx, centre_id, kind=kind, publish=publish, name=name, file_key=key, size=len(data))
        return await get_import(tx, tx.workspace_id, claim.id)


async def begin_import(db: Db, actor: Actor, centre_id: int, *, kind: Kind, publish: bool, name: str) -> "Claim":
    """An import that the caller runs itself: it is running from now on, under the caller's lease."""
    async with db.transaction(actor) as tx:
        return await _insert(tx, centre_id, kind=kind, publish=publish, name=name)


async def _insert(
    tx: Tx,
    centre_id: int,
    *,
    kind: Kind,
    publish: bool,
    name: str,
    file_key: str | None = None,
    size: int | None = None,
) -> "Claim":
    """With a file it waits for a worker, without one it runs already."""
    id, state = uuid7(), ImportState.WAITING if file_key else ImportState.RUNNING
    await tx.run(
        "INSERT INTO help_imports (workspace_id, id, centre_id, kind, name, publish, state, file_key, lease_until, created_at,"
        " created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        tx.workspace_id, id, centre_id, int(KINDS[kind]), name.replace("\0", "")[:200], publish, int(state), file_key,
        None if file_key else tx.now() + LEASE, tx.now(), tx.actor.agent_id,
    )  # fmt: skip
    await tx.audit("help_import.started", f"help_import:{id}", data={"kind": kind, "size": size})
    tx.emit(HelpImportChanged(centre_id=centre_id))
    return Claim(
        workspace_id=tx.workspace_id, id=id, centre_id=centre_id, kind=KINDS[kind], publish=publish, file_key=file_key
    )


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """An import that is run until its lease is over. `file_key`: what was uploaded; None where a command reads a folder."""

    workspace_id: int
    id: UUID
    centre_id: int
    kind: ImportKind
    publish: bool
    file_key: str | None


async def claim_import(db: Queries, *, now: datetime) -> Claim | None:
    """The next import to run, leased; None when there is none. One that a worker left when it died comes again."""
    return await db.find(
        Claim,
        "UPDATE help_imports i SET lease_until = $1, state = $3 FROM (SELECT workspace_id, id FROM help_imports"
        " WHERE state < 3 AND file_key IS NOT NULL AND coalesce(lease_until < $2, true) ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED) due"
        " WHERE i.workspace_id = due.workspace_id AND i.id = due.id"
        " RETURNING i.workspace_id, i.id, i.centre_id, i.kind, i.publish, i.file_key",
        now + LEASE, now, int(ImportState.RUNNING),
    )  # fmt: skip


async def end_abandoned(db: Db, *, now: datetime) -> None:
    """Commands that were killed leave a run nobody else can go on with: it is said so."""
    left = await db.all(
        Claim,
        "SELECT workspace_id, id, centre_id, kind, publish, file_key FROM help_imports"
        " WHERE state < 3 AND file_key IS NULL AND lease_until < $1",
        now,
    )  # fmt: skip
    for claim in left:
        await end_import(db, claim, None, problem=STOPPED)


async def tell_import(db: Db, claim: Claim, done: int, total: int, outcome: Outcome) -> None:
    """How far it is; the lease goes on."""
    async with db.transaction(system(claim.workspace_id)) as tx:
        await tx.run(
            "UPDATE help_imports SET done = $3, total = $4, counts = $5, problem_count = $6, lease_until = $7"
            " WHERE workspace_id = $1 AND id = $2",
            claim.workspace_id, claim.id, done, total, outcome.counts, outcome.problem_count, tx.now() + LEASE,
        )  # fmt: skip
        tx.emit(HelpImportChanged(centre_id=claim.centre_id))


async def end_import(db: Db, claim: Claim, outcome: Outcome | None, *, problem: str | None = None) -> None:
    """It is done, or it has a `problem`: it could not be read, or was stopped. Without an outcome what was told of it last
    stays; the file goes."""
    async with db.transaction(system(claim.workspace_id)) as tx:
        await tx.run(
            "UPDATE help_imports SET state = $3, counts = coalesce($4, counts), problems = coalesce($5, problems),"
            " problem_count = coalesce($6, problem_count), problem = $7, finished_at = $8, lease_until = NULL, file_key = NULL,"
            " done = CASE WHEN $7::text IS NULL THEN coalesce(total, done) ELSE done END WHERE workspace_id = $1 AND id = $2",
            claim.workspace_id, claim.id, int(ImportState.FAILED if problem else ImportState.DONE),
            outcome and outcome.counts, outcome and msgspec.to_builtins(outcome.problems),
            outcome and outcome.problem_count, problem, tx.now(),
        )  # fmt: skip
        tx.emit(HelpImportChanged(centre_id=claim.centre_id))
