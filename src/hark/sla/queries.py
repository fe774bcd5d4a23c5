"""Reading policies, promises, and the facts promises are worked out from."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from hark.conversations.types import CHANNELS
from hark.core.actor import Actor, system
from hark.core.db import Queries, Tx
from hark.core.sql import TRUE, Sql
from hark.filters.evaluate import to_sql
from hark.filters.parse import parse_condition
from hark.sla.derive import EpisodeFact, WaitFact
from hark.sla.types import CLOCKS, AccountPromise, Clock, Escalation, Policy, PolicyList, PromiseKind, PromiseState

MISSING = "This policy does not exist."
_COLUMNS = """p.id, p.name, p.condition, p.enabled, p.position, p.clock, p.first_reply_s, p.next_reply_s, p.resolution_s,
  p.warn_percent, p.warn_before_s, p.on_warning, p.on_breach"""
_CLOCK_NAMES = {clock: name for name, clock in CLOCKS.items()}


class PolicyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as it is stored."""

    id: int
    name: str
    condition: dict[str, Any]
    enabled: bool
    position: int
    clock: Clock
    first_reply_s: int | None
    next_reply_s: int | None
    resolution_s: int | None
    warn_percent: int | None
    warn_before_s: int | None
    on_warning: Escalation
    on_breach: Escalation

    def target_s(self, kind: PromiseKind) -> int | None:
        """Seconds of the policy's clock; None where it promises nothing."""
        return (self.first_reply_s, self.next_reply_s, self.resolution_s)[kind - 1]

    def warn_s(self, target_s: int) -> float | None:
        """After how many seconds of a target to warn; None when it does not."""
        if self.warn_percent is not None:
            return target_s * self.warn_percent / 100
        return None if self.warn_before_s is None else max(0.0, float(target_s - self.warn_before_s))


class _Listed(PolicyRow, frozen=True, kw_only=True):
    running: int


async def list_policies(db: Queries, actor: Actor) -> PolicyList:
    """All policies in the order they apply, and what each channel account promises where none does."""
    rows = await db.all(
        _Listed,
        Sql(
            "SELECT {}, (SELECT count(*) FROM promises q WHERE q.workspace_id = p.workspace_id AND q.policy_id = p.id"
            " AND q.ended_at IS NULL)::int AS running FROM sla_policies p WHERE p.workspace_id = {}"
            " AND p.deleted_at IS NULL ORDER BY p.position, p.id",
            Sql(_COLUMNS), actor.workspace_id,
        ),
    )  # fmt: skip
    there = await read_names(db, actor.workspace_id)
    accounts = await db.all(
        _Account,
        "SELECT id AS account_id, name, kind, expect_s FROM channel_accounts WHERE workspace_id = $1"
        " AND disabled_at IS NULL ORDER BY kind, lower(name), id",
        actor.workspace_id,
    )  # fmt: skip
    return PolicyList(
        items=[_view(row, row.running, actor, there) for row in rows],
        otherwise=[
            AccountPromise(account_id=a.account_id, name=a.name, channel=CHANNELS[a.kind], expect_s=a.expect_s)
            for a in accounts
        ],
    )


async def get_policy(db: Queries, actor: Actor, id: int) -> Policy:
    """Raises NotFound."""
    row = await db.one(
        PolicyRow,
        Sql(
            "SELECT {} FROM sla_policies p WHERE p.workspace_id = {} AND p.id = {} AND p.deleted_at IS NULL",
            Sql(_COLUMNS), actor.workspace_id, id,
        ),
        missing=MISSING,
    )  # fmt: skip
    running = await db.one(
        int,
        "SELECT count(*)::int FROM promises WHERE workspace_id = $1 AND policy_id = $2 AND ended_at IS NULL",
        actor.workspace_id, id,
    )  # fmt: skip
    return _view(row, running, actor, await read_names(db, actor.workspace_id))


class _Account(msgspec.Struct):
    account_id: int
    name: str
    kind: int
    expect_s: int


class Names(msgspec.Struct, frozen=True):
    """What policies may name: ids of the workspace."""

    tags: list[int]
    teams: list[int]
    agents: list[int]


async def read_names(db: Queries, workspace_id: int) -> Names:
    """Tags, teams and active people that are there now."""
    return await db.one(
        Names,
        "SELECT ARRAY(SELECT id FROM tags WHERE workspace_id = $1) AS tags,"
        " ARRAY(SELECT id FROM teams WHERE workspace_id = $1) AS teams,"
        " ARRAY(SELECT id FROM agents WHERE workspace_id = $1 AND disabled_at IS NULL) AS agents",
        workspace_id,
    )  # fmt: skip


def find_problem(there: Names, *escalations: Escalation) -> str | None:
    """The sentence about what escalations name and is not there; None when all of it is."""
    for one in escalations:
        if one.team_id is not None and one.team_id not in there.teams:
            return "It names a team that does not exist."
        if not {*one.notify, *([one.assignee_id] if one.assignee_id is not None else [])} <= set(there.agents):
            return "It names a person who is not in the team, or no longer active."
        if not set(one.add_tags) <= set(there.tags):
            return "It names a tag that does not exist."
    return None


def _view(row: PolicyRow, running: int, actor: Actor, there: Names) -> Policy:
    return Policy(
        id=row.id, name=row.name, condition=row.condition, enabled=row.enabled, position=row.position,
        clock=_CLOCK_NAMES[row.clock], first_reply_s=row.first_reply_s, next_reply_s=row.next_reply_s,
        resolution_s=row.resolution_s, warn_percent=row.warn_percent, warn_before_s=row.warn_before_s,
        on_warning=row.on_warning, on_breach=row.on_breach, running=running,
        problem=find_problem(there, row.on_warning, row.on_breach), can=["write"] if actor.can("sla.write") else [],
    )  # fmt: skip


async def policies_in_force(db: Queries, workspace_id: int) -> dict[int, PolicyRow]:
    """The enabled policies by id, in the order they apply."""
    rows = await db.all(
        PolicyRow,
        Sql(
            "SELECT {} FROM sla_policies p WHERE p.workspace_id = {} AND p.enabled AND p.deleted_at IS NULL"
            " ORDER BY p.position, p.id",
            Sql(_COLUMNS), workspace_id,
        ),
    )  # fmt: skip
    return {row.id: row for row in rows}


async def find_policy(db: Queries, workspace_id: int, id: int) -> PolicyRow | None:
    """A policy, also one that is switched off or deleted: promises it has made go on by what they were made with."""
    return await db.find(
        PolicyRow,
        Sql("SELECT {} FROM sla_policies p WHERE p.workspace_id = {} AND p.id = {}", Sql(_COLUMNS), workspace_id, id),
    )


# facts ------------------------------------------------------------------------------------------------------------


class PromiseRow(msgspec.Struct, kw_only=True):
    """A row of `promises`, times in seconds since 1970."""

    conversation_id: UUID
    kind: PromiseKind
    n: int
    policy_id: int | None
    state: PromiseState
    clock: Clock
    target_s: int
    calendar_id: int
    account_id: int
    team_id: int | None
    agent_id: int | None
    opened_at: float
    left_s: float
    due_at: float | None
    warn_at: float | None
    warned_at: float | None
    breached_at: float | None
    ended_at: float | None
    decided_at: float | None


class SpanFact(msgspec.Struct):
    t0: float
    t1: float | None


class Facts(msgspec.Struct, kw_only=True):
    """A conversation as its promises are worked out from it. `policy_id`: the first policy whose condition holds."""

    id: UUID
    team_id: int | None
    assignee_id: int | None
    policy_id: int | None
    episodes: list[EpisodeFact]
    waits: list[WaitFact]
    ours: list[SpanFact]
    promises: list[PromiseRow]


async def read_facts(tx: Tx, ids: Sequence[UUID], policies: dict[int, PolicyRow], *, whole: bool) -> list[Facts]:
    """The conversations' facts: of the episode that runs now, or (`whole`) of all. Call it under their row locks."""
    choice = _choice(tx.workspace_id, policies.values(), tx)
    needs_spans = TRUE if any(p.resolution_s is not None for p in policies.values()) else _HAD_RESOLUTION
    return await tx.all(
        Facts, Sql(_FACTS, choice, whole, whole, needs_spans, tx.workspace_id, list(ids))
    )  # fmt: skip


def _choice(workspace_id: int, policies: Any, tx: Tx) -> Sql:
    """The id of the first policy whose condition holds for `c`, as SQL."""
    asking, choice = system(workspace_id), Sql("NULL::int")
    for policy in reversed(list(policies)):
        condition = to_sql(parse_condition(policy.condition), asking, now=tx.now())
        choice = Sql("CASE WHEN ({}) IS TRUE THEN {}::int ELSE {} END", condition, policy.id, choice)
    return choice


_HAD_RESOLUTION = Sql(
    "EXISTS (SELECT FROM promises o WHERE o.workspace_id = c.workspace_id AND o.conversation_id = c.id AND o.kind = 3)"
)

# Numbers of `journey`: stages 1 queue, 2 agent, 4 bot, 5 outside, 6 timer; a timer's holder 6 is ours, 3 the customer's.
_FACTS = """
SELECT c.id, c.team_id, c.assignee_id, {} AS policy_id,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('n', e.n, 'contact_at', extract(epoch FROM e.contact_at),
      'first_reply_at', extract(epoch FROM e.first_reply_at), 'resolved_at', extract(epoch FROM e.resolved_at),
      'outcome', e.outcome, 'resolver_id', e.resolver_id, 'account_id', e.account_id, 'calendar_id', e.calendar_id,
      'team_id', e.team_id, 'expect_s', a.expect_s) ORDER BY e.n), '[]')
    FROM episodes e JOIN channel_accounts a ON a.workspace_id = e.workspace_id AND a.id = e.account_id
    WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id AND (e.n = c.episode OR {})) AS episodes,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('n', w.n, 'episode', w.episode, 'first', w.first, 'cause', w.cause,
      'opened_at', extract(epoch FROM w.opened_at), 'closed_at', extract(epoch FROM w.closed_at),
      'outcome', w.outcome, 'answered_by', w.answered_by, 'account_id', w.account_id, 'calendar_id', w.calendar_id,
      'team_id', w.team_id, 'expect_s', a.expect_s,
      'imported', EXISTS (SELECT FROM events v WHERE v.workspace_id = c.workspace_id AND v.conversation_id = c.id
        AND v.conversation_seq = w.opened_seq AND v.recorded_at - v.occurred_at > interval '1 day'))
      ORDER BY w.n), '[]')
    FROM waits w JOIN channel_accounts a ON a.workspace_id = w.workspace_id AND a.id = w.account_id
    WHERE w.workspace_id = c.workspace_id AND w.conversation_id = c.id AND (w.episode = c.episode OR {})) AS waits,
  CASE WHEN {} THEN (
    WITH RECURSIVE family AS (
      SELECT c.id UNION SELECT m.id FROM family f JOIN conversations m ON m.workspace_id = c.workspace_id AND m.root_id = f.id)
    SELECT coalesce(jsonb_agg(jsonb_build_object('t0', extract(epoch FROM s.t0), 't1', extract(epoch FROM s.t1))), '[]')
    FROM family f JOIN spans s ON s.workspace_id = c.workspace_id AND s.conversation_id = f.id
    WHERE s.stage IN (1, 2, 4, 5) OR (s.stage = 6 AND s.holder_kind = 6)) ELSE '[]' END AS ours,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('conversation_id', p.conversation_id, 'kind', p.kind, 'n', p.n,
      'policy_id', p.policy_id, 'state', p.state, 'clock', p.clock, 'target_s', p.target_s,
      'calendar_id', p.calendar_id, 'account_id', p.account_id, 'team_id', p.team_id, 'agent_id', p.agent_id,
      'opened_at', extract(epoch FROM p.opened_at), 'left_s', p.left_s, 'due_at', extract(epoch FROM p.due_at),
      'warn_at', extract(epoch FROM p.warn_at), 'warned_at', extract(epoch FROM p.warned_at),
      'breached_at', extract(epoch FROM p.breached_at), 'ended_at', extract(epoch FROM p.ended_at),
      'decided_at', extract(epoch FROM p.decided_at))), '[]')
    FROM promises p WHERE p.workspace_id = c.workspace_id AND p.conversation_id = c.id) AS promises
FROM conversations c WHERE c.workspace_id = {} AND c.id = ANY({}::uuid[]) ORDER BY c.id
"""


async def open_ids(tx: Tx, after: UUID, limit: int) -> list[UUID]:
    """The next open conversations of the workspace in id order, locked."""
    return await tx.all(
        UUID,
        "SELECT id FROM conversations WHERE workspace_id = $1 AND status < 3 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE",
        tx.workspace_id, after, limit,
    )  # fmt: skip


async def open_ids_of(tx: Tx, *, contact_id: UUID | None = None, company_id: UUID | None = None) -> list[UUID]:
    """The open conversations of a contact or a company, locked in id order."""
    return await tx.all(
        UUID,
        "SELECT id FROM conversations WHERE workspace_id = $1 AND status < 3 AND (contact_id = $2 OR company_id = $3)"
        " ORDER BY id FOR UPDATE",
        tx.workspace_id, contact_id, company_id,
    )  # fmt: skip


async def with_promises(tx: Tx, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these conversations for which something has been promised."""
    found = await tx.all(
        UUID,
        "SELECT DISTINCT conversation_id FROM promises WHERE workspace_id = $1 AND conversation_id = ANY($2::uuid[])",
        tx.workspace_id, list(ids),
    )  # fmt: skip
    return set(found)


async def accounts_differ(tx: Tx) -> bool:
    """Whether a promise runs that its channel account would make otherwise today."""
    return await tx.one(
        bool,
        "SELECT EXISTS (SELECT FROM promises p JOIN channel_accounts a ON a.workspace_id = p.workspace_id"
        " AND a.id = p.account_id WHERE p.workspace_id = $1 AND p.ended_at IS NULL AND p.policy_id IS NULL"
        " AND p.target_s <> a.expect_s)",
        tx.workspace_id,
    )  # fmt: skip
