"""A mail as signatures see it: its header fields as they came, and its body; canonical forms of both (RFC 6376 3.4)."""

import re
from typing import Literal, NamedTuple

Form = Literal["simple", "relaxed"]
MAX_FIELDS = 5_000
_MANY_LINES = b"\r\n" * 4096
_BETWEEN = re.compile(rb"\r\n(?![ \t])")
_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]+)[ \t]*:")


class Field(NamedTuple):
    """One header field: its name in lower case, and all its bytes (CRLF, without the last one)."""

    name: str
    raw: bytes

    @property
    def value(self) -> bytes:
        return self.raw.partition(b":")[2]


class Message(NamedTuple):
    """Lines end in CRLF. A line that is no field keeps its place with an empty name: nobody can sign it."""

    fields: list[Field]
    body: bytes

    def named(self, name: str) -> list[Field]:
        return [f for f in self.fields if f.name == name]


def split_message(raw: bytes) -> Message:
    """Fields and body of any bytes; bare LF counts as a line's end, as sending servers make CRLF of it."""
    raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    head, _, body = (b"", b"", raw[2:]) if raw.startswith(b"\r\n") else raw.partition(b"\r\n\r\n")
    fields = _BETWEEN.split(head.removesuffix(b"\r\n"), maxsplit=MAX_FIELDS)  # never line by line: there may be millions
    return Message([_field(field) for field in fields[:MAX_FIELDS]], body)


def _field(raw: bytes) -> Field:
    found = _FIELD.match(raw)
    return Field(found[1].decode("ascii").lower() if found else "", raw)


def canonical_field(field: Field, form: Form) -> bytes:
    """A field as it is hashed, without a CRLF at its end."""
    if form == "simple":
        return field.raw
    value = re.sub(rb"[ \t]+", b" ", field.value.replace(b"\r\n", b"")).strip(b" ")
    return field.name.encode() + b":" + value


def canonical_body(body: bytes, form: Form) -> bytes:
    """A body as it is hashed."""
    if form == "relaxed":
        body = re.sub(rb"[ \t]+", b" ", body).replace(b" \r\n", b"\r\n")
        body = body.removesuffix(b" ")
    end = len(body)
    while body.endswith(_MANY_LINES, 0, end):  # millions of them cost no time
        end -= len(_MANY_LINES)
    while end >= 2 and body[end - 2 : end] == b"\r\n":
        end -= 2
    if end == 0:
        return b"" if form == "relaxed" else b"\r\n"
    return body[:end] + b"\r\n"
