"""Forward-only migrations: numbered SQL files, each in its own transaction, under one advisory lock."""

import hashlib
from importlib import resources
from typing import Any

import msgspec

from hark.core.errors import ConfigError

_LOCK = 0x4841524B  # "HARK"


class Migration(msgspec.Struct, frozen=True):
    number: int
    name: str
    sql: str
    checksum: str


def load_migrations() -> list[Migration]:
    """All migrations shipped with this program, in order. Raises ConfigError when the numbers have a gap."""
    found = []
    for file in resources.files("hark.migrations").iterdir():
        if file.name.endswith(".sql"):
            text = file.read_text("utf-8")
            digest = hashlib.sha256(text.encode()).hexdigest()
            found.append(Migration(int(file.name[:4]), file.name.removesuffix(".sql"), text, digest))
    found.sort(key=lambda m: m.number)
    if [m.number for m in found] != list(range(1, len(found) + 1)):
        raise ConfigError("The migration files of this installation are incomplete. Reinstall Hark.")
    return found


async def migrate(conn: Any) -> list[str]:
    """Bring the database up to this program's schema; the names applied now.

    Several processes may call it at once: one works, the others wait on the advisory lock. Raises ConfigError when
    an applied migration's text has changed, or when the database is newer than this program.
    """
    await conn.execute("SELECT pg_advisory_lock($1)", _LOCK)
    try:
        await conn.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (number int PRIMARY KEY, name text NOT NULL,"
            " checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        applied = {r["number"]: r for r in await conn.fetch("SELECT number, name, checksum FROM schema_migrations")}
        known = load_migrations()
        _verify(applied, known)
        new = [m for m in known if m.number not in applied]
        for m in new:
            async with conn.transaction():
                await conn.execute(m.sql)
                await conn.execute(
                    "INSERT INTO schema_migrations (number, name, checksum) VALUES ($1, $2, $3)",
                    m.number, m.name, m.checksum,
                )  # fmt: skip
        return [m.name for m in new]
    finally:
        await conn.execute("SELECT pg_advisory_unlock($1)", _LOCK)


def _verify(applied: dict[int, Any], known: list[Migration]) -> None:
    by_number = {m.number: m for m in known}
    for number, row in applied.items():
        ours = by_number.get(number)
        if ours is None:
            raise ConfigError(
                f"The database was made by a newer Hark (it has {row['name']}). Nothing was changed; start the newer version."
            )
        if ours.checksum != row["checksum"]:
            raise ConfigError(
                f"Migration {ours.name} was changed after it had been applied here. Nothing was changed; "
                "restore the file, and put the change into a new migration."
            )
