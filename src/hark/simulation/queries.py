"""Reading what-ifs, and the past they run again."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.clock import from_unix, unix
from hark.core.db import Db, Queries
from hark.core.errors import NotFound
from hark.core.sql import TRUE, Sql
from hark.hours.queries import load_calendars
from hark.simulation.replay_types import (
    STATES,
    Comparison,
    History,
    Learned,
    PastPerson,
    PastWait,
    Scenario,
    Simulation,
)
from hark.simulation.types import WEIGHTS
from hark.topics.queries import handle_seconds
from hark.value.pricing import load_model
from hark.value.types import DAY_S, Medium

MISSING = "This simulation does not exist."
WARM_UP_S = 7 * DAY_S
BEFORE_ANSWER_S = 1800.0
KINDS: dict[int, Medium] = {1: "mail", 2: "messenger", 3: "phone"}


class _Run(msgspec.Struct):
    id: UUID
    scenario: dict[str, Any]
    state: int
    progress: float
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    result: dict[str, Any] | None
    problem: str | None


_COLUMNS = "id, scenario, state, progress, created_at, started_at, finished_at, result, problem"


async def list_runs(db: Queries, actor: Actor, *, now: datetime) -> list[Simulation]:
    """The actor's own what-ifs, newest first, at most 100; results depend on what their owner may see."""
    rows = await db.all(
        _Run,
        f"SELECT {_COLUMNS} FROM simulation_runs WHERE workspace_id = $1 AND agent_id = $2 AND kind = 1 ORDER BY id DESC LIMIT 100",
        actor.workspace_id, actor.agent_id,
    )  # fmt: skip
    return [_view(row, now) for row in rows]


async def get_run(db: Queries, actor: Actor, id: UUID, *, now: datetime) -> Simulation:
    """One of the actor's own what-ifs. Raises NotFound."""
    row = await db.find(
        _Run,
        f"SELECT {_COLUMNS} FROM simulation_runs WHERE workspace_id = $1 AND agent_id = $2 AND id = $3 AND kind = 1",
        actor.workspace_id, actor.agent_id, id,
    )  # fmt: skip
    if row is None:
        raise NotFound(MISSING)
    return _view(row, now)


def _view(row: _Run, now: datetime) -> Simulation:
    left = None
    if row.started_at is not None and row.state == STATES.index("running") and row.progress >= 0.02:
        left = max(0.0, (now - row.started_at).total_seconds()) * (1.0 - row.progress) / row.progress
    return Simulation(
        id=row.id, scenario=msgspec.convert(row.scenario, Scenario), state=STATES[row.state], progress=row.progress,
        left_s=left, created_at=row.created_at, finished_at=row.finished_at,
        result=None if row.result is None else msgspec.convert(row.result, Comparison), problem=row.problem,
    )  # fmt: skip


# the past -------------------------------------------------------------------------------------------------------------


async def load_history(db: Db, actor: Actor, scenario: Scenario) -> History:
    """What is remembered of a period and the week before it, of the conversations the actor sees."""
    start, end = unix(scenario.start), unix(scenario.end)
    since = start - WARM_UP_S
    model = await load_model(db, actor.workspace_id)
    cases = _cases(actor, scenario)
    waits = [_past(row, end) for row in await db.all(_Wait, Sql(_WAITS, actor.workspace_id, since, end, cases))]
    topic_s = await handle_seconds(db, actor.workspace_id)
    calendars = await load_calendars(db, actor.workspace_id)
    skills = await db.all(_TopicSkill, _TOPIC_SKILLS, actor.workspace_id)
    ended = await db.all(_Resolved, Sql(_RESOLVED, actor.workspace_id, since, end, cases))
    return History(
        since=since, start=start, end=end, waits=waits,
        resolved={row.id: row.at for row in ended if row.at < end}, reopened=sum(row.reopens for row in ended),
        people=await _people(db, actor, waits, since, end),
        learned=await db.all(Learned, _LEARNED, actor.workspace_id),
        handled_s={row.id: row.seconds for row in await db.all(_Handled, _HANDLED, actor.workspace_id, since, end)},
        topic_s={"" if topic is None else str(topic): seconds for topic, seconds in topic_s.items()},
        topic_skills=_grouped(skills), weights=await _weights(db, actor, scenario),
        calendars={str(id): list(calendar.versions) for id, calendar in calendars.by_id.items()}, model=model,
        currency=model.currency, first_calendar=await db.one(int, _DEFAULT_CALENDAR, actor.workspace_id),
    )  # fmt: skip


def _cases(actor: Actor, scenario: Scenario) -> Sql:
    team = TRUE if scenario.team_id is None else Sql("c.team_id = {}", scenario.team_id)
    return Sql("{} AND {} AND c.status NOT IN (4, 5)", visible(actor), team)


class _Wait(msgspec.Struct):
    conversation: UUID
    opened: float
    closed: float | None
    open_s: float | None
    answered: bool
    agent: int | None
    kind: int
    per_s: float
    calendar: int
    topic: int | None
    difficulty: int
    severity: int
    stake: float
    holder: UUID
    price_minor: int | None


# A wait that a bot answered or that went on elsewhere took nobody's time. 2 answered and kept.
_WAITS = """
SELECT w.conversation_id AS conversation, extract(epoch FROM w.opened_at)::float8 AS opened,
  extract(epoch FROM w.closed_at)::float8 AS closed, w.f1 - w.f0 AS open_s,
  coalesce(w.outcome IN (1, 2), false) AS answered, w.answered_by AS agent, a.kind, w.per_s, w.calendar_id AS calendar,
  c.topic_id AS topic, c.difficulty, c.severity, w.stake, coalesce(c.company_id, c.contact_id) AS holder, w.price_minor
FROM waits w JOIN conversations c ON c.workspace_id = w.workspace_id AND c.id = w.conversation_id
JOIN channel_accounts a ON a.workspace_id = w.workspace_id AND a.id = w.account_id
WHERE w.workspace_id = {} AND w.opened_at >= to_timestamp({}::float8) AND w.opened_at < to_timestamp({}::float8)
  AND coalesce(w.outcome NOT IN (4, 6), true) AND {}
ORDER BY w.opened_at
"""


def _past(row: _Wait, end: float) -> PastWait:
    """As known at the end of the period: what was answered later was still waiting then."""
    medium = KINDS.get(row.kind, "mail")
    if medium == "messenger" and row.per_s < 1.0 / 3600.0:
        medium = "mail"  # who had left waits as patiently as for a mail
    known = row.closed is not None and row.closed < end
    return PastWait(
        row.conversation, row.opened, row.closed if known else None, row.open_s if known else None,
        row.answered and known, row.agent, medium, row.calendar, row.topic, row.difficulty, row.severity, row.stake,
        row.holder, row.price_minor,
    )  # fmt: skip


class _Resolved(msgspec.Struct):
    id: UUID
    at: float
    reopens: int


_RESOLVED = """
SELECT e.conversation_id AS id, max(extract(epoch FROM e.resolved_at))::float8 AS at, sum(e.reopens)::int AS reopens
FROM episodes e JOIN conversations c ON c.workspace_id = e.workspace_id AND c.id = e.conversation_id
WHERE e.workspace_id = {} AND e.started_at >= to_timestamp({}::float8) AND e.started_at < to_timestamp({}::float8)
  AND {} AND e.resolved_at IS NOT NULL GROUP BY e.conversation_id
"""


class _Handled(msgspec.Struct):
    id: UUID
    seconds: float


_HANDLED = """
SELECT conversation_id AS id, sum(extract(epoch FROM t1 - t0))::float8 AS seconds FROM handling
WHERE workspace_id = $1 AND t0 >= to_timestamp($2::float8) AND t0 < to_timestamp($3::float8)
GROUP BY conversation_id HAVING sum(extract(epoch FROM t1 - t0)) > 5
"""
_LEARNED = "SELECT agent_id AS agent, topic_id AS topic, difficulty, cases, mu FROM experience WHERE workspace_id = $1"
_DEFAULT_CALENDAR = "SELECT id FROM calendars WHERE workspace_id = $1 ORDER BY is_default DESC, id LIMIT 1"


class _TopicSkill(msgspec.Struct):
    topic_id: int
    skill_id: int


_TOPIC_SKILLS = "SELECT topic_id, skill_id FROM topic_skills WHERE workspace_id = $1"


def _grouped(rows: list[_TopicSkill]) -> dict[str, list[int]]:
    by_topic: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_topic[str(row.topic_id)].append(row.skill_id)
    return dict(by_topic)


class _Person(msgspec.Struct):
    id: int
    calendar: int | None
    skills: list[int]
    languages: list[str]


_PEOPLE = """
SELECT a.id, w.calendar_id AS calendar, coalesce(w.languages, '{}') AS languages, ARRAY(SELECT s.skill_id
  FROM agent_skills s WHERE s.workspace_id = a.workspace_id AND s.agent_id = a.id) AS skills
FROM agents a LEFT JOIN agent_work w ON w.workspace_id = a.workspace_id AND w.agent_id = a.id
WHERE a.workspace_id = $1 AND a.id = ANY($2::int[]) ORDER BY a.id
"""


class _Absence(msgspec.Struct):
    agent: int
    gone: float
    back: float


_ABSENCES = """
SELECT agent_id AS agent, extract(epoch FROM starts_at)::float8 AS gone, extract(epoch FROM ends_at)::float8 AS back
FROM absences WHERE workspace_id = $1 AND ends_at > to_timestamp($2::float8) AND starts_at < to_timestamp($3::float8)
"""


async def _people(db: Db, actor: Actor, waits: list[PastWait], since: float, end: float) -> list[PastPerson]:
    """Who answered, on which dates, and where else they are known to have been away."""
    answers: dict[int, dict[date, list[float]]] = defaultdict(lambda: defaultdict(list))
    for wait in waits:
        if wait.agent is not None and wait.answered and wait.closed is not None:
            answers[wait.agent][from_unix(wait.closed).date()].append(wait.closed)
    rows = await db.all(_Person, _PEOPLE, actor.workspace_id, list(answers))
    away: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for absence in await db.all(_Absence, _ABSENCES, actor.workspace_id, since, end):
        away[absence.agent].append((absence.gone, absence.back))
    return [
        PastPerson(
            id=row.id, calendar=row.calendar, days=frozenset(answers[row.id]), away=away[row.id],
            answering=[(min(at) - BEFORE_ANSWER_S, max(at)) for at in answers[row.id].values()],
            skills=frozenset(row.skills), languages=frozenset(row.languages),
        )
        for row in rows
    ]  # fmt: skip


async def _weights(db: Db, actor: Actor, scenario: Scenario) -> dict[Medium, float]:
    """The team's capacity weights, else the product's own."""
    own = await db.find(
        dict[Medium, float],
        "SELECT weights FROM team_routing WHERE workspace_id = $1 AND team_id = $2",
        actor.workspace_id, scenario.team_id,
    )  # fmt: skip
    return {**WEIGHTS, **(own or {})}
