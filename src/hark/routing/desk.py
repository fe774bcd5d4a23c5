"""What a decision is made on: who is here with how much room, and what waits, as the policy sees them."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.agents.presence import GONE_AFTER
from hark.agents.queries import agent_states
from hark.conversations.views import Lens, load_lens
from hark.conversations.visibility import visible
from hark.core.actor import Actor, system
from hark.core.db import Tx
from hark.core.sql import FALSE, Sql
from hark.hours.queries import load_calendars
from hark.routing.policy import Case, Person, Policy
from hark.routing.queries import RoutingRow, team_routings

MEDIA = {1: "mail", 2: "messenger"}
"""What kind of waiting a channel is, by the kind of its account."""
BOTS_FIRST_S = 3.0  # a bot that is switched on takes what it wants within moments; people get the rest
MOST_CASES = 20_000
CHAT_QUIET = timedelta(minutes=10)
"""A chat that nobody has written in for so long takes no attention, even while it is open."""
REFUSED_FOR = timedelta(minutes=30)
RECENT = timedelta(days=7)
NEWCOMER_CASES = 50
"""Under so many solved cases somebody is a newcomer."""
NO_TEAM = 0
"""Stands for "no team" in the counters of pulls."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the teams, present or not. `here`: online, not absent, within their own hours."""

    person: Person
    team_ids: list[int]
    here: bool


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """All of it at one moment. `cases` and `routings` by team (0: no team), members by id; `asked` have an open offer."""

    lens: Lens
    routings: Mapping[int, RoutingRow]
    members: Mapping[int, Member]
    cases: Mapping[int, list[Case]]
    asked: frozenset[int]

    def policy(self, team_id: int) -> Policy:
        """The rules of a team; what has no team has the defaults."""
        plain = Policy(model=self.lens.model)
        row = self.routings.get(team_id)
        return plain if row is None else row.policy(plain)

    def present(self, team_id: int) -> list[Person]:
        """Who of a team is here; for what has no team everybody."""
        return [m.person for m in self.members.values() if m.here and team_id in (NO_TEAM, *m.team_ids)]


async def load_desk(tx: Tx, team_ids: Collection[int], *, actor: Actor | None = None) -> Desk:
    """The desk of these teams. With `actor` only what they may see, and they count as here with all their room:
    who asks for the next case has decided that there is room for it."""
    workspace_id, now = tx.workspace_id, tx.now()
    lens = await load_lens(tx, system(workspace_id), now)
    routings = await team_routings(tx, workspace_id)
    members = await _members(tx, team_ids, routings, lens, actor)
    cases = await _cases(tx, team_ids, lens, members, actor)
    asked = await tx.all(int, "SELECT agent_id FROM offers WHERE workspace_id = $1", workspace_id)
    return Desk(lens=lens, routings=routings, members=members, cases=cases, asked=frozenset(asked))


# people ---------------------------------------------------------------------------------------------------------------


class _Staff(msgspec.Struct):
    id: int
    team_ids: list[int]
    skill_ids: list[int]
    languages: list[str]
    capacity: float
    calendar_id: int | None
    absent: bool
    here_since: datetime | None
    worked_at: datetime | None


class _Load(msgspec.Struct):
    agent_id: int
    team_id: int | None
    account_kind: int
    n: int


class _Learned(msgspec.Struct):
    agent_id: int
    topic_id: int
    difficulty: int
    cases: int
    mu: float


class _Recent(msgspec.Struct):
    agent_id: int
    n: int
    given_at: datetime


async def _members(
    tx: Tx, team_ids: Collection[int], routings: Mapping[int, RoutingRow], lens: Lens, actor: Actor | None
) -> dict[int, Member]:
    ws, now = tx.workspace_id, tx.now()
    me = None if actor is None else actor.agent_id
    staff = await tx.all(_Staff, _STAFF, ws, now, sorted(team_ids), NO_TEAM in team_ids, me)
    ids = [s.id for s in staff]
    online = {p.id for p in await agent_states(tx, [ws], now - GONE_AFTER, ids) if p.state == "online"}
    calendars = await load_calendars(tx, ws)
    load = dict.fromkeys(ids, 0.0)
    for row in await tx.all(_Load, _LOAD, ws, ids, now - CHAT_QUIET):
        weights = _weights(routings, row.team_id)
        load[row.agent_id] += row.n * weights.get(MEDIA.get(row.account_kind, "mail"), 1.0)
    learned: dict[int, list[_Learned]] = {}
    for known in await tx.all(_Learned, _LEARNED, ws, ids):
        learned.setdefault(known.agent_id, []).append(known)
    recent = {r.agent_id: r for r in await tx.all(_Recent, _RECENT, ws, now - RECENT, ids)}
    equal = sum(r.n for r in recent.values()) / max(1, len(ids))
    members = {}
    for s in staff:
        mine, got = learned.get(s.id, []), recent.get(s.id)
        open_now = s.calendar_id is None or calendars.by_id[s.calendar_id].open_at(lens.now_s)
        asks = s.id == me
        since = max((t for t in (s.here_since, s.worked_at, got and got.given_at) if t), default=now)
        new = sum(k.cases for k in mine) < NEWCOMER_CASES
        members[s.id] = Member(
            team_ids=s.team_ids,
            here=asks or (s.id in online and open_now and not s.absent),
            person=Person(
                id=s.id, free=1.0 if asks else max(0.0, s.capacity - load[s.id]), capacity=1.0 if asks else s.capacity,
                skills=frozenset(s.skill_ids), languages=frozenset(s.languages),
                speed={(k.topic_id or None, k.difficulty): k.mu for k in mine}, cases=_solved(mine),
                idle_s=max(0.0, (now - since).total_seconds()),
                newcomer_share=(got.n if got else 0) / equal if new and equal else None,
            ),
        )  # fmt: skip
    return members


def _weights(routings: Mapping[int, RoutingRow], team_id: int | None) -> Mapping[str, float]:
    row = routings.get(team_id or NO_TEAM)
    return Policy().weights if row is None else row.policy(Policy()).weights


def _solved(learned: list[_Learned]) -> dict[int | None, int]:
    cases: dict[int | None, int] = {}
    for k in learned:
        cases[k.topic_id or None] = cases.get(k.topic_id or None, 0) + k.cases
    return cases


_STAFF = """
SELECT a.id, ARRAY(SELECT m.team_id FROM team_members m WHERE m.workspace_id = $1 AND m.agent_id = a.id) AS team_ids,
  ARRAY(SELECT s.skill_id FROM agent_skills s WHERE s.workspace_id = $1 AND s.agent_id = a.id) AS skill_ids,
  coalesce(w.languages, '{}') AS languages, coalesce(w.capacity, 1) AS capacity, w.calendar_id,
  EXISTS (SELECT FROM absences x WHERE x.workspace_id = $1 AND x.agent_id = a.id AND x.starts_at <= $2
    AND x.ends_at > $2) AS absent, n.here_since, n.worked_at
FROM agents a
LEFT JOIN agent_work w ON w.workspace_id = $1 AND w.agent_id = a.id
LEFT JOIN agent_seen n ON n.workspace_id = $1 AND n.agent_id = a.id
WHERE a.workspace_id = $1 AND a.disabled_at IS NULL AND ($4 OR a.id = $5 OR EXISTS (SELECT FROM team_members m
  WHERE m.workspace_id = $1 AND m.agent_id = a.id AND m.team_id = ANY($3::int[])))
ORDER BY a.id
"""
# In hand: the customer waits for them, or a chat goes on; and what they have been offered.
_LOAD = """
SELECT c.assignee_id AS agent_id, c.team_id, a.kind AS account_kind, count(*)::int AS n FROM conversations c
JOIN channel_accounts a ON a.workspace_id = $1 AND a.id = c.account_id
WHERE c.workspace_id = $1 AND c.status < 2 AND c.assignee_id = ANY($2::int[])
  AND (c.wait_t0 IS NOT NULL OR (a.kind = 2 AND c.last_message_at > $3))
GROUP BY 1, 2, 3
UNION ALL
SELECT o.agent_id, c.team_id, a.kind, 1 FROM offers o
JOIN conversations c ON c.workspace_id = $1 AND c.id = o.conversation_id
JOIN channel_accounts a ON a.workspace_id = $1 AND a.id = c.account_id
WHERE o.workspace_id = $1 AND o.agent_id = ANY($2::int[])
"""
_LEARNED = """
SELECT agent_id, topic_id, difficulty::int AS difficulty, cases, mu FROM experience
WHERE workspace_id = $1 AND agent_id = ANY($2::int[])
"""
_RECENT = """
SELECT agent_id, count(*)::int AS n, max(at) AS given_at FROM holdings
WHERE workspace_id = $1 AND at > $2 AND NOT by_hand AND agent_id = ANY($3::int[]) GROUP BY agent_id
"""


# what waits -----------------------------------------------------------------------------------------------------------


class _Waiting(msgspec.Struct):
    id: UUID
    team_id: int | None
    wait_t0: float
    wait_f0: float
    calendar_id: int
    per_s: float
    stake: float
    topic_id: int | None
    difficulty: int
    account_kind: int
    locale: str | None
    former_id: int | None
    refused_by: list[int]


class _Need(msgspec.Struct):
    topic_id: int
    skill_id: int


async def _cases(
    tx: Tx, team_ids: Collection[int], lens: Lens, members: Mapping[int, Member], actor: Actor | None
) -> dict[int, list[Case]]:
    needs: dict[int | None, set[int]] = {}
    for need in await tx.all(
        _Need, "SELECT topic_id, skill_id FROM topic_skills WHERE workspace_id = $1", tx.workspace_id
    ):
        needs.setdefault(need.topic_id, set()).add(need.skill_id)
    teams = Sql("c.team_id = ANY({}::int[])", sorted(t for t in team_ids if t != NO_TEAM))
    nobodys = Sql("c.team_id IS NULL") if NO_TEAM in team_ids else FALSE
    rows = await tx.all(
        _Waiting,
        Sql(_WAITING, tx.now() - REFUSED_FOR, tx.workspace_id, Sql("({} OR {})", teams, nobodys),
            visible(actor or system(tx.workspace_id)), lens.now_s - BOTS_FIRST_S, MOST_CASES),
    )  # fmt: skip
    people = [m.person for m in members.values()]
    skills = frozenset[int]().union(*(p.skills for p in people))
    languages = frozenset[str]().union(*(p.languages for p in people))
    cases: dict[int, list[Case]] = {}
    for row in rows:
        needed = frozenset(needs.get(row.topic_id, ())) & skills  # what nobody at all has is not waited for
        case = _case(row, lens, needed, languages)
        cases.setdefault(row.team_id or NO_TEAM, []).append(case)
    return cases


def _case(row: _Waiting, lens: Lens, skills: frozenset[int], languages: frozenset[str]) -> Case:
    language = (row.locale or "").replace("_", "-").split("-")[0].lower()
    return Case(
        id=row.id, stake=row.stake, per_s=row.per_s, waited_s=max(0.0, lens.now_s - row.wait_t0),
        open_s=max(0.0, lens.f_now[row.calendar_id] - row.wait_f0), ahead_s=lens.ahead_s(row.topic_id),
        topic_id=row.topic_id, difficulty=row.difficulty, channel=MEDIA.get(row.account_kind, "mail"), skills=skills,
        language=language if language in languages else None, returning_to=row.former_id,
        refused_by=frozenset(row.refused_by),
    )  # fmt: skip


_WAITING = """
SELECT c.id, c.team_id, c.wait_t0, c.wait_f0, c.calendar_id, c.per_s, c.stake, c.topic_id, c.difficulty,
  a.kind AS account_kind, p.locale, h.former_id,
  ARRAY(SELECT r.agent_id FROM refusals r WHERE r.workspace_id = c.workspace_id AND r.conversation_id = c.id
    AND r.at > {}) AS refused_by
FROM conversations c
JOIN channel_accounts a ON a.workspace_id = c.workspace_id AND a.id = c.account_id
JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
LEFT JOIN holdings h ON h.workspace_id = c.workspace_id AND h.conversation_id = c.id AND h.agent_id IS NULL
WHERE c.workspace_id = {} AND c.status = 0 AND c.stage <> 4 AND c.wait_t0 IS NOT NULL AND c.assignee_id IS NULL AND {} AND {}
  AND NOT EXISTS (SELECT FROM offers o WHERE o.workspace_id = c.workspace_id AND o.conversation_id = c.id)
  AND (c.wait_t0 < {} OR NOT EXISTS (SELECT FROM bots b WHERE b.workspace_id = c.workspace_id AND b.enabled))
ORDER BY c.wait_t0, c.id LIMIT {}
"""
