"""Outlook's winmail.dat (MS-OXTNEF): the files and the text inside. Pure, and linear in the size of the data: a forged
count ends the reading instead of growing it."""

import struct
from collections.abc import Iterator

import msgspec

from hark.channels.email.charsets import decode

SIGNATURE = 0x223E9F78
RENDERING, TITLE, DATA, ATTACHMENT = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
MESSAGE_PROPERTIES, BODY, CODEPAGE = 0x00069003, 0x0002800C, 0x00069007
PR_BODY, PR_BODY_HTML, PR_LONG_FILENAME, PR_FILENAME, PR_DATA = 0x1000, 0x1013, 0x3707, 0x3704, 0x3701
FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
STRING8, UNICODE, OBJECT, BINARY = 0x1E, 0x1F, 0x0D, 0x102
MULTIPLE = 0x1000
OBJECT_GUID_BYTES = 16  # an embedded object begins with the identifier of its kind


class Tnef(msgspec.Struct, kw_only=True):
    """`files` are (name, content); `text` and `html` are empty when the body is elsewhere or only rich text."""

    files: list[tuple[str, bytes]] = []
    text: str = ""
    html: str = ""


def open_tnef(data: bytes) -> Tnef | None:
    """What is inside, or None when it is not TNEF or broken (the caller then keeps the file as it came)."""
    try:
        return _read(data)
    except (struct.error, ValueError, IndexError):
        return None


def _read(data: bytes) -> Tnef:
    if struct.unpack_from("<I", data)[0] != SIGNATURE:
        raise ValueError("not TNEF")
    tnef = Tnef()
    charset = "cp1252"
    for kind, value in _attributes(data):
        if kind == CODEPAGE:
            charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif kind == BODY:
            tnef.text = tnef.text or _text(value, charset)
        elif kind == MESSAGE_PROPERTIES:
            for number, type_, content in _properties(value):
                if number == PR_BODY and not tnef.text:
                    tnef.text = _string(type_, content, charset)
                elif number == PR_BODY_HTML:
                    tnef.html = _string(type_, content, charset)
        elif kind == RENDERING:
            tnef.files.append(("", b""))
        elif tnef.files and kind in (TITLE, DATA, ATTACHMENT):
            tnef.files[-1] = _file(tnef.files[-1], kind, value, charset)
    tnef.files = [(name or "file.bin", content) for name, content in tnef.files]
    return tnef


def _file(file: tuple[str, bytes], kind: int, value: bytes, charset: str) -> tuple[str, bytes]:
    name, content = file
    if kind == TITLE:
        return name or _text(value, charset), content
    if kind == DATA:
        return name, value
    for number, type_, one in _properties(value):
        if number == PR_LONG_FILENAME or (number == PR_FILENAME and not name):
            name = _string(type_, one, charset) or name
        elif number == PR_DATA and len(one) > len(content):  # beside it stands only a picture of an embedded object
            content = one[OBJECT_GUID_BYTES:] if type_ == OBJECT else one
    return name, content


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes in order; a cut last one raises."""
    at = 6
    while at + 9 <= len(data):
        kind, length = struct.unpack_from("<II", data, at + 1)
        at += 9
        if at + length > len(data):
            raise ValueError("cut attribute")
        yield kind, data[at : at + length]
        at += length + 2  # the checksum is not kept right by all writers


def _properties(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(number, type, first value) of a MAPI property list (MS-OXTNEF 2.1.3.4)."""
    (count,) = struct.unpack_from("<I", data)
    at = 4
    for _ in range(count):
        if at + 4 > len(data):
            return
        type_, number = struct.unpack_from("<HH", data, at)
        at += 4
        if number >= 0x8000:  # named: GUID, then a number or a name
            by_name, length = struct.unpack_from("<II", data, at + 16)
            at += 24 + (_padded(length) if by_name else 0)
        base = type_ & ~MULTIPLE
        values = 1
        if type_ & MULTIPLE or base in (STRING8, UNICODE, OBJECT, BINARY):
            (values,) = struct.unpack_from("<I", data, at)
            at += 4
        first: bytes | None = None
        for _ in range(values):
            if base in FIXED:
                length, step = FIXED[base], FIXED[base]
            else:
                (length,) = struct.unpack_from("<I", data, at)
                at, step = at + 4, _padded(length)
            if at + length > len(data):
                raise ValueError("cut property")
            first = data[at : at + length] if first is None else first
            at += step
        yield number, base, first or b""


def _padded(length: int) -> int:
    return (length + 3) // 4 * 4


def _string(type_: int, value: bytes, charset: str) -> str:
    return _text(value, "utf-16-le" if type_ == UNICODE else charset)


def _text(value: bytes, charset: str) -> str:
    return decode(value, charset)[0].rstrip("\x00")
