"""Long computing in a process of its own, at low priority: nothing else waits for it, and stopping it is ending it."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Awaitable, Callable

KEEP_S = 1.0  # how often the lease is renewed, and looked whether somebody has stopped it
NICE = 10


async def run_child(
    module: str, *arguments: str, order: bytes, hear: Callable[[bytes], None], keep: Callable[[], Awaitable[bool]],
    give_back: Callable[[], Awaitable[None]], stop: asyncio.Event,
) -> str | None:  # fmt: skip
    """Run `python -m module`, feed it the order and let `hear` have each line it writes; the end of what it wrote as errors.

    None when it was ended before: `keep` said that a person has stopped it, or this worker stops and `give_back` let
    another one begin it anew.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, limit=2**26, preexec_fn=_nice,
    )  # fmt: skip
    listening = asyncio.create_task(_listen(child, order, hear))
    try:
        while not listening.done():
            await asyncio.wait([listening], timeout=KEEP_S)
            if stop.is_set() and not listening.done():
                await give_back()
                return None
            if not await keep():
                return None
        return listening.result()
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
        await asyncio.wait([listening])
        await child.wait()


async def _listen(child: asyncio.subprocess.Process, order: bytes, hear: Callable[[bytes], None]) -> str:
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    errors = asyncio.create_task(child.stderr.read())
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(order)
        await child.stdin.drain()
    child.stdin.close()
    async for raw in child.stdout:
        hear(raw)
    await child.wait()
    return (await errors)[-2000:].decode(errors="replace")


def _nice() -> None:
    os.nice(NICE)
