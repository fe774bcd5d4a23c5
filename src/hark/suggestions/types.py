"""What suggested replies are made of, and canned replies."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

import msgspec

from hark.core.events import Event
from hark.core.http import Body
from hark.suggestions.masking import Segment

KEPT_WHOLE = 0.95
"""From this share of its words on, a suggestion counts as sent as it was."""


class SuggestionSettingsChanged(Event, frozen=True, kw_only=True):
    """Suggestions of an account were turned on or off."""

    kind: ClassVar[int] = 220
    account_id: int


class CannedReplyChanged(Event, frozen=True, kw_only=True):
    """A canned reply was made, changed or deleted; readers fetch them again."""

    kind: ClassVar[int] = 221
    canned_reply_id: int


EVENTS: tuple[type[Event], ...] = (SuggestionSettingsChanged, CannedReplyChanged)


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """The reply a suggestion was learned from, shown to whoever may see its conversation."""

    conversation_id: UUID
    number: int
    subject: str
    contact_name: str
    agent_name: str
    at: datetime


class SuggestionView(msgspec.Struct, frozen=True, kw_only=True):
    """`position` counts from 1; `alike`: how many replies nearly the same it stands for; `confidence` 0..1."""

    position: int
    segments: list[Segment]
    confidence: float
    alike: int
    source: SourceView | None


class OfferView(msgspec.Struct, frozen=True, kw_only=True):
    """What is suggested in a conversation now. `id` is null when nothing is. `learning`: the account's replies are being
    read, ask again in a moment. `learned`: of how many replies."""

    id: UUID | None
    suggestions: list[SuggestionView]
    enabled: bool
    learning: bool
    learned: int


class Chosen(Body):
    """A suggestion was put into the composer, with this text."""

    position: Annotated[int, msgspec.Meta(ge=1, le=3)]
    text: Annotated[str, msgspec.Meta(max_length=20_000)]


ArticleWay = Literal["open", "passage", "link"]


class ArticleView(msgspec.Struct, frozen=True, kw_only=True):
    """An article that answers the customer. `url`: its page, null when not everybody may open it. `passage`: the piece that
    answers, as text, empty when nothing of it may be quoted to this customer. `seen`: for whom it is. `confidence` 0..1."""

    position: int
    article_id: int
    language: str
    title: str
    url: str | None
    passage: str
    snippet: str
    confidence: float
    seen: Literal["public", "segment", "internal"]


class SuggestedArticles(msgspec.Struct, frozen=True, kw_only=True):
    """Articles that answer the customer's question so far. `id` is null when there are none."""

    id: UUID | None
    articles: list[ArticleView]


class ChosenArticle(Body):
    """An article that was in view was opened, a passage of it inserted, or a link to it."""

    position: Annotated[int, msgspec.Meta(ge=1, le=2)]
    way: ArticleWay


class ArticleUse(msgspec.Struct, frozen=True, kw_only=True):
    """How often an article was in view when a reply left, and in how many of these replies a link to it or a passage of it
    had been inserted, or it had only been opened."""

    id: int
    language: str
    title: str
    shown: int
    linked: int
    quoted: int
    opened: int


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """A channel account, whether it is suggested from, and from how many replies."""

    id: int
    name: str
    address: str
    kind: str
    enabled: bool
    learned: int
    can: list[str]


class AccountPatch(Body):
    enabled: bool


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """Use over a period, all of it about replies that were sent: `offered` had suggestions in view, `used` began with
    one, `as_is` kept at least 95 % of its words, `edited` the rest. `saved_s`: see `definition`."""

    offered: int
    used: int
    as_is: int
    edited: int
    ignored: int
    kept: float | None
    saved_s: float


class Day(msgspec.Struct, frozen=True, kw_only=True):
    day: date
    offered: int
    used: int
    saved_s: float


class UseBy(msgspec.Struct, frozen=True, kw_only=True):
    """The same of one person or account."""

    id: int
    name: str
    offered: int
    used: int
    saved_s: float


class UseReport(msgspec.Struct, frozen=True, kw_only=True):
    """`definition`: the numbers behind `saved_s` (characters a second typed, seconds to read)."""

    days: int
    total: Use
    before: Use
    by_day: list[Day]
    by_agent: list[UseBy]
    by_account: list[UseBy]
    articles: list[ArticleUse]
    definition: dict[str, float]


class FrequentView(msgspec.Struct, frozen=True, kw_only=True):
    """A reply that is sent again and again, as it may be shown to anybody, with how often and to how many customers."""

    account_id: int
    segments: list[Segment]
    question: str
    sent: int
    customers: int
    last_at: datetime


Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"\S")]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000, pattern=r"\S")]


class CannedReply(msgspec.Struct, frozen=True, kw_only=True):
    """A reply the team has written to be used again. `text` may hold `{{contact.name}}`, `{{contact.first_name}}`,
    `{{contact.email}}`, `{{company.name}}`, `{{agent.name}}`, `{{conversation.number}}` and blanks `[…]`."""

    id: int
    name: str
    text: str
    used: int
    used_at: datetime | None
    can: list[str] = []


class NewCannedReply(Body):
    name: Name
    text: Text


class CannedReplyPatch(Body):
    name: Name | msgspec.UnsetType = msgspec.UNSET
    text: Text | msgspec.UnsetType = msgspec.UNSET


class FilledReply(msgspec.Struct, frozen=True, kw_only=True):
    """A canned reply with this conversation's values; what is not known is a blank."""

    id: int
    name: str
    segments: list[Segment]
