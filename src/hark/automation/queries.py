"""Reading rules, what they name, and what their conditions ask."""

from typing import Any
from uuid import UUID

import msgspec

from hark.automation.types import TRIGGERS, Action, AssignAction, Rule, TagAction, TopicAction
from hark.core.actor import Actor
from hark.core.db import Queries
from hark.filters.types import Facts

MISSING = "This rule does not exist."
_WORDS = {event.kind: word for word, event in TRIGGERS.items()}


class _Row(msgspec.Struct):
    id: int
    name: str
    enabled: bool
    position: int
    on_event: int
    condition: dict[str, Any]
    actions: list[Action]


async def list_rules(db: Queries, actor: Actor) -> list[Rule]:
    """All rules in the order they run."""
    rows = await db.all(
        _Row,
        "SELECT id, name, enabled, position, on_event, condition, actions FROM rules WHERE workspace_id = $1"
        " ORDER BY position, id",
        actor.workspace_id,
    )  # fmt: skip
    there = await _references(db, actor.workspace_id) if rows else _There(tags=[], teams=[], agents=[], topics=[])
    return [_view(row, actor, there) for row in rows]


async def get_rule(db: Queries, actor: Actor, id: int) -> Rule:
    """Raises NotFound."""
    row = await db.one(
        _Row,
        "SELECT id, name, enabled, position, on_event, condition, actions FROM rules"
        " WHERE workspace_id = $1 AND id = $2",
        actor.workspace_id, id, missing=MISSING,
    )  # fmt: skip
    return _view(row, actor, await _references(db, actor.workspace_id))


async def enabled_rules(db: Queries, workspace_id: int, kind: int) -> list[_Row]:
    """The rules that wait for this kind of event, in the order they run."""
    return await db.all(
        _Row,
        "SELECT id, name, enabled, position, on_event, condition, actions FROM rules"
        " WHERE workspace_id = $1 AND enabled AND on_event = $2 ORDER BY position, id",
        workspace_id, kind,
    )  # fmt: skip


async def find_problem(db: Queries, workspace_id: int, actions: list[Action]) -> str | None:
    """The sentence about a tag, team or person that actions name and that is not there; None when all are."""
    return _problem(actions, await _references(db, workspace_id))


class _There(msgspec.Struct):
    tags: list[int]
    teams: list[int]
    agents: list[int]
    topics: list[int]


async def _references(db: Queries, workspace_id: int) -> _There:
    return await db.one(
        _There,
        "SELECT ARRAY(SELECT id FROM tags WHERE workspace_id = $1) AS tags,"
        " ARRAY(SELECT id FROM teams WHERE workspace_id = $1) AS teams,"
        " ARRAY(SELECT id FROM agents WHERE workspace_id = $1 AND disabled_at IS NULL) AS agents,"
        " ARRAY(SELECT id FROM topics WHERE workspace_id = $1 AND archived_at IS NULL) AS topics",
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
    return None


def _view(row: _Row, actor: Actor, there: _There) -> Rule:
    return Rule(
        id=row.id, name=row.name, enabled=row.enabled, position=row.position, on=_WORDS[row.on_event],
        condition=row.condition, actions=row.actions, problem=_problem(row.actions, there),
        can=["write"] if actor.can("rules.write") else [],
    )  # fmt: skip


async def find_facts(db: Queries, workspace_id: int, conversation_id: UUID) -> Facts | None:
    """What conditions can ask of a conversation, as it is now."""
    return await db.find(
        Facts,
        "SELECT c.number, c.status, c.team_id, c.assignee_id, c.account_id, c.contact_id, c.company_id, c.severity,"
        " c.difficulty, c.topic_id, (SELECT k.plan FROM companies k WHERE k.workspace_id = $1 AND k.id = c.company_id) AS plan,"
        " EXISTS (SELECT FROM contacts p WHERE p.workspace_id = $1 AND p.id = c.contact_id AND p.vip)"
        "  OR EXISTS (SELECT FROM companies k WHERE k.workspace_id = $1 AND k.id = c.company_id AND k.vip) AS vip, c.tag_ids, c.channels, c.subject, c.preview, c.created_at, c.last_message_at,"
        " c.wait_t0 IS NOT NULL AS waiting, (SELECT coalesce(max(CASE WHEN r.breached_at IS NOT NULL THEN 3"
        "  WHEN r.warned_at IS NOT NULL THEN 2 ELSE 1 END), 0) FROM promises r WHERE r.workspace_id = $1"
        "  AND r.conversation_id = c.id AND r.ended_at IS NULL) AS promise, ARRAY(SELECT i.value FROM identities i WHERE i.workspace_id = c.workspace_id"
        " AND i.contact_id = c.contact_id AND i.kind = 1) AS addresses FROM conversations c WHERE c.workspace_id = $1 AND c.id = $2",
        workspace_id, conversation_id,
    )  # fmt: skip
