"""`hark rebuild` and `hark recalc`: promises follow, also those that are over, and nobody is told."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.sla.test_promises import rows, told
from tests.support.workspace import SignedIn, TestWorkspace

from hark.commands.recalc import recount
from hark.core.db import Db
from hark.hours.actions import rewrite_hours
from hark.sla.types import PromiseKind as Kind
from hark.sla.types import PromiseState as State

START = datetime(2026, 3, 2, 9, tzinfo=UTC)  # a Monday


def quietly(done: int, total: int) -> None:
    """Nobody looks at the progress."""


async def lives(post: Any, clock: Any, serve: Any) -> list[Any]:
    """One answered late, one answered in time, one waiting too long, one resolved, merged and paused ones."""
    ids = [(await post.mail(sender=f"c{n}@shop.example")).conversation_id for n in range(4)]
    clock.advance(hours=2)
    await post.reply(ids[1])
    clock.advance(hours=11)
    await serve()
    await post.reply(ids[0])
    await post.mail("and now?", to=ids[1])
    clock.advance(hours=1)
    await post.reply(ids[2], keeps_ball=True, promise_until=clock() + timedelta(hours=2))
    await serve()
    return ids


async def test_a_sound_database_comes_out_unchanged(db: Db, post: Any, serve: Any, clock: Any, policy: Any, workspace: TestWorkspace) -> None:
    clock.at = START
    await policy(first_reply_s=12 * 3600, next_reply_s=4 * 3600, resolution_s=40 * 3600, clock="team")
    ids = await lives(post, clock, serve)
    before = [await rows(db, id) for id in ids]
    clock.advance(minutes=7)
    result = await recount(db, workspace.id, quietly)
    assert (result.conversations, result.changed, result.followed) == (4, 0, 0)
    assert [await rows(db, id) for id in ids] == before


async def test_what_is_about_to_be_told_still_is(db: Db, post: Any, serve: Any, clock: Any, workspace: TestWorkspace) -> None:
    clock.at = START
    await post.mail()
    clock.advance(hours=12, seconds=1)
    await recount(db, workspace.id, quietly)
    assert await told(db, workspace.id) == []
    clock.advance(seconds=2)
    await serve()
    assert 161 in await told(db, workspace.id)


async def test_hours_entered_too_late_break_a_promise_of_the_past_and_tell_nobody(
    db: Db, post: Any, serve: Any, clock: Any, client: SignedIn, workspace: TestWorkspace
) -> None:
    clock.at = START.replace(hour=15)
    id = (await post.mail()).conversation_id
    clock.advance(hours=13)  # open day and night: twelve hours are over
    await serve()
    await post.reply(id)
    assert (await rows(db, id))[Kind.FIRST_REPLY, 1]["state"] == State.BROKEN
    days = [{"weekday": day, "start": "09:00", "end": "17:00"} for day in range(7)]
    await client.post(f"/api/calendars/{workspace.calendar_id}/versions", {"plan": {"tz": "UTC", "periods": days, "holidays": []}})
    await serve()
    before = await told(db, workspace.id)
    async with db.transaction(workspace.owner) as tx:
        await rewrite_hours(tx, workspace.calendar_id, START - timedelta(days=1))
    result = await recount(db, workspace.id, quietly)
    assert (result.changed, result.followed) == (1, 1)
    row = (await rows(db, id))[Kind.FIRST_REPLY, 1]
    assert (row["state"], row["breached_at"]) == (State.KEPT, None)
    clock.advance(hours=1)
    await serve()
    assert await told(db, workspace.id) == before
    assert (await recount(db, workspace.id, quietly)).followed == 0
