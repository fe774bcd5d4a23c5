"""Rules: when something happens to a conversation, or has lasted too long, and a condition holds, do something about it."""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from hark.conversations.types import TagsChanged
from hark.core.events import Event
from hark.core.http import Body
from hark.journey.types import (
    Assigned,
    ConversationStarted,
    MessageReceived,
    PromiseDue,
    Reopened,
    ReplySent,
    Resolved,
    SeverityChanged,
    SnoozeEnded,
)
from hark.sla.types import SlaBreached, SlaWarned
from hark.topics.types import TopicChanged

EventTrigger = Literal[
    "conversation_started", "message_received", "reply_sent", "assigned", "tags_changed", "severity_changed", "topic_changed",
    "snooze_ended", "promise_due", "promise_warned", "promise_broken", "resolved", "reopened",
]  # fmt: skip
TimedTrigger = Literal["waiting_for", "silent_for", "held_for", "open_for"]
Trigger = EventTrigger | TimedTrigger

TRIGGERS: dict[EventTrigger, type[Event]] = {
    "conversation_started": ConversationStarted,
    "message_received": MessageReceived,
    "reply_sent": ReplySent,
    "assigned": Assigned,
    "tags_changed": TagsChanged,
    "severity_changed": SeverityChanged,
    "topic_changed": TopicChanged,
    "snooze_ended": SnoozeEnded,
    "promise_due": PromiseDue,
    "promise_warned": SlaWarned,
    "promise_broken": SlaBreached,
    "resolved": Resolved,
    "reopened": Reopened,
}
"""The word of a rule -> the event it waits for. `docs/guide/rules.md` lists them and a test compares."""


class Lasting(IntEnum):
    """What can have lasted; stored as the rule's `on_event`. Kinds of events are below 1000."""

    WAITING = 1001  # the customer for our answer
    SILENT = 1002  # the customer, after our answer
    HELD = 1003  # nothing has moved since somebody got it
    OPEN = 1004  # since the customer asked


LASTING: dict[TimedTrigger, Lasting] = {
    "waiting_for": Lasting.WAITING, "silent_for": Lasting.SILENT, "held_for": Lasting.HELD, "open_for": Lasting.OPEN,
}  # fmt: skip
_NUMBERED: list[tuple[Trigger, int]] = [*((word, event.kind) for word, event in TRIGGERS.items()), *LASTING.items()]
KINDS: dict[Trigger, int] = dict(_NUMBERED)
"""The word of a rule -> the number it is stored as."""


class Clock(IntEnum):
    """By which clock a time has lasted."""

    TEAM = 1
    CUSTOMER = 2


ClockName = Literal["team", "customer"]
CLOCKS: dict[ClockName, Clock] = {"team": Clock.TEAM, "customer": Clock.CUSTOMER}

AfterS = Annotated[int, msgspec.Meta(ge=60, le=31_622_400)]
"""Seconds something must have lasted: from a minute to a year."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Ids = Annotated[list[int], msgspec.Meta(max_length=20)]
Position = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class TagAction(Body, tag_field="type", tag="tag"):
    add: Ids = []
    remove: Ids = []


class AssignAction(Body, tag_field="type", tag="assign"):
    """What is left out stays; null takes it away."""

    team_id: int | msgspec.UnsetType | None = msgspec.UNSET
    assignee_id: int | msgspec.UnsetType | None = msgspec.UNSET


class SeverityAction(Body, tag_field="type", tag="severity"):
    """How bad it is for the customer. `raise_only`: never lower than it is."""

    value: Annotated[int, msgspec.Meta(ge=0, le=3)]
    raise_only: bool = False


class DifficultyAction(Body, tag_field="type", tag="difficulty"):
    value: Annotated[int, msgspec.Meta(ge=0, le=2)]


class TopicAction(Body, tag_field="type", tag="topic"):
    topic_id: int


class ResolveAction(Body, tag_field="type", tag="resolve"):
    """The case is over."""


class SnoozeAction(Body, tag_field="type", tag="snooze"):
    """Out of the list for so many seconds."""

    for_s: AfterS


Locale = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=4000, pattern=r"\S")]
Wait = Annotated[int, msgspec.Meta(ge=0, le=86_400)]


class ReplyAction(Body, tag_field="type", tag="reply"):
    """An automatic reply to the customer, in their language where there is a text for it, else in the workspace's, else in
    the first. Placeholders such as `{{contact.first_name|there}}`. It leaves after `wait_s` seconds, by itself after the
    time in which replies can be taken back, and not when a person has answered by then."""

    text: Annotated[dict[Locale, Words], msgspec.Meta(min_length=1, max_length=30)]
    wait_s: Wait | None = None


class StartBotAction(Body, tag_field="type", tag="start_bot"):
    """A bot answers the customer's last message, unless a person has the conversation or should."""

    bot_id: int


class HandOverAction(Body, tag_field="type", tag="hand_over"):
    """A bot that has the conversation gives it to people."""


class WebhookAction(Body, tag_field="type", tag="webhook"):
    """Tells a server of the outside world, by POST, what has happened: ids and words of the conversation, no texts."""

    url: Annotated[str, msgspec.Meta(min_length=9, max_length=2000, pattern=r"^https://")]


class NoteAction(Body, tag_field="type", tag="note"):
    """An internal note; who is mentioned is told."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000, pattern=r"\S")]
    mentions: Ids = []


Action = (
    TagAction
    | AssignAction
    | SeverityAction
    | DifficultyAction
    | TopicAction
    | ResolveAction
    | SnoozeAction
    | NoteAction
    | ReplyAction
    | StartBotAction
    | HandOverAction
    | WebhookAction
)
ActionName = Literal[
    "tag",
    "assign",
    "severity",
    "difficulty",
    "topic",
    "resolve",
    "snooze",
    "note",
    "reply",
    "start_bot",
    "hand_over",
    "webhook",
]
Actions = Annotated[list[Action], msgspec.Meta(min_length=1, max_length=10)]


class RuleDraft(Body):
    """What a rule does. `condition` as in the filters of the list; left out it always holds. `after_s` and `clock` belong
    to the triggers that wait until something has lasted."""

    on: Trigger
    actions: Actions
    after_s: AfterS | None = None
    clock: ClockName = "customer"
    condition: dict[str, Any] = msgspec.field(default_factory=lambda: {"all": []})


class NewRule(RuleDraft, kw_only=True):
    """A rule that runs, under a name."""

    name: Name
    enabled: bool = True
    position: Position = 0


class RulePatch(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    on: Trigger | msgspec.UnsetType = msgspec.UNSET
    after_s: AfterS | msgspec.UnsetType | None = msgspec.UNSET
    clock: ClockName | msgspec.UnsetType = msgspec.UNSET
    actions: Actions | msgspec.UnsetType = msgspec.UNSET
    condition: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET
    position: Position | msgspec.UnsetType = msgspec.UNSET


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Rules run in order of `position`, then of age. `problem` says what a rule names that is no longer there. `changed`
    and `failed` count its runs of the last 30 days."""

    id: int
    name: str
    enabled: bool
    position: int
    on: Trigger
    after_s: int | None
    clock: ClockName
    condition: dict[str, Any]
    actions: list[Action]
    changed: int = 0
    failed: int = 0
    last_run_at: datetime | None = None
    problem: str | None = None
    can: list[str] = []


class RuleOrder(Body):
    """All rules of the workspace in the order they are to run."""

    ids: Annotated[list[int], msgspec.Meta(min_length=1, max_length=1000)]


class Outcome(IntEnum):
    """Column `outcome` of rule_runs."""

    CHANGED = 1
    UNCHANGED = 2
    FAILED = 3
    STOPPED = 4


OutcomeName = Literal["changed", "unchanged", "failed", "stopped"]
OUTCOMES: dict[Outcome, OutcomeName] = {
    Outcome.CHANGED: "changed", Outcome.UNCHANGED: "unchanged", Outcome.FAILED: "failed", Outcome.STOPPED: "stopped",
}  # fmt: skip


class RuleRun(msgspec.Struct, frozen=True, kw_only=True):
    """One time a rule's condition held. `did`: the types of the actions that changed something; `problem`: why it failed
    or was stopped."""

    id: UUID
    rule_id: int
    conversation_id: UUID
    number: int
    subject: str
    at: datetime
    outcome: OutcomeName
    did: list[str]
    problem: str | None


class WouldChange(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation a rule would change, and by which of its actions. `at`: when the rule would have looked."""

    conversation_id: UUID
    number: int
    subject: str
    at: datetime
    would: list[ActionName]


class DryRun(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule would have done in the last `days`: it would have looked at so many conversations, its condition holds
    for `matched`, and it would change `changed` of them, the newest of which are `items`. Conditions and changes are by
    the conversations as they are now. `cut`: only the newest `matched` were looked into."""

    days: int
    looked_at: int
    matched: int
    changed: int
    items: list[WouldChange]
    cut: bool
