"""`hark bench seed`: a desk of a million conversations and ten million messages, made by the database itself.

Three years of mail of 200,000 contacts in 20,000 companies, answered by 50 people in 8 teams: 20,000 conversations
open, of which 16,000 wait for an answer. Threads, waits, spans, episodes and the journal fit together; the search
index and raw mails are left out. The statements are in `seed.sql`.
"""

import asyncio
import hashlib
import re
import shutil
import sys
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec

from hark.bench.actions import create_desk, switch_indexes_off
from hark.bench.installation import Installation, installation
from hark.bench.queries import count_messages
from hark.core.db import connect
from hark.migrations import __file__ as migrations_file
from hark.settings import Settings

CONVERSATIONS, QUICK = 1_000_000, 50

# Only while seeding: nothing is worth keeping until the end, and index builds want memory.
LOADING = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "wal_level": "minimal", "max_wal_senders": "0",
    "max_wal_size": "4GB", "checkpoint_timeout": "1h", "autovacuum": "off", "shared_buffers": "512MB",
    "maintenance_work_mem": "768MB", "work_mem": "256MB",
}  # fmt: skip

# Two lanes, one per core; tables whose indexes are built at the end of each.
LANES = (
    ("messages", ("messages",), ("messages", "attachments")),
    ("events", ("events", "around", "spans"), ("events", "endpoints", "conversation_tags", "reads", "episodes", "waits", "spans")),
)  # fmt: skip


class Seeded(msgspec.Struct, frozen=True):
    """What a seeded folder holds."""

    schema: str
    conversations: int
    messages: int
    seconds: float


async def seed(settings: Settings, *, quick: bool) -> None:
    """Make the seeded installation in the data folder; `hark bench inbox` uses it until the schema changes."""
    folder = seeded_folder(settings, quick=quick)
    shutil.rmtree(folder, ignore_errors=True)
    made = await make(folder, size_of(quick))
    print(f"{made.conversations:,} conversations, {made.messages:,} messages in {made.seconds:.0f} s: {folder}")


def seeded_folder(settings: Settings, *, quick: bool) -> Path:
    return settings.data.absolute() / "bench" / ("seed-quick" if quick else "seed")


@asynccontextmanager
async def seeded(settings: Settings, *, quick: bool) -> AsyncIterator[Installation]:
    """The installation `hark bench seed` made, or one made for this moment."""
    folder = seeded_folder(settings, quick=quick)
    kept = find_seeded(folder)
    if kept is None or kept.schema != schema():
        folder = folder.with_name(f"{folder.name}-once")
        shutil.rmtree(folder, ignore_errors=True)
    try:
        if find_seeded(folder) is None:
            await make(folder, size_of(quick))
        async with installation(folder=folder) as here:
            yield here
    finally:
        if folder.name.endswith("-once"):
            shutil.rmtree(folder, ignore_errors=True)


def find_seeded(folder: Path) -> Seeded | None:
    try:
        return msgspec.json.decode((folder / "seeded.json").read_bytes(), type=Seeded)
    except FileNotFoundError:
        return None


def schema() -> str:
    """The migrations of this version: a folder seeded with others cannot be used."""
    texts = [path.read_bytes() for path in sorted(Path(migrations_file).parent.glob("*.sql"))]
    return hashlib.sha256(b"".join(texts)).hexdigest()[:16]


def size_of(quick: bool) -> int:
    return CONVERSATIONS // QUICK if quick else CONVERSATIONS


async def make(folder: Path, conversations: int) -> Seeded:
    """Seed an installation in `folder`; the note that it is complete is written last."""
    begin = time.monotonic()
    async with installation(folder=folder, postgres=LOADING) as here:
        await create_desk(here.db)
        messages = await _Loader(here, conversations, begin).run()
    made = Seeded(schema(), conversations, messages, round(time.monotonic() - begin, 1))
    (folder / "seeded.json").write_bytes(msgspec.json.encode(made))
    return made


class _Loader:
    """The parts of seed.sql in order, two at a time where they do not need each other."""

    def __init__(self, here: Installation, conversations: int, begin: float) -> None:
        self.here = here
        self.begin = begin
        self.options = {
            "bench.conversations": conversations, "bench.contacts": conversations // 5,
            "bench.companies": conversations // 50, "bench.now": here.db.now().timestamp(),
        }  # fmt: skip
        sql = (files("hark.bench") / "seed.sql").read_text("utf-8")
        parts = re.split(r"^-- part: (\w+)\n", sql, flags=re.MULTILINE)
        self.parts = dict(zip(parts[1::2], parts[2::2], strict=True))

    async def run(self) -> int:
        """The number of messages made."""
        first, second = await self._connect(), await self._connect()
        for part in ("helpers", "people", "cases"):
            await self._run(first, part)
        await self._load(first, ("conversations",), ("conversations",))
        lanes = zip((first, second), LANES, strict=True)
        await _all([self._load(conn, parts, tables) for conn, (_, parts, tables) in lanes])
        await self._run(first, "finish")
        await first.execute("ANALYZE")
        self._say("analyzed")
        count = await count_messages(self.here.db)
        await _all([first.close(), second.close()])
        return count

    async def _connect(self) -> Any:
        conn = await connect(self.here.dsn)
        # Foreign keys hold by construction; checking each row would take longer than making it.
        await conn.execute("SET session_replication_role = replica")
        for name, value in self.options.items():
            await conn.execute(f"SET {name} = {value}")
        return conn

    async def _load(self, conn: Any, parts: tuple[str, ...], tables: tuple[str, ...]) -> None:
        """Fill tables without their indexes, then build these: several times faster than row by row."""
        await switch_indexes_off(conn, tables)
        for part in parts:
            await self._run(conn, part)
        for table in tables:
            await conn.execute(f'REINDEX TABLE "{table}"')
            # Sets the visibility map and the hint bits, so that nothing of the loading is left to what is measured.
            await conn.execute(f'VACUUM "{table}"')
            self._say(f"indexed {table}")

    async def _run(self, conn: Any, part: str) -> None:
        await conn.execute(self.parts[part])
        self._say(part)

    def _say(self, what: str) -> None:
        print(f"{time.monotonic() - self.begin:6.0f} s  {what}", file=sys.stderr, flush=True)


async def _all(jobs: list[Awaitable[Any]]) -> None:
    await asyncio.gather(*jobs)
