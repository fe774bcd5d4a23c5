"""The people of a workspace and their teams."""

from datetime import datetime
from typing import Annotated, ClassVar

import msgspec

from hark.core.events import Event
from hark.core.http import Body

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
MailAddress = Annotated[str, msgspec.Meta(min_length=3, max_length=320, pattern="^[^@\\s]+@[^@\\s]+$")]
Password = Annotated[str, msgspec.Meta(min_length=10, max_length=1000)]
Locale = Annotated[str, msgspec.Meta(pattern="^(en|ko|it)$")]


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
    can: list[str] = []


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
    id: int
    name: str
    calendar_id: int | None
    member_ids: list[int]
    can: list[str] = []


class NewTeam(Body):
    name: Name
    calendar_id: int | None = None
    member_ids: list[int] = []


class TeamPatch(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    calendar_id: int | msgspec.UnsetType | None = msgspec.UNSET
    member_ids: list[int] | msgspec.UnsetType = msgspec.UNSET


    """`reply_lock`: only the assignee of a conversation answers in it."""

class AgentChanged(Event, frozen=True, kw_only=True):
    """A person was added, changed or disabled; readers fetch the row."""

    reply_lock: bool
    kind: ClassVar[int] = 130
    agent_id: int


class TeamChanged(Event, frozen=True, kw_only=True):
    """A team was made, changed or deleted; readers fetch the list."""

    reply_lock: bool = False
    kind: ClassVar[int] = 131
    team_id: int


EVENTS: tuple[type[Event], ...] = (AgentChanged, TeamChanged)
    reply_lock: bool | msgspec.UnsetType = msgspec.UNSET
