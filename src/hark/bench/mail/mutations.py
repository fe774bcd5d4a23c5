"""Mails damaged in the ways that mails are damaged, and in some that nobody has thought of yet. Pure, repeatable."""

import base64
import re
from collections.abc import Callable, Mapping
from random import Random

MAX_BYTES = 8_000_000
HUGE = 1_000_000  # bytes of a field that nobody needs
DEEP = 600  # levels of multiparts in multiparts

Mutation = Callable[[bytes, bytes, Random], bytes]
"""(a mail, another one, chance) -> the damaged mail."""

CHARSETS = (
    b"utf-8", b"us-ascii", b"iso-8859-1", b"windows-1252", b"euc-kr", b"ks_c_5601-1987", b"iso-2022-kr", b"cp949",
    b"iso-2022-jp", b"shift_jis", b"gb2312", b"gb18030", b"big5", b"utf-7", b"utf-16", b"utf-32", b"koi8-r", b"hz-gb-2312",
    b"idna", b"punycode", b"unicode_escape", b"zlib", b"rot13", b"undefined", b"x-unknown", b"", b"\xff\xfe", b"8bit",
)  # fmt: skip
ENCODINGS = (b"base64", b"quoted-printable", b"7bit", b"8bit", b"binary", b"x-uuencode", b"BASE64 ; x", b"", b"nothing")
NAMES = (
    b"From", b"To", b"Cc", b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References", b"Content-Type",
    b"Content-Transfer-Encoding", b"Content-Disposition", b"MIME-Version", b"Reply-To", b"Sender", b"Received",
    b"Auto-Submitted", b"X-Loop", b"List-Id", b"DKIM-Signature", b"Authentication-Results",
)  # fmt: skip
CHARSET = re.compile(rb"(?i)(charset\s*=\s*\"?)([-\w]+)")
ENCODING = re.compile(rb"(?im)^(content-transfer-encoding:[ \t]*)([-\w]+)")
BOUNDARY = re.compile(rb"(?i)(boundary\s*=\s*\"?)([^\";\r\n]+)")
ENCODED_WORD = re.compile(rb"=\?([^?\s]{1,40})\?([BbQq])\?([^?]*)\?=")


def mutate(mail: bytes, other: bytes, random: Random) -> tuple[str, bytes]:
    """(what was done, the damaged mail): one mutation, or up to three on each other. At most MAX_BYTES."""
    names = random.choices(tuple(MUTATIONS), k=random.choice((1, 1, 1, 2, 3)))
    for name in names:
        mail = MUTATIONS[name](mail, other, random)[:MAX_BYTES]
    return "+".join(names), mail


# bytes ----------------------------------------------------------------------------------------------------------------


def flip_bits(mail: bytes, _other: bytes, random: Random) -> bytes:
    """From one bit to one in fifty bytes."""
    if not mail:
        return mail
    damaged = bytearray(mail)
    for _ in range(random.choice((1, 2, 10, 1 + len(mail) // 50))):
        damaged[random.randrange(len(damaged))] ^= 1 << random.randrange(8)
    return bytes(damaged)


def truncate(mail: bytes, _other: bytes, random: Random) -> bytes:
    """Only its beginning, or (more seldom) only its end has arrived."""
    at = random.randrange(len(mail) + 1)
    return mail[at:] if random.random() < 0.2 else mail[:at]


def insert_bytes(mail: bytes, _other: bytes, random: Random) -> bytes:
    """Bytes that mean something, in a place where they do not belong."""
    pieces = (
        b"\0", b"\0" * 500, b"\r", b"\n", b"\r\n\r\n", b"\x1b$)C\x0e", b"\x1b(B", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf",
        b"=?utf-8?B?", b"?=", b"=?", b"=\r\n", b"=3D", b"<!--", b"<![CDATA[", b"<" * 3000, b"(" * 3000, b'"' * 2999, b"\\" * 3001,
        b"> " * 3000, b"\x85\xa0", b"begin 644 a.txt\r\n", b"x" * 20_000, b"&#x" * 2000, b"\n>From ", b"@" * 2000, b"\n" * 100_000, b"\r\n > " * 50_000, b"- \n" * 50_000, b"," * 5000,
    )  # fmt: skip
    at = random.randrange(len(mail) + 1)
    return mail[:at] + random.choice(pieces) + mail[at:]


def repeat_piece(mail: bytes, _other: bytes, random: Random) -> bytes:
    """A stretch of it comes again and again."""
    if not mail:
        return mail
    at = random.randrange(len(mail))
    piece = mail[at : at + random.randrange(1, 400)]
    return mail[:at] + piece * random.choice((2, 10, 500)) + mail[at:]


def change_line_ends(mail: bytes, _other: bytes, random: Random) -> bytes:
    """All lines end in one way, or each in another one."""
    lines = mail.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    ends = (b"\n", b"\r\n", b"\r", b"\n\r", b"\r\r\n", b"")
    if random.random() < 0.7:
        return random.choice(ends).join(lines)
    return b"".join(line + random.choice(ends[:5]) for line in lines)


# header ---------------------------------------------------------------------------------------------------------------


def split_header(mail: bytes) -> tuple[list[bytes], bytes]:
    """(fields with their continuation lines, the blank line and all that follows)."""
    end = re.search(rb"\r?\n\r?\n", mail)
    head, rest = (mail[: end.start()], mail[end.start() :]) if end else (mail, b"")
    return re.split(rb"\r?\n(?![ \t])", head), rest


def _with_fields(fields: list[bytes], rest: bytes) -> bytes:
    return b"\r\n".join(fields) + rest


def repeat_fields(mail: bytes, other: bytes, random: Random) -> bytes:
    """Some fields stand twice or a hundred times, some with the value of another mail."""
    fields, rest = split_header(mail)
    foreign, _ = split_header(other)
    for _ in range(random.randrange(1, 5)):
        field = random.choice(fields if random.random() < 0.6 else foreign)
        at = random.randrange(len(fields) + 1)
        fields[at:at] = [field] * min(random.choice((1, 1, 2, 100)), 1 + HUGE // (len(field) + 1))
    return _with_fields(fields, rest)


def remove_fields(mail: bytes, _other: bytes, random: Random) -> bytes:
    """Some fields are missing, sometimes nearly all."""
    fields, rest = split_header(mail)
    share = random.choice((0.1, 0.3, 0.9))
    return _with_fields([field for field in fields if random.random() > share], rest)


def swap_values(mail: bytes, _other: bytes, random: Random) -> bytes:
    """A field says what another one should."""
    fields, rest = split_header(mail)
    at = random.randrange(len(fields))
    name = random.choice((fields[at].partition(b":")[0], *NAMES))
    value = random.choice(fields).partition(b":")[2]
    fields[at] = name + b":" + value
    return _with_fields(fields, rest)


def huge_field(mail: bytes, _other: bytes, random: Random) -> bytes:
    """One field of a megabyte, or very many short ones."""
    fields, rest = split_header(mail)
    name, size = random.choice(NAMES), random.choice((20_000, 200_000, HUGE))
    fillings = (
        b"a", b"a ", b" ,", b"<a@b.c>, ", b"(", b'"', b"=?utf-8?q?a?= ", b"; a=b", b"; a*0*=x''%20", b"\r\n ", b"<<>>", b"re: ", b"@",
        b"=?utf-8?b?w7w=?=\r\n ", b"\\", b"a@b.c ", b"=?", b"group: ;", b"\xec\x95\x88",
    )  # fmt: skip
    filling = random.choice(fillings)
    if random.random() < 0.2:
        fields += [name + b": " + filling] * (size // 40)
    else:
        fields.insert(random.randrange(len(fields) + 1), name + b": " + filling * (size // len(filling)))
    return _with_fields(fields, rest)


# MIME -----------------------------------------------------------------------------------------------------------------


def damage_boundaries(mail: bytes, _other: bytes, random: Random) -> bytes:
    """Boundaries are missing, changed, empty, doubled, or never end."""
    found = BOUNDARY.findall(mail)
    if not found:
        return (
            b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="'
            + b"b" * random.choice((0, 1, 70, 5000))
            + b'"\r\n'
            + mail
        )
    boundary: bytes = random.choice(found)[1].strip()
    lines = mail.split(b"--" + boundary)
    way = random.randrange(6)
    if way == 0:  # one delimiter is gone
        at = random.randrange(1, len(lines)) if len(lines) > 1 else 0
        return (b"--" + boundary).join(lines[:at]) + (b"--" + boundary).join(lines[at:])
    if way == 1:  # announced by another name
        return BOUNDARY.sub(lambda m: m[1] + m[2][:-1], mail, count=1)
    if way == 2:
        name = random.choice((b"", b" ", b"--", b"(.*)+", b"\xff" * 10))
        return BOUNDARY.sub(lambda m: m[1] + name, mail, count=1)
    if way == 3:  # the same for all levels
        return BOUNDARY.sub(lambda m: m[1] + boundary, mail)
    if way == 4:  # very many empty parts
        return (b"--" + boundary + b"\r\n\r\n") * min(
            random.choice((3, 300, 20_000)), HUGE // (len(boundary) + 1)
        ) + mail
    return mail.replace(b"--" + boundary + b"--", b"--" + boundary)


def relabel_charset(mail: bytes, _other: bytes, random: Random) -> bytes:
    """A charset that is not the text's, of parts and of encoded words."""

    def other_name(m: re.Match[bytes]) -> bytes:
        return m[1] + random.choice(CHARSETS) if random.random() < 0.7 else m[0]

    def other_word(m: re.Match[bytes]) -> bytes:
        return b"=?" + random.choice(CHARSETS) + b"?" + random.choice((m[2], b"q", b"b", b"x")) + b"?" + m[3] + b"?="

    relabelled = ENCODED_WORD.sub(other_word, CHARSET.sub(other_name, mail))
    if relabelled == mail:
        return b"Content-Type: text/plain; charset=" + random.choice(CHARSETS) + b"\r\n" + mail
    return relabelled


def relabel_encoding(mail: bytes, _other: bytes, random: Random) -> bytes:
    """A transfer encoding that is not the part's."""
    relabelled = ENCODING.sub(lambda m: m[1] + random.choice(ENCODINGS), mail)
    if relabelled == mail:
        return b"Content-Transfer-Encoding: " + random.choice(ENCODINGS) + b"\r\n" + mail
    return relabelled


def splice(mail: bytes, other: bytes, random: Random) -> bytes:
    """The beginning of one mail and the end of another."""
    return mail[: random.randrange(len(mail) + 1)] + other[random.randrange(len(other) + 1) :]


def nest(mail: bytes, _other: bytes, random: Random) -> bytes:
    """The mail at the bottom of multiparts, or of forwarded mails, in each other."""
    depth = random.choice((1, 5, 30, 150, DEEP))
    fields, _ = split_header(mail)
    top = b"\r\n".join(f for f in fields if not f.lower().startswith((b"content-", b"mime-version")))
    if random.random() < 0.5:
        heads = [f'Content-Type: multipart/mixed; boundary="d{n}"\r\n\r\n--d{n}\r\n'.encode() for n in range(depth)]
        tails = [f"\r\n--d{n}--".encode() for n in reversed(range(depth))] if random.random() < 0.7 else []
        return top + b"\r\n" + b"".join(heads) + mail + b"".join(tails)
    return top + b"\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * depth + mail


def attach(mail: bytes, other: bytes, random: Random) -> bytes:
    """The other mail as a part of this one, under a name and a type that promise something else."""
    names = (
        b"winmail.dat",
        b"../../etc/passwd",
        b"a" * 3000,
        b"",
        b"\xff\0.exe",
        b"invite.ics",
        b"smime.p7m",
        b"=?utf-8?q?a?=",
    )
    types = (
        b"application/ms-tnef", b"message/delivery-status", b"message/rfc822", b"text/calendar", b"multipart/report", b"text/html",
        b"application/pkcs7-mime", b"message/feedback-report", b"text/rfc822-headers", b"multipart/alternative", b"/", b"image/png",
    )  # fmt: skip
    payload = base64.encodebytes(other) if random.random() < 0.5 else other
    encoding = b"base64" if payload is not other or random.random() < 0.3 else b"binary"
    report = random.random() < 0.3
    kind = b"multipart/report; report-type=delivery-status" if report else b"multipart/mixed"
    fields, rest = split_header(mail)
    top = b"\r\n".join(f for f in fields if not f.lower().startswith((b"content-", b"mime-version")))
    return (
        top + b"\r\nMIME-Version: 1.0\r\nContent-Type: " + kind + b"; boundary=outer\r\n\r\n--outer\r\n" + rest
        + b"\r\n--outer\r\nContent-Type: " + random.choice(types) + b'; name="' + random.choice(names)
        + b'"\r\nContent-Transfer-Encoding: ' + encoding + b"\r\n\r\n" + payload + b"\r\n--outer--\r\n"
    )  # fmt: skip


MUTATIONS: Mapping[str, Mutation] = {
    "flip_bits": flip_bits,
    "truncate": truncate,
    "insert_bytes": insert_bytes,
    "repeat_piece": repeat_piece,
    "change_line_ends": change_line_ends,
    "repeat_fields": repeat_fields,
    "remove_fields": remove_fields,
    "swap_values": swap_values,
    "huge_field": huge_field,
    "damage_boundaries": damage_boundaries,
    "relabel_charset": relabel_charset,
    "relabel_encoding": relabel_encoding,
    "splice": splice,
    "nest": nest,
    "attach": attach,
}
