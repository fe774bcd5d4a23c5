"""Messages are read as they come: what is known is set, what a person or a rule has set stays, a click corrects."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.conversations.actions import resolve, set_topic
from hark.core.actor import ActorKind, system
from hark.core.db import Db
from hark.journey.types import Status
from hark.understanding.labels import gather
from hark.understanding.types import Task

Consume = Callable[[], Awaitable[None]]


async def readings(client: SignedIn, id: UUID) -> list[Any]:
    answer = await client.get(f"/api/conversations/{id}/understanding")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def guess(reading: Any, task: str) -> Any:
    return next(g for g in reading["guesses"] if g["task"] == task)


async def test_without_any_training_the_rules_read(client: SignedIn, post: Post, consume: Consume) -> None:
    mail = await post.mail("I was charged twice, I want to talk to a person!")
    await consume()
    [reading] = await readings(client, mail.conversation_id)
    assert reading["signals"] == ["wants_person", "billing"]
    assert (reading["language"], reading["guesses"], reading["model_id"]) == ("en", [], None)


async def test_a_known_topic_is_set_with_its_reason(
    client: SignedIn, db: Db, post: Post, consume: Consume, trained: dict[str, int]
) -> None:
    mail = await post.mail("Hello, you took the money two times. I would like a refund please", subject="Order")
    await consume()
    assert (await client.get(f"/api/conversations/{mail.conversation_id}")).json()["topic_id"] == trained["Refunds"]
    [reading] = await readings(client, mail.conversation_id)
    topic = guess(reading, "topic")
    assert (topic["value"], topic["label"], topic["state"], topic["known"]) == (
        trained["Refunds"],
        "Refunds",
        "set",
        True,
    )
    assert "refund" in " ".join(topic["because"])
    by = await db.one(int, "SELECT actor_kind FROM events WHERE workspace_id = $1 AND kind = 170", post.ws.id)
    assert by == ActorKind.CLASSIFIER


async def test_what_is_not_known_sets_nothing(
    client: SignedIn, post: Post, consume: Consume, trained: dict[str, int]
) -> None:
    mail = await post.mail("What is the capital of Australia?", subject="Question")
    await consume()
    assert (await client.get(f"/api/conversations/{mail.conversation_id}")).json()["topic_id"] is None
    assert guess((await readings(client, mail.conversation_id))[0], "topic")["known"] is False


async def test_a_person_is_never_overridden(
    client: SignedIn, db: Db, post: Post, consume: Consume, trained: dict[str, int]
) -> None:
    chosen = await post.mail("Please refund me", sender="a@shop.example")
    cleared = await post.mail("Please refund me", sender="b@shop.example")
    for id, topic in ((chosen.conversation_id, trained["Login"]), (cleared.conversation_id, trained["Login"])):
        await client.post(f"/api/conversations/{id}/topic", {"topic_id": topic})
    await client.post(f"/api/conversations/{cleared.conversation_id}/topic", {"topic_id": None})
    by_rule = await post.mail("Please refund me", sender="c@shop.example")
    async with db.transaction(system(post.ws.id, ActorKind.RULE, 1)) as tx:
        await set_topic(tx, by_rule.conversation_id, trained["Delivery"])
    await consume()
    found = [
        (await client.get(f"/api/conversations/{mail.conversation_id}")).json()["topic_id"]
        for mail in (chosen, cleared, by_rule)
    ]
    assert found == [trained["Login"], None, trained["Delivery"]]


async def test_a_click_corrects_and_is_learned_from(
    client: SignedIn, db: Db, post: Post, consume: Consume, trained: dict[str, int], workspace: TestWorkspace
) -> None:
    mail = await post.mail("My money back please, a refund")
    await consume()
    answer = await client.post(
        f"/api/messages/{mail.message_id}/understanding", {"task": "topic", "value": trained["Delivery"]}
    )
    assert answer.status_code == 200, answer.text
    topic = guess(answer.json()["items"][0], "topic")
    assert (topic["state"], topic["corrected_to"]) == ("corrected", trained["Delivery"])
    assert (await client.get(f"/api/conversations/{mail.conversation_id}")).json()["topic_id"] == trained["Delivery"]
    gathered = await gather(db, workspace.id)
    assert [label.value for label in gathered.order.labels[Task.TOPIC]] == [trained["Delivery"]]
    assert (await client.get("/api/understanding")).json()["agreement"] == [{"task": "topic", "set": 1, "changed": 1}]


async def test_a_click_takes_it_back(
    client: SignedIn, db: Db, post: Post, consume: Consume, trained: dict[str, int], workspace: TestWorkspace
) -> None:
    mail = await post.mail("My money back please, a refund")
    await consume()
    answer = await client.post(f"/api/messages/{mail.message_id}/understanding", {"task": "topic", "undo": True})
    assert guess(answer.json()["items"][0], "topic")["state"] == "undone"
    assert (await client.get(f"/api/conversations/{mail.conversation_id}")).json()["topic_id"] is None
    assert (await gather(db, workspace.id)).order.labels[Task.TOPIC] == []
    nothing = await client.post(f"/api/messages/{mail.message_id}/understanding", {"task": "sentiment", "undo": True})
    assert (nothing.status_code, nothing.json()["code"]) == (400, "nothing_set")


async def test_thanks_after_a_resolve_start_no_wait_and_a_click_says_otherwise(
    client: SignedIn, db: Db, post: Post, consume: Consume, workspace: TestWorkspace
) -> None:
    mail = await post.mail("Where is my parcel?")
    await post.reply(mail.conversation_id)
    async with db.transaction(system(workspace.id)) as tx:
        await resolve(tx, mail.conversation_id)
    thanks = await post.mail("Thank you so much, have a nice day!", to=mail.conversation_id)
    assert (await client.get(f"/api/conversations/{mail.conversation_id}")).json()["status"] == Status.OPEN
    await consume()
    assert (await client.get(f"/api/conversations/{mail.conversation_id}")).json()["status"] == Status.RESOLVED
    waits = "SELECT count(*)::int FROM waits WHERE workspace_id = $1 AND closed_at IS NULL"
    assert await db.one(int, waits, workspace.id) == 0
    assert guess((await readings(client, mail.conversation_id))[0], "needs_answer")["state"] == "set"
    answer = await client.post(
        f"/api/messages/{thanks.message_id}/understanding", {"task": "needs_answer", "undo": True}
    )
    assert answer.status_code == 200, answer.text
    assert await db.one(int, waits, workspace.id) == 1
    labels = (await gather(db, workspace.id)).order.labels[Task.NEEDS_ANSWER]
    assert [label.value for label in labels if "nice day" in label.text] == [1]


async def test_a_first_message_of_thanks_waits_for_an_answer(
    client: SignedIn, db: Db, post: Post, consume: Consume, workspace: TestWorkspace
) -> None:
    await post.mail("Thank you so much!")
    await consume()
    assert (
        await db.one(int, "SELECT count(*)::int FROM waits WHERE workspace_id = $1 AND closed_at IS NULL", workspace.id)
        == 1
    )


async def test_only_those_who_see_the_conversation_read_and_correct(
    client: SignedIn, stranger_client: SignedIn, post: Post, consume: Consume
) -> None:
    mail = await post.mail("Please refund me")
    await consume()
    assert (await stranger_client.get(f"/api/conversations/{mail.conversation_id}/understanding")).status_code == 404
    refused = await stranger_client.post(
        f"/api/messages/{mail.message_id}/understanding", {"task": "severity", "value": 2}
    )
    assert refused.status_code == 404
    wrong = await client.post(f"/api/messages/{mail.message_id}/understanding", {"task": "severity", "value": 9})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "unknown_value")
