"""Asking for help over HTTP: who is asked, what they see, and what happens when they answer."""

from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest_asyncio
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.conversations.live import hydrate, render
from hark.core.actor import Actor, Scope
from hark.core.db import Db
from hark.core.journal import head, read


class Mate(msgspec.Struct):
    """A colleague whose role reaches only what is assigned to them."""

    actor: Actor
    client: SignedIn

    @property
    def id(self) -> int:
        assert self.actor.agent_id is not None
        return self.actor.agent_id


async def mate(db: Db, http: httpx.AsyncClient, ws: TestWorkspace, name: str, scope: Scope = Scope.OWN) -> Mate:
    actor, token = await ws.agent(name=name)
    permissions = sorted(actor.permissions)
    await db.run(
        "WITH r AS (INSERT INTO roles (workspace_id, name, permissions, scope) VALUES ($1, $3, $4, $5) RETURNING id)"
        " UPDATE agents SET role_id = r.id FROM r WHERE workspace_id = $1 AND agents.id = $2",
        ws.id, actor.agent_id, f"{name} {actor.agent_id}", permissions, scope,
    )  # fmt: skip
    return Mate(msgspec.structs.replace(actor, scope=scope), SignedIn(http, token))


@pytest_asyncio.fixture
async def cleo(db: Db, http: httpx.AsyncClient, workspace: TestWorkspace) -> Mate:
    return await mate(db, http, workspace, "Cleo")


@pytest_asyncio.fixture
async def dan(db: Db, http: httpx.AsyncClient, workspace: TestWorkspace) -> Mate:
    return await mate(db, http, workspace, "Dan")


async def ask(client: SignedIn, id: UUID, people: list[int], **more: Any) -> Any:
    body = {"question": "Which carrier loses these?", "agent_ids": people, **more}
    answer = await client.post(f"/api/conversations/{id}/help", body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def items(client: SignedIn, path: str) -> list[Any]:
    answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


async def test_who_is_asked_sees_the_conversation_joins_and_writes(client: SignedIn, post: Post, cleo: Mate) -> None:
    id = (await post.mail()).conversation_id
    address = f"/api/conversations/{id}"
    assert (await cleo.client.get(address)).status_code == 404
    await ask(client, id, [cleo.id])
    (invitation,) = await items(cleo.client, "/api/help/invitations")
    assert (invitation["question"], invitation["conversation"]["id"]) == ("Which carrier loses these?", str(id))
    card = (await cleo.client.get(f"{address}/help")).json()
    assert (card["mine"], "accept" in card["can"]) == ("invited", True)
    card = (await cleo.client.post(f"{address}/help/accept")).json()
    assert (card["mine"], [p["state"] for p in card["participants"]]) == ("joined", ["joined"])
    assert await items(cleo.client, "/api/help/invitations") == []
    noted = await cleo.client.post(f"{address}/notes", {"text": "It is always the night courier."})
    assert noted.status_code == 200, noted.text
    assert noted.json()["participants"] == [{"agent_id": cleo.id, "state": "joined"}]
    helping = await items(cleo.client, "/api/conversations?filter=helping")
    assert [row["id"] for row in helping] == [str(id)]
    assert [row["id"] for row in await items(cleo.client, "/api/conversations")] == [str(id)]
    hits = (await cleo.client.get("/api/search?q=courier")).json()["items"]
    assert [hit["conversation"]["id"] for hit in hits] == [str(id)]


async def test_the_question_is_a_note_and_the_journal_holds_no_words(
    client: SignedIn, db: Db, post: Post, workspace: TestWorkspace, cleo: Mate
) -> None:
    id = (await post.mail()).conversation_id
    await ask(client, id, [cleo.id])
    thread = (await client.get(f"/api/conversations/{id}/thread")).json()["items"]
    note = next(item for item in thread if item.get("kind") == "note")
    assert (note["visible_text"], note["mentions"]) == ("Which carrier loses these?", [cleo.id])
    asked = next(item for item in thread if item["kind"] == "help_asked")
    assert asked["data"]["agent_ids"] == [cleo.id]
    stored = await db.all(str, "SELECT data::text FROM events WHERE workspace_id = $1", workspace.id)
    assert not any("carrier" in data for data in stored)


async def test_declining_leaving_and_being_taken_out_end_the_reach(
    client: SignedIn, post: Post, cleo: Mate, dan: Mate
) -> None:
    id = (await post.mail()).conversation_id
    address = f"/api/conversations/{id}"
    await ask(client, id, [cleo.id, dan.id])
    assert (await cleo.client.post(f"{address}/help/decline")).status_code == 204
    assert (await cleo.client.get(address)).status_code == 404
    assert (await cleo.client.post(f"{address}/help/accept")).status_code == 404
    await dan.client.post(f"{address}/help/accept")
    refused = await dan.client.post(f"{address}/help/decline")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_joined")
    assert (await dan.client.post(f"{address}/help/leave")).status_code == 204
    assert (await dan.client.get(address)).status_code == 404
    card = await ask(client, id, [dan.id])
    states = {p["agent_id"]: p["state"] for p in card["participants"]}
    assert states == {cleo.id: "declined", dan.id: "invited"}
    ended = await client.post(f"{address}/help/end", {"agent_id": dan.id})
    assert ended.status_code == 200
    assert (await dan.client.get(address)).status_code == 404
    again = await client.post(f"{address}/help/end", {"agent_id": dan.id})
    assert (again.status_code, again.json()["code"]) == (404, "not_invited")


async def test_of_anyone_who_knows_the_first_is_enough(client: SignedIn, post: Post, cleo: Mate, dan: Mate) -> None:
    id = (await post.mail()).conversation_id
    await ask(client, id, [cleo.id, dan.id], anyone=True)
    await dan.client.post(f"/api/conversations/{id}/help/accept")
    assert await items(cleo.client, "/api/help/invitations") == []
    assert (await cleo.client.get(f"/api/conversations/{id}")).status_code == 404


async def test_accepting_twice_changes_nothing(client: SignedIn, db: Db, post: Post, cleo: Mate) -> None:
    id = (await post.mail()).conversation_id
    await ask(client, id, [cleo.id])
    for _ in range(2):
        assert (await cleo.client.post(f"/api/conversations/{id}/help/accept")).status_code == 200
    assert await db.one(int, "SELECT count(*) FROM events WHERE conversation_id = $1 AND kind = 191", id) == 1


async def test_whom_nobody_can_ask(
    client: SignedIn,
    stranger_client: SignedIn,
    post: Post,
    workspace: TestWorkspace,
    stranger: TestWorkspace,
    cleo: Mate,
) -> None:
    id = (await post.mail()).conversation_id
    address = f"/api/conversations/{id}/help"
    for people in ([], [workspace.owner.agent_id], [stranger.owner.agent_id], [10**8]):
        refused = await client.post(address, {"question": "Who?", "agent_ids": people})
        assert (refused.status_code, refused.json()["code"]) in ((400, "nobody_asked"), (400, "unknown_reference"))
    assert (await client.post(address, {"question": "  ", "agent_ids": [cleo.id]})).status_code == 400
    nobody = await client.post(address, {"question": "Who?", "anyone": True})
    assert (nobody.status_code, nobody.json()["code"]) == (409, "nobody_knows")
    assert (await stranger_client.post(address, {"question": "Who?", "agent_ids": [cleo.id]})).status_code == 404
    assert (
        await cleo.client.post(address, {"question": "Who?", "agent_ids": [workspace.owner.agent_id]})
    ).status_code == 404


async def test_the_browser_of_who_is_asked_is_told_and_told_again_when_it_ends(
    client: SignedIn, db: Db, post: Post, workspace: TestWorkspace, cleo: Mate
) -> None:
    id = (await post.mail()).conversation_id
    shown = []
    for verb, body in (("help", {"question": "Who?", "agent_ids": [cleo.id]}), ("help/end", {"agent_id": cleo.id})):
        seq = await head(db, workspace.id)
        await client.post(f"/api/conversations/{id}/{verb}", body)
        events = await read(db, workspace.id, seq)
        found = await hydrate(db, workspace.id, events)
        told = [item for e in events if (item := render(cleo.actor, e, found))]
        shown.append([(item.kind, item.conversation is not None) for item in told])
    assert shown == [[("NoteAdded", True), ("HelpAsked", True)], [("HelpEnded", False)]]


async def test_helpers_go_along_into_the_root_of_a_merge(client: SignedIn, post: Post, cleo: Mate) -> None:
    child, root = [(await post.mail()).conversation_id for _ in range(2)]
    await ask(client, child, [cleo.id])
    await client.post(f"/api/conversations/{child}/merge", {"into": str(root)})
    assert (await cleo.client.get(f"/api/conversations/{root}")).status_code == 200
