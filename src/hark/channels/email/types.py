"""What a mail looks like once it is read."""

from datetime import date, datetime
from typing import Literal, NamedTuple

import msgspec

Security = Literal["tls", "starttls", "none"]
MailKind = Literal["human", "auto_reply", "out_of_office", "bulk", "loop"]


class Address(msgspec.Struct, frozen=True):
    """One mailbox. `address` keeps the local part as written and has its domain in lower case; `name` may be empty."""

    name: str
    address: str


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """One part that is not the mail's text. `index` counts from 0 and is stable for the same raw bytes."""

    index: int
    name: str
    content_type: str
    size: int
    payload: bytes
    cid: str | None = None
    inline: bool = False


class ParsedMail(msgspec.Struct, kw_only=True):
    """A mail read from bytes. No field holds NUL or lone surrogates, so every one can be stored as text.

    `text` is never None: a mail with HTML only has its text taken from the HTML (`text_from_html`).
    `date` is the sender's claim in UTC, or None. `message_id` and the id lists have no angle brackets.
    `headers` holds the first value, by lower-case name, of the headers in `mime.KEPT_HEADERS` that are present.
    `notes` are sentences for people about what else the mail is: an invitation, signed, encrypted; they are the text of a
    mail that has none. `problems` are sentences for the ledger: what was odd and how it was read anyway.
    """

    from_: Address | None = None
    sender: Address | None = None
    reply_to: list[Address] = []
    to: list[Address] = []
    cc: list[Address] = []
    bcc: list[Address] = []
    subject: str = ""
    date: datetime | None = None
    message_id: str | None = None
    in_reply_to: list[str] = []
    references: list[str] = []
    content_type: str = "text/plain"
    text: str = ""
    html: str | None = None
    text_from_html: bool = False
    attachments: list[Attachment] = []
    headers: dict[str, str] = {}
    hops: int = 0  # Received fields, that is mail servers passed
    notes: list[str] = []
    problems: list[str] = []


class SafeHtml(msgspec.Struct, frozen=True, kw_only=True):
    """HTML that executes nothing and loads nothing remote until asked.

    A remote image has its address in `data-remote-src`; `remote_images` counts them. Quoted history stands in
    `<blockquote data-quote>` or `<div data-quote>`; `has_quote` says whether there is one to fold.
    """

    html: str
    remote_images: int = 0
    has_quote: bool = False


class SplitReply(NamedTuple):
    """A mail's text in three parts; joined by newlines they hold every word of it."""

    visible: str
    quoted: str
    signature: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The fate of one recipient: `status` is an enhanced code such as 5.1.1 (RFC 3463). Where the report states none it is a
    code of ours, X.0.9nn, that stands for `reason`, or empty; people are shown `stated_status` only."""

    address: str
    action: Literal["failed", "delayed", "delivered", "relayed", "expanded", "complained"]
    status: str = ""
    hard: bool = False
    reason: str = ""
    diagnostic: str = ""

    @property
    def stated_status(self) -> str:
        """`status` as the other server gave it, empty when it gave none."""
        return "" if ".0.9" in self.status and len(self.status) == 7 else self.status


class DeliveryReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a bounce, delay or complaint says. `original_message_id` has no angle brackets."""

    recipients: list[Report]
    original_message_id: str | None = None
    reporting_mta: str = ""


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """One mail as it came over SMTP or LMTP, or (`http`) from a provider's server. `recipients` are the envelope's, `raw`
    is byte for byte what was sent."""

    mail_from: str
    recipients: list[str]
    raw: bytes
    peer: str
    helo: str
    protocol: Literal["smtp", "lmtp", "http"]


class OutEnvelope(msgspec.Struct, frozen=True, kw_only=True):
    """Where an outgoing mail goes: `sender` is the bounce address, `recipients` hold To, Cc and Bcc."""

    sender: str
    recipients: list[str]


class SmtpConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A server that sends for a mailbox."""

    host: str
    port: int = 587
    security: Security = "starttls"
    username: str = ""
    password: str = ""
    oauth: bool = False  # signs in with an access token instead of the password
    verify: bool = True  # check the server's certificate
    timeout_s: float = 30.0


class ImapConfig(msgspec.Struct, frozen=True, kw_only=True):
    """A mailbox that is watched. `after_fetch` says what happens to a mail there once it is stored here.

    `history`: also fetch what arrived before a folder was first watched: all of it (True) or from a day on.
    """

    host: str
    port: int = 993
    security: Security = "tls"
    username: str = ""
    password: str = ""
    oauth: bool = False  # signs in with an access token instead of the password
    verify: bool = True
    timeout_s: float = 30.0
    folders: tuple[str, ...] = ("INBOX",)
    after_fetch: Literal["keep", "seen", "move", "delete"] = "keep"
    move_to: str = ""  # the folder for "move"
    poll_s: float = 60.0  # how often folders are looked at even when the server tells nothing
    history: bool | date = False
    max_bytes: int = 26_214_400


class ImapScan(msgspec.Struct, frozen=True, kw_only=True):
    """A walk through what a folder holds already, oldest first: mails up to UID `last` that arrived from `since` on and
    before `before` (None: no bound). `uid` has been passed, which makes `done` of `total` mails."""

    since: date | None = None
    before: date | None = None
    last: int
    uid: int = 0
    done: int = 0
    total: int = 0
    ended_at: datetime | None = None


class ImapCursor(msgspec.Struct, frozen=True, kw_only=True):
    """How far one folder has been read. `since`: when it was first watched (None: it was read from its beginning).

    `history` walks through what was there before, `again` through what arrived since `since`, after the server has
    renumbered the folder.
    """

    uidvalidity: int
    uid: int
    since: datetime | None = None
    history: ImapScan | None = None
    again: ImapScan | None = None


class ImapItem(msgspec.Struct, frozen=True, kw_only=True):
    """One mail of a watched folder. With a `problem` (too large, unreadable) `raw` holds what could be had of it.

    `history`: it was there before the folder was watched. `sent`: it lies in the folder of sent mails.
    """

    folder: str
    uidvalidity: int
    uid: int
    raw: bytes
    received_at: datetime | None
    problem: str | None = None
    history: bool = False
    sent: bool = False
