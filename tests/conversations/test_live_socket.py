"""The socket itself, behind a real server: who is let in, and that no change of rights slips past it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from litestar import Litestar
from tests.channels.messenger.sockets import serving
from tests.conftest import running
from tests.support.post import Post
from tests.support.workspace import TestWorkspace
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from hark.access.actions import end_tokens
from hark.agents.teams import update_team
from hark.agents.types import TeamPatch
from hark.core.db import Db

FIRST = json.dumps({"resume": None})


@pytest_asyncio.fixture
async def site(app: Litestar) -> AsyncIterator[str]:
    async with running(app), serving(app) as address:
        yield address


@asynccontextmanager
async def socket(site: str, token: str | None) -> AsyncIterator[ClientConnection]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with connect(f"ws://{site}/api/live", additional_headers=headers) as connection:
        yield connection


async def heard(connection: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(10):
        return json.loads(await connection.recv())  # type: ignore[no-any-return]


async def closed(connection: ClientConnection) -> int:
    """The close code; whatever was said before it fails the test."""
    with pytest.raises(ConnectionClosed) as end:
        pytest.fail(f"it was told {await heard(connection)}")
    assert end.value.rcvd is not None
    return end.value.rcvd.code


async def test_who_is_let_in_is_greeted_and_answered(site: str, workspace: TestWorkspace) -> None:
    async with socket(site, workspace.owner_token) as live:
        await live.send(FIRST)
        hello = await heard(live)
        assert (hello["type"], hello["presence"], hello["viewers"]) == ("hello", [], [])
        for nonsense in ("{", "[]", '{"type":"view"}'):
            await live.send(nonsense)
        await live.send('{"type":"ping"}')
        assert await heard(live) == {"type": "pong"}


@pytest.mark.parametrize(("token", "first", "code"), [(False, FIRST, 4401), (True, "hello?", 4400)])
async def test_others_are_not(site: str, workspace: TestWorkspace, token: bool, first: str, code: int) -> None:
    async with socket(site, workspace.owner_token if token else None) as live:
        await live.send(first)
        assert await closed(live) == code


@pytest.mark.parametrize("what", ["team", "token"])
async def test_rights_lost_before_the_first_frame_are_lost(
    site: str, db: Db, workspace: TestWorkspace, post: Post, what: str
) -> None:
    """A socket that was opened and says nothing keeps no rights that were taken away meanwhile."""
    ada, token = await workspace.agent(teams=(workspace.team_id,))
    assert ada.agent_id is not None
    async with socket(site, token) as live, socket(site, workspace.owner_token) as watcher:
        await watcher.send(FIRST)  # the workspace's journal is being read before and after
        assert (await heard(watcher))["type"] == "hello"
        async with db.transaction(workspace.owner) as tx:
            if what == "team":
                await update_team(tx, workspace.team_id, TeamPatch(member_ids=[]))
            else:
                await end_tokens(tx, ada.agent_id)
        await post.mail()
        while (await heard(watcher))["type"] != "events":  # the change is past
            continue
        await live.send(FIRST)
        assert await closed(live) == 4408
    async with socket(site, token) if what == "team" else socket(site, workspace.owner_token) as live:
        await live.send(FIRST)
        assert (await heard(live))["type"] == "hello"
