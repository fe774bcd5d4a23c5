"""Reading a provider's request as it comes in: forms part by part, so that a large mail is in memory once."""

import hashlib
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote_to_bytes

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from hark.channels.email.charsets import decode
from hark.channels.email.providers.types import Form, FormFile, Post
from hark.core.errors import BadRequest, TooLarge

BEGINNING = 65_536  # bytes kept of a part that is too large
MAX_PARTS = 1_000
MAX_FIELD_HEADER = 16_384  # bytes
SIGNED_AT = "x-twilio-email-event-webhook-timestamp"
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"


async def read_post(chunks: AsyncIterator[bytes], headers: Mapping[str, str], *, now: datetime, max_mail: int) -> Post:
    """The whole request; `headers` by lower-case name, `max_mail` in bytes.

    A part of a form above `max_mail` is cut to its beginning. Raises TooLarge for what no mail of that size explains (a
    JSON document may hold a mail and its attachments in base64 beside it), BadRequest for a broken form.
    """
    kind, options = parse_options_header(headers.get("content-type", ""))
    digest = hashlib.sha256(headers.get(SIGNED_AT, "").encode("latin-1", "replace"))
    limited = _limit(chunks, 4 * max_mail + 1_000_000, digest)
    if kind == MULTIPART:
        form = await _read_multipart(limited, options.get("boundary", ""), max_mail)
        return Post(headers=headers, now=now, form=form, digest=digest.digest())
    body = bytearray()
    async for chunk in limited:
        body += chunk
    if kind == URLENCODED:
        return Post(headers=headers, now=now, form=_read_urlencoded(bytes(body), max_mail), digest=digest.digest())
    return Post(headers=headers, now=now, body=bytes(body), digest=digest.digest())


async def _limit(chunks: AsyncIterator[bytes], limit: int, digest: Any) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > limit:
            raise TooLarge(
                f"The request is larger than {limit:,} bytes, more than a mail within HARK_MAIL_MAX_BYTES can need. "
                "Nothing of it was taken."
            )
        digest.update(chunk)
        yield chunk


async def _read_multipart(chunks: AsyncIterator[bytes], boundary: str, max_mail: int) -> Form:
    form = Form()
    kept, size = bytearray(), 0
    segment: MultipartSegment | None = None
    try:
        with PushMultipartParser(
            boundary, max_segment_count=MAX_PARTS, max_header_size=MAX_FIELD_HEADER, header_charset="latin-1"
        ) as parser:
            async for chunk in chunks:
                for event in parser.parse(chunk):
                    if isinstance(event, MultipartSegment):
                        segment, kept, size = event, bytearray(), 0
                    elif event is None:
                        assert segment is not None
                        _add(form, segment, bytes(kept), size)
                    else:
                        size += len(event)
                        if size > max_mail:
                            del kept[BEGINNING:]
                        else:
                            kept += event
    except MultipartError as error:
        raise BadRequest(f"The form cannot be read: {error}. Nothing of it was taken.", code="bad_form") from error
    return form


def _add(form: Form, segment: MultipartSegment, payload: bytes, size: int) -> None:
    name = _name(segment.name or "")
    if size > len(payload):
        form.cut[name] = size
    if segment.filename is None:
        form.fields[name] = payload
    else:
        kind = segment.content_type or "application/octet-stream"
        form.files[name] = FormFile(_name(segment.filename), kind, payload)


def _name(latin: str) -> str:
    """A name in its true character set: it comes from the mail, and a strange one must not lose the mail."""
    return decode(latin.encode("latin-1"), None)[0]


def _read_urlencoded(body: bytes, max_mail: int) -> Form:
    pairs = body.split(b"&", MAX_PARTS)
    if len(pairs) > MAX_PARTS:
        raise BadRequest("The form has too many fields to be read. Nothing of it was taken.", code="bad_form")
    form = Form()
    for pair in pairs:
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        key, payload = unquote_to_bytes(name).decode("utf-8", "replace"), unquote_to_bytes(value)
        if len(payload) > max_mail:
            form.cut[key], payload = len(payload), payload[:BEGINNING]
        form.fields[key] = payload
    return form
