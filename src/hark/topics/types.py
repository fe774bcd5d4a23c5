"""Topics: what a conversation is about, one at a time, and how long one such job takes."""

from typing import Annotated, ClassVar

import msgspec

from hark.core.events import Event
from hark.core.http import Body

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80, pattern=r"\S")]
HandleSeconds = Annotated[float, msgspec.Meta(gt=0, le=86_400)]


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """`handle_s` is the mean handle time people have set, `learned_handle_s` the measured one; set comes before learned,
    and a topic with neither has the workspace's. An archived topic cannot be chosen any more and stays where it is."""

    id: int
    name: str
    handle_s: float | None
    learned_handle_s: float | None
    archived: bool
    can: list[str] = []


class NewTopic(Body):
    name: Name
    handle_s: HandleSeconds | None = None


class TopicPatch(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    handle_s: HandleSeconds | msgspec.UnsetType | None = msgspec.UNSET
    archived: bool | msgspec.UnsetType = msgspec.UNSET


class TopicChanged(Event, frozen=True, kw_only=True):
    """A conversation is about something else; null: about nothing that is known. `reason` as in SeverityChanged."""

    kind: ClassVar[int] = 170
    before: int | None = None
    after: int | None = None
    reason: int | None = None


class TopicDefined(Event, frozen=True, kw_only=True):
    """A topic was made, renamed, archived or given a handle time; readers fetch the topics again."""

    kind: ClassVar[int] = 171
    topic_id: int


EVENTS: tuple[type[Event], ...] = (TopicChanged, TopicDefined)
