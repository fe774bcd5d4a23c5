"""`hark migrate`: bring the schema up to this version."""

from hark.core.db import connect
from hark.core.errors import ConfigError
from hark.core.migrate import migrate
from hark.settings import Settings


async def run_migrate(settings: Settings) -> int:
    """Apply what is missing and say so. Raises ConfigError without a database address."""
    if not settings.direct_url:
        raise ConfigError("DATABASE_URL is not set. `hark up` migrates its own database by itself.")
    conn = await connect(settings.direct_url)
    try:
        applied = await migrate(conn)
    finally:
        await conn.close()
    print("\n".join(f"applied {name}" for name in applied) or "The database is up to date.")
    return 0
