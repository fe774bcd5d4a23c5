"""Bots as people of the team see them: the bot and its versions, what is wrong with a flow, the test panel, replays over
the past, and the funnel."""

from datetime import datetime
from enum import IntEnum
from typing import Annotated, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hark.bots.flow import BotFlow, Id, Locale
from hark.core.events import Event
from hark.core.http import Body

Name = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"\S")]
Position = Annotated[int, Meta(ge=0, le=10_000)]

# a bot ----------------------------------------------------------------------------------------------------------------


class FlowProblem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a flow, and what to do. `block_id` null: with the whole. Errors keep it from being published,
    warnings do not. `port`: the way out it is about."""

    code: str
    message: str
    block_id: str | None = None
    port: str | None = None
    level: Literal["error", "warning"] = "error"


class NewBot(Body):
    """Without a `flow` it begins with a small one that greets, answers from articles and hands over."""

    name: Name
    flow: BotFlow | None = None


class BotPatch(Body):
    """What is left out stays. `revision`: that of the draft one has edited; Conflict(code="changed") when somebody else
    has saved another meanwhile. `enabled` needs a published version. Bots are asked in order of `position`."""

    name: Name | UnsetType = UNSET
    position: Position | UnsetType = UNSET
    enabled: bool | UnsetType = UNSET
    flow: BotFlow | UnsetType = UNSET
    revision: int | None = None


class Bot(msgspec.Struct, kw_only=True):
    """A bot. `version`: the published one (null: never published); `changed`: the draft differs from it."""

    id: int
    name: str
    position: int
    enabled: bool
    version: int | None
    changed: bool
    revision: int
    updated_at: datetime
    flow: BotFlow
    problems: list[FlowProblem]
    can: list[str]


class BotRow(msgspec.Struct, kw_only=True):
    """A bot in the list, with its last 30 days: conversations it took, answered by itself, handed over to a person, and
    how many asked for a person."""

    id: int
    name: str
    position: int
    enabled: bool
    version: int | None
    changed: bool
    updated_at: datetime
    runs: int
    answered: int
    handed_over: int
    asked_person: int
    errors: int
    can: list[str]


class BotVersion(msgspec.Struct, frozen=True, kw_only=True):
    version: int
    published_at: datetime
    published_by: str | None
    blocks: int
    note: str
    current: bool


class PublishBot(Body):
    note: Annotated[str, Meta(max_length=300)] = ""


class RollbackBot(Body):
    """The flow of this version is published again, as a new version."""

    version: Annotated[int, Meta(ge=1)]


class Exported(Body):
    """A bot as a file: `GET /api/bots/{id}/export`, and the body of `POST /api/bots/import`. Secrets are not in it."""

    format: Literal["hark-bot/1"]
    name: Name
    flow: BotFlow


class Validate(Body):
    flow: BotFlow


class Problems(msgspec.Struct, frozen=True, kw_only=True):
    problems: list[FlowProblem]


class Removed(msgspec.Struct, frozen=True, kw_only=True):
    id: int


# the test panel -------------------------------------------------------------------------------------------------------


class TrySaid(Body):
    """`flow`: what is on the canvas now, the saved draft when null. `state` as the last answer gave it, null to begin.
    `text`: what the customer says or presses; null with no state begins with nothing said, with a state lets its waiting
    time pass. `block_id`: begin at this start block. `webhooks`: really call them; `model`: really
    ask the language model, which uses up its budget (with permission `ai.use`)."""

    flow: BotFlow | None = None
    state: Annotated[str, Meta(max_length=100_000)] | None = None
    text: Annotated[str, Meta(max_length=5000)] | None = None
    file: Annotated[str, Meta(max_length=200)] | None = None
    block_id: Id | None = None
    language: Locale = "en"
    channel: Literal["messenger", "email"] = "messenger"
    open: bool = True
    attributes: Annotated[
        dict[Annotated[str, Meta(max_length=60)], Annotated[str, Meta(max_length=500)]], Meta(max_length=50)
    ] = {}
    webhooks: bool = False
    model: bool = False


class Part(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What makes a message a bot's, beside its text; with the message in `headers.bot`. `choices`: buttons, in the
    customer's language; pressing one is sending its words. `ask`: the kind of answer that is waited for. `lead`: the text
    without the article, which stands in `article` (title, url, section). `held`: the bot still has the conversation, and
    "talk to a person" is offered."""

    bot_id: int
    name: str
    choices: list[str] = []
    ask: Literal["text", "email", "number", "date", "choice", "file"] | None = None
    lead: str = ""
    article: dict[str, str] | None = None
    held: bool = False


class TriedMessage(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    part: Part
    block_id: str | None


class TriedFlow(msgspec.Struct, frozen=True, kw_only=True):
    """`state` goes back with the next word; null when the bot has ended. `path`: blocks it went through now; `effects`:
    sentences about what would have been done; `collected`: attributes so far. `why`: the sentence about its last
    decision."""

    state: str | None
    block_id: str | None
    messages: list[TriedMessage]
    path: list[str]
    effects: list[str]
    collected: dict[str, str]
    ended: Literal["handed_over", "resolved", "answered"] | None
    why: str
    waits_s: int | None
    problems: list[FlowProblem]


# runs -----------------------------------------------------------------------------------------------------------------


class RunState(IntEnum):
    """How a bot's run over one conversation stands. The numbers are stored for ever."""

    ACTIVE = 0
    HANDED_OVER = 1  # the bot gave it to a person
    ANSWERED = 2  # its answer was accepted
    RESOLVED = 3  # it came to a block that resolves
    TAKEN = 4  # a person stepped in
    LEFT = 5  # the customer said nothing more
    ENDED = 6  # the conversation was merged, marked as spam, resolved by hand


class Reason(IntEnum):
    """Why a bot handed over. The numbers are stored for ever; `hark.bots.words` says them."""

    FLOW = 1
    ASKED = 2  # "human, please"
    ANGRY = 3
    BILLING = 4
    LEAVING = 5
    UNKNOWN = 6  # nothing good enough in the articles
    NOT_HELPED = 7
    NOT_UNDERSTOOD = 8  # a second answer it could not use
    WEBHOOK = 9
    LOOP = 10
    BROKEN = 11  # the flow names something that is gone
    CANNOT_REACH = 12  # no way to send on this channel


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """One line of what was collected: an attribute and its value."""

    name: str
    value: str


class ShownArticle(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    url: str
    helped: bool | None


class RunCard(msgspec.Struct, frozen=True, kw_only=True):
    """What the agent sees beside a conversation that a bot had: nobody has to ask again. `question`: what the customer
    wanted, in their words; `reason`: the sentence why it was handed over; `tried`: block by block what happened."""

    bot_id: int
    bot_name: str
    state: str
    started_at: datetime
    ended_at: datetime | None
    question: str
    reason: str | None
    asked_person: bool
    collected: list[Collected]
    articles: list[ShownArticle]
    tried: list[str]


class RunCards(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first."""

    items: list[RunCard]


# replay, funnel, problems ---------------------------------------------------------------------------------------------


class NewReplay(Body):
    """Try the draft (or a published `version`) over conversations that began in the last `days`, at most `most`."""

    days: Annotated[int, Meta(ge=1, le=365)] = 30
    most: Annotated[int, Meta(ge=1, le=5000)] = 1000
    version: Annotated[int, Meta(ge=1)] | None = None


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation of a replay that the bot would have answered. `share`: how much of the person's own answer stands
    in the article shown (0 to 1, by its telling words); below a fifth it counts as `wrong`."""

    conversation_id: UUID
    number: int
    question: str
    article: str
    answer: str
    share: float
    wrong: bool


class Unasked(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation of a replay in which the bot would have asked a server: what it had said is not known."""

    conversation_id: UUID
    number: int
    question: str


class ReplayResult(msgspec.Struct, frozen=True, kw_only=True):
    """`sentence`: "Would have answered 214 of 900, 12 of these wrongly." `handed`: why not the rest, by reason of the handover
    (`left`: the customer said nothing more, `not_started`); `unsure`: answered, and no person's answer is there to compare.
    `cases`: the wrong ones first. `servers`: in how many a server would have been asked, which a replay does not do;
    `unknown`: the first of them. `by_model`: how many of the answers a language model would have put into words, from the
    article that is compared here."""

    total: int
    answered: int
    wrong: int
    unsure: int
    handed: dict[str, int]
    sentence: str
    cases: list[Replayed]
    servers: int = 0
    by_model: int = 0
    unknown: list[Unasked] = []


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """`state`: waiting, running, done, stopped, failed. `progress` from 0 to 1."""

    id: UUID
    bot_id: int
    state: str
    progress: float
    created_at: datetime
    finished_at: datetime | None
    days: int
    most: int
    version: int | None
    result: ReplayResult | None
    problem: str | None


class BlockFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of one block, in runs: came to it, said nothing more there, were handed over there, were answered there."""

    block_id: str
    entered: int
    left: int
    handed_over: int
    answered: int


class Funnel(msgspec.Struct, frozen=True, kw_only=True):
    """The last `days` of one version (null: all). `asked_person`: runs in which the customer asked for a person,
    `got_person`: those in which a person then answered, `person_after_s`: the median time to that. `reasons`: of the
    handovers."""

    days: int
    version: int | None
    runs: int
    answered: int
    resolved: int
    handed_over: int
    taken: int
    left: int
    active: int
    asked_person: int
    got_person: int
    person_after_s: float | None
    reasons: dict[str, int]
    blocks: list[BlockFigures]


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went wrong in a bot's work, in a sentence."""

    at: datetime
    block_id: str | None
    conversation_id: UUID | None
    sentence: str


class Troubles(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Trouble]


# events ---------------------------------------------------------------------------------------------------------------


class BotChanged(Event, frozen=True, kw_only=True):
    """A bot was made, changed, published, switched or deleted."""

    kind: ClassVar[int] = 230
    bot_id: int


class PersonAsked(Event, frozen=True, kw_only=True):
    """The customer has asked a bot for a person."""

    kind: ClassVar[int] = 231
    bot_id: int


EVENTS: tuple[type[Event], ...] = (BotChanged, PersonAsked)
