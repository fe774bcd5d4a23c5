"""Articles in the messenger: who finds what, who does without, and what is kept of it."""

import asyncio
from typing import Any

import pytest_asyncio
from tests.channels.messenger.conftest import TestMessenger
from tests.channels.messenger.test_identity import signed
from tests.support.public_help import Help, make_help
from tests.support.workspace import TestWorkspace

from hark.core.db import Db


@pytest_asyncio.fixture
async def shop(db: Db, workspace: TestWorkspace, messenger: TestMessenger) -> Help:
    """A help centre that the messenger shows."""
    shop = await make_help(db, workspace)
    await shop.settings(messenger_id=messenger.id)
    return shop


async def titles(visitor: Any, query: str, language: str = "en") -> list[str]:
    answer = await visitor.get(f"articles?q={query}&language={language}")
    assert answer.status_code == 200, answer.text
    return [item["title"] for item in answer.json()["items"]]


async def test_an_article_is_found_while_it_is_typed_and_read_in_place(messenger: TestMessenger, shop: Help) -> None:
    booted = await messenger.http.post(f"/api/messenger/{messenger.key}/boot", json={})
    assert booted.json()["inbox"]["articles"] == "shown"
    visitor = await messenger.visitor()
    assert await titles(visitor, "sending some") == ["Sending something back"]
    assert await titles(visitor, "반품", "ko-KR") == ["반품하기"]
    read = (await visitor.get(f"articles/{shop.articles['returns']}?language=en-GB")).json()
    assert "Open your order." in read["html"]
    assert f'data-article="{shop.articles["delivery"]}"' in read["html"]
    assert read["url"].endswith(f"/help/{shop.slug}/en/articles/sending-something-back")
    assert "How we pack" not in await titles(visitor, "how we pack")  # only for the team
    assert (await visitor.get(f"articles/{shop.articles['secret']}")).status_code == 404


async def test_a_segment_finds_its_own_when_it_is_proven(messenger: TestMessenger, shop: Help) -> None:
    await shop.article(
        "vip", "Lounge access", "Show your card at the lounge.", visibility="segment",
        condition={"field": "vip", "op": "is", "value": True},
    )  # fmt: skip
    anybody = await messenger.visitor()
    assert await titles(anybody, "lounge access") == []
    known = await messenger.visitor(jwt=signed(await messenger.secret(), name="Carla", email="carla@shop.example"))
    assert await titles(known, "lounge access") == []  # proven, but not in the segment
    await shop.db.run("UPDATE contacts SET vip = true WHERE workspace_id = $1", shop.workspace.id)
    assert await titles(known, "lounge access") == ["Lounge access"]


async def test_the_held_out_do_without(messenger: TestMessenger, shop: Help) -> None:
    await shop.settings(holdout_percent=20)
    seen = {"held": 0, "compared": 0}
    for _ in range(40):
        visitor = await messenger.visitor()
        share = (await visitor.boot()).json()["inbox"]["articles"]
        seen[share] += 1
        if seen[share] == 1:
            assert await titles(visitor, "sending something") == (
                ["Sending something back"] if share == "compared" else []
            )
            read = await visitor.get(f"articles/{shop.articles['returns']}")
            assert read.status_code == (200 if share == "compared" else 404)
    assert seen["held"] > 0
    assert seen["compared"] > seen["held"]


async def test_a_messenger_without_a_help_centre_has_none(messenger: TestMessenger) -> None:
    visitor = await messenger.visitor()
    assert (await visitor.boot()).json()["inbox"]["articles"] == "none"
    assert await titles(visitor, "anything") == []


async def test_what_was_read_stands_beside_the_conversation(messenger: TestMessenger, shop: Help, db: Db) -> None:
    visitor = await messenger.visitor()
    returns = shop.articles["returns"]
    facts = [
        {"kind": "search", "data": {"query": "send back", "results": 1, "language": "en", "strange": "x"}},
        {"kind": "article", "data": {"article_id": returns, "language": "en"}},
        {"kind": "not_helped", "data": {"article_id": returns, "language": "en"}},
        {"kind": "article", "data": {"article_id": "no number"}},
    ]
    assert (await visitor.request("POST", "track", json={"facts": facts})).status_code == 202
    thread = "0198c0de-0000-7000-8000-000000000001"
    posted = await visitor.request("POST", f"threads/{thread}/messages", json={"id": thread, "text": "Hello?"})
    assert posted.status_code == 200, posted.text
    conversation = await db.one(
        str,
        "SELECT conversation_id::text FROM endpoints WHERE workspace_id = $1 AND id = $2::uuid",
        shop.workspace.id,
        thread,
    )
    kept: list[tuple[str, Any, Any]] = []
    for _ in range(50):
        seen = (await messenger.client.get(f"/api/conversations/{conversation}/visitor")).json()["timeline"]
        kept = [(f["kind"], f["data"].get("query"), f["data"].get("title")) for f in seen]
        if len(kept) >= 5:
            break
        await asyncio.sleep(0.05)
    assert ("search", "send back", None) in kept
    assert ("not_helped", None, "Sending something back") in kept
    assert not any("strange" in f["data"] for f in seen)
