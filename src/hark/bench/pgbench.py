"""The machine's own limits, measured by PostgreSQL's pgbench: the same SQL without us, and durable commits."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from hark.bench.installation import Installation
from hark.core.db import Db
from hark.core.errors import Unavailable
from hark.core.pg_binaries import installed_binaries

PLACE = re.compile(r"\$(\d+)")


class Statement(msgspec.Struct, frozen=True):
    """One statement as it was run, with its parameters."""

    sql: str
    args: tuple[Any, ...]


class RecordingDb(Db):
    """A Db that notes every statement it runs."""

    def __init__(self, db: Db) -> None:
        super().__init__(db.pool, events=db.events, projectors=db.projectors, clock=db.clock)
        self.statements: list[Statement] = []

    @asynccontextmanager
    async def _conn(self) -> AsyncIterator[Any]:
        async with super()._conn() as conn:
            yield _Noting(conn, self.statements)


class _Noting:
    def __init__(self, conn: Any, statements: list[Statement]) -> None:
        self._conn = conn
        self._statements = statements

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._conn, name)
        if name not in ("fetch", "fetchrow", "fetchval", "execute"):
            return method

        def noted(sql: str, *args: Any) -> Any:
            self._statements.append(Statement(sql, args))
            return method(sql, *args)

        return noted


class Script(msgspec.Struct, frozen=True):
    """One transaction for pgbench and the values of its variables."""

    text: str
    variables: dict[str, str] = {}


def script_of(statements: Sequence[Statement], name: str) -> Script:
    """The statements with pgbench's variables (which begin with `name`) in the places of their parameters."""
    variables: dict[str, str] = {}
    lines = [_line(statement, f"{name}x{n}", variables) for n, statement in enumerate(statements)]
    return Script("\n".join(lines), variables)


def _line(statement: Statement, name: str, variables: dict[str, str]) -> str:
    def variable(place: re.Match[str]) -> str:
        value = statement.args[int(place.group(1)) - 1]
        if value is None:
            return "NULL"
        variables[f"{name}p{place.group(1)}"] = literal(value)
        return f":{name}p{place.group(1)}"

    return PLACE.sub(variable, " ".join(statement.sql.split())) + ";"


async def transactions_per_s(here: Installation, scripts: Sequence[Script], *, clients: int, seconds: int) -> float:
    """How often per second pgbench runs one of the scripts (drawn evenly), prepared.

    Raises Unavailable with what pgbench says when a statement fails.
    """
    folder = Path(tempfile.mkdtemp(prefix="hark-pgbench-"))
    try:
        options = ["-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(seconds)]
        for n, script in enumerate(scripts):
            path = folder / f"{n}.sql"
            path.write_text(script.text)
            options += ["-f", str(path)]
            options += [part for name, value in script.variables.items() for part in ("-D", f"{name}={value}")]
        told = await _pgbench(here, options)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    found = re.search(r"^tps = ([\d.]+)", told, re.MULTILINE)
    if found is None or re.search(r"^number of failed transactions: [1-9]", told, re.MULTILINE):
        raise Unavailable(f"pgbench failed: {told[-500:]}")
    return float(found.group(1))


COMMIT = Script("\\set n random(1, 1000000)\nINSERT INTO bench_commits (n) VALUES (:n);")


async def commits_per_s(here: Installation, *, clients: int, seconds: int = 5) -> float:
    """Durable transactions of one small row per second on this machine, with the product's settings."""
    await here.db.run("CREATE TABLE IF NOT EXISTS bench_commits (id bigserial PRIMARY KEY, n int NOT NULL)")
    try:
        return await transactions_per_s(here, [COMMIT], clients=clients, seconds=seconds)
    finally:
        await here.db.run("DROP TABLE bench_commits")


async def _pgbench(here: Installation, options: Sequence[str]) -> str:
    url = urlsplit(here.dsn)
    place = parse_qs(url.query)
    tool = next((t for b in installed_binaries() if (t := b.tool("pgbench")).exists()), None)
    if tool is None:
        raise Unavailable("pgbench is not installed. Install it (Debian: postgresql-contrib) and run this again.")
    process = await asyncio.create_subprocess_exec(
        tool, "-h", place["host"][0], "-p", place["port"][0], "-U", url.username or "postgres", *options,
        url.path.lstrip("/"), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        told, _ = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    return told.decode(errors="replace")


def literal(value: Any) -> str:
    """A parameter as PostgreSQL reads it from text."""
    match value:
        case bool():
            return "true" if value else "false"
        case float():
            return repr(value)
        case bytes():
            return "\\x" + value.hex()
        case datetime() | date():
            return value.isoformat()
        case list() | tuple():
            quoted = (literal(v).replace("\\", "\\\\").replace('"', '\\"') for v in value)
            return "{" + ",".join(f'"{v}"' for v in quoted) + "}"
        case dict():
            return msgspec.json.encode(value).decode()
        case _:
            return str(value)
