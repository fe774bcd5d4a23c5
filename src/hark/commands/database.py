"""The database for one command, `hark migrate` and `hark db upgrade`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import asyncpg
import msgspec

from hark.core.db import connect
from hark.core.errors import ConfigError
from hark.core.migrate import load_migrations, migrate
from hark.settings import Settings


@asynccontextmanager
async def any_database(settings: Settings) -> AsyncIterator[Settings]:
    """Settings with a database: DATABASE_URL, the one `hark up` is running on the data folder, or one started for now."""
    if settings.database_url:
        yield settings
        return
    from hark.core.postgres import open_postgres

    async with open_postgres(settings.data / "postgres") as dsn:
        yield msgspec.structs.replace(settings, database_url=dsn)


async def migrate_now(settings: Settings) -> list[str]:
    """Bring the schema up to this version; the names applied now."""
    conn = await connect(settings.direct_url or "")
    try:
        return await migrate(conn)
    finally:
        await conn.close()


async def require_schema(settings: Settings) -> None:
    """Raises ConfigError when the database is not at this version: the command would read tables that are not there."""
    conn = await connect(settings.direct_url or "")
    try:
        number = await conn.fetchval("SELECT max(number) FROM schema_migrations")
    except asyncpg.UndefinedTableError:
        number = None
    finally:
        await conn.close()
    wanted = load_migrations()[-1].number
    if number != wanted:
        raise ConfigError(
            "The database was made by a newer Hark. Start the newer version."
            if (number or 0) > wanted
            else "The database is not at this version yet. Run `hark migrate`, or start Hark, and try again."
        )


async def run_migrate(settings: Settings) -> int:
    """Apply what is missing and say so."""
    async with any_database(settings) as with_database:
        applied = await migrate_now(with_database)
    print("\n".join(f"applied {name}" for name in applied) or "The database is up to date.")
    return 0


async def run_db(settings: Settings, *, action: Literal["upgrade"]) -> int:
    """Look after the embedded PostgreSQL; Hark must be stopped."""
    if settings.database_url:
        raise ConfigError("DATABASE_URL names a server of your own: upgrade that one with its own tools.")
    from hark.core.pg_upgrade import upgrade

    await upgrade(settings.data / "postgres")
    return 0
