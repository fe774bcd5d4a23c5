"""parse_message: golden mails of our own, the shared collections, hostile bytes."""

import json
import struct
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hark.channels.email.charsets import codec_for
from hark.channels.email.mime import external_id, parse_message, safe_name
from hark.channels.email.structure import MAX_DEPTH
from hark.channels.email.tnef import open_tnef
from hark.channels.email.types import Address, ParsedMail

GOLDEN = Path(__file__).parent / "golden"
SHARED = Path(__file__).parents[4] / "shared" / "data"
HEAD = b"From: a@example.com\r\nTo: d@example.com\r\nSubject: x\r\nMessage-ID: <1@x>\r\nDate: Mon, 2 Jan 2023 10:00:00 +0900\r\n"
SECONDS = 5.0  # a promise of the product, met with room to spare; not a benchmark


def _plain(value: object) -> object:
    if isinstance(value, Address):
        return [value.name, value.address]
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return value


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.eml")), ids=lambda path: path.stem)
def test_golden_mail(path: Path) -> None:
    mail = parse_message(path.read_bytes())
    want = json.loads(path.with_suffix(".json").read_text())
    got = {
        "from": _plain(mail.from_), "to": _plain(mail.to), "cc": _plain(mail.cc), "subject": mail.subject,
        "text": mail.text, "html": mail.html, "date": mail.date and mail.date.isoformat(),
        "message_id": mail.message_id, "in_reply_to": mail.in_reply_to, "references": mail.references,
        "attachments": [[one.name, one.content_type, one.size, one.inline] for one in mail.attachments],
        "notes": mail.notes, "problems": mail.problems,
    }  # fmt: skip
    assert {key: got[key] for key in want} == want


def _storable(mail: ParsedMail) -> bool:
    """Everything text can go into a database column."""
    texts = [mail.subject, mail.text, mail.html or "", *mail.headers.values(), *(one.name for one in mail.attachments),
             *mail.references, *mail.in_reply_to, mail.message_id or "", *mail.problems]  # fmt: skip
    texts += [part for one in (*mail.to, *mail.cc, *mail.reply_to) for part in (one.name, one.address)]
    for text in texts:
        text.encode()
        if "\x00" in text:
            return False
    return True


@pytest.mark.parametrize("folder", ["email", "bounces"])
def test_every_shared_mail_is_read(folder: str) -> None:
    if not (SHARED / folder).exists():
        pytest.skip(f"shared data {folder!r} is not beside this checkout")
    lossy = []
    for path in (SHARED / folder).rglob("*"):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        mail = parse_message(raw)
        assert not any("could not be read (" in one for one in mail.problems), path
        assert _storable(mail), path
        if "\ufffd" in mail.text + mail.subject and b"\xef\xbf\xbd" not in raw:
            lossy.append(path.name)
    assert lossy == []


def test_stalwart_expectations() -> None:
    root = SHARED / "email" / "stalwart"
    if not root.exists():
        pytest.skip("shared data 'email/stalwart' is not beside this checkout")
    texts = attachments = total = 0
    for path in root.rglob("*.json"):
        if not path.with_suffix(".eml").exists():
            continue
        want = json.loads(path.read_text())
        bodies = [want["parts"][index]["body"] for index in want["text_body"]]
        mail = parse_message(path.with_suffix(".eml").read_bytes())
        total += 1
        attachments += len(mail.attachments) == len(want["attachments"])
        text = " ".join(one["Text"] for one in bodies if "Text" in one)
        texts += any("Html" in one for one in bodies) or text.split() == mail.text.split()
    assert total > 50
    assert texts / total >= 0.93
    assert attachments / total >= 0.9


HOSTILE = {
    "nested": HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(1000)),
    "many parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 50_000,
    "recipients": HEAD.replace(b"d@example.com", b",\r\n ".join(b"P %d <p%d@example.com>" % (i, i) for i in range(10_000))) + b"\r\n",
    "endless headers": HEAD + b"X-B: z\r\n" * 500_000,
    "one long header": HEAD + b"Subject: " + b"y" * 5_000_000 + b"\r\n\r\nx",
    "NUL": b"\x00" * 100_000,
    "near boundaries": HEAD + b"Content-Type: multipart/mixed; boundary=a\r\n\r\n" + b"\n--a x" * 500_000,
    "deep HTML": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 300_000,
    "misnested HTML": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<font size=1></div>" * 100_000 + b"<p>" * 10_000,
    "open words": HEAD.replace(b"Subject: x", b"Subject: " + b"=?utf-8?b?7ZWc" * 20_000) + b"\r\n",
    "no at sign": HEAD.replace(b"d@example.com", b"a" * 90_000) + b"\r\n",
    "bare ids": HEAD.replace(b"Subject: x", b"References: " + b"a." * 50_000) + b"\r\n",
    "parameters": HEAD + b"Content-Type: text/plain" + b"; a*0*" * 16_000 + b"\r\n\r\nx",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_mail_is_bounded(name: str) -> None:
    started = time.process_time()
    mail = parse_message(HOSTILE[name])
    assert time.process_time() - started < SECONDS
    assert not any("could not be read (" in one for one in mail.problems)
    assert _storable(mail)
    for name_, sentence in (("nested", f"Parts nested deeper than {MAX_DEPTH} were kept as one attachment."),
                            ("recipients", "Only the first 1,000 recipients of a header were read."),
                            ("many parts", "More than 1,000 parts; the rest was not taken apart.")):  # fmt: skip
        assert (sentence in mail.problems) is (name == name_)


def test_a_hundred_megabytes_are_read_in_time() -> None:
    raw = HEAD + b"\r\n" + b"hello world this is a line of text\r\n" * 2_900_000
    started = time.process_time()
    mail = parse_message(raw)
    assert time.process_time() - started < SECONDS
    assert mail.attachments[0].size > 100_000_000


def test_an_empty_text_beside_html_is_no_text() -> None:
    mail = parse_message(
        HEAD
        + b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\n \r\n--b\r\nContent-Type: text/html\r\n\r\n<p>hello</p>\r\n--b--"
    )
    assert (mail.text, mail.text_from_html) == ("hello", True)


def test_text_that_only_claims_to_be_base64_is_text() -> None:
    text = "This is not base64 at all, it is text. Really!"
    assert parse_message(HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + text.encode()).text == text


def test_html_without_a_type_is_html() -> None:
    mail = parse_message(HEAD + b"\r\n<!DOCTYPE html><html><body><p>hello</p></body></html>")
    assert (mail.text, mail.text_from_html) == ("hello", True)
    assert (
        parse_message(HEAD + b"Content-Type: text/plain\r\n\r\n<html>why?").text == "<html>why?"
    )  # somebody asks about code


def test_long_text_is_attached_whole() -> None:
    body = b"word " * 500_000
    mail = parse_message(HEAD + b"\r\n" + body)
    assert len(mail.text) == 2_000_000
    assert mail.attachments[0].payload == body
    assert mail.problems == ["The text is longer than 2,000,000 bytes; the whole of it is attached."]


@given(st.binary(max_size=2_000))
def test_any_bytes_give_a_mail(raw: bytes) -> None:
    mail = parse_message(raw)
    assert not any("could not be read (" in one for one in mail.problems)
    assert _storable(mail)


FRAGMENTS = st.sampled_from([
    b"From: ", b"To: ", b"Subject: ", b"Date: ", b"References: ", b"Content-Type: ", b"Content-Disposition: ",
    b"multipart/mixed; boundary=b", b"text/html; charset=euc-kr", b"message/rfc822", b"charset=utf-16", b"base64",
    b"Content-Transfer-Encoding: ", b"quoted-printable", b"\r\n", b"\r\n\r\n", b"\n", b"--b\r\n", b"--b--", b"=?utf-8?B?",
    b"=?iso-2022-kr?q?", b"?=", b"<", b">", b"@", b"(", b'"', b",", b";", b"=", b"filename*0*=utf-8''%", b"\xb0\xa1", b"\xff",
    b"\x00", b"\x1b$)C\x0e", b"a", b"1", b" ", b"<div>", b"begin 644 x\r\n", b"application/ms-tnef", b"=\r\n", b"x-uuencode",
])  # fmt: skip


@given(st.lists(FRAGMENTS, max_size=60).map(b"".join))
def test_any_mixture_of_mail_syntax_gives_a_mail(raw: bytes) -> None:
    mail = parse_message(raw)
    assert not any("could not be read (" in one for one in mail.problems)
    assert _storable(mail)
    assert len(external_id(raw)) == 64


@pytest.mark.parametrize("label", ["base64", "rot13", "zlib", "unicode_escape", "idna", "nonsense", "", "x" * 5_000])
def test_a_label_that_is_no_charset_is_none(label: str) -> None:
    assert codec_for(label) is None


def test_external_id_survives_the_way_and_tells_mails_apart() -> None:
    mail = HEAD + b"\r\nhello\r\n"
    relayed = b"Received: from x by y; Mon, 2 Jan 2023 10:00:01 +0900\r\nReturn-Path: <a@example.com>\r\n" + mail
    assert external_id(relayed) == external_id(mail) == external_id(mail.replace(b"\r\n", b"\n"))
    assert external_id(mail.replace(b"hello", b"other")) != external_id(mail)
    assert external_id(mail.replace(b"From: a@", b"From: b@")) != external_id(mail)


def _tnef(*attributes: tuple[int, int, bytes]) -> bytes:
    out = struct.pack("<IH", 0x223E9F78, 1)
    for level, kind, data in attributes:
        out += struct.pack("<BII", level, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
    return out


def test_winmail_is_opened() -> None:
    data = _tnef((1, 0x00089006, struct.pack("<I", 0x00010000)), (2, 0x00069002, b"\x00" * 14),
                 (2, 0x00018010, b"plan.txt\x00"), (2, 0x0006800F, b"the plan"))  # fmt: skip
    mail = parse_message(HEAD + b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" + data)
    assert [(one.name, one.payload) for one in mail.attachments] == [("plan.txt", b"the plan")]


def _property(number: int, type_: int, *values: bytes) -> bytes:
    out = struct.pack("<HHI", type_, number, len(values))
    return out + b"".join(struct.pack("<I", len(one)) + one + b"\x00" * (-len(one) % 4) for one in values)


def test_winmail_long_names_and_html() -> None:
    name = _property(0x3707, 0x1F, "견적서 2023.xlsx".encode("utf-16-le") + b"\x00\x00")
    html = (
        struct.pack("<I", 2) + struct.pack("<HHI", 0x03, 0x0E07, 5) + _property(0x1013, 0x102, "<p>안녕</p>".encode())
    )
    data = _tnef((1, 0x00089006, struct.pack("<I", 0x00010000)), (1, 0x00069007, struct.pack("<II", 65001, 0)),
                 (1, 0x00069003, html), (2, 0x00069002, b"\x00" * 14), (2, 0x00018010, b"__.XLS\x00"),
                 (2, 0x0006800F, b"sheet"), (2, 0x00069005, struct.pack("<I", 1) + name))  # fmt: skip
    mail = parse_message(HEAD + b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" + data)
    assert [(one.name, one.payload) for one in mail.attachments] == [("견적서 2023.xlsx", b"sheet")]
    assert (mail.html, mail.text) == ("<p>안녕</p>", "안녕")


def _rich(text: bytes) -> bytes:
    body = b"".join(b"\x00" + text[at : at + 8] for at in range(0, len(text), 8))
    return struct.pack("<IIII", len(body) + 12, len(text), 0x75465A4C, 0) + body


@pytest.mark.parametrize(("rtf", "html", "text"), [
    (rb"{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}caff\'e8{\*\htmltag72 </p>}}", "<p>caffè</p>", "caffè"),
    (rb"{\rtf1\ansi\ansicpg949 \'be\'c8\'b3\'e7\par}", None, "안녕"), (b"no rich text", None, "no rich text"),
])  # fmt: skip
def test_winmail_with_rich_text(rtf: bytes, html: str | None, text: str) -> None:
    data = _tnef((1, 0x00069003, struct.pack("<I", 1) + _property(0x1009, 0x102, _rich(rtf))))
    mail = parse_message(HEAD + b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" + data)
    assert (mail.html, mail.text, mail.attachments) == (html, text, [])


def test_winmail_with_a_mail_and_a_picture_inside() -> None:
    inner = _tnef(
        (1, 0x0002800C, b"inner text\x00"),
        (2, 0x00069002, b"\x00" * 14),
        (2, 0x00018010, b"plan.txt\x00"),
        (2, 0x0006800F, b"the plan"),
    )
    mapi = bytes.fromhex("0703020000000000c000000000000046") + inner
    message = struct.pack("<I", 2) + _property(0x3001, 0x1E, b"Offer\x00") + _property(0x3701, 0x0D, mapi)
    picture = struct.pack("<I", 1) + _property(0x3712, 0x1E, b"image001@x\x00")
    data = _tnef((2, 0x00069002, b"\x00" * 14), (2, 0x00069005, message), (2, 0x00069002, b"\x00" * 14), (2, 0x00018010, b"a.png\x00"),
                 (2, 0x0006800F, b"png"), (2, 0x00069005, picture))  # fmt: skip
    mail = parse_message(HEAD + b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" + data)
    assert [(one.name, one.payload, one.cid, one.inline) for one in mail.attachments] == [
        ("Offer.txt", b"inner text", None, False), ("plan.txt", b"the plan", None, False), ("a.png", b"png", "image001@x", True),
    ]  # fmt: skip


@pytest.mark.parametrize("forged", [
    struct.pack("<I", 0xFFFFFFFF), struct.pack("<IHHI", 1, 0x101E, 0x3707, 0xFFFFFFFF),
    struct.pack("<IHHI", 1, 0x1003, 0x3707, 0xFFFFFFFF) + b"\x00" * 40, struct.pack("<IHHII", 1, 0x1E, 0x3707, 1, 0xFFFFFFFF),
    struct.pack("<IHH", 1, 0x1E, 0x8001) + b"\x00" * 16 + struct.pack("<II", 1, 0xFFFFFFF0),
])  # fmt: skip
def test_forged_winmail_counts_cost_nothing(forged: bytes) -> None:
    data = _tnef((2, 0x00069002, b"\x00" * 14), (2, 0x00069005, forged), (1, 0x00069003, forged))
    started = time.process_time()
    parse_message(HEAD + b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n" + data)
    assert time.process_time() - started < 1.0


@given(st.binary(max_size=400))
def test_no_winmail_raises(data: bytes) -> None:
    open_tnef(struct.pack("<IH", 0x223E9F78, 1) + data)


def test_broken_winmail_is_kept() -> None:
    mail = parse_message(HEAD + b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\nnot tnef")
    assert [(one.name, one.payload) for one in mail.attachments] == [("winmail.dat", b"not tnef")]


@pytest.mark.parametrize(("name", "want"), [
    ("../../etc/passwd", "passwd"), ("C:\\x\\y.txt", "y.txt"), ("a\u202egpj.exe", "a gpj.exe"), ("<b>.html", "_b_.html"),
    ("...", ""), ("a" * 300 + ".pdf", "a" * 196 + ".pdf"),
])  # fmt: skip
def test_file_names_are_harmless(name: str, want: str) -> None:
    assert safe_name(name) == want


@pytest.mark.parametrize(("label", "codec", "text"), [
    ("iso-8859-1", "cp1252", "Perché l’ordine – da 50 € – non è arrivato? “Grazie”"),
    ("iso-8859-15", "cp1252", "Perché l’ordine – da 50 € – non è arrivato? “Grazie”"),
    ("iso-8859-2", "cp1250", "„Dzień dobry” – życzę miłego dnia, środa"),
    ("iso-8859-15", "iso8859-15", "50 €, cœur"),
    ("euc-kr", "cp949", "똠방각하 펲시콜라"), ("us-ascii", "cp949", "안녕하세요, 주문을 확인해 주세요"),
])  # fmt: skip
def test_windows_text_under_another_label(label: str, codec: str, text: str) -> None:
    head = f"From: a@example.com\nContent-Type: text/plain; charset={label}\nContent-Transfer-Encoding: 8bit\n\n"
    assert parse_message(head.encode() + text.encode(codec)).text == text
