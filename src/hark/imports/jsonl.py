"""JSON lines: one message per line, for history that comes out of another program. `docs/admin/import.md` has the fields.

Each becomes a mail (RFC 5322), so that it goes the way of all mails. Ids and people without a domain get one under
`.invalid` (RFC 2606), which can never be anybody's.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from hark.imports.types import Found, Place, Unreadable

IDS, PEOPLE = "import.invalid", "people.import.invalid"
PLAIN_ID = re.compile(r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+$")
ADDRESS = re.compile(r"^[^\s<>\"',;()@]+@[^\s<>\"',;()@]+$")


class Person(msgspec.Struct):
    name: str = ""
    address: str = ""


class Line(msgspec.Struct, kw_only=True):
    """One line of the file; unknown fields are ignored."""

    id: str | int | None = None
    in_reply_to: list[str] | str | None = None
    references: list[str] | str | None = None
    at: float | str | None = None
    author: str | None = None
    staff: bool | None = None
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    from_: str | Person | None = msgspec.field(default=None, name="from")
    to: list[str | Person] | str | Person | None = None
    cc: list[str | Person] | str | Person | None = None


def scan(path: Path, limit: int) -> Iterator[Found | Unreadable]:
    """Every line."""
    with path.open("rb") as file:
        start = number = 0
        while line := file.readline(limit * 2):
            number += 1
            end = start + len(line)
            whole = line.endswith(b"\n") or len(line) < limit * 2
            while not whole and (rest := file.readline(1_000_000)):
                end += len(rest)
                whole = rest.endswith(b"\n")
            if line.strip():
                place = Place(path, start, end, f"line {number}")
                too_long = end - start >= limit * 2
                yield Unreadable(place.label, "the line is too long") if too_long else _found(place, line)
            start = end


def read(place: Place, limit: int) -> Found | Unreadable:
    """One line again."""
    with place.path.open("rb") as file:
        file.seek(place.start)
        return _found(place, file.read(place.end - place.start))


def _found(place: Place, line: bytes) -> Found | Unreadable:
    try:
        given = json.loads(line.decode("utf-8-sig", "replace"))
        message = msgspec.convert(given, Line)
    except ValueError as error:  # JSON's and msgspec's errors are both ValueErrors
        return Unreadable(place.label, f"this is no message ({error})")
    except RecursionError:
        return Unreadable(place.label, "this is no message (nested too deep)")
    if message.text is None and message.html is None:
        return Unreadable(place.label, "there is neither text nor html")
    at = _time(message.at)
    raw = to_mail(message, at)
    return Found(place=place, raw=raw, size=len(raw), at=at, staff=message.staff)


def _time(at: float | str | None) -> datetime | None:
    try:
        if isinstance(at, str):
            moment = datetime.fromisoformat(at)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return None if at is None else datetime.fromtimestamp(at, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def to_mail(message: Line, at: datetime | None) -> bytes:
    """The message as a mail: the same bytes for the same line, always."""
    fields: list[tuple[str, str]] = []
    if message.id is not None:
        fields.append(("Message-ID", f"<{mail_id(str(message.id))}>"))
    if at is not None:
        fields.append(("Date", format_datetime(at)))
    fields += [
        ("From", _people(message.from_ if message.from_ is not None else message.author)),
        ("To", _people(message.to)),
        ("Cc", _people(message.cc)),
        ("Subject", _words(" ".join((message.subject or "").split()))),
        ("In-Reply-To", _ids(message.in_reply_to)),
        ("References", _ids(message.references)),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields if value)
    return (head.encode("utf-8", "replace") + b"MIME-Version: 1.0\r\n") + _body(message)


def mail_id(id: str) -> str:
    """A Message-ID without brackets: an id that has a domain stays, another gets one. Odd characters are hashed away."""
    id = id.strip().strip("<>")
    local, at, domain = id.rpartition("@")
    if at and PLAIN_ID.match(local) and PLAIN_ID.match(domain):
        return id
    return f"{id if PLAIN_ID.match(id) else sha256(id.encode('utf-8', 'replace')).hexdigest()[:32]}@{IDS}"


def _ids(ids: list[str] | str | None) -> str:
    given = re.split(r"[\s,]+", ids) if isinstance(ids, str) else ids or []
    return "\r\n ".join(f"<{mail_id(one)}>" for one in given if one.strip())


def _people(given: Any) -> str:
    people = given if isinstance(given, list) else [given] if given else []
    return ",\r\n ".join(text for one in people if (text := _person(one)))


def _person(given: str | Person) -> str:
    """`Name <address>`; a bare name becomes the address too."""
    if isinstance(given, Person):
        name, address = given.name, given.address
    else:
        match = re.match(r"^\s*(.*?)\s*<([^<>]*)>\s*$", given, re.DOTALL)
        name, address = (match[1].strip('"'), match[2]) if match else ("", given)
    address = address.strip()
    if not ADDRESS.match(address):
        name = name or address
        plain = re.sub(r"[^a-z0-9._-]+", "-", address.lower()).strip("-.")
        if not plain or plain != address.lower():
            plain = f"{plain[:30]}-{sha256(address.encode('utf-8', 'replace')).hexdigest()[:8]}".strip("-.")
        address = f"{plain}@{PEOPLE}"
    name = " ".join(re.sub(r'[\x00-\x1f"\\<>]', " ", name).split())
    if not name:
        return f"<{address}>"
    return f"{_words(name)} <{address}>" if not name.isascii() else f'"{name}" <{address}>'


def _words(text: str) -> str:
    """Header text: as it is when ASCII, else in encoded words (RFC 2047)."""
    text = "".join(c if c.isprintable() else " " for c in text.encode("utf-8", "replace").decode())
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=70).encode(linesep="\r\n")


def _body(message: Line) -> bytes:
    if message.html is None:
        return _part("plain", message.text or "")
    if message.text is None:
        return _part("html", message.html)
    parts = [_part("plain", message.text), _part("html", message.html)]
    mark = b"=_" + sha256(b"".join(parts)).hexdigest()[:24].encode()
    inner = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts)
    return b'Content-Type: multipart/alternative; boundary="' + mark + b'"\r\n\r\n' + inner + b"--" + mark + b"--\r\n"


def _part(kind: str, text: str) -> bytes:
    head = f"Content-Type: text/{kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    return head.encode() + text.encode("utf-8", "replace")
