"""The worker's part: one what-if or trial at a time, in a process of its own at low priority, so that nothing else waits for it."""

import asyncio
from typing import Any

import msgspec
import structlog

from hark.access.actors import find_agent_actor
from hark.core.actor import Actor
from hark.core.children import run_child
from hark.core.db import Db
from hark.core.waiting import wait_at_most
from hark.simulation.actions import Claimed, RunKind, claim_run, finish_run, keep_run, release_run
from hark.simulation.queries import load_history
from hark.simulation.replay_types import Finished, Impossible, Line, Order, Progress, Scenario
from hark.simulation.trial import Plan

log = structlog.get_logger(__name__)

LOOK_S = 2.0
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
    heard = _Heard()
    error = await run_child(
        "hark.simulation.child", order=order, hear=heard.line, keep=lambda: keep_run(db, run, heard.share),
        give_back=lambda: release_run(db, run), stop=stop,
    )  # fmt: skip
    if error is None:
        return
    problem = heard.problem if heard.result or heard.problem else BROKE
    if problem == BROKE:
        log.error("a simulation failed", run=str(run.id), error=error)
    await finish_run(db, run, result=heard.result, problem=problem, at=db.now())


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

    def line(self, raw: bytes) -> None:
        match msgspec.json.decode(raw, type=Line):
            case Progress(share):
                self.share = share
            case Finished(result):
                self.result = result
            case Impossible(reason):
                self.problem = reason
