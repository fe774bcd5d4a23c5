"""Outlook's winmail.dat (MS-OXTNEF): the files and the text inside. Pure, and linear in the size of the data: a forged
count ends the reading instead of growing it."""

import struct
from collections.abc import Iterator

import msgspec

from hark.channels.email.charsets import clean, decode
from hark.channels.email.rtf import read_rtf, unpack

SIGNATURE = 0x223E9F78
RENDERING, TITLE, DATA, ATTACHMENT = 0x00069002, 0x00018010, 0x0006800F, 0x00069005
MESSAGE_PROPERTIES, BODY, CODEPAGE = 0x00069003, 0x0002800C, 0x00069007
PR_BODY, PR_BODY_HTML, PR_RTF, PR_INTERNET_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
PR_LONG_FILENAME, PR_FILENAME, PR_DATA, PR_CONTENT_ID = 0x3707, 0x3704, 0x3701, 0x3712
PR_DISPLAY_NAME = 0x3001
FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
STRING8, UNICODE, OBJECT, BINARY = 0x1E, 0x1F, 0x0D, 0x102
MULTIPLE = 0x1000
OBJECT_GUID_BYTES = 16  # an embedded object begins with the identifier of its kind
MESSAGE_OBJECT = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage
MAX_DEPTH = 3  # mails within mails


class TnefFile(msgspec.Struct, frozen=True):
    name: str
    content: bytes
    cid: str = ""


class Tnef(msgspec.Struct, kw_only=True):
    """`text` and `html` are empty when the body is elsewhere."""

    files: list[TnefFile] = []
    text: str = ""
    html: str = ""


def open_tnef(data: bytes) -> Tnef | None:
    """What is inside, or None when it is not TNEF or broken (the caller then keeps the file as it came)."""
    try:
        return _read(data, 0)
    except (struct.error, ValueError, IndexError):
        return None


class _File(msgspec.Struct):
    name: str = ""
    content: bytes = b""
    cid: str = ""
    message: bytes = b""  # a mail within the mail, as TNEF


def _read(data: bytes, depth: int) -> Tnef:
    if struct.unpack_from("<I", data)[0] != SIGNATURE:
        raise ValueError("not TNEF")
    tnef = Tnef()
    found: list[_File] = []
    charset = "cp1252"
    for kind, value in _attributes(data):
        if kind == CODEPAGE:
            charset = f"cp{struct.unpack_from('<I', value)[0]}"
        elif kind == BODY:
            tnef.text = tnef.text or _text(value, charset)
        elif kind == MESSAGE_PROPERTIES:
            _read_body(tnef, list(_properties(value)), charset)
        elif kind == RENDERING:
            found.append(_File())
        elif found and kind == TITLE:
            found[-1].name = found[-1].name or _text(value, charset)
        elif found and kind == DATA:
            found[-1].content = value
        elif found and kind == ATTACHMENT:
            _read_file(found[-1], value, charset)
    for one in found:
        tnef.files += _files_of(one, depth)
    return tnef


def _read_body(tnef: Tnef, properties: list[tuple[int, int, bytes]], charset: str) -> None:
    """The best form the body has: HTML, rich text made from HTML, plain text, rich text."""
    values = {number: (type_, content) for number, type_, content in reversed(properties)}
    if PR_BODY in values and not tnef.text:
        tnef.text = _string(*values[PR_BODY], charset)
    if PR_BODY_HTML in values:
        page = values.get(PR_INTERNET_CODEPAGE, (0, b""))[1]
        type_, content = values[PR_BODY_HTML]
        codepage = struct.unpack_from("<I", page)[0] if len(page) >= 4 else 0
        named = "utf-8" if codepage == 65001 else f"cp{codepage}" if codepage else charset
        tnef.html = _string(type_, content, named)
    elif PR_RTF in values:
        try:
            text, is_html = read_rtf(unpack(values[PR_RTF][1]))
        except ValueError:
            return
        if is_html:
            tnef.html = clean(text)
        else:
            tnef.text = tnef.text or clean(text)


def _read_file(file: _File, value: bytes, charset: str) -> None:
    for number, type_, one in _properties(value):
        if number == PR_LONG_FILENAME or (number in (PR_FILENAME, PR_DISPLAY_NAME) and not file.name):
            file.name = _string(type_, one, charset) or file.name
        elif number == PR_CONTENT_ID:
            file.cid = _string(type_, one, charset).strip("<> ")
        elif number == PR_DATA and len(one) > len(
            file.content
        ):  # beside it stands only a picture of an embedded object
            if type_ == OBJECT and one.startswith(MESSAGE_OBJECT):
                file.message = one[OBJECT_GUID_BYTES:]
            else:
                file.content = one[OBJECT_GUID_BYTES:] if type_ == OBJECT else one


def _files_of(file: _File, depth: int) -> list[TnefFile]:
    """The file, or what is inside when it is a mail: its text as a file of its own, and its files."""
    if not file.message or depth >= MAX_DEPTH:
        return [TnefFile(file.name or "file.bin", file.content or file.message, file.cid)]
    try:
        inner = _read(file.message, depth + 1)
    except (struct.error, ValueError, IndexError):
        return [TnefFile(file.name or "message.dat", file.message, file.cid)]
    name = file.name or "message"
    if inner.html:
        return [TnefFile(f"{name}.html", inner.html.encode()), *inner.files]
    return [TnefFile(f"{name}.txt", inner.text.encode()), *inner.files]


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
