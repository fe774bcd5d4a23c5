"""Severity and difficulty set by hand, whatever has become of the conversation."""

import pytest
from tests.conversations.conftest import Post
from tests.support.workspace import SignedIn

from hark.core.db import Db
from hark.hours.queries import open_seconds
from hark.journey.rebuild import rebuild
from hark.value.pricing import pricing_of

SNOOZE = {"until": "2099-01-01T00:00:00Z"}
ASKED = {**SNOOZE, "asked_by_customer": True}
STEPS: list[list[tuple[str, dict[str, object] | None]]] = [
    [],
    [("resolve", None)],
    [("resolve", None), ("reopen", None)],
    [("spam", None)],
    [("spam", None), ("unspam", None)],
    [("snooze", SNOOZE)],
    [("snooze", ASKED)],
    [("snooze", ASKED), ("resolve", None)],
]


@pytest.mark.parametrize("steps", STEPS, ids=lambda steps: " ".join(name for name, _ in steps) or "open")
@pytest.mark.parametrize("answered", [False, True])
async def test_they_can_be_changed_at_any_stage(
    db: Db, post: Post, client: SignedIn, steps: list[tuple[str, dict[str, object] | None]], answered: bool
) -> None:
    conversation = (await post.mail()).conversation_id
    if answered:
        await post.reply(conversation)
    for name, body in steps:
        assert (await client.post(f"/api/conversations/{conversation}/{name}", body)).status_code == 200
    urgent = await client.post(f"/api/conversations/{conversation}/severity", {"value": 3})
    assert (urgent.status_code, urgent.json().get("severity")) == (200, 3), urgent.text
    hard = await client.post(f"/api/conversations/{conversation}/difficulty", {"value": 2})
    assert (hard.status_code, hard.json().get("difficulty")) == (200, 2)
    if steps and steps[-1][0] == "resolve":
        assert (await client.post(f"/api/conversations/{conversation}/reopen")).status_code == 200
    again = await rebuild(db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[post.ws.id])
    assert (again.conversations, again.changed) == (1, 0)
