"""`hark backup FILE` and `hark restore FILE`: everything of an installation in one file, and back into an empty one.

The file is a tar: `backup.json`, `spool/...`, `database.dump` (pg_dump's custom format, one consistent snapshot),
`secret.key`, `files/...`, and last `checksums.json`. The order makes a whole picture while Hark goes on working: a mail
waiting in the spool is either there or already in the snapshot (or in both: it is taken in once), and a blob is written
before the row that names it and never changes.
"""

import asyncio
import contextlib
import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

import asyncpg
import msgspec
from rich.progress import Progress

from hark.commands.database import any_database
from hark.core.clock import system_clock
from hark.core.db import connect
from hark.core.errors import ConfigError
from hark.core.migrate import load_migrations
from hark.core.pg_binaries import Binaries, PostgresError, installed_binaries
from hark.settings import Settings

FORMAT = 1
CHECKSUMS = "checksums.json"
DUMP = "database.dump"
CHUNK = 1_048_576


class Manifest(msgspec.Struct):
    """What stands in backup.json."""

    format: int
    made_at: datetime
    migration: int
    server_major: int


class Writer:
    """A tar that remembers the SHA-256 of every member."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar = tar
        self.sums: dict[str, str] = {}

    def add(self, name: str, data: IO[bytes], size: int) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, int(system_clock().timestamp())
        hashing = Hashing(data)
        self.tar.addfile(info, hashing)
        self.sums[name] = hashing.sum.hexdigest()

    def add_path(self, name: str, path: Path) -> bool:
        """False when the file was erased meanwhile."""
        try:
            with path.open("rb") as data:
                self.add(name, data, os.fstat(data.fileno()).st_size)
        except FileNotFoundError:
            return False
        return True

    def finish(self) -> None:
        data = msgspec.json.encode(self.sums)
        self.add(CHECKSUMS, io.BytesIO(data), len(data))


class Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, data: IO[bytes]) -> None:
        self.data = data
        self.sum = hashlib.sha256()

    def read(self, n: int = -1) -> bytes:
        part = self.data.read(n)
        self.sum.update(part)
        return part


async def run_backup(settings: Settings, *, file: Path) -> int:
    """Write a backup while Hark may be running. Raises ConfigError when it cannot; then nothing is left behind."""
    if file.exists():
        raise ConfigError(f"{file} exists already and was left as it is. Choose another name.")
    part = file.with_name(file.name + ".part")
    try:
        async with any_database(settings) as found:
            with _create(part) as target, tarfile.open(fileobj=target, mode="w") as tar, Progress() as progress:
                blobs = await _write(Writer(tar), found, progress, folder=part.parent)
                tar.close()
                target.flush()
                os.fsync(target.fileno())
        part.rename(file)
    except OSError as error:
        raise ConfigError(f"No backup was made: {file} cannot be written ({error.strerror}).") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    size = file.stat().st_size / 1e6
    print(
        f"Backup of the database and {blobs} files in {file} ({size:.1f} MB). It holds your mails and keys: keep it safe."
    )
    return 0


async def _write(out: Writer, settings: Settings, progress: Progress, *, folder: Path) -> int:
    """All members in their order; the number of blobs."""
    dsn = settings.direct_url or ""
    manifest = msgspec.json.encode(await _manifest(dsn))
    out.add("backup.json", io.BytesIO(manifest), len(manifest))
    for path in _under(settings.spool_dir):
        out.add_path(f"spool/{path.relative_to(settings.spool_dir)}", path)
    step = progress.add_task("Database", total=None)
    with tempfile.TemporaryDirectory(prefix=".hark-backup-", dir=folder) as aside:
        dump = Path(aside) / DUMP
        await _run("pg_dump", dsn, "--format=custom", "--no-owner", "--no-privileges", f"--file={dump}")
        out.add_path(DUMP, dump)
    progress.update(step, total=1, completed=1)
    out.add_path("secret.key", settings.data / "secret.key")
    blobs = list(_under(settings.files_dir))
    step = progress.add_task("Files", total=len(blobs) or 1, completed=0 if blobs else 1)
    count = 0
    for path in blobs:
        count += out.add_path(f"files/{path.relative_to(settings.files_dir)}", path)
        progress.advance(step)
        await asyncio.sleep(0)  # Ctrl-C
    out.finish()
    return count


async def run_restore(settings: Settings, *, file: Path) -> int:
    """Bring a backup into an empty installation. Raises ConfigError when anything is there already, or the file is not
    whole: then nothing has been changed."""
    if not file.is_file():
        raise ConfigError(f"There is no backup at {file}.")
    if any(_under(settings.files_dir)) or any(_under(settings.spool_dir)):
        raise ConfigError(
            f"{settings.data} holds an installation already. Restore into an empty folder (HARK_DATA=...)."
        )
    try:
        with tarfile.open(file, "r:") as tar:
            manifest = _check(tar)
            await _read(tar, manifest, settings)
    except tarfile.TarError as error:
        raise ConfigError(f"{file} is damaged or not a backup of Hark. Nothing was changed.") from error
    except OSError as error:
        raise ConfigError(f"The restore stopped: {error}. Empty {settings.data} and try again.") from error
    print(
        f"Restored the backup of {manifest.made_at:%Y-%m-%d %H:%M} UTC into {settings.data}. Start it with `hark up`."
    )
    return 0


async def _read(tar: tarfile.TarFile, manifest: Manifest, settings: Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True)
    for folder in (settings.files_dir, settings.spool_dir):
        folder.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".hark-restore-", dir=settings.data) as aside, Progress() as progress:
        step = progress.add_task("Database", total=None)
        tar.extract(DUMP, aside, filter="data")
        async with any_database(settings) as found:
            await _load(found.direct_url or "", Path(aside) / DUMP, manifest)
        progress.update(step, total=1, completed=1)
        members = [m for m in tar.getmembers() if m.name == "secret.key" or m.name.startswith(("files/", "spool/"))]
        step = progress.add_task("Files", total=len(members) or 1, completed=0 if members else 1)
        for member in members:
            tar.extract(member, settings.data, filter="data")
            progress.advance(step)
            await asyncio.sleep(0)


def _check(tar: tarfile.TarFile) -> Manifest:
    """The manifest, once every byte of the file is known to be right. Raises TarError for a damaged file."""
    sums: dict[str, str] = {}
    manifest: Manifest | None = None
    for member in tar:
        data = tar.extractfile(member)
        if data is None:
            raise tarfile.ReadError(f"{member.name} is not a file")
        if member.name == CHECKSUMS:
            if data.read() != msgspec.json.encode(sums):
                raise tarfile.ReadError("a checksum is wrong")
            break
        if member.name == "backup.json":
            manifest = _read_manifest(data.read())
            data.seek(0)
        sums[member.name] = hashlib.file_digest(data, "sha256").hexdigest()  # type: ignore[arg-type]
    else:
        raise tarfile.ReadError("the end is missing")
    if manifest is None or DUMP not in sums:
        raise tarfile.ReadError("no manifest")
    return manifest


def _read_manifest(data: bytes) -> Manifest:
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except msgspec.MsgspecError as error:
        raise tarfile.ReadError("not our manifest") from error
    if manifest.format > FORMAT or manifest.migration > load_migrations()[-1].number:
        raise ConfigError("This backup was made by a newer Hark. Install that version, then restore.")
    return manifest


async def _manifest(dsn: str) -> Manifest:
    conn = await connect(dsn)
    try:
        migration = await conn.fetchval("SELECT max(number) FROM schema_migrations")
    except asyncpg.UndefinedTableError:
        migration = None
    finally:
        await conn.close()
    if migration is None:
        raise ConfigError("There is nothing to back up yet: the database is empty.")
    return Manifest(FORMAT, system_clock(), migration, conn.get_server_version().major)


async def _load(dsn: str, dump: Path, manifest: Manifest) -> None:
    conn = await connect(dsn)
    major = conn.get_server_version().major
    taken = await conn.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    await conn.close()
    if taken:
        raise ConfigError("The database is not empty and was left as it is. Restore into an empty one.")
    if major < manifest.server_major:
        wanted = manifest.server_major
        raise ConfigError(f"The backup was made on PostgreSQL {wanted}, this server is {major}. Use {wanted} or newer.")
    await _run("pg_restore", dsn, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump))


def _tools(major: int) -> Binaries:
    """The client programs that fit a server of this major version. Raises PostgresError when none is installed."""
    # The server's own version first: another one's pg_dump may write what this release keeps to itself.
    for binaries in sorted(installed_binaries(), key=lambda binaries: binaries.major):
        if binaries.major >= major and binaries.tool("pg_dump").exists():
            return binaries
    raise PostgresError(f"pg_dump of version {major} or newer is needed. Install PostgreSQL's client programs.")


async def _run(tool: str, dsn: str, *arguments: str) -> None:
    """Run a client program on a database. The password goes through the environment: everybody sees a command line."""
    conn = await connect(dsn)
    program = _tools(conn.get_server_version().major).tool(tool)
    await conn.close()
    user, at, _ = urlsplit(dsn).netloc.rpartition("@")
    name, _, password = user.partition(":")
    safe = dsn.replace(f"//{user}@", f"//{name}@", 1) if at else dsn
    environment = {**os.environ, "PGPASSWORD": unquote(password)} if password else None
    process = await asyncio.create_subprocess_exec(
        program, *arguments, f"--dbname={safe}", stderr=asyncio.subprocess.PIPE, env=environment
    )
    try:
        _, told = await process.communicate()
    except asyncio.CancelledError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        raise
    if process.returncode:
        raise ConfigError(f"{program.name} failed, nothing was changed: {told.decode(errors='replace').strip()[-500:]}")


def _create(path: Path) -> IO[bytes]:
    """A new file only its owner may read: it will hold mails and keys."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _under(root: Path) -> Iterator[Path]:
    """The whole files below a folder."""
    for path in sorted(root.rglob("*")) if root.exists() else ():
        if path.is_file() and not path.name.endswith(".part"):
            yield path
