"""Topics: made by admins, set on conversations, and their handle time in price and order."""

from typing import Any
from uuid import UUID

from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.topics.queries import handle_seconds


async def topic(client: SignedIn, name: str, **more: Any) -> Any:
    answer = await client.post("/api/topics", {"name": name, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def put_on(client: SignedIn, conversation: UUID, topic_id: int | None) -> Any:
    answer = await client.post(f"/api/conversations/{conversation}/topic", {"topic_id": topic_id})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_topic_is_made_changed_archived_and_forgotten(client: SignedIn, post: Post) -> None:
    made = await topic(client, " Refunds ", handle_s=900)
    assert (made["name"], made["handle_s"], made["archived"], made["can"]) == ("Refunds", 900, False, ["write"])
    assert (await client.post("/api/topics", {"name": "Refunds"})).json()["code"] == "topic_exists"
    conversation = (await post.mail()).conversation_id
    assert (await put_on(client, conversation, made["id"]))["topic_id"] == made["id"]
    changed = (await client.patch(f"/api/topics/{made['id']}", {"handle_s": None, "archived": True})).json()
    assert (changed["handle_s"], changed["archived"]) == (None, True)
    assert (await client.get(f"/api/conversations/{conversation}")).json()["topic_id"] == made["id"]
    other = (await post.mail()).conversation_id
    refused = await client.post(f"/api/conversations/{other}/topic", {"topic_id": made["id"]})
    assert (refused.status_code, refused.json()["code"]) == (400, "unknown_reference")
    assert (await client.delete(f"/api/topics/{made['id']}")).status_code == 204
    assert (await client.get(f"/api/conversations/{conversation}")).json()["topic_id"] is None
    assert (await client.delete(f"/api/topics/{made['id']}")).status_code == 404


async def test_of_another_workspace_it_does_not_exist(client: SignedIn, stranger_client: SignedIn, post: Post) -> None:
    theirs = await topic(stranger_client, "Theirs")
    conversation = (await post.mail()).conversation_id
    refused = await client.post(f"/api/conversations/{conversation}/topic", {"topic_id": theirs["id"]})
    assert refused.status_code == 400
    assert (await client.patch(f"/api/topics/{theirs['id']}", {"name": "Ours"})).status_code == 404
    assert (await client.get("/api/topics")).json()["items"] == []


async def test_what_people_set_comes_before_what_was_learned(
    client: SignedIn, db: Db, workspace: TestWorkspace
) -> None:
    both, learned, none = [await topic(client, name) for name in ("both", "learned", "none")]
    await db.run("UPDATE topics SET learned_handle_s = 300 WHERE workspace_id = $1 AND name <> 'none'", workspace.id)
    await client.patch(f"/api/topics/{both['id']}", {"handle_s": 1200})
    found = await handle_seconds(db, workspace.id)
    assert found == {None: 600, both["id"]: 1200, learned["id"]: 300, none["id"]: 600}


async def test_the_handle_time_of_the_topic_stands_in_price_and_order(
    client: SignedIn, post: Post, clock: Any
) -> None:
    """A longer job looks further ahead: the order index grows with d, and the list agrees with its rows."""
    clock.at = clock()
    quick, long = await topic(client, "quick", handle_s=60), await topic(client, "long", handle_s=7200)
    ids = [(await post.mail()).conversation_id for _ in range(3)]
    clock.advance(minutes=5)
    await put_on(client, ids[0], quick["id"])
    await put_on(client, ids[1], long["id"])
    listed = (await client.get("/api/conversations")).json()["items"]
    assert [UUID(row["id"]) for row in listed] == [ids[1], ids[2], ids[0]]
    indexes = [row["order_index"] for row in listed]
    assert indexes == sorted(indexes, reverse=True)
    assert indexes[0] > indexes[1] > indexes[2]
    prices = [row["price_per_hour_minor"] for row in listed]
    assert prices[0] > prices[2]
    one = (await client.get(f"/api/conversations/{ids[1]}")).json()
    assert (one["topic_id"], one["order_index"]) == (long["id"], indexes[0])


async def test_a_list_can_ask_for_a_topic(client: SignedIn, post: Post) -> None:
    made = await topic(client, "Refunds")
    ids = [(await post.mail()).conversation_id for _ in range(2)]
    await put_on(client, ids[0], made["id"])
    for value, expected in ((made["id"], ids[0]), (None, ids[1])):
        filter = f'{{"field": "topic", "op": "is", "value": {"null" if value is None else value}}}'
        rows = (await client.get("/api/conversations", params={"filter": filter})).json()["items"]
        assert [UUID(row["id"]) for row in rows] == [expected]
