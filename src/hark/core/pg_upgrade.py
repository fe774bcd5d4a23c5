"""`hark db upgrade`: moves the data folder of the embedded PostgreSQL to a newer major version by dump and restore."""

import asyncio
import os
import shutil
import tempfile
from pathlib import Path

from hark.core import pg_folder
from hark.core.pg_binaries import Binaries, PostgresError, folder_version, installed_binaries
from hark.core.postgres import EmbeddedPostgres
from hark.core.processes import Say, say_to_stderr


async def upgrade(data_dir: Path, *, say: Say = say_to_stderr) -> int:
    """Move the folder to the newest PostgreSQL here; returns the major version it has afterwards.

    Hark must be stopped. The old folder stays beside the new one as `<name>.old-<version>`; when anything fails the
    old one stays in use, unchanged. Raises PostgresError when the programs of the old version are missing.
    """
    found = list(installed_binaries())
    have = folder_version(data_dir)
    if have is None:
        raise PostgresError(f"There is no database in {data_dir} yet, so there is nothing to upgrade.")
    new = max(found, key=lambda binaries: binaries.major, default=None)
    if new is None or new.major <= have:
        say(f"The database is made by PostgreSQL {have}, and no newer one is installed here. Nothing to do.")
        return have
    old = next((binaries for binaries in found if binaries.major == have), None)
    if old is None:
        raise PostgresError(
            f"To read the old data once more, PostgreSQL {have} must be installed beside {new.major}. Install it "
            f"(Debian, Ubuntu: sudo apt install postgresql-{have}) and run `hark db upgrade` again. Nothing was changed."
        )
    aside = data_dir.with_name(f"{data_dir.name}.to-{new.major}")
    for leftover in (aside, pg_folder.upgraded_path(data_dir)):
        shutil.rmtree(leftover, ignore_errors=True)
    say(f"Copying the database from PostgreSQL {have} to {new.major} ...")
    try:
        await _copy(data_dir, old, aside, new)
        aside.rename(pg_folder.upgraded_path(data_dir))
    finally:
        for leftover in (aside, pg_folder.lock_path(aside), aside.with_name(aside.name + ".log")):
            shutil.rmtree(leftover, ignore_errors=True) if leftover.is_dir() else leftover.unlink(missing_ok=True)
        shutil.rmtree(aside.with_name(aside.name + ".sock"), ignore_errors=True)
    lock = pg_folder.take_lock(data_dir)
    try:
        kept = pg_folder.take_upgraded(data_dir)
    finally:
        lock.release()
    say(f"Done. The old database is kept in {kept}; delete it when all is well.")
    return new.major


async def _copy(data_dir: Path, old: Binaries, aside: Path, new: Binaries) -> None:
    async with (
        EmbeddedPostgres(data_dir, binaries=old) as source,
        EmbeddedPostgres(aside, binaries=new) as target,
    ):
        assert source.binaries is not None
        assert target.binaries is not None
        # The server's own pg_dump: minor releases keep marks in the catalogue (15.20: attoptions `pg_attver`) that
        # only a pg_dump of the same release knows to leave out.
        dump = [str(source.binaries.tool("pg_dump")), "--dbname", source.dsn]
        load = [str(target.binaries.tool("psql")), "--no-psqlrc", "--quiet", "--single-transaction"]
        load += ["--set", "ON_ERROR_STOP=1", "--output", os.devnull, "--dbname", target.dsn]
        read_end, write_end = os.pipe()
        with tempfile.TemporaryFile() as messages:
            try:
                dumping = await asyncio.create_subprocess_exec(*dump, stdout=write_end, stderr=messages)
            finally:
                os.close(write_end)
            try:
                loading = await asyncio.create_subprocess_exec(*load, stdin=read_end, stderr=messages)
            finally:
                os.close(read_end)
            codes = await asyncio.gather(dumping.wait(), loading.wait())
            if any(codes):
                messages.seek(0)
                text = messages.read().decode(errors="replace").strip()
                if pg_folder.is_disk_full(text):
                    raise PostgresError(pg_folder.disk_full(aside))
                raise PostgresError(f"The database could not be copied, and the old one was not changed: {text[-300:]}")
