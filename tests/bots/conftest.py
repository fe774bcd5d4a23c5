"""A messenger with visitors, mails, and bots that are published."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.channels.messenger.conftest import TestMessenger, messenger
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.bots.running import CONSUMER
from hark.core.db import Db
from hark.core.journal import run_once

__all__ = ["TestMessenger", "messenger"]

Publish = Callable[..., Awaitable[dict[str, Any]]]


def start(next: str | None, **on: Any) -> dict[str, Any]:
    return {"type": "start", "id": "s", "on": on or {"type": "new_conversation"}, "next": next}


def person(id: str = "p", **more: Any) -> dict[str, Any]:
    return {"type": "hand_over", "id": id, **more}


@pytest.fixture
def post(db: Db, workspace: TestWorkspace) -> Post:
    return Post(db, workspace)


@pytest.fixture
def publish(client: SignedIn) -> Publish:
    """Make a bot of these blocks and publish it."""

    async def publish(*blocks: dict[str, Any], name: str = "Helper", **flow: Any) -> dict[str, Any]:
        audience = flow.pop("audience", {"channels": ["messenger", "email"]})
        body = {"name": name, "flow": {"blocks": list(blocks), "audience": audience, **flow}}
        made = await client.post("/api/bots", body)
        assert made.is_success, made.text
        published = await client.post(f"/api/bots/{made.json()['id']}/publish", {})
        assert published.is_success, published.text
        return dict(published.json())

    return publish


@pytest.fixture
def work(db: Db, workspace: TestWorkspace) -> Callable[[], Awaitable[None]]:
    """Let the bots read the journal to its end."""

    async def work() -> None:
        while await run_once(db, CONSUMER, workspace.id):
            pass

    return work
