"""A mail from its bytes. Pure: no clock, no network, no database."""

import hashlib
import mimetypes
import re
from datetime import datetime

import msgspec

from hark.channels.email.auto import READ_FIELDS
from hark.channels.email.calendars import summarize
from hark.channels.email.charsets import clean, decode
from hark.channels.email.headers import (
    MAX_ADDRESSES,
    addresses,
    message_ids,
    one_line,
    parse_date,
    text_value,
    to_text,
)
from hark.channels.email.sanitize import html_to_text, text_to_html
from hark.channels.email.secured import describe_security, open_smime
from hark.channels.email.structure import Budget, Part, payload, read_headers, split_parts
from hark.channels.email.tnef import open_tnef
from hark.channels.email.types import Address, Attachment, ParsedMail

KEPT_HEADERS = READ_FIELDS | {
    "x-failed-recipients", "x-spam-flag", "x-spam-status", "user-agent", "authentication-results", "importance",
    "priority", "x-priority", "content-language", "thread-index", "thread-topic", "x-forwarded-to", "x-forwarded-for",
    "resent-from", "resent-message-id", "x-ms-exchange-generated-message-source", "x-hark-workspace",
}  # fmt: skip
MAX_OPENED = 3  # signed mails within each other
MAX_TEXT_BYTES = 2_000_000  # of one text or HTML part shown in the thread; a longer one is also attached whole
MAX_KEPT_HEADER = 2_000  # characters
MEDIA = ("image/", "audio/", "video/")
HTML_START = re.compile(rb"\s{0,100}(?:<!doctype html|<html)\b", re.IGNORECASE)
UNSAFE_NAME = re.compile(r'[<>:"|?*\x00-\x1f]')
EXTENSIONS = {"message/rfc822": ".eml", "text/calendar": ".ics", "text/plain": ".txt", "text/html": ".html", "text/x-amp-html": ".html", "text/watch-html": ".html",
              "message/delivery-status": ".txt", "text/rfc822-headers": ".txt", "image/jpeg": ".jpg",
              "application/pkcs7-mime": ".p7m", "application/pkcs7-signature": ".p7s",
              "application/pgp-signature": ".asc", "application/pgp-encrypted": ".asc",
              "application/octet-stream": ".bin", "application/ms-tnef": ".dat"}  # fmt: skip


def parse_message(raw: bytes) -> ParsedMail:
    """Read a mail. Never raises: what cannot be read is named in `problems`, and the raw bytes are the last resort.

    Text and HTML are chosen as in RFC 8621 section 4.1.4 (JMAP `textBody`, `htmlBody`); everything else is an
    attachment, inline images included. Cost is linear in the size of `raw`; depth, parts, header size, recipients
    and shown text are bounded (see the constants here and in `structure`).
    """
    try:
        return _parse(raw)
    except Exception as error:
        # The one place that must hold for any bytes a stranger can send. The mail is kept whole and shown as a file.
        return ParsedMail(
            problems=[f"This mail could not be read ({type(error).__name__}); it is attached as it came."],
            attachments=[_attachment(0, "message.eml", "message/rfc822", raw)],
        )


def external_id(raw: bytes) -> str:
    """The same for the same mail however it arrived (SMTP, IMAP, twice), different for different mails that share a
    Message-ID. SHA-256 over the sender's own fields and the body; servers add Received and the like on the way."""
    headers, body = read_headers(raw, 0, len(raw), Budget(problems=[]))
    digest = hashlib.sha256()
    for name in ("message-id", "from", "date", "subject"):
        value = next((value for key, value in headers if key == name), b"")
        digest.update(name.encode() + b":" + b" ".join(value.split()) + b"\n")
    digest.update(raw[body:].replace(b"\r\n", b"\n").rstrip(b"\n"))
    return digest.hexdigest()


def _parse(raw: bytes) -> ParsedMail:
    budget = Budget(problems=[])
    root = split_parts(raw, budget)
    mail = _read_headers(root, budget)
    outer: list[Attachment] = []
    for _ in range(MAX_OPENED):  # signed within signed
        content, note = open_smime(raw, root)
        mail.notes += [note] if note else []
        if content is None:
            break
        if not outer:
            outer.append(_attachment(0, _declared_name(root) or "smime.p7m", root.content_type, payload(raw, root)))
        raw, root = content, split_parts(content, budget)
    _read_contents(raw, root, mail, outer, budget)
    return mail


def _read_contents(raw: bytes, root: Part, mail: ParsedMail, outer: list[Attachment], budget: Budget) -> None:
    if not root.children and root.header("content-type") is None and HTML_START.match(raw, root.start):
        root.content_type = "text/html"
    text_parts, html_parts, others = _bodies(root)
    texts: dict[int, str] = {}
    for part in (*text_parts, *html_parts):
        if id(part) not in texts:
            texts[id(part)] = _text_of(raw, part, others, budget)
    mail.text, mail.text_from_html = _text_body(text_parts, texts)
    mail.html = _html_body(html_parts, texts)
    if not mail.text and mail.html:  # some programs send an empty text beside the HTML
        mail.text, mail.text_from_html = html_to_text(mail.html), True
    mail.attachments = [
        msgspec.structs.replace(one, index=index)
        for index, one in enumerate((*_attachments(raw, others, mail, budget), *outer))
    ]
    mail.notes += [*describe_security(root, mail.text), *_invitations(raw, others)]
    if not mail.text.strip() and not (mail.html or "").strip() and mail.notes:
        mail.text = "\n".join(mail.notes)
    mail.problems = budget.problems


def _invitations(raw: bytes, others: list[Part]) -> list[str]:
    """Invitations come once as a part and once more as a file."""
    parts = [part for part in others if part.content_type in ("text/calendar", "application/ics")][:5]
    said = (summarize(payload(raw, one), one.params.get("charset"), one.params.get("method", "")) for one in parts)
    return [one for one in dict.fromkeys(said) if one]


# --- header fields ---------------------------------------------------------------------------------------------------


def _read_headers(root: Part, budget: Budget) -> ParsedMail:
    hint = _charset_hint(root)
    first: dict[str, bytes] = {}
    lists: dict[str, list[bytes]] = {"to": [], "cc": [], "bcc": [], "references": [], "in-reply-to": [], "reply-to": []}
    for key, value in root.headers:
        if key in lists:
            lists[key].append(value)
        elif key not in first:
            first[key] = value
    mail = ParsedMail(content_type=root.content_type)
    for name in ("to", "cc", "bcc", "reply_to"):
        setattr(mail, name, _address_list(lists[name.replace("_", "-")], hint, budget))
    mail.from_ = next(iter(_address_list([first.get("from", b"")], hint, budget)), None)
    mail.sender = next(iter(_address_list([first.get("sender", b"")], hint, budget)), None)
    if mail.from_ is None:
        budget.note("The mail names no sender." if "from" not in first else "The sender's address could not be read.")
    mail.subject = text_value(first.get("subject", b""), hint)[:2_000]
    mail.message_id = next(iter(message_ids(to_text(first.get("message-id", b"")))), None)
    if mail.message_id is None:
        budget.note("The mail has no Message-ID.")
    mail.references = message_ids(to_text(b" ".join(lists["references"])))
    mail.in_reply_to = message_ids(to_text(b" ".join(lists["in-reply-to"])))
    mail.date = _date(first, budget)
    mail.headers = {
        key: one_line(to_text(value, hint))[:MAX_KEPT_HEADER] for key, value in first.items() if key in KEPT_HEADERS
    }
    mail.hops = sum(1 for key, _ in root.headers if key == "received")
    return mail


def _charset_hint(part: Part) -> str | None:
    """The charset of the first text part: senders who put 8-bit bytes into headers mean that one."""
    if charset := part.params.get("charset"):
        return charset
    return next((hint for child in part.children if (hint := _charset_hint(child))), None)


def _address_list(values: list[bytes], hint: str | None, budget: Budget) -> list[Address]:
    found: list[Address] = []
    for value in values:
        if not value.strip():
            continue
        some, cut = addresses(to_text(value, hint))
        found += some
        if cut or len(found) > MAX_ADDRESSES or len(value) > 100_000:
            budget.note(f"Only the first {MAX_ADDRESSES:,} recipients of a header were read.")
            return found[:MAX_ADDRESSES]
    return found


def _date(first: dict[str, bytes], budget: Budget) -> datetime | None:
    date = parse_date(to_text(first["date"])) if "date" in first else None
    if date is not None:
        return date
    budget.note("The mail has no readable date.")
    received = to_text(first.get("received", b""))
    return parse_date(received.rpartition(";")[2]) if ";" in received else None


# --- which parts are the mail's text ---------------------------------------------------------------------------------


def _bodies(root: Part) -> tuple[list[Part], list[Part], list[Part]]:
    text: list[Part] = []
    html: list[Part] = []
    others: list[Part] = []
    alone = not root.children and root.content_type.startswith("text/") and root.content_type != "text/calendar"
    if alone and root.disposition != "attachment":
        return [root], [root], []
    _choose([root], "mixed", False, html, text, others)
    return text, html, others


def _choose(parts: list[Part], kind: str, in_alternative: bool, html: list[Part] | None, text: list[Part] | None,
            others: list[Part]) -> None:  # fmt: skip
    """RFC 8621 4.1.4 `parseStructure`; media stay out of the bodies because the thread shows them as attachments."""
    text_before, html_before = len(text or ()), len(html or ())
    for number, part in enumerate(parts):
        if part.children or part.content_type.startswith("multipart/"):
            sub = part.content_type.partition("/")[2]
            _choose(part.children, sub, in_alternative or sub == "alternative", html, text, others)
        elif not _is_body(part, number, kind):
            others.append(part)
        elif kind == "alternative":
            chosen = text if part.content_type == "text/plain" else html
            (chosen if chosen is not None else others).append(part)
        else:
            if in_alternative and part.content_type == "text/plain":
                html = None
            elif in_alternative:
                text = None
            for body in (text, html):
                if body is not None:
                    body.append(part)
            if text is None and html is None:
                others.append(part)
    if kind == "alternative" and text is not None and html is not None:
        if len(text) == text_before and len(html) > html_before:
            text += html[html_before:]
        elif len(html) == html_before and len(text) > text_before:
            html += text[text_before:]


def _is_body(part: Part, number: int, kind: str) -> bool:
    if part.disposition == "attachment" or part.content_type not in ("text/plain", "text/html"):
        return False
    return number == 0 or (kind != "related" and not _declared_name(part))


def _text_of(raw: bytes, part: Part, others: list[Part], budget: Budget) -> str:
    data = payload(raw, part)
    if len(data) > MAX_TEXT_BYTES:
        budget.note(f"The text is longer than {MAX_TEXT_BYTES:,} bytes; the whole of it is attached.")
        others.append(part)
        data = data[:MAX_TEXT_BYTES]
    text, lossy = decode(data, part.params.get("charset") or _meta_charset(part, data))
    if lossy:
        budget.note(f"Some characters do not fit the declared character set {part.params.get('charset', '')[:40]!r}.")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.content_type == "text/plain" and part.params.get("format", "").lower() == "flowed":
        text = _unflow(text, part.params.get("delsp", "").lower() == "yes")
    return text


def _meta_charset(part: Part, data: bytes) -> str | None:
    if part.content_type != "text/html":
        return None
    match = re.search(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_:.-]{2,40})", data[:4_096], re.IGNORECASE)
    return match[1].decode("ascii") if match else None


def _unflow(text: str, delsp: bool) -> str:
    """RFC 3676: lines ending in a space flow into the next of the same quote depth; the signature line does not."""
    out: list[str] = []
    open_depth = -1
    for line in text.split("\n"):
        body = line.lstrip(">")
        depth = len(line) - len(body)
        body = body.removeprefix(" ") if depth or body.startswith(" ") else body
        flows = body.endswith(" ") and body != "-- "
        piece = body[:-1] if flows and delsp else body
        if open_depth == depth and body != "-- ":
            out[-1] += piece
        else:
            out.append(f"{'>' * depth} {piece}" if depth else piece)
        open_depth = depth if flows else -1
    return "\n".join(out)


def _text_body(parts: list[Part], texts: dict[int, str]) -> tuple[str, bool]:
    pieces = []
    from_html = False
    for part in parts:
        text = texts[id(part)]
        if part.content_type == "text/html":
            text, from_html = html_to_text(text), True
        if text.strip():
            pieces.append(text.strip("\n"))
    return "\n\n".join(pieces), from_html


def _html_body(parts: list[Part], texts: dict[int, str]) -> str | None:
    if not any(part.content_type == "text/html" and texts[id(part)].strip() for part in parts):
        return None
    return "\n".join(
        texts[id(part)] if part.content_type == "text/html" else text_to_html(texts[id(part)]) for part in parts
    )


# --- attachments -----------------------------------------------------------------------------------------------------


def _attachments(raw: bytes, parts: list[Part], mail: ParsedMail, budget: Budget) -> list[Attachment]:
    found: list[Attachment] = []
    for part in parts:
        data = payload(raw, part)
        declared = _declared_name(part)
        if part.content_type in ("application/ms-tnef", "application/vnd.ms-tnef") or declared.lower() == "winmail.dat":
            opened = open_tnef(data)
            if opened is not None:
                if not mail.text and opened.text:
                    mail.text = clean(opened.text)
                if mail.html is None and opened.html:
                    mail.html = clean(opened.html)
                    if not mail.text:
                        mail.text, mail.text_from_html = html_to_text(mail.html), True
                for one in opened.files:
                    kind = mimetypes.guess_type(one.name)[0] or "application/octet-stream"
                    shown = bool(one.cid) and kind.startswith(MEDIA)
                    found.append(_attachment(len(found), safe_name(one.name), kind, one.content,
                                             cid=one.cid or None, inline=shown))  # fmt: skip
                continue
            budget.note("The attachment winmail.dat could not be opened and is kept as it came.")
        name = safe_name(declared) or _made_up_name(part, data, len(found) + 1)
        inline = part.disposition == "inline" or (part.cid is not None and part.disposition != "attachment")
        found.append(_attachment(len(found), name, part.content_type, data, cid=part.cid,
                                 inline=inline and part.content_type.startswith(MEDIA)))  # fmt: skip
    return found


def _attachment(index: int, name: str, content_type: str, data: bytes, *, cid: str | None = None,
                inline: bool = False) -> Attachment:  # fmt: skip
    return Attachment(index=index, name=name, content_type=content_type, size=len(data), payload=data, cid=cid,
                      inline=inline)  # fmt: skip


def _declared_name(part: Part) -> str:
    return part.disposition_params.get("filename") or part.params.get("name") or part.params.get("filename") or ""


def safe_name(name: str) -> str:
    """A file name without path, control, direction-changing or reserved characters, <= 200 characters; may be empty."""
    name = one_line(name).replace("\\", "/").rpartition("/")[2]
    name = UNSAFE_NAME.sub("_", name).strip(" .")
    if len(name) > 200:
        stem, dot, extension = name.rpartition(".")
        name = f"{stem[: 199 - len(extension)]}.{extension}" if dot and len(extension) < 20 else name[:200]
    return name


def _made_up_name(part: Part, data: bytes, number: int) -> str:
    extension = EXTENSIONS.get(part.content_type) or mimetypes.guess_extension(part.content_type) or ".bin"
    if part.content_type == "message/rfc822":
        match = re.search(rb"(?:^|\n)subject:([^\n]*(?:\n[ \t][^\n]*)*)", data[:20_000], re.IGNORECASE)
        subject = safe_name(text_value(match[1]).replace("/", "-"))[:80] if match else ""
        return f"{subject or f'message-{number}'}.eml"
    if part.content_type == "text/calendar":
        return "invite.ics"
    return f"attachment-{number}{extension}"
