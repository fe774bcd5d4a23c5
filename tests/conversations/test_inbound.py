"""Messages joining conversations: what every mail does to its conversation, in how few statements."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.workspace import TestWorkspace

from hark.conversations.types import Delivery, MessageKind
from hark.core.db import Db
from hark.journey.types import Status


async def column(db: Db, ws: int, id: UUID, name: str) -> Any:
    return (await db.pool.fetchrow("SELECT * FROM conversations WHERE workspace_id = $1 AND id = $2", ws, id))[name]


async def kinds(db: Db, ws: int, id: UUID) -> list[int]:
    rows = await db.pool.fetch(
        "SELECT kind FROM events WHERE workspace_id = $1 AND conversation_id = $2 ORDER BY conversation_seq", ws, id
    )
    return [r["kind"] for r in rows]


async def test_a_first_mail_starts_a_conversation(db: Db, workspace: TestWorkspace, post: Any) -> None:
    got = await post.mail("Hello,\n  where is it?", subject="Order 77")
    assert got.started
    row = await db.pool.fetchrow("SELECT * FROM conversations WHERE id = $1", got.conversation_id)
    assert (row["number"], row["subject"], row["preview"]) == (1, "Order 77", "Hello, where is it?")
    assert (row["seq"], row["customer_seq"], row["public_seq"]) == (2, 2, 2)
    assert row["team_id"] == workspace.team_id
    assert row["status"] == Status.OPEN
    assert row["wait_t0"] is not None
    assert await kinds(db, workspace.id, got.conversation_id) == [1, 2]
    assert (await post.mail()).conversation_id != got.conversation_id


async def test_a_reply_waits_for_the_customer_who_reopens_it(db: Db, workspace: TestWorkspace, post: Any) -> None:
    first = await post.mail()
    sent = await post.reply(first.conversation_id, resolve=True)
    assert sent.seq == 3
    assert await column(db, workspace.id, first.conversation_id, "status") == Status.RESOLVED
    again = await post.mail("Still nothing", to=first.conversation_id)
    assert (again.started, again.reopened) == (False, True)
    assert await column(db, workspace.id, first.conversation_id, "status") == Status.OPEN
    thanks = await post.mail("Thank you", to=first.conversation_id, needs_answer=False)
    assert not thanks.reopened
    assert await kinds(db, workspace.id, first.conversation_id) == [1, 2, 3, 8, 2, 9, 2]


async def test_thank_you_after_a_resolve_reopens_nothing(db: Db, workspace: TestWorkspace, post: Any) -> None:
    first = await post.mail()
    await post.reply(first.conversation_id, resolve=True)
    await post.mail("Thank you!", to=first.conversation_id, needs_answer=False)
    assert await column(db, workspace.id, first.conversation_id, "status") == Status.RESOLVED
    assert await column(db, workspace.id, first.conversation_id, "wait_t0") is None


async def test_an_automatic_answer_stands_in_the_thread_and_moves_nothing(
    db: Db, workspace: TestWorkspace, post: Any
) -> None:
    first = await post.mail()
    await post.reply(first.conversation_id)
    await post.mail("I am away", to=first.conversation_id, kind=MessageKind.AUTO_REPLY, needs_answer=False)
    assert await column(db, workspace.id, first.conversation_id, "status") == Status.WAITING
    assert await column(db, workspace.id, first.conversation_id, "customer_seq") == 2
    assert (await kinds(db, workspace.id, first.conversation_id))[-1] == 52


async def test_a_kept_ball_has_a_promise_timer_that_the_next_reply_cancels(
    db: Db, workspace: TestWorkspace, post: Any
) -> None:
    first = await post.mail()
    due = datetime.now(UTC) + timedelta(hours=4)
    await post.reply(first.conversation_id, keeps_ball=True, promise_until=due)
    timers = "SELECT count(*) FROM timers WHERE subject_id = $1 AND kind < 10"
    assert await db.pool.fetchval(timers, first.conversation_id) == 1
    assert await column(db, workspace.id, first.conversation_id, "status") == Status.OPEN
    await post.reply(first.conversation_id)
    assert await db.pool.fetchval(timers, first.conversation_id) == 0
    assert await column(db, workspace.id, first.conversation_id, "promise_until") is None


async def test_history_keeps_its_own_times(db: Db, workspace: TestWorkspace, post: Any) -> None:
    then = datetime(2020, 5, 4, 9, tzinfo=UTC)
    first = await post.mail(at=then)
    await post.reply(first.conversation_id, at=then + timedelta(hours=2), delivery=Delivery.SENT)
    row = await db.pool.fetchrow("SELECT * FROM waits WHERE conversation_id = $1", first.conversation_id)
    assert (row["opened_at"], row["closed_at"]) == (then, then + timedelta(hours=2))
    assert await column(db, workspace.id, first.conversation_id, "created_at") == then


async def test_a_late_mail_does_not_take_the_place_of_a_newer_one(db: Db, workspace: TestWorkspace, post: Any) -> None:
    first = await post.mail("newest")
    await post.mail("older", to=first.conversation_id, at=datetime.now(UTC) - timedelta(days=2))
    assert await column(db, workspace.id, first.conversation_id, "preview") == "newest"


@pytest.mark.parametrize("new", [True, False])
async def test_a_mail_costs_few_round_trips(db: Db, post: Any, new: bool) -> None:
    first = await post.mail()
    statements: list[str] = []

    def log(record: Any) -> None:
        statements.append(record.query)

    connections = [holder._con for holder in db.pool._holders if holder._con]
    for one in connections:
        one.add_query_logger(log)
    try:
        await post.mail(to=None if new else first.conversation_id, sender="anna@shop.example")
    finally:
        for one in connections:
            one.remove_query_logger(log)
    work = [s for s in statements if not s.lstrip().upper().startswith(("BEGIN", "COMMIT", "SET", "RESET"))]
    ours = [s for s in work if "messages" in s or "INSERT INTO conversations" in s or "FOR UPDATE" in s]
    assert len(ours) == 2, ours
