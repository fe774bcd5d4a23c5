"""Nobody fills the disk or the tables, and nobody stays at a messenger that is gone."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.channels.messenger.conftest import TestMessenger, TestVisitor
from tests.channels.messenger.sockets import open_live
from tests.channels.messenger.test_socket import host  # noqa: F401 -- a fixture
from tests.support.workspace import SignedIn
from websockets.exceptions import ConnectionClosed

from hark.core.db import Db


async def upload(visitor: TestVisitor, data: bytes) -> httpx.Response:
    return await visitor.request("POST", "attachments", files={"file": ("a.txt", data, "text/plain")})


async def test_one_peer_cannot_fill_the_disk_with_many_visitors(messenger: TestMessenger) -> None:
    await messenger.change(max_file_bytes=1000)
    answers = []
    for _ in range(3):
        visitor = await messenger.visitor()
        answers += [(await upload(visitor, b"a" * 1000)).status_code for _ in range(9)]
    assert answers.count(429) >= 5
    assert answers.index(429) >= 20
    assert (await upload(await messenger.visitor(), b"a")).status_code == 200


@pytest.mark.parametrize("data", [{}, {str(n): "a" * 500 for n in range(30)}])
async def test_facts_are_taken_as_far_as_a_person_makes_them(
    messenger: TestMessenger, db: Db, data: dict[str, Any]
) -> None:
    visitor = await messenger.visitor()
    fact = {"kind": "event", "name": "x", "data": data}
    answers = [(await visitor.post("track", {"facts": [fact] * 5})).status_code for _ in range(60)]
    taken = answers.count(202) * 5
    assert taken >= (100 if not data else 5)
    assert 429 in answers


@pytest.mark.parametrize("how", ["removed", "changed"])
async def test_tabs_come_back_when_their_messenger_is_another_one(
    host: str, messenger: TestMessenger, client: SignedIn, how: str  # noqa: F811
) -> None:  # fmt: skip
    visitor = await messenger.visitor()
    thread = (await visitor.write("Hello?", thread=str(uuid4())))["thread_id"]
    live = await open_live(host, messenger.key, visitor.token, {thread: 0})
    await live.next(type="message")
    if how == "removed":
        await client.delete(f"/api/messengers/{messenger.id}")
    else:
        await messenger.change(show_faces=False)
    with pytest.raises(ConnectionClosed) as closed:
        await live.next(type="never")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4408
    again = await open_live(host, messenger.key, visitor.token, {thread: 0})
    if how == "changed":
        await again.next(type="message")
        return
    with pytest.raises(ConnectionClosed) as refused:
        await again.next(type="hello")
    assert refused.value.rcvd is not None
    assert refused.value.rcvd.code == 4401
