"""The words of the journey: stages, outcomes, and the events that move the ball.

At every instant exactly one party holds the ball of a conversation. Events carry ids, enums and numbers only;
before/after of team and assignee stand in the journal's own columns. Rows and state use unix seconds (float, whole
microseconds) on the customer clock; `f` values are F(calendar, t) in open seconds, the team clock.
"""

from collections.abc import Callable
from datetime import datetime
from enum import IntEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from hark.core.actor import ActorKind
from hark.core.events import Event

OpenSeconds = Callable[[int, float], float]
"""F(calendar_id, unix seconds): cumulative open seconds of a calendar, never decreasing in t."""


class Stage(IntEnum):
    """What a span measures: with whom the ball lies."""

    QUEUE = 1
    AGENT = 2
    CUSTOMER = 3
    BOT = 4
    OUTSIDE = 5
    TIMER = 6
    RESOLVED = 7
    MERGED = 8
    SPAM = 9


class HolderKind(IntEnum):
    """Who answers for the time of a span; `holder_id` is the team of a queue, the agent, the bot, else NULL.

    A snooze is our time (TIMER), unless the customer asked for the date: then its holder is the CUSTOMER.
    """

    QUEUE = 1
    AGENT = 2
    CUSTOMER = 3
    BOT = 4
    OUTSIDE = 5
    TIMER = 6
    NOBODY = 7


class Ball(IntEnum):
    """On which side the ball lies; with the assignee and the bot it gives the stage."""

    US = 1
    CUSTOMER = 2
    OUTSIDE = 3
    TIMER = 4
    RESOLVED = 5
    MERGED = 6
    SPAM = 7


class Status(IntEnum):
    """What lists filter by; below 3 is the open set."""

    OPEN = 0
    WAITING = 1
    SNOOZED = 2
    RESOLVED = 3
    SPAM = 4
    MERGED = 5


class WaitCause(IntEnum):
    """Why a wait began: a message, a reply that kept the ball, a date the customer had asked for, a split or merge."""

    MESSAGE = 1
    KEPT = 2
    DATE = 3
    INHERITED = 4


class WaitOutcome(IntEnum):
    """How a wait ended. Only ANSWERED and KEPT are reply wait times; the others are counted apart."""

    ANSWERED = 1
    KEPT = 2
    RESOLVED = 3
    BOT = 4
    DEFERRED = 5
    MERGED = 6


class EpisodeOutcome(IntEnum):
    """How an episode ended: a person answered, nobody did, the bot's answer was accepted, the customer had asked
    nothing, or it goes on in the conversation it was merged into (and is counted there)."""

    ANSWERED = 1
    UNANSWERED = 2
    BOT = 3
    NOT_ASKED = 4
    MERGED = 5


class Author(IntEnum):
    """Who wrote a public reply. Automatic acknowledgements and bots stop no clock."""

    PERSON = 1
    BOT = 2
    AUTOMATIC = 3


class SnoozeEnd(IntEnum):
    DUE = 1
    MANUAL = 2
    MESSAGE = 3


class ReopenReason(IntEnum):
    MESSAGE = 1
    MANUAL = 2
    RULE = 3


class ConversationStarted(Event, frozen=True, kw_only=True):
    """The first event of every conversation. `inherits_wait_from` is set on the new side of a split when one of the
    moved messages is still unanswered: the time of the oldest such message. `inherits_live`: that wait is a live one."""

    kind: ClassVar[int] = 1
    by: ActorKind
    account_id: int
    calendar_id: int
    team_id: int | None = None
    inherits_wait_from: datetime | None = None
    inherits_live: bool = False


class MessageReceived(Event, frozen=True, kw_only=True):
    """A customer's message. `needs_answer` is false for a "thank you": it starts no wait and reopens nothing.

    `live`: the customer was there when it came and looks at the answer as it is typed (messenger).
    """

    kind: ClassVar[int] = 2
    message_id: UUID
    message_seq: int
    endpoint_id: UUID | None = None
    account_id: int
    calendar_id: int
    needs_answer: bool = True
    live: bool = False


class ReplySent(Event, frozen=True, kw_only=True):
    """A public reply left (emitted at release, never while it is scheduled or can be undone).

    `agent_id` is the author when a person of the team is known; without it an agent in the journal's actor columns
    is credited. A reply typed in the provider's own app has neither and counts all the same.
    """

    kind: ClassVar[int] = 3
    message_id: UUID
    message_seq: int
    endpoint_id: UUID | None = None
    account_id: int
    author: Author = Author.PERSON
    agent_id: int | None = None
    keeps_ball: bool = False
    promise_until: datetime | None = None


class NoteAdded(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 4
    message_id: UUID
    message_seq: int


class Assigned(Event, frozen=True, kw_only=True):
    """Team or assignee changed; the journal's own columns say from whom to whom."""

    kind: ClassVar[int] = 5


class Snoozed(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 6
    until: datetime
    asked_by_customer: bool = False


class SnoozeEnded(Event, frozen=True, kw_only=True):
    """With reason MESSAGE it moves nothing: the MessageReceived beside it does, and can be voided."""

    kind: ClassVar[int] = 7
    reason: SnoozeEnd


class Resolved(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 8
    agent_id: int | None = None


class Reopened(Event, frozen=True, kw_only=True):
    """With reason MESSAGE it moves nothing: the MessageReceived beside it does, and can be voided."""

    kind: ClassVar[int] = 9
    reason: ReopenReason


class MarkedSpam(Event, frozen=True, kw_only=True):
    """Takes the whole conversation out of every figure: one span of stage spam, no waits, no episodes."""

    kind: ClassVar[int] = 10


class UnmarkedSpam(Event, frozen=True, kw_only=True):
    """Corrective: voids the last MarkedSpam."""

    kind: ClassVar[int] = 11


class Merged(Event, frozen=True, kw_only=True):
    """On the conversation that ends here and goes on in `root_id`."""

    kind: ClassVar[int] = 12
    root_id: UUID


class MergedIn(Event, frozen=True, kw_only=True):
    """On the root: what the child brings, as `queries.merged_in` reads it before the child's Merged.

    `started_at`, `contact_at`, `first_reply_at` and `repliers` are of the child's episode (None when that episode was
    over more than seven days ago and stays a case of its own); `wait_from` and `wait_live` of its open wait.
    """

    kind: ClassVar[int] = 13
    child_id: UUID
    account_id: int
    calendar_id: int
    started_at: datetime | None = None
    contact_at: datetime | None = None
    first_reply_at: datetime | None = None
    repliers: tuple[int, ...] = ()
    wait_from: datetime | None = None
    wait_live: bool = False


class Unmerged(Event, frozen=True, kw_only=True):
    """Corrective, on the child: voids the last Merged."""

    kind: ClassVar[int] = 14
    root_id: UUID


class UnmergedOut(Event, frozen=True, kw_only=True):
    """Corrective, on the root: voids the last MergedIn of this child."""

    kind: ClassVar[int] = 15
    child_id: UUID


class MessagesSplit(Event, frozen=True, kw_only=True):
    """Corrective, on the conversation the messages left: the moved ones no longer need an answer here.

    The new side gets a ConversationStarted with `inherits_wait_from`, and no MessageReceived for moved messages.
    """

    kind: ClassVar[int] = 16
    to_id: UUID
    message_ids: tuple[UUID, ...]
    oldest_at: datetime


class PromiseDue(Event, frozen=True, kw_only=True):
    """The promised time has come. The ball is already ours; the promise is over."""

    kind: ClassVar[int] = 17


class AnswerNotNeeded(Event, frozen=True, kw_only=True):
    """Corrective: this message was a "thank you"."""

    kind: ClassVar[int] = 18
    message_id: UUID


class AnswerNeeded(Event, frozen=True, kw_only=True):
    """Corrective: this message does need an answer."""

    kind: ClassVar[int] = 19
    message_id: UUID


class SeverityChanged(Event, frozen=True, kw_only=True):
    """`reason`: why, as a person has chosen it (`hark.value.types.ChangeReason`). A rule is its own reason."""

    kind: ClassVar[int] = 20
    before: int
    after: int
    reason: int | None = None


class DifficultyChanged(Event, frozen=True, kw_only=True):
    """`reason` as in SeverityChanged."""

    kind: ClassVar[int] = 21
    before: int
    after: int
    reason: int | None = None


class BotTookOver(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 22
    bot_id: int


class BotHandedOver(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 23


class OutsideAsked(Event, frozen=True, kw_only=True):
    """We asked an outside party (a supplier, a carrier); the customer's wait goes on."""

    kind: ClassVar[int] = 24
    message_id: UUID
    message_seq: int


class OutsideAnswered(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 25
    message_id: UUID
    message_seq: int


class CustomerLeft(Event, frozen=True, kw_only=True):
    """The customer is no longer there: whoever waited live waits with the calmer patience from now on, and goes on
    with it when they come back. `endpoint_id` is the last one they were there on."""

    kind: ClassVar[int] = 26
    endpoint_id: UUID


EVENTS: tuple[type[Event], ...] = (
    ConversationStarted, MessageReceived, ReplySent, NoteAdded, Assigned, Snoozed, SnoozeEnded, Resolved, Reopened,
    MarkedSpam, UnmarkedSpam, Merged, MergedIn, Unmerged, UnmergedOut, MessagesSplit, PromiseDue, AnswerNotNeeded,
    AnswerNeeded, SeverityChanged, DifficultyChanged, BotTookOver, BotHandedOver, OutsideAsked, OutsideAnswered,
    CustomerLeft,
)  # fmt: skip

CORRECTIVE: frozenset[type[Event]] = frozenset(
    {UnmarkedSpam, Unmerged, UnmergedOut, MessagesSplit, AnswerNotNeeded, AnswerNeeded}
)
"""Events that change what an earlier event meant: the conversation is folded again from its journal."""


class Span(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A stretch of one stage. `t1`, `f1` are None while it lasts. Spans of a conversation touch end to end."""

    n: int
    episode: int
    stage: Stage
    holder_kind: HolderKind
    holder_id: int | None
    account_id: int
    team_id: int | None
    calendar_id: int
    t0: float
    f0: float
    t1: float | None = None
    f1: float | None = None


class Wait(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The customer waits for us from `opened_at`. `first`: no person had replied in the episode before.

    `opened_seq` is the seq of the message (or event) that opened it, 0 when inherited. Account and calendar are those
    of the oldest unanswered message; the team is the one that holds it now, or held it at the end. `live`: they have
    been there all the time; once they have left it is an ordinary wait for good.
    """

    n: int
    episode: int
    first: bool
    cause: WaitCause
    opened_at: float
    opened_seq: int
    account_id: int
    team_id: int | None
    calendar_id: int
    f0: float
    closed_at: float | None = None
    closed_seq: int | None = None
    outcome: WaitOutcome | None = None
    answered_by: int | None = None
    f1: float | None = None
    live: bool = False


class Episode(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One case: contact to resolve. `contact_at` is the customer's first message in it that needs an answer (the first
    reply clock starts there), `contact_f` and `first_reply_f` are F of `calendar_id`. `repliers`: every agent who
    sent a public reply, once each, in order."""

    n: int
    started_at: float
    account_id: int
    team_id: int | None
    calendar_id: int
    contact_at: float | None = None
    contact_f: float | None = None
    first_reply_at: float | None = None
    first_reply_f: float | None = None
    resolved_at: float | None = None
    reopens: int = 0
    outcome: EpisodeOutcome | None = None
    resolver_id: int | None = None
    repliers: tuple[int, ...] = ()


class State(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Everything the reducer must remember of one conversation; stored as msgpack in `conversations.journey`.

    `at` is the time of the last move (times never run backwards), `dropped` the wait that the last resolve left
    unanswered, `waits` how many waits there have been, `live` whether the customer has written live and neither left nor
    been served (resolved, nobody waiting) since.
    """

    reducer: int
    at: float
    started_at: float
    ball: Ball
    team_id: int | None
    assignee_id: int | None
    account_id: int
    calendar_id: int
    span: Span
    episode: Episode
    wait: Wait | None = None
    waits: int = 0
    dropped: Wait | None = None
    bot_id: int | None = None
    bot_replied: bool = False
    snoozed_until: float | None = None
    snooze_asked: bool = False
    promise_until: float | None = None
    live: bool = False


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one event did: the new state and the rows to write, by their `n` (new or changed, whole rows).

    `reset` means that all earlier rows of the conversation are void and only these stand.
    """

    state: State
    spans: tuple[Span, ...] = ()
    waits: tuple[Wait, ...] = ()
    episodes: tuple[Episode, ...] = ()
    reset: bool = False
