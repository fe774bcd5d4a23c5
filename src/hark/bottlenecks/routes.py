"""The map's addresses."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from babel.numbers import get_currency_precision
from litestar.di import Provide
from litestar.params import Parameter, QueryParameter
from litestar.response import Stream
from msgspec.structs import replace

from hark.bottlenecks.eventlogs.xes import write_xes
from hark.bottlenecks.maps import build_map, list_given_up, list_picked, load_journey
from hark.bottlenecks.picks import Pick
from hark.bottlenecks.types import Clock, MapCase, MapView, MapVisit, Slice, Split
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import get
from hark.core.paging import Page
from hark.core.periods import check_period, get_zone
from hark.filters.parse import parse_query
from hark.workspaces.queries import get_workspace

MAX_PERIOD = timedelta(days=3 * 366)


def slice_of(
    start: datetime,
    end: datetime,
    time_zone: str = "UTC",
    clock: Clock = "customer",
    split: Split = "none",
    account_id: int | None = None,
    channel: int | None = None,
    team_id: int | None = None,
    agent_id: int | None = None,
    topic_id: int | None = None,
    tag_id: int | None = None,
    company_id: UUID | None = None,
    weekday: Annotated[int | None, Parameter(ge=0, le=6)] = None,
    hour: Annotated[int | None, Parameter(ge=0, le=23)] = None,
    condition: Annotated[str | None, QueryParameter(name="filter")] = None,
) -> Slice:
    """The period and filters of every address of the map. Raises BadRequest."""
    check_period(start, end, MAX_PERIOD, "three years")
    get_zone(time_zone)
    if condition is not None:
        parse_query(condition)
    return Slice(
        start=start, end=end, time_zone=time_zone, clock=clock, split=split, account_id=account_id, channel=channel,
        team_id=team_id, agent_id=agent_id, topic_id=topic_id, tag_id=tag_id, company_id=company_id, weekday=weekday,
        hour=hour, condition=condition,
    )  # fmt: skip


async def journey_map(
    db: Db, actor: Actor, chosen: Slice, compare_start: datetime | None = None, compare_end: datetime | None = None
) -> MapView:
    """The way from customer to company and back: cases started in [start, end), beside those of a comparison period."""
    if compare_start is None or compare_end is None:
        return await build_map(db, actor, chosen, None)
    check_period(compare_start, compare_end, MAX_PERIOD, "three years")
    return await build_map(db, actor, chosen, replace(chosen, start=compare_start, end=compare_end))


async def journey_map_cases(
    db: Db,
    actor: Actor,
    chosen: Slice,
    node: str | None = None,
    source: str | None = None,
    target: str | None = None,
    variant: str | None = None,
    loop: str | None = None,
    giver: str | None = None,
    taker: str | None = None,
    cut: str | None = None,
    key: str | None = None,
) -> Page[MapCase]:
    """The conversations behind one part of the map, longest in it first, at most 200."""
    pick = Pick(node=node, source=source, target=target, variant=variant, loop=loop, giver=giver, taker=taker, cut=cut,
                key=key)  # fmt: skip
    return Page(items=await list_picked(db, actor, chosen, pick))


async def journey_map_visits(db: Db, actor: Actor, chosen: Slice, step: str) -> Page[MapVisit]:
    """The visits that got no further than one step before the first message, newest first, at most 200."""
    return Page(items=await list_given_up(db, actor, chosen, step))


async def journey_xes(db: Db, actor: Actor, chosen: Slice) -> Stream:
    """The journey of the slice as XES: ids and names of stages, no word a customer wrote."""
    workspace = await get_workspace(db, actor.workspace_id)
    journey = await load_journey(db, actor, chosen)
    money = (workspace.base_currency, 10.0 ** get_currency_precision(workspace.base_currency))
    return xes_answer(write_xes(journey.log, "journey", money=money), "journey.xes")


def xes_answer(pieces: Iterator[bytes], filename: str) -> Stream:
    """A download that is written piece by piece, each in a thread."""

    async def stream() -> AsyncIterator[bytes]:
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece

    headers = {"content-disposition": f'attachment; filename="{filename}"'}
    return Stream(stream(), media_type="application/xml", headers=headers)


CHOSEN = {"chosen": Provide(slice_of, sync_to_thread=False)}

ROUTES = (
    get("/api/reports/map", journey_map, can="reports.read", dependencies=CHOSEN),
    get("/api/reports/map/cases", journey_map_cases, can="reports.read", dependencies=CHOSEN),
    get("/api/reports/map.xes", journey_xes, can="reports.read", dependencies=CHOSEN),
    get("/api/reports/map/visits", journey_map_visits, can="reports.read", dependencies=CHOSEN),
)
