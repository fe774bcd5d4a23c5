"""A workspace whose language model runs on this machine."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from tests.help.conftest import *  # noqa: F403 - the help centre's desk
from tests.support.models import Model, model_running
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db


@pytest.fixture
def post(db: Db, workspace: TestWorkspace) -> Post:
    return Post(db, workspace)


@pytest_asyncio.fixture
async def model(client: SignedIn) -> AsyncIterator[Model]:
    async with model_running() as running:
        answer = await client.patch("/api/ai", {"enabled": True, "url": running.url, "model": "scripted", "key": "sk-secret"})
        assert answer.status_code == 200, answer.text
        yield running


async def calls(client: SignedIn) -> list[dict[str, Any]]:
    return (await client.get("/api/ai/calls")).json()["items"]  # type: ignore[no-any-return]
