"""The staffing page's address."""

from typing import Annotated

from litestar.params import Parameter

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import get
from hark.staffing.outlook import get_staffing
from hark.staffing.types import Assumptions, Staffing


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


ROUTES = (get("/api/staffing", get_staffing_route, can="reports.read"),)
