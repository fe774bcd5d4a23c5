"""A visitor writes and reads; the team sees it and answers."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.channels.messenger.conftest import TestMessenger
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.journey.types import Merged


async def conversations(client: SignedIn) -> list[dict]:
    return (await client.get("/api/conversations")).json()["items"]


async def answer(client: SignedIn, conversation: dict, text: str, **more: Any) -> dict:
    detail = (await client.get(f"/api/conversations/{conversation['id']}")).json()
    body = {"id": str(uuid4()), "text": text, "to": [], "seen_seq": detail["seq"], **more}
    sent = await client.post(f"/api/conversations/{conversation['id']}/replies", body)
    assert sent.status_code in (200, 201), sent.text
    return sent.json()


async def test_a_chat_goes_both_ways(messenger: TestMessenger, client: SignedIn) -> None:
    visitor = await messenger.visitor(language="en", time_zone="Europe/Rome")
    posted = await visitor.write("Hello, <b>is</b> anybody there?")
    assert posted["message"]["from"] == "you"
    assert posted["message"]["text"] == "Hello, <b>is</b> anybody there?"
    assert posted["thread"]["closed"] is False
    (conversation,) = await conversations(client)
    assert conversation["channel"] == "messenger"
    await answer(client, conversation, "Yes, how can I help?")
    assert await visitor.texts(posted["thread_id"]) == [
        ("you", "Hello, <b>is</b> anybody there?"),
        ("team", "Yes, how can I help?"),
    ]
    (thread,) = (await visitor.get("threads")).json()["threads"]
    assert (thread["unread"], thread["subject_preview"]) == (1, "Yes, how can I help?")
    read = await visitor.post(f"threads/{thread['id']}/read", {"seq": thread["seq"]})
    assert read.status_code == 204
    assert (await visitor.get("threads")).json()["unread"] == 0


def test_the_statements_name_the_event_of_a_merge() -> None:
    """Written out in SQL, for the partial index `events_merged`."""
    assert Merged.kind == 12


async def test_the_same_message_is_one_however_often_it_is_sent(
    messenger: TestMessenger, client: SignedIn, db: Db, workspace: TestWorkspace
) -> None:
    visitor = await messenger.visitor()
    thread, id = str(uuid4()), str(uuid4())
    answers = await asyncio.gather(*(visitor.write("Hello?", thread=thread, id=id) for _ in range(5)))
    assert all(a["message"] == answers[0]["message"] for a in answers)
    elsewhere = await visitor.write("Something else", thread=str(uuid4()), id=id)
    assert elsewhere["message"] == answers[0]["message"]
    assert elsewhere["thread"]["id"] == thread
    assert await visitor.texts(thread) == [("you", "Hello?")]
    assert len(await conversations(client)) == 1
    (item,) = (await client.get("/api/intake")).json()["items"]
    assert (item["source"], item["fate"], item["external_id"]) == ("messenger", "new", id)
    assert (item["message_id"], item["raw"], item["can"]) == (id, False, [])
    await visitor.write("And?", thread=thread)
    fates = await db.all(int, "SELECT fate FROM intake_items WHERE workspace_id = $1 ORDER BY id", workspace.id)
    assert fates == [1, 2]


async def test_messages_that_race_begin_one_thread(messenger: TestMessenger, client: SignedIn) -> None:
    visitor = await messenger.visitor()
    thread = str(uuid4())
    await asyncio.gather(*(visitor.write(str(n), thread=thread) for n in range(6)))
    assert sorted(text for _, text in await visitor.texts(thread)) == [str(n) for n in range(6)]
    assert len(await conversations(client)) == 1


async def test_a_refused_post_leaves_nothing_behind(messenger: TestMessenger, client: SignedIn) -> None:
    visitor = await messenger.visitor()
    id = str(uuid4())
    refused = await visitor.post(
        f"threads/{uuid4()}/messages", {"id": id, "text": "a", "attachment_ids": [str(uuid4())]}
    )
    assert refused.status_code == 404
    assert await conversations(client) == []
    await visitor.write("Then without the file", id=id)


async def test_pages_of_a_thread(messenger: TestMessenger) -> None:
    visitor = await messenger.visitor()
    thread = str(uuid4())
    for n in range(5):
        await visitor.write(str(n), thread=thread)
    seen: list[str] = []
    after = 0
    while page := (await visitor.get(f"threads/{thread}?after={after}&limit=2")).json()["messages"]:
        assert len(page) <= 2
        seen += [m["text"] for m in page]
        after = page[-1]["seq"]
    assert seen == ["0", "1", "2", "3", "4"]
    for wrong in ("limit=0", "limit=201", "after=-1", "after=2147483648"):
        assert (await visitor.get(f"threads/{thread}?{wrong}")).status_code == 400


async def test_a_closed_thread_opens_again(messenger: TestMessenger, client: SignedIn) -> None:
    visitor = await messenger.visitor()
    thread = (await visitor.write("Hello?"))["thread_id"]
    (conversation,) = await conversations(client)
    await client.post(f"/api/conversations/{conversation['id']}/resolve", {})
    assert (await visitor.get(f"threads/{thread}")).json()["thread"]["closed"] is True
    again = await visitor.write("One more thing", thread=thread)
    assert again["thread"]["closed"] is False
    assert len(await conversations(client)) == 1


async def test_what_was_split_off_stays_the_visitors(messenger: TestMessenger, client: SignedIn) -> None:
    visitor = await messenger.visitor()
    first = await visitor.write("About a parcel")
    second = await visitor.write("About an invoice", thread=first["thread_id"])
    (conversation,) = await conversations(client)
    split = await client.post(
        f"/api/conversations/{conversation['id']}/split", {"message_ids": [second["message"]["id"]]}
    )
    assert split.status_code == 200, split.text
    threads = (await visitor.get("threads")).json()["threads"]
    assert {t["subject_preview"] for t in threads} == {"About a parcel", "About an invoice"}
    assert all(t["unread"] == 0 for t in threads)
    await answer(client, split.json(), "Here is your invoice")
    invoice = next(t for t in threads if t["subject_preview"] == "About an invoice")
    assert await visitor.texts(invoice["id"]) == [("you", "About an invoice"), ("team", "Here is your invoice")]
