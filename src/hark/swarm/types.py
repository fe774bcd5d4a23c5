"""The words of asking for help."""

from datetime import date, datetime
from enum import IntEnum
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from hark.agents.types import PersonState
from hark.conversations.thread import AttachmentView
from hark.conversations.views import Row
from hark.core.http import Body


class Participation(IntEnum):
    """How a colleague stands who was asked into a conversation. Below DECLINED they see it."""

    INVITED = 1
    JOINED = 2
    DECLINED = 3
    ENDED = 4


ParticipationName = Literal["invited", "joined", "declined", "ended"]
Question = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000, pattern=r"\S")]
People = Annotated[list[int], msgspec.Meta(max_length=20)]


class HelpQuestion(Body):
    """Whom to ask what. With `anyone`, the best of those who know are chosen when `agent_ids` is empty, and whoever
    joins first ends the other invitations."""

    question: Question
    agent_ids: People = []
    anyone: bool = False


class HelperChoice(Body):
    agent_id: int


# who can help -----------------------------------------------------------------------------------------------------


class PastCase(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation that was resolved and stayed so, and what it has in common with this one: `words` is the share of
    this one's telling words that stand in it. `subject` is empty and `shown` false where the asker may not open it."""

    id: UUID
    number: int
    subject: str
    resolved_at: datetime
    same_topic: bool
    tags: float
    words: float
    solvers: tuple[int, ...]
    shown: bool


class SolvedRef(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    number: int
    subject: str
    resolved_at: datetime


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague who may know. `cases` counts what they have solved that is like this one, of which `same_topic`,
    `same_tags` and `similar_words` say in what; `examples` are those the asker may open. `participation` is null for
    somebody who was never asked in here."""

    agent_id: int
    name: str
    state: PersonState
    score: float
    cases: int
    same_topic: int
    same_tags: int
    similar_words: int
    last_at: datetime | None
    examples: list[SolvedRef]
    participation: ParticipationName | None


# what they need to know -------------------------------------------------------------------------------------------


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Something the journal knows, so that nobody asks the customer again. `key` of source `contact`, `company` and
    `visitor` is one of ours (`address`, `plan`, `page` ...), of the `..._attributes` as the site or the team named it."""

    source: Literal[
        "contact", "company", "visitor", "contact_attributes", "visitor_attributes", "conversation_attributes"
    ]
    key: str
    value: str | int | float | bool


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried: a public reply or a note (its beginning), or a hand-over. Teams and people null: nobody."""

    kind: Literal["reply", "note", "handover"]
    at: datetime
    seq: int
    agent_id: int | None
    name: str
    text: str = ""
    team_before: int | None = None
    team_after: int | None = None
    assignee_before: int | None = None
    assignee_after: int | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A question to colleagues; its words are a note of the thread."""

    id: UUID
    asked_by: int | None
    asked_at: datetime
    question: str
    first_only: bool


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    agent_id: int
    help_id: UUID
    state: ParticipationName
    invited_at: datetime
    joined_at: datetime | None


class ContextCard(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a colleague needs to go on without asking the customer again.

    `conversation` has subject, customer, waiting clock and price; `monthly_minor` is the customer's revenue in
    `currency`, `wrote` the customer's first words here and `last_wrote` their last, where these are others.
    """

    conversation: Row
    monthly_minor: int | None
    currency: str | None
    renewal_on: date | None
    vip: bool
    wrote: str
    last_wrote: str
    facts: list[Fact]
    attachments: list[AttachmentView]
    tried: list[Step]
    asked: list[Asked]
    participants: list[Participant]
    mine: ParticipationName | None
    can: list[str]


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the viewer that they have not answered yet."""

    help_id: UUID
    conversation: Row
    question: str
    asked_by: int | None
    asked_at: datetime
    first_only: bool


class Profile(msgspec.Struct, frozen=True):
    """What the card takes from a visitor's profile."""

    name: str = ""
    language: str = ""
    time_zone: str = ""
    device: dict[str, str] = {}
    attributes: dict[str, Any] = {}
    page: dict[str, Any] | None = None
