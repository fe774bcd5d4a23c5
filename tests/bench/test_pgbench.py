"""Statements as pgbench scripts: the same parameters as the application sent."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from hark.bench.pgbench import RecordingDb, Statement, literal, script_of
from hark.bench.queries import sequential_scans
from hark.core.db import Db

VALUES: list[tuple[str, Any]] = [
    ("int", 7),
    ("float8", 0.1),
    ("bool", True),
    ("text", "it's \\ a {test}"),
    ("uuid", UUID(int=7)),
    ("bytea", b"\x00\xff"),
    ("timestamptz", datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)),
    ("int[]", [1, 2]),
    ("float8[]", [0.5, -1.0]),
    ("text[]", ['a "b"', "c,d", "\\"]),
    ("uuid[]", [UUID(int=7)]),
    ("jsonb", {"a": [1, "b"]}),
]


@pytest.mark.parametrize(("kind", "value"), VALUES)
async def test_a_literal_is_read_back_as_the_value(db: Db, kind: str, value: Any) -> None:
    row = await db.pool.fetchrow(f"SELECT $1::text::{kind} AS v", literal(value))
    assert row["v"] == value


def test_parameters_become_variables() -> None:
    script = script_of([Statement("SELECT $1::int,\n  $2, $10", (1, None, *[0] * 7, "x"))], "s")
    assert script.text == "SELECT :sx0p1::int, NULL, :sx0p10;"
    assert script.variables == {"sx0p1": "1", "sx0p10": "x"}


async def test_every_statement_is_noted(db: Db) -> None:
    recording = RecordingDb(db)
    await recording.all(int, "SELECT 1")
    await recording.find(int, "SELECT $1::int", 2)
    assert recording.statements == [Statement("SELECT 1", ()), Statement("SELECT $1::int", (2,))]


async def test_a_scan_of_a_whole_table_is_found(db: Db) -> None:
    async def scanned(sql: str, *args: Any) -> set[str]:
        return await sequential_scans(db, [Statement(sql, args)], frozenset({"events"}))

    assert await scanned("SELECT count(*) FROM events WHERE actor_id = $1", 1) == {"events"}
    assert await scanned("SELECT max(seq) FROM events WHERE workspace_id = $1", 1) == set()
    with pytest.raises(asyncpg.PostgresError):
        await scanned("SELECT nonsense FROM events")
