"""`hark db upgrade`: a newer PostgreSQL takes the data over, or the old one keeps it."""

from pathlib import Path

import asyncpg
import pytest

from hark.core import pg_folder
from hark.core.pg_binaries import Binaries, folder_version, installed_binaries
from hark.core.pg_upgrade import upgrade
from hark.core.postgres import EmbeddedPostgres, PostgresError

FAST = {"fsync": "off"}


def oldest_and_newest() -> tuple[Binaries, Binaries]:
    found = sorted(installed_binaries(), key=lambda binaries: binaries.major)
    if len({binaries.major for binaries in found}) < 2:
        pytest.skip("only one major version of PostgreSQL here")
    return found[0], found[-1]


async def fill(data_dir: Path, binaries: Binaries) -> None:
    async with EmbeddedPostgres(data_dir, binaries=binaries, settings=FAST) as server:
        connection = await asyncpg.connect(server.dsn)
        await connection.execute(
            "CREATE EXTENSION pg_trgm; CREATE TABLE kept (id int PRIMARY KEY, note text NOT NULL);"
            "INSERT INTO kept SELECT n, '환불 ' || n FROM generate_series(1, 5000) n;"
            "CREATE INDEX kept_trgm ON kept USING gin (note gin_trgm_ops)"
        )
        await connection.close()


async def count(data_dir: Path) -> tuple[int, int]:
    """(rows, major version of the server)."""
    async with EmbeddedPostgres(data_dir, settings=FAST) as server:
        connection = await asyncpg.connect(server.dsn)
        rows = await connection.fetchval("SELECT count(*) FROM kept WHERE note LIKE '환불%'")
        major = int(await connection.fetchval("SHOW server_version_num")) // 10000
        await connection.close()
        return rows, major


async def test_the_newest_version_takes_the_data_over(tmp_path: Path) -> None:
    old, new = oldest_and_newest()
    data_dir = tmp_path / "pg"
    await fill(data_dir, old)
    said: list[str] = []
    assert await upgrade(data_dir, say=said.append) == new.major
    assert await count(data_dir) == (5000, new.major)
    assert folder_version(tmp_path / f"pg.old-{old.major}") == old.major, "kept until a person deletes it"
    assert said[-1].startswith("Done. The old database is kept in")
    assert await upgrade(data_dir, say=said.append) == new.major
    assert said[-1].endswith("Nothing to do.")
    assert not list(tmp_path.glob(f"pg.to-{new.major}*"))


async def test_killed_between_the_renames_the_next_start_finishes(tmp_path: Path) -> None:
    data_dir = tmp_path / "pg"
    await fill(data_dir, next(installed_binaries()))
    data_dir.rename(pg_folder.upgraded_path(data_dir))
    assert (await count(data_dir))[0] == 5000, "and not an empty database"


async def test_without_the_old_programs_nothing_is_changed(tmp_path: Path) -> None:
    data_dir = tmp_path / "pg"
    data_dir.mkdir()
    (data_dir / "PG_VERSION").write_text("9\n")
    with pytest.raises(PostgresError, match=r"PostgreSQL 9 must be installed.*postgresql-9.*Nothing was changed"):
        await upgrade(data_dir)
    assert [path.name for path in tmp_path.iterdir()] == ["pg"]


async def test_a_copy_that_fails_leaves_the_old_database_in_use(tmp_path: Path) -> None:
    old, new = oldest_and_newest()
    data_dir = tmp_path / "pg"
    await fill(data_dir, old)
    async with EmbeddedPostgres(data_dir, settings=FAST) as server:
        connection = await asyncpg.connect(server.dsn)
        await connection.execute(
            "CREATE FUNCTION bad(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS "
            "$$ BEGIN IF current_setting('server_version_num')::int >= 170000 THEN RAISE 'no'; END IF; RETURN 1; END $$;"
            "CREATE INDEX ON kept (bad(id))"
        )
        await connection.close()
    with pytest.raises(PostgresError, match="could not be copied, and the old one was not changed"):
        await upgrade(data_dir, say=lambda line: None)
    assert await count(data_dir) == (5000, old.major)
    assert not list(tmp_path.glob(f"pg.to-{new.major}*"))
