"""The embedded PostgreSQL: one cluster in a folder of ours, started, kept alive and stopped by us.

Durable (fsync on), reachable only through a Unix socket in a private folder, thrifty with memory. The one file,
with its parts `pg_binaries` and `pg_folder`, that knows the database is embedded; everyone else gets a DSN.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote

import asyncpg

from hark.core import pg_folder
from hark.core.pg_binaries import (
    Binaries,
    PostgresError,
    find_binaries,
    folder_version,
    installed_binaries,
    private_copy,
)
from hark.core.pg_folder import CLUSTER_NAME, FolderLock
from hark.core.processes import Say, TiedProcess, say_to_stderr, spawn_tied

__all__ = [
    "Binaries",
    "EmbeddedPostgres",
    "PostgresError",
    "find_binaries",
    "find_running",
    "folder_version",
    "installed_binaries",
    "open_postgres",
]

SUPERUSER = "postgres"
PORT = 5432  # only names the socket file: nothing listens on TCP
START_SECONDS = 300.0  # recovery after a crash may take a while
LOG_BYTES = 8_000_000  # of the kept log, set aside once at a start

# Set for a product that idles under 300 MB together with its database and has two cores; see the memory benchmark.
SETTINGS: Mapping[str, str] = {
    "cluster_name": CLUSTER_NAME,
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    "max_logical_replication_workers": "0",
    "max_wal_senders": "2",
    "autovacuum_max_workers": "2",
    "wal_compression": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "log",  # errors of statements are told to the program that sent them
    "log_min_error_statement": "panic",
    "log_checkpoints": "off",
    "log_autovacuum_min_duration": "-1",
}


class EmbeddedPostgres:
    """A PostgreSQL of our own. `async with EmbeddedPostgres(folder) as server: connect(server.dsn)`.

    `data_dir` is its cluster folder; beside it stand `<name>.log`, `<name>.lock` and, where it fits, `<name>.sock`.
    `binaries` are found by `find_binaries` unless given; `settings` replaces single entries of SETTINGS. A postmaster that dies is started again until `stop()`.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        database: str = "hark",
        prefer: str | None = None,
        binaries: Binaries | None = None,
        settings: Mapping[str, str] | None = None,
        say: Say = say_to_stderr,
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.database = database
        self.settings = {**SETTINGS, **(settings or {})}
        self.prefer = prefer
        self.say = say
        self.socket_dir: Path | None = None
        self.binaries = binaries
        self._lock: FolderLock | None = None
        self._user: tuple[int, int] | None = None
        self._process: TiedProcess | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def dsn(self) -> str:
        """Where to connect; only after `start()`."""
        if self.socket_dir is None:
            raise RuntimeError("EmbeddedPostgres.start() comes first.")
        return make_dsn(self.socket_dir, self.database)

    @property
    def pid(self) -> int | None:
        """Process number of the postmaster while it runs."""
        return self._process.pid if self._process is not None else None

    @property
    def log_path(self) -> Path:
        return self.data_dir.with_name(self.data_dir.name + ".log")

    async def start(self) -> None:
        """Create the cluster if need be, clear up after a killed one, start and wait until it answers."""
        self._lock = pg_folder.take_lock(self.data_dir)
        try:
            self._user = pg_folder.service_user(self.data_dir)
            pg_folder.finish_upgrade(self.data_dir)
            binaries = self.binaries or find_binaries(self.data_dir, prefer=self.prefer)
            self.binaries = private_copy(binaries) if self._user is not None else binaries
            if folder_version(self.data_dir) is None:
                await self._create_cluster(self.binaries)
            await pg_folder.end_left_behind(self.data_dir)
            self.socket_dir = pg_folder.choose_socket_dir(self.data_dir, self._user)
            self._set_log_aside()
            await self._start_postmaster()
            await self._ensure_database()
        except BaseException:
            await self.stop()
            raise
        self._keeper = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """Shut down cleanly: connections are closed, everything committed is on disk."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._keeper = None
        await self._stop_postmaster()
        if self.socket_dir is not None:
            with contextlib.suppress(OSError):  # not empty: a server that did not end; the next start sees to it
                self.socket_dir.rmdir()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    # --- cluster ---

    async def _create_cluster(self, binaries: Binaries) -> None:
        """initdb into a folder aside, moved into place when complete: a killed initdb leaves nothing half made."""
        if self.data_dir.exists() and any(self.data_dir.iterdir()):
            raise PostgresError(
                f"The folder {self.data_dir} holds files but no PostgreSQL database. Nothing was touched: "
                "choose an empty one."
            )
        aside = self.data_dir.with_name(self.data_dir.name + ".new")
        try:
            if aside.exists():
                shutil.rmtree(aside)
            pg_folder.make_private_folder(aside, self._user)
            await self._run_initdb(binaries, aside)
            aside.rename(self.data_dir)
        except OSError as error:
            raise PostgresError(pg_folder.unwritable(aside, error)) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    async def _run_initdb(self, binaries: Binaries, folder: Path) -> None:
        durable = self.settings["fsync"] == "on"
        with self._reachable(folder) as place, self._open_log() as log:
            begin = log.tell()
            process = spawn_tied(
                [binaries.tool("initdb"), "-D", place.path, *initdb_options(binaries.major, durable=durable)],
                death_signal=signal.SIGTERM,
                env=_environment(),
                output=log.fileno(),
                user=self._user,
                pass_fds=place.descriptors,
                cwd="/",
                umask=0o077,
            )
            try:
                code = await process.wait()
            finally:
                process.signal(signal.SIGTERM)
                await process.wait()
        if code != 0:
            raise PostgresError(self._explain("The database could not be created", begin))

    # --- postmaster ---

    async def _start_postmaster(self) -> None:
        assert self.binaries is not None
        assert self.socket_dir is not None
        pg_folder.clear_socket(self.socket_dir)
        options = {**self.settings, "unix_socket_directories": _quote_socket_dir(self.socket_dir)}
        if self.binaries.major >= 18:
            options.setdefault("io_method", "sync")  # spares three worker processes
        with self._reachable(self.data_dir) as place, self._open_log() as log:
            begin = log.tell()
            self._process = spawn_tied(
                [
                    self.binaries.tool("postgres"),
                    "-D",
                    place.path,
                    *(part for name, value in options.items() for part in ("-c", f"{name}={value}")),
                ],
                death_signal=signal.SIGINT,  # a fast, clean shutdown
                env=_environment(),
                output=log.fileno(),
                user=self._user,
                pass_fds=place.descriptors,
                cwd="/",
                umask=0o077,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready(self._process.pid):
            if self._process.exit_code() is not None:
                self._process = None
                raise PostgresError(self._explain("The database could not be started", begin))
            if time.monotonic() > deadline:
                raise PostgresError(f"The database does not become ready. The reason may stand in {self.log_path}.")
            await asyncio.sleep(0.01)

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self.data_dir / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"

    async def _stop_postmaster(self) -> None:
        if self._process is None:
            return
        for number, seconds in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, None)):
            self._process.signal(number)
            if await self._process.wait(seconds) is not None:
                break
        self._process = None

    async def _keep_running(self) -> None:
        pause = 0.0
        while self._process is not None:
            started = time.monotonic()
            await self._process.wait()
            if time.monotonic() - started > 60:
                pause = 0.0
            self.say("PostgreSQL was ended and starts again; nothing that was saved is lost.")
            while True:
                await asyncio.sleep(pause)
                pause = min(max(0.5, pause * 2), 10.0)
                try:
                    await pg_folder.end_left_behind(self.data_dir)
                    await self._start_postmaster()
                    break
                except PostgresError as error:
                    await self._stop_postmaster()
                    self.say(f"{error} Hark tries again in {pause:g} s.")

    async def _ensure_database(self) -> None:
        try:
            connection = await asyncpg.connect(self.dsn)
        except asyncpg.InvalidCatalogNameError:
            assert self.socket_dir is not None
            connection = await asyncpg.connect(make_dsn(self.socket_dir, "postgres"))
            try:
                await connection.execute('CREATE DATABASE "{}"'.format(self.database.replace('"', '""')))
            except asyncpg.DiskFullError as error:
                raise PostgresError(pg_folder.disk_full(self.data_dir)) from error
            finally:
                await connection.close()
        else:
            await connection.close()

    # --- files ---

    @contextlib.contextmanager
    def _reachable(self, folder: Path) -> Iterator["_Place"]:
        """How PostgreSQL's own user gets into `folder` when a folder above it is closed to others, as /root is.

        We do not open folders of other people: the child inherits ours, already opened, and enters through it.
        PostgreSQL then works relative to its current directory.
        """
        if self._user is None or pg_folder.others_reach(folder):
            yield _Place(str(folder), ())
            return
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield _Place(f"/proc/self/fd/{descriptor}", (descriptor,))
        finally:
            os.close(descriptor)

    def _open_log(self) -> "_Log":
        try:
            return _Log(os.open(self.log_path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600))
        except OSError as error:
            raise PostgresError(pg_folder.unwritable(self.log_path, error)) from error

    def _set_log_aside(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            if self.log_path.stat().st_size > LOG_BYTES:
                self.log_path.replace(self.log_path.with_name(self.log_path.name + ".1"))

    def _explain(self, what: str, begin: int) -> str:
        """One sentence out of what PostgreSQL wrote to its log since byte `begin`."""
        with self.log_path.open("rb") as log:
            log.seek(begin)
            return explain_failure(what, log.read().decode(errors="replace"), self.data_dir, self.log_path)


@dataclass(frozen=True)
class _Place:
    path: str
    descriptors: tuple[int, ...]


class _Log:
    """The log as a descriptor that a child can inherit."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def fileno(self) -> int:
        return self._descriptor

    def tell(self) -> int:
        return os.fstat(self._descriptor).st_size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def initdb_options(major: int, *, durable: bool = True) -> list[str]:
    """Options of initdb for one major version.

    The locale decides what lower() and the trigrams of pg_trgm do beyond ASCII: with C, Korean has no trigrams at all.
    """
    locale = ["--locale=C.UTF-8"]
    if major >= 17:  # the builtin provider does not change with the system's C library
        locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    options = [f"--username={SUPERUSER}", "--auth=trust", "--encoding=UTF8", *locale, "--data-checksums"]
    return options if durable else [*options, "--no-sync"]


def make_dsn(socket_dir: Path, database: str) -> str:
    """DSN over the socket. The port stands in it, so that a PGPORT in the environment changes nothing."""
    return f"postgresql://{SUPERUSER}@/{quote(database, safe='')}?host={quote(str(socket_dir), safe='/')}&port={PORT}"


def find_running(data_dir: Path, *, database: str = "hark") -> str | None:
    """DSN of the embedded server another process of ours keeps running on this folder; None when there is none."""
    with contextlib.suppress(OSError):
        lines = (data_dir / "postmaster.pid").read_text().splitlines()
        if len(lines) >= 8 and lines[7].strip() == "ready" and pg_folder.find_postmaster(data_dir) is not None:
            return make_dsn(Path(lines[4].strip()), database)
    return None


@contextlib.asynccontextmanager
async def open_postgres(data_dir: Path, *, prefer: str | None = None, say: Say = say_to_stderr) -> AsyncIterator[str]:
    """DSN of the server on this folder for one command: the running one, or one started for this moment."""
    if dsn := find_running(data_dir):
        yield dsn
        return
    async with EmbeddedPostgres(data_dir, prefer=prefer, say=say) as server:
        yield server.dsn


def explain_failure(what: str, log: str, data_dir: Path, log_path: Path) -> str:
    """One or two sentences for a person out of PostgreSQL's own messages."""
    if pg_folder.is_disk_full(log):
        return pg_folder.disk_full(data_dir)
    marks = ("FATAL: ", "PANIC: ", "initdb: error: ", "ERROR: ", "error while loading shared libraries: ")
    for line in log.splitlines():
        for mark in marks:
            if mark in line:
                reason = line.partition(mark)[2].strip().rstrip(".")
                return f"{what}: {reason}. Nothing was lost; the log is {log_path}."
    return f"{what}. Nothing was lost; the log is {log_path}."


def _environment() -> dict[str, str]:
    """Ours without PGDATA, PGPORT and the like, and with messages in English, which explain_failure reads."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8"}


def _quote_socket_dir(folder: Path) -> str:
    """The setting is a list of names; quotes keep a comma or a space in one."""
    return '"{}"'.format(str(folder).replace('"', '""'))
