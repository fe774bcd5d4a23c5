"""One condition, two readings: what SQL finds is what memory decides. And what cannot be understood is named."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.sql import Sql
from hark.filters.catalogue import FIELDS, OPS
from hark.filters.evaluate import matches, to_sql
from hark.filters.parse import parse_condition, parse_query
from hark.filters.types import Facts

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ACTOR = Actor(workspace_id=1, agent_id=2)
PEOPLE = [UUID(int=n) for n in range(3)]

small = st.integers(0, 3)
maybe = st.one_of(st.none(), small)
people = st.sampled_from(PEOPLE)
words = st.sampled_from(["", "Parcel", "PARCEL lost", "straße", "Ärger mit Paket", "환불", "a%b_c'd\\", "x"])
times = st.integers(-5, 5).map(lambda d: NOW + timedelta(days=d))
addresses = st.lists(st.sampled_from(["anna@vip.example", "bob@x.example", "x"]), max_size=2)

facts = st.builds(
    Facts, number=small, status=st.integers(0, 5), team_id=maybe, assignee_id=maybe, account_id=small, contact_id=people,
    company_id=st.one_of(st.none(), people), severity=small, difficulty=st.integers(0, 2),
    topic_id=maybe, plan=st.sampled_from([None, "Pro", "Free"]), vip=st.booleans(), tag_ids=st.lists(small, max_size=3, unique=True), channels=st.sampled_from([0, 2, 3]), subject=words, preview=words,
    created_at=times, last_message_at=times, waiting=st.booleans(), promise=st.integers(0, 3), addresses=addresses,
).map(lambda one: one if one.company_id else msgspec.structs.replace(one, plan=None))  # fmt: skip


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(st.sampled_from(sorted(FIELDS)))
    field = FIELDS[name]
    op = draw(st.sampled_from(OPS[field.type]))
    if field.choices:
        value = st.sampled_from(sorted(field.choices))
    elif field.type == "time":
        value = st.integers(-1, 500_000) if op in ("older_than", "newer_than") else times.map(datetime.isoformat)
    else:
        value = {
            "number": small, "id": small, "ids": small, "uuid": people.map(str), "bool": st.booleans(), "text": words,
            "word": st.sampled_from(["Pro", "Free", ""]),
            "texts": st.sampled_from(["@VIP.example", "anna@vip.example", "x", "", "%"]),
        }[field.type]  # fmt: skip
    if field.me:
        value = st.one_of(value, st.just("me"))
    if op in ("in", "has_any"):
        return {"field": name, "op": op, "value": draw(st.lists(value, max_size=3))}
    if field.nullable and op in ("is", "is_not"):
        value = st.one_of(st.none(), value)
    return {"field": name, "op": op, "value": draw(value)}


conditions = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
)

_ROWS = """
CREATE TEMP TABLE conversations (workspace_id int, n int, number bigint, status smallint, team_id int, assignee_id int,
  account_id int, contact_id uuid, company_id uuid, severity smallint, difficulty smallint, topic_id int,
  tag_ids int[], channels int, subject text, preview text, created_at timestamptz, last_message_at timestamptz, wait_t0 float8,
  id uuid DEFAULT '00000000-0000-0000-0000-000000000001');
CREATE TEMP TABLE companies (workspace_id int, id uuid, plan text, vip bool);
CREATE TEMP TABLE contacts (workspace_id int, id uuid, vip bool);
CREATE TEMP TABLE identities (workspace_id int, contact_id uuid, value text, kind int);
CREATE TEMP TABLE promises (workspace_id int, conversation_id uuid, warned_at timestamptz, breached_at timestamptz,
  ended_at timestamptz)
"""


@hypothesis_settings(max_examples=300)
@given(raw=conditions, one=facts)
async def test_sql_and_memory_agree(db: Db, raw: dict[str, Any], one: Facts) -> None:
    condition = parse_condition(raw)
    where = Sql("SELECT ({}) IS TRUE FROM conversations c", to_sql(condition, ACTOR, now=NOW))
    text, args = where.render()
    async with db.pool.acquire() as conn:
        await conn.execute("DROP TABLE IF EXISTS pg_temp.conversations, pg_temp.identities, pg_temp.companies, pg_temp.contacts, pg_temp.promises")
        await conn.execute(_ROWS)
        await conn.execute(
            "INSERT INTO conversations VALUES"
            " (1, 0, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
            one.number, one.status, one.team_id, one.assignee_id, one.account_id, one.contact_id, one.company_id,
            one.severity, one.difficulty, one.topic_id, one.tag_ids, one.channels, one.subject, one.preview, one.created_at,
            one.last_message_at, 1.0 if one.waiting else None,
        )  # fmt: skip
        await conn.execute("INSERT INTO companies VALUES (1, $1, $2, $3)", one.company_id, one.plan, one.vip)
        await conn.execute("INSERT INTO contacts VALUES (1, $1, $2)", one.contact_id, one.vip)
        told = [NOW if one.promise >= level else None for level in (2, 3)]
        await conn.execute(
            "INSERT INTO promises SELECT 1, id, $1::timestamptz, $2::timestamptz, CASE WHEN $3 THEN NULL ELSE now() END"
            " FROM conversations", *told, one.promise > 0,
        )  # fmt: skip
        await conn.executemany(
            "INSERT INTO identities VALUES (1, $1, $2, 1), (1, $1, 'a visitor', 2)",
            [(one.contact_id, a) for a in one.addresses],
        )
        found = await conn.fetchval(text, *args)
    assert found == matches(condition, one, ACTOR, now=NOW)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ([], "$"), ({}, "$"), ({"all": {}}, "$.all"), ({"all": [{"not": 3}]}, "$.all[0].not"),
        ({"all": [], "any": []}, "$"), ({"field": "moon", "op": "is", "value": 1}, "$.field"),
        ({"field": "severity", "op": "like", "value": "high"}, "$.op"),
        ({"field": "severity", "op": "is", "value": "huge"}, "$.value"),
        ({"field": "severity", "op": "is", "value": 2}, "$.value"),
        ({"field": "team", "op": "is", "value": "me"}, "$.value"),
        ({"field": "team", "op": "is", "value": 2**31}, "$.value"),
        ({"field": "team", "op": "in", "value": 3}, "$.value"), ({"field": "team", "op": "in", "value": [None]}, "$.value[0]"),
        ({"field": "account", "op": "is", "value": None}, "$.value"),
        ({"field": "created_at", "op": "before", "value": "2026-01-01T00:00:00"}, "$.value"),
        ({"field": "created_at", "op": "before", "value": "tomorrow"}, "$.value"),
        ({"field": "subject", "op": "contains", "value": "a\0b"}, "$.value"),
        ({"field": ["a"], "op": "is", "value": 1}, "$.field"), ({"field": "tag", "op": [], "value": 1}, "$.op"),
        ({"field": "tag", "op": "has", "value": 1, "why": 2}, "$"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_path(raw: Any, path: str) -> None:
    with pytest.raises(BadRequest) as caught:
        parse_condition(raw)
    assert caught.value.extra["path"] == path
    assert caught.value.code == "bad_filter"


def test_no_tree_is_too_deep_or_wide_to_answer() -> None:
    deep: dict[str, Any] = {"all": []}
    for _ in range(500):
        deep = {"not": deep}
    for raw in (deep, {"all": [{"all": []}] * 101}):
        with pytest.raises(BadRequest):
            parse_condition(raw)
    for text in ("{", "", "nul"):
        with pytest.raises(BadRequest):
            parse_query(text)


def test_nobody_is_me_for_the_machine() -> None:
    machine = Actor(workspace_id=1)
    condition = parse_condition({"field": "assignee", "op": "is", "value": "me"})
    text, args = to_sql(condition, machine, now=NOW).render()
    assert (text, args) == ("c.assignee_id = $1", [0])


def test_every_field_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs/guide/inbox.md").read_text("utf-8")
    assert [name for name in FIELDS if f"`{name}`" not in page] == []
    assert [op for ops in OPS.values() for op in ops if f"`{op}`" not in page] == []
