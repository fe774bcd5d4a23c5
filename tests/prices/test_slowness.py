"""What slowness has cost: totals of customers who leave only once, breakdowns that sum, other assumptions."""

from datetime import UTC, date, datetime, timedelta
from math import prod
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.core.journal import run_once
from hark.core.sql import Sql
from hark.value.actions import CONSUMER
from hark.value.price import leave_probability
from hark.value.sql import RENEWAL_IN_SQL, TENURE_SQL, leave_sql, worth_sql
from hark.value.stake import value_at_stake
from hark.value.types import PATIENCE_S, ValueModel, Worth
from hark.workspaces.types import OwnCurve

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
MODEL = ValueModel()


def ask(**more: Any) -> dict[str, Any]:
    return {"start": "2026-03-01T00:00:00Z", "end": "2026-03-31T00:00:00Z", **more}


async def slowness(client: SignedIn, **more: Any) -> Any:
    answer = await client.post("/api/prices/slowness", ask(**more))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def waited(post: Post, clock: Any, hours: float, sender: str, to: UUID | None = None) -> UUID:
    """A customer writes and is answered after so many hours."""
    id = (await post.mail(sender=sender, to=to) if to else await post.mail(sender=sender)).conversation_id
    clock.advance(hours=hours)
    await post.reply(id)
    return id


def price(hours: float, scale: float = 1.0) -> float:
    return min(1.0, scale * leave_probability(hours * 3600, 1 / PATIENCE_S["mail"], MODEL))


async def test_a_customer_leaves_only_once(client: SignedIn, post: Post, clock: Any) -> None:
    clock.at = START
    first = await waited(post, clock, 10, "ada@one.example")
    await waited(post, clock, 20, "ada@one.example", to=first)
    await waited(post, clock, 5, "bob@two.example")
    found = (await slowness(client))["now"]
    ada = 1_200_00 * (1 - prod(1 - price(h) for h in (10, 20)))
    bob = 1_200_00 * price(5)
    assert found["minor"] == pytest.approx(ada + bob, abs=1)
    assert found["minor"] < 1_200_00 * (price(10) + price(20) + price(5)), "never the plain sum"
    assert (found["waits"], found["assumed_minor"]) == (3, found["minor"])
    assert [p["minor"] for p in found["parts"]["customer"]] == pytest.approx([ada, bob], abs=1)


async def test_every_breakdown_sums_to_the_total(client: SignedIn, post: Post, clock: Any) -> None:
    clock.at = START
    topic = (await client.post("/api/topics", {"name": "Refunds"})).json()["id"]
    for n, hours in enumerate((3, 9, 30)):
        id = await waited(post, clock, hours, f"c{n % 2}@shop{n % 2}.example")
        if n:
            await client.post(f"/api/conversations/{id}/topic", {"topic_id": topic})
    await post.mail(sender="late@shop3.example")
    clock.advance(hours=50)
    found = (await slowness(client))["now"]
    assert found["waits"] == 4, "who still waits counts, so far"
    for by, parts in found["parts"].items():
        assert sum(p["minor"] for p in parts) == pytest.approx(found["minor"], abs=len(parts)), by
        for part in parts:
            body = ask(by=by, key=part["key"])
            cases = (await client.post("/api/prices/cases", body)).json()["items"]
            assert sum(c["minor"] for c in cases) == pytest.approx(part["minor"], abs=len(cases)), (by, part)
    everything = (await client.post("/api/prices/cases", ask(by="all"))).json()["items"]
    assert len(everything) == 4
    assert {p["label"] for p in found["parts"]["topic"]} == {"Refunds", ""}


async def test_other_assumptions_are_tried_and_not_kept(client: SignedIn, post: Post, clock: Any) -> None:
    clock.at = START
    await waited(post, clock, 10, "ada@one.example")
    double = await slowness(client, candidate={"value": {"months": 24}})
    assert double["tried"] is True
    assert double["now"]["tried_minor"] == pytest.approx(2 * double["now"]["minor"], abs=2)
    calmer = await slowness(
        client, candidate={"channels": [{"account_id": post.ws.account_id, "patience_s": 80 * 3600}]}
    )
    slow = 1_200_00 * leave_probability(36_000, 1 / (80 * 3600), MODEL)
    assert calmer["now"]["tried_minor"] == pytest.approx(slow, abs=1)
    assert calmer["now"]["minor"] == double["now"]["minor"]
    assert (await client.get("/api/value")).json()["value"]["months"] == 12


async def test_the_comparison_period_and_the_run_rate(client: SignedIn, post: Post, clock: Any) -> None:
    clock.at = START - timedelta(days=30)
    await waited(post, clock, 10, "ada@one.example")
    clock.at = START + timedelta(days=40)
    found = await slowness(client, compare={"start": "2026-01-30T00:00:00Z", "end": "2026-03-01T00:00:00Z"})
    assert (found["now"]["minor"], found["before"]["minor"]) == (0, round(1_200_00 * price(10)))
    assert found["before"]["per_day_minor"] == round(1_200_00 * price(10) / 30)
    assert found["now"]["days"] == 30


async def test_what_was_priced_in_another_currency_is_converted_or_counted_apart(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Post, clock: Any
) -> None:
    clock.at = START
    await waited(post, clock, 10, "ada@one.example")
    euros = (await slowness(client))["now"]["minor"]
    await client.patch("/api/workspace", {"base_currency": "KRW"})
    while await run_once(db, CONSUMER, workspace.id):
        pass
    found = (await slowness(client))["now"]
    assert (found["minor"], found["unconverted"]) == (0, 1)
    await client.patch("/api/workspace", {"settings": {"value": {"rates": {"EUR": 1500.0}}}})
    found = (await slowness(client))["now"]
    assert found["minor"] == pytest.approx(euros / 100 * 1500, rel=1e-3), "cents of euro to whole won"
    assert found["unconverted"] == 0


async def test_a_viewer_of_another_workspace_sees_nothing(
    client: SignedIn, stranger_client: SignedIn, post: Post, clock: Any
) -> None:
    clock.at = START
    await waited(post, clock, 10, "ada@one.example")
    assert (await slowness(stranger_client))["now"]["waits"] == 0
    assert (await stranger_client.post("/api/prices/cases", ask(by="all"))).json()["items"] == []
    wrong = await client.post("/api/prices/cases", ask(by="hour", key="noon"))
    assert (wrong.status_code, wrong.json()["code"]) == (400, "bad_key")
    empty = await client.post("/api/prices/slowness", ask(end="2026-03-01T00:00:00Z"))
    assert empty.json()["code"] == "empty_period"


models = st.builds(
    ValueModel, leave_once=st.floats(0.01, 1), leave_slowly=st.floats(0, 0.5), slow_half_s=st.floats(60, 1e7),
    curve=st.one_of(st.none(), st.builds(OwnCurve, ceiling=st.floats(0.01, 1), shape=st.floats(0.1, 5))),
)  # fmt: skip


@settings(max_examples=40)
@given(model=models, waits=st.lists(st.tuples(st.one_of(st.just(0.0), st.floats(1e-6, 1e9)), st.floats(1e-7, 0.1)), min_size=1, max_size=20))
async def test_p_is_the_same_in_sql(db: Db, model: ValueModel, waits: list[tuple[float, float]]) -> None:
    statement = Sql(
        "SELECT {} FROM unnest({}::float8[], {}::float8[]) WITH ORDINALITY AS t(w, m, n) ORDER BY n",
        leave_sql(Sql("w"), Sql("m"), model), [w for w, _ in waits], [m for _, m in waits],
    )  # fmt: skip
    found = await db.all(float, statement)
    assert found == pytest.approx([leave_probability(w, m, model) for w, m in waits], rel=1e-6, abs=1e-8)


days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
worths = st.builds(
    Worth, monthly_minor=st.one_of(st.none(), st.integers(0, 10**9)), currency=st.sampled_from(["EUR", "USD", "KRW"]),
    renewal_on=st.one_of(st.none(), days), cycle_days=st.one_of(st.none(), st.integers(1, 400)),
    plan=st.sampled_from([None, "Pro", "Free"]), vip=st.booleans(), customer_since=st.one_of(st.none(), days),
)  # fmt: skip


@settings(max_examples=60)
@given(worth=worths, today=days)
async def test_v_is_the_same_in_sql_but_for_its_rounding(db: Db, worth: Worth, today: Any) -> None:
    model = ValueModel(
        rates={"USD": 0.9}, plan_monthly_minor={"Pro": 300_00}, vip_factor=2.0, tenure_factor=1.5, tenure_years=4
    )
    statement = Sql(
        "SELECT ({})::float8 FROM (SELECT *, {} AS renewal_in, {} AS tenure FROM (SELECT {}::bigint AS monthly_minor,"
        " {}::text AS currency, {}::date AS renewal_on, {}::int AS cycle_days, {}::text AS plan, {}::boolean AS vip,"
        " {}::date AS customer_since, {}::date AS day) f) w",
        worth_sql(model), Sql(RENEWAL_IN_SQL), Sql(TENURE_SQL), worth.monthly_minor, worth.currency, worth.renewal_on,
        worth.cycle_days, worth.plan, worth.vip, worth.customer_since, today,
    )  # fmt: skip
    expected = value_at_stake(worth, today=today, model=model).value_minor
    assert await db.one(float, statement) == pytest.approx(expected, rel=0.051, abs=1)
