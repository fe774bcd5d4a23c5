"""Who is here: over all tabs and processes, by hand or by idleness, and only inside the workspace."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from tests.conftest import FakeClock
from tests.support.live import connected, node, open_tab
from tests.support.workspace import SignedIn, TestWorkspace

from hark.access.actions import update_me
from hark.access.types import MePatch
from hark.agents import presence
from hark.agents.queries import PersonTabs
from hark.agents.types import Availability
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.live import Hub

Pair = tuple[Hub, Hub]


@pytest_asyncio.fixture
async def pair(db: Db, dsn: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pair]:
    """Two processes on one database; nobody's leaving takes ten seconds."""
    monkeypatch.setattr(presence, "GRACE_S", 0.0)
    async with node(db, dsn) as one, node(db, dsn) as other:
        await connected(one.bus, other.bus)
        yield one, other


def state_of(hello: dict[str, Any], actor: Actor) -> str:
    return next((p["state"] for p in hello["presence"] if p["agent_id"] == actor.agent_id), "offline")


@pytest.mark.parametrize(("availability", "tabs", "active", "state"), [
    (Availability.ONLINE, 0, 0, "offline"), (Availability.BUSY, 0, 0, "offline"),
    (Availability.ONLINE, 2, 1, "online"), (Availability.ONLINE, 2, 0, "away"),
    (Availability.BUSY, 1, 1, "busy"), (Availability.BUSY, 1, 0, "busy"), (Availability.AWAY, 1, 1, "away"),
])  # fmt: skip
def test_the_state_of_a_person(availability: Availability, tabs: int, active: int, state: str) -> None:
    assert PersonTabs(1, 1, availability, tabs, active).state == state


async def test_a_person_is_here_while_any_tab_of_any_process_is(pair: Pair, workspace: TestWorkspace) -> None:
    one, other = pair
    ada, _ = await workspace.agent()
    watcher = await open_tab(other, workspace.owner)
    first = await open_tab(one, ada)
    await watcher.next(type="presence", agent_id=ada.agent_id, state="online")
    second = await open_tab(other, ada)
    await first.say(type="idle", idle=True)
    await second.say(type="idle", idle=True)
    await watcher.next(type="presence", agent_id=ada.agent_id, state="away")
    await second.say(type="idle", idle=False)
    await watcher.next(type="presence", agent_id=ada.agent_id, state="online")
    second.close()
    await watcher.next(type="presence", agent_id=ada.agent_id, state="away")
    late = await open_tab(other, workspace.owner)
    assert state_of(late.hello, ada) == "away"
    first.close()
    await watcher.next(type="presence", agent_id=ada.agent_id, state="offline")


async def test_what_is_chosen_by_hand_wins(pair: Pair, db: Db, workspace: TestWorkspace) -> None:
    one, other = pair
    ada, _ = await workspace.agent()
    watcher = await open_tab(other, workspace.owner)
    tab = await open_tab(one, ada)
    await watcher.next(type="presence", agent_id=ada.agent_id, state="online")
    for chosen in ("busy", "away", "online"):
        await update_me(db, ada, MePatch(availability=chosen), address="test")
        await watcher.next(type="presence", agent_id=ada.agent_id, state=chosen)
    tab.close()


async def test_another_workspace_learns_nothing(pair: Pair, workspace: TestWorkspace, stranger: TestWorkspace) -> None:
    one, other = pair
    watcher, spy = await open_tab(other, workspace.owner), await open_tab(other, stranger.owner)
    await spy.next(type="presence", agent_id=stranger.owner.agent_id)
    await open_tab(one, (await workspace.agent())[0])
    await watcher.next(type="presence", state="online")
    late = await open_tab(one, stranger.owner)
    assert {p["agent_id"] for p in late.hello["presence"]} <= {stranger.owner.agent_id}
    assert spy.waiting() == []


async def test_a_role_that_may_not_see_people_is_told_of_none(pair: Pair, workspace: TestWorkspace) -> None:
    one, _ = pair
    blind = msgspec.structs.replace(workspace.owner, permissions=frozenset({"conversations.read"}))
    watcher, spy = await open_tab(one, workspace.owner), await open_tab(one, blind)
    ada, _ = await workspace.agent()
    await open_tab(one, ada)
    await watcher.next(type="presence", agent_id=ada.agent_id, state="online")
    assert spy.hello["presence"] == []
    assert spy.waiting() == []


async def test_a_killed_process_leaves_nobody_behind(
    pair: Pair, db: Db, workspace: TestWorkspace, clock: FakeClock, client: SignedIn
) -> None:
    """Rows that are not renewed do not count, and are taken away."""
    one, _ = pair
    ada, _ = await workspace.agent()
    await db.run(
        "INSERT INTO agent_presence (workspace_id, connection, agent_id, seen_at)"
        " VALUES ($1, gen_random_uuid(), $2, $3)", workspace.id, ada.agent_id, clock(),
    )  # fmt: skip

    async def seen() -> str:
        agents = (await client.get("/api/presence")).json()["agents"]
        return next(str(a["state"]) for a in agents if a["id"] == ada.agent_id)

    assert await seen() == "online"
    clock.advance(seconds=61)
    assert await seen() == "offline"
    await open_tab(one, workspace.owner)
    for _ in range(400):
        if not await db.find(int, "SELECT agent_id FROM agent_presence WHERE agent_id = $1", ada.agent_id):
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("the row is still there")
    assert timedelta(seconds=2 * presence.BEAT_S) < presence.GONE_AFTER


async def test_a_table_emptied_by_a_crash_is_filled_again(
    db: Db, dsn: str, workspace: TestWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "BEAT_S", 0.1)
    async with node(db, dsn) as hub:
        await open_tab(hub, workspace.owner)
        count = "SELECT count(*) FROM agent_presence WHERE workspace_id = $1"
        for emptied in (False, True):
            for _ in range(400):
                if await db.one(int, count, workspace.id):
                    break
                await asyncio.sleep(0.05)
            else:
                pytest.fail("the tab has no row")
            if not emptied:
                await db.run("DELETE FROM agent_presence WHERE workspace_id = $1", workspace.id)
    assert await db.one(int, count, workspace.id) == 0  # an orderly end takes its tabs along


async def test_an_api_token_is_nobody(pair: Pair, workspace: TestWorkspace, client: SignedIn) -> None:
    one, _ = pair
    token = msgspec.structs.replace(workspace.owner, kind=workspace.owner.kind.TOKEN)
    await open_tab(one, token)
    await open_tab(one, (await workspace.agent())[0])
    watcher = await open_tab(one, token)
    await watcher.next(type="presence", state="online")
    agents = (await client.get("/api/presence")).json()["agents"]
    assert {a["id"]: a["state"] for a in agents}[workspace.owner.agent_id] == "offline"
