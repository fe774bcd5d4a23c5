"""Rich text of Outlook: the samples of MS-OXRTFCP, text and HTML inside, hostile data."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.rtf import MAX_BYTES, read_rtf, unpack

SIMPLE = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
REPEATED = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")


def pack(text: bytes) -> bytes:
    """Compressed rich text without a reference."""
    body = b"".join(b"\x00" + text[at : at + 8] for at in range(0, len(text), 8))
    return struct.pack("<IIII", len(body) + 12, len(text), 0x75465A4C, 0) + body


def test_the_samples_of_the_specification() -> None:
    assert unpack(SIMPLE) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert unpack(REPEATED) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
    assert unpack(struct.pack("<IIII", 20, 4, 0x414C454D, 0) + b"{\\rtf junk"[:4]) == b"{\\rt"


@pytest.mark.parametrize("data", [b"", b"\x00" * 16, struct.pack("<IIII", 0, 9, 0x75465A4C, 0) + b"\x01\xff\x00"])
def test_what_is_no_rich_text_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        unpack(data)


def test_text_in_korean_and_with_symbols() -> None:
    rtf = (rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0\fnil\fcharset129 Gulim;}{\f1\fswiss Arial;}}\uc1\pard\f0\'be\'c8\'b3\'e7\f1  hello\par "
           rb"50 \u8364?, {\b bold}\tab\lquote x\rquote \u-10179?\u-8704?{\*\hidden no}{\pict 0102}\par}")  # fmt: skip
    assert read_rtf(rtf) == ("안녕 hello\n50 €, bold\t‘x’😀", False)


def test_html_inside_rich_text() -> None:
    rtf = (rb"{\rtf1\ansi\ansicpg1252\fromhtml1 {\fonttbl {\f0 Arial;}}{\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 caff\'e8 "
           rb"\htmlrtf {\b \htmlrtf0 {\*\htmltag84 <b>}bold{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 {\*\mhtmltag84 no}\htmlrtf\par}\htmlrtf0 {\*\htmltag27 </html>}}")  # fmt: skip
    assert read_rtf(rtf) == ("<html><p>caffè <b>bold</b></html>", True)


@pytest.mark.parametrize("data", [
    b"{\\rtf1 " + b"\\'e9" * 600_000, b"{\\rtf1 " + b"\\u8364?" * 300_000, b"{\\rtf1\\fromhtml1 " + b"{\\*\\htmltag x}" * 150_000, b"{\\rtf1 " + b"\\a" * 900_000,
], ids=["bytes", "characters", "tags", "words"])  # fmt: skip
def test_long_rich_text_is_bounded(data: bytes) -> None:
    started = time.process_time()
    assert len(read_rtf(data)[0]) <= MAX_BYTES
    assert time.process_time() - started < 5.0


def test_a_bomb_is_cut() -> None:
    bomb = struct.pack("<IIII", 0, 0xFFFFFFFF, 0x75465A4C, 0) + b"\x00xxxxxxxx" + (b"\xff" + b"\x0c\xff" * 8) * 200_000
    started = time.process_time()
    assert len(unpack(bomb)) <= MAX_BYTES
    assert time.process_time() - started < 5.0


@given(st.lists(st.sampled_from([b"{", b"}", b"\\*", b"\\htmltag", b"\\u", b"\\u55357?", b"\\'", b"\\'e9", b"\\fonttbl", b"\\f1", b"\\fcharset129 ", b"\\uc0",
                                 b"\\fromhtml1", b"\\htmlrtf0", b"x", b"\xff", b"\\ansicpg949 ", b"\\ansicpg99999 "]), max_size=40).map(b"".join))  # fmt: skip
def test_nothing_else_raises(data: bytes) -> None:
    text, _ = read_rtf(data)
    text.encode()
    assert unpack(pack(data)) == data
