"""Waiting for an event, but not for ever."""

import asyncio
import contextlib


async def wait_at_most(seconds: float, event: asyncio.Event) -> bool:
    """Wait until `event` is set or `seconds` are over; whether it is set.

    Not by `asyncio.wait_for`: before Python 3.12 that loses a cancellation that comes as the event is set
    (python/cpython#86296), and the task that was to end goes on for ever.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
