"""One condition, two readings: what SQL finds is what memory decides. And what cannot be understood is named."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.post import Post
from tests.support.workspace import TestWorkspace

from hark.conversations.types import Headers, MailAddress, NewFile
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.ids import uuid7
from hark.core.sql import Sql
from hark.filters.catalogue import FIELDS, find_field
from hark.filters.evaluate import matches, to_sql
from hark.filters.facts import find_facts
from hark.filters.field import LISTS, OPS
from hark.filters.parse import parse_condition, parse_query
from hark.filters.types import Facts
from hark.hours.open_time import continuous
from hark.hours.types import DayPeriod, Holiday, Period, Plan

TEXTS = [
    "",
    "refund",
    "Where is my PARCEL?",
    "parcel",
    "straße",
    "Ärger",
    "환불",
    "a%b_c'd\\",
    "#12",
    "is on",
    "che",
    "-3.5",
]
NAMES = [*FIELDS, "contact.size", "contact.plan_b", "conversation.order"]


@pytest.fixture
def post(db: Db, workspace: TestWorkspace) -> Post:
    return Post(db, workspace)


async def known(db: Db, ws: TestWorkspace, id: UUID, **more: Any) -> Facts:
    found = await find_facts(db, ws.id, id, **{"now": db.now(), "names": NAMES, **more})
    assert found is not None
    return found


async def make_cases(db: Db, ws: TestWorkspace, post: Post) -> None:
    """A handful of conversations that differ in everything a condition can ask."""
    pdf = NewFile(id=uuid7(), name="Rechnung.PDF", content_type="application/pdf", size=3, blob_key="x")
    plain = await post.mail("Where is my parcel? Perché è in ritardo", lang="it", files=[pdf])
    await post.mail("환불해 주세요", subject="환불", sender="boss@vip.example", name="", lang="ko")
    chat = await post.chat("a%b_c'd\\ #12")
    await post.reply(chat.conversation_id, "It is on its way.")
    noted = await post.mail("A refund, now!", sender="boss@vip.example", at=datetime.now(UTC) - timedelta(days=3))
    headers = Headers(from_=MailAddress("List", "l@list.example"), subject="News", machine=True)
    await post.mail("refunds", to=noted.conversation_id, headers=headers, needs_answer=False)
    await db.run(
        "UPDATE contacts SET attributes = '{\"size\": 3.5, \"plan_b\": true}', locale = 'it-IT', vip = true WHERE workspace_id = $1",
        ws.id,
    )
    await db.run("UPDATE conversations SET attributes = '{\"order\": \"2026-03-01\"}', tag_ids = '{1,2}', severity = 2"
                 " WHERE workspace_id = $1 AND id = $2", ws.id, plain.conversation_id)  # fmt: skip
    company = uuid7()
    await db.run("INSERT INTO companies (workspace_id, id, name, domain, value_minor, currency, plan, renewal_on, created_at)"
                 " VALUES ($1, $2, 'Parcel Ltd', 'vip.example', 12345, 'EUR', 'Pro', '2027-01-01', now())", ws.id, company)  # fmt: skip
    await db.run(
        "UPDATE conversations SET company_id = $2 WHERE workspace_id = $1 AND id = $3",
        ws.id,
        company,
        noted.conversation_id,
    )
    guesses = [{"task": 4, "value": -1, "confidence": 0.9, "known": True}]
    await db.run("INSERT INTO readings (workspace_id, message_id, conversation_id, at, language, signals, guesses)"
                 " VALUES ($1, $2, $3, now(), 'it', 3, $4)", ws.id, plain.message_id, plain.conversation_id, guesses)  # fmt: skip
    await db.run("INSERT INTO agent_presence VALUES ($1, $2, $3, false, now())", ws.id, uuid7(), ws.owner.agent_id)
    await db.run(
        "UPDATE conversations SET assignee_id = $2 WHERE workspace_id = $1 AND id = $3",
        ws.id,
        ws.owner.agent_id,
        noted.conversation_id,
    )


def draw(rng: random.Random, depth: int = 0) -> dict[str, Any]:
    kind = rng.random()
    if depth < 3 and kind < 0.45:
        parts = [draw(rng, depth + 1) for _ in range(rng.randint(0, 3))]
        return {"all": parts} if kind < 0.2 else {"any": parts} if kind < 0.35 else {"not": draw(rng, depth + 1)}
    name = rng.choice(NAMES)
    field = find_field(name)
    assert field is not None
    op = rng.choice(OPS[field.type])
    if op in LISTS:
        return {"field": name, "op": op, "value": [draw_value(rng, name, op) for _ in range(rng.randint(0, 3))]}
    if field.nullable and op in ("is", "is_not") and rng.random() < 0.3:
        return {"field": name, "op": op, "value": None}
    return {"field": name, "op": op, "value": draw_value(rng, name, op)}


def draw_value(rng: random.Random, name: str, op: str) -> Any:
    field = find_field(name)
    assert field is not None
    if field.choices:
        return rng.choice(sorted(field.choices))
    if field.me and rng.random() < 0.5:
        return "me"
    match field.type:
        case "time":
            return rng.choice([0, 60, 86_400 * 2, 86_400 * 400]) if op in ("older_than", "newer_than", "within") else rng.choice(
                ["2026-03-01T00:00:00Z", "2060-01-01T00:00:00+09:00"])  # fmt: skip
        case "number" | "id" | "ids":
            return rng.randint(0, 3)
        case "uuid":
            return str(UUID(int=rng.randint(0, 2)))
        case "bool":
            return rng.random() < 0.5
        case "measure":
            return rng.choice([0, 0.5, 3.5, 120, 123.45, 90_000])
        case "word":
            return rng.choice(["Pro", "it", "ko", "vip.example", ""])
        case "attribute":
            return (
                rng.choice(["3.5", 3.5, 4, True, "2026-02-28", "", "true"])
                if op not in ("at_least", "at_most")
                else rng.choice([3, 4.5, "2026-02-28", "z"])
            )
        case "texts":
            return rng.choice(["@VIP.example", "anna@shop.example", "pdf", "", "%", "l@list.example"])
    return rng.choice(TEXTS)


async def test_sql_and_memory_agree(db: Db, workspace: TestWorkspace, post: Post) -> None:
    await make_cases(db, workspace, post)
    now, rng, held = db.now(), random.Random(7), 0
    ids = await db.all(UUID, "SELECT id FROM conversations WHERE workspace_id = $1 ORDER BY id", workspace.id)
    facts = {id: await known(db, workspace, id, now=now) for id in ids}
    for _ in range(700):
        raw = draw(rng)
        condition = parse_condition(raw)
        where = to_sql(condition, workspace.owner, now=now)
        found = await db.all(
            UUID, Sql("SELECT c.id FROM conversations c WHERE c.workspace_id = {} AND ({})", workspace.id, where)
        )
        for id in ids:
            assert (id in found) == matches(condition, facts[id], workspace.owner, now=now), raw
        held += 0 < len(found) < len(ids)
    assert held > 50  # conditions that tell these conversations apart


async def test_what_is_known_of_a_case(db: Db, workspace: TestWorkspace, post: Post) -> None:
    await make_cases(db, workspace, post)
    ids = await db.all(UUID, "SELECT id FROM conversations WHERE workspace_id = $1 ORDER BY number", workspace.id)
    first, second, chat, noted = [await known(db, workspace, id) for id in ids]
    assert (first["message.text"], first["message.file"], first["message.file_type"]) == (
        "Where is my parcel? Perché è in ritardo", ["rechnung.pdf"], ["application/pdf"],
    )  # fmt: skip
    assert (first["message.mood"], first["message.angry"], first["message.language"], first["message.first"]) == (
        0,
        True,
        "it",
        True,
    )
    assert (first["contact.size"], first["contact.plan_b"], first["conversation.order"]) == (
        "3.5",
        "true",
        "2026-03-01",
    )
    assert (second["message.language"], second["message.from"], second["conversations"]) == (
        "ko",
        ["boss@vip.example"],
        2,
    )
    assert (chat["answered"], chat["replies"], chat["waiting"], chat["waiting_for"], chat["price"]) == (
        True,
        1,
        False,
        None,
        None,
    )
    assert (noted["company_name"], noted["company_domain"], noted["revenue"], noted["plan"]) == (
        "Parcel Ltd",
        "vip.example",
        123.45,
        "Pro",
    )
    assert (noted["customer_messages"], noted["message.automatic"], noted["message.needs_answer"]) == (2, True, False)
    assert (noted["assignee_online"], first["assignee_online"], noted["open_hours"], noted["heat"]) == (
        True,
        False,
        True,
        5,
    )
    assert 3 * 86_400 <= noted["waiting_for"] < 3 * 86_400 + 60
    earlier = await known(db, workspace, ids[3], message_seq=2)
    assert earlier["message.text"] == "A refund, now!"


async def test_the_price_is_the_one_that_is_shown(client: Any, db: Db, workspace: TestWorkspace, post: Post) -> None:
    got = await post.mail(at=datetime.now(UTC) - timedelta(hours=3))
    shown = (await client.get(f"/api/conversations/{got.conversation_id}")).json()["price_per_hour_minor"] / 100
    facts = await known(db, workspace, got.conversation_id)
    assert facts["price"] == pytest.approx(shown, rel=0.06)  # shown with two digits


@pytest.mark.parametrize("zone", ["UTC", "Asia/Seoul", "Europe/Rome"])
async def test_open_hours_in_sql_are_those_of_the_calendar(
    db: Db, workspace: TestWorkspace, post: Post, zone: str
) -> None:
    periods = (
        Period(weekday=0, start="09:00", end="12:30"),
        Period(weekday=2, start="22:00", end="06:00"),
        Period(weekday=5, start="00:00", end="24:00"),
    )
    day = datetime(2026, 3, 4, tzinfo=UTC).date()  # a Wednesday; its night shift ends on a holiday
    holidays = (
        Holiday(date=day + timedelta(days=1)),
        Holiday(date=day + timedelta(days=3), periods=(DayPeriod(start="10:00", end="11:00"),)),
    )
    plan = Plan(tz=zone, periods=periods, holidays=holidays)
    calendar = continuous([(datetime(2000, 1, 1, tzinfo=UTC), plan)])
    await db.run(
        "UPDATE calendar_versions SET tz = $2, periods = $3, holidays = $4 WHERE workspace_id = $1", workspace.id, zone,
        [{"weekday": p.weekday, "start": p.start, "end": p.end} for p in periods],
        [{"date": str(h.date), "name": "", "periods": [{"start": d.start, "end": d.end} for d in h.periods]} for h in holidays],
    )  # fmt: skip
    id = (await post.mail()).conversation_id
    start = datetime(2026, 3, 2, tzinfo=UTC)
    for n in range(8 * 48):
        at = start + timedelta(minutes=30 * n + n % 7)
        facts = await known(db, workspace, id, now=at, names=["open_hours"])
        assert facts["open_hours"] == calendar.open_at(at.timestamp()), at


@given(st.text(max_size=12), st.lists(st.text(max_size=5), max_size=3))
def test_any_words_make_a_pattern(text: str, words: list[str]) -> None:
    condition = parse_condition(
        {"field": "subject", "op": "has_any_word", "value": [w for w in words if "\0" not in w]}
    )
    matches(condition, {"subject": text}, Actor(workspace_id=1), now=datetime.now(UTC))


@pytest.mark.parametrize(
    ("text", "words", "found"),
    [
        ("I want a Refund.", ["refund"], True), ("refunds", ["refund"], False), ("환불해 주세요", ["환불"], True),
        ("perché no", ["perch"], False), ("è in ritardo", ["in  ritardo"], True), ("x", [], False), ("x", [" "], False),
        ("order #12, please", ["#12"], True), ("order #123", ["#12"], False), ("a.b", ["axb"], False),
    ],
)  # fmt: skip
def test_words_stand_alone(text: str, words: list[str], found: bool) -> None:
    condition = parse_condition({"field": "message.text", "op": "has_any_word", "value": words})
    assert matches(condition, {"message.text": text}, Actor(workspace_id=1), now=datetime.now(UTC)) is found


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
        ({"field": "contact.Shoe", "op": "is", "value": 1}, "$.field"),
        ({"field": "company.size", "op": "is", "value": 1}, "$.field"),
        ({"field": "waiting_for", "op": "at_least", "value": "2 h"}, "$.value"),
        ({"field": "waiting_for", "op": "is", "value": 2}, "$.op"),
        ({"field": "message.text", "op": "has_any_word", "value": ["a", 3]}, "$.value[1]"),
        ({"field": "message.text", "op": "has_all_words", "value": ["a", "b" * 201]}, "$.value[1]"),
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
    wide: dict[str, Any] = {"all": [{"all": []}] * 101}
    for raw in (deep, wide):
        with pytest.raises(BadRequest):
            parse_condition(raw)
    for text in ("{", "", "nul"):
        with pytest.raises(BadRequest):
            parse_query(text)


def test_nobody_is_me_for_the_machine() -> None:
    machine = Actor(workspace_id=1)
    condition = parse_condition({"field": "assignee", "op": "is", "value": "me"})
    text, args = to_sql(condition, machine, now=datetime.now(UTC)).render()
    assert (text, args) == ("c.assignee_id = $1", [0])


def test_every_field_is_documented() -> None:
    page = (Path(__file__).parents[2] / "docs/guide/conditions.md").read_text("utf-8")
    assert [name for name in FIELDS if f"`{name}`" not in page] == []
    assert [op for ops in OPS.values() for op in ops if f"`{op}`" not in page] == []
    assert [word for field in FIELDS.values() for word in field.choices if word not in page] == []


def test_the_form_knows_every_field() -> None:
    form = (Path(__file__).parents[2] / "web/agent/settings/rules/fields.ts").read_text("utf-8")
    assert [name for name in FIELDS if f"  {name}: {{" not in form and f"  '{name}': {{" not in form] == [
        "company"
    ]  # by its id: the API alone
