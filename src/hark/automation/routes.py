"""Rules over HTTP."""

from typing import Annotated

from litestar.params import Parameter

from hark.automation.actions import check_draft, check_references, create_rule, delete_rule, order_rules, update_rule
from hark.automation.dry_run import dry_run
from hark.automation.log import list_runs
from hark.automation.queries import get_rule, list_rules
from hark.automation.types import DryRun, NewRule, Rule, RuleDraft, RuleOrder, RulePatch, RuleRun
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import delete, get, patch, post, put
from hark.core.paging import Page


async def get_rules(db: Db, actor: Actor) -> Page[Rule]:
    return Page(items=await list_rules(db, actor, now=db.now()))


async def get_one_rule(db: Db, actor: Actor, id: int) -> Rule:
    return await get_rule(db, actor, id, now=db.now())


async def post_rule(db: Db, actor: Actor, data: NewRule) -> Rule:
    async with db.transaction(actor) as tx:
        return await create_rule(tx, data)


async def patch_rule(db: Db, actor: Actor, id: int, data: RulePatch) -> Rule:
    async with db.transaction(actor) as tx:
        return await update_rule(tx, id, data)


async def remove_rule(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await delete_rule(tx, id)


async def put_rule_order(db: Db, actor: Actor, data: RuleOrder) -> Page[Rule]:
    """Let the rules run in another order."""
    async with db.transaction(actor) as tx:
        await order_rules(tx, data)
    return Page(items=await list_rules(db, actor, now=db.now()))


async def post_dry_run(db: Db, actor: Actor, data: RuleDraft) -> DryRun:
    """What such a rule would have done in the last 30 days; nothing is changed or stored."""
    check_draft(data)
    await check_references(db, actor.workspace_id, data)
    return await dry_run(db, actor, data, now=db.now())


async def get_rule_runs(
    db: Db, actor: Actor, id: int, cursor: str | None = None, limit: Annotated[int, Parameter(ge=1, le=200)] = 50
) -> Page[RuleRun]:
    """What a rule did, newest first."""
    return await list_runs(db, actor, id, cursor=cursor, limit=limit)


ROUTES = (
    get("/api/rules", get_rules, can="rules.read"),
    post("/api/rules", post_rule, can="rules.write"),
    put("/api/rules/order", put_rule_order, can="rules.write"),
    post("/api/rules/dry-run", post_dry_run, can="rules.write"),
    get("/api/rules/{id:int}", get_one_rule, can="rules.read"),
    get("/api/rules/{id:int}/runs", get_rule_runs, can="rules.read"),
    patch("/api/rules/{id:int}", patch_rule, can="rules.write"),
    delete("/api/rules/{id:int}", remove_rule, can="rules.write"),
)
