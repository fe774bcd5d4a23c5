"""The worker's part: reading what was uploaded, in a thread, telling how far it is, stopping when it was deleted."""

import asyncio
import gzip
import io
import zlib
from typing import BinaryIO, cast

import structlog

from hark.bottlenecks.eventlogs.actions import Claim, claim_log, fail_log, finish_log, tell_progress
from hark.bottlenecks.eventlogs.packed import pack
from hark.bottlenecks.eventlogs.tables import read_table
from hark.bottlenecks.eventlogs.types import MAX_UNPACKED, Format, Problem, Unreadable
from hark.bottlenecks.eventlogs.xes import read_xes
from hark.core.actor import system
from hark.core.db import Db
from hark.core.errors import HarkError
from hark.core.files import Files, new_key

log = structlog.get_logger(__name__)

LOOK_S = 2.0
TELL_S = 1.0


class Stopped(Exception):
    """The log was deleted while it was read."""


class Source(io.RawIOBase):
    """The bytes of a file that counts how far it has been read, and stops when told to."""

    def __init__(self, data: bytes) -> None:
        self.inner = io.BytesIO(data)
        self.is_stopped = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        if self.is_stopped:
            raise Stopped
        return self.inner.readinto(buffer)  # type: ignore[arg-type]

    @property
    def done(self) -> int:
        return self.inner.tell()


class Limited(io.RawIOBase):
    """What a packed file holds, up to MAX_UNPACKED: a small file cannot fill the memory."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.left = file, MAX_UNPACKED

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        data = self.file.read(len(view))
        self.left -= len(data)
        if self.left < 0:
            raise Unreadable(f"Unpacked the file is larger than {MAX_UNPACKED // 1_000_000_000} GB. Export a shorter period.",
                             code="log_too_long")  # fmt: skip
        view[: len(data)] = data
        return len(data)


async def read_logs(db: Db, files: Files) -> int:
    """Read every log that waits for it; how many there were."""
    count = 0
    while (claim := await claim_log(db)) is not None:
        await read_one(db, files, claim)
        count += 1
    return count


async def read_one(db: Db, files: Files, claim: Claim) -> None:
    """Read one log. What is wrong with the file is told on the log; the file that came goes when it has been read."""
    source = Source(await files.get(claim.file_key))
    reading = asyncio.create_task(asyncio.to_thread(read_file, source, claim))
    while not (await asyncio.wait({reading}, timeout=TELL_S))[0]:
        if not await tell_progress(db, claim, source.done):
            source.is_stopped = True
    actor = system(claim.workspace_id)
    try:
        data, cases, events, skipped, problems = await reading
    except Stopped:
        return
    except HarkError as error:
        async with db.transaction(actor) as tx:
            await fail_log(tx, claim, error.detail)
        return
    key = new_key(claim.workspace_id, "eventlog", db.now())
    await files.put(key, data)
    async with db.transaction(actor) as tx:
        kept = await finish_log(tx, claim, file_key=key, cases=cases, events=events, skipped=skipped, problems=problems)
    await files.delete(claim.file_key if kept else key)


def read_file(source: Source, claim: Claim) -> tuple[bytes, int, int, int, list[Problem]]:
    """(packed log, cases, events, skipped lines, the first problems) of a file. Raises Unreadable, Stopped."""
    raw = io.BufferedReader(source, 1 << 18)
    try:
        file = cast(BinaryIO, raw)
        if raw.peek(2)[:2] == b"\x1f\x8b":
            file = cast(BinaryIO, io.BufferedReader(Limited(cast(BinaryIO, gzip.GzipFile(fileobj=raw)))))
        if claim.format is Format.XES:
            builder = read_xes(file)
        else:
            assert claim.mapping is not None  # a table is only read once it has one
            builder = read_table(file, claim.mapping)
    except (OSError, EOFError, zlib.error, UnicodeError) as error:
        raise Unreadable(
            "The file is damaged: it could not be unpacked or is of another encoding.", code="log_damaged"
        ) from error
    found = builder.log()
    return pack(found), len(found.cases), len(found), builder.skipped, builder.problems
