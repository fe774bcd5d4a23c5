"""The command line as people use it: real processes, a real embedded PostgreSQL, the sample workspace as data."""

import asyncio
import json
import os
import re
import stat
import sys
import tarfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from tests.support.postgres import FAST

from hark.commands.backup import run_restore
from hark.commands.openapi import document
from hark.core.crypto import load_keys
from hark.core.db import connect
from hark.core.errors import ConfigError
from hark.core.postgres import EmbeddedPostgres, open_postgres
from hark.settings import Settings

REPO = Path(__file__).parent.parent


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """What a refused command says; nothing else may be on stderr."""
        assert self.code == 1, (self.code, self.out, self.err)
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("hark: "), self.err
        return lines[0].removeprefix("hark: ")


async def hark(*arguments: object, **environment: object) -> Ran:
    """Run the command with nothing but these settings."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("HARK_", "DATABASE_")) and k != "PORT"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hark.cli", *map(str, arguments),
        env={**env, **{k: str(v) for k, v in environment.items()}},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 120)
    return Ran(process.returncode or 0, out.decode(), err.decode())


class Installation(NamedTuple):
    """A data folder whose PostgreSQL is running, as `hark up` leaves it to other commands."""

    data: Path
    dsn: str


@pytest_asyncio.fixture(scope="module")
async def installation(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    data = tmp_path_factory.mktemp("installation") / "var"
    data.mkdir()
    async with EmbeddedPostgres(data / "postgres", settings=FAST) as server:
        first = await hark("migrate", HARK_DATA=data)
        assert first.code == 0, first.err
        assert first.out.startswith("applied 0001_")
        made = await hark("sample", HARK_DATA=data, DATABASE_URL=server.dsn, HARK_LOG_LEVEL="error")
        assert made.code == 0, made.err
        (data / "spool").mkdir(exist_ok=True)
        (data / "spool" / "waiting.mail").write_bytes(b"{}\nFrom: someone\r\n\r\n\x00\xff")
        (data / "files" / "half-written.part").write_bytes(b"not a blob yet")
        yield Installation(data, server.dsn)


@pytest_asyncio.fixture(scope="module")
async def backup(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("backup") / "hark.backup"
    made = await hark("backup", file, HARK_DATA=installation.data)
    assert made.code == 0, made.err
    assert made.err == ""
    return file


@pytest_asyncio.fixture
async def empty_database(server: str) -> AsyncIterator[str]:
    name = f"hark_command_{os.getpid()}"
    admin = await connect(server)
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.execute(f'CREATE DATABASE "{name}"')
    base, _, query = server.partition("?")
    yield f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")
    await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await admin.close()


async def contents(dsn: str) -> dict[str, Any]:
    """Every row of every table, and where every sequence stands."""
    conn = await connect(dsn)
    tables = [r[0] for r in await conn.fetch("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'")]
    found: dict[str, Any] = {
        table: [r[0] for r in await conn.fetch(f'SELECT t::text FROM "{table}" t ORDER BY 1')] for table in tables
    }
    found["sequences"] = [
        tuple(r) for r in await conn.fetch("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1")
    ]
    await conn.close()
    return found


def blobs(data: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(data)): path.read_bytes()
        for folder in ("files", "spool")
        for path in (data / folder).rglob("*")
        if path.is_file() and path.suffix != ".part"
    }


# backup and restore -------------------------------------------------------------------------------------------------


async def test_a_backup_restored_into_an_empty_folder_is_the_same_installation(
    installation: Installation, backup: Path, tmp_path: Path
) -> None:
    data = tmp_path / "var"
    restored = await hark("restore", backup, HARK_DATA=data)
    assert restored.code == 0, restored.err
    async with open_postgres(data / "postgres") as dsn:
        there, here = await contents(installation.dsn), await contents(dsn)
        assert here.keys() == there.keys()
        assert [table for table in there if here[table] != there[table]] == []
        assert sum(map(len, there.values())) > 500
        checked = await hark("doctor", HARK_DATA=data)
        assert "LOOK" not in checked.out, checked.out
        assert (
            (await hark("rebuild", HARK_DATA=data))
            .out.splitlines()[-1]
            .endswith(" 0 came out different and were corrected.")
        )
    assert blobs(data) == blobs(installation.data)
    assert len(blobs(data)) > 10
    assert (data / "secret.key").read_bytes() == (installation.data / "secret.key").read_bytes()
    secret = load_keys(installation.data / "secret.key").encrypt("app password")
    assert load_keys(data / "secret.key").decrypt(secret) == "app password"
    assert [p.name for p in data.iterdir() if p.name.startswith(".hark")] == []


def test_only_its_owner_reads_a_backup(backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [p.name for p in backup.parent.iterdir()] == [backup.name]


async def test_a_backup_overwrites_nothing(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "there.backup"
    file.write_text("precious")
    assert "exists already" in (await hark("backup", file, HARK_DATA=installation.data)).sentence
    assert file.read_text() == "precious"
    nowhere = tmp_path / "no folder" / "hark.backup"
    assert "cannot be written" in (await hark("backup", nowhere, HARK_DATA=installation.data)).sentence


async def test_an_empty_database_is_not_worth_a_backup(empty_database: str, tmp_path: Path) -> None:
    refused = await hark("backup", tmp_path / "b", DATABASE_URL=empty_database, HARK_DATA=tmp_path / "var")
    assert "nothing to back up" in refused.sentence
    assert not (tmp_path / "b").exists()


async def test_a_restore_touches_no_installation(
    installation: Installation, backup: Path, dsn: str, tmp_path: Path
) -> None:
    before = blobs(installation.data)
    assert "holds an installation already" in (await hark("restore", backup, HARK_DATA=installation.data)).sentence
    assert blobs(installation.data) == before
    taken = await hark("restore", backup, HARK_DATA=tmp_path / "var", DATABASE_URL=dsn)
    assert "database is not empty" in taken.sentence
    assert blobs(tmp_path / "var") == {}


def damage(backup: Path, target: Path, how: str) -> None:
    data = bytearray(backup.read_bytes())
    with tarfile.open(backup) as tar:
        members = {m.name: m for m in tar.getmembers()}
    if how == "one bit of the database":
        data[members["database.dump"].offset_data + members["database.dump"].size // 2] ^= 1
    elif how == "one bit of a file":
        data[next(m.offset_data for name, m in members.items() if name.startswith("files/"))] ^= 1
    elif how == "the end is missing":
        del data[members["secret.key"].offset_data + 1 :]
    elif how == "the last part is missing":
        del data[members["checksums.json"].offset :]
        data += bytes(10_240)
    elif how == "not a backup":
        data = bytearray(b"hello " * 1000)
    else:
        data = bytearray()
    target.write_bytes(data)


@pytest.mark.parametrize(
    "how",
    ["one bit of the database", "one bit of a file", "the end is missing", "the last part is missing", "not a backup", "empty"],
)  # fmt: skip
async def test_a_damaged_backup_is_refused_before_anything_changes(backup: Path, tmp_path: Path, how: str) -> None:
    damage(backup, tmp_path / "damaged", how)
    with pytest.raises(ConfigError, match="damaged or not a backup"):
        await run_restore(Settings(data=tmp_path / "var"), file=tmp_path / "damaged")
    assert not (tmp_path / "var").exists()


async def test_a_backup_that_is_not_there(tmp_path: Path) -> None:
    assert "There is no backup at" in (await hark("restore", tmp_path / "none", HARK_DATA=tmp_path / "var")).sentence


# doctor, migrate, rebuild -------------------------------------------------------------------------------------------


async def test_doctor_says_what_needs_a_person(installation: Installation) -> None:
    well = await hark("doctor", HARK_DATA=installation.data)
    assert (well.code, well.err) == (0, ""), well.out
    assert well.out.count("ok  ") == len(well.out.splitlines())
    conn = await connect(installation.dsn)
    await conn.execute("INSERT INTO parked_events SELECT 'rules', id, 1, now(), 'x' FROM workspaces LIMIT 1")
    ill = await hark("doctor", HARK_DATA=installation.data)
    assert ill.code == 1
    assert "LOOK  1 events are parked" in ill.out
    again = await hark("doctor", "--retry", HARK_DATA=installation.data)
    assert await conn.fetchval("SELECT count(*) FROM parked_events") == 0
    await conn.close()
    assert again.code == 0, again.out


async def test_doctor_prints_who_consumes_what_without_a_database(tmp_path: Path) -> None:
    printed = await hark("doctor", "--events", HARK_DATA=tmp_path / "var", DATABASE_URL="postgresql://127.0.0.1:1/none")
    assert (printed.code, printed.err) == (0, "")
    assert re.search(r"\b2\b.*MessageReceived.*rules", printed.out)
    assert not (tmp_path / "var").exists()


async def test_migrate_twice(empty_database: str) -> None:
    assert (await hark("migrate", DATABASE_URL=empty_database)).out.startswith("applied 0001_")
    assert (await hark("migrate", DATABASE_URL=empty_database)).out == "The database is up to date.\n"


async def test_migrate_refuses_a_changed_migration(empty_database: str) -> None:
    await hark("migrate", DATABASE_URL=empty_database)
    conn = await connect(empty_database)
    await conn.execute("UPDATE schema_migrations SET checksum = 'another'")
    await conn.close()
    assert "was changed after it had been applied" in (await hark("migrate", DATABASE_URL=empty_database)).sentence


async def test_rebuild_repairs_what_differs_from_the_journal(installation: Installation) -> None:
    conn = await connect(installation.dsn)
    before = (await contents(installation.dsn))["spans"]
    await conn.execute("UPDATE spans SET t0 = t0 - interval '1 hour' WHERE n = 0 OR n = 1")
    await conn.close()
    ran = await hark("rebuild", HARK_DATA=installation.data)
    assert ran.code == 0, ran.err
    assert not re.search(r"; 0 came out different", ran.out)
    assert (await contents(installation.dsn))["spans"] == before


async def test_rebuild_of_one_workspace(installation: Installation) -> None:
    assert (await hark("rebuild", "--workspace", 1, HARK_DATA=installation.data)).code == 0
    unknown = await hark("rebuild", "--workspace", 4711, HARK_DATA=installation.data)
    assert unknown.sentence == "There is no workspace 4711. Nothing was changed."


@pytest.mark.parametrize("command", ["doctor", "rebuild"])
async def test_commands_want_the_schema_first(empty_database: str, tmp_path: Path, command: str) -> None:
    refused = await hark(command, DATABASE_URL=empty_database, HARK_DATA=tmp_path)
    assert "Run `hark migrate`" in refused.sentence


# errors -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["migrate", "web", "worker"])
async def test_a_database_that_does_not_answer_is_one_sentence(command: str, tmp_path: Path) -> None:
    refused = await hark(
        command, DATABASE_URL="postgresql://127.0.0.1:1/none", HARK_DATA=tmp_path, PORT=0, HARK_SMTP_PORT=0
    )
    assert "Cannot connect to the database" in refused.sentence


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"PORT": "eighty"}, "PORT='eighty' cannot be understood"),
        ({"HARK_MAIL_MAX_BYTES": "25 MB"}, "HARK_MAIL_MAX_BYTES"),
        ({}, "DATABASE_URL is not set"),
    ],
)
async def test_settings_that_cannot_be_understood(environment: dict[str, str], told: str, tmp_path: Path) -> None:
    assert told in (await hark("web", **{"HARK_DATA": tmp_path, "PORT": 0, **environment})).sentence


async def test_an_unknown_command_shows_the_list() -> None:
    ran = await hark("frobnicate")
    assert ran.code == 2
    assert "backup" in ran.err


# the API's description ------------------------------------------------------------------------------------------------


async def test_openapi_is_printed_without_a_database(tmp_path: Path) -> None:
    printed = await hark("openapi", HARK_DATA=tmp_path / "var")
    assert (printed.code, printed.err) == (0, "")
    assert json.loads(printed.out)["openapi"].startswith("3.1")
    assert not (tmp_path / "var").exists()


def test_the_stored_description_of_the_api_is_this_one() -> None:
    stored = (REPO / "docs/develop/openapi.json").read_text("utf-8")
    assert stored == document(), (
        "docs/develop/openapi.json is stale. Renew it and the front end's types:\n"
        "  hark openapi > docs/develop/openapi.json && npm --prefix web run api"
    )
