"""Noticing that a visitor has left: once, under the conversation's lock, on every conversation it concerns."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from tests.channels.messenger.conftest import TestMessenger
from tests.conftest import FakeClock
from tests.support.chat import AWAY_S, LIVE_S, Visitor
from tests.support.workspace import TestWorkspace

from hark.channels.messenger.leaving import sweep_left
from hark.channels.messenger.mailing import NO_ADDRESS
from hark.channels.messenger.presence import leave_soon
from hark.conversations.actions import resolve
from hark.conversations.merging import merge, split, unmerge
from hark.core.db import Db
from hark.core.services import Services
from hark.core.wake import Bus
from hark.hours.queries import open_seconds
from hark.journey.rebuild import rebuild
from hark.value.pricing import pricing_of


@pytest.fixture(autouse=True)
def standing(clock: FakeClock) -> None:
    clock.at = clock()


@pytest_asyncio.fixture
async def visitor(db: Db, workspace: TestWorkspace) -> Visitor:
    return await Visitor(db, workspace).arrive()


@pytest.fixture
def signals(services: Services) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []
    services.bus.on_signal(lambda _ws, signal: said.append(signal))
    return said


async def left(visitor: Visitor, id: UUID | None = None) -> int:
    """How often the journal says so of a conversation."""
    sql = "SELECT count(*) FROM events WHERE workspace_id = $1 AND conversation_id = $2 AND kind = 26"
    return await visitor.db.one(int, sql, visitor.ws.id, id or visitor.conversation_id)


async def patience(visitor: Visitor, id: UUID | None = None) -> int:
    """Of whoever waits in a conversation; 0 when nobody does."""
    sql = "SELECT coalesce(round(1 / per_s), 0)::int FROM conversations WHERE workspace_id = $1 AND id = $2"
    return await visitor.db.one(int, sql, visitor.ws.id, id or visitor.conversation_id)


async def test_a_visitor_is_there_until_their_time_runs_out(
    services: Services, visitor: Visitor, clock: FakeClock, signals: list[dict[str, Any]]
) -> None:
    await visitor.says()
    clock.advance(seconds=59)
    assert await sweep_left(visitor.db, services.bus) == 0
    assert (await patience(visitor), await left(visitor)) == (LIVE_S, 0)
    clock.advance(seconds=2)
    assert await sweep_left(visitor.db, services.bus) == 1
    assert (await patience(visitor), await left(visitor)) == (AWAY_S, 1)
    assert await sweep_left(visitor.db, services.bus) == 0
    about = {"conversation_id": str(visitor.conversation_id), "team_id": visitor.ws.team_id, "assignee_id": None}
    assert signals == [{"type": "visitor", **about, "live": False, "typing": False}]


async def test_who_comes_back_goes_on_waiting_calmly_until_the_answer(
    services: Services, visitor: Visitor, clock: FakeClock
) -> None:
    await visitor.says()
    clock.advance(seconds=61)
    await sweep_left(visitor.db, services.bus)
    await visitor.says("still me")
    assert await patience(visitor) == AWAY_S
    await visitor.answered()
    await visitor.says("and then?")
    assert await patience(visitor) == LIVE_S
    clock.advance(seconds=61)
    await sweep_left(visitor.db, services.bus)
    assert (await patience(visitor), await left(visitor)) == (AWAY_S, 2)


async def test_leaving_after_the_answer_is_no_event_of_a_second_time(
    services: Services, visitor: Visitor, clock: FakeClock, signals: list[dict[str, Any]]
) -> None:
    """Somebody who only has the page open comes and goes; the journal hears of it once, browsers every time."""
    await visitor.says()
    await visitor.answered()
    for _ in range(3):
        await visitor.stay()
        clock.advance(seconds=61)
        assert await sweep_left(visitor.db, services.bus) == 1
    assert await left(visitor) == 1
    assert [s["live"] for s in signals] == [False] * 3


async def test_two_workers_say_it_once(services: Services, visitor: Visitor, clock: FakeClock) -> None:
    await visitor.says()
    clock.advance(seconds=61)
    other = Bus("")
    told = await asyncio.gather(*(sweep_left(visitor.db, bus) for bus in (services.bus, other, services.bus, other)))
    assert (sum(told), await left(visitor)) == (1, 1)


async def test_a_second_thread_of_the_conversation_keeps_its_customer_there(
    services: Services, visitor: Visitor, db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    await visitor.says()
    other = await Visitor(db, workspace).arrive()
    await other.says(into=visitor.conversation_id)
    clock.advance(seconds=30)
    await other.stay()
    clock.advance(seconds=31)
    assert await sweep_left(db, services.bus) == 1
    assert (await patience(visitor), await left(visitor)) == (LIVE_S, 0)
    clock.advance(seconds=30)
    await sweep_left(db, services.bus)
    assert (await patience(visitor), await left(visitor)) == (AWAY_S, 1)


async def merged(visitor: Visitor, db: Db, workspace: TestWorkspace, clock: FakeClock) -> tuple[UUID, UUID]:
    """The visitor's conversation, merged into another visitor's who was never there live."""
    child = (await visitor.says()).conversation_id
    clock.advance(seconds=1)
    root = (await (await Visitor(db, workspace).arrive()).says(live=False)).conversation_id
    async with db.transaction(workspace.owner) as tx:
        await merge(tx, child, into=root)
    return child, root


async def test_leaving_a_merged_conversation_is_told_to_both(
    services: Services, visitor: Visitor, db: Db, workspace: TestWorkspace, clock: FakeClock,
    signals: list[dict[str, Any]],
) -> None:  # fmt: skip
    child, root = await merged(visitor, db, workspace, clock)
    assert await patience(visitor, root) == LIVE_S
    clock.advance(seconds=61)
    await sweep_left(db, services.bus)
    assert (await left(visitor, child), await left(visitor, root)) == (1, 1)
    assert await patience(visitor, root) == AWAY_S
    assert [s["conversation_id"] for s in signals] == [str(root)]
    async with db.transaction(workspace.owner) as tx:
        await unmerge(tx, child)
    assert (await patience(visitor, child), await patience(visitor, root)) == (AWAY_S, AWAY_S)


async def test_an_unmerge_before_leaving_brings_the_live_wait_back(
    services: Services, visitor: Visitor, db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    child, root = await merged(visitor, db, workspace, clock)
    async with db.transaction(workspace.owner) as tx:
        await unmerge(tx, child)
    assert (await patience(visitor, child), await patience(visitor, root)) == (LIVE_S, AWAY_S)
    clock.advance(seconds=61)
    await sweep_left(db, services.bus)
    assert (await patience(visitor, child), await left(visitor, root)) == (AWAY_S, 0)


async def test_a_split_takes_the_live_wait_and_its_leaving_along(
    services: Services, visitor: Visitor, db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    await visitor.says("one")
    await visitor.answered()
    second = await visitor.says("two")
    async with db.transaction(workspace.owner) as tx:
        new = await split(tx, second.conversation_id, [second.message_id])
    assert (await patience(visitor), await patience(visitor, new)) == (0, LIVE_S)
    clock.advance(seconds=61)
    await sweep_left(db, services.bus)
    assert (await patience(visitor, new), await left(visitor, new)) == (AWAY_S, 1)


async def test_who_leaves_a_question_and_no_address_is_told_about_once(
    services: Services, db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    visitor = await Visitor(db, workspace).arrive(None)
    notes = "SELECT text FROM messages WHERE workspace_id = $1 AND kind = 3 ORDER BY seq"
    await visitor.says()
    for expected in ([NO_ADDRESS], [NO_ADDRESS]):  # a look at the page in between says nothing new
        await visitor.stay()
        clock.advance(seconds=61)
        await sweep_left(db, services.bus)
        assert await db.all(str, notes, workspace.id) == expected
    await visitor.says("anybody?")
    clock.advance(seconds=61)
    await sweep_left(db, services.bus)
    assert await db.all(str, notes, workspace.id) == [NO_ADDRESS, NO_ADDRESS]


async def test_a_resolved_conversation_is_left_in_silence(
    services: Services, db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    visitor = await Visitor(db, workspace).arrive(None)
    received = await visitor.says()
    async with db.transaction(workspace.owner) as tx:
        await resolve(tx, received.conversation_id)
    clock.advance(seconds=61)
    assert await sweep_left(db, services.bus) == 1
    assert await db.all(str, "SELECT text FROM messages WHERE workspace_id = $1 AND kind = 3", workspace.id) == []


async def test_a_live_wait_outside_hours_counts_on_the_accounts_calendar(
    services: Services, visitor: Visitor, db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    """The team clock stands still at night, also for somebody who is there; the customer clock does not."""
    calendar = await db.one(
        int, "INSERT INTO calendars (workspace_id, name) VALUES ($1, 'Never') RETURNING id", workspace.id
    )
    await db.run(
        "INSERT INTO calendar_versions (workspace_id, calendar_id, valid_from, tz, periods, holidays, f_base)"
        " VALUES ($1, $2, '2000-01-01Z', 'UTC', '[]', '[]', 0)",
        workspace.id, calendar,
    )  # fmt: skip
    visitor.account = type(visitor.account)(
        id=visitor.account.id, calendar_id=calendar, team_id=visitor.account.team_id, kind=2
    )
    await visitor.says()
    clock.advance(seconds=300)
    await visitor.answered()
    row = await db.pool.fetchrow(
        "SELECT extract(epoch FROM closed_at - opened_at)::int AS customer_s, f1 - f0 AS team_s, live, calendar_id"
        " FROM waits WHERE workspace_id = $1", workspace.id)  # fmt: skip
    assert dict(row) == {"customer_s": 300, "team_s": 0.0, "live": True, "calendar_id": calendar}


async def test_a_rebuild_finds_nothing_to_change(
    services: Services, visitor: Visitor, db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    child, _ = await merged(visitor, db, workspace, clock)
    clock.advance(seconds=61)
    await sweep_left(db, services.bus)
    async with db.transaction(workspace.owner) as tx:
        await unmerge(tx, child)
    result = await rebuild(db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[workspace.id])
    assert (result.conversations, result.changed) == (2, 0)


async def test_a_leaving_that_cannot_be_noted_stops_no_other(
    services: Services, visitor: Visitor, db: Db, workspace: TestWorkspace, clock: FakeClock
) -> None:
    other = await Visitor(db, workspace).arrive()
    for one in (visitor, other):
        await one.says()
    broken = "UPDATE conversations SET journey = $2 WHERE id = $1"
    whole = await db.one(bytes, "SELECT journey FROM conversations WHERE id = $1", visitor.conversation_id)
    await db.run(broken, visitor.conversation_id, b"?")
    clock.advance(seconds=61)
    assert await sweep_left(db, services.bus) == 1
    assert (await left(visitor), await left(other)) == (0, 1)
    await db.run(broken, visitor.conversation_id, whole)
    assert await sweep_left(db, services.bus) == 1
    assert await left(visitor) == 1


async def test_who_leaves_while_somebody_answers_is_asked_for_again(
    db: Db, messenger: TestMessenger, workspace: TestWorkspace, clock: FakeClock
) -> None:
    await (await messenger.visitor()).write("Hello")
    here, until = clock() + timedelta(seconds=60), clock() + timedelta(seconds=20)
    visitor_id = await db.pool.fetchval(
        "UPDATE endpoints SET live_until = $2 WHERE workspace_id = $1 RETURNING visitor_id", workspace.id, here
    )
    who = (workspace.id, visitor_id)
    async with db.pool.acquire() as colleague, colleague.transaction():
        await colleague.execute("SELECT FROM endpoints WHERE workspace_id = $1 AND visitor_id = $2 FOR UPDATE", *who)
        assert [(busy.workspace_id, busy.id) for busy in await leave_soon(db, [who], until)] == [who]
    assert await leave_soon(db, [who], until) == []
    assert await db.pool.fetchval("SELECT live_until FROM endpoints WHERE workspace_id = $1", workspace.id) == until
