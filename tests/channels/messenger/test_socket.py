"""Live both ways over the real socket."""

from collections.abc import AsyncIterator

import pytest_asyncio
from litestar import Litestar
from tests.channels.messenger.conftest import TestMessenger
from tests.channels.messenger.sockets import open_live, serving
from tests.channels.messenger.test_threads import answer, conversations
from tests.support.workspace import SignedIn


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
