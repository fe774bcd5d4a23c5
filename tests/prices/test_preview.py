"""The value model: read with its sources, tried without storing anything, taken into use."""

from typing import Any
from uuid import UUID

from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.core.journal import run_once
from hark.value.actions import CONSUMER
from hark.workspaces.types import ValueSettings


async def reprice(db: Db, ws: int) -> None:
    while await run_once(db, CONSUMER, ws):
        pass


async def customers(client: SignedIn, post: Post, revenues: list[int | None]) -> list[UUID]:
    """One waiting conversation for each monthly revenue (minor units; None: unknown), of a company each."""
    ids = []
    for n, revenue in enumerate(revenues):
        id = (await post.mail(sender=f"c{n}@shop{n}.example")).conversation_id
        contact = (await client.get(f"/api/conversations/{id}")).json()["contact"]["id"]
        company = (await client.post("/api/companies", {"name": f"Shop {n}", "value_minor": revenue})).json()
        await client.patch(f"/api/contacts/{contact}", {"company_id": company["id"]})
        ids.append(id)
    await reprice(post.db, post.ws.id)
    return ids


def shown(rows: list[dict[str, Any]]) -> list[UUID]:
    return [UUID(row["id"]) for row in rows]


async def test_the_preview_of_nothing_is_the_list_itself(client: SignedIn, post: Post, clock: Any) -> None:
    clock.at = clock()
    ids = await customers(client, post, [10_00, 500_00, None])
    await client.post(f"/api/conversations/{ids[0]}/severity", {"value": 3})
    clock.advance(hours=2)
    found = (await client.post("/api/value/preview", {})).json()
    listed = (await client.get("/api/conversations")).json()["items"]
    assert shown(found["before"]) == shown(found["after"]) == shown(listed)
    assert (found["waiting"], found["moved"]) == (3, 0)
    assert [r["price_per_hour_minor"] for r in found["after"]] == [r["price_per_hour_minor"] for r in listed]
    assert [r["reason"] for r in found["after"]] == [r["reason"]["text"] for r in listed]


async def test_another_model_reorders_and_stores_nothing(client: SignedIn, db: Db, post: Post, clock: Any) -> None:
    clock.at = clock()
    known, unknown = await customers(client, post, [150_00, None])
    clock.advance(hours=1)
    body = {"value": {"default_monthly_minor": 900_00}}
    found = (await client.post("/api/value/preview", body, headers={"Idempotency-Key": "once"})).json()
    assert (shown(found["before"]), shown(found["after"])) == ([known, unknown], [unknown, known])
    assert [(r["was"], r["price_assumed"]) for r in found["after"]] == [(2, True), (1, False)]
    assert found["moved"] == 2
    assert shown((await client.get("/api/conversations")).json()["items"]) == [known, unknown]
    assert (await client.get("/api/value")).json()["value"]["default_monthly_minor"] == 100_00
    assert await db.all(str, "SELECT key FROM idempotency_keys WHERE workspace_id = $1", post.ws.id) == []


async def test_what_was_previewed_is_what_comes(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Post, clock: Any
) -> None:
    """Patience, topic, severity and stake at once: saved, the list stands as it was shown."""
    clock.at = clock()
    ids = await customers(client, post, [100_00, 120_00, 140_00, None])
    topic = (await client.post("/api/topics", {"name": "Refunds"})).json()["id"]
    await client.post(f"/api/conversations/{ids[0]}/topic", {"topic_id": topic})
    await client.post(f"/api/conversations/{ids[1]}/severity", {"value": 0})
    clock.advance(minutes=30)
    body = {
        "value": {"severity_weights": [3, 1, 2.5, 5], "clock_share": 0.5, "default_monthly_minor": 90_00},
        "channels": [{"account_id": workspace.account_id, "patience_s": 3600.0 * 20}],
        "topics": [{"topic_id": topic, "handle_s": 7200.0}],
    }
    tried = (await client.post("/api/value/preview", body)).json()
    saved = await client.put("/api/value", body)
    assert saved.status_code == 200, saved.text
    view = saved.json()
    assert view["channels"][0]["patience_s"] == 72_000
    assert (view["channels"][0]["source"], view["sources"]["clock_share"], view["sources"]["months"]) == (
        "yours", "yours", "assumption",
    )  # fmt: skip
    assert view["topics"] == [{"topic_id": topic, "name": "Refunds", "handle_s": 7200.0, "learned_handle_s": None}]
    await reprice(db, workspace.id)
    listed = (await client.get("/api/conversations")).json()["items"]
    assert shown(listed) == shown(tried["after"]) != shown(tried["before"])
    assert [r["price_per_hour_minor"] for r in listed] == [r["price_per_hour_minor"] for r in tried["after"]]


async def test_every_eighth_row_of_the_preview_is_reserved(client: SignedIn, post: Post, clock: Any) -> None:
    clock.at = clock()
    ids = await customers(client, post, [1_00] + [500_00] * 9)
    clock.advance(hours=10)
    found = (await client.post("/api/value/preview", {"value": {"reserved_every": 2}})).json()
    places = [(UUID(r["id"]), r["reserved"]) for r in found["after"]]
    assert places[1] == (ids[0], True), "all are over their limit; the first has waited longest"
    assert [reserved for _, reserved in places] == [False, True] * 5


async def test_a_candidate_that_cannot_be_is_refused(client: SignedIn, stranger_client: SignedIn) -> None:
    impossible = {"value": {"leave_once": 0.9, "leave_slowly": 0.9}}
    foreign = (await stranger_client.post("/api/topics", {"name": "Theirs"})).json()["id"]
    unknown = {"topics": [{"topic_id": foreign, "handle_s": 60.0}]}
    for body, code in ((impossible, "bad_value"), (unknown, "unknown_reference")):
        assert (await client.post("/api/value/preview", body)).json()["code"] == code
        assert (await client.put("/api/value", body)).json()["code"] == code
    typo = await client.post("/api/value/preview", {"value": {"monthly": 3}})
    assert typo.status_code == 400


async def test_every_number_has_a_source(client: SignedIn) -> None:
    view = (await client.get("/api/value")).json()
    numbers = set(ValueSettings.__struct_fields__) - {"version", "curve"}
    assert set(view["sources"]) == numbers
    assert view["value"] == view["defaults"]
    assert view["channels"][0]["source"] == "sourced"
