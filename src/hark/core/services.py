"""What one process of Hark holds: opened once at start, handed to everything that needs it, closed at the end."""

import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from hark.core.clock import Clock, system_clock
from hark.core.crypto import Keys, load_keys
from hark.core.db import Db, create_pool
from hark.core.errors import ConfigError
from hark.core.events import Projector, Registry
from hark.core.files import Files
from hark.core.wake import Bus
from hark.settings import Settings


class Services(msgspec.Struct, frozen=True):
    """The open parts of a running process."""

    settings: Settings
    db: Db
    files: Files
    keys: Keys
    bus: Bus


@asynccontextmanager
async def open_services(
    settings: Settings,
    *,
    events: Registry,
    projectors: Sequence[Projector],
    clock: Clock = system_clock,
    pool_size: int = 10,
) -> AsyncIterator[Services]:
    """Connect to everything. Raises ConfigError without a database address, Unavailable when it does not answer."""
    if not settings.database_url or not settings.direct_url:
        raise ConfigError(
            "DATABASE_URL is not set. Start Hark with `hark up`, which brings its own PostgreSQL, or set it."
        )
    behind_bouncer = settings.database_direct_url is not None
    pool = await create_pool(settings.database_url, size=pool_size, statement_cache=not behind_bouncer)
    bus = open_bus(settings)
    db = Db(pool, events=events, projectors=projectors, clock=clock, on_commit=bus.notify)
    bus.listen(lambda workspace_id, _seq: db.kept.forget(workspace_id))
    keys = load_keys(settings.data / "secret.key", secret=settings.secret_key)
    await bus.start()
    try:
        yield Services(settings, db, Files.local(settings.files_dir), keys, bus)
    finally:
        await bus.stop()
        await pool.close()


def open_bus(settings: Settings) -> Bus:
    """The bus of the installation, not yet started. Raises ConfigError for a BUS_URL that is none."""
    if settings.bus_url is None:
        return Bus(settings.direct_url or "")
    from hark.core.redis_bus import RedisBus  # its library takes memory, which most installations can do without

    return RedisBus(settings.bus_url)


def keep_what_is_loaded() -> None:
    """Tell the garbage collector that what exists now (code, routes, tables) stays: it would look through hundreds of
    thousands of such objects again and again, tens of milliseconds each time, while requests wait. Call once serving."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
