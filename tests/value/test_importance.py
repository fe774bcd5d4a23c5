"""Plan, VIP, tenure and a contact's own revenue in the price; what a change of the currency does."""

from typing import Any
from uuid import UUID

from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.core.journal import run_once
from hark.value.actions import CONSUMER


async def reprice(db: Db, ws: int) -> None:
    while await run_once(db, CONSUMER, ws):
        pass


async def value(client: SignedIn, id: UUID) -> tuple[int, bool]:
    row = (await client.get(f"/api/conversations/{id}")).json()
    return row["reason"]["params"]["value_minor"], row["price_assumed"]


async def settings(client: SignedIn, **model: Any) -> Any:
    answer = await client.patch("/api/workspace", {"settings": {"value": model}})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_vip_counts_as_the_workspace_says(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Post
) -> None:
    id = (await post.mail()).conversation_id
    contact = (await client.get(f"/api/conversations/{id}")).json()["contact"]["id"]
    assert (await client.patch(f"/api/contacts/{contact}", {"vip": True})).json()["vip"] is True
    await reprice(db, workspace.id)
    assert await value(client, id) == (1_200_00, True)
    stake = await stored(db, id)
    await settings(client, vip_factor=2)
    await reprice(db, workspace.id)
    assert await value(client, id) == (2_400_00, True)
    assert await stored(db, id) == stake * 2, "what is stored, ordered and shown is one number"


async def stored(db: Db, id: UUID) -> float:
    return await db.one(float, "SELECT stake FROM conversations WHERE id = $1", id)


async def test_revenue_of_a_contact_counts_where_no_company_has_one(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Post
) -> None:
    id = (await post.mail(sender="ada@one.example")).conversation_id
    contact = (await client.get(f"/api/conversations/{id}")).json()["contact"]["id"]
    changed = (await client.patch(f"/api/contacts/{contact}", {"value_minor": 50_00})).json()
    assert (changed["value_minor"], changed["currency"]) == (50_00, "EUR")
    await reprice(db, workspace.id)
    assert await value(client, id) == (600_00, False)
    company = (await client.post("/api/companies", {"name": "One", "plan": "Pro", "vip": True})).json()
    assert (company["plan"], company["vip"]) == ("Pro", True)
    await client.patch(f"/api/contacts/{contact}", {"company_id": company["id"]})
    await reprice(db, workspace.id)
    assert await value(client, id) == (600_00, False), "a company of unknown worth hides nothing"
    await client.patch(f"/api/companies/{company['id']}", {"value_minor": 400_00})
    await reprice(db, workspace.id)
    assert await value(client, id) == (4_800_00, False)
    assert await stored(db, id) == 4_800_00


async def test_a_change_of_currency_converts_or_says_that_it_cannot(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Post
) -> None:
    id = (await post.mail()).conversation_id
    contact = (await client.get(f"/api/conversations/{id}")).json()["contact"]["id"]
    await client.patch(f"/api/contacts/{contact}", {"value_minor": 100_00})
    await reprice(db, workspace.id)
    assert await value(client, id) == (1_200_00, False)
    await client.patch("/api/workspace", {"base_currency": "USD"})
    await reprice(db, workspace.id)
    assert await value(client, id) == (1_200_00, True), "no rate: the default stands in, and is called assumed"
    await settings(client, rates={"EUR": 1.1})
    await reprice(db, workspace.id)
    assert await value(client, id) == (1_300_00, False)
    kept = await db.all(
        str, "SELECT currency::text FROM value_versions WHERE workspace_id = $1 ORDER BY version", workspace.id
    )
    assert kept == ["EUR", "USD", "USD"], "each wait's model tells the currency its price is in"


async def test_more_than_everybody_cannot_leave(client: SignedIn) -> None:
    refused = await client.patch("/api/workspace", {"settings": {"value": {"leave_once": 0.7, "leave_slowly": 0.7}}})
    assert (refused.status_code, refused.json()["code"]) == (400, "bad_value")
