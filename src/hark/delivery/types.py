"""The outbox and its seven states."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, ClassVar, NamedTuple
from uuid import UUID

import msgspec

from hark.core.events import Event
from hark.core.http import Body


class State(IntEnum):
    """The numbers are stored for ever. FAILED and UNKNOWN wait for a person."""

    HELD = 0  # undo is possible, or it waits for its time
    READY = 1  # the message is born and stands in the thread
    SENDING = 2  # handed to the network under a lease
    SENT = 3
    FAILED = 4
    CANCELLED = 5
    UNKNOWN = 6  # may have been sent: Hark stopped between the server's yes and its own note of it


class OutboxChanged(Event, frozen=True, kw_only=True):
    """A row of the outbox was made or has another state."""

    kind: ClassVar[int] = 90
    outbox_id: UUID
    state: int


class DeliveryReported(Event, frozen=True, kw_only=True):
    """A delivery report came in about a message that had left. `failed`: it did not reach its recipient."""

    kind: ClassVar[int] = 91
    message_id: UUID
    failed: bool


EVENTS: tuple[type[Event], ...] = (OutboxChanged, DeliveryReported)

IMMEDIATE = frozenset({2})
"""Kinds of accounts whose customers read from our own database: a reply has arrived once its message is born. Nothing
is handed to a channel, nothing can be undone, and it has no recipients."""


_ADDRESS = r"^[^\s@<>,;\"]+@[^\s@<>,;\"]+$"


class Recipient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A recipient."""

    address: Annotated[str, msgspec.Meta(min_length=3, max_length=320, pattern=_ADDRESS)]
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""


def is_recipient(address: str) -> bool:
    """Whether mail is sent to such an address: one mailbox, nothing quoted. What comes in may be written from others."""
    return 3 <= len(address) <= 320 and re.match(_ADDRESS, address) is not None


Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class NewReplyBody(Body):
    """What an agent sends. `id` is made by the client: the same request twice is one reply.

    `seen_seq`: the last number of the thread the agent has seen. `endpoint_id`: where to answer, by itself where the
    customer last wrote; a chat has no recipients. `keep_until`: "send and keep", with the promised time.
    `send_at`: not before this time. `cancel_if_customer_writes`: dropped when the customer writes first.
    `from_address`: the mailbox's address or an alias of it; without one the address the customer wrote to.
    """

    id: UUID
    text: Annotated[str, msgspec.Meta(max_length=500_000)]
    seen_seq: Annotated[int, msgspec.Meta(ge=0)]
    endpoint_id: UUID | None = None
    to: Annotated[list[Recipient], msgspec.Meta(max_length=100)] = []
    html: Annotated[str, msgspec.Meta(max_length=2_000_000)] | None = None
    cc: Annotated[list[Recipient], msgspec.Meta(max_length=100)] = []
    bcc: Annotated[list[Recipient], msgspec.Meta(max_length=100)] = []
    attachment_ids: Annotated[list[UUID], msgspec.Meta(max_length=50)] = []
    keep: bool = False
    keep_until: Moment | None = None
    resolve: bool = False
    send_at: Moment | None = None
    cancel_if_customer_writes: bool = False
    from_address: Annotated[str, msgspec.Meta(max_length=320)] = ""


class RuleMark(msgspec.Struct, frozen=True, kw_only=True):
    """What marks a reply as a rule's: no person wrote it. `name`: of the rule when it ran."""

    rule_id: int
    name: str


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a row of the outbox carries (column `body`). `remaining`: the recipients that are still to be tried, all when
    it is empty; `partly`: somebody has it already."""

    text: str
    html: str | None = None
    to: list[Recipient] = []
    cc: list[Recipient] = []
    bcc: list[Recipient] = []
    subject: str = ""
    attachment_ids: list[UUID] = []
    keeps_ball: bool = False
    promise_until: datetime | None = None
    resolve: bool = False
    scheduled: bool = False
    parent: str | None = None  # set at release: the id that is answered, and the chain before it
    references: list[str] = []
    letter: bool = False  # text and files stand here: the mail carries several messages of a chat, or none
    quotes: UUID | None = None  # the endpoint whose last question a letter quotes
    from_address: str = ""  # the mailbox's own address when empty
    thread_index: str = ""  # set at release, as Outlook wrote them into the mail that is answered
    thread_topic: str = ""
    remaining: list[str] = []
    partly: bool = False
    bot: dict[str, Any] | None = None  # a bot's words: hark.bots.types.Part
    rule: RuleMark | None = None  # a rule's

    @property
    def automatic(self) -> bool:
        """Whether no person wrote it."""
        return self.bot is not None or self.rule is not None


class OutboxRow(msgspec.Struct, kw_only=True):
    """A row of the outbox, whole."""

    workspace_id: int
    id: UUID
    conversation_id: UUID
    endpoint_id: UUID
    agent_id: int | None
    message_id: UUID | None
    body: Content
    state: State
    release_at: datetime
    next_try_at: datetime
    seen_seq: int
    cancel_if_customer_writes: bool
    attempts: int
    error: str | None
    created_at: datetime


class OutboxView(msgspec.Struct, kw_only=True):
    """A reply on its way, as people see it. `body` is there while it can still be edited or sent again by hand."""

    id: UUID
    conversation_id: UUID
    endpoint_id: UUID
    agent_id: int | None
    message_id: UUID | None
    state: str
    body: Content
    release_at: datetime
    next_try_at: datetime
    cancel_if_customer_writes: bool
    attempts: int
    error: str | None
    created_at: datetime
    can: list[str]


class UnseenMessage(msgspec.Struct, kw_only=True):
    """A public message that the author of a reply has not seen."""

    id: UUID
    seq: int
    direction: str
    author_id: str | None
    at: datetime
    text: str


class OutFile(msgspec.Struct, frozen=True, kw_only=True):
    """An attachment with its bytes."""

    id: UUID
    name: str
    content_type: str
    payload: bytes
    cid: str | None = None


class QuotedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The message that is answered, for the quoted tail. `html` is as it came, not yet sanitised."""

    name: str
    at: datetime
    text: str
    html: str | None = None


class OutAccount(msgspec.Struct, frozen=True):
    """The account a message leaves through; `config` as stored, secrets still encrypted."""

    id: int
    kind: int
    name: str
    address: str
    config: dict[str, Any]


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a channel needs to send one message. The same for every try, so that the bytes are the same.

    `from_address` is the sender's. `letter`: no person wrote it to be sent as this mail; `automatic`: a bot or a rule did. `remaining`: of the recipients
    only these are left, all when it is empty. `thread_index`, `thread_topic`: what Outlook wrote into the parent.
    """

    workspace_id: int
    outbox_id: UUID
    account: OutAccount
    external_id: str
    author_name: str
    to: list[Recipient]
    cc: list[Recipient]
    bcc: list[Recipient]
    subject: str
    text: str
    html: str | None
    at: datetime
    locale: str
    time_zone: str
    parent: str | None
    references: list[str]
    quoted: QuotedMessage | None
    files: list[OutFile]
    from_address: str = ""
    letter: bool = False
    automatic: bool = False
    remaining: list[str] = []
    thread_index: str = ""
    thread_topic: str = ""


class SendFailed(Exception):
    """A channel could not hand a message over. `sentence` is for people; see `hark.channels.base.TransportError`.

    `account`: nothing can be sent through this account until somebody puts it right. `wait_s`: nothing is wrong with the
    message, and it is tried again after so many seconds, however often.
    """

    def __init__(
        self, sentence: str, *, permanent: bool, maybe_sent: bool = False, account: bool = False,
        wait_s: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__(sentence)
        self.sentence = sentence
        self.permanent = permanent
        self.maybe_sent = maybe_sent
        self.account = account
        self.wait_s = wait_s


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """The other side has it, but for these: `refused` for good and `later`, to be tried again; with its answers.

    `taken` is false when it took it for nobody. `note`: a sentence about how it was sent, for the thread.
    """

    provider_id: str | None = None
    refused: dict[str, str] = {}
    later: dict[str, str] = {}
    taken: bool = True
    note: str = ""


class Turn(NamedTuple):
    """A message has to wait its turn: for so long, and why."""

    wait_s: float
    sentence: str


def _at_once(_: Outgoing) -> Turn | None:
    return None


class OutChannel(NamedTuple):
    """How one kind of account sends. `new_id(outbox id, sender's address)` is stable; `prepare` makes the bytes (nothing
    leaves the house); `send` hands them over and raises SendFailed; `idempotent`: a repeated send is recognised by the
    provider. `turn`: whether the message must wait, asked before it is prepared.
    """

    new_id: Callable[[UUID, str], str]
    prepare: Callable[[Outgoing], Awaitable[Any]]
    send: Callable[[Outgoing, Any], Awaitable[Handed]]
    idempotent: bool = False
    turn: Callable[[Outgoing], Turn | None] = _at_once
