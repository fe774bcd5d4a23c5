"""What comes in, as every channel hands it over, and the fate it ends in."""

from datetime import datetime
from enum import IntEnum
from typing import Literal, NamedTuple
from uuid import UUID

import msgspec

from hark.conversations.types import Authentication
from hark.delivery.settling import Reported


class Fate(IntEnum):
    """How an item of the ledger ended. The numbers are stored for ever; HELD and PARKED wait for a person."""

    OPEN = 0
    NEW = 1  # began a conversation
    MESSAGE = 2  # joined one
    APPLIED = 3
    BOUNCE = 4
    AUTO_REPLY = 5
    HELD = 6
    PARKED = 7
    DUPLICATE = 8
    LOOP = 9
    SPAM = 10
    DROPPED = 11


ATTENTION = frozenset({Fate.HELD, Fate.PARKED})  # wait for a person
REPLAYABLE = frozenset({Fate.PARKED, Fate.DROPPED})  # can be tried again
ACCEPTABLE = frozenset({Fate.HELD, Fate.AUTO_REPLY, Fate.LOOP, Fate.BOUNCE, Fate.DUPLICATE})  # into a conversation


class Source(IntEnum):
    SMTP = 1
    LMTP = 2
    IMAP = 3
    IMPORT = 4
    SPOOL = 5
    API = 6
    MESSENGER = 7  # the message itself is all there is: no raw bytes are kept beside it


Kind = Literal["human", "auto_reply", "out_of_office", "bulk", "bounce", "loop"]


class Envelope(msgspec.Struct, kw_only=True, omit_defaults=True):
    """What the transport said about an item. `from_team`: history import knows that a person of the team wrote it.
    `thread`: the key that import gives all mails of one thread; `orphan`: its reference headers may have been lost.
    `provider`: who posted it (webhook); with `event` it is a delivery event of that provider instead of a mail."""

    mail_from: str = ""
    rcpt_to: list[str] = []
    recipients: int = 0  # how many there were; `rcpt_to` keeps the first MAX_KEPT_RECIPIENTS
    peer: str = ""
    helo: str = ""
    authentication: Authentication | None = None  # of a mail that was checked while it came in
    folder: str = ""
    uid: int = 0
    from_team: bool = False
    thread: str = ""
    orphan: bool = False
    provider: str = ""
    event: bool = False


MAX_KEPT_RECIPIENTS = 50


class NewItem(msgspec.Struct, frozen=True, kw_only=True):
    """One mail on its way into the ledger of one account. `occurred_at` only for history: the mail's own time counts.

    `reason` with a fate other than OPEN records an item that is not to be processed (an oversized mail of a mailbox).
    """

    workspace_id: int
    account_id: int
    source: Source
    raw: bytes
    envelope: Envelope
    occurred_at: datetime | None = None
    fate: Fate = Fate.OPEN
    reason: str | None = None
    size: int | None = None  # the true size when `raw` holds less than the mail
    external_id: str | None = None  # when `raw` cannot tell one mail from another


class Accepted(NamedTuple):
    """The ledger has it, durably. `fresh` is false when it had it before: nothing was changed."""

    id: UUID
    fresh: bool


class Item(msgspec.Struct, kw_only=True):
    """A row of the ledger, as far as processing needs it."""

    workspace_id: int
    id: UUID
    account_id: int
    external_id: str
    received_at: datetime
    occurred_at: datetime | None
    source: Source
    envelope: Envelope
    blob_key: str
    attempts: int


NOBODY = "unknown-sender@unknown.invalid"  # RFC 2606: a name that can never receive mail


class Party(msgspec.Struct, frozen=True):
    """A mailbox in a header. `address` may be empty when only a name could be read."""

    name: str
    address: str


class InboundFile(msgspec.Struct, frozen=True, kw_only=True):
    """One attachment with its bytes."""

    name: str
    content_type: str
    payload: bytes
    cid: str | None = None
    inline: bool = False


class Inbound(msgspec.Struct, kw_only=True):
    """A received item in the words all channels share; made by the channel's pure reader from the raw bytes.

    No text holds NUL or lone surrogates. Ids have no angle brackets and are never empty. `own_ids`: messages of ours
    whose signed Message-ID the threading headers (or a bounce) name, nearest first. `quoted_at`: where the quoted
    history begins in `text`. `notes` and `problems` are sentences: what it is beside its text, and what was odd.
    """

    from_address: str  # "" when the item names no sender
    from_name: str = ""
    to: list[Party] = []
    cc: list[Party] = []
    reply_to: list[Party] = []
    subject: str = ""
    date: datetime | None = None
    external_id: str | None = None
    in_reply_to: list[str] = []
    references: list[str] = []
    text: str = ""
    quoted_at: int | None = None
    html: str | None = None
    attachments: list[InboundFile] = []
    kind: Kind = "human"
    kind_reason: str = ""
    own_ids: list[UUID] = []
    machine: bool = False  # nothing automatic may answer it (RFC 3834)
    is_own: bool = False  # its own Message-ID is one that Hark signed
    report: list[Reported] = []
    authentication: Authentication | None = None  # what a trusted server wrote into it
    thread_index: str = ""  # what Outlook threads by, "" from other programs
    thread_topic: str = ""
    reported_id: str | None = None  # of a bounce: the id of the mail that could not be delivered
    notes: list[str] = []
    problems: list[str] = []


class ReadContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader may know besides the bytes: the workspace, its own addresses, the envelope. `peer` is the address of
    the server that handed it over, "" for what was fetched. `provider` and `event` as in the envelope."""

    workspace_id: int
    own_addresses: frozenset[str]
    mail_from: str = ""
    peer: str = ""
    provider: str = ""
    event: bool = False


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """The fate of an item and the sentence a person reads about it."""

    fate: Fate
    reason: str | None = None
    conversation_id: UUID | None = None
    message_id: UUID | None = None
