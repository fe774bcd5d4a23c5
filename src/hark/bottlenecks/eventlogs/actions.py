"""Taking logs in, saying how they are read, and deleting them; and the worker's part: claiming, telling, finishing."""

import gzip
import io
import zlib
from datetime import timedelta
from pathlib import PurePosixPath

import msgspec

from hark.bottlenecks.eventlogs import queries
from hark.bottlenecks.eventlogs.moments import reader
from hark.bottlenecks.eventlogs.tables import HEAD, preview_table
from hark.bottlenecks.eventlogs.types import MAX_UPLOAD, EventLogChanged, Format, Mapping, Problem, State, Unreadable
from hark.core.actor import Actor
from hark.core.db import Db, Tx
from hark.core.errors import Conflict, NotFound, TooLarge
from hark.core.files import Files, new_key

LEASE = timedelta(seconds=30)
MAX_TITLE = 120


async def take_in(db: Db, files: Files, actor: Actor, *, filename: str, data: bytes) -> queries.Row:
    """A file as it came: stored, looked at, and, when nothing needs to be asked, read at once.

    Raises TooLarge, or Unreadable when it is neither a table nor XES; then nothing is kept.
    """
    if len(data) > MAX_UPLOAD:
        raise TooLarge(
            f"The file is larger than {MAX_UPLOAD // 1_000_000} MB, the most a log may have. Compress it (.gz)."
        )
    head = _head(data)
    is_xes = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    preview = None if is_xes else preview_table(head)
    key = new_key(actor.workspace_id, "eventlog", db.now())
    await files.put(key, data)
    async with db.transaction(actor) as tx:
        row = await tx.one(
            int,
            "INSERT INTO event_logs (workspace_id, name, format, state, size, preview, file_key, created_at, created_by)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
            tx.workspace_id, await _free_name(tx, filename), Format.XES if is_xes else Format.CSV,
            State.READING if is_xes else State.UPLOADED, len(data), msgspec.to_builtins(preview), key, tx.now(),
            actor.agent_id,
        )  # fmt: skip
        await tx.audit("event_log.uploaded", f"event_log:{row}", data={"size": len(data)})
        tx.emit(EventLogChanged(log_id=row))
        return await queries.get_log(tx, tx.workspace_id, row)


async def read_with(tx: Tx, id: int, mapping: Mapping) -> queries.Row:
    """Let the worker read a table by these columns. Raises NotFound, Conflict when it is being read, BadRequest."""
    reader(mapping.time_format, mapping.time_zone)
    row = await queries.get_log(tx, tx.workspace_id, id)
    if row.format is not Format.CSV or row.packed or row.state is State.READING:
        raise Conflict("This log has been read, or is being read now. Delete it and upload the file again to read it "
                       "differently.", code="log_read")  # fmt: skip
    await tx.run(
        "UPDATE event_logs SET state = $3, mapping = $4, done = 0, problem = NULL, lease_until = NULL"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, State.READING, msgspec.to_builtins(mapping),
    )  # fmt: skip
    tx.emit(EventLogChanged(log_id=id))
    return await queries.get_log(tx, tx.workspace_id, id)


async def delete_log(db: Db, files: Files, actor: Actor, id: int) -> None:
    """The log, its file and its map are gone; a reading of it stops. Raises NotFound."""
    async with db.transaction(actor) as tx:
        key = await tx.find(
            str, "DELETE FROM event_logs WHERE workspace_id = $1 AND id = $2 RETURNING file_key", tx.workspace_id, id
        )
        if key is None:
            raise NotFound(queries.MISSING)
        await tx.audit("event_log.deleted", f"event_log:{id}")
        tx.emit(EventLogChanged(log_id=id))
    await files.delete(key)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """A log a worker reads until its lease is over."""

    workspace_id: int
    id: int
    format: Format
    mapping: Mapping | None
    file_key: str


async def claim_log(db: Db) -> Claim | None:
    """The next log to read, leased; None when there is none."""
    return await db.find(
        Claim,
        "UPDATE event_logs l SET lease_until = $1 FROM (SELECT workspace_id, id FROM event_logs WHERE state = $3"
        " AND coalesce(lease_until < $2, true) ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED) due"
        " WHERE l.workspace_id = due.workspace_id AND l.id = due.id"
        " RETURNING l.workspace_id, l.id, l.format, l.mapping, l.file_key",
        db.now() + LEASE, db.now(), State.READING,
    )  # fmt: skip


async def tell_progress(db: Db, claim: Claim, done: int) -> bool:
    """How many bytes have been read; the lease goes on. False when the log has been deleted."""
    return bool(
        await db.run(
            "UPDATE event_logs SET done = $3, lease_until = $4 WHERE workspace_id = $1 AND id = $2 AND state = $5",
            claim.workspace_id, claim.id, done, db.now() + LEASE, State.READING,
        )
    )  # fmt: skip


async def finish_log(
    tx: Tx, claim: Claim, *, file_key: str, cases: int, events: int, skipped: int, problems: list[Problem]
) -> bool:
    """The log is ready. False when it has been deleted meanwhile."""
    changed = await tx.run(
        "UPDATE event_logs SET state = $3, file_key = $4, packed = true, cases = $5, events = $6, skipped = $7, problems = $8,"
        " preview = NULL, done = size, lease_until = NULL WHERE workspace_id = $1 AND id = $2 AND state = $9",
        claim.workspace_id, claim.id, State.READY, file_key, cases, events, skipped, msgspec.to_builtins(problems),
        State.READING,
    )  # fmt: skip
    if changed:
        tx.emit(EventLogChanged(log_id=claim.id))
    return bool(changed)


async def fail_log(tx: Tx, claim: Claim, problem: str) -> None:
    """It could not be read, and why. A table can be read again by other columns."""
    if await tx.run(
        "UPDATE event_logs SET state = $3, problem = $4, lease_until = NULL WHERE workspace_id = $1 AND id = $2",
        claim.workspace_id, claim.id, State.FAILED, problem,
    ):  # fmt: skip
        tx.emit(EventLogChanged(log_id=claim.id))


def _head(data: bytes) -> bytes:
    """The first bytes, unpacked. Raises Unreadable when the packing is broken."""
    if not data.startswith(b"\x1f\x8b"):
        return data[:HEAD]
    try:
        with gzip.open(io.BytesIO(data)) as file:
            return file.read(HEAD)
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable("The .gz file is damaged. Make it again and upload it.", code="log_no_table") from error


async def _free_name(tx: Tx, filename: str) -> str:
    """The file's name without its ending, with a number when there is one of that name."""
    plain = PurePosixPath(filename.replace("\\", "/")).name.removesuffix(".gz").replace("\0", "")
    stem = plain.rpartition(".")[0] or plain or "log"
    wanted = stem[:MAX_TITLE]
    taken = await tx.all(
        str, "SELECT name FROM event_logs WHERE workspace_id = $1 AND starts_with(name, $2)", tx.workspace_id, wanted
    )
    n = 2
    name = wanted
    while name in taken:
        name, n = f"{wanted} ({n})", n + 1
    return name
