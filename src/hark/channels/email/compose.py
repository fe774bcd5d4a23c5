"""An outgoing mail as bytes. Pure: the same input gives the same bytes, so a repeated send is recognisable.

The header rules by which mail programs put an answer into its thread, with their sources, are in
docs/develop/delivery.md ("Threads in mail programs").
"""

import hashlib
import hmac
import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from textwrap import wrap
from typing import Literal
from uuid import UUID

import msgspec
from babel.dates import format_datetime as babel_datetime

from hark.channels.email.headers import one_line
from hark.channels.email.outlook import answer_index
from hark.channels.email.sanitize import html_to_text, text_to_html
from hark.channels.email.types import Address

POLICY = SMTP.clone(max_line_length=76, cte_type="7bit")
MAX_REFERENCES = 20  # the first is kept with the newest; longer chains are cut by servers on the way
TOKEN_LENGTH = 16  # hex digits, 64 bits: too many to guess, short enough to read
REPLY_PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|sv|antw|vs|odp|r|rif|ref|res|回复|回覆|答复|답장|회신|返信)(?:\[\d+\])?\s*[:：]\s*)+",
    re.IGNORECASE,
)
ATOMS = re.compile(r"[\w !#$%&'*+/=?^`{|}~-]+", re.ASCII)
OWN_ID = re.compile(r"^h\.([0-9a-f]{32})\.([0-9a-f]{16})@")
WROTE = {"en": "On {at}, {name} wrote:", "ko": "{at}, {name}님이 작성:", "it": "Il {at}, {name} ha scritto:"}
Automatic = Literal["auto-generated", "auto-replied"]  # of itself, or as an answer to one mail (RFC 3834 5)
MIME_TYPE = re.compile(r"^[\w!#$&^.+-]+/[\w!#$&^.+-]+$")


class OutFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file to send. With `cid` it is shown inside the HTML (`<img src="cid:...">`)."""

    name: str
    content_type: str
    payload: bytes
    cid: str | None = None


class Quoted(msgspec.Struct, frozen=True, kw_only=True):
    """The message answered, for the tail: `at` in the zone the reader should see; `html` already sanitised."""

    name: str
    at: datetime
    text: str
    html: str | None = None


def new_message_id(outbox_id: UUID, *, domain: str, secret: bytes) -> str:
    """`h.{outbox id}.{token}@domain`: the same for every try of one outbox row, and not to be forged without `secret`."""
    return f"h.{outbox_id.hex}.{_token(outbox_id, secret)}@{domain}"


def own_message_id(message_id: str, secret: bytes) -> UUID | None:
    """The outbox row a Message-ID of ours names (with or without angle brackets), or None when we did not make it."""
    match = OWN_ID.match(message_id.strip().strip("<>").lower())
    if match is None:
        return None
    outbox_id = UUID(hex=match[1])
    return outbox_id if hmac.compare_digest(match[2], _token(outbox_id, secret)) else None


def _token(outbox_id: UUID, secret: bytes) -> str:
    return hmac.new(secret, b"message-id:" + outbox_id.bytes, hashlib.sha256).hexdigest()[:TOKEN_LENGTH]


def bare_subject(subject: str) -> str:
    """The subject without the prefixes of answers."""
    return REPLY_PREFIX.sub("", one_line(subject)).strip()


def reply_subject(subject: str) -> str:
    """`Re: ` before the subject exactly once, whatever prefixes other programs have piled up."""
    bare = bare_subject(subject)
    return f"Re: {bare}" if bare else "Re:"


def thread_references(parent_id: str | None, parent_references: Sequence[str]) -> list[str]:
    """References for an answer (RFC 5322 3.6.4): the parent's chain, then the parent; the first and newest are kept."""
    chain = list(dict.fromkeys([*parent_references, *([parent_id] if parent_id else [])]))
    if parent_id and chain[-1] != parent_id:
        chain.remove(parent_id)
        chain.append(parent_id)
    return chain if len(chain) <= MAX_REFERENCES else [chain[0], *chain[-(MAX_REFERENCES - 1) :]]


def build_reply(*, from_: Address, to: Sequence[Address], subject: str, text: str, message_id: str, date: datetime,
                html: str | None = None, cc: Sequence[Address] = (), reply_to: Address | None = None,
                parent_id: str | None = None, parent_references: Sequence[str] = (), quoted: Quoted | None = None,
                locale: str = "en", files: Sequence[OutFile] = (), automatic: Automatic | None = None,
                thread_index: str = "", thread_topic: str = "", loop_token: str | None = None,
                extra: Sequence[tuple[str, str]] = (), renamed: bool = False) -> bytes:  # fmt: skip
    """An answer, or with `parent_id=None` a new mail, as CRLF bytes in 7-bit transfer encoding.

    Bcc recipients belong only into the envelope and are therefore no argument. `html` is trusted (sanitised before).
    `subject` gets `Re: ` once when there is a parent. `automatic`: no person wrote it as this mail. `thread_index` and
    `thread_topic` are those of the parent, where it has them. `extra` are further header fields. `renamed`: the server
    will give it another Message-ID, so ours stands at the end of References too, which answers repeat. Raises ValueError
    for an address that cannot stand in a header.
    """
    lines = [_address_field("From", [from_]), _address_field("To", to)]
    if cc:
        lines.append(_address_field("Cc", cc))
    if reply_to:
        lines.append(_address_field("Reply-To", [reply_to]))
    lines.append(_text_field("Subject", reply_subject(subject) if parent_id else one_line(subject)))
    lines += [f"Date: {format_datetime(date)}", f"Message-ID: <{message_id}>"]
    lines += _thread_fields(parent_id, parent_references, own=message_id if renamed else None)
    if parent_id and (index := answer_index(thread_index, date, message_id)):
        lines += [
            _text_field("Thread-Topic", one_line(thread_topic or bare_subject(subject))),
            f"Thread-Index: {index}",
        ]
    if automatic:
        lines.append(f"Auto-Submitted: {automatic}")  # RFC 3834 5
        lines.append("X-Auto-Response-Suppress: All")  # Exchange's own way of saying it
    if loop_token:
        lines.append(f"X-Loop: {loop_token}")
    lines += [_text_field(name, one_line(value)) for name, value in extra]
    body = EmailMessage(policy=POLICY)
    _add_body(body, text, html, quoted, locale, [one for one in files if one.cid])
    for number, one in enumerate(one for one in files if not one.cid):
        _add_file(body, one, number)
    _fix_boundaries(body, message_id)
    return "\r\n".join([*lines, ""]).encode("ascii") + body.as_bytes(policy=POLICY)


def _address_field(name: str, addresses: Sequence[Address]) -> str:
    """One address a line: the standard library's folding loses quotes of long names, and addresses with them."""
    return f"{name}: " + ",\r\n ".join(_mailbox(one) for one in addresses)


def _mailbox(address: Address) -> str:
    wire = wire_address(address.address)
    name = one_line(address.name)
    if not name:
        return wire
    if not name.isascii() or "=?" in name or len(name) > 60:
        return f"{_words(name, 0)} <{wire}>"
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    shown = name if ATOMS.fullmatch(name) else f'"{escaped}"'
    return f"{shown} <{wire}>"


def wire_address(address: str) -> str:
    """The address as it travels in headers and envelope, an international domain in its ASCII form (RFC 5891).

    Raises ValueError for one that cannot travel.
    """
    local, _, domain = address.rpartition("@")
    if not local or not domain or not local.isascii() or re.search(r"[\s\x00-\x1f\x7f<>,;]", address):
        raise ValueError(f"{address!r} is not a mail address.")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"


def _text_field(name: str, value: str) -> str:
    if value.isascii() and "=?" not in value and len(value) + len(name) <= 900:
        return f"{name}: " + "\r\n ".join(wrap(value, 74 - len(name), break_long_words=False, break_on_hyphens=False))
    return f"{name}: {_words(value, len(name) + 2)}"


def _words(value: str, used: int) -> str:
    """RFC 2047 encoded words of at most 75 characters, folded; no character is cut in two."""
    words: list[str] = []
    chunk = b""
    room = (75 - used % 60 - len("=?utf-8?b??=")) // 4 * 3
    for char in value:
        encoded = char.encode("utf-8", "replace")
        if len(chunk) + len(encoded) > room:
            words.append(chunk.decode("latin-1"))
            chunk, room = b"", 45
        chunk += encoded
    words.append(chunk.decode("latin-1"))
    return "\r\n ".join(f"=?utf-8?b?{b64encode(one.encode('latin-1')).decode('ascii')}?=" for one in words)


def _thread_fields(parent_id: str | None, parent_references: Sequence[str], own: str | None) -> list[str]:
    """One id a line and never an encoded word: readers compare ids byte by byte."""
    chain = [one for one in (*thread_references(parent_id, parent_references), own) if one and _plain_id(one)]
    fields = [f"In-Reply-To: <{parent_id}>"] if parent_id and _plain_id(parent_id) else []
    return [*fields, "References: " + "\r\n ".join(f"<{one}>" for one in chain)] if chain else fields


def _plain_id(one: str) -> bool:
    return one.isascii() and one.isprintable() and " " not in one and len(one) <= 900


def _add_body(mail: EmailMessage, text: str, html: str | None, quoted: Quoted | None, locale: str,
              inline: list[OutFile]) -> None:  # fmt: skip
    plain = (text or html_to_text(html or "")).replace("\r\n", "\n").rstrip("\n") + "\n"
    rich = html if html is not None else text_to_html(text)
    if quoted is not None:
        wrote = _wrote_line(quoted, locale)
        plain += f"\n{wrote}\n" + "".join(
            f"> {line}\n".replace("> \n", ">\n") for line in quoted.text.rstrip("\n").split("\n")
        )
        rich += (
            f'<br><div class="hark-quote gmail_quote"><div dir="ltr">{escape(wrote)}</div>'
            '<blockquote type="cite" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">'
            f"{quoted.html if quoted.html is not None else text_to_html(quoted.text)}</blockquote></div>"
        )
    mail.set_content(plain, cte="quoted-printable")
    mail.add_alternative(f'<html><head><meta charset="utf-8"></head><body>{rich}</body></html>', subtype="html",
                         cte="quoted-printable")  # fmt: skip
    if inline:
        body = mail.get_payload(1)
        assert isinstance(body, MIMEPart)
        for one in inline:
            main, sub = _type_of(one)
            body.add_related(
                one.payload, main, sub, cid=f"<{one.cid}>", filename=_file_name(one, 0), disposition="inline"
            )


def _wrote_line(quoted: Quoted, locale: str) -> str:
    language = locale.split("-")[0].split("_")[0].lower()
    language = language if language in WROTE else "en"
    if language == "ko":
        half = "오전" if quoted.at.hour < 12 else "오후"
        at = babel_datetime(quoted.at, f"y년 M월 d일 (EEE) '{half}' h:mm", locale="ko")
    else:
        at = babel_datetime(quoted.at, "d MMM y, HH:mm", locale=language)
    return WROTE[language].format(at=at, name=one_line(quoted.name))


def _type_of(one: OutFile) -> tuple[str, str]:
    kind = one.content_type if MIME_TYPE.match(one.content_type) else "application/octet-stream"
    main, _, sub = kind.partition("/")
    # A mail or multipart in a file travels as bytes: re-encoding it would change what was attached.
    return ("application", "octet-stream") if main in ("multipart", "message") else (main, sub)


def _file_name(one: OutFile, number: int) -> str:
    return one_line(one.name) or f"attachment-{number + 1}"


def _add_file(mail: EmailMessage, one: OutFile, number: int) -> None:
    main, sub = _type_of(one)
    mail.add_attachment(one.payload, maintype=main, subtype=sub, filename=_file_name(one, number))


def _fix_boundaries(mail: EmailMessage, message_id: str) -> None:
    """Boundaries from the Message-ID instead of at random, so that a second try has the same bytes."""
    seed = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{seed}_{number}")
