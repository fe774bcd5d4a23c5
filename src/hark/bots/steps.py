"""What goes into a step of a flow and what comes out of it: where a run stands, what has come, what is to be done."""

from typing import Literal

import msgspec

from hark.bots.flow import SetSeverity, SetTags, SetTeam, SetTopic
from hark.bots.types import Reason

Waits = Literal["", "words", "question", "helped", "search", "call", "time"]


class Shown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An article that was shown. `section`: the piece of it that fits."""

    title: str
    url: str
    section: str = ""
    helped: bool | None = None


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """An answer in a language model's words that has been checked against its sources: `[1]` in the text is the first of
    them. A source without an address is what was answered to somebody else."""

    text: str
    sources: list[Shown]


class State(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a run stands. `waits` for what, at which `block`; `question`: what the customer wants, in their words; `last`:
    what they said last, `spent` when that only answered something (a button, a date); `asked`: how often the block has asked again;
    `missed`: answers of it that did not help; `sought`: what is being looked for; `recent`: how many of the articles the last answer showed."""

    block: str | None = None
    waits: Waits = ""
    language: str = "en"
    question: str = ""
    last: str = ""
    spent: bool = False
    asked: int = 0
    missed: int = 0
    sought: str = ""
    recent: int = 1
    visits: int = 0
    collected: dict[str, str] = {}
    articles: list[Shown] = []
    tried: list[str] = []


# what comes ---------------------------------------------------------------------------------------------------------


class Begin(msgspec.Struct, frozen=True, tag="begin"):
    """The bot starts at this start block. `text`: what the customer has said already; `urgent` as in Words."""

    block_id: str
    text: str = ""
    urgent: Reason | None = None


class Words(msgspec.Struct, frozen=True, tag="words"):
    """The customer says something, or presses a button (which says its label). `urgent`: why nobody may be held by a bot
    now: they ask for a person, are angry, it is about money, they are leaving."""

    text: str
    files: tuple[str, ...] = ()
    urgent: Reason | None = None


class Found(msgspec.Struct, frozen=True, tag="found"):
    """What a search came to: an article, or an answer written from several; neither: nothing good enough."""

    article: Shown | None
    written: Written | None = None


class Called(msgspec.Struct, frozen=True, tag="called"):
    """What a server answered, as attributes; None: it did not, or not as it should."""

    values: dict[str, str] | None


class TimeUp(msgspec.Struct, frozen=True, tag="time"):
    """The block's waiting time is over."""


Heard = Begin | Words | Found | Called | TimeUp

# what is to be done ---------------------------------------------------------------------------------------------------

AskKind = Literal["text", "email", "number", "date", "choice", "file"]


class Tell(msgspec.Struct, frozen=True, kw_only=True):
    """Say something. `article_id`: with this article, which the runtime looks up."""

    text: str
    block_id: str
    choices: tuple[str, ...] = ()
    ask: AskKind | None = None
    article: Shown | None = None
    article_id: int | None = None


class Keep(msgspec.Struct, frozen=True):
    """Keep a value as an attribute of the contact or the conversation."""

    attribute: str
    value: str


class Do(msgspec.Struct, frozen=True):
    """Set tags, severity, team or topic."""

    setting: SetTags | SetSeverity | SetTeam | SetTopic
    block_id: str


class Search(msgspec.Struct, frozen=True):
    """Look in the articles; `Found` goes back. `skip`: addresses of articles that were shown already; `by_model`: a language
    model may write the answer from what is found."""

    query: str
    confidence: float | None
    skip: tuple[str, ...]
    by_model: bool = False


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """Ask a server; `Called` goes back. Variables are filled in. `secret_headers` are as stored."""

    block_id: str
    url: str
    method: str
    headers: dict[str, str]
    secret_headers: dict[str, str]
    body: dict[str, str]
    timeout_s: int
    results: dict[str, str]  # attribute -> path


class Sleep(msgspec.Struct, frozen=True):
    """`TimeUp` after so many seconds."""

    seconds: int


class End(msgspec.Struct, frozen=True, kw_only=True):
    """The run is over. `answered`: the customer has accepted the bot's answer."""

    how: Literal["handed_over", "resolved", "answered"]
    reason: Reason | None = None
    team_id: int | None = None


Effect = Tell | Keep | Do | Search | Call | Sleep | End


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """`entered`: the blocks gone through, in order. After an End the state is the last one, for the summary."""

    state: State
    effects: list[Effect]
    entered: list[str]

    @property
    def end(self) -> End | None:
        return next((e for e in self.effects if isinstance(e, End)), None)
