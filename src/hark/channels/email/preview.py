"""A mail of the ledger as a person looks at it before deciding: what it says, its header lines, what was odd."""

import re
from datetime import datetime

import msgspec

from hark.channels.email.headers import text_value, unfold
from hark.conversations.types import Authentication
from hark.intake.types import Envelope, Inbound, Kind

MAX_TEXT = 20_000  # characters
MAX_HEADER = 200_000  # bytes
MAX_LINES = 300
MAX_VALUE = 5_000  # characters
_FIELD = re.compile(rb"^([!-9;-~]{1,100})[ \t]*:([^\n]*(?:\n[ \t][^\n]*)*)", re.MULTILINE)


class HeaderLine(msgspec.Struct, frozen=True):
    """One header field, decoded and on one line."""

    name: str
    value: str


class FileName(msgspec.Struct, frozen=True):
    """An attachment; `size` in bytes."""

    name: str
    content_type: str
    size: int


class MailView(msgspec.Struct, frozen=True, kw_only=True):
    """`text` holds the first MAX_TEXT characters, `cut` says that there are more. `problems` are sentences; `reports` say
    what a delivery report is about. `authentication`: what the checks of its origin found, null when it was not checked.
    """

    kind: Kind
    kind_reason: str
    date: datetime | None
    text: str
    cut: bool
    files: list[FileName]
    headers: list[HeaderLine]
    problems: list[str]
    reports: list[str]
    authentication: Authentication | None


def preview(raw: bytes, inbound: Inbound, envelope: Envelope) -> MailView:
    """What a person sees of a mail. `inbound` is the same mail, read."""
    return MailView(
        kind=inbound.kind, kind_reason=inbound.kind_reason, date=inbound.date, text=inbound.text[:MAX_TEXT],
        cut=len(inbound.text) > MAX_TEXT,
        files=[FileName(f.name, f.content_type, len(f.payload)) for f in inbound.attachments],
        headers=header_lines(raw), problems=inbound.problems, reports=[r.sentence for r in inbound.report],
        authentication=envelope.authentication or inbound.authentication,
    )  # fmt: skip


def header_lines(raw: bytes) -> list[HeaderLine]:
    """The header fields of a mail in their order, as far as there are any (RFC 5322 2.2); at most MAX_LINES."""
    head = raw[:MAX_HEADER].replace(b"\r\n", b"\n").replace(b"\r", b"\n").partition(b"\n\n")[0]
    lines = []
    for match in _FIELD.finditer(head):
        lines.append(HeaderLine(match[1].decode("ascii"), text_value(unfold(match[2]))[:MAX_VALUE]))
        if len(lines) == MAX_LINES:
            break
    return lines
