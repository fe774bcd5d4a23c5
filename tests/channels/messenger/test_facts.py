"""What a visitor does on the site reaches the team, as far as the messenger's settings and the browser allow."""

import asyncio
import json
import re
import typing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from litestar import Litestar
from tests.channels.messenger.conftest import TestMessenger
from tests.channels.messenger.sockets import open_live, serving
from tests.channels.messenger.test_threads import conversations
from tests.support.workspace import SignedIn

from hark.channels.messenger.types import NewFact
from hark.core.db import Db

LANDED = {
    "kind": "landed",
    "url": "https://shop.example/?a=1#top",
    "title": "Shop",
    "data": {"referrer": "https://search.example/"},
}
OPENED = {"kind": "opened"}
CART = {"kind": "event", "name": "cart", "data": {"items": 2}}


async def written(db: Db, messenger: TestMessenger, count: int) -> list[dict[str, Any]]:
    """The facts of the messenger in order of kind, once there are so many; by COPY a moment later."""
    for _ in range(100):
        rows = await db.all(
            str,
            "SELECT jsonb_build_object('kind', f.kind, 'data', f.data, 'referrer', v.referrer, 'landing', v.landing)::text"
            " FROM visit_facts f JOIN visits v ON v.workspace_id = f.workspace_id AND v.id = f.visit_id"
            " WHERE v.account_id = $1 AND v.workspace_id = (SELECT workspace_id FROM channel_accounts WHERE address = $2)"
            " ORDER BY f.kind",
            messenger.id, messenger.key,
        )  # fmt: skip
        if len(rows) >= count:
            break
        await asyncio.sleep(0.05)
    return [json.loads(row) for row in rows]


async def test_what_was_done_before_writing_stands_beside_the_conversation(
    db: Db, messenger: TestMessenger, client: SignedIn
) -> None:
    visitor = await messenger.visitor()
    visit = str(uuid4())
    answer = await visitor.post("track", {"visit": visit, "facts": [LANDED, OPENED, CART]})
    assert answer.status_code == 202
    id = str(uuid4())
    thread = (await visitor.write("Do you ship?", id=id))["thread_id"]
    await visitor.write("Do you ship?", id=id, thread=thread)  # again: it was sent once
    await written(db, messenger, 4)
    (conversation,) = await conversations(client)
    seen = (await client.get(f"/api/conversations/{conversation['id']}/visitor")).json()
    assert [(v["id"], v["landing"], v["referrer"]) for v in seen["visits"]] == [
        (visit, "https://shop.example/?a=1", "https://search.example/")
    ]
    assert sorted(f["kind"] for f in seen["timeline"]) == ["event", "landed", "opened", "sent"]
    (event,) = [f for f in seen["timeline"] if f["kind"] == "event"]
    assert event["data"] == {"name": "cart", "data": {"items": 2}}


@pytest.mark.parametrize(
    ("collect", "kept"),
    [
        ({"pages": False}, [3, 5, 7]),
        ({"events": False}, [1]),
        ({"pages": False, "events": False}, []),
        ({}, [1, 3, 5, 7]),
    ],
)
async def test_only_what_the_setting_allows_is_kept(
    db: Db, messenger: TestMessenger, collect: dict[str, bool], kept: list[int]
) -> None:
    await messenger.change(collect=collect)
    visitor = await messenger.visitor()
    await visitor.post("track", {"facts": [LANDED, OPENED, CART]})
    await visitor.write("Hello")
    rows = await written(db, messenger, len(kept))
    assert [row["kind"] for row in rows] == kept


@pytest.mark.parametrize("respected", [True, False])
async def test_nothing_is_kept_of_a_browser_that_asks_not_to(
    db: Db, app: Litestar, messenger: TestMessenger, respected: bool
) -> None:
    await messenger.change(collect={"respect_dnt": respected})
    visitor = await messenger.visitor(quiet=True)
    loud = await messenger.visitor()
    async with serving(app) as host:
        live = await open_live(host, messenger.key, visitor.token, visit=str(uuid4()))
        await live.next(type="hello")
        await live.say(type="facts", items=[LANDED, CART])
        await live.settle()
        await live.close()
    await visitor.post("track", {"facts": [LANDED, OPENED, CART]})
    await visitor.write("Hello")
    await loud.post("track", {"facts": [{"kind": "search"}]})  # the last to be written
    rows = await written(db, messenger, 1 if respected else 7)
    assert [row["kind"] for row in rows] == ([8] if respected else [1, 1, 3, 5, 7, 7, 8])


def test_the_widget_tells_only_what_the_server_takes() -> None:
    """One kind that is not taken, and all facts that were told with it are lost."""
    protocol = (Path(__file__).parents[3] / "web" / "widget" / "app" / "protocol.ts").read_text()
    declared = re.search(r"export type Fact = \{(.*?)\n  at:", protocol, re.S)
    assert declared is not None
    told = set(re.findall(r"'(\w+)'", declared[1]))
    assert told == set(typing.get_args(typing.get_type_hints(NewFact)["kind"]))
