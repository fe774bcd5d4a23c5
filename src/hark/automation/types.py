"""Event rules: when something happens to a conversation and a condition holds, tag it, assign it or set what it is about, how bad and how hard it is."""

from typing import Annotated, Any, Literal

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

Trigger = Literal[
    "conversation_started", "message_received", "reply_sent", "assigned", "tags_changed", "severity_changed", "topic_changed",
    "snooze_ended", "promise_due", "promise_warned", "promise_broken", "resolved", "reopened",
]  # fmt: skip

TRIGGERS: dict[Trigger, type[Event]] = {
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


Action = TagAction | AssignAction | SeverityAction | DifficultyAction | TopicAction
Actions = Annotated[list[Action], msgspec.Meta(min_length=1, max_length=10)]


class NewRule(Body):
    """`condition` as in the filters of the list; left out it always holds."""

    name: Name
    on: Trigger
    actions: Actions
    condition: dict[str, Any] = msgspec.field(default_factory=lambda: {"all": []})
    enabled: bool = True
    position: Position = 0


class RulePatch(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    on: Trigger | msgspec.UnsetType = msgspec.UNSET
    actions: Actions | msgspec.UnsetType = msgspec.UNSET
    condition: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET
    position: Position | msgspec.UnsetType = msgspec.UNSET


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Rules run in order of `position`, then of age. `problem` says what a rule names that is no longer there."""

    id: int
    name: str
    enabled: bool
    position: int
    on: Trigger
    condition: dict[str, Any]
    actions: list[Action]
    problem: str | None = None
    can: list[str] = []
