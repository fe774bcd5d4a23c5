"""Timers fire once, can be moved and cancelled, and a failing one stops no other."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from hark.core.actor import system
from hark.core.db import Db, Tx
from hark.timers.actions import cancel_timer, count_given_up, set_timer
from hark.timers.jobs import serve_due
from hark.timers.types import Timer, TimerKind


class Bell:
    def __init__(self) -> None:
        self.rung: list[tuple[UUID, dict[str, Any]]] = []
        self.broken: set[UUID] = set()

    async def ring(self, tx: Tx, timer: Timer) -> None:
        if timer.subject_id in self.broken:
            await tx.run("SELECT 1 / 0")
        self.rung.append((timer.subject_id, timer.data))


@pytest.fixture
def bell() -> Bell:
    return Bell()


async def put(db: Db, workspace: Any, subject: UUID, seconds: int, clock: Any, **data: Any) -> None:
    async with db.transaction(system(workspace.id)) as tx:
        await set_timer(tx, subject, TimerKind.SNOOZE, clock() + timedelta(seconds=seconds), data)


async def test_it_rings_once_when_due(db: Db, workspace: Any, clock: Any, bell: Bell) -> None:
    subject = uuid4()
    clock.advance(seconds=0)
    await put(db, workspace, subject, 60, clock, why="x")
    handlers = {TimerKind.SNOOZE: bell.ring}
    assert await serve_due(db, handlers) == 0
    clock.advance(seconds=61)
    assert await serve_due(db, handlers) == 1
    assert await serve_due(db, handlers) == 0
    assert bell.rung == [(subject, {"why": "x"})]


async def test_moving_and_cancelling(db: Db, workspace: Any, clock: Any, bell: Bell) -> None:
    moved, gone = uuid4(), uuid4()
    clock.advance(seconds=0)
    for subject in (moved, gone):
        await put(db, workspace, subject, 60, clock)
    await put(db, workspace, moved, 600, clock)
    async with db.transaction(system(workspace.id)) as tx:
        await cancel_timer(tx, gone, TimerKind.SNOOZE)
    clock.advance(seconds=61)
    assert await serve_due(db, {TimerKind.SNOOZE: bell.ring}) == 0
    clock.advance(seconds=600)
    assert await serve_due(db, {TimerKind.SNOOZE: bell.ring}) == 1


async def test_a_failing_timer_waits_and_stops_no_other(db: Db, workspace: Any, clock: Any, bell: Bell) -> None:
    bad, good = uuid4(), uuid4()
    clock.advance(seconds=0)
    await put(db, workspace, bad, 1, clock)
    await put(db, workspace, good, 2, clock)
    bell.broken.add(bad)
    clock.advance(seconds=3)
    handlers = {TimerKind.SNOOZE: bell.ring}
    assert await serve_due(db, handlers) == 1
    assert await serve_due(db, handlers) == 0, "it waits before the next try"
    for _ in range(3):
        clock.advance(hours=2)
        await serve_due(db, handlers)
    assert await count_given_up(db) == 1
    bell.broken.clear()
    clock.advance(hours=2)
    assert await serve_due(db, handlers) == 1
    assert [s for s, _ in bell.rung] == [good, bad]
    assert await count_given_up(db) == 0
