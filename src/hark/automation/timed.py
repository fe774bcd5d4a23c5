"""Rules that wait until something has lasted: no answer for two hours, a customer silent for three days.

There is no poller. A conversation has one timer, at the next moment at which one of these rules looks at it; it is set anew
whenever the conversation moves. A rule acts once for each time that something has lasted: for each wait, each silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from hark.automation.queries import RuleRow, timed_rules
from hark.automation.running import run_rule
from hark.automation.types import Clock, Lasting
from hark.conversations.types import SubjectChanged, TagsChanged
from hark.core.clock import from_unix, unix
from hark.core.db import Tx
from hark.core.events import Event
from hark.hours.open_time import Calendar
from hark.hours.queries import load_calendars
from hark.journey.moves import MOVES
from hark.journey.types import CORRECTIVE, ConversationStarted, DifficultyChanged, SeverityChanged, Stage
from hark.timers.actions import cancel_timer, set_timer
from hark.timers.jobs import Handler
from hark.timers.types import Timer, TimerKind
from hark.topics.types import TopicChanged

MOVING: frozenset[type[Event]] = frozenset({
    ConversationStarted, *MOVES, *CORRECTIVE, SeverityChanged, DifficultyChanged, TopicChanged, TagsChanged, SubjectChanged,
})  # fmt: skip
AT_ONCE = 100
TOO_LATE = timedelta(days=7)
"""What was due longer ago is left alone: it is imported, or older than the rule."""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What has lasted in a conversation, and since when; `ran` are the rules that have acted on what lasts now."""

    id: UUID
    stage: int
    since: datetime
    wait_t0: float | None
    started_at: datetime
    calendar_id: int
    ran: list[int]
    ran_since: list[datetime]

    def lasting(self, what: Lasting) -> datetime | None:
        """Since when it has lasted; None when it does not."""
        match what:
            case Lasting.WAITING:
                return None if self.wait_t0 is None else from_unix(self.wait_t0)
            case Lasting.SILENT:
                return self.since if self.stage == Stage.CUSTOMER else None
            case Lasting.HELD:
                return self.since if self.stage == Stage.AGENT else None
            case Lasting.OPEN:
                return self.started_at


class Due(msgspec.Struct, frozen=True):
    """A rule that looks at a conversation at a moment, because something has lasted since another."""

    rule: RuleRow
    at: datetime
    since: datetime


def dues(case: Case, rules: Sequence[RuleRow], hours: Mapping[int, Calendar]) -> Iterator[Due]:
    """When each rule looks, in the order of the rules; not again for what it has acted on already."""
    done = set(zip(case.ran, case.ran_since, strict=True))
    for rule in rules:
        since = case.lasting(Lasting(rule.on_event))
        if since is None or rule.after_s is None or (rule.id, since) in done:
            continue
        if rule.clock is Clock.CUSTOMER:
            yield Due(rule, since + timedelta(seconds=rule.after_s), since)
        elif (at := hours[case.calendar_id].add_open(unix(since), rule.after_s)) is not None:
            yield Due(rule, from_unix(at), since)


async def set_next(tx: Tx, ids: Sequence[UUID]) -> None:
    """Set the timers of these conversations to the next moment at which a rule looks at them."""
    if rules := await timed_rules(tx, tx.workspace_id):
        hours = (await load_calendars(tx, tx.workspace_id)).by_id
        for case in await _cases(tx, ids):
            await _set(tx, case.id, [due.at for due in dues(case, rules, hours)])


async def _set(tx: Tx, id: UUID, times: Sequence[datetime]) -> None:
    near = [at for at in times if at > tx.now() - TOO_LATE]
    if near:
        await set_timer(tx, id, TimerKind.RULES, max(min(near), tx.now()))
    else:
        await cancel_timer(tx, id, TimerKind.RULES)


async def serve(tx: Tx, timer: Timer) -> None:
    """Run the rules that are due on a conversation, in their order. What does not hold now is asked again when the
    conversation moves."""
    rules = await timed_rules(tx, tx.workspace_id)
    hours = (await load_calendars(tx, tx.workspace_id)).by_id
    for rule in rules:
        for due in await _due(tx, timer.subject_id, [rule], hours):
            if tx.now() - TOO_LATE < due.at <= tx.now():
                await run_rule(tx, rule, timer.subject_id, since=due.since)
                await tx.settle()  # the next rule sees what this one did
    later = [due.at for due in await _due(tx, timer.subject_id, rules, hours) if due.at > tx.now()]
    if later:
        await set_timer(tx, timer.subject_id, TimerKind.RULES, min(later))


async def _due(tx: Tx, id: UUID, rules: Sequence[RuleRow], hours: Mapping[int, Calendar]) -> list[Due]:
    return [due for case in await _cases(tx, [id]) for due in dues(case, rules, hours)]


async def start_review(tx: Tx) -> None:
    """The rules have changed: set the timers of all open conversations anew."""
    await set_timer(tx, UUID(int=0), TimerKind.RULES_REVIEW, tx.now())


async def review(tx: Tx, timer: Timer) -> None:
    """The next hundred open conversations by the rules as they are now."""
    after = msgspec.convert(timer.data.get("after", str(UUID(int=0))), UUID, strict=False)
    ids = await tx.all(
        UUID,
        "SELECT id FROM conversations WHERE workspace_id = $1 AND status < 3 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE",
        tx.workspace_id, after, AT_ONCE,
    )  # fmt: skip
    await set_next(tx, ids)
    if len(ids) == AT_ONCE:
        await set_timer(tx, UUID(int=0), TimerKind.RULES_REVIEW, tx.now(), {"after": str(ids[-1])})


HANDLERS: Mapping[TimerKind, Handler] = {TimerKind.RULES: serve, TimerKind.RULES_REVIEW: review}


async def _cases(tx: Tx, ids: Sequence[UUID]) -> list[Case]:
    """What lasts in these conversations, of those that are open; locked."""
    return await tx.all(
        Case,
        "SELECT c.id, c.stage, c.since, c.wait_t0, e.started_at, e.calendar_id,"
        " ARRAY(SELECT r.rule_id FROM rule_runs r WHERE r.workspace_id = $1 AND r.conversation_id = c.id"
        "  AND r.since IS NOT NULL ORDER BY r.id) AS ran,"
        " ARRAY(SELECT r.since FROM rule_runs r WHERE r.workspace_id = $1 AND r.conversation_id = c.id"
        "  AND r.since IS NOT NULL ORDER BY r.id) AS ran_since"
        " FROM conversations c JOIN episodes e ON e.workspace_id = c.workspace_id AND e.conversation_id = c.id"
        "  AND e.n = c.episode WHERE c.workspace_id = $1 AND c.id = ANY($2::uuid[]) AND c.status < 3 ORDER BY c.id FOR UPDATE OF c",
        tx.workspace_id, list(ids),
    )  # fmt: skip
