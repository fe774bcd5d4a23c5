"""The worker's part: one what-if or trial at a time, in a process of its own at low priority, so that nothing else waits for it."""

import asyncio
import contextlib
import os
import sys
from typing import Any

import msgspec
import structlog

from hark.access.actors import find_agent_actor
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.waiting import wait_at_most
from hark.simulation.actions import Claimed, RunKind, claim_run, finish_run, keep_run, release_run
from hark.simulation.queries import load_history
from hark.simulation.replay_types import Finished, Impossible, Line, Order, Progress, Scenario
from hark.simulation.trial import Plan

log = structlog.get_logger(__name__)

LOOK_S = 2.0
KEEP_S = 1.0
NICE = 10
BROKE = "The simulation ended with an error of its own. Nothing was changed; the log of the worker says why."
NOBODY = "The person who asked for this simulation is no longer active."


async def run_simulations(db: Db, stop: asyncio.Event) -> None:
    """Compute what is asked for until `stop`; what is under way then is given back and begins anew."""
    while not stop.is_set():
        run = await claim_run(db)
        if run is None:
            await wait_at_most(LOOK_S, stop)
        else:
            await work_on(db, run, stop)


async def work_on(db: Db, run: Claimed, stop: asyncio.Event) -> None:
    """Compute one what-if: done, failed, stopped by a person, or given back because the worker stops."""
    actor = await find_agent_actor(db, run.workspace_id, run.agent_id)
    if actor is None:
        await finish_run(db, run, result=None, problem=NOBODY, at=db.now())
        return
    order = await asyncio.to_thread(msgspec.json.encode, await _order(db, actor, run))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hark.simulation.child", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, limit=2**26, preexec_fn=_nice,
    )  # fmt: skip
    heard = _Heard()
    listening = asyncio.create_task(_listen(child, order, heard))
    try:
        while not listening.done():
            await asyncio.wait([listening], timeout=KEEP_S)
            if stop.is_set():
                await release_run(db, run)
                return
            if not await keep_run(db, run, heard.share):
                return  # a person stopped it
        error = listening.result()
        problem = heard.problem if heard.result or heard.problem else BROKE
        if problem == BROKE:
            log.error("a simulation failed", run=str(run.id), error=error)
        await finish_run(db, run, result=heard.result, problem=problem, at=db.now())
    finally:
        await _end(child, listening)


async def _order(db: Db, actor: Actor, run: Claimed) -> Order | Plan:
    """A plan brings all it needs; a what-if the past as its owner may see it."""
    if run.kind is RunKind.TRIAL:
        return msgspec.convert(run.scenario, Plan)
    scenario = msgspec.convert(run.scenario, Scenario)
    return Order(await load_history(db, actor, scenario), scenario)


class _Heard:
    """What the child has said so far."""

    def __init__(self) -> None:
        self.share = 0.0
        self.result: dict[str, Any] | None = None
        self.problem: str | None = None


async def _listen(child: asyncio.subprocess.Process, order: bytes, heard: _Heard) -> str:
    """Feed the child and read its lines to the end; the end of what it wrote as errors."""
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    errors = asyncio.create_task(child.stderr.read())
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(order)
        await child.stdin.drain()
    child.stdin.close()
    async for raw in child.stdout:
        match msgspec.json.decode(raw, type=Line):
            case Progress(share):
                heard.share = share
            case Finished(result):
                heard.result = result
            case Impossible(reason):
                heard.problem = reason
    await child.wait()
    return (await errors)[-2000:].decode(errors="replace")


async def _end(child: asyncio.subprocess.Process, listening: "asyncio.Task[str]") -> None:
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
    await asyncio.wait([listening])
    await child.wait()


def _nice() -> None:
    os.nice(NICE)
