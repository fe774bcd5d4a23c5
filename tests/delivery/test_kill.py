"""kill -9 of the sender at every step: never two copies, nothing lost, and what cannot be known is left to a person."""

import asyncio
import os
import signal
import sys
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from tests.delivery.conftest import Office

from hark.delivery.types import State

ROOT = Path(__file__).parent.parent.parent
STEPS = [
    # step, copies at the customer's server in the end, state in the end
    ("before_release", 1, State.SENT),
    ("after_release", 1, State.SENT),
    ("before_lease", 1, State.SENT),
    ("after_lease", 1, State.SENT),
    ("before_sending", 1, State.SENT),
    ("after_sending", 0, State.UNKNOWN),
    ("before_network", 0, State.UNKNOWN),
    ("after_network", 1, State.UNKNOWN),
    ("before_commit", 1, State.UNKNOWN),
    ("after_commit", 1, State.SENT),
]


async def kill_at(office: Office, dsn: str, step: str) -> None:
    """A process of its own serves the outbox and dies there."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.delivery.killed_sender", dsn, str(office.services.settings.data), step, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
    )  # fmt: skip
    assert await process.wait() == -signal.SIGKILL


@pytest.mark.parametrize(("step", "copies", "state"), STEPS)
async def test_killed_at(
    office: Office, client: Any, replies: str, dsn: str, step: str, copies: int, state: State
) -> None:
    await without_undo(office)
    queued = await client.post(replies, await office.body())
    assert queued.status_code == 201
    await kill_at(office, dsn, step)
    for _ in range(3):
        office.clock.advance(minutes=2)
        await office.run()
    assert len(office.sink.mails) == copies
    assert await office.states() == [state]
    sql = "SELECT count(*) FROM messages WHERE conversation_id = $1 AND direction = 2"
    assert await office.db.one(int, sql, office.conversation_id) == 1
    if state is State.UNKNOWN:
        assert any("not known whether" in note for note in await office.notes())
        id = queued.json()["id"]
        assert (await client.post(f"/api/outbox/{id}/retry", {})).json()["state"] == "ready"
        await office.run()
        assert len(office.sink.mails) == copies + 1, "only a person's word sends it again"


async def without_undo(office: Office) -> None:
    await office.db.run(
        "UPDATE workspaces SET settings = settings || '{\"undo_seconds\": 0}' WHERE id = $1", office.workspace.id
    )


async def test_the_customer_answers_what_nobody_knew_had_left(
    office: Office, client: Any, replies: str, dsn: str
) -> None:
    await without_undo(office)
    await client.post(replies, await office.body())
    await kill_at(office, dsn, "after_network")
    (sent,) = office.sink.mails
    await office.write("Thank you!", In_Reply_To=message_from_bytes(sent.content)["Message-ID"])  # type: ignore[arg-type]
    for _ in range(3):
        office.clock.advance(minutes=2)
        await office.run()
    assert (await office.states(), len(office.sink.mails)) == ([State.SENT], 1)


@pytest.mark.parametrize(("step", "state"), [("before_network", State.UNKNOWN), ("after_network", State.UNKNOWN),
                                             ("after_commit", State.SENT)])  # fmt: skip
async def test_killed_while_the_rest_of_the_recipients_is_served(
    office: Office, client: Any, replies: str, dsn: str, step: str, state: State
) -> None:
    await without_undo(office)
    office.sink.replies["bob@shop.example"] = "450 4.2.0 Greylisted"
    queued = await client.post(replies, await office.body(cc=[{"address": "bob@shop.example"}]))
    await office.run()
    assert await office.states() == [State.READY]
    office.sink.replies.clear()
    due = "UPDATE outbox SET next_try_at = created_at WHERE workspace_id = $1"  # the process has the real clock
    await office.db.run(due, office.workspace.id)
    await kill_at(office, dsn, step)
    for _ in range(3):
        office.clock.advance(minutes=2)
        await office.run()
    assert await office.states() == [state]
    id = message_from_bytes(office.sink.mails[0].content)["Message-ID"]  # type: ignore[arg-type]
    await office.write("Thank you!", In_Reply_To=id)
    assert await office.states() == [state], "that Carla has it says nothing of Bob"
    if state is State.UNKNOWN:
        await client.post(f"/api/outbox/{queued.json()['id']}/retry", {})
        await office.run()
    got = [r for mail in office.sink.mails for r in mail.rcpt_tos]
    assert got.count("carla@shop.example") == 1
    assert got.count("bob@shop.example") == (2 if step == "after_network" else 1), "twice only at a person's word"
