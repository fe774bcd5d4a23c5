"""Signatures, checked by our own verifier and by dkimpy, which shares no code with it."""

from datetime import UTC, datetime
from typing import Any

import dkim
import pytest
from tests.support.mailauth import Zones

from hark.channels.email.authentication.dkim import check_dkim
from hark.channels.email.authentication.message import split_message
from hark.channels.email.authentication.resolver import Lookups
from hark.channels.email.compose import OutFile, Quoted, build_reply
from hark.channels.email.signing.check import record_of
from hark.channels.email.signing.sign import Algorithm, NewKey, SigningKey, load_key, make_key, sign
from hark.channels.email.types import Address

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PAIRS: dict[Algorithm, NewKey] = {"rsa": make_key("rsa"), "ed25519": make_key("ed25519")}
RECORDS = {
    (record.name, "TXT"): [record.value]
    for record in (record_of("desk.example", f"s-{a}", a, pair.public) for a, pair in PAIRS.items())
}


def key(algorithm: Algorithm) -> SigningKey:
    return load_key("desk.example", f"s-{algorithm}", algorithm, PAIRS[algorithm].private)


def mail(**more: Any) -> bytes:
    fields: dict[str, Any] = {
        "from_": Address("지원팀", "help@desk.example"), "to": [Address("Kim", "kim@shop.example")],
        "subject": "배송 문의", "text": "안녕하세요  \n\n\n", "date": AT, "message_id": "h.1.2@desk.example",
        "parent_id": "p@shop.example", "parent_references": ["r@shop.example"],
        "quoted": Quoted(name="Kim", at=AT, text="언제 오나요?"),
        "files": [OutFile(name="a.pdf", content_type="application/pdf", payload=b"%PDF\0\r\n" * 50)],
    }  # fmt: skip
    return build_reply(**(fields | more))


def ours(raw: bytes) -> list[str]:
    return [c.result for c in check_dkim(split_message(raw), Lookups(Zones(RECORDS)), now=AT.timestamp())]


def theirs(raw: bytes, number: int) -> bool:
    def lookup(name: bytes, timeout: int = 5) -> bytes:
        return RECORDS[name.decode().rstrip("."), "TXT"][0].encode()

    return bool(dkim.DKIM(raw).verify(idx=number, dnsfunc=lookup))


def test_both_kinds_of_keys_at_once() -> None:
    raw = sign(mail(), [key("rsa"), key("ed25519")], AT)
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert ours(raw) == ["pass", "pass"]
    assert theirs(raw, 0)
    assert theirs(raw, 1)


def test_every_try_has_the_same_bytes() -> None:
    keys = [key("rsa"), key("ed25519")]
    assert sign(mail(), keys, AT) == sign(mail(), keys, AT)
    assert sign(mail(), [], AT) == mail()


@pytest.mark.parametrize("field", [
    b"From: boss@desk.example", b"To: more@shop.example", b"Subject: Other", b"Date: Mon, 2 Nov 2026 09:30:00 +0000",
    b"Message-ID: <x@y>", b"In-Reply-To: <x@y>", b"References: <x@y>", b"Reply-To: x@evil.example", b"Cc: x@evil.example",
    b"Content-Type: text/html", b"MIME-Version: 1.0", b"List-Unsubscribe: <https://evil.example>",
])  # fmt: skip
def test_no_field_can_be_added(field: bytes) -> None:
    raw = sign(mail(), [key("ed25519")], AT)
    assert ours(field + b"\r\n" + raw) == ["fail"]
    assert ours(raw.replace(b"\r\nDate:", b"\r\n" + field + b"\r\nDate:", 1)) == ["fail"]


def test_a_changed_mail_is_noticed_and_white_space_is_not() -> None:
    raw = sign(mail(text="one two", quoted=None, files=[]), [key("ed25519")], AT)
    assert ours(raw.replace(b"one two", b"one three")) == ["fail"]
    assert ours(raw.replace(b"one two", b"one  two")) == ["pass"]
    assert ours(raw + b"\r\n\r\n") == ["pass"]


def test_unsubscribe_fields_are_signed() -> None:
    extra = [("List-Unsubscribe", "<https://desk.example/u>"), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")]
    raw = sign(mail(extra=extra), [key("rsa")], AT)
    assert ours(raw) == ["pass"]
    assert ours(raw.replace(b"desk.example/u", b"evil.example/u")) == ["fail"]


def test_long_records_are_strings_of_255() -> None:
    record = record_of("desk.example", "s", "rsa", PAIRS["rsa"].public)
    strings = record.zone.split('"')[1::2]
    assert "".join(strings) == record.value
    assert [len(s) <= 255 for s in strings] == [True, True]
    assert record.name == "s._domainkey.desk.example"
