"""Waiting at most so long: what came, and that an end is never lost."""

import asyncio

import pytest

from hark.core.waiting import wait_at_most


async def test_it_says_whether_the_event_came() -> None:
    event = asyncio.Event()
    assert not await wait_at_most(0.01, event)
    asyncio.get_running_loop().call_soon(event.set)
    assert await wait_at_most(60, event)
    assert await wait_at_most(0, event)


@pytest.mark.parametrize("steps", range(3))
async def test_a_cancellation_that_comes_with_the_event_ends_the_task(steps: int) -> None:
    event = asyncio.Event()

    async def work_for_ever() -> None:
        while True:
            await wait_at_most(60, event)
            event.clear()

    task = asyncio.create_task(work_for_ever())
    await asyncio.sleep(0.01)
    event.set()
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    _, still_there = await asyncio.wait([task], timeout=5)
    assert not still_there
