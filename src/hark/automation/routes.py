"""Rules over HTTP."""

from hark.automation.actions import create_rule, delete_rule, update_rule
from hark.automation.queries import get_rule, list_rules
from hark.automation.types import NewRule, Rule, RulePatch
from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import delete, get, patch, post
from hark.core.paging import Page


async def get_rules(db: Db, actor: Actor) -> Page[Rule]:
    return Page(items=await list_rules(db, actor))


async def get_one_rule(db: Db, actor: Actor, id: int) -> Rule:
    return await get_rule(db, actor, id)


async def post_rule(db: Db, actor: Actor, data: NewRule) -> Rule:
    async with db.transaction(actor) as tx:
        return await create_rule(tx, data)


async def patch_rule(db: Db, actor: Actor, id: int, data: RulePatch) -> Rule:
    async with db.transaction(actor) as tx:
        return await update_rule(tx, id, data)


async def remove_rule(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await delete_rule(tx, id)


ROUTES = (
    get("/api/rules", get_rules, can="rules.read"),
    post("/api/rules", post_rule, can="rules.write"),
    get("/api/rules/{id:int}", get_one_rule, can="rules.read"),
    patch("/api/rules/{id:int}", patch_rule, can="rules.write"),
    delete("/api/rules/{id:int}", remove_rule, can="rules.write"),
)
