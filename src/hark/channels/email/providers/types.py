"""What a provider's request is, what stands in it, and how it is refused."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from hark.channels.email.types import DeliveryReport


class Refused(Exception):
    """The request does not prove that it comes from the provider. Holds one sentence for the mailbox's page.

    The answer is 401: every provider tries again after that (Postmark gives up at 403, Mailgun at 406), so a mistyped
    key loses no mail.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class FormFile(NamedTuple):
    """A part of a form that has a file name."""

    filename: str
    content_type: str
    payload: bytes


class Form(msgspec.Struct, kw_only=True):
    """A posted form. Of several fields with one name the last counts. `cut`: the true size of those that were too large
    to keep, of which the beginning is here."""

    fields: dict[str, bytes] = {}
    files: dict[str, FormFile] = {}
    cut: dict[str, int] = {}

    def text(self, name: str) -> str:
        """A short field; "" when it is not there."""
        return self.fields.get(name, b"").decode("utf-8", "replace")


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `headers` by lower-case name; a form stands in `form`, anything else in `body`.

    `digest`: SHA-256 of SendGrid's timestamp header followed by the body as it came, which is what SendGrid signs.
    """

    headers: Mapping[str, str]
    now: datetime
    body: bytes = b""
    form: Form | None = None
    digest: bytes = b""


class Secrets(msgspec.Struct, frozen=True, kw_only=True):
    """What a mailbox knows of its provider, in clear. `certificate`: PEM of the one that the request names (SNS)."""

    password: str = ""
    signing_key: str = ""
    public_keys: Sequence[str] = ()
    topics: Sequence[str] = ()
    certificate: bytes = b""


class StoredMail(NamedTuple):
    """Where Amazon SES has put a mail that it did not send along."""

    region: str
    bucket: str
    key: str

    def __str__(self) -> str:
        return f"the S3 bucket {self.bucket} under {self.key}"


class PostedMail(msgspec.Struct, frozen=True, kw_only=True):
    """A mail as the provider got it. `peer` and `helo`: the server that handed it to the provider, where that is told.

    With a `problem` it is kept for a person instead of being processed: `raw` is then what could be had of it, and
    `size` its true size where that is known to differ. `stored`: where the mail itself can be fetched.
    """

    raw: bytes
    mail_from: str = ""
    recipients: list[str] = []
    peer: str = ""
    helo: str = ""
    problem: str = ""
    size: int | None = None
    stored: StoredMail | None = None


class PostedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a mail that left by the provider. `raw` is its JSON as it came; `id` is the same for every try."""

    raw: bytes
    id: str
    report: DeliveryReport


class Taken(msgspec.Struct, kw_only=True):
    """All that stands in one request, once it is proven.

    `ignored` events say nothing about delivery (opened, clicked). `unknown`: JSON of the provider that nobody here
    understands. `token`: good for this content only. `confirm`: an address to be called. `notice`: for the mailbox's page.
    """

    mails: list[PostedMail] = []
    events: list[PostedEvent] = []
    unknown: list[bytes] = []
    ignored: int = 0
    token: str = ""
    confirm: str = ""
    notice: str = ""
