"""The journey under the real actions, hours and prices: merge, split, correct, and rebuild to the same rows."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.workspace import TestWorkspace

from hark.contacts.actions import resolve_contact
from hark.conversations.actions import assign, mark_spam, reopen, resolve, set_needs_answer, set_severity, unmark_spam
from hark.conversations.inbound import receive_message, release_reply
from hark.conversations.merging import merge, split, unmerge
from hark.conversations.types import AccountRef, Headers, NewEndpoint, NewInbound, NewReply, Received
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.hours.actions import add_version, rewrite_hours
from hark.hours.queries import open_seconds
from hark.hours.types import NewVersion, Period, Plan
from hark.journey.rebuild import rebuild
from hark.journey.types import Status, WaitOutcome
from hark.value.pricing import pricing_of

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class House:
    """Customers write and people of the team act, each in a transaction of its own and an hour after the last."""

    def __init__(self, db: Db, workspace: TestWorkspace, clock: Any) -> None:
        self.db, self.ws, self.clock = db, workspace, clock
        self.clock.at = NOON
        self.endpoints: dict[UUID, UUID] = {}

    async def writes(self, conversation: UUID | None = None, *, needs_answer: bool = True) -> Received:
        self.clock.advance(hours=1)
        async with self.db.transaction(self.ws.owner) as tx:
            contact = await resolve_contact(tx, address="ann@customer.example", name="Ann")
            received = await receive_message(
                tx,
                NewInbound(
                    account=AccountRef(id=self.ws.account_id, calendar_id=self.ws.calendar_id, team_id=self.ws.team_id),
                    contact_id=contact.contact_id, at=tx.now(), text="Where is it?", headers=Headers(subject="Order"),
                    conversation_id=conversation, endpoint_id=self.endpoints.get(conversation) if conversation else None,
                    endpoint=NewEndpoint(thread_key=f"t{self.clock.at}"), needs_answer=needs_answer,
                ),
            )  # fmt: skip
        if conversation is None:
            self.endpoints[received.conversation_id] = await self.db.one(
                UUID, "SELECT id FROM endpoints WHERE workspace_id = $1 AND conversation_id = $2", self.ws.id,
                received.conversation_id,
            )  # fmt: skip
        return received

    async def answers(self, id: UUID, **options: Any) -> None:
        self.clock.advance(hours=1)
        async with self.db.transaction(self.ws.owner) as tx:
            reply = NewReply(
                conversation_id=id, endpoint_id=self.endpoints[id], text="Soon.", headers=Headers(),
                agent_id=self.ws.owner.agent_id, **options,
            )  # fmt: skip
            await release_reply(tx, reply)

    async def does(self, action: Any, *args: Any, **options: Any) -> Any:
        self.clock.advance(hours=1)
        async with self.db.transaction(self.ws.owner) as tx:
            return await action(tx, *args, **options)

    async def waits(self, id: UUID) -> list[Any]:
        return list(
            await self.db.pool.fetch(
                "SELECT * FROM waits WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY n", self.ws.id, id
            )
        )

    async def status(self, id: UUID) -> Status:
        sql = "SELECT status FROM conversations WHERE workspace_id = $1 AND id = $2"
        return Status(await self.db.one(int, sql, self.ws.id, id))

    async def dump(self) -> list[list[Any]]:
        found = []
        for table, order in (("spans", "conversation_id, n"), ("waits", "conversation_id, n"),
                             ("episodes", "conversation_id, n"), ("conversations", "id")):  # fmt: skip
            sql = f"SELECT * FROM {table} WHERE workspace_id = $1 ORDER BY {order}"
            found.append([dict(row) for row in await self.db.pool.fetch(sql, self.ws.id)])
        return found


@pytest.fixture
def house(db: Db, workspace: TestWorkspace, clock: Any) -> House:
    return House(db, workspace, clock)


async def test_a_busy_day_rebuilds_to_the_same_rows(house: House) -> None:
    first, second, third = [(await house.writes()).conversation_id for _ in range(3)]
    await house.does(assign, first, assignee_id=house.ws.owner.agent_id)
    await house.answers(first, keeps_ball=True, promise_until=NOON + timedelta(hours=20))
    await house.does(set_severity, second, 3)
    late = await house.writes(first)
    await house.does(merge, second, first)
    await house.answers(first)
    await house.does(resolve, third)
    await house.does(reopen, third)
    await house.does(mark_spam, third)
    await house.writes(third)
    await house.does(unmark_spam, third)
    await house.does(unmerge, second)
    thanks = await house.writes(first)
    await house.does(set_needs_answer, thanks.message_id, False)
    again = await house.writes(first)
    fresh = await house.does(split, first, [again.message_id])
    await house.answers(second, resolve=True)

    assert await house.status(first) is Status.WAITING
    assert await house.status(second) is Status.RESOLVED
    assert await house.status(third) is Status.OPEN
    assert [w["outcome"] for w in await house.waits(first)] == [WaitOutcome.KEPT, WaitOutcome.ANSWERED]
    assert late.started is False
    (inherited,) = await house.waits(fresh)
    assert inherited["closed_at"] is None

    before = await house.dump()
    done = await rebuild(house.db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[house.ws.id])
    assert (done.conversations, done.changed) == (4, 0)
    assert await house.dump() == before


async def test_hours_entered_too_late_are_counted_again_as_if_they_had_always_been(house: House) -> None:
    """What `hark recalc` does: the same rows as with the right hours from the start, which `hark rebuild` confirms."""
    id = (await house.writes()).conversation_id  # 13:00 UTC on a Monday
    await house.answers(id)  # 14:00
    await house.writes(id)
    half_days = Plan(tz="UTC", periods=tuple(Period(weekday=d, start="09:00", end="13:30") for d in range(7)))
    house.clock.advance(days=1)
    async with house.db.transaction(house.ws.owner) as tx:
        await add_version(tx, house.ws.calendar_id, NewVersion(plan=half_days))
    before = await house.waits(id)
    assert before[0]["f1"] - before[0]["f0"] == 3600  # open day and night then
    async with house.db.transaction(house.ws.owner) as tx:
        await rewrite_hours(tx, house.ws.calendar_id, NOON - timedelta(days=1))
    counted = await rebuild(house.db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[house.ws.id])
    assert counted.changed == 1
    after = await house.waits(id)
    assert after[0]["f1"] - after[0]["f0"] == 1800
    assert (after[0]["opened_at"], after[0]["closed_at"]) == (before[0]["opened_at"], before[0]["closed_at"])
    again = await rebuild(house.db, hours_of=open_seconds, pricing_of=pricing_of, workspaces=[house.ws.id])
    assert again.changed == 0
    async with house.db.transaction(house.ws.owner) as tx:
        with pytest.raises(BadRequest, match="past"):
            await rewrite_hours(tx, house.ws.calendar_id, tx.now() + timedelta(days=1))
