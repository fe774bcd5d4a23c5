"""Live both ways over the real socket."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from litestar import Litestar
from tests.channels.messenger.conftest import TestMessenger
from tests.channels.messenger.sockets import eventually, open_live, serving
from tests.channels.messenger.test_identity import signed
from tests.channels.messenger.test_threads import answer, conversations
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace
from websockets.exceptions import ConnectionClosed

from hark.core.db import Db
from hark.core.services import Services


@pytest_asyncio.fixture
async def host(app: Litestar, messenger: TestMessenger) -> AsyncIterator[str]:
    async with serving(app) as address:
        yield address


async def test_messages_come_as_they_are_written(host: str, messenger: TestMessenger, client: SignedIn) -> None:
    visitor = await messenger.visitor()
    live = await open_live(host, messenger.key, visitor.token)
    await live.next(type="hello")
    posted = await visitor.write("Hello?")
    thread = posted["thread_id"]
    begun = await live.next(type="thread")
    assert begun["id"] == thread
    own = await live.next(type="message", thread=thread)
    assert own["message"] == posted["message"]
    (conversation,) = await conversations(client)
    await answer(client, conversation, "Hi.")
    reply = await live.next(type="message", thread=thread)
    assert (reply["message"]["from"], reply["message"]["text"], reply["message"]["name"]) == (
        "team",
        "Hi.",
        "Olive Owner",
    )
    await client.post(f"/api/conversations/{conversation['id']}/resolve", {})
    assert (await live.next(type="thread", id=thread))["closed"] is True
    await live.close()


async def test_what_was_missed_comes_once_and_in_order(host: str, messenger: TestMessenger, client: SignedIn) -> None:
    visitor = await messenger.visitor()
    thread = (await visitor.write("1"))["thread_id"]
    first = await open_live(host, messenger.key, visitor.token, {thread: 0})
    seen = (await first.next(type="message"))["message"]["seq"]
    await first.close()
    (conversation,) = await conversations(client)
    for n in range(2, 6):
        await answer(client, conversation, str(n))
    second = await open_live(host, messenger.key, visitor.token, {thread: seen})
    await answer(client, conversation, "6")
    while (await second.next(type="message"))["message"]["text"] != "6":
        pass
    await second.settle()
    assert [f["message"]["text"] for f in second.seen if f["type"] == "message"] == ["2", "3", "4", "5", "6"]
    third = await open_live(host, messenger.key, visitor.token)
    told = await third.settle()
    assert [f["type"] for f in told] == ["hello", "thread"]
    for live in (second, third):
        await live.close()


async def test_everybody_gets_their_own_only(host: str, messenger: TestMessenger, client: SignedIn) -> None:
    one, two = await messenger.visitor(), await messenger.visitor()
    thread = (await one.write("One"))["thread_id"]
    await two.write("Two")
    mine = await open_live(host, messenger.key, one.token)
    theirs = await open_live(host, messenger.key, two.token, {thread: 0})
    for live in (mine, theirs):
        await live.settle()
    conversation = next(c for c in await conversations(client) if c["preview"] == "One")
    await answer(client, conversation, "For one")
    await mine.next(type="message")
    await theirs.say(type="typing", thread=thread, typing=True)
    await theirs.say(type="read", thread=thread, seq=99)
    assert await theirs.settle() == []
    assert (await one.get("threads")).json()["unread"] == 1
    for live in (mine, theirs):
        await live.close()


async def test_a_person_hears_it_on_all_devices(host: str, messenger: TestMessenger) -> None:
    secret = await messenger.secret()
    phone, laptop = [await messenger.visitor(jwt=signed(secret)) for _ in range(2)]
    live = await open_live(host, messenger.key, laptop.token)
    await live.settle()
    thread = (await phone.write("From the phone"))["thread_id"]
    assert (await live.next(type="message", thread=thread))["message"]["text"] == "From the phone"
    await live.close()


async def test_typing_and_reading_go_both_ways(
    host: str, messenger: TestMessenger, client: SignedIn, services: Services, workspace: TestWorkspace
) -> None:
    heard: list[dict[str, Any]] = []
    stop = services.bus.on_signal(lambda _, signal: heard.append(signal))
    visitor = await messenger.visitor()
    posted = await visitor.write("Hello?")
    thread = posted["thread_id"]
    (conversation,) = await conversations(client)
    live = await open_live(host, messenger.key, visitor.token, {thread: posted["thread"]["seq"]})
    await live.settle()
    about = {"conversation_id": conversation["id"], "team_id": None, "assignee_id": None, "type": "visitor"}
    heard.clear()
    await live.say(type="typing", thread=thread, typing=True)
    await live.say(type="page", url="https://shop.example/help#x", title="Help")
    await live.say(type="read", thread=thread, seq=10_000)
    await live.settle()
    detail = (await client.get(f"/api/conversations/{conversation['id']}")).json()
    (chat,) = detail["endpoints"]
    read_at = heard[-1]["read_at"]
    assert datetime.fromisoformat(chat["read_at"]) == datetime.fromisoformat(read_at)
    assert heard == [
        about | {"typing": True},
        about | {"page": {"url": "https://shop.example/help", "title": "Help"}},
        about | {"read_seq": detail["seq"], "read_at": read_at},
    ]
    typed = {"type": "agent_typing", "conversation_id": conversation["id"], "agent_id": workspace.owner.agent_id}
    services.bus.publish(workspace.id, typed | {"typing": True})
    assert await live.next(type="typing") == {"type": "typing", "thread": thread, "name": "Olive Owner", "typing": True}
    await client.post(f"/api/conversations/{conversation['id']}/read", {"seq": detail["seq"]})
    assert await live.next(type="read") == {"type": "read", "thread": thread, "seq": detail["seq"]}
    assert (await visitor.get("threads")).json()["threads"][0]["team_read_seq"] == detail["seq"]
    stop()
    await live.close()


async def test_a_chat_goes_on_through_merges(
    host: str, messenger: TestMessenger, client: SignedIn, db: Db, workspace: TestWorkspace
) -> None:
    mailed = await Post(db, workspace).mail("By mail")
    visitor = await messenger.visitor()
    posted = await visitor.write("1")
    thread = posted["thread_id"]
    live = await open_live(host, messenger.key, visitor.token, {thread: 0})
    await live.settle()
    chat = next(c for c in await conversations(client) if c["channel"] == "messenger")
    merged = await client.post(f"/api/conversations/{chat['id']}/merge", {"into": str(mailed.conversation_id)})
    assert merged.status_code == 200
    await visitor.write("2", thread=thread)
    await answer(client, {"id": mailed.conversation_id}, "3", endpoint_id=thread)
    await client.post(f"/api/conversations/{chat['id']}/unmerge", {})
    await visitor.write("4", thread=thread)
    await answer(client, chat, "5", endpoint_id=thread)
    while (await live.next(type="message"))["message"]["text"] != "5":
        pass
    shown = [f["message"] for f in live.seen if f["type"] == "message"]
    assert [m["text"] for m in shown] == ["1", "2", "3", "4", "5"]
    assert [m["seq"] for m in shown] == sorted({m["seq"] for m in shown})
    assert [text for _, text in await visitor.texts(thread)] == ["1", "2", "3", "4", "5"]
    await live.close()


async def test_an_open_socket_is_a_visitor_who_is_there(
    host: str, messenger: TestMessenger, client: SignedIn, db: Db
) -> None:
    visitor = await messenger.visitor()
    thread = (await visitor.write("Hello?"))["thread_id"]
    until = "SELECT live_until FROM endpoints WHERE id = $1::uuid"
    await db.run("UPDATE endpoints SET live_until = NULL WHERE id = $1::uuid", thread)
    live = await open_live(host, messenger.key, visitor.token, {thread: 0})

    async def seconds_left(at_most: float) -> bool:
        there = await db.find(datetime, until, thread)
        return there is not None and at_most - 20 < (there - db.now()).total_seconds() <= at_most

    await eventually(lambda: seconds_left(60))
    (conversation,) = await conversations(client)
    context = (await client.get(f"/api/conversations/{conversation['id']}/visitor")).json()
    assert context["visitor"]["live"] is True
    await live.close()
    await eventually(lambda: seconds_left(20))  # who keeps the time never says that somebody has left: the sweep does


@pytest.mark.parametrize(
    ("token", "origin", "code"),
    [("wrong", None, 4401), ("", None, 4401), (None, "https://evil.example", 4403), (None, "null", 4403)],
)
async def test_who_may_not_is_shown_out(
    host: str, messenger: TestMessenger, token: str | None, origin: str | None, code: int
) -> None:
    visitor = await messenger.visitor()
    with pytest.raises(ConnectionClosed) as closed:
        live = await open_live(host, messenger.key, visitor.token if token is None else token, origin=origin)
        await live.next(type="hello")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


async def test_hark_itself_may_open_a_socket(host: str, messenger: TestMessenger) -> None:
    visitor = await messenger.visitor()
    live = await open_live(host, messenger.key, visitor.token, origin=f"http://{host}")
    await live.next(type="hello")
    for nonsense in ("", "{", "[]", '{"type":"unknown"}', '{"type":"read","thread":"x","seq":-1}', '{"type":"typing"}'):
        await live.connection.send(nonsense)
    assert await live.settle() == []
    await live.close()
