"""In a team with a reply lock only the assignee answers; anybody who may answer takes over, and the audit says so."""

from typing import Any
from uuid import uuid4

import httpx
import pytest_asyncio
from tests.delivery.conftest import Office
from tests.support.post import Post
from tests.support.workspace import SignedIn

from hark.delivery.types import State


@pytest_asyncio.fixture
async def ben(office: Office, http: httpx.AsyncClient) -> SignedIn:
    """A colleague of the owner, in a team that has the lock."""
    await office.db.run("UPDATE teams SET reply_lock = true WHERE id = $1", office.workspace.team_id)
    actor, token = await office.workspace.agent(name="Ben")
    signed_in = SignedIn(http, token)
    signed_in.id = actor.agent_id  # type: ignore[attr-defined]
    return signed_in


async def take(client: SignedIn, office: Office) -> Any:
    return await client.post(f"/api/conversations/{office.conversation_id}/take-over")


async def test_only_the_assignee_answers(client: Any, office: Office, ben: Any, replies: str) -> None:
    nobodys = await client.post(replies, await office.body())
    assert (nobodys.status_code, nobodys.json()["code"], nobodys.json()["assignee_id"]) == (409, "reply_locked", None)
    assert (await take(ben, office)).json()["assignee_id"] == ben.id
    refused = await client.post(replies, await office.body())
    assert (refused.status_code, refused.json()["code"]) == (409, "reply_locked")
    assert (refused.json()["assignee_id"], refused.json()["assignee_name"]) == (ben.id, "Ben")
    detail = f"/api/conversations/{office.conversation_id}"
    assert [(await c.get(detail)).json()["reply_locked"] for c in (client, ben)] == [True, False]
    assert (await ben.post(replies, await office.body())).status_code == 201


async def test_without_the_lock_everybody_answers(client: Any, office: Office, ben: Any, replies: str) -> None:
    await take(ben, office)
    off = await client.patch(f"/api/teams/{office.workspace.team_id}", {"reply_lock": False})
    assert off.json()["reply_lock"] is False
    assert (await client.post(replies, await office.body())).status_code == 201


async def test_taking_over_is_audited_and_answers_with_the_conversation(client: Any, office: Office, ben: Any) -> None:
    await take(ben, office)
    taken = await take(client, office)
    assert (taken.status_code, taken.json()["reply_locked"]) == (200, False)
    assert taken.json()["assignee_id"] == office.workspace.owner.agent_id
    await take(client, office)
    rows = await office.db.pool.fetch(
        "SELECT actor_id, data FROM audit_log WHERE workspace_id = $1 AND action = 'conversation.taken_over' ORDER BY id",
        office.workspace.id,
    )
    assert [(r["actor_id"], r["data"]) for r in rows] == [
        (ben.id, {"from": None}), (office.workspace.owner.agent_id, {"from": ben.id})
    ]  # fmt: skip


async def test_a_reply_on_its_way_stops_when_somebody_takes_over(
    client: Any, office: Office, ben: Any, replies: str
) -> None:
    await take(client, office)
    id = (await client.post(replies, await office.body())).json()["id"]
    await take(ben, office)
    await office.leave()
    assert office.sink.mails == []
    assert await office.states() == [State.FAILED]
    row = (await client.get(f"/api/outbox/{id}")).json()
    assert "only the assignee answers, Ben" in row["error"]
    assert any("was not sent" in note for note in await office.notes())
    again = await client.post(f"/api/outbox/{id}/retry", {})
    assert (again.status_code, again.json()["code"]) == (409, "reply_locked")
    await take(client, office)
    assert (await client.post(f"/api/outbox/{id}/retry", {})).status_code == 200
    await office.run()
    assert len(office.sink.mails) == 1


async def test_a_chat_is_locked_too(client: Any, office: Office, ben: Any) -> None:
    line = await Post(office.db, office.workspace).chat()
    body = {"id": str(uuid4()), "text": "Hi", "seen_seq": line.seq}
    refused = await client.post(f"/api/conversations/{line.conversation_id}/replies", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "reply_locked")


async def test_taking_over_needs_a_visible_conversation(stranger_client: Any, office: Office) -> None:
    assert (await take(stranger_client, office)).status_code == 404
