"""The words of conversations: what is stored with a message, and the events that move no ball.

Events that move the ball (a message, a reply, a snooze, a merge ...) are in `hark.journey.types`.
"""

from datetime import datetime
from enum import IntEnum
from typing import Any, ClassVar, Literal
from uuid import UUID

import msgspec

from hark.core.actor import ActorKind
from hark.core.events import Event
from hark.journey.types import Author, Status


class Direction(IntEnum):
    INTERNAL = 0
    IN = 1
    OUT = 2


class MessageKind(IntEnum):
    MESSAGE = 1
    NOTE = 2
    SYSTEM = 3
    AUTO_REPLY = 4
    BOUNCE = 5


class Audience(IntEnum):
    TEAM = 0
    PARTIES = 1
    PUBLIC = 2


class Delivery(IntEnum):
    NONE = 0
    READY = 1
    SENDING = 2
    SENT = 3
    FAILED = 4
    UNKNOWN = 5


CHANNELS: dict[int, str] = {1: "email", 2: "messenger"}
"""Name of a channel by the kind of its account; `conversations.channels` has bit `1 << kind`."""


# events -----------------------------------------------------------------------------------------------------------


class TagsChanged(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 50
    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()


class SubjectChanged(Event, frozen=True, kw_only=True):
    kind: ClassVar[int] = 51


class MessageFiled(Event, frozen=True, kw_only=True):
    """A message that moves nothing has joined the thread: an auto-reply, a bounce, a line of the system."""

    kind: ClassVar[int] = 52
    message_id: UUID
    message_seq: int
    message_kind: int


class MessagesMovedIn(Event, frozen=True, kw_only=True):
    """The new side of a split: these messages came from another conversation."""

    kind: ClassVar[int] = 53
    from_id: UUID
    message_ids: tuple[UUID, ...]


class ContactReplaced(Event, frozen=True, kw_only=True):
    """The conversation is another contact's: an anonymous visitor has said who they are."""

    kind: ClassVar[int] = 54
    before: UUID
    after: UUID


class HelpAsked(Event, frozen=True, kw_only=True):
    """Colleagues were asked for help, and see the conversation from now on. `help_id` is the question, whose words are a
    note; with `first_only` whoever joins first is enough."""

    kind: ClassVar[int] = 190
    help_id: UUID
    agent_ids: tuple[int, ...]
    first_only: bool = False


class HelpAccepted(Event, frozen=True, kw_only=True):
    """A colleague has joined."""

    kind: ClassVar[int] = 191
    help_id: UUID
    agent_ids: tuple[int, ...]


class HelpDeclined(Event, frozen=True, kw_only=True):
    """A colleague cannot help, and no longer sees the conversation by the invitation."""

    kind: ClassVar[int] = 192
    help_id: UUID
    agent_ids: tuple[int, ...]


class HelpEnded(Event, frozen=True, kw_only=True):
    """They have left, were taken out, or somebody else was faster."""

    kind: ClassVar[int] = 193
    help_id: UUID
    agent_ids: tuple[int, ...]


ParticipantsChanged = HelpAsked | HelpAccepted | HelpDeclined | HelpEnded
"""What happens to colleagues who are asked in: `agent_ids` see the conversation from now on, or no longer."""

EVENTS: tuple[type[Event], ...] = (
    TagsChanged, SubjectChanged, MessageFiled, MessagesMovedIn, ContactReplaced,
    HelpAsked, HelpAccepted, HelpDeclined, HelpEnded,
)  # fmt: skip


# what a message is made of ----------------------------------------------------------------------------------------


class MailAddress(msgspec.Struct, frozen=True):
    name: str = ""
    address: str = ""


class AuthenticationResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one check of a mail's origin found: `result` in the words of RFC 8601, `reason` for a person. `aligned`: the
    `domain` it is about speaks for the one in From."""

    method: str  # spf, dkim (one for each signature), dmarc, arc
    result: str
    domain: str = ""
    aligned: bool = False
    reason: str = ""


Verdict = Literal["proven", "forged", "unknown"]


class Authentication(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether a mail comes from whom it says, in one sentence, and the results behind it. `server`: the trusted server
    that checked it, where it was not us."""

    verdict: Verdict
    sentence: str
    results: list[AuthenticationResult] = []
    server: str = ""


class Headers(msgspec.Struct, kw_only=True, omit_defaults=True):
    """The header lines of a message as people read them. `quoted_at` is where the quoted history begins in its text;
    `notes` are sentences about what the mail is beside its text (an invitation, signed, encrypted); `authentication` is
    None for a mail that was not checked; `machine`: no automatic answer to it (RFC 3834); `bot` is what a bot's words carry
    (`hark.bots.types.Part`), `rule` what those of a rule do (`hark.delivery.types.RuleMark`); `erased`: somebody
    asked to be forgotten, and nothing else is left of the message."""

    from_: MailAddress | None = msgspec.field(default=None, name="from")
    to: list[MailAddress] = []
    cc: list[MailAddress] = []
    bcc: list[MailAddress] = []
    reply_to: list[MailAddress] = []
    subject: str = ""
    quoted_at: int | None = None
    notes: list[str] = []
    authentication: Authentication | None = None
    machine: bool = False
    bot: dict[str, Any] | None = None
    rule: dict[str, Any] | None = None
    erased: bool = False


class NewFile(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment whose bytes are in the file store already."""

    id: UUID
    name: str
    content_type: str
    size: int
    blob_key: str
    cid: str | None = None
    inline: bool = False


class AccountRef(msgspec.Struct, frozen=True, kw_only=True):
    """The channel account something came through; `calendar_id` is the calendar in force for it."""

    id: int
    calendar_id: int
    team_id: int | None = None
    kind: int = 1


class NewEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A thread of the customer's side to make. `refs` is what the channel needs to answer on it.

    `id` when the other side has chosen it (a messenger thread), `visitor_id` whose messenger it is, `live_until` how
    long they are taken to be there.
    """

    thread_key: str
    id: UUID | None = None
    identity_id: UUID | None = None
    refs: dict[str, Any] = {}
    audience: Audience = Audience.PARTIES
    reply_until: datetime | None = None
    live_until: datetime | None = None
    visitor_id: UUID | None = None


class NewInbound(msgspec.Struct, frozen=True, kw_only=True):
    """A message from outside. Without `conversation_id` it starts one.

    `at` is when it counts from: the reception, or the mail's own time for history. Give `endpoint_id` when the
    thread is known (with `refs`, its new state), or `endpoint` to make one. `text` holds no NUL. `live`: the customer is
    there; `endpoints.live_until` must say until when, or nobody notices that they leave.
    """

    account: AccountRef
    contact_id: UUID
    at: datetime
    text: str
    headers: Headers
    company_id: UUID | None = None
    conversation_id: UUID | None = None
    endpoint_id: UUID | None = None
    endpoint: NewEndpoint | None = None
    refs: dict[str, Any] | None = None
    kind: MessageKind = MessageKind.MESSAGE
    needs_answer: bool = True
    html_key: str | None = None
    lang: str | None = None
    external_id: str | None = None
    intake_id: UUID | None = None
    files: list[NewFile] = []
    message_id: UUID | None = None
    live: bool = False


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """Where the message stands. `scheduled`: a reply waits there that its author wants cancelled when the customer
    writes first."""

    conversation_id: UUID
    message_id: UUID
    seq: int
    started: bool
    reopened: bool = False
    scheduled: bool = False


class NewReply(msgspec.Struct, frozen=True, kw_only=True):
    """A public message of ours at the moment it leaves (or, for history, when it left).

    `account_id` is the account it left through (None: where the conversation began). `file_ids` are attachments
    uploaded before, `files` new ones. `delivery` is READY for the outbox, SENT for history.
    """

    conversation_id: UUID
    endpoint_id: UUID
    text: str
    headers: Headers
    account_id: int | None = None
    agent_id: int | None = None
    author: Author = Author.PERSON
    html_key: str | None = None
    external_id: str | None = None
    intake_id: UUID | None = None
    file_ids: list[UUID] = []
    files: list[NewFile] = []
    keeps_ball: bool = False
    promise_until: datetime | None = None
    resolve: bool = False
    refs: dict[str, Any] | None = None
    message_id: UUID | None = None
    at: datetime | None = None
    delivery: Delivery = Delivery.READY


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    conversation_id: UUID
    message_id: UUID
    seq: int


class NewConversation(msgspec.Struct, frozen=True, kw_only=True):
    """A conversation to begin without a message yet. `by` is who began it."""

    account: AccountRef
    contact_id: UUID
    company_id: UUID | None = None
    subject: str
    at: datetime
    by: ActorKind
    endpoint: NewEndpoint | None = None
    team_id: int | None = None
    assignee_id: int | None = None
    inherits_wait_from: datetime | None = None
    inherits_live: bool = False


class Locked(msgspec.Struct, kw_only=True):
    """A conversation under its row lock. Change its fields, `record` the events, then `save` once."""

    id: UUID
    number: int
    contact_id: UUID
    company_id: UUID | None
    account_id: int
    team_id: int | None
    assignee_id: int | None
    status: Status
    severity: int
    difficulty: int
    root_id: UUID | None
    tag_ids: list[int]
    subject: str
    preview: str
    last_message_at: datetime
    seq: int
    customer_seq: int
    public_seq: int
    promise_until: datetime | None
    snoozed_until: datetime | None
