"""The words of promises: policies, what they set off, and the events."""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import UNSET, UnsetType

from hark.core.events import Event
from hark.core.http import Body


class PromiseKind(IntEnum):
    """What is promised. The numbers are stored for ever."""

    FIRST_REPLY = 1
    NEXT_REPLY = 2
    RESOLUTION = 3


class PromiseState(IntEnum):
    """`PAUSED`: the customer has the ball, or nobody waits. `VOID`: nothing was owed after all; it counts nowhere.

    `BROKEN` holds from the breach on, whether the answer has come since or not.
    """

    RUNNING = 1
    PAUSED = 2
    KEPT = 3
    BROKEN = 4
    VOID = 5


class Clock(IntEnum):
    """Which seconds count: those in which the team is open, or all."""

    TEAM = 1
    CUSTOMER = 2


ClockName = Literal["team", "customer"]
CLOCKS: dict[ClockName, Clock] = {"team": Clock.TEAM, "customer": Clock.CUSTOMER}

DEFAULT_WARN_PERCENT = 75
"""When a promise of a channel account warns; a policy says itself."""

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=120, pattern=r"\S")]
Target = Annotated[int, msgspec.Meta(ge=10, le=366 * 86_400)]
"""Seconds of the policy's clock."""
Percent = Annotated[int, msgspec.Meta(ge=1, le=99)]
Ids = Annotated[list[int], msgspec.Meta(max_length=20)]
Position = Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class Escalation(Body):
    """What a warning or a breach does: to the conversation, and whom it tells by a note that mentions them.

    `raise_to` never lowers a severity. `notify_assignee` mentions whoever has the conversation.
    """

    team_id: int | None = None
    assignee_id: int | None = None
    add_tags: Ids = []
    raise_to: Annotated[int, msgspec.Meta(ge=1, le=3)] | None = None
    notify: Ids = []
    notify_assignee: bool = False


class NewPolicy(Body):
    """Targets in seconds of `clock`; at least one. One way to warn: at a share of the time, or so long before."""

    name: Name
    condition: dict[str, Any] = msgspec.field(default_factory=lambda: {"all": []})
    enabled: bool = True
    position: Position = 0
    clock: ClockName = "team"
    first_reply_s: Target | None = None
    next_reply_s: Target | None = None
    resolution_s: Target | None = None
    warn_percent: Percent | None = DEFAULT_WARN_PERCENT
    warn_before_s: Target | None = None
    on_warning: Escalation = msgspec.field(default_factory=Escalation)
    on_breach: Escalation = msgspec.field(default_factory=Escalation)


class PolicyPatch(Body):
    name: Name | UnsetType = UNSET
    condition: dict[str, Any] | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    position: Position | UnsetType = UNSET
    clock: ClockName | UnsetType = UNSET
    first_reply_s: Target | UnsetType | None = UNSET
    next_reply_s: Target | UnsetType | None = UNSET
    resolution_s: Target | UnsetType | None = UNSET
    warn_percent: Percent | UnsetType | None = UNSET
    warn_before_s: Target | UnsetType | None = UNSET
    on_warning: Escalation | UnsetType = UNSET
    on_breach: Escalation | UnsetType = UNSET


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Policies apply in order of `position`, then of age: the first enabled one whose condition holds, and it alone.

    `running` counts promises it has made that are not over. `problem` says what it names that is no longer there.
    """

    id: int
    name: str
    condition: dict[str, Any]
    enabled: bool
    position: int
    clock: ClockName
    first_reply_s: int | None
    next_reply_s: int | None
    resolution_s: int | None
    warn_percent: int | None
    warn_before_s: int | None
    on_warning: Escalation
    on_breach: Escalation
    running: int = 0
    problem: str | None = None
    can: list[str] = []


class AccountPromise(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel account promises where no policy applies: `expect_s` seconds of team time to each reply."""

    account_id: int
    name: str
    channel: str
    expect_s: int


class PolicyList(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Policy]
    otherwise: list[AccountPromise]


class SlaWarned(Event, frozen=True, kw_only=True):
    """A promise is about to be broken. `promise`: 1 first reply, 2 next reply, 3 resolution; `policy_id` null: the
    channel account's own."""

    kind: ClassVar[int] = 160
    promise: PromiseKind
    due_at: datetime | None
    policy_id: int | None = None


class SlaBreached(Event, frozen=True, kw_only=True):
    """The time of a promise is over."""

    kind: ClassVar[int] = 161
    promise: PromiseKind
    due_at: datetime | None
    policy_id: int | None = None


class SlaCorrected(Event, frozen=True, kw_only=True):
    """A breach that had been told was none: the answer had come in time, or its time is a later one now."""

    kind: ClassVar[int] = 163
    promise: PromiseKind
    due_at: datetime | None
    policy_id: int | None = None


class SlaMoved(Event, frozen=True, kw_only=True):
    """Promises of the conversation were worked out anew, because a policy, hours or the customer have changed."""

    kind: ClassVar[int] = 164


class SlaPolicyChanged(Event, frozen=True, kw_only=True):
    """A policy was made, changed or deleted; readers fetch the list."""

    kind: ClassVar[int] = 165
    policy_id: int


EVENTS: tuple[type[Event], ...] = (SlaWarned, SlaBreached, SlaCorrected, SlaMoved, SlaPolicyChanged)
