"""Bytes to text, as mails really label them: right when the label is right, and still right for the usual lies.

Pure. Nothing here raises for any bytes or any label.
"""

import codecs
import re
from functools import lru_cache

# What a label means in mail. Windows supersets stand in for the ISO sets they are mistaken for (WHATWG Encoding).
ALIASES = {
    "ascii": "cp1252", "usascii": "cp1252", "ansix341968": "cp1252", "iso88591": "cp1252", "latin1": "cp1252",
    "l1": "cp1252", "windows1252": "cp1252", "cp819": "cp1252", "ansi": "cp1252", "iso88599": "cp1254",
    "iso885911": "cp874", "tis620": "cp874", "windows874": "cp874", "iso88598i": "iso8859-8", "iso88598e": "iso8859-8",
    "euckr": "cp949", "ksc5601": "cp949", "ksc56011987": "cp949", "ksc56011989": "cp949", "ksc5601_1987": "cp949",
    "ksx1001": "cp949", "korean": "cp949", "isoir149": "cp949", "csksc56011987": "cp949", "cseuckr": "cp949",
    "windows949": "cp949", "uhc": "cp949", "ms949": "cp949", "xwindows949": "cp949", "cp949": "cp949",
    "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "xgbk": "gb18030", "gb231280": "gb18030",
    "windows936": "gb18030", "big5": "cp950", "xbig5": "cp950", "windows950": "cp950", "big5hkscs": "big5hkscs",
    "shiftjis": "cp932", "sjis": "cp932", "xsjis": "cp932", "windows31j": "cp932", "cswindows31j": "cp932",
    "iso2022jp": "iso2022_jp_ext", "csiso2022jp": "iso2022_jp_ext", "iso2022jp1": "iso2022_jp_ext",
    "iso2022jpesc": "iso2022_jp_ext", "eucjp": "euc_jp", "xeucjp": "euc_jp",
    "iso2022kr": "iso2022_kr", "csiso2022kr": "iso2022_kr", "utf8": "utf-8", "utf8mb4": "utf-8", "cp65001": "utf-8",
    "unicode11utf8": "utf-8", "utf7": "utf-7", "unicode11utf7": "utf-7", "utf16": "utf-16", "unicode": "utf-16",
    "ucs2": "utf-16", "xmacroman": "mac-roman", "macintosh": "mac-roman", "macroman": "mac-roman",
    "xmaccyrillic": "mac-cyrillic",
}  # fmt: skip
UNLABELLED = frozenset({"", "cp1252"})
NOT_TEXT = frozenset({"base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "undefined", "punycode", "idna", "mbcs",
                      "oem", "unicode-escape", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape"})  # fmt: skip
LETTER = re.compile(rb"[A-Za-z]")
HIGH = re.compile(rb"[\x80-\xff]")
# Nobody writes C1 control characters: such a byte under an ISO label means the Windows set of that script.
WINDOWS = {"iso8859-15": "cp1252", "iso8859-2": "cp1250", "iso8859-7": "cp1253"}
C1_BYTE = re.compile(rb"[\x80-\x9f]")
FOREIGN = re.compile(r"[^\x00-\x7f]")
LONG_UTF8 = re.compile(r"[^\x00-\u07ff]")  # three bytes or more in UTF-8
HIGH_RUN = re.compile(rb"[\x80-\xff]+")
HANGUL_PAIRS = re.compile(rb"(?:[\xb0-\xc8][\xa1-\xfe])+")
GB_PAIRS = re.compile(rb"(?:[\xa1\xa3\xb0-\xd7][\xa1-\xfe])+")
BIG5_PAIRS = re.compile(rb"[\xa1-\xa3\xa4-\xc6][\x40-\x7e\xa1-\xfe]")
OWN_UNITS = frozenset({"utf-7", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "utf-32-le", "hz"})
MULTIBYTE = frozenset({"utf-8", "cp949", "euc_kr", "johab", "gb18030", "gbk", "gb2312", "cp950", "big5", "big5hkscs", "cp932",
                       "shift_jis", "euc_jp", "iso2022_kr", "iso2022_jp_ext"})  # fmt: skip
OTHER_SCRIPTS = frozenset({"cp1251", "koi8-r", "koi8-u", "iso8859-5", "cp866", "mac-cyrillic", "cp1253", "iso8859-7", "cp1256",
                           "iso8859-6", "cp1255", "iso8859-8", "cp874", "iso8859-11", "cp855", "ptcp154"})  # fmt: skip
# Texts in these have single foreign letters, never runs of them.
WESTERN = frozenset({"iso8859-15", "iso8859-14", "iso8859-2", "iso8859-3", "iso8859-4", "iso8859-10", "iso8859-13", "iso8859-16",
                     "cp1250", "cp1254", "cp1257", "cp437", "cp850", "mac-roman"})  # fmt: skip
CUT = ("unexpected end of data", "incomplete multibyte sequence")
GUESS_BYTES = 65_536
JP_CHUNK = re.compile(rb"(\x1b[$(][@-Z]|\x1b\$\([@-Z]|^)([^\x1b]*)")
C1 = {code: chr(code) for code in range(0x80, 0xA0)}


@lru_cache(maxsize=512)
def codec_for(label: str) -> str | None:
    """The Python codec for a charset label as written in a mail, or None for a label nobody knows."""
    name = label.strip().strip("\"'").lower().split(";")[0].split("*")[0].strip()
    alias = ALIASES.get(re.sub(r"[^a-z0-9]", "", name))
    if alias:
        return alias
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return None
    # A codec that maps bytes to bytes or is no charset must never be chosen by a stranger's label.
    if not getattr(info, "_is_text_encoding", True) or info.name in NOT_TEXT:
        return None
    return info.name


def decode(data: bytes, label: str | None) -> tuple[str, bool]:
    """Text of `data` labelled `label`, and whether some bytes had to be replaced by U+FFFD.

    Order: UTF-8 when the bytes can be nothing else; the label's codec when it fits strictly; what the bytes themselves tell
    (7-bit escapes, Korean, Japanese, Chinese); line by line; the label's codec with replacements. NUL bytes and lone
    surrogates are removed.
    """
    if data.isascii() and b"\x1b" not in data and b"\x0e" not in data:
        codec = codec_for(label or "")
        if codec not in ("utf-7", "utf-16", "utf-16-be", "utf-16-le", "utf-32", "utf-32-be", "utf-32-le"):
            if b"~{" in data and codec in ("hz", "hz-gb-2312"):
                return clean(data.decode("hz", "replace")), False
            return clean(data.decode("ascii")), False
    text, lossy = _decode(data, label or "")
    return clean(text), lossy


def clean(text: str) -> str:
    """The same text without what a database cannot store: NUL and lone surrogates."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    return text


def _decode(data: bytes, label: str) -> tuple[str, bool]:
    if data.startswith(codecs.BOM_UTF8):
        data, label = data[3:], "utf-8"
    codec = codec_for(label) or ""
    if codec == "utf-16":
        return _utf16(data)
    if codec in OWN_UNITS:
        return _by_codec(data, codec)
    if data.isascii() and codec not in ("iso2022_kr", "iso2022_jp_ext") and (escaped := _escaped(data)) is not None:
        return escaped, False
    if _is_surely_utf8(data, codec):
        return _utf8(data) or "", False
    if codec in WINDOWS and C1_BYTE.search(data):
        codec = WINDOWS[codec]
    if codec in UNLABELLED or (codec in WESTERN and _is_mostly_korean(data)):
        return _guess(data), False
    if codec == "iso2022_kr":
        return _iso2022_kr(data)
    if codec == "iso2022_jp_ext":
        return _iso2022_jp(data)
    return _by_codec(data, codec)


def _by_codec(data: bytes, codec: str) -> tuple[str, bool]:
    if codec in ("cp932", "euc_jp") and (text := _japanese(data)) is not None:
        return text, False
    try:
        return data.decode(codec), False
    except UnicodeDecodeError as error:
        # The last character was cut in the middle: by a size limit, or by a sender between two encoded words.
        if error.reason in CUT and codec in MULTIBYTE and HIGH.search(data, 0, error.start):
            return data[: error.start].decode(codec, "replace"), False
    except (UnicodeError, ValueError):
        pass
    if codec not in MULTIBYTE:
        return _with_c1(data, codec) if codec.startswith(("cp12", "iso8859")) else (data.decode(codec, "replace"), True)
    guessed = _whole(data)
    return (guessed, False) if guessed is not None else _by_line(data, codec)


def _by_line(data: bytes, codec: str) -> tuple[str, bool]:
    """A text whose lines are not all of one charset: lists and gateways add a footer in their own."""
    out: list[str] = []
    for line in data.split(b"\n"):
        try:
            out.append(line.decode(codec))
        except (UnicodeError, ValueError):
            out.append(_whole(line) or line.decode(codec, "hark-stray" if codec == "utf-8" else "replace"))
    text = "\n".join(out)
    foreign = sum(1 for char in text if ord(char) > 127)
    # Mostly not UTF-8 at all: a Western mail with the wrong label; a few bad bytes: a cut mail.
    if codec == "utf-8" and text.count("\ufffd") * 2 > foreign:
        return _guess(data), False
    return text, "\ufffd" in text


def _stray(error: UnicodeError) -> tuple[str, int]:
    """In UTF-8, a single foreign byte between ASCII is Windows text, and the beginning of a character after another one is
    where a limit cut it; anything else cannot be known."""
    assert isinstance(error, UnicodeDecodeError)
    data, start, end = error.object, error.start, error.end
    alone = end - start == 1 and data[start - 1 : start].isascii() and data[end : end + 1].isascii()
    if alone:
        return _with_c1(data[start:end], "cp1252")[0], end
    cut = (
        data[start] >= 0xC2
        and not data[start - 1 : start].isascii()
        and data[end : end + 1] in (b'"', b"\r", b"", b"<", b" ")
    )
    return ("" if cut else "\ufffd"), end


codecs.register_error("hark-stray", _stray)


def _is_surely_utf8(data: bytes, codec: str) -> bool:
    """Whether bytes are UTF-8 whatever their label says. Two bytes may be a character of another charset by chance, in
    East Asian ones also several times; three that fit are UTF-8."""
    text = _utf8(data)
    if text is None:
        return False
    long = LONG_UTF8.search(text) is not None
    if codec in MULTIBYTE or codec in OTHER_SCRIPTS:
        return long or (codec in OTHER_SCRIPTS and len(FOREIGN.findall(text)) > 1)
    return not text.isascii()


def _escaped(data: bytes) -> str | None:
    """7-bit Korean or Japanese by its escape sequences, which nothing else has."""
    for escape, codec in ((b"\x1b$)C", "iso2022_kr"), (b"\x1b$", "iso2022_jp_ext"), (b"\x1b(J", "iso2022_jp_ext")):
        if escape in data:
            text, lossy = _iso2022_kr(data) if codec == "iso2022_kr" else _iso2022_jp(data)
            if not lossy:
                return text
    return None


def _guess(data: bytes) -> str:
    """Unlabelled bytes, or labelled ASCII/Latin-1, which senders write when they do not know."""
    escaped = _escaped(data) if b"\x1b" in data else None
    return escaped or _whole(data) or _with_c1(data, "cp1252")[0]


def _whole(data: bytes) -> str | None:
    """The text when its bytes alone tell their charset."""
    utf8 = _utf8(data)
    if utf8 is not None:
        return utf8
    if looks_korean(data):
        return data.decode("cp949", "replace")
    return _japanese(data) or _chinese(data) or _traditional(data)


def _utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A multi-byte character cut at the very end is still UTF-8.
        if error.reason in CUT and HIGH.search(data, 0, error.start):
            return data[: error.start].decode("utf-8")
        return None


def looks_korean(data: bytes) -> bool:
    """Whether 8-bit bytes are EUC-KR/CP949: high bytes stand in runs of Hangul pairs, as no European text has them."""
    sample = data[:GUESS_BYTES]
    runs = HIGH_RUN.findall(sample)
    high = sum(map(len, runs))
    if high < 4:
        return False
    hangul = sum(len(match) for match in HANGUL_PAIRS.findall(sample))
    if hangul < 0.8 * high or max(map(len, runs)) < 4:
        return False
    text = sample.decode("cp949", "replace")
    return text.count("\ufffd") <= len(text) // 200 + 1


def _is_mostly_korean(data: bytes) -> bool:
    """The same for a label of its own: "Zażółć" is a run of foreign letters too, but among many plain ones."""
    high = len(HIGH.findall(data[:GUESS_BYTES]))
    return high >= 10 and high > len(LETTER.findall(data[:GUESS_BYTES])) and looks_korean(data)


def _japanese(data: bytes) -> str | None:
    """EUC-JP or Shift_JIS when a fifth of the foreign characters are kana, as in every Japanese sentence."""
    best, most = None, 0
    for codec in ("euc_jp", "cp932"):
        try:
            text = data.decode(codec)
        except (UnicodeError, ValueError):
            continue
        foreign = [char for char in text[:GUESS_BYTES] if char > "\x7f"]
        kana = sum(1 for char in foreign if "\u3040" <= char <= "\u30ff")
        if len(foreign) >= 4 and kana * 5 >= len(foreign) and kana > most:
            best, most = text, kana
    return best


def _traditional(data: bytes) -> str | None:
    """Big5 when nearly all of its characters are of the first, most used level."""
    sample = data[:GUESS_BYTES]
    try:
        text = data.decode("cp950")
    except (UnicodeError, ValueError):
        return None
    foreign = sum(1 for char in text[:GUESS_BYTES] if char > "\x7f")
    common = len(BIG5_PAIRS.findall(sample))
    return text if foreign >= 4 and common >= 0.9 * foreign else None


def _chinese(data: bytes) -> str | None:
    """GB 18030 when nearly all high bytes are pairs of the first, most used level of GB 2312."""
    sample = data[:GUESS_BYTES]
    runs = HIGH_RUN.findall(sample)
    high = sum(map(len, runs))
    common = sum(len(match) for match in GB_PAIRS.findall(sample))
    if high < 8 or common < 0.9 * high or any(len(run) % 2 for run in runs[:-1]):
        return None
    try:
        return data.decode("gb18030")
    except (UnicodeError, ValueError):
        return None


def _with_c1(data: bytes, codec: str) -> tuple[str, bool]:
    """Decode; bytes the code page leaves undefined become their C1 control characters, as browsers do."""
    text = data.decode(codec, "surrogateescape")
    return text.translate({0xDC00 + code: char for code, char in C1.items()}).encode(
        "utf-8", "surrogateescape").decode("utf-8", "replace"), False  # fmt: skip


def _utf16(data: bytes) -> tuple[str, bool]:
    """UTF-16 with or without byte order mark; without one the side with the zero bytes decides, else big endian."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        codec = "utf-16"
    elif b"\x00" not in data and (text := _utf8(data)) is not None:
        return text, False
    else:
        codec = "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
    text = data.decode(codec, "replace")
    return text, "\ufffd" in text


def _iso2022_kr(data: bytes) -> tuple[str, bool]:
    """RFC 1557, also without its designator, with 8-bit EUC-KR inside or with the shift left open."""
    try:
        return data.decode("iso2022_kr"), False
    except (UnicodeError, ValueError):
        pass
    out = bytearray()
    shifted = False
    for byte in data.replace(b"\x1b$)C", b""):
        if byte == 0x0E:
            shifted = True
        elif byte in (0x0F, 0x0A):  # RFC 1557: every line ends in ASCII
            shifted = False
            if byte == 0x0A:
                out.append(byte)
        else:
            out.append(byte | 0x80 if shifted and 0x21 <= byte <= 0x7E else byte)
    text = out.decode("cp949", "replace")
    return text, "\ufffd" in text


def _iso2022_jp(data: bytes) -> tuple[str, bool]:
    """RFC 1468, also with vendor characters (NEC row 13) in it, or with 8-bit EUC-JP or Shift_JIS under its label."""
    if HIGH.search(data):
        text = _utf8(data) or _japanese(data)
        if text is not None:
            return text, False
    try:
        return data.decode("iso2022_jp_ext"), False
    except (UnicodeError, ValueError):
        pass
    out = bytearray()
    for escape, chunk in JP_CHUNK.findall(data):
        out += _jis_to_sjis(chunk) if escape.startswith(b"\x1b$") else chunk
    text = out.decode("cp932", "replace")
    return text, "\ufffd" in text


def _jis_to_sjis(chunk: bytes) -> bytes:
    out = bytearray()
    for high, low in zip(chunk[::2], chunk[1::2], strict=False):
        if not (0x21 <= high <= 0x7E and 0x21 <= low <= 0x7E):
            out += bytes((high, low))
            continue
        out.append((high + 1) // 2 + (0x70 if high < 0x5F else 0xB0))
        out.append(low + (0x1F if low < 0x60 else 0x20) if high % 2 else low + 0x7E)
    return bytes(out)
