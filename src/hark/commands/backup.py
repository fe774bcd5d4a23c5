"""`hark backup FILE` and `hark restore FILE`: everything of an installation in one file, and back into an empty one.

The file is a tar: `backup.json`, `database.dump` (pg_dump's custom format, one consistent snapshot), `secret.key` and
`files/...`. Blobs are written before the rows that name them and never change, so taking them after the dump gives a
whole picture while Hark goes on working.
"""

import asyncio
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import msgspec
from rich.progress import Progress

from hark.commands.database import any_database
from hark.core.errors import ConfigError
from hark.core.migrate import load_migrations
from hark.core.pg_binaries import Binaries, PostgresError, installed_binaries
from hark.settings import Settings

FORMAT = 1


class Manifest(msgspec.Struct):
    """What stands in backup.json."""

    format: int
    made_at: datetime
    migration: int
    server_major: int


async def run_backup(settings: Settings, *, file: Path) -> int:
    """Write a backup while Hark may be running. Raises ConfigError when the file exists; a broken-off one leaves none."""
    if file.exists():
        raise ConfigError(f"{file} exists already and was left as it is. Choose another name.")
    part = file.with_name(file.name + ".part")
    async with any_database(settings) as found:
        with tempfile.TemporaryDirectory(prefix="hark-backup-") as folder, Progress() as progress:
            dump = Path(folder) / "database.dump"
            step = progress.add_task("Database", total=None)
            manifest = await _dump(found.database_url or "", dump)
            progress.update(step, total=1, completed=1)
            blobs = list(_blobs(settings.files_dir))
            step = progress.add_task("Files", total=len(blobs) or 1, completed=0 if blobs else 1)
            try:
                with tarfile.open(part, "w") as tar:
                    _add_bytes(tar, "backup.json", msgspec.json.encode(manifest))
                    tar.add(dump, "database.dump")
                    if (key := settings.data / "secret.key").exists():
                        tar.add(key, "secret.key")
                    for blob in blobs:
                        tar.add(blob, f"files/{blob.relative_to(settings.files_dir)}")
                        progress.advance(step)
                with part.open("rb") as written:
                    os.fsync(written.fileno())
                part.rename(file)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
    print(f"Backup of {len(blobs)} files and the database in {file} ({file.stat().st_size / 1e6:.1f} MB).")
    return 0


async def run_restore(settings: Settings, *, file: Path) -> int:
    """Bring a backup into an empty installation. Raises ConfigError when anything is there already."""
    if not file.is_file():
        raise ConfigError(f"There is no backup at {file}.")
    if settings.files_dir.exists() and any(settings.files_dir.rglob("*")):
        raise ConfigError(f"{settings.data} holds an installation already. Restore into an empty folder (HARK_DATA=...).")
    settings.data.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file) as tar, tempfile.TemporaryDirectory(prefix="hark-restore-") as folder, Progress() as progress:
        manifest = _read_manifest(tar)
        tar.extract("database.dump", folder, filter="data")
        async with any_database(settings) as found:
            step = progress.add_task("Database", total=None)
            await _load(found.database_url or "", Path(folder) / "database.dump", manifest)
            progress.update(step, total=1, completed=1)
        members = [m for m in tar.getmembers() if m.name == "secret.key" or m.name.startswith("files/")]
        step = progress.add_task("Files", total=len(members) or 1, completed=0 if members else 1)
        for member in members:
            tar.extract(member, settings.data, filter="data")
            progress.advance(step)
    print(f"Restored the backup of {manifest.made_at:%Y-%m-%d %H:%M} UTC into {settings.data}. Start it with `hark up`.")
    return 0


async def _dump(dsn: str, target: Path) -> Manifest:
    conn = await asyncpg.connect(dsn)
    major = conn.get_server_version().major
    migration = await conn.fetchval("SELECT max(number) FROM schema_migrations")
    await conn.close()
    await _run(_tools(major).tool("pg_dump"), "--format=custom", "--no-owner", f"--file={target}", dsn)
    return Manifest(FORMAT, datetime.now(UTC), migration, major)


async def _load(dsn: str, dump: Path, manifest: Manifest) -> None:
    conn = await asyncpg.connect(dsn)
    major = conn.get_server_version().major
    taken = await conn.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    await conn.close()
    if taken:
        raise ConfigError("The database is not empty and was left as it is. Restore into an empty one.")
    if major < manifest.server_major:
        raise ConfigError(
            f"The backup was made on PostgreSQL {manifest.server_major}, this server is {major}. Use {manifest.server_major} or newer."
        )
    await _run(
        _tools(major).tool("pg_restore"), "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={dsn}", str(dump)
    )


def _read_manifest(tar: tarfile.TarFile) -> Manifest:
    try:
        member = tar.extractfile("backup.json")
        manifest = msgspec.json.decode(member.read() if member else b"", type=Manifest)
    except (KeyError, msgspec.MsgspecError) as error:
        raise ConfigError("This file is not a backup of Hark.") from error
    if manifest.format > FORMAT or manifest.migration > load_migrations()[-1].number:
        raise ConfigError("This backup was made by a newer Hark. Install that version, then restore.")
    return manifest


def _tools(major: int) -> Binaries:
    """The client programs that fit a server of this major version. Raises PostgresError when none is installed."""
    # The server's own version first: another one's pg_dump may write what this release keeps to itself.
    for binaries in sorted(installed_binaries(), key=lambda binaries: binaries.major):
        if binaries.major >= major and binaries.tool("pg_dump").exists():
            return binaries
    raise PostgresError(f"pg_dump of version {major} or newer is needed. Install PostgreSQL's client programs.")


async def _run(program: Path, *arguments: str) -> None:
    process = await asyncio.create_subprocess_exec(program, *arguments, stderr=asyncio.subprocess.PIPE)
    _, told = await process.communicate()
    if process.returncode:
        raise ConfigError(f"{program.name} failed, nothing was changed: {told.decode(errors='replace').strip()[-500:]}")


def _blobs(root: Path) -> Iterator[Path]:
    for path in sorted(root.rglob("*")) if root.exists() else ():
        if path.is_file() and not path.name.endswith(".part"):
            yield path


def _add_bytes(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(data)
    tar.addfile(info, io.BytesIO(data))
