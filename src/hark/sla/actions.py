"""Making and changing policies, and writing promises."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import msgspec

from hark.core.clock import from_unix
from hark.core.db import Tx
from hark.core.errors import BadRequest, NotFound
from hark.filters.parse import fields_of, parse_condition
from hark.sla.queries import MISSING, PromiseRow, find_problem, get_policy, read_names
from hark.sla.types import CLOCKS, NewPolicy, Policy, PolicyPatch, SlaPolicyChanged
from hark.timers.types import TimerKind


async def create_policy(tx: Tx, new: NewPolicy) -> Policy:
    """Raises BadRequest for targets, a condition or names that cannot be, Conflict for a name that is taken."""
    await _check(tx, new)
    id = await tx.one(
        int,
        "INSERT INTO sla_policies (workspace_id, name, position, enabled, condition, clock, first_reply_s, next_reply_s,"
        " resolution_s, warn_percent, warn_before_s, on_warning, on_breach)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
        tx.workspace_id, *_values(new),
    )  # fmt: skip
    return await _told(tx, id, "sla.created")


async def update_policy(tx: Tx, id: int, patch: PolicyPatch) -> Policy:
    """Promises that run are worked out anew soon after; what is over stays. Raises NotFound and as `create_policy`."""
    old = await get_policy(tx, tx.actor, id)
    fields = {name: getattr(old, name) for name in NewPolicy.__struct_fields__}
    named = {k: v for k, v in msgspec.structs.asdict(patch).items() if v is not msgspec.UNSET}
    if named.get("warn_before_s") is not None and "warn_percent" not in named:
        named["warn_percent"] = None
    if named.get("warn_percent") is not None and "warn_before_s" not in named:
        named["warn_before_s"] = None
    new = NewPolicy(**{**fields, **named})
    await _check(tx, new)
    await tx.run(
        "UPDATE sla_policies SET name = $3, position = $4, enabled = $5, condition = $6, clock = $7, first_reply_s = $8,"
        " next_reply_s = $9, resolution_s = $10, warn_percent = $11, warn_before_s = $12, on_warning = $13,"
        " on_breach = $14 WHERE workspace_id = $1 AND id = $2",
        tx.workspace_id, id, *_values(new),
    )  # fmt: skip
    return await _told(tx, id, "sla.changed")


async def delete_policy(tx: Tx, id: int) -> None:
    """It makes no promises any more; those that are over keep it. Raises NotFound."""
    gone = await tx.run(
        "UPDATE sla_policies SET deleted_at = $3 WHERE workspace_id = $1 AND id = $2 AND deleted_at IS NULL",
        tx.workspace_id, id, tx.now(),
    )  # fmt: skip
    if not gone:
        raise NotFound(MISSING)
    await tx.audit("sla.deleted", f"policy:{id}")
    tx.emit(SlaPolicyChanged(policy_id=id))


async def _told(tx: Tx, id: int, what: str) -> Policy:
    policy = await get_policy(tx, tx.actor, id)
    await tx.audit(what, f"policy:{id}", data={"enabled": policy.enabled})
    tx.emit(SlaPolicyChanged(policy_id=id))
    return policy


def _values(new: NewPolicy) -> tuple[Any, ...]:
    return (
        new.name.strip(), new.position, new.enabled, new.condition, CLOCKS[new.clock], new.first_reply_s,
        new.next_reply_s, new.resolution_s, new.warn_percent, new.warn_before_s, msgspec.to_builtins(new.on_warning),
        msgspec.to_builtins(new.on_breach),
    )  # fmt: skip


async def _check(tx: Tx, new: NewPolicy) -> None:
    targets = [t for t in (new.first_reply_s, new.next_reply_s, new.resolution_s) if t is not None]
    if not targets:
        raise BadRequest(
            "A policy promises at least one thing: a first reply, a next reply or a resolution.", code="no_target"
        )
    if new.warn_percent is not None and new.warn_before_s is not None:
        raise BadRequest("Warn at a share of the time or so long before it is over, not both.", code="two_warnings")
    if new.warn_before_s is not None and new.warn_before_s >= min(targets):
        raise BadRequest(
            "The warning would come before the promise begins. Make it shorter than every target.", code="early_warning"
        )
    condition = parse_condition(new.condition)
    if fields_of(condition) & SELF:
        raise BadRequest("A policy cannot depend on how its own promises stand.", code="bad_filter", path="$")
    if problem := find_problem(await read_names(tx, tx.workspace_id), new.on_warning, new.on_breach):
        raise BadRequest(f"The policy cannot work: {problem}", code="unknown_reference")


SELF = frozenset({"promise", "promise_result"})
"""Fields that follow from policies, and that no policy may ask for."""


async def write_promises(tx: Tx, rows: Sequence[PromiseRow], due: Mapping[UUID, float | None]) -> None:
    """Write these rows, and set or cancel the conversations' timers: `due` in seconds since 1970, None for none.

    One statement: this stands on the path that every mail takes.
    """
    timed = {id: max(from_unix(at), tx.now()) for id, at in due.items() if at is not None}
    stored = msgspec.json.encode([_stored(row) for row in rows]).decode()
    await tx.run(_WRITE, tx.workspace_id, stored, list(due), list(timed), list(timed.values()), TimerKind.SLA)


_TIMES = ("opened_at", "due_at", "warn_at", "warned_at", "breached_at", "ended_at", "decided_at")


def _stored(row: PromiseRow) -> dict[str, Any]:
    fields = msgspec.structs.asdict(row)
    return {**fields, **{name: None if fields[name] is None else from_unix(fields[name]) for name in _TIMES}}


# One timer per conversation, whose row is locked; a timer that has not moved is not written.
_WRITE = """
WITH written AS (
  INSERT INTO promises (workspace_id, conversation_id, kind, n, policy_id, state, clock, target_s, calendar_id,
    account_id, team_id, agent_id, opened_at, left_s, due_at, warn_at, warned_at, breached_at, ended_at, decided_at)
  SELECT $1, r.conversation_id, r.kind, r.n, r.policy_id, r.state, r.clock, r.target_s, r.calendar_id, r.account_id,
    r.team_id, r.agent_id, r.opened_at, r.left_s, r.due_at, r.warn_at, r.warned_at, r.breached_at, r.ended_at,
    r.decided_at
  FROM jsonb_populate_recordset(NULL::promises, $2::text::jsonb) r
  ON CONFLICT (workspace_id, conversation_id, kind, n) DO UPDATE SET policy_id = excluded.policy_id,
    state = excluded.state, clock = excluded.clock, target_s = excluded.target_s, calendar_id = excluded.calendar_id,
    account_id = excluded.account_id, team_id = excluded.team_id, agent_id = excluded.agent_id,
    opened_at = excluded.opened_at, left_s = excluded.left_s, due_at = excluded.due_at, warn_at = excluded.warn_at,
    warned_at = excluded.warned_at, breached_at = excluded.breached_at, ended_at = excluded.ended_at,
    decided_at = excluded.decided_at
), gone AS (
  DELETE FROM timers WHERE workspace_id = $1 AND kind = $6 AND subject_id = ANY($3::uuid[])
    AND NOT subject_id = ANY($4::uuid[])
)
INSERT INTO timers (workspace_id, subject_id, kind, due_at)
SELECT $1, d.id, $6, d.at FROM unnest($4::uuid[], $5::timestamptz[]) AS d(id, at)
ON CONFLICT (workspace_id, subject_id, kind) DO UPDATE SET due_at = excluded.due_at, failures = 0
  WHERE timers.due_at <> excluded.due_at
"""


async def start_review(tx: Tx) -> None:
    """Work out all open promises of the workspace again, from the first on; a review that runs begins anew."""
    await tx.run(_REVIEW, tx.workspace_id, UUID(int=0), TimerKind.SLA_REVIEW, tx.now())


async def go_on_reviewing(tx: Tx, after: UUID) -> None:
    """The next part of a review, unless a new one has been asked for meanwhile."""
    await tx.run(_GO_ON, tx.workspace_id, UUID(int=0), TimerKind.SLA_REVIEW, tx.now(), {"after": str(after)})


_REVIEW = """
INSERT INTO timers (workspace_id, subject_id, kind, due_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (workspace_id, subject_id, kind) DO UPDATE SET due_at = $4, data = '{}', failures = 0
"""
_GO_ON = """
INSERT INTO timers (workspace_id, subject_id, kind, due_at, data) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING
"""
