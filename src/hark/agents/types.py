"""The people of a workspace and their teams."""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, ClassVar, Literal

import msgspec

from hark.core.events import Event
from hark.core.http import Body

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
MailAddress = Annotated[str, msgspec.Meta(min_length=3, max_length=320, pattern="^[^@\\s]+@[^@\\s]+$")]
Password = Annotated[str, msgspec.Meta(min_length=10, max_length=1000)]
PersonState = Literal["online", "busy", "away", "offline"]
Locale = Annotated[str, msgspec.Meta(pattern="^(en|ko|it)$")]


class Availability(IntEnum):
    """What a person chose by hand."""

    ONLINE = 1
    BUSY = 2
    AWAY = 3


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the team. `role` is the name of the role; `can` what the reader may do to this person."""

    id: int
    email: str
    name: str
    role_id: int
    role: str
    locale: str
    time_zone: str
    disabled_at: datetime | None
    created_at: datetime
    team_ids: list[int]
    availability: Literal["online", "busy", "away"]  # as chosen by hand; whether they are here is another matter
    picture_url: str | None
    can: list[str] = []


class PersonPresence(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a person is here, as colleagues see it."""

    id: int
    state: PersonState


class NewAgent(Body):
    """The password is a first one, to be told to the person, who changes it under "my account"."""

    email: MailAddress
    name: Name
    role_id: int
    password: Password
    locale: Locale = "en"
    time_zone: str = "UTC"
    team_ids: list[int] = []


class AgentPatch(Body):
    email: MailAddress | msgspec.UnsetType = msgspec.UNSET
    name: Name | msgspec.UnsetType = msgspec.UNSET
    role_id: int | msgspec.UnsetType = msgspec.UNSET
    password: Password | msgspec.UnsetType = msgspec.UNSET
    locale: Locale | msgspec.UnsetType = msgspec.UNSET
    time_zone: str | msgspec.UnsetType = msgspec.UNSET
    team_ids: list[int] | msgspec.UnsetType = msgspec.UNSET
    disabled: bool | msgspec.UnsetType = msgspec.UNSET


class Team(msgspec.Struct, frozen=True, kw_only=True):
    """`reply_lock`: only the assignee of a conversation answers in it."""

    id: int
    name: str
    calendar_id: int | None
    reply_lock: bool
    member_ids: list[int]
    can: list[str] = []


class NewTeam(Body):
    name: Name
    calendar_id: int | None = None
    reply_lock: bool = False
    member_ids: list[int] = []


class TeamPatch(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    calendar_id: int | msgspec.UnsetType | None = msgspec.UNSET
    reply_lock: bool | msgspec.UnsetType = msgspec.UNSET
    member_ids: list[int] | msgspec.UnsetType = msgspec.UNSET


class AgentChanged(Event, frozen=True, kw_only=True):
    """A person was added, changed or disabled; readers fetch the row."""

    kind: ClassVar[int] = 130
    agent_id: int


class AvailabilityChanged(Event, frozen=True, kw_only=True):
    """A person chose to be busy, away, or neither any more."""

    kind: ClassVar[int] = 132
    agent_id: int
    before: Availability
    after: Availability


class TeamChanged(Event, frozen=True, kw_only=True):
    """A team was made, changed or deleted; readers fetch the list."""

    kind: ClassVar[int] = 131
    team_id: int


EVENTS: tuple[type[Event], ...] = (AgentChanged, TeamChanged, AvailabilityChanged)
