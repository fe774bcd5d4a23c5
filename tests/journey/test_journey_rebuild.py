"""`hark rebuild`: the journal alone gives the same rows, and a damaged database is whole again."""

import random
from typing import Any

import pytest_asyncio
from tests.journey.desk import Desk, hours_of, make_desk, pricing_of
from tests.journey.histories import random_history

from hark.core.services import Services
from hark.journey.rebuild import Rebuilt, rebuild


@pytest_asyncio.fixture
async def desk(services: Services, clock: Any) -> Desk:
    """Ten conversations with random pasts."""
    desk = await make_desk(services.db.pool, clock)
    rng = random.Random(4)
    for _ in range(10):
        await desk.play(random_history(rng, 20), rng)
    return desk


async def run(desk: Desk, **options: Any) -> Rebuilt:
    return await rebuild(desk.db, hours_of=hours_of, pricing_of=pricing_of, workspaces=[desk.workspace.id], **options)


async def test_a_rebuild_gives_identical_rows(desk: Desk) -> None:
    before = await desk.dump()
    seen: list[tuple[int, int]] = []
    result = await run(desk, chunk=4, progress=lambda done, total: seen.append((done, total)))
    assert result == Rebuilt(conversations=10, changed=0)
    assert seen == [(4, 10), (8, 10), (10, 10)]
    assert await desk.dump() == before


async def test_a_rebuild_brings_lost_and_changed_rows_back(desk: Desk) -> None:
    before = await desk.dump()
    ws = desk.workspace.id
    for damage in (
        "DELETE FROM spans WHERE workspace_id = $1 AND n = 2",
        "UPDATE episodes SET reopens = 9 WHERE workspace_id = $1",
        "UPDATE conversations SET journey = '', stage = 1, status = 0, since = now() WHERE workspace_id = $1",
        "UPDATE spans SET price_minor = 1 WHERE workspace_id = $1",
    ):
        await desk.db.run(damage, ws)
    assert (await run(desk)).changed == 10
    assert await desk.dump() == before


async def test_a_rebuild_from_nothing_but_the_journal_gives_the_same_times(desk: Desk) -> None:
    """Without the stored waits the stakes are today's; every time, stage and outcome is the same."""
    before = await desk.dump(["spans", "episodes"])
    for table in ("spans", "waits", "episodes"):
        await desk.db.run(f"DELETE FROM {table} WHERE workspace_id = $1", desk.workspace.id)
    await run(desk)
    after = await desk.dump(["spans", "episodes"])
    for row in before["spans"] + after["spans"]:
        del row["price_minor"]
    assert after["spans"] == before["spans"]
    assert after["episodes"] == before["episodes"]


async def test_a_price_once_stated_is_kept_when_the_customer_pays_something_else_later(desk: Desk) -> None:
    before = await desk.dump()
    await desk.db.run("UPDATE conversations SET severity = 3 WHERE workspace_id = $1", desk.workspace.id)
    assert (await run(desk)).changed == 0
    assert await desk.dump() == before


async def test_conversations_without_a_journal_are_left_alone_and_counted(desk: Desk) -> None:
    await desk.conversation()
    assert await run(desk) == Rebuilt(conversations=10, changed=0, without_journal=1)
