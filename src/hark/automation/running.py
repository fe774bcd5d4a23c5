"""Running one rule on one conversation: its actions under its own name, and a line in its log."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never
from uuid import UUID

import structlog

from hark.automation.calling import queue_call
from hark.automation.facts import facts_of
from hark.automation.log import note_run, runs_today
from hark.automation.queries import RuleRow
from hark.automation.replying import Refused, queue_rule_reply
from hark.automation.types import (
    Action,
    AssignAction,
    DifficultyAction,
    HandOverAction,
    NoteAction,
    Outcome,
    ReplyAction,
    ResolveAction,
    SeverityAction,
    SnoozeAction,
    StartBotAction,
    TagAction,
    TopicAction,
    WebhookAction,
)
from hark.automation.with_bots import start_bot
from hark.bots.running import hand_over_run
from hark.conversations.actions import (
    add_note,
    assign,
    change_tags,
    resolve,
    set_difficulty,
    set_severity,
    set_topic,
    snooze,
)
from hark.core.actor import ActorKind, system
from hark.core.db import Tx
from hark.core.errors import HarkError
from hark.filters.evaluate import matches
from hark.filters.parse import fields_of, parse_condition
from hark.filters.types import Facts

log = structlog.get_logger(__name__)
MOST_A_DAY = 20
"""How often a rule may act on one conversation within a day; then it is stopped there, and says so."""

NO_BOT = "The bot did not start. "
NO_REPLY = "No reply went out. "
STOPPED = f"It has acted here {MOST_A_DAY} times within a day. It goes on tomorrow; two rules may be working against each other."


async def run_rule(
    tx: Tx, rule: RuleRow, id: UUID, *, since: datetime | None = None, message_seq: int | None = None
) -> None:
    """Do what the rule says if its condition holds for the conversation as it is now, and write it down.

    A rule that names something deleted since does nothing and its log says why. Merged conversations and spam are left
    alone. `since`: when what has lasted began; once for each such time. `message_seq`: the message that has just come.
    """
    condition = parse_condition(rule.condition)
    facts = await facts_of(tx, id, fields_of(condition), message_seq)
    actor = system(tx.workspace_id, ActorKind.RULE, rule.id)
    if facts is None or not matches(condition, facts, actor, now=tx.now()):
        return
    if await runs_today(tx, rule.id, id) >= MOST_A_DAY:
        await note_run(tx, rule.id, id, since, Outcome.STOPPED, [], STOPPED)
        return
    tx.actor, before = actor, tx.actor
    did: list[str] = []
    problem: str | None = None
    try:
        async with tx.savepoint():
            for action in rule.actions:
                known = len(tx.pending)
                try:
                    await _step(tx, rule, id, action, facts)()
                except Refused as refused:
                    problem = f"{NO_REPLY if isinstance(action, ReplyAction) else NO_BOT}{refused.detail}"
                if len(tx.pending) > known or isinstance(action, WebhookAction):
                    did.append(action.__struct_config__.tag)  # type: ignore[arg-type]  # every action has one, a word
    except HarkError as error:
        log.warning("a rule could not act", rule=rule.id, workspace=tx.workspace_id, problem=error.detail)
        await note_run(tx, rule.id, id, since, Outcome.FAILED, [], error.detail)
    else:
        await note_run(tx, rule.id, id, since, Outcome.CHANGED if did else Outcome.UNCHANGED, did, problem)
    finally:
        tx.actor = before


def _step(tx: Tx, rule: RuleRow, id: UUID, action: Action, facts: Facts) -> Callable[[], Awaitable[object]]:
    match action:
        case TagAction(add=add, remove=remove):
            return partial(change_tags, tx, id, add=add, remove=remove)
        case AssignAction(team_id=team_id, assignee_id=assignee_id):
            return partial(assign, tx, id, team_id=team_id, assignee_id=assignee_id)
        case SeverityAction(value=value, raise_only=raise_only):
            return partial(set_severity, tx, id, max(value, facts["severity"]) if raise_only else value)
        case DifficultyAction(value=value):
            return partial(set_difficulty, tx, id, value)
        case TopicAction(topic_id=topic_id):
            return partial(set_topic, tx, id, topic_id)
        case ResolveAction():
            return partial(resolve, tx, id)
        case SnoozeAction(for_s=for_s):
            return partial(snooze, tx, id, tx.now() + timedelta(seconds=for_s))
        case NoteAction(text=text, mentions=mentions):
            return partial(add_note, tx, id, text, mentions=mentions)
        case ReplyAction():
            return partial(queue_rule_reply, tx, rule.id, rule.name, id, action)
        case StartBotAction(bot_id=bot_id):
            return partial(start_bot, tx, id, bot_id)
        case HandOverAction():
            return partial(hand_over_run, tx, id)
        case WebhookAction(url=url):
            return partial(queue_call, tx, rule, id, url)
    assert_never(action)
