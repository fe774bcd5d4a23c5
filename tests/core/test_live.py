"""The hub: what a browser missed is replayed exactly, or it is told to start again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, ClassVar

import msgspec
import pytest
import pytest_asyncio
from tests.support.workspace import SignedIn, TestWorkspace

from hark.core.actor import Actor, Scope, system
from hark.core.db import Db
from hark.core.events import Event, Recorded
from hark.core.journal import head
from hark.core.live import MAX_QUEUED, MAX_REPLAY, Hub, Shape, Subscriber
from hark.core.wake import Bus


class Moved(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 9201
    n: int


async def hydrate(db: Db, workspace_id: int, events: Sequence[Recorded]) -> str:
    return "row"


def render(actor: Actor, recorded: Recorded, hydrated: Any) -> Any | None:
    team = recorded.team_after
    visible = actor.scope is Scope.ALL or team in actor.team_ids or recorded.team_before in actor.team_ids
    return {"seq": recorded.seq, "row": hydrated} if visible and isinstance(recorded.event, Moved) else None


class Removed(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 9202
    agent_id: int


def revokes(actor: Actor, recorded: Recorded) -> bool:
    return isinstance(recorded.event, Removed) and recorded.event.agent_id == actor.agent_id


SHAPE = Shape(hydrate, render, lambda actor, _: (actor.scope, actor.team_ids), revokes)


@pytest.fixture
def db(db: Db) -> Db:
    db.events = {**db.events, Moved.kind: Moved, Removed.kind: Removed}
    return db


@pytest_asyncio.fixture
async def hub(db: Db, dsn: str) -> AsyncIterator[Hub]:
    bus = Bus(dsn)
    db.on_commit = bus.notify
    hub = Hub(db, bus, SHAPE)
    yield hub
    await hub.close()


async def emit(db: Db, workspace: TestWorkspace, n: int, team: tuple[int | None, int | None] = (None, None)) -> int:
    async with db.transaction(system(workspace.id)) as tx:
        for i in range(n):
            tx.emit(Moved(n=i), team=team)
    return tx.last_seq


async def frames(subscriber: Subscriber, until: int) -> list[int]:
    """Sequence numbers seen until `until` has been."""
    seen: list[int] = []
    while not seen or seen[-1] < until:
        frame = await asyncio.wait_for(subscriber.queue.get(), 5)
        assert frame is not None
        seen += [i["seq"] for i in msgspec.json.decode(frame)["items"]]
    return seen


async def test_events_are_pushed_once_and_in_order(db: Db, workspace: TestWorkspace, hub: Hub) -> None:
    subscriber, hello, missed = await hub.subscribe(workspace.owner, None)
    start = msgspec.json.decode(hello)["seq"]
    assert missed == []
    last = 0
    for _ in range(5):
        last = await emit(db, workspace, 3)
    assert await frames(subscriber, last) == list(range(start + 1, last + 1))


async def test_a_gap_is_replayed_exactly(db: Db, workspace: TestWorkspace, hub: Hub) -> None:
    first = await emit(db, workspace, 2)
    last = await emit(db, workspace, 3)
    _, hello, missed = await hub.subscribe(workspace.owner, first)
    assert msgspec.json.decode(hello)["seq"] == last
    assert [i["seq"] for f in missed for i in msgspec.json.decode(f)["items"]] == [last - 2, last - 1, last]


async def test_many_who_come_back_at_once_share_the_work(
    db: Db, workspace: TestWorkspace, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever gap each has, and whoever they are, each gets exactly theirs; the rows are read a few times only."""
    reads = 0

    async def count(db: Db, workspace_id: int, events: Sequence[Recorded]) -> str:
        nonlocal reads
        reads += 1
        return await hydrate(db, workspace_id, events)

    hub.shape = msgspec.structs.replace(SHAPE, hydrate=count)
    mine = await workspace.team("Mine")
    member = msgspec.structs.replace((await workspace.agent(teams=(mine,)))[0], scope=Scope.TEAM)
    watcher, hello, _ = await hub.subscribe(workspace.owner, None)
    start = int(msgspec.json.decode(hello)["seq"])
    theirs = {await emit(db, workspace, 1, team=(mine, mine) if n % 3 else (None, None)): n % 3 > 0 for n in range(60)}
    last = start + 60
    await frames(watcher, last)
    reads = 0
    people = [(member if n % 2 else workspace.owner, start + n % 61) for n in range(300)]
    found = await asyncio.gather(*(hub.subscribe(actor, resume) for actor, resume in people))
    for (actor, resume), (_, hello, missed) in zip(people, found, strict=True):
        assert msgspec.json.decode(hello)["seq"] == last
        visible = [s for s in range(resume + 1, last + 1) if actor is workspace.owner or theirs[s]]
        assert [i["seq"] for f in missed for i in msgspec.json.decode(f)["items"]] == visible
    assert reads < 10


async def test_a_gap_that_cannot_be_read_fails_all_who_ask(db: Db, workspace: TestWorkspace, hub: Hub) -> None:
    """The socket ends and the browser comes back; the next answer is not harmed."""

    async def broken(db: Db, workspace_id: int, events: Sequence[Recorded]) -> str:
        raise RuntimeError("no")

    last = await emit(db, workspace, 3)
    hub.shape = msgspec.structs.replace(SHAPE, hydrate=broken)
    found = await asyncio.gather(*(hub.subscribe(workspace.owner, last - 2) for _ in range(3)), return_exceptions=True)
    assert [type(f) for f in found] == [RuntimeError] * 3
    hub.shape = SHAPE
    _, _, missed = await hub.subscribe(workspace.owner, last - 2)
    assert len(missed) == 1


@pytest.mark.parametrize("offset", [-(MAX_REPLAY + 1), 5])
async def test_too_old_or_ahead_is_told_to_start_again(db: Db, workspace: TestWorkspace, hub: Hub, offset: int) -> None:
    last = await emit(db, workspace, MAX_REPLAY + 2)
    _, _, missed = await hub.subscribe(workspace.owner, last + offset)
    assert [msgspec.json.decode(f) for f in missed] == [{"type": "reset", "seq": last}]


async def test_each_viewer_sees_what_was_or_is_theirs(db: Db, workspace: TestWorkspace, hub: Hub) -> None:
    mine, other = await workspace.team("Mine"), await workspace.team("Other")
    actor, _ = await workspace.agent(teams=(mine,))
    member = msgspec.structs.replace(actor, scope=Scope.TEAM)
    subscriber, _, _ = await hub.subscribe(member, None)
    gone = await emit(db, workspace, 1, team=(mine, other))  # visible before, so they see it leave
    await emit(db, workspace, 1, team=(other, other))
    back = await emit(db, workspace, 1, team=(other, mine))
    assert await frames(subscriber, back) == [gone, back]


async def test_a_person_whose_rights_changed_is_disconnected(db: Db, workspace: TestWorkspace, hub: Hub) -> None:
    subscriber, _, _ = await hub.subscribe(workspace.owner, None)
    assert workspace.owner.agent_id is not None
    async with db.transaction(system(workspace.id)) as tx:
        tx.emit(Removed(agent_id=workspace.owner.agent_id))
        tx.emit(Moved(n=1))
    assert await asyncio.wait_for(subscriber.queue.get(), 5) is None


def test_a_browser_that_cannot_keep_up_is_ended() -> None:
    subscriber = Subscriber(Actor(workspace_id=1))
    for n in range(MAX_QUEUED + 1):
        subscriber.push(str(n).encode())
    assert subscriber.queue.get_nowait() is None


async def test_rows_that_cannot_be_read_make_browsers_refetch(db: Db, workspace: TestWorkspace, dsn: str) -> None:
    async def broken(db: Db, workspace_id: int, events: Sequence[Recorded]) -> str:
        raise RuntimeError("no")

    bus = Bus(dsn)
    db.on_commit = bus.notify
    hub = Hub(db, bus, msgspec.structs.replace(SHAPE, hydrate=broken))
    subscriber, _, _ = await hub.subscribe(workspace.owner, None)
    last = await emit(db, workspace, 1)
    frame = await asyncio.wait_for(subscriber.queue.get(), 5)
    assert frame is not None
    assert msgspec.json.decode(frame) == {"type": "reset", "seq": last}
    assert await head(db, workspace.id) == last
    await hub.close()


async def test_what_happens_after_me_was_read_is_replayed(
    db: Db, workspace: TestWorkspace, hub: Hub, client: SignedIn
) -> None:
    """The page reads `me`, then its lists, then opens the socket: nothing in between may be missed."""
    seq = (await client.get("/api/me")).json()["seq"]
    last = await emit(db, workspace, 1)
    _, _, missed = await hub.subscribe(workspace.owner, seq)
    assert [i["seq"] for f in missed for i in msgspec.json.decode(f)["items"]] == [last]


async def test_followers_get_every_batch_also_without_an_agent(db: Db, workspace: TestWorkspace, hub: Hub) -> None:
    before = await emit(db, workspace, 2)
    assert await hub.keep_open(workspace.id) == before
    got: list[int] = []
    done = asyncio.Event()

    async def broken(workspace_id: int, events: list[Recorded]) -> None:
        raise RuntimeError("no")

    async def follow(workspace_id: int, events: list[Recorded]) -> None:
        assert workspace_id == workspace.id
        got.extend(e.seq for e in events)
        if got[-1] >= last:
            done.set()

    hub.follow(broken)
    stop = hub.follow(follow)
    last = before + 120
    await emit(db, workspace, 60)
    await emit(db, workspace, 60)
    await asyncio.wait_for(done.wait(), 10)
    stop()
    await emit(db, workspace, 1)
    subscriber, _, _ = await hub.subscribe(workspace.owner, None)
    await frames(subscriber, await emit(db, workspace, 1))
    assert got == list(range(before + 1, last + 1))
