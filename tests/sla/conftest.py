"""Customers who write, and hours that close."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.db import Db
from hark.core.journal import run_once
from hark.sla.jobs import consumer
from hark.timers.jobs import serve_due
from hark.worker import TIMERS


@pytest.fixture
def post(db: Db, workspace: TestWorkspace) -> Post:
    return Post(db, workspace)


@pytest.fixture
def serve(db: Db, workspace: TestWorkspace) -> Callable[[], Awaitable[int]]:
    """What the worker does now: journal reader and timers of promises, until nothing is left."""
    reader = consumer()

    async def run() -> int:
        done = 0
        while await run_once(db, reader, workspace.id):
            pass
        while served := await serve_due(db, TIMERS):
            done += served
        return done

    return run


@pytest.fixture
async def policy(client: SignedIn) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def make(**body: Any) -> dict[str, Any]:
        answer = await client.post("/api/sla/policies", {"name": "Gold", **body})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return make
