"""A mail's tree of parts as byte ranges of the raw mail (RFC 2045, 2046), tolerant of what senders really write.

Why not the standard library's parser: it holds every line as an object and recurses through all open parts for
each line, so a 100 MB mail or 1,000 nested parts cost gigabytes or minutes. Here nothing is copied until a part is
decoded, and depth, number of parts and boundary look-ups are bounded.
"""

import binascii
import re

import msgspec

from hark.channels.email.headers import base64_bytes, parameters, to_text

MAX_DEPTH = 50
MAX_PARTS = 1_000
MAX_LOOKUPS = 50_000
MAX_HEADER_BYTES = 1_000_000
MAX_HEADER_FIELDS = 2_000
HEADER_END = re.compile(rb"\n\r?\n|\r\r(?!\n)")
FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
BOUNDARY_LINE = re.compile(rb"(?:^|\n)--([^\r\n]{1,200}?)[ \t]*\r?\n")
NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} [^\r\n]*\r?\n", re.MULTILINE)
TYPE = re.compile(r"^[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}$")
LOOSE_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "plain/text": "text/plain",
               "multipart": "multipart/mixed", "message": "message/rfc822", "image": "image/unknown"}  # fmt: skip

Headers = list[tuple[str, bytes]]


class Part(msgspec.Struct, kw_only=True):
    """One entity: `headers` in order with names in lower case, `start` and `end` of its still encoded body."""

    headers: Headers
    content_type: str
    params: dict[str, str]
    disposition: str
    disposition_params: dict[str, str]
    encoding: str
    cid: str | None
    start: int
    end: int
    children: list["Part"] = []

    def header(self, name: str) -> bytes | None:
        return next((value for key, value in self.headers if key == name), None)


class Budget(msgspec.Struct):
    """What may still be spent on one mail, and the sentences about what was cut or repaired."""

    parts: int = MAX_PARTS
    lookups: int = MAX_LOOKUPS
    problems: list[str] = []

    def note(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)


def split_parts(raw: bytes, budget: Budget) -> Part:
    """The root part of `raw`; its `children` are set for every multipart that could be taken apart."""
    start = 0
    if raw.startswith((b"From ", b">From ")):  # mbox separator
        start = raw.find(b"\n") + 1
    while raw[start : start + 2] == b"\r\n" or raw[start : start + 1] == b"\n":
        start += 2 if raw[start] == 13 else 1
    return _entity(raw, start, len(raw), "text/plain", 0, budget)


def read_headers(raw: bytes, start: int, end: int, budget: Budget) -> tuple[Headers, int]:
    """The header fields that begin at `start`, and where the body begins."""
    if raw[start : start + 1] == b"\n" or raw[start : start + 2] == b"\r\n":
        return [], start + (1 if raw[start : start + 1] == b"\n" else 2)
    match = HEADER_END.search(raw, start, end)
    stop, body = (match.start() + 1, match.end()) if match else (end, end)
    if stop - start > MAX_HEADER_BYTES:
        budget.note(f"The header is longer than {MAX_HEADER_BYTES:,} bytes; the rest of it was not read.")
        stop = start + MAX_HEADER_BYTES
    block = raw[start:stop]
    if b"\n" not in block and block.count(b"\r") > 1:
        block = block.replace(b"\r", b"\n")
    return _fields(block, start, body, budget)


def _fields(block: bytes, start: int, body: int, budget: Budget) -> tuple[Headers, int]:
    fields: Headers = []
    lines = block.split(b"\n")
    offset = start
    key, pieces = "", []  # type: tuple[str, list[bytes]]
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t"):
            if pieces:
                pieces.append(line)
        elif match := FIELD.match(line):
            if pieces:
                fields.append((key, b"\n".join(pieces)))
            key, pieces = match[1].decode("ascii").lower(), [line[match.end() :]]
            if len(fields) >= MAX_HEADER_FIELDS:
                budget.note(f"More than {MAX_HEADER_FIELDS:,} header fields; the rest of them was not read.")
                return fields, body
        elif line.strip():
            following = lines[number + 1] if number + 1 < len(lines) else b""
            if not FIELD.match(following) and following[:1] not in (b" ", b"\t"):
                if number + 1 < len(lines) or not fields:
                    budget.note("A blank line between header and text is missing.")
                    body = offset
                break
            budget.note("A header line without a name was skipped.")
        offset += len(line) + 1
    if pieces:
        fields.append((key, b"\n".join(pieces)))
    return fields, body


def _entity(raw: bytes, start: int, end: int, default_type: str, depth: int, budget: Budget) -> Part:
    budget.parts -= 1
    headers, body = read_headers(raw, start, end, budget)
    part = describe(headers, min(body, end), end, default_type)
    if part.content_type.startswith("multipart/"):
        if depth >= MAX_DEPTH:
            budget.note(f"Parts nested deeper than {MAX_DEPTH} were kept as one attachment.")
            part.content_type = "application/octet-stream"
        else:
            _split_multipart(raw, part, depth, budget)
    return part


def describe(headers: Headers, start: int, end: int, default_type: str = "text/plain") -> Part:
    """A part from its header fields: type, disposition, encoding and content id made regular."""
    first: dict[str, bytes] = {}
    for key, value in headers:
        if key.startswith("content-"):
            first.setdefault(key, value)
    content_type, params = default_type, {}  # type: tuple[str, dict[str, str]]
    if "content-type" in first:
        named, params = parameters(to_text(first["content-type"]))
        named = LOOSE_TYPES.get(named, named)
        content_type = named if TYPE.match(named) else default_type
    disposition, disposition_params = "", {}  # type: tuple[str, dict[str, str]]
    if "content-disposition" in first:
        disposition, disposition_params = parameters(to_text(first["content-disposition"]))
    encoding = to_text(first.get("content-transfer-encoding", b"")).split(";")[0].strip().strip("\"'").lower()
    cid = to_text(first.get("content-id", b"")).strip().strip("<>").strip()[:500] or None
    return Part(headers=headers, content_type=content_type, params=params, disposition=disposition,
                disposition_params=disposition_params, encoding=encoding, cid=cid, start=start, end=end)  # fmt: skip


def _split_multipart(raw: bytes, part: Part, depth: int, budget: Budget) -> None:
    boundary = part.params.get("boundary", "").encode("utf-8", "replace")
    ranges = _ranges(raw, part.start, part.end, boundary, budget) if boundary else []
    if not ranges:
        guess = BOUNDARY_LINE.search(raw, part.start, part.end)
        if guess and raw.count(b"--" + guess[1], part.start, part.end) > 1:
            budget.note("The boundary between parts was wrong or missing; it was taken from the body.")
            ranges = _ranges(raw, part.start, part.end, guess[1], budget)
    if not ranges:
        budget.note("A multipart without parts was read as plain text.")
        part.content_type = "text/plain"
        return
    default_type = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    for start, end in ranges:
        if budget.parts <= 0:
            budget.note(f"More than {MAX_PARTS:,} parts; the rest was not taken apart.")
            part.children.append(describe([("content-type", b"application/octet-stream")], start, part.end))
            return
        part.children.append(_entity(raw, start, end, default_type, depth + 1, budget))


def _ranges(raw: bytes, start: int, end: int, boundary: bytes, budget: Budget) -> list[tuple[int, int]]:
    """Byte ranges between the boundary lines of one multipart; a missing closing line ends at the body's end."""
    mark = b"--" + boundary
    ranges: list[tuple[int, int]] = []
    opened: int | None = None
    at = start
    while (at := raw.find(mark, at, end)) != -1:
        budget.lookups -= 1
        if budget.lookups < 0:
            budget.note("Too many boundary lines; the rest was not taken apart.")
            break
        after = at + len(mark)
        closing = raw[after : after + 2] == b"--"
        rest = after + 2 if closing else after
        while raw[rest : rest + 1] in (b" ", b"\t") and rest < end:
            rest += 1
        if (at > start and raw[at - 1] not in b"\r\n") or (rest < end and raw[rest] not in b"\r\n"):
            at = after
            continue
        if opened is not None:
            # The line break before a boundary belongs to the boundary (RFC 2046 5.1.1).
            stop = at - 1 if at > opened and raw[at - 1] == 10 else at
            stop = stop - 1 if stop > opened and raw[stop - 1] == 13 else stop
            ranges.append((opened, max(stop, opened)))
        rest += 2 if raw[rest : rest + 2] == b"\r\n" else 1
        opened = None if closing else min(rest, end)
        at = min(rest, end) - (1 if rest < end else 0)
        at = max(at, after)
    if opened is not None:
        ranges.append((opened, end))
    return ranges


def payload(raw: bytes, part: Part) -> bytes:
    """The decoded body of a leaf part; an encoding nobody knows leaves the bytes as they are."""
    view = memoryview(raw)[part.start : part.end]  # no second copy of a large attachment
    if part.encoding in ("base64", "b") and not (part.content_type.startswith("text/") and _is_plain(view)):
        return base64_bytes(view)
    if part.encoding in ("quoted-printable", "quotedprintable", "q"):
        return binascii.a2b_qp(view)
    data = bytes(view)
    if part.encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
        return _uudecode(data)
    return data


def _is_plain(view: memoryview) -> bool:
    """Whether a text only claims to be base64: words with spaces between them and marks that base64 has not."""
    start = bytes(view[:1_000])
    return start.count(b" ") >= 3 and len(NOT_BASE64.findall(start)) >= 2


def _uudecode(data: bytes) -> bytes:
    begin = UU_BEGIN.search(data)
    if begin is None:
        return data
    out = bytearray()
    for line in data[begin.end() :].splitlines():
        if line.strip() in (b"end", b"`"):
            break
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            # Lines with blanks cut or check characters added: as many bytes as the first character says.
            length = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                out += binascii.a2b_uu(line[:length].ljust(length))
            except binascii.Error:
                continue
    return bytes(out)
