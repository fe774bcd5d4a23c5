"""Routing as it is stored and told: modes, decisions in the journal, and what the API speaks."""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from hark.core.events import Event
from hark.core.http import Body
from hark.routing.policy import WEIGHTS, Policy, Reason, Why

Id = Annotated[int, msgspec.Meta(ge=1, lt=2**31)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"\S")]
Language = Annotated[str, msgspec.Meta(pattern="^[a-z]{2}$")]
Weight = Annotated[float, msgspec.Meta(gt=0, le=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Capacity = Annotated[float, msgspec.Meta(ge=0, le=10)]
ZonedTime = Annotated[datetime, msgspec.Meta(tz=True)]
ModeName = Literal["manual", "suggest", "pull", "push"]


class Mode(IntEnum):
    """How a team gets its work: everybody picks by hand, Hark suggests, "next" takes, or Hark offers and assigns."""

    MANUAL = 1
    SUGGEST = 2
    PULL = 3
    PUSH = 4


REASONS: dict[Reason, int] = {
    "worth": 1, "promised": 2, "returning": 3, "expert": 4, "newcomer": 5, "relaxed": 6,
}  # fmt: skip
"""`Why.key` as the journal keeps it: numbers, for ever."""
REASON_NAMES = {number: name for name, number in REASONS.items()}


class Answer(IntEnum):
    """How an offer ended."""

    ACCEPTED = 1
    DECLINED = 2
    TIMED_OUT = 3
    WITHDRAWN = 4


class BackReason(IntEnum):
    """Why a conversation went back to the queue, or to a substitute."""

    OFFLINE = 1
    REOPENED_AWAY = 2
    DISABLED = 3
    ABSENT = 4


# settings -------------------------------------------------------------------------------------------------------------


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The capacity that one case takes, by kind of channel: 1 is a whole person."""

    phone: Weight = WEIGHTS["phone"]
    messenger: Weight = WEIGHTS["messenger"]
    social: Weight = WEIGHTS["social"]
    mail: Weight = WEIGHTS["mail"]


class TeamRouting(msgspec.Struct, frozen=True, kw_only=True):
    """How a team gets its work. `offer_s`: time to accept an offer, 0 assigns without asking. `explore`: the share of
    an equal part of the work that a newcomer gets by right. What has waited `overflow_after_s` of open time goes to
    `overflow_team_id`, once, when somebody is there."""

    team_id: int
    mode: ModeName = "pull"
    weights: Weights = Weights()
    offer_s: float = 60.0
    explore: float = Policy().explore
    overflow_team_id: int | None = None
    overflow_after_s: float | None = None
    can: list[str] = []


class TeamRoutingPatch(Body):
    mode: ModeName | UnsetType = UNSET
    weights: Weights | UnsetType = UNSET
    offer_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] | UnsetType = UNSET
    explore: Share | UnsetType = UNSET
    overflow_team_id: Id | UnsetType | None = UNSET
    overflow_after_s: Annotated[float, msgspec.Meta(ge=60, le=2_592_000)] | UnsetType | None = UNSET


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """Something one must know for some work: conversations about `topic_ids` need it, `agent_ids` have it."""

    id: int
    name: str
    topic_ids: list[int]
    agent_ids: list[int]
    can: list[str] = []


class NewSkill(Body):
    name: Name
    topic_ids: list[Id] = []


class SkillPatch(Body):
    name: Name | UnsetType = UNSET
    topic_ids: list[Id] | UnsetType = UNSET


class AgentWork(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody can be given. No `languages`: any. `capacity` in persons; `calendar_id`: their own hours, none means
    whenever they are here."""

    agent_id: int
    skill_ids: list[int] = []
    languages: list[str] = []
    capacity: float = 1.0
    calendar_id: int | None = None
    can: list[str] = []


class AgentWorkBody(Body):
    skill_ids: list[Id] = []
    languages: list[Language] = []
    capacity: Capacity = 1.0
    calendar_id: Id | None = None


class Absence(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody is away; `substitute_id` takes their open work and what customers answer meanwhile."""

    id: int
    agent_id: int
    starts_at: datetime
    ends_at: datetime
    substitute_id: int | None
    can: list[str] = []


class NewAbsence(Body):
    starts_at: ZonedTime
    ends_at: ZonedTime
    substitute_id: Id | None = None


# decisions ------------------------------------------------------------------------------------------------------------


class WhyView(msgspec.Struct, frozen=True, kw_only=True):
    """Why a case went to somebody: the key, the numbers (`Why`; `index` in minor units per hour), and the sentence."""

    key: str
    params: dict[str, Any]
    text: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation somebody has taken, or is told to take."""

    conversation_id: UUID
    number: int
    subject: str
    team_id: int | None
    why: WhyView


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Work that somebody is asked to take until `expires_at`."""

    conversation_id: UUID
    number: int
    subject: str
    team_id: int | None
    offered_at: datetime
    expires_at: datetime
    why: WhyView


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a conversation's journal about routing, in words, with the numbers it was made on."""

    seq: int
    at: datetime
    kind: Literal["taken", "offered", "answered", "returned", "overflowed"]
    agent_id: int | None
    params: dict[str, Any]
    text: str


class NextBody(Body):
    """`team_id`: only from this team, else from all of one's own."""

    team_id: Id | None = None


class Experience(msgspec.Struct, frozen=True, kw_only=True):
    """What was learned of one person in one topic and difficulty over the last 180 days.

    `first_contact`: share resolved and not reopened within 7 days; `team_…`: the same of everybody. `handle_s` is active
    time; `mu` the speed that routing uses, 1 is the topic's mean.
    """

    topic_id: int | None
    difficulty: int
    cases: int
    first_contact: float
    team_first_contact: float
    handle_s: float | None
    team_handle_s: float | None
    mu: float


# events ---------------------------------------------------------------------------------------------------------------


class _Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of `hark.routing.policy.Why`; `reason` is one of `REASONS`, `index` in minor units per hour."""

    agent_id: int
    reason: int
    index: float
    mu: float
    fit: float
    waited_s: float
    limit_s: float
    waiting: int
    free: int
    pull: int


class Routed(_Decided, Event, frozen=True, kw_only=True):
    """Somebody got the conversation: by "next", or assigned without asking."""

    kind: ClassVar[int] = 180


class Offered(_Decided, Event, frozen=True, kw_only=True):
    """Somebody was asked to take it until `until`."""

    kind: ClassVar[int] = 181
    until: datetime


class OfferAnswered(Event, frozen=True, kw_only=True):
    """An offer ended: `answer` is one of `Answer`."""

    kind: ClassVar[int] = 182
    agent_id: int
    answer: int


class ReturnedToQueue(Event, frozen=True, kw_only=True):
    """Open work left a person who cannot do it now: `reason` is one of `BackReason`; null: nobody stands in."""

    kind: ClassVar[int] = 183
    agent_id: int
    reason: int
    substitute_id: int | None = None


class Overflowed(Event, frozen=True, kw_only=True):
    """It waited too long in its team and went to the next one (both stand in the journal's own columns); open seconds."""

    kind: ClassVar[int] = 184
    open_s: float


class RoutingChanged(Event, frozen=True, kw_only=True):
    """How a team gets its work was changed; readers fetch it."""

    kind: ClassVar[int] = 185
    team_id: int


class SkillsChanged(Event, frozen=True, kw_only=True):
    """A skill was made, changed or deleted, or (`agent_id`) what somebody can be given; readers fetch it."""

    kind: ClassVar[int] = 186
    agent_id: int | None = None


class AbsenceChanged(Event, frozen=True, kw_only=True):
    """An absence was entered or taken back; readers fetch it."""

    kind: ClassVar[int] = 187
    agent_id: int


EVENTS: tuple[type[Event], ...] = (
    Routed, Offered, OfferAnswered, ReturnedToQueue, Overflowed, RoutingChanged, SkillsChanged, AbsenceChanged,
)  # fmt: skip


def numbers(agent_id: int, why: Why) -> dict[str, Any]:
    """The fields of `Routed` and `Offered`."""
    fields = msgspec.structs.asdict(why)
    return {"agent_id": agent_id, "reason": REASONS[fields.pop("key")], **fields}


def why_of(event: _Decided) -> Why:
    """The numbers of a decision as the policy gave them."""
    fields = {name: getattr(event, name) for name in Why.__struct_fields__ if name != "key"}
    return Why(key=REASON_NAMES[event.reason], **fields)
