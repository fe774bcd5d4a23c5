"""kill -9 of the sender at every step: never two copies, nothing lost, and what cannot be known is left to a person."""

import asyncio
import os
import signal
import sys
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


@pytest.mark.parametrize(("step", "copies", "state"), STEPS)
async def test_killed_at(
    office: Office, client: Any, replies: str, dsn: str, step: str, copies: int, state: State
) -> None:
    await office.db.run(
        "UPDATE workspaces SET settings = settings || '{\"undo_seconds\": 0}' WHERE id = $1", office.workspace.id
    )
    queued = await client.post(replies, await office.body())
    assert queued.status_code == 201
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.delivery.killed_sender",
        dsn,
        str(office.services.settings.data),
        step,
        cwd=ROOT,
        env=env,
    )
    assert await process.wait() == -signal.SIGKILL
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
