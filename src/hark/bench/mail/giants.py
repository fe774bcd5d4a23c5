"""Mails as large as one may be, of what costs readers most: millions of lines, fields, parts, tags. Pure."""

import base64
from collections.abc import Iterator

SIZE, QUICK_SIZE = 25_000_000, 500_000  # bytes; the largest that is taken has 25 MiB
HEAD = b"From: ann@shop.example\r\nTo: desk@x.example\r\nSubject: big\r\nMIME-Version: 1.0\r\n"
BOUNCE = b"Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example\r\nSubject: Undelivered mail\r\n\r\ncould not be delivered: 5.1.1\r\n"
LINES = (
    b"ab\r\n", b"\r\n", b"> a\r\n", b" \r\n", b"-- \r\n", b"On Mon, a wrote:\r\n", b"From: a@b.example\r\n", b"a@b.example 550 5.1.1\r\n",
    b"a", b"=41=\r\n", "한국어 글\r\n".encode(), b"begin 644 a.txt\r\n#86)C\r\n`\r\nend\r\n",
)  # fmt: skip
TAGS = (
    b"<p>a</p>",
    b"<div>",
    b"<b",
    b"&nbsp;",
    b"<!-- ",
    b"<a href=x>a</a>\r\n",
    b"<blockquote>",
    b"<td style='a:b'>",
    "<p>한글".encode(),
)
BODIES = {
    "parts": (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n", b"--b\r\n\r\na\r\n"),
    "empty parts": (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n", b"--b\r\n"),
    "forwarded": (b"", b"Content-Type: message/rfc822\r\n\r\n"),
    "fields": (b"", b"From: a@b.example\r\n"),
    "recipients": (b"To: ", b"a@b.example, "),
    "references": (b"References: ", b"<a@b> "),
    "encoded words": (b"Subject: ", b"=?utf-8?b?7ZWc?=\r\n "),
    "signatures": (b"", b"DKIM-Signature: v=1; a=rsa-sha256; d=b.example; s=s; h=from; bh=; b=\r\n"),
    "reports": (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n",
        b"Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n",
    ),
    "winmail": (b"Content-Type: application/ms-tnef\r\n\r\n\x78\x9f\x3e\x22\0\0", b"\x01\0\0\0\0\0\x01\0\0\0a\0\0"),
    "iso-2022-kr": (b"Content-Type: text/plain; charset=iso-2022-kr\r\n\r\n", b"\x1b$)C\x0e0!\x0f\r\n"),
    "unknown charset": (b"Content-Type: text/plain; charset=x-none\r\n\r\n", b"\xb0\xa1\xb3\xaa abc\r\n"),
}  # fmt: skip


def giants(size: int) -> Iterator[tuple[str, bytes]]:
    """(what it is full of, the mail) of about `size` bytes each."""
    for line in LINES:
        yield f"text of {line!r}", HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + _fill(line, size)
        yield f"bounce of {line!r}", BOUNCE + _fill(line, size)
        yield f"field of {line!r}", HEAD + b"X-A: " + _fill(line.replace(b"\r\n", b"\r\n "), size) + b"\r\n\r\na"
    for tag in TAGS:
        yield f"HTML of {tag!r}", HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + _fill(tag, size)
    for what, (start, piece) in BODIES.items():
        yield what, HEAD + start + _fill(piece, size)
    encoded = base64.encodebytes(_fill(b"ab\r\n", size * 37 // 50))
    for kind in (b"text/plain", b"text/html", b"application/pdf; name=a.pdf"):
        head = HEAD + b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        yield f"base64 of {kind.decode()}", head + encoded


def _fill(piece: bytes, size: int) -> bytes:
    return piece * (size // len(piece))
