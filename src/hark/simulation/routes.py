"""What-ifs over HTTP."""

from uuid import UUID

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import delete, get, post
from hark.core.paging import Page
from hark.simulation.actions import create_run, delete_run, stop_run
from hark.simulation.queries import get_run, list_runs
from hark.simulation.replay_types import Scenario, Simulation


async def get_runs(db: Db, actor: Actor) -> Page[Simulation]:
    """The caller's own what-ifs, newest first."""
    return Page(items=await list_runs(db, actor, now=db.now()))


async def get_one_run(db: Db, actor: Actor, id: UUID) -> Simulation:
    return await get_run(db, actor, id, now=db.now())


async def post_run(db: Db, actor: Actor, data: Scenario) -> Simulation:
    """Queue a what-if; the worker computes it."""
    async with db.transaction(actor) as tx:
        return await create_run(tx, data)


async def post_stop(db: Db, actor: Actor, id: UUID) -> Simulation:
    async with db.transaction(actor) as tx:
        await stop_run(tx, id)
        return await get_run(tx, actor, id, now=db.now())


async def remove_run(db: Db, actor: Actor, id: UUID) -> None:
    async with db.transaction(actor) as tx:
        await delete_run(tx, id)


ROUTES = (
    get("/api/simulations", get_runs, can="reports.read"),
    post("/api/simulations", post_run, can="reports.read"),
    get("/api/simulations/{id:uuid}", get_one_run, can="reports.read"),
    post("/api/simulations/{id:uuid}/stop", post_stop, can="reports.read"),
    delete("/api/simulations/{id:uuid}", remove_run, can="reports.read"),
)
