"""A throw-away installation: PostgreSQL with the product's own durable settings, `hark web` and `hark worker`.

Everything is bound to 127.0.0.1 on free ports, lives in one temporary folder and ends with the benchmark.
"""

import asyncio
import contextlib
import os
import re
import secrets
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from hark.app import EVENTS, PROJECTORS
from hark.commands.database import migrate_now
from hark.core.db import Db, create_pool
from hark.core.errors import Unavailable
from hark.core.postgres import EmbeddedPostgres
from hark.core.processes import TiedProcess, spawn_tied
from hark.settings import Settings, environment_name

READY_S = 60.0
FIRST_PORT, PORTS = 12_000, 20_000


class Installation(msgspec.Struct, frozen=True):
    """A running database, the settings its processes get, and a Db of our own on it."""

    folder: Path
    settings: Settings
    server: EmbeddedPostgres
    db: Db

    @property
    def dsn(self) -> str:
        return self.server.dsn


@asynccontextmanager
async def installation(
    *, folder: Path | None = None, postgres: Mapping[str, str] | None = None, **settings: object
) -> AsyncIterator[Installation]:
    """A migrated installation in `folder` (kept) or a temporary one (removed). `settings` replaces single entries;
    `postgres` those of the database, which are the product's otherwise."""
    place = folder or Path(tempfile.mkdtemp(prefix="hark-bench-"))
    try:
        place.mkdir(parents=True, exist_ok=True)
        async with EmbeddedPostgres(place / "postgres", settings=postgres) as server:
            own = Settings(
                database_url=server.dsn, data=place, port=free_port(), smtp_port=free_port(), log_level="warning",
                private_hosts=True,
            )  # fmt: skip
            own = msgspec.structs.replace(own, **settings)
            await migrate_now(own)
            pool = await create_pool(server.dsn, size=4)
            try:
                yield Installation(place, own, server, Db(pool, events=EVENTS, projectors=PROJECTORS))
            finally:
                await pool.close()
    finally:
        if folder is None:
            shutil.rmtree(place, ignore_errors=True)


def free_port() -> int:
    """A port of this machine that nothing uses: one below those that the system gives to outgoing connections, which might
    take it before it is listened on."""
    while True:
        port = FIRST_PORT + secrets.randbelow(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


# processes ---------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def running(here: Installation, command: str) -> AsyncIterator[TiedProcess]:
    """`hark web` or `hark worker` on the installation, ready to serve; stopped at the end. Its output is kept in
    `<command>.log` of the folder. Raises Unavailable with the last lines when it does not start."""
    log_path = here.folder / f"{command}.log"
    with log_path.open("ab") as log:
        process = spawn_tied(
            [sys.executable, "-m", "hark.cli", command],
            death_signal=signal.SIGKILL, env=environment(here.settings), output=log.fileno(),
        )  # fmt: skip
    try:
        ready = answers(here.settings.port) if command == "web" else listens(here.settings.smtp_port)
        await wait_ready(ready, process, log_path)
        yield process
    finally:
        await end(process)


def environment(settings: Settings) -> dict[str, str]:
    """The environment that gives a child these settings."""
    values = {
        environment_name(field.name): str(value)
        for field in msgspec.structs.fields(Settings)
        if (value := getattr(settings, field.name)) is not None
    }
    return {**os.environ, **values, "HARK_PRIVATE_HOSTS": "true", "HARK_SECURE_COOKIES": "false"}


async def end(process: TiedProcess) -> None:
    process.signal(signal.SIGTERM)
    if await process.wait(15) is None:
        process.signal(signal.SIGKILL)
        await process.wait()


async def wait_ready(ready: "Probe", process: TiedProcess, log_path: Path, *, seconds: float = READY_S) -> None:
    """Wait until the probe says yes. Raises Unavailable when the process ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not await ready():
        if process.exit_code() is not None or time.monotonic() > deadline:
            raise Unavailable(f"A process of the benchmark did not start:\n{tail(log_path)}")
        await asyncio.sleep(0.05)


def tail(log_path: Path) -> str:
    """The last lines of a log."""
    return "\n".join(log_path.read_text(errors="replace").splitlines()[-15:])


class Probe:
    """Whether a port gives an expected first line; with an empty request, whether it greets at all."""

    def __init__(self, port: int, request: bytes, expected: bytes) -> None:
        self.port = port
        self.request = request
        self.expected = expected

    async def __call__(self) -> bool:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        try:
            writer.write(self.request)
            return self.expected in await asyncio.wait_for(reader.readline(), 5)
        except (OSError, TimeoutError):
            return False
        finally:
            writer.close()


def answers(port: int, path: str = "/readyz") -> Probe:
    return Probe(port, f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode(), b" 200 ")


def listens(port: int) -> Probe:
    return Probe(port, b"QUIT\r\n", b"220")


# memory ---------------------------------------------------------------------------------------------------------------


def pss_bytes(pids: Sequence[int]) -> int:
    """Proportional set size: each page of memory counted once over all processes that share it. Linux only."""
    total = 0
    for pid in pids:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
        assert found is not None  # every process with memory has the line
        total += int(found.group(1)) * 1024
    return total


def descendants(pid: int) -> list[int]:
    """All processes below `pid`, nearest first."""
    found, ahead = [], [pid]
    while ahead:
        parent = ahead.pop(0)
        children: list[int] = []
        with contextlib.suppress(OSError):  # it has just ended
            for listing in Path(f"/proc/{parent}/task").glob("*/children"):
                children += map(int, listing.read_text().split())
        found += children
        ahead += children
    return found
