"""Making and changing rules."""

import msgspec

from hark.automation.calling import check_calls
from hark.automation.queries import MISSING, find_problem, get_rule
from hark.automation.replying import check_replies
from hark.automation.timed import start_review
from hark.automation.types import CLOCKS, KINDS, LASTING, NewRule, Rule, RuleDraft, RuleOrder, RulePatch
from hark.core.db import Queries, Tx
from hark.core.errors import BadRequest, NotFound
from hark.filters.parse import parse_condition


async def create_rule(tx: Tx, new: NewRule) -> Rule:
    """Raises BadRequest for a condition or reference that cannot be, Conflict for a name that is taken."""
    check_draft(new)
    await check_references(tx, tx.workspace_id, new)
    id = await tx.one(
        int,
        "INSERT INTO rules (workspace_id, name, enabled, position, on_event, after_s, clock, condition, actions)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
        tx.workspace_id, new.name, new.enabled, new.position, KINDS[new.on], new.after_s, CLOCKS[new.clock], new.condition,
        msgspec.to_builtins(new.actions),
    )  # fmt: skip
    await tx.audit("rule.created", f"rule:{id}", data={"enabled": new.enabled})
    await start_review(tx)
    return await get_rule(tx, tx.actor, id, now=tx.now())


async def update_rule(tx: Tx, id: int, patch: RulePatch) -> Rule:
    """Raises NotFound, BadRequest and Conflict as `create_rule`."""
    old = await get_rule(tx, tx.actor, id, now=tx.now())
    new = msgspec.structs.replace(
        old, **{k: v for k, v in msgspec.structs.asdict(patch).items() if v is not msgspec.UNSET}
    )
    if patch.on is not msgspec.UNSET and patch.after_s is msgspec.UNSET and new.on not in LASTING:
        new = msgspec.structs.replace(new, after_s=None)
    check_draft(new)
    if new.enabled:  # one that names what is gone can still be renamed and switched off
        await check_references(tx, tx.workspace_id, new)
    await tx.run(
        "UPDATE rules SET name = $3, enabled = $4, position = $5, on_event = $6, after_s = $7, clock = $8, condition = $9,"
        " actions = $10 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, new.name, new.enabled, new.position, KINDS[new.on], new.after_s, CLOCKS[new.clock],
        new.condition, msgspec.to_builtins(new.actions),
    )  # fmt: skip
    await tx.audit("rule.changed", f"rule:{id}", data={"enabled": new.enabled})
    await start_review(tx)
    return await get_rule(tx, tx.actor, id, now=tx.now())


async def delete_rule(tx: Tx, id: int) -> None:
    """Raises NotFound."""
    if not await tx.run("DELETE FROM rules WHERE workspace_id = $1 AND id = $2", tx.workspace_id, id):
        raise NotFound(MISSING)
    await tx.audit("rule.deleted", f"rule:{id}")


async def order_rules(tx: Tx, order: RuleOrder) -> None:
    """Let the rules run in this order. Raises BadRequest when it is not all of them, each once."""
    known = await tx.all(int, "SELECT id FROM rules WHERE workspace_id = $1", tx.workspace_id)
    if sorted(order.ids) != sorted(known):
        raise BadRequest("Name every rule of the workspace once; load the list again.", code="bad_order")
    await tx.run(
        "UPDATE rules r SET position = o.n FROM unnest($2::int[]) WITH ORDINALITY AS o(id, n)"
        " WHERE r.workspace_id = $1 AND r.id = o.id",
        tx.workspace_id, order.ids,
    )  # fmt: skip
    await tx.audit("rules.ordered", "rules")


def check_draft(rule: RuleDraft | Rule) -> None:
    """Whether trigger, time and condition go together. Raises BadRequest."""
    if (rule.on in LASTING) != (rule.after_s is not None):
        raise BadRequest(
            "Say how long it must have lasted (after_s)." if rule.after_s is None
            else f"The trigger {rule.on} happens at once; leave after_s out.", code="bad_trigger",
        )  # fmt: skip
    parse_condition(rule.condition)
    check_replies(rule.actions)
    check_calls(rule.actions)


async def check_references(db: Queries, workspace_id: int, rule: RuleDraft | Rule) -> None:
    """Whether everything that actions and condition name is there. Raises BadRequest."""
    if problem := await find_problem(db, workspace_id, rule.actions, rule.condition):
        raise BadRequest(f"The rule cannot work: {problem}", code="unknown_reference")
