"""The staffing page's addresses."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar.params import Parameter

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import Body, delete, get, post
from hark.core.paging import Page
from hark.simulation.actions import delete_run, stop_run
from hark.staffing.outlook import get_staffing
from hark.staffing.trials import Trial, create_trial, get_trial, list_trials, make_plan
from hark.staffing.types import Assumptions, Staffing

Weeks = Annotated[int, msgspec.Meta(ge=1, le=4)]
Within = Annotated[float, msgspec.Meta(ge=0.5, le=0.99)]
Occupancy = Annotated[float, msgspec.Meta(ge=0.3, le=1.0)]
Chats = Annotated[int, msgspec.Meta(ge=1, le=10)]


class NewTrial(Body):
    """The choices of the staffing page whose plan is to be tried out."""

    weeks: Weeks = 1
    team_id: int | None = None
    within: Within = 0.8
    occupancy: Occupancy = 0.85
    chats: Chats = 3


async def get_staffing_route(
    db: Db,
    actor: Actor,
    weeks: Annotated[int, Parameter(ge=1, le=4)] = 1,
    team_id: int | None = None,
    within: Annotated[float, Parameter(ge=0.5, le=0.99)] = 0.8,
    occupancy: Annotated[float, Parameter(ge=0.3, le=1.0)] = 0.85,
    chats: Annotated[int, Parameter(ge=1, le=10)] = 3,
) -> Staffing:
    """What is expected in the coming weeks from tomorrow on, who is needed for it and who is planned."""
    assumptions = Assumptions(within=within, occupancy=occupancy, chats=chats)
    return await get_staffing(db, actor, weeks=weeks, team_id=team_id, assumptions=assumptions, now=db.now())


async def get_trials(db: Db, actor: Actor) -> Page[Trial]:
    """The caller's own trials, newest first."""
    return Page(items=await list_trials(db, actor))


async def post_trial(db: Db, actor: Actor, data: NewTrial) -> Trial:
    """Queue a trial of the plan; the worker computes it."""
    assumptions = Assumptions(within=data.within, occupancy=data.occupancy, chats=data.chats)
    plan = await make_plan(db, actor, weeks=data.weeks, team_id=data.team_id, assumptions=assumptions, now=db.now())
    async with db.transaction(actor) as tx:
        return await create_trial(tx, plan)


async def post_trial_stop(db: Db, actor: Actor, id: UUID) -> Trial:
    async with db.transaction(actor) as tx:
        await stop_run(tx, id)
        return await get_trial(tx, actor, id)


async def remove_trial(db: Db, actor: Actor, id: UUID) -> None:
    async with db.transaction(actor) as tx:
        await delete_run(tx, id)


ROUTES = (
    get("/api/staffing", get_staffing_route, can="reports.read"),
    get("/api/staffing/trials", get_trials, can="reports.read"),
    post("/api/staffing/trials", post_trial, can="reports.read"),
    post("/api/staffing/trials/{id:uuid}/stop", post_trial_stop, can="reports.read"),
    delete("/api/staffing/trials/{id:uuid}", remove_trial, can="reports.read"),
)
