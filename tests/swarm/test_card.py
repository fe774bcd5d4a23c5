"""The context card holds what the journal knows."""

from typing import Any

from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db


async def test_customer_facts_what_was_tried_and_what_is_asked(
    client: SignedIn, db: Db, post: Post, workspace: TestWorkspace
) -> None:
    mate, _ = await workspace.agent(name="Cleo")
    got = await post.mail("My parcel 4711 is gone.\nPlease look.", subject="Parcel 4711")
    id = got.conversation_id
    await _enrich(db, client, str(id))
    await post.reply(id, "We have asked the carrier.")
    await client.post(f"/api/conversations/{id}/notes", {"text": "The carrier does not answer."})
    await client.post(f"/api/conversations/{id}/assign", {"assignee_id": mate.agent_id})
    await post.mail("It is still not here.", to=id)
    body = {"question": "Who knows this carrier?", "agent_ids": [mate.agent_id]}
    card = (await client.post(f"/api/conversations/{id}/help", body)).json()
    row = card["conversation"]
    assert (row["subject"], row["contact"]["name"]) == ("Parcel 4711", "Anna Kim")
    assert row["waiting_since"] is not None
    assert row["price_per_hour_minor"] is not None
    assert (card["monthly_minor"], card["currency"], card["vip"]) == (90_000, "EUR", True)
    assert (card["wrote"], card["last_wrote"]) == ("My parcel 4711 is gone. Please look.", "It is still not here.")
    facts = {(f["source"], f["key"]): f["value"] for f in card["facts"]}
    assert facts["contact", "address"] == "anna@shop.example"
    assert facts["company", "plan"] == "Gold"
    assert facts["contact_attributes", "shoe size"] == 38
    assert facts["conversation_attributes", "order"] == "4711"
    assert [(s["kind"], s["text"]) for s in card["tried"]] == [
        ("reply", "We have asked the carrier."), ("note", "The carrier does not answer."), ("handover", ""),
    ]  # fmt: skip
    assert card["tried"][2]["assignee_after"] == mate.agent_id
    assert [a["question"] for a in card["asked"]] == ["Who knows this carrier?"]


async def _enrich(db: Db, client: SignedIn, id: str) -> None:
    company = (await client.post("/api/companies", {
        "name": f"Shop {id}", "value_minor": 90_000, "currency": "EUR", "plan": "Gold", "vip": True,
    })).json()  # fmt: skip
    contact = (await client.get(f"/api/conversations/{id}")).json()["contact"]["id"]
    assert (await client.patch(f"/api/contacts/{contact}", {"company_id": company["id"]})).status_code == 200
    await db.run("UPDATE contacts SET attributes = $2 WHERE id = $1::uuid", contact, {"shoe size": 38})
    await db.run("UPDATE conversations SET attributes = $2 WHERE id = $1::uuid", id, {"order": "4711"})


async def test_who_may_not_read_contacts_sees_no_facts(
    client: SignedIn, db: Db, post: Post, workspace: TestWorkspace
) -> None:
    id = (await post.mail()).conversation_id
    assert (await client.get(f"/api/conversations/{id}/help")).json()["facts"]
    permissions = ["conversations.read"]
    _, token = await workspace.agent(name="Reader")
    await db.run(
        "UPDATE api_tokens SET scopes = $2 WHERE workspace_id = $1 AND agent_id = (SELECT max(id) FROM agents WHERE workspace_id = $1)",
        workspace.id, permissions,
    )  # fmt: skip
    narrow = SignedIn(client.http, token)
    card: Any = (await narrow.get(f"/api/conversations/{id}/help")).json()
    assert (card["facts"], card["can"]) == ([], [])
