"""The messenger: an inbox as admins set it up, and everything that is said between the widget and Hark."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from hark.bots.flow import NewConversation, OnEvent, OnPage, OutsideHours
from hark.core.events import Event
from hark.core.http import Body
from hark.visits.types import FactView, VisitView

KIND = 2
"""Of a messenger in `channel_accounts.kind`."""
MAX_TEXT = 10_000
MAX_ATTACHMENTS = 10

# an inbox as it is set up ---------------------------------------------------------------------------------------------

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Seconds = Annotated[int, Meta(ge=10, le=90 * 86_400)]
Origin = Annotated[str, Meta(max_length=260, pattern=r"^(https?://[a-z0-9.-]+(:\d{1,5})?|http://localhost:\*)$")]
"""`https://host` or `https://host:port`, in lower case; `http://localhost:*` for every port of one's own machine."""
Origins = Annotated[list[Origin], Meta(max_length=50)]
Color = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$")]
Locale = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Words = Annotated[dict[Locale, Annotated[str, Meta(max_length=300)]], Meta(max_length=50)]
"""A sentence in several languages; the widget takes its own, else the inbox's default, else any."""
FileBytes = Annotated[int, Meta(ge=0, le=25_000_000)]
PerMinute = Annotated[int, Meta(ge=1, le=1_000_000)]
AskEmail = Literal["away", "always", "never"]


class Prechat(Body):
    """A field asked for before the first message."""

    field: Literal["name", "email"]
    required: bool = False


class Collect(Body):
    """What is kept of a visitor besides what they write. `respect_dnt`: nothing of it with Do-Not-Track or GPC."""

    pages: bool = True
    device: bool = True
    events: bool = True
    respect_dnt: bool = True


class Limits(Body):
    """Posts per minute that are taken, in each web process."""

    per_visitor_minute: PerMinute = 30
    per_address_minute: PerMinute = 120
    per_inbox_minute: PerMinute = 6000


class MessengerConfig(msgspec.Struct, kw_only=True):
    """Column `config` of a messenger. `secret` (of the signed identities) is encrypted here."""

    origins: list[str] = []
    secret: str | None = None
    require_jwt: bool = False
    color: str = "#0f766e"
    title: dict[str, str] = {}
    greeting: dict[str, str] = {}
    show_faces: bool = True
    prechat: list[Prechat] = []
    ask_email_when: AskEmail = "away"
    collect: Collect = msgspec.field(default_factory=Collect)
    max_file_bytes: int = 10_000_000
    reply_mailbox_id: int | None = None
    mail_after_s: int = 60
    sound: bool = True
    locale_default: str = "en"
    limits: Limits = msgspec.field(default_factory=Limits)


class NewMessenger(Body):
    """`expect_s` is what visitors are told, `patience_s` how long a visitor who is there waits, `away_patience_s` one
    who has left. An empty `origins` lets every site show the messenger. `reply_mailbox_id`: answers to a visitor who
    has left go out by that mailbox, `mail_after_s` after they were written."""

    name: Name
    team_id: int | None = None
    calendar_id: int | None = None
    expect_s: Seconds = 120
    patience_s: Seconds = 120
    away_patience_s: Seconds = 26_640
    origins: Origins = []
    require_jwt: bool = False
    color: Color = "#0f766e"
    title: Words = {}
    greeting: Words = {}
    show_faces: bool = True
    prechat: Annotated[list[Prechat], Meta(max_length=2)] = []
    ask_email_when: AskEmail = "away"
    collect: Collect = msgspec.field(default_factory=Collect)
    max_file_bytes: FileBytes = 10_000_000
    reply_mailbox_id: int | None = None
    mail_after_s: Seconds = 60
    sound: bool = True
    locale_default: Locale = "en"
    limits: Limits = msgspec.field(default_factory=Limits)


class MessengerPatch(Body):
    """What is left out stays."""

    name: Name | UnsetType = UNSET
    team_id: int | UnsetType | None = UNSET
    calendar_id: int | UnsetType = UNSET
    expect_s: Seconds | UnsetType = UNSET
    patience_s: Seconds | UnsetType = UNSET
    away_patience_s: Seconds | UnsetType = UNSET
    origins: Origins | UnsetType = UNSET
    require_jwt: bool | UnsetType = UNSET
    color: Color | UnsetType = UNSET
    title: Words | UnsetType = UNSET
    greeting: Words | UnsetType = UNSET
    show_faces: bool | UnsetType = UNSET
    prechat: Annotated[list[Prechat], Meta(max_length=2)] | UnsetType = UNSET
    ask_email_when: AskEmail | UnsetType = UNSET
    collect: Collect | UnsetType = UNSET
    max_file_bytes: FileBytes | UnsetType = UNSET
    reply_mailbox_id: int | UnsetType | None = UNSET
    mail_after_s: Seconds | UnsetType = UNSET
    sound: bool | UnsetType = UNSET
    locale_default: Locale | UnsetType = UNSET
    limits: Limits | UnsetType = UNSET


class Messenger(msgspec.Struct, kw_only=True):
    """A messenger as people of the team see it. `key` is public; `snippet` is the tag for the site's pages."""

    id: int
    name: str
    key: str
    snippet: str
    team_id: int | None
    calendar_id: int
    expect_s: int
    patience_s: int
    away_patience_s: int
    origins: list[str]
    require_jwt: bool
    has_secret: bool
    color: str
    title: dict[str, str]
    greeting: dict[str, str]
    show_faces: bool
    prechat: list[Prechat]
    ask_email_when: AskEmail
    collect: Collect
    max_file_bytes: int
    reply_mailbox_id: int | None
    mail_after_s: int
    sound: bool
    locale_default: str
    limits: Limits
    can: list[str]


class MessengerSecret(msgspec.Struct, frozen=True, kw_only=True):
    """The key that signs identities (HS256). Shown this once."""

    secret: str


class MessengerChanged(Event, frozen=True, kw_only=True):
    """A messenger was made, changed or removed."""

    kind: ClassVar[int] = 101
    account_id: int


EVENTS: tuple[type[Event], ...] = (MessengerChanged,)

# inside ---------------------------------------------------------------------------------------------------------------


class Inbox(msgspec.Struct, frozen=True, kw_only=True):
    """A messenger as the visitors' side needs it."""

    workspace_id: int
    id: int
    name: str
    key: str
    team_id: int | None
    calendar_id: int
    expect_s: int
    config: MessengerConfig


class Page(Body):
    """Where on the site somebody is."""

    url: Annotated[str, Meta(max_length=2000)] = ""
    title: Annotated[str, Meta(max_length=300)] = ""
    referrer: Annotated[str, Meta(max_length=2000)] = ""


class SeenPage(msgspec.Struct, frozen=True, kw_only=True):
    url: str
    title: str
    at: datetime


class Profile(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Column `profile` of a visitor, as far as it may be collected. `name` is typed by them and proves nothing."""

    name: str = ""
    language: str = ""
    time_zone: str = ""
    device: dict[str, str] = {}
    attributes: dict[str, Any] = {}
    page: SeenPage | None = None
    quiet: bool = False


class Visitor(msgspec.Struct, kw_only=True):
    """A row of visitors."""

    id: UUID
    contact_id: UUID | None
    user_id: str | None
    address: str | None
    profile: Profile


class Session(msgspec.Struct, frozen=True):
    """Who speaks, and at which messenger."""

    inbox: Inbox
    visitor: Visitor


# what the widget says -------------------------------------------------------------------------------------------------

Short = Annotated[str, Meta(max_length=200)]
Jwt = Annotated[str, Meta(max_length=8000)]
Attribute = Annotated[str, Meta(max_length=500)] | int | float | bool
Attributes = Annotated[dict[Annotated[str, Meta(max_length=64)], Attribute], Meta(max_length=50)]
Seq = Annotated[int, Meta(ge=0, le=2**31 - 1)]


class Boot(Body):
    """The first word of a widget. `token` is what an earlier boot gave; `quiet`: the browser says Do-Not-Track or GPC."""

    token: Annotated[str, Meta(max_length=100)] | None = None
    jwt: Jwt | None = None
    page: Page | None = None
    device: Annotated[dict[Annotated[str, Meta(max_length=40)], Short], Meta(max_length=20)] | None = None
    language: Annotated[str, Meta(max_length=35)] = ""
    time_zone: Annotated[str, Meta(max_length=60)] = ""
    attributes: Attributes | None = None
    quiet: bool = False


class NewPost(Body):
    """A visitor's message. `id` is made by the widget: the same id again is the same message. `opening`: what a bot said
    before, which this answers in a new thread."""

    id: UUID
    text: Annotated[str, Meta(max_length=MAX_TEXT)] = ""
    attachment_ids: Annotated[list[UUID], Meta(max_length=MAX_ATTACHMENTS)] = []
    page: Page | None = None
    opening: Annotated[str, Meta(max_length=100)] | None = None


class ReadUpTo(Body):
    seq: Seq


class ContactDetails(Body):
    """What a visitor typed about themselves. It proves nothing; an empty string takes it away."""

    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    address: Annotated[str, Meta(max_length=320)] | UnsetType = UNSET


class Identify(Body):
    jwt: Jwt


class Nothing(Body):
    """An empty object."""


class NewFact(Body):
    """Something that happened on the site. `at` is the browser's clock."""

    kind: Literal[
        "landed", "page", "opened", "form", "left", "event", "search", "article", "helped", "not_helped"
    ]
    at: Annotated[datetime, Meta(tz=True)] | None = None
    name: Annotated[str, Meta(max_length=100)] = ""
    url: Annotated[str, Meta(max_length=2000)] = ""
    title: Annotated[str, Meta(max_length=300)] = ""
    data: Annotated[dict[Annotated[str, Meta(max_length=64)], Attribute], Meta(max_length=30)] = {}


class Track(Body):
    """`visit` is the id the widget gave this visit; without it the facts belong to the visitor's last one."""

    facts: Annotated[list[NewFact], Meta(min_length=1, max_length=50)]
    visit: UUID | None = None


# what Hark says -------------------------------------------------------------------------------------------------------


class File(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    content_type: str
    size: int
    url: str


class BotPart(msgspec.Struct, frozen=True, kw_only=True):
    """What makes a message a bot's. `choices`: what can be pressed, each is sent as its words; `ask`: the kind of answer
    that is waited for; `article`: title, url and section of one that is shown, `lead` the text without it; `held`: the bot
    still has the conversation."""

    choices: list[str] = []
    ask: Literal["text", "email", "number", "date", "choice", "file"] | None = None
    lead: str = ""
    article: dict[str, str] | None = None
    held: bool = False


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message as the visitor sees it: text only. `bot`: no person wrote it."""

    id: UUID
    seq: int
    from_: Literal["you", "team", "system"] = msgspec.field(name="from")
    name: str
    picture_url: str | None
    at: datetime
    text: str
    attachments: list[File]
    bot: BotPart | None = None


class Thread(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation as the visitor sees it. `seq`: of its last message; `read_seq`: how far the visitor has read,
    `team_read_seq`: how far somebody of the team has."""

    id: UUID
    subject_preview: str
    last_at: datetime
    unread: int
    seq: int
    read_seq: int
    team_read_seq: int
    closed: bool


class ThreadPage(msgspec.Struct, frozen=True, kw_only=True):
    """Messages in order. There are more after the last one while its `seq` is below the thread's."""

    thread: Thread
    messages: list[Message]


class ThreadList(msgspec.Struct, frozen=True, kw_only=True):
    threads: list[Thread]
    unread: int


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    message: Message
    thread: Thread


class VisitorView(msgspec.Struct, frozen=True, kw_only=True):
    """The visitor as they see themselves."""

    id: UUID
    name: str
    identified: bool
    address: str | None


class Face(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    picture_url: str | None


ArticleShare = Literal["none", "shown", "compared", "held"]
"""Whether a visitor gets articles of a help centre: `held` ones do without, `compared` get them while others do without."""


class InboxView(msgspec.Struct, frozen=True, kw_only=True):
    """How the widget looks and what it asks for. `title` and `greeting` hold all languages."""

    name: str
    title: dict[str, str]
    greeting: dict[str, str]
    color: str
    faces: list[Face]
    prechat: list[Prechat]
    ask_email_when: AskEmail
    max_file_bytes: int
    sound: bool
    locale: str
    collect: Collect
    articles: ArticleShare


class FoundArticle(msgspec.Struct, frozen=True, kw_only=True):
    """`marks`: the (start, end) of the words in `text` that were met."""

    id: int
    title: str
    text: str
    marks: list[tuple[int, int]]


class FoundArticles(msgspec.Struct, frozen=True, kw_only=True):
    """Best first; none when nothing is good enough."""

    items: list[FoundArticle]
    language: str


class OpenedArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article to be read in the messenger. `html` runs nothing and reaches nobody; `url` is its page."""

    id: int
    title: str
    summary: str
    html: str
    language: str
    updated_at: datetime
    url: str


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the team is there. `back_at` is null while it is, and when it never comes back."""

    open: bool
    back_at: datetime | None
    expect_s: int


class OpeningMessage(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    name: str
    bot: BotPart


class OpeningView(msgspec.Struct, frozen=True, kw_only=True):
    """What a bot says by itself: `on` a new conversation, at a page, or when the site names an event. Nothing of it is kept
    before the visitor answers with `opening` in their first message."""

    id: str
    on: NewConversation | OutsideHours | OnPage | OnEvent
    messages: list[OpeningMessage]


class Booted(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to the first word. `token` is kept by the widget and sent as `Authorization: Visitor <token>`."""

    token: str
    visitor: VisitorView
    inbox: InboxView
    hours: Hours
    threads: list[Thread]
    unread: int
    openings: list[OpeningView] = []


# what an agent sees ---------------------------------------------------------------------------------------------------


class VisitorContext(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on the other side of a chat. `address` is the typed one; `identified`: the site has vouched for them."""

    id: UUID
    name: str
    identified: bool
    address: str | None
    device: dict[str, str]
    language: str
    time_zone: str
    attributes: dict[str, Any]
    live: bool
    page: SeenPage | None
    first_seen: datetime
    last_seen: datetime


class ConversationVisitor(msgspec.Struct, frozen=True, kw_only=True):
    """The newest visits and what was done in them, newest first."""

    visitor: VisitorContext
    visits: list[VisitView]
    timeline: list[FactView]
