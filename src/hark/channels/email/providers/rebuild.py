"""A mail put together again from what a provider made of it: for those that were not sent as they came. Pure.

Nothing can prove such a mail, and some of its structure is lost; it waits for a person, who can still take it in.
"""

import hashlib
import re
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP

from hark.channels.email.providers.types import FormFile

MAX_TYPE = 100
CONTENT = re.compile(rb"(?:content-[\w-]+|mime-version)\s*:", re.IGNORECASE)
TYPE = re.compile(r"([\w.+-]+)/([\w.+-]+)", re.ASCII)
NAME = re.compile(r"[!-9;-~]+")
FOLD = re.compile(r"[\r\n]+[ \t]*")


def rebuild_mail(headers: bytes, *, text: str, html: str = "", files: Sequence[tuple[FormFile, str]] = ()) -> bytes:
    """A mail with these header fields (as they came, in any line ending) and this content; `files` with their Content-ID
    or "". Never raises."""
    message = EmailMessage(policy=SMTP)
    message.set_content(_clean(text))
    if html:
        message.add_alternative(_clean(html), subtype="html")
    for file, cid in files:
        kind = TYPE.match(file.content_type[:MAX_TYPE])
        main, sub = (kind[1].lower(), kind[2].lower()) if kind else ("application", "octet-stream")
        if main in ("message", "multipart"):
            main, sub = "application", "octet-stream"
        message.add_attachment(file.payload, maintype=main, subtype=sub, filename=_name(file.filename))
        if cid:
            list(message.iter_attachments())[-1]["Content-ID"] = f"<{_name(cid).strip('<>')}>"
    digest = hashlib.sha256(b"\0".join([headers, text.encode("utf-8", "replace"), html.encode("utf-8", "replace")]))
    for n, piece in enumerate(message.walk()):
        if piece.is_multipart():  # the same for every try of the provider, so that it is one mail
            piece.set_boundary(f"hark-{digest.hexdigest()[:32]}-{n}")
    return _kept(headers) + message.as_bytes()


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _name(text: str) -> str:
    return "".join(c for c in _clean(text) if c.isprintable())[:200]


def _kept(headers: bytes) -> bytes:
    """The fields that do not speak of the content, each ending in CRLF."""
    fields: list[bytes] = []
    for line in re.split(rb"\r?\n", headers.strip(b"\r\n")):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += b"\r\n" + line
        elif re.match(rb"[!-9;-~]+\s*:", line):
            fields.append(line)
    return b"".join(field + b"\r\n" for field in fields if not CONTENT.match(field))


def header_lines(pairs: Sequence[tuple[str, str]]) -> bytes:
    """Header fields of pairs of name and value."""
    lines = (f"{name}: {FOLD.sub(' ', value)}\r\n" for name, value in pairs if NAME.fullmatch(name))
    return "".join(lines).encode("utf-8", "replace")
