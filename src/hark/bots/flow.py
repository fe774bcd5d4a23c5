"""The JSON of a flow: blocks with an id, a `type`, a place on the canvas and the ids of what comes next.

A `next` that is null ends the block's way in the block's own default, which is always kind to the customer: a person
takes over, except where the text of the block says otherwise.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from hark.core.http import Body

Id = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]
"""Of a block or a button; made by the builder, unique in the flow."""
Locale = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Words = Annotated[dict[Locale, Annotated[str, Meta(max_length=2000)]], Meta(max_length=30)]
"""A text in several languages. The customer gets their own, else the flow's `language`, else any. Variables:
`{{contact.name}}`, `{{contact.plan}}`, `{{conversation.order}}`, with a default `{{contact.name|there}}`."""
Label = Annotated[dict[Locale, Annotated[str, Meta(max_length=80)]], Meta(max_length=30)]
Attribute = Annotated[str, Meta(pattern=r"^(contact|conversation)\.[a-z][a-z0-9_]{0,39}$")]
"""Where an answer is kept. `contact.name` and `contact.email` are the contact's own name and the address that answers go
to; every other name is an attribute."""
Next = Id | None
Seconds = Annotated[int, Meta(ge=1, le=30 * 86_400)]
Value = str | int | float | bool

# what starts a bot ----------------------------------------------------------------------------------------------------


class NewConversation(Body, tag_field="type", tag="new_conversation", kw_only=True):
    """The customer begins to talk. In the messenger the bot speaks as soon as they open a new conversation, and nothing
    is kept until they answer; elsewhere it speaks after their first message."""


class OnPage(Body, tag_field="type", tag="page", kw_only=True):
    """A visitor is at a page of the site. `url`: a part of its address, `*` stands for anything. After `after_s` there."""

    url: Annotated[str, Meta(min_length=1, max_length=500)]
    after_s: Annotated[int, Meta(ge=0, le=3600)] = 0


class OnEvent(Body, tag_field="type", tag="event", kw_only=True):
    """The site has named something that happened: `Hark("track", name)`."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]


class OnKeyword(Body, tag_field="type", tag="keyword", kw_only=True):
    """The customer's first message of a conversation has one of these words in it."""

    words: Annotated[list[Annotated[str, Meta(min_length=1, max_length=80)]], Meta(min_length=1, max_length=50)]


class OutsideHours(Body, tag_field="type", tag="outside_hours", kw_only=True):
    """As `new_conversation`, while the team is not there."""


class NoAnswer(Body, tag_field="type", tag="no_answer", kw_only=True):
    """Nobody has answered the customer for so long, and nobody is assigned."""

    after_s: Seconds


Trigger = NewConversation | OnPage | OnEvent | OnKeyword | OutsideHours | NoAnswer

# blocks ---------------------------------------------------------------------------------------------------------------


class Block(Body, kw_only=True):
    """`x`, `y`: its place on the canvas; `note`: for whoever edits the flow."""

    id: Id
    x: float = 0
    y: float = 0
    note: Annotated[str, Meta(max_length=500)] = ""


class Start(Block, tag_field="type", tag="start", kw_only=True):
    on: Trigger
    next: Next = None


class Say(Block, tag_field="type", tag="message", kw_only=True):
    text: Words
    next: Next = None


class Button(Body, kw_only=True):
    id: Id
    label: Label
    next: Next = None


class Buttons(Block, tag_field="type", tag="buttons", kw_only=True):
    """A choice. Where buttons cannot be shown they are numbered lines, and "2" or the label is understood.

    `other`: where words that name no button lead; without it the bot asks once more and then hands over.
    """

    text: Words
    buttons: Annotated[list[Button], Meta(max_length=10)] = []
    other: Next = None


class Choice(Body, kw_only=True):
    """`value` is what is kept."""

    value: Annotated[str, Meta(min_length=1, max_length=80)]
    label: Label


class Ask(Block, tag_field="type", tag="ask", kw_only=True):
    """A question whose answer is checked and kept. Asked twice at most; then `failed`, without it a person.

    `least`, `most` bound numbers, and dates as YYYY-MM-DD. An answer of type `file` keeps the file's name.
    """

    text: Words
    kind: Literal["text", "email", "number", "date", "choice", "file"]
    attribute: Attribute
    choices: Annotated[list[Choice], Meta(max_length=20)] = []
    least: Annotated[str, Meta(max_length=20)] | None = None
    most: Annotated[str, Meta(max_length=20)] | None = None
    next: Next = None
    failed: Next = None


class Branch(Body, kw_only=True):
    """`when`: a condition as in lists and rules, and besides the fields `contact.<name>`, `conversation.<name>`
    (is, is_not, contains, known, unknown, at_least, at_most), `answer` (contains, is), `channel_open` (is), `language`
    (is), `understanding.<intent|severity|sentiment|language>` (is, is_not, at_least)."""

    id: Id
    when: dict[str, Any]
    label: Annotated[str, Meta(max_length=80)] = ""
    next: Next = None


class Condition(Block, tag_field="type", tag="condition", kw_only=True):
    """The first branch that holds, else `next`."""

    branches: Annotated[list[Branch], Meta(max_length=10)] = []
    next: Next = None


class Answer(Block, tag_field="type", tag="answer", kw_only=True):
    """Answers the customer's question from the help centre: the section that fits with its link, and "did that help?".

    The question is what they wrote last; when there is nothing yet, `text` asks for it. `confidence`: how sure the search
    must be, the calibrated threshold when null. Helped: `accepted`, without it the conversation is resolved as answered
    by the bot. Nothing good enough, or a second article that did not help: `unknown`, without it a person.

    `words`: an article is shown as it is, or a language model writes the answer from the articles that fit and names them,
    where the workspace allows that (`answers_customers` of its language model); else, and when it is down, as `article`.
    """

    text: Words = {}
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    tries: Annotated[int, Meta(ge=1, le=2)] = 2
    words: Literal["article", "model"] = "article"
    accepted: Next = None
    unknown: Next = None


class ArticleBlock(Block, tag_field="type", tag="article", kw_only=True):
    """Shows one article."""

    article_id: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    text: Words = {}
    next: Next = None


class Mapped(Body, kw_only=True):
    """`path` into the JSON of the answer, such as `order.items.0.state`."""

    path: Annotated[str, Meta(min_length=1, max_length=200)]
    attribute: Attribute


class WebhookBlock(Block, tag_field="type", tag="webhook", kw_only=True):
    """Asks a server of yours. `url` begins with https://; variables may stand in its query and in the values of `body`
    (sent as JSON with POST). Only public addresses are called. `secret_headers` are shown as "•••" and stay when sent so.
    Whatever goes wrong leads to `failed`, without it to a person."""

    url: Annotated[str, Meta(max_length=1000)]
    method: Literal["GET", "POST"] = "POST"
    headers: Annotated[
        dict[Annotated[str, Meta(max_length=80, pattern=r"^[A-Za-z0-9-]+$")], Annotated[str, Meta(max_length=1000)]],
        Meta(max_length=10),
    ] = {}
    secret_headers: Annotated[
        dict[Annotated[str, Meta(max_length=80, pattern=r"^[A-Za-z0-9-]+$")], Annotated[str, Meta(max_length=2000)]],
        Meta(max_length=5),
    ] = {}
    body: Annotated[
        dict[Annotated[str, Meta(max_length=80)], Annotated[str, Meta(max_length=1000)]], Meta(max_length=30)
    ] = {}
    timeout_s: Annotated[int, Meta(ge=1, le=15)] = 5
    results: Annotated[list[Mapped], Meta(max_length=20)] = []
    next: Next = None
    failed: Next = None


class SetTags(Body, tag_field="type", tag="tags", kw_only=True):
    add: Annotated[list[int], Meta(max_length=20)] = []
    remove: Annotated[list[int], Meta(max_length=20)] = []


class SetSeverity(Body, tag_field="type", tag="severity", kw_only=True):
    value: Annotated[int, Meta(ge=0, le=3)]


class SetTeam(Body, tag_field="type", tag="team", kw_only=True):
    team_id: int


class SetTopic(Body, tag_field="type", tag="topic", kw_only=True):
    topic_id: int


class SetAttribute(Body, tag_field="type", tag="attribute", kw_only=True):
    """`value` may hold variables."""

    attribute: Attribute
    value: Annotated[str, Meta(max_length=500)]


Setting = SetTags | SetSeverity | SetTeam | SetTopic | SetAttribute


class Set(Block, tag_field="type", tag="set", kw_only=True):
    actions: Annotated[list[Setting], Meta(max_length=10)] = []
    next: Next = None


class Wait(Block, tag_field="type", tag="wait", kw_only=True):
    """Waits so long, then goes on. When the customer writes meanwhile it goes to `written`, without it on as well."""

    seconds: Seconds
    next: Next = None
    written: Next = None


class HandOver(Block, tag_field="type", tag="hand_over", kw_only=True):
    """A person takes over, with the summary. `text` is said before the sentence about when somebody is there."""

    text: Words = {}
    team_id: int | None = None


class Resolve(Block, tag_field="type", tag="resolve", kw_only=True):
    """The end: the conversation is resolved. `accepted`: the customer has said before that this answers it, so the case
    counts as answered by the bot; without it nobody has answered."""

    text: Words = {}
    accepted: bool = False


class Survey(Block, tag_field="type", tag="survey", kw_only=True):
    """The place of a survey: asks for one to five and keeps it."""

    text: Words
    attribute: Attribute = "conversation.satisfaction"
    next: Next = None


AnyBlock = (
    Start
    | Say
    | Buttons
    | Ask
    | Condition
    | Answer
    | ArticleBlock
    | WebhookBlock
    | Set
    | Wait
    | HandOver
    | Resolve
    | Survey
)

# the whole ------------------------------------------------------------------------------------------------------------

Channel = Literal["messenger", "email"]
MAX_BLOCKS = 200


class Audience(Body, kw_only=True):
    """Whom the bot talks to. `who`: everybody, people who have never written before, those who have, or those the site
    has vouched for. `account_ids`: only these mailboxes and messengers, all when empty. `when`: a condition on the
    conversation as in lists (not asked before the first message)."""

    channels: Annotated[list[Channel], Meta(max_length=2)] = msgspec.field(default_factory=lambda: ["messenger"])
    who: Literal["everybody", "new", "known", "identified"] = "everybody"
    account_ids: Annotated[list[int], Meta(max_length=50)] = []
    when: dict[str, Any] = msgspec.field(default_factory=lambda: {"all": []})


class BotFlow(Body, kw_only=True):
    """`language`: whose texts stand in for a missing one. `name`: what the bot calls itself, beside the badge."""

    blocks: Annotated[list[AnyBlock], Meta(max_length=MAX_BLOCKS)] = []
    language: Locale = "en"
    name: Annotated[dict[Locale, Annotated[str, Meta(max_length=60)]], Meta(max_length=30)] = {}
    audience: Audience = msgspec.field(default_factory=Audience)


def exits(block: AnyBlock) -> list[tuple[str, str | None]]:
    """(port, where it leads) of every way out of a block, in the order the builder draws them."""
    match block:
        case Start() | Say() | ArticleBlock() | Set() | Survey():
            return [("next", block.next)]
        case Buttons():
            return [*((button.id, button.next) for button in block.buttons), ("other", block.other)]
        case Ask() | WebhookBlock():
            return [("next", block.next), ("failed", block.failed)]
        case Condition():
            return [*((branch.id, branch.next) for branch in block.branches), ("next", block.next)]
        case Answer():
            return [("accepted", block.accepted), ("unknown", block.unknown)]
        case Wait():
            return [("next", block.next), ("written", block.written)]
        case HandOver() | Resolve():
            return []


def pick(words: dict[str, str], language: str, default: str) -> str:
    """The text in a language, else in the default one, else in any; "" when there is none."""
    short = language.split("-")[0]
    return words.get(language) or words.get(short) or words.get(default) or next((t for t in words.values() if t), "")
