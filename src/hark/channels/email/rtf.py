"""Rich text of Outlook: unpacked (MS-OXRTFCP), and read as the HTML it was made from (MS-OXRTFEX) or as plain text. Pure, in
time linear in MAX_BYTES; whatever is broken ends the reading."""

import re
import struct

import msgspec

from hark.channels.email.charsets import decode

MAX_BYTES = 2_000_000  # of the unpacked rich text
MAX_GROUPS = 1_000  # open at once
COMPRESSED, UNCOMPRESSED = 0x75465A4C, 0x414C454D
DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New "
    b"RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
WINDOW = 4_096
TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL
)
# Groups that hold no text of the mail.
SILENT = frozenset({b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"header", b"footer", b"mhtmltag",
                    b"pntext", b"pntxtb", b"pntxta", b"listtable", b"listoverridetable", b"themedata", b"generator", b"xmlnstbl",
                    b"rsidtbl", b"latentstyles", b"datastore", b"colorschememapping", b"fldinst"})  # fmt: skip
SPECIAL = {b"par": "\n", b"line": "\n", b"row": "\n", b"sect": "\n", b"page": "\n", b"tab": "\t", b"cell": "\t", b"lquote": "‘", b"rquote": "’",
           b"ldblquote": "“", b"rdblquote": "”", b"bullet": "•", b"endash": "–", b"emdash": "—", b"enspace": " ", b"emspace": " "}  # fmt: skip
CHARSETS = {128: "cp932", 129: "cp949", 130: "johab", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258",
            177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"}  # fmt: skip


def unpack(data: bytes) -> bytes:
    """The rich text in a PR_RTF_COMPRESSED property, cut at MAX_BYTES. Raises ValueError when it is none."""
    if len(data) < 16:
        raise ValueError("too short")
    size, kind = struct.unpack_from("<II", data, 4)
    if kind == UNCOMPRESSED:
        return data[16 : 16 + min(size, MAX_BYTES)]
    if kind != COMPRESSED:
        raise ValueError("not compressed rich text")
    limit = min(size, MAX_BYTES) + len(DICTIONARY)
    out = bytearray(DICTIONARY)
    at = 16
    while at < len(data) and len(out) < limit:
        flags = data[at]
        at += 1
        for bit in range(8):
            if flags & (1 << bit):
                if at + 2 > len(data):
                    return bytes(out[len(DICTIONARY) : limit])
                word = data[at] << 8 | data[at + 1]
                at += 2
                distance = (len(out) - (word >> 4)) % WINDOW
                if distance == 0:
                    return bytes(out[len(DICTIONARY) : limit])
                _copy(out, distance, (word & 15) + 2)
            elif at < len(data):
                out.append(data[at])
                at += 1
    return bytes(out[len(DICTIONARY) : limit])


def _copy(out: bytearray, distance: int, length: int) -> None:
    start = len(out) - distance
    if start < 0:
        raise ValueError("reference before the beginning")
    for index in range(start, start + length):
        out.append(out[index])


class _Group(msgspec.Struct):
    """What ends with a brace: whether text counts, is markup of the HTML inside, or is hidden from HTML; the code page."""

    silent: bool = False
    markup: bool = False
    hidden: bool = False
    skip: int = 1  # characters that stand in for a Unicode one
    codec: str = ""
    fonts: bool = False


class _Reader:
    def __init__(self, *, from_html: bool) -> None:
        self.from_html = from_html
        self.out: list[str] = []
        self.bytes = bytearray()  # of one code page, not yet decoded
        self.stack = [_Group()]
        self.codec = "cp1252"
        self.fonts: dict[int, str] = {}
        self.font = 0
        self.star = False
        self.skipping = 0

    def flush(self) -> None:
        if self.bytes:
            self.out.append(decode(bytes(self.bytes), self.stack[-1].codec or self.codec)[0])
            self.bytes.clear()

    def shows(self) -> bool:
        top = self.stack[-1]
        return not top.silent and (top.markup or not (self.from_html and top.hidden))

    def add(self, text: str) -> None:
        if self.shows():
            self.flush()
            self.out.append(text)

    def raw(self, data: bytes) -> None:
        if self.skipping:
            used = min(self.skipping, len(data))
            self.skipping -= used
            data = data[used:]
        if data and self.shows():
            self.bytes += data

    def brace(self, mark: bytes) -> None:
        self.flush()
        self.skipping = 0
        if mark == b"{":
            if len(self.stack) >= MAX_GROUPS:
                raise ValueError("too many groups")
            top = self.stack[-1]
            self.stack.append(_Group(silent=top.silent, markup=top.markup, hidden=top.hidden, skip=top.skip, codec=top.codec,
                                     fonts=top.fonts))  # fmt: skip
        elif len(self.stack) > 1:
            self.stack.pop()
        self.star = False

    def symbol(self, mark: bytes) -> None:
        if mark == b"*":
            self.star = True
        elif mark == b"~":
            self.add("&nbsp;" if self.from_html and not self.stack[-1].markup else "\u00a0")
        elif mark in b"{}\\":
            self.raw(mark)
        elif mark == b"_":
            self.add("-")
        elif mark in b"\r\n":
            self.add("\n")

    def word(self, word: bytes, number: int | None) -> None:
        top = self.stack[-1]
        if word == b"htmltag" and self.star:
            top.silent, top.markup = False, True
        elif word in SILENT or self.star:
            top.silent, top.fonts = True, word == b"fonttbl"
        elif word == b"htmlrtf":
            self.flush()
            top.hidden = number != 0
        elif word == b"u" and number is not None:
            self.unicode(number)
        elif word == b"uc" and number is not None:
            top.skip = max(0, min(number, 10))
        elif word == b"ansicpg" and number:
            self.codec = f"cp{number}" if number != 65001 else "utf-8"
        elif word == b"f" and number is not None:
            self.flush()
            self.font = number
            top.codec = self.fonts.get(number, "")
        elif word == b"fcharset" and top.fonts:
            self.fonts[self.font] = CHARSETS.get(number or 0, "")
        elif word in SPECIAL:
            self.add(SPECIAL[word])
        self.star = False

    def unicode(self, number: int) -> None:
        self.flush()
        code = number & 0xFFFF
        if self.shows():
            self.out.append(chr(code))  # halves of a pair meet when the text is put together
        self.skipping = self.stack[-1].skip


def read_rtf(data: bytes) -> tuple[str, bool]:
    """The mail in rich text, and whether it is HTML. Lone halves of characters are left in for the caller to clean."""
    from_html = b"\\fromhtml" in data[:2_000]
    reader = _Reader(from_html=from_html)
    for match in TOKEN.finditer(data[:MAX_BYTES]):
        word, number, code, symbol, brace, text = match.groups()
        if word is not None:
            reader.word(word, int(number) if number else None)
        elif code is not None:
            reader.raw(bytes((int(code, 16),)))
        elif symbol is not None:
            reader.symbol(symbol)
        elif brace is not None:
            reader.brace(brace)
        elif text is not None:
            reader.raw(text)
    reader.flush()
    text = "".join(reader.out).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return (text if from_html else text.strip("\n")), from_html
