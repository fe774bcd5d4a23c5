"""A rule starts a bot and takes a conversation back from it; never against a person."""

from collections.abc import Awaitable, Callable
from typing import Any

from tests.bots.conftest import Publish, publish, start, work
from tests.support.workspace import SignedIn, TestWorkspace

from hark.automation.jobs import CONSUMER
from hark.core.db import Db
from hark.core.journal import run_once

__all__ = ["publish", "work"]
ASK = {
    "type": "ask",
    "id": "a",
    "kind": "text",
    "text": {"en": "Which order?"},
    "attribute": "conversation.order",
    "next": None,
}


async def run(db: Db, ws: int) -> None:
    while await run_once(db, CONSUMER, ws):
        pass


async def stage(client: SignedIn, id: Any) -> str:
    return str((await client.get(f"/api/conversations/{id}")).json()["stage"])


async def test_a_rule_starts_a_bot_and_takes_it_back(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Any, publish: Publish, work: Callable[[], Awaitable[None]]
) -> None:
    bot = await publish(start("a", type="keyword", words=["never said"]), ASK)
    begins = {"name": "Begin", "on": "message_received", "actions": [{"type": "start_bot", "bot_id": bot["id"]}]}
    asks = {"field": "message.text", "op": "has_any_word", "value": ["boss"]}
    ends = {
        "name": "End",
        "on": "message_received",
        "condition": asks,
        "actions": [{"type": "hand_over"}],
        "position": 1,
    }
    made = (await client.post("/api/rules", begins)).json()
    assert (await client.post("/api/rules", ends)).status_code == 200
    id = (await post.mail("Where is it?")).conversation_id
    await run(db, workspace.id)
    await work()
    assert await stage(client, id) == "bot"
    assert await db.one(int, "SELECT count(*)::int FROM outbox WHERE workspace_id = $1", workspace.id) == 1
    await post.mail("I want your boss", to=id)
    await run(db, workspace.id)
    assert await stage(client, id) == "queue"
    runs = (await client.get(f"/api/rules/{made['id']}/runs")).json()["items"]
    assert [(one["outcome"], one["did"], one["problem"]) for one in runs] == [
        ("unchanged", [], "The bot did not start. A bot has the conversation already."),
        ("changed", ["start_bot"], None),
    ]


async def test_no_bot_stands_between_a_customer_and_a_person(
    client: SignedIn, db: Db, workspace: TestWorkspace, post: Any, publish: Publish
) -> None:
    bot = await publish(start("a", type="keyword", words=["never said"]), ASK)
    begins = {"name": "Begin", "on": "message_received", "actions": [{"type": "start_bot", "bot_id": bot["id"]}]}
    made = (await client.post("/api/rules", begins)).json()
    id = (await post.mail("I want to talk to a human, please!")).conversation_id
    await run(db, workspace.id)
    assert await stage(client, id) == "queue"
    [one] = (await client.get(f"/api/rules/{made['id']}/runs")).json()["items"]
    assert one["problem"] == "The bot did not start. The customer is to talk to a person."
