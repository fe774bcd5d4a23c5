"""Making and changing rules."""

from typing import Any

import msgspec

from hark.automation.queries import MISSING, find_problem, get_rule
from hark.automation.types import TRIGGERS, Action, NewRule, Rule, RulePatch
from hark.core.db import Tx
from hark.core.errors import BadRequest, NotFound
from hark.filters.parse import parse_condition


async def create_rule(tx: Tx, new: NewRule) -> Rule:
    """Raises BadRequest for a condition or reference that cannot be, Conflict for a name that is taken."""
    await _check(tx, new.condition, new.actions)
    id = await tx.one(
        int,
        "INSERT INTO rules (workspace_id, name, enabled, position, on_event, condition, actions)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        tx.workspace_id, new.name, new.enabled, new.position, TRIGGERS[new.on].kind, new.condition,
        msgspec.to_builtins(new.actions),
    )  # fmt: skip
    await tx.audit("rule.created", f"rule:{id}", data={"enabled": new.enabled})
    return await get_rule(tx, tx.actor, id)


async def update_rule(tx: Tx, id: int, patch: RulePatch) -> Rule:
    """Raises NotFound, BadRequest and Conflict as `create_rule`."""
    old = await get_rule(tx, tx.actor, id)
    new = msgspec.structs.replace(
        old, **{k: v for k, v in msgspec.structs.asdict(patch).items() if v is not msgspec.UNSET}
    )
    await _check(tx, new.condition, new.actions)
    await tx.run(
        "UPDATE rules SET name = $3, enabled = $4, position = $5, on_event = $6, condition = $7, actions = $8"
        " WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, new.name, new.enabled, new.position, TRIGGERS[new.on].kind, new.condition,
        msgspec.to_builtins(new.actions),
    )  # fmt: skip
    await tx.audit("rule.changed", f"rule:{id}", data={"enabled": new.enabled})
    return await get_rule(tx, tx.actor, id)


async def delete_rule(tx: Tx, id: int) -> None:
    """Raises NotFound."""
    if not await tx.run("DELETE FROM rules WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id):
        raise NotFound(MISSING)
    await tx.audit("rule.deleted", f"rule:{id}")


async def _check(tx: Tx, condition: dict[str, Any], actions: list[Action]) -> None:
    parse_condition(condition)
    if problem := await find_problem(tx, tx.workspace_id, actions):
        raise BadRequest(f"The rule cannot work: {problem}", code="unknown_reference")
