"""The live engine: decides for teams in push mode, takes work back from who cannot do it, and lets teams overflow."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.agents.presence import GONE_AFTER
from hark.agents.queries import agent_states
from hark.conversations.actions import assign
from hark.conversations.lock import lock_conversations
from hark.conversations.views import load_lens
from hark.core.actor import ActorKind, system
from hark.core.db import Db, Tx
from hark.core.events import Recorded
from hark.core.sql import Sql
from hark.journey.types import Assigned, Status
from hark.routing.desk import NO_TEAM, Desk, load_desk
from hark.routing.policy import Match, match
from hark.routing.queries import team_routings
from hark.routing.taking import count_pulls, end_offer, find_offer, is_free, lock_pulls, offer, rank, tell
from hark.routing.types import Answer, BackReason, Mode, Overflowed, ReturnedToQueue
from hark.value.order import f_now_sql, is_reserved

GRACE = timedelta(minutes=5)
"""So long somebody may be gone before the work that routing gave them goes back."""
CHUNK = 100


# deciding -------------------------------------------------------------------------------------------------------------


async def decide(db: Db, workspace_id: int) -> list[int]:
    """One decision for every team in push mode that nobody else decides for; who was offered something."""
    push = [t for t, r in (await team_routings(db, workspace_id)).items() if r.mode is Mode.PUSH]
    if not push:
        return []
    told = []
    async with db.transaction(system(workspace_id)) as tx:
        pulls = await lock_pulls(tx, push, wait=False)
        desk = await load_desk(tx, list(pulls))
        found, counts = arrange(desk, pulls)
        await tx.run(_LOCK_ALL, workspace_id, sorted(_id(m) for _, m in found))
        for team, m in found:
            case = next(c for c in desk.cases[team] if c.id == m.case_id)
            given = await offer(tx, case, m, desk.routings[team].offer_s)
            counts[team] += given
            if given:
                told.append(m.agent_id)
        await count_pulls(tx, counts)
    return told


_LOCK_ALL = "SELECT 1 FROM conversations WHERE workspace_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR UPDATE"


def arrange(desk: Desk, pulls: Mapping[int, int]) -> tuple[list[tuple[int, Match]], dict[int, int]]:
    """(team, decision) over all teams, each person once, and by how much the counters move besides.

    A person of several teams goes where she is worth most, a reserved turn first. The other teams have had a turn with her
    and their counters move too, so that each reserved turn comes; one that is due is not lost.
    """
    counts = dict.fromkeys(pulls, 0)
    found: list[tuple[int, Match]] = []
    busy: set[int] = set()
    while True:
        proposals = []
        for team, count in pulls.items():
            done = sum(1 for t, _ in found if t == team)
            gone = {m.case_id for t, m in found if t == team}
            cases = [c for c in desk.cases.get(team, []) if c.id not in gone]
            people = [
                msgspec.structs.replace(p, free=0.0) if p.id in busy or p.id in desk.asked else p
                for p in desk.present(team)
            ]
            proposals += [(team, m) for m in match(cases, people, desk.policy(team), pulls=count + counts[team] + done)]
        chosen: dict[int, tuple[int, Match]] = {}
        for team, m in sorted(proposals, key=lambda p: rank(p[1]), reverse=True):
            if m.agent_id not in chosen:
                chosen[m.agent_id] = (team, m)
            elif not is_reserved(pulls[team] + counts[team] + 1, desk.lens.model):
                counts[team] += 1
        if not chosen:
            return found, counts
        found += chosen.values()
        busy |= set(chosen)


# who can do their work no longer ------------------------------------------------------------------------------------------


async def note_people(db: Db, workspace_id: int) -> None:
    """Remember who is here: presence itself forgets."""
    now = db.now()
    states = await agent_states(db, [workspace_id], now - GONE_AFTER)
    here = [s.id for s in states if s.state != "offline"]
    await db.run(_SEEN, workspace_id, here, now)
    await db.run(_LEFT, workspace_id, here)


_SEEN = """
INSERT INTO agent_seen (workspace_id, agent_id, here_since, seen_at) SELECT $1, unnest($2::int[]), $3, $3
ON CONFLICT (workspace_id, agent_id) DO UPDATE SET here_since = coalesce(agent_seen.here_since, $3), seen_at = $3
"""
_LEFT = """
UPDATE agent_seen SET here_since = NULL WHERE workspace_id = $1 AND here_since IS NOT NULL AND agent_id <> ALL($2::int[])
"""


class _Held(msgspec.Struct):
    id: UUID
    agent_id: int
    reason: BackReason
    substitute_id: int | None


async def take_back(db: Db, workspace_id: int, *, watched_since: datetime) -> int:
    """Open work whose customer waits leaves people who cannot do it: disabled, absent, or offline for `GRACE` (at once
    when the customer came while they were away). What a person assigned by hand stays with whoever is only offline.

    `watched_since`: since when presence has been watched; nobody counts as gone for longer. How many went.
    """
    now = db.now()
    went = 0
    async with db.transaction(system(workspace_id)) as tx:
        held = await tx.all(_Held, _HELD, workspace_id, now, watched_since, now - GRACE, CHUNK)
        locked = {c.id: c for c in await lock_conversations(tx, sorted(h.id for h in held))}
        for h in sorted(held, key=lambda h: h.id):
            c = locked[h.id]
            if c.assignee_id != h.agent_id or c.status is not Status.OPEN:
                continue
            await assign(tx, h.id, assignee_id=h.substitute_id)
            event = ReturnedToQueue(agent_id=h.agent_id, reason=h.reason, substitute_id=h.substitute_id)
            await tell(tx, h.id, event)
            await tx.run(_BACK, workspace_id, h.id, h.substitute_id, now, h.agent_id)
            went += 1
    return went


_BACK = """
INSERT INTO holdings (workspace_id, conversation_id, agent_id, by_hand, at, former_id) VALUES ($1, $2, $3, false, $4, $5)
ON CONFLICT (workspace_id, conversation_id) DO UPDATE SET agent_id = $3, by_hand = false, at = $4, former_id = $5
"""
# Parameters: workspace, now, watched since, gone before, limit. 1 offline 2 reopened while away 3 disabled 4 absent.
_HELD = """
SELECT id, agent_id, reason, substitute_id FROM (
  SELECT c.id, c.assignee_id AS agent_id, s.id AS substitute_id, CASE
    WHEN a.disabled_at IS NOT NULL THEN 3
    WHEN x.id IS NOT NULL AND (h.by_hand IS NOT TRUE OR h.at < x.starts_at) THEN 4
    WHEN h.agent_id = c.assignee_id AND NOT h.by_hand AND n.here_since IS NULL THEN
      CASE WHEN to_timestamp(c.wait_t0) > g.at THEN 2 WHEN greatest(g.at, $3) < $4 THEN 1 END
    END AS reason
  FROM conversations c
  JOIN agents a ON a.workspace_id = c.workspace_id AND a.id = c.assignee_id
  LEFT JOIN holdings h ON h.workspace_id = c.workspace_id AND h.conversation_id = c.id
  LEFT JOIN agent_seen n ON n.workspace_id = c.workspace_id AND n.agent_id = c.assignee_id
  CROSS JOIN LATERAL (SELECT greatest(n.seen_at, n.worked_at, h.at) AS at) g
  LEFT JOIN LATERAL (SELECT x.id, x.starts_at, x.substitute_id FROM absences x WHERE x.workspace_id = c.workspace_id
    AND x.agent_id = c.assignee_id AND x.starts_at <= $2 AND x.ends_at > $2 ORDER BY x.ends_at DESC LIMIT 1) x ON true
  LEFT JOIN agents s ON s.workspace_id = c.workspace_id AND s.id = x.substitute_id AND s.disabled_at IS NULL
    AND a.disabled_at IS NULL AND NOT EXISTS (SELECT FROM absences y WHERE y.workspace_id = c.workspace_id
    AND y.agent_id = s.id AND y.starts_at <= $2 AND y.ends_at > $2)
  WHERE c.workspace_id = $1 AND c.status < 2 AND c.wait_t0 IS NOT NULL AND c.assignee_id IS NOT NULL
) held WHERE reason IS NOT NULL ORDER BY id LIMIT $5
"""


# overflow -------------------------------------------------------------------------------------------------------------


class _Late(msgspec.Struct):
    id: UUID
    team_id: int
    open_s: float


async def overflow(db: Db, workspace_id: int) -> int:
    """What has waited in a team's queue for longer than it allows goes to its overflow team, once for each wait and
    only when somebody is there; how many went."""
    routings = await team_routings(db, workspace_id)
    spilling = {t: r for t, r in routings.items() if r.overflow_team_id is not None and r.overflow_after_s is not None}
    if not spilling:
        return 0
    went = 0
    async with db.transaction(system(workspace_id)) as tx:
        lens = await load_lens(tx, tx.actor, tx.now())
        waited = Sql("{} - c.wait_f0", f_now_sql(lens.f_now))
        limits = [r.overflow_after_s for r in spilling.values()]
        late = await tx.all(_Late, Sql(_LATE, waited, list(spilling), limits, workspace_id, waited, CHUNK))
        if not late:
            return 0
        desk = await load_desk(tx, {r.overflow_team_id or NO_TEAM for r in spilling.values()})
        locked = {c.id: c for c in await lock_conversations(tx, sorted(row.id for row in late))}
        for row in late:
            target = spilling[row.team_id].overflow_team_id
            c = locked[row.id]
            if target is None or not desk.present(target) or c.team_id != row.team_id or not is_free(c):
                continue
            await assign(tx, row.id, team_id=target)
            await tell(tx, row.id, Overflowed(open_s=row.open_s))
            await tx.run(_WENT, workspace_id, row.id, tx.now())
            went += 1
    return went


_LATE = """
SELECT c.id, c.team_id, {} AS open_s FROM conversations c
JOIN unnest({}::int[], {}::float8[]) AS l(team_id, after_s) ON l.team_id = c.team_id
LEFT JOIN holdings h ON h.workspace_id = c.workspace_id AND h.conversation_id = c.id
WHERE c.workspace_id = {} AND c.status = 0 AND c.stage <> 4 AND c.wait_t0 IS NOT NULL AND c.assignee_id IS NULL
  AND {} > l.after_s AND (h.overflowed_at IS NULL OR h.overflowed_at < to_timestamp(c.wait_t0))
  AND NOT EXISTS (SELECT FROM offers o WHERE o.workspace_id = c.workspace_id AND o.conversation_id = c.id)
ORDER BY c.id LIMIT {}
"""
_WENT = """
INSERT INTO holdings (workspace_id, conversation_id, by_hand, at, overflowed_at) VALUES ($1, $2, false, $3, $3)
ON CONFLICT (workspace_id, conversation_id) DO UPDATE SET overflowed_at = $3
"""


# what people do -------------------------------------------------------------------------------------------------------


async def follow(tx: Tx, recorded: Recorded) -> None:
    """What the consumer `routing` does with an event: remember what was assigned by hand and who worked, and end the
    offer of a conversation that waits for nobody any more."""
    id, event = recorded.conversation_id, recorded.event
    if id is None:
        return
    if isinstance(event, Assigned) and recorded.actor_kind is not ActorKind.SYSTEM:
        if recorded.assignee_before != recorded.assignee_after:
            await tx.run(_BY_HAND, tx.workspace_id, id, recorded.assignee_after, recorded.occurred_at)
    elif recorded.actor_kind is ActorKind.AGENT and recorded.actor_id is not None:
        await tx.run(_WORKED, tx.workspace_id, recorded.actor_id, recorded.occurred_at)
    if await tx.find(UUID, _STALE, tx.workspace_id, id) is not None:
        (c,) = await lock_conversations(tx, [id])
        found = await find_offer(tx, id)
        if found is not None and not is_free(c):
            await end_offer(tx, found, Answer.WITHDRAWN)


_BY_HAND = """
INSERT INTO holdings (workspace_id, conversation_id, agent_id, by_hand, at)
SELECT $1, $2, (SELECT id FROM agents WHERE workspace_id = $1 AND id = $3), true, $4
ON CONFLICT (workspace_id, conversation_id) DO UPDATE SET agent_id = excluded.agent_id, by_hand = true, at = $4,
  former_id = NULL WHERE holdings.at <= $4
"""
_WORKED = """
INSERT INTO agent_seen (workspace_id, agent_id, worked_at) SELECT $1, id, $3 FROM agents
WHERE workspace_id = $1 AND id = $2 ON CONFLICT (workspace_id, agent_id) DO UPDATE SET worked_at = $3
"""
_STALE = """
SELECT o.conversation_id FROM offers o JOIN conversations c ON c.workspace_id = $1 AND c.id = o.conversation_id
WHERE o.workspace_id = $1 AND o.conversation_id = $2 AND (c.status > 0 OR c.assignee_id IS NOT NULL)
"""


def _id(m: Match) -> UUID:
    assert isinstance(m.case_id, UUID)
    return m.case_id
