"""Reading rules, what they name, and what their conditions ask."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from hark.automation.types import (
    CLOCKS,
    KINDS,
    Action,
    AssignAction,
    Clock,
    Lasting,
    NoteAction,
    Outcome,
    Rule,
    StartBotAction,
    TagAction,
    TopicAction,
)
from hark.core.actor import Actor
from hark.core.db import Queries
from hark.filters.parse import comparisons, parse_condition

MISSING = "This rule does not exist."
_WORDS = {kind: word for word, kind in KINDS.items()}
_CLOCK_NAMES = {clock: name for name, clock in CLOCKS.items()}
_COLUMNS = "id, name, enabled, position, on_event, after_s, clock, condition, actions"
COUNTED = timedelta(days=30)


class RuleRow(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as it is stored."""

    id: int
    name: str
    enabled: bool
    position: int
    on_event: int
    after_s: int | None
    clock: Clock
    condition: dict[str, Any]
    actions: list[Action]


class _Counted(msgspec.Struct):
    rule_id: int
    changed: int
    failed: int
    last_run_at: datetime


async def list_rules(db: Queries, actor: Actor, *, now: datetime) -> list[Rule]:
    """All rules in the order they run, with what they did in the last 30 days."""
    rows = await db.all(
        RuleRow, f"SELECT {_COLUMNS} FROM rules WHERE workspace_id = $1 ORDER BY position, id", actor.workspace_id
    )
    there = await _references(db, actor.workspace_id) if rows else _There()
    counted = {one.rule_id: one for one in await _counted(db, actor.workspace_id, None, now)}
    return [_view(row, actor, there, counted.get(row.id)) for row in rows]


async def get_rule(db: Queries, actor: Actor, id: int, *, now: datetime) -> Rule:
    """Raises NotFound."""
    row = await db.one(
        RuleRow,
        f"SELECT {_COLUMNS} FROM rules WHERE workspace_id = $1 AND id = $2",
        actor.workspace_id,
        id,
        missing=MISSING,
    )
    counted = await _counted(db, actor.workspace_id, id, now)
    return _view(row, actor, await _references(db, actor.workspace_id), counted[0] if counted else None)


async def enabled_rules(db: Queries, workspace_id: int, kind: int) -> list[RuleRow]:
    """The rules that wait for this kind of event, in the order they run."""
    return await db.all(
        RuleRow,
        f"SELECT {_COLUMNS} FROM rules WHERE workspace_id = $1 AND enabled AND on_event = $2 ORDER BY position, id",
        workspace_id, kind,
    )  # fmt: skip


async def timed_rules(db: Queries, workspace_id: int) -> list[RuleRow]:
    """The rules that wait until something has lasted, in the order they run."""
    return await db.all(
        RuleRow,
        f"SELECT {_COLUMNS} FROM rules WHERE workspace_id = $1 AND enabled AND on_event >= $2 ORDER BY position, id",
        workspace_id, min(Lasting),
    )  # fmt: skip


async def _counted(db: Queries, workspace_id: int, id: int | None, now: datetime) -> list[_Counted]:
    return await db.all(
        _Counted,
        "SELECT rule_id, count(*) FILTER (WHERE outcome = $4)::int AS changed,"
        " count(*) FILTER (WHERE outcome > $5)::int AS failed, max(at) AS last_run_at FROM rule_runs"
        " WHERE workspace_id = $1 AND ($2::int IS NULL OR rule_id = $2) AND at > $3 GROUP BY rule_id",
        workspace_id, id, now - COUNTED, Outcome.CHANGED, Outcome.UNCHANGED,
    )  # fmt: skip


async def find_problem(
    db: Queries, workspace_id: int, actions: list[Action], condition: dict[str, Any] | None = None
) -> str | None:
    """The sentence about a tag, team or person that a rule names and that is not there; None when all are."""
    there = await _references(db, workspace_id)
    return _problem(actions, there) or _condition_problem(condition, there)


class _There(msgspec.Struct):
    tags: list[int] = []
    teams: list[int] = []
    agents: list[int] = []
    topics: list[int] = []
    accounts: list[int] = []
    bots: list[int] = []


async def _references(db: Queries, workspace_id: int) -> _There:
    return await db.one(
        _There,
        "SELECT ARRAY(SELECT id FROM tags WHERE workspace_id = $1) AS tags,"
        " ARRAY(SELECT id FROM teams WHERE workspace_id = $1) AS teams,"
        " ARRAY(SELECT id FROM agents WHERE workspace_id = $1 AND disabled_at IS NULL) AS agents,"
        " ARRAY(SELECT id FROM topics WHERE workspace_id = $1 AND archived_at IS NULL) AS topics,"
        " ARRAY(SELECT id FROM channel_accounts WHERE workspace_id = $1 AND disabled_at IS NULL) AS accounts,"
        " ARRAY(SELECT id FROM bots WHERE workspace_id = $1) AS bots",
        workspace_id,
    )  # fmt: skip


def _problem(actions: list[Action], there: _There) -> str | None:
    for action in actions:
        match action:
            case TagAction(add=add, remove=remove):
                if not {*add, *remove} <= set(there.tags):
                    return "It names a tag that does not exist."
            case AssignAction(team_id=team_id, assignee_id=assignee_id):
                if isinstance(team_id, int) and team_id not in there.teams:
                    return "It names a team that does not exist."
                if isinstance(assignee_id, int) and assignee_id not in there.agents:
                    return "It names a person who is not in the team, or no longer active."
            case TopicAction(topic_id=topic_id):
                if topic_id not in there.topics:
                    return "It names a topic that does not exist, or is archived."
            case StartBotAction(bot_id=bot_id):
                if bot_id not in there.bots:
                    return "It names a bot that does not exist."
            case NoteAction(mentions=mentions):
                if not {*mentions} <= set(there.agents):
                    return "It mentions a person who is not in the team, or no longer active."
    return None


_ASKED = {
    "tag": ("tags", "a tag that does not exist"), "team": ("teams", "a team that does not exist"),
    "assignee": ("agents", "a person who is not in the team, or no longer active"),
    "topic": ("topics", "a topic that does not exist, or is archived"),
    "account": ("accounts", "a mailbox or messenger that is not connected"),
    "message.account": ("accounts", "a mailbox or messenger that is not connected"),
    "bot": ("bots", "a bot that does not exist"),
}  # fmt: skip


def _condition_problem(condition: dict[str, Any] | None, there: _There) -> str | None:
    """The same of a condition, which then holds for nothing, or for everything."""
    if condition is None:
        return None
    for one in comparisons(parse_condition(condition)):
        name, words = _ASKED.get(one.field, ("", ""))
        asked = one.value if isinstance(one.value, tuple) else (one.value,)
        if name and any(isinstance(id, int) and id not in getattr(there, name) for id in asked):
            return f"Its condition names {words}."
    return None


def _view(row: RuleRow, actor: Actor, there: _There, counted: _Counted | None) -> Rule:
    return Rule(
        id=row.id, name=row.name, enabled=row.enabled, position=row.position, on=_WORDS[row.on_event], after_s=row.after_s,
        clock=_CLOCK_NAMES[row.clock], condition=row.condition, actions=row.actions, changed=counted.changed if counted else 0,
        failed=counted.failed if counted else 0, last_run_at=counted.last_run_at if counted else None, problem=_problem(row.actions, there) or _condition_problem(row.condition, there),
        can=["write"] if actor.can("rules.write") else [],
    )  # fmt: skip
