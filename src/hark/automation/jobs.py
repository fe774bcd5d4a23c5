"""The consumers of rules: one runs those that wait for an event, the other sets the timers of those that wait for time."""

from datetime import timedelta

from hark.automation.queries import enabled_rules
from hark.automation.running import run_rule
from hark.automation.timed import HANDLERS, MOVING, set_next
from hark.automation.types import TRIGGERS
from hark.core.actor import ActorKind
from hark.core.db import Tx
from hark.core.events import MAX_DEPTH, Recorded
from hark.core.journal import Consumer
from hark.journey.types import Author, MessageReceived, ReplySent

HISTORY = timedelta(days=1)  # what was recorded this long after it happened is imported history: no rule touches it
TIMERS = HANDLERS


async def run_rules(tx: Tx, recorded: Recorded) -> None:
    """Run the rules that wait for this event, as far as their condition holds for the conversation as it is now.

    Each rule sees what the ones before it did, and acts under its own name. Rules that cause each other end at depth 8,
    and no rule reacts to itself.
    """
    id = recorded.conversation_id
    if id is None or recorded.depth >= MAX_DEPTH or recorded.recorded_at - recorded.occurred_at > HISTORY:
        return
    event = recorded.event
    if isinstance(event, ReplySent) and event.author is Author.AUTOMATIC:
        return  # a rule's own words: they leave outside of any chain of causes, and could answer each other for ever
    seq = event.message_seq if isinstance(event, MessageReceived) else None
    for rule in await enabled_rules(tx, recorded.workspace_id, event.kind):
        if recorded.actor_kind is not ActorKind.RULE or recorded.actor_id != rule.id:
            await run_rule(tx, rule, id, message_seq=seq)


async def set_timers(tx: Tx, recorded: Recorded) -> None:
    """When a conversation moves, or a condition may hold that did not: the next moment at which a rule looks at it."""
    if recorded.conversation_id is not None:
        await set_next(tx, [recorded.conversation_id])


CONSUMER = Consumer("rules", tuple(TRIGGERS.values()), run_rules)
TIMED_CONSUMER = Consumer("timed_rules", tuple(MOVING), set_timers)
