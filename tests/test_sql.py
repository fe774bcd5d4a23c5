"""Every SQL statement written in the sources is PREPAREd on the migrated schema, and stands where it may stand."""

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg

from hark.core.db import connect

SRC = Path(__file__).parent.parent / "src" / "hark"
VERBS = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "WITH ")
# Pieces that may stand in for a nested Sql when a template is tried: a condition, a column, nothing, a set of samples.
SAMPLES = "SELECT now() AS step, 1::float8 AS d, true AS hit, true AS waiting, gen_random_uuid() AS conversation_id, now() AS at, now() AS held_at, 1 AS seq"
STAND_INS = ("true", "1", "c.id", "", SAMPLES)


def statements() -> Iterator[tuple[str, str, bool]]:
    """(place, text, is a template of Sql) of every whole statement in the sources."""
    for file in sorted(SRC.rglob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        templates = {
            id(n.args[0])
            for n in ast.walk(tree)
            if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id == "Sql" and n.args
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value.strip()
                if text.startswith(VERBS) and (" " in text[7:]):
                    yield f"{file.relative_to(SRC)}:{node.lineno}", text, id(node) in templates


def variants(text: str) -> Iterator[str]:
    """A template with its places filled as parameters or as pieces of SQL: all ways when there are few places, else
    parameters with up to two pieces among them."""
    pieces = text.replace("{{", "\0").replace("}}", "\1").split("{}")
    places = len(pieces) - 1
    if places <= 4:
        fillings = itertools.product(("$", *STAND_INS), repeat=places)
    else:
        fillings = itertools.chain(
            [("$",) * places, ("true",) * places], _with_pieces(places, 1), _with_pieces(places, 2)
        )
    for filling in fillings:
        n = itertools.count(1)
        filled = [f"${next(n)}" if f == "$" else f for f in filling]
        whole = pieces[0] + "".join(a + b for a, b in zip(filled, pieces[1:], strict=True))
        yield whole.replace("\0", "{").replace("\1", "}")


def _with_pieces(places: int, count: int) -> Iterator[tuple[str, ...]]:
    for where in itertools.combinations(range(places), count):
        for stand_ins in itertools.product(STAND_INS, repeat=count):
            chosen = dict(zip(where, stand_ins, strict=True))
            yield tuple(chosen.get(i, "$") for i in range(places))


async def test_every_statement_prepares(dsn: str) -> None:
    conn = await connect(dsn)
    failures = []
    found = list(statements())
    for place, text, template in found:
        problem = await why_not(conn, [text, *variants(text)] if template or "{}" in text else [text])
        if problem:
            failures.append(f"{place}: {problem}\n    {text}")
    await conn.close()
    assert len(found) > 50
    assert failures == [], "\n".join(failures)


async def why_not(conn: Any, texts: list[str]) -> str | None:
    """None when one of the texts prepares, else the first error."""
    error = None
    for text in texts:
        try:
            await conn.prepare(text)
        except asyncpg.PostgresError as e:
            error = error or str(e)
        else:
            return None
    return error


def is_constant(value: ast.expr) -> bool:
    """`{COLUMNS}`: a name in capitals, a literal of the module."""
    return isinstance(value, ast.Name) and value.id.isupper()


def test_no_f_string_puts_a_value_into_sql() -> None:
    """Only core.sql renders values; an f-string may repeat a list of columns, which is a constant."""
    found = []
    for file in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.JoinedStr) or not isinstance(node.values[0], ast.Constant):
                continue
            values = [v.value for v in node.values if isinstance(v, ast.FormattedValue)]
            if str(node.values[0].value).lstrip().startswith(VERBS) and not all(map(is_constant, values)):
                found.append(f"{file.relative_to(SRC)}:{node.lineno}")
    assert found == []
