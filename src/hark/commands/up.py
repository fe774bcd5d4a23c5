"""`hark up`: PostgreSQL, web and worker as children of one small process."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hark.commands.web_processes import web_children
from hark.core.processes import Child, require_free_port, stop_on_signals, supervise
from hark.embeddings.opening import require_embeddings
from hark.settings import Settings

READY_S = 60.0


async def run_up(settings: Settings, *, sample: bool) -> int:
    """Start everything and serve until Ctrl-C. Each obstacle is one sentence (ConfigError, ProcessError, PostgresError)."""
    require_embeddings(settings)
    require_free_port(settings.host, settings.port)
    if settings.smtp_port:
        require_free_port(settings.smtp_host, settings.smtp_port, variable="HARK_SMTP_PORT")
    started = time.monotonic()
    async with stop_on_signals() as stop, own_database(settings) as dsn:
        env = {**os.environ, "DATABASE_URL": dsn, "HARK_DATA": str(settings.data.absolute())}
        hark = [sys.executable, "-m", "hark.cli"]
        with web_children(settings, env) as web:
            serving = asyncio.create_task(supervise([*web, Child("worker", [*hark, "worker"], env)], stop))
            announcing = asyncio.create_task(_announce(settings, started, hark, env, stop, sample=sample))
            try:
                return await serving
            finally:
                announcing.cancel()
                await asyncio.gather(announcing, return_exceptions=True)


@asynccontextmanager
async def own_database(settings: Settings) -> AsyncIterator[str]:
    """The database of the settings, or our own PostgreSQL in the data folder while this runs."""
    if settings.database_url:
        yield settings.database_url
        return
    from hark.core.postgres import EmbeddedPostgres

    async with EmbeddedPostgres(settings.data / "postgres") as server:
        yield server.dsn


async def _announce(
    settings: Settings, started: float, hark: list[str], env: dict[str, str], stop: asyncio.Event, *, sample: bool
) -> None:
    """Say where to go once the sign-in page answers; make the sample workspace on the first start."""
    if not await _answers(settings, stop):
        return
    sign_in = settings.data / "sample-sign-in"
    if sample and not sign_in.exists():
        print("Making the sample workspace ...", flush=True)
        process = await asyncio.create_subprocess_exec(*hark, "sample", env=env, stdout=asyncio.subprocess.DEVNULL)
        await process.wait()
    print(f"\n  Hark is ready after {time.monotonic() - started:.1f} s:  {settings.base_url}", flush=True)
    if sign_in.exists():
        print("  " + sign_in.read_text().strip().replace("\n", "\n  "), flush=True)
    print("  Ctrl-C stops it.\n", flush=True)


async def _answers(settings: Settings, stop: asyncio.Event) -> bool:
    deadline = time.monotonic() + READY_S
    request = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    while time.monotonic() < deadline and not stop.is_set():
        try:
            reader, writer = await asyncio.open_connection(settings.host, settings.port)
            try:
                writer.write(request)
                if b" 200 " in await reader.readline():
                    return True
            finally:
                writer.close()
        except OSError:
            pass
        await asyncio.sleep(0.05)
    return False
