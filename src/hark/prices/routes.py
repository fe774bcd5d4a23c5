"""The value model over HTTP: to read, to try, to take; and what slowness has cost."""

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.errors import BadRequest
from hark.core.http import delete, get, post, put
from hark.core.paging import Page
from hark.prices.actions import save_value
from hark.prices.churn import choose_curve, forget_outcomes, get_churn, make_fit, take_outcomes
from hark.prices.models import get_value
from hark.prices.preview import preview
from hark.prices.slowness import cost_cases, price_of_slowness
from hark.prices.types import (
    ChurnView,
    CostCase,
    CostCaseQuestion,
    CurveChoice,
    InboxPreview,
    NewOutcomes,
    SlownessAnswer,
    SlownessQuestion,
    TakenOutcomes,
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


async def get_churn_view(db: Db, actor: Actor) -> ChurnView:
    return await get_churn(db, actor)


async def post_outcomes(db: Db, actor: Actor, data: NewOutcomes) -> TakenOutcomes:
    async with db.transaction(actor) as tx:
        return await take_outcomes(tx, data.csv)


async def delete_outcomes(db: Db, actor: Actor) -> None:
    async with db.transaction(actor) as tx:
        await forget_outcomes(tx)


async def post_fit(db: Db, actor: Actor) -> ChurnView:
    await make_fit(db, actor)
    return await get_churn(db, actor)


async def put_curve(db: Db, actor: Actor, data: CurveChoice) -> ChurnView:
    async with db.transaction(actor) as tx:
        await choose_curve(tx, own=data.own)
    return await get_churn(db, actor)


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
    get("/api/prices/churn", get_churn_view, can="reports.read"),
    post("/api/prices/churn/outcomes", post_outcomes, can="settings.write", status_code=200),
    delete("/api/prices/churn/outcomes", delete_outcomes, can="settings.write"),
    post("/api/prices/churn/fit", post_fit, can="settings.write", status_code=200),
    put("/api/prices/churn/curve", put_curve, can="settings.write"),
    post("/api/prices/cases", post_cost_cases, can="reports.read", status_code=200, secret=True),
)
