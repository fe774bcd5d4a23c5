"""Policies and what they promise, over HTTP."""

from hark.core.actor import Actor
from hark.core.db import Db
from hark.core.http import delete, get, patch, post
from hark.sla.actions import create_policy, delete_policy, update_policy
from hark.sla.queries import get_policy, list_policies
from hark.sla.types import NewPolicy, Policy, PolicyList, PolicyPatch


async def get_policies(db: Db, actor: Actor) -> PolicyList:
    return await list_policies(db, actor)


async def get_one_policy(db: Db, actor: Actor, id: int) -> Policy:
    return await get_policy(db, actor, id)


async def post_policy(db: Db, actor: Actor, data: NewPolicy) -> Policy:
    async with db.transaction(actor) as tx:
        return await create_policy(tx, data)


async def patch_policy(db: Db, actor: Actor, id: int, data: PolicyPatch) -> Policy:
    async with db.transaction(actor) as tx:
        return await update_policy(tx, id, data)


async def remove_policy(db: Db, actor: Actor, id: int) -> None:
    async with db.transaction(actor) as tx:
        await delete_policy(tx, id)


ROUTES = (
    get("/api/sla/policies", get_policies, can="sla.read"),
    post("/api/sla/policies", post_policy, can="sla.write"),
    get("/api/sla/policies/{id:int}", get_one_policy, can="sla.read"),
    patch("/api/sla/policies/{id:int}", patch_policy, can="sla.write"),
    delete("/api/sla/policies/{id:int}", remove_policy, can="sla.write"),
)
