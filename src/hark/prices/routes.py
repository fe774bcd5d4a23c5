"""The value model over HTTP: to read, to try, to take; and what slowness has cost."""

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.http import get, post, put
from hark.core.paging import Page
from hark.prices.actions import save_value
from hark.prices.models import get_value
from hark.prices.preview import preview
from hark.prices.slowness import cost_cases, price_of_slowness
from hark.prices.types import (
    CostCase,
    CostCaseQuestion,
    InboxPreview,
    SlownessAnswer,
    SlownessQuestion,
    ValueCandidate,
    ValueView,
)
from hark.workspaces.actions import check_time_zone


async def get_value_model(db: Db, actor: Actor) -> ValueView:
    return await get_value(db, actor)


async def put_value_model(db: Db, actor: Actor, data: ValueCandidate) -> ValueView:
    async with db.transaction(actor) as tx:
        await save_value(tx, data)
    return await get_value(db, actor)


async def post_value_preview(db: Db, actor: Actor, data: ValueCandidate) -> InboxPreview:
    return await preview(db, actor, data, now=db.now())


async def post_slowness(db: Db, actor: Actor, data: SlownessQuestion) -> SlownessAnswer:
    _check(data)
    return await price_of_slowness(db, actor, data, now=db.now())


async def post_cost_cases(db: Db, actor: Actor, data: CostCaseQuestion) -> Page[CostCase]:
    _check(data)
    return Page(items=await cost_cases(db, actor, data, by=data.by, key=data.key, now=db.now()))


def _check(question: SlownessQuestion) -> None:
    check_time_zone(question.time_zone)
    for period in (question, question.compare):
        if period is not None and period.end <= period.start:
            raise BadRequest("The end of the period must lie after its start.", code="empty_period")


ROUTES = (
    get("/api/value", get_value_model, can="reports.read"),
    put("/api/value", put_value_model, can="settings.write"),
    post(
        "/api/value/preview", post_value_preview, can="settings.write", status_code=200, secret=True
    ),  # asked, not kept
    post("/api/prices/slowness", post_slowness, can="reports.read", status_code=200, secret=True),
    post("/api/prices/cases", post_cost_cases, can="reports.read", status_code=200, secret=True),
)
