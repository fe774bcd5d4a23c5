"""Language models as the workspace uses them: where the endpoint is, what it may be asked, what was sent, what came back."""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

import msgspec

from hark.core.events import Event
from hark.core.http import Body

Task = Literal["draft", "answer", "summary", "translate", "tone", "test", "customer"]
TASKS: tuple[Task, ...] = ("draft", "answer", "summary", "translate", "tone", "test", "customer")
"""What a model is asked for; the place in this tuple is the number that is stored."""

Tone = Literal["friendlier", "formal", "shorter", "clearer"]
Locale = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000, pattern=r"\S")]


class AiSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The endpoint and its limits. Off until somebody turns it on. `has_key`: a key is stored; it is never shown.
    `tokens_a_month` and `calls_a_minute` bound all of the workspace; `tokens_used` this calendar month (UTC).
    `redact`: addresses, numbers and names are replaced before anything is sent. `keep_days`: how long the log goes back.
    `answers_customers`: bots may answer in its words, in blocks that say so; `past_answers`: also from what was answered to
    others, made safe."""

    enabled: bool = False
    url: str = ""
    model: str = ""
    has_key: bool = False
    tokens_a_month: int = 1_000_000
    calls_a_minute: int = 30
    timeout_s: int = 30
    redact: bool = True
    keep_days: int = 30
    answers_customers: bool = False
    past_answers: bool = False
    tokens_used: int = 0
    calls: int = 0
    failed: int = 0
    can: list[str] = []


class AiSettingsPatch(Body):
    """What is left out stays. `url`: the base address of an OpenAI-compatible API, such as https://llm.example/v1; `key`
    null takes the stored one away."""

    enabled: bool | msgspec.UnsetType = msgspec.UNSET
    url: Annotated[str, msgspec.Meta(max_length=500)] | msgspec.UnsetType = msgspec.UNSET
    model: Annotated[str, msgspec.Meta(max_length=200)] | msgspec.UnsetType = msgspec.UNSET
    key: Annotated[str, msgspec.Meta(max_length=1000)] | msgspec.UnsetType | None = msgspec.UNSET
    tokens_a_month: Annotated[int, msgspec.Meta(ge=0, le=10**12)] | msgspec.UnsetType = msgspec.UNSET
    calls_a_minute: Annotated[int, msgspec.Meta(ge=1, le=10_000)] | msgspec.UnsetType = msgspec.UNSET
    timeout_s: Annotated[int, msgspec.Meta(ge=1, le=120)] | msgspec.UnsetType = msgspec.UNSET
    redact: bool | msgspec.UnsetType = msgspec.UNSET
    keep_days: Annotated[int, msgspec.Meta(ge=1, le=365)] | msgspec.UnsetType = msgspec.UNSET
    answers_customers: bool | msgspec.UnsetType = msgspec.UNSET
    past_answers: bool | msgspec.UnsetType = msgspec.UNSET


class Translate(Body):
    """`text` null: what the customer wrote last."""

    to: Locale
    text: Text | None = None


class ChangeTone(Body):
    text: Text
    tone: Tone


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A text to look at; it is never sent by itself. `left_out`: links and markup the model had made up are gone."""

    text: str
    left_out: int = 0


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """A source of an answer, by its number in the text. `url` is null where nobody outside may open it."""

    n: int
    kind: Literal["article", "reply"]
    title: str
    url: str | None
    article_id: int | None = None
    conversation_id: UUID | None = None


class AiAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer from articles and past answers. `refused`: nothing is said, and `why` in a sentence."""

    text: str
    citations: list[Citation]
    refused: bool = False
    why: str = ""


class CallState(IntEnum):
    """Column `state` of ai_calls."""

    ASKED = 1
    ANSWERED = 2
    FAILED = 3
    REFUSED = 4  # the answer was not fit to be shown


class AiCall(msgspec.Struct, frozen=True, kw_only=True):
    """One question to the endpoint: exactly what was sent, and what came back."""

    id: UUID
    at: datetime
    agent_id: int | None
    conversation_id: UUID | None
    task: Task
    model: str
    state: Literal["asked", "answered", "failed", "refused"]
    sent: list[dict[str, str]]
    answer: str | None
    tokens: int
    milliseconds: int | None
    problem: str | None


class AiChanged(Event, frozen=True, kw_only=True):
    """The settings of language models have changed."""

    kind: ClassVar[int] = 245


EVENTS: tuple[type[Event], ...] = (AiChanged,)
