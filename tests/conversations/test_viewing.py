"""Who looks and types where: over two processes, only for those who may see the conversation, and never for ever."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest
import pytest_asyncio
from tests.support.live import connected, node, open_tab
from tests.support.post import Post
from tests.support.workspace import SignedIn, TestWorkspace

from hark.conversations import viewing
from hark.conversations.actions import assign
from hark.core.actor import Actor, Scope
from hark.core.db import Db
from hark.core.live import Hub
from hark.core.services import Services
from hark.core.wake import Signal

Pair = tuple[Hub, Hub]


@pytest_asyncio.fixture
async def pair(db: Db, dsn: str) -> AsyncIterator[Pair]:
    async with node(db, dsn) as one, node(db, dsn) as other:
        await connected(one.bus, other.bus)
        yield one, other


def at(actor: Actor, typing: bool = False) -> list[dict[str, Any]]:
    return [{"id": actor.agent_id, "typing": typing}]


async def test_viewers_and_typists_cross_over(pair: Pair, workspace: TestWorkspace, post: Post) -> None:
    one, other = pair
    id = str((await post.mail()).conversation_id)
    ada, _ = await workspace.agent()
    boris, _ = await workspace.agent(name="Boris")
    watcher = await open_tab(other, workspace.owner)
    first, second = await open_tab(one, ada), await open_tab(other, boris)
    await first.say(type="view", conversation_id=id)
    await watcher.next(type="viewers", conversation_id=id, agents=at(ada))
    await second.say(type="view", conversation_id=id)
    await watcher.next(type="viewers", conversation_id=id, agents=at(ada) + at(boris))
    await first.next(type="viewers", conversation_id=id, agents=at(ada) + at(boris))
    await first.say(type="typing", conversation_id=id, typing=True)
    await watcher.next(type="viewers", conversation_id=id, agents=at(ada, True) + at(boris))
    late = await open_tab(other, workspace.owner)
    assert late.hello["viewers"] == [{"conversation_id": id, "agents": at(ada, True) + at(boris)}]
    await first.say(type="typing", conversation_id=id, typing=False)
    await watcher.next(type="viewers", conversation_id=id, agents=at(ada) + at(boris))
    second.close()
    for tab in (watcher, first):
        await tab.next(type="viewers", conversation_id=id, agents=at(ada))
    await first.say(type="view", conversation_id=None)
    for tab in (watcher, first):
        await tab.next(type="viewers", conversation_id=id, agents=[])
    assert (await open_tab(one, workspace.owner)).hello["viewers"] == []


async def test_two_tabs_of_a_person_are_one_viewer(pair: Pair, workspace: TestWorkspace, post: Post) -> None:
    one, other = pair
    id = str((await post.mail()).conversation_id)
    ada, _ = await workspace.agent()
    watcher = await open_tab(other, workspace.owner)
    here, there = await open_tab(one, ada), await open_tab(one, ada)
    await here.say(type="view", conversation_id=id)
    await watcher.next(type="viewers", agents=at(ada))
    await there.say(type="view", conversation_id=id)
    await there.say(type="typing", conversation_id=id, typing=True)
    await watcher.next(type="viewers", agents=at(ada, True))
    here.close()
    there.close()
    await watcher.next(type="viewers", agents=[])
    assert all(len(f["agents"]) < 2 for f in watcher.seen if f["type"] == "viewers")


async def test_a_new_process_asks_the_others(
    db: Db, dsn: str, workspace: TestWorkspace, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewing, "REPEAT_S", 1_000)
    id = str((await post.mail()).conversation_id)
    async with node(db, dsn) as old, node(db, dsn) as other:
        await connected(old.bus, other.bus)
        tab, watcher = await open_tab(old, workspace.owner), await open_tab(other, workspace.owner)
        await tab.say(type="view", conversation_id=id)
        await watcher.next(type="viewers", agents=at(workspace.owner))  # it was said, and is not said again
        async with node(db, dsn) as new:
            await connected(old.bus, new.bus)
            ada = await open_tab(new, (await workspace.agent())[0])
            # The answer of the others may come before the greeting or after it.
            told = ada.hello["viewers"] or [await ada.next(type="viewers")]
            assert [(one["conversation_id"], one["agents"]) for one in told] == [(id, at(workspace.owner))]


@pytest.mark.parametrize("changes", [
    {"permissions": frozenset({"agents.read"})}, {"scope": Scope.OWN}, {"scope": Scope.TEAM, "team_ids": frozenset()},
])  # fmt: skip
async def test_who_may_not_see_it_sees_no_viewers_and_is_none(
    pair: Pair, workspace: TestWorkspace, post: Post, changes: dict[str, Any]
) -> None:
    one, other = pair
    id = str((await post.mail()).conversation_id)
    ada, _ = await workspace.agent()
    blind = msgspec.structs.replace((await workspace.agent())[0], **changes)
    spies = [await open_tab(hub, blind) for hub in pair]
    watcher, tab = await open_tab(other, workspace.owner), await open_tab(one, ada)
    for spy in spies:
        await spy.say(type="view", conversation_id=id)
        await spy.say(type="typing", conversation_id=id, typing=True)
    await tab.say(type="view", conversation_id=id)
    await watcher.next(type="viewers", conversation_id=id, agents=at(ada))
    one.bus.publish(workspace.id, visitor_signal(id, workspace.team_id))
    await watcher.next(type="visitor", conversation_id=id)
    late = await open_tab(other, blind)
    assert late.hello["viewers"] == []
    assert [f for spy in spies for f in spy.waiting() if f["type"] != "presence"] == []


def visitor_signal(id: str, team_id: int | None) -> Signal:
    return {"type": "visitor", "conversation_id": id, "team_id": team_id, "assignee_id": None, "typing": True}


async def test_what_a_visitor_does_is_shown_without_the_place(pair: Pair, workspace: TestWorkspace) -> None:
    one, other = pair
    id = str(uuid4())
    watcher = await open_tab(other, workspace.owner)
    one.bus.publish(workspace.id, visitor_signal(id, workspace.team_id))
    assert await watcher.next(type="visitor") == {"type": "visitor", "conversation_id": id, "typing": True}


async def test_another_workspace_learns_nothing(
    pair: Pair, workspace: TestWorkspace, stranger: TestWorkspace, post: Post
) -> None:
    one, other = pair
    id = str((await post.mail()).conversation_id)
    watcher, spy = await open_tab(other, workspace.owner), await open_tab(other, stranger.owner)
    await spy.say(type="view", conversation_id=id)
    tab = await open_tab(one, workspace.owner)
    await tab.say(type="view", conversation_id=id)
    await watcher.next(type="viewers", conversation_id=id, agents=at(workspace.owner))
    one.bus.publish(workspace.id, visitor_signal(id, None))
    await watcher.next(type="visitor")
    assert [f for f in spy.waiting() if f["type"] != "presence"] == []
    assert (await open_tab(one, stranger.owner)).hello["viewers"] == []


async def test_a_conversation_that_moves_takes_its_viewers_along(
    pair: Pair, db: Db, workspace: TestWorkspace, post: Post
) -> None:
    one, other = pair
    id = (await post.mail()).conversation_id
    mine, theirs = await workspace.team("Mine"), await workspace.team("Theirs")
    actors = [(await workspace.agent(teams=(team,)))[0] for team in (mine, theirs)]
    ada, boris = (msgspec.structs.replace(actor, scope=Scope.TEAM) for actor in actors)
    await move(db, workspace, id, mine)
    tab, before, after = await open_tab(one, workspace.owner), await open_tab(other, ada), await open_tab(other, boris)
    leaving = await open_tab(one, ada)
    await tab.say(type="view", conversation_id=str(id))
    await leaving.say(type="view", conversation_id=str(id))
    await before.next(type="viewers", agents=at(workspace.owner) + at(ada))
    await move(db, workspace, id, theirs)
    await before.next(type="viewers", agents=[])
    await after.next(type="viewers", agents=at(workspace.owner))  # Ada may not see it any more, so she is no viewer
    await leaving.say(type="typing", conversation_id=str(id), typing=True)
    await tab.say(type="typing", conversation_id=str(id), typing=True)
    await after.next(type="viewers", agents=at(workspace.owner, True))
    assert [f for f in before.waiting() if f["type"] == "viewers"] == []


async def move(db: Db, workspace: TestWorkspace, id: Any, team_id: int) -> None:
    async with db.transaction(workspace.owner) as tx:
        await assign(tx, id, team_id=team_id, assignee_id=None)


async def test_who_loses_a_team_is_ended_and_hears_nothing_more(
    pair: Pair, db: Db, workspace: TestWorkspace, post: Post
) -> None:
    """The socket comes back with the rights it has now."""
    from hark.agents.teams import update_team
    from hark.agents.types import TeamPatch

    one, other = pair
    id = str((await post.mail()).conversation_id)
    person, _ = await workspace.agent(teams=(workspace.team_id,))
    ada = msgspec.structs.replace(person, scope=Scope.TEAM)
    tab, watcher = await open_tab(one, ada), await open_tab(other, workspace.owner)
    await tab.say(type="view", conversation_id=id)
    await watcher.next(type="viewers", agents=at(ada))
    async with db.transaction(workspace.owner) as tx:
        await update_team(tx, workspace.team_id, TeamPatch(member_ids=[]))
    await tab.ended()
    tab.close()  # as the socket does
    await watcher.next(type="viewers", agents=[])
    one.bus.publish(workspace.id, visitor_signal(id, workspace.team_id))
    await watcher.next(type="visitor")
    assert tab.waiting() == []
    back = await open_tab(one, msgspec.structs.replace(ada, team_ids=frozenset()))
    await back.say(type="view", conversation_id=id)
    assert back.hello["viewers"] == []


async def test_typing_and_silent_processes_expire(
    pair: Pair, workspace: TestWorkspace, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewing, "TYPING_S", 0.2)
    one, other = pair
    id = str((await post.mail()).conversation_id)
    tab, watcher = await open_tab(one, workspace.owner), await open_tab(other, workspace.owner)
    await tab.say(type="view", conversation_id=id)
    await tab.say(type="typing", conversation_id=id, typing=True)
    await watcher.next(type="viewers", agents=at(workspace.owner, True))
    await watcher.next(type="viewers", agents=at(workspace.owner))
    monkeypatch.setattr(viewing, "KEEP_S", 0.2)
    killed: Signal = {
        "type": "viewers", "conversation_id": id, "team_id": workspace.team_id, "assignee_id": None, "node": "killed",
        "agents": [{"id": 999_999, "typing": False}],
    }  # fmt: skip
    one.bus.publish(workspace.id, killed)
    both = await watcher.next(type="viewers")
    assert [a["id"] for a in both["agents"]] == [workspace.owner.agent_id, 999_999]
    await watcher.next(type="viewers", agents=at(workspace.owner))


async def test_the_customer_is_told_of_public_typing_only(pair: Pair, workspace: TestWorkspace, post: Post) -> None:
    one, other = pair
    heard: asyncio.Queue[Signal] = asyncio.Queue()
    other.bus.on_signal(lambda _ws, s: heard.put_nowait(s) if s["type"] == "agent_typing" else None)
    id = str((await post.mail()).conversation_id)
    tab = await open_tab(one, workspace.owner)
    await tab.say(type="view", conversation_id=id)
    for typing, public in ((True, False), (True, True), (True, True), (True, False), (True, True)):
        await tab.say(type="typing", conversation_id=id, typing=typing, public=public)
    tab.close()
    told = [(await asyncio.wait_for(heard.get(), 10))["typing"] for _ in range(5)]
    assert told == [True, True, False, True, False]
    reader = msgspec.structs.replace(workspace.owner, permissions=workspace.owner.permissions - {"conversations.reply"})
    silent = await open_tab(one, reader)
    await silent.say(type="view", conversation_id=id)
    await silent.say(type="typing", conversation_id=id, typing=True, public=True)
    one.bus.publish(workspace.id, {"type": "agent_typing", "typing": "end"})
    assert (await asyncio.wait_for(heard.get(), 10))["typing"] == "end"


async def test_the_customer_is_told_that_the_team_has_read(
    services: Services, client: SignedIn, stranger_client: SignedIn, post: Post
) -> None:
    heard: list[Signal] = []
    services.bus.on_signal(lambda _ws, signal: heard.append(signal))
    id = (await post.mail()).conversation_id
    for reader, status in ((stranger_client, 404), (client, 204)):
        assert (await reader.post(f"/api/conversations/{id}/read", {"seq": 1})).status_code == status
    assert heard == [{"type": "team_read", "conversation_id": str(id), "seq": 1}]


@pytest.mark.parametrize("nonsense", [
    "{", '"x"', '{"type":"view"}', '{"type":"view","conversation_id":"x"}', '{"type":"typing","typing":true}',
    '{"type":"other"}', '{"type":"idle","idle":"yes"}',
])  # fmt: skip
async def test_nonsense_is_ignored(pair: Pair, workspace: TestWorkspace, nonsense: str) -> None:
    tab = await open_tab(pair[0], workspace.owner)
    for tabs in pair[0].tabs:
        await tabs.said(tab.subscriber, nonsense)
    await tab.say(type="view", conversation_id=str(uuid4()))
    assert [f for f in tab.waiting() if f["type"] == "viewers"] == []
