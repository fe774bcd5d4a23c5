"""Mail header fields: folding, encoded words, parameters, addresses, ids and dates, as strict senders and others write
them. Pure; nothing raises for any input. Sources: RFC 5322, 2047, 2231, 6532."""

import binascii
import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from urllib.parse import unquote_to_bytes

from hark.channels.email.charsets import clean, codec_for, decode
from hark.channels.email.types import Address

ENCODED = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?(.{0,2000}?)\?=", re.DOTALL)
UNENDED = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^\s?]{4,2000})\??$")
PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}){2}")
FOLD = re.compile(rb"\r?\n|\r")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\ufeff]+")
SPACES = re.compile(r"\s+")
MESSAGE_ID = re.compile(r"<\s*([^<>]{1,900}?)\s*>")
BARE_ID = re.compile(r"[^\s<>\"',;()@]{1,300}@[^\s<>\"',;()]{1,300}")
ADDRESS_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|<([^<>]*)>|([,;:])|(\()|([^",;:<(]+|[<"])', re.DOTALL)
ANGLE_NEXT = re.compile(r"[^,;:<>@\"()]{1,100}<[^<>@\s]{1,200}@")
ADDRESS = re.compile(r"[^\s<>\"',;()\[\]@]{1,300}@(?:\[[^\]\s]{1,100}\]|[^\s<>\"',;()\[\]]{1,300})")
LOOSE_FIRST = re.compile(
    r"^(\s*[\w./+-]*?),?(\s*(?:file)?name\s*=)", re.IGNORECASE
)  # "attachment, filename=x" or no kind
PARAMETER = re.compile(r';\s*([^\s=;"]{1,200})\s*=\s*("(?:[^"\\]|\\.)*"?|[^;]*)', re.DOTALL)
SEGMENT = re.compile(r"^([^*]+)(?:\*(\d{1,4}))?(\*)?$")
DATE_COMMENT = re.compile(r"\([^()]*\)")
MAX_VALUE = 100_000  # characters of one header value that are looked at
MAX_IDS = 1_000
MAX_ADDRESSES = 1_000


def unfold(raw: bytes) -> bytes:
    """A field body on one line (RFC 5322 2.2.3); the white space that begins each following line stays."""
    return FOLD.sub(b"", raw).strip() if b"\n" in raw or b"\r" in raw else raw.strip()


def to_text(raw: bytes, hint: str | None = None) -> str:
    """A field body as text with encoded words kept. 8-bit bytes are UTF-8 (RFC 6532), else the body's charset `hint`."""
    raw = unfold(raw[:MAX_VALUE])
    if raw.isascii():
        return clean(raw.decode("ascii"))
    return decode(raw, "utf-8" if hint is None else hint)[0] if not _is_utf8(raw) else clean(raw.decode("utf-8"))


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def decode_words(value: str) -> str:
    """Text with its RFC 2047 encoded words decoded, wherever they stand (also glued to words or inside quotes).

    White space between two encoded words goes; bytes of neighbours in one charset are joined before decoding,
    because senders cut multi-byte characters in the middle.
    """
    if "=?" not in value:
        return value
    if (cut := UNENDED.search(value)) is not None:  # a subject cut by a limit
        value = f"{value[: cut.end(3)]}?="
    out: list[str] = []
    pending = bytearray()
    charset = ""
    end = 0
    for match in ENCODED.finditer(value):
        gap = value[end : match.start()]
        data = _word_bytes(match[2].lower(), match[3])
        if data is None:
            continue
        if gap.strip() or not end or match[1].lower() != charset:
            if pending:
                out.append(decode(bytes(pending), charset)[0])
                pending.clear()
            if gap.strip() or not end:
                out.append(gap)
        charset = match[1].lower()
        pending += data
        end = match.end()
    if pending:
        out.append(decode(bytes(pending), charset)[0])
    out.append(value[end:])
    return "".join(out)


def _word_bytes(encoding: str, text: str) -> bytes | None:
    raw = text.encode("utf-8", "replace")
    if encoding == "q":
        return binascii.a2b_qp(raw, header=True)
    return base64_bytes(raw)


def base64_bytes(raw: bytes | memoryview) -> bytes:
    """Base64 as found: foreign characters skipped, missing padding made up, a stray last character dropped."""
    try:
        return binascii.a2b_base64(raw)
    except binascii.Error:
        pass
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", bytes(raw))
    letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def one_line(value: str) -> str:
    """Text for a label: control and direction-changing characters out, runs of white space to one space."""
    return SPACES.sub(" ", CONTROL.sub(" ", value)).strip()


def text_value(raw: bytes, hint: str | None = None) -> str:
    """An unstructured field (Subject) as people should read it."""
    return one_line(decode_words(to_text(raw, hint)))


def message_ids(value: str) -> list[str]:
    """Ids of a Message-ID, In-Reply-To or References field, in order, no duplicates, without angle brackets."""
    found = [SPACES.sub("", match) for match in MESSAGE_ID.findall(value)]
    if not found:
        found = BARE_ID.findall(value) or ([value.strip()] if value.strip() and " " not in value.strip() else [])
    return list(dict.fromkeys(one for one in found if one and len(one) <= 900))[:MAX_IDS]


def parse_date(value: str) -> datetime | None:
    """A Date field in UTC, or None when nobody can tell. Years outside 1970-2100 count as nonsense."""
    try:
        parts = parsedate_tz(DATE_COMMENT.sub(" ", value[:300]))
        if parts is not None:
            moment = datetime(*parts[:6], tzinfo=timezone(timedelta(seconds=parts[9] or 0)))
        else:
            moment = datetime.fromisoformat(value.strip())
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        moment = moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None
    return moment if 1970 <= moment.year <= 2100 else None


def addresses(value: str) -> tuple[list[Address], bool]:
    """Mailboxes of an address list, and whether the list was cut at MAX_ADDRESSES. Group names are left out."""
    found: list[Address] = []
    words: list[str] = []
    angle: str | None = None
    position = 0
    while (match := ADDRESS_TOKEN.match(value, position)) is not None:
        position = match.end()
        quoted, bracket, mark, comment, text = match.groups()
        if comment:
            position, note = _skip_comment(value, match.end())
            words.append(f"\x00{note}")
        elif bracket is not None:
            angle = bracket if angle is None or "@" in bracket else angle
        elif quoted is not None:
            words.append(re.sub(r"\\(.)", r"\1", quoted) if value[position : position + 1] != "@" else match[0])
        elif mark == ":":
            words.clear()
        elif mark:
            # "Muster, Anna <anna@example.com>": a name that should have been quoted, as directories write it.
            alone = mark == "," and angle is None and not ADDRESS.search("".join(words)) and len(words) == 1
            if alone and ANGLE_NEXT.match(value, position):
                words = [f"{words[0].strip()},"]
                continue
            _add_address(found, words, angle)
            words, angle = [], None
            if len(found) >= MAX_ADDRESSES:
                return found, bool(value[position:].strip())
        elif text and text not in '<"':
            words.append(text)
    _add_address(found, words, angle)
    return found, False


def _skip_comment(value: str, start: int) -> tuple[int, str]:
    depth, at = 1, start
    while at < len(value) and depth:
        depth += {"(": 1, ")": -1}.get(value[at], 0)
        at += 2 if value[at] == "\\" else 1
    return at, value[start : at - 1]


def _add_address(found: list[Address], words: list[str], angle: str | None) -> None:
    plain = one_line(" ".join(word for word in words if not word.startswith("\x00")))
    notes = [word[1:] for word in words if word.startswith("\x00")]
    if angle is None:
        match = ADDRESS.search("".join(word for word in words if not word.startswith("\x00")))
        if match is None:
            if plain and "=?" in plain and (inner := ADDRESS.search(decode_words(plain))):
                found.append(Address(one_line(decode_words(plain).replace(inner[0], "").strip(" <>\"'")),
                                     normalize_address(inner[0])))  # fmt: skip
            return
        spec, plain = match[0], one_line(plain.replace(match[0], " ")).strip(" '\"")
    else:
        spec = angle
    if not plain and notes:
        plain = notes[0]
    name = unquoted(one_line(decode_words(plain)))
    address = normalize_address(decode_words(spec))
    if address:
        found.append(Address("" if name.lower() == address.lower() else name[:300], address))


def unquoted(name: str) -> str:
    """A name without the quotes that surround all of it."""
    name = name.strip('" ')
    return name[1:-1].strip() if len(name) > 1 and name[0] == name[-1] == "'" else name


def normalize_address(spec: str) -> str:
    """`local@domain` with the domain in lower case; source routes, blanks and brackets go. Empty when there is none."""
    spec = SPACES.sub("", CONTROL.sub("", spec)).strip("<>'\";,.")
    if spec.lower().startswith("mailto:"):
        spec = spec[7:]
    if spec.startswith("@") and ":" in spec:
        spec = spec.split(":", 1)[1]
    local, _, domain = spec.rpartition("@")
    return f"{local}@{domain.lower()}"[:500] if local and domain else ""


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A structured field (`type; key=value ...`): its first word in lower case, and parameters by lower-case name.

    RFC 2231 continuations and charsets are put together; RFC 2047 words, which do not belong here, are decoded.
    A parameter in the extended form wins over the plain one of the same name.
    """
    value = LOOSE_FIRST.sub(r"\1;\2", value)
    first, _, _ = value.partition(";")
    plain: dict[str, str] = {}
    segments: dict[str, dict[int, tuple[str, bool]]] = {}
    for key, rawvalue in PARAMETER.findall(value[len(first) :][:MAX_VALUE]):
        text = _unquote(rawvalue)
        match = SEGMENT.match(key.lower())
        if match is None or (match[2] is None and match[3] is None):
            plain.setdefault(key.lower(), one_line(decode_words(text)))
        else:
            segments.setdefault(match[1], {}).setdefault(int(match[2] or 0), (text, match[3] is not None))
    for name, pieces in segments.items():
        plain[name] = one_line(_join_segments(pieces))
    for name in ("filename", "name"):
        if name in plain and PERCENT.search(plain[name]):
            plain[name] = _unpercent(plain[name])
    return one_line(DATE_COMMENT.sub("", first)).lower(), plain


def _unpercent(name: str) -> str:
    """A file name in percent encoding without saying so, when it is one beyond doubt."""
    try:
        text = unquote_to_bytes(name).decode("utf-8")
    except UnicodeDecodeError:
        return name
    return one_line(text) if not text.isascii() else name


def _unquote(value: str) -> str:
    value = value.strip()
    if not value.startswith('"'):
        return value.strip("'") if value.startswith("'") and value.endswith("'") else value
    value = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
    # Windows paths are sent with single backslashes; only \" and \\ are quoted pairs in practice.
    return re.sub(r'\\(["\\])', r"\1", value)


def _join_segments(pieces: dict[int, tuple[str, bool]]) -> str:
    charset: str | None = None
    data = bytearray()
    for number in sorted(pieces):
        text, extended = pieces[number]
        if extended and charset is None and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if extended else text.encode("utf-8", "replace")
    if charset and codec_for(charset) is None:
        charset = None
    text = decode(bytes(data), charset or "utf-8")[0]
    return decode_words(text)
