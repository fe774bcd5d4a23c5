"""The consumer that runs rules: one event at a time, every rule of it in order."""

from datetime import timedelta
from uuid import UUID

import structlog

from hark.automation.queries import enabled_rules, find_facts
from hark.automation.types import (
    TRIGGERS,
    Action,
    AssignAction,
    DifficultyAction,
    SeverityAction,
    TagAction,
    TopicAction,
)
from hark.conversations.actions import assign, change_tags, set_difficulty, set_severity, set_topic
from hark.core.actor import ActorKind, system
from hark.core.db import Tx
from hark.core.errors import BadRequest
from hark.core.events import MAX_DEPTH, Recorded
from hark.core.journal import Consumer
from hark.filters.evaluate import matches
from hark.filters.parse import parse_condition
from hark.journey.types import Status

log = structlog.get_logger(__name__)
HISTORY = timedelta(days=1)  # what was recorded this long after it happened is imported history: no rule touches it


async def run_rules(tx: Tx, recorded: Recorded) -> None:
    """Run the rules that wait for this event, as far as their condition holds for the conversation as it is now.

    Each rule sees what the ones before it did, and acts under its own name. Merged conversations and spam are left
    alone. A rule that names something deleted since does nothing; its view says so. Rules that cause each other end
    at depth 8, and no rule reacts to itself.
    """
    id = recorded.conversation_id
    if id is None or recorded.depth >= MAX_DEPTH or recorded.recorded_at - recorded.occurred_at > HISTORY:
        return
    for rule in await enabled_rules(tx, recorded.workspace_id, recorded.event.kind):
        if recorded.actor_kind is ActorKind.RULE and recorded.actor_id == rule.id:
            continue
        facts = await find_facts(tx, recorded.workspace_id, id)
        if facts is None or facts.status >= Status.SPAM:
            return
        actor = system(recorded.workspace_id, ActorKind.RULE, rule.id)
        if not matches(parse_condition(rule.condition), facts, actor, now=tx.now()):
            continue
        tx.actor, before = actor, tx.actor
        try:
            async with tx.savepoint():
                for action in rule.actions:
                    await _apply(tx, id, action, facts.severity)
        except BadRequest as error:
            log.warning(
                "rule names what is not there", rule=rule.id, workspace=recorded.workspace_id, problem=error.detail
            )
        finally:
            tx.actor = before


async def _apply(tx: Tx, id: UUID, action: Action, severity: int) -> None:
    match action:
        case TagAction(add=add, remove=remove):
            await change_tags(tx, id, add=add, remove=remove)
        case AssignAction(team_id=team_id, assignee_id=assignee_id):
            await assign(tx, id, team_id=team_id, assignee_id=assignee_id)
        case SeverityAction(value=value, raise_only=raise_only):
            await set_severity(tx, id, max(value, severity) if raise_only else value)
        case DifficultyAction(value=value):
            await set_difficulty(tx, id, value)
        case TopicAction(topic_id=topic_id):
            await set_topic(tx, id, topic_id)


CONSUMER = Consumer("rules", tuple(TRIGGERS.values()), run_rules)
