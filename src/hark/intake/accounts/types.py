"""What a mailbox is, as stored and as people see it."""

from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from hark.core.events import Event
from hark.core.http import Body

Security = Literal["tls", "starttls", "none"]
Host = Annotated[str, msgspec.Meta(min_length=1, max_length=253, pattern=r"^[^\s/@]+$")]
Port = Annotated[int, msgspec.Meta(ge=1, le=65535)]
Address = Annotated[str, msgspec.Meta(min_length=3, max_length=254, pattern=r"^[^\s@<>,;\"]+@[^\s@<>,;\"]+$")]
Seconds = Annotated[int, msgspec.Meta(ge=60, le=90 * 86_400)]
AfterFetch = Literal["keep", "seen", "move", "delete"]
FolderName = Annotated[str, msgspec.Meta(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
Auth = Literal["password", "google", "microsoft"]
"""How a server is signed in to: with the password, or by OAuth 2 (`hark.channels.email.oauth`), which needs none."""


class ImapServer(Body):
    """The server a mailbox is read from. Without `password` the stored one stays (same host and user name only), and
    so does a sign-in with OAuth (while there is a user name).

    `after_fetch`: what happens there to a mail that is stored here; `move_to` is the folder for "move". `history`: also
    fetch what was there before, all of it (true) or from a day on.
    """

    host: Host
    port: Port = 993
    security: Security = "tls"
    username: Annotated[str, msgspec.Meta(max_length=254)] = ""
    password: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    auth: Auth | None = None
    verify: bool = True
    folders: Annotated[list[FolderName], msgspec.Meta(min_length=1, max_length=20)] = msgspec.field(
        default_factory=lambda: ["INBOX"]
    )
    after_fetch: AfterFetch = "keep"
    move_to: FolderName = ""
    history: bool | date = False


class SmtpServer(Body):
    """The server a mailbox sends by."""

    host: Host
    port: Port = 587
    security: Security = "starttls"
    username: Annotated[str, msgspec.Meta(max_length=254)] = ""
    password: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    auth: Auth | None = None
    verify: bool = True


class Sending(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How mails of a mailbox look, and how fast they may leave. In `sender_name` and the signature stand variables such
    as `{agent}` (`hark.channels.email.sending.variables`). None: as the server's operator publishes it."""

    sender_name: str = ""
    signature_text: str = ""
    signature_html: str = ""
    per_minute: int | None = None
    per_day: int | None = None


WebhookProvider = Literal["ses", "sendgrid", "mailgun", "postmark"]


class MailWebhook(msgspec.Struct, kw_only=True):
    """A provider that posts mails and delivery events to a mailbox. `password` and `secret` are encrypted.

    `nonce` is part of the address that was given out, and so is `password`. `secret`: Mailgun's signing key, or Amazon's
    secret of `access_key_id`; `public_keys`: SendGrid's; `topics`: of Amazon SNS.
    """

    provider: WebhookProvider
    nonce: str
    password: str
    secret: str | None = None
    public_keys: list[str] = []
    topics: list[str] = []
    access_key_id: str = ""


class NewWebhook(Body):
    """Without `secret` the stored one stays (of the same `access_key_id`). `new_address` voids the old one."""

    provider: WebhookProvider
    secret: Annotated[str, msgspec.Meta(max_length=500)] | None = None
    public_keys: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]], msgspec.Meta(max_length=5)
    ] = []
    topics: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=400)]], msgspec.Meta(max_length=10)
    ] = []
    access_key_id: Annotated[str, msgspec.Meta(max_length=128, pattern=r"^[A-Za-z0-9_]*$")] = ""
    new_address: bool = False


class MailboxConfig(msgspec.Struct, kw_only=True):
    """Column `config`: the servers, whose `password` is encrypted here. `signed_in_at`: the last sign-in with OAuth."""

    imap: ImapServer | None = None
    smtp: SmtpServer | None = None
    sending: Sending = Sending()
    signed_in_at: datetime | None = None
    webhook: MailWebhook | None = None


class NewMailbox(Body):
    """Without `imap`, mail comes in by Hark's own SMTP or LMTP reception only; without `smtp` nothing can be sent."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    address: Address
    team_id: int | None = None
    calendar_id: int | None = None
    expect_s: Seconds = 43_200
    patience_s: Seconds = 26_640
    silent_after_s: Seconds | None = None
    silence_alarm: bool = True
    imap: ImapServer | None = None
    smtp: SmtpServer | None = None


class MailboxPatch(Body):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | msgspec.UnsetType = msgspec.UNSET
    team_id: int | msgspec.UnsetType | None = msgspec.UNSET
    calendar_id: int | msgspec.UnsetType = msgspec.UNSET
    expect_s: Seconds | msgspec.UnsetType = msgspec.UNSET
    patience_s: Seconds | msgspec.UnsetType = msgspec.UNSET
    silent_after_s: Seconds | msgspec.UnsetType | None = msgspec.UNSET
    silence_alarm: bool | msgspec.UnsetType = msgspec.UNSET
    imap: ImapServer | msgspec.UnsetType | None = msgspec.UNSET
    smtp: SmtpServer | msgspec.UnsetType | None = msgspec.UNSET


class MailboxTest(Body):
    """Servers to try. With `id`, a missing password is the stored one of that mailbox."""

    id: int | None = None
    imap: ImapServer | None = None
    smtp: SmtpServer | None = None


class ServerView(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A server without its secret."""

    host: str
    port: int
    security: Security
    username: str
    has_password: bool
    auth: Auth
    verify: bool
    folders: list[str] = []
    after_fetch: str = ""
    move_to: str = ""
    history: bool | date = False


class HistoryProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far the fetching of history is: `done` of `total` mails, over all folders. `total` may be 0 until it is known."""

    done: int
    total: int
    ended: bool


class Mailbox(msgspec.Struct, kw_only=True):
    """A mailbox as people see it. `problem` is the sentence about what is wrong now, null when all is well.

    `silence_alarm`: whether it tells when it is silent for longer than usual, beside the fixed limit `silent_after_s`.
    """

    id: int
    name: str
    address: str
    team_id: int | None
    calendar_id: int
    expect_s: int
    patience_s: int
    silent_after_s: int | None
    silence_alarm: bool
    imap: ServerView | None
    smtp: ServerView | None
    history: HistoryProgress | None
    last_item_at: datetime | None
    problem: str | None
    problem_at: datetime | None
    can: list[str]


class MailboxChanged(Event, frozen=True, kw_only=True):
    """A mailbox was connected, changed or disconnected, or its problem is another one."""

    kind: ClassVar[int] = 100
    account_id: int


EVENTS: tuple[type[Event], ...] = (MailboxChanged,)


class AccountState(msgspec.Struct, frozen=True):
    """What the worker needs of a mailbox to read from it. `time_zone` is the workspace's."""

    workspace_id: int
    id: int
    address: str
    config: dict[str, Any]
    cursor: dict[str, Any]
    connected_at: datetime
    last_item_at: datetime | None
    silent_after_s: int | None
    silence_alarm: bool
    calendar_id: int
    time_zone: str
    problem: str | None
    problem_at: datetime | None
