"""A visitor writes and reads; the team sees it and answers."""

from typing import Any
from uuid import uuid4

from tests.channels.messenger.conftest import TestMessenger
from tests.support.workspace import SignedIn

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
