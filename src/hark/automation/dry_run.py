"""What a rule would have done in the last month. Nothing is changed."""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.automation.types import (
    CLOCKS,
    KINDS,
    Action,
    ActionName,
    AssignAction,
    Clock,
    DifficultyAction,
    DryRun,
    HandOverAction,
    Lasting,
    NoteAction,
    ReplyAction,
    ResolveAction,
    RuleDraft,
    SeverityAction,
    SnoozeAction,
    StartBotAction,
    TagAction,
    TopicAction,
    WebhookAction,
    WouldChange,
)
from hark.conversations.visibility import visible
from hark.core.actor import Actor
from hark.core.db import Queries
from hark.core.sql import Sql
from hark.filters.evaluate import to_sql
from hark.filters.parse import parse_condition
from hark.journey.types import MessageReceived, Stage, Status

DAYS = 30
MATCHED = 5000  # looked into, the newest
SHOWN = 200


class _Row(msgspec.Struct):
    id: UUID
    number: int
    subject: str
    at: datetime
    status: Status
    team_id: int | None
    assignee_id: int | None
    severity: int
    difficulty: int
    topic_id: int | None
    tag_ids: list[int]
    stage: int
    answerable: bool


class _Found(msgspec.Struct):
    looked_at: int
    matched: int


async def dry_run(db: Queries, actor: Actor, rule: RuleDraft, *, now: datetime) -> DryRun:
    """Of the conversations the actor may see: at which the rule would have looked, and which it would change.

    What happened or had lasted, and the messages that came, are taken from the past; everything else of the condition and
    what the actions change is judged by the conversations as they are now, because the past of tags is not kept.
    """
    holds, answerable = (
        to_sql(parse_condition(condition), actor, now=now, message=_MESSAGE)
        for condition in (rule.condition, _ANSWERABLE)
    )
    looked = Sql(
        _LOOKED, holds, _moments(rule, actor.workspace_id, now), actor.workspace_id, visible(actor),
        [Status.SPAM, Status.MERGED],
    )  # fmt: skip
    found = await db.one(_Found, Sql(_COUNT, looked))
    rows = await db.all(_Row, Sql(_ROWS, answerable, looked, actor.workspace_id, MATCHED))
    changes = [
        WouldChange(conversation_id=row.id, number=row.number, subject=row.subject, at=row.at, would=would)
        for row in rows
        if (would := [_name(action) for action in rule.actions if _changes(action, row)])
    ]
    return DryRun(
        days=DAYS, looked_at=found.looked_at, matched=found.matched, changed=len(changes), items=changes[:SHOWN],
        cut=found.matched > len(rows),
    )  # fmt: skip


def _name(action: Action) -> ActionName:
    return action.__struct_config__.tag  # type: ignore[return-value]


def _changes(action: Action, row: _Row) -> bool:
    match action:
        case TagAction(add=add, remove=remove):
            return bool(set(add) - set(row.tag_ids) or set(remove) & set(row.tag_ids))
        case AssignAction(team_id=team_id, assignee_id=assignee_id):
            return (team_id is not msgspec.UNSET and team_id != row.team_id) or (
                assignee_id is not msgspec.UNSET and assignee_id != row.assignee_id
            )
        case SeverityAction(value=value, raise_only=raise_only):
            return value > row.severity if raise_only else value != row.severity
        case DifficultyAction(value=value):
            return value != row.difficulty
        case TopicAction(topic_id=topic_id):
            return topic_id != row.topic_id
        case ResolveAction():
            return row.status is not Status.RESOLVED
        case ReplyAction() | StartBotAction():
            return row.answerable and (row.assignee_id is None or isinstance(action, ReplyAction))
        case HandOverAction():
            return row.stage == Stage.BOT
        case SnoozeAction() | NoteAction() | WebhookAction():
            return True


def _moments(rule: RuleDraft, workspace_id: int, now: datetime) -> Sql:
    """(conversation_id, at, seq): when the rule would have looked at which conversation, because of which message."""
    since, kind = now - timedelta(days=DAYS), KINDS[rule.on]
    if kind == MessageReceived.kind:
        return Sql(_MESSAGES, workspace_id, kind, since)
    return Sql(_ONCE, _lasting_or_events(rule, workspace_id, now))


def _lasting_or_events(rule: RuleDraft, workspace_id: int, now: datetime) -> Sql:
    since, kind = now - timedelta(days=DAYS), KINDS[rule.on]
    if rule.after_s is None:
        return Sql(_EVENTS, workspace_id, kind, since)
    team = CLOCKS[rule.clock] is Clock.TEAM
    after = timedelta(seconds=rule.after_s)
    match Lasting(kind):
        case Lasting.WAITING:
            lasted = Sql("f1 - f0 >= {}", rule.after_s) if team else Sql("closed_at - opened_at >= {}", after)
            return Sql(_WAITS, after, workspace_id, since, lasted, now - after)
        case Lasting.OPEN:
            return Sql(_EPISODES, after, workspace_id, since, now, after)
        case lasting:
            stage = Stage.CUSTOMER if lasting is Lasting.SILENT else Stage.AGENT
            lasted = Sql("f1 - f0 >= {}", rule.after_s) if team else Sql("t1 - t0 >= {}", after)
            return Sql(_SPANS, after, workspace_id, stage, since, lasted, now - after)


# What still lasts is taken by the customer clock: how long it has lasted by the other is known when it ends.
_EVENTS = """SELECT conversation_id, occurred_at AS at FROM events WHERE workspace_id = {} AND kind = {} AND occurred_at >= {}
  AND recorded_at - occurred_at < interval '1 day'"""
_WAITS = """SELECT conversation_id, opened_at + {} AS at FROM waits WHERE workspace_id = {} AND opened_at >= {}
  AND CASE WHEN closed_at IS NOT NULL THEN {} ELSE opened_at <= {} END"""
_SPANS = """SELECT conversation_id, t0 + {} AS at FROM spans WHERE workspace_id = {} AND stage = {} AND t0 >= {}
  AND CASE WHEN t1 IS NOT NULL THEN {} ELSE t0 <= {} END"""
_EPISODES = """SELECT conversation_id, started_at + {} AS at FROM episodes WHERE workspace_id = {} AND started_at >= {}
  AND coalesce(resolved_at, {}) - started_at >= {}"""

_MESSAGES = """SELECT conversation_id, occurred_at AS at, (data->>'message_seq')::int AS seq FROM events WHERE workspace_id = {}
  AND kind = {} AND occurred_at >= {} AND recorded_at - occurred_at < interval '1 day'"""
_ONCE = "SELECT conversation_id, max(at) AS at, NULL::int AS seq FROM ({}) happened GROUP BY conversation_id"
_MESSAGE = Sql("coalesce(looked.seq, c.customer_seq)")
_ANSWERABLE = {
    "all": [
        {"field": "message.automatic", "op": "is", "value": False},
        {"field": "unsubscribed", "op": "is", "value": False},
        {"field": "customer_messages", "op": "at_least", "value": 1},
    ]
}
_LOOKED = """SELECT looked.conversation_id, max(looked.at) AS at, max(looked.at) FILTER (WHERE {}) AS held_at,
  max(looked.seq) AS seq FROM ({}) looked JOIN conversations c ON c.workspace_id = {} AND c.id = looked.conversation_id
WHERE {} AND c.status <> ALL({}::int[]) GROUP BY looked.conversation_id"""
_COUNT = "SELECT count(*)::int AS looked_at, count(looked.held_at)::int AS matched FROM ({}) looked"
_ROWS = """SELECT c.id, c.number, c.subject, looked.held_at AS at, c.status, c.team_id, c.assignee_id, c.severity, c.difficulty,
  c.topic_id, c.tag_ids, c.stage, ({}) IS TRUE AS answerable FROM ({}) looked
JOIN conversations c ON c.workspace_id = {} AND c.id = looked.conversation_id
WHERE looked.held_at IS NOT NULL ORDER BY looked.held_at DESC, c.id LIMIT {}"""
